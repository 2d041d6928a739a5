"""The choices that a turn names, and how they change those in force."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from assistant.conversation.state import Choices, Need
from assistant.conversation.wordings import TalkWordings
from assistant.language.folding import fold
from assistant.language.patterns import QuickPatterns, any_of
from assistant.retrieval.choices import Named
from assistant.retrieval.understand import Understanding
from assistant.retrieval.wordings import Found
from assistant.stores.store import Store
from assistant.values import Facet

_REMEMBERED = 256  # texts
PLACES = (Facet.DEPARTMENT, Facet.REGION, Facet.STRUCTURE)
_ARTICLES = r"(?:\b(?:l|d|la|le|les|un|une|des|du|de|aux?|en|dans|chez|avec|pour|plus)\b['\s]*)*"
_JOINS = re.compile(
    rf"(?:\b(?:pour|avec|chez|dans|en|et|plutot|seulement|sauf|hors|excepte|sans|pas)\b\s*)?{_ARTICLES}$"
)


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Choices that no sheet can bear together, one wording each."""

    choices: tuple[str, ...]


class ChoiceReader:
    """Finds the choices that a turn names: those that any question may, and those that only follow another."""

    def __init__(self, talk: TalkWordings, understanding: Understanding, store: Store) -> None:
        self._understanding = understanding
        self._store = store
        # a turn is read by several rules
        self.find = lru_cache(maxsize=_REMEMBERED)(self._find)
        """Every choice of a folded text; two of one facet are alternatives."""
        self._more = QuickPatterns({choice: any_of(choice.patterns) for choice in talk.choices})

    def _find(self, folded: str) -> tuple[Named, ...]:
        more = [
            Found(choice.facet, value, *match.span(), firm=True)
            for choice, pattern in self._more.likely_in(folded)
            for match in pattern.finditer(folded)
            for value in choice.values
        ]
        return self._understanding.choices(folded, more).each

    def without(self, text: str, facets: Sequence[Facet]) -> str:
        """The text less the words that name a choice of these facets, and what joins them to the rest."""
        folded = fold(text)
        kept = text if len(folded) == len(text) else folded
        while spans := [(named.start, named.end) for named in self.find(fold(kept)) if named.facet in facets]:
            start, end = max(spans)
            joins = _JOINS.search(fold(kept)[:start])
            start = joins.start() if joins else start
            before, after = kept[:start].rstrip(), kept[end:].lstrip()
            # « une fête pour les adultes, le samedi » keeps its comma where it was
            kept = f"{before.rstrip(',')}{after}" if before and after.startswith(",") else f"{before} {after}"
            kept = kept.strip(" ,")
        return kept

    def start(self, folded: str) -> int:
        """Where the first choice begins, with what joins it to the words before; 0 when there is none."""
        first = min((named.start for named in self.find(folded)), default=0)
        joins = _JOINS.search(folded[:first])
        return joins.start() if joins else first

    def rest(self, folded: str) -> str:
        """The folded text less every choice."""
        return self.without(folded, tuple(Facet))

    def contradiction(self, folded: str, named: Sequence[Named]) -> Contradiction | None:
        """Choices of one question that exclude each other: in and out at once, two states of one action,
        two places of which neither lies in the other."""
        inside = {(n.facet, n.value) for n in named if not n.out}
        both = [n for n in named if n.out and (n.facet, n.value) in inside]
        if both:
            return Contradiction((f"avec {both[0].value}", f"sans {both[0].value}"))
        states = sorted((n for n in named if n.facet is Facet.STATUS and not n.out), key=lambda n: n.start)
        if len(states) > 1 and not re.search(r"\b(?:ou|et|comme)\b|,", folded[states[0].end : states[-1].start]):
            return Contradiction(tuple(n.value.lower() for n in states))
        places: dict[Facet, tuple[str, ...]] = {}
        for n in named:
            if n.facet in PLACES and not n.out:
                places[n.facet] = (*places.get(n.facet, ()), n.value)
        if len(places) > 1 and not self._store.sheet_ids(places):
            # a région without sheets tells nothing: what lies in it is not known
            alone = [facet for facet in places if facet is not Facet.REGION]
            if all(self._store.sheet_ids({facet: places[facet]}) for facet in alone):
                return Contradiction(tuple(" ou ".join(values) for values in places.values()))
        return None


def by_facet(named: Iterable[Named]) -> dict[Facet, set[str]]:
    """The values named, alternatives within a facet."""
    values: dict[Facet, set[str]] = defaultdict(set)
    for one in named:
        values[one.facet].add(one.value)
    return values


def changed(need: Need, named: Sequence[Named], text: str) -> Need:
    """The need with the choices named in place of those of the same kind; places are one kind.

    Args:
        text: the words of the need, less those of the choices that fall.
    """
    touched = {n.facet for n in named}
    if touched & set(PLACES):
        touched |= set(PLACES)
    kept_out = {n.facet for n in named if n.out}
    facets = {facet: values for facet, values in need.facets.items() if facet not in touched}
    preferred = {facet: values for facet, values in need.preferred.items() if facet not in touched}
    excluded = {facet: values for facet, values in need.excluded.items() if facet not in touched or facet in kept_out}
    # what is excluded leaves the other choices of its facet in force
    for facet in kept_out - {n.facet for n in named if not n.out}:
        out = {n.value for n in named if n.facet is facet}
        for before, after in ((need.facets, facets), (need.preferred, preferred)):
            left = tuple(value for value in before.get(facet, ()) if value not in out)
            if left:
                after[facet] = left
    for n in sorted(named, key=lambda n: n.start):
        place = excluded if n.out else facets if n.firm else preferred
        place[n.facet] = tuple(dict.fromkeys((*place.get(n.facet, ()), n.value)))
    return replace(need, text=text, facets=facets, excluded=excluded, preferred=preferred)


def dropped(need: Need, facet: Facet, values: Sequence[str], text: str) -> Need:
    """The need less these values of a facet, and with these words."""

    def less(choices: Choices) -> Choices:
        left = {**choices, facet: tuple(value for value in choices.get(facet, ()) if value not in values)}
        return {name: kept for name, kept in left.items() if kept}

    return replace(
        need, text=text, facets=less(need.facets), excluded=less(need.excluded), preferred=less(need.preferred)
    )
