"""The circle map: classes, hatching, states, names, and the corner of the legend."""

from __future__ import annotations

import re

import pytest

from jaiza.language import text
from jaiza.report.map_symbols import Place, Shown, class_of, spans
from jaiza.report.maps import district_map, places_of
from jaiza.report.voice import Voice

PLACES = [
    Place("A1", "Alba", "P", 30.0, 70.0, 3e6),
    Place("A2", "Berta", "P", 30.5, 70.4, 1e6),
    Place("B1", "Cora", "Q", 34.0, 74.0, 2e6),
    Place("B2", "Dita", "Q", 34.6, 74.4, None),
]
BORDERS = [("A1", "A2"), ("A2", "B1"), ("B1", "B2")]
NAMES = {"P": "Pea", "Q": "Queue"}


def drawn(shown: dict[str, Shown], language: str = "en") -> str:
    return str(
        district_map(Voice(language), text("Need, {date}", date="x"), PLACES, NAMES, BORDERS, shown).svg
    )


@pytest.mark.parametrize(
    ("value", "expected"), [(0.0, 1), (0.149, 1), (0.15, 2), (0.3, 3), (0.45, 4), (0.6, 5), (1.0, 5)]
)
def test_classes_have_fixed_edges_and_an_edge_belongs_above(value: float, expected: int) -> None:
    assert class_of(value) == expected


def test_an_interval_over_three_classes_is_hatched() -> None:
    assert spans(0.1, 0.14) == 1
    assert spans(0.1, 0.31) == 3
    assert spans(None, None) == 0
    wide = drawn({"A1": Shown("estimated", 0.2, 0.1, 0.31, "C")})
    narrow = drawn({"A1": Shown("estimated", 0.2, 0.16, 0.31, "C")})
    assert 'class="hatch"' in wide
    assert 'class="hatch"' not in narrow


def test_states_are_drawn_as_states_and_never_as_a_class() -> None:
    svg = drawn(
        {
            "A1": Shown("no_data", grade="E"),
            "A2": Shown("withheld"),
            "B1": Shown("too_wide", 0.4, 0.1, 0.9, "E"),
        }
    )
    assert not re.search(r'class="d q[1-5]"', svg)
    assert 'class="d no_data"' in svg
    assert 'class="d withheld"' in svg
    assert 'class="hatch-grey"' in svg
    assert 'class="d not_applicable"' in svg
    assert "Cora, Queue: too wide" in svg


def test_a_weak_figure_is_a_ring() -> None:
    def rings(svg: str) -> int:
        return svg.count('class="eye"')

    assert rings(drawn({"A1": Shown("estimated", 0.1, 0.05, 0.12, "D")})) == 1
    assert rings(drawn({"A1": Shown("estimated", 0.1, 0.05, 0.12, "C")})) == 0


def test_each_circle_says_its_figure_and_leads_to_its_row() -> None:
    svg = drawn({"A1": Shown("estimated", 0.5, 0.4, 0.6, "C", "need-a1")})
    assert "<title>Alba, Pea: 0.50 (0.40 to 0.60), grade C</title>" in svg
    assert '<a href="#need-a1" tabindex="-1">' in svg


def test_no_boundary_is_drawn_between_provinces() -> None:
    svg = drawn({})
    grounds = re.findall(r'<g id="ground\d"><path d="([^"]*)"', svg)
    assert len(grounds) == 2
    assert all(g.count("M") == 1 for g in grounds)  # one line inside each province, none across


def test_urdu_names_run_from_right_to_left() -> None:
    svg = drawn({}, "ur")
    assert 'lang="ur" direction="rtl"' in svg
    assert 'direction="rtl"' not in drawn({})


def test_names_are_escaped() -> None:
    places = [Place("A1", '<b>"&', "P", 30.0, 70.0, 1e6)]
    svg = str(district_map(Voice("en"), text("x"), places, {"P": "<i>"}, [], {}).svg)
    assert "<b>" not in svg
    assert "<i>" not in svg


def test_districts_without_a_point_or_counted_elsewhere_are_not_drawn() -> None:
    row = {
        "code": "A1",
        "level": "2",
        "parent": "P",
        "lat": 30.0,
        "lon": 70.0,
        "people": 1.0,
        "counted_in": None,
    }
    rows = [
        row,
        {**row, "code": "A2", "lat": None},
        {**row, "code": "A3", "counted_in": "A1"},
        {**row, "code": "P", "level": "1"},
    ]
    assert [p.code for p in places_of(rows, {"A1": "a", "A2": "b", "A3": "c", "P": "d"})] == ["A1"]
