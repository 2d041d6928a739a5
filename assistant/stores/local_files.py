"""The files of a local generation: their names, the tables of the database, and who has it open."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path
from typing import NamedTuple

from assistant.indexing.fields import Field

DATABASE = "corpus.sqlite"
VECTORS = "vectors.faiss"
EXAMPLES = "examples.i8"
TABLES = f"""
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
    number INTEGER PRIMARY KEY, kind TEXT NOT NULL, sheet TEXT, text TEXT NOT NULL, step REAL NOT NULL);
CREATE TABLE mentions (
    concept TEXT NOT NULL, sheet TEXT NOT NULL, weight REAL NOT NULL, profile REAL,
    PRIMARY KEY (concept, sheet)) WITHOUT ROWID;
CREATE INDEX passages_by_sheet ON passages(sheet);
CREATE VIRTUAL TABLE terms USING fts5({", ".join(Field)}, tokenize = 'unicode61');
CREATE VIRTUAL TABLE vocabulary USING fts5vocab(terms, 'row');
"""
# offsets inside the database count from the start of the sheet, so that a sheet that only moved
# in its source is not written again
PASSAGES = (
    "SELECT sheets.number, sheets.start, sheets.id, passages.id, section, passages.start, passages.end, norm "
    "FROM passages JOIN sheets ON sheets.number = passages.sheet WHERE "
)
OF_SHEET = "sheets.id = ? ORDER BY passages.start"
OF_KEYS = "passages.id IN (SELECT value FROM json_each(?))"


class Stored(NamedTuple):
    """A passage as it lies in the database; offsets count from the start of its sheet, which was at ``shift``."""

    sheet: int
    shift: int
    sheet_id: str
    key: int
    section: int
    start: int
    end: int
    norm: float


class Files:
    """The databases of a generation, open for reading: once a thread.

    Threads that come when the generation is no longer kept, because many followed it, share what was opened first.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._connections = threading.local()
        self._first: dict[str, sqlite3.Connection] = {}

    def open(self, name: str) -> sqlite3.Connection:
        """The connection of the thread that asks."""
        opened: dict[str, sqlite3.Connection] = self._connections.__dict__.setdefault("open", {})
        if name not in opened:
            opened[name] = self._connect(name)
        return opened[name]

    def _connect(self, name: str) -> sqlite3.Connection:
        path = self._folder / name
        try:
            # immutable: a generation never changes once it is named by a manifest
            address = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
            connection = sqlite3.connect(address, uri=True, check_same_thread=False)
        except sqlite3.OperationalError:
            if name not in self._first:
                raise
            return self._first[name]
        self._first.setdefault(name, connection)
        return connection

    def close(self) -> None:
        """Close those of the thread that asks."""
        self._first.clear()
        for connection in self._connections.__dict__.pop("open", {}).values():
            connection.close()
