"""Districts in bands that cannot be told apart, and beside them, never below, those that cannot be ranked."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from markupsafe import Markup

from jaiza.language import text, texts
from jaiza.report.charts import axis, figure_chip, interval_bar, reason, state_key
from jaiza.report.reading import Reading, Row, anchor

OPEN_ROWS = 30  # districts that stand open; bands below them unfold


def need_bands(reading: Reading) -> dict[str, Any]:
    """Bands that stand open and those that unfold, districts too weak to rank, without data, and not in scope."""
    bands = _bands(reading)
    shown, held = _open(bands)
    national = _national(reading)
    return {
        "open": shown,
        "folded": held,
        "folded_districts": sum(len(b["rows"]) for b in held),
        "weak": [_row(reading, r, national) for r in reading.weak],
        "no_data": _without_data(reading),
        "out_of_scope": _out_of_scope(reading),
        "severity": _severity(reading),
        "axis": axis(),
        "ranked": len(reading.ranked),
        "top_k": int(reading.results.manifest["parameters"]["assumptions"].get("top_k", 10)),
        "national": _national_chip(reading),
        "draws": reading.results.manifest["draws"],
    }


def _national(reading: Reading) -> float | None:
    found = reading.results.manifest["measures"].get("need", {}).get("national")
    return None if not found else found["value"]


def _national_chip(reading: Reading) -> Markup:
    found = reading.results.manifest["measures"].get("need", {}).get("national")
    if not found:
        return Markup("")
    return figure_chip(reading.voice, found["value"], found["lower"], found["upper"], found.get("grade"))


def _bands(reading: Reading) -> list[dict[str, Any]]:
    national, out = _national(reading), []
    for number, rows in groupby(reading.ranked, key=lambda r: int(r["band"])):
        inside = [_row(reading, r, national) for r in rows]
        title = reading.voice.say(text("Band {number}", number=number))
        says = reading.voice.say(
            texts("{n} district that stands alone", "{n} districts that cannot be told apart", n=len(inside))
        )
        out.append({"number": number, "title": title, "says": says, "rows": inside})
    return out


def _open(bands: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The first band always stands open, further ones as long as the table stays short."""
    count = 0
    for position, band in enumerate(bands):
        count += len(band["rows"])
        if position and count > OPEN_ROWS:
            return bands[:position], bands[position:]
    return bands, []


def _row(reading: Reading, row: Row, national: float | None) -> dict[str, Any]:
    wide = row["state"] == "too_wide"
    return {
        "id": anchor("need", row["area_code"]),
        "name": reading.name(row),
        "province": reading.province(row),
        "bar": interval_bar(row["value"], row["lower"], row["upper"], national=national, wide=wide),
        "chip": reading.chip(row),
        "rank": _range(row["rank_lower"], row["rank_upper"]),
        "top": _share(row["top_k"]),
        "why": reason(reading.voice, row["grade"], reading.figures.get(row["figure"], {}).get("grade_term")),
    }


def _range(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"{low:.0f}–{high:.0f}"


def _share(share: float | None) -> str:
    """A share of draws, no finer than the draws can tell."""
    if share is None:
        return ""
    if share > 0.99:
        return ">99 %"
    return "<1 %" if share < 0.01 else f"{100 * share:.0f} %"


def _without_data(reading: Reading) -> list[dict[str, Any]]:
    """Districts without an estimate, with the ranks that they could have; by province and name."""
    possible = {r["area_code"]: _range(r["rank_best"], r["rank_worst"]) for r in reading.rows("data_first")}
    rows = [r for r in reading.rows("need") if r["state"] in ("no_data", "withheld")]
    return [
        {
            "id": anchor("need", r["area_code"]),
            "name": reading.name(r),
            "province": reading.province(r),
            "state": state_key(reading.voice, r["state"]),
            "missing": [
                reading.indicators.get(code, code) for code in (r["missing"] or "").split(";") if code
            ],
            "possible": possible.get(r["area_code"], ""),
        }
        for r in sorted(rows, key=lambda r: (r["admin1_name"] or "", r["area_name"]))
    ]


def _out_of_scope(reading: Reading) -> list[dict[str, Any]]:
    """Provinces and territories whose districts have no census row, each with its districts' names."""
    rows = sorted(
        (r for r in reading.rows("need") if r["state"] == "not_applicable"),
        key=lambda r: (r["admin1_name"] or "", r["area_name"]),
    )
    out = []
    for _, group in groupby(rows, key=lambda r: r["admin1_name"] or ""):
        inside = list(group)
        out.append(
            {
                "ids": [anchor("need", r["area_code"]) for r in inside],
                "province": reading.province(inside[0]),
                "districts": [
                    {"id": anchor("need", r["area_code"]), "name": reading.name(r)} for r in inside
                ],
            }
        )
    return out


def _severity(reading: Reading) -> list[dict[str, Any]]:
    """Reported violence by district, by province and name: a figure that need is made of."""
    rows = [r for r in reading.rows("need") if r["severity"] is not None]
    return [
        {
            "name": reading.name(r),
            "province": reading.province(r),
            "people": f"{r['people']:,.0f}" if r["people"] is not None else "",
            "chip": figure_chip(
                reading.voice, r["severity"], r["severity_lower"], r["severity_upper"], r["severity_grade"],
                unit="severity", figure=r["severity_figure"],
                why=reason(reading.voice, r["severity_grade"],
                           reading.figures.get(r["severity_figure"], {}).get("grade_term")),
            ),
        }
        for r in sorted(rows, key=lambda r: (r["admin1_name"] or "", r["area_name"]))
    ]  # fmt: skip
