"""Refusals: why the corpus does not answer, from what a question names and what it is near."""

from __future__ import annotations

from collections.abc import Callable, Iterator
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


def without(query: Query, cut: Callable[[str, Facet], str]) -> Iterator[tuple[Drop, Query]]:
    """The query less one of its conditions, each in turn, and the drop that it would be, its sheets not counted.

    Args:
        cut: a text without the words that choose a facet.
    """
    for before, conditions in (("", query.facets), ("sauf ", query.excluded)):
        for facet, values in conditions.items():
            named = f"{before}{facet.value}\u00a0: {' ou '.join(values)}"
            kept = {other: chosen for other, chosen in conditions.items() if other is not facet}
            less = replace(query, lists=False, text=cut(query.text, facet))
            less = replace(less, excluded=kept) if before else replace(less, facets=kept)
            yield Drop(named, f"retirer {values[0]}", 0), less


def _missing(query: Query, store: Store) -> tuple[str, ...]:
    """The concepts that a query names by a word of their own and that no sheet names."""
    named = [concept for concept, weight in query.concepts.items() if weight == 1.0]
    naming = store.naming(sorted(named))
    return tuple(concept for concept in named if not naming[concept])[:_TOPICS]
