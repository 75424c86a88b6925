"""Structural conditions by area: the newest published value of each indicator that a round may see.

Only conditions that programmes answer to (methods B5): schooling, literacy, poverty, services. What a source copied
from a parent district is not an observation and stays missing.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jaiza.framework import Indicator
from jaiza.records.dates import age_in_months, last_day
from jaiza.records.tables_of_study import Tables
from jaiza.scores import Lineage

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Condition:
    """One indicator by area: value, standard error, age in months, source and row; nan or -1 where missing.

    ``se_assumed`` (areas,) marks values whose error is not published and is the framework's judgement; ``sources``
    (areas,) counts the independent sources that give the indicator a value within the allowed age.
    """

    indicator: Indicator
    value: Floats
    se: Floats
    age_months: Floats
    row: NDArray[np.int64]
    source: tuple[str, ...]
    sources: Floats
    se_assumed: NDArray[np.bool_]

    def draws(self, size: int, rng: np.random.Generator) -> Floats:
        """Values (size, areas), normal around the published one; the goalposts later hold them inside [0, 1]."""
        return self.value + rng.standard_normal((size, len(self.value))) * np.nan_to_num(self.se)


def condition(tables: Tables, indicator: Indicator, areas: tuple[str, ...], as_of: dt.date) -> Condition:
    """The newest value of ``indicator`` that describes a period before ``as_of`` and is not older than allowed.

    Of two values for the same period the one with a published standard error is taken, then the first by source.
    """
    at = {code: i for i, code in enumerate(areas)}
    best: dict[int, tuple[dt.date, bool, str, int, float, float | None]] = {}
    givers: list[set[str]] = [set() for _ in areas]
    for position, row in enumerate(tables.rows("indicators")):
        if (
            row["code"] != indicator.code
            or row["value"] is None
            or row["state"] not in ("observed", "confirmed_zero")
        ):
            continue
        i, end = at.get(row["area"]), last_day(row["period_end"])
        if i is None or end >= as_of or age_in_months(end, as_of) > indicator.max_age_months:
            continue
        givers[i].add(row["source"])
        entry = (end, row["se"] is not None, row["source"], position, float(row["value"]), row["se"])
        held = best.get(i)
        if held is None or _better(entry, held):
            best[i] = entry
    n = len(areas)
    out = Condition(
        indicator, np.full(n, np.nan), np.full(n, np.nan), np.full(n, np.nan), np.full(n, -1, dtype=np.int64),
        tuple(best[i][2] if i in best else "" for i in range(n)), np.array([float(len(g)) for g in givers]),
        np.zeros(n, dtype=bool),
    )  # fmt: skip
    for i, (end, _, _, position, value, se) in best.items():
        out.value[i], out.row[i] = value, position
        out.age_months[i] = age_in_months(end, as_of)
        out.se_assumed[i] = se is None and indicator.default_se is not None
        out.se[i] = se if se is not None else (indicator.default_se or 0.0)
    return out


def _better(
    a: tuple[dt.date, bool, str, int, float, float | None],
    b: tuple[dt.date, bool, str, int, float, float | None],
) -> bool:
    return (a[0], a[1]) > (b[0], b[1]) or ((a[0], a[1]) == (b[0], b[1]) and a[2] < b[2])


def lineage(found: Condition) -> Lineage:
    """The row behind each value."""
    seen = np.flatnonzero(found.row >= 0)
    return Lineage(
        "indicators", found.indicator.code, seen.astype(np.int64), found.row[seen], np.ones(len(seen))
    )
