"""Amounts in one currency and price year, and flows as a round sees them."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pytest
from coverage_studies import framework, tables

from jaiza.gaps.resource.flows import flows, valued, whole, without_donor
from jaiza.gaps.resource.money import Period, prices
from jaiza.language import Text

AS_OF = dt.date(2025, 1, 1)
FRAME = framework(base_currency="USD", base_year=2022)


def rate(series: str, year: int, value: float | None, source: str = "bank") -> dict[str, Any]:
    return {"series": series, "year": str(year), "value": value, "unit": "x", "source": source}


RATES = [
    rate("xvm_per_usd", 2022, 50.0), rate("xvm_per_usd", 2023, 80.0), rate("xvm_per_usd", 2024, None),
    rate("us_cpi_u", 2022, 200.0), rate("us_cpi_u", 2023, 220.0), rate("us_cpi_u", 2024, 250.0),
]  # fmt: skip


def flow(name: str = "f", **changed: Any) -> dict[str, Any]:
    return {
        "id": name, "funder": "D", "flow": "disbursement", "amount": 1000.0, "currency": "XVM",
        "year_start": "2023-01-01", "year_end": "2023-12-31", "purpose": "non-kinetic", "source": "s", **changed,
    }  # fmt: skip


def test_real_amount_by_hand() -> None:
    made = prices(tables(rates=RATES), FRAME)
    # 1000 / 80 = 12.5 dollars of 2023; prices rose by a tenth since 2022
    assert made.factor("XVM", 2023) == pytest.approx(1 / 80 / 1.1)
    one = flows(tables(funding=[flow()]), AS_OF)[0]
    assert valued(one, made).low == pytest.approx(1000 / 80 / 1.1)


def test_a_period_over_two_years_takes_each_year_as_it_is() -> None:
    made = prices(tables(rates=RATES), FRAME)
    period = Period(dt.date(2022, 7, 1), dt.date(2023, 6, 30))
    by_hand = 184 / 365 / 50 + 181 / 365 / 80 / 1.1
    assert made.real("XVM", period) == pytest.approx(by_hand)
    half = made.real("XVM", period, Period(dt.date(2023, 1, 1), dt.date(2024, 12, 31)))
    assert half == pytest.approx(181 / 365 / 80 / 1.1)
    assert made.real("XVM", period, Period(dt.date(2024, 1, 1), dt.date(2024, 12, 31))) == 0.0


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"year_start": "2024", "year_end": "2024"}, "no exchange rate for XVM in 2024"),
        ({"currency": "ZZZ"}, "no exchange rate for ZZZ"),
        ({"amount": -5.0}, "the amount is negative"),
        ({"amount": None, "amount_low": 9.0, "amount_high": 3.0}, "the floor of the amount is above its ceiling"),
        ({"currency": "USD", "year_start": "2019", "year_end": "2019"}, "no price index for 2019"),
        ({"amount": math.nan}, "the amount is not a number"),
    ],
)  # fmt: skip
def test_an_amount_that_cannot_be_compared_says_why_and_stays_open(changed: dict[str, Any], why: str) -> None:
    made = prices(tables(rates=RATES), FRAME)
    one = valued(flows(tables(funding=[flow(**changed)]), AS_OF)[0], made)
    assert (one.low, one.high, str(one.why)) == (0.0, math.inf, why)


def test_no_other_series_stands_in() -> None:
    made = prices(tables(rates=[*RATES, rate("xvm_per_usd_alt", 2024, 90.0)]), FRAME)
    assert isinstance(made.factor("XVM", 2024), Text)


def test_rates_the_other_way_round_and_two_sources() -> None:
    made = prices(tables(rates=[*RATES, rate("usd_per_gbp", 2022, 1.25), rate("xvm_per_usd", 2022, 60.0, "aaa")]), FRAME)  # fmt: skip
    assert made.factor("GBP", 2022) == pytest.approx(1.25)
    assert made.factor("XVM", 2022) == pytest.approx(1 / 60)


def test_a_zero_needs_no_rate_and_a_range_keeps_its_limits() -> None:
    made = prices(tables(rates=RATES), FRAME)
    zero, ranged, blank = flows(
        tables(funding=[flow("a", amount=0.0, currency="ZZZ"), flow("b", amount=None, amount_low=80.0, amount_high=160.0),
                        flow("c", amount=None)]), AS_OF,
    )  # fmt: skip
    assert valued(zero, made).known
    assert (valued(ranged, made).low, valued(ranged, made).high) == pytest.approx((1 / 1.1, 2 / 1.1))
    assert (valued(blank, made).low, valued(blank, made).high) == (0.0, math.inf)


def test_parts_later_rows_and_givers() -> None:
    made = tables(
        organisations=[{"id": "don", "name": "Donor House", "kind": "donor"}],
        funding=[flow("a", funder="donor house"), flow("b", part_of="a"), flow("c", note="Part of another."),
                 flow("d", year_start="2025-01-01", year_end="2025-12-31")],
    )  # fmt: skip
    found = flows(made, AS_OF)
    assert [(f.id, f.part) for f in found] == [("a", ""), ("b", "declared"), ("c", "noted")]
    assert (found[0].funder, found[0].funder_kind) == ("don", "donor")
    assert [f.id for f in whole(found)] == ["a"]
    gone = without_donor(found, "don")
    assert (gone[0].high, gone[1].high) == (0.0, 1000.0)
    with pytest.raises(ValueError, match="no flow seen"):
        without_donor(found, "nobody")
