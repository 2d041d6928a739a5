"""Abstention: the probability that the corpus answers a question, and when to say that it does not.

A score says how near the nearest sheet is, not whether what was asked for is in it: the best sheet
is weighed against the nearest of the questions known to have no answer here. The weights are a
logistic regression, fitted and checked by ``benchmarks/calibrate.py`` and kept in
``data/abstention.yaml``, where they can be read.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from assistant.documents import load_yaml
from assistant.values import Hit, Query


class Calibration(BaseModel):
    """``weights`` are by name of feature; below ``threshold`` a question is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    threshold: float
    intercept: float
    weights: dict[str, float]


def load_calibration(path: Path) -> Calibration:
    """The weights of a data folder.

    Raises:
        SchemaError: with file and line.
    """
    return load_yaml(path, Calibration)


def features(query: Query, hits: Sequence[Hit], lacking: float, foreign: float) -> dict[str, float]:
    """What is known of a question once it is searched; zeros when nothing was found.

    Args:
        lacking: the share of the concepts asked for that no sheet names.
        foreign: the cosine of the nearest question that the corpus cannot answer.
    """
    best = hits[0] if hits else None
    return {
        "score": best.score if best else 0.0,
        "coverage": max((hit.coverage for hit in hits), default=0.0),
        "need": max((hit.need for hit in hits), default=0.0),
        "concept": max((hit.concept for hit in hits), default=0.0),
        "lacking": lacking,
        # a place, a structure or a partner that sheets bear is evidence by itself
        "named": float(bool(query.facets and hits)),
        "foreign": foreign,
    }


def probability(values: Mapping[str, float], calibration: Calibration) -> float:
    """The probability, 0 to 1, that the corpus answers."""
    total = calibration.intercept + sum(weight * values[name] for name, weight in calibration.weights.items())
    return 1 / (1 + math.exp(-max(-50.0, min(50.0, total))))
