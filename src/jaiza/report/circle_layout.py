"""Where the circles of the map stand: at the district's place, pushed apart until none overlaps another."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
EXTENT = 620.0  # longer side of the map before its margin, in drawing units
FILLED = 0.17  # share of the bounding box that circles fill: more, and places move far from where they are
SMALLEST, UNCOUNTED, LARGEST = 5.2, 5.5, 36.0
WITHIN, ACROSS = 1.6, 17.0  # room between circles of one province, and between provinces for their grounds
STEPS, SETTLING = 700, 250


@dataclass(frozen=True)
class Circles:
    """Centres ``x``, ``y`` and ``radius`` of every circle (places,), the size of the drawing, and people per area.

    ``radius_of_million`` is the radius that a million people have, for the legend; nan when nobody is counted.
    """

    x: Floats
    y: Floats
    radius: Floats
    width: float
    height: float
    radius_of_million: float


@lru_cache(maxsize=16)
def place_circles(
    lat: tuple[float, ...], lon: tuple[float, ...], people: tuple[float, ...], province: tuple[str, ...]
) -> Circles:
    """Circles at latitude and longitude, area by people, pushed apart with no overlap; the same every time.

    ``people`` is nan where there is no census: such circles get one small size. The least populous are drawn at a
    minimum size. Circles of one province keep 1.6 units apart, those of two provinces 17 where there is room.
    """
    if not lat:
        nothing = np.zeros(0)
        return Circles(nothing, nothing, nothing, 0.0, 0.0, math.nan)
    x, y = _projected(np.array(lat), np.array(lon))
    counted = np.array(people, dtype=np.float64)
    radius, million = _radii(counted, x, y)
    own = np.array(province)
    room = np.where(own[:, None] == own[None, :], WITHIN, ACROSS)
    x, y = _pushed_apart(x, y, radius, room)
    x, y = _freed(x, y, radius)
    x, y = x - (x - radius).min(), y - (y - radius).min()
    return Circles(x, y, radius, float((x + radius).max()), float((y + radius).max()), million)


def _projected(lat: Floats, lon: Floats) -> tuple[Floats, Floats]:
    """Plate carrée true at the middle latitude: districts lie close enough together for it."""
    x = lon * math.cos(math.radians(float(lat.min() + lat.max()) / 2))
    y = -lat
    scale = EXTENT / max(float(np.ptp(x)), float(np.ptp(y)), 1e-9)
    return (x - x.min()) * scale, (y - y.min()) * scale


def _radii(people: Floats, x: Floats, y: Floats) -> tuple[Floats, float]:
    counted = np.isfinite(people) & (people >= 1)
    if not counted.any():
        return np.full(people.shape, UNCOUNTED), math.nan
    box = max(float(np.ptp(x)) * float(np.ptp(y)), EXTENT * EXTENT / 4)
    per_person = FILLED * box / math.pi / float(people[counted].sum())
    per_person = min(per_person, LARGEST**2 / float(people[counted].max()))
    radius = np.sqrt(np.where(counted, people, 0.0) * per_person)
    return np.where(counted, np.maximum(radius, SMALLEST), UNCOUNTED), math.sqrt(1e6 * per_person)


def _pushed_apart(x: Floats, y: Floats, radius: Floats, room: Floats) -> tuple[Floats, Floats]:
    """Repeated small pushes between circles that are too close, the smaller moving more, and a weak pull home."""
    home_x, home_y = x.copy(), y.copy()
    # Places on one point would have no direction to be pushed in; each gets its own, far below a drawing unit.
    turn = np.arange(len(x)) * 2.399963
    x, y = x + 1e-3 * np.cos(turn), y + 1e-3 * np.sin(turn)
    wanted = radius[:, None] + radius[None, :] + room
    mass = radius[None, :] ** 2 / (radius[:, None] ** 2 + radius[None, :] ** 2)
    for step in range(STEPS + SETTLING):
        dx, dy = x[:, None] - x[None, :], y[:, None] - y[None, :]
        distance = np.sqrt(dx * dx + dy * dy) + 1e-9
        push = np.maximum(0.0, wanted - distance) / distance * 0.42 * mass
        np.fill_diagonal(push, 0.0)
        pull = 0.03 if step < STEPS else 0.0
        x = x + np.clip((dx * push).sum(axis=1), -6, 6) + pull * (home_x - x)
        y = y + np.clip((dy * push).sum(axis=1), -6, 6) + pull * (home_y - y)
        if pull == 0.0 and push.max(initial=0.0) < 1e-4:
            break
    return x, y


def _freed(x: Floats, y: Floats, radius: Floats) -> tuple[Floats, Floats]:
    """Whatever overlap the pushes left is taken out by drawing the whole map larger around unchanged circles."""
    distance = np.sqrt((x[:, None] - x[None, :]) ** 2 + (y[:, None] - y[None, :]) ** 2)
    touching = radius[:, None] + radius[None, :] + 0.1
    np.fill_diagonal(distance, np.inf)
    scale = max(1.0, float((touching / distance).max(initial=1.0)))
    return x * scale, y * scale


def trail(
    circles: Circles,
    triangles: Sequence[tuple[int, int, int]],
    lines: Sequence[tuple[int, int]],
    step: float = 9.0,
) -> Floats:
    """Points (points, 2) spread over the ground of a province, so that names can keep clear of it."""
    out: list[tuple[float, float]] = []
    for a, b in lines:
        out += _between(circles, (a, b), step)
    for a, b, c in triangles:
        for x, y in _between(circles, (a, b), step):
            count = max(1, int(math.hypot(circles.x[c] - x, circles.y[c] - y) / step))
            out += [
                (x + (circles.x[c] - x) * k / count, y + (circles.y[c] - y) * k / count)
                for k in range(count + 1)
            ]
    return np.array(out, dtype=np.float64).reshape(-1, 2)


def _between(circles: Circles, ends: tuple[int, int], step: float) -> list[tuple[float, float]]:
    (ax, bx), (ay, by) = circles.x[list(ends)], circles.y[list(ends)]
    count = max(1, int(math.hypot(bx - ax, by - ay) / step))
    return [(ax + (bx - ax) * k / count, ay + (by - ay) * k / count) for k in range(count + 1)]


def ground(
    circles: Circles, members: Sequence[int], pairs: set[frozenset[int]], longest: float
) -> tuple[list[tuple[int, int, int]], list[tuple[int, int]]]:
    """What joins the circles of one province: triangles of three neighbours, and lines between two left over.

    ``pairs`` are neighbours inside the province. Sides longer than ``longest`` are left out: they would cross the
    ground of others.
    """

    def near(a: int, b: int) -> bool:
        return math.hypot(circles.x[a] - circles.x[b], circles.y[a] - circles.y[b]) < longest

    close = {p for p in pairs if near(*sorted(p))}
    triangles = [
        (a, b, c)
        for i, a in enumerate(members)
        for j, b in enumerate(members[i + 1 :], i + 1)
        if frozenset((a, b)) in close
        for c in members[j + 1 :]
        if frozenset((a, c)) in close and frozenset((b, c)) in close
    ]
    held = {frozenset(side) for a, b, c in triangles for side in ((a, b), (b, c), (a, c))}
    lines = sorted((min(p), max(p)) for p in close - held)
    return triangles, lines
