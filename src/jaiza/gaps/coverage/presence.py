"""Presence of work by area and approach (methods C0): what is recorded, and as loudly where nobody has looked.

``none_known`` is a statement about the catalogue. It is never a zero, a blind spot or an orphan.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from jaiza.framework import Framework
from jaiza.places.scope import Scope
from jaiza.records.dates import first_day, last_day, months_before
from jaiza.records.tables_of_study import Tables

Period = Literal["active", "ended", "dates_unknown", "not_yet"]
Presence = Literal["known_active", "known_ended", "dates_unknown", "coarse_only", "none_known"]
PRESENCES: tuple[Presence, ...] = (
    "known_active",
    "dates_unknown",
    "known_ended",
    "coarse_only",
    "none_known",
)


@dataclass(frozen=True)
class Work:
    """One initiative as a round sees it: its period, its approaches, the analysed areas and parents that name it."""

    initiative: str
    row: int
    period: Period
    approaches: tuple[str, ...]
    areas: tuple[int, ...]
    parents: tuple[str, ...]
    national: bool
    lead: str | None


@dataclass(frozen=True)
class Cell:
    """What is recorded for one area (or parent) and one approach, with counts by kind and the rows behind them."""

    place: str
    approach: str
    presence: Presence
    counts: Mapping[str, int]
    leads: int
    rows: tuple[int, ...]


@dataclass(frozen=True)
class PresenceMap:
    """Cells for every analysed area and every parent, and how the records of the catalogue can be placed."""

    cells: Mapping[tuple[str, str], Cell]
    work: tuple[Work, ...]
    placed: Mapping[str, int]

    def of_area(self, place: str) -> list[Cell]:
        """The cells of one place, in the order of the framework."""
        return [cell for (where, _), cell in self.cells.items() if where == place]


def period_of(row: Mapping[str, Any], as_of: dt.date, window: float) -> Period:
    """Whether a record's dates cover the window before a round.

    Active when its dates reach into the window; ended when they end before it; unknown when a needed date is
    missing, or when the source only plans the work: its dates are then intentions. An open end counts as running
    only up to the date of the source that says so. A round stands on the morning of its day, so that what starts
    on that day is not yet seen.
    """
    opens = months_before(as_of, window)
    start, end, status = row["start"], row["end"], row["status"]
    if start is not None and first_day(start) >= as_of:
        return "not_yet"
    if status == "planned":
        return "dates_unknown"
    if end is not None:
        if last_day(end) < opens:
            return "ended"
        return "active" if start is not None else "dates_unknown"
    seen = last_day(row["source_date"]) if row["source_date"] is not None else None
    if status == "completed" and seen is not None and seen < opens:
        return "ended"
    if (
        status == "ongoing"
        and start is not None
        and seen is not None
        and seen >= max(opens, first_day(start))
    ):
        return "active"
    return "dates_unknown"


def work_in_round(tables: Tables, framework: Framework, scope: Scope, as_of: dt.date) -> tuple[Work, ...]:
    """Every initiative that a round may see; records that start later are left out."""
    window = framework.number("window_supply")
    places: dict[str, list[str]] = {}
    for row in tables.rows("initiative_areas"):
        places.setdefault(row["initiative"], []).append(row["area"])
    used: dict[str, list[str]] = {}
    for row in tables.rows("initiative_approaches"):
        used.setdefault(row["initiative"], []).append(row["approach"])
    out = []
    for position, row in enumerate(tables.rows("initiatives")):
        period = period_of(row, as_of, window)
        if period == "not_yet":
            continue
        codes = places.get(row["id"], [])
        areas, parents = _where(codes, scope)
        national = row["location_basis"] == "national" or any(scope.kind.get(c) == "country" for c in codes)
        out.append(
            Work(row["id"], position, period, tuple(used.get(row["id"], ())), areas, parents, national, row["lead"])
        )  # fmt: skip
    return tuple(out)


def _where(codes: list[str], scope: Scope) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Analysed areas that codes name alone, and parents of whatever is only known more coarsely."""
    areas, parents = set(), set()
    for code in codes:
        position = scope.position(code)
        if position is not None:
            areas.add(position)
        elif scope.kind.get(code) == "parent":
            parents.add(code)
        elif scope.kind.get(code) == "former":
            parents |= {scope.parent(scope.areas[i]) for i in scope.members[code]} - {""}
        elif code in scope.rows and scope.parent(code):
            parents.add(scope.parent(code))
    return tuple(sorted(areas)), tuple(sorted(parents))


def presence(tables: Tables, framework: Framework, scope: Scope, as_of: dt.date) -> PresenceMap:
    """Presence by analysed area and approach, and by parent and approach."""
    work = work_in_round(tables, framework, scope, as_of)
    here: dict[tuple[str, str], list[Work]] = {}
    coarse: dict[tuple[str, str], list[Work]] = {}
    for item in work:
        for approach in item.approaches:
            for position in item.areas:
                here.setdefault((scope.areas[position], approach), []).append(item)
            inside = {scope.parent(scope.areas[p]) for p in item.areas} - {""}
            for parent in inside | set(item.parents):
                here.setdefault((parent, approach), []).append(item)
            for parent in item.parents:
                coarse.setdefault((parent, approach), []).append(item)
            if item.national:
                coarse.setdefault(("", approach), []).append(item)
    cells: dict[tuple[str, str], Cell] = {}
    for approach in framework.approach_codes():
        for area in scope.areas:
            parent = scope.parent(area)
            wider = [*(coarse.get((parent, approach), ()) if parent else ()), *coarse.get(("", approach), ())]
            cells[area, approach] = _cell(area, approach, here.get((area, approach), []), wider)
        for parent in scope.parents():
            found = here.get((parent, approach), [])
            cells[parent, approach] = _cell(parent, approach, found, coarse.get(("", approach), []))
    return PresenceMap(cells, work, _placed(tables, work))


def _cell(place: str, approach: str, found: list[Work], wider: list[Work]) -> Cell:
    counts = Counter(w.period for w in found)
    state: Presence = "none_known"
    if counts["active"]:
        state = "known_active"
    elif counts["dates_unknown"]:
        state = "dates_unknown"
    elif counts["ended"]:
        state = "known_ended"
    elif wider:
        state = "coarse_only"
    rows = tuple(sorted(w.row for w in (found or wider)))
    by_kind = {"active": counts["active"], "ended": counts["ended"], "dates_unknown": counts["dates_unknown"],
               "coarse": len(wider)}  # fmt: skip
    return Cell(place, approach, state, by_kind, len({w.lead for w in found if w.lead}), rows)


def _placed(tables: Tables, work: tuple[Work, ...]) -> dict[str, int]:
    """How many records name an area, only a parent, only the country, or no place; and how many could give a dose."""
    rows = tables.rows("initiatives")
    with_dose = sum(
        1
        for w in work
        if w.areas and w.period in ("active", "ended") and rows[w.row]["reached_low"] is not None
    )
    return {
        "records": len(work),
        "area": sum(1 for w in work if w.areas),
        "parent": sum(1 for w in work if not w.areas and w.parents),
        "national": sum(1 for w in work if not w.areas and not w.parents and w.national),
        "none": sum(1 for w in work if not w.areas and not w.parents and not w.national),
        "dated": sum(1 for w in work if w.period in ("active", "ended")),
        "area_reach_dates": with_dose,
    }
