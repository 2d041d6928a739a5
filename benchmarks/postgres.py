"""The two stores side by side: ``python -m benchmarks.postgres [--passages 100000] [--vectors likely|random]``.

Every search is asked of the local store and of PostgreSQL in turn, in one run. Processor milliseconds are those that
the search worked, here and in the server (Linux alone tells those of the server, to the nanosecond); two processes of
the server work at the same time for one search. The others are what is waited for, whoever shares this machine.
The first table is the corpus of ``data/``. The second is made up: sheets of ten passages, each a sentence of
the real corpus drawn by a seeded generator, with one value in a hundred sheets for one facet, one in ten for
another. Their vectors, and those of the questions, are drawn either from the normal distribution that has
the mean and the covariance of the real passages (« likely »), or from the whole sphere (« random »). The
second is the worst that an approximate index can meet: in 384 dimensions all are about as far from each
other, and being near means nothing. Recall is of the 50 nearest passages, by comparison with every one.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from assistant.corpus.corpus import Corpus, input_hashes, read_corpus
from assistant.indexing.alignment import unit
from assistant.indexing.build import build
from assistant.indexing.draft import Draft, Record
from assistant.indexing.encoder import Vectors
from assistant.language.analyzer import terms
from assistant.settings import Settings
from assistant.stores import open_current, open_draft
from assistant.stores.local import LocalStore
from assistant.stores.store import Facets, Store
from assistant.values import Facet, Kind, Passage, Role, Section, Sheet, Span, Status
from benchmarks.postgres_server import Server, server
from benchmarks.replay import Replay

_SEED = 8
_LIMIT = 60  # passages of a question that shows five sheets
_RECALL = 50
_WARM = 10  # questions that are not measured
_PASSAGES_A_SHEET = 10
_SERVER = {"shared_buffers": "1GB", "max_wal_size": "4GB"}
_NEAREST_SIZE = (
    "SELECT coalesce(sum(pg_relation_size(oid)), 0)::bigint FROM pg_class WHERE relname = 'passages_nearest'"
)
_BACKENDS = "SELECT pid FROM pg_stat_activity WHERE application_name = 'assistant'"
_FILTERS: Mapping[str, Facets] = {
    "no filter": {},
    "filter, 50 % of sheets": {Facet.STATUS: ("half",)},
    "filter, 10 % of sheets": {Facet.TERRITORY: ("tenth",)},
    "filter, 1 % of sheets": {Facet.PUBLIC: ("hundredth",)},
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One search."""

    vector: Vectors
    terms: tuple[str, ...]
    concepts: Mapping[str, float]


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--vectors", choices=("likely", "random"), default="likely")
    arguments = parser.parse_args()
    local = Settings()
    corpus = read_corpus(local.data)
    with server(_SERVER) as running, tempfile.TemporaryDirectory() as folder:
        base = replace(local, store=running.address("postgres"))
        running.sql("postgres", "CREATE EXTENSION vector", "CREATE DATABASE many TEMPLATE postgres")
        held = open_current(local)
        build(corpus, input_hashes(local.data), Replay(held, corpus), open_draft(base, full=True), lambda *_: None)
        real = np.array([vector for sheet in corpus.sheets for _, vector in held.encoded(sheet.id)])
        random = np.random.default_rng(_SEED)
        stores: dict[str, Store] = {"local": held, "postgres": open_current(base)}
        print(f"\n{held.manifest.sheets} sheets, {held.manifest.passages} passages, real vectors\n")
        questions = _questions(random, corpus, _vectors(random, real, arguments.questions, "likely"), real)
        _compare(stores, questions, {"no filter": {}, "a public": {Facet.PUBLIC: ("Seniors",)}}, running)
        stores["postgres"].close()

        sheets = _made_up(random, corpus, arguments.passages // _PASSAGES_A_SHEET)
        vectors = _vectors(random, real, len(sheets) * _PASSAGES_A_SHEET, arguments.vectors)
        places = {
            "local": Settings(index=Path(folder)),
            "postgres": replace(base, store=running.address("many")),
        }
        for name, place in places.items():
            began = time.perf_counter()
            _load(open_draft(place, full=True), sheets, vectors)
            print(f"{name}: {time.perf_counter() - began:.0f} s to write {len(vectors)} passages, already encoded")
        size = running.sql("many", "SELECT pg_database_size(current_database())")[0][0]
        nearest = running.sql("many", _NEAREST_SIZE)[0][0]
        print(f"postgres: {size / 1e6:.0f} MB, of which {nearest / 1e6:.0f} MB for the index of vectors")
        stores = {name: open_current(place) for name, place in places.items()}
        print(f"\n{len(sheets)} sheets, {len(vectors)} passages, {arguments.vectors} vectors\n")
        asked = _vectors(random, real, arguments.questions, arguments.vectors)
        questions = _questions(random, corpus, asked, vectors)
        _compare(stores, questions, _FILTERS, running)


def _questions(random: np.random.Generator, corpus: Corpus, vectors: Vectors, passages: Vectors) -> list[Asked]:
    """Searches by these vectors, each with the words of a sentence and two concepts."""
    sentences = _sentences(corpus)
    concepts = [concept.term for concept in corpus.concepts]
    asked = []
    for vector in unit(vectors - passages.mean(axis=0)):
        words = terms(sentences[random.integers(len(sentences))])[:8]
        named = random.choice(len(concepts), 2, replace=False).tolist()
        asked.append(Asked(vector, tuple(words), {concepts[number]: 1.0 for number in named}))
    return asked


def _vectors(random: np.random.Generator, real: Vectors, count: int, kind: str) -> Vectors:
    """Unit vectors, shape (count, dimension)."""
    if kind == "random":
        return unit(random.normal(size=(count, real.shape[1])).astype(np.float32))
    mean = real.mean(axis=0)
    _, lengths, axes = np.linalg.svd(real - mean, full_matrices=False)
    spread = lengths / np.sqrt(len(real))
    drawn = random.normal(size=(count, len(spread))).astype(np.float32)
    return unit(mean + (drawn * spread) @ axes)


def _backends(running: Server) -> list[int]:
    """The processes of the server that answer for a store."""
    return [pid for (pid,) in running.sql("postgres", _BACKENDS)]


def _worked(backends: Sequence[int]) -> float:
    """Seconds that this process and those of the server have worked."""
    files = [Path(f"/proc/{pid}/schedstat") for pid in backends]
    return time.process_time() + sum(int(file.read_text().split()[0]) for file in files) / 1e9


def _compare(
    stores: Mapping[str, Store], questions: Sequence[Asked], filters: Mapping[str, Facets], running: Server
) -> None:
    print("| search | store | processor: p50, ms | p95, ms | all: p50, ms | p95, ms | recall@50, lowest |")
    print("|---|---|---|---|---|---|---|")
    local = stores["local"]
    assert isinstance(local, LocalStore)
    for label, facets in filters.items():
        took: dict[str, list[tuple[float, float]]] = {name: [] for name in stores}
        kept: dict[str, list[set[Passage]]] = {name: [] for name in stores}
        backends: Sequence[int] = ()
        for number, asked in enumerate([*questions[:_WARM], *questions]):
            if number == _WARM:  # all that the store will need are there
                backends = _backends(running)
            for name, store in stores.items():
                began, worked = time.perf_counter(), _worked(backends)
                found = store.search(asked.vector, asked.terms, asked.concepts, facets, _LIMIT)
                if number >= _WARM:
                    took[name].append((_worked(backends) - worked, time.perf_counter() - began))
                    kept[name].append({passage for passage, _ in found.passages[:_RECALL]})
        # afterwards: to read every vector leaves a processor's caches empty for the next search
        exact = [nearest(local, asked.vector, facets) for asked in questions]
        for name in stores:
            figures = np.percentile(took[name], [50, 95], axis=0).T.ravel() * 1000
            recalls = [len(one & best) / max(1, len(best)) for one, best in zip(kept[name], exact, strict=True)]
            recall = f"{np.mean(recalls):.4f}, {np.min(recalls):.2f}"
            print(f"| {label} | {name} | {' | '.join(f'{one:.2f}' for one in figures)} | {recall} |", flush=True)


def nearest(store: LocalStore, vector: Vectors, facets: Facets) -> set[Passage]:
    """The nearest passages of the sheets that bear every facet, by comparison with each."""
    among = store._rankings.among(facets)
    ids = None if among is None else store.vectors.ids[store._rankings.passages(among)]
    return set(store._passages_of([key for key, _ in store.vectors.compared(vector, ids, _RECALL)]).values())


def _made_up(random: np.random.Generator, corpus: Corpus, count: int) -> list[Sheet]:
    """Sheets of ten sentences, each a passage."""
    sentences = _sentences(corpus)
    sheets = []
    for number in range(count):
        chosen = random.integers(len(sentences), size=_PASSAGES_A_SHEET)
        text = "\n".join([f"Action {number}", *(sentences[row] for row in chosen)])
        start = text.index("\n") + 1
        body = Section(
            "Description", Role.DESCRIPTION, Kind.TEXT, Status.FILLED, start, len(text), (Span(start, len(text)),)
        )
        facets: dict[Facet, tuple[str, ...]] = {
            Facet.PUBLIC: ("hundredth" if random.random() < 0.01 else "other",),
            Facet.TERRITORY: ("tenth" if random.random() < 0.1 else "other",),
            Facet.STATUS: ("half" if random.random() < 0.5 else "other",),
        }
        sheets.append(Sheet(f"sheet-{number}", f"Action {number}", f"{number}.txt", 0, text, (body,), facets))
    return sheets


def _load(draft: Draft, sheets: Sequence[Sheet], vectors: Vectors) -> None:
    rows = iter(vectors)
    with draft:
        for sheet in sheets:
            spans = _lines(sheet)
            held = np.array([next(rows) for _ in spans])
            passages = [Passage(sheet.id, 0, start, end) for start, end in spans]
            draft.upsert(Record(sheet, "made up", passages, held, unit(held.mean(axis=0))))
        draft.replace_examples((), np.zeros((0, vectors.shape[1]), dtype=np.float32))
        draft.replace_thesaurus((), "made up")
        concepts = [concept.term for concept in read_corpus(Settings().data).concepts]
        random = np.random.default_rng(_SEED)
        for sheet in sheets:
            named = random.choice(len(concepts), 8, replace=False).tolist()
            draft.mention(sheet.id, {concepts[row]: 0.5 for row in named})
        draft.place(sheets)
        draft.swap("made up", vectors.shape[1], {})


def _lines(sheet: Sheet) -> list[Span]:
    """Where each sentence of a made-up sheet stands."""
    spans, start = [], sheet.sections[0].start
    for line in sheet.text[start:].split("\n"):
        spans.append(Span(start, start + len(line)))
        start += len(line) + 1
    return spans


def _sentences(corpus: Corpus) -> list[str]:
    """What the sheets say, cut at each full stop, without the shortest pieces."""
    return [
        " ".join(piece.split())
        for sheet in corpus.sheets
        for section in sheet.sections
        if section.kind is Kind.TEXT and section.status is Status.FILLED
        for piece in sheet.slice(section.start, section.end).split(". ")
        if len(piece.split()) > 5
    ]


if __name__ == "__main__":
    main()
