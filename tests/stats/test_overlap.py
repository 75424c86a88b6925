"""Overlap against chance: worked example X-E2, every matrix enumerated, and plain curveball trades."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse, stats

from jaiza.stats import multiplicity, network, overlap

E2 = [[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 1], [0, 0, 1, 1]]
SMALL = {
    "uneven": ([[1, 1, 1, 0, 0], [1, 0, 0, 0, 0], [0, 1, 0, 1, 0], [0, 0, 1, 1, 1]], None),
    "clustered": ([[1, 1, 1, 0, 0, 0], [1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 0], [0, 0, 0, 0, 1, 1]], None),
    "provinces": (
        [[1, 1, 0, 0, 1, 0], [1, 0, 0, 0, 1, 1], [0, 1, 1, 1, 0, 0], [0, 0, 1, 0, 0, 1], [1, 1, 0, 1, 0, 0]],
        ["north", "north", "north", "south", "south", "south"],
    ),
}


def all_matrices(table):
    """Every 0/1 matrix with the row and column totals of `table`."""
    rows, columns = table.sum(axis=1), table.sum(axis=0)

    def fill(row, left):
        if row == len(rows):
            if not left.any():
                yield []
            return
        for chosen in combinations(range(len(left)), int(rows[row])):
            line = np.zeros(len(left), dtype=int)
            line[list(chosen)] = 1
            if (left >= line).all():
                for rest in fill(row + 1, left - line):
                    yield [line, *rest]

    return [np.array(found) for found in fill(0, columns)]


def all_within_groups(table, groups):
    table = np.array(table)
    labels = np.zeros(table.shape[1]) if groups is None else np.array(groups)
    parts = [all_matrices(table[:, labels == label]) for label in sorted(set(labels.tolist()))]
    return [np.hstack(choice) for choice in product(*parts)]


def squared_overlap(table):
    return sum(int(a @ b) ** 2 for a, b in combinations(table, 2))


def test_worked_example_e2_by_enumeration():
    matrices = all_within_groups(E2, None)
    assert len(matrices) == 90
    assert {sum(int(a @ b) for a, b in combinations(m, 2)) for m in matrices} == {4}
    totals = np.array([squared_overlap(m) for m in matrices])
    assert squared_overlap(np.array(E2)) == 8
    assert totals.mean() == pytest.approx(4.8)
    assert np.mean(totals >= 8) == pytest.approx(0.2)
    assert np.mean([m[0] @ m[1] >= 2 for m in matrices]) == pytest.approx(0.0666667, abs=1e-6)


def test_worked_example_e2_by_trades():
    result = overlap.overlap_test(E2, samples=9999, rng=np.random.default_rng(2))
    assert result.statistic == 8
    assert result.trades >= 40
    assert result.expected == pytest.approx(4.8, abs=0.07)
    assert result.p_value == pytest.approx(0.2, abs=0.016)
    assert result.pairs.p_value[0] == pytest.approx(0.0666667, abs=0.01)
    assert (result.pairs.first[0], result.pairs.second[0], result.pairs.overlap[0]) == (0, 1, 2)


@pytest.mark.parametrize("name", SMALL)
def test_null_agrees_with_full_enumeration(name):
    table, groups = SMALL[name]
    matrices = all_within_groups(table, groups)
    samples = 6000
    result = overlap.overlap_test(table, groups=groups, samples=samples, rng=np.random.default_rng(8))
    totals = [squared_overlap(m) for m in matrices]
    values, times = np.unique(totals, return_counts=True)
    met = np.array([(result.draws == value).sum() for value in values])
    assert met.sum() == samples
    if values.size > 1:
        expected = samples * times / times.sum()
        assert stats.chisquare(met, expected).pvalue > 1e-3
    true_p = np.mean(np.array(totals) >= result.statistic)
    assert result.p_value == pytest.approx(true_p, abs=4 * np.sqrt(true_p * (1 - true_p) / samples) + 1e-3)
    pairs = result.pairs
    for a, b, shared, mean, p in zip(
        pairs.first, pairs.second, pairs.overlap, pairs.expected, pairs.p_value, strict=True
    ):
        overlaps = np.array([m[a] @ m[b] for m in matrices])
        assert mean == pytest.approx(overlaps.mean(), abs=4 * overlaps.std() / np.sqrt(samples) + 1e-9)
        if not np.isnan(p):
            assert p == pytest.approx(np.mean(overlaps >= shared), abs=0.028)


def test_each_matrix_is_as_likely_as_any_other():
    table = np.array(E2) > 0
    blocks = overlap._blocks(table, None)
    drawn = overlap._shuffled(table, blocks, 4500, np.random.default_rng(6))
    _, times = np.unique([m.astype(int).ravel() for m in drawn], axis=0, return_counts=True)
    assert times.size == 90
    assert stats.chisquare(times).pvalue > 1e-3


@settings(max_examples=40, deadline=None)
@given(
    st.integers(2, 9), st.integers(1, 150), st.floats(0.05, 0.95), st.integers(1, 3), st.integers(0, 2**32)
)
def test_trades_keep_both_totals_within_groups(rows, columns, density, groups, seed):
    rng = np.random.default_rng(seed)
    table = rng.random((rows, columns)) < density
    labels = rng.integers(groups, size=columns)
    for drawn in overlap._shuffled(table, overlap._blocks(table, labels), 3, rng):
        np.testing.assert_array_equal(drawn.sum(axis=0), table.sum(axis=0))
        for label in range(groups):
            held = table[:, labels == label].sum(axis=1)
            np.testing.assert_array_equal(drawn[:, labels == label].sum(axis=1), held)


def plain_curveball(table, trades, rng):
    rows = [set(np.flatnonzero(row)) for row in table]
    for _ in range(trades):
        i, j = rng.choice(len(rows), 2, replace=False)
        common = rows[i] & rows[j]
        dealt = rng.permutation(sorted(rows[i] ^ rows[j])).tolist()
        mine = len(rows[i]) - len(common)
        rows[i], rows[j] = common | set(dealt[:mine]), common | set(dealt[mine:])
    return sum(len(a & b) ** 2 for a, b in combinations(rows, 2))


def test_agrees_with_plain_trades_on_a_wide_matrix():
    rng = np.random.default_rng(12)
    table = rng.random((12, 140)) < rng.uniform(0.05, 0.7, 12)[:, None]
    plain = [plain_curveball(table, 120, rng) for _ in range(250)]
    result = overlap.overlap_test(table, samples=1000, rng=rng)
    assert stats.ks_2samp(plain, result.draws).pvalue > 1e-3


def test_planted_clusters_are_found_and_chance_is_not():
    rng = np.random.default_rng(3)
    chance = rng.random((30, 40)) < 0.2
    assert overlap.overlap_test(chance, samples=499, rng=rng).p_value > 0.05
    planted = chance.copy()
    planted[:6, :8] = True
    result = overlap.overlap_test(planted, samples=499, rng=rng)
    assert result.p_value == pytest.approx(1 / 500)
    together = (result.pairs.first < 6) & (result.pairs.second < 6)
    assert np.median(result.pairs.p_value[together]) < 0.01 < 0.2 < np.median(result.pairs.p_value[~together])


def test_clusters_that_provinces_explain_are_not_found_within_them():
    rng = np.random.default_rng(5)
    home = np.arange(40) % 4
    province = np.arange(60) // 15
    table = (rng.random((40, 60)) < 0.4) & (home[:, None] == province)
    assert overlap.overlap_test(table, samples=299, rng=rng).p_value == pytest.approx(1 / 300)
    within = overlap.overlap_test(table, groups=province, samples=299, rng=rng)
    assert within.p_value > 0.02
    apart = home[within.pairs.first] != home[within.pairs.second]
    assert np.isnan(within.pairs.p_value[apart]).all()
    assert not np.isnan(within.pairs.p_value[~apart]).any()


def test_pairs_are_adjusted_over_those_tested():
    table, groups = SMALL["provinces"]
    pairs = network.overlap_test(table, groups=groups, samples=299, rng=np.random.default_rng(0)).pairs
    np.testing.assert_array_equal(pairs.benjamini_hochberg, multiplicity.benjamini_hochberg(pairs.p_value))
    np.testing.assert_array_equal(pairs.benjamini_yekutieli, multiplicity.benjamini_yekutieli(pairs.p_value))
    assert pairs.first.size == 10


def test_the_same_seed_and_any_form_give_the_same():
    results = [
        overlap.overlap_test(form, samples=99, rng=np.random.default_rng(1))
        for form in (E2, np.array(E2, dtype=bool), sparse.csr_array(np.array(E2)))
    ]
    for result in results[1:]:
        np.testing.assert_array_equal(result.draws, results[0].draws)
        np.testing.assert_array_equal(result.pairs.p_value, results[0].pairs.p_value)


def test_totals_that_leave_no_choice_give_one():
    full = overlap.overlap_test([[1, 1], [1, 1], [0, 0]], samples=19, rng=np.random.default_rng(0))
    assert (full.statistic, full.p_value, full.trades) == (4, 1.0, 0)
    np.testing.assert_array_equal(full.pairs.p_value, [1.0, np.nan, np.nan])


@pytest.mark.parametrize(
    ("matrix", "options", "words"),
    [
        ([[1, 2], [0, 1]], {}, "0 and 1 only"),
        ([[1, np.nan], [0, 1]], {}, "nan"),
        ([[1, 0]], {}, "two rows"),
        (np.zeros((2, 0)), {}, "a column"),
        ([1, 0], {}, "2 axes"),
        (E2, {"groups": ["a"]}, "one label"),
        (E2, {"groups": ["a", None, "b", "b"]}, "missing"),
        (E2, {"samples": 0}, "samples"),
    ],
)
def test_refusals(matrix, options, words):
    with pytest.raises(ValueError, match=words):
        overlap.overlap_test(matrix, rng=np.random.default_rng(0), **options)
