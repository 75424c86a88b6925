"""How complete a registry is, judged from lists that overlap. Lists are of initiatives, never of people.

Estimate: the number there are in all, from two lists (Chapman) or at least, from three or more (Chao2).
Assumes:  a closed population, exact matching, independent lists and, for Chapman, equal chances of being
          listed. Lists that copy each other understate the number; missed matches overstate it.
Source:   Chapman (1951); Seber (1970) for its variance; Chao (1987), Biometrics 43, for the interval and
          for Chao2; methods M. Estimates set grades and widen intervals; they never multiply counts.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

FEWEST_MATCHES = 7
"""Below this many matches Chapman's estimator is too biased to be shown."""

NORMAL_95 = 1.96
"""The multiplier that methods M prints, kept so that intervals equal the worked example."""


@dataclass(frozen=True)
class TwoLists:
    """Chapman's estimate from two lists, or the refusal to make one.

    Where `state` is `too_few_matches`, the estimate and all that follows from it are nan: undefined.
    """

    state: Literal["estimated", "too_few_matches"]
    seen: int
    """Different initiatives on the two lists together."""
    matches: int
    """Initiatives on both lists."""
    estimate: float
    """Initiatives there are in all."""
    variance: float
    lower: float
    """95 % interval of the estimate; never below what was seen."""
    upper: float

    @property
    def refused(self) -> bool:
        """Whether too few matches left the number unknown."""
        return self.state != "estimated"

    @property
    def completeness(self) -> float:
        """Seen initiatives as a share of the estimate; nan when refused."""
        return self.seen / self.estimate

    @property
    def completeness_interval(self) -> tuple[float, float]:
        """The 95 % interval of the completeness; nan when refused."""
        return self.seen / self.upper, self.seen / self.lower


@dataclass(frozen=True)
class MatchVariation:
    """Chapman's estimate again with fewer and with more matches, for errors made in the matching."""

    fewer: TwoLists
    given: TwoLists
    more: TwoLists

    @property
    def refused(self) -> bool:
        """Whether any of the three was refused: the matching then decides whether there is an estimate."""
        return self.fewer.refused or self.given.refused or self.more.refused

    @property
    def lower(self) -> float:
        """The smallest of the three lower limits; nan when refused."""
        return math.nan if self.refused else min(self.fewer.lower, self.given.lower, self.more.lower)

    @property
    def upper(self) -> float:
        """The largest of the three upper limits; nan when refused."""
        return math.nan if self.refused else max(self.fewer.upper, self.given.upper, self.more.upper)

    @property
    def completeness(self) -> tuple[float, float]:
        """The lowest and highest of the three completenesses; nan when refused."""
        if self.refused:
            return math.nan, math.nan
        shares = [self.fewer.completeness, self.given.completeness, self.more.completeness]
        return min(shares), max(shares)


@dataclass(frozen=True)
class LowerBound:
    """Chao2: a lower bound on the number there are, and its standard error."""

    estimate: float
    se: float
    """nan without any initiative on a single list: the data then say nothing about the error."""
    seen: int

    @property
    def completeness(self) -> float:
        """Seen initiatives as a share of the estimate: an upper bound on the completeness; nan when none."""
        return self.seen / self.estimate if self.estimate else math.nan


def chapman(n1: int, n2: int, m: int) -> TwoLists:
    """Return the number of initiatives there are, from two lists that share m (methods M).

    N = (n1+1)(n2+1)/(m+1) - 1; V = (n1+1)(n2+1)(n1-m)(n2-m) / ((m+1)^2 (m+2)). With S = n1+n2-m seen and
    f = N - S, the 95 % interval is S + f/C to S + fC, C = exp(1.96 sqrt(ln(1 + V/f^2))); it is one point
    where one list holds all of the other. Fewer than 7 matches give the state `too_few_matches`, not an
    error.

    n1, n2: initiatives on each list, each counted once; m: on both. Whole numbers.
    Raises ValueError for other numbers, negative ones, or more matches than a list is long.
    """
    first, second, both = _whole(n1, "n1"), _whole(n2, "n2"), _whole(m, "m")
    if both > min(first, second):
        raise ValueError(
            f"m: expected at most the shorter list, {min(first, second)}, got {both}; count each match once"
        )
    seen = first + second - both
    if both < FEWEST_MATCHES:
        return TwoLists("too_few_matches", seen, both, math.nan, math.nan, math.nan, math.nan)
    product = (first + 1) * (second + 1)
    estimate = product / (both + 1) - 1
    # whole numbers until the last division, so that the unseen are exactly 0 when a list holds the other
    unseen = (first - both) * (second - both) / (both + 1)
    variance = product * (first - both) * (second - both) / ((both + 1) ** 2 * (both + 2))
    if unseen == 0:
        return TwoLists("estimated", seen, both, estimate, variance, float(seen), float(seen))
    spread = math.exp(NORMAL_95 * math.sqrt(math.log1p(variance / unseen**2)))
    return TwoLists(
        "estimated", seen, both, estimate, variance, seen + unseen / spread, seen + unseen * spread
    )


def match_variation(n1: int, n2: int, m: int, change: float = 0.10) -> MatchVariation:
    """Return Chapman's estimate with m matches, and with `change` fewer and more (methods M: 10 %).

    Fewer is rounded down and more rounded up, to at most the shorter list. Raises ValueError as `chapman`,
    and for a change outside 0 to 1.
    """
    if not 0 <= change < 1:
        raise ValueError(f"change: expected a share from 0 to below 1, such as 0.1, got {change!r}")
    given = chapman(n1, n2, m)
    # 30 x 1.1 is a little over 33 in floating point; rounding first keeps it 33
    fewer = math.floor(round(m * (1 - change), 9))
    more = min(math.ceil(round(m * (1 + change), 9)), n1, n2)
    return MatchVariation(chapman(n1, n2, fewer), given, chapman(n1, n2, more))


def chao2(t: int, s: int, q1: int, q2: int) -> LowerBound:
    """Return a lower bound on the number of initiatives there are, from three or more lists (methods M).

    With A = (t-1)/t and r = q1/q2: s + A q1^2/(2 q2), of variance q2 (A r^2/2 + A^2 r^3 + A^2 r^4/4); where
    q2 = 0: s + A q1(q1-1)/2, of variance A q1(q1-1)/2 + A^2 q1(2 q1-1)^2/4 - A^2 q1^4/(4 estimate).
    Variances: Chao (1987), in the form for samples of the EstimateS user guide (Colwell), appendix B.

    t: lists; s: different initiatives seen; q1, q2: those on exactly one and exactly two lists. Whole
    numbers. Raises ValueError for other numbers, fewer than three lists, or q1 + q2 above s.
    """
    lists, seen, once, twice = _whole(t, "t"), _whole(s, "s"), _whole(q1, "q1"), _whole(q2, "q2")
    if lists < 3:
        raise ValueError(f"t: expected three or more lists, got {lists}; with two lists use chapman")
    if once + twice > seen:
        raise ValueError(
            f"q1, q2: expected at most the {seen} initiatives seen, got {once} + {twice}; count each once"
        )
    share = (lists - 1) / lists
    if twice:
        ratio = once / twice
        estimate = seen + share * once**2 / (2 * twice)
        variance = twice * (share * ratio**2 / 2 + share**2 * ratio**3 + share**2 * ratio**4 / 4)
    else:
        estimate = seen + share * once * (once - 1) / 2
        variance = share * once * (once - 1) / 2 + share**2 * once * (2 * once - 1) ** 2 / 4
        variance -= share**2 * once**4 / (4 * estimate) if once else 0.0
    # for one initiative on one list the terms cancel to a rounding below 0
    se = math.sqrt(max(variance, 0.0)) if once else math.nan
    return LowerBound(float(estimate), se, seen)


def _whole(value: float, name: str) -> int:
    if not math.isfinite(value) or value != int(value) or value < 0:
        raise ValueError(
            f"{name}: expected a whole number of at least 0, got {value!r}; count, do not weight"
        )
    return int(value)
