"""Cost of one person served, by approach: a point, a range over all usable rows, and lognormal draws.

Estimate: point = geometric mean of the rows; the range goes from the lowest to the highest of them and is read as the
          central 90 % of a lognormal distribution around the point.
Assumes:  a row with one figure is spread by ``single_figure_spread``. Costs of a day, a centre, a loan or a case are
          not costs of a person served and are left out, as are rows whose note says so and those that the framework's
          ``unit_costs_left_out`` names. Today's spending is never used to learn a unit cost.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from jaiza.framework import Framework
from jaiza.gaps.resource.money import Period, Prices
from jaiza.language import Text, text
from jaiza.records.dates import age_in_months, first_day, last_day
from jaiza.records.tables_of_study import Tables

Floats = NDArray[np.float64]

PER_PERSON = (
    "person",
    "person served",
    "person supported",
    "participant",
    "student",
    "trainee",
    "course place",
)
_REFUSED = re.compile(r"do not use|leave it out|not a net cost", re.IGNORECASE)
_Z90 = 1.6448536269514722


@dataclass(frozen=True)
class UnitCost:
    """Cost of one person served in base money: point, range, rows behind it, sources, age of the newest price."""

    approach: str
    target_share: float
    cost: float
    low: float
    high: float
    rows: tuple[int, ...]
    sources: int
    age_months: float


@dataclass(frozen=True)
class UnitCosts:
    """Usable unit costs in the order of the framework, approaches without one, and rows left out with the reason."""

    costs: tuple[UnitCost, ...]
    without: tuple[str, ...]
    left_out: Mapping[str, Text]

    @property
    def per_person(self) -> float:
        """sum tau_k u_k: cost for each eligible person, in base money a year."""
        return sum(c.target_share * c.cost for c in self.costs)

    def draws(self, size: int, rng: Generator) -> Floats:
        """Draws of ``per_person`` (draws,)."""
        total = np.zeros(size)
        for c in self.costs:
            spread = math.log(c.high / c.low) / (2 * _Z90) if c.high > c.low else 0.0
            total += c.target_share * c.cost * np.exp(spread * rng.standard_normal(size))
        return total


def unit_costs(tables: Tables, framework: Framework, prices: Prices, as_of: dt.date) -> UnitCosts:
    """Unit costs of the approaches that have a target share, from prices of years before the round."""
    spread = framework.number("single_figure_spread")
    declared = framework.assumptions.get("unit_costs_left_out")
    named = {str(code) for code in declared.value} if declared is not None else set()
    left_out: dict[str, Text] = {}
    usable: dict[str, list[tuple[float, float, float, int, Mapping[str, Any]]]] = {}
    ordered = sorted(enumerate(tables.rows("unit_costs")), key=lambda pair: str(pair[1]["id"]))
    for position, row in ordered:
        found = _row(row, prices, as_of, spread, named)
        if isinstance(found, Text):
            left_out[row["id"]] = found
        else:
            usable.setdefault(row["approach"], []).append((*found, position, row))
    wanted = [a for a in framework.approaches if a.target_share > 0]
    costs = []
    for approach in wanted:
        if approach.code not in usable:
            continue
        rows = usable[approach.code]
        point = math.exp(math.fsum(math.log(r[0]) for r in rows) / len(rows))
        newest = max(last_day(r[4]["year"]) for r in rows)
        costs.append(
            UnitCost(approach.code, approach.target_share, point, min(r[1] for r in rows), max(r[2] for r in rows),
                     tuple(r[3] for r in rows), len({r[4]["source"] for r in rows} - {None}), age_in_months(newest, as_of))
        )  # fmt: skip
    priced = {c.approach for c in costs}
    return UnitCosts(tuple(costs), tuple(a.code for a in wanted if a.code not in priced), left_out)


def _row(
    row: Mapping[str, Any], prices: Prices, as_of: dt.date, spread: float, named: set[str]
) -> tuple[float, float, float] | Text:
    """Point, low and high in base money, or why the row is not used."""
    reason = _reason(row, as_of, named)
    if reason is not None:
        return reason
    unit = prices.real(str(row["currency"]).upper(), Period(first_day(row["year"]), last_day(row["year"])))
    if isinstance(unit, Text):
        return unit
    low, cost, high = row["cost_low"], row["cost"], row["cost_high"]
    if cost is None and (low is None or high is None):
        return text("neither a cost nor both ends of its range")
    point = float(cost) if cost is not None else math.sqrt(low * high)
    least = float(low) if low is not None else point * (1 - spread)
    most = float(high) if high is not None else point * (1 + spread)
    if not 0 < least <= point <= most:
        return text("the cost does not lie within its range, or is not above 0")
    return point * unit, least * unit, most * unit


def _reason(row: Mapping[str, Any], as_of: dt.date, named: set[str]) -> Text | None:
    if not row["approach"]:
        return text("no approach is named")
    if str(row["per"]).casefold() not in PER_PERSON:
        return text("not a cost of one person served, but of: {per}", per=str(row["per"]))
    if row["id"] in named or _REFUSED.search(row["note"] or ""):
        return text("its note or the framework leaves it out")
    if row["year"] is None:
        return text("the year of the price is not known")
    if last_day(row["year"]) >= as_of:
        return text("the price is later than the round")
    if any(x is not None and (not math.isfinite(x) or x < 0) for x in (row["cost"], row["cost_low"], row["cost_high"])):  # fmt: skip
        return text("the cost is negative or not a number")
    return None
