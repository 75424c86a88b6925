"""The legend of the circle map."""

from __future__ import annotations

import math
from collections.abc import Mapping

from markupsafe import Markup

from jaiza.language import text
from jaiza.report.charts import class_legend, state_key
from jaiza.report.map_labels import COLUMN
from jaiza.report.map_symbols import EDGES, SPANS, WEAK, Shown, spans
from jaiza.report.voice import Voice


def map_legend(
    voice: Voice, states: set[str], radius_of_million: float, map_width: float, shown: Mapping[str, Shown]
) -> Markup:
    """Classes, sizes and the keys of the states that the map shows; ``map_width`` sets the scale of the sizes."""
    known = [s for s in shown.values() if s.state == "estimated"]
    parts = []
    if known:
        parts.append(Markup("<div>{}{}</div>").format(voice.t("Need, 0 to 1"), class_legend(EDGES)))
    if math.isfinite(radius_of_million):
        parts.append(
            Markup("<div>{}{}</div>").format(
                voice.t("Area of a circle: people"), _sizes(voice, radius_of_million * COLUMN / map_width)
            )
        )
    keys = Markup("")
    if any(spans(s.lower, s.upper) >= SPANS for s in known):
        keys += Markup('<span class="state">{}<span>{}</span></span>').format(
            Markup('<svg width="14" height="14" aria-hidden="true"><circle class="q3" cx="7" cy="7" r="7"/>'
                   '<circle class="hatch" cx="7" cy="7" r="7"/></svg>'),
            voice.t("hatched: the interval spans three classes or more"),
        )  # fmt: skip
    if any(s.grade == WEAK for s in known):
        keys += Markup('<span class="state"><span class="key k-weak"></span><span>{}</span></span>').format(
            voice.t("ring: grade D, too weak to be ranked")
        )
    for state in ("too_wide", "no_data", "not_applicable", "withheld"):
        if state in states:
            words = voice.plain(text("not in scope: no census row")) if state == "not_applicable" else ""
            keys += state_key(voice, state, words)
    parts.append(Markup('<div class="keys">{}</div>').format(keys))
    return Markup('<div class="legend">{}</div>').format(Markup("").join(parts))


def _sizes(voice: Voice, radius_of_million: float) -> Markup:
    """Two circles to read sizes by, of round numbers of people that fit the legend."""
    largest = max(
        (m for m in (0.1, 0.2, 0.5, 1, 2, 5, 10) if radius_of_million * math.sqrt(m) <= 24), default=0.1
    )
    smaller = largest / 5
    out = Markup("")
    for millions, y in ((largest, 14), (smaller, 46)):
        r = radius_of_million * math.sqrt(millions)
        words = (
            text("{n} million", n=f"{millions:g}")
            if millions >= 1
            else text("{n} thousand", n=f"{1000 * millions:g}")
        )
        attributes = Markup(' direction="rtl" text-anchor="end"') if voice.direction == "rtl" else Markup("")
        out += Markup(
            '<circle cx="26" cy="{:.1f}" r="{:.1f}" fill="none" stroke="#5d6974"/><text x="60" y="{}"{}>{}</text>'
        ).format(51 - r, r, y, attributes, voice.plain(words))
    return Markup('<svg width="150" height="54" aria-hidden="true">{}</svg>').format(out)
