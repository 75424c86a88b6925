"""People by area on a day: census counts, interpolated between two censuses.

Interpolation is geometric (a constant rate of growth) and is the one declared exception to the rule that nothing
later than the round is seen. Before the first and after the last count, that count is held.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jaiza.records.dates import first_day
from jaiza.records.tables_of_study import Tables


@dataclass(frozen=True)
class People:
    """Counts (areas,), nan where none is known, and the rows they come from.

    ``rows`` (k,) are positions in ``population``, ``areas`` (k,) positions of areas, ``weights`` (k,) the part of
    each count in the geometric mean, so that count = prod(people ** weight).
    """

    counts: NDArray[np.float64]
    rows: NDArray[np.int64]
    areas: NDArray[np.int64]
    weights: NDArray[np.float64]


def people(
    tables: Tables, areas: Sequence[str], on: dt.date, *, sex: str = "all", age_band: str = "all"
) -> People:
    """People of each area on a day, by sex and age band (residence: all)."""
    at = {code: i for i, code in enumerate(areas)}
    found: dict[int, list[tuple[dt.date, float, int]]] = {}
    for position, row in enumerate(tables.rows("population")):
        if (row["sex"], row["age_band"], row["residence"]) != (sex, age_band, "all") or row["people"] is None:
            continue
        i = at.get(row["area"])
        if i is not None:
            found.setdefault(i, []).append((first_day(row["counted_on"]), float(row["people"]), position))
    counts = np.full(len(areas), np.nan)
    used: list[tuple[int, int, float]] = []
    for i, series in found.items():
        series.sort()
        before = [s for s in series if s[0] <= on]
        after = [s for s in series if s[0] > on]
        if before and after and before[-1][1] > 0 and after[0][1] > 0:
            (d0, p0, r0), (d1, p1, r1) = before[-1], after[0]
            w = (on - d0).days / (d1 - d0).days
            counts[i] = p0 ** (1 - w) * p1**w
            used += [(i, r0, 1 - w), (i, r1, w)] if w > 0 else [(i, r0, 1.0)]
        else:
            _, count, row_at = before[-1] if before else after[0]
            counts[i] = count
            used.append((i, row_at, 1.0))
    return People(
        counts,
        np.array([u[1] for u in used], dtype=np.int64),
        np.array([u[0] for u in used], dtype=np.int64),
        np.array([u[2] for u in used], dtype=np.float64),
    )
