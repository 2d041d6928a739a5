"""The pages of « Gérer le corpus », as HTML: every field escaped, every form with the session's own mark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from fastapi.responses import HTMLResponse

from assistant.history import Record
from assistant.language.folding import fold
from assistant.typography import counted, guillemets, long_date, thousands
from assistant.values import Facet, Sheet
from assistant.web.manage.sessions import Session
from assistant.web.manage.work import Job
from assistant.web.markup import hidden, verbatim
from assistant.web.plain import plain_page

TITLE = "Gérer le corpus"
UPLOAD_BYTES = 10_000_000
_LISTED = 50
_DID = {"add": "ajout de", "remove": "retrait de", "restore": "retour à", "index": "mise à jour de l’index"}
_HEADERS = {"Cache-Control": "no-store"}


def page(
    title: str, body: str, session: Session | None, status: int = 200, headers: Mapping[str, str] | None = None
) -> HTMLResponse:
    """A page of the view.

    Args:
        title: text.
        body: HTML, under the title.
        session: that of who reads it, who may leave; None before the password.
    """
    nav = form(session, "/gerer/sortir", "", "Quitter") if session else ""
    head = f"<h1>{verbatim(title)}</h1>"
    return plain_page(title, TITLE, nav, head + body, status, "manage", {**_HEADERS, **(headers or {})})


def form(session: Session, action: str, fields: str, says: str, kind: str = "") -> str:
    """A form that sends ``fields`` (HTML) to ``action`` with one button that says ``says`` (text)."""
    return (
        f'<form method="post" action="{action}">{mark(session)}{fields}'
        f'<button class="{kind}">{verbatim(says)}</button></form>'
    )


def mark(session: Session) -> str:
    return f'<input type="hidden" name="form" value="{session.form}">'


def fault_html(happened: str, remedy: str = "") -> str:
    return f'<p class="fault" role="alert">{verbatim(f"{happened} {remedy}".strip())}</p>'


def login_body(fault: str) -> str:
    return (
        f"{fault}<p>Cette page ajoute, retire et remet des fiches. Elle est réservée à qui en a le mot de passe.</p>"
        '<form method="post" action="/gerer/entrer"><p><label for="password">Mot de passe</label>'
        '<input id="password" name="password" type="password" autocomplete="current-password" required></p>'
        '<button class="main">Entrer</button></form>'
    )


def home_body(
    session: Session,
    sheets: Sequence[Sheet],
    searched: str,
    kinds: Sequence[str],
    found: Sequence[Record],
    current: str,
) -> str:
    """What is under way, then what can be done: add, remove, go back."""
    return (
        _under_way(session)
        + "<h2>Ajouter des fiches</h2>"
        + _upload(session, kinds)
        + "<h2>Retirer une fiche</h2>"
        + _sheets(sheets, searched)
        + "<h2>Revenir à une génération</h2>"
        + _generations(found, current)
    )


def job_body(job: Job) -> str:
    """How far a work is, or how it ended."""
    if job.running:
        counts = (
            f"{thousands(job.done)} sur {counted(job.total, 'fiche')}." if job.total else "Cela vient de commencer."
        )
        bar = f'<progress aria-label="Avancement" max="{job.total}" value="{job.done}"></progress>' if job.total else ""
        said = f"<p>{verbatim(job.said)}</p>" if job.said else ""
        return (
            f'<p role="status">En cours. {counts}</p>{bar}{said}'
            "<p>Le travail continue si vous quittez cette page\u202f; l’assistant répond pendant ce temps.</p>"
            '<p><a class="act" href="/gerer/travail">Voir où il en est</a></p>'
        )
    if job.failure:
        back = '<p><a class="act" href="/gerer/fichiers">Revenir au rapport</a></p>' if job.back != "/gerer" else ""
        return fault_html(job.failure.happened, job.failure.remedy) + back + BACK
    return f'<p role="status">{verbatim(job.told)}</p>{BACK}'


def removal_body(session: Session, sheet: Sheet) -> str:
    fields = f'<input type="hidden" name="fiche" value="{verbatim(sheet.id)}">'
    return (
        f"<p>Retirer {verbatim(guillemets(sheet.title))}{_place(sheet)}\u202f? Elle ne sera plus citée. "
        "Pour la retrouver, revenez à une génération gardée\u00a0: les trois dernières le sont.</p>"
        + form(session, "/gerer/retirer", fields, "Retirer cette fiche", "main")
        + BACK
    )


def restoring_body(session: Session, one: Record) -> str:
    fields = f'<input type="hidden" name="generation" value="{verbatim(one.manifest.generation)}">'
    return (
        f"<p>Revenir aux {counted(one.manifest.sheets, 'fiche')} de {verbatim(one.manifest.generation)} "
        f"({_made(one)})\u202f? Ce qui a été ajouté ou retiré depuis sera défait.</p>"
        + form(session, "/gerer/revenir", fields, "Revenir à cette génération", "main")
        + BACK
    )


BACK = '<p><a class="act" href="/gerer">Revenir à la gestion du corpus</a></p>'


def _under_way(session: Session) -> str:
    desk = session.desk
    parts = []
    if desk.busy and desk.job:
        parts.append(f'{verbatim(desk.job.title)}, en cours\u00a0: <a href="/gerer/travail">voir où il en est</a>.')
    if desk.draft:
        parts.append('Des fichiers attendent votre accord\u00a0: <a href="/gerer/fichiers">voir le rapport</a>.')
    return "".join(f'<p class="waits">{part}</p>' for part in parts)


def _upload(session: Session, kinds: Sequence[str]) -> str:
    return (
        f'<form method="post" action="/gerer/fichiers" enctype="multipart/form-data">{mark(session)}'
        '<p><label for="files">Fichiers de fiches</label>'
        f'<input id="files" name="files" type="file" multiple required accept="{",".join(kinds)}"'
        ' aria-describedby="files-hint"></p>'
        f'<p class="hint" id="files-hint">{", ".join(kinds)}\u00a0; {UPLOAD_BYTES // 1_000_000}\u00a0Mo en tout. '
        "Un rapport vous est montré d’abord\u202f; rien ne change sans votre accord.</p>"
        '<button class="main">Lire ces fichiers</button></form>'
    )


def _sheets(sheets: Sequence[Sheet], searched: str) -> str:
    words = fold(searched).split()
    found = [sheet for sheet in sheets if all(word in fold(sheet.title) for word in words)]
    items = "".join(
        f"<li>{verbatim(sheet.title)}{_place(sheet)} "
        f"{_act('/gerer/retirer?fiche=', sheet.id, 'Retirer', sheet.title)}</li>"
        for sheet in found[:_LISTED]
    )
    count = counted(len(found), "fiche") + (f", les {_LISTED} premières ici" if len(found) > _LISTED else "")
    return (
        '<form method="get" action="/gerer"><p><label for="wanted">Mots du titre</label>'
        f'<input id="wanted" name="chercher" type="search" maxlength="200" value="{verbatim(searched)}"></p>'
        f"<button>Chercher</button></form><p>{count}.</p><ul>{items}</ul>"
    )


def _generations(found: Sequence[Record], current: str) -> str:
    items = []
    for one in found:
        name = one.manifest.generation
        act = _act("/gerer/revenir?generation=", name, "Y revenir", name)
        after = "<b>en service</b>" if name == current else act
        changes = ", ".join(
            (counted(one.added, "ajoutée"), counted(one.changed, "modifiée"), counted(one.removed, "retirée"))
        )
        items.append(
            f"<li>{verbatim(name)}, {_made(one)}\u00a0: {verbatim(_did(one.what))} "
            f"({counted(one.manifest.sheets, 'fiche')}\u00a0: {changes}) {after}</li>"
        )
    return f"<ul>{''.join(items)}</ul>" if items else "<p>Aucune génération n’est gardée.</p>"


def _act(address: str, value: str, says: str, about: str) -> str:
    """A link; what it is about is said to those who do not see."""
    more = hidden(f"\u00a0: {verbatim(about)}")
    return f'<a class="act" href="{address}{quote(value)}">{says}{more}</a>'


def _did(what: str) -> str:
    first, _, rest = what.partition(" ")
    return f"{_DID.get(first, first)} {rest}".strip()


def _made(one: Record) -> str:
    return f"{long_date(one.made.date())} à {one.made:%H:%M} UTC"


def _place(sheet: Sheet) -> str:
    place = ", ".join([*sheet.facet(Facet.STRUCTURE), *sheet.facet(Facet.DEPARTMENT)])
    return f" <small>{verbatim(place)}</small>" if place else ""
