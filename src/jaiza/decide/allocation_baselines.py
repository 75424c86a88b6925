"""Simple ways of sharing the same money, valued like the plan: nothing, as today, equally, by need.

Each rule is applied as it stands, and its broken limits are named; beside it stands the plan nearest to the
rule that keeps every limit, so that the price of the limits and the price of the rule can be told apart.

Source:   methods K ("current, equal, need-proportional, same constraints").
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csc_array, diags_array, hstack

from jaiza.decide.allocation_conflicts import Limit, broken_limits
from jaiza.decide.allocation_model import Solver, program
from jaiza.decide.allocation_plan import money
from jaiza.decide.allocation_problem import AllocationProblem
from jaiza.stats.arguments import FloatArray


@dataclass(frozen=True, eq=False)
class Baseline:
    """A rule's money x (A, K, H, T), its coverage (A, K, T), its value, and the limits it breaks.

    near, near_value: the plan that keeps every limit and moves least money from the rule, the best of them
    if there are several; x itself when no limit is broken, None when no plan keeps them all.
    """

    x: FloatArray
    coverage: FloatArray
    value: float
    broken: tuple[Limit, ...]
    near: FloatArray | None
    near_value: float | None


@dataclass(frozen=True, eq=False)
class Baselines:
    """no_money: value when nothing is spent. current: today's split of the money, None when none is known."""

    no_money: float
    current: Baseline | None
    equal: Baseline
    need_proportional: Baseline


def baselines(
    problem: AllocationProblem, *, channel: int = 0, gap: float = 1e-3, seconds: float = 600.0
) -> Baselines:
    """Return the simple rules, each spending every year's whole budget.

    current: in today's proportions. equal: the same for every area, within it for every approach.
    need_proportional: in proportion to omega. The last two pay through `channel`, or through the first
    channel allowed where it is excluded; areas or cells without an allowed action are passed over. Money
    beyond full coverage stays where the rule puts it and does nothing. Raises ValueError for a channel
    that does not exist.
    """
    if not 0 <= channel < problem.channels:
        raise ValueError(f"channel: expected a position from 0 to {problem.channels - 1}, got {channel}")
    through = _through(problem, channel)
    open_cells = through.any(axis=2)
    equal = open_cells / np.maximum(open_cells.sum(axis=1, keepdims=True), 1)
    need = problem.weights * open_cells
    # Where only cells that do not matter are open, need says nothing, and the money is not spent.
    rules = [_split(problem, equal[..., None] * through), _split(problem, need[..., None] * through)]
    if problem.current is not None and problem.current.any():
        rules.append(_split(problem, problem.current))
    valued = [_valued(problem, x, gap, seconds) for x in rules]
    return Baselines(
        no_money=problem.value_of_no_money,
        equal=valued[0],
        need_proportional=valued[1],
        current=valued[2] if len(valued) > 2 else None,
    )


def _through(problem: AllocationProblem, channel: int) -> FloatArray:
    """1 for the one action of each cell that a rule pays for (A, K, H), 0 elsewhere."""
    order = [channel, *(other for other in range(problem.channels) if other != channel)]
    first = np.asarray(order)[problem.allowed[:, :, order].argmax(axis=2)]
    return np.where(problem.allowed, np.arange(problem.channels) == first[..., None], 0.0)


def _split(problem: AllocationProblem, parts: FloatArray) -> FloatArray:
    """Each year's budget, split in proportion to `parts` (A, K, H)."""
    total = float(parts.sum())
    return np.asarray(parts[..., None] * (problem.budget / total if total > 0 else np.zeros(problem.years)))


def _valued(problem: AllocationProblem, x: FloatArray, gap: float, seconds: float) -> Baseline:
    broken = broken_limits(problem, x)
    near = nearest(problem, x, gap=gap, seconds=seconds) if broken else x
    return Baseline(
        x=x,
        coverage=problem.covered(x),
        value=problem.value(x),
        broken=broken,
        near=near,
        near_value=None if near is None else problem.value(near),
    )


def nearest(
    problem: AllocationProblem, x: FloatArray, *, gap: float = 1e-3, seconds: float = 600.0
) -> FloatArray | None:
    """Return money (A, K, H, T) that keeps every limit and differs least from x, summed over actions and years.

    Of several, one of highest value. None when no plan keeps every limit.
    """
    built = program(problem)
    size = built.y.size
    widened, apart = built.with_columns(csc_array((built.row_lower.size, 2 * size)), cost=-1.0)
    each = (problem.full_cost[..., None] / built.unit * np.ones(problem.years)).ravel()
    wanted = (x / built.unit).ravel()
    rows = hstack(
        [
            diags_array(each),
            csc_array((size, built.cost.size - size)),
            -diags_array(np.ones(size)),
            diags_array(np.ones(size)),
        ],
        format="csc",
    )
    widened = widened.with_rows(rows, wanted, wanted)
    distance = np.zeros(widened.cost.size)
    distance[apart] = -1.0
    solver = Solver(widened, gap=gap, seconds=seconds)
    solver.aim(distance)
    closest = solver.run()
    if closest is None:
        return None
    least = float(closest.columns[apart].sum())
    solver.add_row(apart, np.ones(apart.size), 0.0, least + 1e-7)
    solver.aim(np.where(distance < 0, 0.0, widened.cost))
    best = solver.run()
    return money(problem, built, (closest if best is None else best).columns)
