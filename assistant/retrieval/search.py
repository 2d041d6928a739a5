"""Ranking: both rankings of a query, fused by sheet.

A sheet's score adds up the cosine of its nearest passage, the share of the question's weighed terms
that it bears, the cosine of the nearest of its needs, and the share of the question's concepts that
it names. The share of terms is BM25 over the BM25 of a sheet full of every term: unlike a score divided
by the best one found, it stays low when the words of the question are hardly in the corpus.
"""

from __future__ import annotations

from dataclasses import replace

from assistant.indexing.encoder import Vectors
from assistant.retrieval.concepts import ConceptMatch
from assistant.stores.store import Store
from assistant.values import Hit, PassageHit, Query

TERM_WEIGHT = 0.7
NEED_WEIGHT = 0.8
CONCEPT_WEIGHT = 0.2
PREFERENCE_WEIGHT = 0.1
_PASSAGES_A_SHEET = 12  # of a ranking: fusion needs passages of sheets that both rankings know


def search(
    query: Query, vector: Vectors, concepts: ConceptMatch, store: Store, limit: int, needs: bool = True
) -> list[Hit]:
    """The ``limit`` best sheets for a query, best first; ties in the order of the corpus.

    Args:
        vector: the encoder's vector of the question, shape (dimension,).
        concepts: those of the question, held against the sheets.
        needs: whether the needs of ``data/needs.yaml`` are searched.
    """
    matches = store.search(vector, query.terms, query.facets, limit * _PASSAGES_A_SHEET)
    if not needs:
        matches = replace(matches, needs={})
    nearest: dict[str, float] = {}
    for passage, cosine in matches.passages:
        nearest.setdefault(passage.sheet_id, cosine)
    candidates = dict.fromkeys([*nearest, *matches.sheets, *matches.needs])
    scores = {
        sheet_id: nearest.get(sheet_id, 0.0)
        + TERM_WEIGHT * matches.sheets.get(sheet_id, 0.0)
        + NEED_WEIGHT * matches.needs.get(sheet_id, 0.0)
        + CONCEPT_WEIGHT * concepts.shares.get(sheet_id, 0.0)
        for sheet_id in candidates
    }
    if query.preferred or query.excluded:
        scores = _chosen(query, scores, store)
    best = sorted(scores, key=lambda sheet_id: -scores[sheet_id])[:limit]
    return [
        Hit(
            sheet=sheet,
            score=scores[sheet.id],
            cosine=nearest.get(sheet.id, 0.0),
            coverage=matches.sheets.get(sheet.id, 0.0),
            need=matches.needs.get(sheet.id, 0.0),
            concept=concepts.shares.get(sheet.id, 0.0),
            passages=tuple(PassageHit(*found) for found in store.similarities(vector, sheet.id)),
        )
        for sheet in store.sheets(best)
    ]


def _chosen(query: Query, scores: dict[str, float], store: Store) -> dict[str, float]:
    """The scores of the sheets that bear nothing excluded, raised by what is preferred."""
    return {
        sheet.id: scores[sheet.id]
        + PREFERENCE_WEIGHT
        * sum(bool(set(sheet.facet(facet)) & set(values)) for facet, values in query.preferred.items())
        for sheet in store.sheets(list(scores))
        if not any(set(sheet.facet(facet)) & set(values) for facet, values in query.excluded.items())
    }
