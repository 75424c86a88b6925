"""Bounds of sums and shares when amounts are missing, and the rule that then withholds rankings (methods D3, D5).

A bound assumes nothing of what is missing. Blanking an amount or widening its documented limits never narrows one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from jaiza.gaps.resource.flows import Valued
from jaiza.language import Text, plain, text
from jaiza.stats import imputation

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class MoneyBounds:
    """Least and most that a sum can be, in base money. ``upper`` is infinite where a missing amount has no ceiling.

    ``n`` records, ``missing`` of them without one comparable figure. ``headline``: bounds are all that is said, and
    nothing is ranked on this sum.
    """

    lower: float
    upper: float
    n: int
    missing: int
    headline: bool

    @property
    def bounded(self) -> bool:
        """False when a missing amount has no ceiling."""
        return math.isfinite(self.upper)

    @property
    def shown(self) -> Text:
        """The bounds in words; an open end is said."""
        low = plain(f"{self.lower:,.0f}")
        if not self.n:
            return text("no record of money")
        if not self.bounded:
            return text("{low} or more, no upper bound", low=low)
        return text("{low} to {high}", low=low, high=plain(f"{self.upper:,.0f}"))

    @property
    def why(self) -> Text | None:
        """Why nothing is ranked on this sum, None where the rule allows it."""
        if not self.headline:
            return None
        if not self.n:
            return text("no record of money")
        if self.missing > imputation.MOST_MISSING * self.n:
            return text("{missing} of {n} records lack an amount", missing=self.missing, n=self.n)
        if not self.bounded:
            return text(
                "{missing} of {n} records lack an amount and have no ceiling", missing=self.missing, n=self.n
            )
        return text("the upper bound is more than twice the lower")


def money_bounds(limits: Iterable[tuple[float, float]]) -> MoneyBounds:
    """Bounds [K + sum l, K + sum u] of a sum of records given by their limits (methods D5).

    No record at all says nothing: the bounds are then 0 and infinity.
    """
    given = sorted(limits)
    if not given:
        return MoneyBounds(0.0, math.inf, 0, 0, True)
    low = np.array([x for x, _ in given])
    high = np.array([x for _, x in given])
    gone = low != high
    found = imputation.bounds(low[~gone], low[gone], high[gone])
    return MoneyBounds(found.lower, found.upper, found.n, found.missing, found.headline)


def per_year(bounds: MoneyBounds, years: float) -> MoneyBounds:
    """The same sum by year."""
    return MoneyBounds(bounds.lower / years, bounds.upper / years, bounds.n, bounds.missing, bounds.headline)


def share_between(least: float, most: float, rest_least: float, rest_most: float) -> tuple[float, float]:
    """Bounds of x / (x + rest), for x from ``least`` to ``most`` and the rest within its own limits; nan where all is 0.

    With a known total and an unclassified part this is [x / T, (x + U) / T] (methods D3).
    """
    if most + rest_most == 0:
        return math.nan, math.nan
    lower = 0.0 if least == 0 or math.isinf(rest_most) else least / (least + rest_most)
    if math.isinf(most):
        return lower, 1.0
    return lower, 0.0 if most == 0 else most / (most + rest_least)


def concentration_bounds(low: Floats, high: Floats) -> tuple[float, float]:
    """Outer bounds of sum s^2 over the shares of givers whose amounts lie between limits; nan where all may be 0.

    Each share lies between low_i / (low_i + the most of the others) and high_i / (high_i + the least of the others);
    within these, shares as equal as can be give the least, and all in the largest the most.
    """
    if not len(low) or low.sum() == 0:
        return math.nan, math.nan
    pairs = [
        share_between(low[i], high[i], max(0.0, low.sum() - low[i]), _others(high, i))
        for i in range(len(low))
    ]
    least, most = np.array([p[0] for p in pairs]), np.array([p[1] for p in pairs])
    return _flattest(least, most), _steepest(most)


def _others(high: Floats, i: int) -> float:
    return float(np.delete(high, i).sum())


def _steepest(most: Floats) -> float:
    left, total = 1.0, 0.0
    for share in sorted(most.tolist(), reverse=True):
        taken = min(share, left)
        total, left = total + taken**2, left - taken
    return min(1.0, total)


def _flattest(least: Floats, most: Floats) -> float:
    """Sum of squares of shares held between limits at one common level that makes them add up to 1."""
    below, above = 0.0, 1.0
    for _ in range(60):
        level = (below + above) / 2
        if np.clip(level, least, most).sum() < 1.0:
            below = level
        else:
            above = level
    shares = np.clip(above, least, most)
    return float(shares @ shares)


def completed(records: Sequence[Valued], approach: Sequence[str], rng: Generator) -> Floats | None:
    """Amounts of records with the missing ones drawn (imputations, records), or None where too few are known.

    Predictive mean matching on log amounts by kind of giver, approach and length (methods D5), held inside the limits
    of each record. Approaches are left out where the known amounts are too few for them. Known zeros are kept.
    """
    low, high = np.array([r.low for r in records]), np.array([r.high for r in records])
    zero = high == 0
    amounts = np.where(low == high, low, np.nan)[~zero]
    length = np.log([r.flow.period.days for r, z in zip(records, zero, strict=True) if not z])
    kinds = [r.flow.funder_kind for r, z in zip(records, zero, strict=True) if not z]
    used = [a for a, z in zip(approach, zero, strict=True) if not z]
    known = int(np.isfinite(amounts).sum())
    base = [np.ones(len(amounts)), length]
    for columns in ([*base, *_dummies(kinds), *_dummies(used)], [*base, *_dummies(kinds)], base):
        if known >= len(columns) + 2:
            drawn = imputation.predictive_mean_matching(
                amounts, np.column_stack(columns), low[~zero], high[~zero], rng
            )
            out = np.zeros((len(drawn), len(records)))
            out[:, ~zero] = drawn
            return out
    return None


def _dummies(labels: Sequence[str]) -> list[Floats]:
    """0/1 columns of all labels but the first in code order."""
    return [np.array([label == one for label in labels], dtype=np.float64) for one in sorted(set(labels))[1:]]
