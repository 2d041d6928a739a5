"""What files would do to the corpus, as HTML: the report of ``assistant add --dry-run``, and how to go on."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping

from assistant.corpus.columns import Column, How
from assistant.corpus.incoming import Delivery
from assistant.corpus.intake import Entry, Fate, Intake
from assistant.export.corpus_form import FATES, HOWS, differences, labels_of
from assistant.typography import counted, guillemets
from assistant.values import Sheet, Status
from assistant.web.manage.sessions import Session
from assistant.web.manage.views import form, mark
from assistant.web.manage.work import Draft
from assistant.web.markup import verbatim

_LISTED = 200  # sheets, of each fate
_SAID = {How.GIVEN: "choisi ici"}
_HEADINGS = {
    Fate.NEW: "Fiches nouvelles",
    Fate.CHANGED: "Fiches modifiées",
    Fate.SAME: "Fiches déjà là, inchangées",
    Fate.DUPLICATE: "Fiches en double dans ces fichiers",
}


def report_body(session: Session, draft: Draft, labels: list[str]) -> str:
    """Counts and the two buttons first, then the files, their columns, and sheet by sheet what changes.

    Args:
        labels: those that a column may go to.
    """
    intake = draft.intake
    files = "".join(_delivery(delivery) for delivery in intake.deliveries)
    return (
        f'<p role="status">{_counts(intake)} Rien n’est encore changé.</p>'
        + _decision(session, intake)
        + f"<h2>Fichiers</h2>{files}"
        + _columns(session, draft, labels)
        + "".join(_fate(intake, fate) for fate in Fate)
    )


def shown_columns(intake: Intake) -> dict[str, Column]:
    """The columns of all files, by their header; the first of those of one name stands for them."""
    found: dict[str, Column] = {}
    for delivery in intake.deliveries:
        for column in delivery.columns:
            found.setdefault(column.header, column)
    return found


def chosen(draft: Draft, posted: Mapping[str, str]) -> dict[str, str | None]:
    """The labels that were given to columns: those of before, and those that differ from what is shown.

    Args:
        posted: labels by header; empty to leave a column aside.
    """
    columns = shown_columns(draft.intake)
    changed = {
        header: label or None
        for header, label in posted.items()
        if header in draft.chosen or (header in columns and label != columns[header].label)
    }
    return {**draft.chosen, **changed}


def _counts(intake: Intake) -> str:
    refused = sum(len(delivery.refused) for delivery in intake.deliveries)
    parts = [f"{len(found)} {FATES[fate][len(found) > 1]}" for fate in Fate if (found := intake.of(fate))]
    if refused:
        parts.append(counted(refused, "refusée"))
    return f"{counted(len(intake.entries) + refused, 'fiche')}\u00a0: {', '.join(parts) or 'aucune'}."


def _decision(session: Session, intake: Intake) -> str:
    new, changed = len(intake.of(Fate.NEW)), len(intake.of(Fate.CHANGED))
    does = [f"ajouter {counted(new, 'fiche')}"] if new else []
    does += [f"modifier {counted(changed, 'fiche')}"] if changed else []
    says = " et ".join(does)
    apply = form(session, "/gerer/ajouter", "", says[:1].upper() + says[1:], "main") if does else ""
    why = "" if does else "<p>Ces fichiers n’apportent rien de nouveau.</p>"
    return f'{why}<div class="acts">{apply}{form(session, "/gerer/abandonner", "", "Abandonner ces fichiers")}</div>'


def _delivery(delivery: Delivery) -> str:
    lines = [f"Refusée – {refused.place}\u00a0: {refused.reason}" for refused in delivery.refused]
    lines += [f"Attention – {notice}" for notice in delivery.notices]
    return (
        f"<h3>{verbatim(delivery.file)}</h3><p>{counted(len(delivery.sheets), 'fiche lue', 'fiches lues')}.</p>"
        + _list(lines)
    )


def _list(lines: list[str]) -> str:
    left = len(lines) - _LISTED
    shown = [*lines[:_LISTED], *([f"et {counted(left, 'autre')}"] if left > 0 else [])]
    return f"<ul>{''.join(f'<li>{verbatim(line)}</li>' for line in shown)}</ul>" if shown else ""


def _columns(session: Session, draft: Draft, labels: list[str]) -> str:
    columns = shown_columns(draft.intake)
    if not columns:
        return ""
    rows = "".join(_column(column, labels) for column in columns.values())
    return (
        f'<h2 id="columns-title">Colonnes</h2><form method="post" action="/gerer/colonnes">{mark(session)}'
        '<div class="wide" tabindex="0" role="region" aria-labelledby="columns-title"><table><thead><tr>'
        '<th scope="col">Colonne</th><th scope="col">Va à</th><th scope="col">Parce que</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div><button>Relire les fichiers avec ces colonnes</button></form>"
    )


def _column(column: Column, labels: list[str]) -> str:
    name = verbatim(column.header)
    why = _SAID.get(column.how, HOWS[column.how])
    if column.how is How.EXACT:
        goes = verbatim(column.label)
    else:
        first = [label for label in column.candidates if label in labels]
        options = ["", *first, *(label for label in labels if label not in first)]
        goes = (
            f'<input type="hidden" name="column" value="{name}">'
            f'<select name="label" aria-label="La colonne {verbatim(guillemets(column.header))} va à">'
            + "".join(
                f'<option value="{verbatim(label)}"{" selected" if label == column.label else ""}>'
                f"{verbatim(label) or '(laisser de côté)'}</option>"
                for label in options
            )
            + "</select>"
        )
    return f'<tr><th scope="row">{name}</th><td>{goes}</td><td>{verbatim(why)}</td></tr>'


def _fate(intake: Intake, fate: Fate) -> str:
    entries = intake.of(fate)
    if not entries:
        return ""
    left = len(entries) - _LISTED
    more = f"<p>Et {counted(left, 'autre')}.</p>" if left > 0 else ""
    arrived = {id(entry.incoming.sheet) for entry in intake.entries}
    shown = "".join(f"<li>{_entry(entry, arrived)}</li>" for entry in entries[:_LISTED])
    return f"<h2>{_HEADINGS[fate]}</h2><ul>{shown}</ul>{more}"


def _entry(entry: Entry, arrived: Container[int]) -> str:
    incoming, sheet = entry.incoming, entry.incoming.sheet
    where = f"{incoming.file}, {incoming.place}"
    if entry.fate in (Fate.SAME, Fate.DUPLICATE):
        same = f"\u202f; la même que dans {entry.other.source}" if entry.other else ""
        return f"<b>{verbatim(sheet.title)}</b> <small>{verbatim(where + same)}</small>"
    return f"<b>{verbatim(sheet.title)}</b> <small>{verbatim(where)}</small>{''.join(_of_sheet(entry, arrived))}"


def _of_sheet(entry: Entry, arrived: Container[int]) -> Iterator[str]:
    sheet = entry.incoming.sheet
    for status, said in ((Status.EMPTY, "Non renseigné"), (Status.PLACEHOLDER, "Document non fourni")):
        if labels := labels_of(sheet, status):
            yield f"<p>{said}\u00a0: {verbatim(' · '.join(labels))}</p>"
    if entry.fate is Fate.CHANGED and entry.other:
        yield _beside(sheet, entry.other, "Ce qui change", "Déjà là")
    for near in entry.near:
        caption = f"Ressemble à {near.score:.0f}\u00a0% à {guillemets(near.sheet.title)}"
        yield _beside(sheet, near.sheet, caption, "Aussi apportée" if id(near.sheet) in arrived else "Déjà là")


def _beside(sheet: Sheet, other: Sheet, caption: str, there: str) -> str:
    """Two sheets side by side, where they differ."""
    rows = "".join(
        f'<tr><th scope="row">{verbatim(label)}</th><td>{verbatim(old)}</td><td>{verbatim(new)}</td></tr>'
        for label, new, old in differences(sheet, other)
    )
    said = verbatim(caption)
    name = verbatim(f"{caption}\u00a0: {sheet.title}")
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{name}"><table><caption>{said}</caption>'
        '<thead><tr><th scope="col">Section</th>'
        f'<th scope="col">{there} <small>{verbatim(other.source)}</small></th><th scope="col">Celle-ci</th>'
        f"</tr></thead><tbody>{rows}</tbody></table></div>"
    )
