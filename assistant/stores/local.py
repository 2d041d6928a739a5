"""The local store: SQLite for sheets, facets and terms (FTS5), FAISS for vectors, in one folder a generation.

An index folder holds ``manifest.json``, which names the current generation, and the generations.
"""

from __future__ import annotations

import json
import math
import sqlite3
import threading
import zlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from assistant.errors import DamagedIndex
from assistant.indexing.alignment import unit
from assistant.indexing.encoder import Vectors
from assistant.indexing.fields import FIELD_WEIGHTS, Field
from assistant.indexing.manifest import REBUILD, read_manifest
from assistant.language.thesaurus import Thesaurus, restore_concepts
from assistant.stores.bm25 import K1, rarity
from assistant.stores.damage import damaged_files
from assistant.stores.local_nearest import NEAREST, Nearest
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
            self._nearest = Nearest(lists, self._index) if many else None
            self._mean = self._vector("mean")
            examples, _ = self.examples()
            if self._one("SELECT count(*) FROM examples")[0] != len(examples):
                raise ValueError("questions et vecteurs ne vont pas ensemble")
            self._count = int(self._one("SELECT count(*) FROM sheets")[0])
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
        numbers = self._numbers(facets)
        if numbers is not None and not numbers:
            return Matches((), {}, {})
        return Matches(
            self._by_vector(vector, numbers, limit),
            self._by_terms(terms, numbers, limit),
            self._by_concepts(concepts, numbers, limit),
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
        numbers = self._numbers(facets)
        rows = self._all("SELECT number, id FROM sheets ORDER BY position")
        return [row[1] for row in rows if numbers is None or row[0] in numbers]

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
        return {term: {row[0] for row in self._all(_BEARING, (f'"{term}"',))} for term in set(terms)}

    def rarity(self, terms: Sequence[str]) -> dict[str, float]:
        return {
            term: rarity(self._count, found[0] if (found := self._one(_FREQUENCY, (term,))) else 0)
            for term in set(terms)
        }

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
        vectors = set(faiss.vector_to_array(self._index.id_map).tolist())
        if stored != vectors:
            faults.append(f"vecteurs et passages ne vont pas ensemble\u00a0: {len(vectors)} et {len(stored)}.")
        if self._one("PRAGMA integrity_check")[0] != "ok":
            faults.append("la base SQLite est abîmée.")
        if (len(stored), self._count) != (self.manifest.passages, self.manifest.sheets):
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

    def _by_vector(self, vector: Vectors, numbers: set[int] | None, limit: int) -> tuple[tuple[Passage, float], ...]:
        if self._index.ntotal == 0:
            return ()
        among = None if numbers is None else self._passage_ids(numbers)
        limit = min(limit, self._index.ntotal)
        found = self._nearest.search(vector, among, limit) if self._nearest else self._compared(vector, among, limit)
        passages = self._passages_of([number for number, _ in found])
        return tuple((passages[number], score) for number, score in found)

    def _compared(self, vector: Vectors, among: np.ndarray[Any, Any] | None, limit: int) -> list[tuple[int, float]]:
        """The nearest of all passages, each compared."""
        selected = None if among is None else faiss.IDSelectorBatch(among)
        parameters = faiss.SearchParameters(sel=selected) if selected else None  # type: ignore[call-arg]
        scores, ids = self._index.search(vector.reshape(1, -1), limit, params=parameters)
        return [(int(number), float(score)) for number, score in zip(ids[0], scores[0], strict=True) if number >= 0]

    def _by_concepts(self, concepts: Mapping[str, float], numbers: set[int] | None, limit: int) -> dict[str, float]:
        rows = self._all(_NAMING, (json.dumps(concepts), -1 if numbers is not None else limit))
        length = math.sqrt(sum(weight**2 for weight in concepts.values()))
        kept = [(sheet, total) for number, sheet, total in rows if numbers is None or number in numbers]
        return {sheet: total / length for sheet, total in kept[:limit]}

    def _by_terms(self, terms: Sequence[str], numbers: set[int] | None, limit: int) -> dict[str, float]:
        wanted = sorted(set(terms))
        if not wanted:
            return {}
        # what BM25 would give to a sheet that is full of every term: scores become shares of it
        ideal = (K1 + 1) * sum(self.rarity(wanted).values())
        weights = ", ".join(str(FIELD_WEIGHTS[field]) for field in Field)
        query = " OR ".join(f'"{term}"' for term in wanted)
        # ranked before they are joined: most sheets bear a word of a long question
        best = (
            f"SELECT rowid AS number, -bm25(terms, {weights}) AS score FROM terms WHERE terms MATCH ? ORDER BY 2 DESC"
        )
        rows = self._all(
            f"SELECT number, id, score FROM ({best} LIMIT ?) JOIN sheets USING (number) ORDER BY score DESC, position",
            (query, -1 if numbers is not None else limit),
        )
        kept = [(sheet, score) for number, sheet, score in rows if numbers is None or number in numbers]
        return {sheet: max(0.0, score) / ideal for sheet, score in kept[:limit]}

    def _numbers(self, facets: Facets) -> set[int] | None:
        """The numbers of the sheets that bear every facet; None when there is nothing to bear."""
        numbers: set[int] | None = None
        for facet, values in facets.items():
            marks = ", ".join("?" * len(values))
            rows = self._all(f"SELECT sheet FROM facets WHERE facet = ? AND value IN ({marks})", (facet.value, *values))
            found = {row[0] for row in rows}
            numbers = found if numbers is None else numbers & found
        return numbers

    def _passage_ids(self, numbers: Iterable[int]) -> np.ndarray[Any, Any]:
        rows = self._all(
            "SELECT id FROM passages WHERE sheet IN (SELECT value FROM json_each(?))", (json.dumps(sorted(numbers)),)
        )
        return np.array([row[0] for row in rows], dtype=np.int64)

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


_NAMING = """
    SELECT sheets.number, sheets.id, sum(asked.value * profile) FROM json_each(?) AS asked
    JOIN mentions ON concept = asked.key JOIN sheets ON sheets.id = mentions.sheet
    GROUP BY 1 ORDER BY 3 DESC, sheets.position LIMIT ?
"""
_FREQUENCY = "SELECT doc FROM vocabulary WHERE term = ?"
_BEARING = "SELECT sheets.id FROM terms JOIN sheets ON sheets.number = terms.rowid WHERE terms MATCH ?"
