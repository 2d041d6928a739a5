"""Amounts and counts: read where a sheet writes them, each with the sentence that proves it.

Nothing is added up: a sheet that writes several amounts says none that can be ranked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.conversation.cutting import aligned, said_in, section_quotes
from assistant.conversation.wordings import Unit
from assistant.corpus.schema import Schema
from assistant.replies import Figure
from assistant.retrieval.quoting import cut_quote, silence
from assistant.values import Kind, Quote, Role, Section, Sheet, Span, Status

EUROS = "euros"
_NUMBER = r"(\d{1,3}(?:[ \u00a0\u202f.]\d{3})+|\d+)(?:,(\d{1,2}))?"
_SPELT = {word: value for value, word in enumerate("un deux trois quatre cinq six sept huit neuf dix".split(), 1)}
_SPELT["une"] = 1
_WORDS_SHOWN = 30
_NOTHING = {Status.EMPTY: "non renseigné", Status.PLACEHOLDER: "document joint non fourni"}


def figures(sheets: Sequence[Sheet], unit: str, wording: Unit, most: bool, schema: Schema) -> tuple[Figure, ...]:
    """What each sheet writes of a unit: those that can be ranked first, from the least or the most.

    Args:
        unit: its name; amounts are read in the funding, counts in the people.
    """
    role = role_of(unit)
    pattern = _pattern(unit, wording)
    read = [_figure(sheet, role, pattern, schema) for sheet in sheets]
    ranked = [figure for figure in read if figure.value is not None]
    ranked.sort(key=lambda figure: figure.value or 0.0, reverse=most)
    return (*ranked, *(figure for figure in read if figure.value is None))


def role_of(unit: str) -> Role:
    """The role of the sections where a unit is read."""
    return Role.FUNDING if unit == EUROS else Role.PEOPLE


def written(value: float) -> str:
    """1 500 or 244,97."""
    whole, cents = divmod(round(value * 100), 100)
    return f"{whole:,}".replace(",", "\u202f") + (f",{cents:02d}" if cents else "")


def _pattern(unit: str, wording: Unit) -> re.Pattern[str]:
    if unit == EUROS:
        return re.compile(rf"{_NUMBER}\s*(?:{wording.written})")
    spelt = "|".join(_SPELT)
    word = rf"(?:{wording.written})\b"
    return re.compile(
        rf"\b(?P<low>\d+) ?(?:a|-) ?(?P<high>\d+)\s+{word}"
        rf"|\b(?P<one>\d+|{spelt})\s+{word}|\b{word}\s*:\s*(?P<after>\d+)\b"
    )


def _figure(sheet: Sheet, role: Role, pattern: re.Pattern[str], schema: Schema) -> Figure:
    found: list[tuple[float, str, Quote]] = []
    filled = [s for s in sheet.sections_with(role) if s.status is Status.FILLED and s.kind is Kind.TEXT]
    for section in filled:
        for span in said_in(sheet, section, schema):
            found += _read(sheet, section, span, pattern)
    quotes = tuple(dict.fromkeys(quote for _, _, quote in found))
    if len(found) == 1:
        value, remark, _ = found[0]
        return Figure(sheet, value, quotes, remark)
    if found:
        return Figure(sheet, None, quotes, "plusieurs nombres, que la fiche n’additionne pas")
    quotes = tuple(quote for section in filled for quote in section_quotes(sheet, section, schema, _WORDS_SHOWN))
    return Figure(sheet, None, quotes, "pas de nombre écrit" if quotes else _NOTHING[silence(sheet, role)])


def _read(sheet: Sheet, section: Section, span: Span, pattern: re.Pattern[str]) -> list[tuple[float, str, Quote]]:
    text = aligned(sheet.slice(*span))
    found = []
    for match in pattern.finditer(text):
        mark = Span(span.start + match.start(), span.start + match.end())
        quote = cut_quote(sheet, section, span.start, span.end, (mark,))
        found.append((*_value(match), quote))
    if len(found) > 1:  # one sentence, several figures: one quote with every mark
        marks = tuple(quote.marks[0] for *_, quote in found)
        quote = cut_quote(sheet, section, span.start, span.end, marks)
        found = [(value, remark, quote) for value, remark, _ in found]
    return found


def _value(match: re.Match[str]) -> tuple[float, str]:
    named = match.groupdict()
    if not named:
        return float(re.sub(r"\D", "", match[1])) + float(f"0.{match[2] or 0}"), ""
    if named["high"]:
        return float(named["high"]), f"de {named['low']} à {named['high']}"
    word = named["one"] or named["after"]
    return float(_SPELT.get(word) or word), ""
