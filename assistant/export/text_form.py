"""An answer as text for a terminal: what the assistant says flush left, what sheets say behind a bar."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.corpus.schema import Schema
from assistant.replies import Answer, Drop, Excerpt
from assistant.retrieval.quoting import ENDS
from assistant.typography import guillemets
from assistant.values import Facet, Kind, Quote, Role, Sheet, Status

SILENCE = {Status.EMPTY: "non renseigné", Status.PLACEHOLDER: "document joint non fourni"}
EXPANSIONS_SHOWN = 6
_BAR = "    │ "


def answer_text(answer: Answer, schema: Schema) -> str:
    """The whole answer; quotes keep their own line breaks and are marked « […] » when cut short."""
    blocks = [answer.message + "."]
    if answer.follows:
        blocks.append(f"Compris comme la suite de\u00a0: {answer.turned.need}")
    if answer.query.corrections:
        read = ", ".join(f"{guillemets(read)} pour {guillemets(typed)}" for typed, read in answer.query.corrections)
        blocks.append(f"Lu\u00a0: {read} (pour garder vos mots\u00a0: --as-typed)")
    if also := searched_too(answer):
        blocks.append(f"Cherché aussi\u00a0: {', '.join(also)}")
    if answer.refusal and answer.refusal.drops:
        blocks.append(
            "\n".join(f"Sans {drop_text(drop)} (tapez\u00a0: {drop.removal})" for drop in answer.refusal.drops)
        )
    blocks += [_excerpt(number, excerpt, schema) for number, excerpt in enumerate(answer.sheets, start=1)]
    if answer.nearest:
        blocks.append("La fiche la plus proche – elle ne répond pas à la question\u00a0:")
        blocks += [_excerpt(None, excerpt, schema) for excerpt in answer.nearest]
    return printable("\n\n".join(blocks))


def drop_text(drop: Drop) -> str:
    """A condition and what is found without it."""
    return f"{guillemets(drop.text)}\u00a0: {drop.sheets} fiche{'s' if drop.sheets > 1 else ''}"


def searched_too(answer: Answer) -> tuple[str, ...]:
    """The concepts that were searched besides the words of the question, a few of them."""
    return tuple(dict.fromkeys(concept for _, concept in answer.query.expansions))[:EXPANSIONS_SHOWN]


def sheet_text(sheet: Sheet) -> str:
    """A whole sheet, label by label, in the order of the source."""
    lines = [sheet.title, _place(sheet)]
    for section in sheet.sections:
        lines += ["", section.label]
        if section.status is Status.FILLED:
            spans = section.values if section.kind is Kind.CHOICE else ((section.start, section.end),)
            lines += [_quoted(sheet.slice(*span)) for span in spans]
        else:
            lines.append(f"    ({SILENCE[section.status]})")
    return printable("\n".join(lines))


def printable(text: str) -> str:
    """The text with the characters that could drive a terminal shown as «\u00a0�\u00a0»."""
    return "".join(char if char.isprintable() or char in "\n\t\u00a0\u202f" else "\ufffd" for char in text)


def _excerpt(number: int | None, excerpt: Excerpt, schema: Schema) -> str:
    sheet = excerpt.sheet
    lines = [f"{number}. {sheet.title}" if number else sheet.title, f"   {_place(sheet)}", f"   {excerpt.reason}."]
    ends = {*excerpt.limits, *excerpt.perspectives}
    for role, status in excerpt.silent.items():
        if role not in ENDS:
            lines += ["", f"   {schema.roles[role]}", f"    ({SILENCE[status]})"]
    for quote in excerpt.quotes:
        if quote not in ends:
            lines += _labelled(quote.section, [quote])
    for role, quotes in ((Role.LIMITS, excerpt.limits), (Role.PERSPECTIVES, excerpt.perspectives)):
        name = schema.roles[role].upper()
        lines += _labelled(name, quotes) if quotes else ["", f"   {name}", f"    ({SILENCE[excerpt.silent[role]]})"]
    return "\n".join(lines)


def _labelled(label: str, quotes: Sequence[Quote]) -> list[str]:
    return ["", f"   {label}", *(_quoted(quote.text) + ("" if quote.whole else " […]") for quote in quotes)]


def _quoted(text: str) -> str:
    return "\n".join(_BAR + line for line in text.split("\n"))


def _place(sheet: Sheet) -> str:
    parts = [
        *sheet.facet(Facet.STRUCTURE),
        *sheet.facet(Facet.DEPARTMENT),
        *sheet.facet(Facet.TERRITORY),
        *sheet.facet(Facet.PUBLIC),
        *sheet.facet(Facet.STATUS),
    ]
    return " · ".join(parts)
