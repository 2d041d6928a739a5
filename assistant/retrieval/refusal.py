"""Refusals: why the corpus does not answer, from what a question names and what it is near."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from assistant.indexing.encoder import Vectors
from assistant.language.analyzer import terms
from assistant.replies import Cause, Drop, Refusal
from assistant.retrieval.examples import Examples
from assistant.stores.store import Store
from assistant.values import ExampleKind, Facet, Query

_TOPICS = 2  # named in a refusal; more would read as a list
_MOSTLY = 2 / 3  # of the words of a question: those of a topic from which it asks for nothing else
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
    # « familles monoparentales » is near « part des familles monoparentales », and asks for no figure
    if topics and (cause is not Cause.PRACTICAL or _share(query, topics) >= _MOSTLY):
        return Refusal(Cause.TOPIC, topics)
    # a question that names a topic of the sector is not of another world
    return Refusal(Cause.UNKNOWN if cause is Cause.WORLD and query.concepts else cause)


def without(
    query: Query, unmet: Mapping[Facet, tuple[str, ...]], cut: Callable[[str, Facet], str], bare: Callable[[str], bool]
) -> Iterator[tuple[Drop, Query]]:
    """The query less one of its conditions, each in turn, and the drop that it would be, its sheets not counted.

    Args:
        unmet: what it would rather have, and no sheet bears under its filters.
        cut: a text without the words that choose a facet.
        bare: whether a text asks for nothing but choices.
    """
    for before, conditions in (("", query.facets), ("sauf ", query.excluded), ("plutôt ", unmet)):
        for facet, values in conditions.items():
            text = cut(query.text, facet)
            facets, excluded, preferred = (
                {other: chosen for other, chosen in choices.items() if choices is not conditions or other is not facet}
                for choices in (query.facets, query.excluded, query.preferred)
            )
            if conditions is unmet:
                preferred.pop(facet)
            lists = conditions is unmet and bare(text)
            less = replace(query, text=text, facets=facets, excluded=excluded, preferred=preferred, lists=lists)
            yield Drop(f"{before}{named(facet, values)}", f"retirer {values[0]}", 0), less


def named(facet: Facet, values: Sequence[str]) -> str:
    """A condition as it is said: « public : Seniors »."""
    return f"{facet.value}\u00a0: {' ou '.join(values)}"


def _missing(query: Query, store: Store) -> tuple[str, ...]:
    """The concepts that a query names by a word of their own and that no sheet names; « repas partagé » and « repas
    partagés » are one.
    """
    named = [concept for concept, weight in query.concepts.items() if weight == 1.0]
    naming = store.naming(sorted(named))
    missing = {tuple(terms(concept)): concept for concept in reversed(named) if not naming[concept]}
    return tuple(reversed(missing.values()))[:_TOPICS]


def _share(query: Query, topics: Sequence[str]) -> float:
    """The share, 0 to 1, of the words of a query that name these topics."""
    naming = {term for wording in query.wordings if set(wording.concepts) & set(topics) for term in wording.terms}
    return len(naming & set(query.terms)) / len(query.terms)
