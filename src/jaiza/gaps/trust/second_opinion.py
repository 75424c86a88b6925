"""A second estimate of trust by area, from answers and census cells (MRP), beside the first; differences are shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from jaiza.gaps.trust.answers import newest_answers
from jaiza.places.scope import Scope
from jaiza.records.people import people
from jaiza.records.tables_of_study import Tables
from jaiza.scores import Scores
from jaiza.stats import small_area, survey

Floats = NDArray[np.float64]
SEXES = ("female", "male")


@dataclass(frozen=True)
class MrpTrust:
    """Trust in the state side by area from both models; arrays (areas,), nan where an area has not both.

    ``differs``: the two lie more than one standard error of the first apart, which is shown and not resolved. ``cells``
    names the sex and age bands used; ``left_out`` counts answers of people who fit none of them.
    """

    areas: tuple[str, ...]
    first: Floats
    first_se: Floats
    mrp: Floats
    mrp_se: Floats
    differs: NDArray[np.bool_]
    cells: tuple[tuple[str, str], ...]
    left_out: int
    flags: tuple[str, ...]


def mrp_trust(
    tables: Tables, scope: Scope, as_of: dt.date, gap: Scores, *, draws: int, rng: Generator
) -> MrpTrust | None:
    """The second estimate beside ``gap`` (the trust gap of the same round), or None without answers or census cells.

    Census cells are the sex by age band counts of areas, for the bands in which answers are given.
    """
    rows = tables.rows("survey_responses")
    found = newest_answers(rows, scope, as_of)
    if found is None:
        return None
    here = np.flatnonzero((found.side == "state") & (found.area >= 0))
    kind = [_cell(rows[p]) for p in found.rows[here].tolist()]
    bands = sorted({band for _, band in kind if band})
    counts = {(s, b): people(tables, scope.areas, as_of, sex=s, age_band=b).counts for s in SEXES for b in bands}  # fmt: skip
    cells = tuple(c for c, n in counts.items() if np.isfinite(n).any())
    if not cells:
        return None
    complete = np.flatnonzero(
        np.isfinite([counts[c] for c in cells]).all(axis=0) & (np.sum([counts[c] for c in cells], axis=0) > 0)
    )
    at = {int(a): i for i, a in enumerate(complete)}
    used = np.array([k in cells and int(a) in at for k, a in zip(kind, found.area[here], strict=True)])
    if not used.any() or np.isnan(found.y[here][used]).all():
        return None
    pick = here[used]
    place = np.array([at[int(a)] for a in found.area[pick]])
    means = survey.area_means(
        found.y[pick], found.weights[pick], found.area[pick], found.psu[pick], found.stratum[pick]
    )
    census = [(at[int(a)], c, counts[cell][a]) for c, cell in enumerate(cells) for a in complete]
    fit = small_area.mrp(
        found.y[pick], found.weights[pick], np.array([cells.index(k) for k, u in zip(kind, used, strict=True) if u]), place,
        np.array(census), np.ones((complete.size, 1)), rng, draws, design_effect=survey.clustering_effect(means),
    )  # fmt: skip
    first, first_se = gap.details["trust_state"], gap.details["se_state"]
    both = np.isfinite(first[complete])
    second, second_se = (np.full(len(scope.areas), np.nan) for _ in range(2))
    second[complete[both]], second_se[complete[both]] = fit.estimate[both], fit.se[both]
    return MrpTrust(
        scope.areas, np.where(np.isfinite(second), first, np.nan), np.where(np.isfinite(second), first_se, np.nan), second, second_se,
        np.asarray(np.abs(second - first) > first_se), cells, int((~used).sum()), fit.flags,
    )  # fmt: skip


def _cell(row: Mapping[str, Any]) -> tuple[str, str]:
    return row["sex"] or "", row["age_band"] or ""
