"""Priorities (methods J): the matrix, its total, its ranks, and what to find out first."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaiza.decide.grades import Grade
from jaiza.decide.priorities import priorities
from jaiza.language import text
from jaiza.scores import Scores, interval

NAN = float("nan")
A, D = Grade("A", "width", text("the width of the interval")), Grade("D", "age", text("the age of the data"))
E = Grade("E", "state", text("no data"))


def scores(measure, value, *, draws=None, state=None, width=0.0):
    """Scores of one measure; nan is no data unless a state is given."""
    value = np.asarray(value, dtype=float)
    state = state or tuple("no_data" if np.isnan(v) else "estimated" for v in value)
    lower, upper = np.maximum(value - width / 2, 0), np.minimum(value + width / 2, 1)
    if draws is not None:
        draws = np.asarray(draws, dtype=float)
        lower, upper = interval(value, draws)
    names = tuple(f"a{i + 1}" for i in range(len(value)))
    return Scores(measure, names, value, lower, upper, tuple(state), np.ones(len(value)), "J", draws)


def graded(s):
    return [A if x == "estimated" else E for x in s.state]


def rank(need, gaps, weights=None, k=2, grades=None, **more):
    grades = grades or {}
    return priorities(
        need,
        gaps,
        need_grades=grades.get("need", graded(need)),
        gap_grades={n: grades.get(n, graded(g)) for n, g in gaps.items()},
        weights=weights or dict.fromkeys(gaps, 1.0),
        k=k,
        **more,
    )


def certain(measure, value, draws=2):
    """Scores known without error."""
    value = np.asarray(value, dtype=float)
    return scores(measure, value, draws=np.tile(value, (draws, 1)))


# The worked example X-J1.
DRAWS = np.array([(0.9, 0.5, 0.4, 0.1), (0.7, 0.8, 0.3, 0.2), (0.6, 0.5, 0.7, 0.1), (0.8, 0.6, 0.5, 0.9)])


def test_xj1_priority():
    found = rank(certain("need", [0.64]), {"coverage": certain("coverage", [0.25])})
    assert found.cells.value[0, 0] == pytest.approx(0.4, abs=1e-12)
    assert rank(certain("need", [0.64]), {"coverage": certain("coverage", [0.0])}).cells.value[0, 0] == 0.0


def test_xj1_top_k_and_shift():
    # With need 1 a priority of p comes from a gap of p squared.
    point = np.array([0.75, 0.6, 0.45, 0.1])
    gap = scores("coverage", point**2, draws=DRAWS**2)
    found = rank(certain("need", np.ones(4), 4), {"coverage": gap}, k=2)
    np.testing.assert_allclose(found.total, point, atol=1e-12)
    np.testing.assert_allclose(found.order.top, [1, 0.5, 0.25, 0.25], atol=1e-12)
    assert found.order.shift == pytest.approx(0.75, abs=1e-12)


def test_xj1_pareto():
    table = np.array([(0.8, 0.3, 0.5), (0.6, 0.6, 0.5), (0.6, 0.2, 0.4), (0.2, 0.9, 0.1)])
    gaps = {n: certain(n, table[:, j]) for j, n in enumerate(("coverage", "trust", "inclusion"))}
    found = rank(certain("need", np.ones(4)), gaps)
    np.testing.assert_array_equal(found.order.non_dominated, [1, 1, 0, 1])


def test_xj1_rank_sets():
    theta = np.array([0.80, 0.60, 0.55, 0.20])
    two = np.stack([theta - 0.05 / math.sqrt(2), theta + 0.05 / math.sqrt(2)])
    found = rank(certain("need", np.ones(4)), {"coverage": scores("coverage", theta**2, draws=two**2)})
    np.testing.assert_array_equal(found.order.set_lower, [1, 2, 2, 4])
    np.testing.assert_array_equal(found.order.set_upper, [1, 3, 3, 4])


def test_second_witness_by_loops():
    rng = np.random.default_rng(7)
    need_draws, first, second = (rng.random((60, 5)) for _ in range(3))
    second[:, 1] = NAN
    state = ("estimated", "no_data", "estimated", "estimated", "estimated")
    two = second.mean(axis=0)
    need = scores("need", need_draws.mean(axis=0), draws=need_draws)
    gaps = {
        "coverage": scores("coverage", first.mean(axis=0), draws=first),
        "trust": scores("trust", two, draws=second, state=state),
    }
    found = rank(need, gaps, {"coverage": 3, "trust": 1}, k=2)
    within = np.zeros(5)
    for d in range(60):
        totals = []
        for a in range(5):
            parts = [(3, first[d, a])] + ([(1, second[d, a])] if a != 1 else [])
            totals.append(
                sum(w * math.sqrt(need_draws[d, a] * g) for w, g in parts) / sum(w for w, _ in parts)
            )
        for a in range(5):
            within[a] += 1 + sum(t > totals[a] for t in totals) <= 2
    np.testing.assert_allclose(found.order.top, within / 60, atol=1e-12)
    assert found.weights == {"coverage": 0.75, "trust": 0.25}
    np.testing.assert_allclose(found.weight_known, [1, 0.75, 1, 1, 1])
    shares = found.cells.value[1, 0]
    entry = {f.area: f for f in found.data_first}["a2"]
    assert entry.lowest == pytest.approx(0.75 * shares, abs=1e-9)
    assert entry.highest == pytest.approx(0.75 * shares + 0.25 * math.sqrt(need.value[1]), abs=1e-9)


def test_data_first_by_hand():
    need = certain("need", [0.81, 0.64, 0.49, 0.25, 0.16])
    gap = certain("coverage", [1.0, 1.0, 0.5, NAN, NAN])
    found = rank(need, {"coverage": gap}, k=2)
    # Known priorities .9, .8, .495; the two unknown ones lie in 0-.5 and 0-.4: neither reaches the first two.
    assert found.data_first == ()
    np.testing.assert_array_equal(found.possible_best, [1, 2, 3, 3, 4])
    np.testing.assert_array_equal(found.possible_worst, [1, 2, 4, 5, 5])
    third = rank(need, {"coverage": gap}, k=3).data_first
    assert [f.area for f in third] == ["a4"]
    assert third[0].missing == ("coverage",)
    assert third[0].swing == pytest.approx((0.5,))
    assert (third[0].lowest, third[0].highest) == pytest.approx((0, 0.5))
    told = rank(need, {"coverage": gap}, k=3, bounds={"coverage": ([NAN] * 5, [NAN, NAN, NAN, 0.1, 0.1])})
    assert told.data_first == ()


def test_unknown_need_is_never_last():
    need = scores("need", [0.5, NAN, 0.2], draws=[[0.5, NAN, 0.2]] * 2)
    found = rank(need, {"coverage": certain("coverage", [0.5, 0.5, 0.5])}, k=1)
    assert (found.possible_best[1], found.possible_worst[1]) == (1, 3)
    assert found.data_first[0].area == "a2"
    assert found.data_first[0].missing == ("need",)
    assert np.isnan(found.order.mean[1])
    assert np.isnan(found.total[1])
    assert found.state == ("estimated", "no_data", "estimated")
    assert "need has no estimate" in str(found.why[1])


def test_too_wide_and_low_grades_enter_no_ranking():
    need = certain("need", [0.5, 0.5, 0.5])
    gap = scores(
        "coverage", [0.5, 0.5, 0.5], draws=[[0.5] * 3] * 2, state=("estimated", "too_wide", "estimated")
    )
    found = rank(need, {"coverage": gap}, k=1, grades={"coverage": [A, E, D]})
    assert found.ranked.tolist() == [True, False, False]
    assert found.state == ("estimated", "too_wide", "too_wide")
    assert np.isfinite(found.cells.value).all()
    assert {f.area for f in found.data_first} == {"a2", "a3"}
    assert found.letter == ("A", "", "")


def test_what_does_not_apply_is_out_of_scope():
    need = scores("need", [0.5, NAN], draws=[[0.5, NAN]] * 2, state=("estimated", "not_applicable"))
    gaps = {
        "coverage": certain("coverage", [0.5, 0.9]),
        "trust": scores("trust", [NAN, 0.5], draws=[[NAN, 0.5]] * 2, state=("not_applicable", "estimated")),
    }
    found = rank(need, gaps, k=1)
    assert found.state == ("estimated", "not_applicable")
    assert np.isnan(found.possible_best[1])
    # Trust does not apply in the first area: it is not missing there.
    assert found.data_first == ()
    assert found.weight_known[0] == 1
    assert "trust" in found.left_out


def test_withheld_cell_is_not_asked_for():
    gaps = {
        "coverage": certain("coverage", [0.5, 0.5, 0.5]),
        "trust": scores("trust", [NAN, NAN, 0.4], draws=[[NAN, NAN, 0.4]] * 2, state=("withheld", "no_data", "estimated")),
    }  # fmt: skip
    found = rank(certain("need", [0.5, 0.5, 0.5]), gaps, k=1)
    assert [f.area for f in found.data_first] == ["a2"]
    assert found.possible_worst[0] == 3


def test_gaps_left_out_are_named():
    need = certain("need", [0.5, 0.5])
    gaps = {
        "coverage": certain("coverage", [0.5, 0.4]),
        "trust": scores("trust", [NAN, NAN]),
        "inclusion": scores("inclusion", [0.3, 0.9], width=0.1),
        "evidence": certain("evidence", [0.2, 0.2]),
        "alignment": certain("alignment", [0.2, 0.2]),
    }
    weights = {"coverage": 1, "trust": 5, "inclusion": 1, "evidence": 0, "alignment": 2}
    found = rank(need, gaps, weights, grades={"alignment": [D, D]})
    assert found.dropped == ("trust",)
    assert found.without_draws == ("inclusion",)
    assert found.cells.gaps == ("coverage", "inclusion", "evidence", "alignment")
    assert set(found.left_out) == {"trust", "inclusion", "evidence", "alignment"}
    assert found.weights == {"coverage": 1.0}
    j = found.cells.gaps.index("inclusion")
    np.testing.assert_allclose(found.cells.lower[:, j], np.sqrt([0.5 * 0.25, 0.5 * 0.85]))


def test_all_gaps_unknown_gives_a_matrix_without_columns():
    found = rank(certain("need", [0.5, 0.5]), {"trust": scores("trust", [NAN, NAN])})
    assert found.cells.value.shape == (2, 0)
    assert not found.ranked.any()
    assert found.state == ("no_data", "no_data")
    assert np.isnan(found.order.top).all()
    assert found.weights == {}


def test_need_without_draws_gives_no_total():
    found = rank(scores("need", [0.5, 0.4]), {"coverage": certain("coverage", [0.5, 0.5])})
    assert not found.ranked.any()
    assert "no draws" in str(found.left_out["coverage"])
    assert np.isfinite(found.cells.value).all()


def test_one_area():
    found = rank(certain("need", [0.5]), {"coverage": certain("coverage", [0.5])}, k=1)
    assert found.order.top.tolist() == [1.0]
    assert np.isnan(found.order.tau_equal)


def test_wide_cell_is_hatched():
    gap = scores("coverage", [0.5], draws=np.linspace(0, 1, 50)[:, None])
    found = rank(certain("need", [1.0], 50), {"coverage": gap}, k=1)
    assert found.cells.state == (("too_wide",),)
    assert found.state == ("too_wide",)


ABOVE_ONE = Scores("coverage", ("a1", "a2"), np.array([1.5, 0.5]), np.array([1.4, 0.4]), np.array([1.6, 0.6]),
                   ("estimated", "estimated"), np.ones(2), "J")  # fmt: skip


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"k": 0}, "k: expected a number of places of at least 1"),
        ({"level": 1.0}, "level: expected a share"),
        ({"weights": {"coverage": NAN}}, "weights: expected finite numbers"),
        ({"weights": {"coverage": math.inf}}, "weights: expected finite numbers"),
        ({"weights": {"coverage": -1.0}}, "weights: expected finite numbers"),
        ({"weights": {"coverage": 0.0}}, "one of them above 0"),
        ({"weights": {"cover": 1.0}}, "weights: .* missing or unknown: cover, coverage"),
        ({"gaps": {}}, "gaps: expected at least one"),
        ({"gaps": {"need": certain("need", [0.5, 0.5])}}, "leave it out of the gaps"),
        ({"gaps": {"coverage": certain("coverage", [0.5])}}, "coverage: expected the areas of need"),
        ({"gaps": {"coverage": certain("coverage", [0.5, 0.5], 3)}}, "expected 2 draws, as need has, got 3"),
        ({"gaps": {"coverage": ABOVE_ONE}}, r"coverage: expected value in \[0, 1\]"),
        ({"grades": {"need": [A]}}, "need: expected a grade for each of 2 areas, got 1"),
        ({"bounds": {"trust": ([0, 0], [1, 1])}}, "bounds: expected need or the name of a gap, got trust"),
        ({"bounds": {"coverage": ([0], [1])}}, "bounds: coverage: expected .* each of 2 areas"),
        ({"bounds": {"coverage": ([0.9, 0], [0.1, 1])}}, "0 <= lowest <= highest <= 1"),
    ],
)
def test_bad_input_is_explained(change, told):
    given = {
        "need": certain("need", [0.5, 0.5]),
        "gaps": {"coverage": certain("coverage", [0.5, 0.5])},
        **change,
    }
    with pytest.raises(ValueError, match=told):
        rank(given.pop("need"), given.pop("gaps"), **given)


shares = st.lists(st.floats(0, 1), min_size=4, max_size=4)


@settings(max_examples=40, deadline=None)
@given(shares, shares, st.integers(0, 3), st.floats(0, 1))
def test_larger_gap_never_lowers_priority(need, gap, where, more):
    before = rank(certain("need", need), {"coverage": certain("coverage", gap)})
    raised = list(gap)
    raised[where] = min(1.0, gap[where] + more)
    after = rank(certain("need", need), {"coverage": certain("coverage", raised)})
    assert (after.cells.value >= before.cells.value).all()
    assert (after.total >= before.total).all()
    assert after.order.mean[where] <= before.order.mean[where]


@settings(max_examples=40, deadline=None)
@given(shares, st.lists(st.one_of(st.just(NAN), st.floats(0, 1)), min_size=4, max_size=4), shares, shares,
       st.floats(0, 1), st.integers(1, 4))  # fmt: skip
def test_wider_bound_never_removes_from_data_first(need, gap, one, two, widen, k):
    if np.isnan(gap).all():
        return
    low, high = np.minimum(one, two), np.maximum(one, two)
    wide = (low * (1 - widen), high + (1 - high) * widen)
    need, gap = certain("need", need), certain("coverage", gap)
    first = {f.area for f in rank(need, {"coverage": gap}, k=k, bounds={"coverage": (low, high)}).data_first}
    after = {f.area for f in rank(need, {"coverage": gap}, k=k, bounds={"coverage": wide}).data_first}
    assert first <= after


@settings(max_examples=25, deadline=None)
@given(shares, shares, st.permutations(range(4)), st.integers(0, 2**20))
def test_order_of_areas_changes_nothing(need, gap, order, seed):
    rng = np.random.default_rng(seed)
    order = list(order)
    nd, gd = rng.random((9, 4)), rng.random((9, 4))
    gap = np.where(np.asarray(gap) < 0.2, NAN, gap)

    def run(places):
        return rank(
            scores("need", np.asarray(need)[places], draws=nd[:, places]),
            {"coverage": scores("coverage", gap[places], draws=np.where(np.isnan(gap[places]), NAN, gd[:, places]))},
        )  # fmt: skip

    plain, turned = run([0, 1, 2, 3]), run(order)
    for name in ("top", "mean", "lower", "upper", "set_lower", "set_upper", "non_dominated"):
        np.testing.assert_allclose(
            getattr(turned.order, name), np.asarray(getattr(plain.order, name))[order], err_msg=name
        )
    back = {f"a{i + 1}": f"a{order[i] + 1}" for i in range(4)}
    assert {back[f.area] for f in turned.data_first} == {f.area for f in plain.data_first}
    np.testing.assert_allclose(turned.total, plain.total[order])


@settings(max_examples=40, deadline=None)
@given(shares, shares, st.lists(st.booleans(), min_size=4, max_size=4), shares)
def test_bounds_contain_the_total_over_admitted_cells(need, first, hidden, second):
    second = np.where(hidden, NAN, second)
    gaps = {"coverage": certain("coverage", first), "trust": certain("trust", second)}
    found = rank(certain("need", need), gaps, {"coverage": 2.0, "trust": 1.0}, k=1)
    for f in found.data_first:
        i = found.areas.index(f.area)
        assert f.lowest - 1e-9 <= found.total[i] <= f.highest + 1e-9


@pytest.mark.parametrize("seed", range(12))
def test_data_first_by_trying_every_filling(seed):
    """Second witness: fill the missing cells with all corners and see whether the first k can change."""
    rng = np.random.default_rng(seed)
    need, gap, k = rng.random(6), rng.random(6), int(rng.integers(1, 5))
    gap[rng.choice(6, 3, replace=False)] = NAN
    missing = np.flatnonzero(np.isnan(gap))
    seen = {i: set() for i in range(6)}
    for corner in itertools.product((0.0, 1.0), repeat=len(missing)):
        filled = gap.copy()
        filled[missing] = corner
        p = np.sqrt(need * filled)
        for i in range(6):
            seen[i].add(int((p > p[i]).sum()) < k)
    expected = {f"a{i + 1}" for i in missing if len(seen[i]) == 2}
    found = rank(certain("need", need), {"coverage": certain("coverage", gap)}, k=k)
    assert {f.area for f in found.data_first} == expected


def test_area_that_is_among_the_first_anyway_is_not_asked_for():
    gap = certain("coverage", [NAN, 0.5, 0.4])
    need = certain("need", [1.0, 0.5, 0.5])
    told = {"coverage": ([0.8, NAN, NAN], [1.0, NAN, NAN])}
    found = rank(need, {"coverage": gap}, k=1, bounds=told)
    assert (found.possible_best[0], found.possible_worst[0]) == (1, 1)
    assert found.data_first == ()
    assert [f.area for f in rank(need, {"coverage": gap}, k=1).data_first] == ["a1"]


def test_a_gap_that_does_not_apply_is_not_missing():
    gaps = {
        "coverage": certain("coverage", [0.5, 0.5]),
        "trust": scores("trust", [NAN, 0.6], draws=[[NAN, 0.6]] * 2, state=("not_applicable", "estimated")),
    }
    found = rank(certain("need", [0.5, 0.5]), gaps, k=1)
    assert found.weights == {"coverage": 0.5, "trust": 0.5}
    assert found.weight_known.tolist() == [1.0, 1.0]
    assert found.data_first == ()
    assert (found.possible_best.tolist(), found.possible_worst.tolist()) == ([2, 1], [2, 1])
