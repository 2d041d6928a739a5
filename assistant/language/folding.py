"""Folding: one written form for letters that differ by case, accent or ligature only."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

T = TypeVar("T")

_LIGATURES = {"œ": "oe", "æ": "ae", "ß": "ss", "’": "'", "‘": "'", "ʼ": "'"}

_WORD = 30  # characters: what is no longer comes again and again
_QUESTION = 400  # characters: what is no longer is read again and again for one answer
_QUESTIONS = 256
_FIRST_MARK = "\u0300"


def remembered(read: Callable[[str], T]) -> Callable[[str], T]:
    """The same of a text, but what is no longer than a question is only read once for an answer."""
    again = lru_cache(maxsize=_QUESTIONS)(read)
    return lambda text: again(text) if len(text) <= _QUESTION else read(text)


def fold(text: str) -> str:
    """Lower case, no accents, no ligatures, straight apostrophes. The length may change."""
    lowered = text.lower()
    if lowered.isascii():
        return lowered
    if len(lowered) <= _WORD:
        return _folded_word(lowered)
    return _folded_question(lowered)


def _folded(lowered: str) -> str:
    for ligature, letters in _LIGATURES.items():
        lowered = lowered.replace(ligature, letters)
    decomposed = unicodedata.normalize("NFKD", lowered)
    # a text has few marks, each many times
    for mark in {char for char in set(decomposed) if char >= _FIRST_MARK and unicodedata.combining(char)}:
        decomposed = decomposed.replace(mark, "")
    return decomposed


_folded_word = lru_cache(maxsize=20_000)(_folded)
_folded_question = remembered(_folded)
