"""Continuity of money (methods D2): runway, short grants, dependence on few givers, and how far payments jump.

Each is given for one kind of flow; kinds are never added. A missing amount is never a zero: it opens the bounds of a
share, and it makes a runway or a volatility that needs it undefined.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from jaiza.gaps.resource.bounds import concentration_bounds, share_between
from jaiza.gaps.resource.flows import Flow, Valued, promised, valued, whole
from jaiza.gaps.resource.money import Period, Prices
from jaiza.language import Text, text
from jaiza.records.dates import months_before, months_between
from jaiza.stats import concentration

KINDS = ("commitment", "disbursement")
SPEND_MONTHS = 6
LONGEST_MONTH = 31
MONTHS_NEEDED = 3


@dataclass(frozen=True)
class Donors:
    """Dependence on few givers, for one kind of flow in the window.

    ``hhi``, ``normalised`` and ``effective`` are of known amounts alone and nan without any; ``hhi_lower`` and
    ``hhi_upper`` hold whatever the missing amounts are. ``shares`` by giver, the largest first, of known amounts;
    ``missing`` of ``n`` flows lack a comparable amount.
    """

    kind: str
    hhi: float
    normalised: float
    effective: float
    hhi_lower: float
    hhi_upper: float
    shares: tuple[tuple[str, float], ...]
    n: int
    missing: int


@dataclass(frozen=True)
class Runway:
    """Months that the unspent promise to one initiative lasts at the spending of the last six months; nan: undefined."""

    initiative: str
    months: float
    cash: float
    spend: float
    currency: str
    why: Text | None


@dataclass(frozen=True)
class ShortGrants:
    """Share of promised money in grants of 12 months or less; nan where nothing is promised.

    ``lower`` and ``upper`` hold whatever the missing amounts are; ``of_known`` is of known amounts alone.
    """

    lower: float
    upper: float
    of_known: float
    n: int
    missing: int


@dataclass(frozen=True)
class Volatility:
    """How far payments jump between twelve-month periods; nan: undefined. ``periods``: end, limits of the sum."""

    value: float
    periods: tuple[tuple[str, float, float], ...]
    why: Text | None


@dataclass(frozen=True)
class Continuity:
    """Everything of methods D2 that the flows of a round allow."""

    runway: tuple[Runway, ...]
    short_grants: ShortGrants
    volatility: Volatility


def donors(found: Sequence[Flow], prices: Prices, window: Period) -> tuple[Donors, ...]:
    """Concentration of givers by kind of flow."""
    return tuple(_donors(kind, _in_window(found, kind, prices, window)) for kind in KINDS)


def _in_window(found: Sequence[Flow], kind: str, prices: Prices, window: Period) -> list[Valued]:
    """Whole flows of one kind that are not for kinetic work, with their part in the window."""
    return [
        valued(f, prices, window)
        for f in whole(found)
        if f.kind == kind and f.purpose != "kinetic" and not f.other_aim and f.period.inside(window) is not None
    ]  # fmt: skip


def _donors(kind: str, flows: Sequence[Valued]) -> Donors:
    low: dict[str, float] = {}
    high: dict[str, float] = {}
    known: dict[str, float] = {}
    for v in flows:
        giver = v.flow.funder or "?"
        low[giver] = low.get(giver, 0.0) + v.low
        high[giver] = high.get(giver, 0.0) + v.high
        if v.known and v.low > 0:
            known[giver] = known.get(giver, 0.0) + v.low
    names = sorted(low)
    bounds = concentration_bounds(np.array([low[g] for g in names]), np.array([high[g] for g in names]))
    missing = sum(not v.known for v in flows)
    if not known:
        return Donors(kind, math.nan, math.nan, math.nan, *bounds, (), len(flows), missing)
    givers = sorted(known)
    shares = concentration.shares_of([known[g] for g in givers])
    found = concentration.herfindahl(shares)
    if not missing:
        bounds = found.hhi, found.hhi
    ordered = sorted(zip(givers, shares.tolist(), strict=True), key=lambda pair: (-pair[1], pair[0]))
    return Donors(kind, found.hhi, found.normalised, found.effective, *bounds, tuple(ordered), len(flows), missing)  # fmt: skip


def continuity(found: Sequence[Flow], prices: Prices, window: Period, as_of: dt.date) -> Continuity:
    """Runway by initiative, short grants and volatility of payments."""
    return Continuity(
        runway=_runways(found, as_of),
        short_grants=_short_grants(found, prices, window),
        volatility=_volatility(found, prices, window, as_of),
    )


def _runways(found: Sequence[Flow], as_of: dt.date) -> tuple[Runway, ...]:
    """Only for initiatives with a promise and with payments of at least three single months of the last six."""
    by_initiative: dict[str, list[Flow]] = {}
    for f in whole(found):
        if f.initiative and f.kind in KINDS:
            by_initiative.setdefault(f.initiative, []).append(f)
    out = []
    for initiative, rows in sorted(by_initiative.items()):
        promises = [f for f in rows if f.kind == "commitment"]
        paid = [f for f in rows if f.kind == "disbursement"]
        opens = months_before(as_of, SPEND_MONTHS)
        monthly = [f for f in paid if f.period.days <= LONGEST_MONTH and f.period.start >= opens]
        if promises and len({(f.period.start.year, f.period.start.month) for f in monthly}) >= MONTHS_NEEDED:
            out.append(_runway(initiative, promises, paid, monthly))
    return tuple(out)


def _runway(
    initiative: str, promises: Sequence[Flow], paid: Sequence[Flow], monthly: Sequence[Flow]
) -> Runway:
    def undefined(why: Text) -> Runway:
        return Runway(initiative, math.nan, math.nan, math.nan, promises[0].currency, why)

    if len({f.currency for f in (*promises, *paid)}) > 1:
        return undefined(text("promise and payments are in different currencies"))
    if not all(f.known for f in (*promises, *paid)):
        return undefined(text("an amount of the promise or of a payment is not known"))
    cash = math.fsum(f.low for f in promises) - math.fsum(f.low for f in paid)
    if cash < 0:
        return undefined(text("more has been paid than was promised"))
    by_month: dict[tuple[int, int], float] = {}
    for f in monthly:
        key = f.period.start.year, f.period.start.month
        by_month[key] = by_month.get(key, 0.0) + f.low
    spends = [by_month[key] for key in sorted(by_month)]
    months = concentration.runway(cash, spends)
    why = text("nothing was spent in these months") if math.isnan(months) else None
    return Runway(initiative, months, cash, math.fsum(spends) / len(spends), promises[0].currency, why)


def _short_grants(found: Sequence[Flow], prices: Prices, window: Period) -> ShortGrants:
    """Promises whose period touches the window, each whole, with its length from first to last day."""
    grants = [
        promised(f, prices)
        for f in whole(found)
        if f.kind == "commitment" and f.purpose != "kinetic" and not f.other_aim and f.period.inside(window) is not None
    ]  # fmt: skip
    short = [_months(v.flow) <= concentration.SHORT_MONTHS for v in grants]
    sums = [
        math.fsum(end for end, s in zip((getattr(v, name) for v in grants), short, strict=True) if s is wanted)
        for wanted in (True, False)
        for name in ("low", "high")
    ]  # fmt: skip
    lower, upper = share_between(*sums) if grants else (math.nan, math.nan)
    known = [(v.low, s) for v, s in zip(grants, short, strict=True) if v.known]
    total = math.fsum(amount for amount, _ in known)
    of_known = math.fsum(amount for amount, s in known if s) / total if total > 0 else math.nan
    return ShortGrants(lower, upper, of_known, len(grants), sum(not v.known for v in grants))


def _months(flow: Flow) -> float:
    return months_between(flow.period.start, flow.period.end + dt.timedelta(days=1))


def _volatility(found: Sequence[Flow], prices: Prices, window: Period, as_of: dt.date) -> Volatility:
    """Payments of each twelve months of the window; a period with a missing amount, or without a record, is left out."""
    periods: list[tuple[str, float, float]] = []
    amounts: list[float] = []
    end = as_of
    while end > window.start:
        start = months_before(end, 12)
        year = Period(start, end - dt.timedelta(days=1))
        flows = _in_window(found, "disbursement", prices, year)
        low = math.fsum(v.low for v in flows)
        high = sum(v.high for v in flows) if flows else math.inf
        periods.append((year.end.isoformat(), low, high))
        amounts.append(low if flows and low == high else math.nan)
        end = start
    value = concentration.volatility(amounts[::-1])
    why = text("no two periods next to each other have all their amounts") if math.isnan(value) else None
    return Volatility(value, tuple(periods[::-1]), why)
