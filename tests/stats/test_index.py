"""Composite index: worked example X-B6, plain sums as second witness, streaming against all at once."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats import spearmanr

from jaiza.stats import index, ranks

X = [(30, 0.2), (10, 0.8), (50, 0.5)]
W = (0.6, 0.4)

unit = st.floats(0.01, 1.0)
matrices = hnp.arrays(float, st.tuples(st.integers(1, 7), st.integers(1, 5)), elements=unit)


def drawn_weights(rng, *shape):
    w = rng.random(shape)
    return w / w.sum(axis=-1, keepdims=True)


class TestWorkedExampleB6:
    def test_arithmetic_mean_ties_where_the_geometric_does_not(self):
        z = index.normalise(X, [0, 0], [50, 1])
        np.testing.assert_allclose(
            index.aggregate(z, W, how="arithmetic"), [0.4456, 0.4456, 0.8020], atol=1e-9
        )
        np.testing.assert_allclose(index.aggregate(z, W), [0.394319, 0.356868, 0.760881], atol=1e-6)


class TestNormalise:
    def test_goalposts_are_clipped_and_missing_stays_missing(self):
        z = index.normalise([-5, 0, 5, 10, 99, np.nan], 0, 10)
        np.testing.assert_allclose(z, [0.01, 0.01, 0.505, 1, 1, np.nan])

    def test_limits_the_other_way_round_turn_the_indicator(self):
        np.testing.assert_allclose(index.normalise([0, 2, 10], 10, 0), [1, 0.802, 0.01])

    def test_the_input_is_left_alone(self):
        x = np.array([1.0, 2.0])
        index.normalise(x, 0, 4)
        assert x.tolist() == [1, 2]

    def test_equal_goalposts_are_refused(self):
        with pytest.raises(ValueError, match="goalposts"):
            index.normalise([1, 2], [0, 3], [1, 3])

    @settings(max_examples=40, deadline=None)
    @given(hnp.arrays(float, 6, elements=st.floats(-50, 50)), st.floats(0.01, 1e4))
    def test_the_unit_changes_nothing(self, x, factor):
        straight, scaled = index.normalise(x, -20, 30), index.normalise(x * factor, -20 * factor, 30 * factor)
        np.testing.assert_allclose(scaled, straight, atol=1e-9)
        assert (straight >= 0.01).all() and (straight <= 1).all()

    def test_ranks(self):
        np.testing.assert_allclose(index.normalise_ranks([30, 10, 50, 20]), [0.67, 0.01, 1, 0.34])
        np.testing.assert_allclose(index.normalise_ranks([1, 1, 2, np.nan]), [0.2575, 0.2575, 1, np.nan])

    def test_ranks_by_row(self):
        rows = np.array([[3.0, 1.0, 2.0], [5.0, np.nan, 9.0], [np.nan, np.nan, 1.0]])
        z = index.normalise_ranks(rows)
        np.testing.assert_allclose(z[:2], [[1, 0.01, 0.505], [0.01, np.nan, 1]])
        assert np.isnan(z[2]).all()


class TestAggregate:
    @settings(max_examples=60, deadline=None)
    @given(matrices, st.integers(0, 1000))
    def test_agrees_with_plain_sums(self, z, seed):
        w = drawn_weights(np.random.default_rng(seed), z.shape[1])
        arithmetic = [sum(a * b for a, b in zip(row, w, strict=True)) for row in z]
        geometric = [np.prod([a**b for a, b in zip(row, w, strict=True)]) for row in z]
        np.testing.assert_allclose(index.aggregate(z, w, "arithmetic"), arithmetic)
        np.testing.assert_allclose(index.aggregate(z, w, "geometric"), geometric)
        assert (index.aggregate(z, w) <= index.aggregate(z, w, "arithmetic") + 1e-12).all()

    @pytest.mark.parametrize("how", ["geometric", "arithmetic"])
    @pytest.mark.parametrize(
        ("z_draws", "w_draws"),
        [((), (9,)), ((9,), ()), ((9,), (9,)), ((2, 9), (9,)), ((9,), (2, 9)), ((9,), (1,))],
    )
    def test_draws_of_values_and_of_weights(self, how, z_draws, w_draws):
        rng = np.random.default_rng(0)
        z, w = rng.uniform(0.01, 1, (*z_draws, 6, 4)), drawn_weights(rng, *w_draws, 4)
        mean = np.log(z) if how == "geometric" else z
        wanted = (mean * w[..., None, :]).sum(axis=-1)
        result = index.aggregate(z, w, how)
        np.testing.assert_allclose(result, np.exp(wanted) if how == "geometric" else wanted)

    def test_blocks_do_not_show(self, monkeypatch):
        rng = np.random.default_rng(0)
        z, w = rng.uniform(0.01, 1, (50, 6, 4)), drawn_weights(rng, 50, 4)
        whole = index.aggregate(z, w)
        monkeypatch.setattr(index, "_BLOCK", 7 * 6 * 4)
        np.testing.assert_array_equal(index.aggregate(z, w), whole)

    def test_no_second_array_of_the_size_of_z_is_held(self):
        z, w = np.full((2_000, 160, 15), 0.5), np.full(15, 1 / 15)
        tracemalloc.start()
        index.aggregate(z, w)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < z.nbytes / 2

    def test_one_area(self):
        assert float(index.aggregate([0.25, 1.0], [0.5, 0.5])) == pytest.approx(0.5)

    @pytest.mark.parametrize("how", ["geometric", "arithmetic"])
    def test_a_missing_indicator_makes_its_area_missing(self, how):
        result = index.aggregate([[0.5, np.nan], [0.5, 0.5]], [1.0, 0.0], how)
        np.testing.assert_allclose(result, [np.nan, 0.5])

    @pytest.mark.parametrize(
        ("z", "w", "how", "words"),
        [
            ([[0.5, 0.5]], [0.5, 0.6], "geometric", "sum to 1"),
            ([[0.5, 0.5]], [1.5, -0.5], "geometric", "weights: expected values of at least 0"),
            ([[0.5, 0.5]], [1.0], "geometric", "one per indicator"),
            ([[0.5, 0.0]], [0.5, 0.5], "geometric", "normalise first"),
            ([[0.5, 0.5]], [0.5, 0.5], "harmonic", "how:"),
            (np.full((3, 2, 2), 0.5), np.full((4, 2), 0.5), "arithmetic", "does not fit"),
        ],
    )
    def test_bad_arguments_are_named(self, z, w, how, words):
        with pytest.raises(ValueError, match=words):
            index.aggregate(z, w, how)

    @settings(max_examples=30, deadline=None)
    @given(matrices, st.integers(0, 1000))
    def test_row_and_indicator_order_are_irrelevant_and_need_is_monotone(self, z, seed):
        rng = np.random.default_rng(seed)
        w = drawn_weights(rng, z.shape[1])
        rows, columns = rng.permutation(z.shape[0]), rng.permutation(z.shape[1])
        for how in ("geometric", "arithmetic"):
            straight = index.aggregate(z, w, how)
            mixed = index.aggregate(z[np.ix_(rows, columns)], w[columns], how)
            np.testing.assert_allclose(mixed, straight[rows])
            assert (index.aggregate(np.minimum(1.0, z + 0.1), w, how) >= straight - 1e-12).all()


class TestShape:
    def test_published_example_of_an_outlier(self):
        """COINr prints skew 4.582568 and kurtosis 20.99995 for 20 uniform numbers and 1000, and no pass."""
        ordinary = np.random.default_rng(100).random(20)
        assert not index.needs_log(ordinary)
        assert index.needs_log([*ordinary, 1000.0, np.nan])
        assert index.needs_log(-np.append(ordinary, 1000.0))

    def test_both_limits_must_be_passed(self):
        """Sample skew and kurtosis written out, on series to either side of one limit or the other."""
        verdicts = set()
        for tail in np.linspace(1, 40, 80):
            x = np.concatenate([np.linspace(0, 1, 12), np.full(2, tail)])
            n, d = x.size, x - x.mean()
            g1 = (d**3).mean() / (d**2).mean() ** 1.5
            g2 = (d**4).mean() / (d**2).mean() ** 2 - 3
            skew = g1 * np.sqrt(n * (n - 1)) / (n - 2)
            kurtosis = (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * g2 + 6)
            assert index.needs_log(x) == (abs(skew) > 2 and kurtosis > 3.5)
            verdicts.add((abs(skew) > 2, kurtosis > 3.5))
        assert {(True, True), (False, False)} <= verdicts and len(verdicts) > 2

    def test_too_few_or_constant_values_say_no(self):
        assert not index.needs_log([1, 2, 1000, np.nan])
        assert not index.needs_log([5, 5, 5, 5, 5])


class TestEffectiveImportance:
    def test_agrees_with_scipy(self):
        z = np.random.default_rng(0).integers(1, 9, (30, 4)) / 9
        total = index.aggregate(z, [0.4, 0.3, 0.2, 0.1])
        wanted = [spearmanr(column, total).statistic ** 2 for column in z.T]
        np.testing.assert_allclose(index.effective_importance(z, total), wanted)

    def test_missing_and_undefined(self):
        z = np.array([[0.1, 0.5, np.nan], [0.2, 0.5, np.nan], [0.3, 0.5, np.nan], [np.nan, 0.5, 0.3]])
        np.testing.assert_allclose(index.effective_importance(z, [1, 2, 3, 0]), [1, np.nan, np.nan])
        with pytest.raises(ValueError, match="expected 4 areas"):
            index.effective_importance(z, [1, 2])


class TestStreaming:
    def draws(self):
        rng = np.random.default_rng(4)
        draws = rng.beta(4, 3, (3_000, 12)) * np.linspace(0.5, 1, 12)
        draws[:, 5] = np.nan
        draws[::3, 2] = np.nan
        return draws

    def test_agrees_with_all_draws_at_once(self):
        draws = self.draws()
        spread = index.index_quantiles(iter(np.array_split(draws, 11)), k=3)
        known = np.arange(12) != 5
        exact = np.nanquantile(draws[:, known], [0.05, 0.5, 0.95], axis=0, method="inverted_cdf")
        np.testing.assert_allclose(spread.quantiles[:, known], exact, atol=1.01e-4)
        np.testing.assert_array_equal(spread.top, ranks.top_k(draws, 3))
        np.testing.assert_allclose(
            spread.mean_rank[known], np.nanmean(ranks.descending(draws)[:, known], axis=0)
        )
        np.testing.assert_array_equal([spread.rank_lower, spread.rank_upper], ranks.rank_interval(draws, 0.9))
        assert spread.draws == 3_000 and spread.levels == (0.05, 0.5, 0.95)
        assert np.isnan(spread.quantiles[:, 5]).all() and np.isnan(spread.top[5])

    def test_chunks_do_not_show(self):
        draws = self.draws()
        few, many = (index.index_quantiles(np.array_split(draws, parts), k=3) for parts in (2, 60))
        np.testing.assert_array_equal(few.quantiles, many.quantiles)
        np.testing.assert_array_equal(few.mean_rank, many.mean_rank)

    def test_memory_does_not_grow_with_the_draws(self):
        peaks = []
        for chunks in (10, 200):
            rng = np.random.default_rng(0)
            tracemalloc.start()
            index.index_quantiles((rng.random((100, 40)) for _ in range(chunks)), k=5)
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
        assert peaks[1] < 1.05 * peaks[0]

    def test_ends_of_the_range(self):
        tally = index.QuantileTally(3, bins=100)
        tally.add([[0.0, 1.0, 0.505], [0.0, 1.0, 0.505]])
        low, middle, high = tally.quantiles([0.0, 0.5, 1.0])
        np.testing.assert_allclose(low, [0, 0.99, 0.50], atol=1e-12)
        np.testing.assert_allclose(high, [0.01, 1, 0.51], atol=1e-12)
        assert (low <= middle).all() and (middle <= high).all()

    def test_bad_arguments_are_named(self):
        with pytest.raises(ValueError, match="got none"):
            index.index_quantiles([], k=3)
        with pytest.raises(ValueError, match="at most 1"):
            index.index_quantiles([[[0.5, 1.5]]], k=1)
        with pytest.raises(ValueError, match="expected 2 areas"):
            index.index_quantiles([np.full((1, 2), 0.5), np.full((1, 3), 0.5)], k=1)
        with pytest.raises(ValueError, match="areas, bins"):
            index.QuantileTally(0)
        with pytest.raises(ValueError, match="expected 2 areas"):
            index.QuantileTally(2).add([[0.1, 0.2, 0.3]])
