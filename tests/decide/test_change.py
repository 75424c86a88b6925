"""Change between rounds (methods L): error, regression to the mean, what may be compared, records found later."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm
from statsmodels.stats.multitest import multipletests

from jaiza.decide.change import NotComparableError, RegressionGuard, RoundScores, change, registry_growth
from jaiza.decide.grades import Grade
from jaiza.language import text
from jaiza.scores import Scores

NAN = float("nan")


def scores(value, *, draws=None, state=None, areas=None):
    value = np.asarray(value, dtype=float)
    areas = areas or tuple(f"a{i + 1}" for i in range(len(value)))
    state = state or tuple("no_data" if np.isnan(v) else "estimated" for v in value)
    return Scores("coverage", areas, value, value, value, state, np.ones(len(value)), "L", draws)


def taken(value, as_of, *, draws=None, state=None, areas=None, **more):
    settings = {"definition": "C1 1.0", "boundaries": "2017", **more}
    return RoundScores(as_of=as_of, scores=scores(value, draws=draws, state=state, areas=areas), **settings)


def pair(one, two, se=(0.04, 0.05), **more):
    return taken(one, "2017-01-01", se=se[0], **more), taken(two, "2022-01-01", se=se[1], **more)


GUARD = RegressionGuard(reliability=0.6, mean=0.5)


def test_xl1():
    found = change(*pair([0.90], [0.74]), covariance=0.3 * 0.04 * 0.05, guard=GUARD, chosen_for_extremes=True)
    assert found.delta[0] == pytest.approx(-0.16, abs=1e-9)
    assert found.drift[0] == pytest.approx(-0.16, abs=1e-9)
    assert found.adjusted[0] == pytest.approx(0.0, abs=1e-9)
    assert found.se[0] == pytest.approx(0.0538516, abs=1e-6)
    assert found.lower[0] == pytest.approx(-0.248586, abs=1e-6)
    assert found.upper[0] == pytest.approx(-0.071414, abs=1e-6)
    assert found.p[0] == pytest.approx(1.0, abs=1e-6)
    assert found.guarded


def test_closing_and_p_without_a_guard():
    found = change(*pair([0.90], [0.74]), covariance=0.3 * 0.04 * 0.05)
    se = math.sqrt(0.04**2 + 0.05**2 - 2 * 0.3 * 0.04 * 0.05)
    assert found.closing[0] == pytest.approx(norm.cdf((-0.05 + 0.16) / se), abs=1e-12)
    assert found.p[0] == pytest.approx(2 * norm.sf(0.16 / se), abs=1e-12)
    np.testing.assert_array_equal(found.adjusted, found.delta)


def test_covariance_of_paired_draws_by_loops():
    rng = np.random.default_rng(3)
    shared, one, two = (
        rng.normal(0, 0.05, (80, 3)),
        rng.normal(0.6, 0.03, (80, 3)),
        rng.normal(0.4, 0.02, (80, 3)),
    )
    one, two = one + shared, two + shared
    first = taken(one.mean(axis=0), "2017-01-01", draws=one, choices="seed 1")
    second = taken(two.mean(axis=0), "2022-01-01", draws=two, choices="seed 1")
    found = change(first, second)
    for a in range(3):
        differences = [two[d, a] - one[d, a] for d in range(80)]
        middle = sum(differences) / 80
        variance = sum((x - middle) ** 2 for x in differences) / 79
        assert found.se[a] == pytest.approx(math.sqrt(variance), abs=1e-12)
    # Shared choices cancel: the change is surer than the rounds are.
    assert (found.se < change(first, second, covariance=0.0).se).all()


def test_false_discoveries_against_statsmodels():
    one = np.full(6, 0.5)
    two = np.array([0.30, 0.42, 0.49, 0.5, 0.65, NAN])
    found = change(*pair(one, two), covariance=0.0)
    expected = multipletests(found.p[:5], method="fdr_bh")[1]
    np.testing.assert_allclose(found.q[:5], expected, atol=1e-12)
    assert np.isnan(found.q[5])
    assert found.told_apart(0.1).tolist() == [*(expected <= 0.1), False]
    assert found.state[5] == "no_data"
    assert np.isnan([found.delta[5], found.closing[5], found.lower[5]]).all()


def test_too_wide_is_shown_and_not_tested():
    first, second = pair([0.5, 0.5], [0.1, 0.1], state=("estimated", "too_wide"))
    found = change(first, second, covariance=0.0)
    assert found.state == ("estimated", "too_wide")
    assert np.isfinite(found.delta).all()
    assert np.isnan(found.p[1])
    assert found.q[0] == found.p[0]


def test_no_error_at_all():
    found = change(*pair([0.5, 0.5], [0.5, 0.2], se=(0.0, 0.0)), covariance=0.0)
    assert found.p.tolist() == [1.0, 0.0]
    assert found.closing.tolist() == [0.0, 1.0]


def test_other_level_uses_the_normal_quantile():
    found = change(*pair([0.5], [0.4]), covariance=0.0, level=0.95)
    assert found.upper[0] - found.delta[0] == pytest.approx(1.959963985 * found.se[0], abs=1e-9)


def test_grade_is_the_worse_of_both_rounds():
    a, c = (Grade(x, "age", text("the age of the data")) for x in "AC")
    first, second = pair([0.5, 0.4], [0.3, 0.2])
    found = change(replace(first, grades=[a, a]), replace(second, grades=[c, a]), covariance=0.0)
    assert found.letter == ("C", "A")
    assert change(first, second, covariance=0.0).letter == ("", "")


class TestGuard:
    def test_mandatory_for_areas_chosen_for_extremes(self):
        with pytest.raises(
            ValueError, match="guard: areas chosen for extreme values fall back by themselves"
        ):
            change(*pair([0.9], [0.7]), covariance=0.0, chosen_for_extremes=True)

    def test_never_on_shrunk_values(self):
        shrunk = pair([0.9], [0.7], shrunk=True)
        with pytest.raises(ValueError, match="would be corrected twice"):
            change(*shrunk, covariance=0.0, guard=GUARD)
        found = change(*shrunk, covariance=0.0, chosen_for_extremes=True)
        assert found.drift.tolist() == [0.0]
        assert "shrunk" in str(found.note)

    def test_drift_is_back_to_the_mean_on_both_sides(self):
        found = change(*pair([0.9, 0.1], [0.9, 0.1]), covariance=0.0, guard=GUARD)
        np.testing.assert_allclose(found.drift, [-0.16, 0.16])

    @pytest.mark.parametrize(
        ("guard", "told"),
        [
            (RegressionGuard(1.2, 0.5), "reliability: expected values of at most 1"),
            (RegressionGuard(NAN, 0.5), "reliability: 1 values are nan"),
            (RegressionGuard(0.5, -0.1), "mean: expected values of at least 0"),
            (RegressionGuard([0.5, 0.5], 0.5), "reliability: expected one number or 1"),
        ],
    )
    def test_impossible_guard(self, guard, told):
        with pytest.raises(ValueError, match=told):
            change(*pair([0.9], [0.7]), covariance=0.0, guard=guard)


class TestComparable:
    @pytest.mark.parametrize(
        ("first", "second", "told"),
        [
            ({}, {"boundaries": "2023"}, "different boundaries"),
            ({}, {"definition": "C1 2.0"}, "measure different things"),
            ({"shrunk": True}, {}, "values of one round are shrunk"),
            (
                {"goalposts": {"x": (0, 50)}, "components": ("x",)},
                {"goalposts": {"x": (0, 60)}, "components": ("x",)},
                "x has different goalposts",
            ),
            ({"goalposts": {"x": (0, 50)}}, {}, "x has different goalposts"),
            ({"components": ("x",)}, {"components": ("y",)}, "no component in common"),
            ({"components": ("x", "z")}, {"components": ("x",)}, "includes z, which the other lacks"),
            ({}, {"areas": ("a1", "b9")}, "2 areas stand in one round only, such as a2 and b9"),
        ],
    )
    def test_differences_are_explained(self, first, second, told):
        one = taken([0.5, 0.5], "2017-01-01", se=0.1, **first)
        two = taken([0.4, 0.4], "2022-01-01", se=0.1, **second)
        with pytest.raises(NotComparableError, match=told):
            change(one, two, covariance=0.0)

    def test_rounds_in_the_wrong_order(self):
        first, second = pair([0.5], [0.4])
        with pytest.raises(NotComparableError, match="is not before"):
            change(second, first, covariance=0.0)

    def test_draws_that_do_not_belong_together(self):
        draws = np.random.default_rng(1).random((20, 1))
        first = taken([0.5], "2017-01-01", draws=draws, choices="seed 1")
        for choices in ("", "seed 2"):
            second = taken([0.5], "2022-01-01", draws=draws, choices=choices)
            with pytest.raises(NotComparableError, match="do not belong together"):
                change(first, second)
        with pytest.raises(NotComparableError, match="do not belong together"):
            change(first, taken([0.5], "2022-01-01", draws=draws[:10], choices="seed 1"))

    def test_common_components_only(self):
        def over(names):
            assert names == ("x",)
            return scores([0.3])

        first = taken([0.5], "2017-01-01", se=0.1, components=("x",), goalposts={"x": (0, 1)})
        second = taken([0.9], "2022-01-01", se=0.1, components=("x", "new"), goalposts={"x": (0, 1), "new": (0, 9)})  # fmt: skip
        with pytest.raises(ValueError, match="neither draws nor se"):
            change(first, replace(second, over=over), covariance=0.0)
        drawn = np.array([[0.2], [0.4]])
        found = change(first, replace(second, over=lambda names: scores([0.3], draws=drawn)), covariance=0.0)
        assert found.delta[0] == pytest.approx(-0.2)
        assert found.se[0] == pytest.approx(math.sqrt(0.1**2 + drawn.std(ddof=1) ** 2))
        assert (found.components, found.only_first, found.only_second) == (("x",), (), ("new",))
        assert "new" in str(found.note)

    @pytest.mark.parametrize(
        ("se", "more", "told"),
        [
            ((0.1, 0.1), {"covariance": 0.02}, "covariance: expected at most the product"),
            ((0.1, 0.1), {"covariance": [0.0, 0.0]}, "covariance: expected one number or 1"),
            ((-0.1, 0.1), {"covariance": 0.0}, "se: expected values of at least 0"),
            ((NAN, 0.1), {"covariance": 0.0}, "se: an area has a change and no error"),
            (([0.1, 0.1], 0.1), {"covariance": 0.0}, "se: expected one number or 1"),
            ((None, 0.1), {"covariance": 0.0}, "neither draws nor se"),
            ((0.1, 0.1), {}, "a round has no draws"),
            ((0.1, 0.1), {"covariance": 0.0, "level": 90}, "level: expected a share"),
        ],
    )
    def test_bad_numbers_are_explained(self, se, more, told):
        with pytest.raises(ValueError, match=told):
            change(*pair([0.5], [0.4], se=se), **more)

    def test_wrong_number_of_grades(self):
        first, second = pair([0.5, 0.4], [0.3, 0.2])
        with pytest.raises(ValueError, match="grades: expected 2"):
            change(
                replace(first, grades=[Grade("A", "age", text("the age of the data"))]),
                second,
                covariance=0.0,
            )


class TestRegistryGrowth:
    def test_growth_is_not_improvement(self):
        first, second = pair([0.9, 0.5], [0.6, 0.4])
        again = taken([0.6, 0.5], "2017-01-01", se=0.04)
        found = registry_growth(first, again, second, covariance=0.0, covariance_again=0.0)
        np.testing.assert_allclose(found.as_reported.delta, [-0.3, -0.1])
        np.testing.assert_allclose(found.on_equal_knowledge.delta, [0.0, -0.1], atol=1e-12)
        np.testing.assert_allclose(found.discovered, [-0.3, 0.0], atol=1e-12)
        assert found.as_reported.told_apart().tolist() == [True, False]
        assert not found.on_equal_knowledge.told_apart()[0]

    def test_must_be_the_same_round(self):
        first, second = pair([0.9], [0.6])
        with pytest.raises(NotComparableError, match="on its own date, 2017-01-01"):
            registry_growth(first, replace(first, as_of="2018-01-01"), second, covariance=0.0)

    def test_order_of_areas_of_the_second_computation(self):
        first, second = pair([0.9, 0.5], [0.6, 0.4])
        again = taken([0.5, 0.6], "2017-01-01", se=0.04, areas=("a2", "a1"))
        found = registry_growth(first, again, second, covariance=0.0, covariance_again=0.0)
        np.testing.assert_allclose(found.discovered, [-0.3, 0.0], atol=1e-12)


values = st.lists(st.floats(0, 1), min_size=4, max_size=4)


@settings(max_examples=40, deadline=None)
@given(values, values, st.permutations(range(4)), st.integers(0, 999))
def test_order_of_areas_changes_nothing(one, two, order, seed):
    order = list(order)
    rng = np.random.default_rng(seed)
    d1, d2 = rng.random((12, 4)), rng.random((12, 4))
    codes = ("a1", "a2", "a3", "a4")
    first = taken(one, "2017-01-01", draws=d1, choices="s")
    second = taken(two, "2022-01-01", draws=d2, choices="s")
    turned = taken(np.array(two)[order], "2022-01-01", draws=d2[:, order], choices="s",
                   areas=tuple(codes[i] for i in order))  # fmt: skip
    plain, again = change(first, second, guard=GUARD), change(first, turned, guard=GUARD)
    for name in ("delta", "se", "adjusted", "p", "q", "closing", "lower"):
        np.testing.assert_allclose(getattr(again, name), getattr(plain, name), atol=1e-12)


@settings(max_examples=40, deadline=None)
@given(st.floats(0, 1), st.floats(0, 1), st.floats(0.001, 0.3), st.floats(0.001, 0.3), st.floats(-1, 1),
       st.floats(0, 1), st.floats(0, 1))  # fmt: skip
def test_invariants(g1, g2, se1, se2, rho, r, mean):
    found = change(
        *pair([g1], [g2], se=(se1, se2)), covariance=rho * se1 * se2, guard=RegressionGuard(r, mean)
    )
    assert abs(se1 - se2) - 1e-9 <= found.se[0] <= se1 + se2 + 1e-9
    assert found.lower[0] <= found.delta[0] <= found.upper[0]
    # Drift never carries an area past the mean.
    assert min(g1, mean) - 1e-12 <= g1 + found.drift[0] <= max(g1, mean) + 1e-12
    assert 0 <= found.p[0] <= 1
    assert 0 <= found.closing[0] <= 1
    swapped = change(*pair([g2], [g1], se=(se2, se1)), covariance=rho * se1 * se2)
    assert swapped.delta[0] == pytest.approx(-found.delta[0], abs=1e-12)
