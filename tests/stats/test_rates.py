"""Smoothed rates: worked examples X-B1, X-B3a and X-B3, a slow second implementation, and invariants."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import gamma

from jaiza.stats import rates

Y = [0.0, 2.0, 3.0, 15.0]
N = [10_000.0, 50_000.0, 200_000.0, 100_000.0]

areas = st.lists(st.tuples(st.integers(0, 60), st.floats(1e3, 1e6)), min_size=2, max_size=25).map(
    lambda rows: (np.array([r[0] for r in rows], float), np.array([r[1] for r in rows]))
)


def plain_smooth(y, n, phi):
    """The formulas of methods B3 in ordinary sums, one area at a time."""
    known = [a for a in range(len(y)) if not math.isnan(y[a]) and n[a] > 0]
    whole = sum(n[a] for a in known)
    m = sum(y[a] for a in known) / whole
    s2 = sum(n[a] * (y[a] / n[a] - m) ** 2 for a in known) / whole
    between = max(0.0, s2 - phi * m / (whole / len(known)))
    theta = [math.nan] * len(y)
    for a in known:
        own = between / (between + phi * m / n[a]) if m > 0 else 0.0
        theta[a] = m + own * (y[a] / n[a] - m)
    return m, between, theta


class TestWorkedExamples:
    def test_severity_and_recency_b1(self):
        points = rates.severity(rates.SEVERITY_WEIGHTS, 1, [2, 0, 5], [4, 1, 0], [0, 0, 2])
        np.testing.assert_allclose(points, [9.0, 1.5, 17.0])
        assert points @ rates.decay([0, 12, 24], 24) == pytest.approx(18.5606602, abs=1e-7)

    def test_decayed_length_b3a(self):
        assert rates.decayed_length(24, 60) == pytest.approx(28.503844, abs=1e-6)
        assert rates.decayed_length(24, 60) / 12 == pytest.approx(2.375320, abs=1e-6)

    def test_smooth_b3(self):
        result = rates.smooth(Y, N)
        assert result.rate * 1e5 == pytest.approx(5.5555556, abs=1e-6)
        assert result.between == pytest.approx(2.8935185e-9, abs=1e-15)
        np.testing.assert_allclose(result.shrinkage, [0.342466, 0.722543, 0.912409, 0.838926], atol=1e-6)
        np.testing.assert_allclose(result.mean * 1e5, [3.652968, 4.431599, 1.855231, 13.478747], atol=1e-6)
        np.testing.assert_allclose(result.raw, np.divide(Y, N))

    def test_dispersed_b3(self):
        result = rates.smooth(Y, N, dispersion=2.0)
        np.testing.assert_allclose(result.mean * 1e5, [4.610951, 4.768439, 2.295640, 11.902050], atol=1e-6)
        assert rates.dispersion([1, 1, 2, 4]) == pytest.approx(2.75)

    def test_interval_of_the_first_area_b3(self):
        result = rates.smooth(Y, N)
        shape = result.rate**2 / result.between + Y[0]
        law = gamma(shape, scale=1 / (result.rate / result.between + N[0]))
        np.testing.assert_allclose(law.ppf([0.05, 0.95]) * 1e5, [0.218937, 10.697288], atol=1e-6)
        drawn = result.draws(np.random.default_rng(0), 200_000)[:, 0] * 1e5
        np.testing.assert_allclose(np.quantile(drawn, [0.05, 0.95]), [0.218937, 10.697288], rtol=0.02)


class TestSmooth:
    def test_missing_areas_are_nan_and_enter_no_sum(self):
        part = rates.smooth(Y, N, 2.0)
        result = rates.smooth([*Y, np.nan, 7.0, 4.0], [*N, 5e4, 0.0, np.nan], 2.0)
        np.testing.assert_array_equal(result.mean[:4], part.mean)
        assert result.missing.tolist() == [False] * 4 + [True] * 3
        assert np.isnan(result.raw[4:]).all() and np.isnan(result.shrinkage[4:]).all()
        assert np.isnan(result.draws(np.random.default_rng(0), 5)[:, 4:]).all()

    def test_nothing_happened_gives_zero_with_an_upper_limit(self):
        result = rates.smooth([0, 0, np.nan], [100, 200, 300])
        assert result.mean[:2].tolist() == [0, 0] and np.isnan(result.mean[2])
        assert result.upper_if_none == pytest.approx(3 / 300)
        assert (result.draws(np.random.default_rng(0), 4)[:, :2] == 0).all()

    def test_upper_limit_is_undefined_when_something_happened(self):
        assert math.isnan(rates.smooth(Y, N).upper_if_none)

    def test_without_differences_all_areas_share_one_rate(self):
        result = rates.smooth([1, 2, 4], [1000, 2000, 4000], 2.0)
        assert result.between == 0
        np.testing.assert_allclose(result.mean, 0.001)
        drawn = result.draws(np.random.default_rng(0), 50_000)
        assert (drawn == drawn[:, :1]).all()
        law = gamma(7 / 2.0, scale=2.0 / 7000)
        np.testing.assert_allclose(
            np.quantile(drawn[:, 0], [0.05, 0.5, 0.95]), law.ppf([0.05, 0.5, 0.95]), rtol=0.03
        )

    def test_one_area_keeps_its_own_rate(self):
        assert rates.smooth([5], [1000]).mean.tolist() == [0.005]

    @pytest.mark.parametrize(
        ("y", "n", "phi", "words"),
        [
            ([1, -2], [10, 10], 1.0, "y: expected values of at least 0"),
            ([1, 2], [10, -1], 1.0, "exposure: expected values of at least 0"),
            ([1, 2], [10, 10, 10], 1.0, "exposure: expected 2 areas"),
            ([1, np.inf], [10, 10], 1.0, "y: expected finite"),
            ([np.nan, 2], [10, 0], 1.0, "no area has both"),
            ([1, 2], [10, 10], 0.0, "dispersion: expected values above 0"),
            ([1, 2], [10, 10], np.nan, "dispersion: 1 values are nan"),
            (["a"], [10], 1.0, "y: expected numbers"),
        ],
    )
    def test_bad_arguments_are_named(self, y, n, phi, words):
        with pytest.raises(ValueError, match=words):
            rates.smooth(y, n, phi)

    def test_no_draws_is_refused(self):
        with pytest.raises(ValueError, match="size"):
            rates.smooth(Y, N).draws(np.random.default_rng(0), 0)

    @settings(max_examples=60, deadline=None)
    @given(areas, st.floats(0.2, 30.0))
    def test_agrees_with_the_plain_formulas(self, data, phi):
        y, n = data
        result = rates.smooth(y, n, phi)
        m, between, theta = plain_smooth(y, n, phi)
        assert result.rate == pytest.approx(m)
        assert result.between == pytest.approx(between, rel=1e-7, abs=1e-12 * (m + m * m))
        np.testing.assert_allclose(result.mean, theta, rtol=1e-6)

    @settings(max_examples=60, deadline=None)
    @given(areas, st.floats(1.0, 30.0))
    def test_theta_lies_between_the_raw_and_the_overall_rate(self, data, phi):
        result = rates.smooth(*data, phi)
        slack = 1e-12 * max(result.raw.max(), 1e-30)
        assert (result.mean >= np.minimum(result.raw, result.rate) - slack).all()
        assert (result.mean <= np.maximum(result.raw, result.rate) + slack).all()

    @settings(max_examples=40, deadline=None)
    @given(areas, st.randoms(use_true_random=False))
    def test_row_order_is_irrelevant(self, data, random):
        y, n = data
        order = list(range(len(y)))
        random.shuffle(order)
        straight, mixed = rates.smooth(y, n), rates.smooth(y[order], n[order])
        assume(straight.between == 0 or straight.between > 1e-9 * straight.rate**2)
        np.testing.assert_allclose(mixed.mean, straight.mean[order], rtol=1e-6)

    @settings(max_examples=40, deadline=None)
    @given(areas, st.floats(0.01, 100.0), st.floats(0.01, 100.0))
    def test_units_change_nothing_but_the_unit(self, data, marks, people):
        """Marks in other points scale y and phi alike; people in thousands scale the exposure."""
        y, n = data
        straight = rates.smooth(y, n, 2.0)
        assume(straight.between == 0 or straight.between > 1e-9 * straight.rate**2)
        scaled = rates.smooth(y * marks, n * people, 2.0 * marks)
        np.testing.assert_allclose(scaled.mean, straight.mean * marks / people, rtol=1e-6)
        np.testing.assert_allclose(scaled.shrinkage, straight.shrinkage, rtol=1e-5, atol=1e-7)

    def test_draws_have_the_smoothed_rate_as_mean(self):
        result = rates.smooth(Y, N, 2.0)
        drawn = result.draws(np.random.default_rng(3), 100_000)
        assert drawn.shape == (100_000, 4)
        np.testing.assert_allclose(drawn.mean(axis=0), result.mean, rtol=0.02)

    def test_the_same_seed_gives_the_same_draws(self):
        first, second = (rates.smooth(Y, N).draws(np.random.default_rng(9), 50) for _ in range(2))
        np.testing.assert_array_equal(first, second)


class TestSmoothMany:
    def rows(self):
        rng = np.random.default_rng(5)
        y = rng.poisson(4.0, (30, 12)).astype(float)
        y[3] = 0.0
        y[7] = 4.0
        y[11, :5] = np.nan
        n = rng.uniform(1e3, 1e5, (30, 12))
        n[7] = 1e4
        n[2, 1] = 0.0
        return y, n, rng.uniform(1.0, 3.0, 30)

    def test_each_row_is_smoothed_as_on_its_own(self):
        y, n, phi = self.rows()
        many = rates.smooth_many(y, n, phi)
        for row in range(len(y)):
            one = rates.smooth(y[row], n[row], float(phi[row]))
            np.testing.assert_allclose(many.mean[row], one.mean, rtol=1e-12)
            assert many.rate[row] == pytest.approx(one.rate)
            assert many.between[row] == pytest.approx(one.between)

    def test_one_exposure_and_dispersion_serve_all_rows(self):
        y, n, _ = self.rows()
        np.testing.assert_array_equal(
            rates.smooth_many(y, n[0], 2.0).mean,
            rates.smooth_many(y, np.tile(n[0], (30, 1)), np.full(30, 2.0)).mean,
        )

    def test_one_gamma_draw_per_row(self):
        y = np.tile(Y, (40_000, 1))
        many = rates.smooth_many(y, N, 2.0)
        drawn = many.gamma_draws(np.random.default_rng(1))
        shape = many.rate[0] ** 2 / many.between[0] + np.divide(Y, 2.0)
        law = gamma(shape, scale=1 / (many.rate[0] / many.between[0] + np.divide(N, 2.0)))
        np.testing.assert_allclose(np.quantile(drawn, 0.95, axis=0), law.ppf(0.95), rtol=0.03)

    def test_rows_with_and_without_differences_are_drawn_together(self):
        y, n, phi = self.rows()
        many = rates.smooth_many(y, n, phi)
        drawn = many.gamma_draws(np.random.default_rng(1))
        np.testing.assert_array_equal(np.isnan(drawn), np.isnan(many.mean))
        assert many.between[7] == 0 and np.unique(drawn[7]).size == 1
        assert (drawn[3] == 0).all()
        assert np.unique(drawn[0]).size == 12

    @pytest.mark.parametrize(
        ("y", "n", "phi", "words"),
        [
            (np.ones(3), np.ones(3), 1.0, "y: expected an array with 2 axes"),
            (np.ones((4, 3)), np.ones((2, 3)), 1.0, "exposure: expected 3 areas"),
            (np.ones((4, 3)), np.ones(3), np.ones(3), "dispersion: expected 1 value or 4"),
        ],
    )
    def test_bad_shapes_are_named(self, y, n, phi, words):
        with pytest.raises(ValueError, match=words):
            rates.smooth_many(y, n, phi)


class TestMarks:
    def test_unit_marks_have_dispersion_one_and_no_marks_too(self):
        assert rates.dispersion(np.ones(7)) == 1.0
        assert rates.dispersion([]) == 1.0

    def test_sums_give_what_the_marks_give(self):
        marks = np.array([3.0, 0.5, 9.0])
        assert rates.dispersion_from_sums(marks.sum(), (marks**2).sum()) == rates.dispersion(marks)
        np.testing.assert_allclose(
            rates.dispersion_from_sums(np.array([8.0, 0.0]), np.array([22.0, 0.0])), [2.75, 1.0]
        )

    @pytest.mark.parametrize(("first", "second"), [(0.0, 1.0), (1.0, 0.0), (-1.0, 1.0)])
    def test_sums_that_cannot_belong_together_are_refused(self, first, second):
        with pytest.raises(ValueError, match="sum_v"):
            rates.dispersion_from_sums(first, second)
        with pytest.raises(ValueError, match="shape"):
            rates.dispersion_from_sums(np.ones(2), np.ones(3))

    def test_a_term_never_recorded_is_left_out(self):
        full = rates.severity(rates.SEVERITY_WEIGHTS, [1, 2], [4, 0], [0, 0], [0, 0])
        np.testing.assert_array_equal(rates.severity(rates.SEVERITY_WEIGHTS, [1, 2], [4, 0]), full)

    def test_an_unknown_count_makes_its_row_unknown(self):
        points = rates.severity(rates.SEVERITY_WEIGHTS, [1, 1], [np.nan, 2])
        assert np.isnan(points[0]) and points[1] == 7.0

    def test_bad_weights_and_counts_are_refused(self):
        with pytest.raises(ValueError, match="weights: expected 4"):
            rates.severity([1, 3], 1, 2)
        with pytest.raises(ValueError, match="fatalities"):
            rates.severity(rates.SEVERITY_WEIGHTS, 1, -2)

    def test_decay_halves_each_half_life_and_refuses_the_future(self):
        np.testing.assert_allclose(rates.decay([0, 12, 24, 36], 12), [1, 0.5, 0.25, 0.125])
        with pytest.raises(ValueError, match="age_months"):
            rates.decay([-1], 12)
        with pytest.raises(ValueError, match="half_life"):
            rates.decay([1], 0)

    def test_decayed_length_is_the_area_under_the_decay(self):
        lengths = rates.decayed_length(np.array([12.0, 24.0, 36.0]), 60.0)
        months = np.linspace(0, 60, 60_001)
        for half_life, length in zip([12, 24, 36], lengths, strict=True):
            assert length == pytest.approx(np.trapezoid(2 ** (-months / half_life), months), rel=1e-7)
        assert rates.decayed_length(1e9, 60.0) == pytest.approx(60.0, rel=1e-6)

    def test_constant_violence_keeps_its_rate_whatever_the_half_life(self):
        """The exposure decays as the events do, so that H does not rescale the rates (methods B3)."""
        ages = np.arange(60) + 0.5
        per_month = [rates.decay(ages, h).sum() / rates.decayed_length(float(h), 60.0) for h in (12, 24, 36)]
        np.testing.assert_allclose(per_month, 1.0, rtol=1e-3)
