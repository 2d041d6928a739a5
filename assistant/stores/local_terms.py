"""What each term adds to the sheets that bear it, of a large index: two flat files beside the database, mapped.

FTS5 takes a microsecond a sheet to weigh a term, so that a word which a third of 100,000 sheets bear, asked for the
first time, is waited for. A large index asks FTS5 once, when it is written, and keeps what it says to the last bit.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import numpy as np

from assistant.indexing.fields import FIELD_WEIGHTS, Field
from assistant.stores.local_changes import Floats, Numbers, pairs

BEARING = "terms.i4"
"""The numbers of the sheets that bear each term, ascending, one term after the other."""
ADDED = "terms.f8"
"""What the term adds to the BM25 of each of them."""
_WEIGHTS = ", ".join(str(FIELD_WEIGHTS[field]) for field in Field)
WEIGH = f"SELECT rowid, -bm25(terms, {_WEIGHTS}) FROM terms WHERE terms MATCH '\"' || ? || '\"'"
_MANY = 64  # sheets: FTS5 weighs a term that fewer bear in a tenth of a millisecond
_MAKE = "CREATE TABLE columns (term TEXT PRIMARY KEY, start INTEGER NOT NULL, size INTEGER NOT NULL) WITHOUT ROWID"
_BORNE = "SELECT term FROM vocabulary WHERE doc >= ? ORDER BY term"


def write_terms(database: sqlite3.Connection, folder: Path) -> list[str]:
    """Write the terms that many sheets bear; the names of the files, none when there are no such terms."""
    many = [term for (term,) in database.execute(_BORNE, (_MANY,))]
    if not many:
        return []
    database.execute(_MAKE)
    start = 0
    with (folder / BEARING).open("wb") as bearing, (folder / ADDED).open("wb") as added:
        for term in many:
            numbers, scores = pairs(database.execute(WEIGH, (term,)))
            numbers.astype(np.int32).tofile(bearing)
            scores.tofile(added)
            database.execute("INSERT INTO columns VALUES (?, ?, ?)", (term, start, len(numbers)))
            start += len(numbers)
    return [BEARING, ADDED]


def forget_terms(database: sqlite3.Connection) -> None:
    """Drop what a copy of another database says of files that it does not have."""
    database.execute("DROP TABLE IF EXISTS columns")


class Terms:
    """The terms of a generation that was written whole."""

    def __init__(self, folder: Path, connect: Callable[[], sqlite3.Connection]) -> None:
        """``connect`` gives the connection of the thread that asks.

        Raises:
            OSError, ValueError: a file is damaged.
        """
        self._connect = connect
        # older indexes and small ones have none
        self._written = (folder / BEARING).exists()
        if self._written:
            self._bearing = np.memmap(folder / BEARING, dtype=np.int32, mode="r")
            self._added = np.memmap(folder / ADDED, dtype=np.float64, mode="r")
            if len(self._bearing) != len(self._added):
                raise ValueError(f"{BEARING} et {ADDED} ne vont pas ensemble")

    def weighed(self, term: str) -> tuple[Numbers, Floats]:
        """The numbers of the sheets that bear a term, and what it adds to the BM25 of each."""
        row = self._place(term)
        if row is None:
            return pairs(self._connect().execute(WEIGH, (term,)))
        start, size = row
        return self._bearing[start : start + size].astype(np.int64), self._added[start : start + size]

    def _place(self, term: str) -> tuple[int, int] | None:
        if not self._written:
            return None
        found: tuple[int, int] | None = (
            self._connect().execute("SELECT start, size FROM columns WHERE term = ?", (term,)).fetchone()
        )
        return found
