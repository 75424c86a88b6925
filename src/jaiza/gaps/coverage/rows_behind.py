"""Rows behind the coverage gap of each area."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from jaiza.gaps.coverage.supply import Supply
from jaiza.places.scope import Scope
from jaiza.records.tables_of_study import Tables
from jaiza.scores import Lineage


def lineage(tables: Tables, scope: Scope, found: Supply) -> tuple[Lineage, ...]:
    """Rows of initiatives, their areas and approaches, of people and of borders.

    For an initiative with a dose ``used`` is the part of it that people of the area take up (over all areas 1, unless
    some of its work reaches nobody counted or uses approaches without a target); for one without, 0.
    """
    work = found.doses.work
    eligible = np.nan_to_num(found.catchments.eligible)
    taken = found.unit * eligible[None, :] * found.doses.by_approach.sum(axis=1)[:, None]
    used = np.asarray((found.doses.by_approach > 0).any(axis=1))[:, None]
    dosed = np.argwhere(found.known_reach & used)
    still_open = np.argwhere(found.open_reach & used)
    row_of = np.array([w.row for w in work], dtype=np.int64)
    out = [
        Lineage("initiatives", "dose", dosed[:, 1], row_of[dosed[:, 0]], taken[dosed[:, 0], dosed[:, 1]]),
        Lineage("initiatives", "without_dose", still_open[:, 1], row_of[still_open[:, 0]], np.zeros(len(still_open))),
    ]  # fmt: skip
    reaches = {w.initiative: np.flatnonzero((found.known_reach | found.open_reach)[i] & used[i]) for i, w in enumerate(work)}  # fmt: skip
    for table in ("initiative_areas", "initiative_approaches"):
        areas, rows = _belonging(tables, table, reaches)
        out.append(Lineage(table, "shares", areas, rows, np.ones(len(rows))))
    people = found.catchments.people
    out.append(Lineage("population", "eligible", people.areas, people.rows, people.weights))
    if not found.catchments.by_travel_time:
        areas, rows = _borders(tables, scope)
        out.append(Lineage("neighbours", "within_reach", areas, rows, np.ones(len(rows))))
    return tuple(out)


def _belonging(
    tables: Tables, table: str, reaches: dict[str, NDArray[np.intp]]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    pairs = [
        (int(area), position)
        for position, row in enumerate(tables.rows(table))
        for area in reaches.get(row["initiative"], ())
    ]
    return _columns(pairs)


def _borders(tables: Tables, scope: Scope) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    at = {code: i for i, code in enumerate(scope.areas)}
    pairs = [
        (at[row[end]], position)
        for position, row in enumerate(tables.rows("neighbours"))
        if row["area_a"] in at and row["area_b"] in at
        for end in ("area_a", "area_b")
    ]
    return _columns(pairs)


def _columns(pairs: list[tuple[int, int]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    ordered = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)
    return ordered[:, 0], ordered[:, 1]
