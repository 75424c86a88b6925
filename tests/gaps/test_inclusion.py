"""Inclusion gap: worked examples through the module, what never counts, and that blanks never narrow."""

from __future__ import annotations

import datetime as dt
import math
import random
from typing import Any

import numpy as np
import pytest
from coverage_studies import AS_OF, framework, study, tables, work
from hypothesis import given, settings
from hypothesis import strategies as st

from jaiza.decide.grades import LETTERS, grades
from jaiza.gaps.inclusion import InclusionCell, InclusionScores, inclusion_scores

PEOPLE = {"A": 10000.0, "B": 10000.0}


def row(initiative: str, count: float | None, total: float | None, **changed: Any) -> dict[str, Any]:
    """Women reached by one initiative, measured on the last day of 2024."""
    made = {
        "initiative": initiative, "group": "women", "level": "reached", "count": count, "total": total, "basis": "measured",
        "as_of": "2024-12-31", "source": "s1", "count_state": "not_reported" if count is None else "observed",
    }  # fmt: skip
    return {**made, **changed}


def scored(
    initiatives: list[dict[str, Any]], participation: list[dict[str, Any]], *, people: dict[str, float | None] | None = None,
    women: float = 0.49, youth: float = 0.25, as_of: dt.date = AS_OF, draws: int = 500, **more: list[dict[str, Any]],
) -> InclusionScores:  # fmt: skip
    """The gap of a small study in which every area has the same shares of women and of youth, half of them women."""
    held: dict[str, float | None] = dict(PEOPLE) if people is None else people
    made, where = study(held, initiatives, participation=participation, **more)
    census = made.rows("population") + [
        {"area": a, "sex": sex, "age_band": band, "residence": "all", "people": int(n * share), "counted_on": "2023-03-01", "source": "census"}
        for a, n in held.items()
        if n is not None
        for sex, band, share in (("female", "all", women), ("all", "15-29", youth), ("female", "15-29", youth / 2))
    ]  # fmt: skip
    made = made.replaced(population=tables(population=census)["population"])
    return inclusion_scores(made, framework(), where, as_of, draws=draws, rng=np.random.default_rng(3))


def cell(found: InclusionScores, place: str = "A", group: str = "women", level: str = "reached") -> InclusionCell:  # fmt: skip
    return next(c for c in found.cells if (c.place, c.group, c.level) == (place, group, level))


def test_worked_example_of_parity() -> None:
    """X-H1: 12 of 60 against .49."""
    found = scored([work("i", {"A": None})], [row("i", 12, 60)])
    one = cell(found)
    assert (one.share, one.share_lower, one.share_upper) == pytest.approx((0.2, 0.118285, 0.317818), abs=1e-6)
    assert (one.ratio, one.ratio_lower, one.ratio_upper) == pytest.approx(
        (0.408163, 0.241398, 0.648609), abs=1e-6
    )
    assert found.gap.value[0] == pytest.approx(1 - 0.2 / 0.49) and found.gap.state[0] == "estimated"


def test_worked_examples_of_nobody_and_of_unknown_people() -> None:
    """X-H1: 0 of 15 has an upper limit of .203883; 12 of 80 with 20 unknown lie in [.15, .40]."""
    nobody = cell(scored([work("i", {"A": None})], [row("i", 0, 15)]))
    assert (nobody.share_lower, nobody.share_upper) == pytest.approx((0.0, 0.203883), abs=1e-6)
    assert nobody.gap == 1.0 and nobody.small
    part = scored([work("i", {"A": None})], [row("i", 12, 80, unknown=20.0)])
    assert (cell(part).bound_lower, cell(part).bound_upper) == pytest.approx((0.15, 0.40))
    assert (part.gap.details["least"][0], part.gap.details["most"][0]) == pytest.approx((1 - 0.4 / 0.49, 1 - 0.15 / 0.49))  # fmt: skip


def test_more_than_parity_is_reported_and_not_netted() -> None:
    rows = [row("i", 90, 100), row("i", 5, 100, level="leadership")]
    found = scored([work("i", {"A": None})], rows)
    assert cell(found).ratio == pytest.approx(0.9 / 0.49) and cell(found).gap == 0.0
    assert found.gap.value[0] == pytest.approx((0 + 1 - 0.05 / 0.49) / 2)


def test_groups_have_their_own_share_of_the_people() -> None:
    rows = [row("i", 20, 100, group=g) for g in ("women", "youth", "young-women")]
    found = scored([work("i", {"A": None})], rows)
    shares = [cell(found, group=g).population_share for g in ("women", "youth", "young-women")]
    assert shares == pytest.approx([0.49, 0.25, 0.125])


@pytest.mark.parametrize("basis", ["quota", "by-design", "target", "reported"])
def test_what_is_not_measured_changes_nothing(basis: str) -> None:
    items, rows = [work("i", {"A": None})], [row("i", 12, 60)]
    plain = scored(items, rows)
    more = scored(items, [*rows, row("i", 60, 60, basis=basis), row("i", None, None, share=1.0, basis=basis, level="design")])  # fmt: skip
    assert np.array_equal(plain.gap.value, more.gap.value, equal_nan=True) and plain.cells == more.cells
    assert np.array_equal(plain.gap.lower, more.gap.lower, equal_nan=True)
    assert [s.share for s in more.shown] == [1.0, 1.0] and more.rows_by_basis[basis] == 2


def test_a_published_share_without_counts_is_shown_and_never_pooled() -> None:
    found = scored([work("i", {"A": None})], [row("i", None, None, share=0.325)])
    assert found.gap.state[0] == "no_data" and found.cells == () and found.shown[0].share == 0.325
    assert str(found.gap.why[0]) == "1 of 1 rows of participation are measured, and none of them gives counts"


def test_counts_are_pooled_by_place_and_by_share_of_the_work() -> None:
    items = [work("i", {"A": 0.75, "B": 0.25}), work("k", {"P": None}), work("n", {}, location_basis="national")]  # fmt: skip
    found = scored(items, [row("i", 40, 100), row("k", 0, 100), row("n", 50, 50)])
    assert [cell(found, p).count for p in ("A", "B", "P", "")] == pytest.approx([30, 10, 40, 90])
    assert [cell(found, p).known for p in ("A", "B", "P", "")] == pytest.approx([75, 25, 200, 250])
    assert cell(found, "P").population_share == pytest.approx(0.49)


def test_withheld_counts_and_places_without_a_census() -> None:
    hidden = row("i", None, 60, count_state="withheld")
    found = scored([work("i", {"A": None})], [hidden])
    assert found.gap.state[0] == "withheld" and cell(found).bound_upper == 1.0
    assert math.isnan(found.gap.upper[0])
    uncounted = scored([work("i", {"A": None})], [row("i", 12, 60)], people={"A": None, "B": 100.0})
    assert uncounted.gap.state[0] == "not_applicable" and cell(uncounted).state == "not_applicable"
    assert scored([work("i", {"A": None})], []).gap.state == ("no_data", "no_data")


def test_a_group_larger_than_its_total_is_said_and_never_used() -> None:
    found = scored([work("i", {"A": None})], [row("i", 70, 60)])
    assert found.amiss == (0,) and found.gap.state[0] == "no_data"
    beyond = scored([work("i", {"A": None})], [row("i", 12, 60)], women=1.2)
    assert beyond.gap.state[0] == "no_data" and "census" in str(beyond.gap.why[0])
    nobody = scored([work("i", {"A": None})], [row("i", 0, 0)])
    assert nobody.gap.state[0] == "no_data"


def test_only_the_newest_figures_before_the_round_count() -> None:
    rows = [
        row("i", 10, 100, as_of="2023-12-31"),
        row("i", 30, 100),
        row("i", 50, 100, as_of="2025-06"),
    ]
    assert cell(scored([work("i", {"A": None})], rows)).count == 30
    assert cell(scored([work("i", {"A": None})], rows, as_of=dt.date(2024, 1, 1))).count == 10
    undated = scored([work("i", {"A": None})], [row("i", 10, 100, as_of=None)])
    assert undated.cells == () and undated.shown[0].undated


def test_policies_mention_groups_as_actors_within_bounds() -> None:
    objectives = [
        {"id": f"q{k}", "policy": "p", "objective": "x", "domain": "non-kinetic", "mentions_women": m, "mentions_youth": "actor"}
        for k, m in enumerate(["none", "target", "actor", "mentioned", None])
    ]  # fmt: skip
    policies = [{"id": "p", "title": "p", "level": "national", "start": "2021"}]
    found = scored([], [], policies=policies, objectives=objectives)
    women, youth = (
        next(m for m in found.mentions if (m.policy, m.group) == ("p", g)) for g in ("women", "youth")
    )
    assert (women.lower, women.upper) == pytest.approx((0.2, 0.6)) and math.isnan(women.share)
    assert (women.none, women.target, women.actor, women.mentioned, women.unread) == (1, 1, 1, 1, 1)
    assert youth.share == 1.0
    assert scored([], [], policies=policies, objectives=objectives, as_of=dt.date(2020, 1, 1)).mentions == ()


def _random(seed: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    dice = random.Random(seed)
    items = [work(f"i{k}", dict.fromkeys(dice.sample("AB", dice.randint(1, 2)))) for k in range(dice.randint(1, 5))]  # fmt: skip
    rows = []
    for item in items:
        for group in ("women", "youth"):
            for level in dice.sample(["reached", "staff", "design"], 2):
                total = dice.choice([8, 40, 300])
                count = dice.randint(0, total)
                unknown = dice.choice([None, dice.randint(0, total - count)])
                known = dice.random() < 0.8
                rows.append(
                    row(item["row"]["id"], count if known else None, total, group=group, level=level, unknown=unknown, source=dice.choice(["s1", "s2"]))
                )  # fmt: skip
    return items, rows


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_blanking_never_narrows_a_bound_or_raises_a_grade(seed: int) -> None:
    items, rows = _random(seed)
    dice = random.Random(seed)
    k, column = dice.randrange(len(rows)), dice.choice(["count", "total"])
    blank = [dict(r) for r in rows]
    blank[k] |= {column: None} | (
        {"count_state": dice.choice(["withheld", "not_reported"])} if column == "count" else {}
    )
    full, less = scored(items, rows, draws=2000), scored(items, blank, draws=2000)
    for a in range(2):
        least, most = (
            (s.gap.details["least"][a] for s in (full, less)),
            (s.gap.details["most"][a] for s in (full, less)),
        )
        for (before, after), sign in ((tuple(least), 1), (tuple(most), -1)):
            assert np.isnan(before) or sign * after <= sign * before + 1e-12
        if np.isfinite(full.gap.value[a]) and np.isfinite(less.gap.value[a]):
            # limits are quantiles of 2,000 draws: equal ones differ by their simulation error
            assert less.gap.width[a] >= full.gap.width[a] - 0.03
        before_grade, after_grade = (grades(s.gap)[a] for s in (full, less))
        close = abs(less.gap.width[a] - full.gap.width[a]) < 0.03 and after_grade.term == "width"
        worse = LETTERS.index(after_grade.letter or "E") >= LETTERS.index(before_grade.letter or "A")
        assert worse or close


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6))
def test_the_order_of_rows_changes_nothing_and_values_stay_inside(seed: int) -> None:
    items, rows = _random(seed)
    one, two = scored(items, rows), scored(items, rows[::-1])
    assert np.allclose(one.gap.value, two.gap.value, equal_nan=True, atol=1e-12)
    seen = np.isfinite(one.gap.value)
    assert (one.gap.details["least"][seen] <= one.gap.value[seen] + 1e-9).all()
    assert (one.gap.value[seen] >= 0).all() and (one.gap.upper[seen] <= 1).all()
