"""Which sheets bear a term, name a concept or have a value, and how much each adds: columns kept in memory.

A column is read the first time that it is asked for, from SQLite or from what a large index wrote beside it; FTS5
itself gives what a term adds to the BM25 of each sheet, so that the sum over a question's terms is FTS5's to the
last bit. From then on a search adds a few arrays, whatever filter it is under. Of those columns, the ones asked
for last are kept, up to ``_MOST_KEPT`` bytes.
"""

from __future__ import annotations

import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from assistant.language.thesaurus import concept_rarity
from assistant.stores.bm25 import K1, rarity
from assistant.stores.local_changes import Changes, Floats, Numbers, Words, pairs
from assistant.stores.local_terms import WEIGH, Terms
from assistant.stores.store import Facets

_MOST_KEPT = 200_000_000  # bytes: all the words of 100,000 sheets
_FEW = 2000  # sheets: up to here columns are added all at once, beyond one by one is quicker
Rows = NDArray[np.int32]
Mask = NDArray[np.bool_]


class Column(NamedTuple):
    """Rows of sheets, in the order of the corpus, and what each is given: both of one length."""

    rows: Rows
    values: NDArray[np.float64]


class Rankings:
    """The sheets of one generation, each a row, in the order of the corpus."""

    def __init__(self, folder: Path, connect: Callable[[], sqlite3.Connection], changes: Changes | None = None) -> None:
        """``connect`` gives the connection of the thread that asks.

        Raises:
            OSError, ValueError, sqlite3.Error
        """
        self._connect = connect
        self._terms = Terms(folder, connect)
        self._changes = changes
        self._words: Words | None = None
        sheets = connect().execute("SELECT number, id FROM sheets ORDER BY position, number").fetchall()
        top = max((number for number, _ in sheets), default=0)
        if changes:
            sheets += changes.connect().execute("SELECT number, id FROM sheets").fetchall()
            top = max(number for number, _ in sheets)
            names = dict(sheets)
            sheets = [(number, names[number]) for number in changes.order.tolist()]
        self.ids: list[str] = [sheet_id for _, sheet_id in sheets]
        # a sheet that is gone has the row after the last
        self._row = np.full(top + 1, len(sheets), dtype=np.int32)
        self._row[[number for number, _ in sheets]] = np.arange(len(sheets))
        self._kept: OrderedDict[tuple[str, ...], Column] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def bearing(self, term: str) -> list[str]:
        """The ids of the sheets that bear a term."""
        return [self.ids[row] for row in self._column(WEIGH, term).rows.tolist()]

    def rarity(self, term: str) -> float:
        """BM25's inverse document frequency."""
        return rarity(len(self.ids), len(self._column(WEIGH, term).rows))

    def naming(self, concept: str) -> int:
        """How many sheets name a concept."""
        return len(self._column(_CONCEPT, concept).rows)

    def among(self, facets: Facets) -> Mask | None:
        """Which sheets bear every facet; None when there is nothing to bear."""
        left: Mask | None = None
        for facet, values in facets.items():
            bearing = np.zeros(len(self.ids), dtype=np.bool_)
            for value in values:
                bearing[self._column(_VALUE, facet.value, value).rows] = True
            left = bearing if left is None else left & bearing
        return left

    def passages(self, among: Mask) -> Mask:
        """Which passages, in the order of their ids, are of these sheets."""
        return np.append(among, False)[self._sheets_of_passages]

    def row(self, number: int) -> int:
        """The row of a sheet, by its number in the database."""
        return int(self._row[number])

    def by_terms(self, wanted: Sequence[str], among: Mask | None, limit: int) -> dict[str, float]:
        """The share of each sheet, best first, then in the order of the corpus."""
        if not wanted:
            return {}
        columns = [self._column(WEIGH, term) for term in wanted]
        # what BM25 would give to a sheet that is full of every term: scores become shares of it
        ideal = (K1 + 1) * sum(rarity(len(self.ids), len(column.rows)) for column in columns)
        best = self._best(((1.0, column) for column in columns), among, limit)
        return {sheet_id: max(0.0, score) / ideal for sheet_id, score in best}

    def by_concepts(self, asked: Mapping[str, float], among: Mask | None, limit: int) -> list[tuple[str, float]]:
        """Sheets and the product of their profile and what is asked for, best first, then in order."""
        columns = ((weight, self._column(_CONCEPT, concept)) for concept, weight in asked.items())
        return self._best(columns, among, limit)

    def _best(self, columns: Iterable[tuple[float, Column]], among: Mask | None, limit: int) -> list[tuple[str, float]]:
        totals = np.zeros(len(self.ids))
        found = np.zeros(len(self.ids), dtype=np.bool_)
        added = (Column(column.rows, weight * column.values) for weight, column in columns)
        for column in _as_one(added) if len(self.ids) <= _FEW else added:
            np.add.at(totals, column.rows, column.values)  # in half the time of « totals[rows] += »
            found[column.rows] = True
        rows = np.flatnonzero(found if among is None else found & among)
        scores = totals[rows]
        if len(rows) > limit:
            enough = scores >= np.partition(scores, -limit)[-limit]
            rows, scores = rows[enough], scores[enough]
        order = np.argsort(-scores, kind="stable")[:limit]
        return [(self.ids[row], score) for row, score in zip(rows[order].tolist(), scores[order].tolist(), strict=True)]

    def _column(self, query: str, *values: str) -> Column:
        key = (query, *values)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        # outside of the lock: two threads may read one column, neither waits for another's
        column = self._read(query, values)
        with self._lock:
            if key not in self._kept:
                self._kept[key] = column
                self._bytes += _size(column)
            while self._bytes > _MOST_KEPT:
                self._bytes -= _size(self._kept.popitem(last=False)[1])
        return column

    def _read(self, query: str, values: Sequence[str]) -> Column:
        if self._changes:
            numbers, given = self._joined(self._changes, query, values)
        else:
            numbers, given = self._of_base(query, values)
        rows = self._row[numbers]
        # most often they are in order already, and a stable sort sees it
        order = np.argsort(rows, kind="stable")
        return Column(rows[order], given[order])

    def _of_base(self, query: str, values: Sequence[str]) -> tuple[Numbers, Floats]:
        return self._terms.weighed(*values) if query == WEIGH else pairs(self._connect().execute(query, values))

    def _joined(self, changes: Changes, query: str, values: Sequence[str]) -> tuple[Numbers, Floats]:
        """What the base and its changes give together, each sheet weighed as if all were in one table."""
        asked = _WEIGHT if query == _CONCEPT else query
        found = [self._of_base(asked, values), pairs(changes.connect().execute(asked, values))]
        numbers = np.concatenate([numbers for numbers, _ in found])
        alive = self._row[numbers] < len(self.ids)
        if query == WEIGH:
            self._words = self._words or Words(self._connect(), changes, len(self._row) - 1)
            given = np.concatenate(self._words.scores(found, int(alive.sum()), len(self.ids)))
        else:
            given = np.concatenate([given for _, given in found])
        numbers, given = numbers[alive], given[alive]
        if query == _CONCEPT:
            weight = concept_rarity(len(self.ids), changes.naming.get(values[0], 0))
            given = given * weight / changes.lengths[self._row[numbers]]
        return numbers, given

    @cached_property
    def _sheets_of_passages(self) -> Rows:
        """Those of the base: what came later is compared whole."""
        found: Iterable[tuple[Any]] = self._connect().execute("SELECT sheet FROM passages ORDER BY id")
        return self._row[np.fromiter(chain.from_iterable(found), dtype=np.intp)]


def _as_one(columns: Iterable[Column]) -> list[Column]:
    """One column, in which a row may come again; none of none."""
    kept = list(columns)
    return [Column(*map(np.concatenate, zip(*kept, strict=True)))] if kept else []


def _size(column: Column) -> int:
    return column.rows.nbytes + column.values.nbytes


_CONCEPT = "SELECT number, profile FROM mentions JOIN sheets ON id = sheet WHERE concept = ?"
_WEIGHT = "SELECT number, weight FROM mentions JOIN sheets ON id = sheet WHERE concept = ?"
_VALUE = "SELECT sheet, 0 FROM facets WHERE facet = ? AND value = ?"
