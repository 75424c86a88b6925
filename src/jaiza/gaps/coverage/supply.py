"""Supply: the dose of each initiative, where it lies, and whom it reaches, put together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jaiza.framework import Framework
from jaiza.gaps.coverage.catchments import Catchments, catchments
from jaiza.gaps.coverage.dose import Doses, doses
from jaiza.gaps.coverage.location import Located, located
from jaiza.gaps.coverage.presence import Work
from jaiza.places.scope import Scope
from jaiza.records.dates import age_in_months, last_day
from jaiza.records.tables_of_study import Tables

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Supply:
    """Everything that coverage is computed from; rows are the initiatives of ``doses.work``.

    ``unit`` (initiatives, areas): access in each area to one person-equivalent of the initiative's located dose.
    ``known_here`` and ``open_here`` (initiatives, areas): it lies in the area with a known dose, or with one that is
    not known. ``known_reach`` and ``open_reach``: the same for every area whose people reach it.
    ``age_months`` (initiatives,): months since the last day that the record is known to describe, nan when undated.
    ``source`` (initiatives,): who says so, "" when not said.
    """

    doses: Doses
    located: Located
    catchments: Catchments
    unit: Floats
    known_here: Flags
    open_here: Flags
    known_reach: Flags
    open_reach: Flags
    age_months: Floats
    source: tuple[str, ...]

    def uses(self, approach: int) -> Flags:
        """Whether each initiative uses an approach (initiatives,)."""
        return self.doses.by_approach[:, approach] > 0

    @property
    def unreached(self) -> tuple[str, ...]:
        """Ids of work in an area whose catchment holds nobody counted: a warning, not supply of zero."""
        lost = (self.located.named & ~self.catchments.open_sites).any(axis=1)
        return tuple(self.doses.work[i].initiative for i in np.flatnonzero(lost))


def supply(
    tables: Tables, framework: Framework, scope: Scope, work: Sequence[Work], as_of: dt.date,
    minutes: Floats | None,
) -> Supply:  # fmt: skip
    """The supply of a round."""
    reachable = catchments(tables, framework, scope, as_of, minutes)
    found = doses(tables, framework, work, as_of)
    where = located(tables, scope, found.work, reachable.eligible)
    known = (np.nan_to_num(where.share) > 0) & found.known[:, None]
    still_open = where.named & ~known
    rows = [tables.rows("initiatives")[w.row] for w in found.work]
    return Supply(
        doses=found,
        located=where,
        catchments=reachable,
        unit=np.nan_to_num(where.share) @ reachable.unit,
        known_here=known,
        open_here=still_open,
        known_reach=_reached(known, reachable.reach),
        open_reach=_reached(still_open, reachable.reach),
        age_months=np.array([_age(r["end"], r["source_date"], as_of) for r in rows], dtype=np.float64),
        source=tuple(r["source"] or "" for r in rows),
    )


def _reached(here: Flags, reach: Flags) -> Flags:
    return (here.astype(np.float64) @ reach.astype(np.float64)) > 0


def _age(end: str | None, source_date: str | None, as_of: dt.date) -> float:
    """Months since the last day that a record is known to describe: its end, or its source where that is earlier.

    An end that still lies ahead, without the date of whoever says so, dates nothing.
    """
    ended = last_day(end) if end is not None else None
    if source_date is not None:
        seen = last_day(source_date)
        return age_in_months(min(seen, ended) if ended is not None else min(seen, as_of), as_of)
    return age_in_months(ended, as_of) if ended is not None and ended < as_of else float("nan")
