"""Small studies of money for the tests of the resource gap: written by hand, or thrown at random."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import numpy as np
from coverage_studies import framework as coverage_framework
from coverage_studies import study, work

from jaiza.framework import Framework
from jaiza.gaps.resource import ResourceScores, resource_scores

AS_OF = dt.date(2025, 1, 1)


def framework(targets: dict[str, float] | None = None, **changed: Any) -> Framework:
    """A window of one year, dollars of 2024, and one approach to reach a tenth of the people, unless told otherwise."""
    values = {"window_funding": 12, "base_currency": "USD", "base_year": 2024, "absorption_growth": 0.5}
    return coverage_framework(targets or {"talk": 0.1}, **{**values, **changed})


def flow(name: str, amount: float | None, **changed: Any) -> dict[str, Any]:
    """A payment of the whole of 2024 to area A in dollars."""
    return {
        "id": name, "funder": "don", "recipient": "org", "recipient_kind": "national-ngo", "area": "A", "flow": "disbursement",
        "amount": amount, "currency": "USD", "year_start": "2024-01-01", "year_end": "2024-12-31", "purpose": "non-kinetic",
        "source": "s1", **changed,
    }  # fmt: skip


def cost(name: str = "u", amount: float | None = 80.0, **changed: Any) -> dict[str, Any]:
    """A cost of one person served in dollars of 2024."""
    return {
        "id": name, "approach": "talk", "item": "talk", "cost": amount, "currency": "USD", "per": "person served",
        "year": "2024", "source": "s1", **changed,
    }  # fmt: skip


def rates(years: range = range(2019, 2025), per_usd: float = 50.0) -> list[dict[str, Any]]:
    """XVM at one rate for all years, and prices that stand still."""
    series = (("xvm_per_usd", per_usd), ("us_cpi_u", 100.0))
    return [
        {"series": s, "year": str(y), "value": v, "unit": "x", "source": "bank"}
        for y in years
        for s, v in series
    ]


def scored(
    people: dict[str, float | None],
    funding: list[dict[str, Any]],
    costs: list[dict[str, Any]] | None = None,
    *,
    initiatives: list[dict[str, Any]] | None = None,
    frame: Framework | None = None,
    draws: int = 300,
    without: str | None = None,
    as_of: dt.date = AS_OF,
    seed: int = 3,
    **more: Any,
) -> ResourceScores:
    """The resource gap of a small study."""
    more.setdefault("rates", rates())
    made, where = study(people, initiatives or [], funding=funding, unit_costs=[cost()] if costs is None else costs, **more)  # fmt: skip
    return resource_scores(
        made,
        frame or framework(),
        where,
        as_of,
        draws=draws,
        rng=np.random.default_rng(seed),
        without=without,
    )


def random_money(seed: int) -> tuple[dict[str, float | None], list[dict[str, Any]], list[dict[str, Any]]]:
    """People of three areas, their flows, and initiatives some of which have a budget and no payment."""
    dice = random.Random(seed)
    people: dict[str, float | None] = {a: dice.choice([800.0, 5000.0, 20000.0]) for a in ("A", "B", "D")}
    initiatives = [
        work(f"i{n}", {dice.choice("ABD"): None}, budget=dice.choice([None, 3000.0]), budget_currency="USD")
        for n in range(dice.randint(0, 3))
    ]
    named = [i["row"]["id"] for i in initiatives]
    funding = [
        flow(
            f"f{n:02d}", amount, amount_low=amount * 0.8, amount_high=amount * 1.25, funder=dice.choice(["don", "eu", "un"]),
            area=dice.choice(["A", "B", "D", "P", "C", None]), initiative=dice.choice([None, None, *named]),
            flow=dice.choice(["disbursement"] * 3 + ["commitment"]), purpose=dice.choice(["non-kinetic"] * 4 + ["mixed"]),
            recipient_kind=dice.choice(["grassroots", "un", None]), currency=dice.choice(["USD", "XVM"]),
        )
        for n in range(dice.randint(3, 12))
        for amount in [float(dice.choice([500, 4000, 9000]))]
    ]  # fmt: skip
    return people, funding, initiatives
