"""Bootstrap intervals: what they must hold whatever the figures."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.evaluation.bootstrap import Share, figure, interval, paired_interval

values = st.lists(st.floats(0, 1), min_size=1, max_size=30)


@given(values)
def test_an_interval_lies_within_the_figures_and_is_the_same_twice(drawn):
    shares = [Share(value) for value in drawn]
    low, high = interval(shares)
    assert min(drawn) - 1e-9 <= low <= high <= max(drawn) + 1e-9
    assert interval(shares) == (low, high)


def test_the_mean_of_many_figures_has_the_interval_of_the_normal_law():
    drawn = np.random.default_rng(1).random(400)
    shares = [Share(value) for value in drawn]
    half = 1.96 * drawn.std() / 20
    assert interval(shares) == pytest.approx((drawn.mean() - half, drawn.mean() + half), abs=0.004)


def test_wholes_weigh():
    # 30 words over 1 sheet and 10 over 3: ten a sheet, not the mean of 30 and 3.3
    assert figure([Share(30, 1), Share(10, 3)]) == 10


@given(values, st.floats(-0.5, 0.5))
def test_a_difference_that_is_the_same_on_every_question_is_certain(drawn, gain):
    """What pairs: the spread of the questions themselves cancels out."""
    before, after = [Share(value) for value in drawn], [Share(value + gain) for value in drawn]
    assert paired_interval(before, after) == pytest.approx((gain, gain), abs=1e-9)


@given(values, values)
def test_the_order_of_two_runs_turns_the_sign(first, second):
    count = min(len(first), len(second))
    before, after = [Share(v) for v in first[:count]], [Share(v) for v in second[:count]]
    low, high = paired_interval(before, after)
    assert paired_interval(after, before) == pytest.approx((-high, -low), abs=1e-9)
