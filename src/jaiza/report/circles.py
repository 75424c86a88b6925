"""Where each area's circle stands on a map without boundaries, and where there is room for words.

The circle cartogram: area of the circle = people, centre as near to the true place as the crowd allows
(Dorling 1996, Area Cartograms: Their Use and Creation). Numbers in, numbers out; no markup here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

EXTENT = 600.0
"""Longer side of the true places, in map units, before the circles push each other apart."""

SMALLEST = 5.2
"""Least radius, so that the smallest area can still be seen and pointed at."""

WITHOUT_CENSUS = 5.5
"""Radius of an area whose people nobody has counted: fixed, so it claims no size."""

_FILLED = 0.17  # share of the box around the places that all circles together cover
_LARGEST = 0.055 * EXTENT
_GAP_WITHIN, _GAP_BETWEEN = 1.6, 17.0  # between groups there must be room for two rims of ground
_CLEAR = 0.5  # never closer than this, so that rounding to a tenth cannot make two circles touch
_ROUNDS_PULLED, _ROUNDS = 1100, 2400
_LONGEST_STEP = 6.0


@dataclass(frozen=True)
class Circles:
    """Centres and radii in map units (x to the right, y down), rounded to a tenth, one per code."""

    codes: tuple[str, ...]
    x: Floats
    y: Floats
    r: Floats
    people_per_unit: float
    """People for one square map unit of circle; nan when no area has a population."""

    def radius(self, people: float) -> float:
        """Radius of a circle of so many people on this map, for the size key."""
        return float(np.sqrt(people / self.people_per_unit / np.pi))


def place_circles(
    codes: Sequence[str],
    lat: Sequence[float],
    lon: Sequence[float],
    population: Sequence[float | None],
    group: Sequence[str],
) -> Circles:
    """One circle per area, in the order given: area by people, none touching another.

    Equirectangular projection (x = lon · cos(middle latitude)), then rounds of pushing overlapping pairs apart
    (the smaller one gives way) while each is pulled back to its true place. Whatever the order of the rows, the
    result is the same. Areas of different groups keep a wider gap. Assumes a country that does not
    cross the 180th meridian. Raises ValueError for repeated codes, unequal lengths or unusable numbers.
    """
    _check(codes, lat, lon, population, group)
    order = sorted(range(len(codes)), key=lambda i: codes[i])
    back = np.argsort(order)
    people = np.array([np.nan if population[i] is None else population[i] for i in order], dtype=np.float64)
    x, y = _project(np.array(lat, dtype=np.float64)[order], np.array(lon, dtype=np.float64)[order])
    r, per_unit = _radii(people, x, y)
    x, y = _push_apart(x, y, r, np.array(group)[order])
    x, y = _never_touching(x, y, r)
    return Circles(tuple(codes), x[back].round(1), y[back].round(1), r[back].round(1), per_unit)


def _check(
    codes: Sequence[str],
    lat: Sequence[float],
    lon: Sequence[float],
    population: Sequence[float | None],
    group: Sequence[str],
) -> None:
    lengths = {len(codes), len(lat), len(lon), len(population), len(group)}
    if lengths != {len(codes)} or not codes:
        raise ValueError(
            f"one code, lat, lon, population and group per area were expected, at least one area; got "
            f"{len(codes)}, {len(lat)}, {len(lon)}, {len(population)}, {len(group)}; give lists of equal length"
        )
    if len(set(codes)) != len(codes):
        twice = sorted({c for c in codes if list(codes).count(c) > 1})
        raise ValueError(f"each code may stand once; {', '.join(twice)} came more than once; drop the copies")
    for name, values, limit in (("lat", lat, 90.0), ("lon", lon, 180.0)):
        bad = [v for v in values if not abs(v) <= limit]
        if bad:
            raise ValueError(
                f"{name} must lie within ±{limit:g} degrees; got {bad[0]}; mend the area's place"
            )
    short = [p for p in population if p is not None and not 0 <= p < float("inf")]
    if short:
        raise ValueError(f"population must be a count or None when unknown; got {short[0]}; use None")


def _project(lat: Floats, lon: Floats) -> tuple[Floats, Floats]:
    x = (lon - lon.min()) * np.cos(np.radians((lat.min() + lat.max()) / 2))
    y = lat.max() - lat
    span = max(float(x.max()), float(y.max()))
    scale = EXTENT / span if span > 0 else 1.0
    return x * scale, y * scale


def _radii(people: Floats, x: Floats, y: Floats) -> tuple[Floats, float]:
    known = people[np.isfinite(people)]
    if not known.size or known.max() <= 0:
        return np.where(np.isfinite(people), SMALLEST, WITHOUT_CENSUS), float("nan")
    box = max(float(x.max()), EXTENT / 3) * max(float(y.max()), EXTENT / 3)
    largest = min(_LARGEST, float(np.sqrt(_FILLED * box * known.max() / known.sum() / np.pi)))
    largest = max(largest, 1.5 * SMALLEST)
    r = np.maximum(np.sqrt(people / known.max()) * largest, SMALLEST)
    return np.where(np.isfinite(people), r, WITHOUT_CENSUS), float(known.max() / (np.pi * largest**2))


def _push_apart(x: Floats, y: Floats, r: Floats, group: NDArray[np.str_]) -> tuple[Floats, Floats]:
    i, j = np.triu_indices(len(x), 1)
    wanted = r[i] + r[j] + np.where(group[i] == group[j], _GAP_WITHIN, _GAP_BETWEEN)
    gives_way = r[j] ** 2 / (r[i] ** 2 + r[j] ** 2)  # share of the push that i takes
    home_x, home_y, n = x, y, len(x)
    x, y = x + 1e-3 * np.cos(np.arange(n)), y + 1e-3 * np.sin(np.arange(n))  # equal places need a direction
    for turn in range(_ROUNDS):
        dx, dy = x[i] - x[j], y[i] - y[j]
        apart = np.sqrt(dx * dx + dy * dy) + 1e-9
        push = np.maximum(0.0, wanted - apart) / apart * 0.42
        if turn >= _ROUNDS_PULLED and float((push * apart).max(initial=0.0)) < 0.02:
            break
        pull = 0.03 if turn < _ROUNDS_PULLED else 0.0
        a, b = push * gives_way, push * (1 - gives_way)
        move_x = np.bincount(i, dx * a, n) - np.bincount(j, dx * b, n)
        move_y = np.bincount(i, dy * a, n) - np.bincount(j, dy * b, n)
        x = x + np.clip(move_x, -_LONGEST_STEP, _LONGEST_STEP) + pull * (home_x - x)
        y = y + np.clip(move_y, -_LONGEST_STEP, _LONGEST_STEP) + pull * (home_y - y)
    return x, y


def _never_touching(x: Floats, y: Floats, r: Floats) -> tuple[Floats, Floats]:
    """Stretch the whole picture by the little that is left, so that no pair touches, whatever the data."""
    i, j = np.triu_indices(len(x), 1)
    apart = np.hypot(x[i] - x[j], y[i] - y[j])
    stretch = float(((r[i] + r[j] + _CLEAR) / apart).max(initial=1.0))
    return (x - x.min()) * stretch, (y - y.min()) * stretch


@dataclass(frozen=True)
class Box:
    """A rectangle in map units: left, top, right, bottom."""

    x0: float
    y0: float
    x1: float
    y1: float

    def joined(self, other: Box) -> Box:
        """The smallest box around both."""
        return Box(
            min(self.x0, other.x0), min(self.y0, other.y0), max(self.x1, other.x1), max(self.y1, other.y1)
        )

    def overlaps(self, other: Box) -> bool:
        """Whether the two share any area."""
        return self.x0 < other.x1 and other.x0 < self.x1 and self.y0 < other.y1 and other.y0 < self.y1


Corner = Literal["top-left", "top-right", "bottom-left", "bottom-right"]


class FreeSpace:
    """Which parts of a picture are still empty: a coarse grid, so that every place for a word can be tried."""

    def __init__(self, bounds: Box, cell: float = 4.0) -> None:
        self.bounds, self.cell = bounds, cell
        self._x = np.arange(bounds.x0, bounds.x1, cell) + cell / 2
        self._y = np.arange(bounds.y0, bounds.y1, cell) + cell / 2
        self._taken = np.zeros((self._y.size, self._x.size), dtype=np.bool_)

    def cover_circle(self, x: float, y: float, r: float) -> None:
        """Mark a disc as taken."""
        rows, columns = self._window(Box(x - r, y - r, x + r, y + r))
        near = (self._x[columns] - x) ** 2 + (self._y[rows, None] - y) ** 2 <= r * r
        self._taken[rows, columns] |= near

    def cover_line(self, ax: float, ay: float, bx: float, by: float, r: float) -> None:
        """Mark everything within r of the line from a to b as taken."""
        for k in np.linspace(0.0, 1.0, max(2, int(np.hypot(bx - ax, by - ay) / max(r, self.cell)) + 1)):
            self.cover_circle(ax + k * (bx - ax), ay + k * (by - ay), r)

    def cover_triangle(self, corners: Sequence[tuple[float, float]]) -> None:
        """Mark the inside of a triangle as taken."""
        xs, ys = zip(*corners, strict=True)
        rows, columns = self._window(Box(min(xs), min(ys), max(xs), max(ys)))
        gx, gy = self._x[columns], self._y[rows, None]
        sides = [
            (bx - ax) * (gy - ay) - (by - ay) * (gx - ax)
            for (ax, ay), (bx, by) in zip(corners, (*corners[1:], corners[0]), strict=True)
        ]
        inside = np.logical_and.reduce([s >= 0 for s in sides]) | np.logical_and.reduce(
            [s <= 0 for s in sides]
        )
        self._taken[rows, columns] |= inside

    def cover_box(self, box: Box) -> None:
        """Mark a rectangle as taken."""
        self._taken[self._window(box)] = True

    def is_free(self, box: Box) -> bool:
        """Whether nothing stands in this rectangle."""
        return not bool(self._taken[self._window(box)].any())

    def _window(self, box: Box) -> tuple[slice, slice]:
        columns = slice(int(np.searchsorted(self._x, box.x0)), int(np.searchsorted(self._x, box.x1)))
        return slice(int(np.searchsorted(self._y, box.y0)), int(np.searchsorted(self._y, box.y1))), columns

    def places(self, width: float, height: float) -> tuple[Floats, Floats]:
        """Left and top edges of every free rectangle of this size, one per grid position."""
        w, h = int(np.ceil(width / self.cell)), int(np.ceil(height / self.cell))
        if h > self._taken.shape[0] or w > self._taken.shape[1]:
            return np.empty(0), np.empty(0)
        total = np.pad(self._taken.astype(np.int64).cumsum(0).cumsum(1), ((1, 0), (1, 0)))
        inside = total[h:, w:] - total[:-h, w:] - total[h:, :-w] + total[:-h, :-w]
        rows, columns = np.nonzero(inside == 0)
        return self._x[columns] - self.cell / 2, self._y[rows] - self.cell / 2


def corners(frame: Box, width: float, height: float) -> Iterator[tuple[Corner, Box]]:
    """A box of the given size in each corner of the frame, top left first."""
    yield "top-left", Box(frame.x0, frame.y0, frame.x0 + width, frame.y0 + height)
    yield "top-right", Box(frame.x1 - width, frame.y0, frame.x1, frame.y0 + height)
    yield "bottom-left", Box(frame.x0, frame.y1 - height, frame.x0 + width, frame.y1)
    yield "bottom-right", Box(frame.x1 - width, frame.y1 - height, frame.x1, frame.y1)


def distance_to_circles(left: Floats, top: Floats, width: float, height: float, circles: Floats) -> Floats:
    """Distance of each box (its left and top edges; one size for all) to the nearest circle's rim.

    ``circles`` has rows (x, y, r). inf when there are none.
    """
    if not len(circles):
        return np.full(left.shape, np.inf)
    nearest = np.full(left.shape, np.inf)
    for cx, cy, r in circles:
        dx = np.maximum(np.maximum(left - cx, cx - left - width), 0.0)
        dy = np.maximum(np.maximum(top - cy, cy - top - height), 0.0)
        nearest = np.minimum(nearest, np.hypot(dx, dy) - r)
    return nearest
