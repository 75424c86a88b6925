"""Gaps by district beside need: one table for every gap that some district has an estimate of."""

from __future__ import annotations

from typing import Any

from jaiza.language import text
from jaiza.report.charts import axis, interval_bar, state_key
from jaiza.report.reading import Reading, Row
from jaiza.report.terms import MEASURES

_KNOWN = ("estimated", "too_wide")


def gap_tables(reading: Reading) -> list[dict[str, Any]]:
    """A table a gap, districts by province and name; those without an estimate are there and say so."""
    rows = [r for r in reading.rows("gaps") if r["state"] != "not_applicable"]
    out = []
    for gap in dict.fromkeys(r["gap"] for r in rows):
        inside = [r for r in rows if r["gap"] == gap]
        if any(r["state"] in _KNOWN for r in inside):
            name, question = MEASURES[gap]
            national = reading.national(gap)
            out.append(
                {
                    "id": f"gap-{gap}",
                    "title": reading.voice.say(text("{gap}: {question}", gap=name, question=question)),
                    "axis": axis(),
                    "rows": [
                        _row(reading, r, national.get("value")) for r in sorted(inside, key=_place(reading))
                    ],
                    "known": sum(r["state"] in _KNOWN for r in inside),
                    "total": len(inside),
                }
            )
    return out


def _place(reading: Reading) -> Any:
    def order(row: Row) -> tuple[str, str]:
        return reading.province_of(row["area_code"]), row["area_name"]

    return order


def _row(reading: Reading, row: Row, national: float | None) -> dict[str, Any]:
    known = row["state"] in _KNOWN
    return {
        "name": reading.name(row),
        "province": reading.province_of(row["area_code"]),
        "bar": interval_bar(
            row["value"], row["lower"], row["upper"], national=national, wide=row["state"] == "too_wide"
        ),
        "chip": reading.chip(row) if known else state_key(reading.voice, row["state"]),
    }
