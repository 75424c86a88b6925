"""Coverage as an audience may see it: computed from all records, then withheld where few stand behind a figure.

Computing it from records that were first placed by province would read a hidden record as an absence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from jaiza.disclosure import SMALLEST_ORGANISATION_COUNT, Disclosed, few_contributors
from jaiza.gaps.coverage import CoverageScores
from jaiza.gaps.coverage.cells import CoverageCells
from jaiza.gaps.coverage.presence import Cell, PresenceMap
from jaiza.language import text
from jaiza.places.scope import Scope
from jaiza.records.tables_of_study import Tables
from jaiza.scores import Scores, State

# Tables whose rows belong to an initiative, and the column that names it.
WORK = {"initiatives": "id", "initiative_areas": "initiative", "initiative_approaches": "initiative", "initiative_groups": "initiative",
        "delivery": "initiative", "participation": "initiative", "funding": "initiative"}  # fmt: skip
WITHHELD = text("withheld: fewer than three organisations, or mostly one, stand behind it")


def shown_coverage(
    full: CoverageScores, public: PresenceMap, shown: Disclosed, tables: Tables, scope: Scope
) -> CoverageScores:
    """``full`` coverage with what the audience may not see withheld; the restricted audience sees all of it."""
    if shown.audience == "restricted":
        return full
    hidden = {i for i, c in shown.classes.items() if c in ("high", "severe")}
    cells = _shown_cells(full.cells)
    column = {a.code: k for k, a in enumerate(cells.approaches)}
    row = {a: i for i, a in enumerate(cells.areas)}

    def held(area: str, approach: str) -> bool:
        return cells.state[row[area]][column[approach]] == "withheld"

    leads = {r["id"]: r["lead"] or r["id"] for r in tables.rows("initiatives")}
    overlaps = tuple(
        o for o in full.overlaps
        if not held(o.area, o.approach) and len({leads[i] for i in o.initiatives}) >= SMALLEST_ORGANISATION_COUNT
    )  # fmt: skip
    spots = full.blind_spots
    if spots is not None:
        spots = replace(spots, found=tuple(s for s in spots.found if not held(s.area, s.approach)))
    ended = tuple(e for e in full.ended if scope.kind[e.place] != "area" or not hidden & set(e.initiatives))
    return replace(
        full,
        gap=_shown_gap(full.gap, tables),
        cells=cells,
        presence=_shown_presence(full.presence, public),
        overlaps=overlaps,
        blind_spots=spots,
        ended=ended,
        flagged={},
    )


def _shown_gap(gap: Scores, tables: Tables) -> Scores:
    rows = tables.rows("initiatives")
    amounts: list[dict[str, float]] = [{} for _ in gap.areas]
    for lineage in gap.lineage:
        if (lineage.table, lineage.role) != ("initiatives", "dose"):
            continue
        for area, row, used in zip(
            lineage.areas.tolist(), lineage.rows.tolist(), lineage.used.tolist(), strict=True
        ):
            lead = rows[row]["lead"] or rows[row]["id"]
            amounts[area][lead] = amounts[area].get(lead, 0.0) + used
    return _withheld(gap, amounts, ("population", "neighbours"))


def shown_gap(gap: Scores, shown: Disclosed, tables: Tables) -> Scores:
    """A gap that stands on rows of initiatives, withheld where fewer than three organisations lead them in an area."""
    if shown.audience == "restricted":
        return gap
    leads = {r["id"]: r["lead"] or r["id"] for r in tables.rows("initiatives")}
    amounts: list[dict[str, float]] = [{} for _ in gap.areas]
    for lineage in gap.lineage:
        if lineage.table not in WORK:
            continue
        rows = tables.rows(lineage.table)
        for area, row in zip(lineage.areas.tolist(), lineage.rows.tolist(), strict=True):
            lead = leads.get(rows[row][WORK[lineage.table]])
            if lead is not None:
                amounts[area][lead] = 1.0
    return _withheld(gap, amounts, None)


def _withheld(gap: Scores, amounts: list[dict[str, float]], kept: tuple[str, ...] | None) -> Scores:
    """The gap without figures of few contributors. ``kept`` names the tables whose rows may be listed; None for all."""
    hide = np.array(
        [
            s in ("estimated", "too_wide") and few_contributors(a)
            for s, a in zip(gap.state, amounts, strict=True)
        ]
    )
    state: tuple[State, ...] = tuple("withheld" if h else s for h, s in zip(hide, gap.state, strict=True))
    why = gap.why or (None,) * len(gap.areas)
    return replace(
        gap,
        value=np.where(hide, np.nan, gap.value),
        lower=np.where(hide, np.nan, gap.lower),
        upper=np.where(hide, np.nan, gap.upper),
        state=state,
        why=tuple(WITHHELD if h else w for h, w in zip(hide, why, strict=True)),
        lineage=gap.lineage if kept is None else tuple(part for part in gap.lineage if part.table in kept),
        details={} if kept is not None else _without(gap.details, hide),
    )


def _without(
    details: Mapping[str, np.ndarray[Any, Any]], hide: np.ndarray[Any, Any]
) -> dict[str, np.ndarray[Any, Any]]:
    """Details by area without those of hidden areas; other details are left out."""
    return {
        name: np.where(hide, np.nan, v)
        for name, v in details.items()
        if np.ndim(v) == 1 and len(v) == len(hide)
    }


def _shown_cells(cells: CoverageCells) -> CoverageCells:
    """Cells without those in which one or two initiatives stand behind a value; counts and doses by district are left out."""
    few = np.isfinite(cells.value) & (cells.records > 0) & (cells.records < 3)
    state: tuple[tuple[State, ...], ...] = tuple(
        tuple("withheld" if few[a, k] else cells.state[a][k] for k in range(few.shape[1]))
        for a in range(few.shape[0])
    )
    blank = np.full(cells.value.shape, np.nan)
    return replace(
        cells,
        state=state,
        value=np.where(few, np.nan, cells.value),
        lower=np.where(few, np.nan, cells.lower),
        upper=np.where(few, np.nan, cells.upper),
        dose=blank,
        dose_low=blank,
        dose_high=blank,
        access=blank,
    )


def _shown_presence(full: PresenceMap, public: PresenceMap) -> PresenceMap:
    """Presence from what may be shown. Where a hidden record would change a word, the word is that of the province."""
    cells: dict[tuple[str, str], Cell] = {}
    for key, cell in public.cells.items():
        whole = full.cells[key].presence
        if cell.presence in ("known_ended", "dates_unknown") and whole != cell.presence:
            cells[key] = replace(cell, presence="coarse_only")
        else:
            cells[key] = cell
    return PresenceMap(cells, public.work, public.placed)
