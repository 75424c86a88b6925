"""The best plan for an allocation problem, what it is worth, and what one more unit of money would add.

Assumes:  methods K: the plan raises coverage of the response, under weights, slopes and channel multipliers
          that are judgements. It is a draft for people to discuss, and is never shown without the plans of
          opposite assumptions (`allocation_alternatives.opposites`).
Source:   methods K.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

from jaiza.decide.allocation_conflicts import InfeasibleError, explain_infeasible
from jaiza.decide.allocation_model import Optimum, Program, Solver, SolverStoppedError, program
from jaiza.decide.allocation_problem import AllocationProblem
from jaiza.stats.arguments import FloatArray

# Duals and reduced costs under this share of the largest weight count as nothing.
_NOTHING = 1e-7
# Money under this share of a year's mean budget is the solver's dust.
_DUST = 1e-9
# A budget counts as spent when no more than this share of it is left: the solver's tolerance.
_LEFT = 1e-7


@dataclass(frozen=True, eq=False)
class Duals:
    """Change of the plan's value per unit by which a limit moves; 0 where it does not bind.

    budget (T,), cap (A, T): gain per unit of money more, at least 0. floor (A, K, T): change per point of
    coverage by which the floor rises, at most 0. continuity (A, T): change per unit of money that the area
    must keep. share (shares, T): change per unit of money more that must go to the share's organisations.
    state_limit (A, T): gain per unit of money more that may go through the state. None without such limits.
    Duals of degenerate plans are not unique: `gain_per_unit` solves again instead.
    """

    budget: FloatArray
    floor: FloatArray
    cap: FloatArray | None
    continuity: FloatArray | None
    share: FloatArray | None
    state_limit: FloatArray | None


@dataclass(frozen=True, eq=False)
class Plan:
    """Money and what it reaches.

    x: money (A, K, H, T). coverage: (A, K, T). value: the objective, computed from x. no_money: the objective
    when nothing is spent. spent, unspent: money by year (T,); money is left when it can do nothing more
    within the limits. duals, reduced: None when the plan needed whole numbers. reduced (A, K, H, T): value
    lost per unit of money moved to an action that gets none, at most 0; 0 for actions in the plan.
    status: "optimal"; "within_gap" when whole numbers were found to within the gap asked for; "best_found"
    when time ran out. bound: no plan can be worth more than this. basis: the solver's own note of where it
    stood, from which the plan of a similar problem is found faster; None with whole numbers, and
    in a plan that was pickled.
    """

    x: FloatArray
    coverage: FloatArray
    value: float
    no_money: float
    spent: FloatArray
    unspent: FloatArray
    duals: Duals | None
    reduced: FloatArray | None
    status: Literal["optimal", "within_gap", "best_found"]
    bound: float
    basis: Any = field(repr=False)

    def __getstate__(self) -> dict[str, Any]:
        # The basis lives in the solver's memory and cannot be written down; a plan is whole without it.
        return {**self.__dict__, "basis": None}

    @property
    def gap(self) -> float:
        """How far the value may be from the best, as a share of the bound."""
        return max(0.0, (self.bound - self.value) / self.bound) if self.bound > 0 else 0.0


def solve(problem: AllocationProblem, *, gap: float = 1e-3, seconds: float = 600.0) -> Plan:
    """Return the plan of highest value (methods K).

    Of equally good plans, the one that minimises the sum over actions of (2 - omega / max omega) x, a
    thousandth more for each later channel: least money, then the higher weight, then the channel named
    first. gap: how far a plan with whole numbers may be from the best, as a share. seconds: time limit then.

    Raises InfeasibleError, a ValueError that names the conflicting limits, when no plan keeps them all;
    SolverStoppedError when time ran out before any plan was found.
    """
    plan = attempt(problem, gap=gap, seconds=seconds)
    if plan is None:
        why = explain_infeasible(problem, seconds=seconds)
        if why is None:
            raise SolverStoppedError(
                "limits hold together only within rounding; loosen the tightest of them a little"
            )
        raise InfeasibleError(why)
    return plan


def attempt(
    problem: AllocationProblem, *, gap: float = 1e-3, seconds: float = 600.0, start: Any = None
) -> Plan | None:
    """As `solve`, but None when no plan keeps every limit. start: `basis` of the plan of a similar problem."""
    built = program(problem)
    solver = Solver(built, gap=gap, seconds=seconds, start=start)
    best = solver.run()
    if best is None:
        return None
    if not built.whole.size:
        return _plan(problem, built, best, _settled(problem, built, solver, best))
    # With the yes and no of every grant held, money is found again exactly, and ties are settled.
    held = np.round(best.columns[built.whole])
    lower, upper = built.lower.copy(), built.upper.copy()
    lower[built.whole] = upper[built.whole] = held
    linear = replace(built, lower=lower, upper=upper, whole=built.whole[:0])
    again = Solver(linear)
    exact = again.run()
    columns = best.columns if exact is None else _settled(problem, linear, again, exact)
    return _plan(problem, built, best, columns)


def _settled(problem: AllocationProblem, built: Program, solver: Solver, best: Optimum) -> FloatArray:
    """Columns of the plan chosen among equally good ones.

    By complementary slackness the equally good plans are those that leave every column and every row with a
    dual at its bound; so these are held there, and the choice is made among what stays free.
    """
    weights = problem.weights / problem.weights.max()
    channel = 1.0 + 1e-3 * np.arange(problem.channels)
    dislike = (2.0 - weights)[:, :, None, None] * channel[:, None] * problem.full_cost[..., None] / built.unit
    cost = np.zeros_like(built.cost)
    cost[built.y] = -np.broadcast_to(dislike, built.y.shape)
    held = np.abs(best.column_duals) > _NOTHING
    tight = np.abs(best.row_duals) > _NOTHING
    one_side = np.where(np.isfinite(built.row_lower), built.row_lower, built.row_upper)
    solver.bound_columns(np.where(held, best.columns, built.lower), np.where(held, best.columns, built.upper))
    solver.bound_rows(np.where(tight, one_side, built.row_lower), np.where(tight, one_side, built.row_upper))
    solver.aim(cost)
    chosen = solver.run()
    # Rounding can empty the set of equally good plans, or let in worse ones; the optimum found first is then
    # kept, which is as good.
    if chosen is None or built.cost @ chosen.columns < built.cost @ best.columns - 1e-9:
        return best.columns
    return chosen.columns


def _plan(problem: AllocationProblem, built: Program, best: Optimum, columns: FloatArray) -> Plan:
    x = money(problem, built, columns)
    spent = np.asarray(x.sum(axis=(0, 1, 2)))
    left = problem.budget - spent
    whole = built.whole.size > 0
    bound = best.bound * built.worth
    return Plan(
        x=x,
        coverage=problem.covered(x),
        value=problem.value(x),
        no_money=problem.value_of_no_money,
        spent=spent,
        unspent=np.where(left > _LEFT * built.unit, left, 0.0),
        duals=None if whole else _duals(problem, built, best),
        reduced=None if whole else _reduced(problem, built, best, x),
        status="optimal" if not whole else "within_gap" if best.finished else "best_found",
        bound=bound,
        basis=best.basis,
    )


def money(problem: AllocationProblem, built: Program, columns: FloatArray) -> FloatArray:
    """Return money x (A, K, H, T) from the columns of a program, without the solver's dust."""
    x = columns[built.y] * problem.full_cost[..., None]
    return np.where(x > _DUST * built.unit, x, 0.0)


def _duals(problem: AllocationProblem, built: Program, best: Optimum) -> Duals:
    def of(family: str) -> FloatArray | None:
        per_money = built.worth / built.unit
        return best.row_duals[built.rows[family]] * per_money if family in built.rows else None

    # A floor is the lower bound of the segment that it falls in, so its dual is that column's.
    start = np.cumsum(problem.widths) - problem.widths
    segment = (problem.floor[..., None] > start + 1e-12).sum(axis=2) - 1
    asked = problem.floor > problem.coverage
    of_segments = best.column_duals[built.s] * built.worth
    floor = np.take_along_axis(of_segments, np.maximum(segment, 0)[..., None, None], axis=3)[..., 0]
    budget = of("budget")
    if budget is None:
        raise AssertionError("every program has budget rows")
    return Duals(
        budget=np.maximum(budget, 0.0),
        floor=np.where(asked[..., None], np.minimum(floor, 0.0), 0.0),
        cap=of("cap"),
        continuity=of("continuity"),
        share=of("share"),
        state_limit=of("state_limit"),
    )


def _reduced(problem: AllocationProblem, built: Program, best: Optimum, x: FloatArray) -> FloatArray:
    per_money = best.column_duals[built.y] * built.worth / problem.full_cost[..., None]
    return np.where((x > 0) | ~problem.allowed[..., None], 0.0, np.minimum(per_money, 0.0))


@dataclass(frozen=True, eq=False)
class GainPerUnit:
    """What one unit of money more, or less, does to the value of the best plan, by year (T,) and overall.

    dual: the budget's dual; None when the plan needed whole numbers. above, below: mean change per unit when
    the year's budget rises, or falls, by the step, solved again. all_above, all_below: the same with every
    year's budget. below is nan where the smaller budget cannot keep every limit.
    """

    dual: FloatArray | None
    above: FloatArray
    below: FloatArray
    all_above: float
    all_below: float
    step: float


def gain_per_unit(
    problem: AllocationProblem, plan: Plan, *, step: float = 0.01, gap: float = 1e-3, seconds: float = 600.0
) -> GainPerUnit:
    """Return the gain per unit of money: the dual, and re-solves at budgets (1 + step) and (1 - step).

    plan: the problem's own plan. With whole numbers, differences smaller than the gap mean nothing; ask for a
    smaller gap. Raises ValueError when step is outside (0, 1).
    """
    if not 0.0 < step < 1.0:
        raise ValueError(f"step: expected a share between 0 and 1, such as 0.01, got {step:g}")

    def per_unit(part: FloatArray, sign: float) -> float:
        change = sign * step * problem.budget * part
        other = attempt(
            replace(problem, budget=problem.budget + change), gap=gap, seconds=seconds, start=plan.basis
        )
        return np.nan if other is None else (other.value - plan.value) / float(change.sum()) + 0.0

    each, every = np.eye(problem.years), np.ones(problem.years)
    return GainPerUnit(
        dual=None if plan.duals is None else plan.duals.budget,
        above=np.array([per_unit(year, 1.0) for year in each]),
        below=np.array([per_unit(year, -1.0) for year in each]),
        all_above=per_unit(every, 1.0),
        all_below=per_unit(every, -1.0),
        step=step,
    )
