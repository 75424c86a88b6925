"""What else could be done: plans under the opposite assumptions, and plans almost as good but different.

Source:   methods K ("no plan shown without its opposite assumption"); alternatives within a tolerance of the
          optimum: Brill (1979), Management Science 25(5), 413-422; DeCarolis (2011), Energy Economics 33(2).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from jaiza.decide.allocation_model import Solver, program
from jaiza.decide.allocation_plan import Plan, money, solve
from jaiza.decide.allocation_problem import AllocationProblem, BoolArray
from jaiza.stats.arguments import FloatArray

# Turns of the climb towards a plan further away; it seldom needs more than three.
_TURNS = 6


@dataclass(frozen=True, eq=False)
class Opposite:
    """The best plan under an opposite assumption, and what each plan is worth if the other one is right.

    plan: best under the opposite assumption. value_there: worth of the plan shown, under the opposite
    assumption. value_here: worth of `plan` under the assumptions of the plan shown. moved: share of the money
    that the two plans place differently.
    """

    plan: Plan
    value_there: float
    value_here: float
    moved: float


@dataclass(frozen=True, eq=False)
class Opposites:
    """no_trust: as if trust made no difference (delta = 0, m = 1). equal_weights: every cell counts the same."""

    no_trust: Opposite
    equal_weights: Opposite


def opposites(
    problem: AllocationProblem, plan: Plan, *, gap: float = 1e-3, seconds: float = 600.0
) -> Opposites:
    """Return the plans of the opposite assumptions beside `plan`, the problem's own.

    Equal weights keep the sum of all weights. Raises InfeasibleError like `solve`.
    """
    no_trust = replace(problem, multiplier=np.ones_like(problem.multiplier))
    equal = replace(problem, weights=np.full_like(problem.weights, problem.weights.mean()))

    def beside(other: AllocationProblem) -> Opposite:
        found = solve(other, gap=gap, seconds=seconds)
        return Opposite(
            plan=found,
            value_there=other.value(plan.x),
            value_here=problem.value(found.x),
            moved=moved_share(plan.x, found.x),
        )

    return Opposites(no_trust=beside(no_trust), equal_weights=beside(equal))


def moved_share(x: FloatArray, other: FloatArray) -> float:
    """Return the share of the money of two plans, in [0, 1], that they place differently; 0 when both are empty.

    sum |x - other| / sum (x + other): for plans of equal totals, the share that would have to be moved.
    """
    both = float((x + other).sum())
    return float(np.abs(x - other).sum()) / both if both > 0 else 0.0


@dataclass(frozen=True, eq=False)
class Alternative:
    """A plan almost as good: money x (A, K, H, T), coverage (A, K, T), value.

    moved: share of the money placed otherwise than in the best plan. nearest: the least such share against
    the best plan and every earlier alternative.
    """

    x: FloatArray
    coverage: FloatArray
    value: float
    moved: float
    nearest: float


@dataclass(frozen=True, eq=False)
class NearOptimal:
    """Alternatives, most different first; fewer than asked when no further plan differs.

    always: actions with money in the best plan and in every alternative (A, K, H).
    """

    alternatives: tuple[Alternative, ...]
    always: BoolArray


def near_optimal(
    problem: AllocationProblem,
    plan: Plan,
    *,
    tolerance: float = 0.05,
    count: int = 3,
    starts: int = 2,
    seed: int = 0,
    gap: float = 1e-3,
    seconds: float = 600.0,
) -> NearOptimal:
    """Return plans worth at least (1 - tolerance) of `plan` that differ most from it and from each other.

    Distance is the sum of |money| moved, over actions and years. Each alternative is sought by climbing: the
    sum of distances to the plans found so far is convex, so it never falls when the program is solved for its
    gradient, again and again. The first start leads away from all actions in use; `starts` - 1 more weigh
    areas at random (`seed`). Kept is the plan whose least distance to the others is largest: a good answer,
    not a proof that none differs more.

    Raises ValueError when tolerance is outside (0, 1), or count or starts below 1.
    """
    if not 0.0 < tolerance < 1.0:
        raise ValueError(f"tolerance: expected a share between 0 and 1, such as 0.05, got {tolerance:g}")
    if count < 1 or starts < 1:
        raise ValueError(f"count and starts: expected at least 1, got {count} and {starts}")
    rng = np.random.default_rng(seed)
    search = _Search(problem, (1.0 - tolerance) * plan.value, gap, seconds)
    plans = [plan.x]
    alternatives: list[Alternative] = []
    for _ in range(count):
        found = [search.climb(plans, direction) for direction in _directions(plans, starts, rng)]
        apart = [min(moved_share(x, other) for other in plans) for x in found]
        best = int(np.argmax(apart))
        if apart[best] < 1e-6:
            break
        x = found[best]
        alternatives.append(
            Alternative(x, problem.covered(x), problem.value(x), moved_share(x, plan.x), apart[best])
        )
        plans.append(x)
    always = np.all([other.sum(axis=3) > 0 for other in plans], axis=0)
    return NearOptimal(alternatives=tuple(alternatives), always=always)


def _directions(plans: list[FloatArray], starts: int, rng: np.random.Generator) -> list[FloatArray]:
    """First ways to go: towards actions that the plans leave empty, away from those they pay for."""
    away = np.asarray(np.sum([np.where(x > 0, -1.0, 1.0) for x in plans], axis=0))
    by_area = [rng.uniform(0.0, 1.0, (away.shape[0], 1, 1, 1)) for _ in range(starts - 1)]
    return [away, *(away * weight for weight in by_area)]


class _Search:
    """The limits of a problem, with a least value, to be searched in any direction."""

    def __init__(self, problem: AllocationProblem, least: float, gap: float, seconds: float) -> None:
        self._problem = problem
        self._built = program(problem)
        self._solver = Solver(self._built, gap=gap, seconds=seconds)
        gained = np.flatnonzero(self._built.cost)
        self._solver.add_row(
            gained, self._built.cost[gained], least / self._built.worth - self._built.offset, np.inf
        )

    def climb(self, plans: list[FloatArray], direction: FloatArray) -> FloatArray:
        """Return the plan reached from a direction when the sum of distances to `plans` grows no more."""
        x, reached = plans[0], -1.0
        for _ in range(_TURNS):
            cost = np.zeros_like(self._built.cost)
            cost[self._built.y] = direction * self._problem.full_cost[..., None] / self._built.unit
            self._solver.aim(cost)
            best = self._solver.run()
            if best is None:
                break
            there = money(self._problem, self._built, best.columns)
            distance = float(sum(np.abs(there - other).sum() for other in plans))
            if distance <= reached * (1.0 + 1e-6):
                break
            x, reached = there, distance
            direction = np.asarray(np.sum([np.where(x >= other, 1.0, -1.0) for other in plans], axis=0))
        return x
