"""Ranks: worked example X-J1, SciPy and slow counting as second witnesses, and invariants."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats import norm, rankdata

from jaiza.stats import ranks

DRAWS = [(0.9, 0.5, 0.4, 0.1), (0.7, 0.8, 0.3, 0.2), (0.6, 0.5, 0.7, 0.1), (0.8, 0.6, 0.5, 0.9)]
GAPS = [(0.8, 0.3, 0.5), (0.6, 0.6, 0.5), (0.6, 0.2, 0.4), (0.2, 0.9, 0.1)]

# Few distinct values, so that ties are common.
tables = hnp.arrays(
    float,
    hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=8),
    elements=st.sampled_from([0, 1, 2, 3]),
)


class TestWorkedExampleJ1:
    def test_top_two(self):
        np.testing.assert_allclose(ranks.top_k(DRAWS, 2), [1, 0.5, 0.25, 0.25])

    def test_mean_rank_shift(self):
        assert ranks.mean_rank_shift(DRAWS, [1, 2, 3, 4]) == pytest.approx(0.75)
        np.testing.assert_allclose(ranks.rank_shift(DRAWS, [1, 2, 3, 4]), [0, 0.5, 1, 1.5])

    def test_rank_sets(self):
        lower, upper = ranks.rank_sets([0.80, 0.60, 0.55, 0.20], [0.05] * 4)
        assert lower.tolist() == [1, 2, 2, 4]
        assert upper.tolist() == [1, 3, 3, 4]

    def test_rank_sets_use_the_published_critical_value(self):
        """z = 2.39398: a difference just beyond it separates two of four areas, one just within does not."""
        apart = 2.39398 * np.hypot(0.05, 0.05)
        for change, upper_of_first in ((1.00001, 1), (0.99999, 2)):
            value = [apart * change, 0.0, -9.0, -99.0]
            assert ranks.rank_sets(value, [0.05] * 4)[1][0] == upper_of_first

    def test_third_is_the_only_dominated(self):
        assert ranks.dominated(GAPS).tolist() == [False, False, True, False]


class TestRanking:
    @settings(max_examples=60, deadline=None)
    @given(tables)
    def test_agrees_with_scipy(self, values):
        np.testing.assert_array_equal(ranks.ascending(values), rankdata(values, axis=1))
        np.testing.assert_array_equal(ranks.descending(values), rankdata(-values, axis=1))

    @settings(max_examples=40, deadline=None)
    @given(hnp.arrays(float, 9, elements=st.sampled_from([0, 1, 2, np.nan])))
    def test_missing_values_are_not_ranked(self, values):
        np.testing.assert_array_equal(ranks.ascending(values), rankdata(values, nan_policy="omit"))

    def test_empty_and_scalar(self):
        assert ranks.ascending(np.empty((3, 0))).shape == (3, 0)
        with pytest.raises(ValueError, match="values"):
            ranks.ascending(3.0)


class TestTopK:
    @settings(max_examples=60, deadline=None)
    @given(tables, st.integers(1, 8))
    def test_agrees_with_counting(self, draws, k):
        shares = [
            np.mean([1 + np.sum(row > row[a]) + (np.sum(row == row[a]) - 1) / 2 <= k for row in draws])
            for a in range(draws.shape[1])
        ]
        np.testing.assert_allclose(ranks.top_k(draws, k), shares)

    def test_ties_take_the_mean_rank(self):
        np.testing.assert_array_equal(ranks.top_k([[1.0, 1.0, 0.0]], 1), [0, 0, 0])
        np.testing.assert_array_equal(ranks.top_k([[1.0, 1.0, 0.0]], 2), [1, 1, 0])

    def test_areas_without_a_draw_are_not_ranked(self):
        shares = ranks.top_k([[np.nan, 3.0, 1.0, np.nan], [np.nan, 1.0, 2.0, 9.0]], 1)
        np.testing.assert_array_equal(shares, [np.nan, 0.5, 0.0, 1.0])

    @settings(max_examples=30, deadline=None)
    @given(tables)
    def test_row_order_is_irrelevant_and_k_only_adds(self, draws):
        np.testing.assert_allclose(ranks.top_k(draws[::-1], 2), ranks.top_k(draws, 2))
        assert (ranks.top_k(draws, 3) >= ranks.top_k(draws, 2)).all()
        assert (ranks.top_k(draws, draws.shape[1]) == 1).all()

    @pytest.mark.parametrize(
        ("draws", "k", "words"),
        [
            ([1.0, 2.0], 1, "draws: expected an array with 2 axes"),
            ([[1.0]], 0, "k:"),
            (np.empty((0, 3)), 1, "draws:"),
        ],
    )
    def test_bad_arguments_are_named(self, draws, k, words):
        with pytest.raises(ValueError, match=words):
            ranks.top_k(draws, k)


class TestTally:
    def test_chunks_add_up_to_the_whole(self):
        draws = np.random.default_rng(0).integers(0, 9, (500, 7)).astype(float)
        draws[::5, 3] = np.nan
        tally = ranks.RankTally(7, 3)
        for part in np.array_split(draws, 9):
            tally.add(part)
        np.testing.assert_array_equal(tally.top, ranks.top_k(draws, 3))
        np.testing.assert_allclose(tally.mean, np.nanmean(ranks.descending(draws), axis=0))
        np.testing.assert_array_equal(tally.interval(0.8), ranks.rank_interval(draws, 0.8))
        assert tally.draws == 500 and tally.ranked[3] == 400

    def test_intervals_are_observed_quantiles(self):
        draws = np.random.default_rng(1).normal(size=(201, 6)) + np.arange(6) / 2
        lower, upper = ranks.rank_interval(draws, 0.9)
        wanted = np.quantile(ranks.descending(draws), [0.05, 0.95], axis=0, method="inverted_cdf")
        np.testing.assert_array_equal([lower, upper], wanted)

    def test_a_round_number_of_draws_is_not_rounded_up(self):
        draws = np.zeros((40, 2))
        draws[1:, 0] = 1.0
        draws[0, 1] = 1.0
        lower, _ = ranks.rank_interval(draws, 0.95)
        assert lower.tolist() == [1.0, 1.0]

    def test_never_ranked_is_undefined(self):
        lower, upper = ranks.rank_interval([[np.nan, 1.0]])
        assert np.isnan(lower[0]) and np.isnan(upper[0]) and lower[1] == upper[1] == 1

    def test_bad_arguments_are_named(self):
        with pytest.raises(ValueError, match="areas"):
            ranks.RankTally(0, 1)
        with pytest.raises(ValueError, match="expected 3 areas"):
            ranks.RankTally(3, 1).add(np.zeros((2, 4)))
        with pytest.raises(ValueError, match="level"):
            ranks.rank_interval(DRAWS, 1.0)


class TestShift:
    def test_no_shift_from_itself(self):
        assert ranks.mean_rank_shift([DRAWS[0]], ranks.descending(DRAWS[0])) == 0

    def test_unranked_areas_are_left_out(self):
        shift = ranks.rank_shift([[3.0, np.nan, 1.0], [np.nan] * 3], [1.0, np.nan, 2.0])
        assert shift[0] == 0 and np.isnan(shift[1])
        assert ranks.mean_rank_shift([[3.0, np.nan, 1.0], [np.nan] * 3], [1.0, np.nan, 2.0]) == 0
        assert np.isnan(ranks.mean_rank_shift([[np.nan, np.nan]], [1.0, 2.0]))

    def test_values_in_place_of_ranks_are_refused(self):
        with pytest.raises(ValueError, match="descending"):
            ranks.mean_rank_shift(DRAWS, [0.9, 0.5, 0.4, 0.1])
        with pytest.raises(ValueError, match="expected 4 ranks"):
            ranks.mean_rank_shift(DRAWS, [1, 2, 3])


class TestRankSets:
    def test_agrees_with_pairwise_tests(self):
        rng = np.random.default_rng(2)
        value, se = rng.normal(size=9), rng.uniform(0.05, 0.6, 9)
        lower, upper = ranks.rank_sets(value, se, level=0.95)
        for a in range(9):
            p = [norm.sf((value[b] - value[a]) / np.hypot(se[a], se[b])) for b in range(9) if b != a]
            alpha = 0.025 / 16
            assert lower[a] == 1 + sum(x < alpha for x in p)
            assert upper[a] == 9 - sum(1 - x < alpha for x in p)

    def test_sets_hold_the_true_rank(self):
        rng = np.random.default_rng(3)
        truth = np.array([0.9, 0.8, 0.7, 0.5, 0.1])
        held = np.zeros(5)
        for _ in range(400):
            lower, upper = ranks.rank_sets(truth + rng.normal(0, 0.1, 5), np.full(5, 0.1))
            held += (lower <= np.arange(1, 6)) & (np.arange(1, 6) <= upper)
        assert (held / 400 >= 0.9).all()

    def test_exact_values_are_ranked_exactly(self):
        lower, upper = ranks.rank_sets([3, 1, 2], [0, 0, 0])
        assert lower.tolist() == upper.tolist() == [1, 3, 2]

    def test_missing_and_single_areas(self):
        lower, upper = ranks.rank_sets([0.8, np.nan, 0.2, 0.5], [0.01, 0.01, 0.01, np.nan])
        np.testing.assert_array_equal(lower, [1, np.nan, 2, np.nan])
        np.testing.assert_array_equal(upper, [1, np.nan, 2, np.nan])
        assert ranks.rank_sets([0.4], [0.1]) == ([1], [1])

    def test_bad_arguments_are_named(self):
        with pytest.raises(ValueError, match="se: expected 2"):
            ranks.rank_sets([1, 2], [1])
        with pytest.raises(ValueError, match="se: expected values of at least 0"):
            ranks.rank_sets([1, 2], [1, -1])
        with pytest.raises(ValueError, match="level"):
            ranks.rank_sets([1, 2], [1, 1], level=90)

    @settings(max_examples=40, deadline=None)
    @given(hnp.arrays(float, 6, elements=st.floats(0, 1)), st.floats(0.01, 0.5), st.floats(1.0, 3.0))
    def test_more_error_never_narrows_a_set(self, value, se, factor):
        near, far = (ranks.rank_sets(value, np.full(6, s)) for s in (se, se * factor))
        assert (far[0] <= near[0]).all() and (far[1] >= near[1]).all()
        point = ranks.descending(value)
        assert (near[0] <= point).all() and (point <= near[1]).all()


class TestPossibleRanks:
    def test_agrees_with_trying_every_extreme(self):
        value = np.array([0.5, np.nan, 0.2, np.nan, 0.9])
        low, high = np.array([0, 0.1, 0, 0.3, 0]), np.array([1, 0.6, 1, 0.95, 1])
        best, worst = ranks.possible_ranks(value, low, high)
        tried = []
        for ends in itertools.product([0, 1], repeat=2):
            filled = value.copy()
            filled[[1, 3]] = np.where(ends, high[[1, 3]], low[[1, 3]])
            tried.append(ranks.descending(filled))
        np.testing.assert_array_equal(best, np.min(tried, axis=0))
        np.testing.assert_array_equal(worst, np.max(tried, axis=0))

    def test_nothing_missing_gives_the_rank(self):
        best, worst = ranks.possible_ranks([0.3, 0.9, 0.1], 0, 1)
        assert best.tolist() == worst.tolist() == [2, 1, 3]

    def test_an_area_without_limits_is_not_ranked(self):
        best, worst = ranks.possible_ranks([0.3, np.nan, 0.1], [0, np.nan, 0], [1, np.nan, 1])
        np.testing.assert_array_equal(best, [1, np.nan, 2])
        np.testing.assert_array_equal(worst, [1, np.nan, 2])

    def test_swapped_limits_are_refused(self):
        with pytest.raises(ValueError, match="swap"):
            ranks.possible_ranks([np.nan], 1, 0)

    def test_widening_a_limit_never_narrows_a_range(self):
        value = [0.5, np.nan, 0.2, np.nan]
        near, far = ranks.possible_ranks(value, 0.3, 0.6), ranks.possible_ranks(value, 0.1, 0.7)
        assert (far[0] <= near[0]).all() and (far[1] >= near[1]).all()


class TestPareto:
    @settings(max_examples=60, deadline=None)
    @given(tables)
    def test_agrees_with_the_definition(self, gaps):
        wanted = [any((b >= a).all() and (b > a).any() for b in gaps) for a in gaps]
        assert ranks.dominated(gaps).tolist() == wanted

    def test_draws_are_judged_one_by_one(self):
        draws = np.random.default_rng(0).integers(0, 4, (40, 300, 2)).astype(float)
        together = ranks.dominated(draws)
        np.testing.assert_array_equal(together, [ranks.dominated(draw) for draw in draws])
        np.testing.assert_allclose(ranks.non_dominated(draws), 1 - together.mean(axis=0))

    def test_a_missing_gap_compares_with_nobody(self):
        gaps = np.array([[0.9, np.nan], [0.1, 0.1], [0.2, 0.2]])
        assert ranks.dominated(gaps).tolist() == [False, True, False]
        np.testing.assert_array_equal(ranks.non_dominated(gaps[None]), [np.nan, 0, 1])

    def test_no_draws(self):
        assert ranks.dominated(np.empty((0, 3, 2))).shape == (0, 3)


class TestKendall:
    def test_counts_concordant_pairs(self):
        a, b = [1, 2, 3, 4, 5], [2, 1, 3, 5, 4]
        pairs = [np.sign((a[i] - a[j]) * (b[i] - b[j])) for i, j in itertools.combinations(range(5), 2)]
        assert ranks.kendall_tau(a, b) == pytest.approx(np.mean(pairs))

    def test_undefined_and_missing(self):
        assert ranks.kendall_tau([1, 2, np.nan, 3], [1, 2, 5, np.nan]) == pytest.approx(1.0)
        assert np.isnan(ranks.kendall_tau([1, np.nan], [1, 2]))
        assert np.isnan(ranks.kendall_tau([1, 1], [1, 2]))
        with pytest.raises(ValueError, match="b:"):
            ranks.kendall_tau([1, 2], [1])
