"""Writing the local store: the next generation is made aside, then swapped in by one rename."""

from __future__ import annotations

import json
import math
import os
import shutil
import sqlite3
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import faiss
import numpy as np
from filelock import FileLock, Timeout

from assistant.errors import AssistantError, FailureError, IndexBusy
from assistant.indexing.draft import Record
from assistant.indexing.encoder import Vectors
from assistant.indexing.fields import Field, sheet_fields
from assistant.indexing.manifest import FORMAT, Manifest, file_hash, sync_folder, write_manifest
from assistant.language.thesaurus import Concept, concept_rarity, dump_concepts
from assistant.stores.local import DATABASE, EXAMPLES, VECTORS, LocalStore
from assistant.stores.local_nearest import NEAREST, write_nearest
from assistant.stores.sections import dump_sections
from assistant.values import Example, Sheet
from assistant.writing import holder, is_full, sign

KEPT_GENERATIONS = 3
_MOST = 127  # of eight bits
_PREFIX = "generation-"
_TABLES = f"""
CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL);
CREATE TABLE sheets (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, digest TEXT NOT NULL, title TEXT NOT NULL,
    source TEXT NOT NULL, start INTEGER NOT NULL, position INTEGER NOT NULL, text TEXT NOT NULL,
    sections TEXT NOT NULL, facets TEXT NOT NULL, overview BLOB NOT NULL);
CREATE TABLE facets (
    sheet INTEGER NOT NULL REFERENCES sheets(number), facet TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (facet, value, sheet)) WITHOUT ROWID;
CREATE INDEX facets_by_sheet ON facets(sheet);
CREATE TABLE passages (
    id INTEGER PRIMARY KEY, sheet INTEGER NOT NULL REFERENCES sheets(number), section INTEGER NOT NULL,
    start INTEGER NOT NULL, end INTEGER NOT NULL, norm REAL NOT NULL);
CREATE TABLE examples (
    number INTEGER PRIMARY KEY, kind TEXT NOT NULL, sheet TEXT, text TEXT NOT NULL UNIQUE, step REAL NOT NULL);
CREATE TABLE mentions (
    concept TEXT NOT NULL, sheet TEXT NOT NULL, weight REAL NOT NULL, profile REAL,
    PRIMARY KEY (concept, sheet)) WITHOUT ROWID;
CREATE INDEX passages_by_sheet ON passages(sheet);
CREATE VIRTUAL TABLE terms USING fts5({", ".join(Field)}, tokenize = 'unicode61');
CREATE VIRTUAL TABLE vocabulary USING fts5vocab(terms, 'row');
"""
# offsets inside the database count from the start of the sheet, so that a sheet that only moved
# in its source is not written again


class LocalDraft:
    """The next generation of an index folder, begun from the current one unless ``full``."""

    def __init__(self, folder: Path, full: bool = False) -> None:
        self._folder = folder
        self._full = full
        self._draft = folder / ".draft"

    def __enter__(self) -> Self:
        self._lock = _locked(self._folder)
        try:
            self._begin()
        except BaseException as error:
            self._lock.release()
            if isinstance(error, OSError):
                raise _unwritable(self._folder, error) from None
            raise
        return self

    def _begin(self) -> None:
        shutil.rmtree(self._draft, ignore_errors=True)
        self._draft.mkdir()
        self._vectors: dict[int, Vectors] = {}
        self._examples: dict[str, Vectors] = {}
        base = None if self._full else _current(self._folder)
        if base:
            self._vectors = base.vectors()
            examples, vectors = base.examples()
            self._examples = dict(zip((example.text for example in examples), vectors, strict=True))
            shutil.copyfile(base.folder / DATABASE, self._draft / DATABASE)
            base.close()
        self._database = sqlite3.connect(self._draft / DATABASE)
        # the draft is thrown away whole when anything fails: no journal on disk
        self._database.execute("PRAGMA journal_mode = MEMORY")
        if not base:
            self._database.executescript(_TABLES)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()
        shutil.rmtree(self._draft, ignore_errors=True)
        self._lock.release()

    def digests(self) -> dict[str, str]:
        return dict(self._database.execute("SELECT id, digest FROM sheets").fetchall())

    def delete(self, sheet_ids: Sequence[str]) -> None:
        for sheet_id in sheet_ids:
            row = self._database.execute("SELECT number FROM sheets WHERE id = ?", (sheet_id,)).fetchone()
            if row is None:
                continue
            for (number,) in self._database.execute("SELECT id FROM passages WHERE sheet = ?", row).fetchall():
                del self._vectors[number]
            self._database.execute("DELETE FROM mentions WHERE sheet = ?", (sheet_id,))
            for table, key in (("passages", "sheet"), ("facets", "sheet"), ("terms", "rowid"), ("sheets", "number")):
                self._database.execute(f"DELETE FROM {table} WHERE {key} = ?", row)

    def upsert(self, record: Record) -> None:
        sheet = record.sheet
        self.delete([sheet.id])
        number = self._database.execute(
            "INSERT INTO sheets (id, digest, title, source, start, position, text, sections, facets, overview) "
            "VALUES (?, ?, ?, ?, ?, 0, ?, ?, ?, ?)",
            (
                sheet.id,
                record.digest,
                sheet.title,
                sheet.source,
                sheet.start,
                sheet.text,
                dump_sections(sheet),
                json.dumps(sheet.facets, ensure_ascii=False),
                record.overview.astype(np.float32).tobytes(),
            ),
        ).lastrowid
        facets = [(number, facet.value, value) for facet, values in sheet.facets.items() for value in values]
        self._database.executemany("INSERT INTO facets VALUES (?, ?, ?)", facets)
        fields = sheet_fields(sheet)
        self._database.execute(
            f"INSERT INTO terms (rowid, {', '.join(Field)}) VALUES (?{', ?' * len(Field)})",
            (number, *(" ".join(fields[field]) for field in Field)),
        )
        for passage, vector in zip(record.passages, record.vectors, strict=True):
            key = self._database.execute(
                "INSERT INTO passages (sheet, section, start, end, norm) VALUES (?, ?, ?, ?, 0)",
                (number, passage.section, passage.start - sheet.start, passage.end - sheet.start),
            ).lastrowid
            self._vectors[int(key or 0)] = vector

    def examples(self) -> dict[str, Vectors]:
        return dict(self._examples)

    def replace_examples(self, examples: Sequence[Example], vectors: Vectors) -> None:
        # eight bits: an example only has to be told from its neighbours; rounded again, they stay what they are
        steps = np.maximum(np.abs(vectors).max(axis=1, initial=0.0), 1e-9) / _MOST
        np.rint(vectors / steps[:, None]).astype(np.int8).tofile(self._draft / EXAMPLES)
        self._database.execute("DELETE FROM examples")
        self._database.executemany(
            "INSERT INTO examples (number, kind, sheet, text, step) VALUES (?, ?, ?, ?, ?)",
            [
                (number, example.kind, example.sheet_id, example.text, step)
                for number, (example, step) in enumerate(zip(examples, steps.tolist(), strict=True))
            ],
        )

    def thesaurus(self) -> str:
        row = self._database.execute("SELECT value FROM meta WHERE key = 'thesaurus digest'").fetchone()
        return str(row[0]) if row else ""

    def replace_thesaurus(self, concepts: Sequence[Concept], digest: str) -> None:
        document = json.dumps(dump_concepts(concepts), ensure_ascii=False, separators=(",", ":"))
        packed = zlib.compress(document.encode(), level=9)
        self._database.execute("INSERT OR REPLACE INTO meta VALUES ('thesaurus', ?)", (packed,))
        self._database.execute("INSERT OR REPLACE INTO meta VALUES ('thesaurus digest', ?)", (digest,))
        self._database.execute("DELETE FROM mentions")

    def mention(self, sheet_id: str, concepts: Mapping[str, float]) -> None:
        self._database.execute("DELETE FROM mentions WHERE sheet = ?", (sheet_id,))
        rows = [(concept, sheet_id, weight) for concept, weight in concepts.items()]
        self._database.executemany("INSERT INTO mentions (concept, sheet, weight) VALUES (?, ?, ?)", rows)

    def place(self, sheets: Sequence[Sheet]) -> None:
        self._database.executemany(
            "UPDATE sheets SET source = ?, start = ?, position = ? WHERE id = ?",
            [(sheet.source, sheet.start, position, sheet.id) for position, sheet in enumerate(sheets)],
        )

    def swap(self, model: str, dimension: int, inputs: Mapping[str, str]) -> Manifest:
        names = [DATABASE, EXAMPLES, VECTORS, *self._write_vectors(dimension)]
        passages = len(self._vectors)
        sheets = self._database.execute("SELECT count(*) FROM sheets").fetchone()[0]
        self._write_profiles(sheets)
        self._database.execute("INSERT INTO terms(terms) VALUES ('optimize')")
        self._database.commit()
        self._database.execute("VACUUM")
        self._database.close()
        files = {name: file_hash(self._draft / name) for name in names}
        for name in files:
            _sync_file(self._draft / name)
        sync_folder(self._draft)
        generation = self._next()
        self._draft.rename(self._folder / generation)
        sync_folder(self._folder)
        manifest = Manifest(
            format=FORMAT,
            generation=generation,
            model=model,
            dimension=dimension,
            inputs=dict(inputs),
            files=files,
            sheets=sheets,
            passages=passages,
        )
        write_manifest(self._folder, manifest)
        self._prune()
        return manifest

    def _write_vectors(self, dimension: int) -> list[str]:
        """Write them; the names of the files that only a large index needs."""
        ids = np.array(sorted(self._vectors), dtype=np.int64)
        raw = np.array([self._vectors[number] for number in ids.tolist()], dtype=np.float32).reshape(-1, dimension)
        mean, centred, norms = _centre(raw)
        index = faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))
        index.add_with_ids(centred, ids)
        faiss.write_index(index, str(self._draft / VECTORS))
        self._keep("mean", mean)
        self._database.executemany(
            "UPDATE passages SET norm = ? WHERE id = ?", zip(norms.tolist(), ids.tolist(), strict=True)
        )
        return [NEAREST] if write_nearest(self._draft / NEAREST, centred, ids) else []

    def _write_profiles(self, sheets: int) -> None:
        """The concepts of each sheet as a unit vector, each weighed by its rarity in the corpus."""
        bearing = dict(self._database.execute("SELECT concept, count(*) FROM mentions GROUP BY 1").fetchall())
        rows = self._database.execute("SELECT concept, sheet, weight FROM mentions").fetchall()
        weighed = [
            (weight * concept_rarity(sheets, bearing[concept]), concept, sheet) for concept, sheet, weight in rows
        ]
        squares: dict[str, float] = {}
        for weight, _, sheet in weighed:
            squares[sheet] = squares.get(sheet, 0.0) + weight**2
        self._database.executemany(
            "UPDATE mentions SET profile = ? WHERE concept = ? AND sheet = ?",
            [(weight / math.sqrt(squares[sheet]), concept, sheet) for weight, concept, sheet in weighed],
        )

    def _keep(self, key: str, vector: Vectors) -> None:
        self._database.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, vector.tobytes()))

    def _next(self) -> str:
        taken = [int(path.name.removeprefix(_PREFIX)) for path in _generations(self._folder)]
        return f"{_PREFIX}{max(taken, default=0) + 1:06d}"

    def _prune(self) -> None:
        for old in sorted(_generations(self._folder))[:-KEPT_GENERATIONS]:
            shutil.rmtree(old, ignore_errors=True)


def _locked(folder: Path) -> FileLock:
    """The lock that keeps two indexers apart; the system frees it when its process dies."""
    lock = FileLock(folder / ".lock")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
        sign(folder)
    except Timeout:
        raise IndexBusy(
            f"Une autre indexation de {folder} est en cours ({holder(folder)}).",
            "Attendez qu’elle finisse, puis relancez la commande.",
        ) from None
    except OSError as error:
        lock.release()
        raise _unwritable(folder, error) from None
    return lock


def _unwritable(folder: Path, error: OSError) -> FailureError:
    room = "Libérez de la place sur le disque, ou donnez" if is_full(error) else "Donnez"
    return FailureError(
        f"Le dossier {folder} ne peut pas être écrit ({error.strerror}).", f"{room}-en un autre avec --index."
    )


def _generations(folder: Path) -> list[Path]:
    return [path for path in folder.glob(f"{_PREFIX}*") if path.name.removeprefix(_PREFIX).isdigit()]


def _current(folder: Path) -> LocalStore | None:
    """The generation to begin from; none when there is no sound one."""
    try:
        store = LocalStore(folder)
    except AssistantError:
        return None
    if not store.check():
        return store
    store.close()
    return None


def _centre(vectors: Vectors) -> tuple[Vectors, Vectors, Vectors]:
    """The mean of the rows, the rows less their mean made unit, and the lengths they had.

    e5 gives every pair of texts a cosine of 0.75 to 0.9; less their mean, vectors spread out.
    """
    mean = vectors.mean(axis=0) if len(vectors) else np.zeros(vectors.shape[1], dtype=np.float32)
    centred = vectors - mean
    norms = np.maximum(np.linalg.norm(centred, axis=1), 1e-9)
    return mean.astype(np.float32), (centred / norms[:, None]).astype(np.float32), norms


def _sync_file(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
