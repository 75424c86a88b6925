"""Where the work of each initiative lies: shares by area, and what no area holds (methods A and C4).

Assumes:  several areas without shares hold the work in proportion to their eligible people, which is flagged. A
          record that also names a wider place (a province, a former place, the country) does not say how much of
          its work lies in the areas that it names without a share: there the share stays unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jaiza.gaps.coverage.dose import divided
from jaiza.gaps.coverage.presence import Work
from jaiza.places.scope import Scope
from jaiza.records.tables_of_study import Tables

Floats = NDArray[np.float64]
COUNTRY = ""


@dataclass(frozen=True)
class Located:
    """Where work lies, one row an initiative.

    ``share`` (initiatives, areas): part of the work in each area; nan where it works there and the part is not
    known. ``left`` (initiatives,): the part that no area holds; it lies somewhere within ``extent`` (positions of
    areas), which is named by ``within`` ("" for the country). ``by_people``: ids split by eligible people.
    """

    share: Floats
    left: Floats
    extent: tuple[tuple[int, ...], ...]
    within: tuple[tuple[str, ...], ...]
    by_people: tuple[str, ...]

    @property
    def named(self) -> NDArray[np.bool_]:
        """Whether an initiative names an area and works there (initiatives, areas)."""
        return np.isnan(self.share) | (self.share > 0)


def located(tables: Tables, scope: Scope, work: Sequence[Work], eligible: Floats) -> Located:
    """Places of each initiative; ``eligible`` (areas,) are people, nan where not counted."""
    places: dict[str, list[tuple[str, float | None]]] = {}
    for row in tables.rows("initiative_areas"):
        places.setdefault(row["initiative"], []).append((row["area"], row["share"]))
    share = np.zeros((len(work), len(scope.areas)))
    left = np.zeros(len(work))
    extents: list[tuple[int, ...]] = []
    within: list[tuple[str, ...]] = []
    by_people: list[str] = []
    for i, item in enumerate(work):
        given, wide = _areas_and_wider(places.get(item.initiative, ()), scope, item.national)
        if wide:
            share[i, list(given)] = [np.nan if part is None else part for part in given.values()]
            left[i] = max(0.0, 1.0 - sum(part for part in given.values() if part is not None))
        elif given:
            parts, assumed = divided(list(given.values()), [float(eligible[p]) for p in given])
            share[i, list(given)] = parts
            if assumed:
                by_people.append(item.initiative)
        extents.append(_extent(wide, scope))
        within.append(tuple(sorted(wide)))
    return Located(share, left, tuple(extents), tuple(within), tuple(by_people))


def _areas_and_wider(
    rows: Sequence[tuple[str, float | None]], scope: Scope, national: bool
) -> tuple[dict[int, float | None], set[str]]:
    """Shares by analysed area, and codes of the wider places named; an area named twice counts once."""
    given: dict[int, float | None] = {}
    wide = {COUNTRY} if national else set()
    for code, share in sorted(rows, key=lambda row: row[0]):
        position = scope.position(code)
        if position is None:
            wide.add(COUNTRY if scope.kind.get(code) == "country" else code)
        elif position in given:
            before = given[position]
            given[position] = None if before is None or share is None else before + share
        else:
            given[position] = share
    return dict(sorted(given.items())), wide


def _extent(wide: set[str], scope: Scope) -> tuple[int, ...]:
    """Positions of the areas in which work known for wider places may lie."""
    if COUNTRY in wide:
        return tuple(range(len(scope.areas)))
    return tuple(sorted({i for code in wide for i in scope.members.get(code, ())}))
