"""Writing the PostgreSQL store: the next generation is made in a schema aside, then named in one transaction."""

from __future__ import annotations

import getpass
import json
import os
import socket
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from types import TracebackType
from typing import Any, Self

import numpy as np
import psycopg

from assistant.errors import AssistantError, IndexBusy
from assistant.indexing.draft import Placed, Record
from assistant.indexing.encoder import Vectors
from assistant.indexing.fields import FIELD_WEIGHTS, Field, sheet_fields
from assistant.indexing.manifest import FORMAT, Manifest
from assistant.language.thesaurus import Concept, dump_concepts
from assistant.stores import postgres_finish as finish
from assistant.stores.postgres import PostgresStore, field_weights
from assistant.stores.postgres_connection import connect_writer, database_name, prepare_vectors, speaking
from assistant.stores.postgres_migrations import migrate
from assistant.stores.postgres_queries import TABLES
from assistant.stores.sections import dump_sections
from assistant.values import Example

_LOCK = 7_163_202_600  # any number, the same for every indexer
_DRAFT = "assistant_draft"
_HOLDER = """
    SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE locktype = 'advisory' AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND (classid::bigint << 32) + objid::bigint = %s
"""
_PLACE = """
    UPDATE sheets SET source = placed.source, start = placed.start, position = placed.position
    FROM unnest(%s::text[], %s::text[], %s::int4[]) WITH ORDINALITY AS placed(id, source, start, position)
    WHERE sheets.id = placed.id
"""


class PostgresDraft:
    """The next generation of a database, begun from the current one unless ``full``."""

    def __init__(self, address: str, full: bool = False) -> None:
        self._address = address
        self._name = database_name(address)
        self._full = full

    def __enter__(self) -> Self:
        self._database = connect_writer(self._address, f"assistant index, {_whoami()}")
        with ExitStack() as failing, speaking(self._name):
            failing.callback(self._database.close)
            self._lock()
            prepare_vectors(self._database, "assistant")
            migrate(self._database)
            self._begin()
            failing.pop_all()
        return self

    def _lock(self) -> None:
        """Keep other indexers apart; the server frees it when the connection ends."""
        if self._one("SELECT pg_try_advisory_lock(%s)", (_LOCK,)):
            return
        row = self._database.execute(_HOLDER, (_LOCK,)).fetchone()
        holder = f" ({row[0]})" if row and row[0] else ""
        raise IndexBusy(
            f"Une autre indexation de la base {self._name} est en cours{holder}.",
            "Attendez qu’elle finisse, puis relancez la commande.",
        )

    def _begin(self) -> None:
        base = None if self._full else _current(self._address)
        self._run(f"DROP SCHEMA IF EXISTS {_DRAFT} CASCADE")
        self._run(f"CREATE SCHEMA {_DRAFT}")
        prepare_vectors(self._database, _DRAFT)
        for table in TABLES:
            self._run(f"CREATE TABLE {table} (LIKE assistant.{table} INCLUDING ALL)")
            if base:
                self._run(f"INSERT INTO {table} SELECT * FROM {base}.{table}")
        self._next = int(self._one("SELECT coalesce(max(number), 0) + 1 FROM sheets"))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with ExitStack() as always:
            always.callback(self._database.close)
            try:
                self._run(f"DROP SCHEMA IF EXISTS {_DRAFT} CASCADE")
            except AssistantError:
                # lost, or in a state that asks for nothing more: the next indexer drops it
                return

    def digests(self) -> dict[str, str]:
        with speaking(self._name):
            return dict(self._database.execute("SELECT id, digest FROM sheets").fetchall())

    def delete(self, sheet_ids: Sequence[str]) -> None:
        with self._transaction():
            self._delete(sheet_ids)

    def upsert(self, record: Record) -> None:
        sheet, number = record.sheet, self._next
        fields = {field: Counter(terms) for field, terms in sheet_fields(sheet).items()}
        found = sorted({term for counts in fields.values() for term in counts})
        with self._transaction():
            self._delete([sheet.id])
            self._run(
                "INSERT INTO sheets VALUES (%s, %s, %s, %s, %s, %s, 0, %s, %s, %s, %s, %s)",
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
                    np.asarray(record.overview, dtype=np.float32),
                    sum(counts.total() for counts in fields.values()),
                ),
            )
            self._copy(
                "facets (facet, value, sheet)",
                ("text", "text", "int4"),
                ((facet.value, value, number) for facet, values in sheet.facets.items() for value in values),
            )
            self._copy(
                "postings (term, sheet, counts, score)",
                ("text", "int4", "int2[]", "float8"),
                ((term, number, [fields[field][term] for field in Field], 0.0) for term in found),
            )
            self._copy(
                "passages (sheet, section, start, stop, raw, norm)",
                ("int4", "int4", "int4", "int4", "vector", "float8"),
                (
                    (number, passage.section, passage.start - sheet.start, passage.end - sheet.start, vector, 0.0)
                    for passage, vector in zip(record.passages, record.vectors, strict=True)
                ),
            )
        self._next += 1

    def examples(self) -> dict[str, Vectors]:
        with speaking(self._name):
            rows = self._database.execute("SELECT text, raw FROM examples", binary=True).fetchall()
        return {text: vector.to_numpy() for text, vector in rows}

    def replace_examples(self, examples: Sequence[Example], vectors: Vectors) -> None:
        with self._transaction():
            self._run("DELETE FROM examples")
            self._copy(
                "examples (number, kind, sheet, text, raw)",
                ("int4", "text", "text", "text", "vector"),
                (
                    (number, example.kind.value, example.sheet_id, example.text, vector)
                    for number, (example, vector) in enumerate(zip(examples, vectors, strict=True))
                ),
            )

    def thesaurus(self) -> str:
        value = self._one("SELECT max(value) FROM meta WHERE key = 'thesaurus digest'")
        return bytes(value).decode() if value else ""

    def replace_thesaurus(self, concepts: Sequence[Concept], digest: str) -> None:
        document = json.dumps(dump_concepts(concepts), ensure_ascii=False, separators=(",", ":"))
        with self._transaction():
            self._keep("thesaurus", zlib.compress(document.encode(), level=9))
            self._keep("thesaurus digest", digest.encode())
            self._run("DELETE FROM mentions")

    def mention(self, sheet_id: str, concepts: Mapping[str, float]) -> None:
        with self._transaction():
            number = self._one("SELECT number FROM sheets WHERE id = %s", (sheet_id,))
            self._run("DELETE FROM mentions WHERE sheet = %s", (number,))
            self._copy(
                "mentions (concept, sheet, weight)",
                ("text", "int4", "float8"),
                ((concept, number, weight) for concept, weight in concepts.items()),
            )

    def place(self, sheets: Sequence[Placed]) -> None:
        columns = ([s.id for s in sheets], [s.source for s in sheets], [s.start for s in sheets])
        with speaking(self._name):
            self._run(
                _PLACE,
                columns,
            )

    def swap(self, model: str, dimension: int, inputs: Mapping[str, str]) -> Manifest:
        with speaking(self._name):
            mean = finish.passages(self._database, dimension)
            self._keep("mean", mean.tobytes())
            self._keep("weights", field_weights().encode())
            finish.postings(self._database, [FIELD_WEIGHTS[field] for field in Field])
            finish.profiles(self._database)
            finish.statistics(self._database)
            files = finish.digests(self._database)
            sheets, passages = finish.counts(self._database)

            def manifest(generation: str) -> Manifest:
                return Manifest(
                    format=FORMAT,
                    generation=generation,
                    model=model,
                    dimension=dimension,
                    inputs=dict(inputs),
                    files=files,
                    sheets=sheets,
                    passages=passages,
                )

            named = finish.name(self._database, _DRAFT, manifest)
            with suppress(psycopg.Error):  # the generation is named: what is old is the next indexer's to drop
                finish.prune(self._database)
            return named

    def _delete(self, sheet_ids: Sequence[str]) -> None:
        numbers = [
            row[0] for row in self._database.execute("SELECT number FROM sheets WHERE id = ANY(%s)", (list(sheet_ids),))
        ]
        if numbers:
            for table in ("mentions", "passages", "facets", "postings"):
                self._run(f"DELETE FROM {table} WHERE sheet = ANY(%s)", (numbers,))
            self._run("DELETE FROM sheets WHERE number = ANY(%s)", (numbers,))

    def _keep(self, key: str, value: bytes) -> None:
        self._run("DELETE FROM meta WHERE key = %s", (key,))
        self._run("INSERT INTO meta VALUES (%s, %s)", (key, value))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with speaking(self._name), self._database.transaction():
            yield

    def _run(self, query: str, values: Sequence[object] = ()) -> None:
        with speaking(self._name):
            self._database.execute(query, values)

    def _one(self, query: str, values: Sequence[object] = ()) -> Any:
        with speaking(self._name):
            row = self._database.execute(query, values).fetchone()
        return row[0] if row else None

    def _copy(self, columns: str, types: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        with (
            self._database.cursor() as cursor,
            cursor.copy(f"COPY {columns} FROM STDIN (FORMAT BINARY)") as copy,
        ):
            copy.set_types(types)
            for row in rows:
                copy.write_row(row)


def _current(address: str) -> str | None:
    """The generation to begin from; none when there is no sound one."""
    try:
        store = PostgresStore(address)
    except AssistantError:
        return None
    try:
        return None if store.check() else store.manifest.generation
    except AssistantError:
        return None
    finally:
        store.close()


def _whoami() -> str:
    """Who indexes, from where: what another indexer is told."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.getuid())
    return f"{user} sur {socket.gethostname()}"[:40]
