"""The circle map: one circle a district, its area the people, its colour a class; no boundary is drawn."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from markupsafe import Markup

from jaiza.language import Text, text
from jaiza.report.charts import class_legend, state_key
from jaiza.report.circle_layout import Circles, ground, place_circles
from jaiza.report.terms import STATES
from jaiza.report.voice import Voice, two

EDGES = (0.15, 0.30, 0.45, 0.60)
MARGIN = 22.0
COLUMN = 660.0  # pixels of the map's column on a wide page
LONGEST_SIDE = 125.0
SPANS = 3  # classes an interval may touch before the colour is hatched
LEGEND = {"ltr": (200.0, 275.0), "rtl": (210.0, 275.0)}  # pixels that the legend needs in a corner
_WEAK = "D"


@dataclass(frozen=True)
class Place:
    """One district as the map needs it. ``people`` is None where there is no census."""

    code: str
    name: str
    province: str
    lat: float
    lon: float
    people: float | None


@dataclass(frozen=True)
class Shown:
    """What one circle shows: state, figure with interval and grade, and the row that it leads to."""

    state: str
    value: float | None = None
    lower: float | None = None
    upper: float | None = None
    grade: str | None = None
    link: str = ""


@dataclass(frozen=True)
class DistrictMap:
    """The map, its legend, and the corner where the legend finds room ("" for below the map)."""

    svg: Markup
    legend: Markup
    corner: str


def class_of(value: float, edges: Sequence[float] = EDGES) -> int:
    """Class 1 to 5 of a value between 0 and 1; an edge belongs to the class above it."""
    return 1 + sum(value >= edge for edge in edges)


def spans(lower: float | None, upper: float | None) -> int:
    """How many classes an interval touches; 0 without an interval."""
    return 0 if lower is None or upper is None else class_of(upper) - class_of(lower) + 1


def district_map(
    voice: Voice, title: Text, places: Sequence[Place], provinces: Mapping[str, str],
    borders: Sequence[tuple[str, str]], shown: Mapping[str, Shown],
) -> DistrictMap:  # fmt: skip
    """The map of one measure. ``provinces`` give the name by code; places without a figure are not in scope."""
    circles = place_circles(
        tuple(p.lat for p in places),
        tuple(p.lon for p in places),
        tuple(math.nan if p.people is None else float(p.people) for p in places),
        tuple(p.province for p in places),
    )
    defs, uses = _grounds(places, circles, borders)
    drawn = Markup("").join(
        _circle(
            voice, p, provinces.get(p.province, ""), circles, i, shown.get(p.code, Shown("not_applicable"))
        )
        for i, p in enumerate(places)
    )
    labels, taken = _labels(voice, places, provinces, circles, shown)
    box = _view(circles, taken)
    about = voice.plain(text("{title}. The same figures are in the table.", title=title))
    svg = Markup(
        '<svg class="map" viewBox="{}" role="img" aria-label="{}"><defs>{}</defs>{}{}{}</svg>'
    ).format(" ".join(f"{v:.0f}" for v in box), about, defs, uses, drawn, labels)
    states = {shown.get(p.code, Shown("not_applicable")).state for p in places}
    scale = circles.radius_of_million * _legend_scale(box)
    return DistrictMap(
        svg, _legend(voice, states, scale, shown), _free_corner(circles, taken, box, LEGEND[voice.direction])
    )


def _grounds(
    places: Sequence[Place], circles: Circles, borders: Sequence[tuple[str, str]]
) -> tuple[Markup, Markup]:
    at = {p.code: i for i, p in enumerate(places)}
    defs, names = Markup(""), []
    for number, province in enumerate(sorted({p.province for p in places})):
        members = [i for i, p in enumerate(places) if p.province == province]
        pairs = {
            frozenset((at[a], at[b]))
            for a, b in borders
            if a in at and b in at and a != b and places[at[a]].province == province == places[at[b]].province
        }
        triangles, lines = ground(circles, members, pairs, LONGEST_SIDE)
        point = [f"{circles.x[i]:.0f} {circles.y[i]:.0f}" for i in range(len(places))]
        path = "".join(f"M{point[a]}L{point[b]}L{point[c]}z" for a, b, c in triangles)
        path += "".join(f"M{point[a]}L{point[b]}" for a, b in lines)
        dots = Markup("").join(
            Markup('<circle cx="{:.0f}" cy="{:.0f}" r="{:.0f}"/>').format(
                circles.x[i], circles.y[i], circles.radius[i]
            )
            for i in members
        )
        defs += Markup('<g id="ground{}"><path d="{}"/>{}</g>').format(number, path, dots)
        names.append(number)
    uses = Markup("").join(
        Markup('<use href="#ground{}" class="{}"/>').format(number, stroke)
        for stroke in ("rim", "land")
        for number in names
    )
    return defs, uses


def says(voice: Voice, name: str, province: str, it: Shown) -> str:
    """What a circle says when asked: place, and figure with interval and grade, or the state."""
    if it.state == "estimated" and it.value is not None and it.lower is not None and it.upper is not None:
        figure = text(
            "{value} ({lower} to {upper}), grade {grade}", value=voice.inline(two(it.value)),
            lower=voice.inline(two(it.lower)), upper=voice.inline(two(it.upper)), grade=it.grade or "",
        )  # fmt: skip
    else:
        figure = STATES[it.state]
    return voice.plain(text("{place}, {province}: {figure}", place=name, province=province, figure=figure))


def _circle(voice: Voice, place: Place, province: str, circles: Circles, i: int, it: Shown) -> Markup:
    x, y, r = circles.x[i], circles.y[i], circles.radius[i]
    at = Markup('cx="{:.1f}" cy="{:.1f}" r="{:.1f}"').format(x, y, r)
    extra = Markup("")
    known = it.state == "estimated" and it.value is not None
    if known and it.value is not None:
        css = f"q{class_of(it.value)}"
        if spans(it.lower, it.upper) >= SPANS:
            extra = Markup('<circle class="hatch" {}/>').format(at)
        if it.grade == _WEAK:
            extra += Markup('<circle class="eye" cx="{:.1f}" cy="{:.1f}" r="{:.1f}"/>').format(x, y, r * 0.58)
    else:
        css = it.state
        if it.state == "no_data":
            extra = Markup('<circle class="eye" cx="{:.1f}" cy="{:.1f}" r="1.7"/>').format(x, y)
        elif it.state == "too_wide":
            extra = Markup('<circle class="hatch-grey" {}/>').format(at)
        elif it.state == "withheld":
            extra = Markup('<path class="eye" d="M{:.1f} {:.1f}h{:.1f}v2h-{:.1f}z"/>').format(
                x - r, y - 1, 2 * r, 2 * r
            )
    shape = Markup('<circle class="d {}" {}/>').format(css, at) + extra
    whole = Markup("<title>{}</title>{}").format(says(voice, place.name, province, it), shape)
    if not it.link:
        return Markup("<g>{}</g>").format(whole)
    # The table is the way in for keyboards; a hundred stops on a picture would be in the way.
    return Markup('<a href="#{}" tabindex="-1">{}</a>').format(it.link, whole)


Box = tuple[float, float, float, float]


def _text(voice: Voice, css: str, x: float, y: float, words: str, name_language: str | None = None) -> Markup:
    attributes = (
        Markup(' lang="{}" direction="rtl"').format(voice.language)
        if voice.direction == "rtl"
        else Markup("")
    )
    return Markup('<text class="{}" x="{:.0f}" y="{:.0f}"{}>{}</text>').format(css, x, y, attributes, words)


def _labels(
    voice: Voice,
    places: Sequence[Place],
    provinces: Mapping[str, str],
    circles: Circles,
    shown: Mapping[str, Shown],
) -> tuple[Markup, list[Box]]:
    """Names inside circles that have room for them, of each province's largest place, and of the provinces."""
    letter = 7.0 if voice.direction == "rtl" else 5.6
    out = Markup("")
    taken: list[Box] = []
    largest: dict[str, int] = {}
    for i, p in enumerate(places):
        if p.people is not None and p.people > (
            places[largest[p.province]].people or 0 if p.province in largest else 0
        ):
            largest[p.province] = i
    halos: list[Box] = []
    for i, p in enumerate(places):
        it = shown.get(p.code, Shown("not_applicable"))
        x, y, r = circles.x[i], circles.y[i], circles.radius[i]
        known = it.state == "estimated" and it.value is not None
        dark = known and it.value is not None and class_of(it.value) >= 4
        clean = known and spans(it.lower, it.upper) < SPANS and not (dark and it.grade == _WEAK)
        if r > 15 and len(p.name) * letter < 2 * r and (clean or it.state == "no_data"):
            css = "halo sm" if not known else ("w sm" if dark else "sm")
            out += _text(voice, css, x, y + 3.5, p.name)
        elif largest.get(p.province) == i:
            half = len(p.name) * letter * 0.55
            halos.append((x - half, y - 7, x + half, y + 7))
            out += _text(voice, "halo", x, y + 3.5, p.name)
    for province in sorted({p.province for p in places}):
        name = provinces.get(province, "")
        members = [i for i, p in enumerate(places) if p.province == province]
        if not name or (len(members) == 1 and province in largest):
            continue  # a territory of one district carries that district's name
        box = _beside(
            circles, members, len(name) * (10.5 if voice.direction == "rtl" else 8.6), [*taken, *halos]
        )
        taken.append(box)
        out += _text(voice, "pv", (box[0] + box[2]) / 2, box[3] - 5, name)
    return out, taken


def _beside(circles: Circles, members: Sequence[int], width: float, taken: Sequence[Box]) -> Box:
    """The free spot for a province's name that is nearest to its circles, on the side away from the middle."""
    high = 18.0
    cx, cy = float(circles.x[members].mean()), float(circles.y[members].mean())
    outward = math.atan2(cy - circles.height / 2, cx - circles.width / 2)
    best: tuple[float, Box] | None = None
    for turn in range(48):
        angle = 2 * math.pi * turn / 48
        away = abs(math.remainder(angle - outward, 2 * math.pi))
        for step in range(60):
            distance = 6.0 + step * 8
            x, y = cx + distance * math.cos(angle), cy + distance * math.sin(angle)
            box = (x - width / 2, y - high / 2, x + width / 2, y + high / 2)
            if _clear(circles, box, 11.0) and not any(_crossing(box, other) for other in taken):
                outside = max(0.0, -box[0] - 60) + max(0.0, box[2] - circles.width - 60)
                cost = _gap(circles, members, box) + 12 * away + 2 * outside
                if best is None or cost < best[0]:
                    best = (cost, box)
                break
    return best[1] if best is not None else (cx - width / 2, cy - high / 2, cx + width / 2, cy + high / 2)


def _clear(circles: Circles, box: Box, room: float) -> bool:
    """Whether a box keeps ``room`` from every circle."""
    dx = np.maximum(0.0, np.maximum(box[0] - circles.x, circles.x - box[2]))
    dy = np.maximum(0.0, np.maximum(box[1] - circles.y, circles.y - box[3]))
    return bool((np.hypot(dx, dy) > circles.radius + room).all())


def _gap(circles: Circles, members: Sequence[int], box: Box) -> float:
    x, y, r = circles.x[members], circles.y[members], circles.radius[members]
    dx = np.maximum(0.0, np.maximum(box[0] - x, x - box[2]))
    dy = np.maximum(0.0, np.maximum(box[1] - y, y - box[3]))
    return float((np.hypot(dx, dy) - r).min())


def _crossing(a: Box, b: Box) -> bool:
    return a[0] < b[2] + 6 and b[0] < a[2] + 6 and a[1] < b[3] + 4 and b[1] < a[3] + 4


def _view(circles: Circles, taken: Sequence[Box]) -> tuple[float, float, float, float]:
    """Left, top, width and height that hold every circle, its ground and every name."""
    left = min([-MARGIN, *(b[0] - 8 for b in taken)])
    top = min([-MARGIN, *(b[1] - 8 for b in taken)])
    right = max([circles.width + MARGIN, *(b[2] + 8 for b in taken)])
    bottom = max([circles.height + MARGIN, *(b[3] + 8 for b in taken)])
    return left, top, right - left, bottom - top


def _free_corner(circles: Circles, taken: Sequence[Box], view: Box, room: tuple[float, float]) -> str:
    """Top left, top right, bottom left or bottom right, where the legend would hide nothing; "" for none."""
    left, top, wide, high = view
    # The legend has one size in pixels while the map is scaled to its column.
    width, height = room[0] * wide / COLUMN, room[1] * wide / COLUMN
    corners = {
        "tl": (left, top), "tr": (left + wide - width, top), "bl": (left, top + high - height),
        "br": (left + wide - width, top + high - height),
    }  # fmt: skip
    for name, (x, y) in corners.items():
        box = (x, y, x + width, y + height)
        if _clear(circles, box, 8.0) and not any(_crossing(box, b) for b in taken):
            return name
    return ""


def _legend_scale(view: Box) -> float:
    """Pixels of the legend for one unit of the map, at the width of its column on a wide page."""
    return COLUMN / view[2] if view[2] else 1.0


def _legend(voice: Voice, states: set[str], radius_of_million: float, shown: Mapping[str, Shown]) -> Markup:
    known = [s for s in shown.values() if s.state == "estimated"]
    parts = []
    if known:
        parts.append(Markup("<div>{}{}</div>").format(voice.t("Need, 0 to 1"), class_legend(EDGES)))
    if math.isfinite(radius_of_million):
        parts.append(
            Markup("<div>{}{}</div>").format(
                voice.t("Area of a circle: people (smallest enlarged)"), _sizes(voice, radius_of_million)
            )
        )
    keys = Markup("")
    if any(spans(s.lower, s.upper) >= SPANS for s in known):
        keys += Markup('<span class="state">{}<span>{}</span></span>').format(
            Markup('<svg width="14" height="14" aria-hidden="true"><circle class="q3" cx="7" cy="7" r="7"/>'
                   '<circle class="hatch" cx="7" cy="7" r="7"/></svg>'),
            voice.t("hatched: the interval spans three classes or more"),
        )  # fmt: skip
    if any(s.grade == _WEAK for s in known):
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


def places_of(rows: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> list[Place]:
    """Districts of the places table that have a point and are no part of another, in order of their code."""
    return [
        Place(r["code"], names[r["code"]], r["parent"] or "", float(r["lat"]), float(r["lon"]), r["people"])
        for r in sorted(rows, key=lambda r: str(r["code"]))
        if r["level"] == "2" and r["lat"] is not None and r["lon"] is not None and not r["counted_in"]
    ]
