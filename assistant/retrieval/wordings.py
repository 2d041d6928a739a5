"""How questions ask for sections and name choices: ``data/questions.yaml``, compiled."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from assistant.documents import Pattern, Strict, load_yaml
from assistant.language.folding import fold
from assistant.values import Facet, Role


class FacetWordings(Strict):
    always: bool = False
    prefer: bool = True
    filter: tuple[Pattern, ...] = ()
    values: dict[str, tuple[Pattern, ...]] = {}


class Wordings(Strict):
    sections: dict[Role, tuple[Pattern, ...]]
    facets: dict[Facet, FacetWordings]
    shorthand: dict[str, str] = {}


def load_wordings(path: Path) -> Wordings:
    """The wordings of a data folder.

    Raises:
        SchemaError: with file and line.
    """
    return load_yaml(path, Wordings)


class SectionCues:
    """Finds the sections that a question asks for."""

    def __init__(self, wordings: Wordings) -> None:
        self._patterns = {role: re.compile("|".join(cues)) for role, cues in wordings.sections.items() if cues}

    def roles(self, folded: str) -> tuple[Role, ...]:
        """The roles asked for, in the order in which the question names them."""
        found = {role: match.start() for role, pattern in self._patterns.items() if (match := pattern.search(folded))}
        return tuple(sorted(found, key=lambda role: found[role]))

    def without(self, folded: str) -> str:
        """The question less the words that ask for a section."""
        for pattern in self._patterns.values():
            folded = pattern.sub(" ", folded)
        return folded


class FacetCues:
    """Finds the choices that a question names."""

    def __init__(self, wordings: Wordings, values: Mapping[Facet, Sequence[str]]) -> None:
        """``values``: those that the sheets bear, by facet."""
        self._facets = wordings.facets
        self._values = {
            (facet, value): re.compile("|".join(patterns))
            for facet, words in wordings.facets.items()
            for value, patterns in words.values.items()
        }
        self._filters = {
            facet: re.compile("|".join(plain))
            for facet, words in wordings.facets.items()
            if (plain := [pattern for pattern in words.filter if "{value}" not in pattern])
        }
        self._named = {
            (facet, value): re.compile(
                "|".join(pattern.replace("{value}", re.escape(fold(value))) for pattern in named)
            )
            for facet, words in wordings.facets.items()
            if (named := [pattern for pattern in words.filter if "{value}" in pattern])
            for value in values.get(facet, ())
        }

    def find(self, folded: str) -> list[tuple[Facet, str, re.Match[str], bool]]:
        """Facet, value, where it stands, and whether it is a filter (else a preference)."""
        found = []
        for (facet, value), pattern in self._values.items():
            if match := pattern.search(folded):
                filters = self._filters.get(facet)
                firm = self._facets[facet].always or bool(filters and filters.search(folded))
                if not firm and not self._facets[facet].prefer:
                    continue
                found.append((facet, value, match, firm))
        for (facet, value), pattern in self._named.items():
            if match := pattern.search(folded):
                found.append((facet, value, match, True))
        return found
