"""Cells of a table withheld so that what is published does not give them away.

Gives:    which cells are withheld, for being small or as companions; what an outsider can work out about each
          from the margins; which cells rest on too few contributors; what two releases give away together.
Assumes:  an outsider knows that counts are not negative, and every published cell and total, exactly; not the
          rule itself, nor anything about single cells from elsewhere.
Source:   Willenborg and de Waal (2001); Fischetti and Salazar (2001) for the least loss; the Handbook on
          Statistical Disclosure Control for dominance; methods N.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from scipy.optimize import linprog

from jaiza.stats.arguments import FloatArray, reals
from jaiza.stats.labels import labels
from jaiza.stats.suppression_search import EXACT_CELLS, additivity, companions

Mask = NDArray[np.bool_]

THRESHOLD = 10.0
WIDTH = 10.0
UPPER = 10.0
FEWEST_CONTRIBUTORS = 3
TOP_SHARE = 0.75
# LP answers carry rounding of this size
TOLERANCE = 1e-6


@dataclass(frozen=True)
class Attack:
    """What the published cells and totals tell of the rest; arrays (rows + 1, columns + 1), margins last."""

    suppressed: Mask
    lower: FloatArray
    """Least value a cell can have; its value where it is published."""
    upper: FloatArray
    """Greatest value a cell can have; infinity where nothing limits it."""

    @property
    def width(self) -> FloatArray:
        """Upper - lower; 0 for published cells."""
        return self.upper - self.lower

    def exposed(self, width: float = WIDTH, upper: float = UPPER) -> Mask:
        """The suppressed cells with an interval narrower than `width` or an upper limit below `upper`."""
        narrow = self.width < width - TOLERANCE
        return self.suppressed & (narrow | (self.upper < upper - TOLERANCE))


@dataclass(frozen=True)
class Suppression:
    """Cells to withhold; arrays (rows + 1, columns + 1), the margins in the last row and column."""

    primary: Mask
    """Withheld for what they are."""
    complementary: Mask
    """Withheld so that the primary ones cannot be worked out."""
    published: FloatArray
    """The table with its margins; nan where withheld."""
    cost: float
    """Total of the complementary cells."""
    exact: bool
    """Whether no other choice of complementary cells has a lower total; else chosen one cell at a time."""

    @property
    def suppressed(self) -> Mask:
        """All cells withheld."""
        return self.primary | self.complementary


@dataclass(frozen=True)
class Differencing:
    """What two releases of one table give away together; arrays (rows + 1, columns + 1), margins last."""

    small_change: Mask
    """Published both times with a change above 0 and below the threshold: it stands for a few people."""
    exposed: Mask
    """Withheld in one release, and known too well from both together."""

    @property
    def safe(self) -> bool:
        """Whether the later release may go out."""
        return not (self.small_change.any() or self.exposed.any())


def with_margins(table: ArrayLike) -> FloatArray:
    """Return the table (rows + 1, columns + 1) with its row and column totals last, and the total of all.

    Raises ValueError for an empty table and for missing, infinite or negative cells.
    """
    inner = reals(table, "table", dimensions=(2,), least=0.0)
    if inner.size == 0:
        raise ValueError(f"table: expected a row and a column at least, got shape {inner.shape}")
    wide = np.column_stack([inner, inner.sum(axis=1)])
    return np.vstack([wide, wide.sum(axis=0)])


def suppress(
    table: ArrayLike,
    threshold: float | None = THRESHOLD,
    *,
    primary: ArrayLike | None = None,
    keep: ArrayLike | None = None,
    zeros: bool = False,
    width: float = WIDTH,
    upper: float = UPPER,
) -> Suppression:
    """Return which cells to withhold: small ones, and companions of least total that hide them (methods N).

    Primary: cells and totals above 0 and below `threshold` (None: no such rule), with those of `primary`.
    Companions: such that every cell withheld, companions too, keeps an interval (`attack`) at least `width`
    wide with an upper limit of at least `upper`. Of choices with the least total the one with fewest cells is
    taken. Tables of up to 150 cells with margins are searched exactly (mixed-integer program, HiGHS); larger
    ones protect one cell after another, each at least total given what is already withheld: safe, but perhaps
    not the least in all, and `exact` says so.

    table (rows, columns): counts, or amounts with limits in the same unit, without margins. zeros: whether
    true zeros tell something of people; if so they are primary, else they stay published and hide nothing.
    primary, keep (rows, columns) or (rows + 1, columns + 1) true where a cell must be withheld, or may not
    be, as when an earlier release showed it. Raises ValueError for a bad table or mask, negative limits, a
    cell in both masks, or a cell that cannot be hidden while those of `keep` stay.
    """
    values = with_margins(table)
    reals(0.0 if threshold is None else threshold, "threshold", dimensions=(0,), least=0.0)
    reals([width, upper], "width, upper", least=0.0)
    first = _mask(primary, "primary", values.shape)
    if threshold is not None:
        first |= (values < threshold) & (values > 0)
    if zeros:
        first |= values == 0
    fixed = _mask(keep, "keep", values.shape)
    if (first & fixed).any():
        cell = tuple(int(i) for i in np.argwhere(first & fixed)[0])
        raise ValueError(f"keep: cell {cell} must be withheld and may not be; leave it out of one of the two")
    exact = values.size <= EXACT_CELLS
    hidden = _search(values, first, fixed | ((values == 0) & ~first), width, upper, exact)
    complementary = hidden & ~first
    return Suppression(
        primary=first,
        complementary=complementary,
        published=np.where(hidden, np.nan, values),
        cost=float(values[complementary].sum()),
        exact=exact,
    )


def attack(table: ArrayLike, suppressed: ArrayLike) -> Attack:
    """Return the interval of each suppressed cell given all others, by two linear programs each (methods N).

    Least and greatest value over all tables without negative cells that agree with the published cells and in
    which rows and columns add up. For whole counts the limits are whole and are reached.

    table (rows, columns): the true values, without margins. suppressed: (rows, columns), the margins then
    being published, or (rows + 1, columns + 1). Raises ValueError for a bad table or mask.
    """
    values = with_margins(table)
    hidden = _mask(suppressed, "suppressed", values.shape)
    lower, upper = values.copy(), values.copy()
    for cell in np.argwhere(hidden):
        place = (int(cell[0]), int(cell[1]))
        lower[place], upper[place] = _interval(values, hidden, place)
    return Attack(hidden, lower, upper)


def dominance(
    amount: ArrayLike,
    cell: ArrayLike,
    contributor: ArrayLike,
    cells: int,
    *,
    fewest: int = FEWEST_CONTRIBUTORS,
    top_share: float = TOP_SHARE,
) -> Mask:
    """Return which money cells (cells,) rest on too few contributors, or nearly on one (methods N).

    Marked are cells with fewer than `fewest` contributors, and with a largest one whose share is above
    `top_share`; the amounts of one contributor to one cell are added first. A cell without amounts above 0 is
    not marked: there is nobody to recognise in it. The result, reshaped, is a `primary` for `suppress`.

    amount, cell, contributor (entries,): amounts of at least 0, the number of the cell from 0 to cells - 1,
    and a label. Raises ValueError for other numbers, cells out of range, or unequal lengths.
    """
    amounts = reals(amount, "amount", dimensions=(1,), least=0.0)
    where = reals(cell, "cell", dimensions=(1,), least=0.0, most=float(cells - 1))
    if where.shape != amounts.shape or (where != np.floor(where)).any():
        raise ValueError(
            f"cell: expected a cell number for each of {amounts.size} amounts, got {where.tolist()[:5]}"
        )
    who = labels(contributor, "contributor", amounts.size, "amounts").tolist()
    number = {label: place for place, label in enumerate(dict.fromkeys(who))}
    shape = (cells, max(len(number), 1))
    at = (where.astype(np.int64), np.array([number[label] for label in who], dtype=np.int64))
    given = sparse.coo_array((amounts, at), shape=shape).toarray()
    total = given.sum(axis=1)
    few = np.count_nonzero(given, axis=1) < fewest
    marked: Mask = (total > 0) & (few | (given.max(axis=1) > top_share * total))
    return marked


def differencing(
    earlier: ArrayLike,
    earlier_suppressed: ArrayLike,
    later: ArrayLike,
    later_suppressed: ArrayLike,
    *,
    threshold: float = THRESHOLD,
    width: float = WIDTH,
    upper: float = UPPER,
) -> Differencing:
    """Return what a table gives away beside an earlier release of it, cell by cell (methods N).

    A change above 0 and below `threshold` between two published values counts a few people. A cell withheld
    in one release is attacked with everything that the other published and that has not changed; it is
    exposed too where the other release published a value less than `width` away.

    earlier, later (rows, columns): true values of both, same cells in the same order, without margins; the
    masks as in `attack`. Raises ValueError as `attack`, and for tables of different shapes.
    """
    before, after = with_margins(earlier), with_margins(later)
    if before.shape != after.shape:
        raise ValueError(
            f"later: expected the cells of earlier, got shapes {np.shape(earlier)} and {np.shape(later)}; "
            "compare the cells that both have"
        )
    hidden_before = _mask(earlier_suppressed, "earlier_suppressed", before.shape)
    hidden_after = _mask(later_suppressed, "later_suppressed", after.shape)
    change = np.abs(after - before)
    small = ~hidden_before & ~hidden_after & (change > 0) & (change < threshold)
    # what either release shows of an unchanged cell is known in both
    both = hidden_before & hidden_after
    unknown_before = both | (hidden_before & (change > 0))
    unknown_after = both | (hidden_after & (change > 0))
    exposed = (hidden_before != hidden_after) & (change < width)
    exposed |= attack(earlier, unknown_before).exposed(width, upper)
    exposed |= attack(later, unknown_after).exposed(width, upper)
    return Differencing(small, exposed)


def _mask(given: ArrayLike | None, name: str, shape: tuple[int, ...]) -> Mask:
    """`given` with margins; without them it gets unmarked ones."""
    mask = np.zeros(shape, dtype=np.bool_)
    if given is None:
        return mask
    marks = np.asarray(given)
    if marks.dtype != np.bool_ or marks.shape not in (shape, (shape[0] - 1, shape[1] - 1)):
        raise ValueError(
            f"{name}: expected true and false for each cell, with or without margins, of shape {shape}; "
            f"got {marks.dtype} of shape {marks.shape}"
        )
    mask[: marks.shape[0], : marks.shape[1]] = marks
    return mask


def _interval(values: FloatArray, hidden: Mask, cell: tuple[int, int]) -> tuple[float, float]:
    equations = additivity(values.shape)
    open_cells = np.flatnonzero(hidden)
    published = np.where(hidden, 0.0, values).ravel()
    known = -(equations @ published)
    target = int(np.searchsorted(open_cells, np.ravel_multi_index(cell, values.shape)))
    # no vertex lies beyond the sum of what is known, so a greatest value there means that there is none
    beyond = float(np.abs(known).sum()) + 1.0
    bounds: list[tuple[float, float | None]] = [(0.0, None)] * open_cells.size
    bounds[target] = (0.0, beyond)
    limits = []
    rows: Any = equations[:, open_cells]
    for sign in (1.0, -1.0):
        cost = np.zeros(open_cells.size)
        cost[target] = sign
        answer = linprog(cost, A_eq=rows, b_eq=known, bounds=bounds, method="highs")
        if answer.x is None:
            raise ArithmeticError(f"the interval of cell {cell} was not found: {answer.message}")
        limits.append(float(answer.x[target]))
    return max(limits[0], 0.0), (np.inf if limits[1] >= beyond - TOLERANCE else limits[1])


def _search(values: FloatArray, primary: Mask, keep: Mask, width: float, upper: float, exact: bool) -> Mask:
    """Withheld cells, found all together, or one protected cell after another."""
    hidden = primary.copy()
    if exact:
        protected = primary.copy()
        while protected.any():
            hidden = companions(values, primary, protected, keep, width, upper)
            bare = attack(values[:-1, :-1], hidden).exposed(width, upper)
            if not bare.any():
                break
            if not (bare & ~protected).any():
                raise ArithmeticError("the cells withheld do not hide each other; rescale the table")
            # a companion that is itself exposed must be protected wherever it is withheld
            protected |= bare
        return hidden
    waiting = [tuple(cell) for cell in np.argwhere(primary)]
    while waiting:
        row, column = waiting.pop(0)
        low, high = _interval(values, hidden, (int(row), int(column)))
        if high - low >= width - TOLERANCE and high >= upper - TOLERANCE:
            continue
        # withholding more never narrows an interval: a cell once safe stays so
        protected = np.zeros_like(hidden)
        protected[row, column] = True
        more = companions(values, hidden, protected, keep, width, upper)
        waiting += [tuple(cell) for cell in np.argwhere(more & ~hidden)]
        hidden = more
    return hidden
