"""Work known only for a province or the country (methods C4): low, central and high readings, never located.

Low: it counts nowhere. Central: it falls on the areas by eligible people, only where delivery throughout is
documented. High: all of it goes to one area, one area at a time. None of the three enters coverage or its gap.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jaiza.framework import Framework
from jaiza.gaps.coverage.cells import CoverageCells
from jaiza.gaps.coverage.dose import MID
from jaiza.gaps.coverage.supply import Supply
from jaiza.stats import access

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class UnlocatedRecord:
    """One initiative, or the part of it, that no area holds; ``within`` names the wider places, "" the country."""

    initiative: str
    row: int
    within: tuple[str, ...]
    share: float
    documented: bool
    dose_known: bool


@dataclass(frozen=True)
class UnlocatedWork:
    """Readings of unlocated work by area and approach; all arrays (areas, approaches).

    ``supply_*``: person-equivalents that fall on the area. ``coverage_*``: coverage of located work with a known dose,
    nothing where none is known, with that supply added; readings of what is recorded, not estimates; nan where people
    are not counted. ``without_dose``: unlocated records of unknown dose, with which the high reading is 1.
    """

    records: tuple[UnlocatedRecord, ...]
    supply_low: Floats
    supply_central: Floats
    supply_high: Floats
    coverage_low: Floats
    coverage_central: Floats
    coverage_high: Floats
    without_dose: NDArray[np.int64]


def unlocated(framework: Framework, found: Supply, cells: CoverageCells) -> UnlocatedWork:
    """The three readings. ``nationwide_documented`` lists initiatives whose delivery throughout is documented."""
    listed = {str(code) for code in framework.assumption("nationwide_documented").value}
    eligible, applies = np.nan_to_num(found.catchments.eligible), found.catchments.applies
    dose = np.nan_to_num(found.doses.person_equivalents(MID))
    shape = cells.value.shape
    central, high = np.zeros(shape), np.zeros(shape)
    unknown = np.zeros(shape, dtype=np.int64)
    records = []
    for i, item in enumerate(found.doses.work):
        extent = np.array(found.located.extent[i], dtype=np.int64)
        share = float(found.located.left[i])
        if not len(extent) or share <= 0:
            continue
        known, documented = bool(found.doses.known[i]), item.initiative in listed
        records.append(
            UnlocatedRecord(item.initiative, item.row, found.located.within[i], share, documented, known)
        )
        if not known:
            unknown[extent] += (found.doses.by_approach[i] > 0).astype(np.int64)
            continue
        high[extent] += share * dose[i]
        people = float(eligible[extent].sum())
        if documented and people > 0:
            central[extent] += (eligible[extent] / people)[:, None] * share * dose[i]
    located = np.nan_to_num(cells.access)
    own = np.diag(found.catchments.unit)[:, None]
    low_c, central_c, high_c = (
        _covered(added, located, cells, applies)
        for added in (np.zeros(shape), found.catchments.unit.T @ central, own * high)
    )
    high_c = np.where((unknown > 0) & applies[:, None], 1.0, high_c)
    return UnlocatedWork(tuple(records), np.zeros(shape), central, high, low_c, central_c, high_c, unknown)


def _covered(added: Floats, located: Floats, cells: CoverageCells, applies: NDArray[np.bool_]) -> Floats:
    if not cells.approaches:
        return np.asarray(added)
    target = np.array([a.target_share for a in cells.approaches])
    covered = access.coverage(located + np.where(applies[:, None], added, 0.0), target)
    return np.where(applies[:, None], covered, np.nan)
