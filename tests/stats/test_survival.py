"""Kaplan-Meier: worked example X-C5, statsmodels as witness, and a plain product."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.duration.survfunc import SurvfuncRight

from jaiza.stats import survival

cases = st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=1, max_size=30)


def test_delays_c5():
    result = survival.kaplan_meier([10, 20, 20, 40, 60], [True, True, False, True, False])
    np.testing.assert_allclose(result.times, [10, 20, 40])
    np.testing.assert_allclose(result.survival, [0.8, 0.6, 0.3])
    assert result.median == 40
    assert result.median_reached
    assert result.median_words == "40"


@settings(max_examples=60, deadline=None)
@given(cases)
def test_against_a_plain_product(rows):
    time, seen = zip(*rows, strict=True)
    result = survival.kaplan_meier(time, seen)
    for t, s in zip(result.times, result.survival, strict=True):
        expected = 1.0
        for u in sorted({a for a, ended in rows if ended and a <= t}):
            expected *= 1 - sum(a == u and e for a, e in rows) / sum(a >= u for a in time)
        assert s == pytest.approx(expected, abs=1e-12)
    assert result.median_reached == bool(result.survival.size and result.survival[-1] <= 0.5 + 1e-12)


def test_against_statsmodels():
    rng = np.random.default_rng(8)
    time, seen = rng.integers(1, 40, 120), rng.random(120) < 0.6
    result = survival.kaplan_meier(time, seen)
    other = SurvfuncRight(time, seen.astype(int))
    here = np.isin(other.surv_times, result.times)
    np.testing.assert_allclose(result.times, other.surv_times[here])
    np.testing.assert_allclose(result.survival, other.surv_prob[here])
    np.testing.assert_allclose(result.se, other.surv_prob_se[here])
    assert result.median == other.quantile(0.5)


def test_median_not_reached_is_said():
    result = survival.kaplan_meier([5, 9, 12], [1, 0, 0])
    assert math.isnan(result.median)
    assert not result.median_reached
    assert result.median_words == "> 12"


def test_nothing_ended_yet():
    result = survival.kaplan_meier([5, 9], [0, 0])
    assert result.times.size == 0
    assert result.median_words == "> 9"


def test_all_ended():
    result = survival.kaplan_meier([1, 2, 3, 4], [1, 1, 1, 1])
    np.testing.assert_allclose(result.survival, [0.75, 0.5, 0.25, 0.0], atol=1e-12)
    assert result.median == 2
    assert math.isnan(result.se[-1])
    np.testing.assert_allclose(result.se[:-1] ** 2, [0.75 * 0.25 / 4, 0.5 * 0.5 / 4, 0.25 * 0.75 / 4])


@settings(max_examples=30, deadline=None)
@given(cases, st.randoms())
def test_order_changes_nothing_and_the_curve_falls(rows, random):
    before = survival.kaplan_meier(*zip(*rows, strict=True))
    random.shuffle(rows)
    after = survival.kaplan_meier(*zip(*rows, strict=True))
    np.testing.assert_array_equal(before.survival, after.survival)
    assert (np.diff(before.survival) <= 0).all()


@pytest.mark.parametrize(
    ("time", "observed", "said"),
    [
        ([], [], "at least one case"),
        ([1, 2], [1], "one mark per case"),
        ([1, 2], [1, 2], "true or false"),
        ([1, math.nan], [1, 0], "nan"),
        ([1, math.inf], [1, 0], "finite"),
    ],
)
def test_bad_input(time, observed, said):
    with pytest.raises(ValueError, match=said):
        survival.kaplan_meier(time, observed)
