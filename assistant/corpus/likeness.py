"""Which of many texts are worth comparing with one: a sketch of each, so that not all of them have to be.

A sketch is the lowest hashes of the pairs of words that follow each other in a text; texts of which a share
of the pairs are the same have about that share of their sketches in common (bottom-k sketches, A. Broder).
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from assistant.language.folding import fold

_PAIRS = 64
_SHORT = 400
"""Characters; shorter texts have too few pairs to go by, and are soon compared."""
_SHARED = 1 / 16
"""Of a sketch: texts in which one word of three is another have a quarter in common, strangers next to nothing."""
_NONE = 0xFFFFFFFF
_WORD = re.compile(r"\w+")


def sketch(text: str) -> str:
    """The sketch of a text, in hexadecimal."""
    words = _WORD.findall(fold(text))
    hashes = {min(_NONE - 1, zlib.crc32(" ".join(pair).encode())) for pair in pairwise(words)}
    lowest = sorted(hashes)[:_PAIRS]
    return np.array(lowest + [_NONE] * (_PAIRS - len(lowest)), dtype="<u4").tobytes().hex()


def worth_comparing(own: str, sizes: Sequence[int], sketches: Sequence[str]) -> list[int]:
    """The places of the texts that may be almost the same as ``own``, by their sketches.

    Args:
        sizes: of the texts, in characters.
    """
    mine = np.frombuffer(bytes.fromhex(sketch(own)), dtype="<u4")
    mine = mine[mine != _NONE]
    rows = np.frombuffer(bytes.fromhex("".join(sketches)), dtype="<u4").reshape(-1, _PAIRS)
    shared = np.isin(rows, mine).sum(axis=1)
    short = np.array(sizes, dtype=np.int64) < _SHORT
    alike = shared >= max(1, _SHARED * len(mine))
    return [int(place) for place in np.flatnonzero(alike | short | (len(own) < _SHORT))]
