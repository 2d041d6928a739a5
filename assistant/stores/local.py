"""The local store: SQLite for sheets, facets and terms (FTS5), FAISS for vectors, in one folder a generation.

An index folder holds ``manifest.json``, which names the current generation, and the generations.
"""

from __future__ import annotations

import json
import math
import sqlite3
import threading
import zlib
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from assistant.errors import DamagedIndex
from assistant.indexing.alignment import unit
from assistant.indexing.encoder import Vectors
from assistant.indexing.manifest import REBUILD, read_manifest
from assistant.language.thesaurus import Thesaurus, restore_concepts
from assistant.stores.damage import damaged_files
from assistant.stores.local_nearest import NEAREST, Ids, Nearest, selecting
from assistant.stores.local_rankings import Mask, Rankings
from assistant.stores.sections import load_sections
from assistant.stores.store import Facets, Matches
from assistant.values import Example, ExampleKind, Facet, Passage, Sheet

DATABASE = "corpus.sqlite"
VECTORS = "vectors.faiss"
EXAMPLES = "examples.i8"
_CACHED_SHEETS = 4096


class LocalStore:
    """The current generation of an index folder, open for reading."""

    def __init__(self, folder: Path) -> None:
        """Open the generation that the manifest names.

        Raises:
            MissingIndex, DamagedIndex
        """
        self.manifest = read_manifest(folder)
        self.folder = folder / self.manifest.generation
        self._connections = threading.local()
        try:
            # one thread: at this size waking a second one costs more than it saves
            faiss.omp_set_num_threads(1)
            lists = self.folder / NEAREST
            many = lists.exists()
            self._index: Any = faiss.read_index(str(self.folder / VECTORS), faiss.IO_FLAG_MMAP_IFC if many else 0)
            self._ids: Ids = faiss.vector_to_array(self._index.id_map)  # type: ignore[attr-defined]
            self._nearest = Nearest(lists, self._index, self._ids) if many else None
            self._mean = self._vector("mean")
            examples, _ = self.examples()
            if self._one("SELECT count(*) FROM examples")[0] != len(examples):
                raise ValueError("questions et vecteurs ne vont pas ensemble")
            self._rankings = Rankings(self._connection)
        except (OSError, RuntimeError, sqlite3.Error, TypeError, ValueError) as error:
            raise DamagedIndex(f"L’index {self.folder} est abîmé ({str(error)[:120]}).", REBUILD) from None
        if self._index.d != self.manifest.dimension or len(self._mean) != self.manifest.dimension:
            raise DamagedIndex("L’index et son manifeste n’ont pas la même dimension.", REBUILD)
        self._sheet = lru_cache(maxsize=_CACHED_SHEETS)(self._read_sheet)
        self._passages = lru_cache(maxsize=_CACHED_SHEETS)(self._read_passages)
        self._overview = lru_cache(maxsize=_CACHED_SHEETS)(self._read_overview)

    def search(
        self, vector: Vectors, terms: Sequence[str], concepts: Mapping[str, float], facets: Facets, limit: int
    ) -> Matches:
        among = self._rankings.among(facets)
        if among is not None and not among.any():
            return Matches((), {}, {})
        return Matches(
            self._by_vector(vector, among, limit),
            self._rankings.by_terms(sorted(set(terms)), among, limit),
            self._by_concepts(concepts, among, limit),
        )

    def examples(self) -> tuple[tuple[Example, ...], Vectors]:
        rows = self._all("SELECT kind, text, sheet, step FROM examples ORDER BY number")
        rounded = np.fromfile(self.folder / EXAMPLES, dtype=np.int8).reshape(len(rows), -1 if rows else 0)
        steps = np.array([[row[3]] for row in rows], dtype=np.float32).reshape(-1, 1)
        examples = tuple(Example(ExampleKind(kind), text, sheet) for kind, text, sheet, _ in rows)
        nothing = np.zeros((0, self.manifest.dimension), dtype=np.float32)
        return examples, steps * rounded.astype(np.float32) if rows else nothing

    def sheets(self, ids: Sequence[str]) -> list[Sheet]:
        return [sheet for sheet in (self._sheet(sheet_id) for sheet_id in ids) if sheet is not None]

    def sheet_ids(self, facets: Facets) -> list[str]:
        among = self._rankings.among(facets)
        ids = self._rankings.ids
        return list(ids) if among is None else [ids[row] for row in np.flatnonzero(among).tolist()]

    def similarities(self, vector: Vectors, sheet_id: str) -> list[tuple[Passage, float]]:
        passages, rows = self._passages(sheet_id)
        return list(zip(passages, (rows @ vector).tolist(), strict=True))

    def overview(self, vector: Vectors, sheet_id: str) -> float:
        return float(self._overview(sheet_id) @ vector)

    def encoded(self, sheet_id: str) -> list[tuple[Passage, Vectors]]:
        passages, _ = self._passages(sheet_id)
        rows = self._all(
            "SELECT passages.id, norm FROM passages JOIN sheets ON sheets.number = passages.sheet "
            "WHERE sheets.id = ? ORDER BY passages.start",
            (sheet_id,),
        )
        return list(zip(passages, (self._raw(*row) for row in rows), strict=True))

    def bearing(self, terms: Sequence[str]) -> dict[str, set[str]]:
        return {term: set(self._rankings.bearing(term)) for term in set(terms)}

    def rarity(self, terms: Sequence[str]) -> dict[str, float]:
        return {term: self._rankings.rarity(term) for term in set(terms)}

    def thesaurus(self) -> Thesaurus:
        return self._thesaurus

    @cached_property
    def _thesaurus(self) -> Thesaurus:
        # who only indexes or checks does not read it, and it takes a second
        row = self._one("SELECT value FROM meta WHERE key = 'thesaurus'")
        return Thesaurus(restore_concepts(json.loads(zlib.decompress(row[0]))) if row else ())

    def naming(self, concepts: Sequence[str]) -> dict[str, int]:
        rows = self._all(
            "SELECT concept, count(*) FROM mentions WHERE concept IN (SELECT value FROM json_each(?)) GROUP BY 1",
            (json.dumps(list(concepts)),),
        )
        return dict.fromkeys(concepts, 0) | dict(rows)

    def facets(self) -> dict[Facet, dict[str, int]]:
        rows = self._all("SELECT facet, value, count(*) FROM facets GROUP BY 1, 2 ORDER BY 3 DESC, 2")
        counts: dict[Facet, dict[str, int]] = {facet: {} for facet in Facet}
        for facet, value, count in rows:
            counts[Facet(facet)][value] = count
        return counts

    def check(self) -> list[str]:
        faults = damaged_files(self.folder.parent, self.manifest)
        try:
            return [*faults, *self._disagreements()]
        except sqlite3.Error:
            return [*faults, "la base SQLite est abîmée."]

    def _disagreements(self) -> list[str]:
        faults = []
        stored = {row[0] for row in self._all("SELECT id FROM passages")}
        vectors = set(self._ids.tolist())
        if stored != vectors:
            faults.append(f"vecteurs et passages ne vont pas ensemble\u00a0: {len(vectors)} et {len(stored)}.")
        if self._one("PRAGMA integrity_check")[0] != "ok":
            faults.append("la base SQLite est abîmée.")
        if (len(stored), len(self._rankings.ids)) != (self.manifest.passages, self.manifest.sheets):
            faults.append("le manifeste ne compte pas les mêmes fiches et passages.")
        return faults

    def vectors(self) -> dict[int, Vectors]:
        """The encoder's own vectors, before centring, by passage id."""
        rows = self._all("SELECT id, norm FROM passages")
        return {number: self._raw(number, norm) for number, norm in rows}

    def _raw(self, number: int, norm: float) -> Vectors:
        return np.asarray(self._mean + np.float32(norm) * self._index.reconstruct(number))

    def close(self) -> None:
        connection = getattr(self._connections, "open", None)
        if connection is not None:
            connection.close()
            del self._connections.open

    def _by_vector(self, vector: Vectors, among: Mask | None, limit: int) -> tuple[tuple[Passage, float], ...]:
        if self._index.ntotal == 0:
            return ()
        ids = None if among is None else self._ids[self._rankings.passages(among)]
        limit = min(limit, self._index.ntotal)
        found = self._nearest.search(vector, ids, limit) if self._nearest else self._compared(vector, ids, limit)
        passages = self._passages_of([number for number, _ in found])
        return tuple((passages[number], score) for number, score in found)

    def _compared(self, vector: Vectors, among: Ids | None, limit: int) -> list[tuple[int, float]]:
        """The nearest of all passages, each compared."""
        selected = None if among is None else selecting(among)
        parameters = faiss.SearchParameters(sel=selected) if selected else None  # type: ignore[call-arg]
        scores, ids = self._index.search(vector.reshape(1, -1), limit, params=parameters)
        return [(int(number), float(score)) for number, score in zip(ids[0], scores[0], strict=True) if number >= 0]

    def _by_concepts(self, concepts: Mapping[str, float], among: Mask | None, limit: int) -> dict[str, float]:
        length = math.sqrt(sum(weight**2 for weight in concepts.values()))
        return {sheet: total / length for sheet, total in self._rankings.by_concepts(concepts, among, limit)}

    def _passages_of(self, ids: Sequence[int]) -> dict[int, Passage]:
        rows = self._all(
            "SELECT passages.id, sheets.id, section, passages.start + sheets.start, passages.end + sheets.start "
            "FROM passages JOIN sheets ON sheets.number = passages.sheet "
            "WHERE passages.id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(ids)),),
        )
        return {row[0]: Passage(*row[1:]) for row in rows}

    def _read_passages(self, sheet_id: str) -> tuple[tuple[Passage, ...], Vectors]:
        """The passages of a sheet and their centred vectors, one row each."""
        rows = self._all(
            "SELECT passages.id, sheets.id, section, passages.start + sheets.start, passages.end + sheets.start "
            "FROM passages JOIN sheets ON sheets.number = passages.sheet WHERE sheets.id = ? ORDER BY passages.start",
            (sheet_id,),
        )
        vectors = np.zeros((len(rows), self.manifest.dimension), dtype=np.float32)
        for position, row in enumerate(rows):
            vectors[position] = self._index.reconstruct(row[0])
        return tuple(Passage(*row[1:]) for row in rows), vectors

    def _read_overview(self, sheet_id: str) -> Vectors:
        stored = self._one("SELECT overview FROM sheets WHERE id = ?", (sheet_id,))[0]
        return unit(np.frombuffer(stored, dtype=np.float32) - self._mean)

    def _read_sheet(self, sheet_id: str) -> Sheet | None:
        row = self._one("SELECT id, title, source, start, text, sections, facets FROM sheets WHERE id = ?", (sheet_id,))
        if row is None:
            return None
        sheet_id, title, source, start, text, sections, facets = row
        values = {Facet(facet): tuple(values) for facet, values in json.loads(facets).items()}
        return Sheet(sheet_id, title, source, start, text, load_sections(sections, start), values)

    def _vector(self, key: str) -> Vectors:
        return np.frombuffer(self._one("SELECT value FROM meta WHERE key = ?", (key,))[0], dtype=np.float32)

    def _all(self, query: str, values: Sequence[object] = ()) -> list[Any]:
        return self._connection().execute(query, values).fetchall()

    def _one(self, query: str, values: Sequence[object] = ()) -> Any:
        return self._connection().execute(query, values).fetchone()

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._connections, "open", None)
        if connection is None:
            path = self.folder / DATABASE
            # immutable: a generation never changes once it is named by a manifest
            connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
            self._connections.open = connection
        return connection
