"""Refusals: why the corpus does not answer, from what a question names and what it is near."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from assistant.indexing.encoder import Vectors
from assistant.replies import Cause, Drop, Refusal
from assistant.retrieval.examples import Examples
from assistant.stores.store import Store
from assistant.values import ExampleKind, Facet, Query

_TOPICS = 2  # named in a refusal; more would read as a list
_CAUSES = {ExampleKind.EVERYDAY: Cause.WORLD, ExampleKind.ADMINISTRATIVE: Cause.PRACTICAL}


def refuse(query: Query, vector: Vectors, drops: tuple[Drop, ...], store: Store, examples: Examples) -> Refusal:
    """Why a query has no answer.

    Args:
        vector: the question's, aligned, shape (dimension,).
        drops: the conditions without which there is one.
    """
    if drops:
        return Refusal(Cause.CHOICES, drops=drops)
    topics = _missing(query, store)
    kind = examples.nearest_kind(vector)
    cause = _CAUSES.get(kind, Cause.UNKNOWN) if kind else Cause.UNKNOWN
    if topics and cause is not Cause.PRACTICAL:
        return Refusal(Cause.TOPIC, topics)
    # a question that names a topic of the sector is not of another world
    return Refusal(Cause.UNKNOWN if cause is Cause.WORLD and query.concepts else cause)


def without(query: Query) -> Iterator[tuple[str, str, Query]]:
    """The query less one of its conditions, each in turn, with its name and what to type to take it away."""
    for facet, values in query.facets.items():
        others = {other: kept for other, kept in query.facets.items() if other is not facet}
        yield _named(facet, values), f"retirer {values[0]}", replace(query, lists=False, facets=others)
    for facet, values in query.excluded.items():
        others = {other: kept for other, kept in query.excluded.items() if other is not facet}
        yield f"sauf {_named(facet, values)}", f"retirer {values[0]}", replace(query, lists=False, excluded=others)


def _named(facet: Facet, values: tuple[str, ...]) -> str:
    return f"{facet.value}\u00a0: {' ou '.join(values)}"


def _missing(query: Query, store: Store) -> tuple[str, ...]:
    """The concepts that a query names by a word of their own and that no sheet names."""
    named = [concept for concept, weight in query.concepts.items() if weight == 1.0]
    naming = store.naming(sorted(named))
    return tuple(concept for concept in named if not naming[concept])[:_TOPICS]
