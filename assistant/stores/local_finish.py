"""What ends a draft of the local store: written whole, or as changes beside the files of the base."""

from __future__ import annotations

import json
import math
import os
import shutil
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from assistant.indexing.encoder import Vectors
from assistant.indexing.manifest import Manifest
from assistant.language.thesaurus import concept_rarity
from assistant.stores.local import LocalStore
from assistant.stores.local_changes import CHANGES, CONCEPTS, NEW_VECTORS, pack_mentions, weigh_mentions
from assistant.stores.local_files import DATABASE, VECTORS
from assistant.stores.local_nearest import NEAREST, write_nearest
from assistant.stores.local_terms import ADDED, BEARING, forget_terms, write_terms

LARGE = 5_000
"""Passages; to write fewer anew takes less than half a second."""
MOST_CHANGED = 0.1
"""Of the passages of the base; with more, search and writing would feel them."""
MOST_MOVED = 0.02
"""By the mean of the vectors since those of the base were centred; nearest passages are found by the old mean."""
Place = tuple[str, int, int, str]
"""Source, start in it, position in the corpus, and id of a sheet."""


def connect(path: Path) -> sqlite3.Connection:
    """A database of a draft, made if need be; the draft is thrown away whole when anything fails."""
    database = sqlite3.connect(path.absolute().as_uri(), uri=True)
    # no journal on disk
    database.execute("PRAGMA journal_mode = MEMORY")
    return database


def read_only(path: Path) -> str:
    """The address of a database that nobody changes any more."""
    return f"{path.absolute().as_uri()}?mode=ro&immutable=1"


def is_large(manifest: Manifest) -> bool:
    """Whether an index is better left as it is when a few sheets change."""
    return manifest.passages >= LARGE


def write_whole(
    database: sqlite3.Connection, folder: Path, dimension: int, vectors: Mapping[int, Vectors], placed: Sequence[Place]
) -> list[str]:
    """Finish a database that holds all sheets, and write all vectors; the names of the files."""
    database.executemany("UPDATE sheets SET source = ?, start = ?, position = ? WHERE id = ?", placed)
    names = _write_vectors(database, folder, dimension, vectors)
    _write_profiles(database, len(placed))
    # what a copy holds of them is of its base
    database.execute("DELETE FROM meta WHERE key = ?", (CONCEPTS,))
    database.execute("INSERT INTO terms(terms) VALUES ('optimize')")
    forget_terms(database)
    if len(vectors) >= LARGE:
        query = "SELECT concept, number, weight FROM mentions JOIN sheets ON id = sheet"
        _keep(database, CONCEPTS, pack_mentions(database.execute(query)))
        names += write_terms(database, folder)
    database.commit()
    database.execute("VACUUM")
    return [DATABASE, VECTORS, *names]


def _write_vectors(
    database: sqlite3.Connection, folder: Path, dimension: int, vectors: Mapping[int, Vectors]
) -> list[str]:
    """Write them; the names of the files that only a large index needs."""
    ids = np.array(sorted(vectors), dtype=np.int64)
    raw = np.array([vectors[number] for number in ids.tolist()], dtype=np.float32).reshape(-1, dimension)
    mean, centred, norms = _centre(raw)
    index = faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))
    index.add_with_ids(centred, ids)
    faiss.write_index(index, str(folder / VECTORS))
    _keep(database, "mean", mean.tobytes())
    database.executemany("UPDATE passages SET norm = ? WHERE id = ?", zip(norms.tolist(), ids.tolist(), strict=True))
    return [NEAREST] if write_nearest(folder / NEAREST, centred, ids) else []


def _centre(vectors: Vectors) -> tuple[Vectors, Vectors, Vectors]:
    """The mean of the rows, the rows less their mean made unit, and the lengths they had.

    e5 gives every pair of texts a cosine of 0.75 to 0.9; less their mean, vectors spread out.
    """
    mean = vectors.mean(axis=0) if len(vectors) else np.zeros(vectors.shape[1], dtype=np.float32)
    centred = vectors - mean
    norms = np.maximum(np.linalg.norm(centred, axis=1), 1e-9)
    return mean.astype(np.float32), (centred / norms[:, None]).astype(np.float32), norms


def _write_profiles(database: sqlite3.Connection, sheets: int) -> None:
    """The concepts of each sheet as a unit vector, each weighed by its rarity in the corpus."""
    bearing = dict(database.execute("SELECT concept, count(*) FROM mentions GROUP BY 1").fetchall())
    rows = database.execute("SELECT concept, sheet, weight FROM mentions").fetchall()
    weighed = [(weight * concept_rarity(sheets, bearing[concept]), concept, sheet) for concept, sheet, weight in rows]
    squares: dict[str, float] = {}
    for weight, _, sheet in weighed:
        squares[sheet] = squares.get(sheet, 0.0) + weight**2
    database.executemany(
        "UPDATE mentions SET profile = ? WHERE concept = ? AND sheet = ?",
        [(weight / math.sqrt(squares[sheet]), concept, sheet) for weight, concept, sheet in weighed],
    )


def _keep(database: sqlite3.Connection, key: str, value: bytes) -> None:
    database.execute("INSERT OR REPLACE INTO main.meta VALUES (?, ?)", (key, value))


def merge(database: sqlite3.Connection, changes: Path) -> None:
    """Put changes into a copy of their base."""
    database.execute("ATTACH ? AS changes", (read_only(changes),))
    gone = "IN (SELECT number FROM changes.gone)"
    database.execute(f"DELETE FROM main.mentions WHERE sheet IN (SELECT id FROM main.sheets WHERE number {gone})")
    for table, key in (("passages", "sheet"), ("facets", "sheet"), ("terms", "rowid"), ("sheets", "number")):
        database.execute(f"DELETE FROM main.{table} WHERE {key} {gone}")
    read = "SELECT key, value FROM changes.meta WHERE key IN ('thesaurus', 'thesaurus digest')"
    if thesaurus := database.execute(read).fetchall():
        database.executemany("INSERT OR REPLACE INTO main.meta VALUES (?, ?)", thesaurus)
        database.execute("DELETE FROM main.mentions")
    database.execute("DELETE FROM main.examples")
    for table in ("sheets", "facets", "passages", "mentions", "examples"):
        database.execute(f"INSERT INTO main.{table} SELECT * FROM changes.{table}")
    fields = ", ".join(row[1] for row in database.execute("PRAGMA changes.table_info(terms)"))
    database.execute(f"INSERT INTO main.terms (rowid, {fields}) SELECT rowid, {fields} FROM changes.terms")
    database.commit()
    database.execute("DETACH changes")


class Later:
    """The changes of a draft since the base of the current generation."""

    def __init__(
        self, base: LocalStore, database: sqlite3.Connection, vectors: Mapping[int, Vectors], placed: Sequence[Place]
    ) -> None:
        """``database`` holds the changes, and the base attached."""
        self._base = base
        self._database = database
        self._placed = placed
        self._ids = np.array(sorted(vectors), dtype=np.int64)
        self._vectors = np.array([vectors[number] for number in self._ids.tolist()], dtype=np.float32)
        self._gone = [row[0] for row in database.execute("SELECT number FROM gone")]
        self._of_base, left = base.without(self._gone)
        self.passages = self._of_base + len(self._ids)
        total = left + self._vectors.reshape(-1, len(left)).sum(axis=0, dtype=np.float64)
        self._mean = np.asarray(total / max(1, self.passages), dtype=np.float32)

    def fits(self) -> bool:
        """Whether they are few beside the base, and leave its vectors about their mean."""
        size = len(self._base.vectors.ids)
        return (
            is_large(self._base.manifest)
            and size - self._of_base + len(self._ids) <= MOST_CHANGED * size
            and self._base.vectors.moved(self._mean) <= MOST_MOVED
            and self._one("SELECT count(*) FROM main.meta WHERE key = 'thesaurus digest'") == 0
            and self._one(f"SELECT count(*) FROM base.meta WHERE key = '{CONCEPTS}'") == 1
        )

    def write(self, folder: Path) -> list[str]:
        """Finish the database and write the vectors; the names of the files."""
        self._vectors.tofile(folder / NEW_VECTORS)
        numbers = dict(
            self._database.execute(
                "SELECT id, number FROM base.sheets WHERE number NOT IN (SELECT number FROM gone) "
                "UNION ALL SELECT id, number FROM main.sheets"
            )
        )
        order = np.array([numbers[sheet_id] for _, _, _, sheet_id in self._placed], dtype=np.int64)
        query = "SELECT concept, number, weight FROM main.mentions JOIN main.sheets ON id = sheet"
        packed = self._one(f"SELECT value FROM base.meta WHERE key = '{CONCEPTS}'")
        naming, lengths = weigh_mentions(packed, self._gone, self._database.execute(query).fetchall(), order)
        for key, value in {
            "mean": self._mean.tobytes(),
            "order": order.tobytes(),
            "starts": np.array([start for _, start, _, _ in self._placed], dtype=np.int64).tobytes(),
            "naming": json.dumps(naming, ensure_ascii=False).encode(),
            "lengths": lengths.tobytes(),
        }.items():
            _keep(self._database, key, value)
        self._database.commit()
        return [CHANGES, NEW_VECTORS]

    def share(self, folder: Path) -> dict[str, str]:
        """Give the files of the base another name in a folder; their checksums by that name."""
        files = {name: self._base.manifest.files.get(name) for name in (DATABASE, VECTORS, NEAREST, BEARING, ADDED)}
        held = {name: digest for name, digest in files.items() if digest}
        for name in held:
            try:
                os.link(self._base.folder / name, folder / name)
            except OSError:  # a file system without links
                shutil.copyfile(self._base.folder / name, folder / name)
        return held

    def _one(self, query: str) -> Any:
        return self._database.execute(query).fetchone()[0]
