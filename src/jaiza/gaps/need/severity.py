"""Severity of reported political violence by area: a smoothed, decaying rate per 100,000 person-years.

Estimate: methods B1-B3. Events keep the place that their source can vouch for: precision 1-3 stay in the area, 4-5
are split over the areas of the place named, 6-7 and whatever is known only for the country stay unallocated.
Assumes:  fatality bounds are the ends of a triangular distribution; coarse events fall on areas by population.
Source:   Marshall (1991), with a compound-Poisson dispersion.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow.compute as pc
from numpy.random import Generator
from numpy.typing import NDArray

from jaiza.framework import Framework
from jaiza.gaps.need.events_in_window import (
    EventCoverage,
    WindowEvents,
    coverage_of_sources,
    events_in_window,
)
from jaiza.places.scope import Scope
from jaiza.records.people import People, people
from jaiza.records.tables_of_study import Tables
from jaiza.scores import Lineage
from jaiza.stats import rates

Floats = NDArray[np.float64]
CELLS_AT_ONCE = 4_000_000  # draws x rows held at one time


@dataclass(frozen=True)
class Placed:
    """Where the rows of a window went: located rows, rows split over several areas, rows left unallocated."""

    located: NDArray[np.int64]
    area: NDArray[np.int64]
    split: tuple[tuple[int, NDArray[np.int64], Floats], ...]
    unallocated: NDArray[np.int64]


@dataclass(frozen=True)
class Severity:
    """All that the severity of a round stands on. ``exposed`` (areas,) is False where no rate can be given."""

    events: WindowEvents
    coverage: EventCoverage
    placed: Placed
    population: People
    weights: tuple[float, float, float, float]
    window: float
    share_covered: Floats
    exposed: NDArray[np.bool_]

    def fit(self, half_life: float) -> rates.SmoothedRates:
        """Rates at the point, per person-year, for one half-life; nan where not exposed."""
        y = self.totals(half_life)
        return rates.smooth(y, self.exposure(half_life), self.dispersion(half_life))

    def exposure(self, half_life: float) -> Floats:
        """Decayed person-years by area, n_a = P_a L / 12."""
        return np.where(
            self.exposed, np.nan_to_num(self.population.counts) * self.coverage.months(half_life) / 12, 0.0
        )

    def marks(self, half_life: float) -> Floats:
        """Severity of each row at the point, decayed: (w1 events + w2 deaths + other harm) 2^(-age/H)."""
        w1, w2 = self.weights[:2]
        e = self.events
        return (w1 * e.events + w2 * e.best + e.harm) * rates.decay(e.age, half_life)

    def dispersion(self, half_life: float) -> float:
        """phi = sum v^2 / sum v over unsplit events, from counts and sums of squares."""
        w1, w2 = self.weights[:2]
        e, f = self.events, rates.decay(self.events.age, half_life)
        v2 = w1**2 * e.events + 2 * w1 * w2 * e.best + w2**2 * e.squared
        v2 += 2 * w1 * e.harm + 2 * w2 * e.harm_deaths + e.harm_squared
        return rates.dispersion_from_sums(float(self.marks(half_life).sum()), float((v2 * f**2).sum()))

    def totals(self, half_life: float) -> Floats:
        """Severity points by area with coarse rows at their expected split; nan where not exposed."""
        v = self.marks(half_life)
        y = np.zeros(len(self.exposed))
        np.add.at(y, self.placed.area, v[self.placed.located])
        for row, areas, shares in self.placed.split:
            y[areas] += v[row] * shares
        return np.where(self.exposed, y, np.nan)

    def drawn_totals(self, half_life: Floats, rng: Generator) -> Floats:
        """Severity points (draws, areas): deaths from their triangle, coarse events thrown on areas one by one."""
        draws, e = len(half_life), self.events
        out = np.zeros((draws, len(self.exposed)))
        step = max(1, CELLS_AT_ONCE // max(1, len(e)))
        for start in range(0, draws, step):
            part = slice(start, min(start + step, draws))
            out[part] = self._drawn(half_life[part], rng)
        out[:, ~self.exposed] = np.nan
        return out

    def _drawn(self, half_life: Floats, rng: Generator) -> Floats:
        w1, w2 = self.weights[:2]
        e, draws = self.events, len(half_life)
        deaths = np.broadcast_to(e.best, (draws, len(e))).copy()
        loose = np.flatnonzero(e.high > e.low)
        if len(loose):
            deaths[:, loose] = rng.triangular(e.low[loose], e.best[loose], e.high[loose], (draws, len(loose)))
        v = w1 * e.events + w2 * deaths + e.harm
        v *= np.exp2(-e.age[None, :] / half_life[:, None])
        y = np.zeros((draws, len(self.exposed)))
        if len(self.placed.located):
            # Rows of one area stand together, so that each sum is made in one fixed order.
            order = np.argsort(self.placed.area, kind="stable")
            areas, first = np.unique(self.placed.area[order], return_index=True)
            y[:, areas] = np.add.reduceat(v[:, self.placed.located[order]], first, axis=1)
        for row, areas, shares in self.placed.split:
            count = int(e.events[row])
            if count:
                thrown = rng.multinomial(count, shares, size=draws) / count
                y[:, areas] += v[:, row, None] * thrown
        return y

    def draws(self, half_life: Floats, rng: Generator) -> Floats:
        """Rates per person-year (draws, areas): data drawn, smoothed again, then one gamma draw each (methods B3)."""
        y = self.drawn_totals(half_life, rng)
        out = np.full(y.shape, np.nan)
        for h in np.unique(half_life):
            part = half_life == h
            fitted = rates.smooth_many(y[part], self.exposure(float(h)), self.dispersion(float(h)))
            out[part] = fitted.gamma_draws(rng)
        return out


def severity(tables: Tables, framework: Framework, scope: Scope, as_of: dt.date) -> Severity:
    """What the severity of a round stands on: events, their places, people, and what the sources cover."""
    window = framework.number("window_events")
    coverage = coverage_of_sources(tables, scope, as_of, window)
    counted = people(tables, scope.areas, as_of)
    weights = _weights(framework, coverage.never_records)
    events = events_in_window(tables, as_of, window, coverage, *weights[2:])
    half_life = framework.number("half_life")
    share = coverage.months(half_life) / rates.decayed_length(half_life, window)
    exposed = (share >= framework.number("coverage_share_needed")) & (np.nan_to_num(counted.counts) > 0)
    return Severity(
        events=events,
        coverage=coverage,
        placed=placed(events, scope, counted.counts),
        population=counted,
        weights=weights,
        window=window,
        share_covered=share,
        exposed=exposed,
    )


def _weights(framework: Framework, never: tuple[str, ...]) -> tuple[float, float, float, float]:
    """Points of an event, death, injury and hostage; a term that one of the sources never records is dropped for all."""
    codes = {"injured": "severity_injured", "hostages": "severity_hostage"}
    harm = [0.0 if term in never else framework.number(code) for term, code in codes.items()]
    return framework.number("severity_event"), framework.number("severity_death"), harm[0], harm[1]


def placed(events: WindowEvents, scope: Scope, counts: Floats) -> Placed:
    """Rows by what their source can vouch for (methods B2); every row lands in exactly one of the three kinds."""
    located: list[int] = []
    area: list[int] = []
    lost: list[int] = []
    split: list[tuple[int, NDArray[np.int64], Floats]] = []
    for row, (place, precision) in enumerate(zip(events.place, events.precision, strict=True)):
        position = scope.position(place)
        if precision <= 3 and position is not None:
            located.append(row)
            area.append(position)
            continue
        if precision == 4 and position is not None:
            place = scope.parent(place)  # only the parent is known, whichever district the row names
        areas, shares = (
            scope.split_shares(place, counts) if precision <= 5 else (np.array([], dtype=np.int64), counts)
        )
        if len(areas):
            split.append((row, areas, shares))
        else:
            lost.append(row)
    return Placed(_ints(located), _ints(area), tuple(split), _ints(lost))


def lineage(tables: Tables, scope: Scope, found: Severity, as_of: dt.date) -> tuple[Lineage, ...]:
    """The events and population rows behind the rate of each area; ``used`` is the share of the row placed there."""
    events = tables["events"]
    where: dict[tuple[str, str, int], list[tuple[int, float]]] = {}
    keys = list(zip(found.events.place, found.events.date, found.events.precision.tolist(), strict=True))
    for row, position in zip(found.placed.located, found.placed.area, strict=True):
        where[keys[row]] = [(int(position), 1.0)]
    for row, areas, shares in found.placed.split:
        where[keys[row]] = list(zip(areas.tolist(), shares.tolist(), strict=True))
    counted = pc.is_in(events["source"], value_set=_strings(found.coverage.sources))
    rows = pc.indices_nonzero(counted).to_numpy()
    part = events.select(["place", "date", "location_precision", "source"]).take(rows).to_pylist()
    out: list[tuple[int, int, float]] = []
    for row, cell in zip(rows.tolist(), part, strict=True):
        if not found.coverage.holds(cell["source"], cell["place"], cell["date"]):
            continue
        for position, share in where.get((cell["place"], cell["date"], cell["location_precision"]), ()):
            out.append((position, row, share))
    out.sort()
    people_rows = found.population
    return (
        Lineage(
            "events",
            "events",
            _ints(o[0] for o in out),
            _ints(o[1] for o in out),
            np.array([o[2] for o in out]),
        ),
        Lineage("population", "people", people_rows.areas, people_rows.rows, people_rows.weights),
    )


def _strings(values: tuple[str, ...]) -> Any:
    import pyarrow as pa

    return pa.array(list(values), pa.string())


def _ints(values: Any) -> NDArray[np.int64]:
    return np.fromiter(values, dtype=np.int64)


def told(found: Severity, framework: Framework) -> Mapping[str, Any]:
    """Parameters that every rate of the round shares, as plain data for explanations."""
    half_life = framework.number("half_life")
    events, lost = found.events, found.placed.unallocated
    shared: dict[str, Any] = {
        "half_life": half_life,
        "window": found.window,
        "weights": dict(zip(("event", "death", "injured", "hostage"), found.weights, strict=True)),
        "terms_never_recorded": list(found.coverage.never_records),
        "sources": list(found.coverage.sources),
        "sources_left_out": list(found.coverage.dropped),
        "events_in_window": float(events.events.sum()),
        "deaths_in_window": float(events.best.sum()),
        "events_without_deaths_reported": events.unreported,
        "events_unallocated": float(events.events[lost].sum()),
        "deaths_unallocated": float(events.best[lost].sum()),
    }
    if found.exposed.any():
        fitted = found.fit(half_life)
        shared |= {"rate": fitted.rate, "between": fitted.between, "dispersion": fitted.dispersion}
        shared |= {"mean_exposure": float(found.exposure(half_life)[found.exposed].mean())}
    return shared
