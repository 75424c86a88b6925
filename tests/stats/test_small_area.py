"""Fay-Herriot: worked examples X-G2 and X-G3, R's published fit of the milk data, brute-force likelihoods."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from jaiza.stats import small_area

SETS = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "raw" / "survey_test_sets"

Y = [0.30, 0.42, 0.55, 0.61, 0.48, 0.20]
PSI = [0.0025, 0.01, 0.0036, 0.0144, 0.0009, 0.0064]


def brute_force(y, x, psi, adjusted=False):
    """Maximise the dense restricted likelihood, with its projection matrix written out, by search alone."""
    y, x, psi = (np.asarray(v, float) for v in (y, x, psi))

    def minus(log_variance):
        variance = math.exp(log_variance)
        inverse = np.linalg.inv(np.diag(psi + variance))
        middle = np.linalg.inv(x.T @ inverse @ x)
        projection = inverse - inverse @ x @ middle @ x.T @ inverse
        value = -0.5 * (
            np.linalg.slogdet(np.diag(psi + variance))[1] - np.linalg.slogdet(middle)[1] + y @ projection @ y
        )
        return -value - (log_variance if adjusted else 0.0)

    starts = np.linspace(-20, 8, 57)
    best = min(starts, key=minus)
    found = minimize_scalar(minus, bounds=(best - 1, best + 1), method="bounded", options={"xatol": 1e-12})
    return math.exp(found.x)


def simulated(seed, areas=30, columns=3, variance=0.02):
    rng = np.random.default_rng(seed)
    x = np.column_stack([np.ones(areas), rng.normal(size=(areas, columns - 1))])
    psi = rng.uniform(0.004, 0.06, areas)
    truth = x @ rng.normal(0, 0.3, columns) + rng.normal(0, math.sqrt(variance), areas)
    return truth + rng.normal(0, np.sqrt(psi)), x, psi, truth


class TestWorkedExamples:
    def test_reml_g2(self):
        x = np.ones((7, 1))
        result = small_area.fay_herriot([*Y, math.nan], x, [*PSI, math.nan])
        assert result.variance == pytest.approx(0.01623504, abs=1e-8)
        assert result.beta == pytest.approx([0.42048052], abs=1e-8)
        expected = [0.3160769, 0.4201832, 0.5264926, 0.5209164, 0.4768738, 0.2623403, 0.4204805]
        np.testing.assert_allclose(result.estimate, expected, atol=1e-7)
        mse = [0.0025172, 0.0083824, 0.0035662, 0.0106032, 0.0009112, 0.0059438, 0.0198440]
        np.testing.assert_allclose(result.mse, mse, atol=1e-7)
        assert result.sampled.tolist() == [True] * 6 + [False]
        assert result.flags == ("few_areas",)
        assert not result.fit_for_use

    def test_adjusted_g3(self):
        y, psi = [0.40, 0.42, 0.41, 0.43], [0.01, 0.01, 0.02, 0.01]
        result = small_area.fay_herriot(y, np.ones((4, 1)), psi)
        assert result.variance == pytest.approx(0.0247412, abs=1e-7)
        assert "zero_variance" in result.flags


@pytest.mark.shared
@pytest.mark.skipif(not SETS.is_dir(), reason="the survey test sets are not beside the checkout")
def test_milk_as_r_published_it():
    """Coefficients, errors and log-likelihood that R's sae and saens print for the milk data under REML."""
    with (SETS / "sae_milk.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    y = np.array([float(row["yi"]) for row in rows])
    psi = np.array([float(row["SD"]) for row in rows]) ** 2
    major = np.array([int(row["MajorArea"]) for row in rows])
    x = np.column_stack([np.ones(len(y))] + [(major == k).astype(float) for k in (2, 3, 4)])
    result = small_area.fay_herriot(y, x, psi)
    np.testing.assert_allclose(result.beta, [0.968189, 0.132780, 0.226946, -0.241301], atol=2e-6)
    errors = np.sqrt(np.diag(result.beta_covariance))
    np.testing.assert_allclose(errors, [0.069362, 0.103001, 0.092330, 0.081617], atol=2e-6)
    total = psi + result.variance
    likelihood = -0.5 * np.sum(np.log(2 * math.pi * total) + (y - x @ result.beta) ** 2 / total)
    assert likelihood == pytest.approx(12.67748, abs=1e-4)
    assert result.variance == pytest.approx(brute_force(y, x, psi), rel=1e-6)
    assert result.flags == ()


class TestAgainstBruteForce:
    @pytest.mark.parametrize("seed", range(12))
    def test_reml(self, seed):
        y, x, psi, _ = simulated(seed, areas=12 + 3 * seed)
        result = small_area.fay_herriot(y, x, psi)
        adjusted = "zero_variance" in result.flags
        assert result.variance == pytest.approx(brute_force(y, x, psi, adjusted), rel=1e-5)

    @pytest.mark.parametrize("seed", range(6))
    def test_adjusted_when_nothing_is_left_to_explain(self, seed):
        y, x, psi, _ = simulated(seed, variance=1e-12)
        # residuals shrunk to a third: less spread than sampling alone gives
        fitted = x @ np.linalg.lstsq(x, y, rcond=None)[0]
        y = fitted + (y - fitted) / 3
        result = small_area.fay_herriot(y, x, psi)
        assert "zero_variance" in result.flags
        assert result.variance == pytest.approx(brute_force(y, x, psi, adjusted=True), rel=1e-5)

    def test_eblup_is_the_conditional_mean_of_a_dense_normal(self):
        y, x, psi, _ = simulated(3)
        result = small_area.fay_herriot(y, x, psi)
        g, v = result.variance * np.eye(y.size), np.diag(psi) + result.variance * np.eye(y.size)
        inverse = np.linalg.inv(v)
        q = np.linalg.inv(x.T @ inverse @ x)
        beta = q @ x.T @ inverse @ y
        np.testing.assert_allclose(result.estimate, x @ beta + g @ inverse @ (y - x @ beta), atol=1e-10)
        d = x - g @ inverse @ x
        g12 = np.diag(g - g @ inverse @ g + d @ q @ d.T)
        np.testing.assert_allclose(result.mse, g12 + 2 * result.g3, atol=1e-10)

    def test_mse_is_the_error_that_simulation_finds(self):
        rng = np.random.default_rng(0)
        _, x, psi, _ = simulated(5, areas=25, columns=2)
        squared, promised = np.zeros(25), np.zeros(25)
        for _ in range(400):
            truth = x @ [0.4, 0.1] + rng.normal(0, 0.15, 25)
            result = small_area.fay_herriot(truth + rng.normal(0, np.sqrt(psi)), x, psi)
            squared += (result.estimate - truth) ** 2 / 400
            promised += result.mse / 400
        assert promised.mean() == pytest.approx(squared.mean(), rel=0.06)


class TestProperties:
    @settings(max_examples=25, deadline=None)
    @given(st.integers(0, 10_000), st.randoms())
    def test_order_and_scale_change_nothing(self, seed, random):
        y, x, psi, _ = simulated(seed, areas=20)
        before = small_area.fay_herriot(y, x, psi)
        order = list(range(20))
        random.shuffle(order)
        after = small_area.fay_herriot(1000 * y[order], x[order] * [1, 1e6, 1e-6], 1e6 * psi[order])
        np.testing.assert_allclose(after.estimate, 1000 * before.estimate[order], rtol=1e-5, atol=1e-4)
        np.testing.assert_allclose(after.mse, 1e6 * before.mse[order], rtol=1e-4)

    @settings(max_examples=25, deadline=None)
    @given(st.integers(0, 10_000))
    def test_between_the_direct_and_the_synthetic(self, seed):
        y, x, psi, _ = simulated(seed, areas=18)
        y[4] = math.nan
        result = small_area.fay_herriot(y, x, psi)
        known = result.sampled
        low = np.minimum(y, result.synthetic)[known] - 1e-12
        high = np.maximum(y, result.synthetic)[known] + 1e-12
        assert ((result.estimate[known] >= low) & (result.estimate[known] <= high)).all()
        assert result.estimate[4] == result.synthetic[4]
        assert result.mse[4] > result.variance
        assert (result.mse > 0).all()

    def test_draws_have_the_estimate_and_the_mse(self):
        y, x, psi, _ = simulated(2)
        y[7] = math.nan
        result = small_area.fay_herriot(y, x, psi)
        draws = result.draws(np.random.default_rng(1), 60_000)
        np.testing.assert_allclose(draws.mean(axis=0), result.estimate, atol=0.004)
        np.testing.assert_allclose(draws.var(axis=0), result.mse, rtol=0.04)
        with pytest.raises(ValueError, match="size"):
            result.draws(np.random.default_rng(1), 0)

    def test_flags_tell_thin_data(self):
        y, x, psi, _ = simulated(1, areas=15, columns=4)
        assert small_area.fay_herriot(y, x, psi).fit_for_use
        y[0] = math.nan
        flags = small_area.fay_herriot(y, x, psi).flags
        assert "few_areas" in flags
        assert "few_per_covariate" in flags

    def test_a_missing_intercept_is_flagged(self):
        y, x, psi, _ = simulated(1)
        assert "no_intercept" in small_area.fay_herriot(y, x[:, 1:], psi).flags
        # a full set of province columns holds the intercept as their sum
        provinces = np.eye(3)[np.arange(30) % 3]
        assert "no_intercept" not in small_area.fay_herriot(y, provinces, psi).flags


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda y, x, psi: (y, x, np.where(np.arange(20) == 3, 0.0, psi)), "exactly known"),
        (lambda y, x, psi: (y, x, -psi), "exactly known"),
        (lambda y, x, psi: (y, x, np.where(np.arange(20) == 3, np.nan, psi)), "variances"),
        (lambda y, x, psi: (y, x, psi[:5]), "one per area"),
        (lambda y, x, psi: (y, x[:5], psi), "one row per area"),
        (lambda y, x, psi: (y, np.column_stack([x, x[:, 1]]), psi), "repeat each other"),
        (lambda y, x, psi: (y, np.column_stack([x, np.zeros(20)]), psi), "repeat each other"),
        (lambda y, x, psi: (y, np.where(x > 1, np.nan, x), psi), "X"),
        (lambda y, x, psi: (y, x[:, :0], psi), "intercept"),
        (lambda y, x, psi: (np.where(np.arange(20) < 15, np.nan, y), x, psi), "report a larger level"),
        (lambda y, x, psi: (np.full(20, np.nan), x, psi), "sampled areas"),
        (lambda y, x, psi: (y[:1], x[:1], psi[:1]), "sampled areas"),
    ],
)
def test_bad_input_is_explained(change, said):
    y, x, psi, _ = simulated(0, areas=20)
    with pytest.raises(ValueError, match=said):
        small_area.fay_herriot(*change(y, x, psi))


class TestArcsine:
    def test_when_it_is_advised(self):
        assert small_area.arcsine_advised([0.05, 0.5])
        assert small_area.arcsine_advised([0.5, 0.95])
        assert not small_area.arcsine_advised([0.1, 0.9, math.nan])

    def test_scale(self):
        z, psi = small_area.arcsine([0.0, 0.25, 1.0, math.nan], [50, 100, 25, math.nan])
        np.testing.assert_allclose(z, [0, math.pi / 6, math.pi / 2, math.nan])
        np.testing.assert_allclose(psi, [1 / 200, 1 / 400, 1 / 100, math.nan])

    def test_variance_is_stable_in_simulation(self):
        rng = np.random.default_rng(3)
        for p in (0.2, 0.5, 0.8):
            z, psi = small_area.arcsine(rng.binomial(200, p, 20_000) / 200, np.full(20_000, 200))
            assert z.var() == pytest.approx(psi[0], rel=0.05)

    @settings(max_examples=30, deadline=None)
    @given(st.floats(0, math.pi / 2), st.floats(0, 0.2))
    def test_way_back_against_integration(self, z, m):
        nodes, weights = np.polynomial.hermite_e.hermegauss(60)
        values = np.sin(z + math.sqrt(m) * nodes) ** 2
        mean = weights @ values / weights.sum()
        spread = weights @ (values - mean) ** 2 / weights.sum()
        share, mse = small_area.from_arcsine([z], [m])
        assert share[0] == pytest.approx(mean, abs=1e-9)
        assert mse[0] == pytest.approx(spread, abs=1e-9)

    def test_no_error_goes_back_exactly(self):
        z, _ = small_area.arcsine([0.0, 0.3, 1.0], [10, 10, 10])
        share, mse = small_area.from_arcsine(z, [0, 0, 0])
        np.testing.assert_allclose(share, [0, 0.3, 1.0], atol=1e-12)
        np.testing.assert_allclose(mse, 0, atol=1e-12)

    @pytest.mark.parametrize(("p", "n"), [([1.2], [5]), ([0.5], [0]), ([0.5], [math.nan]), ([0.5], [5, 6])])
    def test_bad_input(self, p, n):
        with pytest.raises(ValueError):
            small_area.arcsine(p, n)
        with pytest.raises(ValueError, match="mse"):
            small_area.from_arcsine([0.5], [-1])


class TestSmoothedVariances:
    def test_a_power_law_is_found_exactly(self):
        n = np.array([20, 35, 50, 80, 120, 200.0])
        np.testing.assert_allclose(small_area.smooth_variances(0.3 / n**0.9, n), 0.3 / n**0.9)

    def test_total_is_kept_and_gaps_are_filled(self):
        rng = np.random.default_rng(1)
        n = rng.integers(20, 300, 40).astype(float)
        true = 0.24 / n
        direct = true * rng.chisquare(4, 40) / 4
        direct[[3, 5]] = [0.0, math.nan]
        n[9] = math.nan
        smoothed = small_area.smooth_variances(direct, n)
        seen = np.isfinite(direct) & (direct > 0) & np.isfinite(n)
        assert smoothed[seen].sum() == pytest.approx(direct[seen].sum())
        assert math.isnan(smoothed[9])
        assert np.isfinite(np.delete(smoothed, 9)).all()
        error = np.abs(np.log(smoothed[seen] / true[seen])).mean()
        assert error < np.abs(np.log(direct[seen] / true[seen])).mean() / 2

    def test_equal_sizes_give_the_mean(self):
        direct = np.array([0.01, 0.02, 0.03, 0.02, 0.01])
        smoothed = small_area.smooth_variances([*direct, math.nan], [50.0] * 5 + [100.0])
        np.testing.assert_allclose(smoothed, [direct.mean()] * 5 + [direct.mean() / 2])

    def test_bad_input(self):
        for variances, n in (
            ([0.1] * 4, [9] * 4),
            ([0.1, 0, 0, 0, 0], [9] * 5),
            ([-0.1] * 5, [9] * 5),
            ([0.1] * 5, [0] * 5),
            ([0.1] * 5, [9] * 4),
        ):
            with pytest.raises(ValueError):
                small_area.smooth_variances(variances, n)


class TestBenchmark:
    def test_weighted_mean_is_the_total(self):
        result = small_area.benchmark([0.2, 0.4, 0.5], [0.01, 0.02, 0.01], [100, 300, 200], 0.44)
        assert np.average(result.estimate, weights=[100, 300, 200]) == pytest.approx(0.44)
        assert result.ratio == pytest.approx(0.44 / 0.4)
        np.testing.assert_allclose(result.mse, np.array([0.01, 0.02, 0.01]) * result.ratio**2)
        assert not result.outside.any()

    def test_shares_above_one_are_marked(self):
        assert small_area.benchmark([0.2, 0.9], [0.01, 0.01], [1, 1], 0.9).outside.tolist() == [False, True]

    @pytest.mark.parametrize(
        ("estimate", "weights", "total"),
        [
            ([0.0, 0.0], [1, 1], 0.5),
            ([0.2, 0.3], [0, 0], 0.5),
            ([0.2, 0.3], [1], 0.5),
            ([0.2, 0.3], [1, 1], -1),
        ],
    )
    def test_bad_input(self, estimate, weights, total):
        with pytest.raises(ValueError):
            small_area.benchmark(estimate, np.full(2, 0.01), weights, total)
