"""The circle map: one circle a district, its area the people, its colour a class; no boundary is drawn."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from markupsafe import Markup

from jaiza.language import Text, text
from jaiza.report.circle_layout import Circles, Floats, ground, place_circles, trail
from jaiza.report.map_labels import free_corner, map_labels, view
from jaiza.report.map_legend import map_legend
from jaiza.report.map_symbols import SPANS, WEAK, Place, Shown, class_of, spans
from jaiza.report.terms import STATES
from jaiza.report.voice import Voice, two

LONGEST_SIDE = 125.0  # sides of a province's ground; longer ones would cross the ground of others


@dataclass(frozen=True)
class DistrictMap:
    """The map, its legend, and the corner where the legend finds room ("" for below the map)."""

    svg: Markup
    legend: Markup
    corner: str


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
    defs, uses, land = _grounds(places, circles, borders)
    drawn = Markup("").join(
        _circle(
            voice, p, provinces.get(p.province, ""), circles, i, shown.get(p.code, Shown("not_applicable"))
        )
        for i, p in enumerate(places)
    )
    labels, taken = map_labels(voice, places, provinces, circles, shown, land)
    box = view(circles, taken)
    about = voice.plain(text("{title}. The same figures are in the table.", title=title))
    svg = Markup(
        '<svg class="map" viewBox="{}" role="img" aria-label="{}"><defs>{}</defs>{}{}{}</svg>'
    ).format(" ".join(f"{v:.0f}" for v in box), about, defs, uses, drawn, labels)
    states = {shown.get(p.code, Shown("not_applicable")).state for p in places}
    legend = map_legend(voice, states, circles.radius_of_million, box[2], shown)
    return DistrictMap(svg, legend, free_corner(voice, circles, land, taken, box))


def _grounds(
    places: Sequence[Place], circles: Circles, borders: Sequence[tuple[str, str]]
) -> tuple[Markup, Markup, Floats]:
    """Definitions and uses of the provinces' grounds, and points all over them."""
    at = {p.code: i for i, p in enumerate(places)}
    defs, names, land = Markup(""), [], [np.zeros((0, 2))]
    for number, province in enumerate(sorted({p.province for p in places})):
        members = [i for i, p in enumerate(places) if p.province == province]
        pairs = {
            frozenset((at[a], at[b]))
            for a, b in borders
            if a in at and b in at and a != b and places[at[a]].province == province == places[at[b]].province
        }
        triangles, lines = ground(circles, members, pairs, LONGEST_SIDE)
        point = [f"{circles.x[i]:.0f} {circles.y[i]:.0f}" for i in range(len(places))]
        land.append(trail(circles, triangles, lines))
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
    return defs, uses, np.concatenate(land)


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
        if it.grade == WEAK:
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


def places_of(rows: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> list[Place]:
    """Districts of the places table that have a point and are no part of another, in order of their code."""
    return [
        Place(r["code"], names[r["code"]], r["parent"] or "", float(r["lat"]), float(r["lon"]), r["people"])
        for r in sorted(rows, key=lambda r: str(r["code"]))
        if r["level"] == "2" and r["lat"] is not None and r["lon"] is not None and not r["counted_in"]
    ]
