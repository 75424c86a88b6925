"""Points to areas: the grid against geopandas.sjoin, in one run, after checking that both say the same.

    python benchmarks/points_to_areas.py [points]

Areas are the simplified districts of Pakistan where they lie beside the checkout, else a generated lattice with
shared edges. The grid's time holds its building; the time of sjoin holds neither the making of its frames nor of
its points. The goal is against sjoin's own default, "intersects", which answers the same question; "within" is
faster, leaves out points on borders, and is shown beside it. Exit code 1 when an answer differs from shapely's or
when the ratio is below 10. Needs geopandas (the dependency group "bench").
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from jaiza.places.grid import AreaGrid

DISTRICTS = (
    Path(__file__).resolve().parents[1].parent / "shared" / "data" / "tables" / "districts_simplified.geojson"
)
SEED = 20240229
GOAL = 10.0
RUNS = 5


def areas_to_use() -> tuple[str, dict[str, BaseGeometry]]:
    """A name for the areas and their polygons by code."""
    if DISTRICTS.is_file():
        features = json.loads(DISTRICTS.read_text(encoding="utf-8"))["features"]
        return "districts of Pakistan, simplified", {
            f["properties"]["pcode"]: shapely.geometry.shape(f["geometry"]) for f in features
        }
    knots = np.stack(np.meshgrid(np.arange(13.0), np.arange(13.0)), axis=-1)
    knots += np.random.default_rng(SEED).uniform(-0.24, 0.24, knots.shape)
    return "generated lattice", {
        f"{i:02}-{j:02}": shapely.Polygon(knots[[i, i, i + 1, i + 1], [j, j + 1, j + 1, j]])
        for i in range(12)
        for j in range(12)
    }


def by_shapely(areas: dict[str, BaseGeometry], lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """The first area in code order that covers each point, -1 for none, by shapely's tree alone."""
    tree = shapely.STRtree([areas[code] for code in sorted(areas)])
    point, area = tree.query(shapely.points(lon, lat), predicate="intersects")
    found = np.full(lon.size, len(areas))
    np.minimum.at(found, point, area)
    found[found == len(areas)] = -1
    return found


def seconds(work: Callable[[], Any]) -> float:
    """Median time of RUNS runs."""
    times = []
    for _ in range(RUNS):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def main(arguments: Sequence[str]) -> int:
    count = int(arguments[0]) if arguments else 1_000_000
    name, areas = areas_to_use()
    low, high = np.split(shapely.total_bounds(list(areas.values())), 2)
    at = np.random.default_rng(SEED).uniform(low, high, (count, 2))
    lon, lat = at[:, 0].copy(), at[:, 1].copy()
    corners = sum(shapely.get_num_coordinates(list(areas.values())))
    print(f"{len(areas)} areas ({name}), {corners} corners; {count} points")

    grid = AreaGrid(areas)
    differing = int((grid.locate(lon, lat) != by_shapely(areas, lon, lat)).sum())
    print(f"answers that differ from shapely's: {differing}; cells on borders: {grid.border_share:.1%}")
    build = seconds(lambda: AreaGrid(areas))
    locate = seconds(lambda: grid.locate(lon, lat))
    print(f"grid: {build:.3f} s to build, {locate:.3f} s to look up")
    try:
        import geopandas
    except ImportError:
        print("geopandas is not installed: no ratio")
        return int(differing > 0)
    points = geopandas.GeoDataFrame(geometry=shapely.points(lon, lat))
    frame = geopandas.GeoDataFrame({"code": sorted(areas)}, geometry=[areas[c] for c in sorted(areas)])
    joins = {
        p: seconds(partial(geopandas.sjoin, points, frame, predicate=p)) for p in ("within", "intersects")
    }
    for predicate, took in joins.items():
        print(
            f"geopandas {geopandas.__version__} sjoin, {predicate}: {took:.3f} s, "
            f"{took / (build + locate):.1f} times the grid with its building, {took / locate:.1f} without"
        )
    ratio = joins["intersects"] / (build + locate)
    print(f"ratio: {ratio:.1f} (goal {GOAL:g})")
    return int(differing > 0 or ratio < GOAL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
