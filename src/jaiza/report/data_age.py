"""What to find first, what others report since our events end, and how old everything is."""

from __future__ import annotations

import datetime as dt
from typing import Any

from markupsafe import Markup

from jaiza.language import Text, mark, text
from jaiza.report.charts import grade_ring, reason
from jaiza.report.reading import Reading, Row

FULL_YEAR = 300  # days; shorter periods are shown only where a publisher gives no year
CONTEXT_ROWS = 24
FIRST_ROWS = 9  # more than this only where more could stand first
MEASURED = {
    "killed": mark("killed"), "injured": mark("injured"), "attacks": mark("attacks"), "incidents": mark("incidents"),
    "civilians_killed": mark("civilians killed"), "security_forces_killed": mark("security forces killed"),
    "militants_killed": mark("militants killed"),
}  # fmt: skip
# Counts of deaths and of attacks say most; finer splits stay in context.csv.
_FIRST = ("killed", "attacks", "incidents")
_USED = {
    "people": text("people"),
    "people_interpolated": text("people, interpolated to the round"),
    "events": text("events"),
}


def data_first(reading: Reading) -> dict[str, Any]:
    """Districts whose missing figures could change who stands first, and how many further ones could not."""
    found = reading.rows("data_first")
    first = [r for r in found if r["could_enter"]]
    shown = first + [r for r in found if not r["could_enter"]][: max(0, FIRST_ROWS - len(first))]
    rows = [
        {
            "name": reading.name(r),
            "province": reading.province(r),
            "missing": [reading.indicators.get(code, code) for code in r["missing"].split(";")],
            "possible": f"{r['rank_best']:.0f}–{r['rank_worst']:.0f}",
            "could_enter": r["could_enter"],
        }
        for r in shown
    ]
    return {"rows": rows, "further": len(found) - len(shown)}


def context(reading: Reading) -> list[dict[str, Any]]:
    """Newest figures of others by place, measure and publisher; never added together, never used in a measure."""
    rows = [r for r in reading.rows("context") if r["measure"] in _FIRST] or reading.rows("context")
    newest: dict[tuple[str, str, str], Row] = {}
    for row in rows:
        key = (row["area_code"] or row["place"], row["measure"], row["publisher"])
        held = newest.get(key)
        if held is None or _freshness(row) > _freshness(held):
            newest[key] = row
    kept = sorted(newest.values(), key=_freshness, reverse=True)[:CONTEXT_ROWS]
    kept.sort(key=lambda r: (r["level"] != "national", r["place"], r["measure"], r["publisher"]))
    return [
        {
            "place": reading.names.get(r["area_code"], "") or r["place"],
            "period": _period(reading, r),
            "measure": reading.voice.say(_measured(r["measure"])),
            "value": reading.voice.number(f"{r['value']:,.0f}"),
            "publisher": reading.voice.foreign(r["publisher"]),
            "definition": r["definition"] or "",
        }
        for r in kept
    ]


def _freshness(row: Row) -> tuple[bool, bool, str, str]:
    """Whole years first, then the newest; provinces before the country at equal age."""
    start, end = (dt.date.fromisoformat(_day(row[k])) for k in ("period_start", "period_end"))
    return (end - start).days >= FULL_YEAR, row["measure"] == "killed", str(end), str(row["value"])


def _day(written: object) -> str:
    """A date as written, completed to a day."""
    parts = str(written).split("-")
    return "-".join([*parts, *["01"] * (3 - len(parts))])


def _period(reading: Reading, row: Row) -> Markup:
    start, end = str(row["period_start"]), str(row["period_end"])
    if start[:4] == end[:4] and start[5:] in ("01-01", "") and end[5:] in ("12-31", ""):
        return reading.voice.number(start[:4])
    return reading.voice.number(f"{start[:7]} – {end[:7]}")


def _measured(code: str) -> Text:
    return text(MEASURED[code]) if code in MEASURED else text("{value}", value=code.replace("_", " "))


def data_age(reading: Reading) -> list[dict[str, Any]]:
    """Every source that the round stands on, and how old it is."""
    voice = reading.voice
    return [
        {
            "title": voice.foreign(r["title"]),
            "publisher": voice.foreign(r["publisher"]),
            "used_for": [
                voice.plain(_USED[w]) if w in _USED else reading.indicators.get(w, w)
                for w in r["used_for"].split(";")
            ],
            "newest": voice.number(r["newest"]) if r["newest"] else voice.t("not known"),
            "months": voice.number(f"{r['age_months']:.0f}")
            if r["age_months"] is not None
            else (voice.t("later than the round") if r["newest"] else voice.t("not known")),
            "grade": grade_ring(voice, r["grade"], reason(voice, r["grade"], "age")) if r["grade"] else "",
            "rows": voice.number(f"{r['rows']:,}") if r["rows"] is not None else "",
            "licence": voice.foreign(r["licence"]),
        }
        for r in reading.rows("data_age")
    ]
