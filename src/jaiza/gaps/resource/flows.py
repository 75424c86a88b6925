"""Flows of money as a round sees them: kind, giver, taker, limits of the amount, and whether it is a part of another.

Kinds of flow (a promise, a payment, each stage of a budget) are never added together, and a part is never added to
its whole: neither one that ``part_of`` declares nor one whose note says so.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from jaiza.gaps.resource.money import Period, Prices
from jaiza.language import Text, text
from jaiza.records.dates import first_day, last_day
from jaiza.records.tables_of_study import Tables

STAGES = ("demand", "budget", "revised", "released", "actual", "lapsed")
_PART = re.compile(r"\bpart of\b", re.IGNORECASE)
_OTHER_AIM = re.compile(r"\bnot prevention\b", re.IGNORECASE)


@dataclass(frozen=True)
class Flow:
    """One row of ``funding``. ``low`` and ``high`` are limits in its own currency, equal where the amount is known.

    Without a documented ceiling ``high`` is infinite. ``part``: "" for none, ``declared`` by ``part_of``, ``noted``
    by its note alone. ``trouble``: why the amount cannot be used, None where it can. ``other_aim``: the note says
    that the money is not for prevention.
    """

    row: int
    id: str
    kind: str
    funder: str
    funder_kind: str
    recipient: str
    recipient_kind: str
    initiative: str
    area: str
    low: float
    high: float
    currency: str
    period: Period
    purpose: str
    part: str
    part_of: str
    other_aim: bool
    source: str
    trouble: Text | None = None

    @property
    def known(self) -> bool:
        """Whether one figure is given for the amount."""
        return self.low == self.high and self.trouble is None


@dataclass(frozen=True)
class Valued:
    """A flow in real money of the base year, its part in a window alone; limits 0 and infinity where nothing is known."""

    flow: Flow
    low: float
    high: float
    why: Text | None

    @property
    def known(self) -> bool:
        """Whether the amount is one figure in comparable money."""
        return self.low == self.high


def flows(tables: Tables, as_of: dt.date) -> tuple[Flow, ...]:
    """All flows whose period begins before the round, in id order."""
    kinds = {str(r["id"]): str(r["kind"] or "") for r in tables.rows("organisations")}
    codes = {str(r["name"]).casefold(): str(r["id"]) for r in tables.rows("organisations")}
    rows = tables.rows("funding")
    found = []
    for position, row in enumerate(rows):
        if first_day(row["year_start"]) >= as_of:
            continue
        giver = row["funder"] or ""
        giver = codes.get(giver.casefold(), giver)
        found.append(_flow(position, row, giver, kinds.get(giver, "")))
    return tuple(sorted(found, key=lambda f: f.id))


def _flow(position: int, row: Mapping[str, Any], giver: str, giver_kind: str) -> Flow:
    low, high, trouble = _limits(row)
    part = "declared" if row["part_of"] else ("noted" if _PART.search(row["note"] or "") else "")
    return Flow(
        row=position,
        id=row["id"],
        kind=row["flow"],
        funder=giver,
        funder_kind=giver_kind,
        recipient=row["recipient"] or "",
        recipient_kind=row["recipient_kind"] or "",
        initiative=row["initiative"] or "",
        area=row["area"] or "",
        low=low,
        high=high,
        currency=str(row["currency"]).upper(),
        period=Period(first_day(row["year_start"]), last_day(row["year_end"])),
        purpose=row["purpose"],
        part=part,
        part_of=row["part_of"] or "",
        other_aim=bool(_OTHER_AIM.search(row["note"] or "")),
        source=row["source"] or "",
        trouble=trouble,
    )


def _limits(row: Mapping[str, Any]) -> tuple[float, float, Text | None]:
    """Limits of the amount; a figure that makes no sense says nothing, and the reason is told."""
    given = [row["amount"], row["amount_low"], row["amount_high"]]
    if any(x is not None and not math.isfinite(x) for x in given):
        return 0.0, math.inf, text("the amount is not a number")
    if any(x is not None and x < 0 for x in given):
        return 0.0, math.inf, text("the amount is negative")
    if last_day(row["year_end"]) < first_day(row["year_start"]):
        return 0.0, math.inf, text("the period ends before it begins")
    amount, low, high = given
    if amount is not None:
        return float(amount), float(amount), None
    floor, ceiling = float(low or 0.0), math.inf if high is None else float(high)
    if floor > ceiling:
        return 0.0, math.inf, text("the floor of the amount is above its ceiling")
    return floor, ceiling, None


def valued(flow: Flow, prices: Prices, window: Period | None = None) -> Valued:
    """A flow in real money. Nothing is nothing in any currency; otherwise a missing rate leaves the amount open."""
    if flow.trouble is not None:
        return Valued(flow, 0.0, math.inf, flow.trouble)
    if flow.high == 0:
        return Valued(flow, 0.0, 0.0, None)
    unit = prices.real(flow.currency, flow.period, window)
    if isinstance(unit, Text):
        return Valued(flow, 0.0, math.inf, unit)
    if unit == 0.0:
        return Valued(flow, 0.0, 0.0, None)
    return Valued(flow, flow.low * unit, flow.high * unit, None)


def promised(flow: Flow, prices: Prices) -> Valued:
    """A whole promise in real money of the year in which it begins: rates of later years are not seen in a round."""
    first = Period(flow.period.start, min(flow.period.end, dt.date(flow.period.start.year, 12, 31)))
    return replace(valued(replace(flow, period=first), prices), flow=flow)


def whole(found: Iterable[Flow]) -> tuple[Flow, ...]:
    """Flows that are not said to be a part of another."""
    return tuple(f for f in found if not f.part)


def without_donor(found: Sequence[Flow], donor: str) -> tuple[Flow, ...]:
    """The same flows with nothing from one donor: its amounts are known to be 0.

    Raises ValueError when no flow names the donor.
    """
    if donor not in {f.funder for f in found}:
        raise ValueError(
            f"without: no flow seen in this round is from {donor!r}; give a funder's code or name as in funding"
        )
    return tuple(replace(f, low=0.0, high=0.0, trouble=None) if f.funder == donor else f for f in found)
