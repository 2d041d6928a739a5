"""Reliability: whether the probability that the corpus answers means what it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from assistant.evaluation.measures import Result

_BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """The questions whose probability lies from ``low`` to ``high``, the mean of it, and the share of
    them that have a relevant sheet.
    """

    low: float
    high: float
    questions: int
    predicted: float
    relevant: float


def reliability(results: Sequence[Result]) -> list[Bin]:
    """Bins of equal width from 0 to 1, the empty ones left out; questions without a probability too."""
    held: list[list[tuple[float, bool]]] = [[] for _ in range(_BINS)]
    for confidence, relevant in _pairs(results):
        held[min(int(confidence * _BINS), _BINS - 1)].append((confidence, relevant))
    return [
        Bin(
            number / _BINS,
            (number + 1) / _BINS,
            len(pairs),
            fmean(confidence for confidence, _ in pairs),
            fmean(relevant for _, relevant in pairs),
        )
        for number, pairs in enumerate(held)
        if pairs
    ]


def brier(results: Sequence[Result]) -> float | None:
    """The mean squared distance between the probability and what was the case: 0 is best; None for none."""
    distances = [(confidence - relevant) ** 2 for confidence, relevant in _pairs(results)]
    return fmean(distances) if distances else None


def _pairs(results: Sequence[Result]) -> list[tuple[float, bool]]:
    return [(found.confidence, bool(found.judged.relevant)) for found in results if found.confidence is not None]
