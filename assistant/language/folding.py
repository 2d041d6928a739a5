"""Folding: one written form for letters that differ by case, accent or ligature only."""

from __future__ import annotations

import unicodedata

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "’": "'", "‘": "'", "ʼ": "'"})


def fold(text: str) -> str:
    """Lower case, no accents, no ligatures, straight apostrophes. The length may change."""
    decomposed = unicodedata.normalize("NFKD", text.lower().translate(_LIGATURES))
    return "".join(char for char in decomposed if not unicodedata.combining(char))
