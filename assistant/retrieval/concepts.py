"""Concepts: what a question asks for, in the sector's vocabulary, and what of it no sheet names."""

from __future__ import annotations

from collections.abc import Mapping

from assistant.language.thesaurus import RELATED, Thesaurus, concept_rarity
from assistant.stores.store import Store

_NAMED = 0.2  # how much a concept named in words weighs beside the probabilities of those that are near


def asked_concepts(named: Mapping[str, float], likely: Mapping[str, float], thesaurus: Thesaurus) -> dict[str, float]:
    """The concepts that a question asks for, weighed.

    Args:
        named: those that its words name, by the weight of the wording; their related ones count for less.
        likely: those that its vector is near, with their probability.
    """
    said: dict[str, float] = {}
    for concept, weight in named.items():
        for term, share in ((concept, 1.0), *((term, RELATED) for term in thesaurus.related(concept))):
            said[term] = max(said.get(term, 0.0), share * weight)
    return {concept: likely.get(concept, 0.0) + _NAMED * said.get(concept, 0.0) for concept in sorted({*likely, *said})}


def lacking(named: Mapping[str, float], store: Store) -> float:
    """The share, 0 to 1, weighed by rarity, of the concepts named by a question that no sheet names."""
    naming = store.naming(sorted(named))
    worth = {
        concept: weight * concept_rarity(store.manifest.sheets, naming[concept]) for concept, weight in named.items()
    }
    missing = sum(worth[concept] for concept in named if not naming[concept])
    return missing / sum(worth.values()) if worth else 0.0
