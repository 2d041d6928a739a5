"""A turn of a conversation as HTML: what each kind shows besides cards. Every field is escaped.

As in ``cards``, each function gives one line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from html import escape

from assistant.export.text_form import SILENCE
from assistant.replies import Answer, TurnKind
from assistant.values import Quote, Sheet
from assistant.web.cards import (
    RoleNames,
    _block,
    _facts,
    _quote,
    _reference,
    _understood,
    _verbatim,
    _whole_sheet,
    answer_html,
)

_LISTED = 5  # sheets: a longer exhaustive list is one of titles
_MOST_CHIPS = 8


def reply_html(answer: Answer, names: RoleNames) -> str:
    """The whole reply to a turn."""
    turned = answer.turned
    shown = _SHOWN.get(turned.kind)
    if turned.kind is TurnKind.ALL and len(answer.sheets) > _LISTED:
        shown = _titles
    silent = turned.kind in (TurnKind.TALK, TurnKind.CLARIFY, TurnKind.DANGER)
    if not answer.answered and turned.kind in (TurnKind.UNDO, TurnKind.INSPIRE):
        shown, silent = _nothing, True
    if shown is None or not (answer.answered or silent):
        return answer_html(answer, names)
    message = f'<p class="found">{_verbatim(answer.message)}</p>'
    if turned.kind is TurnKind.DANGER:
        message = f'<div class="no danger">{message}</div>'
    return _block(message, _understood(answer, names), *shown(answer))


def options(answer: Answer) -> list[dict[str, str]]:
    """The buttons under an answer: what to type, and what the button says."""
    turned = answer.turned
    found = [{"value": choice, "label": choice} for choice in turned.choices]
    if turned.other_way:
        label = "Non, c’est la suite" if turned.kind is TurnKind.SUBJECT else "Non, c’est un autre sujet"
        found.append({"value": turned.other_way, "label": label})
    found += [
        {"value": chip.removal, "label": f"Retirer «\u00a0{chip.text}\u00a0»"} for chip in turned.chips[:_MOST_CHIPS]
    ]
    if turned.can_undo and turned.kind is not TurnKind.CLARIFY:
        found.append({"value": "annule", "label": "Annuler la dernière question"})
    return found


def _nothing(_answer: Answer) -> list[str]:
    return []


def _numbers(answer: Answer) -> list[str]:
    lines = "".join(f"<li><b>{escape(number)}</b> {escape(who)}</li>" for number, who in answer.turned.numbers)
    return [f'<ul class="numbers">{lines}</ul>']


def _whole(answer: Answer) -> list[str]:
    return [
        _card(
            excerpt.sheet, _facts(excerpt.sheet) + _whole_sheet(excerpt.sheet).replace("<details", "<details open", 1)
        )
        for excerpt in answer.sheets
    ]


def _titles(answer: Answer) -> list[str]:
    return [
        _card(excerpt.sheet, _facts(excerpt.sheet) + _whole_sheet(excerpt.sheet), number)
        for number, excerpt in enumerate(answer.sheets, start=1)
    ]


def _board(answer: Answer) -> list[str]:
    board = answer.turned.board
    if board is None or not board.rows:
        return []
    heads = "".join(f'<th scope="col">{_verbatim(sheet.title)}</th>' for sheet in board.sheets)
    rows = []
    for row in board.rows:
        cells = "".join(
            f"<td>{_said(cell.quotes, sheet) or _silent(SILENCE[cell.status])}</td>"
            for sheet, cell in zip(board.sheets, row.cells, strict=True)
        )
        rows.append(f'<tr><th scope="row">{escape(row.name)}</th>{cells}</tr>')
    table = f"<table><thead><tr><td></td>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    return [f'<div class="board" tabindex="0">{table}</div>']


def _figures(answer: Answer) -> list[str]:
    return [
        _card(
            figure.sheet,
            (f'<p class="why">{escape(figure.remark)}</p>' if figure.remark else "")
            + _said(figure.quotes, figure.sheet)
            + (_reference(figure.quotes) if figure.quotes else ""),
            number,
        )
        for number, figure in enumerate(answer.turned.figures, start=1)
    ]


def _digest(answer: Answer) -> list[str]:
    digest = answer.turned.digest
    if digest is None:
        return []
    parts = []
    for theme in digest.themes:
        sheets = len({sheet.id for sheet, _ in theme.quotes})
        said = "".join(
            f'{_said([quote], sheet)}<p class="ref">{_verbatim(sheet.title)}</p>' for sheet, quote in theme.quotes
        )
        count = f"{sheets} fiche{'s' if sheets > 1 else ''}"
        parts.append(f'<section class="theme"><h2>{_verbatim(theme.name)} <small>{count}</small></h2>{said}</section>')
    if digest.silent:
        titles = ", ".join(_verbatim(sheet.title) for sheet in digest.silent)
        parts.append(f'<p class="none">Limites non renseignées\u00a0: {titles}</p>')
    return parts


def _session(answer: Answer) -> list[str]:
    session = answer.turned.session
    if session is None:
        return []
    cards = []
    for number, excerpt in enumerate(answer.sheets, start=1):
        ends = {*excerpt.limits, *excerpt.perspectives}
        said = [quote for quote in excerpt.quotes if quote not in ends]
        cards.append(_card(excerpt.sheet, _facts(excerpt.sheet) + _said(said, excerpt.sheet), number))
    asked = "".join(
        f"<li>{_said([d.quote], d.sheet)}{_title(d.sheet)}<p>{escape(d.question)}</p></li>" for d in session.questions
    )
    guesses = "".join(
        f"<details class='more'><summary><b>{_verbatim(sheet.title)}</b> "
        f'<span class="peek">quelles limites\u202f? Devinez, puis ouvrez</span></summary>'
        f'<div class="pair">{_said(limits, sheet) or _silent("non renseigné")}</div></details>'
        for sheet, limits in session.guesses
    )
    return [
        *cards,
        f'<section class="theme"><h2>Questions pour la discussion</h2><ol>{asked}</ol></section>',
        f'<section class="theme"><h2>Limites à deviner</h2>{guesses}</section>',
    ]


def _card(sheet: Sheet, body: str, number: int | None = None) -> str:
    rank = f'<span class="n">{number}</span> ' if number else ""
    return f'<article class="card"><h2>{rank}<span>{_verbatim(sheet.title)}</span></h2>{body}</article>'


def _said(quotes: Iterable[Quote], sheet: Sheet) -> str:
    return "".join(_quote(quote, sheet) for quote in quotes)


def _title(sheet: Sheet) -> str:
    return f'<p class="ref">{_verbatim(sheet.title)}</p>'


def _silent(why: str) -> str:
    return f'<p class="none">{why}</p>'


_SHOWN: Mapping[TurnKind, Callable[[Answer], list[str]]] = {
    TurnKind.TALK: _nothing,
    TurnKind.CLARIFY: _nothing,
    TurnKind.DANGER: _numbers,
    TurnKind.WHOLE: _whole,
    TurnKind.COMPARE: _board,
    TurnKind.AMOUNTS: _figures,
    TurnKind.DIGEST: _digest,
    TurnKind.TRAINING: _session,
}
