"""Concepts: what a question names of the sector's vocabulary, held against what the sheets name."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from assistant.language.thesaurus import RELATED
from assistant.stores.store import Store


@dataclass(frozen=True, slots=True)
class ConceptMatch:
    """``shares``: for each sheet, the share, 0 to 1, of the question's concepts that it names, weighed by
    rarity; a related concept counts for less. ``lacking``: the share that no sheet names.
    """

    shares: Mapping[str, float]
    lacking: float


def match_concepts(concepts: Mapping[str, float], store: Store) -> ConceptMatch:
    """Hold the concepts of a question, with their weights, against the sheets of a store."""
    if not concepts:
        return ConceptMatch({}, 0.0)
    thesaurus = store.thesaurus()
    related = {concept: thesaurus.related(concept) for concept in concepts}
    mentions = store.mentions(sorted({*concepts, *(term for terms in related.values() for term in terms)}))
    shares: dict[str, float] = {}
    total = lacking = 0.0
    for concept, weight in concepts.items():
        bearing = {sheet: RELATED * found for term in related[concept] for sheet, found in mentions[term].items()}
        bearing |= mentions[concept]
        worth = weight * _rarity(store.manifest.sheets, len(mentions[concept]))
        total += worth
        lacking += 0.0 if mentions[concept] else worth
        for sheet, found in bearing.items():
            shares[sheet] = shares.get(sheet, 0.0) + worth * found
    return ConceptMatch({sheet: share / total for sheet, share in shares.items()}, lacking / total)


def _rarity(sheets: int, bearing: int) -> float:
    """BM25's inverse document frequency, kept positive by adding one (as Lucene does)."""
    return math.log(1 + (sheets - bearing + 0.5) / (bearing + 0.5))
