"""Former places and split districts: totals are kept, and what is missing is said."""

from __future__ import annotations

import csv
import math
from datetime import date
from fractions import Fraction
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaiza.errors import DataProblems
from jaiza.places.crosswalk import Change, Crosswalk, split

TABLES = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "tables"


def test_split_in_proportion_to_population() -> None:
    parts = split([100.0, 7.0, 0.0], [[0, 1], [2], [1, 2]], [30.0, 10.0, 60.0])
    np.testing.assert_allclose(parts, [[75, 25, 0], [0, 0, 7], [0, 0, 0]])


def test_split_whole_numbers_by_largest_remainder() -> None:
    # 10 × (0.55, 0.28, 0.17) = 5.5, 2.8, 1.7: two units are left over and go to .8 and .7.
    np.testing.assert_array_equal(split([10], [[0, 1, 2]], [55, 28, 17], whole=True), [[5, 3, 2]])
    # Equal remainders: the first areas first; an empty area gets nothing.
    np.testing.assert_array_equal(split([2], [[0, 1, 2, 3]], [1, 1, 0, 1], whole=True), [[1, 1, 0, 0]])


def test_an_area_alone_needs_no_population() -> None:
    np.testing.assert_array_equal(split([3.5], [[1]], [math.nan, math.nan]), [[0, 3.5]])


@pytest.mark.parametrize(
    ("values", "members", "population", "whole", "said"),
    [
        ([1.0], [[0, 1]], [1.0, math.nan], False, "population"),
        ([1.0], [[0, 1]], [0.0, 0.0], False, "at least one above 0"),
        ([1.0], [[0, 2]], [1.0, 1.0], False, "positions 0 to 1"),
        ([1.0], [[0, 0]], [1.0, 1.0], False, "each once"),
        ([1.0], [[]], [1.0], False, "at least one area"),
        ([1.0, 2.0], [[0]], [1.0], False, "one list for each"),
        ([-1.0], [[0]], [1.0], False, "at least 0"),
        ([math.nan], [[0]], [1.0], False, "nan"),
        ([math.inf], [[0]], [1.0], False, "finite"),
        ([1.0], [[0, 1]], [1.0, -1.0], False, "at least 0"),
        ([1.5], [[0]], [1.0], True, "whole numbers"),
    ],
)
def test_split_refuses(
    values: list[float], members: list[list[int]], population: list[float], whole: bool, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        split(values, members, population, whole=whole)


counts = st.floats(0, 1e15, allow_subnormal=True) | st.integers(0, 10**12).map(float)
people = st.lists(st.floats(0, 1e8) | st.integers(0, 10**7).map(float), min_size=1, max_size=9)


@settings(max_examples=150, deadline=None)
@given(counts, people.filter(any), st.randoms(use_true_random=False))
def test_totals_are_kept_exactly_in_any_order(value: float, population: list[float], chance: Random) -> None:
    parts = split([value], [range(len(population))], population)[0].tolist()
    chance.shuffle(parts)
    assert sum(parts) == value
    assert float(np.sum(parts)) == value
    assert min(parts) >= 0


@settings(max_examples=100, deadline=None)
@given(counts, people.filter(any))
def test_parts_are_the_exact_proportions_to_the_last_digits(value: float, population: list[float]) -> None:
    """Second witness: rational arithmetic."""
    parts = split([value], [range(len(population))], population)[0].tolist()
    whole = sum(Fraction(p) for p in population)
    for part, weight in zip(parts, population, strict=True):
        exact = Fraction(value) * Fraction(weight) / whole
        assert abs(Fraction(part) - exact) <= 8 * Fraction(math.ulp(value))


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 10**9), people.filter(any))
def test_whole_parts_are_whole_and_within_one_of_the_proportion(value: int, population: list[float]) -> None:
    parts = split([value], [range(len(population))], population, whole=True)[0]
    assert parts.sum() == value
    assert (parts == np.floor(parts)).all()
    ideal = value * np.array(population) / math.fsum(population)
    assert (np.abs(parts - ideal) < 1 + 1e-6).all()


# Kalat: Surab was taken from it in 2017 and it kept its code; X was made of it and a neighbour's code ended.
OLD = Change("PARENT", ("A", "B"), date(2000, 1, 1))
LATER = Change("B", ("B", "C"), date(2017, 8, 1))
LAST = Change("C", ("C1", "C2"), date(2020, 1, 1))
WALK = Crosswalk([LATER, LAST, OLD])


@pytest.mark.parametrize(
    ("place", "measured", "as_of", "members"),
    [
        ("PARENT", None, None, ("A", "B", "C1", "C2")),
        ("PARENT", None, date(2018, 1, 1), ("A", "B", "C")),
        ("PARENT", None, date(2010, 1, 1), ("A", "B")),
        ("PARENT", None, date(1999, 1, 1), ("PARENT",)),
        # The name of a former place still means all of it, however late it is used.
        ("PARENT", date(2015, 1, 1), date(2010, 1, 1), ("A", "B")),
        ("B", None, None, ("B", "C1", "C2")),
        ("B", date(2016, 1, 1), date(2018, 1, 1), ("B", "C")),
        ("B", date(2017, 8, 1), None, ("B",)),
        ("B", date(2016, 1, 1), date(2016, 6, 1), ("B",)),
        ("C", date(2024, 1, 1), None, ("C1", "C2")),
        ("A", None, None, ("A",)),
        ("elsewhere", None, None, ("elsewhere",)),
    ],
)
def test_members_through_every_later_split(
    place: str, measured: date | None, as_of: date | None, members: tuple[str, ...]
) -> None:
    assert WALK.members(place, measured=measured, as_of=as_of) == members


def test_members_of_an_undated_change_are_those_of_today() -> None:
    walk = Crosswalk.from_mappings({"CITY": ("W", "E")})
    later = Crosswalk([Change("CITY", ("W", "E")), Change("W", ("W", "N"), date(2020, 8, 1))])
    assert walk.members("CITY") == later.members("CITY") == ("W", "E")


def test_places_that_split_and_joined_again() -> None:
    walk = Crosswalk([Change("B", ("B", "D"), date(2010, 1, 1)), Change("D", ("B",), date(2020, 1, 1))])
    assert walk.members("B", as_of=date(2015, 1, 1)) == ("B", "D")
    assert walk.members("B") == ("B",)
    assert walk.members("D") == ("B",)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ([Change("A", ())], "at least one member"),
        ([Change("A", ("B", "B"))], "each once"),
        ([Change("A", ("A", "B"))], "give the day"),
        ([Change("A", ("A",), date(2000, 1, 1))], "no change"),
        ([Change("A", ("B",), date(2000, 1, 1)), Change("A", ("C",), date(2000, 1, 1))], "twice on one day"),
        ([Change("A", ("B",)), Change("A", ("C",), date(2000, 1, 1))], "without a day"),
        ([Change("A", ("B",), date(2000, 1, 1)), Change("A", ("C",), date(2001, 1, 1))], "after it ended"),
        ([Change("A", ("B",)), Change("B", ("C",)), Change("C", ("A",))], "lead back"),
    ],
)
def test_refuses_impossible_histories(changes: list[Change], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Crosswalk(changes)


def test_shares_by_population() -> None:
    shares = WALK.shares("PARENT", {"A": 50, "B": 30, "C1": 15, "C2": 5})
    assert shares.members == ("A", "B", "C1", "C2")
    np.testing.assert_allclose(shares.weights, [0.5, 0.3, 0.15, 0.05], rtol=1e-15)
    assert sum(shares.weights.tolist()) == 1.0
    assert WALK.shares("A", {}).weights.tolist() == [1.0]


def test_missing_population_is_a_stated_problem() -> None:
    for population in ({"A": 50, "B": 30, "C1": None}, {"A": 50, "B": 30, "C1": math.nan, "C2": -1}):
        with pytest.raises(DataProblems) as stopped:
            WALK.shares("PARENT", population)
        (problem,) = stopped.value.problems
        assert "the population of C1 and C2 is not known" in problem.said()
        assert problem.value == "PARENT"
    with pytest.raises(DataProblems) as stopped:
        WALK.to_areas({"B": 1, "C": 2, "A": 3}, {"B": 0, "C1": 0, "C2": 0})
    assert [p.value for p in stopped.value.problems] == ["B", "C"], "every problem, and A stands alone"
    assert "nobody lives" in stopped.value.problems[0].said()


def test_values_of_many_places_to_areas() -> None:
    population = {"A": 50.0, "B": 30.0, "C1": 15.0, "C2": 5.0}
    found = WALK.to_areas({"PARENT": 200, "C": 8, "A": 1, "other": 4}, population)
    assert found == {"A": 101, "B": 60, "C1": 36, "C2": 12, "other": 4}
    assert WALK.to_areas({}, population) == {}
    whole = WALK.to_areas({"PARENT": 7}, population, whole=True)
    assert whole == {"A": 4, "B": 2, "C1": 1, "C2": 0}


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["PARENT", "A", "B", "C", "C1", "other"]), st.integers(0, 10**9), min_size=1
    ),
    st.lists(st.integers(1, 10**7), min_size=5, max_size=5),
    st.sampled_from([None, date(1999, 1, 1), date(2010, 1, 1), date(2018, 1, 1)]),
)
def test_totals_are_kept_through_a_chain(
    values: dict[str, int], numbers: list[int], as_of: date | None
) -> None:
    population: dict[str, float | None] = dict(
        zip(["A", "B", "C", "C1", "C2"], map(float, numbers), strict=True)
    )
    exact = WALK.to_areas({k: float(v) for k, v in values.items()}, population, as_of=as_of, whole=True)
    assert sum(exact.values()) == sum(values.values())
    real = WALK.to_areas({k: float(v) for k, v in values.items()}, population, as_of=as_of)
    assert math.fsum(real.values()) == pytest.approx(sum(values.values()), rel=1e-14, abs=1e-300)


@settings(max_examples=40, deadline=None)
@given(st.floats(0, 1e9), st.lists(st.integers(1, 10**7), min_size=4, max_size=4))
def test_two_steps_are_one(value: float, numbers: list[int]) -> None:
    """Split by the population of the day, then again, is one split by that at the end (to the last digits)."""
    a, b, c1, c2 = map(float, numbers)
    at_once = WALK.to_areas({"PARENT": value}, {"A": a, "B": b, "C1": c1, "C2": c2})
    middle = WALK.to_areas({"PARENT": value}, {"A": a, "B": b, "C": c1 + c2}, as_of=date(2018, 1, 1))
    end = WALK.to_areas(middle, {"A": a, "B": b, "C1": c1, "C2": c2}, measured=date(2018, 1, 1))
    assert end.keys() == at_once.keys()
    for code, part in at_once.items():
        assert end[code] == pytest.approx(part, rel=0, abs=8 * math.ulp(value))


@pytest.mark.shared
def test_undivided_districts_of_the_census() -> None:
    """The population of 2017, given for undivided districts, is kept when it is shared out by that of 2023."""
    path = TABLES / "census_2017_split_parents.csv"
    if not path.is_file():
        pytest.skip("the shared tables (shared/data/tables) are not beside this checkout")
    with path.open(encoding="utf-8", newline="") as file:
        old = list(csv.DictReader(file))
    with (TABLES / "areas.csv").open(encoding="utf-8", newline="") as file:
        people = {r["pcode"]: float(r["pop_2023"]) if r["pop_2023"] else None for r in csv.DictReader(file)}
    walk = Crosswalk.from_mappings({r["source_name"]: r["pcodes"].split(";") for r in old})
    values = {r["source_name"]: float(r["t5_pop_2017"]) for r in old}
    shared = walk.to_areas(values, people, whole=True)
    assert len(shared) == 2 + 2 + 2 + 3 + 2
    assert sum(shared.values()) == sum(values.values()) == 2_800_171
    # Kalat 272,506 and Surab 278,092 in 2023: 412,058 is shared as 203,939 and 208,119.
    assert (shared["PK210"], shared["PK233"]) == (203_939, 208_119)
    with pytest.raises(DataProblems, match="1 problem"):
        Crosswalk.from_mappings({"HUNZA NAGAR": ["PK306", "PK308"]}).shares("HUNZA NAGAR", people)
