"""Points to areas: the answer of the grid is that of shapely for every point."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon, box
from shapely.geometry.base import BaseGeometry

from jaiza.places.grid import AreaGrid

DISTRICTS = (
    Path(__file__).resolve().parents[2].parent / "shared" / "data" / "tables" / "districts_simplified.geojson"
)
Points = tuple[NDArray[np.float64], NDArray[np.float64]]


def plainly(areas: dict[str, BaseGeometry], points: Points) -> NDArray[np.int64]:
    """Second witness: every area against every point, the first in code order that covers it."""
    found = np.full(points[0].size, -1)
    at = shapely.points(*points)
    for position, code in reversed(list(enumerate(sorted(areas)))):
        found[shapely.covers(areas[code], at)] = position
    return found


def hard_points(areas: dict[str, BaseGeometry], chance: np.random.Generator, count: int) -> Points:
    """Points all over the box and beyond, on every vertex, in the middle of every edge, and a hair beside."""
    corners = shapely.get_coordinates(list(areas.values()))
    middles = (corners[1:] + corners[:-1]) / 2
    low, high = corners.min(axis=0), corners.max(axis=0)
    spread = chance.uniform(low - 0.2 * (high - low), high + 0.2 * (high - low), (count, 2))
    beside = np.nextafter(corners, chance.choice([-np.inf, np.inf], corners.shape))
    at = np.concatenate([spread, corners, middles, beside])
    return at[:, 0].copy(), at[:, 1].copy()


def assert_exact(areas: dict[str, BaseGeometry], points: Points, cells: int) -> None:
    np.testing.assert_array_equal(AreaGrid(areas, cells=cells).locate(*points), plainly(areas, points))


def star(chance: np.random.Generator, at: NDArray[np.float64], size: float, corners: int) -> Polygon:
    turn = np.sort(chance.uniform(0, 2 * np.pi, corners))
    reach = size * chance.uniform(0.2, 1.0, corners)
    return Polygon(np.stack([at[0] + reach * np.cos(turn), at[1] + reach * np.sin(turn)], axis=1))


def jittered_lattice(chance: np.random.Generator, across: int) -> dict[str, BaseGeometry]:
    """Quadrilaterals that share their edges, as districts do."""
    knots = np.stack(np.meshgrid(np.arange(across + 1.0), np.arange(across + 1.0)), axis=-1)
    knots += chance.uniform(-0.24, 0.24, knots.shape)
    return {
        f"{i:02}-{j:02}": Polygon(knots[[i, i, i + 1, i + 1], [j, j + 1, j + 1, j]])
        for i in range(across)
        for j in range(across)
    }


def test_one_square_by_hand() -> None:
    grid = AreaGrid({"A": box(0, 0, 1, 1)}, cells=16)
    inside = [(0.5, 0.5), (0, 0), (1, 1), (0, 0.3), (0.7, 1)]
    outside = [(-1e-12, 0.5), (1 + 1e-12, 1), (5, 5), (-1e300, 0.5), (0.5, 1e300)]
    lon, lat = zip(*inside, *outside, strict=True)
    assert grid.code_at(lon, lat) == ["A"] * 5 + [None] * 5
    assert grid.locate([], []).tolist() == []


def test_a_shared_edge_and_an_overlap_go_to_the_first_code() -> None:
    areas = {"B": box(0, 0, 1, 1), "A": box(1, 0, 2, 1), "C": box(0.5, -1, 1.5, 0.5)}
    grid = AreaGrid(areas)
    assert grid.codes == ("A", "B", "C")
    assert grid.code_at([1.0, 1.0, 0.75, 1.25, 1.0, 0.5], [0.5, 1.0, 0.25, 0.25, -0.5, -1.0]) == [
        "A", "A", "B", "A", "C", "C",
    ]  # fmt: skip


def test_holes_islands_and_enclaves() -> None:
    ring = Polygon([(0, 0), (10, 0), (10, 10), (0, 10)], [[(2, 2), (8, 2), (8, 8), (2, 8)]])
    areas: dict[str, BaseGeometry] = {
        "ring": MultiPolygon([ring, box(4, 4, 5, 5)]),
        "enclave": box(6, 6, 7, 7),
    }
    grid = AreaGrid(areas, cells=10_000)
    lon, lat = [1, 3, 2, 4.5, 6.5, 5.5, 8], [1, 3, 5, 4.5, 6.5, 5.5, 8]
    assert grid.code_at(lon, lat) == ["ring", None, "ring", "ring", "enclave", None, "ring"]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 7, 300, 20_000]))
def test_exact_on_areas_that_share_edges(seed: int, cells: int) -> None:
    chance = np.random.default_rng(seed)
    areas = jittered_lattice(chance, int(chance.integers(1, 7)))
    assert_exact(areas, hard_points(areas, chance, 400), cells)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 50, 5_000, 100_000]))
def test_exact_on_overlapping_areas_with_holes_and_parts(seed: int, cells: int) -> None:
    chance = np.random.default_rng(seed)
    areas: dict[str, BaseGeometry] = {}
    for number in range(int(chance.integers(1, 9))):
        shape = star(chance, chance.uniform(-1, 1, 2), chance.uniform(0.01, 2), int(chance.integers(3, 40)))
        shape = shape.buffer(0).difference(star(chance, chance.uniform(-1, 1, 2), 0.4, 12).buffer(0))
        polygons = [p for p in shapely.get_parts(shape).tolist() if p.geom_type == "Polygon" and p.area > 0]
        if polygons:
            areas[f"A{number}"] = MultiPolygon(polygons)
    if areas:
        assert_exact(areas, hard_points(areas, chance, 400), cells)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(1e-7, 1e3), st.sampled_from([0.0, 74.3, -1e5]))
def test_exact_at_any_scale_and_place(seed: int, scale: float, shift: float) -> None:
    chance = np.random.default_rng(seed)
    lattice = jittered_lattice(chance, 4)
    moved = {
        code: shapely.transform(area, lambda at: at * [scale, scale * 3] + shift)
        for code, area in lattice.items()
    }
    areas = {code: area for code, area in moved.items() if area.is_valid}
    if areas:
        assert_exact(areas, hard_points(areas, chance, 200), 2_000)


def test_exact_on_the_lines_between_cells() -> None:
    chance = np.random.default_rng(5)
    areas = jittered_lattice(chance, 5)
    grid = AreaGrid(areas, cells=900)
    lines = np.array([np.arange(-2, 40) / grid._per_unit + start for start in grid._origin])
    lon, lat = (axis.ravel() for axis in np.meshgrid(*lines))
    points = (
        np.concatenate([lon, np.nextafter(lon, -9), lon]),
        np.concatenate([lat, lat, np.nextafter(lat, 9)]),
    )
    np.testing.assert_array_equal(grid.locate(*points), plainly(areas, points))


def test_very_long_and_very_thin_areas_stay_small_in_memory() -> None:
    areas: dict[str, BaseGeometry] = {"thin": box(0, 0, 1e6, 1e-6), "tall": box(-1e-9, 1, 0, 1e3)}
    grid = AreaGrid(areas, cells=10_000)
    assert grid._cells.size < 100_000
    assert_exact(areas, hard_points(areas, np.random.default_rng(1), 500), 10_000)


def test_borders_are_few_and_most_points_are_never_tested() -> None:
    grid = AreaGrid(jittered_lattice(np.random.default_rng(2), 10))
    assert 0 < grid.border_share < 0.05


@pytest.mark.parametrize(
    ("areas", "said"),
    [
        ({}, "at least one area"),
        ({"A": Polygon()}, "A: expected a polygon"),
        ({"A": shapely.Point(0, 0)}, "A: expected a polygon"),
        ({"A": None}, "A: expected a polygon"),
        ({"A": Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])}, "A: Self-intersection"),
    ],
)
def test_refuses_what_is_no_area(areas: dict[str, BaseGeometry], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        AreaGrid(areas)


@pytest.mark.parametrize(
    ("lon", "lat", "said"),
    [
        ([1.0, 2.0], [1.0], "one length"),
        ([[1.0]], [[1.0]], "one length"),
        ([np.nan], [1.0], "finite"),
        ([1.0], [np.inf], "finite"),
    ],
)
def test_refuses_points_without_a_place(lon: list[float], lat: list[float], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        AreaGrid({"A": box(0, 0, 1, 1)}).locate(lon, lat)
    with pytest.raises(ValueError, match="one cell"):
        AreaGrid({"A": box(0, 0, 1, 1)}, cells=0)


@pytest.mark.shared
@pytest.mark.parametrize("cells", [2_000, 1_000_000])
def test_exact_on_the_districts_of_pakistan(cells: int) -> None:
    if not DISTRICTS.is_file():
        pytest.skip("districts_simplified.geojson (shared/data/tables) is not beside this checkout")
    features = json.loads(DISTRICTS.read_text(encoding="utf-8"))["features"]
    areas = {f["properties"]["pcode"]: shapely.geometry.shape(f["geometry"]) for f in features}
    assert len(areas) == 160
    lon, lat = hard_points(areas, np.random.default_rng(7), 50_000)
    tree = shapely.STRtree([areas[code] for code in sorted(areas)])
    point, area = tree.query(shapely.points(lon, lat), predicate="intersects")
    wanted = np.full(lon.size, len(areas))
    np.minimum.at(wanted, point, area)
    wanted[wanted == len(areas)] = -1
    assert lon.size > 100_000
    np.testing.assert_array_equal(AreaGrid(areas, cells=cells).locate(lon, lat), wanted)
