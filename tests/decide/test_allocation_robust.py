"""Plans over draws of the judgements, against methods X-K2 and programs written out in loops."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_allocation import PLAIN, asked, example

from jaiza.decide.allocation import (
    AllocationProblem,
    InfeasibleError,
    JudgementDraws,
    broken_limits,
    cvar,
    robust_actions,
    solve,
    tail_mean,
)

OUTCOMES = [10, 8, 3, 6]


def fixed_outcomes() -> tuple[AllocationProblem, JudgementDraws]:
    """A question where money does nothing, so that each draw has its outcome whatever the plan."""
    problem = AllocationProblem(
        people=[10], unit_cost=[1], target=[1], weights=[[1]], budget=1, coverage=[[1.0]]
    )
    # Full coverage is worth .4 + .5 x .4 + .25 x .2 = .65.
    return problem, JudgementDraws(weights=np.array(OUTCOMES).reshape(4, 1, 1) / 0.65)


def drawn(rng, q, count) -> tuple[list[dict], np.ndarray, JudgementDraws]:
    """Draws of every judgement, as the plain program and as the package take them."""
    plain = [
        {
            "weights": q["weights"] * rng.lognormal(0, 0.6, q["weights"].shape),
            "unit_cost": q["unit_cost"] * rng.lognormal(0, 0.4, q["unit_cost"].shape),
            "target": np.minimum(1.0, q["target"] * rng.lognormal(0, 0.2, q["target"].shape)),
            "coverage": rng.uniform(0, 0.8, q["coverage"].shape),
            "multiplier": rng.uniform(0.3, 1, q["multiplier"].shape),
        }
        for _ in range(count)
    ]
    chances = rng.dirichlet(np.ones(count))
    stacked = {name: np.stack([draw[name] for draw in plain]) for name in plain[0]}
    return plain, chances, JudgementDraws(**stacked, probability=chances)


class TestTailMean:
    def test_worked_example(self):
        assert tail_mean(OUTCOMES, 0.75) == pytest.approx(3, abs=1e-12)
        assert tail_mean(OUTCOMES, 0.5) == pytest.approx(4.5, abs=1e-12)
        assert tail_mean(OUTCOMES, 0.0) == pytest.approx(6.75, abs=1e-12)

    def test_part_of_a_draw(self):
        # The worst .3: all of 3 (.2) and .1 of 6.
        assert tail_mean(OUTCOMES, 0.7, [0.3, 0.1, 0.2, 0.4]) == pytest.approx((0.2 * 3 + 0.1 * 6) / 0.3)

    @settings(max_examples=40, deadline=None)
    @given(st.integers(0, 2**32 - 1), st.floats(0, 0.99))
    def test_equals_the_largest_over_every_threshold(self, seed, beta):
        rng = np.random.default_rng(seed)
        value, chance = rng.normal(size=7), rng.dirichlet(np.ones(7))
        short = np.maximum(0.0, value[:, None] - value[None, :])
        assert tail_mean(value, beta, chance) == pytest.approx(
            (value - (short @ chance) / (1 - beta)).max(), abs=1e-9
        )

    @pytest.mark.parametrize(
        ("arguments", "told"),
        [
            (([1, 2], 1.0), "beta: expected at least 0 and under 1"),
            (([1, 2], -0.1), "beta"),
            (([], 0.5), "outcomes: expected at least one"),
            (([1, np.nan], 0.5), "outcomes: 1 values are nan"),
            (([1, 2], 0.5, [0.5, 0.6]), "probability: expected 2 numbers that sum to 1"),
            (([1, 2], 0.5, [1.0]), "probability"),
        ],
    )
    def test_bad_arguments(self, arguments, told):
        with pytest.raises(ValueError, match=told):
            tail_mean(*arguments)


class TestCautiousPlan:
    @pytest.mark.parametrize(("beta", "wanted"), [(0.75, 3.0), (0.5, 4.5), (0.0, 6.75)])
    def test_worked_example_through_the_program(self, beta, wanted):
        found = cvar(*fixed_outcomes(), beta)
        assert found.cvar == pytest.approx(wanted, abs=1e-9)
        np.testing.assert_allclose(found.outcomes, OUTCOMES, atol=1e-9)

    def test_equals_the_program_written_out(self):
        rng, feasible = np.random.default_rng(51), 0
        for number in range(15):
            q = PLAIN.question(rng, channels=2, years=1 + number % 2)
            plain, chances, draws = drawn(rng, q, 12)
            beta = (0.75, 0.5, 0.9)[number % 3]
            wanted = PLAIN.cautious_optimum(q, plain, chances, beta)
            if wanted is None:
                with pytest.raises(InfeasibleError):
                    cvar(asked(q), draws, beta)
                continue
            found = cvar(asked(q), draws, beta)
            feasible += 1
            assert found.cvar == pytest.approx(wanted, rel=1e-6, abs=1e-7)
            assert broken_limits(asked(q), found.x) == ()
            assert found.cvar >= found.central_cvar - 1e-9
            assert found.value <= found.central.value + 1e-9
        assert feasible >= 8

    def test_draws_and_cells_are_added_until_none_is_missing(self):
        """The central plan pays for one cell and its worst draw is not the cautious plan's worst."""
        problem = example()
        weights = np.array([[[0.9], [0.05], [0.05]], [[0.05], [0.9], [0.05]], [[0.05], [0.05], [0.9]]])
        weights = np.repeat(weights, 3, axis=0) * np.linspace(0.8, 1.2, 9)[:, None, None]
        draws = JudgementDraws(weights=weights)
        found = cvar(problem, draws, 0.8)
        plain = [{"weights": one} for one in weights]
        q = {
            "people": problem.people,
            "unit_cost": problem.unit_cost,
            "target": problem.target[0],
            "weights": problem.weights,
            "budget": problem.budget,
            "coverage": problem.coverage,
            "multiplier": problem.multiplier,
            "channel_cost": problem.channel_cost,
            "slopes": problem.slopes,
            "widths": problem.widths,
            "floor": problem.floor,
            "cap": np.full((3, 1), np.inf),
            "current": np.zeros((3, 1, 2)),
            "continuity": 1.0,
            "excluded": np.zeros((3, 1, 2), dtype=bool),
            "shares": [],
            "state": None,
        }
        wanted = PLAIN.cautious_optimum(q, plain, np.full(9, 1 / 9), 0.8)
        assert found.cvar == pytest.approx(wanted, rel=1e-7)
        assert found.x[1].sum() > 0
        assert found.cvar > found.central_cvar

    def test_same_draw_every_time_is_the_plan_itself(self):
        problem = example()
        draws = JudgementDraws(weights=np.repeat(problem.weights[None], 5, axis=0))
        assert cvar(problem, draws).cvar == pytest.approx(0.55)

    def test_with_whole_numbers(self):
        problem = example(minimum_grant=400)
        draws = JudgementDraws(weights=np.stack([problem.weights, problem.weights[::-1]]))
        found = cvar(problem, draws, 0.5, gap=0.0)
        assert broken_limits(problem, found.x) == ()
        assert found.cvar >= found.central_cvar - 1e-9


class TestRobustActions:
    def test_same_draw_every_time(self):
        problem = example()
        found = robust_actions(problem, JudgementDraws(weights=np.repeat(problem.weights[None], 4, axis=0)))
        np.testing.assert_array_equal(found.robust, solve(problem).x.sum(axis=3) > 0)
        np.testing.assert_array_equal(found.low, found.high)
        assert found.infeasible == 0

    def test_share_counts_draws_by_probability(self):
        # Nine draws want area 0 only, one wants area 2 only; no other money is worth anything.
        weights = np.zeros((10, 3, 1))
        weights[:9, 0], weights[9, 2] = 1.0, 1.0
        problem = example(budget=300)
        equal = robust_actions(problem, JudgementDraws(weights=weights))
        np.testing.assert_allclose(equal.area_share, [0.9, 0, 0.1])
        np.testing.assert_array_equal(equal.robust[:, 0], [[True, False], [False, False], [False, False]])
        chances = np.r_[np.full(9, 0.05), 0.55]
        by_chance = robust_actions(problem, JudgementDraws(weights=weights, probability=chances))
        np.testing.assert_allclose(by_chance.cell_share[:, 0], [0.45, 0, 0.55])
        assert not by_chance.robust.any(), "no robust action is a result too"

    def test_each_draw_is_planned_like_a_question_of_its_own(self):
        rng = np.random.default_rng(52)
        q = PLAIN.question(rng, areas=4, approaches=2, channels=2, years=2, limits=False)
        _, chances, draws = drawn(rng, q, 10)
        problem = asked(q)
        paid = [solve(replace(problem, **draws.judged(number))).x.sum(axis=3) > 0 for number in range(10)]
        found = robust_actions(problem, draws)
        np.testing.assert_allclose(found.share, np.tensordot(chances, paid, 1), atol=1e-12)

    def test_small_sums_need_not_count(self):
        problem = example()
        draws = JudgementDraws(weights=np.repeat(problem.weights[None], 2, axis=0))
        found = robust_actions(problem, draws, least=500)
        np.testing.assert_array_equal(found.area_share, [1, 0, 0])

    def test_draws_without_a_plan_are_counted(self):
        cost = np.array([[10.0], [10.0], [40.0]])
        found = robust_actions(example(floor=0.6), JudgementDraws(unit_cost=cost))
        assert found.infeasible == 1
        assert found.share.max() == pytest.approx(2 / 3)

    @pytest.mark.parametrize("argument", [{"share": 0.0}, {"share": 1.5}, {"least": -1.0}])
    def test_bad_arguments(self, argument):
        draws = JudgementDraws(unit_cost=np.array([[10.0]]))
        with pytest.raises(ValueError, match=next(iter(argument))):
            robust_actions(example(), draws, **argument)


class TestJudgementDraws:
    @pytest.mark.parametrize(
        ("arguments", "told"),
        [
            ({}, "at least one judgement that varies"),
            ({"weights": np.ones((3, 2, 1)), "unit_cost": np.ones((4, 1))}, "same number of draws"),
            ({"weights": np.ones((0, 2, 1))}, "at least 1"),
            ({"weights": np.ones(3)}, "weights: expected an array with 2 or 3 axes"),
            ({"unit_cost": np.ones((2, 1)), "probability": [0.5, 0.4]}, "probability: expected 2 numbers"),
            ({"unit_cost": np.ones((2, 1)), "probability": [1.0]}, "probability: expected 2 numbers"),
            ({"weights": np.full((2, 2, 1), np.nan)}, "weights: 4 values are nan"),
        ],
    )
    def test_bad_draws(self, arguments, told):
        with pytest.raises(ValueError, match=told):
            JudgementDraws(**arguments)

    def test_a_draw_that_is_no_question_is_refused(self):
        with pytest.raises(ValueError, match="unit_cost: expected values above 0"):
            robust_actions(example(), JudgementDraws(unit_cost=np.array([[10.0], [-1.0]])))
