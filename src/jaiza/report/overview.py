"""What a reader sees first: lead, findings that the data support, the map, and how much of each measure is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from jaiza.language import Text, text, texts
from jaiza.report.charts import figure_chip, known_bar, state_key
from jaiza.report.map_symbols import Shown
from jaiza.report.maps import DistrictMap, district_map
from jaiza.report.reading import Reading, anchor
from jaiza.report.terms import MEASURES, STATES
from jaiza.report.voice import whole


def overview(reading: Reading) -> dict[str, Any]:
    """Words and pictures of the first screen."""
    return {
        "lead": reading.voice.say(lead(reading)),
        "headlines": reading.findings("headline"),
        "catalogue": reading.findings("catalogue"),
        "cannot_say": reading.findings("cannot_say"),
        "map": need_map(reading),
        "map_title": reading.voice.say(map_title(reading)),
        "why_no_need": why_no_need(reading),
        "measures": measures(reading),
        "measure_states": [state_key(reading.voice, s) for s in _states_met(reading)],
    }


def lead(reading: Reading) -> Text:
    """What the study is about, and how much of it could be estimated."""
    counted, estimated = len(reading.counted), len(reading.ranked) + len(reading.weak)
    if not counted:
        return text("No district has a census row in this study yet, so nothing is estimated.")
    about = texts(
        "Community-led work against violent extremism in {country}: {n} district with census rows.",
        "Community-led work against violent extremism in {country}: {n} districts with census rows.",
        n=counted, country=reading.country,
    )  # fmt: skip
    if not estimated:
        return text(
            "{about} In this round need can be estimated for none of them, and this page says why.",
            about=about,
        )
    return text(
        "{about} Need for a response can be estimated for {estimated} of them and is sure enough to be ranked in {ranked}.",
        about=about, estimated=estimated, ranked=len(reading.ranked),
    )  # fmt: skip


def map_title(reading: Reading) -> Text:
    """Heading of the map."""
    return text("Need for a response, {date}", date=reading.voice.date(reading.as_of))


def need_map(reading: Reading) -> DistrictMap | None:
    """The circle map of need; None where no district has a point on the map."""
    if not reading.drawn:
        return None
    shown = {
        r["area_code"]: Shown(
            r["state"], r["value"], r["lower"], r["upper"], r["grade"], anchor("need", r["area_code"])
        )
        for r in reading.rows("need")
    }
    borders = [(b["area_a"], b["area_b"]) for b in reading.rows("borders")]
    return district_map(reading.voice, map_title(reading), reading.drawn, reading.names, borders, shown)


def why_no_need(reading: Reading) -> Markup | None:
    """Why the map is grey in a round without any estimate, and where to look instead."""
    if reading.has_need or not reading.counted:
        return None
    newest = max(
        (str(r["newest"]) for r in reading.rows("data_age") if "events" in r["used_for"] and r["newest"]),
        default="",
    )
    if newest:
        why = text(
            "No circle has a colour: open event data by district end on {date}, too long before this round to say anything of it.",
            date=reading.voice.date(newest),
        )  # fmt: skip
    else:
        why = text("No circle has a colour: this round has no events, or no people to relate them to.")
    earlier = [str(r) for r in reading.study.get("rounds", []) if str(r) < reading.as_of]
    if not earlier:
        return reading.voice.say(why)
    return reading.voice.say(
        text(
            "{why} Grey means not known, never calm. The newest earlier round is {date}; its report stands beside this one.",
            why=why, date=reading.voice.date(max(earlier)),
        )
    )  # fmt: skip


def _by_measure(reading: Reading) -> dict[str, Counter[str]]:
    out: dict[str, Counter[str]] = {}
    for row in reading.rows("need"):
        out.setdefault("need", Counter())[row["state"]] += 1
    areas = {r["area_code"] for r in reading.rows("need")}
    for row in reading.rows("figures"):
        if row["measure"] == "severity" and row["area_code"] in areas:
            out.setdefault("severity", Counter())[row["state"]] += 1
    for row in reading.rows("gaps"):
        out.setdefault(row["gap"], Counter())[row["state"]] += 1
    return out


def _states_met(reading: Reading) -> list[str]:
    met = Counter[str]()
    for counts in _by_measure(reading).values():
        met.update(counts)
    return [s for s in STATES if met[s] and s != "not_applicable"]


def measures(reading: Reading) -> list[dict[str, Any]]:
    """One row a measure: its question, how many districts are in each state, its national figure, what it lacks."""
    out = []
    voice = reading.voice
    for code, counts in _by_measure(reading).items():
        inside = {s: counts[s] for s in STATES if counts[s] and s != "not_applicable"}
        name, question = MEASURES[code]
        words = [voice.say(text("{n} {state}", n=n, state=STATES[s])) for s, n in inside.items()]
        out.append(
            {
                "code": code,
                "name": voice.say(name),
                "question": voice.say(question),
                "bar": known_bar(inside) if inside else Markup(""),
                "counts": Markup(" · ").join(words) if words else voice.say(text("not measured by district")),
                "national": _national(reading, code) if inside else state_key(voice, "not_applicable"),
                "lacks": voice.say(_lacks(reading, code, inside)),
            }
        )
    return out


def _national(reading: Reading, code: str) -> Markup:
    found = reading.national(code)
    if found.get("value") is None or found.get("lower") is None:
        return state_key(reading.voice, "no_data")
    return figure_chip(
        reading.voice, found["value"], found["lower"], found["upper"], found.get("grade"),
        figure=found.get("figure") or "",
    )  # fmt: skip


def _lacks(reading: Reading, code: str, counts: Mapping[str, int]) -> Text:
    """The main reason why a measure is not better known."""
    if code == "need":
        return _need_lacks(reading)
    if code == "severity":
        known = counts.get("estimated", 0)
        if not known:
            return text("the sources do not cover enough of the five years before the round")
        weak = sum(r["severity_grade"] in ("D", "E") for r in reading.rows("need"))
        return texts("{n} estimate is graded D or E", "{n} estimates are graded D or E", n=weak)
    if code == "coverage":
        placed = reading.results.manifest["records"]
        return text(
            "{n} of {total} records give district, people reached and dates; how complete the records are is not known",
            n=placed["area_reach_dates"], total=placed["records"],
        )  # fmt: skip
    if code == "evidence":
        cells = reading.rows("evidence")
        return text(
            "{n} of {total} pairs of approach and outcome have a study",
            n=sum(1 for c in cells if c["studies"]), total=len(cells),
        )  # fmt: skip
    return text("see what we cannot say yet")


def _need_lacks(reading: Reading) -> Text:
    lacking = Counter(
        part
        for r in reading.counted
        if r["state"] == "no_data"
        for part in (r["missing"] or "").split(";")
        if part
    )
    weak = len(reading.weak)
    if lacking:
        parts = [
            text("{part} in {n}", part=reading.indicators.get(code, code), n=whole(n))
            for code, n in lacking.most_common(3)
        ]
        return text("not published by district: {parts}", parts=parts)
    return texts(
        "{n} district is too uncertain to be ranked", "{n} districts are too uncertain to be ranked", n=weak
    )
