"""The allocation written as one linear or mixed program, and its optimum found by HiGHS.

Columns are scaled so that the solver's tolerances mean the same in every currency: y, the part of a cell's
full cost that is paid through a channel (x = full cost times y), and s, coverage gained in each segment of
the curve above what stands already. Slopes never rise along the curve, so the best plan fills segments in
their order and no whole numbers are needed for that; a floor is then a lower bound on the segments below it.

Assumes:  a checked `AllocationProblem`.
Source:   methods K; Huangfu and Hall (2018), Mathematical Programming Computation 10, for the solver.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, hstack, vstack

from jaiza.decide.allocation_problem import AllocationProblem
from jaiza.stats.arguments import FloatArray

IntArray = NDArray[np.int64]

# Ten times under the solver's own 1e-7: a plan's totals are read to six digits.
_TOLERANCE = 1e-8


class SolverStoppedError(RuntimeError):
    """The solver ended without a plan, though the limits were not found to conflict: time, or numbers."""


@dataclass(frozen=True, eq=False)
class Program:
    """Maximise cost'z + offset subject to row and column bounds, some columns whole.

    rows: positions of each family of limits, shaped like it (budget (T,), cap (A, T), ...). y, s: positions
    of money (A, K, H, T) and of coverage gained (A, K, T, L). unit: money of one unit of a money row.
    worth: value of one unit of the objective.
    """

    matrix: csc_array
    cost: FloatArray
    offset: float
    lower: FloatArray
    upper: FloatArray
    row_lower: FloatArray
    row_upper: FloatArray
    whole: IntArray
    rows: dict[str, IntArray]
    y: IntArray
    s: IntArray
    unit: float
    worth: float

    def with_columns(
        self, entries: csc_array, cost: FloatArray | float = 0.0, upper: FloatArray | float = np.inf
    ) -> tuple[Program, IntArray]:
        """Return the program with further columns in [0, upper], and their positions."""
        count = entries.shape[1]
        places = np.arange(self.cost.size, self.cost.size + count)
        program = replace(
            self,
            matrix=hstack([self.matrix, entries], format="csc"),
            cost=np.concatenate([self.cost, np.broadcast_to(cost, count)]),
            lower=np.concatenate([self.lower, np.zeros(count)]),
            upper=np.concatenate([self.upper, np.broadcast_to(upper, count)]),
        )
        return program, places

    def with_rows(self, rows: csc_array, lower: FloatArray, upper: FloatArray) -> Program:
        """Return the program with further rows beneath the others."""
        return replace(
            self,
            matrix=vstack([self.matrix, rows], format="csc"),
            row_lower=np.concatenate([self.row_lower, lower]),
            row_upper=np.concatenate([self.row_upper, upper]),
        )


@dataclass(frozen=True, eq=False)
class Optimum:
    """What the solver found: columns, duals (empty where whole numbers bind), its bound, where it stopped."""

    columns: FloatArray
    column_duals: FloatArray
    row_duals: FloatArray
    objective: float
    bound: float
    finished: bool
    basis: Any


@dataclass
class _Rows:
    """Triplets of the matrix, and row bounds, gathered family by family."""

    place: list[IntArray] = field(default_factory=list)
    column: list[IntArray] = field(default_factory=list)
    value: list[FloatArray] = field(default_factory=list)
    lower: list[FloatArray] = field(default_factory=list)
    upper: list[FloatArray] = field(default_factory=list)
    count: int = 0

    def family(self, shape: tuple[int, ...], lower: Any, upper: Any) -> IntArray:
        """Open a family of rows of this shape; bounds are broadcast to it. Return their positions."""
        size = int(np.prod(shape))
        places = np.arange(self.count, self.count + size).reshape(shape)
        self.lower.append(np.broadcast_to(np.asarray(lower, dtype=float), shape).ravel())
        self.upper.append(np.broadcast_to(np.asarray(upper, dtype=float), shape).ravel())
        self.count += size
        return places

    def put(self, rows: IntArray, columns: IntArray, values: Any) -> None:
        """Enter values at rows and columns, all three broadcast together."""
        row, column, value = np.broadcast_arrays(rows, columns, np.asarray(values, dtype=float))
        self.place.append(row.ravel())
        self.column.append(column.ravel())
        self.value.append(value.ravel())

    def matrix(self, columns: int) -> csc_array:
        entries = (np.concatenate(self.value), (np.concatenate(self.place), np.concatenate(self.column)))
        return csc_array(entries, shape=(self.count, columns))


def remaining(problem: AllocationProblem, coverage: FloatArray) -> FloatArray:
    """Return how much of each segment lies above this coverage: shape of `coverage` with an L axis added."""
    start = np.cumsum(problem.widths) - problem.widths
    return np.asarray(problem.widths - np.clip(coverage[..., None] - start, 0.0, problem.widths))


def program(problem: AllocationProblem, *, curve: bool = True, most: float | None = None) -> Program:
    """Return the program of methods K.

    Without `curve` the objective is empty and floors are rows: only the limits on money and coverage remain,
    to which other objectives can be added. most: an amount no area's yearly money need pass, where whole
    numbers need one; the year's budget if not given.
    """
    p = problem
    cells, years = (p.areas, p.approaches), p.years
    y = np.arange(p.full_cost.size * years).reshape(*p.full_cost.shape, years)
    segments = p.widths.size if curve else 0
    s = y.size + np.arange(p.weights.size * years * segments).reshape(*cells, years, segments)
    unit, worth = float(p.budget.mean()), float(p.weights.max() * p.slopes[0])

    rows = _Rows()
    families = _money_rows(rows, p, y, unit)
    bought = p.multiplier[:, None, :, None]
    if curve:
        # Coverage gained is at most coverage bought.
        places = families["coverage"] = rows.family((*cells, years), -np.inf, 0.0)
        rows.put(places[..., None], s, 1.0)
        rows.put(places[:, :, None, :], y, -bought)
    else:
        short = np.maximum(p.floor - p.coverage, 0.0)
        places = families["floor"] = rows.family((*cells, years), short[:, :, None], np.inf)
        rows.put(places[:, :, None, :], y, bought)

    size = y.size + s.size
    lower, upper, cost = np.zeros(size), np.full(size, np.inf), np.zeros(size)
    upper[: y.size] = np.where(p.allowed[..., None], np.inf, np.zeros(years)).ravel()
    if curve:
        width = np.broadcast_to(remaining(p, p.coverage)[:, :, None, :], s.shape)
        start = np.cumsum(p.widths) - p.widths
        reach = np.maximum(p.floor, p.coverage)[..., None] - np.maximum(p.coverage[..., None], start)
        lower[y.size :] = np.clip(reach[:, :, None, :], 0.0, width).ravel()
        upper[y.size :] = width.ravel()
        cost[y.size :] = np.broadcast_to(
            (p.weights[..., None] * p.slopes / worth)[:, :, None], s.shape
        ).ravel()

    linear = Program(
        matrix=rows.matrix(size),
        cost=cost,
        offset=p.value_of_no_money / worth if curve else 0.0,
        lower=lower,
        upper=upper,
        row_lower=np.concatenate(rows.lower),
        row_upper=np.concatenate(rows.upper),
        whole=np.empty(0, dtype=np.int64),
        rows=families,
        y=y,
        s=s,
        unit=unit,
        worth=worth,
    )
    return _with_whole_numbers(linear, p, most) if p.whole else linear


def _money_rows(rows: _Rows, p: AllocationProblem, y: IntArray, unit: float) -> dict[str, IntArray]:
    """Limits on money alone, in units of `unit`: budget, cap, continuity, reserved shares, state share."""
    money = p.full_cost[..., None] / unit
    families = {"budget": rows.family((p.years,), -np.inf, p.budget / unit)}
    rows.put(families["budget"], y, money)
    by_area = (p.areas, p.years)
    if p.cap is not None:
        families["cap"] = rows.family(by_area, -np.inf, p.cap / unit)
        rows.put(families["cap"][:, None, None, :], y, money)
    if p.continuity is not None:
        kept = 1.0 - p.continuity
        today = np.zeros(p.areas) if p.current is None else p.current.sum(axis=(1, 2))
        least = np.zeros(by_area)
        least[:, 0] = kept * today / unit
        families["continuity"] = rows.family(by_area, least, np.inf)
        rows.put(families["continuity"][:, None, None, :], y, money)
        rows.put(families["continuity"][:, None, None, 1:], y[..., :-1], -kept * money)
    if p.shares:
        families["share"] = rows.family((len(p.shares), p.years), 0.0, np.inf)
        for number, share in enumerate(p.shares):
            rows.put(families["share"][number], y, (share.led[..., None] - share.least) * money)
    if p.state_limit is not None:
        families["state_limit"] = rows.family(by_area, -np.inf, 0.0)
        through_state = np.arange(p.channels) == p.state_channel
        part = through_state[None, None, :, None] - p.state_limit[:, None, None, None]
        rows.put(families["state_limit"][:, None, None, :], y, part * money)
    return families


def _with_whole_numbers(linear: Program, p: AllocationProblem, ample: float | None) -> Program:
    """Add a yes or no for each grant (nothing, or at least the minimum) and for each place (in or out)."""
    most = np.broadcast_to(p.budget if ample is None else ample, (p.areas, p.years))
    if p.cap is not None:
        most = np.minimum(most, p.cap)
    money = p.full_cost[..., None] / linear.unit
    whole, families, built = [], dict(linear.rows), linear
    if p.minimum_grant is not None:
        built, flat = built.with_columns(csc_array((built.row_lower.size, linear.y.size)), upper=1.0)
        granted = flat.reshape(linear.y.shape)
        rows = _Rows()
        least = rows.family(granted.shape, 0.0, np.inf)
        rows.put(least, linear.y, money)
        rows.put(least, granted, -p.minimum_grant[:, None] / linear.unit)
        limit = rows.family(granted.shape, -np.inf, 0.0)
        rows.put(limit, linear.y, money)
        rows.put(limit, granted, -most[:, None, None, :] / linear.unit)
        families["minimum_grant"] = built.row_lower.size + least
        built = _appended(built, rows)
        whole.append(flat)
    if p.most_places is not None:
        built, chosen = built.with_columns(csc_array((built.row_lower.size, p.areas)), upper=1.0)
        rows = _Rows()
        families["places"] = built.row_lower.size + rows.family((1,), -np.inf, float(p.most_places))
        rows.put(np.zeros(1, dtype=np.int64), chosen, 1.0)
        inside = rows.family((p.areas, p.years), -np.inf, 0.0)
        rows.put(inside[:, None, None, :], linear.y, money)
        rows.put(inside, chosen[:, None], -most / linear.unit)
        # Implied by the others, but without it half a place would count for half of its budget, not of its
        # coverage, and the search for the best places would take far longer.
        gained = rows.family(linear.s.shape, -np.inf, 0.0)
        rows.put(gained, linear.s, 1.0)
        rows.put(gained, chosen[:, None, None, None], -linear.upper[linear.s])
        built = _appended(built, rows)
        whole.append(chosen)
    return replace(built, whole=np.concatenate(whole), rows=families)


def _appended(built: Program, rows: _Rows) -> Program:
    matrix = rows.matrix(built.cost.size)
    return built.with_rows(matrix, np.concatenate(rows.lower), np.concatenate(rows.upper))


class _Quiet(highspy.Highs):
    """HiGHS without callbacks: switching them on makes it write its banner in the middle of printed tables."""

    def enableCallbacks(self) -> None:
        """Switch nothing on; none is used here."""


class Solver:
    """A program held by HiGHS: solved, changed a little, solved again from where it stood.

    gap: how far from the best a plan with whole numbers may be, as a share. seconds: time limit of one run.
    start: basis of an earlier optimum of a program of the same shape.
    """

    def __init__(
        self, built: Program, *, gap: float = 1e-3, seconds: float = 600.0, start: Any = None
    ) -> None:
        self._highs: Any = _Quiet()  # type: ignore[no-untyped-call]
        self._program = built
        self._set("output_flag", False)
        self._set("time_limit", seconds)
        self._set("primal_feasibility_tolerance", _TOLERANCE)
        self._set("dual_feasibility_tolerance", _TOLERANCE)
        if built.whole.size:
            self._set("mip_rel_gap", gap)
            self._set("mip_feasibility_tolerance", _TOLERANCE)
        else:
            # Measured on 160 areas, 12 approaches, 2 channels, 3 years: the dual simplex without presolve is
            # faster than with it, than the primal simplex and than the interior point method.
            self._set("solver", "simplex")
            self._set("presolve", "off")
        self._demand(self._highs.passModel(_loaded(built)), "reading the program")
        if start is not None:
            self._demand(self._highs.setBasis(start), "taking the starting basis")

    def run(self) -> Optimum | None:
        """Return the optimum, or None when no plan keeps every limit.

        Raises SolverStoppedError when time ran out before any plan was found, or numbers were too extreme.
        """
        self._highs.run()
        status, known = self._highs.getModelStatus(), highspy.HighsModelStatus
        if status == known.kUnknown:
            # A warm start can end a hair outside the tolerances; from the beginning, with presolve, it does not.
            self._highs.clearSolver()
            self._set("presolve", "on")
            self._highs.run()
            status = self._highs.getModelStatus()
            self._set("presolve", "on" if self._program.whole.size else "off")
        if status in (known.kInfeasible, known.kUnboundedOrInfeasible):
            # Every program here is bounded by its budget, so "either" can only mean the first.
            return None
        info, solution = self._highs.getInfo(), self._highs.getSolution()
        found = status == known.kOptimal or (
            bool(self._program.whole.size) and status == known.kTimeLimit and bool(solution.value_valid)
        )
        if not found:
            told = self._highs.modelStatusToString(status).lower()
            raise SolverStoppedError(
                f"no plan was found ({told}); allow more time, or check for amounts of very different size"
            )
        whole = bool(self._program.whole.size)
        objective = float(info.objective_function_value)
        return Optimum(
            columns=np.array(solution.col_value),
            column_duals=np.empty(0) if whole else np.array(solution.col_dual),
            row_duals=np.empty(0) if whole else np.array(solution.row_dual),
            objective=objective,
            bound=float(info.mip_dual_bound) if whole else objective,
            finished=status == known.kOptimal,
            basis=None if whole else self._highs.getBasis(),
        )

    def aim(self, cost: FloatArray) -> None:
        """Replace the objective."""
        size = cost.size
        changed = self._highs.changeColsCost(size, np.arange(size, dtype=np.int32), cost)
        self._demand(changed, "changing the objective")

    def bound_rows(self, lower: FloatArray, upper: FloatArray) -> None:
        """Replace the bounds of every row."""
        places = np.arange(lower.size, dtype=np.int32)
        self._demand(self._highs.changeRowsBounds(lower.size, places, lower, upper), "changing limits")

    def bound_columns(self, lower: FloatArray, upper: FloatArray) -> None:
        """Replace the bounds of every column."""
        places = np.arange(lower.size, dtype=np.int32)
        self._demand(self._highs.changeColsBounds(lower.size, places, lower, upper), "changing limits")

    def add_row(self, columns: IntArray, values: FloatArray, lower: float, upper: float) -> None:
        """Add one row."""
        added = self._highs.addRow(lower, upper, columns.size, columns.astype(np.int32), values)
        self._demand(added, "adding a limit")

    def _set(self, option: str, value: object) -> None:
        self._demand(self._highs.setOptionValue(option, value), f"setting {option}")

    def _demand(self, status: Any, doing: str) -> None:
        # A warning (say, of a small matrix entry) leaves the model usable; an error does not.
        if status == highspy.HighsStatus.kError:
            raise SolverStoppedError(f"the solver refused {doing}; check for amounts of very different size")


def _loaded(built: Program) -> Any:
    """The program in the solver's own words."""
    lp = highspy.HighsLp()
    lp.num_row_, lp.num_col_ = built.matrix.shape
    lp.sense_ = highspy.ObjSense.kMaximize
    lp.offset_ = built.offset
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = built.cost, built.lower, built.upper
    lp.row_lower_, lp.row_upper_ = built.row_lower, built.row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = built.matrix.indptr
    lp.a_matrix_.index_ = built.matrix.indices
    lp.a_matrix_.value_ = built.matrix.data
    if built.whole.size:
        kinds = np.full(built.cost.size, highspy.HighsVarType.kContinuous)
        kinds[built.whole] = highspy.HighsVarType.kInteger
        lp.integrality_ = kinds.tolist()
    return lp
