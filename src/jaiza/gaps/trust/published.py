"""Published figures on trust, each at the level, institution and time at which it was measured; never copied down."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jaiza.records.dates import age_in_months, last_day


@dataclass(frozen=True)
class PublishedTrust:
    """One published percentage. ``area`` is the code that the source's place fits, "" for none; ``place`` as printed.

    ``direction`` says what a high figure means; one is never turned into the other. ``n`` is the base of the row and nan
    where it is not printed; ``margin`` is as printed. Only figures of one ``series`` may be compared.
    """

    row: int
    id: str
    level: str
    place: str
    area: str
    institution: str
    side: str
    construct: str
    direction: str
    series: str
    subgroup: str
    percent: float
    dont_know: float
    n: float
    margin: str
    year: int
    survey: str
    publisher: str
    age_months: float
    note: str


def published_trust(
    rows: Sequence[Mapping[str, Any]], as_of: dt.date
) -> tuple[tuple[PublishedTrust, ...], tuple[str, ...], tuple[str, ...]]:
    """The newest figures of each series, place, institution and group asked; ids that are later, ids without a date.

    Fieldwork that ended before the round counts. Two figures of one day (two questions) both stand.
    """
    newest: dict[tuple[str, ...], list[tuple[dt.date, int]]] = {}
    later, undated = [], []
    for i, row in enumerate(rows):
        day = row["fieldwork_end"] or row["fieldwork_start"]
        if day is None:
            undated.append(row["id"])
        elif last_day(day) >= as_of:
            later.append(row["id"])
        else:
            key = tuple(str(row[c] or "") for c in ("series", "level", "place", "institution", "subgroup"))
            newest.setdefault(key, []).append((last_day(day), i))
    out = [
        _figure(i, rows[i], day, as_of)
        for found in newest.values()
        for day, i in found
        if day == max(d for d, _ in found)
    ]
    levels = ("national", "province", "region", "district", "city")
    return (
        tuple(sorted(out, key=lambda p: (levels.index(p.level), p.place, p.institution, p.series, p.id))),
        tuple(sorted(later)),
        tuple(sorted(undated)),
    )


def _figure(i: int, row: Mapping[str, Any], day: dt.date, as_of: dt.date) -> PublishedTrust:
    return PublishedTrust(
        i, row["id"], row["level"], row["place"], row["area"] or "", row["institution"], row["side"] or "", row["construct"],
        row["direction"], row["series"], row["subgroup"] or "", float(row["percent"]), _number(row["dont_know_percent"]),
        _number(row["n"]), row["margin"] or "", day.year, row["survey"], row["publisher"] or "", age_in_months(day, as_of),
        row["note"] or "",
    )  # fmt: skip


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)
