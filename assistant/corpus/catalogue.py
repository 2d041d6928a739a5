"""The catalogue: every sheet, filtered by its choices with live counts, searched as one types, sorted."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from assistant.language.folding import fold
from assistant.values import Facet, Sheet, Status

UNSET = "non renseigné"
"""Stands among the values of a facet for the sheets that bear none."""
Choices = Mapping[Facet, tuple[str, ...]]
_WORD = re.compile(r"\w+")


class Order(StrEnum):
    """How sheets are sorted; the values are those of links."""

    CORPUS = "corpus"  # those whose title bears the words come first
    TITLE = "titre"
    DEPARTMENT = "département"
    FILLED = "remplissage"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Sheets that bear one of the values of every facet, and words that begin with each of ``words``."""

    facets: Choices = field(default_factory=dict)
    words: str = ""
    order: Order = Order.CORPUS


@dataclass(frozen=True, slots=True)
class Found:
    """``counts`` says for each value how many sheets there would be with it, the other facets kept as
    they are; values that would give none are left out unless they are chosen. Most frequent first."""

    sheets: tuple[Sheet, ...]
    counts: Mapping[Facet, Mapping[str, int]]


class Catalogue:
    """The sheets in the order of the corpus, with what finding needs; built once."""

    def __init__(self, sheets: Sequence[Sheet]) -> None:
        self.sheets = tuple(sheets)
        self._by_id = {sheet.id: place for place, sheet in enumerate(self.sheets)}
        self._titles = [_words(sheet.title) for sheet in self.sheets]
        self._texts = [_words(_said(sheet)) for sheet in self.sheets]
        self._bearing: dict[Facet, dict[str, set[int]]] = {facet: {} for facet in Facet}
        for place, sheet in enumerate(self.sheets):
            for facet in Facet:
                for value in sheet.facet(facet) or (UNSET,):
                    self._bearing[facet].setdefault(value, set()).add(place)

    def get(self, sheet_id: str) -> Sheet | None:
        place = self._by_id.get(sheet_id)
        return None if place is None else self.sheets[place]

    def values(self, facet: Facet) -> tuple[str, ...]:
        """The values of a facet, those that most sheets bear first."""
        return tuple(sorted(self._bearing[facet], key=lambda value: (-len(self._bearing[facet][value]), value)))

    def find(self, wanted: Wanted) -> Found:
        """The sheets wanted, sorted, and the live counts."""
        bearing = {facet: self._any(facet, values) for facet, values in wanted.facets.items() if values}
        worded = self._worded(wanted.words)
        counts = {}
        for facet in Facet:
            others = [places for other, places in bearing.items() if other is not facet]
            left = set.intersection(worded, *others)
            chosen = wanted.facets.get(facet, ())
            counted = {value: len(places & left) for value, places in self._bearing[facet].items()}
            kept = [value for value, count in counted.items() if count or value in chosen]
            counts[facet] = {
                value: counted[value] for value in sorted(kept, key=lambda v: (v == UNSET, -counted[v], v))
            }
        places = sorted(set.intersection(worded, *bearing.values()), key=lambda place: self._rank(place, wanted))
        return Found(tuple(self.sheets[place] for place in places), counts)

    def _any(self, facet: Facet, values: Sequence[str]) -> set[int]:
        return set().union(*(self._bearing[facet].get(value, set()) for value in values))

    def _worded(self, words: str) -> set[int]:
        beginnings = [f" {word}" for word in _WORD.findall(fold(words))]
        return {place for place, text in enumerate(self._texts) if all(beginning in text for beginning in beginnings)}

    def _rank(self, place: int, wanted: Wanted) -> tuple[object, ...]:
        sheet = self.sheets[place]
        if wanted.order is Order.TITLE:
            return (self._titles[place], place)
        if wanted.order is Order.DEPARTMENT:
            departments = sheet.facet(Facet.DEPARTMENT)
            return (not departments, *(fold(department) for department in departments[:1]), place)
        if wanted.order is Order.FILLED:
            return (-filled(sheet)[0], place)
        beginnings = [f" {word}" for word in _WORD.findall(fold(wanted.words))]
        return (not all(beginning in self._titles[place] for beginning in beginnings), place)


def filled(sheet: Sheet) -> tuple[int, int]:
    """How many sections say something, and how many there are."""
    return sum(section.status is Status.FILLED for section in sheet.sections), len(sheet.sections)


def _said(sheet: Sheet) -> str:
    """All that a sheet says: its title and its values, without its labels."""
    values = (sheet.slice(*value) for section in sheet.sections for value in section.values)
    return "\n".join((sheet.title, *values))


def _words(text: str) -> str:
    """The folded words, each after one space."""
    return "".join(f" {word}" for word in _WORD.findall(fold(text)))
