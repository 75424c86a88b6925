"""Waiting times of which some are not over: the Kaplan-Meier curve and its median.

Assumes:  whether an end was seen says nothing about when it would have come (independent censoring).
Source:   Kaplan and Meier (1958); Greenwood (1926) for the error; methods C5.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from jaiza.stats.arguments import FloatArray, reals


@dataclass(frozen=True)
class Survival:
    """The share still waiting after each time at which an end was seen; arrays are (times,), rising."""

    times: FloatArray
    """Distinct times at which at least one end was seen, in the unit given."""
    survival: FloatArray
    """Share still waiting just after each time."""
    se: FloatArray
    """Greenwood's standard error; nan once nobody is left, where it is undefined."""
    at_risk: NDArray[np.int64]
    """Cases still followed just before each time."""
    events: NDArray[np.int64]
    """Ends seen at each time."""
    median: float
    """First time at which at most half still wait; nan when not reached."""
    median_reached: bool
    """False when more than half were still waiting at the last time: read "> last time"."""
    last_time: float
    """Longest time followed, ended or not."""
    n: int
    """Cases."""

    @property
    def median_words(self) -> str:
        """The median as text, such as `40`, or `> 60` when it was not reached."""
        return f"{self.median:g}" if self.median_reached else f"> {self.last_time:g}"


def kaplan_meier(time: ArrayLike, observed: ArrayLike) -> Survival:
    """Return the Kaplan-Meier curve of waiting times, with its median (methods C5).

    S(t) = prod over times t_i <= t of (1 - d_i / n_i). At equal times an end comes before a case that leaves.

    time (cases,): delay until the end, or until now where it has not come; any finite number, negative for an
    end before its due date. observed (cases,): true (1) where the end was seen, false (0) where it is still
    open (right-censored). Raises ValueError for no cases, missing or infinite times, and other marks.
    """
    t = reals(time, "time", dimensions=(1,))
    marks = reals(observed, "observed", dimensions=(1,))
    if t.size == 0:
        raise ValueError("time: expected at least one case, got an empty array")
    if marks.shape != t.shape:
        raise ValueError(f"observed: expected one mark per case, {t.size}, got {marks.size}")
    if not np.isin(marks, (0.0, 1.0)).all():
        raise ValueError("observed: expected true or false (1 or 0) for each case")
    times, events = np.unique(t[marks == 1.0], return_counts=True)
    at_risk = t.size - np.searchsorted(np.sort(t), times, side="left")
    survival = np.cumprod(1.0 - events / at_risk).astype(np.float64)
    left = at_risk - events
    terms = np.full(times.size, np.nan)
    np.divide(events, at_risk * left, out=terms, where=left > 0)
    # a product of fractions can miss one half by a rounding
    reached = np.flatnonzero(survival <= 0.5 + 1e-12)
    return Survival(
        times=times,
        survival=survival,
        se=survival * np.sqrt(np.cumsum(terms)),
        at_risk=at_risk.astype(np.int64),
        events=events.astype(np.int64),
        median=float(times[reached[0]]) if reached.size else math.nan,
        median_reached=bool(reached.size),
        last_time=float(t.max()),
        n=int(t.size),
    )
