"""Bootstrap intervals: how much a figure owes to the questions that happened to be asked.

Questions are drawn with replacement (Efron and Tibshirani, An Introduction to the Bootstrap, 1993,
chapter 13: percentiles). The draw is seeded: the same figures give the same interval.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

_DRAWS = 2000
_SEED = 20260
_TAILS = (0.025, 0.975)


@dataclass(frozen=True, slots=True)
class Share:
    """What one question adds to a figure: the figure of many is the sum of parts over that of wholes.

    A mean of measures has wholes of 1; the words quoted a sheet have the number of sheets.
    """

    part: float
    whole: float = 1.0


def figure(shares: Sequence[Share]) -> float:
    """The figure of at least one share."""
    return sum(share.part for share in shares) / sum(share.whole for share in shares)


def interval(shares: Sequence[Share]) -> tuple[float, float]:
    """The 95 % interval of the figure of at least one share."""
    return _percentiles(_figures(shares))


def paired_interval(before: Sequence[Share], after: Sequence[Share]) -> tuple[float, float]:
    """The 95 % interval of a difference, ``after`` less ``before``, on the same questions in the same order."""
    return _percentiles(_figures(after) - _figures(before))


def _figures(shares: Sequence[Share]) -> NDArray[np.float64]:
    """The figure of each draw, shape (draws,)."""
    drawn = _draws(len(shares))
    parts = np.array([share.part for share in shares])
    wholes = np.array([share.whole for share in shares])
    return np.asarray(parts[drawn].sum(axis=1) / wholes[drawn].sum(axis=1))


@lru_cache(maxsize=64)
def _draws(count: int) -> NDArray[np.int64]:
    """Rows of question numbers, shape (draws, count); the same for the same count, so that runs pair."""
    return np.random.default_rng(_SEED).integers(0, count, size=(_DRAWS, count))


def _percentiles(figures: NDArray[np.float64]) -> tuple[float, float]:
    low, high = np.quantile(figures, _TAILS)
    return float(low), float(high)
