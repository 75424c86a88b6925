"""Completeness of registries: worked examples X-M1 and X-M2, exact arithmetic, and simulated lists."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaiza.stats import completeness


def test_two_lists_m1():
    result = completeness.chapman(60, 45, 30)
    assert result.estimate == pytest.approx(89.516129, abs=1e-6)
    assert result.variance == pytest.approx(41.060744, abs=1e-6)
    assert (result.lower, result.upper) == pytest.approx((81.348801, 108.190207), abs=1e-6)
    assert result.completeness == pytest.approx(0.837838, abs=1e-6)
    assert result.seen == 75
    assert not result.refused
    assert result.completeness_interval == pytest.approx((75 / 108.190207, 75 / 81.348801), abs=1e-6)


def test_three_lists_m2():
    result = completeness.chao2(4, 80, 30, 20)
    assert result.estimate == pytest.approx(96.875)
    assert result.se == pytest.approx(8.311560, abs=1e-6)
    assert result.completeness == pytest.approx(80 / 96.875)
    assert completeness.chao2(4, 80, 30, 0).estimate == pytest.approx(406.25)


def test_error_without_doubletons_spelled_out():
    share, once, estimate = Fraction(3, 4), 30, Fraction(1625, 4)
    variance = share * once * (once - 1) / 2
    variance += share**2 * once * (2 * once - 1) ** 2 / 4
    variance -= share**2 * Fraction(once) ** 4 / (4 * estimate)
    assert completeness.chao2(4, 80, once, 0).se == pytest.approx(math.sqrt(variance))


counts = st.tuples(st.integers(7, 60), st.integers(0, 60), st.integers(0, 60))


@settings(max_examples=80, deadline=None)
@given(counts)
def test_chapman_in_exact_fractions(parts):
    both, only_first, only_second = parts
    n1, n2 = both + only_first, both + only_second
    result = completeness.chapman(n1, n2, both)
    estimate = Fraction((n1 + 1) * (n2 + 1), both + 1) - 1
    variance = Fraction((n1 + 1) * (n2 + 1) * only_first * only_second, (both + 1) ** 2 * (both + 2))
    assert result.estimate == pytest.approx(float(estimate))
    assert result.variance == pytest.approx(float(variance))
    assert result.seen <= result.lower <= result.estimate + 1e-9
    assert result.estimate <= result.upper + 1e-9
    assert 0 < result.completeness <= 1
    assert completeness.chapman(n2, n1, both) == result


def test_one_list_inside_the_other_leaves_nothing_unseen():
    result = completeness.chapman(10, 20, 10)
    assert (result.estimate, result.variance, result.lower, result.upper) == (20.0, 0.0, 20.0, 20.0)


def test_too_few_matches_is_a_state_not_an_error():
    refused = completeness.chapman(40, 30, 6)
    assert refused.refused
    assert refused.state == "too_few_matches"
    assert refused.seen == 64
    assert all(math.isnan(v) for v in (refused.estimate, refused.variance, refused.lower, refused.upper))
    assert math.isnan(refused.completeness)
    assert not completeness.chapman(40, 30, 7).refused
    assert completeness.chapman(0, 0, 0).refused


def test_matching_errors_move_the_estimate():
    varied = completeness.match_variation(60, 45, 30)
    assert (varied.fewer.matches, varied.given.matches, varied.more.matches) == (27, 30, 33)
    assert varied.fewer.estimate > varied.given.estimate > varied.more.estimate
    assert varied.lower == varied.more.lower
    assert varied.upper == varied.fewer.upper
    low, high = varied.completeness
    assert low == varied.fewer.completeness < varied.given.completeness < varied.more.completeness == high
    assert completeness.match_variation(60, 30, 29).more.matches == 30


def test_seven_matches_do_not_survive_fewer():
    varied = completeness.match_variation(20, 20, 7)
    assert varied.refused
    assert math.isnan(varied.lower)
    assert math.isnan(varied.upper)
    assert all(math.isnan(share) for share in varied.completeness)


def test_simulated_lists_cover_the_number_there_are():
    rng = np.random.default_rng(7)
    covered, estimates = 0, []
    for _ in range(300):
        first, second = rng.random(120) < 0.5, rng.random(120) < 0.4
        result = completeness.chapman(int(first.sum()), int(second.sum()), int((first & second).sum()))
        covered += result.lower <= 120 <= result.upper
        estimates.append(result.estimate)
    assert np.mean(estimates) == pytest.approx(120, abs=2.5)
    assert 0.90 <= covered / 300 <= 0.99


def test_simulated_lists_stay_above_chao2_on_average():
    rng = np.random.default_rng(3)
    estimates, errors = [], []
    for _ in range(300):
        listed = (rng.random((5, 200)) < rng.choice([0.15, 0.5], 200)).sum(axis=0)
        once, twice, seen = int((listed == 1).sum()), int((listed == 2).sum()), int((listed > 0).sum())
        result = completeness.chao2(5, seen, once, twice)
        assert result.estimate >= seen
        estimates.append(result.estimate)
        errors.append(result.se)
    assert np.mean(estimates) <= 201
    # the printed error is of the order of the spread actually met
    assert 0.7 <= np.mean(errors) / np.std(estimates) <= 1.4


@settings(max_examples=80, deadline=None)
@given(st.integers(3, 9), st.integers(0, 40), st.integers(0, 40), st.integers(0, 40))
def test_chao2_is_finite_or_says_it_is_undefined(lists, once, twice, more):
    result = completeness.chao2(lists, once + twice + more, once, twice)
    assert result.estimate >= once + twice + more
    assert math.isnan(result.se) == (once == 0)
    assert once == 0 or result.se >= 0


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: completeness.chapman(5, 9, 6), "shorter list"),
        (lambda: completeness.chapman(5.5, 9, 2), "whole number"),
        (lambda: completeness.chapman(-1, 9, 2), "whole number"),
        (lambda: completeness.chapman(math.nan, 9, 2), "whole number"),
        (lambda: completeness.chao2(2, 9, 2, 1), "use chapman"),
        (lambda: completeness.chao2(4, 9, 8, 2), "at most the 9"),
        (lambda: completeness.match_variation(60, 45, 30, 1.0), "change"),
    ],
)
def test_refusals(call, words):
    with pytest.raises(ValueError, match=words):
        call()
