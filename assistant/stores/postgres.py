"""The PostgreSQL store: everything in one database, vectors by pgvector, one schema a generation.

A question's nearest passages are looked for on one connection, and its words and concepts on another: one
process of the server works for each, and the first takes the longer. Passages are compared exactly while there
are few of them, in the corpus or behind a filter; beyond, HNSW scans on until the filter is satisfied, and what
it finds is compared exactly again.

Words are looked up in a table of our own stems with what each adds to a sheet's BM25, worked out once a
generation. PostgreSQL's French text search (``unaccent``, ``ts_rank``) would cut other stems than the
local store, know nothing of rarity, and rank a question of ten words hundreds of times slower.
"""

from __future__ import annotations

import json
import math
import threading
import zlib
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from assistant.errors import DamagedIndex, EncoderError
from assistant.indexing.alignment import unit
from assistant.indexing.encoder import Vectors
from assistant.indexing.fields import FIELD_WEIGHTS
from assistant.indexing.manifest import REBUILD
from assistant.language.thesaurus import Thesaurus, restore_concepts
from assistant.stores import postgres_queries as queries
from assistant.stores.bm25 import K1, rarity
from assistant.stores.postgres_connection import POOL, Connection, Reader
from assistant.stores.sections import load_sections
from assistant.stores.store import Facets, Matches
from assistant.values import Example, ExampleKind, Facet, Passage, Sheet

_CACHED_SHEETS = 4096


class PostgresStore:
    """The newest generation of a database when it is opened, for reading."""

    def __init__(self, address: str) -> None:
        """Open it.

        Raises:
            MissingIndex, DamagedIndex, StoreUnreachable, StoreUnfit
        """
        self._reader = Reader(address)
        # its threads end once the store is forgotten
        self._beside = ThreadPoolExecutor(POOL, thread_name_prefix="nearest")
        self.manifest = self._reader.manifest
        self._mean = np.frombuffer(self._meta("mean"), dtype=np.float32)
        if len(self._mean) != self.manifest.dimension:
            raise DamagedIndex("L’index et son manifeste n’ont pas la même dimension.", REBUILD)
        if self._meta("weights").decode() != field_weights():
            raise DamagedIndex("L’index a été fait par une version qui pesait les mots autrement.", REBUILD)
        self._thesaurus = Thesaurus(restore_concepts(json.loads(zlib.decompress(self._meta("thesaurus")))))
        self._facets = self._all(queries.FACETS)
        self._sheets = _Kept(self._read_sheets)
        self._vectors = lru_cache(maxsize=_CACHED_SHEETS)(self._read_vectors)

    def search(
        self, vector: Vectors, terms: Sequence[str], concepts: Mapping[str, float], facets: Facets, limit: int
    ) -> Matches:
        if len(vector) != self.manifest.dimension:
            raise EncoderError(
                f"L’index a été fait par le modèle {self.manifest.model}, de dimension {self.manifest.dimension}, "
                f"et la question par un autre, de dimension {len(vector)}.",
                "Donnez le modèle de l’index, ou reconstruisez-le\u00a0: assistant index --model",
            )
        condition, values = queries.filtering(facets)
        values |= {
            "limit": limit,
            "vector": vector,
            "shift": float(self._mean @ vector),
            "terms": sorted(set(terms)),
            "unseen": rarity(self.manifest.sheets, 0),
            "concepts": list(concepts),
            "weights": list(concepts.values()),
        }
        exact = self.manifest.passages <= queries.EXACT_PASSAGES or (
            bool(facets) and self._bearing_passages(facets) <= queries.EXACT_FILTERED
        )
        # each takes one connection and gives it back before it waits for the other: none waits for ever
        by_vector = queries.by_vector(condition, None if exact else self.manifest.dimension)
        nearest = self._beside.submit(self._all, by_vector, values)
        by_terms, by_concepts = queries.by_terms(condition), queries.by_concepts(condition)
        try:
            bearing, naming = self._together((by_terms, values), (by_concepts, values))
        except BaseException:
            nearest.cancel()
            raise
        near = nearest.result()
        length = math.sqrt(sum(weight**2 for weight in concepts.values())) or 1.0
        return Matches(
            tuple((Passage(*row[:4]), row[4]) for row in near),
            # the share of what BM25 would give to a sheet that is full of every term
            {sheet: max(0.0, score) / ((K1 + 1) * rarities) for sheet, score, rarities in bearing},
            {sheet: total / length for sheet, total in naming},
        )

    def examples(self) -> tuple[tuple[Example, ...], Vectors]:
        rows = self._all(queries.EXAMPLES)
        nothing = np.zeros((0, self.manifest.dimension), dtype=np.float32)
        vectors = np.stack([row[3].to_numpy() for row in rows]) if rows else nothing
        examples = tuple(Example(ExampleKind(kind), text, sheet) for kind, text, sheet, _ in rows)
        return examples, vectors

    def sheets(self, ids: Sequence[str]) -> list[Sheet]:
        return self._sheets(ids)

    def sheet_ids(self, facets: Facets) -> list[str]:
        condition, values = queries.filtering(facets)
        return [row[0] for row in self._all(queries.sheet_ids(condition), values)]

    def similarities(self, vector: Vectors, sheet_id: str) -> list[tuple[Passage, float]]:
        held = self._vectors(sheet_id)
        return list(zip(held.passages, (held.centred @ vector).tolist(), strict=True))

    def overview(self, vector: Vectors, sheet_id: str) -> float:
        return float(self._vectors(sheet_id).overview @ vector)

    def encoded(self, sheet_id: str) -> list[tuple[Passage, Vectors]]:
        return [(Passage(*row[:4]), row[5].to_numpy()) for row in self._all(queries.PASSAGES, (sheet_id,))]

    def bearing(self, terms: Sequence[str]) -> dict[str, set[str]]:
        found = self._all(queries.BEARING, (sorted(set(terms)),))
        return {term: set() for term in terms} | {term: set(ids) for term, ids in found}

    def rarity(self, terms: Sequence[str]) -> dict[str, float]:
        found = dict(self._all(queries.RARITY, (sorted(set(terms)),)))
        return dict.fromkeys(terms, rarity(self.manifest.sheets, 0)) | found

    def thesaurus(self) -> Thesaurus:
        return self._thesaurus

    def naming(self, concepts: Sequence[str]) -> dict[str, int]:
        return dict.fromkeys(concepts, 0) | dict(self._all(queries.NAMING, (list(concepts),)))

    def facets(self) -> dict[Facet, dict[str, int]]:
        counts: dict[Facet, dict[str, int]] = {facet: {} for facet in Facet}
        for facet, value, count in self._facets:
            counts[Facet(facet)][value] = count
        return counts

    def check(self) -> list[str]:
        def ask(connection: Connection) -> list[str]:
            with connection.transaction():
                # it reads everything, whatever time that takes
                connection.execute("SET LOCAL statement_timeout = 0")
                return self._faults(connection)

        return self._reader(ask)

    def close(self) -> None:
        self._reader.close()

    def _faults(self, connection: Connection) -> list[str]:
        def one(query: str) -> Any:
            row = connection.execute(query).fetchone()
            return row[0] if row and len(row) == 1 else row

        faults = [
            f"{table}\u00a0: la table a changé depuis qu’elle a été écrite."
            for table, digest in self.manifest.files.items()
            if one(queries.digest(table)) != digest
        ]
        if one(queries.COUNTS) != (self.manifest.sheets, self.manifest.passages):
            faults.append("le manifeste ne compte pas les mêmes fiches et passages.")
        if self.manifest.passages > queries.EXACT_PASSAGES and not one(queries.VECTOR_INDEX):
            faults.append("l’index des vecteurs manque ou n’est pas valide.")
        return faults

    def _bearing_passages(self, facets: Facets) -> float:
        """About how many passages the sheets that bear these facets have, at most."""
        counts = self.facets()
        sheets = min(sum(counts[facet].get(value, 0) for value in values) for facet, values in facets.items())
        return sheets * self.manifest.passages / max(1, self.manifest.sheets)

    def _read_sheets(self, ids: Sequence[str]) -> Iterable[Sheet]:
        for sheet_id, title, source, start, text, sections, facets in self._all(
            queries.SHEETS, (queries.storable(ids),)
        ):
            values = {Facet(facet): tuple(values) for facet, values in json.loads(facets).items()}
            yield Sheet(sheet_id, title, source, start, text, load_sections(sections, start), values)

    def _read_vectors(self, sheet_id: str) -> _SheetVectors:
        rows, overviews = self._together((queries.PASSAGES, (sheet_id,)), (queries.OVERVIEW, (sheet_id,)))
        raw = np.array([row[5].to_numpy() for row in rows], dtype=np.float32).reshape(-1, self.manifest.dimension)
        norms = np.array([row[4] for row in rows], dtype=np.float32).reshape(-1, 1)
        return _SheetVectors(
            tuple(Passage(*row[:4]) for row in rows),
            (raw - self._mean) / norms,
            unit(overviews[0][0].to_numpy() - self._mean),
        )

    def _meta(self, key: str) -> bytes:
        found = self._all(queries.META, (key,))
        if not found:
            raise DamagedIndex(f"Il manque {key} à l’index.", REBUILD)
        return bytes(found[0][0])

    def _all(self, query: str, values: Sequence[object] | Mapping[str, object] = ()) -> list[Any]:
        return self._reader(lambda connection: connection.execute(query, values, binary=True).fetchall())

    def _together(self, *asked: tuple[str, Any]) -> list[list[Any]]:
        """The rows of several queries, sent at once."""

        def ask(connection: Connection) -> list[list[Any]]:
            with connection.pipeline():
                cursors = [connection.execute(query, values, binary=True) for query, values in asked]
            return [cursor.fetchall() for cursor in cursors]

        return self._reader(ask)


def field_weights() -> str:
    """What each field of a sheet weighs in the scores that a generation holds."""
    return json.dumps(FIELD_WEIGHTS)


class _SheetVectors(NamedTuple):
    """``centred`` are those of its passages, less the mean, unit, shape (len(passages), dimension)."""

    passages: tuple[Passage, ...]
    centred: Vectors
    overview: Vectors


class _Kept:
    """The sheets read last, so that those of a question are asked for together and only once."""

    def __init__(self, read: Callable[[Sequence[str]], Iterable[Sheet]]) -> None:
        self._read = read
        self._kept: OrderedDict[str, Sheet] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, ids: Sequence[str]) -> list[Sheet]:
        with self._lock:
            found = {sheet_id: self._kept[sheet_id] for sheet_id in ids if sheet_id in self._kept}
        missing = [sheet_id for sheet_id in ids if sheet_id not in found]
        if missing:
            found |= {sheet.id: sheet for sheet in self._read(missing)}
        with self._lock:
            for sheet_id in found:
                self._kept[sheet_id] = found[sheet_id]
                self._kept.move_to_end(sheet_id)
            while len(self._kept) > _CACHED_SHEETS:
                self._kept.popitem(last=False)
        return [found[sheet_id] for sheet_id in ids if sheet_id in found]
