"""Where need is high and help is little (methods E1), and where work ended and none is recorded in its place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jaiza.framework import Framework
from jaiza.gaps.coverage.cells import CoverageCells
from jaiza.gaps.coverage.presence import PresenceMap
from jaiza.records.tables_of_study import Tables
from jaiza.stats import ranks

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class BlindSpot:
    """An area of high need whose coverage by an approach is low even at its upper limit.

    ``with_unlocated`` is coverage if all work known only for a wider place were done here (methods C4, high).
    """

    area: str
    approach: str
    need: float
    value: float
    upper: float
    with_unlocated: float


@dataclass(frozen=True)
class BlindSpots:
    """Blind spots, and how many cells of the areas of highest need could be judged at all.

    ``judged`` cells have a value; of the other ``not_judged`` nothing can be said, which is no finding of absence.
    """

    found: tuple[BlindSpot, ...]
    judged: int
    not_judged: int


@dataclass(frozen=True)
class Ended:
    """Work that ended in one area (or parent) and approach, with nothing active or undated on record since.

    ``complete``: whether the registry is known to be complete there, so that this is a finding and not a limit of the
    catalogue. ``wider`` counts records known only for a wider place; ``last`` is the last day recorded.
    """

    place: str
    approach: str
    initiatives: tuple[str, ...]
    last: str
    wider: int
    complete: bool


def high_need(need: Floats, share: float) -> NDArray[np.bool_]:
    """Areas in the top ``share`` of need (areas,), nan being unknown and in no top.

    Ties take the mean rank, and an area is in the top if that is at most the count of the share, at least one.
    """
    known = np.isfinite(need)
    if not known.any():
        return known
    most = max(1, int(known.sum() * share + 1e-9))
    return np.asarray(known & (np.nan_to_num(ranks.descending(need), nan=np.inf) <= most))


def blind_spots(
    framework: Framework, cells: CoverageCells, high_if_here: Floats, need: Floats | None
) -> BlindSpots | None:
    """Blind spots among the cells with a value; None when need was not given. ``need`` is (areas,).

    Raises ValueError when need has another number of areas.
    """
    if need is None:
        return None
    if need.shape != (len(cells.areas),):
        raise ValueError(
            f"need_value: expected one value an area ({len(cells.areas)}), got shape {need.shape}"
        )
    limit = framework.number("blind_spot_coverage")
    top = high_need(need, framework.number("blind_spot_need_share"))
    counted = np.array([[s != "not_applicable" for s in row] for row in cells.state], dtype=bool)
    asked = top[:, None] & counted.reshape(cells.value.shape)
    judged = asked & cells.known
    with np.errstate(invalid="ignore"):
        low = judged & (cells.upper < limit)
    spots = tuple(
        BlindSpot(
            cells.areas[a], cells.approaches[k].code, float(need[a]), float(cells.value[a, k]), float(cells.upper[a, k]),
            float(high_if_here[a, k]),
        )
        for a, k in np.argwhere(low)
    )  # fmt: skip
    return BlindSpots(spots, int(judged.sum()), int((asked & ~judged).sum()))


def ended(tables: Tables, presence: PresenceMap, complete: frozenset[str]) -> tuple[Ended, ...]:
    """Every cell in which all recorded work has ended, area by area and parent by parent."""
    rows = tables.rows("initiatives")
    out = []
    for (place, approach), cell in presence.cells.items():
        if cell.presence != "known_ended":
            continue
        work = sorted((rows[r] for r in cell.rows), key=lambda row: str(row["id"]))
        last = max(str(row["end"] if row["end"] is not None else row["source_date"]) for row in work)
        out.append(
            Ended(
                place,
                approach,
                tuple(row["id"] for row in work),
                last,
                cell.counts["coarse"],
                place in complete,
            )
        )
    return tuple(sorted(out, key=lambda e: (e.place, e.approach)))
