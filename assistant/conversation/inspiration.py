"""Inspiration: sheets that differ from each other and from those already seen; seeded.

Maximal marginal relevance (Carbonell and Goldstein, 1998): what is near the request, less what is
like a sheet already taken. Likeness is the share of choices that two sheets have in common.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from assistant.values import Facet, Sheet

LIKENESS = (
    Facet.PUBLIC,
    Facet.KEYWORDS,
    Facet.DIMENSION,
    Facet.TERRITORY,
    Facet.INITIATIVE,
    Facet.STRUCTURE,
    Facet.STATUS,
)
_RELEVANCE = 0.6  # against 0.4 for novelty
_CHANCE = 0.25  # of the relevance: enough to change the order of near equals


def diverse(
    candidates: Sequence[tuple[Sheet, float]], seen: Sequence[Sheet], count: int, seed: str
) -> tuple[Sheet, ...]:
    """``count`` sheets at most, most wanted first.

    Args:
        candidates: sheets with how near they are to what was asked, 0 to 1.
        seen: sheets to differ from.
        seed: the same one gives the same sheets.
    """
    taken: list[Sheet] = []
    left = [(sheet, near * (1 - _CHANCE) + _CHANCE * _chance(seed, sheet)) for sheet, near in candidates]
    while left and len(taken) < count:
        against = [*seen, *taken]
        best = max(left, key=lambda found: _worth(found, against))
        left.remove(best)
        taken.append(best[0])
    return tuple(taken)


def likeness(one: Sheet, other: Sheet) -> float:
    """The share of choices that two sheets have in common, 0 to 1."""
    first, second = _choices(one), _choices(other)
    union = first | second
    return len(first & second) / len(union) if union else 0.0


def _worth(found: tuple[Sheet, float], against: Sequence[Sheet]) -> float:
    sheet, near = found
    return _RELEVANCE * near - (1 - _RELEVANCE) * max((likeness(sheet, other) for other in against), default=0.0)


def _choices(sheet: Sheet) -> set[tuple[Facet, str]]:
    return {(facet, value) for facet in LIKENESS for value in sheet.facet(facet)}


def _chance(seed: str, sheet: Sheet) -> float:
    digest = hashlib.sha256(f"{seed} {sheet.id}".encode()).digest()
    return int.from_bytes(digest[:4], "big") / 2**32
