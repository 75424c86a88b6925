"""The resource gap of each area (methods D1): what payments fall short of what reaching the target shares would cost.

need_a = sum_k R_a tau_k u_k a year; avail_a = sum payments x part of their period in the window x area share, a year;
gap = max(0, 1 - avail / need). Promises and stages of budgets are never added to payments.
Assumes:  an initiative at work in an area without any payment on record is a record that lacks its amount (ceiling: its
          own budget). Payments for kinetic work count nothing, payments of mixed or unknown purpose up to their amount
          (those of unknown purpose wholly, where they pay for a recorded initiative). No record is not zero.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from jaiza.gaps.resource.bounds import MoneyBounds, completed, money_bounds
from jaiza.gaps.resource.flows import Flow, Valued, valued
from jaiza.gaps.resource.location import Place, place_of
from jaiza.gaps.resource.money import Period, Prices
from jaiza.gaps.resource.unit_costs import UnitCosts
from jaiza.language import Text, text
from jaiza.places.scope import Scope
from jaiza.records.dates import age_in_months, first_day, last_day
from jaiza.records.tables_of_study import Tables
from jaiza.scores import State
from jaiza.stats import concentration, imputation

Floats = NDArray[np.float64]
FAR_BACK, FAR_AHEAD = dt.date(1900, 1, 1), dt.date(2200, 1, 1)


@dataclass(frozen=True)
class Record:
    """One payment, or an initiative without any, with its limits in base money inside the window and its place.

    ``table`` and ``row`` say where it stands; ``part`` is the part of its period inside the window.
    """

    table: str
    row: int
    money: Valued
    place: Place
    part: float


@dataclass(frozen=True)
class Available:
    """Payments by area, in base money a year. Arrays (areas,) unless said; nan in ``point`` where only bounds are known.

    ``completions`` (imputations, areas) hold one row where nothing is imputed. ``anywhere``: the most with all money that
    no area holds. ``shares`` (records, areas).
    """

    records: tuple[Record, ...]
    shares: Floats
    lower: Floats
    upper: Floats
    anywhere: Floats
    point: Floats
    completions: Floats
    n: Floats
    missing: Floats
    headline: NDArray[np.bool_]

    def whole(self) -> MoneyBounds:
        """Bounds over all records in the window, wherever they lie, over the whole window."""
        return money_bounds((r.money.low, r.money.high) for r in self.records)

    def within(self, members: Sequence[int]) -> MoneyBounds:
        """Bounds over the records that lie in some areas, as far as they are known to."""
        inside = set(members)
        limits = []
        for i, r in enumerate(self.records):
            part = float(self.shares[i, list(members)].sum())
            # What may lie anywhere is of the country, also where the country has one province.
            if (
                r.place.left > 0
                and set(r.place.extent) <= inside
                and len(r.place.extent) < self.shares.shape[1]
            ):
                part += r.place.left
            if part > 0:
                limits.append((part * r.money.low, part * r.money.high))
        return money_bounds(limits)


def records(
    tables: Tables, found: Sequence[Flow], prices: Prices, window: Period, places: Mapping[str, Place], scope: Scope
) -> tuple[Record, ...]:  # fmt: skip
    """Payments in the window, and initiatives that may be at work in it and have none on record."""
    out = []
    paid: set[str] = set()
    for flow in found:
        part = flow.period.inside(window) if flow.kind == "disbursement" else None
        if part is None:
            continue
        paid.add(flow.initiative)
        if flow.part or flow.other_aim or flow.purpose == "kinetic":
            continue
        money = valued(flow, prices, window)
        if flow.purpose == "mixed" or (flow.purpose == "unclassified" and not flow.initiative):
            money = Valued(
                flow, 0.0, money.high, money.why or text("not all of it is known to be non-kinetic")
            )
        out.append(Record("funding", flow.row, money, place_of(flow, places, scope), part.days / flow.period.days))  # fmt: skip
    for position, row in enumerate(tables.rows("initiatives")):
        if row["id"] in paid:
            continue
        silent = _without_payment(position, row, prices, window)
        if silent is not None:
            out.append(Record("initiatives", position, silent, place_of(silent.flow, places, scope), 1.0))
    return tuple(sorted(out, key=lambda r: (r.table, r.money.flow.id)))


def _without_payment(position: int, row: Mapping[str, Any], prices: Prices, window: Period) -> Valued | None:
    """An initiative that may be at work in the window, its own budget there as the ceiling; None when it is not."""
    start, end = row["start"], row["end"]
    period = Period(first_day(start) if start else FAR_BACK, last_day(end) if end else FAR_AHEAD)
    if period.end < period.start or period.inside(window) is None:
        return None
    dated = start is not None and end is not None
    high, budget, why = math.inf, row["budget"], text("no payment on record")
    if dated and budget is not None and math.isfinite(budget) and budget >= 0:
        unit = prices.real(str(row["budget_currency"] or "").upper(), period, window)
        high = math.inf if isinstance(unit, Text) else budget * unit
    pseudo = Flow(
        position, row["id"], "disbursement", "", "", row["lead"] or "", "", row["id"], "", 0.0, math.inf, "",
        period if dated else window, "non-kinetic", "", "", False, row["source"] or "",
    )  # fmt: skip
    return Valued(pseudo, 0.0, high, why)


def available(
    found: tuple[Record, ...], scope: Scope, years: float, main_approach: Mapping[str, str], rng: Generator
) -> Available:
    """Payments by area with bounds, the rule of methods D5 by area, and imputation where the rule allows it."""
    count = len(scope.areas)
    shares = np.zeros((len(found), count))
    for i, record in enumerate(found):
        for position, share in record.place.shares.items():
            shares[i, position] = share
    low = np.array([r.money.low for r in found]) if found else np.zeros(0)
    high = np.array([r.money.high for r in found]) if found else np.zeros(0)
    here = shares > 0
    lower = low @ shares / years
    named = np.zeros((len(found), count))
    for i, record in enumerate(found):
        if record.money.high > 0:
            named[i, list(record.place.named)] = record.place.left
    upper = (_sum_of(high, shares) + _sum_of(high, named)) / years
    elsewhere = np.zeros((len(found), count))
    for i, record in enumerate(found):
        elsewhere[i, list(record.place.extent)] = record.place.left
    without_part = (named > 0).sum(axis=0)
    n = here.sum(axis=0) + without_part.astype(np.float64)
    missing = (here & (low != high)[:, None]).sum(axis=0) + without_part.astype(np.float64)
    # A record that names the area without saying how much of its money lies there cannot be completed.
    headline = (
        (n == 0)
        | (without_part > 0)
        | (missing > imputation.MOST_MISSING * n)
        | (upper > imputation.MOST_RATIO * lower)
    )
    completions = _completions(found, shares, low, high, headline, main_approach, rng) / years
    completions = np.where(headline, np.nan, completions)
    return Available(
        found, shares, lower, upper, np.maximum(upper, (_sum_of(high, shares) + _sum_of(high, elsewhere)) / years), completions.mean(axis=0), completions,
        n, missing, np.asarray(headline),
    )  # fmt: skip


def _sum_of(high: Floats, shares: Floats) -> Floats:
    """high @ shares in which an open amount counts only where it has a share."""
    finite = np.where(np.isfinite(high), high, 0.0) @ shares
    still_open = (np.isinf(high)[:, None] & (shares > 0)).any(axis=0)
    return np.where(still_open, np.inf, finite)


def _completions(
    found: Sequence[Record], shares: Floats, low: Floats, high: Floats, headline: NDArray[np.bool_],
    main_approach: Mapping[str, str], rng: Generator,
) -> Floats:  # fmt: skip
    gone = low != high
    needed = gone & (shares[:, ~headline] > 0).any(axis=1)
    if not needed.any():
        return np.where(gone, 0.0, low)[None, :] @ shares
    taken = [int(i) for i in np.flatnonzero(~gone | needed)]
    drawn = completed(
        [found[i].money for i in taken],
        [main_approach.get(found[i].money.flow.initiative, "") for i in taken],
        rng,
    )
    if drawn is None:
        # Too few known amounts to learn from: the middle of the limits, whose ends the rule holds within a factor of 2.
        drawn = ((low[taken] + high[taken]) / 2)[None, :]
    return drawn @ shares[taken]


@dataclass(frozen=True)
class Gap:
    """The gap by area: value with draws, need a year in base money, per-person gap, limits, states and reasons."""

    value: Floats
    lower: Floats
    upper: Floats
    draws: Floats
    need: Floats
    per_person: Floats
    least: Floats
    most: Floats
    state: tuple[State, ...]
    why: tuple[Text | None, ...]


def area_gap(
    money: Available, costs: UnitCosts, eligible: Floats, draws: int, too_wide: float, rng: Generator
) -> Gap:
    """Gap of every area; ``eligible`` (areas,) are people, nan where not counted."""
    need = eligible * costs.per_person if costs.costs else np.full(len(eligible), np.nan)
    applies = np.isfinite(need) & (need > 0)
    value = np.full(len(eligible), np.nan)
    drawn = np.full((draws, len(eligible)), np.nan)
    known = applies & ~money.headline
    per_draw = costs.draws(draws, rng)
    if known.any():
        value[known] = concentration.gap(need[known], money.completions[:, known]).mean(axis=0)
        chosen = money.completions[np.arange(draws) % len(money.completions)][:, known]
        drawn[:, known] = np.maximum(0.0, 1.0 - chosen / (per_draw[:, None] * eligible[known]))
    wanted = np.where(applies, need, 1.0)
    least = np.where(applies & (money.n > 0), np.maximum(0.0, 1.0 - money.upper / wanted), 0.0)
    most = np.where(applies & (money.n > 0), np.maximum(0.0, 1.0 - money.lower / wanted), 1.0)
    people = np.where(applies, eligible, 1.0)
    short = np.where(known, np.maximum(0.0, wanted - money.completions).mean(axis=0) / people, np.nan)
    lower, upper = _interval(value, known, money, need, per_draw[:, None] * eligible)
    width = np.where(known, upper - lower, 0.0)
    state, why = _states(money, costs, eligible, width > too_wide)
    return Gap(value, lower, upper, drawn, need, short, np.where(applies, least, np.nan), np.where(applies, most, np.nan), state, why)  # fmt: skip


def _interval(
    value: Floats, known: NDArray[np.bool_], money: Available, need: Floats, drawn_need: Floats
) -> tuple[Floats, Floats]:
    """90 % limits that hold for every completion of the missing amounts, so that a blank never narrows them."""
    lower, upper = np.full(value.shape, np.nan), np.full(value.shape, np.nan)
    if known.any():
        ends = [
            np.maximum(0.0, 1.0 - there[known] / drawn_need[:, known]) for there in (money.upper, money.lower)
        ]
        lower[known] = np.minimum(np.quantile(ends[0], 0.05, axis=0), value[known])
        upper[known] = np.maximum(np.quantile(ends[1], 0.95, axis=0), value[known])
    return lower, upper


def _states(
    money: Available, costs: UnitCosts, eligible: Floats, wide: NDArray[np.bool_]
) -> tuple[tuple[State, ...], tuple[Text | None, ...]]:
    states: list[State] = []
    why: list[Text | None] = []
    for i, people in enumerate(eligible.tolist()):
        if math.isnan(people):
            states.append("not_applicable")
            why.append(text("no count of people to be reached in these sources"))
        elif people == 0 or (costs.costs and costs.per_person == 0):
            states.append("not_applicable")
            why.append(text("nobody to be reached, so no money is needed"))
        elif not costs.costs:
            states.append("no_data")
            why.append(text("no cost of one person served is known for any approach"))
        elif money.n[i] == 0:
            states.append("no_data")
            why.append(text("no payment in these years is known for this area"))
        elif money.headline[i]:
            states.append("no_data")
            why.append(_bounds_only(money, i))
        else:
            states.append("too_wide" if wide[i] else "estimated")
            why.append(None)
    return tuple(states), tuple(why)


def _bounds_only(money: Available, i: int) -> Text:
    n, missing = int(money.n[i]), int(money.missing[i])
    if missing > imputation.MOST_MISSING * n:
        return text("bounds only: {missing} of {n} records lack an amount", missing=missing, n=n)
    return text("bounds only: what is missing could more than double the payments known ({missing} of {n} records)", missing=missing, n=n)  # fmt: skip


def ages_and_sources(money: Available, costs: UnitCosts, as_of: dt.date) -> tuple[Floats, Floats]:
    """Months since the newest payment or price, whichever is older, and independent sources, the fewer of the two."""
    count = money.shares.shape[1]
    ages, sources = np.full(count, np.nan), np.zeros(count)
    oldest_price = max((c.age_months for c in costs.costs), default=math.nan)
    fewest = min((c.sources for c in costs.costs), default=0)
    for i in range(count):
        rows = [
            money.records[r]
            for r in np.flatnonzero(money.shares[:, i] > 0)
            if money.records[r].table == "funding"
        ]
        if rows:
            ends = max(min(r.money.flow.period.end, as_of - dt.timedelta(days=1)) for r in rows)
            ages[i] = max(age_in_months(ends, as_of), oldest_price)
            sources[i] = min(len({r.money.flow.source for r in rows} - {""}), fewest)
    return ages, sources
