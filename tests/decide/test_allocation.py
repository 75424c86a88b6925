"""The allocation against methods X-K1, a program written out in loops, and the invariants of methods."""

from __future__ import annotations

import importlib.util
import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaiza.decide.allocation import (
    AllocationProblem,
    InfeasibleError,
    ReservedShare,
    broken_limits,
    channel_multiplier,
    gain_per_unit,
    solve,
)

seeds = st.integers(0, 2**32 - 1)


def plain():
    path = Path(__file__).parents[1] / "plain" / "allocation.py"
    spec = importlib.util.spec_from_file_location("plain_allocation", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PLAIN = plain()


def asked(q, **changes) -> AllocationProblem:
    """The package's form of a plain question."""
    state = {} if q["state"] is None else {"state_channel": q["state"][0], "state_limit": q["state"][1]}
    shares = tuple(ReservedShare(led=led, least=least) for led, least in q["shares"])
    same = (
        "people unit_cost target weights budget coverage multiplier channel_cost slopes widths floor cap "
        "current continuity excluded"
    )
    return AllocationProblem(**{name: q[name] for name in same.split()}, shares=shares, **state, **changes)


def optimum(q) -> float | None:
    try:
        return solve(asked(q)).value
    except InfeasibleError:
        return None


def example(**changes) -> AllocationProblem:
    """X-K1: three areas, one approach, channels community and state."""
    given_here = {
        "people": [1000, 2000, 500],
        "unit_cost": [10],
        "target": [0.1],
        "weights": [[0.5], [0.3], [0.2]],
        "budget": 1000,
        "coverage": [[0.2], [0.5], [0.0]],
        "multiplier": [[0.9, 0.5], [0.9, 0.8], [0.9, 0.9]],
        "channel_cost": [1, 0.8],
    }
    return AllocationProblem(**{**given_here, **changes})


class TestWorkedExample:
    def test_plan_and_value(self):
        plan = solve(example())
        np.testing.assert_allclose(
            plan.x[:, 0, :, 0], [[666.666667, 0], [0, 0], [0, 333.333333]], rtol=0, atol=1e-6
        )
        assert plan.value == pytest.approx(0.55, abs=1e-9)
        assert plan.no_money == pytest.approx(0.235, abs=1e-12)
        np.testing.assert_allclose(plan.coverage[:, 0, 0], [0.8, 0.5, 0.75], atol=1e-9)
        assert plan.status == "optimal"
        assert plan.bound == pytest.approx(0.55, abs=1e-9)
        np.testing.assert_allclose(plan.spent, [1000], rtol=1e-9)
        np.testing.assert_array_equal(plan.unspent, [0])

    def test_dual_of_the_budget_and_solved_again(self):
        plan = solve(example())
        assert plan.duals is not None
        np.testing.assert_allclose(plan.duals.budget, [0.000225], rtol=0, atol=1e-12)
        gain = gain_per_unit(example(), plan)
        for found in (gain.dual, gain.above, gain.below):
            np.testing.assert_allclose(found, [0.000225], rtol=0, atol=1e-10)
        assert gain.all_above == pytest.approx(0.000225, abs=1e-10)
        assert gain.all_below == pytest.approx(0.000225, abs=1e-10)

    def test_floor_under_every_area(self):
        plan = solve(example(floor=0.6))
        assert plan.value == pytest.approx(0.52, abs=1e-9)
        np.testing.assert_allclose(
            plan.x[:, 0, :, 0], [[533.333333, 0], [0, 200], [0, 266.666667]], rtol=0, atol=1e-6
        )
        # Area 1 costs .1 x 2000 x 10 x .8/.8 = 2000 per point: its floor takes .000225 x 2000 and gives .15.
        assert plan.duals is not None
        np.testing.assert_allclose(plan.duals.floor[:, 0, 0], [0, -0.3, 0], atol=1e-9)
        higher = solve(example(floor=[[0.6], [0.601], [0.6]]))
        assert (higher.value - plan.value) / 0.001 == pytest.approx(-0.3, abs=1e-6)

    def test_floor_only_where_need_is_high(self):
        assert solve(example(floor=0.6, floor_where=[True, False, True])).value == pytest.approx(0.55)

    def test_caps(self):
        plan = solve(example(cap=[400, 1000, 300]))
        assert plan.value == pytest.approx(0.505, abs=1e-9)
        assert plan.duals is not None
        np.testing.assert_allclose(plan.duals.budget, [0.000075], rtol=0, atol=1e-12)
        # One more unit for area 0 is worth .000225 there, and .000075 less in area 1 that gives it up.
        np.testing.assert_allclose(plan.duals.cap[:, 0], [0.00015, 0, 0.00015], rtol=0, atol=1e-12)

    def test_money_moved_to_an_unused_action_loses_value(self):
        plan = solve(example())
        # State money in area 0 buys .000625 points worth .25 each, against the .000225 it would give up.
        assert plan.reduced is not None
        assert plan.reduced[0, 0, 1, 0] == pytest.approx(0.25 * 0.000625 - 0.000225, abs=1e-12)
        assert plan.reduced[0, 0, 0, 0] == 0

    def test_order_of_areas_does_not_change_the_plan(self):
        here, order = example(), [2, 0, 1]
        turned = replace(
            here,
            **{
                name: getattr(here, name)[order]
                for name in (
                    "people",
                    "unit_cost",
                    "target",
                    "weights",
                    "coverage",
                    "multiplier",
                    "floor",
                    "floor_where",
                )
            },
        )
        np.testing.assert_allclose(solve(turned).x, solve(here).x[order], atol=1e-6)


class TestAgainstProgramsWrittenOut:
    def test_fifty_random_questions(self):
        rng, feasible = np.random.default_rng(20), 0
        for _ in range(50):
            q = PLAIN.question(rng)
            wanted, found = PLAIN.optimum(q), optimum(q)
            if wanted is None:
                assert found is None
                continue
            assert found == pytest.approx(wanted, rel=1e-7, abs=1e-7)
            feasible += 1
        assert 25 <= feasible < 50, "both kinds of question should occur"

    def test_one_budget_alone_is_a_knapsack(self):
        rng = np.random.default_rng(21)
        for _ in range(20):
            q = PLAIN.question(rng, areas=6, years=1, limits=False)
            assert solve(asked(q)).value == pytest.approx(PLAIN.filled_in_order(q), rel=1e-8)

    def test_minimum_grants_and_few_places(self):
        rng, feasible = np.random.default_rng(22), 0
        for number in range(12):
            q = PLAIN.question(rng, areas=3, approaches=2, channels=2, years=1 + number % 2)
            q["minimum_grant"] = float(q["budget"].mean()) * rng.uniform(0.1, 0.45)
            q["most_places"] = int(rng.integers(1, 4))
            wanted = PLAIN.whole_optimum(q)
            problem = asked(q, minimum_grant=q["minimum_grant"], most_places=q["most_places"])
            if wanted is None:
                with pytest.raises(InfeasibleError):
                    solve(problem, gap=0.0)
                continue
            plan = solve(problem, gap=0.0)
            feasible += 1
            assert plan.value == pytest.approx(wanted, rel=1e-6, abs=1e-6)
            assert (plan.status, plan.duals, plan.reduced) == ("within_gap", None, None)
            assert broken_limits(problem, plan.x) == ()
            assert gain_per_unit(problem, plan, gap=0.0).dual is None
        assert feasible >= 4

    def test_gap_is_kept_and_told(self):
        rng = np.random.default_rng(23)
        q = PLAIN.question(rng, areas=6, approaches=3, channels=2, years=1, limits=False)
        plan = solve(asked(q, minimum_grant=float(q["budget"][0]) / 4, most_places=3), gap=0.01)
        assert 0.0 <= plan.gap <= 0.01
        assert plan.value <= plan.bound * (1 + 1e-9)


class TestProperties:
    @settings(max_examples=25, deadline=None)
    @given(seeds, st.floats(1.001, 3.0))
    def test_larger_budget_never_lowers_the_optimum(self, seed, factor):
        q = PLAIN.question(np.random.default_rng(seed))
        before = optimum(q)
        if before is not None:
            after = optimum({**q, "budget": q["budget"] * factor})
            assert after is not None
            assert after >= before * (1 - 1e-8) - 1e-8

    @settings(max_examples=20, deadline=None)
    @given(seeds)
    def test_without_the_trust_assumption_trust_changes_nothing(self, seed):
        rng = np.random.default_rng(seed)
        q = PLAIN.question(rng, channels=2)
        shape = q["multiplier"].shape
        plans = []
        for _ in range(2):
            problem = asked({**q, "multiplier": channel_multiplier(rng.uniform(0, 1, shape), delta=0.0)})
            try:
                plans.append(solve(problem).x)
            except InfeasibleError:
                plans.append(np.zeros(1))
        np.testing.assert_array_equal(*plans)

    @settings(max_examples=20, deadline=None)
    @given(seeds)
    def test_plan_keeps_its_limits_and_its_own_account(self, seed):
        problem = asked(PLAIN.question(np.random.default_rng(seed)))
        try:
            plan = solve(problem)
        except InfeasibleError:
            return
        assert broken_limits(problem, plan.x) == ()
        assert (plan.x >= 0).all()
        assert (plan.coverage <= 1).all()
        assert plan.value == pytest.approx(plan.bound, rel=1e-7, abs=1e-7)
        np.testing.assert_allclose(plan.spent + plan.unspent, problem.budget, rtol=1e-6)
        assert (plan.reduced <= 0).all()
        assert (plan.duals.budget >= 0).all()
        assert (plan.duals.floor <= 0).all()

    @settings(max_examples=15, deadline=None)
    @given(seeds)
    def test_dual_lies_between_the_gains_of_more_and_less(self, seed):
        problem = asked(PLAIN.question(np.random.default_rng(seed), limits=False))
        plan = solve(problem)
        gain = gain_per_unit(problem, plan)
        slack = 1e-6 * plan.value / problem.budget
        assert (gain.above <= gain.dual + slack).all()
        assert (gain.dual <= gain.below + slack).all()

    @settings(max_examples=15, deadline=None)
    @given(seeds, st.sampled_from([1e-3, 0.25, 7.0, 280.0, 1e6]))
    def test_currency_changes_nothing(self, seed, rate):
        q = PLAIN.question(np.random.default_rng(seed))
        there = dict(q)
        for name in ("unit_cost", "budget", "cap", "current"):
            there[name] = q[name] * rate
        here, found = optimum(q), optimum(there)
        assert (here is None) == (found is None)
        assert here is None or found == pytest.approx(here, rel=1e-8)

    @settings(max_examples=15, deadline=None)
    @given(seeds, st.floats(0.3, 0.95))
    def test_tighter_limits_never_raise_the_optimum(self, seed, factor):
        q = PLAIN.question(np.random.default_rng(seed))
        before = optimum(q)
        after = optimum({**q, "cap": q["cap"] * factor, "floor": np.minimum(1.0, q["floor"] / factor)})
        assert after is None or (before is not None and after <= before * (1 + 1e-8) + 1e-8)


class TestEdges:
    def test_budget_above_all_need_is_left_over(self):
        plan = solve(example(budget=1e6))
        np.testing.assert_allclose(plan.coverage, 1.0)
        assert plan.value == pytest.approx(0.65)
        # Full coverage by the cheaper channel: 800/.9, 1000/1 and 500 x .8/.9.
        np.testing.assert_allclose(plan.spent, [800 / 0.9 + 1000 + 400 / 0.9], rtol=1e-9)
        np.testing.assert_allclose(plan.unspent, 1e6 - plan.spent)
        assert plan.duals.budget == pytest.approx(0, abs=1e-15)

    def test_one_area_one_action(self):
        plan = solve(AllocationProblem(people=[10], unit_cost=[1], target=[1], weights=[[2.0]], budget=5))
        assert plan.value == pytest.approx(2 * (0.4 + 0.5 * 0.1))

    def test_money_that_must_stay_is_no_cliff(self):
        # All of today's money stands in area 1, the least worth of all; a quarter may leave each year.
        current = [[[0, 0]], [[1000, 0]], [[0, 0]]]
        plan = solve(example(budget=[1000, 1000, 1000], current=current, continuity=0.25))
        np.testing.assert_allclose(plan.x[1].sum(axis=(0, 1)), [750, 562.5, 421.875], rtol=1e-6)
        assert (plan.duals.continuity[1] < 0).all()

    def test_state_share(self):
        limited = solve(example(state_channel=1, state_limit=[0.5, 0.5, 0.5]))
        by_channel = limited.x.sum(axis=(1, 3))
        assert (by_channel[:, 1] <= 0.5 * by_channel.sum(axis=1) + 1e-6).all()
        assert limited.value < 0.55

    def test_reserved_share(self):
        led = ReservedShare(led=[1.0, 0.0], least=0.8)
        plan = solve(example(shares=(led,)))
        assert plan.x[:, :, 0].sum() == pytest.approx(0.8 * plan.x.sum())
        assert plan.duals.share.shape == (1, 1)
        assert plan.duals.share[0, 0] < 0

    def test_equal_channels_pay_through_the_first(self):
        plan = solve(example(multiplier=np.ones((3, 2)), channel_cost=[1, 1]))
        assert plan.x[:, :, 1].sum() == 0

    def test_a_plan_can_be_stored_and_used_again(self):
        plan = solve(example())
        again = pickle.loads(pickle.dumps(plan))  # noqa: S301 - our own bytes
        np.testing.assert_array_equal(again.x, plan.x)
        np.testing.assert_allclose(gain_per_unit(example(), again).above, [0.000225], atol=1e-10)

    def test_standard_output_stays_clean(self, capfd):
        solve(example())
        solve(example(minimum_grant=10))
        assert capfd.readouterr().out == ""

    def test_gain_is_undefined_where_less_money_breaks_a_floor(self):
        # The floors of .6 take .4/.0009 + .1/.0005 + .6/.00225 = 911.1.
        tight = example(floor=0.6, budget=915)
        gain = gain_per_unit(tight, solve(tight))
        assert np.isnan(gain.below[0])
        assert np.isnan(gain.all_below)
        assert gain.above[0] > 0

    def test_step_outside_its_limits_is_refused(self):
        with pytest.raises(
            ValueError, match=r"step: expected a share between 0 and 1, such as 0\.01, got 1\.5"
        ):
            gain_per_unit(example(), solve(example()), step=1.5)
