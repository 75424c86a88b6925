"""Resource gap: money on record against what reaching the target shares would cost, and how lasting and local it is.

Estimate: methods D1-D5. Amounts are put into one currency and the prices of one year; kinds of flow (promise, payment,
each stage of a budget) are never added together. Where amounts are missing the bounds are the headline, and nothing is
ranked on resources.
Assumes:  what ``money``, ``flows``, ``location``, ``unit_costs`` and ``gap`` declare; everything adjustable is in
          framework.toml. Money known only for a province or the country is in bounds, never in an area's value.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from jaiza.framework import Framework
from jaiza.gaps.resource.absorption import Absorption, LawAndBudget, budget_lines, ceiling, laws_and_budgets
from jaiza.gaps.resource.bounds import MoneyBounds, money_bounds, per_year
from jaiza.gaps.resource.continuity import Continuity, Donors, continuity, donors
from jaiza.gaps.resource.flows import Flow, flows, valued, whole, without_donor
from jaiza.gaps.resource.gap import Available, Gap, ages_and_sources, area_gap, available, records
from jaiza.gaps.resource.location import places_of_initiatives
from jaiza.gaps.resource.money import Period, Prices, prices
from jaiza.gaps.resource.nonkinetic import NonKinetic, non_kinetic_shares
from jaiza.gaps.resource.recipients import Recipients, recipients
from jaiza.gaps.resource.unit_costs import UnitCosts, unit_costs
from jaiza.language import Text
from jaiza.places.scope import Scope
from jaiza.records.dates import first_day, last_day, months_before
from jaiza.records.people import People, people
from jaiza.records.tables_of_study import Tables
from jaiza.scores import GradeTerms, Lineage, Scores

Floats = NDArray[np.float64]

__all__ = ["BudgetsKnown", "NationalMoney", "ProvinceMoney", "ResourceScores", "resource_scores"]


@dataclass(frozen=True)
class NationalMoney:
    """Money of the country a year, in base money, by kind and never added; ``budgets`` of initiatives are whole sums.

    ``need`` is nan without a unit cost or people. ``gap_lower`` and ``gap_upper`` follow from the bounds of payments.
    ``ranking_withheld`` says why no area is ranked on resources, None where the rule of methods D5 allows it.
    ``not_comparable``: flows whose amount cannot be used, with the reason. ``parts_by_note``: flows left out of every
    sum because only a note says that they are part of another. ``other_aim``: flows said not to be for prevention.
    """

    paid: MoneyBounds
    promised: MoneyBounds
    budgets: MoneyBounds
    need: float
    gap_lower: float
    gap_upper: float
    ranking_withheld: Text | None
    not_comparable: Mapping[str, Text]
    parts_by_note: tuple[str, ...]
    other_aim: tuple[str, ...]
    currency: str
    base_year: int


@dataclass(frozen=True)
class ProvinceMoney:
    """Payments a year known to lie in one province, need there, and its laws beside its budget rows."""

    place: str
    paid: MoneyBounds
    need: float
    laws: tuple[LawAndBudget, ...]


@dataclass(frozen=True)
class BudgetsKnown:
    """Initiatives that a round may see, and how many of them have a budget that is a figure; ``share`` nan for none."""

    initiatives: int
    known: int

    @property
    def share(self) -> float:
        """Share with a known budget."""
        return self.known / self.initiatives if self.initiatives else math.nan


@dataclass(frozen=True)
class ResourceScores:
    """The resource gap of a round and what stands beside it. ``without`` is the donor left out, "" for none.

    ``unit_costs`` lists what was used, what approach has none, and what was left out; ``split_by_people`` initiatives
    whose money was divided by people for want of shares.
    """

    gap: Scores
    national: NationalMoney
    provinces: tuple[ProvinceMoney, ...]
    nonkinetic: tuple[NonKinetic, ...]
    donors: tuple[Donors, ...]
    continuity: Continuity
    recipients: Recipients
    absorption: Absorption
    budgets_known: BudgetsKnown
    unit_costs: UnitCosts
    split_by_people: tuple[str, ...]
    without: str


def resource_scores(
    tables: Tables, framework: Framework, scope: Scope, as_of: dt.date, *, draws: int, rng: Generator,
    without: str | None = None,
) -> ResourceScores:  # fmt: skip
    """The resource gap of every analysed area in one round, with bounds, continuity, recipients and absorption.

    ``without``: code or name of a donor; its flows count as 0, which shows what its leaving would open. An initiative
    that it paid for is then unpaid, not unknown.

    Raises ValueError when no flow seen names that donor.
    """
    window = Period(months_before(as_of, framework.number("window_funding")), as_of - dt.timedelta(days=1))
    years = framework.number("window_funding") / 12
    rates = prices(tables, framework)
    found = flows(tables, as_of)
    donor = "" if without is None else _donor(tables, without)
    remaining = found if without is None else without_donor(found, donor)
    counted, basis = eligible_people(tables, framework, scope, as_of)
    places = places_of_initiatives(tables, scope, counted.counts)
    costs = unit_costs(tables, framework, rates, as_of)
    for_money, for_costs = rng.spawn(2)
    rows = records(tables, remaining, rates, window, places, scope)
    money = available(rows, scope, years, _main_approaches(tables), for_money)
    gap = area_gap(money, costs, counted.counts, draws, framework.number("width_too_wide"), for_costs)
    giving = tuple(f for f in found if without is None or f.funder != donor)
    used = {r.money.flow.initiative for r in money.records}
    return ResourceScores(
        gap=_scores(tables, framework, scope, as_of, money, gap, costs, counted, basis, rates, window),
        national=_national(tables, framework, remaining, rates, window, money, gap, as_of),
        provinces=_provinces(tables, found, scope, as_of, money, gap, years),
        nonkinetic=non_kinetic_shares(found, scope),
        donors=donors(giving, rates, window),
        continuity=continuity(giving, rates, window, as_of),
        recipients=recipients(giving, framework, rates, window),
        absorption=Absorption(budget_lines(found), ceiling(rows, money.shares, framework, rates, as_of)),
        budgets_known=_budgets_known(tables, as_of),
        unit_costs=costs,
        split_by_people=tuple(sorted(i for i, p in places.items() if p.by_people and i in used)),
        without=donor,
    )


def _donor(tables: Tables, donor: str) -> str:
    """The code of an organisation named, or what was given."""
    names = {str(r["name"]).casefold(): str(r["id"]) for r in tables.rows("organisations")}
    return names.get(donor.casefold(), donor)


def eligible_people(tables: Tables, framework: Framework, scope: Scope, as_of: dt.date) -> tuple[People, str]:
    """People of the ages of ``youth_ages`` where every counted area has them, else all people; and which."""
    band = str(framework.assumption("youth_ages").value)
    young = people(tables, scope.areas, as_of, age_band=band)
    everybody = people(tables, scope.areas, as_of)
    lacking = np.isfinite(everybody.counts) & ~np.isfinite(young.counts)
    if np.isfinite(young.counts).any() and not lacking.any():
        return young, band
    return everybody, "all"


def _main_approaches(tables: Tables) -> dict[str, str]:
    """The approach of each initiative with the largest share, the main one where shares are not given."""
    best: dict[str, tuple[float, bool, str]] = {}
    for row in tables.rows("initiative_approaches"):
        rank = (float(row["share"] or 0.0), bool(row["main"]), str(row["approach"]))
        best[row["initiative"]] = max(best.get(row["initiative"], rank), rank)
    return {initiative: rank[2] for initiative, rank in best.items()}


def _budgets_known(tables: Tables, as_of: dt.date) -> BudgetsKnown:
    rows = [r for r in tables.rows("initiatives") if r["start"] is None or first_day(r["start"]) < as_of]
    known = sum(r["budget"] is not None and math.isfinite(r["budget"]) and r["budget"] >= 0 for r in rows)
    return BudgetsKnown(len(rows), known)


def _national(
    tables: Tables, framework: Framework, found: tuple[Flow, ...], rates: Prices, window: Period, money: Available,
    gap: Gap, as_of: dt.date,
) -> NationalMoney:  # fmt: skip
    years = framework.number("window_funding") / 12
    in_window = [f for f in found if f.period.inside(window) is not None]
    promised = [
        valued(f, rates, window) for f in whole(in_window)
        if f.kind == "commitment" and f.purpose != "kinetic" and not f.other_aim
    ]  # fmt: skip
    limits = [(0.0 if v.flow.purpose in ("mixed", "unclassified") and not v.flow.initiative else v.low, v.high) for v in promised]  # fmt: skip
    paid = per_year(money.whole(), years)
    need = float(np.nansum(gap.need)) if np.isfinite(gap.need).any() else math.nan
    known_need = math.isfinite(need) and need > 0
    values = {
        f.id: valued(f, rates, window).why for f in in_window if f.kind in ("commitment", "disbursement")
    }
    return NationalMoney(
        paid=paid,
        promised=per_year(money_bounds(limits), years),
        budgets=_initiative_budgets(tables, rates, as_of),
        need=need,
        gap_lower=max(0.0, 1.0 - paid.upper / need) if known_need else math.nan,
        gap_upper=max(0.0, 1.0 - paid.lower / need) if known_need else math.nan,
        ranking_withheld=paid.why,
        not_comparable={i: why for i, why in sorted(values.items()) if why is not None},
        parts_by_note=tuple(f.id for f in in_window if f.part == "noted"),
        other_aim=tuple(f.id for f in in_window if f.other_aim),
        currency=rates.base,
        base_year=rates.base_year,
    )


def _initiative_budgets(tables: Tables, rates: Prices, as_of: dt.date) -> MoneyBounds:
    """Whole budgets of the initiatives of the round; one without a figure, dates or a rate is open."""
    limits = []
    for row in tables.rows("initiatives"):
        if row["start"] is not None and first_day(row["start"]) >= as_of:
            continue
        low, high = 0.0, math.inf
        given = row["budget"]
        if given is not None and math.isfinite(given) and given >= 0 and row["start"] and row["end"]:
            unit = rates.real(
                str(row["budget_currency"] or "").upper(), _first_year(row["start"], row["end"])
            )
            if not isinstance(unit, Text):
                low = high = given * unit
        limits.append((low, high))
    return money_bounds(limits)


def _first_year(start: str, end: str) -> Period:
    """The part of a period in the year in which it begins, whose rate a promise is told at."""
    first, last = first_day(start), last_day(end)
    return Period(first, max(first, min(last, dt.date(first.year, 12, 31))))


def _provinces(
    tables: Tables, found: tuple[Flow, ...], scope: Scope, as_of: dt.date, money: Available, gap: Gap, years: float
) -> tuple[ProvinceMoney, ...]:  # fmt: skip
    laws = laws_and_budgets(tables, found, scope, as_of)
    out = []
    for place in scope.parents():
        members = scope.members[place]
        need = gap.need[list(members)]
        out.append(
            ProvinceMoney(
                place,
                per_year(money.within(members), years),
                float(np.nansum(need)) if np.isfinite(need).any() else math.nan,
                tuple(law for law in laws if law.place == place),
            )
        )
    return tuple(out)


def _scores(
    tables: Tables, framework: Framework, scope: Scope, as_of: dt.date, money: Available, gap: Gap, costs: UnitCosts,
    counted: People, basis: str, rates: Prices, window: Period,
) -> Scores:  # fmt: skip
    ages, sources = ages_and_sources(money, costs, as_of)
    completeness = np.full(len(scope.areas), np.nan)
    for code in framework.assumption("registry_complete_areas").value:
        whole_country = scope.kind.get(str(code)) == "country"
        members = range(len(scope.areas)) if whole_country else scope.members.get(str(code), ())
        completeness[list(members)] = 1.0
    return Scores(
        measure="resource",
        areas=scope.areas,
        value=gap.value,
        lower=gap.lower,
        upper=gap.upper,
        state=gap.state,
        n=money.n - money.missing,
        method="D1",
        draws=gap.draws,
        why=gap.why,
        terms=GradeTerms(completeness=completeness, age_months=ages, sources=sources),
        lineage=_lineage(tables, money, gap, costs, counted),
        parameters={
            "as_of": as_of.isoformat(),
            "window": [window.start.isoformat(), window.end.isoformat()],
            "window_funding": framework.number("window_funding"),
            "base_currency": rates.base,
            "base_year": rates.base_year,
            "deflator": rates.deflator,
            "rates": {c: {str(y): v for y, v in sorted(s.items())} for c, s in sorted(rates.rates.items())},
            "price_index": {str(y): v for y, v in sorted(rates.index.items())},
            "eligible": basis,
            "unit_costs": {
                c.approach: {"target_share": c.target_share, "cost": c.cost, "low": c.low, "high": c.high}
                for c in costs.costs
            },
            "approaches_without_cost": list(costs.without),
            "imputations": len(money.completions),
            "width_too_wide": framework.number("width_too_wide"),
            "national": _weighted(gap, counted.counts),
        },
        details={
            "eligible": counted.counts,
            "need": gap.need,
            "available": money.point,
            "available_lower": money.lower,
            # Infinite where an amount without a ceiling is missing.
            "available_upper": np.where(money.n > 0, money.upper, np.inf),
            "available_anywhere": np.where(money.n > 0, money.anywhere, np.inf),
            "per_person": gap.per_person,
            "least": gap.least,
            "most": gap.most,
            "records": money.n,
            "records_without_amount": money.missing,
        },
        unit="0 to 1",
    )  # fmt: skip


def _weighted(gap: Gap, eligible: Floats) -> dict[str, float] | None:
    """Gap over the areas with a value, weighted by eligible people; None without any."""
    known = np.isfinite(gap.value)
    if not known.any():
        return None
    share = eligible[known] / eligible[known].sum()
    return {
        "value": float(gap.value[known] @ share),
        "lower": float(gap.lower[known] @ share),
        "upper": float(gap.upper[known] @ share),
        "areas": float(known.sum()),
    }


def _lineage(
    tables: Tables, money: Available, gap: Gap, costs: UnitCosts, counted: People
) -> tuple[Lineage, ...]:
    """Rows behind each area: payments (used: part in the window x area share), silent initiatives, costs, people."""
    out = []
    for table, role in (("funding", "payments"), ("initiatives", "without_payment")):
        keep = np.array([r.table == table for r in money.records], dtype=bool)
        pairs = (
            np.argwhere((money.shares > 0) & keep[:, None]) if len(keep) else np.zeros((0, 2), dtype=np.int64)
        )
        row = np.array([r.row for r in money.records], dtype=np.int64)
        part = np.array([r.part if r.table == "funding" else 0.0 for r in money.records])
        out.append(Lineage(table, role, pairs[:, 1], row[pairs[:, 0]], part[pairs[:, 0]] * money.shares[pairs[:, 0], pairs[:, 1]]))  # fmt: skip
    known = np.flatnonzero(np.isfinite(gap.value))
    priced = np.array([row for c in costs.costs for row in c.rows], dtype=np.int64)
    out.append(Lineage("unit_costs", "cost", np.repeat(known, len(priced)), np.tile(priced, len(known)), np.ones(len(known) * len(priced))))  # fmt: skip
    out.append(Lineage("population", "eligible", counted.areas, counted.rows, counted.weights))
    return tuple(out)


def plain_bounds(bounds: MoneyBounds) -> dict[str, Any]:
    """Bounds as plain data, an open end as None, for results that hold no infinity."""
    return {
        "lower": bounds.lower,
        "upper": bounds.upper if bounds.bounded else None,
        "n": bounds.n,
        "missing": bounds.missing,
        "headline": bounds.headline,
    }
