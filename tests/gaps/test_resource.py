"""The resource gap: worked examples through the module, bounds where amounts are missing, what a donor's leaving opens."""

from __future__ import annotations

import datetime as dt
import math
import random
from typing import Any

import numpy as np
import pytest
from coverage_studies import work
from hypothesis import given, settings
from hypothesis import strategies as st
from resource_studies import cost, flow, framework, random_money, rates, scored

from jaiza.decide.grades import grades

ORDER = "ABCDE"


def test_worked_example_of_the_gap() -> None:
    found = scored({"A": 12000.0}, [flow("f", 40000.0)])
    assert found.gap.value[0] == pytest.approx(0.583333, abs=1e-6)
    assert found.gap.details["need"][0] - found.gap.details["available"][0] == pytest.approx(56000)
    assert found.gap.details["per_person"][0] == pytest.approx(4.666667, abs=1e-6)
    assert found.gap.lower[0] < 0.583333 < found.gap.upper[0]
    assert found.gap.state == ("estimated",)


def test_interval_is_that_of_a_lognormal_cost() -> None:
    found = scored(
        {"A": 12000.0}, [flow("f", 40000.0)], [cost(cost_low=60.0, cost_high=80 * 80 / 60)], draws=40_000
    )
    by_hand = [1 - 40000 / (1200 * u) for u in (60.0, 80 * 80 / 60)]
    assert (found.gap.lower[0], found.gap.upper[0]) == pytest.approx(by_hand, abs=0.01)


def test_worked_example_of_continuity() -> None:
    spends = [2000.0, 4000.0, 3000.0, 3000.0, 3500.0, 2500.0]
    paid = [
        flow(f"p{m}", s, initiative="i", year_start=f"2024-{m:02d}-01", year_end=f"2024-{m:02d}-30")
        for m, s in zip(range(7, 13), spends, strict=True)
    ]
    found = scored({"A": 12000.0}, [flow("c", 36000.0, flow="commitment", initiative="i"), *paid], initiatives=[work("i", {"A": None})])  # fmt: skip
    assert [(r.initiative, r.months, r.cash, r.spend) for r in found.continuity.runway] == [
        ("i", 6.0, 18000.0, 3000.0)
    ]


def test_worked_example_of_donors() -> None:
    found = scored({"A": 12000.0}, [flow("a", 50.0, funder="x"), flow("b", 30.0, funder="y"), flow("c", 20.0, funder="z")])  # fmt: skip
    one = found.donors[1]
    assert (one.kind, one.n, one.missing) == ("disbursement", 3, 0)
    assert (one.hhi, one.normalised, one.effective) == pytest.approx((0.38, 0.07, 2.631579), abs=1e-6)
    assert (one.hhi_lower, one.hhi_upper) == pytest.approx((0.38, 0.38))
    left = scored({"A": 12000.0}, [flow("a", 50.0, funder="x"), flow("b", None, funder="y")]).donors[1]
    assert (left.hhi, left.hhi_lower, left.hhi_upper, left.missing) == (1.0, pytest.approx(0.5), 1.0, 1)


def test_worked_example_of_volatility() -> None:
    years = ((2021, 100.0), (2022, 150.0), (2023, 0.0), (2024, 50.0))
    paid = [flow(f"f{y}", a, year_start=f"{y}-01-01", year_end=f"{y}-12-31") for y, a in years]
    frame = framework(window_funding=48)
    assert scored({"A": 12000.0}, paid, frame=frame).continuity.volatility.value == pytest.approx(
        1.466667, abs=1e-6
    )
    # A year without a record is not a zero.
    assert math.isnan(scored({"A": 12000.0}, [paid[0], paid[3]], frame=frame).continuity.volatility.value)


def test_runway_is_undefined_and_says_why() -> None:
    months = [flow(f"p{m}", 10.0, initiative="i", year_start=f"2024-{m}-01", year_end=f"2024-{m}-28") for m in (10, 11, 12)]  # fmt: skip
    promise = flow("c", 36.0, flow="commitment", initiative="i")
    site = [work("i", {"A": None})]

    def why(*rows: dict[str, Any]) -> list[str]:
        return [str(r.why) for r in scored({"A": 9.0}, list(rows), initiatives=site).continuity.runway]

    assert why(promise, *months) == ["None"]
    assert why({**promise, "amount": 20.0}, *months) == ["more has been paid than was promised"]
    assert why({**promise, "amount": None}, *months) == [
        "an amount of the promise or of a payment is not known"
    ]
    assert why({**promise, "currency": "XVM"}, *months) == [
        "promise and payments are in different currencies"
    ]
    assert why(promise, *[{**m, "amount": 0.0} for m in months]) == ["nothing was spent in these months"]
    assert why(promise) == why(*months) == []


def test_worked_example_of_missing_budgets() -> None:
    sites = [work(f"m{n}", {"A": None}, budget=60.0, budget_currency="USD") for n in range(3)]
    found = scored({"A": 12000.0}, [flow("a", 100.0), flow("b", 150.0)], initiatives=sites)
    assert (found.national.paid.lower, found.national.paid.upper) == pytest.approx((250, 430))
    assert str(found.national.ranking_withheld) == "3 of 5 records lack an amount"
    assert found.gap.state == ("no_data",)
    assert str(found.gap.why[0]) == "bounds only: 3 of 5 records lack an amount"
    assert (found.gap.details["least"][0], found.gap.details["most"][0]) == pytest.approx((1 - 430 / 96000, 1 - 250 / 96000))  # fmt: skip


def test_kinds_and_parts_are_never_added() -> None:
    rows = [flow("a", 100.0), flow("b", 900.0, flow="commitment"), flow("c", 900.0, flow="released"),
            flow("d", 50.0, part_of="a"), flow("e", 40.0, note="Part of a."), flow("k", 900.0, purpose="kinetic"),
            flow("x", 900.0, note="Relief, not prevention.")]  # fmt: skip
    found = scored({"A": 12000.0}, rows)
    assert found.gap.details["available"][0] == pytest.approx(100)
    assert (found.national.paid.lower, found.national.promised.lower) == pytest.approx((100, 900))
    assert (found.national.parts_by_note, found.national.other_aim) == (("e",), ("x",))


def test_a_payment_counts_by_the_part_of_its_period_in_the_window_and_by_year() -> None:
    row = flow("f", 7310.0, year_start="2023-01-01", year_end="2024-12-31")
    assert scored({"A": 12000.0}, [row]).gap.details["available"][0] == pytest.approx(7310 * 366 / 731)
    two = scored({"A": 12000.0}, [row], frame=framework(window_funding=24))
    assert two.gap.details["available"][0] == pytest.approx(7310 / 2)
    assert scored({"A": 12000.0}, [row], as_of=dt.date(2023, 1, 1)).gap.state == ("no_data",)


def test_money_of_the_country_is_never_located() -> None:
    rows = [flow("a", 40000.0), flow("n", 30000.0, area="C"), flow("p", 20000.0, area="P")]
    parents = {"A": "P", "B": "P", "D": "Q"}
    found = scored({"A": 12000.0, "B": 12000.0, "D": 9.0}, rows, parents=parents)
    assert found.gap.details["available"][0] == pytest.approx(40000)
    assert found.gap.details["available_anywhere"][0] == pytest.approx(90000)
    assert found.gap.state == ("estimated", "no_data", "no_data")
    assert str(found.gap.why[1]) == "no payment in these years is known for this area"
    assert found.national.paid.lower == pytest.approx(90000)
    assert [p.paid.lower for p in found.provinces] == pytest.approx([60000, 0])


def test_no_record_is_not_zero_and_a_stated_zero_is() -> None:
    found = scored({"A": 100.0, "B": 100.0}, [flow("a", 0.0)])
    assert found.gap.state == ("estimated", "no_data")
    assert found.gap.value[0] == 1.0
    assert (found.gap.details["least"][1], found.gap.details["most"][1]) == (0, 1)


def test_states_without_people_need_or_costs() -> None:
    found = scored({"A": None, "B": 0.0, "D": 10.0}, [flow("a", 5.0)])
    assert found.gap.state == ("not_applicable", "not_applicable", "no_data")
    assert str(found.gap.why[1]) == "nobody to be reached, so no money is needed"
    none = scored({"A": 10.0}, [flow("a", 5.0)], [])
    assert str(none.gap.why[0]) == "no cost of one person served is known for any approach"
    assert math.isnan(none.national.need)


def test_amounts_that_cannot_be_compared_are_listed_and_open_the_bounds() -> None:
    rows = [flow("a", 100.0), flow("b", -5.0), flow("c", 5.0, currency="ZZZ"), flow("d", 5.0, currency="XVM")]
    found = scored({"A": 12000.0}, rows, rates=rates(range(2019, 2024)), frame=framework(base_year=2023))
    told = {i: str(w) for i, w in found.national.not_comparable.items()}
    assert told["b"] == "the amount is negative"
    assert told["c"] == "no exchange rate for ZZZ"
    assert told["d"] == "no exchange rate for XVM in 2024"
    assert told["a"] == "no price index for 2024"
    assert (found.national.paid.lower, found.national.paid.upper) == (0, math.inf)


def test_unit_costs_that_are_not_of_a_person_are_left_out_with_the_reason() -> None:
    rows = [cost("ok"), cost("day", per="day"), cost("none", approach=None), cost("late", year="2025"), cost("old", note="Do not use."),
            cost("bad", -1.0), cost("odd", 10.0, cost_low=20.0, cost_high=30.0), cost("rate", currency="ZZZ"), cost("undated", year=None),
            cost("named")]  # fmt: skip
    found = scored({"A": 12000.0}, [flow("f", 1.0)], rows, frame=framework({"talk": 0.1, "train": 0.1}, unit_costs_left_out=["named"]))  # fmt: skip
    assert set(found.unit_costs.left_out) == {r["id"] for r in rows} - {"ok"}
    assert str(found.unit_costs.left_out["day"]) == "not a cost of one person served, but of: day"
    assert found.unit_costs.without == ("train",)
    assert found.gap.parameters["approaches_without_cost"] == ["train"]


def test_several_costs_give_their_geometric_mean_and_whole_range() -> None:
    one = scored({"A": 9.0}, [], [cost("a", 50.0, cost_low=40.0, cost_high=90.0), cost("b", 2000.0, currency="XVM")]).unit_costs.costs[0]  # fmt: skip
    assert (one.cost, one.low, one.high) == pytest.approx((math.sqrt(50 * 40), 32, 90))


def test_an_initiative_without_shares_divides_its_money_by_people() -> None:
    site = [work("i", {"A": None, "B": None})]
    found = scored(
        {"A": 1000.0, "B": 3000.0}, [flow("f", 400.0, area=None, initiative="i")], initiatives=site
    )
    assert found.gap.details["available"] == pytest.approx([100, 300])
    assert found.split_by_people == ("i",)


def test_money_of_an_initiative_that_also_names_a_province_is_bounds_only() -> None:
    site = [work("i", {"A": None, "P": None})]
    found = scored(
        {"A": 1000.0}, [flow("f", 400.0, area=None, initiative="i"), flow("g", 400.0)], initiatives=site
    )
    assert found.gap.state == ("no_data",)
    assert (found.gap.details["available_lower"][0], found.gap.details["available_upper"][0]) == (400, 800)


def test_missing_amounts_within_the_rule_are_imputed_inside_their_limits() -> None:
    known = [flow(f"k{n}", 3000.0 + 100 * n) for n in range(9)]
    found = scored({"A": 12000.0}, [*known, flow("m", None, amount_low=2000.0, amount_high=4000.0)])
    assert found.gap.state == ("estimated",)
    assert found.gap.parameters["imputations"] == 20
    total = sum(r["amount"] for r in known)
    assert total + 2000 <= found.gap.details["available"][0] <= total + 4000
    assert found.gap.details["least"][0] <= found.gap.value[0] <= found.gap.details["most"][0]
    assert found.national.ranking_withheld is None


def test_without_a_donor() -> None:
    rows = [
        flow("a", 30000.0, funder="x"),
        flow("b", 10000.0, funder="y"),
        flow("c", 9000.0, funder="x", area="B"),
    ]
    before = scored({"A": 12000.0, "B": 12000.0}, rows)
    after = scored({"A": 12000.0, "B": 12000.0}, rows, without="x")
    assert after.gap.value == pytest.approx([1 - 10000 / 96000, 1.0])
    assert (after.gap.value >= before.gap.value).all()
    assert after.donors[1].shares == (("y", 1.0),)
    with pytest.raises(ValueError, match="without: no flow"):
        scored({"A": 1.0}, rows, without="nobody")


def test_recipients_and_short_grants() -> None:
    rows = [
        flow("a", 30.0, flow="commitment", recipient_kind="grassroots", year_end="2024-06-30"),
        flow("b", 70.0, flow="commitment", recipient_kind="un", year_start="2023-01-01"),
    ]
    found = scored({"A": 12000.0}, rows)
    window_part = 70 * 366 / 731
    share = 30 / (30 + window_part)
    assert (found.recipients.local[0].lower, found.recipients.local[0].upper) == pytest.approx((share, share))
    assert (found.continuity.short_grants.lower, found.continuity.short_grants.upper) == pytest.approx(
        (0.3, 0.3)
    )
    assert [(g.recipient_kind, g.n, g.median, round(g.median_months)) for g in found.recipients.grants] == [("grassroots", 1, 30, 6), ("un", 1, 70, 24)]  # fmt: skip
    none = scored({"A": 12000.0}, [rows[1]]).recipients.local[0]
    assert math.isnan(none.upper)
    assert str(none.why) == "no money to a local body is on record, which is not the same as none"


def test_absorption_laws_and_budgets_known() -> None:
    rows = [flow(s, a, flow=s, recipient="desk", recipient_kind="government", area="P") for s, a in (("demand", 100.0), ("budget", 80.0), ("released", 40.0), ("lapsed", 10.0))]  # fmt: skip
    rows += [flow("p", 600.0), flow("q", 400.0, year_start="2023-01-01", year_end="2023-12-31")]
    law = {"id": "law", "title": "Law", "level": "province", "area": "P", "start": "2020"}
    sites = [work("i", {"A": None}, budget=5.0, budget_currency="USD"), work("j", {"A": None})]
    found = scored({"A": 12000.0}, rows, initiatives=sites, policies=[law])
    line = found.absorption.lines[0]
    assert (line.line, line.lapsed_of_asked, line.released_of_budget) == ("desk", 0.1, 0.5)
    assert found.absorption.ceiling.lower[0] == pytest.approx(900)
    assert [(w.policy, w.rows, w.without_budget) for w in found.provinces[0].laws] == [("law", 4, False)]
    assert (found.budgets_known.known, found.budgets_known.initiatives, found.budgets_known.share) == (
        1,
        2,
        0.5,
    )
    bare = scored({"A": 12000.0}, [], policies=[law])
    assert bare.provinces[0].laws[0].without_budget


def test_without_any_money() -> None:
    found = scored({"A": 12000.0}, [])
    assert found.gap.state == ("no_data",)
    assert str(found.national.paid.shown) == "no record of money"
    assert str(found.national.ranking_withheld) == "no record of money"
    assert (found.national.gap_lower, found.national.gap_upper) == (0, 1)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 100_000))
def test_blanking_a_budget_never_narrows_a_bound_or_raises_a_grade(seed: int) -> None:
    people, funding, initiatives = random_money(seed)
    dice = random.Random(seed)
    before = scored(people, funding, initiatives=initiatives, draws=200)
    keep_limits = dice.random() < 0.5
    blank = {"amount": None} if keep_limits else {"amount": None, "amount_low": None, "amount_high": None}
    at = dice.randrange(len(funding))
    after = scored(people, [{**r, **blank} if i == at else r for i, r in enumerate(funding)], initiatives=initiatives, draws=200)  # fmt: skip
    for part in ("paid", "promised"):
        old, new = getattr(before.national, part), getattr(after.national, part)
        assert new.lower <= old.lower + 1e-9
        assert new.upper >= old.upper - 1e-9
    assert after.national.gap_lower <= before.national.gap_lower + 1e-9
    assert after.national.gap_upper >= before.national.gap_upper - 1e-9
    assert (after.gap.details["least"] <= before.gap.details["least"] + 1e-9).all()
    assert (after.gap.details["most"] >= before.gap.details["most"] - 1e-9).all()
    for i, (old, new) in enumerate(zip(grades(before.gap), grades(after.gap), strict=True)):
        assert ORDER.index(new.letter or "A") >= ORDER.index(old.letter or "A")
        if np.isfinite(after.gap.value[i]):
            assert after.gap.lower[i] <= before.gap.lower[i] + 1e-9
            assert after.gap.upper[i] >= before.gap.upper[i] - 1e-9
    for old, new in zip(before.donors, after.donors, strict=True):
        if math.isfinite(new.hhi_lower) and math.isfinite(old.hhi_lower):
            assert new.hhi_lower <= old.hhi_lower + 1e-6
            assert new.hhi_upper >= old.hhi_upper - 1e-6
    for old, new in zip(before.recipients.local, after.recipients.local, strict=True):
        if math.isfinite(old.lower):
            assert new.lower <= old.lower + 1e-9
            assert new.upper >= old.upper - 1e-9


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 100_000))
def test_currency_scale_and_row_order_change_nothing(seed: int) -> None:
    people, funding, initiatives = random_money(seed)
    before = scored(people, funding, initiatives=initiatives)
    shuffled = random.Random(seed).sample(funding, len(funding))
    scaled = [
        {**r, **{k: r[k] * 1000 for k in ("amount", "amount_low", "amount_high")}} if r["currency"] == "XVM" else r
        for r in funding
    ]  # fmt: skip
    for after in (
        scored(people, shuffled, initiatives=initiatives),
        scored(people, scaled, initiatives=initiatives, rates=rates(per_usd=50_000.0)),
    ):
        for name in ("value", "lower", "upper"):
            assert getattr(after.gap, name) == pytest.approx(getattr(before.gap, name), nan_ok=True)
        assert after.gap.state == before.gap.state
        assert after.national.paid.lower == pytest.approx(before.national.paid.lower)
        assert after.donors[0].hhi == pytest.approx(before.donors[0].hhi, nan_ok=True)


def test_the_same_seed_gives_the_same_draws() -> None:
    people, funding, initiatives = random_money(11)
    one, two = (scored(people, funding, initiatives=initiatives) for _ in range(2))
    assert one.gap.draws is not None
    assert two.gap.draws is not None
    np.testing.assert_array_equal(one.gap.draws, two.gap.draws)


def test_value_follows_from_what_is_listed() -> None:
    """A second computation from the rows of the lineage and the parameters, without the module's own sums."""
    rows = [
        flow("a", 40000.0),
        flow("b", 100000.0, currency="XVM"),
        flow("c", 7310.0, year_start="2023-01-01"),
    ]
    gap = scored({"A": 12000.0}, rows).gap
    listed = next(one for one in gap.lineage if one.role == "payments")
    rate = {"USD": 1.0, **{c: s["2024"] for c, s in gap.parameters["rates"].items()}}
    total = sum(
        rows[r]["amount"] * u / rate[rows[r]["currency"]]
        for r, u in zip(listed.rows, listed.used, strict=True)
    )
    need = 12000 * sum(c["target_share"] * c["cost"] for c in gap.parameters["unit_costs"].values())
    assert gap.value[0] == pytest.approx(1 - total / need)
