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
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

from assistant.documents import load_yaml
from assistant.values import Hit, Query

FEATURES = ("score", "coverage", "whole", "bare", "named", "lacking", "foreign", "leaning")
# of the best score: a sheet below does not help enough to be shown. A steeper cut (0.3 of it and 0.2 besides)
# made 48 % of those shown helpful, not 45 %, but without needs took nDCG@5 under its floor
_SHOWN_SHARE = 0.4
# « d'autres »: of the sheets that come after the first ones to judged questions, 331 pass and 39 of them help,
# against 527 and 45 when the share above is held to them
_MORE_SHARE = 0.5


def _known(weights: dict[str, float]) -> dict[str, float]:
    unknown = set(weights) - set(FEATURES)
    if unknown:
        raise ValueError(f"ce sont les poids de {', '.join(FEATURES)}")
    return weights


class Calibration(BaseModel):
    """``weights`` are by name of feature; below ``threshold`` a question is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    threshold: float
    intercept: float
    weights: Annotated[dict[str, float], AfterValidator(_known)]


class _Calibrations(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    with_needs: Calibration
    without_needs: Calibration


def load_calibration(path: Path, with_needs: bool = True) -> Calibration:
    """The weights of a data folder.

    Args:
        with_needs: whether the sheets have needs: where none is near, scores are lower.

    Raises:
        SchemaError: with file and line.
    """
    calibrations = load_yaml(path, _Calibrations)
    return calibrations.with_needs if with_needs else calibrations.without_needs


def features(
    query: Query,
    hits: Sequence[Hit],
    near: float,
    bearing: Mapping[str, set[str]],
    lacking: float,
    examples: Mapping[str, float],
) -> dict[str, float]:
    """What is known of a question once it is searched; zeros when nothing was found.

    Args:
        near: the score of the best hit, less what it owes to the section asked for.
        bearing: for each term of the query, the ids of the sheets that bear it.
        lacking: the share of the concepts named that no sheet names.
        examples: how near the question is to known ones, by name.
    """
    best, subject = hits[0] if hits else None, query.subject
    return {
        "score": near,
        "coverage": max((hit.coverage for hit in hits), default=0.0),
        # « tricot crochet »: that one sheet bears every word is evidence by itself, above all in a short question
        "whole": float(best is not None and bool(subject) and all(best.sheet.id in bearing[term] for term in subject)),
        # « combien de temps ça durait »: nothing but the words that ask for a section
        "bare": float(not subject),
        # and so is a place, a structure or a partner that sheets bear
        "named": float(bool(query.facets and hits)),
        "lacking": lacking,
        **examples,
    }


def probability(values: Mapping[str, float], calibration: Calibration) -> float:
    """The probability, 0 to 1, that the corpus answers."""
    total = calibration.intercept + sum(weight * values[name] for name, weight in calibration.weights.items())
    return 1 / (1 + math.exp(-max(-50.0, min(50.0, total))))


def least_score(best: float, more: bool = False) -> float:
    """The score from which a sheet helps enough to be shown; the best one always does.

    Args:
        more: after the sheets that were shown first.
    """
    return min(best, best * (_MORE_SHARE if more else _SHOWN_SHARE))
