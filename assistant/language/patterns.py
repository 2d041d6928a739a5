"""Patterns that are only tried on a text that holds letters which they cannot do without.

A question is tried against some two hundred patterns, and holds the words of few. That none of a pattern's words
stands in a text is told much faster than that the pattern is nowhere in it; of many patterns, those that may be
there are told at once, by looking up each place of the text.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any, Generic, TypeVar

_SHORTEST = 2  # letters: one stands in any text, but for what is not ASCII: « € »
_REMEMBERED = 16  # texts: those of an answer
_LOOKED_UP = 4  # letters: of what a pattern needs, as many are looked up
_REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT)


class QuickPattern:
    """A case-sensitive pattern, found where ``re`` finds it."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.needed = tuple(sorted(needed(pattern), key=len))

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        # once it is needed: the patterns of a process that answers one question mostly never are
        return re.compile(self.pattern)

    def may_be_in(self, text: str) -> bool:
        """False when the pattern is not found in a text."""
        for letters in self.needed:  # ``any`` takes twice the time
            if letters in text:
                return True
        return not self.needed

    def search(self, text: str) -> re.Match[str] | None:
        return self._compiled.search(text) if self.may_be_in(text) else None

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        return self._compiled.finditer(text) if self.may_be_in(text) else iter(())

    def sub(self, new: str | Callable[[re.Match[str]], str], text: str) -> str:
        return self._compiled.sub(new, text) if self.may_be_in(text) else text


Name = TypeVar("Name")


class QuickPatterns(Generic[Name]):
    """Patterns by name, of which few are in a text."""

    def __init__(self, patterns: Mapping[Name, QuickPattern]) -> None:
        self._all = list(patterns.items())
        self._always = {place for place, (_, pattern) in enumerate(self._all) if not pattern.needed}
        self._by_start: dict[str, set[int]] = defaultdict(set)
        for place, (_, pattern) in enumerate(self._all):
            for letters in pattern.needed:
                self._by_start[letters[:_LOOKED_UP]].add(place)
        self._starts = frozenset(start for start in self._by_start if len(start) == _LOOKED_UP)
        self._shorter = tuple(self._by_start.keys() - self._starts)

    def likely_in(self, text: str) -> list[tuple[Name, QuickPattern]]:
        """Those that may be in a text, in their order: all that are, and some that are not."""
        found = [*(_looked_up(text) & self._starts), *(start for start in self._shorter if start in text)]
        places = self._always.union(*map(self._by_start.__getitem__, found))
        return [self._all[place] for place in sorted(places)]


@lru_cache(maxsize=_REMEMBERED)
def _looked_up(text: str) -> frozenset[str]:
    """What stands at each place of a text: several sets of patterns are tried on it."""
    return frozenset([text[start : start + _LOOKED_UP] for start in range(len(text) - _LOOKED_UP + 1)])


def any_of(patterns: Iterable[str]) -> QuickPattern:
    """One pattern for several; matches nothing when there are none."""
    return QuickPattern("|".join(patterns) or r"(?!)")


def needed(pattern: str) -> frozenset[str]:
    """Letters of which each match holds some, whatever the text; empty when they cannot be told."""
    parsed = _parser.parse(pattern)
    return frozenset() if parsed.state.flags & re.IGNORECASE else _of(parsed)


def _of(sequence: Any) -> frozenset[str]:
    """Of what is matched one part after the other, the part that tells most."""
    found, run = [], ""
    for code, value in sequence:
        if code is codes.LITERAL:
            run += chr(value)
            continue
        found.append(frozenset([run]))
        run = ""
        if code is codes.BRANCH:
            branches = [_of(branch) for branch in value[1]]
            found.append(frozenset().union(*branches) if all(branches) else frozenset())
        elif code is codes.SUBPATTERN and not value[1] & re.IGNORECASE:
            found.append(_of(value[3]))
        elif code in _REPEATS and value[0] > 0:
            found.append(_of(value[2]))
    found.append(frozenset([run]))
    return max(found, key=_told) if max(map(_told, found)) > (0, 0) else frozenset()


def _told(letters: frozenset[str]) -> tuple[int, int]:
    """How much it tells that one of these stands in a text: little when the shortest is short, or they are many."""
    shortest = min(map(len, letters), default=0)
    signs = (one for one in letters if len(one) < _SHORTEST)
    return (shortest, -len(letters)) if shortest and not any(map(str.isascii, signs)) else (0, 0)
