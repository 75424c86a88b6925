"""Money: grants with their payments, budget lines of the state, costs of one person, exchange rates."""

from __future__ import annotations

import datetime as dt

import numpy as np
import training_names as names
import training_words as words
from numpy.typing import NDArray
from training_bodies import Organisation, codes_of
from training_files import Row, add_months, stream
from training_land import Land
from training_work import CURRENCY, WITHHELD, Initiative, budget

LAST_DAY = dt.date(2024, 12, 31)
PER_USD = {2017: 41.2, 2018: 44.0, 2019: 47.5, 2020: 52.1, 2021: 55.8, 2022: 63.4, 2023: 72.9, 2024: 75.3}
EUR_PER_USD = {2018: 0.85, 2019: 0.89, 2020: 0.88, 2021: 0.84, 2022: 0.94, 2023: 0.93, 2024: 0.93}
# Invented, as all rates here are: no real price index is meant. The series bear the names that real studies use.
DEFLATOR = {2017: 0.87, 2018: 0.89, 2019: 0.91, 2020: 0.92, 2021: 0.96, 2022: 1.0, 2023: 1.04, 2024: 1.07}


def funding_rows(land: Land, work: list[Initiative], bodies: list[Organisation]) -> list[Row]:
    """Rows of ``funding``: promises, payments, and the state's own lines; kinds are never added together."""
    rng = stream(14)
    funders = [b for b in bodies if b.kind in ("donor", "un", "ingo", "private")]
    state = [b for b in bodies if b.kind == "government"]
    rows: list[dict[str, object]] = []
    monthly = 0
    for item in work:
        if not item.full and not item.withheld and rng.random() < 0.22:
            continue
        funder = (
            state[int(rng.integers(len(state)))] if item.channel == "state" or rng.random() < 0.12 else None
        )
        # Two funders pay for most, so that losing one of them is felt.
        funder = funder or funders[int(rng.choice(len(funders), p=_weights(funders)))]
        by_month = item.end > LAST_DAY and item.start < dt.date(2023, 12, 1) and item.full and monthly < 12
        monthly += by_month
        rows += _grant(item, funder, rng, by_month=by_month)
    rows += _area_flows(land, state, rng)
    rows += _budget_lines(rng)
    return [{**row, "id": f"f{number:04d}"} for number, row in enumerate(_linked(rows), start=1)]


def _weights(funders: list[Organisation]) -> NDArray[np.float64]:
    weights = np.array([{"donor": 3.0, "un": 1.5, "ingo": 0.7, "private": 0.5}[f.kind] for f in funders])
    weights[next(i for i, f in enumerate(funders) if f.kind == "donor")] = 9.0
    return np.asarray(weights / weights.sum())


def _grant(
    item: Initiative, funder: Organisation, rng: np.random.Generator, *, by_month: bool
) -> list[dict[str, object]]:
    foreign = funder.kind in ("donor", "un", "ingo") and rng.random() < 0.6
    whole = budget(item) * float(rng.uniform(0.55, 1.05))
    currency = CURRENCY
    if foreign:
        whole, currency = whole / PER_USD[min(2024, max(2017, item.start.year))], "USD"
    base = {
        "funder": funder.id if rng.random() < 0.93 else funder.name[0],
        "recipient": item.lead.id if item.lead else None,
        "recipient_kind": item.lead.kind if item.lead else None,
        "initiative": item.id, "currency": currency,
        "purpose": "unclassified" if rng.random() < 0.07 else "non-kinetic", "source": item.source,
    }  # fmt: skip
    rows: list[dict[str, object]] = [
        {
            **base,
            "flow": "commitment",
            **_amount(whole, item, rng),
            "year_start": item.start,
            "year_end": item.end,
        }
    ]
    paid = float(rng.uniform(0.65, 1.0))
    days = (item.end - item.start).days
    for start, end in _periods(item.start, min(item.end, LAST_DAY), by_month=by_month):
        part = whole * paid * ((end - start).days + 1) / days * float(rng.uniform(0.8, 1.2))
        rows.append(
            {**base, "flow": "disbursement", **_amount(part, item, rng), "year_start": start, "year_end": end}
        )
    return rows


def _periods(start: dt.date, end: dt.date, *, by_month: bool) -> list[tuple[dt.date, dt.date]]:
    """Payment periods: calendar years, and the months of the last half-year where payments are known by month."""
    out: list[tuple[dt.date, dt.date]] = []
    while start <= end:
        last = min(end, dt.date(start.year, 12, 31))
        if by_month and start.year == LAST_DAY.year:
            first = dt.date(start.year, start.month, 1)
            last = min(
                end,
                add_months(first, 1) - dt.timedelta(days=1)
                if start.month > 6
                else dt.date(start.year, 6, 30),
            )
        out.append((start, last))
        start = last + dt.timedelta(days=1)
    return out


def _amount(amount: float, item: Initiative, rng: np.random.Generator) -> dict[str, object]:
    """A figure, a range, or nothing; in certified districts always a figure."""
    if item.withheld:
        return {"amount": "withheld"}
    known = round(amount, -3 if amount > 1e5 else -1)
    draw = 1.0 if item.full else rng.random()
    if draw > 0.2:
        return {"amount": known}
    if draw > 0.07:
        return {"amount_low": round(known * 0.7, -1), "amount_high": round(known * 1.4, -1)}
    return {}


def _area_flows(land: Land, state: list[Organisation], rng: np.random.Generator) -> list[dict[str, object]]:
    """Payments of the youth ministry to districts, without an initiative; some districts get none, and say so."""
    payer = next(b for b in state if "Youth" in b.name[0])
    rows: list[dict[str, object]] = []
    for i in land.counted:
        for year in (2021, 2022, 2023, 2024):
            amount: object = round(land.people[i] * float(rng.uniform(0.5, 3.0)), -4)
            if i % 9 == 0:
                amount = "confirmed_zero"
            elif land.codes[i] in codes_of(WITHHELD):
                amount = "withheld"
            elif i % 7 == 0 and year == 2024:
                amount = None
            rows.append({
                "funder": payer.id, "recipient": f"{names.NAMES[land.codes[i]].en} district office",
                "recipient_kind": "government", "area": land.codes[i], "flow": "disbursement", "amount": amount,
                "currency": CURRENCY, "year_start": f"{year}-01-01", "year_end": f"{year}-12-31",
                "purpose": "non-kinetic", "source": "budget-books",
            })  # fmt: skip
    return rows


# (line, purpose, size in millions, yearly growth, part of the line above)
LINES = (
    ("Home Affairs, whole", "mixed", 9400, 0.07, False),
    ("Police operations", "kinetic", 6100, 0.08, True),
    ("Border Guard", "kinetic", 2500, 0.06, True),
    ("Community policing desks", "non-kinetic", 140, 0.05, True),
    ("National Office for Common Life", "non-kinetic", 260, 0.12, False),
    ("Youth and sport centres", "non-kinetic", 410, 0.04, False),
    ("Reconciliation and return fund", "non-kinetic", 180, -0.03, False),
    ("Unforeseen needs", "unclassified", 350, 0.0, False),
)


def _budget_lines(rng: np.random.Generator) -> list[dict[str, object]]:
    """Budget books 2019 to 2024: asked for, budgeted, revised, released, spent, lapsed; two lines are not published."""
    rows: list[dict[str, object]] = []
    for year in range(2019, 2025):
        for line, purpose, size, growth, part in LINES:
            asked = size * 1e6 * (1 + growth) ** (year - 2019) * float(rng.uniform(0.97, 1.03))
            given = asked * (0.97 if purpose == "kinetic" else 0.62)
            released = given * (1.02 if purpose == "kinetic" else float(rng.uniform(0.4, 0.8)))
            base = {"funder": "Ministry of Finance", "recipient": line, "recipient_kind": "government",
                    "currency": CURRENCY, "year_start": f"{year}-01-01", "year_end": f"{year}-12-31",
                    "purpose": purpose, "source": "budget-books", "part_of": LINES[0][0] if part else None}  # fmt: skip
            if line == "Border Guard" and year >= 2023:
                rows.append({**base, "flow": "not_published", "amount": "withheld", "note": "secret vote"})
                continue
            stages = {"demand": asked, "budget": given, "revised": given * 1.01, "released": released}
            if year < 2024:
                stages |= {"actual": released * 0.94, "lapsed": released * 0.06}
            rows += [{**base, "flow": flow, "amount": round(amount, -5)} for flow, amount in stages.items()]
    return rows


def _linked(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """Rows with ``part_of`` turned from a line's name into the id of the flow of the same stage and year."""
    ids = {(r["recipient"], r["flow"], r["year_start"]): f"f{n:04d}" for n, r in enumerate(rows, start=1)}
    return [
        {
            **row,
            "part_of": ids.get((row["part_of"], row["flow"], row["year_start"]))
            if row.get("part_of")
            else None,
        }
        for row in rows
    ]


def unit_cost_rows() -> list[Row]:
    """Rows of ``unit_costs``: two or three costs for each approach, with a range or without."""
    rng = stream(15)
    rows: list[Row] = []
    for approach in words.APPROACHES:
        for number, year in enumerate((2021, 2023, 2024)[: 2 + len(approach.groups) % 2]):
            cost = approach.unit_cost * PER_USD[year] / PER_USD[2022] * float(rng.uniform(0.85, 1.15))
            currency, scale = (CURRENCY, 1.0) if number != 1 else ("USD", PER_USD[year])
            ranged = number != 2
            rows.append({
                "id": f"u-{approach.code}-{number + 1}", "approach": approach.code,
                "item": f"cost of one person served, {approach.code.replace('-', ' ')}",
                "cost": round(cost / scale, 1), "cost_low": round(cost * 0.72 / scale, 1) if ranged else None,
                "cost_high": round(cost * 1.45 / scale, 1) if ranged else None, "currency": currency,
                "per": "person served", "year": str(year), "source": ("cost-study", "donor-list", "ngo-forum")[number],
            })  # fmt: skip
    rows.append({"id": "u-hall", "item": "hall for one day, no approach", "cost": 5200, "currency": CURRENCY,
                 "per": "day", "year": "2023", "note": "not a cost of one person: leave it out of need",
                 "source": "cost-study"})  # fmt: skip
    return rows


def rate_rows() -> list[Row]:
    """Rows of ``rates``: exchange rates by year, and an index of prices; a year that was looked for is blank."""
    rows: list[Row] = [
        {"series": "xvm_per_usd", "year": str(y), "value": v, "unit": "XVM per USD", "basis": "invented mean of the year",
         "source": "central-bank"}
        for y, v in PER_USD.items()
    ]  # fmt: skip
    rows += [
        {"series": "eur_per_usd", "year": str(y), "value": v, "unit": "EUR per USD", "basis": "invented mean of the year",
         "source": "central-bank"}
        for y, v in EUR_PER_USD.items()
    ]  # fmt: skip
    rows.append({"series": "eur_per_usd", "year": "2017", "unit": "EUR per USD", "basis": "looked for, not found",
                 "source": "central-bank"})  # fmt: skip
    rows += [
        {"series": "us_cpi_u", "year": str(y), "value": v, "unit": "index, 2022 = 1", "basis": "invented",
         "source": "central-bank"}
        for y, v in DEFLATOR.items()
    ]  # fmt: skip
    return rows
