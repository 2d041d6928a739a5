"""Comparison: sheets side by side, section by section, and the limits that come back among them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assistant.conversation.cutting import aligned, cell, said_in
from assistant.corpus.schema import Schema
from assistant.language.folding import fold
from assistant.language.patterns import any_of
from assistant.replies import Board, Cell, Digest, Row, Theme
from assistant.retrieval.quoting import cut_quote
from assistant.values import Facet, Quote, Role, Sheet, Status

WORDS_A_CELL = 30
OTHER = "autre"
ROWS = (
    Role.STATUS,
    Role.PUBLIC,
    Role.TERRITORY,
    Role.INITIATIVE,
    Role.PARTNERS,
    Role.SUMMARY,
    Role.FUNDING,
    Role.PEOPLE,
    Role.RESULTS,
    Role.LIMITS,
    Role.PERSPECTIVES,
)


def compare(sheets: Sequence[Sheet], schema: Schema, roles: Sequence[Role] = ()) -> Board:
    """The sheets by section; the sections asked for alone, when some are."""
    rows = [
        Row(schema.roles[role], tuple(cell(sheet, role, schema, WORDS_A_CELL) for sheet in sheets))
        for role in roles or ROWS
    ]
    return Board(tuple(sheets), tuple(rows))


def common(sheets: Sequence[Sheet], schema: Schema) -> Board:
    """What the sheets share: the choices that every one of them bears, quoted from each. No row when none is."""
    rows = []
    for label in schema.labels:
        if label.facet is None:
            continue
        shared = set.intersection(*(set(sheet.facet(label.facet)) for sheet in sheets))
        if shared:
            cells = (Cell(_values(sheet, label.facet, shared, schema), Status.FILLED) for sheet in sheets)
            rows.append(Row(schema.roles[label.role], tuple(cells)))
    return Board(tuple(sheets), tuple(rows))


def digest(sheets: Sequence[Sheet], schema: Schema, difficulties: Mapping[str, tuple[str, ...]]) -> Digest:
    """The limits of the sheets by kind of difficulty, the kind told most first; a sentence may tell of several.

    Args:
        difficulties: by kind, patterns over folded text.
    """
    patterns = {name: any_of(words) for name, words in difficulties.items()}
    themes: dict[str, list[tuple[Sheet, Quote]]] = {name: [] for name in (*patterns, OTHER)}
    silent = []
    for sheet in sheets:
        quotes = _limits(sheet, schema)
        if not quotes:
            silent.append(sheet)
        for quote in quotes:
            folded = aligned(quote.text)
            for name in [name for name, pattern in patterns.items() if pattern.search(folded)] or [OTHER]:
                themes[name].append((sheet, quote))
    told = [Theme(name, tuple(quotes)) for name, quotes in themes.items() if quotes]
    told.sort(key=lambda theme: (theme.name == OTHER, -len({sheet.id for sheet, _ in theme.quotes})))
    return Digest(tuple(told), tuple(silent))


def _limits(sheet: Sheet, schema: Schema) -> list[Quote]:
    return [
        cut_quote(sheet, section, *span)
        for section in sheet.sections_with(Role.LIMITS)
        if section.status is Status.FILLED
        for span in said_in(sheet, section, schema)
    ]


def _values(sheet: Sheet, facet: Facet, wanted: set[str], schema: Schema) -> tuple[Quote, ...]:
    """The values of a choice that are among those wanted, as the source spells them."""
    labels = {label.label for label in schema.labels if label.facet is facet}
    spelt = {fold(value) for value in wanted} | {fold(w) for w, right in schema.spellings.items() if right in wanted}
    quotes = []
    for section in sheet.sections:
        if section.label in labels:
            for value in section.values:
                text = fold(sheet.slice(*value))
                # a structure is followed by its département
                if text in spelt or (facet is Facet.STRUCTURE and any(text.startswith(name) for name in spelt)):
                    quotes.append(cut_quote(sheet, section, *value))
    return tuple(quotes)
