"""Missing amounts: worked example X-D5, statsmodels' pooling as witness, bounds and donors."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.imputation import mice

from jaiza.stats import imputation

limits = st.lists(st.tuples(st.floats(0, 1e6), st.floats(0, 1e6)), max_size=8)


class TestWorkedExample:
    def test_bounds_d5(self):
        result = imputation.bounds(250, [0, 0, 0], [60, 60, 60])
        assert (result.lower, result.upper) == (250, 430)
        assert str(result) == "[250, 430]"

    def test_pool_d5(self):
        result = imputation.pool([10, 12, 11, 13, 9], [4, 5, 4, 6, 6])
        assert (result.estimate, result.variance) == pytest.approx((11, 8))
        assert result.df == pytest.approx(28.44444, abs=1e-5)
        assert (result.lower, result.upper) == pytest.approx((5.210305, 16.789695), abs=1e-6)


class TestPool:
    def test_against_statsmodels(self):
        """MICE.combine of statsmodels pools the fits that it is handed by the same rules."""

        class Fit:
            scale = 1.0

            def __init__(self, params, covariance):
                self.params, self._covariance = np.array(params), np.diag(covariance)
                self._results = self

            def cov_params(self):
                return self._covariance

        q, u = [1.2, 0.7, 1.9, 1.1], [0.3, 0.2, 0.5, 0.25]
        runner = object.__new__(mice.MICE)
        runner.results_list = [Fit([a, -a], [b, 2 * b]) for a, b in zip(q, u, strict=True)]
        runner.exog_names, runner.endog_names, runner.model_class = ["x", "z"], "y", None
        other = mice.MICE.combine(runner)
        result = imputation.pool(q, u)
        assert result.estimate == pytest.approx(other.params[0])
        assert result.variance == pytest.approx(np.asarray(other.cov_params())[0, 0])

    def test_imputations_that_agree_give_the_normal_interval(self):
        result = imputation.pool([3, 3, 3], [4, 4, 4])
        assert math.isinf(result.df)
        assert (result.lower, result.upper) == pytest.approx((3 - 1.959964 * 2, 3 + 1.959964 * 2), abs=1e-5)

    def test_known_without_error(self):
        result = imputation.pool([3, 3], [0, 0])
        assert (result.lower, result.upper, result.variance) == (3, 3, 0)

    def test_coverage_of_a_mean_with_missing_values(self):
        """Proper imputation of a normal mean must give close to 90 % in 90 % intervals."""
        rng = np.random.default_rng(12)
        hits = 0
        for _ in range(400):
            known = rng.normal(5.0, 2.0, 25)
            q, u = [], []
            for _ in range(10):
                sigma = math.sqrt(24 * known.var(ddof=1) / rng.chisquare(24))
                drawn = rng.normal(known.mean(), sigma / 5)
                whole = np.concatenate([known, rng.normal(drawn, sigma, 15)])
                q.append(whole.mean())
                u.append(whole.var(ddof=1) / 40)
            result = imputation.pool(q, u, level=0.9)
            hits += result.lower < 5.0 < result.upper
        assert 0.86 < hits / 400 < 0.94

    @pytest.mark.parametrize(
        ("q", "u", "level"),
        [
            ([1], [1], 0.95),
            ([1, 2], [1], 0.95),
            ([1, 2], [1, -1], 0.95),
            ([1, math.nan], [1, 1], 0.95),
            ([1, 2], [1, 1], 95),
        ],
    )
    def test_bad_input(self, q, u, level):
        with pytest.raises(ValueError):
            imputation.pool(q, u, level)


class TestBounds:
    def test_no_ceiling_is_printed(self):
        result = imputation.bounds([100, 150], [0, 5], [60, math.inf])
        assert math.isinf(result.upper)
        assert not result.bounded
        assert str(result) == "[255, no upper bound]"
        assert result.headline

    def test_when_bounds_are_the_headline(self):
        assert not imputation.bounds([100] * 6, [10] * 4, [20] * 4).headline
        assert imputation.bounds([100] * 5, [10] * 4, [20] * 4).headline  # 4 of 9 lack an amount
        assert imputation.bounds([100] * 6, [0], [601]).headline  # upper over twice lower
        assert not imputation.bounds([100] * 6, [0], [600]).headline

    def test_nothing_missing(self):
        result = imputation.bounds([1, 2], [], [])
        assert (result.lower, result.upper, result.missing) == (3, 3, 0)

    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.floats(0, 1e6), min_size=1, max_size=8), limits, st.data())
    def test_blanking_an_amount_never_narrows(self, known, pairs, data):
        low, high = [min(p) for p in pairs], [max(p) for p in pairs]
        before = imputation.bounds(known, low, high)
        i = data.draw(st.integers(0, len(known) - 1))
        floor = data.draw(st.floats(0, known[i]))
        ceiling = data.draw(st.sampled_from([known[i], known[i] + 1.0, math.inf]))
        after = imputation.bounds(known[:i] + known[i + 1 :], [*low, floor], [*high, ceiling])
        assert after.lower <= before.lower * (1 + 1e-12)
        assert after.upper >= before.upper * (1 - 1e-12)
        assert after.missing == before.missing + 1
        assert after.n == before.n

    @pytest.mark.parametrize(
        ("lower", "upper"),
        [([5], [4]), ([-1], [4]), ([1, 2], [4]), ([math.inf], [math.inf]), ([0], [math.nan])],
    )
    def test_bad_limits(self, lower, upper):
        with pytest.raises(ValueError):
            imputation.bounds([10], lower, upper)


def records(rng, n=120, missing=0.3):
    kind = rng.integers(0, 3, n)
    x = np.column_stack([np.ones(n), kind == 1, kind == 2, rng.uniform(6, 36, n)]).astype(float)
    whole = np.exp(x @ [10.0, 1.0, -0.5, 0.02] + rng.normal(0, 0.4, n))
    gone = rng.random(n) < missing
    return np.where(gone, math.nan, whole), x, whole, gone


class TestMatching:
    def test_known_amounts_stay_and_donors_are_real(self):
        rng = np.random.default_rng(4)
        amounts, x, _, gone = records(rng)
        done = imputation.predictive_mean_matching(amounts, x, 0, np.full(120, math.inf), rng)
        assert done.shape == (20, 120)
        np.testing.assert_array_equal(done[:, ~gone], np.tile(amounts[~gone], (20, 1)))
        assert np.isin(done[:, gone], amounts[~gone]).all()

    def test_totals_are_covered(self):
        """The pooled interval of a total holds the true total about as often as it says."""
        hits = 0
        for seed in range(80):
            rng = np.random.default_rng(seed)
            amounts, x, whole, _ = records(rng)
            done = imputation.predictive_mean_matching(amounts, x, 0, math.inf, rng)
            logs = np.log(done)
            # mean log amount: the imputation error alone against the completed truth
            between = logs.mean(axis=1).var(ddof=1) * (1 + 1 / 20)
            hits += abs(logs.mean() - np.log(whole).mean()) < 1.645 * math.sqrt(between)
        assert 0.78 <= hits / 80 <= 0.98

    def test_limits_hold(self):
        rng = np.random.default_rng(6)
        amounts, x, _, gone = records(rng)
        low, high = np.full(120, 15_000.0), np.full(120, 40_000.0)
        done = imputation.predictive_mean_matching(amounts, x, low, high, rng)
        assert (done[:, gone] >= 15_000).all()
        assert (done[:, gone] <= 40_000).all()

    def test_no_donor_inside_is_cut_to_the_limits(self):
        rng = np.random.default_rng(6)
        amounts, x, _, gone = records(rng)
        done = imputation.predictive_mean_matching(amounts, x, 0, 7.0, rng, imputations=3)
        assert (done[:, gone] == 7.0).all()

    def test_an_unseen_kind_stays_within_reach(self):
        rng = np.random.default_rng(7)
        amounts, x, _, _ = records(rng)
        amounts[x[:, 2] == 1] = math.nan
        done = imputation.predictive_mean_matching(amounts, x, 0, math.inf, rng)
        spread = np.log(done[:, x[:, 2] == 1])
        assert abs(np.median(spread) - np.log(np.nanmedian(amounts))) < 1.5

    def test_same_seed_same_amounts(self):
        amounts, x, _, _ = records(np.random.default_rng(1))
        a, b = (
            imputation.predictive_mean_matching(amounts, x, 0, 1e9, np.random.default_rng(3))
            for _ in range(2)
        )
        np.testing.assert_array_equal(a, b)

    def test_nothing_missing(self):
        done = imputation.predictive_mean_matching([1, 2], np.ones((2, 1)), 0, 1, np.random.default_rng(0))
        np.testing.assert_array_equal(done, np.tile([1.0, 2.0], (20, 1)))

    @pytest.mark.parametrize(
        ("amounts", "x", "low", "high", "said"),
        [
            ([1, 0, math.nan], np.ones((3, 1)), 0, 9, "confirmed zeros"),
            ([1, -2, math.nan], np.ones((3, 1)), 0, 9, "above 0"),
            ([1, math.nan, math.nan], np.ones((3, 1)), 0, 9, "at least 3 known"),
            ([1, 2, math.nan], np.ones((2, 1)), 0, 9, "one row per record"),
            ([1, 2, 3, math.nan], np.ones((4, 1)), 10, 9, "above ceiling"),
        ],
    )
    def test_bad_input(self, amounts, x, low, high, said):
        with pytest.raises(ValueError, match=said):
            imputation.predictive_mean_matching(amounts, x, low, high, np.random.default_rng(0))

    def test_counts(self):
        with pytest.raises(ValueError, match="at least 1"):
            imputation.predictive_mean_matching(
                [1, 2], np.ones((2, 1)), 0, 1, np.random.default_rng(0), donors=0
            )
