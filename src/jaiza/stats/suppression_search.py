"""The companions of least total that hide the withheld cells of a table: one mixed-integer program.

For each cell to protect, two other tables must be possible that agree with all published cells: one in which
the cell is large enough, and one far enough below that. A flow through a cell never needs to move any other
cell by more than itself, which bounds all movements and keeps the program tight.
Source: Fischetti and Salazar (2001), for the model; the line rule is Cox's (1980).
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from jaiza.stats.arguments import FloatArray

Mask = NDArray[np.bool_]
Cells = NDArray[np.intp]

ONE_AT_A_TIME = threading.Lock()
EXACT_CELLS = 150
"""Cells, margins among them, up to which all companions are sought together."""


def additivity(shape: tuple[int, ...]) -> Any:
    """Equations (rows + columns, cells) of a table with margins last: each line minus its total is 0."""
    rows, columns = shape
    row_sums = np.append(np.ones(columns - 1), -1.0)[None]
    column_sums = np.append(np.ones(rows - 1), -1.0)[None]
    return sparse.vstack(
        [sparse.kron(sparse.eye_array(rows), row_sums), sparse.kron(column_sums, sparse.eye_array(columns))]
    ).tocsr()


def companions(
    values: FloatArray, withheld: Mask, protected: Mask, keep: Mask, width: float, upper: float
) -> Mask:
    """Return the cells to withhold, `withheld` among them, none of `keep`, so that `protected` ones are safe.

    The total of the cells added is least, then their number. All arrays are (rows + 1, columns + 1), margins
    last. A protected cell that is not withheld needs no safety. Raises ValueError where no choice is safe.
    """
    reach = max(width, upper)
    if reach == 0:
        return withheld.copy()
    value, cells = values.ravel(), values.size
    targets = np.flatnonzero(protected.ravel())
    fixed = withheld.ravel()
    moves = 2 * targets.size * cells
    with _standard_output_kept_clean():
        answer = milp(
            np.concatenate([np.where(fixed, 0.0, _prices(value)), np.zeros(moves)]),
            integrality=np.concatenate([np.ones(cells), np.zeros(moves)]),
            bounds=Bounds(
                np.concatenate([fixed.astype(np.float64), np.full(moves, -1.0)]),
                np.concatenate([1.0 - keep.ravel(), np.ones(moves)]),
            ),
            constraints=[
                *(_lines(values.shape, moves) if width > 0 else []),
                *_movements(values.shape, np.minimum(value / reach, 1.0), 2 * targets.size),
                *_safety(value / reach, targets, _demand(value, width / reach), upper / reach),
            ],
            options={"mip_rel_gap": 0.0},
        )
    if answer.x is None:
        names = [tuple(int(i) for i in np.unravel_index(target, values.shape)) for target in targets]
        raise ValueError(
            f"keep: no choice of companions hides the cells {names} (row, column; margins last); "
            "let more cells be withheld, or merge rows or columns"
        )
    hidden: Mask = answer.x[:cells].reshape(values.shape) > 0.5
    return hidden


@contextmanager
def _standard_output_kept_clean() -> Iterator[None]:
    """HiGHS 1.12 now and then prints a line of its own; data may be on their way to standard output."""
    with ONE_AT_A_TIME:
        try:
            kept = os.dup(1)
        except OSError:  # closed: nothing can be spoiled
            yield
            return
        try:
            with suppress(OSError):
                os.dup2(2, 1)
            yield
        finally:
            os.dup2(kept, 1)
            os.close(kept)


def _prices(value: FloatArray) -> FloatArray:
    """What each cell costs; its number decides only between equal totals."""
    if (value == np.floor(value)).all():
        return value + 0.5 / value.size
    return value / float(value.mean()) + 1e-6 / value.size


def _demand(value: FloatArray, width: float) -> float:
    """The width to ask for: a little more where limits need not be whole, against the solver's rounding."""
    return width if (value == np.floor(value)).all() else width * (1 + 1e-4)


def _lines(shape: tuple[int, ...], moves: int) -> list[LinearConstraint]:
    """A withheld cell needs another in its row and in its column: alone, it follows from the total."""
    in_line = abs(additivity(shape))
    line, cell = in_line.nonzero()
    rule = in_line[line] - 2 * sparse.eye_array(in_line.shape[1]).tocsr()[cell]
    blank = sparse.csr_array((line.size, moves))
    return [LinearConstraint(sparse.hstack([rule, blank]), 0.0, np.inf)]


def _movements(shape: tuple[int, ...], down: FloatArray, tables: int) -> list[LinearConstraint]:
    """Each other table adds up, moves withheld cells only, and takes from a cell no more than it holds."""
    equations, cells = additivity(shape), down.size
    each = sparse.eye_array(tables)
    moves = sparse.eye_array(tables * cells)
    stacked = sparse.kron(np.ones((tables, 1)), sparse.eye_array(cells))
    blank = sparse.csr_array((tables * equations.shape[0], cells))
    return [
        LinearConstraint(sparse.hstack([blank, sparse.kron(each, equations)]), 0.0, 0.0),
        LinearConstraint(sparse.hstack([-stacked, moves]), -np.inf, 0.0),
        LinearConstraint(sparse.hstack([stacked @ sparse.diags_array(down), moves]), 0.0, np.inf),
    ]


def _safety(value: FloatArray, targets: Cells, width: float, upper: float) -> list[LinearConstraint]:
    """A withheld target reaches `upper` in its first other table, and is `width` lower in its second."""
    cells, count = value.size, targets.size
    here = np.arange(count)
    first = cells * (1 + 2 * here) + targets
    second = first + cells
    shape = (count, cells * (1 + 2 * count))
    one = np.ones(count)

    def rows(*parts: tuple[FloatArray, Cells]) -> Any:
        entries = np.concatenate([part for part, _ in parts])
        places = np.concatenate([place for _, place in parts])
        return sparse.coo_array((entries, (np.tile(here, len(parts)), places)), shape=shape).tocsr()

    short = np.maximum(upper - value[targets], 0.0)
    return [
        LinearConstraint(rows((one, first), (-one, second), (-width * one, targets)), 0.0, np.inf),
        LinearConstraint(rows((one, first), (-short, targets)), 0.0, np.inf),
    ]
