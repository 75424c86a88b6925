"""The parts of need before they are joined: rates with spillover, conditions, goalposts, what is missing."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jaiza.framework import Framework, Indicator
from jaiza.gaps.need.conditions import Condition, condition
from jaiza.gaps.need.severity import Severity, severity
from jaiza.places.scope import Scope, contiguity
from jaiza.records.tables_of_study import Tables
from jaiza.stats import index

Floats = NDArray[np.float64]
PER = 1e5  # rates are told per 100,000 person-years


@dataclass(frozen=True)
class Parts:
    """The parts of need before they are joined; ``indicators`` in the order of ``weights``."""

    indicators: tuple[Indicator, ...]
    severity: Severity | None
    conditions: tuple[Condition, ...]
    neighbours: Floats
    known: NDArray[np.bool_]

    @property
    def weights(self) -> Floats:
        """Nominal weights of the parts."""
        return np.array([i.weight for i in self.indicators])

    def condition_values(self) -> Floats:
        """Published values (areas, conditions)."""
        if not self.conditions:
            return np.empty((len(self.known), 0))
        return np.stack([c.value for c in self.conditions], axis=-1)


def parts_of_need(tables: Tables, framework: Framework, scope: Scope, as_of: dt.date) -> Parts:
    """Everything that need is made of, before any is drawn or joined."""
    indicators = sorted(framework.indicators, key=lambda i: not i.computed)
    found = tuple(condition(tables, i, scope.areas, as_of) for i in indicators if not i.computed)
    violent = severity(tables, framework, scope, as_of) if any(i.computed for i in indicators) else None
    known = np.ones(len(scope.areas), dtype=bool) if indicators else np.zeros(len(scope.areas), dtype=bool)
    for part in found:
        known &= np.isfinite(part.value)
    if violent is not None:
        known &= violent.exposed
    return Parts(tuple(indicators), violent, found, contiguity(tables.rows("neighbours"), scope.areas), known)


def rate_at_point(parts: Parts, half_life: float) -> Floats:
    """Smoothed severity per 100,000 person-years at the point; nan where none can be given."""
    if parts.severity is None or not parts.severity.exposed.any():
        return np.full(len(parts.known), np.nan)
    return parts.severity.fit(half_life).mean * PER


def spilled(theta: Floats, rho: float | Floats, neighbours: Floats) -> Floats:
    """E = (1 - rho) theta + rho W theta (methods B4), applied once. Neighbours without a rate are left out of W.

    theta (..., areas); rho a number or one a draw. An area without known neighbours keeps its own rate.
    """
    known = np.isfinite(theta)
    filled = np.where(known, theta, 0.0)
    reach = known.astype(np.float64) @ neighbours.T
    around = np.divide(filled @ neighbours.T, reach, out=filled.copy(), where=reach > 0)
    share = np.asarray(rho, dtype=np.float64)
    share = share[:, None] if share.ndim else share
    return np.where(known, (1 - share) * filled + share * around, np.nan)


def between_goalposts(parts: Parts, exposure: Floats, values: Floats) -> Floats:
    """Parts between their goalposts, (draws, areas, indicators), higher is more need."""
    columns = _columns(parts, exposure, values)
    if not columns:
        return np.empty((*exposure.shape, 0))
    return np.stack([normalised(i, x) for i, x in zip(parts.indicators, columns, strict=True)], axis=-1)


def towards_need(parts: Parts, exposure: Floats, values: Floats) -> Floats:
    """Parts as published, (draws, areas, indicators), turned so that more is worse."""
    columns = _columns(parts, exposure, values)
    return np.stack([x * i.direction for i, x in zip(parts.indicators, columns, strict=True)], axis=-1)


def _columns(parts: Parts, exposure: Floats, values: Floats) -> list[Floats]:
    rest = iter(np.moveaxis(values, -1, 0))
    return [exposure if i.computed else next(rest) for i in parts.indicators]


def normalised(indicator: Indicator, x: Floats) -> Floats:
    """One indicator between its goalposts, .01 + .99 z, turned so that more is worse."""
    low, high = indicator.low, indicator.high
    if indicator.transform == "log1p":
        x, low, high = np.log1p(np.maximum(x, 0)), float(np.log1p(low)), float(np.log1p(high))
    z = index.normalise(x, low, high)
    return z if indicator.direction > 0 else 1.01 - z


def joined(z: Floats, weights: Floats, arithmetic: NDArray[np.bool_]) -> Floats:
    """The index (draws, areas) of parts z (draws, areas, indicators): geometric, or arithmetic where marked (B6)."""
    out = np.full(z.shape[:2], np.nan)
    if not z.shape[2]:
        return out
    for how, part in (("arithmetic", arithmetic), ("geometric", ~arithmetic)):
        if part.any():
            out[part] = index.aggregate(z[part], weights[part], how)  # type: ignore[arg-type]
    return out


def missing_parts(parts: Parts, area: int) -> tuple[str, ...]:
    """Codes of the indicators that an area lacks."""
    found = [c.indicator.code for c in parts.conditions if not np.isfinite(c.value[area])]
    if parts.severity is not None and not parts.severity.exposed[area]:
        found.insert(0, next(i.code for i in parts.indicators if i.computed))
    return tuple(found)


def in_census(parts: Parts) -> NDArray[np.bool_]:
    """Areas with a count of people; the others are shown and never ranked."""
    if parts.severity is None:
        return np.ones(len(parts.known), dtype=bool)
    return np.isfinite(parts.severity.population.counts)


def quiet_areas(parts: Parts, scope: Scope) -> NDArray[np.bool_]:
    """Areas in which the sources counted report no event at all in the window."""
    if parts.severity is None:
        return np.zeros(len(scope.areas), dtype=bool)
    events, placed = parts.severity.events, parts.severity.placed
    # A row that counts no event says that the source looked and saw none.
    seen = np.bincount(placed.area, weights=events.events[placed.located], minlength=len(scope.areas))
    found: NDArray[np.bool_] = seen > 0
    for row, areas, _ in placed.split:
        # Events of a former place (an undivided city) are seen in it; those known for a whole province are not.
        former = scope.kind.get(events.place[row]) == "former" and events.precision[row] <= 3
        if former and events.events[row] > 0:
            found[areas] = True
    return ~found
