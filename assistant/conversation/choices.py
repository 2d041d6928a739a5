"""The choices that a turn names, and how they change those in force."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from assistant.conversation.state import Choices, Need
from assistant.conversation.wordings import TalkWordings, joined
from assistant.corpus.places import Department
from assistant.language.folding import fold
from assistant.retrieval.places import PlaceCues
from assistant.retrieval.wordings import FacetCues, Wordings
from assistant.stores.store import Store
from assistant.values import Facet

PLACES = (Facet.DEPARTMENT, Facet.REGION, Facet.STRUCTURE)
_ARTICLES = r"(?:(?:l|d|la|le|les|un|une|des|du|de|aux?|en|dans|chez|avec|pour|plus)\b['\s]*)*"
_EXCLUDES = re.compile(rf"\b(?:sauf|sans|hors|excepte|pas)\W+{_ARTICLES}$")
_ALONGSIDE = re.compile(rf"\b(?:sauf|sans|hors|excepte|pas|avec)\W+{_ARTICLES}$")
_JOINS = re.compile(
    rf"(?:\b(?:pour|avec|chez|dans|en|et|plutot|seulement|sauf|hors|excepte|sans|pas)\b\s*)?{_ARTICLES}$"
)


class Named(NamedTuple):
    """A choice that a text names, where, and whether it filters or only raises."""

    facet: Facet
    value: str
    start: int
    end: int
    firm: bool
    out: bool


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Choices that no sheet can bear together, one wording each."""

    choices: tuple[str, ...]


class ChoiceReader:
    """Finds the choices that a folded text names, over one corpus."""

    def __init__(self, talk: TalkWordings, wordings: Wordings, departments: Iterable[Department], store: Store) -> None:
        values = {facet: tuple(found) for facet, found in store.facets().items()}
        self._store = store
        self._cues = FacetCues(wordings, values)
        self._places = PlaceCues(departments, values[Facet.STRUCTURE])
        self._more = [(c.facet, c.values, joined(c.patterns)) for c in talk.choices if c.values]
        self._beside = {
            (choice.facet, value): re.compile(
                "|".join(pattern.replace("{value}", rf"\b{re.escape(fold(value))}\b") for pattern in choice.patterns)
            )
            for choice in talk.choices
            if not choice.values
            for value in values[choice.facet]
        }

    def find(self, folded: str) -> list[Named]:
        """Every choice, in no order; two of one facet are alternatives."""
        found = {
            (facet, value): (match.start(), match.end(), firm) for facet, value, match, firm in self._cues.find(folded)
        }
        found |= {(facet, value): (*match.span(), True) for facet, value, match in self._places.find(folded)}
        for facet, values, pattern in self._more:
            if match := pattern.search(folded):
                found = {key: place for key, place in found.items() if key[0] is not facet or key[1] in values}
                found |= {(facet, value): (*match.span(), True) for value in values}
        for (facet, value), pattern in self._beside.items():
            match = pattern.search(folded)
            if match and _ALONGSIDE.search(folded[: match.start()]):
                found[facet, value] = (*match.span(), True)
        return [
            Named(facet, value, start, end, firm, bool(_EXCLUDES.search(folded[:start]) or _opens_out(folded[start:])))
            for (facet, value), (start, end, firm) in found.items()
        ]

    def without(self, text: str, facets: Sequence[Facet]) -> str:
        """The text less the words that name a choice of these facets, and what joins them to the rest."""
        folded = fold(text)
        kept = text if len(folded) == len(text) else folded
        while spans := [(named.start, named.end) for named in self.find(fold(kept)) if named.facet in facets]:
            start, end = max(spans)
            joins = _JOINS.search(fold(kept)[:start])
            start = joins.start() if joins else start
            kept = f"{kept[:start].rstrip()} {kept[end:].lstrip()}".strip()
        return kept

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
            alone = [{facet: values} for facet, values in places.items()]
            if all(self._store.sheet_ids(place) for place in alone):
                return Contradiction(tuple(" ou ".join(values) for values in places.values()))
        return None


def _opens_out(text: str) -> bool:
    return bool(re.match(r"(?:sans|sauf|hors|pas)\b", text))


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
