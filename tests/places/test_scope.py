"""Scope: which areas are analysed, and what every other code stands for."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaiza.places.scope import contiguity, scope

ROWS = [
    {"code": "C", "name": "Country", "level": "0"},
    {"code": "P", "name": "North", "level": "1", "parent": "C"},
    {"code": "Q", "name": "South", "level": "1", "parent": "C", "name_ur": "جنوب"},
    {"code": "R", "name": "Empty", "level": "1", "parent": "C"},
    {"code": "A", "name": "Ay", "level": "2", "parent": "P"},
    {"code": "B", "name": "Bee", "level": "2", "parent": "P"},
    {"code": "D", "name": "Dee", "level": "2", "parent": "Q"},
    {"code": "T", "name": "Town", "level": "2", "parent": "P", "counted_in": "A"},
    {"code": "LONE", "name": "Lone", "level": "2"},
    {"code": "OLD", "name": "Old", "level": "former", "members": "B;D"},
    {"code": "OLDER", "name": "Older", "level": "former", "members": "T;OLD"},
    {"code": "GONE", "name": "Gone", "level": "former"},
    {"code": "WIDE", "name": "Wide", "level": "former", "members": "Q;A"},
]
MEMBERS = {"A": "A", "B": "B", "D": "D", "LONE": "LONE", "T": "A", "P": "A B", "Q": "D", "R": "", "C": "",
           "OLD": "B D", "OLDER": "A B D", "GONE": "", "WIDE": "A D"}  # fmt: skip


def named(where, code):
    return " ".join(where.areas[i] for i in where.members[code])


@settings(max_examples=30, deadline=None)
@given(st.permutations(ROWS))
def test_what_each_code_stands_for_in_any_order_of_rows(rows):
    where = scope(rows)
    assert where.areas == ("A", "B", "D", "LONE")
    assert {code: named(where, code) for code in where.members} == MEMBERS


def test_kinds_positions_parents_and_names():
    where = scope(ROWS)
    kinds = {code: where.kind[code] for code in ("A", "T", "P", "OLD", "C")}
    assert kinds == {"A": "area", "T": "area", "P": "parent", "OLD": "former", "C": "country"}
    assert (where.position("D"), where.position("T")) == (2, 0)
    for code in ("P", "Q", "C", "OLD", "GONE", "nowhere"):
        assert where.position(code) is None  # a province of one district is still not that district
    assert where.parent("A") == "P"
    assert where.parent("LONE") == ""
    assert where.parents() == ("P", "Q")
    assert (where.name("Q", "ur"), where.name("P", "ur"), where.name("Q")) == ("جنوب", "North", "South")


def test_an_area_counted_in_what_is_not_analysed_is_refused():
    for other in ("P", "T", "nowhere"):
        with pytest.raises(ValueError, match="counted in"):
            scope([*ROWS, {"code": "X", "name": "X", "level": "2", "parent": "P", "counted_in": other}])


def test_former_places_that_name_each_other_come_to_an_end():
    rows = [*ROWS, {"code": "X", "name": "X", "level": "former", "members": "Y;A"},
            {"code": "Y", "name": "Y", "level": "former", "members": "X;B"}]  # fmt: skip
    assert named(scope(rows), "X") == "A B"


@pytest.mark.parametrize(
    ("code", "people", "areas", "shares"),
    [
        ("P", [1, 3, 9, 9], [0, 1], [0.25, 0.75]),
        ("P", [np.nan, 3, 9, 9], [1], [1]),
        ("P", [0, 3, 9, 9], [1], [1]),
        ("P", [np.nan, np.nan, 9, 9], [], []),
        ("P", [0, 0, 9, 9], [], []),
        ("OLDER", [1, 2, 5, 9], [0, 1, 2], [0.125, 0.25, 0.625]),
        ("Q", [1, 1, np.nan, 1], [2], [1]),  # the only member takes all, counted or not
        ("C", [1, 1, 1, 1], [], []),
        ("R", [1, 1, 1, 1], [], []),
        ("nowhere", [1, 1, 1, 1], [], []),
    ],
)
def test_shares_by_people(code, people, areas, shares):
    got, part = scope(ROWS).split_shares(code, np.array(people, dtype=float))
    assert got.tolist() == areas
    np.testing.assert_allclose(part, shares, rtol=1e-12)


def test_a_study_without_areas_has_an_empty_scope():
    assert scope([]).areas == ()
    assert scope([]).parents() == ()
    assert contiguity([], ()).shape == (0, 0)


class TestContiguity:
    PAIRS = (("A", "B"), ("B", "D"))

    def w(self, pairs):
        return contiguity([{"area_a": a, "area_b": b} for a, b in pairs], ("A", "B", "D", "LONE"))

    def test_rows_add_up_to_one_or_nothing(self):
        got = self.w(self.PAIRS)
        np.testing.assert_allclose(got, [[0, 1, 0, 0], [0.5, 0, 0.5, 0], [0, 1, 0, 0], [0, 0, 0, 0]])

    @pytest.mark.parametrize("order", list(itertools.permutations([("A", "B"), ("B", "D"), ("B", "A")])))
    def test_order_direction_and_repeats_do_not_matter(self, order):
        np.testing.assert_array_equal(self.w(order), self.w(self.PAIRS))

    def test_unknown_codes_and_oneself_are_no_neighbours(self):
        np.testing.assert_array_equal(
            self.w([*self.PAIRS, ("A", "A"), ("A", "P"), ("X", "Y")]), self.w(self.PAIRS)
        )
