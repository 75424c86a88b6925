"""Why no plan exists: the limits that conflict, the least that would have to give, and the money it takes.

Only floors and continuity ask for money; every other limit is kept by spending nothing. So a conflict always
holds at least one of these two, and giving way on them is always enough.

Source:   deletion filter and elastic relaxation: Chinneck (2008), Feasibility and Infeasibility in
          Optimization, Springer; methods K ("name the conflicting floors").
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy.sparse import csc_array

from jaiza.decide.allocation_model import IntArray, Program, Solver, program
from jaiza.decide.allocation_problem import AllocationProblem
from jaiza.stats.arguments import FloatArray

Kind = Literal[
    "budget", "floor", "cap", "continuity", "share", "state_limit", "excluded", "minimum_grant", "places"
]

# Order in which limits are tried for dropping: what is left in a conflict is what people can best act on.
_DROPPED_FIRST: tuple[Kind, ...] = (
    "places",
    "minimum_grant",
    "state_limit",
    "share",
    "excluded",
    "cap",
    "continuity",
    "floor",
    "budget",
)


@dataclass(frozen=True)
class Limit:
    """One limit by its kind and positions; a floor, cap or continuity stands for all years."""

    kind: Kind
    area: int | None = None
    approach: int | None = None
    year: int | None = None
    share: int | None = None


@dataclass(frozen=True)
class Concession:
    """By how much a limit gives way: a floor in points of coverage, continuity in money, in its worst year."""

    limit: Limit
    by: float


@dataclass(frozen=True)
class Infeasibility:
    """Why the limits cannot all be kept.

    conflict: limits that cannot hold together, none of which can be left out of the conflict. concessions:
    a least total way out: floors lowered and continuity loosened, nothing else changed. budget_factor: the
    smallest multiple of every year's budget with which all limits hold; None when no money would do.
    """

    conflict: tuple[Limit, ...]
    concessions: tuple[Concession, ...]
    budget_factor: float | None


class InfeasibleError(ValueError):
    """No plan keeps every limit; `why` says which ones conflict and what would have to give."""

    def __init__(self, why: Infeasibility) -> None:
        named = "; ".join(_named(limit) for limit in why.conflict[:6])
        more = f"; and {len(why.conflict) - 6} more" if len(why.conflict) > 6 else ""
        money = "no budget would be enough"
        if why.budget_factor is not None:
            money = f"a budget {why.budget_factor:.4g} times as large would do"
        super().__init__(f"no plan keeps these limits together: {named}{more}. Loosen one of them; {money}.")
        self.why = why


def _named(limit: Limit) -> str:
    """A limit by its kind and positions, counted from 0: "floor of area 3, approach 1"."""
    at = [
        f"{axis} {place}"
        for axis, place in (
            ("area", limit.area),
            ("approach", limit.approach),
            ("year", limit.year),
            ("share", limit.share),
        )
        if place is not None
    ]
    return limit.kind.replace("_", " ") + (" of " + ", ".join(at) if at else "")


def explain_infeasible(problem: AllocationProblem, *, seconds: float = 60.0) -> Infeasibility | None:
    """Return why no plan keeps every limit, or None when some plan does.

    seconds: time limit of one question to the solver; raises SolverStoppedError when it is not enough.
    """
    limits_only = _Limits(problem, seconds, whole=False)
    if limits_only.hold_together(limits_only.all):
        if not problem.whole:
            return None
        limits_only = _Limits(problem, seconds, whole=True)
        if limits_only.hold_together(limits_only.all):
            return None
    conflict = irreducible(limits_only.all, lambda kept: not limits_only.hold_together(kept))
    built = limits_only.program
    return Infeasibility(
        conflict=tuple(sorted(conflict, key=lambda limit: _DROPPED_FIRST.index(limit.kind), reverse=True)),
        concessions=_concessions(problem, built, seconds),
        budget_factor=_budget_factor(problem, built, seconds),
    )


def irreducible(limits: Sequence[Limit], conflicting: Callable[[Sequence[Limit]], bool]) -> list[Limit]:
    """Return a part of conflicting `limits` that still conflicts, and no longer does without any one of them.

    A deletion filter: earlier limits are dropped first. It drops a run of limits at a time, twice as long
    after each success and half as long after each failure, with the same result as one at a time.
    """
    kept: list[Limit] = []
    rest = list(limits)
    run = max(1, len(rest) // 2)
    while rest:
        run = min(run, len(rest))
        if conflicting(kept + rest[run:]):
            rest, run = rest[run:], 2 * run
        elif run == 1:
            kept.append(rest.pop(0))
        else:
            run //= 2
    return kept


class _Limits:
    """The limits of a problem with their rows and columns, so that any of them can be switched off."""

    def __init__(self, problem: AllocationProblem, seconds: float, *, whole: bool) -> None:
        asked = problem if whole else replace(problem, minimum_grant=None, most_places=None)
        self.program = program(asked, curve=False, most=_ample(problem))
        self._rows, self._columns = _places(asked, self.program)
        self._solver = Solver(self.program, seconds=seconds)
        costs = _floor_costs(problem)

        def order(limit: Limit) -> tuple[int, float]:
            # Cheap floors are dropped before dear ones: a conflict then names few floors, not many.
            cost = float(costs[limit.area, limit.approach]) if limit.kind == "floor" else 0.0
            return _DROPPED_FIRST.index(limit.kind), cost

        self.all = sorted([*self._rows, *self._columns], key=order)

    def hold_together(self, limits: Sequence[Limit]) -> bool:
        """True when some plan keeps all of `limits`, whatever it does to the others."""
        kept, built = set(limits), self.program
        lower, upper, column_upper = built.row_lower.copy(), built.row_upper.copy(), built.upper.copy()
        for limit, rows in self._rows.items():
            if limit not in kept:
                lower[rows], upper[rows] = -np.inf, np.inf
        for limit, columns in self._columns.items():
            if limit not in kept:
                column_upper[columns] = np.inf
        self._solver.bound_rows(lower, upper)
        self._solver.bound_columns(built.lower, column_upper)
        return self._solver.run() is not None


def _places(
    problem: AllocationProblem, built: Program
) -> tuple[dict[Limit, IntArray], dict[Limit, IntArray]]:
    """Rows of each limit, and the columns of each exclusion that stands in the way of a floor."""
    rows: dict[Limit, IntArray] = {}
    for year, row in enumerate(built.rows["budget"]):
        rows[Limit("budget", year=year)] = row[None]
    asked = problem.floor > problem.coverage
    for area, approach in np.argwhere(asked).tolist():
        rows[Limit("floor", area=area, approach=approach)] = built.rows["floor"][area, approach]
    by_area: tuple[Kind, ...] = ("cap", "continuity", "state_limit")
    for kind in by_area:
        for area in range(problem.areas if kind in built.rows else 0):
            rows[Limit(kind, area=area)] = built.rows[kind][area]
    for number in range(len(problem.shares)):
        rows[Limit("share", share=number)] = built.rows["share"][number]
    whole: tuple[Kind, ...] = ("minimum_grant", "places")
    for kind in whole:
        if kind in built.rows:
            rows[Limit(kind)] = built.rows[kind].ravel()
    columns = {
        Limit("excluded", area=area, approach=approach): built.y[area, approach][
            ~problem.allowed[area, approach]
        ].ravel()
        for area, approach in np.argwhere(asked & ~problem.allowed.all(axis=2)).tolist()
    }
    return rows, columns


def _floor_costs(problem: AllocationProblem) -> FloatArray:
    """Least yearly money that meets each floor (A, K); inf where no action does, 0 where none is needed."""
    gain = np.where(problem.allowed, problem.gain, 0.0).max(axis=2)
    short = np.maximum(problem.floor - problem.coverage, 0.0)
    cost = np.divide(short, gain, out=np.full(short.shape, np.inf), where=gain > 0)
    return np.asarray(np.where(short > 0, cost, 0.0))


def _ample(problem: AllocationProblem) -> float:
    """An amount above what any area needs in a year to keep all limits but those on money."""
    costs = _floor_costs(problem)
    today = 0.0 if problem.current is None else float(problem.current.sum())
    grant = 0.0 if problem.minimum_grant is None else float(problem.minimum_grant.max())
    dearest = problem.full_cost.max() * float(np.isfinite(costs).any())
    return float(problem.budget.max() + costs[np.isfinite(costs)].sum() + today + grant + dearest)


def _concessions(problem: AllocationProblem, built: Program, seconds: float) -> tuple[Concession, ...]:
    """Solve for the least total by which floors and continuity give way, each by one amount for all years."""
    limits: list[Limit] = []
    rows: list[IntArray] = []
    weight: list[float] = []
    scale: list[float] = []
    for area, approach in np.argwhere(problem.floor > problem.coverage).tolist():
        limits.append(Limit("floor", area=area, approach=approach))
        rows.append(built.rows["floor"][area, approach])
        weight.append(1.0)
        scale.append(1.0)
    if problem.continuity is not None:
        today = np.zeros(problem.areas) if problem.current is None else problem.current.sum(axis=(1, 2))
        for area in range(problem.areas):
            limits.append(Limit("continuity", area=area))
            rows.append(built.rows["continuity"][area])
            # A whole year's money of an area weighs as much as a whole floor.
            weight.append(built.unit / today[area] if today[area] > 0 else 1.0)
            scale.append(built.unit)
    count = len(limits)
    column = np.repeat(np.arange(count), problem.years)
    entries = csc_array(
        (np.ones(column.size), (np.concatenate(rows), column)), shape=(built.row_lower.size, count)
    )
    elastic, places = built.with_columns(entries, cost=-np.array(weight))
    found = Solver(elastic, seconds=seconds).run()
    if found is None:
        raise AssertionError("spending nothing keeps every limit but floors and continuity")
    by = found.columns[places]
    return tuple(
        Concession(limit, float(amount * size))
        for limit, amount, size in zip(limits, by, scale, strict=True)
        if amount > 1e-7
    )


def _budget_factor(problem: AllocationProblem, built: Program, seconds: float) -> float | None:
    """Solve for the smallest multiple of the budget with which all limits hold."""
    budget = built.rows["budget"]
    entries = csc_array(
        (-problem.budget / built.unit, (budget, np.zeros_like(budget))), shape=(built.row_lower.size, 1)
    )
    upper = built.row_upper.copy()
    upper[budget] = 0.0
    scaled, place = replace(built, row_upper=upper).with_columns(entries, cost=-1.0)
    found = Solver(scaled, seconds=seconds).run()
    return None if found is None else float(found.columns[place[0]])


def broken_limits(problem: AllocationProblem, x: FloatArray, tolerance: float = 1e-6) -> tuple[Limit, ...]:
    """Return the limits that money x (A, K, H, T) does not keep.

    tolerance: slack allowed, in points of coverage, and as a share of the mean yearly budget for money.
    """
    linear = replace(problem, minimum_grant=None, most_places=None)
    built = program(linear, curve=False)
    activity = built.matrix @ (x / problem.full_cost[..., None]).ravel()
    wrong = (activity < built.row_lower - tolerance) | (activity > built.row_upper + tolerance)
    found = [limit for limit, rows in _places(linear, built)[0].items() if wrong[rows].any()]
    slack = tolerance * built.unit
    paid = x > slack
    for area, approach in np.argwhere((paid.any(axis=3) & ~problem.allowed).any(axis=2)).tolist():
        found.append(Limit("excluded", area=area, approach=approach))
    if problem.minimum_grant is not None and (paid & (x < problem.minimum_grant[:, None] - slack)).any():
        found.append(Limit("minimum_grant"))
    if problem.most_places is not None and paid.any(axis=(1, 2, 3)).sum() > problem.most_places:
        found.append(Limit("places"))
    return tuple(found)
