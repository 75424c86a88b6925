"""Sobol indices: worked example X-B8, closed forms, and SciPy and SALib on the same results."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import sobol_indices

from jaiza.stats import sensitivity

UNIT_SQUARE = [(0, 1), (0, 1)]


def ishigami(x):
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def results(factors=3, n=1024):
    """f at A, B and AB of an interacting function, from plain random points."""
    rng = np.random.default_rng(11)
    a, b = rng.random((2, n, factors))

    def f(x):
        return 3 + x[:, 0] + 2 * x[:, 1] * x[:, 2]

    mixed = []
    for i in range(factors):
        ab = a.copy()
        ab[:, i] = b[:, i]
        mixed.append(f(ab))
    return f(a), f(b), np.array(mixed)


class TestWorkedExampleB8:
    def test_a_sum(self):
        found = sensitivity.sobol(
            lambda x: 2 * x[:, 0] + x[:, 1], UNIT_SQUARE, 4096, np.random.default_rng(0)
        )
        np.testing.assert_allclose(found.first, [0.8, 0.2], atol=0.01)
        np.testing.assert_allclose(found.total, [0.8, 0.2], atol=0.01)
        assert found.variance == pytest.approx(5 / 12, rel=0.01)
        assert not found.undefined

    def test_a_function_of_one_point_gives_the_same(self):
        both = [
            sensitivity.sobol(f, UNIT_SQUARE, 1024, np.random.default_rng(0))
            for f in (lambda x: 2 * x[:, 0] + x[:, 1], lambda x: 2 * x[0] + x[1])
        ]
        np.testing.assert_array_equal(both[0].first, both[1].first)


class TestSecondWitnesses:
    def test_ishigami_in_closed_form(self):
        found = sensitivity.sobol(ishigami, [(-math.pi, math.pi)] * 3, 8192, np.random.default_rng(1))
        variance = 0.1 * math.pi**4 / 5 + 0.01 * math.pi**8 / 18 + 0.5 + 49 / 8
        first = np.array([0.5 * (1 + 0.1 * math.pi**4 / 5) ** 2, 49 / 8, 0]) / variance
        interaction = 0.01 * math.pi**8 * (1 / 18 - 1 / 50) / variance
        np.testing.assert_allclose(found.first, first, atol=0.015)
        np.testing.assert_allclose(found.total, np.add(first, [interaction, 0, interaction]), atol=0.015)

    def test_scipy_on_the_same_results(self):
        f_a, f_b, f_ab = results()
        found = sensitivity.indices(f_a, f_b, f_ab, np.random.default_rng(0))
        other = sobol_indices(func={"f_A": f_a[None], "f_B": f_b[None], "f_AB": f_ab[:, None]}, n=f_a.size)
        np.testing.assert_allclose(found.first, other.first_order, rtol=1e-10)
        np.testing.assert_allclose(found.total, other.total_order, rtol=1e-10)

    def test_salib_on_the_same_results(self):
        analyze = pytest.importorskip("SALib.analyze.sobol", reason="SALib is a development tool")
        f_a, f_b, f_ab = results()
        problem = {"num_vars": 3, "names": ["a", "b", "c"], "bounds": [[0, 1]] * 3}
        other = analyze.analyze(
            problem, np.column_stack([f_a, f_ab.T, f_b]).ravel(), calc_second_order=False, seed=1
        )
        found = sensitivity.indices(f_a, f_b, f_ab, np.random.default_rng(0), level=0.95)
        # SALib centres on the mean of all results, here on that of A and B: the first order differs a little.
        np.testing.assert_allclose(found.first, other["S1"], atol=2e-3)
        np.testing.assert_allclose(found.total, other["ST"], rtol=1e-9)
        width = (found.total_interval[1] - found.total_interval[0]) / 2
        np.testing.assert_allclose(width, other["ST_conf"], rtol=0.25)

    def test_an_interaction_shows_in_the_total_only(self):
        found = sensitivity.sobol(
            lambda x: (x[:, 0] - 0.5) * (x[:, 1] - 0.5), [(0, 1)] * 3, 2048, np.random.default_rng(0)
        )
        np.testing.assert_allclose(found.first, [0, 0, 0], atol=0.05)
        np.testing.assert_allclose(found.total, [1, 1, 0], atol=0.05)


class TestIntervals:
    def test_intervals_hold_the_estimate_and_shrink(self):
        found = [
            sensitivity.sobol(ishigami, [(-math.pi, math.pi)] * 3, n, np.random.default_rng(2))
            for n in (1024, 16384)
        ]
        for result in found:
            assert (result.first_interval[0] <= result.first).all()
            assert (result.first <= result.first_interval[1]).all()
            assert (result.total_interval[0] <= result.total).all()
            assert (result.total <= result.total_interval[1]).all()
        width = [np.ptp(r.first_interval, axis=0) for r in found]
        np.testing.assert_allclose(width[0] / width[1], 4, rtol=0.3)

    def test_the_same_seed_gives_the_same_result(self):
        first, second = (
            sensitivity.sobol(ishigami, [(-1, 1)] * 3, 1024, np.random.default_rng(5)) for _ in range(2)
        )
        np.testing.assert_array_equal(first.first_interval, second.first_interval)
        np.testing.assert_array_equal(first.total, second.total)


class TestEdges:
    @pytest.mark.parametrize("constant", [0.0, 0.1, -3e12])
    def test_a_result_that_does_not_vary_has_no_indices(self, constant):
        found = sensitivity.sobol(
            lambda x: np.full(len(x), constant), UNIT_SQUARE, 1024, np.random.default_rng(0)
        )
        assert found.undefined and found.variance == 0
        for values in (found.first, found.total, found.first_interval, found.total_interval):
            assert np.isnan(values).all()

    def test_a_small_variation_on_a_large_mean_is_seen(self):
        found = sensitivity.sobol(
            lambda x: 1e6 + 1e-3 * (2 * x[:, 0] + x[:, 1]), UNIT_SQUARE, 1024, np.random.default_rng(0)
        )
        np.testing.assert_allclose(found.total, [0.8, 0.2], atol=0.01)

    def test_options_are_equal_parts_of_the_unit_interval(self):
        found = sensitivity.sobol(
            lambda x: np.floor(3 * x[:, 0]) + 0 * x[:, 1], UNIT_SQUARE, 1024, np.random.default_rng(0)
        )
        np.testing.assert_allclose(found.total, [1, 0], atol=0.02)

    @pytest.mark.parametrize(
        ("bounds", "n", "words"),
        [
            ([(0, 1)], 1000, "power of two"),
            ([(0, 1)], 512, "at least 1024"),
            ([(1, 1)], 1024, "bounds: expected"),
            ([0, 1], 1024, "bounds: expected an array with 2 axes"),
            ([(0, 1, 2)], 1024, "bounds: expected"),
        ],
    )
    def test_bad_arguments_are_named(self, bounds, n, words):
        with pytest.raises(ValueError, match=words):
            sensitivity.sobol(lambda x: x[:, 0], bounds, n, np.random.default_rng(0))

    def test_bad_results_are_named(self):
        rng = np.random.default_rng(0)
        with pytest.raises(ValueError, match="one number per point"):
            sensitivity.sobol(lambda x: np.zeros(2), UNIT_SQUARE, 1024, rng)
        with pytest.raises(ValueError, match=r"function: .* nan"):
            sensitivity.sobol(lambda x: np.where(x[:, 0] > 0.5, np.nan, 1.0), UNIT_SQUARE, 1024, rng)
        with pytest.raises(ValueError, match="level"):
            sensitivity.sobol(lambda x: x[:, 0], UNIT_SQUARE, 1024, rng, level=90)
        with pytest.raises(ValueError, match="f_ab"):
            sensitivity.indices(np.ones(8), np.ones(8), np.ones((2, 7)), rng)
