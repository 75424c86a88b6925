"""Points to areas: which area holds each of many points, exactly.

The bounding box of all areas is cut into equal cells. A cell that no border touches lies wholly inside or outside
each area, so that one lookup answers for all its points. Only points in the cells along borders are tested against
the polygons themselves. The answer is that of shapely for every point; the grid makes it fast, never approximate.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage
from shapely.geometry.base import BaseGeometry

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int32]

OUTSIDE, BORDER = -1, -2
# Borders are widened by this part of a cell when they are drawn: a million times the rounding error of a cell
# number, so that no point is ever looked up in a cell that its border was left out of.
_WIDENED = 1e-6
_AT_ONCE = 1 << 16


class AreaGrid:
    """Areas by code, ready to be asked for points.

    ``codes`` are in order; a point on an edge that areas share, or in an overlap, belongs to the first of them.
    Coordinates are plane: an area that crosses the 180th meridian must come cut into two parts. ``cells`` is the
    number of cells; more make borders cheaper and the grid larger (4 bytes each).

    Raises ValueError without areas, for a geometry that is not a valid, non-empty polygon or multipolygon, or for
    fewer than one cell.
    """

    def __init__(self, areas: Mapping[str, BaseGeometry], *, cells: int = 300_000) -> None:
        if not areas or cells < 1:
            raise ValueError(
                f"expected at least one area and one cell; got {len(areas)} areas and {cells} cells"
            )
        self.codes = tuple(sorted(areas))
        self._polygons = np.array([areas[code] for code in self.codes], dtype=object)
        _check(self.codes, self._polygons)
        shapely.prepare(self._polygons)
        self._bounds: FloatArray = shapely.bounds(self._polygons)
        low, high = self._bounds[:, :2].min(axis=0), self._bounds[:, 2:].max(axis=0)
        size = high - low
        # Square cells, but no more of them in one direction than there may be in all.
        side = max(float(np.sqrt(size[0] * size[1] / cells)), float(size.max()) / cells)
        self._per_unit = 1.0 / side
        # An empty cell or more all around: points beyond the box are looked up there and are outside.
        self._origin = low - 1.5 * side
        self._shape = (int(size[1] / side) + 4, int(size[0] / side) + 4)
        self._cells = self._labelled_cells()

    def locate(self, lon: ArrayLike, lat: ArrayLike) -> IntArray:
        """Position in ``codes`` of the area that holds each point, -1 where none does; shape (points,).

        An area holds the points inside it and on its border (shapely's ``covers``). Raises ValueError for two
        arrays of different or more than one dimension, and for coordinates that are not finite: a missing place
        is no place outside.
        """
        x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
        if x.ndim != 1 or x.shape != y.shape:
            raise ValueError(f"expected lon and lat of one length each; got shapes {x.shape} and {y.shape}")
        if not (np.isfinite(x).all() and np.isfinite(y).all()):
            raise ValueError("expected finite coordinates; leave out points whose place is not known")
        found = np.empty(x.size, dtype=np.int32)
        for start in range(0, x.size, _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            found[part] = self._cells[self._cell_numbers(x[part], y[part])]
        near = np.flatnonzero(found == BORDER)
        found[near] = self._tested(x[near], y[near])
        return found

    def code_at(self, lon: ArrayLike, lat: ArrayLike) -> list[str | None]:
        """Code of the area that holds each point, None where none does; errors as for ``locate``."""
        names = (*self.codes, None)
        return [names[position] for position in self.locate(lon, lat).tolist()]

    @property
    def border_share(self) -> float:
        """Share of the cells that touch a border, whose points are tested one by one."""
        return float((self._cells == BORDER).mean())

    def _cell_numbers(self, x: FloatArray, y: FloatArray) -> NDArray[np.intp]:
        rows, columns = self._shape
        column = np.clip((x - self._origin[0]) * self._per_unit, 0, columns - 1).astype(np.intp)
        row = np.clip((y - self._origin[1]) * self._per_unit, 0, rows - 1).astype(np.intp)
        numbers: NDArray[np.intp] = row * columns + column
        return numbers

    def _tested(self, x: FloatArray, y: FloatArray) -> IntArray:
        """The first area that covers each point, by the polygons themselves."""
        # All work is done in the order of x, so that each area asks one slice of the points.
        order = np.argsort(x)
        x, y = x[order], y[order]
        found = np.full(x.size, OUTSIDE, dtype=np.int32)
        firsts = np.searchsorted(x, self._bounds[:, 0], "left")
        lasts = np.searchsorted(x, self._bounds[:, 2], "right")
        for area, (first, last) in enumerate(zip(firsts.tolist(), lasts.tolist(), strict=True)):
            part = slice(first, last)
            south, north = self._bounds[area, 1], self._bounds[area, 3]
            asked = first + np.flatnonzero((y[part] >= south) & (y[part] <= north) & (found[part] == OUTSIDE))
            if asked.size:
                covered = shapely.intersects_xy(self._polygons[area], x[asked], y[asked])
                found[asked[covered]] = area
        answers = np.empty_like(found)
        answers[order] = found
        return answers

    def _labelled_cells(self) -> IntArray:
        """BORDER, OUTSIDE or the position of the area, for every cell, row by row.

        Cells side by side that no border touches have the same answer, so one cell of each patch is tested.
        """
        rows, columns = self._shape
        border = self._touched_by_borders()
        patches, count = ndimage.label(~border)
        patch_of = patches.ravel()
        sample = np.zeros(count + 1, dtype=np.intp)
        sample[patch_of[::-1]] = np.arange(rows * columns)[::-1]
        centre = np.stack(np.divmod(sample[1:], columns)[::-1], axis=1) + 0.5
        centre = centre / self._per_unit + self._origin
        answers = np.concatenate([[BORDER], self._tested(centre[:, 0], centre[:, 1])])
        labelled: IntArray = answers.astype(np.int32)[patch_of]
        return labelled

    def _touched_by_borders(self) -> NDArray[np.bool_]:
        """True for every cell that a border comes within _WIDENED of, shape (rows, columns)."""
        rings = shapely.get_rings(shapely.get_parts(self._polygons))
        points, ring = shapely.get_coordinates(rings, return_index=True)
        grid = (points - self._origin) * self._per_unit
        joined = ring[1:] == ring[:-1]
        start, end = grid[:-1][joined], grid[1:][joined]
        low = np.floor(np.minimum(start[:, 1], end[:, 1]) - _WIDENED).astype(np.intp)
        high = np.floor(np.maximum(start[:, 1], end[:, 1]) + _WIDENED).astype(np.intp)
        # One line for each segment and each row of cells that it passes.
        segment = np.repeat(np.arange(low.size), high - low + 1)
        first = np.cumsum(high - low + 1) - (high - low + 1)
        row = low[segment] + np.arange(segment.size) - first[segment]
        west, east = _extent_in_row(start[segment], end[segment], row)
        rows, columns = self._shape
        # Every line adds 1 from its first cell on and takes it away after its last.
        width = columns + 1
        begun = np.bincount(row * width + west, minlength=rows * width)
        ended = np.bincount(row * width + east + 1, minlength=rows * width)
        passed = np.cumsum((begun - ended).astype(np.int32).reshape(rows, width), axis=1, dtype=np.int32)
        touched: NDArray[np.bool_] = passed[:, :columns] > 0
        return touched


def _extent_in_row(
    start: FloatArray, end: FloatArray, row: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """First and last column of cells that each segment passes within its row, in units of cells."""
    along = end - start
    level = along[:, 1] == 0
    rise = np.where(level, 1.0, along[:, 1])
    with np.errstate(over="ignore"):
        enters = np.clip((row - _WIDENED - start[:, 1]) / rise, 0, 1)
        leaves = np.clip((row + 1 + _WIDENED - start[:, 1]) / rise, 0, 1)
    enters, leaves = np.where(level, 0.0, enters), np.where(level, 1.0, leaves)
    one, other = start[:, 0] + enters * along[:, 0], start[:, 0] + leaves * along[:, 0]
    west = np.floor(np.minimum(one, other) - _WIDENED).astype(np.intp)
    east = np.floor(np.maximum(one, other) + _WIDENED).astype(np.intp)
    return west, east


def _check(codes: tuple[str, ...], polygons: NDArray[np.object_]) -> None:
    for code, polygon in zip(codes, polygons.tolist(), strict=True):
        if getattr(polygon, "geom_type", None) not in ("Polygon", "MultiPolygon") or polygon.is_empty:
            raise ValueError(
                f"{code}: expected a polygon or multipolygon with an extent; got {polygon!r:.80}"
            )
        if not shapely.is_valid(polygon):
            raise ValueError(f"{code}: {shapely.is_valid_reason(polygon)}; clean the boundaries first")
