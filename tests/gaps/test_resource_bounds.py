"""Bounds of sums, shares and concentration, and the non-kinetic share by year and stage."""

from __future__ import annotations

import datetime as dt
import itertools
import math
import random
from typing import Any

import numpy as np
import pytest
from coverage_studies import tables
from hypothesis import given, settings
from hypothesis import strategies as st

from jaiza.gaps.resource.bounds import completed, concentration_bounds, money_bounds, share_between
from jaiza.gaps.resource.flows import Valued, flows
from jaiza.gaps.resource.nonkinetic import NonKinetic, non_kinetic_shares
from jaiza.places.scope import scope

AS_OF = dt.date(2025, 1, 1)
AREAS = [
    {"code": "C", "name": "Homeland", "level": "0"},
    {"code": "P", "name": "P", "level": "1", "parent": "C"},
    {"code": "A", "name": "A", "level": "2", "parent": "P"},
]


def line(name: str, amount: float | None, purpose: str, **changed: Any) -> dict[str, Any]:
    return {
        "id": name, "funder": "treasury", "recipient": name, "recipient_kind": "government", "area": "C", "flow": "budget",
        "amount": amount, "currency": "XVM", "year_start": "2023-01-01", "year_end": "2023-12-31", "purpose": purpose,
        "source": "book", **changed,
    }  # fmt: skip


def shares(rows: list[dict[str, Any]]) -> tuple[NonKinetic, ...]:
    made = tables(areas=AREAS, funding=rows)
    return non_kinetic_shares(flows(made, AS_OF), scope(made.rows("areas")))


def test_worked_example_of_missing_budgets() -> None:
    found = money_bounds([(100, 100), (150, 150), (0, 60), (0, 60), (0, 60)])
    assert (found.lower, found.upper, found.missing, found.n) == (250, 430, 3, 5)
    assert found.headline
    assert str(found.why) == "3 of 5 records lack an amount"
    assert str(found.shown) == "250 to 430"


def test_no_ceiling_is_said() -> None:
    found = money_bounds([(100, 100), (100, 100), (5, math.inf)])
    assert str(found.shown) == "205 or more, no upper bound"
    assert str(found.why) == "1 of 3 records lack an amount and have no ceiling"
    assert money_bounds([]).headline
    assert str(money_bounds([]).shown) == "no record of money"
    assert money_bounds([(1, 1), (2, 2), (1, 2)]).why is None
    assert str(money_bounds([(1, 1), (2, 2), (0, 20)]).why) == "the upper bound is more than twice the lower"


def test_worked_example_of_the_share() -> None:
    one = shares([line("a", 20, "non-kinetic"), line("b", 70, "kinetic"), line("c", 10, "mixed")])
    assert len(one) == 1
    assert (one[0].lower, one[0].upper) == pytest.approx((0.2, 0.3), abs=1e-12)
    assert (one[0].place, one[0].level, one[0].unclassified) == ("C", "country", 1)
    assert str(one[0].shown) == "20.0 to 30.0 %"


def test_stages_places_and_years_are_never_mixed() -> None:
    found = shares([line("a", 20, "non-kinetic"), line("b", 80, "kinetic", flow="actual"),
                    line("c", 80, "kinetic", area="P"), line("d", 1, "kinetic", year_start="2022-01-01", year_end="2022-12-31")])  # fmt: skip
    assert [(f.place, f.start[:4], f.stage, f.lower, f.upper) for f in found] == [
        ("C", "2022", "budget", 0, 0), ("C", "2023", "budget", 1, 1), ("C", "2023", "actual", 0, 0), ("P", "2023", "budget", 0, 0)
    ]  # fmt: skip


def test_parts_split_a_mixed_whole_and_are_not_added() -> None:
    found = shares([line("whole", 100, "mixed"), line("army", 60, "kinetic", part_of="whole"), line("desk", 5, "non-kinetic", part_of="whole")])[0]  # fmt: skip
    assert found.total == (100, 100)
    assert (found.lower, found.upper) == pytest.approx((0.05, 0.4))
    assert found.parts == ("army", "desk")


def test_parts_beyond_their_whole_are_not_believed() -> None:
    found = shares([line("whole", 100, "mixed"), line("army", 160, "kinetic", part_of="whole")])[0]
    assert (found.lower, found.upper, found.total) == (0, 1, (100, 100))


def test_a_part_without_a_figure_tells_nothing_of_the_whole() -> None:
    rows = [line("whole", 3, "mixed"), line("army", 4, "kinetic", part_of="whole"), line("desk", 1, "non-kinetic", part_of="whole")]  # fmt: skip
    assert (shares(rows)[0].lower, shares(rows)[0].upper) == (0, 1)
    rows[1]["amount"] = None
    assert (shares(rows)[0].lower, shares(rows)[0].upper) == (0, 1)


def test_a_part_by_note_alone_is_left_out_and_stated() -> None:
    found = shares([line("a", 20, "non-kinetic"), line("b", 80, "kinetic"), line("x", 50, "kinetic", note="Part of b.")])[0]  # fmt: skip
    assert (found.lower, found.upper, found.parts_by_note) == (0.2, 0.2, ("x",))


def test_disagreeing_figures_are_limits_and_not_added() -> None:
    found = shares([line("a", 20, "non-kinetic"), line("a2", 30, "non-kinetic", recipient="a"), line("b", 70, "kinetic")])[0]  # fmt: skip
    assert (found.lower, found.upper) == pytest.approx((20 / 90, 0.3))
    assert found.disagreeing == ("a",)


def test_a_line_not_published_leaves_the_share_open() -> None:
    found = shares([line("a", 20, "non-kinetic"), line("b", 70, "kinetic"), line("secret", None, "kinetic", flow="not_published")])[0]  # fmt: skip
    assert (found.lower, found.upper, found.not_published) == (0, pytest.approx(20 / 90), 1)


def test_grants_are_not_budget_lines_and_zero_has_no_share() -> None:
    found = shares([line("a", 20, "non-kinetic", recipient_kind="un"), line("b", 0, "kinetic")])
    assert len(found) == 1
    assert math.isnan(found[0].lower)
    assert str(found[0].shown) == "no money in these lines"


def test_share_between_at_its_ends() -> None:
    assert share_between(1, math.inf, 3, 3) == (0.25, 1.0)
    assert share_between(1, 1, 3, math.inf) == (0.0, 0.25)
    assert share_between(0, math.inf, 0, math.inf) == (0.0, 1.0)


def test_concentration_of_known_amounts_is_exact() -> None:
    known = np.array([50.0, 30.0, 20.0])
    assert concentration_bounds(known, known) == pytest.approx((0.38, 0.38), abs=1e-9)
    assert math.isnan(concentration_bounds(np.zeros(2), np.ones(2))[0])


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_concentration_bounds_hold_every_completion(seed: int) -> None:
    dice = random.Random(seed)
    low = np.array([dice.choice([1.0, 4.0, 20.0]) for _ in range(dice.randint(1, 3))])
    high = low + np.array([dice.choice([0.0, 3.0, 50.0]) for _ in low])
    least, most = concentration_bounds(low, high)
    for amounts in itertools.product(*[np.linspace(a, b, 4) for a, b in zip(low, high, strict=True)]):
        s = np.array(amounts) / sum(amounts)
        assert least - 1e-9 <= s @ s <= most + 1e-9
    wider = concentration_bounds(low, np.full(len(low), np.inf))
    assert wider[0] <= least + 1e-9
    assert wider[1] >= most - 1e-9


def _random_lines(dice: random.Random) -> list[dict[str, Any]]:
    rows = [
        line(f"l{n}", dice.choice([0.0, 3.0, 10.0, 40.0, None]), dice.choice(["kinetic", "non-kinetic", "mixed", "unclassified"]),
             recipient=dice.choice([f"l{n}", "shared"]))
        for n in range(dice.randint(1, 5))
    ]  # fmt: skip
    rows += [
        line(f"p{n}", dice.choice([1.0, 2.0, 4.0]), dice.choice(["kinetic", "non-kinetic"]), part_of="l0")
        for n in range(dice.randint(0, 2))
    ]
    return rows


@settings(max_examples=120, deadline=None)
@given(st.integers(0, 100_000))
def test_blanking_an_amount_never_narrows_a_share_and_order_changes_nothing(seed: int) -> None:
    dice = random.Random(seed)
    rows = _random_lines(dice)
    before = shares(rows)[0]
    again = shares(dice.sample(rows, len(rows)))[0]
    assert before.total == again.total
    assert (before.lower, before.upper) == pytest.approx((again.lower, again.upper), nan_ok=True)
    scaled = shares([{**r, "amount": None if r["amount"] is None else r["amount"] * 1e6} for r in rows])[0]
    assert (before.lower, before.upper) == pytest.approx((scaled.lower, scaled.upper), nan_ok=True)
    blanked = dice.randrange(len(rows))
    after = shares([{**r, "amount": None} if i == blanked else r for i, r in enumerate(rows)])[0]
    if not math.isnan(before.lower):
        assert after.lower <= before.lower + 1e-12
        assert after.upper >= before.upper - 1e-12


@settings(max_examples=40, deadline=None)
@given(st.floats(0, 50), st.floats(0.1, 50), st.floats(1, 60), st.floats(0, 1))
def test_bounds_hold_when_a_mixed_line_silently_holds_another(
    civil: float, armed: float, rest: float, split: float
) -> None:
    """A ministry's whole line that contains the force listed beside it, without a word of it."""
    found = shares([line("a", civil, "non-kinetic"), line("b", armed, "kinetic"), line("ministry", armed + rest, "mixed")])[0]  # fmt: skip
    truth = (civil + split * rest) / (civil + armed + rest)
    assert found.lower - 1e-12 <= truth <= found.upper + 1e-12


def test_imputed_amounts_stay_inside_their_limits_and_zeros_stay() -> None:
    dice = random.Random(5)
    rows = [line(f"k{n}", dice.uniform(10, 90), "non-kinetic") for n in range(8)]
    rows += [line("z", 0, "non-kinetic"), line("m", None, "non-kinetic", amount_low=20, amount_high=30)]
    records = [Valued(f, f.low, f.high, None) for f in flows(tables(funding=rows), AS_OF)]
    drawn = completed(records, ["talk"] * len(records), np.random.default_rng(3))
    assert drawn is not None
    at = {r.flow.id: i for i, r in enumerate(records)}
    assert ((drawn[:, at["m"]] >= 20) & (drawn[:, at["m"]] <= 30)).all()
    assert (drawn[:, at["z"]] == 0).all()
    assert completed(records[:2], ["talk"] * 2, np.random.default_rng(3)) is None
