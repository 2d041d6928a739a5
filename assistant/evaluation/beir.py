"""The engine on public sets in BEIR form: on text and questions that are not ours.

Each document is a sheet of one text section, cut, encoded and indexed in a throw-away store by the
code that indexes sheets, and searched by the code that searches them. What no public set has (needs,
concepts, facets) is left empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import ir_measures

from assistant.corpus.corpus import Corpus
from assistant.corpus.reader import Reading
from assistant.corpus.schema import Label, Schema
from assistant.evaluation.bootstrap import Share, figure, interval, paired_interval
from assistant.evaluation.public_set import CORPUS, LABEL, PublicSet
from assistant.evaluation.summary import DIGITS
from assistant.indexing.alignment import Alignment, unaligned
from assistant.indexing.build import Progress, build
from assistant.indexing.encoder import Encoder, Vectors
from assistant.language.analyzer import tokens
from assistant.retrieval.examples import Examples
from assistant.retrieval.search import Ranking, Sought, search
from assistant.stores.local import LocalStore
from assistant.stores.local_draft import LocalDraft
from assistant.stores.store import Store
from assistant.values import Kind, Query, Role

DEPTH = 100  # of each ranking: recall@100 is measured
RANKINGS = ("dense", "lexical", "hybrid")
_MEASURES = {
    "ndcg@10": ir_measures.nDCG @ 10,
    "recall@100": ir_measures.R @ 100,
    "mrr@10": ir_measures.RR @ 10,
}

Found = Mapping[str, float]
"""Document ids with their scores; higher is better."""


def build_store(public: PublicSet, folder: Path, encoder: Encoder, progress: Progress) -> LocalStore:
    """Index the documents of a set in an empty folder, as sheets are."""
    label = Label(label=LABEL, kind=Kind.TEXT, role=Role.DESCRIPTION)
    roles = {role: role.value for role in Role}
    schema = Schema(name="BEIR", sheet_marker=LABEL, labels=(label,), roles=roles)
    corpus = Corpus(schema, (Reading(CORPUS, "", public.documents, (), ()),), ())
    build(corpus, {}, encoder, LocalDraft(folder, full=True), progress)
    return LocalStore(folder)


def rank(text: str, vector: Vectors, store: Store, ranking: Ranking) -> dict[str, Found]:
    """The documents for one query: by vectors alone, by terms alone, and by the product's fusion of both.

    Args:
        vector: the question's, unit and centred or aligned, shape (dimension,).
    """
    words = {token.term: token.word for token in tokens(text)}
    query = Query(text=text, terms=tuple(words), words=words)
    matches = store.search(vector, query.terms, {}, {}, store.manifest.passages)
    dense: dict[str, float] = {}
    for passage, cosine in matches.passages:
        dense.setdefault(passage.sheet_id, cosine)
    hits = search(Sought(query, vector, {}), store, _no_needs(vector), ranking, DEPTH)
    return {
        "dense": _first(dense),
        "lexical": _first(matches.sheets),
        "hybrid": {hit.sheet.id: hit.score for hit in hits},
    }


def evaluate_public(
    public: PublicSet, encoder: Encoder, alignment: Alignment | None, ranking: Ranking, progress: Progress
) -> dict[str, Any]:
    """The measures of each ranking over the queries, and what the hybrid gains on the other two.

    Nothing is kept: the store is made in a temporary folder.

    Args:
        alignment: of questions; without one they are only centred on their mean.
        progress: called with documents done and their number, then with queries.
    """
    rankings: dict[str, dict[str, Found]] = {name: {} for name in RANKINGS}
    with TemporaryDirectory(prefix="assistant-beir-") as folder:
        store = build_store(public, Path(folder), encoder, progress)
        vectors = encoder.encode_questions(list(public.queries.values()))
        aligned = (alignment or unaligned(vectors)).align(vectors)
        for done, ((number, text), vector) in enumerate(zip(public.queries.items(), aligned, strict=True), start=1):
            for name, found in rank(text, vector, store, ranking).items():
                rankings[name][number] = found
            progress(done, len(public.queries))
        passages = store.manifest.passages
        store.close()
    return {
        "documents": len(public.documents),
        "passages": passages,
        "queries": len(public.queries),
        "model": encoder.name,
        **measure_rankings(public.judgements, rankings),
    }


def measure_rankings(
    judgements: Mapping[str, Mapping[str, int]], rankings: Mapping[str, Mapping[str, Found]]
) -> dict[str, Any]:
    """Each ranking's measures with their intervals, and the differences of the hybrid with the others."""
    shares = {name: _shares(judgements, ranking) for name, ranking in rankings.items()}
    return {
        "rankings": {
            name: {
                **{measure: round(figure(values), DIGITS) for measure, values in found.items()},
                "intervals": {measure: _rounded(interval(values)) for measure, values in found.items()},
            }
            for name, found in shares.items()
        },
        "gains": {
            name: {
                measure: {
                    "difference": round(figure(shares["hybrid"][measure]) - figure(values), DIGITS),
                    "interval": _rounded(paired_interval(values, shares["hybrid"][measure])),
                }
                for measure, values in found.items()
            }
            for name, found in shares.items()
            if name != "hybrid"
        },
    }


def _shares(judgements: Mapping[str, Mapping[str, int]], ranking: Mapping[str, Found]) -> dict[str, list[Share]]:
    """For each measure, what each query adds, in the order of the judgements; a query that finds nothing adds 0."""
    found = {
        (str(value.measure), value.query_id): float(value.value)
        for value in ir_measures.iter_calc(list(_MEASURES.values()), judgements, ranking)
    }
    return {
        name: [Share(found.get((str(measure), query), 0.0)) for query in judgements]
        for name, measure in _MEASURES.items()
    }


def _rounded(bounds: tuple[float, float]) -> list[float]:
    return [round(bound, DIGITS) for bound in bounds]


def _no_needs(vector: Vectors) -> Examples:
    nothing = vector[:0].reshape(0, len(vector))
    return Examples((), nothing, unaligned(nothing))


def _first(ranking: Found) -> Found:
    return dict(list(ranking.items())[:DEPTH])
