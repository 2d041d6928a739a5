"""The reliability of a probability, against values worked out by hand."""

from __future__ import annotations

import pytest

from assistant.evaluation import Judged, Result
from assistant.evaluation.reliability import brier, reliability


def result(confidence: float | None, relevant: bool) -> Result:
    listed = [{"sheet": "a", "grade": 1}] if relevant else []
    judged = Judged.model_validate({"id": "A", "question": "?", "kind": "besoin", "relevant": listed})
    return Result(judged, {"refused": 0.0}, 0, 0, (), confidence)


def test_bins_hold_the_share_of_questions_with_a_sheet():
    found = [result(0.0, False), result(0.81, True), result(0.85, True), result(0.89, False), result(1.0, True)]
    first, second, last = reliability([*found, result(None, True)])
    assert (first.low, first.high, first.questions, first.relevant) == (0.0, 0.1, 1, 0.0)
    assert (second.questions, second.predicted, second.relevant) == pytest.approx((3, 0.85, 2 / 3))
    assert (last.low, last.high, last.relevant) == (0.9, 1.0, 1.0)  # 1 is in the last bin


def test_the_brier_score_is_the_mean_squared_distance():
    assert brier([result(0.8, True), result(0.4, False)]) == pytest.approx((0.04 + 0.16) / 2)
    assert brier([result(1.0, True), result(0.0, False)]) == 0
    assert brier([result(None, True)]) is None
