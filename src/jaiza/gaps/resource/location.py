"""Where money lies: shares by area, and what no area holds. Money known only for a wider place is never located.

Assumes:  an initiative's money lies as its work does; areas without stated shares divide what is left by eligible
          people. Where a wider place is named too, the areas without a stated share stay open.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jaiza.gaps.resource.flows import Flow
from jaiza.places.scope import Scope
from jaiza.records.tables_of_study import Tables

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Place:
    """``shares`` by position of an area; ``left`` lies somewhere among the positions of ``extent``.

    ``named``: areas that are named and whose part of ``left`` is not known.
    """

    shares: Mapping[int, float]
    left: float
    extent: tuple[int, ...]
    by_people: bool = False
    named: tuple[int, ...] = ()


def places_of_initiatives(tables: Tables, scope: Scope, eligible: Floats) -> dict[str, Place]:
    """Place of every initiative that names one; ``eligible`` (areas,) are people, nan where not counted."""
    named: dict[str, list[tuple[str, float | None]]] = {}
    for row in tables.rows("initiative_areas"):
        named.setdefault(row["initiative"], []).append((row["area"], row["share"]))
    out: dict[str, Place] = {}
    for row in tables.rows("initiatives"):
        wide = row["location_basis"] == "national"
        if wide or row["id"] in named:
            out[row["id"]] = _place(sorted(named.get(row["id"], []), key=lambda p: p[0]), scope, eligible, national=wide)  # fmt: skip
    return out


def place_of(flow: Flow, initiatives: Mapping[str, Place], scope: Scope) -> Place:
    """The area a flow names; else the place of its initiative; else the wider place it names; else anywhere."""
    position = scope.position(flow.area)
    if position is not None:
        return Place({position: 1.0}, 0.0, ())
    if flow.initiative in initiatives:
        return initiatives[flow.initiative]
    return Place({}, 1.0, scope.members.get(flow.area, ()) or tuple(range(len(scope.areas))))


def _place(
    named: Sequence[tuple[str, float | None]], scope: Scope, eligible: Floats, *, national: bool
) -> Place:
    given: dict[int, float] = {}
    still_open: list[int] = []
    extent: set[int] = set(range(len(scope.areas))) if national else set()
    wide = national
    for code, share in named:
        position = scope.position(code)
        if position is None:
            wide = True
            extent |= set(scope.members.get(code, ()) or range(len(scope.areas)))
        elif share is None:
            still_open.append(position)
        else:
            given[position] = given.get(position, 0.0) + share
    stated = sum(given.values())
    if stated > 1:
        given = {p: s / stated for p, s in given.items()}
    left = max(0.0, 1.0 - stated)
    if left < 1e-9:
        return Place(given, 0.0, ())
    still_open = sorted(set(still_open))
    if wide or not still_open:
        anywhere = tuple(sorted(extent | set(still_open))) or tuple(range(len(scope.areas)))
        return Place(given, left, anywhere, named=tuple(still_open))
    people = np.nan_to_num(eligible[still_open])
    if len(still_open) > 1 and people.sum() <= 0:
        return Place(given, left, tuple(still_open), named=tuple(still_open))
    parts = people / people.sum() if len(still_open) > 1 else np.ones(1)
    for position, part in zip(still_open, parts.tolist(), strict=True):
        given[position] = given.get(position, 0.0) + left * part
    return Place(given, 0.0, (), by_people=len(still_open) > 1)
