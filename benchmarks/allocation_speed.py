"""Time of an allocation plan: ours, and SciPy's linprog on the same question, in one run.

160 areas, 12 approaches, 2 channels, 3 years, once with a budget only and once with floors, caps, continuity,
a reserved share and a limit on the state's share. SciPy is timed with its matrix already made, and with its
rows written in loops, the plain way. Every optimum must agree to seven digits. Prints one row per case, the
median of several runs, and its ratio to ours; `--all` adds what stands beside a plan and plans with whole
numbers.

    python benchmarks/allocation_speed.py [--runs 5] [--all]
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array, vstack

from jaiza.decide import allocation
from jaiza.decide.allocation import AllocationProblem, JudgementDraws, ReservedShare
from jaiza.decide.allocation_model import Program, program

AREAS, APPROACHES, CHANNELS, YEARS = 160, 12, 2, 3
Result = TypeVar("Result")


def question(limits: bool, seed: int = 0) -> AllocationProblem:
    """A made-up country of the size named above, with money for about a seventh of all need."""
    rng = np.random.default_rng(seed)
    actions = (AREAS, APPROACHES, CHANNELS)
    people = rng.integers(5_000, 500_000, AREAS).astype(float)
    unit_cost, target = rng.lognormal(3.5, 0.5, APPROACHES), rng.uniform(0.01, 0.2, APPROACHES)
    budget = 0.15 * float((unit_cost * target * people[:, None]).sum())
    asked = AllocationProblem(
        people=people,
        unit_cost=unit_cost,
        target=target,
        weights=rng.dirichlet(np.ones(AREAS * APPROACHES)).reshape(AREAS, APPROACHES),
        budget=np.full(YEARS, budget),
        coverage=rng.uniform(0, 0.5, (AREAS, APPROACHES)),
        multiplier=rng.uniform(0.5, 1, (AREAS, CHANNELS)),
        channel_cost=np.array([1.0, 0.8]),
    )
    if not limits:
        return asked
    return replace(
        asked,
        floor=np.asarray(0.3),
        floor_where=rng.random(AREAS) < 0.05,
        cap=np.full(AREAS, 6 * budget / AREAS),
        current=rng.dirichlet(np.ones(np.prod(actions))).reshape(actions) * budget * 0.3,
        continuity=0.25,
        shares=(ReservedShare(led=rng.uniform(0, 0.6, actions), least=0.25),),
        state_channel=1,
        state_limit=rng.uniform(0.3, 1, AREAS),
    )


def timed(run: Callable[[], Result], runs: int) -> tuple[float, Result]:
    """Median seconds, and the last result."""
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        result = run()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds), result


def by_scipy(built: Program) -> float:
    """SciPy on a matrix already made: the value of the optimum."""
    matrix = csr_array(built.matrix)
    above, below = np.isfinite(built.row_upper), np.isfinite(built.row_lower)
    found = linprog(
        -built.cost,
        A_ub=vstack([matrix[above], -matrix[below]], format="csc"),
        b_ub=np.concatenate([built.row_upper[above], -built.row_lower[below]]),
        bounds=np.column_stack([built.lower, built.upper]),
        method="highs",
    )
    return (built.offset - found.fun) * built.worth


def by_loops(p: AllocationProblem) -> float:
    """SciPy on rows written in loops, for a budget only: the value of the optimum."""
    rows: list[int] = []
    columns: list[int] = []
    values: list[float] = []
    most: list[float] = []
    cost: list[float] = []
    bounds: list[tuple[float, float | None]] = []
    for year in range(p.years):
        most.append(p.budget[year])
    for area, approach, year in itertools.product(range(p.areas), range(p.approaches), range(p.years)):
        most.append(p.coverage[area, approach])
        for channel in range(p.channels):
            rows += [year, len(most) - 1]
            columns += [len(cost)] * 2
            values += [1.0, -p.gain[area, approach, channel]]
            cost.append(0.0)
            bounds.append((0.0, None))
        for slope, width in zip(p.slopes, p.widths, strict=True):
            rows.append(len(most) - 1)
            columns.append(len(cost))
            values.append(1.0)
            cost.append(-p.weights[area, approach] * slope)
            bounds.append((0.0, width))
    matrix = csr_array((values, (rows, columns)), shape=(len(most), len(cost)))
    return -linprog(cost, A_ub=matrix, b_ub=most, bounds=bounds, method="highs").fun


def row(case: str, seconds: float, ours: float, value: float | None = None) -> None:
    worth = "" if value is None else f"{value:.9f}"
    print(f"{case:<52}{seconds:9.3f} s{seconds / ours:9.2f} x  {worth}")


def compare(name: str, asked: AllocationProblem, runs: int, loops: bool) -> float:
    ours, plan = timed(lambda: allocation.solve(replace(asked)), runs)
    row(f"{name}: jaiza, check + build + solve + settle ties", ours, ours, plan.value)
    build, built = timed(lambda: program(replace(asked)), runs)
    row("  of which check + build", build, ours)
    others = [("SciPy linprog, matrix ready", lambda: by_scipy(built))]
    if loops:
        others.append(("SciPy linprog, rows written in loops", lambda: by_loops(asked)))
    for other, run in others:
        seconds, value = timed(run, runs)
        row(f"  {other}", seconds, ours, value)
        if abs(value - plan.value) > 1e-7 * plan.value:
            raise SystemExit(f"{other} found {value}, not {plan.value}")
    return ours


def beside(asked: AllocationProblem, ours: float) -> None:
    """What stands beside a plan, each once, against the time of the plan."""
    plan = allocation.solve(asked)
    rng = np.random.default_rng(1)
    draws = JudgementDraws(
        weights=asked.weights * rng.lognormal(0, 0.4, (200, AREAS, APPROACHES)),
        unit_cost=asked.unit_cost * rng.lognormal(0, 0.4, (200, 1, APPROACHES)),
        coverage=np.clip(asked.coverage + rng.normal(0, 0.1, (200, AREAS, APPROACHES)), 0, 1),
    )
    dear = replace(asked, floor=np.asarray(0.7), floor_where=None)
    budget = float(asked.budget[0])
    cases: list[tuple[str, Callable[[], object]]] = [
        ("gain per unit, 8 re-solves", lambda: allocation.gain_per_unit(asked, plan)),
        ("baselines, with the nearest plans in limits", lambda: allocation.baselines(asked)),
        ("opposites", lambda: allocation.opposites(asked, plan)),
        ("three alternatives within 5 %", lambda: allocation.near_optimal(asked, plan)),
        ("floors of .7 everywhere: conflict explained", lambda: allocation.explain_infeasible(dear)),
        ("robust actions, 200 draws", lambda: allocation.robust_actions(asked, draws)),
        ("at most 40 places, to .1 %", lambda: allocation.solve(replace(question(False), most_places=40))),
        (
            "minimum grants, to .1 %",
            lambda: allocation.solve(replace(asked, minimum_grant=np.asarray(budget / 500))),
        ),
    ]
    for name, run in cases:
        seconds, _ = timed(run, 1)
        row(name, seconds, ours)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--runs", type=int, default=5, help="runs of each case; the median is shown")
    arguments.add_argument("--all", action="store_true", help="also what stands beside a plan, once each")
    given = arguments.parse_args()
    print(f"{AREAS} areas x {APPROACHES} approaches x {CHANNELS} channels x {YEARS} years")
    print(f"{'case':<52}{'time':>11}{'to ours':>11}  value")
    compare("budget only", question(False), given.runs, loops=True)
    ours = compare("all limits", question(True), given.runs, loops=False)
    if given.all:
        beside(question(True), ours)


if __name__ == "__main__":
    main()
