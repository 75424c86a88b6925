"""Scores: one measure over all areas, with its uncertainty, its state and where it came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from jaiza.language import Text

State = Literal["estimated", "too_wide", "no_data", "withheld", "not_applicable"]
STATES: tuple[State, ...] = ("estimated", "too_wide", "no_data", "withheld", "not_applicable")
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Lineage:
    """Rows of one table that figures stand on.

    ``areas`` (k,) are positions in ``Scores.areas``, ``rows`` (k,) positions in the table, ``used`` (k,) says how
    much of the row was used (a share of 1 for a row used whole), ``role`` what it was used for.
    """

    table: str
    role: str
    areas: NDArray[np.int64]
    rows: NDArray[np.int64]
    used: Floats


@dataclass(frozen=True)
class GradeTerms:
    """What a grade is made of, by area (methods M). ``None`` means that the term does not apply.

    ``completeness`` is a share, with nan for unknown; ``age_months`` the age of the oldest part; ``sources`` the
    number of independent sources; ``capped`` holds letters that the grade may not exceed, "" where there is none.
    """

    completeness: Floats | None = None
    age_months: Floats | None = None
    sources: Floats | None = None
    capped: Sequence[str] | None = None
    cap_why: Text | None = None


@dataclass(frozen=True)
class Scores:
    """One measure over areas. Shapes: every array (areas,), ``draws`` (draws, areas) or None.

    Values lie in [0, 1] for gaps and need, higher is worse. ``value`` is nan unless ``state`` is estimated or
    too_wide. ``why`` says, for every area that has no estimate, why not. Raises ValueError on mismatched shapes.
    """

    measure: str
    areas: tuple[str, ...]
    value: Floats
    lower: Floats
    upper: Floats
    state: tuple[State, ...]
    n: Floats
    method: str
    draws: Floats | None = None
    why: tuple[Text | None, ...] = ()
    terms: GradeTerms = field(default_factory=GradeTerms)
    lineage: tuple[Lineage, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    details: Mapping[str, Floats] = field(default_factory=dict)
    unit: str = ""

    def __post_init__(self) -> None:
        count = len(self.areas)
        for name in ("value", "lower", "upper", "n"):
            array = getattr(self, name)
            if array.shape != (count,):
                raise ValueError(
                    f"{self.measure}: {name} must have one entry an area ({count}); got {array.shape}"
                )
        if len(self.state) != count:
            raise ValueError(f"{self.measure}: state must have {count} entries; got {len(self.state)}")
        if self.draws is not None and (self.draws.ndim != 2 or self.draws.shape[1] != count):
            raise ValueError(f"{self.measure}: draws must be (draws, {count}); got {self.draws.shape}")
        if self.why and len(self.why) != count:
            raise ValueError(f"{self.measure}: why must have {count} entries; got {len(self.why)}")
        for i, state in enumerate(self.state):
            if state not in STATES:
                raise ValueError(f"{self.measure}: {state!r} is not a state")
            if state in ("no_data", "not_applicable", "withheld") and np.isfinite(self.value[i]):
                raise ValueError(f"{self.measure}: {self.areas[i]} is {state} and still has a value")
        bad = np.isfinite(self.value) & ((self.value < self.lower - 1e-9) | (self.value > self.upper + 1e-9))
        if bad.any():
            where = [self.areas[i] for i in np.flatnonzero(bad)[:3]]
            raise ValueError(f"{self.measure}: the value lies outside its interval in {', '.join(where)}")

    @property
    def width(self) -> Floats:
        """Width of the interval, nan where there is none."""
        return self.upper - self.lower


def interval(value: Floats, draws: Floats, level: float = 0.90) -> tuple[Floats, Floats]:
    """Lower and upper limits from draws (draws, areas), widened where needed to hold the point value.

    A point computed at the reference choices may lie at the edge of what the draws give; the interval then reaches
    to the point, which never makes it narrower.
    """
    tail = (1 - level) / 2
    seen = np.isfinite(value) & np.isfinite(draws).all(axis=0)
    lower = np.full(value.shape, np.nan)
    upper = np.full(value.shape, np.nan)
    if seen.any():
        low, high = np.quantile(draws[:, seen], [tail, 1 - tail], axis=0)
        lower[seen] = np.minimum(low, value[seen])
        upper[seen] = np.maximum(high, value[seen])
    return lower, upper


@dataclass(frozen=True)
class Figure:
    """One figure that is shown somewhere: what ``explain`` takes, and what stands in ``figures.parquet``.

    ``parameters`` hold, as plain data, what is needed beside the rows to compute the point value again; the key
    ``from`` lists the ids of figures that this one is made of.
    """

    id: str
    measure: str
    area: str
    value: float
    lower: float
    upper: float
    state: State
    grade: str
    grade_term: str
    n: float
    unit: str
    method: str
    approach: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)


def figure_id(measure: str, as_of: str, *parts: str) -> str:
    """The id of a figure: measure, round, then place and whatever else tells it apart; ``[a-z0-9:._-]+``."""
    raw = ":".join([measure, as_of, *[p for p in parts if p]]).lower()
    return "".join(c if c.isascii() and (c.isalnum() or c in ":._-") else "-" for c in raw)
