"""Amounts in one currency and the prices of one year, and the part of a period that lies in a window.

Estimate: real amount = amount x yearly mean exchange rate / deflator, with the deflator 1 in the base year (methods
          A). A period that spans years is converted by the days in each of them.
Assumes:  money is spent evenly over the days of its period. A year without a rate is never filled from another year,
          nor from another series: the amount is then not comparable, and is listed.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jaiza.framework import Framework
from jaiza.language import Text, text
from jaiza.records.dates import first_day
from jaiza.records.tables_of_study import Tables

# Price index of each base currency, where the framework has no assumption ``deflator_series``.
DEFLATORS = {"USD": "us_cpi_u"}


@dataclass(frozen=True)
class Period:
    """First and last day, both inside."""

    start: dt.date
    end: dt.date

    @property
    def days(self) -> int:
        """Number of days."""
        return (self.end - self.start).days + 1

    def inside(self, window: Period) -> Period | None:
        """The part of it that lies in a window, or None."""
        start, end = max(self.start, window.start), min(self.end, window.end)
        return Period(start, end) if start <= end else None

    def by_year(self) -> dict[int, int]:
        """Days in each calendar year."""
        return {
            year: (min(self.end, dt.date(year, 12, 31)) - max(self.start, dt.date(year, 1, 1))).days + 1
            for year in range(self.start.year, self.end.year + 1)
        }


@dataclass(frozen=True)
class Prices:
    """Exchange rates and a price index of the base currency, by year.

    ``rates[currency][year]``: units of a currency for one of the base currency; ``index[year]``: price level.
    """

    base: str
    base_year: int
    deflator: str
    rates: Mapping[str, Mapping[int, float]]
    index: Mapping[int, float]

    def factor(self, currency: str, year: int) -> float | Text:
        """Base money of the base year for one unit of a currency in a year, or why there is none."""
        rate = 1.0 if currency == self.base else self.rates.get(currency, {}).get(year)
        if rate is None:
            if currency not in self.rates:
                return text("no exchange rate for {currency}", currency=currency)
            return text("no exchange rate for {currency} in {year}", currency=currency, year=str(year))
        for needed in (self.base_year, year):
            if needed not in self.index:
                return text("no price index for {year}", year=str(needed))
        return self.index[self.base_year] / self.index[year] / rate

    def real(self, currency: str, period: Period, window: Period | None = None) -> float | Text:
        """Real money for one unit spread over a period, its part in the window alone; or why there is none."""
        part = period if window is None else period.inside(window)
        if part is None:
            return 0.0
        total = 0.0
        for year, days in part.by_year().items():
            factor = self.factor(currency, year)
            if isinstance(factor, Text):
                return factor
            total += factor * days / period.days
        return total


def prices(tables: Tables, framework: Framework) -> Prices:
    """Rates and index from the table ``rates``: series ``xxx_per_usd`` or ``usd_per_xxx`` for base USD.

    Of several values of one year the one of the first source in code order is taken; blanks and zeros are missing.
    """
    base = str(framework.assumption("base_currency").value).upper()
    declared = framework.assumptions.get("deflator_series")
    deflator = str(declared.value) if declared is not None else DEFLATORS.get(base, "")
    ordered = sorted(tables.rows("rates"), key=lambda r: (r["series"], r["year"], r["source"] or ""))
    rates: dict[str, dict[int, float]] = {}
    index: dict[int, float] = {}
    for row in ordered:
        if not _usable(row):
            continue
        year, series = first_day(row["year"]).year, str(row["series"]).casefold()
        over, _, under = series.partition("_per_")
        if series == deflator.casefold():
            index.setdefault(year, float(row["value"]))
        elif under == base.casefold():
            rates.setdefault(over.upper(), {}).setdefault(year, float(row["value"]))
        elif over == base.casefold() and under:
            rates.setdefault(under.upper(), {}).setdefault(year, 1.0 / float(row["value"]))
    return Prices(base, int(framework.number("base_year")), deflator, rates, index)


def _usable(row: Mapping[str, Any]) -> bool:
    value = row["value"]
    return value is not None and math.isfinite(value) and value > 0
