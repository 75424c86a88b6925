"""How the figures are computed, in few words, with every weight, goalpost and assumption and where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from jaiza.language import text
from jaiza.report.charts import grade_ring
from jaiza.report.reading import Reading
from jaiza.report.terms import GRADES
from jaiza.report.voice import short

LONG = 6  # a list longer than this is counted, not printed: the framework file holds it


def method_notes(reading: Reading) -> dict[str, Any]:
    """Steps, grades, indicators and assumptions of the round."""
    voice = reading.voice
    return {
        "steps": [voice.say(step) for step in _steps(reading)],
        "grades": [(grade_ring(voice, letter), voice.say(says)) for letter, says in GRADES.items()],
        "indicators": _indicators(reading),
        "assumptions": _assumptions(reading),
    }


def _steps(reading: Reading) -> list[Any]:
    manifest = reading.results.manifest
    values = manifest["parameters"]["assumptions"]
    out = []
    if {"window_events", "half_life", "severity_death", "severity_event", "spillover"} <= set(values):
        out.append(
            text(
                "Violence: events reported in the {window} months before the round, {event} point each and {death} for each death, "
                "halved in weight every {half_life} months, divided by people and time, and steadied where people are few; a share "
                "of {spillover} comes from neighbours.",
                window=short(values["window_events"]), event=short(values["severity_event"]),
                death=short(values["severity_death"]), half_life=short(values["half_life"]),
                spillover=short(values["spillover"]),
            )
        )  # fmt: skip
    out += [
        text(
            "Need: every part is put between two fixed goalposts and the parts are joined by a weighted geometric mean, so that a "
            "bad part is not made good by the others. A district that lacks a part has no estimate."
        ),
        text(
            "Uncertainty: {draws} draws vary the data and the choices (half-life, spillover, weights, way of joining). The interval "
            "holds the middle 90 % of them.",
            draws=f"{manifest['draws']:,}",
        ),
        text(
            "Bands: a band ends where its first district lies above the next one in more than 95 % of draws. Inside a band the order "
            "is no finding."
        ),
        text(
            "Recorded work: what the records say of each approach and district. A cell without a record is a limit of the search "
            "before it is an absence of work."
        ),
        text(
            "Grades: A to C may be headlines and are ranked; D and E are not. A grade is the worst of its terms."
        ),
    ]
    return out


def _indicators(reading: Reading) -> list[dict[str, Any]]:
    voice = reading.voice
    need = reading.results.manifest["measures"].get("need") or {}
    held: Mapping[str, Any] = need.get("indicators", {})
    return [
        {
            "name": i[voice.language],
            "says": i[f"says_{voice.language}"],
            "weight": voice.number(short(round(i["weight"], 3))),
            "goalposts": voice.number(f"{short(i['low'])}–{short(i['high'])}"),
            "unit": voice.foreign(i["unit"]),
            "moves": _moves(reading, held.get(i["code"], {}).get("effective_importance")),
            "source": voice.foreign(i["source"]),
        }
        for i in reading.results.manifest["names"]["indicators"]
    ]


def _moves(reading: Reading, importance: float | None) -> Markup:
    """How closely need follows a part, beside the weight that was meant for it."""
    return reading.voice.t("not known") if importance is None else reading.voice.number(f"{importance:.2f}")


def _assumptions(reading: Reading) -> list[dict[str, Any]]:
    voice = reading.voice
    return [
        {
            "name": a[voice.language] or a["code"],
            "code": a["code"],
            "value": _value(reading, a["value"]),
            "unit": voice.foreign(a["unit"]),
            "source": voice.foreign(a["source"]),
        }
        for a in reading.results.manifest["names"]["assumptions"]
    ]


def _value(reading: Reading, value: object) -> Markup:
    if isinstance(value, list | tuple):
        if not value:
            return reading.voice.t("none")
        if len(value) > LONG:
            return reading.voice.ts("{n} code", "{n} codes", n=len(value))
        parts = [" → ".join(short(x) for x in v) if isinstance(v, list | tuple) else short(v) for v in value]
        return reading.voice.number(", ".join(parts))
    return reading.voice.number(short(value))
