"""A turn of a conversation as text for a terminal: what each kind shows, then how it was understood."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from assistant.corpus.schema import Schema
from assistant.export.text_form import SILENCE, answer_text, printable, sheet_text
from assistant.replies import Answer, Board, Digest, Figure, Session, Turned, TurnKind
from assistant.typography import guillemets
from assistant.values import Facet, Kind, Quote, Sheet

_BAR = "    │ "
_LISTED = 5  # sheets: a longer exhaustive list is one of titles


def reply_text(answer: Answer, schema: Schema) -> str:
    """The whole reply to a turn."""
    turned = answer.turned
    shown = _SHOWN.get(turned.kind)
    if turned.kind is TurnKind.ALL and len(answer.sheets) > _LISTED:
        shown = _titles
    if turned.kind is TurnKind.UNDO and not answer.answered:
        shown = _back
    if shown is None or not (answer.answered or turned.kind in _UNSEARCHED):
        body = answer_text(answer, schema)
    else:
        body = "\n\n".join([_closed(answer.message), *shown(answer)])
    return printable("\n\n".join([body, *_understood(turned)]))


def _understood(turned: Turned) -> Iterable[str]:
    """What was understood, in words, and how to take it the other way."""
    lines = []
    if turned.notice and not turned.notice.startswith("Compris comme la suite"):
        lines.append(_closed(turned.notice))
    if turned.chips:
        said = " · ".join(chip.text for chip in turned.chips)
        lines.append(f"Compris\u00a0: {said} (pour enlever, par exemple\u00a0: {guillemets(turned.chips[0].removal)})")
    if turned.other_way:
        lines.append(f"Si ce n’est pas cela\u00a0: {guillemets(turned.other_way)}")
    return ["\n".join(lines)] if lines else []


def _back(answer: Answer) -> list[str]:
    return ["\n".join(f"  – {choice}" for choice in answer.turned.choices)] if answer.turned.choices else []


def _numbers(answer: Answer) -> list[str]:
    lines = "\n".join(f"  {number:<5} {who}" for number, who in answer.turned.numbers)
    if answer.turned.choices:
        others = " ou ".join(guillemets(choice) for choice in answer.turned.choices)
        return [lines, f"Si ce n’est plus cela, dites-le\u00a0: {others}."]
    return [lines, "Pour des actions de prévention, dites-le\u00a0: «\u00a0prévention de…\u00a0»."]


def _whole(answer: Answer) -> list[str]:
    return [sheet_text(excerpt.sheet) for excerpt in answer.sheets]


def _titles(answer: Answer) -> list[str]:
    return ["\n".join(f"{number:>3}. {_line(excerpt.sheet)}" for number, excerpt in enumerate(answer.sheets, start=1))]


def _board(answer: Answer) -> list[str]:
    board: Board | None = answer.turned.board
    if board is None:
        return []
    blocks = [_titles(answer)[0]]
    for row in board.rows:
        lines = [row.name.upper()]
        for sheet, cell in zip(board.sheets, row.cells, strict=True):
            lines.append(f"  {sheet.title}")
            lines += _quotes(cell.quotes, sheet) if cell.quotes else [f"    ({SILENCE[cell.status]})"]
        blocks.append("\n".join(lines))
    return blocks


def _figures(answer: Answer) -> list[str]:
    return [_figure(number, figure) for number, figure in enumerate(answer.turned.figures, start=1)]


def _figure(number: int, figure: Figure) -> str:
    remark = f" ({figure.remark})" if figure.remark else ""
    return "\n".join([f"{number}. {figure.sheet.title}{remark}", *_quotes(figure.quotes, figure.sheet)])


def _digest(answer: Answer) -> list[str]:
    digest: Digest | None = answer.turned.digest
    if digest is None:
        return []
    blocks = []
    for theme in digest.themes:
        sheets = len({sheet.id for sheet, _ in theme.quotes})
        lines = [f"{theme.name.upper()} ({sheets} fiche{'s' if sheets > 1 else ''})"]
        for sheet, quote in theme.quotes:
            lines += [f"  {sheet.title}", *_quotes([quote], sheet)]
        blocks.append("\n".join(lines))
    if digest.silent:
        blocks.append(f"Limites non renseignées\u00a0: {', '.join(sheet.title for sheet in digest.silent)}.")
    return blocks


def _session(answer: Answer) -> list[str]:
    session: Session | None = answer.turned.session
    if session is None:
        return []
    blocks = ["LES FICHES"]
    for number, excerpt in enumerate(answer.sheets, start=1):
        ends = {*excerpt.limits, *excerpt.perspectives}
        said = [quote for quote in excerpt.quotes if quote not in ends]
        blocks.append("\n".join([f"{number}. {_line(excerpt.sheet)}", *_quotes(said, excerpt.sheet)]))
    blocks.append("QUESTIONS POUR LA DISCUSSION")
    for number, asked in enumerate(session.questions, start=1):
        blocks.append(
            "\n".join([f"{number}. {asked.sheet.title}", *_quotes([asked.quote], asked.sheet), f"   {asked.question}"])
        )
    blocks.append("LIMITES À DEVINER\nQu’est-ce qui a pu coincer\u202f? La réponse est plus bas.")
    blocks.append("\n".join("·" for _ in range(8)))
    for sheet, limits in session.guesses:
        lines = _quotes(limits, sheet) if limits else ["    (non renseigné)"]
        blocks.append("\n".join([f"  {sheet.title}", *lines]))
    return blocks


def _quotes(quotes: Iterable[Quote], sheet: Sheet) -> list[str]:
    texts = {section.label for section in sheet.sections if section.kind is Kind.TEXT}
    return [
        "\n".join(_BAR + line for line in quote.text.split("\n"))
        + (" […]" if quote.section in texts and not quote.whole else "")
        for quote in quotes
    ]


def _line(sheet: Sheet) -> str:
    facets = (Facet.DEPARTMENT, Facet.PUBLIC, Facet.STATUS)
    return " · ".join([sheet.title, *(value for facet in facets for value in sheet.facet(facet))])


def _closed(text: str) -> str:
    return text if text.endswith(("?", "!", ".")) else f"{text}."


_UNSEARCHED = (TurnKind.TALK, TurnKind.DANGER, TurnKind.CLARIFY, TurnKind.UNDO)
_SHOWN: Mapping[TurnKind, Callable[[Answer], list[str]]] = {
    TurnKind.TALK: _back,
    TurnKind.CLARIFY: _back,
    TurnKind.DANGER: _numbers,
    TurnKind.WHOLE: _whole,
    TurnKind.COMPARE: _board,
    TurnKind.AMOUNTS: _figures,
    TurnKind.DIGEST: _digest,
    TurnKind.TRAINING: _session,
}
