"""Plans over draws of the judgements: the cautious plan, and the actions that survive nearly every draw.

A plan is cautious when it makes the mean outcome of the worst draws as good as it can be (CVaR). An action is
robust when it gets money in nearly all draws, each planned for anew; there may be none, and that is a result.

Source:   Rockafellar and Uryasev (2000), Journal of Risk 2(3), 21-41; methods K.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csc_array

from jaiza.decide.allocation_model import IntArray, Optimum, Program, Solver, program, remaining
from jaiza.decide.allocation_plan import Plan, attempt, money, solve
from jaiza.decide.allocation_problem import AllocationProblem, BoolArray
from jaiza.stats.arguments import FloatArray, reals

_JUDGED = ("weights", "unit_cost", "target", "coverage", "multiplier")


@dataclass(frozen=True, eq=False, kw_only=True)
class JudgementDraws:
    """Joint draws of the judgements a plan rests on; what is not given stays as in the problem.

    D draws along the first axis. weights (D, A, K); unit_cost, target (D, K) or (D, A, K); coverage
    (D, A, K); multiplier (D, A, H). probability: of each draw (D,), summing to 1; equal if not given.
    Each draw is checked like a problem when it is used. Raises ValueError when no argument is given, when
    their numbers of draws differ, or when probabilities do not sum to 1.
    """

    weights: FloatArray | None = None
    unit_cost: FloatArray | None = None
    target: FloatArray | None = None
    coverage: FloatArray | None = None
    multiplier: FloatArray | None = None
    probability: FloatArray | None = None

    def __post_init__(self) -> None:
        for name in _JUDGED:
            given = getattr(self, name)
            if given is not None:
                object.__setattr__(self, name, reals(given, name, dimensions=(2, 3)))
        lengths = {name: len(values) for name, values in self._given().items()}
        if not lengths:
            raise ValueError("draws: expected at least one judgement that varies, got none")
        if len(set(lengths.values())) > 1 or 0 in lengths.values():
            raise ValueError(f"draws: expected the same number of draws, at least 1, in each, got {lengths}")
        if self.probability is not None:
            chance = reals(self.probability, "probability", dimensions=(1,), least=0.0)
            if chance.size != self.count or abs(chance.sum() - 1.0) > 1e-9:
                raise ValueError(
                    f"probability: expected {self.count} numbers that sum to 1, "
                    f"got {chance.size} that sum to {chance.sum():g}"
                )
            object.__setattr__(self, "probability", chance)

    def _given(self) -> dict[str, FloatArray]:
        return {name: getattr(self, name) for name in _JUDGED if getattr(self, name) is not None}

    @property
    def count(self) -> int:
        return len(next(iter(self._given().values())))

    @property
    def chance(self) -> FloatArray:
        """Probability of each draw (D,)."""
        return np.full(self.count, 1.0 / self.count) if self.probability is None else self.probability

    def judged(self, number: int) -> dict[str, Any]:
        """Arguments of a problem that draw `number` replaces."""
        return {name: values[number] for name, values in self._given().items()}


def tail_mean(outcomes: ArrayLike, beta: float = 0.75, probability: ArrayLike | None = None) -> float:
    """Return the mean of the worst 1 - beta of outcomes: max over eta of eta - sum p max(0, eta - f)/(1 - beta).

    outcomes: f (D,), higher is better. probability: of each, equal if not given. beta: in [0, 1); 0 gives
    the plain mean. Raises ValueError for other arguments.
    """
    value = reals(outcomes, "outcomes", dimensions=(1,))
    if value.size == 0:
        raise ValueError("outcomes: expected at least one, got none")
    _check_beta(beta)
    chance = np.full(value.size, 1.0 / value.size)
    if probability is not None:
        chance = reals(probability, "probability", dimensions=(1,), least=0.0)
        if chance.size != value.size or abs(chance.sum() - 1.0) > 1e-9:
            raise ValueError(
                f"probability: expected {value.size} numbers that sum to 1, got {chance.tolist()}"
            )
    order = np.argsort(value, kind="stable")
    before = np.cumsum(chance[order]) - chance[order]
    taken = np.clip((1.0 - beta) - before, 0.0, chance[order])
    return float(taken @ value[order] / taken.sum())


def _check_beta(beta: float) -> None:
    if not 0.0 <= beta < 1.0:
        raise ValueError(f"beta: expected at least 0 and under 1, such as 0.75, got {beta:g}")


@dataclass(frozen=True, eq=False)
class RobustPlan:
    """The cautious plan, beside the central one.

    x: money (A, K, H, T). cvar: mean outcome of its worst draws. threshold: the outcome below which a draw
    is among them (eta). outcomes: its value in every draw (D,). value: under the problem's own judgements.
    central: the problem's own plan; central_cvar: the mean outcome of that plan's worst draws, so that
    cvar - central_cvar is what caution gains, and central.value - value what it costs.
    """

    x: FloatArray
    cvar: float
    threshold: float
    outcomes: FloatArray
    value: float
    central: Plan
    central_cvar: float


def cvar(
    problem: AllocationProblem,
    draws: JudgementDraws,
    beta: float = 0.75,
    *,
    gap: float = 1e-3,
    seconds: float = 600.0,
) -> RobustPlan:
    """Return the plan that maximises CVaR over the draws: eta - sum p z / (1 - beta), z >= eta - f (methods K).

    Limits, floors among them, hold under the problem's own judgements. The program starts with the cells that
    the central plan pays for and with its worst draws; draws that turn out worse than eta, and cells whose
    first money would raise the tail mean, are added until there are none, which proves the optimum. (With
    whole numbers, all cells are there from the start.)

    Raises InfeasibleError like `solve`, ValueError when a draw is no valid problem or beta is outside [0, 1).
    """
    _check_beta(beta)
    central = solve(problem, gap=gap, seconds=seconds)
    tail = _Tail(problem, draws, beta)
    central_outcomes = tail.outcomes(central.x)
    inside = _worst(central_outcomes, draws.chance, 1.0 - beta)
    cells: BoolArray = np.logical_or(central.x.any(axis=2), problem.whole)
    while True:
        master = _Master(tail, np.flatnonzero(inside), cells)
        found = Solver(master.program, gap=gap, seconds=seconds).run()
        if found is None:
            raise AssertionError("the central plan keeps every limit")
        x = money(problem, master.program, found.columns)
        outcomes, threshold = tail.outcomes(x), float(found.columns[master.eta]) * master.program.worth
        worse = ~inside & (outcomes < threshold - 1e-7 * master.program.worth)
        wanted = master.worth_opening(found)
        if not worse.any() and not wanted.any():
            break
        inside, cells = inside | worse, np.asarray(cells | wanted)
    return RobustPlan(
        x=x,
        cvar=tail_mean(outcomes, beta, draws.chance),
        threshold=threshold,
        outcomes=outcomes,
        value=problem.value(x),
        central=central,
        central_cvar=tail_mean(central_outcomes, beta, draws.chance),
    )


def _worst(outcomes: FloatArray, chance: FloatArray, share: float) -> BoolArray:
    """Worst draws that hold a good fifth more than this share of the probability (D,).

    At least the share itself is needed, or else eta has no upper limit.
    """
    order = np.argsort(outcomes, kind="stable")
    before = np.cumsum(chance[order]) - chance[order]
    inside = np.zeros(outcomes.size, dtype=bool)
    inside[order[before < 1.2 * share]] = True
    return inside


class _Tail:
    """The problem under each draw, as arrays with the draw first."""

    def __init__(self, problem: AllocationProblem, draws: JudgementDraws, beta: float) -> None:
        judged = [replace(problem, **draws.judged(number)) for number in range(draws.count)]
        self.problem = problem
        self.weights = np.stack([one.weights for one in judged])
        self.coverage = np.stack([one.coverage for one in judged])
        self.gain = np.stack([one.gain for one in judged])
        self.no_money = np.array([one.value_of_no_money for one in judged])
        self.price = draws.chance / (1.0 - beta)

    def outcomes(self, x: FloatArray) -> FloatArray:
        """Value of money x in every draw (D,)."""
        found = np.empty(len(self.weights))
        for number, weights in enumerate(self.weights):
            reach = self.coverage[number][..., None] + np.einsum("akh,akht->akt", self.gain[number], x)
            worth = self.problem.worth(np.minimum(reach, 1.0))
            found[number] = np.einsum("ak,akt->", weights, worth)
        return found


class _Master:
    """The CVaR program over some draws and some cells; other cells get no money, other draws are not seen."""

    def __init__(self, tail: _Tail, numbers: IntArray, cells: BoolArray) -> None:
        self._tail, self._numbers, self._cells = tail, numbers, cells
        problem = tail.problem
        limits = program(problem, curve=False)
        worth = float(tail.weights.max() * problem.slopes[0])
        area, approach, year = np.nonzero(cells)
        closed = limits.y.transpose(0, 1, 3, 2)[~cells].ravel()
        upper = limits.upper.copy()
        upper[closed] = 0.0

        shape = (numbers.size, area.size, problem.widths.size)
        size = limits.cost.size
        s = size + np.arange(np.prod(shape), dtype=np.int64).reshape(shape)
        z = size + s.size + np.arange(numbers.size)
        self.eta = size + s.size + numbers.size
        first = limits.row_lower.size
        covered = first + np.arange(shape[0] * shape[1], dtype=np.int64).reshape(shape[:2])
        self.tail_rows = first + covered.size + np.arange(numbers.size)

        weights = tail.weights[numbers][:, area, approach]
        slopes = weights[..., None] * problem.slopes / worth
        bought = (tail.gain[numbers] * problem.full_cost)[:, area, approach]
        y = limits.y[area, approach, :, year]
        ones = np.ones(numbers.size)
        entries = [
            (covered[..., None], s, np.ones(shape)),
            (covered[..., None], y[None], -bought),
            (self.tail_rows[:, None, None], s, slopes),
            (self.tail_rows, z, ones),
            (self.tail_rows, np.full(numbers.size, self.eta), -ones),
        ]
        spread = [[np.ravel(part) for part in np.broadcast_arrays(*entry)] for entry in entries]
        row, column, value = (np.concatenate([entry[part] for entry in spread]) for part in range(3))
        columns = self.eta + 1
        rows = csc_array((value, (row - first, column)), shape=(covered.size + numbers.size, columns))
        left = remaining(problem, tail.coverage[numbers][:, area, approach])
        grown, _ = replace(limits, upper=upper).with_columns(
            csc_array((first, columns - size)),
            upper=np.concatenate([left.ravel(), np.full(numbers.size + 1, np.inf)]),
        )
        grown = grown.with_rows(
            rows,
            np.concatenate([np.full(covered.size, -np.inf), -tail.no_money[numbers] / worth]),
            np.concatenate([np.zeros(covered.size), np.full(numbers.size, np.inf)]),
        )
        cost = np.zeros(columns)
        cost[z] = -tail.price[numbers]
        cost[self.eta] = 1.0
        self.program: Program = replace(grown, cost=cost, worth=worth)

    def worth_opening(self, found: Optimum) -> BoolArray:
        """Closed cells (A, K, T) whose first money would raise the tail mean, by the duals of the program."""
        problem, tail = self._tail.problem, self._tail
        if self._cells.all():
            return np.zeros_like(self._cells)
        chance = np.abs(found.row_duals[self.tail_rows])
        start = np.cumsum(problem.widths) - problem.widths
        coverage = tail.coverage[self._numbers]
        segment = (coverage[..., None] >= start).sum(axis=-1) - 1
        slope = np.where(coverage < 1.0, problem.slopes[segment], 0.0)
        gained = tail.gain[self._numbers] * problem.full_cost
        first = np.einsum("d,dak,dakh->akh", chance, tail.weights[self._numbers] * slope, gained)
        paid = found.column_duals[self.program.y]
        better = (first[..., None] / self.program.worth + paid > 1e-7) & problem.allowed[..., None]
        return np.asarray(better.any(axis=2) & ~self._cells)


@dataclass(frozen=True, eq=False)
class RobustActions:
    """How often actions get money over draws, each planned for anew.

    share: of the draws, by probability, in which an action gets money (A, K, H); cell_share (A, K) and
    area_share (A,): in which any of its actions does. robust: share at least as large as asked (A, K, H).
    low, middle, high: 5, 50 and 95 % quantiles of its money over all years (A, K, H), draws counted equally.
    infeasible: draws in which no plan kept every limit; in them nothing counts as getting money.
    """

    share: FloatArray
    cell_share: FloatArray
    area_share: FloatArray
    robust: BoolArray
    low: FloatArray
    middle: FloatArray
    high: FloatArray
    infeasible: int


def robust_actions(
    problem: AllocationProblem,
    draws: JudgementDraws,
    share: float = 0.9,
    *,
    least: float = 0.0,
    gap: float = 1e-3,
    seconds: float = 600.0,
) -> RobustActions:
    """Return how often each action is in the plan over the draws, and which reach `share` of them.

    least: money over all years above which an action counts as paid for. Raises ValueError when share is
    outside (0, 1], least is negative, or a draw is no valid problem.
    """
    if not 0.0 < share <= 1.0:
        raise ValueError(f"share: expected above 0 and at most 1, such as 0.9, got {share:g}")
    if least < 0:
        raise ValueError(f"least: expected money of at least 0, got {least:g}")
    totals = np.zeros((draws.count, *problem.full_cost.shape))
    infeasible = 0
    # Every draw starts from the central plan, so that its own plan does not depend on the draws before it.
    central = attempt(problem, gap=gap, seconds=seconds)
    start = None if central is None else central.basis
    for number in range(draws.count):
        plan = attempt(replace(problem, **draws.judged(number)), gap=gap, seconds=seconds, start=start)
        if plan is None:
            infeasible += 1
            continue
        totals[number] = plan.x.sum(axis=3)
    paid, chance = totals > least, draws.chance
    often = np.tensordot(chance, paid, 1)
    low, middle, high = np.quantile(totals, (0.05, 0.5, 0.95), axis=0)
    return RobustActions(
        share=often,
        cell_share=np.tensordot(chance, paid.any(axis=3), 1),
        area_share=np.tensordot(chance, paid.any(axis=(2, 3)), 1),
        # A hair's breadth of rounding in the sum of probabilities must not cost an action its place.
        robust=often >= share - 1e-9,
        low=low,
        middle=middle,
        high=high,
        infeasible=infeasible,
    )
