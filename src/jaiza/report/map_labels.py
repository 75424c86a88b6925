"""Names on the circle map: inside circles with room, beside the provinces, and the corner free for the legend."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from markupsafe import Markup

from jaiza.report.circle_layout import Circles, Floats
from jaiza.report.map_symbols import SPANS, WEAK, Place, Shown, class_of, spans
from jaiza.report.voice import Voice

MARGIN = 22.0
COLUMN = 660.0  # pixels of the map's column on a wide page
LEGEND = {"ltr": (200.0, 270.0), "rtl": (210.0, 280.0)}  # pixels that the legend needs in a corner

Box = tuple[float, float, float, float]


def _text(voice: Voice, css: str, x: float, y: float, words: str) -> Markup:
    attributes = (
        Markup(' lang="{}" direction="rtl"').format(voice.language)
        if voice.direction == "rtl"
        else Markup("")
    )
    return Markup('<text class="{}" x="{:.0f}" y="{:.0f}"{}>{}</text>').format(css, x, y, attributes, words)


def map_labels(
    voice: Voice, places: Sequence[Place], provinces: Mapping[str, str], circles: Circles,
    shown: Mapping[str, Shown], land: Floats,
) -> tuple[Markup, list[Box]]:  # fmt: skip
    """Names inside circles that have room for them, of each province's largest place, and of the provinces."""
    inside, halos = _names_of_districts(voice, places, circles, shown)
    outside, taken = _names_of_provinces(voice, places, provinces, circles, halos, land)
    return inside + outside, taken


def _names_of_districts(
    voice: Voice, places: Sequence[Place], circles: Circles, shown: Mapping[str, Shown]
) -> tuple[Markup, list[Box]]:
    letter = 7.0 if voice.direction == "rtl" else 5.6
    largest = _largest(places)
    out, halos = Markup(""), []
    for i, p in enumerate(places):
        it = shown.get(p.code, Shown("not_applicable"))
        x, y, r = circles.x[i], circles.y[i], circles.radius[i]
        known = it.state == "estimated" and it.value is not None
        dark = it.value is not None and class_of(it.value) >= 4
        clean = known and spans(it.lower, it.upper) < SPANS and not (dark and it.grade == WEAK)
        if r > 15 and len(p.name) * letter < 2 * r and (clean or it.state == "no_data"):
            css = "halo sm" if not known else ("w sm" if dark else "sm")
            out += _text(voice, css, x, y + 3.5, p.name)
        elif i in largest:
            half = len(p.name) * letter * 0.55
            halos.append((x - half, y - 7, x + half, y + 7))
            out += _text(voice, "halo", x, y + 3.5, p.name)
    return out, halos


def _largest(places: Sequence[Place]) -> set[int]:
    """The most populous place of every province that has a census."""
    first: dict[str, int] = {}
    for i, p in enumerate(places):
        held = places[first[p.province]].people if p.province in first else None
        if p.people is not None and (held is None or p.people > held):
            first[p.province] = i
    return set(first.values())


def _names_of_provinces(
    voice: Voice, places: Sequence[Place], provinces: Mapping[str, str], circles: Circles, halos: Sequence[Box],
    land: Floats,
) -> tuple[Markup, list[Box]]:  # fmt: skip
    """Names beside the provinces; a territory of one counted district carries that district's name instead."""
    letter = 10.5 if voice.direction == "rtl" else 8.6
    out = Markup("")
    taken: list[Box] = []
    for province in sorted({p.province for p in places}):
        name = provinces.get(province, "")
        members = [i for i, p in enumerate(places) if p.province == province]
        if not name or (len(members) == 1 and places[members[0]].people is not None):
            continue
        box = _beside(circles, members, len(name) * letter, [*taken, *halos], land)
        taken.append(box)
        out += _text(voice, "pv", (box[0] + box[2]) / 2, box[3] - 5, name)
    return out, taken


def _beside(
    circles: Circles, members: Sequence[int], width: float, taken: Sequence[Box], land: Floats
) -> Box:
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
            if _clear(circles, land, box, 11.0) and not any(_crossing(box, other) for other in taken):
                outside = max(0.0, -box[0] - 60) + max(0.0, box[2] - circles.width - 60)
                cost = _gap(circles, members, box) + 12 * away + 2 * outside
                if best is None or cost < best[0]:
                    best = (cost, box)
                break
    return best[1] if best is not None else (cx - width / 2, cy - high / 2, cx + width / 2, cy + high / 2)


def _clear(circles: Circles, land: Floats, box: Box, room: float) -> bool:
    """Whether a box keeps ``room`` from every circle and from the ground between them."""
    wide = (land[:, 0] > box[0] - room) & (land[:, 0] < box[2] + room)
    if (wide & (land[:, 1] > box[1] - room) & (land[:, 1] < box[3] + room)).any():
        return False
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


def view(circles: Circles, taken: Sequence[Box]) -> tuple[float, float, float, float]:
    """Left, top, width and height that hold every circle, its ground and every name."""
    left = min([-MARGIN, *(b[0] - 8 for b in taken)])
    top = min([-MARGIN, *(b[1] - 8 for b in taken)])
    right = max([circles.width + MARGIN, *(b[2] + 8 for b in taken)])
    bottom = max([circles.height + MARGIN, *(b[3] + 8 for b in taken)])
    return left, top, right - left, bottom - top


def free_corner(voice: Voice, circles: Circles, land: Floats, taken: Sequence[Box], view: Box) -> str:
    """Top left, top right, bottom left or bottom right, where the legend would hide nothing; "" for none."""
    left, top, wide, high = view
    # The legend has one size in pixels while the map is scaled to its column.
    width, height = (side * wide / COLUMN for side in LEGEND[voice.direction])
    corners = {
        "tl": (left, top), "tr": (left + wide - width, top), "bl": (left, top + high - height),
        "br": (left + wide - width, top + high - height),
    }  # fmt: skip
    for name, (x, y) in corners.items():
        box = (x, y, x + width, y + height)
        if _clear(circles, land, box, 8.0) and not any(_crossing(box, b) for b in taken):
            return name
    return ""
