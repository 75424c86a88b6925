"""What stands beside a plan: simple rules, opposite assumptions, plans nearly as good."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_allocation import PLAIN, asked, example

from jaiza.decide.allocation import (
    InfeasibleError,
    Limit,
    baselines,
    broken_limits,
    channel_multiplier,
    moved_share,
    near_optimal,
    nearest,
    opposites,
    solve,
)

seeds = st.integers(0, 2**32 - 1)


class TestBaselines:
    def test_worked_example(self):
        beside = baselines(example())
        assert beside.no_money == pytest.approx(0.235, abs=1e-12)
        assert beside.equal.value == pytest.approx(0.4825, abs=1e-12)
        assert beside.need_proportional.value == pytest.approx(0.48975, abs=1e-12)
        assert beside.current is None
        np.testing.assert_allclose(beside.need_proportional.x[:, 0, 0, 0], [500, 300, 200])
        assert beside.equal.broken == ()
        assert beside.equal.near is beside.equal.x

    def test_through_another_channel(self):
        # State money: .5/.8/1000, .8/.8/2000 and .9/.8/500 points per unit.
        third = 1000 / 3
        coverage = [0.2 + 0.000625 * third, 0.5 + 0.0005 * third, 0.00225 * third]
        np.testing.assert_allclose(baselines(example(), channel=1).equal.coverage[:, 0, 0], coverage)
        with pytest.raises(ValueError, match="channel: expected a position from 0 to 1, got 2"):
            baselines(example(), channel=2)

    def test_current_split_of_each_budget(self):
        current = [[[300, 0]], [[50, 50]], [[0, 100]]]
        beside = baselines(example(budget=[1000, 500], current=current))
        assert beside.current is not None
        np.testing.assert_allclose(beside.current.x[:, 0, :, 1], [[300, 0], [50, 50], [0, 100]])
        np.testing.assert_allclose(beside.current.x[:, 0, :, 0], [[600, 0], [100, 100], [0, 200]])

    def test_excluded_actions_are_passed_over(self):
        excluded = [[[True, False]], [[True, True]], [[False, False]]]
        beside = baselines(example(excluded=excluded))
        np.testing.assert_allclose(beside.equal.x[:, 0, :, 0], [[0, 500], [0, 0], [500, 0]])
        np.testing.assert_allclose(
            beside.need_proportional.x[:, 0, :, 0], [[0, 5000 / 7], [0, 0], [2000 / 7, 0]]
        )

    def test_broken_limits_and_the_nearest_plan_that_keeps_them(self):
        beside = baselines(example(cap=[400, 1000, 300]))
        assert beside.equal.broken == (Limit("cap", area=2),)
        # Money above the cap of 300 has to go; area 1 and area 0 may take it; area 0's .225 per 1000 is best.
        assert beside.equal.near is not None
        np.testing.assert_allclose(
            beside.equal.near[:, 0, :, 0], [[1000 / 3, 0], [1000 / 3, 0], [300, 0]], atol=1e-3
        )
        assert set(beside.need_proportional.broken) == {Limit("cap", area=0)}

    def test_no_near_plan_where_limits_conflict(self):
        beside = baselines(example(floor=0.9))
        assert beside.equal.near is None
        assert beside.equal.near_value is None
        assert beside.equal.value == pytest.approx(0.4825)

    @settings(max_examples=20, deadline=None)
    @given(seeds)
    def test_the_plan_is_never_worse_than_what_keeps_the_same_limits(self, seed):
        problem = asked(PLAIN.question(np.random.default_rng(seed)))
        try:
            plan = solve(problem)
        except InfeasibleError:
            return
        beside = baselines(problem)
        for rule in (beside.equal, beside.need_proportional, beside.current):
            if rule is not None:
                assert rule.near is not None
                assert broken_limits(problem, rule.near) == ()
                assert rule.near_value <= plan.value * (1 + 1e-7)
                assert rule.broken or rule.value <= plan.value * (1 + 1e-7)

    def test_nearest_is_the_plan_itself_where_it_keeps_every_limit(self):
        plan = solve(example(floor=0.6))
        np.testing.assert_allclose(nearest(example(floor=0.6), plan.x), plan.x, atol=1e-3)

    def test_nearest_under_minimum_grants(self):
        problem = example(minimum_grant=250)
        x = nearest(problem, baselines(example()).need_proportional.x)
        assert broken_limits(problem, x) == ()


class TestOpposites:
    def test_no_trust_assumption(self):
        problem, plan = example(), solve(example())
        other = opposites(problem, plan).no_trust
        # With m = 1 the state's money, at .8 of the price, buys most everywhere.
        assert other.plan.x[:, :, 0].sum() == 0
        again = replace(problem, multiplier=np.ones((3, 2)))
        assert other.plan.value == pytest.approx(solve(again).value)
        assert other.value_there == pytest.approx(again.value(plan.x))
        assert other.value_here == pytest.approx(problem.value(other.plan.x))
        assert other.value_here <= plan.value
        assert other.value_there <= other.plan.value
        assert 0 < other.moved <= 1

    def test_equal_weights(self):
        other = opposites(example(), solve(example())).equal_weights
        # Points cost 1111 in area 0, 2000 in area 1 and 444 in area 2: area 2 first, to where slopes meet.
        np.testing.assert_allclose(
            other.plan.x[:, 0, :, 0], [[555.555556, 0], [0, 0], [0, 444.444444]], atol=1e-5
        )

    @settings(max_examples=10, deadline=None)
    @given(seeds)
    def test_no_trust_plan_does_not_depend_on_trust(self, seed):
        rng = np.random.default_rng(seed)
        q = PLAIN.question(rng, channels=2, limits=False)
        found = []
        for _ in range(2):
            trusted = asked({**q, "multiplier": channel_multiplier(rng.uniform(0, 1, q["multiplier"].shape))})
            found.append(opposites(trusted, solve(trusted)).no_trust.plan.x)
        np.testing.assert_array_equal(*found)

    def test_moved_share(self):
        here, there = np.array([10.0, 0.0, 5.0]), np.array([0.0, 10.0, 5.0])
        assert moved_share(here, there) == pytest.approx(2 / 3)
        assert moved_share(here, here) == 0
        assert moved_share(here * 0, here * 0) == 0


class TestNearOptimal:
    def test_alternatives_are_good_different_and_within_limits(self):
        rng = np.random.default_rng(41)
        for _ in range(6):
            problem = asked(PLAIN.question(rng, areas=4, approaches=3, channels=2, years=1, limits=False))
            plan = solve(problem)
            beside = near_optimal(problem, plan, count=3)
            plans = [plan.x]
            for other in beside.alternatives:
                assert other.value >= 0.95 * plan.value * (1 - 1e-7)
                assert broken_limits(problem, other.x) == ()
                assert other.moved == pytest.approx(moved_share(other.x, plan.x))
                assert other.nearest == pytest.approx(min(moved_share(other.x, x) for x in plans))
                assert other.nearest > 0
                plans.append(other.x)
            used = np.all([x.sum(axis=3) > 0 for x in plans], axis=0)
            np.testing.assert_array_equal(beside.always, used)

    def test_first_alternative_is_near_the_furthest_there_is(self):
        """Against the exact answer, one program per pattern of signs."""
        rng, reached = np.random.default_rng(42), []
        for _ in range(8):
            q = PLAIN.question(rng, areas=3, approaches=1, channels=2, years=1, limits=False)
            problem = asked(q)
            plan = solve(problem)
            first = near_optimal(problem, plan, count=1, starts=4).alternatives[0]
            furthest = PLAIN.most_moved(q, plan.x.ravel(), 0.95 * plan.value)
            found = float(np.abs(first.x - plan.x).sum())
            assert found <= furthest * (1 + 1e-6)
            reached.append(found / furthest)
        assert min(reached) > 0.8
        assert np.mean(reached) > 0.95

    def test_climbing_goes_further_than_the_first_step(self, monkeypatch):
        rng = np.random.default_rng(5)
        size = {"areas": 8, "approaches": 3, "channels": 2, "years": 1, "limits": False}
        problems = [asked(PLAIN.question(rng, **size)) for _ in range(8)]

        def reached() -> np.ndarray:
            found = [near_optimal(one, solve(one), count=2, starts=1).alternatives for one in problems]
            return np.array([[other.nearest for other in two] for two in found])

        climbed = reached()
        monkeypatch.setattr("jaiza.decide.allocation_alternatives._TURNS", 1)
        assert climbed.mean() > reached().mean() + 0.005

    def test_same_seed_same_alternatives(self):
        problem, plan = example(), solve(example())
        here, there = (near_optimal(problem, plan, seed=3, starts=3) for _ in range(2))
        for one, other in zip(here.alternatives, there.alternatives, strict=True):
            np.testing.assert_array_equal(one.x, other.x)

    def test_with_whole_numbers(self):
        problem = example(minimum_grant=100, most_places=2)
        plan = solve(problem, gap=0.0)
        for other in near_optimal(problem, plan, count=2, gap=0.0).alternatives:
            assert broken_limits(problem, other.x) == ()
            assert other.value >= 0.95 * plan.value * (1 - 1e-7)

    @pytest.mark.parametrize(
        ("argument", "told"),
        [
            ({"tolerance": 0.0}, "tolerance"),
            ({"tolerance": 1.0}, "tolerance"),
            ({"count": 0}, "count and starts"),
            ({"starts": 0}, "count and starts"),
        ],
    )
    def test_bad_arguments(self, argument, told):
        with pytest.raises(ValueError, match=told):
            near_optimal(example(), solve(example()), **argument)
