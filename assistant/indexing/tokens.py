"""Text to the ids that the default model reads: those of its own engine, which does not give them.

Pieces are looked up in a trie that is mapped, not loaded: the usual libraries take seconds to load
250,000 pieces. The cut is the most probable one (https://arxiv.org/abs/1804.10959).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import Any

import marisa_trie
import numpy as np

from assistant.indexing.packed import Pieces

_SPACE = "▁"
_SPACES = re.compile(" +")
_UNSEEN = 10.0  # how far below the least probable piece a character that is in none stands


@dataclass(frozen=True, slots=True, eq=False)
class Cutter:
    """``ids`` and ``scores`` are views of int32 and float32, by the trie's own numbers of its pieces."""

    trie: Any
    ids: memoryview[int]
    scores: memoryview[float]
    characters: dict[int, str]
    unknown: int
    unseen: float
    longest: int

    def cut(self, text: str) -> list[int]:
        """The ids of a text, without those of its start and end; what follows a NUL is not read."""
        text = text.split("\0", 1)[0].encode("utf-8", "replace").decode("utf-8")
        text = _SPACES.sub(_SPACE, text.translate(self.characters))
        return self._most_probable(text if text.startswith(_SPACE) else _SPACE + text)

    def _most_probable(self, text: str) -> list[int]:
        best = [-inf] * (len(text) + 1)
        best[0] = 0.0
        came = [(0, 0)] * (len(text) + 1)
        prefixes, ids, scores = self.trie.iter_prefixes_with_ids, self.ids, self.scores
        for start in range(len(text)):
            here = best[start]
            for piece, number in prefixes(text[start : start + self.longest]):
                end, score = start + len(piece), here + scores[number]
                if score > best[end]:
                    best[end], came[end] = score, (start, ids[number])
            if here + self.unseen > best[start + 1]:
                best[start + 1], came[start + 1] = here + self.unseen, (start, self.unknown)
        found = []
        end = len(text)
        while end:
            end, piece_id = came[end]
            found.append(piece_id)
        return found[::-1]


def tables(pieces: Pieces) -> dict[str, bytes]:
    """What a cutter needs, as sections of a file."""
    known = [(text, number) for number, text in enumerate(pieces.texts) if text and number != pieces.unknown]
    trie = marisa_trie.Trie([text for text, _ in known])
    ids, scores = np.zeros(len(trie), "<i4"), np.zeros(len(trie), "<f4")
    for text, number in known:
        ids[trie[text]], scores[trie[text]] = number, pieces.scores[number]
    characters = {
        "characters": pieces.characters,
        "unknown": pieces.unknown,
        "unseen": float(pieces.scores.min()) - _UNSEEN,
        "longest": max(len(text) for text, _ in known),
    }
    return {
        "trie": trie.tobytes(),
        "ids": ids.tobytes(),
        "scores": scores.tobytes(),
        "characters": json.dumps(characters).encode("ascii"),
    }


def open_cutter(sections: Mapping[str, memoryview]) -> Cutter:
    """The cutter of these tables.

    Raises:
        ValueError, KeyError, RuntimeError: they are damaged.
    """
    trie = marisa_trie.Trie()
    trie.frombytes(bytes(sections["trie"]))
    read = json.loads(bytes(sections["characters"]))
    characters = {int(code): text for code, text in read.pop("characters").items()}
    return Cutter(trie, sections["ids"].cast("i"), sections["scores"].cast("f"), characters, **read)
