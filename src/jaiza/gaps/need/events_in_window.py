"""Events inside the window of a round, added up by place, date and precision.

The sums run through Ibis, so that DuckDB and Spark give the same rows. Weights of deaths and decay are applied
afterwards, in one order, so that the same study gives the same bytes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from jaiza.places.scope import Scope
from jaiza.records.dates import MONTH_DAYS, first_day, last_day, months_between
from jaiza.records.tables_of_study import Tables

if TYPE_CHECKING:
    import ibis.expr.types as ir

Floats = NDArray[np.float64]
_SUMS = ("events", "best", "low", "high", "squared", "harm", "harm_deaths", "harm_squared", "unreported")


@dataclass(frozen=True)
class WindowEvents:
    """Sums by place, date and precision: each array (rows,). ``age`` is in months before the round.

    ``squared`` is the sum over events of deaths squared. ``harm`` adds the points of injuries and hostages,
    ``harm_deaths`` and ``harm_squared`` the sums over events of harm times deaths and of harm squared.
    ``unreported`` counts events whose source row gives no deaths: they count as events and add no deaths.
    """

    place: tuple[str, ...]
    date: tuple[str, ...]
    precision: NDArray[np.int64]
    age: Floats
    events: Floats
    best: Floats
    low: Floats
    high: Floats
    squared: Floats
    harm: Floats
    harm_deaths: Floats
    harm_squared: Floats
    unreported: float

    def __len__(self) -> int:
        return len(self.place)


@dataclass(frozen=True)
class EventCoverage:
    """Which sources are counted, and the months of the window that they cover, by area.

    ``spans[source]`` is (from, to) in months before the round, from < to; ``days[source]`` the first and last day,
    ``places[source]`` the codes that its declared completeness reaches; ``covered`` (sources, areas) is 1 where the
    source is complete. ``dropped`` sources overlap a chosen one and are never added to it. By area: ``media_based``
    where a counted source follows the press, ``witnesses`` how many sources look at the same violence,
    ``independent`` where one of them does not follow the press.
    """

    sources: tuple[str, ...]
    spans: Mapping[str, tuple[float, float]]
    days: Mapping[str, tuple[str, str]]
    places: Mapping[str, frozenset[str]]
    covered: Floats
    dropped: tuple[str, ...]
    newest: dt.date | None
    media_based: NDArray[np.bool_]
    witnesses: Floats
    independent: NDArray[np.bool_]
    never_records: tuple[str, ...]

    def holds(self, source: str, place: str, date: str) -> bool:
        """Whether a row lies inside what its source declares complete; a row outside has no exposure to stand over."""
        if source not in self.days or place not in self.places[source]:
            return False
        first, last = self.days[source]
        return first[: len(date)] <= date <= last[: len(date)]

    def months(self, half_life: float) -> Floats:
        """Decayed months that are covered, by area: sum of (H/ln 2)(2^(-a/H) - 2^(-b/H)) over the spans."""
        total = np.zeros(self.covered.shape[1])
        for k, source in enumerate(self.sources):
            a, b = self.spans[source]
            total += self.covered[k] * half_life / np.log(2) * (2 ** (-a / half_life) - 2 ** (-b / half_life))
        return total


@dataclass(frozen=True)
class _Declared:
    """One event source: its row, its span in months before the round, the areas over which it is complete."""

    name: str
    row: Mapping[str, Any]
    span: tuple[float, float]
    mask: Floats

    @property
    def days(self) -> tuple[str, str]:
        return first_day(self.row["covers_from"]).isoformat(), last_day(self.row["covers_to"]).isoformat()

    def clashes(self, other: _Declared) -> bool:
        together = self.span[0] < other.span[1] and other.span[0] < self.span[1]
        return together and bool((self.mask * other.mask).any())


def coverage_of_sources(tables: Tables, scope: Scope, as_of: dt.date, window: float) -> EventCoverage:
    """The event sources to count in a round.

    A source says over which areas and dates it is complete. Sources whose spans overlap count the same violence
    twice, so the one that covers most of the window is taken first and any that overlaps a taken one is left out.
    A source that no table names, and that declares what it covers, is an event source that saw nothing. Where the
    study has no file of events there is no source to count: a missing file is not a country without violence.
    """
    used = set(tables["events"]["source"].unique().to_pylist())
    elsewhere = _named_elsewhere(tables)
    found = []
    for row in tables.rows("sources"):
        if tables.given("events") and (row["id"] in used or (row["covers"] and row["id"] not in elsewhere)):
            declared = _declared(row, scope, as_of, window)
            if declared is not None:
                found.append(declared)
    found.sort(key=lambda d: (-float((d.span[1] - d.span[0]) * d.mask.sum()), d.name))
    taken: list[_Declared] = []
    dropped: list[_Declared] = []
    for one in found:
        (dropped if any(one.clashes(t) for t in taken) else taken).append(one)
    ends = [last_day(d.row["covers_to"]) for d in taken]
    covered = _masks(taken, scope)
    press = _masks([d for d in taken if d.row["media_based"]], scope)
    apart = _masks([d for d in found if d.row["media_based"] is False], scope)
    return EventCoverage(
        sources=tuple(d.name for d in taken),
        spans={d.name: d.span for d in taken},
        days={d.name: d.days for d in taken},
        places={d.name: _reached(scope, d.mask) for d in taken},
        covered=covered,
        dropped=tuple(d.name for d in dropped),
        newest=min(max(ends), as_of - dt.timedelta(days=1)) if ends else None,
        media_based=press.sum(axis=0) > 0,
        witnesses=np.minimum(covered.sum(axis=0), 1.0) + _masks(dropped, scope).sum(axis=0),
        independent=apart.sum(axis=0) > 0,
        never_records=tuple(
            sorted({t for d in taken for t in str(d.row["never_records"] or "").split(";") if t})
        ),
    )


def _masks(sources: Sequence[_Declared], scope: Scope) -> Floats:
    return np.array([d.mask for d in sources]).reshape(len(sources), len(scope.areas))


def _named_elsewhere(tables: Tables) -> set[str]:
    """Sources of anything but events: a census or a registry that declares what it covers counts no violence."""
    found: set[str] = set()
    for name in tables:
        if name not in ("events", "sources") and "source" in tables[name].column_names:
            found |= {s for s in tables[name]["source"].unique().to_pylist() if s}
    return found


def _declared(row: Mapping[str, Any], scope: Scope, as_of: dt.date, window: float) -> _Declared | None:
    if not row["covers_from"] or not row["covers_to"]:
        return None
    # Ages in months: the span starts where coverage ends, and ends where it starts or the window does.
    a = max(0.0, months_between(last_day(row["covers_to"]) + dt.timedelta(days=1), as_of))
    b = min(window, months_between(first_day(row["covers_from"]), as_of))
    if b <= a:
        return None
    mask = np.zeros(len(scope.areas))
    for code in str(row["covers"] or "").split(";"):
        inside = range(len(scope.areas)) if scope.kind.get(code) == "country" else scope.members.get(code, ())
        mask[list(inside)] = 1.0
    return _Declared(str(row["id"]), row, (a, b), mask)


def _reached(scope: Scope, mask: Floats) -> frozenset[str]:
    """Codes that stand for no analysed area, such as the country, or for one that is covered at least."""
    return frozenset(c for c, m in scope.members.items() if not m or mask[list(m)].any())


def in_window(events: ir.Table, as_of: dt.date, window: float, coverage: EventCoverage) -> ir.Table:
    """Rows of ``events`` that lie in the window and inside what a counted source declares complete.

    A month is in the window when it ended before the round; a day when it lies on or before it, and less than the
    window before it.
    """
    import ibis

    index = as_of.year * 12 + as_of.month
    year, month = events.date.substr(0, 4).cast("int64"), events.date.substr(5, 2).cast("int64")
    behind = index - (year * 12 + month)
    daily = events.date.length() == 10
    day = ibis.ifelse(daily, events.date.substr(8, 2), "1").cast("int64")
    begun = (behind < int(window)) | ((behind == int(window)) & (day > as_of.day))
    inside_day = daily & ((behind > 0) | ((behind == 0) & (day <= as_of.day))) & begun
    inside_month = ~daily & (behind >= 1) & (behind <= int(window))
    declared = ibis.literal(False)
    for source in coverage.sources:
        first, last = coverage.days[source]
        dated = ibis.ifelse(daily, events.date.between(first, last), events.date.between(first[:7], last[:7]))
        declared |= (events.source == source) & events.place.isin(sorted(coverage.places[source])) & dated
    return events.filter((inside_day | inside_month) & declared)


def events_in_window(
    tables: Tables, as_of: dt.date, window: float, coverage: EventCoverage, injured: float, hostage: float
) -> WindowEvents:
    """Sums of events, deaths and other harm by place, date and precision inside the window.

    ``injured`` and ``hostage`` are the points of one person, 0 for a term that a source never records. Deaths that a
    row does not give are counted apart, never as zero deaths: see ``unreported``. A row without low or high figures
    is taken at its best figure; where a source's bounds do not hold its best figure they are widened to it. A row of
    several events without squares is taken as events of equal size, which understates how uneven they were.
    """
    import ibis

    if not coverage.sources:
        return _rows([])
    chosen = in_window(tables.large("events"), as_of, window, coverage)
    best, each = chosen.deaths_best, ibis.greatest(chosen.events, 1)
    equal = ibis.ifelse(chosen.events > 0, best * best / each, 0)
    harm = injured * ibis.coalesce(chosen.injured, 0) + hostage * ibis.coalesce(chosen.hostages, 0)
    filled = chosen.mutate(
        best=ibis.coalesce(best, 0),
        low=ibis.least(ibis.coalesce(chosen.deaths_low, best, 0), ibis.coalesce(best, 0)),
        high=ibis.greatest(ibis.coalesce(chosen.deaths_high, best, 0), ibis.coalesce(best, 0)),
        squared=ibis.coalesce(chosen.deaths_best_squared.cast("float64"), equal.cast("float64"), 0.0),
        harm=harm,
        harm_deaths=harm * ibis.coalesce(best, 0) / each,
        harm_squared=harm * harm / each,
        unreported=ibis.ifelse(best.isnull(), chosen.events, 0),
    )
    summed = filled.group_by(["place", "date", "location_precision"]).aggregate(
        **{name: filled[name].sum() for name in _SUMS}
    )
    rows = summed.to_pyarrow().to_pylist()
    return _rows(sorted(rows, key=lambda r: (r["place"], r["date"], r["location_precision"])), as_of)


def age_of(date: str, as_of: dt.date) -> float:
    """Age in months of a day, or of the middle of a month that is over."""
    whole = (as_of.year * 12 + as_of.month) - (int(date[:4]) * 12 + int(date[5:7]))
    if len(date) == 10:
        return whole + (as_of.day - int(date[8:10])) / MONTH_DAYS
    return whole - 0.5 + (as_of.day - 1) / MONTH_DAYS


def _rows(rows: Sequence[Mapping[str, Any]], as_of: dt.date | None = None) -> WindowEvents:
    def column(name: str) -> Floats:
        return np.array([float(r[name]) for r in rows], dtype=np.float64)

    ages = [age_of(r["date"], as_of) for r in rows] if as_of else []
    return WindowEvents(
        place=tuple(r["place"] for r in rows),
        date=tuple(r["date"] for r in rows),
        precision=np.array([r["location_precision"] for r in rows], dtype=np.int64),
        age=np.array(ages, dtype=np.float64),
        events=column("events"),
        best=column("best"),
        low=column("low"),
        high=column("high"),
        squared=column("squared"),
        harm=column("harm"),
        harm_deaths=column("harm_deaths"),
        harm_squared=column("harm_squared"),
        unreported=float(sum(r["unreported"] for r in rows)),
    )
