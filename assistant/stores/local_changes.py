"""What a large generation changed since the one that was last written whole, and holds beside it.

A large index is not written anew for a few sheets: the files of its base are shared, by hard links, and what
was added, changed and removed since stands in two small files of their own. Whatever depends on all sheets
(the mean of the vectors, the rarity of words and of concepts) is that of the sheets that there are now, so that
an index answers as if it had been written whole.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.indexing.encoder import Vectors
from assistant.language.thesaurus import concept_rarity
from assistant.stores.bm25 import K1, B, rarity

CHANGES = "changes.sqlite"
NEW_VECTORS = "changes.f32"
CONCEPTS = "concepts"
"""Where the base keeps all its mentions in one piece: read whole in milliseconds."""
GONE_TABLE = "CREATE TABLE gone (number INTEGER PRIMARY KEY);"
_MENTION = np.dtype([("concept", "<i4"), ("sheet", "<i8"), ("weight", "<f8")])
Numbers = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Changes:
    """Sheets by their number in the database; ``order``, ``starts`` and ``lengths`` are in the order of the corpus.

    ``gone`` are sheets of the base that count no more. ``lengths`` are those of the sheets' weighed concepts.
    ``ids`` are the passages that are not the base's, ascending, ``vectors`` the encoder's own of them.
    """

    connect: Callable[[], sqlite3.Connection]
    gone: frozenset[int]
    order: Numbers
    starts: Numbers
    mean: Vectors
    naming: Mapping[str, int]
    lengths: Floats
    ids: Numbers
    vectors: Vectors

    @property
    def gone_json(self) -> str:
        return json.dumps(sorted(self.gone))


def read_changes(connect: Callable[[], sqlite3.Connection], vectors: Vectors) -> Changes:
    """What ``write_changes`` wrote.

    Raises:
        sqlite3.Error, ValueError: it is damaged.
    """
    one = connect()
    meta = dict(one.execute("SELECT key, value FROM meta").fetchall())
    ids = np.array([row[0] for row in one.execute("SELECT id FROM passages ORDER BY id")], dtype=np.int64)
    mean = np.frombuffer(meta["mean"], dtype=np.float32)
    return Changes(
        connect,
        frozenset(row[0] for row in one.execute("SELECT number FROM gone")),
        np.frombuffer(meta["order"], dtype=np.int64),
        np.frombuffer(meta["starts"], dtype=np.int64),
        mean,
        json.loads(meta["naming"]),
        np.frombuffer(meta["lengths"], dtype=np.float64),
        ids,
        vectors.reshape(len(ids), len(mean)),
    )


def pack_mentions(mentions: Iterable[tuple[str, int, float]]) -> bytes:
    """Mentions, each a concept, the number of a sheet and a weight, in one piece."""
    rows = list(mentions)
    names = {concept: place for place, concept in enumerate(dict.fromkeys(concept for concept, _, _ in rows))}
    packed = np.array([(names[concept], sheet, weight) for concept, sheet, weight in rows], dtype=_MENTION)
    head = json.dumps(list(names), ensure_ascii=False).encode()
    return len(head).to_bytes(4, "little") + head + packed.tobytes()


def weigh_mentions(
    packed: bytes, gone: Iterable[int], later: Sequence[tuple[str, int, float]], order: Numbers
) -> tuple[dict[str, int], Floats]:
    """How many sheets name each concept, and the length of each sheet's weighed concepts.

    Args:
        packed: the mentions of the base.
        gone: the sheets of the base that count no more.
        later: the mentions made since.
        order: all sheets; lengths come in this order.
    """
    size = 4 + int.from_bytes(packed[:4], "little")
    names = {concept: place for place, concept in enumerate(json.loads(packed[4:size]))}
    known = np.frombuffer(packed[size:], dtype=_MENTION)
    known = known[~np.isin(known["sheet"], np.array(sorted(gone), dtype=np.int64))]
    for concept, _, _ in later:
        names.setdefault(concept, len(names))
    added = np.array([(names[concept], sheet, weight) for concept, sheet, weight in later], dtype=_MENTION)
    rows = np.concatenate([known, added])
    counts = np.bincount(rows["concept"], minlength=len(names))
    rarities = np.array([concept_rarity(len(order), int(count)) for count in counts])
    row = np.zeros(int(order.max(initial=0)) + 1, dtype=np.int64)
    row[order] = np.arange(len(order))
    weighed = (rows["weight"] * rarities[rows["concept"]]) ** 2
    lengths = np.sqrt(np.bincount(row[rows["sheet"]], weights=weighed, minlength=len(order)))
    naming = {concept: int(counts[place]) for concept, place in names.items() if counts[place]}
    return naming, lengths


class Words:
    """BM25 over a base and its changes: FTS5 counts within one table, and the sheets are in two.

    What FTS5 gives to a sheet is turned back into how often the sheet bears the term, then weighed by the
    sheets that there are now.
    """

    def __init__(self, base: sqlite3.Connection, changes: Changes, top: int) -> None:
        """``top``: the highest number of a sheet."""
        self._sizes = np.zeros(top + 1)
        self._within = [self._read(connection) for connection in (base, changes.connect())]
        self._sizes[list(changes.gone)] = 0
        self._total = float(self._sizes.sum())

    def scores(self, found: Sequence[tuple[Numbers, Floats]], bearing: int, sheets: int) -> list[Floats]:
        """The score of each sheet found in each of the two tables.

        Args:
            found: the numbers of the sheets, and what FTS5 gave them.
            bearing: how many of the ``sheets`` that there are bear the term.
        """
        scores = []
        for (rows, mean, sizes), (numbers, given) in zip(self._within, found, strict=True):
            share = given / rarity(rows, len(numbers))
            # weights of fields are whole numbers: so are weighed counts, whatever was lost on the way
            often = np.round(share * _damping(sizes[numbers], mean) / (K1 + 1 - share), 6)
            damped = often + _damping(sizes[numbers], self._total / max(1, sheets))
            scores.append(rarity(sheets, bearing) * (often * (K1 + 1)) / damped)
        return scores

    def _read(self, connection: sqlite3.Connection) -> tuple[int, float, Floats]:
        """How many sheets a table has, their mean size, and each one's."""
        numbers, sizes = _sizes(connection.execute("SELECT id, sz FROM terms_docsize").fetchall())
        own = np.zeros(len(self._sizes))
        own[numbers] = sizes
        self._sizes[numbers] = sizes
        return len(numbers), float(sizes.sum()) / max(1, len(numbers)), own


def _damping(sizes: Floats, mean: float) -> Floats:
    return np.asarray(K1 * (1 - B + B * sizes / max(mean, 1e-9)))


def _sizes(rows: Sequence[tuple[int, bytes]]) -> tuple[Numbers, Floats]:
    """FTS5's own sizes: for each row a varint a column, seven bits a byte, the highest bit set on all but the last.

    https://www.sqlite.org/fts5.html#fts5_data_structures
    """
    numbers = np.array([number for number, _ in rows], dtype=np.int64)
    data = np.frombuffer(b"".join(blob for _, blob in rows), dtype=np.uint8).astype(np.int64)
    if not len(data):
        return numbers, np.zeros(len(numbers))
    last = data < 0x80
    ends = np.flatnonzero(last)
    # how many bytes of its number stand after each byte
    after = ends[np.searchsorted(ends, np.arange(len(data)))] - np.arange(len(data))
    values = (data & 0x7F) << (7 * after)
    starts = np.cumsum([0, *(len(blob) for _, blob in rows[:-1])])
    return numbers, np.add.reduceat(values, starts).astype(np.float64)


def pairs(rows: Iterable[tuple[Any, Any]]) -> tuple[Numbers, Floats]:
    """Numbers of sheets, each with a value."""
    found = np.fromiter(chain.from_iterable(rows), dtype=np.float64).reshape(-1, 2)
    return found[:, 0].astype(np.int64), found[:, 1]
