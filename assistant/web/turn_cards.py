"""A turn of a conversation as HTML: what each kind shows besides cards. Every field is escaped.

As in ``markup``, each function gives one line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape

from assistant.export.text_form import SILENCE
from assistant.replies import Answer, TurnKind
from assistant.values import Quote, Role, Sheet
from assistant.web.address import MOST_COMPARED, Address, View, link
from assistant.web.cards import RoleNames, actions, answer_html, answers, block, evidence, understood
from assistant.web.markup import anchor, count, facts_html, label_html, quotes_html, section_html, verbatim
from assistant.web.taking import take_form

_LISTED = 5  # sheets: a longer exhaustive list is one of titles
_SECTIONS = (
    (Role.LIMITS, "Les limites", "Quelles limites\u202f?"),
    (Role.PERSPECTIVES, "Les perspectives", "Quelles perspectives\u202f?"),
    (Role.PEOPLE, "Les moyens", "Quels moyens\u202f?"),
)


QUESTIONS = [{"value": question, "label": label} for _, label, question in _SECTIONS]
"""The buttons under an invitation to ask about one sheet."""


def reply_html(answer: Answer, names: RoleNames) -> str:
    """The whole reply to a turn."""
    turned = answer.turned
    if turned.kind is TurnKind.DANGER:
        return block(_danger(answer))
    shown = _SHOWN.get(turned.kind)
    if turned.kind is TurnKind.ALL and len(answer.sheets) > _LISTED:
        shown = _titles
    silent = turned.kind in (TurnKind.TALK, TurnKind.CLARIFY)
    if not answer.answered and turned.kind in (TurnKind.UNDO, TurnKind.INSPIRE):
        shown, silent = _nothing, True
    if shown is None or not (answer.answered or silent):
        return answer_html(answer, names)
    message = f'<p class="found">{verbatim(answer.message)}</p>'
    return block(message, understood(answer), *shown(answer, names))


def options(answer: Answer) -> list[dict[str, str]]:
    """The buttons under an answer: what to type, and what the button says."""
    turned = answer.turned
    found = [{"value": choice, "label": choice} for choice in turned.choices]
    found += [{"value": value, "label": label} for label, value in _follow_ups(answer)]
    if turned.other_way:
        label = "Non, c’est la suite" if turned.kind is TurnKind.SUBJECT else "Non, c’est un autre sujet"
        found.append({"value": turned.other_way, "label": label})
    if turned.can_undo and turned.kind is not TurnKind.CLARIFY:
        found.append({"value": "annule", "label": "Annuler la dernière question"})
    return found


def _follow_ups(answer: Answer) -> list[tuple[str, str]]:
    """What one may want next of the sheets shown: nothing that was just shown."""
    kind, wanted = answer.turned.kind, answer.query.roles
    if not answer.answered or kind in (TurnKind.UNDO, TurnKind.TRAINING):
        return []
    found = []
    if len(answer.sheets) > 1 and kind is not TurnKind.COMPARE:
        found.append(("Comparer leurs limites", "Compare leurs limites"))
    found += [
        (label, question) for role, label, question in _SECTIONS if role not in wanted and kind is not TurnKind.WHOLE
    ]
    if len(answer.sheets) == 1 and kind is not TurnKind.WHOLE:
        found.append(("La fiche entière", "Montre la fiche"))
    if kind is not TurnKind.ALL:
        found.append(("D’autres actions", "D’autres actions\u202f?"))
    return found


def _nothing(_answer: Answer, _names: RoleNames) -> list[str]:
    return []


def _danger(answer: Answer) -> str:
    """Whom to call, a number a line; all of it is read out, so it stands in what was found."""
    opening = answer.message.partition("\u00a0:")[0]
    lines = "".join(
        f"<li><b>{escape(number)}</b> <span>{escape(who)}</span></li>" for number, who in answer.turned.numbers
    )
    said = f'<p>{escape(opening)}\u00a0:</p> <ul class="numbers">{lines}</ul>'
    return f'<div class="no danger"><div class="found">{said}</div></div>'


def _whole(answer: Answer, names: RoleNames) -> list[str]:
    return [
        _card(
            excerpt.sheet,
            facts_html(excerpt.sheet)
            + _all_of(excerpt.sheet)
            + actions(excerpt.sheet, answers(excerpt), names, answer.corpus_version),
        )
        for excerpt in answer.sheets
    ]


def _all_of(sheet: Sheet) -> str:
    sections = "".join(
        f"<h3>{verbatim(section.label)}</h3>{section_html(section, sheet)}" for section in sheet.sections
    )
    return f'<div class="more"><div class="pair">{sections}</div></div>'


def _titles(answer: Answer, names: RoleNames) -> list[str]:
    return [
        _card(
            excerpt.sheet,
            facts_html(excerpt.sheet) + actions(excerpt.sheet, answers(excerpt), names, answer.corpus_version),
            number,
        )
        for number, excerpt in enumerate(answer.sheets, start=1)
    ]


def _board(answer: Answer, names: RoleNames) -> list[str]:
    board = answer.turned.board
    if board is None or not board.rows:
        return []
    heads = "".join(f'<th scope="col" role="columnheader">{verbatim(sheet.title)}</th>' for sheet in board.sheets)
    rows = []
    for row in board.rows:
        cells = "".join(
            f'<td role="cell"><p class="of">{verbatim(sheet.title)}</p>'
            f"{quotes_html(cell.quotes, sheet) or _silent(SILENCE[cell.status])}</td>"
            for sheet, cell in zip(board.sheets, row.cells, strict=True)
        )
        rows.append(f'<tr role="row"><th scope="row" role="rowheader">{escape(row.name)}</th>{cells}</tr>')
    # a narrow screen shows rows one under the other, which without roles would be no table any more
    table = (
        f'<table role="table"><thead role="rowgroup"><tr role="row"><td role="cell"></td>{heads}</tr></thead>'
        f'<tbody role="rowgroup">{"".join(rows)}</tbody></table>'
    )
    there = link(Address(View.COMPARE, sheets=tuple(sheet.id for sheet in board.sheets[:MOST_COMPARED])), names)
    more = anchor("D’autres rubriques, ou emporter ce tableau", there, "btn")
    return [f'<div class="board" tabindex="0">{table}</div>', f'<p class="acts">{more}</p>']


def _figures(answer: Answer, _names: RoleNames) -> list[str]:
    return [
        _card(
            figure.sheet,
            (f'<p class="why">{escape(figure.remark)}</p>' if figure.remark else "")
            + quotes_html(figure.quotes, figure.sheet)
            + (label_html(figure.quotes) if figure.quotes else ""),
            number,
        )
        for number, figure in enumerate(answer.turned.figures, start=1)
    ]


def _digest(answer: Answer, _names: RoleNames) -> list[str]:
    digest = answer.turned.digest
    if digest is None:
        return []
    parts = []
    for theme in digest.themes:
        sheets = len({sheet.id for sheet, _ in theme.quotes})
        said = "".join(
            f'{quotes_html([quote], sheet)}<p class="ref">{verbatim(sheet.title)}</p>' for sheet, quote in theme.quotes
        )
        parts.append(
            f'<section class="theme"><h2>{verbatim(theme.name)} <small>{count(sheets)}</small></h2>{said}</section>'
        )
    if digest.silent:
        titles = ", ".join(verbatim(sheet.title) for sheet in digest.silent)
        parts.append(f'<p class="none">Limites non renseignées\u00a0: {titles}</p>')
    return parts


def _session(answer: Answer, names: RoleNames) -> list[str]:
    session = answer.turned.session
    if session is None:
        return []
    cards = []
    for number, excerpt in enumerate(answer.sheets, start=1):
        said = answers(excerpt)
        body = facts_html(excerpt.sheet) + evidence(said, excerpt.sheet, ())
        cards.append(_card(excerpt.sheet, body + actions(excerpt.sheet, said, names, answer.corpus_version), number))
    asked = "".join(
        f"<li><p><b>{escape(d.question)}</b></p>{quotes_html([d.quote], d.sheet)}{_origin(d.sheet, d.quote)}</li>"
        for d in session.questions
    )
    guesses = "".join(
        f"<details class='more'><summary><b>{verbatim(sheet.title)}</b> "
        f'<span class="peek">quelles limites\u202f? Devinez, puis ouvrez</span></summary>'
        f'<div class="pair">{quotes_html(limits, sheet) or _silent("non renseigné")}</div></details>'
        for sheet, limits in session.guesses
    )
    question = f'<input type="hidden" name="question" value="{verbatim(answer.turned.need)}">'
    return [
        *cards,
        f'<section class="theme"><h2>Questions pour la discussion</h2><ol>{asked}</ol></section>',
        f'<section class="theme"><h2>Limites à deviner</h2>{guesses}</section>',
        take_form("dossier", [excerpt.sheet.id for excerpt in answer.sheets], question, "Dossier de formation"),
    ]


def _card(sheet: Sheet, body: str, number: int | None = None) -> str:
    rank = f'<span class="n">{number}</span> ' if number else ""
    return f'<article class="card"><h2>{rank}<span>{verbatim(sheet.title)}</span></h2>{body}</article>'


def _origin(sheet: Sheet, quote: Quote) -> str:
    return f'<p class="ref">{verbatim(sheet.title)} · {verbatim(quote.section)}</p>'


def _silent(why: str) -> str:
    return f'<p class="none">{why}</p>'


_SHOWN: Mapping[TurnKind, Callable[[Answer, RoleNames], list[str]]] = {
    TurnKind.TALK: _nothing,
    TurnKind.CLARIFY: _nothing,
    TurnKind.WHOLE: _whole,
    TurnKind.COMPARE: _board,
    TurnKind.AMOUNTS: _figures,
    TurnKind.DIGEST: _digest,
    TurnKind.TRAINING: _session,
}
