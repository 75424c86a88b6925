"""Events inside the window of a round, added up by place, date and precision.

The sums run through Ibis, so that DuckDB and Spark give the same rows. Only whole numbers are added there; every
weight and decay is applied afterwards, in one order, so that the same study gives the same bytes.
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


@dataclass(frozen=True)
class WindowEvents:
    """Sums by place, date and precision: each array (rows,). ``age`` is in months before the round.

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
    unreported: float

    def __len__(self) -> int:
        return len(self.place)


@dataclass(frozen=True)
class EventCoverage:
    """Which sources are counted, and the months of the window that they cover, by area.

    ``spans[source]`` is (from, to) in months before the round, from < to; ``covered`` (sources, areas) is 1 where
    the source is complete. ``dropped`` sources overlap a chosen one and are never added to it.
    """

    sources: tuple[str, ...]
    spans: Mapping[str, tuple[float, float]]
    covered: Floats
    dropped: tuple[str, ...]
    newest: dt.date | None
    media_based: bool
    never_records: tuple[str, ...]

    def months(self, half_life: float) -> Floats:
        """Decayed months that are covered, by area: sum of (H/ln 2)(2^(-a/H) - 2^(-b/H)) over the spans."""
        total = np.zeros(self.covered.shape[1])
        for k, source in enumerate(self.sources):
            a, b = self.spans[source]
            total += self.covered[k] * half_life / np.log(2) * (2 ** (-a / half_life) - 2 ** (-b / half_life))
        return total


def coverage_of_sources(tables: Tables, scope: Scope, as_of: dt.date, window: float) -> EventCoverage:
    """The event sources to count in a round.

    A source says over which areas and dates it is complete. Sources whose spans overlap count the same violence
    twice, so the one that covers most of the window is taken first and any that overlaps a taken one is left out.
    """
    used = set(tables["events"]["source"].unique().to_pylist())
    found: list[tuple[float, str, tuple[float, float], Floats, dict[str, Any]]] = []
    for row in tables.rows("sources"):
        if row["id"] not in used or not row["covers_from"] or not row["covers_to"]:
            continue
        # Ages in months: the span starts where coverage ends, and ends where it starts or the window does.
        a = max(0.0, months_between(last_day(row["covers_to"]) + dt.timedelta(days=1), as_of))
        b = min(window, months_between(first_day(row["covers_from"]), as_of))
        if b <= a:
            continue
        mask = np.zeros(len(scope.areas))
        for code in str(row["covers"] or "").split(";"):
            inside = (
                range(len(scope.areas)) if scope.kind.get(code) == "country" else scope.members.get(code, ())
            )
            mask[list(inside)] = 1.0
        found.append((float((b - a) * mask.sum()), str(row["id"]), (a, b), mask, row))
    found.sort(key=lambda f: (-f[0], f[1]))
    taken: list[tuple[str, tuple[float, float], Floats, dict[str, Any]]] = []
    dropped: list[str] = []
    for _, name, span, mask, row in found:
        clash = any(span[0] < s[1] and s[0] < span[1] and (mask * m).any() for _, s, m, _ in taken)
        (dropped.append(name) if clash else taken.append((name, span, mask, row)))
    ends = [last_day(r["covers_to"]) for _, _, _, r in taken]
    never = {t for _, _, _, r in taken for t in str(r["never_records"] or "").split(";") if t}
    return EventCoverage(
        sources=tuple(name for name, *_ in taken),
        spans={name: span for name, span, *_ in taken},
        covered=np.array([m for _, _, m, _ in taken]) if taken else np.zeros((0, len(scope.areas))),
        dropped=tuple(dropped),
        newest=min(max(ends), as_of - dt.timedelta(days=1)) if ends else None,
        media_based=any(r["media_based"] for *_, r in taken),
        never_records=tuple(sorted(never)),
    )


def in_window(events: ir.Table, as_of: dt.date, window: float, sources: Sequence[str]) -> ir.Table:
    """Rows of ``events`` that lie in the window and come from the sources counted, with a column ``age_key``.

    A month is in the window when it ended before the round; a day when it lies on or before it.
    """
    import ibis

    index = as_of.year * 12 + as_of.month
    year, month = events.date.substr(0, 4).cast("int64"), events.date.substr(5, 2).cast("int64")
    behind = index - (year * 12 + month)
    daily = events.date.length() == 10
    day = ibis.ifelse(daily, events.date.substr(8, 2), "1").cast("int64")
    inside_day = daily & ((behind > 0) | ((behind == 0) & (day <= as_of.day))) & (behind <= int(window))
    inside_month = ~daily & (behind >= 1) & (behind <= int(window))
    return events.filter((inside_day | inside_month) & events.source.isin(list(sources)))


def events_in_window(tables: Tables, as_of: dt.date, window: float, sources: Sequence[str]) -> WindowEvents:
    """Sums of events and deaths by place, date and precision inside the window.

    Deaths that a row does not give are counted apart, never as zero deaths: see ``unreported``. A row without low or
    high figures is taken at its best figure; where a source's bounds do not hold its best figure they are widened to it; a row of several events without squares is taken as events of equal
    size, which understates how uneven they were.
    """
    import ibis

    if not sources:
        return _rows([])
    chosen = in_window(tables.large("events"), as_of, window, sources)
    best = chosen.deaths_best
    equal = ibis.ifelse(chosen.events > 0, best * best / ibis.greatest(chosen.events, 1), 0)
    filled = chosen.mutate(
        best=ibis.coalesce(best, 0),
        low=ibis.least(ibis.coalesce(chosen.deaths_low, best, 0), ibis.coalesce(best, 0)),
        high=ibis.greatest(ibis.coalesce(chosen.deaths_high, best, 0), ibis.coalesce(best, 0)),
        squared=ibis.coalesce(chosen.deaths_best_squared.cast("float64"), equal.cast("float64"), 0.0),
        unreported=ibis.ifelse(best.isnull(), chosen.events, 0),
    )
    summed = filled.group_by(["place", "date", "location_precision"]).aggregate(
        events=filled.events.sum(),
        best=filled.best.sum(),
        low=filled.low.sum(),
        high=filled.high.sum(),
        squared=filled.squared.sum(),
        unreported=filled.unreported.sum(),
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
        unreported=float(sum(r["unreported"] for r in rows)),
    )
