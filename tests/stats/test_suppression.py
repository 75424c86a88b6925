"""Suppression: worked example X-N1, every table enumerated as attacker, every pattern tried as search."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaiza.stats import suppression

N1 = [[4, 40, 25], [30, 22, 31], [18, 27, 12]]


def cells(mask):
    return {(int(r), int(c)) for r, c in np.argwhere(mask)}


def test_worked_example_n1():
    result = suppression.suppress(N1)
    assert cells(result.primary) == {(0, 0)}
    assert cells(result.complementary) == {(0, 2), (2, 0), (2, 2)}
    assert result.cost == 55
    assert result.exact
    interval = suppression.attack(N1, result.suppressed)
    assert (interval.lower[0, 0], interval.upper[0, 0]) == pytest.approx((0, 22))
    assert not interval.exposed().any()
    np.testing.assert_array_equal(np.isnan(result.published), result.suppressed)
    assert result.published[3].tolist() == [52, 89, 68, 209]


def test_a_cell_alone_is_found_out():
    alone = np.zeros((3, 3), dtype=bool)
    alone[0, 0] = True
    interval = suppression.attack(N1, alone)
    assert interval.lower[0, 0] == interval.upper[0, 0] == 4
    assert cells(interval.exposed()) == {(0, 0)}
    alone[0, 2] = True
    assert cells(suppression.attack(N1, alone).exposed()) == {(0, 0), (0, 2)}


def plain_attack(table, hidden):
    """Least and greatest value of each hidden cell over all tables with the same margins."""
    table = np.array(table)
    places = [tuple(p) for p in np.argwhere(hidden)]
    limits = {p: [np.inf, -np.inf] for p in places}
    ranges = [range(int(min(table[r].sum(), table[:, c].sum())) + 1) for r, c in places]
    for values in product(*ranges):
        other = table.copy()
        for place, value in zip(places, values, strict=True):
            other[place] = value
        if (other.sum(0) == table.sum(0)).all() and (other.sum(1) == table.sum(1)).all():
            for place, value in zip(places, values, strict=True):
                limits[place] = [min(limits[place][0], value), max(limits[place][1], value)]
    return limits


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 4), min_size=3, max_size=3), min_size=2, max_size=3),
    st.lists(st.booleans(), min_size=9, max_size=9),
)
def test_intervals_against_every_table_with_the_same_margins(table, marks):
    hidden = np.array(marks).reshape(3, 3)[: len(table)]
    if hidden.sum() > 6:
        hidden[0] = False
    interval = suppression.attack(table, hidden)
    for place, (low, high) in plain_attack(table, hidden).items():
        assert interval.lower[place] == pytest.approx(low, abs=1e-6)
        assert interval.upper[place] == pytest.approx(high, abs=1e-6)
    published = ~interval.suppressed
    np.testing.assert_array_equal(interval.width[published], 0)


def test_a_hidden_line_with_its_total_has_no_upper_limit():
    hidden = np.zeros((3, 3), dtype=bool)
    hidden[0, 0] = hidden[2, 0] = hidden[0, 2] = hidden[2, 2] = True
    interval = suppression.attack([[5, 20], [30, 40]], hidden)
    assert np.isinf(interval.upper[0, 0])
    assert interval.lower[2, 0] == 30
    assert interval.lower[0, 2] == 20
    assert not interval.exposed().any()


def plain_search(table):
    """The least total of companions, by trying every set of cells in order of its total."""
    values = suppression.with_margins(table)
    primary = (values > 0) & (values < 10)
    open_cells = [tuple(p) for p in np.argwhere(~primary & (values > 0))]
    choices = []
    for chosen in product((False, True), repeat=len(open_cells)):
        picked = [cell for cell, take in zip(open_cells, chosen, strict=True) if take]
        choices.append((sum(values[cell] for cell in picked), picked))
    for total, picked in sorted(choices, key=lambda choice: (choice[0], len(choice[1]))):
        hidden = primary.copy()
        for cell in picked:
            hidden[cell] = True
        counts = [hidden[i].sum() for i in range(hidden.shape[0])] + list(hidden.sum(axis=0))
        if 1 not in counts and not suppression.attack(table, hidden).exposed().any():
            return total, len(picked)
    raise AssertionError("withholding everything is always safe")


@settings(max_examples=12, deadline=None)
@given(st.lists(st.lists(st.integers(0, 30), min_size=3, max_size=3), min_size=2, max_size=2))
def test_search_finds_the_least_total_of_all_choices(table):
    result = suppression.suppress(table)
    total, count = plain_search(table)
    assert result.cost == pytest.approx(total)
    assert result.complementary.sum() == count


counts = st.integers(2, 5).flatmap(
    lambda width: st.lists(
        st.lists(
            st.one_of(st.integers(0, 15), st.integers(0, 400)),
            min_size=width,
            max_size=width,
        ),
        min_size=2,
        max_size=5,
    )
)


@settings(max_examples=40, deadline=None)
@given(counts, st.booleans())
def test_nothing_withheld_can_be_worked_out(table, zeros):
    result = suppression.suppress(table, zeros=zeros)
    values = suppression.with_margins(table)
    small = (values < 10) & ((values > 0) | zeros)
    np.testing.assert_array_equal(result.primary, small)
    assert not (result.primary & result.complementary).any()
    interval = suppression.attack(table, result.suppressed)
    assert not interval.exposed().any()
    assert (interval.lower <= values + 1e-6).all()
    assert (interval.upper >= values - 1e-6).all()
    if not zeros:
        assert not result.suppressed[values == 0].any()


@settings(max_examples=15, deadline=None)
@given(counts)
def test_one_cell_after_another_is_safe_and_never_cheaper(table):
    together = suppression.suppress(table)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(suppression, "EXACT_CELLS", 0)
        apart = suppression.suppress(table)
    assert not apart.exact
    assert not suppression.attack(table, apart.suppressed).exposed().any()
    assert apart.cost >= together.cost - 1e-6


def test_a_large_table_is_protected_one_cell_after_another():
    table = np.random.default_rng(4).negative_binomial(1, 0.03, (20, 12))
    result = suppression.suppress(table)
    assert not result.exact
    assert result.primary.any()
    assert result.complementary.any()
    assert not suppression.attack(table, result.suppressed).exposed().any()


def test_the_solver_writes_nothing_to_standard_output(capfd):
    for table in ([[7, 5], [10, 5], [2, 5], [0, 0]], [[3, 10, 2, 2], [0, 5, 2, 8]]):
        suppression.suppress(table)
    assert capfd.readouterr().out == ""


def test_nothing_small_leaves_everything_published():
    result = suppression.suppress([[10, 20], [30, 40]])
    assert not result.suppressed.any()
    assert result.cost == 0
    assert not np.isnan(result.published).any()


def test_cells_to_keep_are_kept_or_refused():
    keep = np.zeros((3, 3), dtype=bool)
    keep[0, 2] = True
    result = suppression.suppress(N1, keep=keep)
    assert not result.suppressed[0, 2]
    assert result.cost > 55
    assert not suppression.attack(N1, result.suppressed).exposed().any()
    everything = ~result.primary
    with pytest.raises(ValueError, match="no choice of companions"):
        suppression.suppress(N1, keep=everything)
    with pytest.raises(ValueError, match="must be withheld"):
        suppression.suppress(N1, keep=np.ones((3, 3), dtype=bool))


def test_wider_intervals_cost_more():
    costs = [suppression.suppress(N1, width=width).cost for width in (1.0, 10.0, 25.0, 60.0)]
    assert costs == sorted(costs)
    assert costs[-1] > costs[0]
    table = suppression.attack(N1, suppression.suppress(N1, width=60.0).suppressed)
    assert not table.exposed(60.0).any()


def test_money_cells_are_withheld_by_who_stands_behind_them():
    entries = [
        *[(0, 10, "a"), (0, 10, "b"), (0, 10, "c")],  # three alike
        *[(1, 80, "a"), (1, 10, "b"), (1, 10, "c")],  # one has four fifths
        *[(2, 5, "a"), (2, 5, "b")],  # two only
        *[(3, 4, "a"), (3, 4, "a"), (3, 4, "b")],  # two, one of them twice
        (4, 0, "a"),  # nobody
    ]
    cell, amount, donor = zip(*entries, strict=True)
    marked = suppression.dominance(amount, cell, donor, 6)
    assert marked.tolist() == [False, True, True, True, False, False]
    at_limit = suppression.dominance([75, 15, 10], [0, 0, 0], list("abc"), 1)
    assert at_limit.tolist() == [False]
    money = np.array([[30.0, 100.5, 10.0], [12.25, 500.0, 70.5]])
    result = suppression.suppress(money, None, primary=marked.reshape(2, 3), width=20.0, upper=20.0)
    np.testing.assert_array_equal(result.primary[:2, :3], marked.reshape(2, 3))
    assert not suppression.attack(money, result.suppressed).exposed(20.0, 20.0).any()


def test_two_releases_are_compared():
    hidden = suppression.suppress(N1).suppressed
    assert suppression.differencing(N1, hidden, N1, hidden).safe
    # the same table with other cells hidden: the earlier release shows what the later one withholds
    other = np.zeros((3, 3), dtype=bool)
    other[np.ix_([0, 1], [0, 1])] = True
    told = suppression.differencing(N1, hidden, N1, other)
    assert not told.safe
    assert {(0, 1), (1, 0), (1, 1)} <= cells(told.exposed)
    assert (0, 0) in cells(told.exposed)
    # one more person in a published cell shows in the cell and in its totals
    later = np.array(N1)
    later[1, 1] += 1
    grown = suppression.differencing(N1, hidden, later, hidden)
    assert cells(grown.small_change) == {(1, 1), (1, 3), (3, 1), (3, 3)}
    assert not grown.exposed.any()
    later[1, 1] += 30
    assert suppression.differencing(N1, hidden, later, hidden).safe


def test_a_cell_withheld_after_a_small_change_is_still_known():
    earlier = [[12, 40, 25], [30, 22, 31], [18, 27, 12]]
    later = [[9, 40, 25], [30, 22, 31], [18, 27, 12]]
    hidden = suppression.suppress(later).suppressed
    told = suppression.differencing(earlier, np.zeros((3, 3), dtype=bool), later, hidden)
    assert told.exposed[0, 0]
    assert not told.safe


MASK = np.zeros((2, 2), dtype=bool)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: suppression.suppress([[1, -2]]), "at least 0"),
        (lambda: suppression.suppress([[1, np.nan]]), "nan"),
        (lambda: suppression.suppress(np.zeros((0, 2))), "a row and a column"),
        (lambda: suppression.suppress([1, 2]), "2 axes"),
        (lambda: suppression.suppress(N1, width=-1.0), "at least 0"),
        (lambda: suppression.suppress(N1, threshold=-1.0), "at least 0"),
        (lambda: suppression.suppress(N1, primary=MASK), "true and false"),
        (lambda: suppression.attack(N1, [[1, 0, 0]] * 3), "true and false"),
        (lambda: suppression.differencing(N1, MASK, [[1, 2]], MASK), "cells of earlier"),
        (lambda: suppression.dominance([1.0], [2], ["a"], 2), "at most 1"),
        (lambda: suppression.dominance([1.0], [0.5], ["a"], 2), "cell number"),
        (lambda: suppression.dominance([1.0, 2.0], [0, 1], ["a"], 2), "one label"),
        (lambda: suppression.dominance([-1.0], [0], ["a"], 2), "at least 0"),
    ],
)
def test_refusals(call, words):
    with pytest.raises(ValueError, match=words):
        call()
