"""Writing the local store: the next generation is made aside, then swapped in by one rename."""

from __future__ import annotations

import json
import shutil
import zlib
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from assistant.errors import AssistantError
from assistant.indexing.draft import Placed, Record
from assistant.indexing.encoder import Vectors
from assistant.indexing.fields import Field, sheet_fields
from assistant.indexing.manifest import (
    FORMAT,
    FORMAT_SHARING,
    Manifest,
    file_hash,
    write_manifest,
)
from assistant.language.thesaurus import Concept, dump_concepts
from assistant.stores.damage import damage, damaged_files
from assistant.stores.local import LocalStore
from assistant.stores.local_changes import CHANGES, GONE_TABLE, NEW_VECTORS
from assistant.stores.local_files import DATABASE, EXAMPLES, TABLES
from assistant.stores.local_finish import Later, Place, connect, is_large, merge, read_only, write_whole
from assistant.stores.sections import dump_sections
from assistant.values import Example
from assistant.writing import sync, unwritable, writing

KEPT_GENERATIONS = 3
_MOST = 127  # of eight bits
_PREFIX = "generation-"
_PARTS = ("main", "base")


class LocalDraft:
    """The next generation of an index folder, begun from the current one unless ``full``."""

    def __init__(self, folder: Path, full: bool = False) -> None:
        self._folder = folder
        self._full = full
        self._draft = folder / ".draft"
        self._base: LocalStore | None = None
        self._lock = ExitStack()

    def __enter__(self) -> Self:
        """Raises: IndexBusy, FailureError, DamagedIndex."""
        with ExitStack() as lock:
            try:
                self._folder.mkdir(parents=True, exist_ok=True)
                lock.enter_context(writing(self._folder, 0, lambda _line: None))
                self._begin()
            except OSError as error:
                raise unwritable(self._folder, error) from None
            except Exception as error:
                self._blame(error)
                raise
            self._lock = lock.pop_all()
        return self

    def _begin(self) -> None:
        shutil.rmtree(self._draft, ignore_errors=True)
        self._draft.mkdir()
        self._vectors: dict[int, Vectors] = {}
        self._placed: list[Place] = []
        self._examples: dict[str, Vectors] = {}
        self._mentioning: set[str] = set()
        self._base = None if self._full else _current(self._folder)
        if self._base is None:
            self._database = connect(self._draft / DATABASE)
            self._database.executescript(TABLES)
            self._sheet = self._passage = 1
            return
        examples, vectors = self._base.examples()
        self._examples = dict(zip((example.text for example in examples), vectors, strict=True))
        changes = self._base.changes
        if changes:
            shutil.copyfile(self._base.folder / CHANGES, self._draft / CHANGES)
            self._vectors = dict(zip(changes.ids.tolist(), changes.vectors, strict=True))
        self._database = connect(self._draft / CHANGES)
        if not changes:
            self._database.executescript(TABLES + GONE_TABLE)
        self._mentioning = {sheet for (sheet,) in self._database.execute("SELECT DISTINCT sheet FROM mentions")}
        self._database.execute("ATTACH ? AS base", (read_only(self._base.folder / DATABASE),))
        self._sheet, self._passage = self._next_of("sheets", "number"), self._next_of("passages", "id")

    def _next_of(self, table: str, key: str) -> int:
        highest = (self._database.execute(f"SELECT max({key}) FROM {part}.{table}").fetchone()[0] for part in _PARTS)
        return 1 + max(number or 0 for number in highest)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()
        if self._base:
            self._base.close()
        shutil.rmtree(self._draft, ignore_errors=True)
        self._lock.close()
        self._blame(error)

    def _blame(self, error: BaseException | None) -> None:
        """Say an error as what it comes from, when a file of the base is damaged: a large one was not looked through.

        Raises:
            DamagedIndex
        """
        if self._base and isinstance(error, Exception) and not isinstance(error, AssistantError):
            damaged = damage(self._folder, self._base.manifest)
            if damaged:
                raise damaged from error

    def digests(self) -> dict[str, str]:
        found: dict[str, str] = {}
        if self._base:
            query = "SELECT id, digest FROM base.sheets WHERE number NOT IN (SELECT number FROM gone)"
            found |= dict(self._database.execute(query).fetchall())
        return found | dict(self._database.execute("SELECT id, digest FROM main.sheets").fetchall())

    def delete(self, sheet_ids: Sequence[str]) -> None:
        for sheet_id in sheet_ids:
            self._forget_mentions(sheet_id)
            if self._base:
                self._database.execute(
                    "INSERT OR IGNORE INTO gone SELECT number FROM base.sheets WHERE id = ?", (sheet_id,)
                )
            row = self._database.execute("SELECT number FROM main.sheets WHERE id = ?", (sheet_id,)).fetchone()
            if row is None:
                continue
            for (number,) in self._database.execute("SELECT id FROM main.passages WHERE sheet = ?", row).fetchall():
                del self._vectors[number]
            for table, key in (("passages", "sheet"), ("facets", "sheet"), ("terms", "rowid"), ("sheets", "number")):
                self._database.execute(f"DELETE FROM main.{table} WHERE {key} = ?", row)

    def upsert(self, record: Record) -> None:
        sheet = record.sheet
        self.delete([sheet.id])
        number = self._sheet
        self._sheet += 1
        self._database.execute(
            "INSERT INTO sheets (number, id, digest, title, source, start, position, text, sections, facets, overview) "
            "VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?)",
            (
                number,
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
        )
        facets = [(number, facet.value, value) for facet, values in sheet.facets.items() for value in values]
        self._database.executemany("INSERT INTO facets VALUES (?, ?, ?)", facets)
        fields = sheet_fields(sheet)
        self._database.execute(
            f"INSERT INTO terms (rowid, {', '.join(Field)}) VALUES (?{', ?' * len(Field)})",
            (number, *(" ".join(fields[field]) for field in Field)),
        )
        for passage, vector in zip(record.passages, record.vectors, strict=True):
            self._database.execute(
                "INSERT INTO passages (id, sheet, section, start, end, norm) VALUES (?, ?, ?, ?, ?, 0)",
                (self._passage, number, passage.section, passage.start - sheet.start, passage.end - sheet.start),
            )
            self._vectors[self._passage] = vector
            self._passage += 1

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
        for part in _PARTS if self._base else ("main",):
            row = self._database.execute(f"SELECT value FROM {part}.meta WHERE key = 'thesaurus digest'").fetchone()
            if row:
                return str(row[0])
        return ""

    def replace_thesaurus(self, concepts: Sequence[Concept], digest: str) -> None:
        document = json.dumps(dump_concepts(concepts), ensure_ascii=False, separators=(",", ":"))
        packed = zlib.compress(document.encode(), level=9)
        self._database.execute("INSERT OR REPLACE INTO meta VALUES ('thesaurus', ?)", (packed,))
        self._database.execute("INSERT OR REPLACE INTO meta VALUES ('thesaurus digest', ?)", (digest,))
        self._database.execute("DELETE FROM mentions")
        self._mentioning.clear()

    def mention(self, sheet_id: str, concepts: Mapping[str, float]) -> None:
        self._forget_mentions(sheet_id)
        rows = [(concept, sheet_id, weight) for concept, weight in concepts.items()]
        self._database.executemany("INSERT INTO mentions (concept, sheet, weight) VALUES (?, ?, ?)", rows)
        self._mentioning.add(sheet_id)

    def _forget_mentions(self, sheet_id: str) -> None:
        # mentions are kept by concept: to look for those of each new sheet would read all that there are
        if sheet_id in self._mentioning:
            self._database.execute("DELETE FROM mentions WHERE sheet = ?", (sheet_id,))
            self._mentioning.discard(sheet_id)

    def place(self, sheets: Sequence[Placed]) -> None:
        self._placed = [(sheet.source, sheet.start, position, sheet.id) for position, sheet in enumerate(sheets)]

    def swap(self, model: str, dimension: int, inputs: Mapping[str, str]) -> Manifest:
        later = Later(self._base, self._database, self._vectors, self._placed) if self._base else None
        shared: dict[str, str] = {}
        if later and later.fits():
            names = later.write(self._draft)
            passages = later.passages
            shared = later.share(self._draft)
        else:
            if self._base:
                self._vectors = self._merge(self._base)
            names = write_whole(self._database, self._draft, dimension, self._vectors, self._placed)
            passages = len(self._vectors)
        self._database.close()
        files = {name: file_hash(self._draft / name) for name in (EXAMPLES, *names)}
        for name in shared | files:
            sync(self._draft / name)
        sync(self._draft)
        generation = self._next()
        self._draft.rename(self._folder / generation)
        sync(self._folder)
        manifest = Manifest(
            format=FORMAT_SHARING if shared else FORMAT,
            generation=generation,
            model=model,
            dimension=dimension,
            inputs=dict(inputs),
            files=shared | files,
            sheets=len(self._placed),
            passages=passages,
        )
        write_manifest(self._folder, manifest)
        self._prune()
        return manifest

    def _merge(self, base: LocalStore) -> dict[int, Vectors]:
        """Go on with a copy of the base into which the changes went; every vector there is, by passage."""
        if damaged := damage(self._folder, base.manifest):
            raise damaged
        self._database.commit()
        self._database.close()
        shutil.copyfile(base.folder / DATABASE, self._draft / DATABASE)
        self._database = connect(self._draft / DATABASE)
        merge(self._database, self._draft / CHANGES)
        (self._draft / CHANGES).unlink()
        ids, vectors = base.base_vectors()
        every = dict(zip(ids.tolist(), vectors, strict=True)) | self._vectors
        kept = (row[0] for row in self._database.execute("SELECT id FROM passages"))
        return {number: every[number] for number in kept}

    def _next(self) -> str:
        taken = [int(path.name.removeprefix(_PREFIX)) for path in _generations(self._folder)]
        return f"{_PREFIX}{max(taken, default=0) + 1:06d}"

    def _prune(self) -> None:
        for old in sorted(_generations(self._folder))[:-KEPT_GENERATIONS]:
            shutil.rmtree(old, ignore_errors=True)


def _generations(folder: Path) -> list[Path]:
    return [path for path in folder.glob(f"{_PREFIX}*") if path.name.removeprefix(_PREFIX).isdigit()]


def _current(folder: Path) -> LocalStore | None:
    """The generation to begin from; none when there is no sound one.

    A small one is looked through. A large one is when it is read whole, to be written whole; until then what is
    shared keeps the checksum that it had, so that a byte that changed is found whenever it is looked for.
    """
    try:
        store = LocalStore(folder)
    except AssistantError:
        return None
    copied = (CHANGES, NEW_VECTORS, EXAMPLES)
    if not (damaged_files(folder, store.manifest, copied) if is_large(store.manifest) else store.check()):
        return store
    store.close()
    return None
