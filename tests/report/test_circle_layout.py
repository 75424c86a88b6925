"""Circles of the map: none overlaps another, area follows people, and the same places give the same drawing."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaiza.report.circle_layout import SMALLEST, UNCOUNTED, ground, place_circles, trail

_place = st.tuples(
    st.floats(-60, 60),
    st.floats(-170, 170),
    st.one_of(st.just(math.nan), st.floats(0, 3e7)),
    st.sampled_from("abc"),
)


def _layout(rows: list[tuple[float, float, float, str]]):  # type: ignore[no-untyped-def]
    lat, lon, people, province = zip(*rows, strict=True)
    return place_circles(lat, lon, people, province)


@settings(max_examples=25, deadline=None)
@given(st.lists(_place, min_size=1, max_size=25))
def test_no_two_circles_overlap(rows: list[tuple[float, float, float, str]]) -> None:
    circles = _layout(rows)
    n = len(rows)
    assert np.isfinite(circles.x).all()
    assert np.isfinite(circles.y).all()
    for i in range(n):
        for j in range(i):
            apart = math.hypot(circles.x[i] - circles.x[j], circles.y[i] - circles.y[j])
            assert apart >= circles.radius[i] + circles.radius[j]
    assert (circles.x - circles.radius >= -1e-9).all()
    assert (circles.x + circles.radius <= circles.width + 1e-9).all()


def test_places_on_one_point_are_taken_apart() -> None:
    circles = place_circles((30.0,) * 6, (70.0,) * 6, (1e6,) * 6, ("a",) * 6)
    for i in range(6):
        for j in range(i):
            assert (
                math.hypot(circles.x[i] - circles.x[j], circles.y[i] - circles.y[j]) > 2 * circles.radius[i]
            )


def test_area_is_people_and_the_smallest_are_still_seen() -> None:
    circles = place_circles(
        (30.0, 31.0, 32.0, 33.0), (70.0, 72.0, 70.0, 74.0), (4e6, 1e6, 1e3, math.nan), ("a",) * 4
    )
    assert circles.radius[0] / circles.radius[1] == pytest.approx(2)
    assert circles.radius[1] == pytest.approx(circles.radius_of_million)
    assert circles.radius[2] == SMALLEST
    assert circles.radius[3] == UNCOUNTED


def test_north_is_up_and_east_is_to_the_right() -> None:
    circles = place_circles((35.0, 25.0, 30.0), (70.0, 70.0, 80.0), (1e6,) * 3, ("a",) * 3)
    assert circles.y[0] < circles.y[2] < circles.y[1]
    assert circles.x[2] > circles.x[0]


def test_without_a_census_anywhere_no_size_is_claimed() -> None:
    circles = place_circles((30.0, 31.0), (70.0, 71.0), (math.nan, math.nan), ("a", "a"))
    assert set(circles.radius) == {UNCOUNTED}
    assert math.isnan(circles.radius_of_million)


def test_the_same_places_give_the_same_circles() -> None:
    rows = ((30.0, 30.1, 31.0), (70.0, 70.1, 70.2), (2e6, 1e6, 3e6), ("a", "a", "b"))
    first = place_circles(*rows)
    place_circles.cache_clear()
    again = place_circles(*rows)
    assert np.array_equal(first.x, again.x)
    assert np.array_equal(first.y, again.y)


def test_ground_joins_neighbours_by_triangles_and_the_rest_by_lines() -> None:
    circles = place_circles((30.0, 30.0, 31.0, 33.0), (70.0, 71.0, 70.5, 70.5), (1e5,) * 4, ("a",) * 4)
    pairs = {frozenset(p) for p in ((0, 1), (1, 2), (0, 2), (2, 3))}
    triangles, lines = ground(circles, [0, 1, 2, 3], pairs, 1e9)
    assert triangles == [(0, 1, 2)]
    assert lines == [(2, 3)]
    assert ground(circles, [0, 1, 2, 3], pairs, 1.0) == ([], [])
    points = trail(circles, triangles, lines)
    assert points[:, 0].min() >= circles.x.min() - 1e-9
    assert points[:, 1].max() <= circles.y.max() + 1e-9
    assert trail(circles, [], []).shape == (0, 2)
