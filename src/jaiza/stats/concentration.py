"""How money is spread: between funders, over time, and against what is needed.

Gives:    concentration of shares, volatility, runway, short-term share, bounds of a share, and the gap.
Assumes:  amounts are in one currency and price year, of one kind of flow; a missing amount is nan, never 0.
Source:   Herfindahl (1950), Hirschman (1945); methods D1 to D3.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import overload

import numpy as np
from numpy.typing import ArrayLike

from jaiza.stats.arguments import FloatArray, positive, reals

SHORT_MONTHS = 12.0


@dataclass(frozen=True)
class Concentration:
    """Concentration of shares; `float(result)` is `hhi`."""

    hhi: float
    """Herfindahl-Hirschman index, sum s^2, from 1/n to 1."""
    normalised: float
    """(HHI - 1/n) / (1 - 1/n), 0 for equal shares; 1 for one funder."""
    effective: float
    """1 / HHI: the number of equal funders with this concentration."""
    n: int
    """Funders with a share above 0."""

    def __float__(self) -> float:
        return self.hhi


def herfindahl(shares: ArrayLike) -> Concentration:
    """Return the concentration of `shares`: HHI, its normalised form and the effective number (methods D2).

    shares (funders,): 0 or above, adding up to 1 (to a millionth); shares of 0 do not count as funders.
    For amounts use `shares_of`. Raises ValueError for negative or missing shares and any other total.
    """
    s = reals(shares, "shares", dimensions=(1,), least=0.0)
    if abs(s.sum() - 1.0) > 1e-6:
        raise ValueError(f"shares: expected a total of 1, got {s.sum():g}; for amounts use shares_of first")
    n = int(np.count_nonzero(s))
    hhi = float(s @ s)
    return Concentration(hhi, (hhi - 1.0 / n) / (1.0 - 1.0 / n) if n > 1 else 1.0, 1.0 / hhi, n)


def shares_of(amounts: ArrayLike) -> FloatArray:
    """Return amounts over their sum, (funders,).

    Raises ValueError for negative or missing amounts, and when all are 0, since shares are then undefined.
    """
    a = reals(amounts, "amounts", dimensions=(1,), least=0.0)
    if not a.any():
        raise ValueError("amounts: they add up to 0, so shares are undefined; leave the case out")
    relative: FloatArray = a / a.max()  # the sum of very large amounts must not overflow
    return relative / float(relative.sum())


def volatility(amounts: ArrayLike) -> float:
    """Return the mean of |x_t - x_(t-1)| / ((x_t + x_(t-1)) / 2), from 0 to 2; both zero counts 0 (D2).

    amounts (periods,): in order of time, 0 or above; nan where not reported, and steps that touch it are left
    out. nan means undefined: no two periods next to each other. Raises ValueError for negative amounts.
    """
    x = reals(amounts, "amounts", dimensions=(1,), missing=True, least=0.0)
    step, middle = np.abs(np.diff(x)), x[1:] / 2.0 + x[:-1] / 2.0
    known = ~np.isnan(step)
    if not known.any():
        return math.nan
    moves = np.divide(step, middle, out=np.zeros_like(step), where=middle > 0)
    return float(moves[known].mean())


def runway(cash: float, spends: ArrayLike) -> float:
    """Return the months that `cash` lasts: unspent committed cash over mean monthly spend (methods D2).

    nan means undefined: no month reported, or no spend (never infinity). cash: 0 or above; spends (months,):
    the last months, six by custom, 0 or above, nan where not reported. Raises ValueError for negative values.
    """
    money = float(reals(cash, "cash", dimensions=(0,), least=0.0))
    x = reals(spends, "spends", dimensions=(1,), missing=True, least=0.0)
    known = x[~np.isnan(x)]
    if known.size == 0 or not known.any():
        return math.nan
    return money / float(known.mean())


def short_termism(amounts: ArrayLike, months: ArrayLike, limit: float = SHORT_MONTHS) -> tuple[float, float]:
    """Return (lower, upper): the money share in grants of at most `limit` months (methods D2).

    The two ends differ where lengths are unknown (nan): all of those longer, or all of them short. amounts
    (grants,): 0 or above; months (grants,): above 0, or nan. (nan, nan) means undefined: no money.
    Raises ValueError for negative or missing amounts, lengths of 0 or below, and unequal numbers.
    """
    a = reals(amounts, "amounts", dimensions=(1,), least=0.0)
    length = reals(months, "months", dimensions=(1,), missing=True, unbounded=True)
    if a.shape != length.shape:
        raise ValueError(f"months: expected one per grant, {a.size}, got {length.size}")
    if (length <= 0).any():
        raise ValueError("months: expected lengths above 0; use nan where the length is not known")
    if not a.any():
        return math.nan, math.nan
    short, unknown = float(a[length <= limit].sum()), float(a[np.isnan(length)].sum())
    return share_bounds(short, unknown, float(a.sum()))


def share_bounds(part: float, unclassified: float, total: float) -> tuple[float, float]:
    """Return [part / total, (part + unclassified) / total], the bounds of a share (methods D3).

    All 0 or above, part + unclassified at most total. (nan, nan) means undefined: total 0. Raises ValueError
    otherwise.
    """
    p, u, t = (
        float(reals(value, name, dimensions=(0,), least=0.0))
        for value, name in ((part, "part"), (unclassified, "unclassified"), (total, "total"))
    )
    if (p + u) > t * (1.0 + 1e-9):
        raise ValueError(f"part, unclassified: expected at most the total {t:g} together, got {p:g} + {u:g}")
    if t == 0:
        return math.nan, math.nan
    return p / t, min((p + u) / t, 1.0)


@overload
def gap(need: float, available: float) -> float: ...
@overload
def gap(need: ArrayLike, available: ArrayLike) -> FloatArray: ...
def gap(need: ArrayLike, available: ArrayLike) -> float | FloatArray:
    """Return max(0, 1 - available / need), from 0 to 1; nan means not applicable: need 0 (methods D1).

    Both 0 or above, of any shapes that fit together; a missing value (nan) gives nan. Raises ValueError for
    negative or infinite values.
    """
    wanted, there = _need_and_available(need, available)
    value = np.where(np.isnan(wanted) | np.isnan(there) | (wanted == 0), np.nan, 0.0)
    # only where something is lacking: a plentiful amount over a tiny need would overflow
    short = there < wanted
    value[short] = 1.0 - there[short] / wanted[short]
    return float(value) if value.ndim == 0 else value


@overload
def gap_per_person(need: float, available: float, people: float) -> float: ...
@overload
def gap_per_person(need: ArrayLike, available: ArrayLike, people: ArrayLike) -> FloatArray: ...
def gap_per_person(need: ArrayLike, available: ArrayLike, people: ArrayLike) -> float | FloatArray:
    """Return max(0, need - available) / people, in money per eligible person (methods D1).

    people: above 0. A missing need or amount (nan) gives nan; need 0 gives 0. Raises ValueError for negative
    or infinite values and for 0 people.
    """
    wanted, there = _need_and_available(need, available)
    value = np.maximum(0.0, wanted - there) / positive(people, "people")
    return float(value) if value.ndim == 0 else value


def _need_and_available(need: ArrayLike, available: ArrayLike) -> tuple[FloatArray, FloatArray]:
    wanted, there = np.broadcast_arrays(
        reals(need, "need", missing=True, least=0.0), reals(available, "available", missing=True, least=0.0)
    )
    return wanted, there
