"""The local store: SQLite for sheets, facets and terms (FTS5), FAISS for vectors, in one folder a generation.

An index folder holds ``manifest.json``, which names the current generation, and the generations.
"""

from __future__ import annotations

import json
import math
import sqlite3
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.errors import DamagedIndex
from assistant.indexing.alignment import unit
from assistant.indexing.encoder import Vectors
from assistant.indexing.manifest import REBUILD, read_manifest
from assistant.language.thesaurus import Thesaurus, restore_concepts
from assistant.stores.damage import damage, damaged_files, telling_damage
from assistant.stores.local_changes import CHANGES, NEW_VECTORS, Changes, read_changes
from assistant.stores.local_files import DATABASE, EXAMPLES, OF_KEYS, OF_SHEET, PASSAGES, Files, Stored
from assistant.stores.local_nearest import Ids
from assistant.stores.local_rankings import Mask, Rankings
from assistant.stores.local_vectors import PassageVectors
from assistant.stores.sections import load_sections
from assistant.stores.store import Facets, Matches
from assistant.values import Example, ExampleKind, Facet, Passage, Sheet

_CACHED_SHEETS = 4096
# what libraries make of a file that was damaged
_UNREADABLE = (OSError, RuntimeError, sqlite3.Error, TypeError, ValueError, LookupError, AttributeError)
_CACHED_PASSAGES = 4096
_MARGIN = 20  # more are found than asked for when the mean has moved since they were centred


class LocalStore:
    """The current generation of an index folder, open for reading."""

    def __init__(self, folder: Path) -> None:
        """Open the generation that the manifest names.

        Raises:
            MissingIndex, DamagedIndex
        """
        self.manifest = read_manifest(folder)
        self.folder = folder / self.manifest.generation
        self._files = Files(self.folder)
        self._seen: dict[int, Passage] = {}
        try:
            self.changes = self._read_changes() if CHANGES in self.manifest.files else None
            self.vectors = PassageVectors(self.folder, self._vector("mean"), self.changes)
            examples, _ = self.examples()
            if self._latest("SELECT count(*) FROM examples")[0][0] != len(examples):
                raise ValueError("questions et vecteurs ne vont pas ensemble")
            self._rankings = Rankings(self.folder, self._connection, self.changes)
        except _UNREADABLE as error:
            # the file is worth more to know than what a library made of it
            unreadable = DamagedIndex(f"L’index {self.folder} est abîmé ({str(error)[:120]}).", REBUILD)
            raise damage(folder, self.manifest) or unreadable from None
        if {self.vectors.dimension, len(self.vectors.mean)} != {self.manifest.dimension}:
            raise DamagedIndex("L’index et son manifeste n’ont pas la même dimension.", REBUILD)
        self._sheet = lru_cache(maxsize=_CACHED_SHEETS)(self._read_sheet)
        self._passages = lru_cache(maxsize=_CACHED_SHEETS)(self._read_passages)
        self._overview = lru_cache(maxsize=_CACHED_SHEETS)(self._read_overview)

    @telling_damage
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

    @telling_damage
    def examples(self) -> tuple[tuple[Example, ...], Vectors]:
        rows = self._latest("SELECT kind, text, sheet, step FROM examples ORDER BY number")
        rounded = np.fromfile(self.folder / EXAMPLES, dtype=np.int8).reshape(len(rows), -1 if rows else 0)
        steps = np.array([[row[3]] for row in rows], dtype=np.float32).reshape(-1, 1)
        examples = tuple(Example(ExampleKind(kind), text, sheet) for kind, text, sheet, _ in rows)
        nothing = np.zeros((0, self.manifest.dimension), dtype=np.float32)
        return examples, steps * rounded.astype(np.float32) if rows else nothing

    @telling_damage
    def sheets(self, ids: Sequence[str]) -> list[Sheet]:
        return [sheet for sheet in (self._sheet(sheet_id) for sheet_id in ids) if sheet is not None]

    @telling_damage
    def sheet_ids(self, facets: Facets) -> list[str]:
        among = self._rankings.among(facets)
        ids = self._rankings.ids
        return list(ids) if among is None else [ids[row] for row in np.flatnonzero(among).tolist()]

    @telling_damage
    def similarities(self, vector: Vectors, sheet_id: str) -> list[tuple[Passage, float]]:
        passages, rows = self._passages(sheet_id)
        return list(zip(passages, (rows @ vector).tolist(), strict=True))

    @telling_damage
    def overview(self, vector: Vectors, sheet_id: str) -> float:
        return float(self._overview(sheet_id) @ vector)

    @telling_damage
    def encoded(self, sheet_id: str) -> list[tuple[Passage, Vectors]]:
        return [(self._passage(row), self.vectors.raw(row.key, row.norm)) for row in self._stored(OF_SHEET, sheet_id)]

    @telling_damage
    def bearing(self, terms: Sequence[str]) -> dict[str, set[str]]:
        return {term: set(self._rankings.bearing(term)) for term in set(terms)}

    @telling_damage
    def rarity(self, terms: Sequence[str]) -> dict[str, float]:
        return {term: self._rankings.rarity(term) for term in set(terms)}

    @telling_damage
    def thesaurus(self) -> Thesaurus:
        return self._thesaurus

    @cached_property
    def _thesaurus(self) -> Thesaurus:
        # who only indexes or checks does not read it, and it takes a second
        row = self._one("SELECT value FROM meta WHERE key = 'thesaurus'")
        return Thesaurus(restore_concepts(json.loads(zlib.decompress(row[0]))) if row else ())

    @telling_damage
    def naming(self, concepts: Sequence[str]) -> dict[str, int]:
        if self.changes:
            return {concept: self.changes.naming.get(concept, 0) for concept in concepts}
        return {concept: self._rankings.naming(concept) for concept in concepts}

    @telling_damage
    def facets(self) -> dict[Facet, dict[str, int]]:
        query = "SELECT facet, value, count(*) FROM facets {} GROUP BY 1, 2 ORDER BY 3 DESC, 2"
        rows = self._all(query.format(""))
        if self.changes:
            left = "WHERE sheet NOT IN (SELECT value FROM json_each(?))"
            totals: Counter[tuple[str, str]] = Counter()
            for found in (self._all(query.format(left), (self.changes.gone_json,)), self._latest(query.format(""))):
                totals.update({(facet, value): count for facet, value, count in found})
            rows = sorted(((*key, count) for key, count in totals.items()), key=lambda row: (-row[2], row[1]))
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
        vectors = set(self.vectors.ids.tolist())
        if stored != vectors:
            faults.append(f"vecteurs et passages ne vont pas ensemble\u00a0: {len(vectors)} et {len(stored)}.")
        sound = [self._one("PRAGMA integrity_check")[0]]
        count = len(stored)
        if self.changes:
            sound.append(self._latest("PRAGMA integrity_check")[0][0])
            gone = "SELECT count(*) FROM passages WHERE sheet IN (SELECT value FROM json_each(?))"
            count += len(self.changes.ids) - self._one(gone, (self.changes.gone_json,))[0]
        if set(sound) != {"ok"}:
            faults.append("la base SQLite est abîmée.")
        if (count, len(self._rankings.ids)) != (self.manifest.passages, self.manifest.sheets):
            faults.append("le manifeste ne compte pas les mêmes fiches et passages.")
        return faults

    def base_vectors(self) -> tuple[Ids, Vectors]:
        """The passages that were written whole, ascending, and the encoder's own vectors, before centring."""
        return self.vectors.ids, self.vectors.base(dict(self._all("SELECT id, norm FROM passages")))

    def without(self, sheets: Sequence[int]) -> tuple[int, NDArray[np.float64]]:
        """How many of the passages that were written whole are not of these sheets, and the sum of their vectors."""
        query = "SELECT id, norm FROM passages WHERE sheet IN (SELECT value FROM json_each(?))"
        total = self.vectors.total()
        gone = self._all(query, (json.dumps(list(sheets)),))
        for key, norm in gone:
            total -= self.vectors.raw(key, norm)
        return len(self.vectors.ids) - len(gone), total

    def close(self) -> None:
        self._files.close()

    def _by_vector(self, vector: Vectors, among: Mask | None, limit: int) -> tuple[tuple[Passage, float], ...]:
        if not self.manifest.passages:
            return ()
        wide = limit
        if self.changes:
            wide += _MARGIN
            if among is None and self.changes.gone:
                among = np.ones(len(self._rankings.ids), dtype=np.bool_)
        ids = None if among is None else self.vectors.ids[self._rankings.passages(among)]
        found = self.vectors.nearest(vector, ids, wide)
        if self.changes:
            return self._with_changes(self.changes, vector, [key for key, _ in found], among, limit)
        passages = self._passages_of([key for key, _ in found])
        return tuple((passages[key], score) for key, score in found)

    def _passages_of(self, keys: Sequence[int]) -> dict[int, Passage]:
        seen = self._seen
        found = {key: seen[key] for key in keys if key in seen}
        if left := [key for key in keys if key not in found]:
            fresh = {row.key: self._passage(row) for row in self._stored(OF_KEYS, json.dumps(left))}
            # a new one each time: other threads may be reading the old one
            self._seen = fresh if len(seen) > _CACHED_PASSAGES else seen | fresh
            found |= fresh
        return found

    def _with_changes(
        self, changes: Changes, vector: Vectors, found: Sequence[int], among: Mask | None, limit: int
    ) -> tuple[tuple[Passage, float], ...]:
        """The nearest of those found in the base, compared again now that the mean has moved, and of the new ones."""
        nearest = self.vectors.newest(changes, vector, limit if among is None else None)
        rows = self._stored(OF_KEYS, json.dumps([*found, *nearest]))
        left = [row for row in rows if among is None or among[self._rankings.row(row.sheet)]]
        scored = [(row, float(self.vectors.centred(row.key, row.norm) @ vector)) for row in left]
        scored.sort(key=lambda pair: (-pair[1], pair[0].key))
        return tuple((self._passage(row), score) for row, score in scored[:limit])

    def _by_concepts(self, concepts: Mapping[str, float], among: Mask | None, limit: int) -> dict[str, float]:
        length = math.sqrt(sum(weight**2 for weight in concepts.values()))
        return {sheet: total / length for sheet, total in self._rankings.by_concepts(concepts, among, limit)}

    def _passage(self, row: Stored) -> Passage:
        shift = int(self.changes.starts[self._rankings.row(row.sheet)]) if self.changes else row.shift
        return Passage(row.sheet_id, row.section, row.start + shift, row.end + shift)

    def _read_passages(self, sheet_id: str) -> tuple[tuple[Passage, ...], Vectors]:
        """The passages of a sheet and their centred vectors, one row each."""
        rows = self._stored(OF_SHEET, sheet_id)
        vectors = np.zeros((len(rows), self.manifest.dimension), dtype=np.float32)
        for position, row in enumerate(rows):
            vectors[position] = self.vectors.centred(row.key, row.norm)
        return tuple(map(self._passage, rows)), vectors

    def _stored(self, which: str, value: str) -> list[Stored]:
        """The passages of a sheet, or of given keys, in the order of their text within each sheet."""
        return [Stored(*row) for row in self._both(PASSAGES + which, (value,))]

    def _read_overview(self, sheet_id: str) -> Vectors:
        stored = self._both("SELECT number, overview FROM sheets WHERE id = ?", (sheet_id,))[0][1]
        return unit(np.frombuffer(stored, dtype=np.float32) - self.vectors.mean)

    def _read_sheet(self, sheet_id: str) -> Sheet | None:
        rows = self._both(
            "SELECT number, id, title, source, start, text, sections, facets FROM sheets WHERE id = ?", (sheet_id,)
        )
        if not rows:
            return None
        number, sheet_id, title, source, start, text, sections, facets = rows[0]
        if self.changes:
            start = int(self.changes.starts[self._rankings.row(number)])
        values = {Facet(facet): tuple(values) for facet, values in json.loads(facets).items()}
        return Sheet(sheet_id, title, source, start, text, load_sections(sections, start), values)

    def _read_changes(self) -> Changes:
        return read_changes(self._changed, np.fromfile(self.folder / NEW_VECTORS, dtype=np.float32))

    def _vector(self, key: str) -> Vectors:
        return np.frombuffer(self._one("SELECT value FROM meta WHERE key = ?", (key,))[0], dtype=np.float32)

    def _both(self, query: str, values: Sequence[object]) -> list[Any]:
        """The rows of the base that still count, and those of the changes; the first column is a sheet's number."""
        rows = self._all(query, values)
        if self.changes:
            rows = [row for row in rows if row[0] not in self.changes.gone]
            rows += self._latest(query, values)
        return rows

    def _latest(self, query: str, values: Sequence[object] = ()) -> list[Any]:
        """The rows of what was written last."""
        return (self._changed() if self.changes else self._connection()).execute(query, values).fetchall()

    def _all(self, query: str, values: Sequence[object] = ()) -> list[Any]:
        return self._connection().execute(query, values).fetchall()

    def _one(self, query: str, values: Sequence[object] = ()) -> Any:
        return self._connection().execute(query, values).fetchone()

    def _connection(self) -> sqlite3.Connection:
        return self._files.open(DATABASE)

    def _changed(self) -> sqlite3.Connection:
        return self._files.open(CHANGES)
