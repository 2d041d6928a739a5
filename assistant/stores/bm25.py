"""BM25 as SQLite's FTS5 computes it, so that every store gives the same shares.

https://www.sqlite.org/fts5.html#the_bm25_function; neither constant can be set there.
"""

from __future__ import annotations

import math

K1 = 1.2
B = 0.75
LEAST_RARITY = 1e-6


def rarity(sheets: int, bearing: int) -> float:
    """FTS5's inverse document frequency, with its floor."""
    return max(LEAST_RARITY, math.log((sheets - bearing + 0.5) / (bearing + 0.5)))
