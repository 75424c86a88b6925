"""What the circle map shows: places, figures and their classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

EDGES = (0.15, 0.30, 0.45, 0.60)
SPANS = 3  # classes an interval may touch before the colour is hatched
WEAK = "D"  # drawn as a ring: a pale disc would read as calm


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


def class_of(value: float, edges: Sequence[float] = EDGES) -> int:
    """Class 1 to 5 of a value between 0 and 1; an edge belongs to the class above it."""
    return 1 + sum(value >= edge for edge in edges)


def spans(lower: float | None, upper: float | None) -> int:
    """How many classes an interval touches; 0 without an interval."""
    return 0 if lower is None or upper is None else class_of(upper) - class_of(lower) + 1
