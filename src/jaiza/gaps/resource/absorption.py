"""Absorption: what lapsed unspent beside what was asked, the limit of methods D4, and laws beside budgets.

What lapses is not proof that a body cannot spend: late release and small asks look the same. The stages of one line
stand side by side and are never added.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jaiza.framework import Framework
from jaiza.gaps.resource.flows import STAGES, Flow, valued
from jaiza.gaps.resource.gap import Record
from jaiza.gaps.resource.money import Period, Prices
from jaiza.places.scope import Scope
from jaiza.records.dates import first_day, last_day, months_before
from jaiza.records.tables_of_study import Tables

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class BudgetLine:
    """One public line in one year: limits of each stage in its own currency; a stage not found is not there.

    ``lapsed_of_asked``: what lapsed over what was asked (demand), ``released_of_budget``: what was released over what
    was budgeted; None unless both are known figures and the lower one is not 0.
    """

    place: str
    line: str
    start: str
    end: str
    currency: str
    purpose: str
    stages: Mapping[str, tuple[float, float]]
    lapsed_of_asked: float | None
    released_of_budget: float | None


@dataclass(frozen=True)
class Ceiling:
    """What each area can absorb a year, max(floor, (1 + gamma) x its best twelve months of three), in base money.

    ``lower`` (areas,) from amounts known, ``upper`` (areas,) from ceilings, infinite where an amount has none; nan
    where no payment is on record. A limit to be relaxed with money for capacity, not a reason to pass over anybody.
    """

    floor: float
    growth: float
    lower: Floats
    upper: Floats


@dataclass(frozen=True)
class LawAndBudget:
    """A law or policy of a province and the budget rows of that province since it began; ``rows`` 0: none is known."""

    place: str
    policy: str
    title: str
    start: str
    rows: int
    non_kinetic: int

    @property
    def without_budget(self) -> bool:
        """Whether no budget row of that province is known; not proof that there is no money."""
        return self.rows == 0


@dataclass(frozen=True)
class Absorption:
    """Budget lines with at least two stages or a lapse, and the ceilings of areas."""

    lines: tuple[BudgetLine, ...]
    ceiling: Ceiling


def budget_lines(found: Sequence[Flow]) -> tuple[BudgetLine, ...]:
    """Public lines by place, line, year and currency that have two stages or more, or a lapse."""
    lines: dict[tuple[str, str, Period, str], list[Flow]] = {}
    for f in found:
        if f.recipient_kind == "government" and f.kind in STAGES and f.trouble is None:
            lines.setdefault((f.area, f.recipient or f.id, f.period, f.currency), []).append(f)
    ordered = sorted(lines, key=lambda k: (k[0], k[1], k[2].start, k[2].end, k[3]))
    told = [_budget_line(key, lines[key]) for key in ordered]
    return tuple(line for line in told if len(line.stages) > 1 or "lapsed" in line.stages)


def _budget_line(key: tuple[str, str, Period, str], rows: Sequence[Flow]) -> BudgetLine:
    stages = {}
    for stage in STAGES:
        here = [f for f in rows if f.kind == stage]
        if here:
            stages[stage] = min(f.low for f in here), max(f.high for f in here)
    purposes = {f.purpose for f in rows}
    return BudgetLine(
        place=key[0],
        line=key[1],
        start=key[2].start.isoformat(),
        end=key[2].end.isoformat(),
        currency=key[3],
        purpose=purposes.pop() if len(purposes) == 1 else "mixed",
        stages=stages,
        lapsed_of_asked=_ratio(stages, "lapsed", "demand"),
        released_of_budget=_ratio(stages, "released", "budget"),
    )


def _ratio(stages: Mapping[str, tuple[float, float]], over: str, under: str) -> float | None:
    if over not in stages or under not in stages:
        return None
    (a, b), (c, d) = stages[over], stages[under]
    return a / c if a == b and c == d and c > 0 else None


def ceiling(
    found: Sequence[Record], shares: Floats, framework: Framework, prices: Prices, as_of: dt.date
) -> Ceiling:
    """The limit of methods D4; the floor is the assumption ``absorption_floor``, 0 where the framework has none."""
    growth = framework.number("absorption_growth")
    floor = framework.number("absorption_floor") if "absorption_floor" in framework.assumptions else 0.0
    low: Floats = np.zeros(shares.shape[1])
    high: Floats = np.zeros(shares.shape[1])
    end = as_of
    for _ in range(3):
        start = months_before(end, 12)
        year = Period(start, end - dt.timedelta(days=1))
        in_year = [valued(r.money.flow, prices, year) if r.table == "funding" else None for r in found]
        low = np.maximum(low, _sum([v.low if v else 0.0 for v in in_year], shares))
        high = np.maximum(high, _sum([v.high if v else 0.0 for v in in_year], shares))
        end = start
    recorded = np.array([r.table == "funding" for r in found], dtype=np.float64)
    known = (recorded[:, None] * shares > 0).any(axis=0) if len(found) else np.zeros(len(low), dtype=bool)
    lower, upper = (np.where(known, np.maximum(floor, (1 + growth) * x), np.nan) for x in (low, high))
    return Ceiling(floor, growth, lower, upper)


def _sum(amounts: Sequence[float], shares: Floats) -> Floats:
    if not amounts:
        return np.zeros(shares.shape[1])
    values = np.array(amounts)
    still_open = (np.isinf(values)[:, None] & (shares > 0)).any(axis=0)
    return np.where(still_open, np.inf, np.where(np.isfinite(values), values, 0.0) @ shares)


def laws_and_budgets(
    tables: Tables, found: Sequence[Flow], scope: Scope, as_of: dt.date
) -> tuple[LawAndBudget, ...]:
    """Policies of provinces in force in the round, and the budget rows known for the same province since."""
    out = []
    for row in sorted(tables.rows("policies"), key=lambda r: str(r["id"])):
        if row["level"] != "province" or not row["area"] or not row["start"]:
            continue
        start = first_day(row["start"])
        if start >= as_of or (row["end"] is not None and last_day(row["end"]) < as_of):
            continue
        rows = [f for f in found if f.area == row["area"] and f.kind in STAGES and f.period.end >= start]
        civil = sum(f.purpose == "non-kinetic" for f in rows)
        out.append(LawAndBudget(row["area"], row["id"], row["title"], row["start"], len(rows), civil))
    return tuple(out)
