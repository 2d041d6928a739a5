"""How questions ask for sections and name choices: ``data/questions.yaml``, compiled."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from assistant.documents import Pattern, Strict, load_yaml
from assistant.language.folding import fold
from assistant.language.patterns import QuickPattern, QuickPatterns, any_of
from assistant.values import Facet, Role

_VALUE = "{value}"
_REMEMBERED = 256  # texts


class FacetWordings(Strict):
    everyone: str = ""
    prefer: tuple[Pattern, ...] = ()
    filter: tuple[Pattern, ...] = ()
    values: dict[str, tuple[Pattern, ...]] = {}


class Wordings(Strict):
    sections: dict[Role, tuple[Pattern, ...]]
    subjects: tuple[Pattern, ...] = ()
    idle: tuple[Pattern, ...] = ()
    facets: dict[Facet, FacetWordings]
    places: dict[str, tuple[str, ...]] = {}
    towns: dict[str, str] = {}
    shorthand: dict[str, str] = {}


class Found(NamedTuple):
    """A choice named in a folded question at ``start:end``; a filter when ``firm``, else a preference.

    ``bare`` when only its name stands there, with nothing that says what it is wanted for.
    """

    facet: Facet
    value: str
    start: int
    end: int
    firm: bool
    bare: bool = False


def load_wordings(path: Path) -> Wordings:
    """The wordings of a data folder.

    Raises:
        SchemaError: with file and line.
    """
    return load_yaml(path, Wordings)


class SectionCues:
    """Finds the sections that a question asks for."""

    def __init__(self, wordings: Wordings) -> None:
        self._cues = QuickPatterns({role: any_of(cues) for role, cues in wordings.sections.items() if cues})
        self._subjects = any_of(wordings.subjects)
        self._idle = any_of(wordings.idle)
        # an answer reads its question several times
        self._masked = lru_cache(maxsize=_REMEMBERED)(self._mask)
        self._asking = lru_cache(maxsize=_REMEMBERED)(self._find)

    def roles(self, folded: str) -> tuple[Role, ...]:
        """The roles asked for, in the order in which the question names them."""
        found = self._asking(self._masked(folded))
        return tuple(sorted(found, key=lambda role: found[role][0]))

    def _find(self, masked: str) -> Mapping[Role, Sequence[tuple[int, int]]]:
        """Where a question asks for each role, in order."""
        found = (
            (role, [match.span() for match in cues.finditer(masked)]) for role, cues in self._cues.likely_in(masked)
        )
        return {role: spans for role, spans in found if spans}

    def has_subject(self, folded: str) -> bool:
        """Whether the question holds what looks like the wording of a section, and is what it is about."""
        return self._masked(folded) != folded

    def telling(self, folded: str) -> str:
        """The question less the words that only frame it: « il se passe quoi »."""
        return _covered(self._idle, folded, " ")

    def without(self, folded: str) -> str:
        """The question less the words that ask for a section."""
        return blanked(folded, chain.from_iterable(self._asking(self._masked(folded)).values()))

    def _mask(self, folded: str) -> str:
        """The question with what is its subject blanked: « difficultés scolaires » asks for no limits."""
        return _covered(self._subjects, folded, "_")


class FacetCues:
    """Finds the choices that a question names."""

    def __init__(self, wordings: Wordings, values: Mapping[Facet, Sequence[str]]) -> None:
        """``values``: those that the sheets bear, by facet; one without wordings is read by its own name."""
        names: dict[tuple[Facet, str], QuickPattern] = {}
        # those of a value are compiled once a question names it
        self._compiled = cache(re.compile)
        self._firm: dict[tuple[Facet, str], str] = {}
        self._soft: dict[tuple[Facet, str], str] = {}
        for facet, words in wordings.facets.items():
            for value in dict.fromkeys([*words.values, *values.get(facet, ())]):
                named = words.values.get(value, (_by_name(value),))
                if not named:
                    continue
                bare = "(?:" + "|".join(named) + ")"
                names[facet, value] = QuickPattern(bare)
                for frames, patterns in ((words.filter, self._firm), (words.prefer, self._soft)):
                    if frames:
                        patterns[facet, value] = "|".join(frame.replace(_VALUE, bare) for frame in frames)
        self._bare = QuickPatterns(names)

    def find(self, folded: str) -> Iterator[Found]:
        """Filters, then preferences, then names alone, which say nothing unless they are excluded."""
        # a frame holds the name: few names stand in a question, and a frame takes longer to look for
        likely = self._bare.likely_in(folded)
        named = {key: matches for key, pattern in likely if (matches := list(pattern.finditer(folded)))}
        for patterns, firm in ((self._firm, True), (self._soft, False)):
            for facet, value in (key for key in named if key in patterns):
                for match in self._compiled(patterns[facet, value]).finditer(folded):
                    yield Found(facet, value, *match.span(), firm=firm)
        for (facet, value), matches in named.items():
            for match in matches:
                yield Found(facet, value, *match.span(), firm=False, bare=True)


def _covered(pattern: QuickPattern, text: str, by: str) -> str:
    """The text with another letter in place of each that a pattern finds."""
    return pattern.sub(lambda match: by * len(match.group()), text)


def blanked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with spaces for what stands at the spans."""
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _by_name(value: str) -> str:
    """« éducation / scolarité » by either word, « intergénérationnel » in its feminine and plural too."""
    parts = [part.strip() for part in re.split(r"[/&,()]", fold(value)) if len(part.strip()) > 1]
    loose = (r"[-' ]+".join(re.escape(word) for word in re.split(r"[-' ]+", part)) for part in parts)
    return rf"\b(?:{'|'.join(loose) or re.escape(fold(value))})(?:s|e|es|le|les|x)?\b"
