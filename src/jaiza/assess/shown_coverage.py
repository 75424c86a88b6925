"""Coverage as an audience may see it: computed from all records, then withheld where few stand behind a figure.

Computing it from records that were first placed by province would read a hidden record as an absence.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from jaiza.disclosure import Disclosed, few_contributors
from jaiza.gaps.coverage import CoverageScores
from jaiza.gaps.coverage.cells import CoverageCells
from jaiza.gaps.coverage.presence import Cell, PresenceMap
from jaiza.language import text
from jaiza.places.scope import Scope
from jaiza.records.tables_of_study import Tables
from jaiza.scores import Scores, State

WITHHELD = text("withheld: fewer than three organisations, or mostly one, stand behind it")


def shown_coverage(
    full: CoverageScores, public: PresenceMap, shown: Disclosed, tables: Tables, scope: Scope
) -> CoverageScores:
    """``full`` coverage with what the audience may not see withheld; the restricted audience sees all of it."""
    if shown.audience == "restricted":
        return full
    hidden = {i for i, c in shown.classes.items() if c in ("high", "severe")}
    ended = tuple(e for e in full.ended if scope.kind[e.place] != "area" or not hidden & set(e.initiatives))
    return replace(
        full,
        gap=_shown_gap(full.gap, tables),
        cells=_shown_cells(full.cells),
        presence=_shown_presence(full.presence, public),
        overlaps=(),
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
        lineage=tuple(part for part in gap.lineage if part.table in ("population", "neighbours")),
        details={},
    )


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
