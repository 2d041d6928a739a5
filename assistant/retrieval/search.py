"""Ranking: the rankings of a query, fused by sheet.

A sheet's score adds up, weighed, the cosine of its nearest passage, the share of the question's weighed
terms that it bears, the cosine of the nearest of its needs, that of the concepts that it names, that of its
overview, and, when the question asks for a section, that of the nearest passage of such a section. The
share of terms is BM25 over the BM25 of a sheet full of every term: unlike a score divided by the best one
found, it stays low when the words of the question are hardly in the corpus. The weights are fitted and
checked by ``benchmarks/fit_ranking.py`` and kept in ``data/ranking.yaml``, where they can be read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from assistant.documents import load_yaml
from assistant.indexing.encoder import Vectors
from assistant.retrieval.examples import Examples
from assistant.retrieval.requirements import bearing_words, holds, states
from assistant.stores.store import Store
from assistant.values import Hit, PassageHit, Query, Role, Sheet

PREFERENCE_WEIGHT = 0.1
_PASSAGES_A_SHEET = 12  # of a ranking: fusion needs passages of sheets that both rankings know
_READ_A_SHEET = 4  # sheets whose every passage is compared, for one that is shown


class Ranking(BaseModel):
    """What each ranking weighs beside the cosine of the nearest passage, which weighs 1."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    terms: float
    needs: float
    concepts: float
    overviews: float
    sections: float


def load_ranking(path: Path) -> Ranking:
    """The weights of a data folder.

    Raises:
        SchemaError: with file and line.
    """
    return load_yaml(path, Ranking)


@dataclass(frozen=True, slots=True)
class Sought:
    """A query ready to be searched: its aligned vector, shape (dimension,), and the concepts it asks for."""

    query: Query
    vector: Vectors
    concepts: Mapping[str, float]


def search(sought: Sought, store: Store, examples: Examples, ranking: Ranking, limit: int) -> list[Hit]:
    """The ``limit`` best sheets, best first; ties in the order of the corpus."""
    query, vector = sought.query, sought.vector
    matches = store.search(vector, query.terms, sought.concepts, query.facets, limit * _PASSAGES_A_SHEET)
    nearest: dict[str, float] = {}
    for passage, cosine in matches.passages:
        nearest.setdefault(passage.sheet_id, cosine)
    needs = examples.needs(vector, store.sheet_ids(query.facets) if query.facets else None)
    worded = bearing_words(query.phrases, store)
    candidates = dict.fromkeys([*nearest, *matches.sheets, *needs, *matches.concepts, *worded])
    scores = {
        sheet_id: nearest.get(sheet_id, 0.0)
        + ranking.terms * matches.sheets.get(sheet_id, 0.0)
        + ranking.needs * needs.get(sheet_id, 0.0)
        + ranking.concepts * matches.concepts.get(sheet_id, 0.0)
        for sheet_id in candidates
    }
    if query.preferred or query.excluded or query.phrases or query.amounts:
        scores = _chosen(query, scores, store)
    best = sorted(scores, key=lambda sheet_id: -scores[sheet_id])[: limit * _READ_A_SHEET]
    read = cache(lambda sheet_id: tuple(map(PassageHit._make, store.similarities(vector, sheet_id))))
    ranked = []
    for sheet in store.sheets(best):
        overview = store.overview(vector, sheet.id)
        section = _section(sheet, read(sheet.id), query.roles) if query.roles else 0.0
        score = scores[sheet.id] + ranking.overviews * overview + ranking.sections * section
        ranked.append((score, sheet, overview, section))
    ranked.sort(key=lambda found: -found[0])
    # most sheets are compared and not shown: only those that are have every passage read
    return [
        Hit(
            sheet=sheet,
            score=score,
            cosine=nearest.get(sheet.id, 0.0),
            coverage=matches.sheets.get(sheet.id, 0.0),
            need=needs.get(sheet.id, 0.0),
            concept=matches.concepts.get(sheet.id, 0.0),
            overview=overview,
            section=section,
            passages=read(sheet.id),
        )
        for score, sheet, overview, section in ranked[:limit]
    ]


def _section(sheet: Sheet, passages: Sequence[PassageHit], roles: Sequence[Role]) -> float:
    """The cosine of the nearest passage in a section asked for; 0 when there is none."""
    near = (cosine for passage, cosine in passages if sheet.sections[passage.section].role in roles)
    return max(0.0, max(near, default=0.0))


def _chosen(query: Query, scores: dict[str, float], store: Store) -> dict[str, float]:
    """The scores of the sheets that bear nothing excluded and hold the phrases, raised by what is preferred."""
    return {
        sheet.id: scores[sheet.id]
        + PREFERENCE_WEIGHT
        * (
            sum(sheet.bears(*choice) for choice in query.preferred.items())
            + sum(states(sheet, amount) for amount in query.amounts)
        )
        for sheet in store.sheets(list(scores))
        if not any(sheet.bears(*choice) for choice in query.excluded.items()) and holds(sheet, query.phrases)
    }
