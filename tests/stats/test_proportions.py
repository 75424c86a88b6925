"""Shares: worked examples X-C5 and X-H1, Wilson's interval against statsmodels and by inversion, bad input."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta as beta_distribution
from scipy.stats import norm
from statsmodels.stats.proportion import proportion_confint

from jaiza.stats import proportions

X, N = [8, 5, 20, 2], [10, 10, 20, 10]


class TestWorkedExamples:
    def test_delivery_c5(self):
        result = proportions.beta_binomial(X, N, least=1)
        assert result.overall == pytest.approx(0.7, abs=1e-12)
        assert result.correlation == pytest.approx(0.6017316, abs=1e-7)
        assert result.prior_size == pytest.approx(0.6618705, abs=1e-7)
        np.testing.assert_allclose(result.mean, [0.793792, 0.512416, 0.990390, 0.231039], atol=1e-6)
        assert result.prior == "shrunk"

    def test_parity_h1(self):
        result = proportions.parity(12, 60, 0.49)
        assert (result.share, result.share_lower, result.share_upper) == pytest.approx(
            (0.2, 0.118285, 0.317818), abs=1e-6
        )
        assert (result.ratio, result.lower, result.upper) == pytest.approx(
            (0.408163, 0.241398, 0.648609), abs=1e-6
        )
        assert result.gap == pytest.approx(1 - 0.408163, abs=1e-6)

    def test_nobody_of_fifteen_h1(self):
        assert proportions.wilson(0, 15) == pytest.approx((0.0, 0.203883), abs=1e-6)

    def test_unknown_group_h1(self):
        assert proportions.undisaggregated(12, 20, 80) == pytest.approx((0.15, 0.40))


class TestWilson:
    @pytest.mark.parametrize("level", [0.8, 0.9, 0.95, 0.99])
    def test_against_statsmodels(self, level):
        n = np.array([1, 7, 60, 60, 1000, 25])
        count = np.array([1, 0, 12, 60, 499, 13])
        expected = proportion_confint(count, n, alpha=1 - level, method="wilson")
        np.testing.assert_allclose(proportions.wilson(count, n, level), expected, atol=1e-12)

    @settings(max_examples=60, deadline=None)
    @given(st.integers(1, 400), st.floats(0, 1), st.sampled_from([0.8, 0.9, 0.95]))
    def test_ends_are_where_the_score_test_just_rejects(self, n, share, level):
        count = round(share * n)
        z = norm.isf((1 - level) / 2)
        lower, upper = proportions.wilson(count, n, level)
        assert 0 <= lower <= count / n <= upper <= 1
        for end in (lower, upper):
            if 0 < end < 1:
                assert abs(count / n - end) / math.sqrt(end * (1 - end) / n) == pytest.approx(z, rel=1e-6)

    def test_shapes(self):
        lower, upper = proportions.wilson([[1], [2]], [4, 8])
        assert lower.shape == upper.shape == (2, 2)
        assert isinstance(proportions.wilson(1, 4)[0], float)

    @pytest.mark.parametrize(
        ("count", "n", "level", "said"),
        [
            (1, 0, 0.95, "nobody"),
            (5, 4, 0.95, "larger than its total"),
            (-1, 4, 0.95, "at least 0"),
            (math.nan, 4, 0.95, "nan"),
            (1, 4, 95, "level"),
            (1, 4, 1.0, "level"),
        ],
    )
    def test_bad_input(self, count, n, level, said):
        with pytest.raises(ValueError, match=said):
            proportions.wilson(count, n, level)


class TestParity:
    def test_above_parity_has_no_gap(self):
        result = proportions.parity(30, 40, 0.5)
        assert result.ratio == pytest.approx(1.5)
        assert result.gap == 0.0

    def test_draws_follow_the_beta(self):
        draws = proportions.parity(12, 60, 0.49).draws(np.random.default_rng(1), 40_000)
        for q in (0.05, 0.5, 0.95):
            expected = beta_distribution(12.5, 48.5).ppf(q) / 0.49
            assert np.quantile(draws, q) == pytest.approx(expected, abs=0.01)

    @pytest.mark.parametrize("share", [0.0, 1.2, -0.1, 49.0, math.nan])
    def test_impossible_population_shares(self, share):
        with pytest.raises(ValueError, match="population_share"):
            proportions.parity(12, 60, share)

    def test_impossible_groups(self):
        for arguments in ((61, 60, 0.49), (0, 0, 0.49)):
            with pytest.raises(ValueError):
                proportions.parity(*arguments)

    @settings(max_examples=60, deadline=None)
    @given(st.integers(0, 50), st.integers(0, 50), st.integers(1, 200))
    def test_bounds_hold_every_possible_share(self, known, unknown, rest):
        n = known + unknown + rest
        low, high = proportions.undisaggregated(known, unknown, n)
        assert low <= (known + unknown / 2) / n <= high
        # blanking one known participant's group never narrows the bounds
        if known:
            wider = proportions.undisaggregated(known - 1, unknown + 1, n)
            assert wider[0] <= low
            assert wider[1] >= high

    def test_more_than_all(self):
        with pytest.raises(ValueError, match="at most n together"):
            proportions.undisaggregated(50, 40, 80)
        with pytest.raises(ValueError, match="nobody"):
            proportions.undisaggregated(0, 0, 0)
        with pytest.raises(ValueError, match="at least 0"):
            proportions.undisaggregated(-1, 0, 10)


def plain_correlation(x, n):
    """The moment estimate of methods C5 in ordinary sums."""
    k, total = len(x), sum(n)
    p = sum(x) / total
    s = sum(ni * (xi / ni - p) ** 2 for xi, ni in zip(x, n, strict=True))
    rho = (s - p * (1 - p) * (k - 1)) / (p * (1 - p) * (total - sum(ni**2 for ni in n) / total - (k - 1)))
    return min(max(rho, 0.001), 0.99)


class TestDelivery:
    @settings(max_examples=80, deadline=None)
    @given(st.lists(st.tuples(st.floats(0, 1), st.integers(2, 60)), min_size=5, max_size=15))
    def test_against_plain_sums(self, rows):
        n = [size for _, size in rows]
        x = [round(share * size) for share, size in rows]
        result = proportions.beta_binomial(x, n)
        if sum(x) in (0, sum(n)):
            assert result.prior == "flat"
            np.testing.assert_allclose(result.mean, np.add(x, 1.0) / np.add(n, 2.0))
            return
        p, m = sum(x) / sum(n), (1 - plain_correlation(x, n)) / plain_correlation(x, n)
        expected = [(xi + p * m) / (ni + m) for xi, ni in zip(x, n, strict=True)]
        np.testing.assert_allclose(result.mean, expected, rtol=1e-9)

    def test_recovers_a_known_correlation(self):
        rng = np.random.default_rng(5)
        n = rng.integers(5, 60, 3000)
        x = rng.binomial(n, rng.beta(0.6 * 4, 0.4 * 4, 3000))
        result = proportions.beta_binomial(x, n)
        assert result.overall == pytest.approx(0.6, abs=0.02)
        assert result.correlation == pytest.approx(1 / 5, abs=0.02)

    def test_few_initiatives_have_the_flat_prior(self):
        result = proportions.beta_binomial(X, N)
        assert result.prior == "flat"
        assert result.prior_size == 2.0
        np.testing.assert_allclose(result.mean, [9 / 12, 6 / 12, 21 / 22, 3 / 12])

    def test_no_plan_is_missing(self):
        result = proportions.beta_binomial([*X, 3, 4, math.nan], [*N, math.nan, 0, 10], least=1)
        whole = proportions.beta_binomial(X, N, least=1)
        np.testing.assert_allclose(result.mean[:4], whole.mean)
        assert result.missing.tolist() == [False] * 4 + [True] * 3
        assert np.isnan(result.draws(np.random.default_rng(0), 3)[:, 4:]).all()

    def test_over_delivery_is_capped_and_shown(self):
        result = proportions.beta_binomial([15, 5, 20, 2, 7], [10, 10, 20, 10, 10])
        assert result.raw[0] == 1.5
        assert result.mean[0] < 1
        capped = proportions.beta_binomial([10, 5, 20, 2, 7], [10, 10, 20, 10, 10])
        np.testing.assert_allclose(result.mean, capped.mean)

    def test_all_alike_or_single_units_cannot_show_a_correlation(self):
        for x, n in (([4] * 6, [4] * 6), ([0] * 6, [4] * 6), ([1, 0, 1, 1, 0, 1], [1] * 6)):
            result = proportions.beta_binomial(x, n)
            assert result.prior == "flat"
            assert np.isfinite(result.mean).all()
            assert ((result.mean > 0) & (result.mean < 1)).all()

    def test_nothing_planned(self):
        result = proportions.beta_binomial([math.nan], [math.nan])
        assert math.isnan(result.overall)
        assert result.missing.all()

    def test_draws_follow_the_posterior(self):
        result = proportions.beta_binomial(X, N, least=1)
        draws = result.draws(np.random.default_rng(2), 20_000)
        np.testing.assert_allclose(draws.mean(axis=0), result.mean, atol=0.01)
        with pytest.raises(ValueError, match="size"):
            result.draws(np.random.default_rng(2), 0)

    def test_bad_input(self):
        with pytest.raises(ValueError, match="at least 0"):
            proportions.beta_binomial([-1], [5])
        with pytest.raises(ValueError, match="one of each"):
            proportions.beta_binomial([1, 2], [5])
