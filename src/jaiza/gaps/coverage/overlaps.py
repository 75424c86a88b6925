"""Several initiatives in one area and approach: their joint coverage (methods C3), and possible duplication (E1).

Complementary work in one area is not duplication: it takes supply well above the target, and two organisations that
serve the same group without a stated tie and without a common forum. Where ties are not recorded or are withheld, a
tie may exist all the same: the finding is a reason to talk.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from jaiza.framework import Framework
from jaiza.gaps.coverage.cells import CoverageCells
from jaiza.gaps.coverage.dose import MID
from jaiza.gaps.coverage.presence import Work
from jaiza.gaps.coverage.supply import Supply
from jaiza.records.dates import first_day, last_day, months_before
from jaiza.records.tables_of_study import Tables
from jaiza.stats import access


@dataclass(frozen=True)
class SharedGroup:
    """Two organisations that serve one group in one cell, with no tie or common forum on record."""

    group: str
    organisations: tuple[str, str]


@dataclass(frozen=True)
class Overlap:
    """Initiatives that work in one area with one approach.

    ``coverages`` stand in the order of ``initiatives``, nan where a dose is not known; ``independence`` is then nan,
    and the bounds [``lower``, ``upper``], which hold however much the people overlap, reach to 1. ``ratio`` is A/tau
    of all work within reach, not capped. ``duplication`` is empty unless duplication is possible.
    """

    area: str
    approach: str
    initiatives: tuple[str, ...]
    coverages: tuple[float, ...]
    independence: float
    lower: float
    upper: float
    ratio: float
    duplication: tuple[SharedGroup, ...]


def overlaps(
    tables: Tables, framework: Framework, found: Supply, cells: CoverageCells, as_of: dt.date
) -> tuple[Overlap, ...]:
    """Every cell with a value in which two or more initiatives work, area by area."""
    opens = months_before(as_of, framework.number("window_supply"))
    most = framework.number("duplication_ratio")
    groups: dict[str, set[str]] = {}
    for row in tables.rows("initiative_groups"):
        groups.setdefault(row["initiative"], set()).add(row["group"])
    tied, single = _tied(tables, opens, as_of), _single_organisations(tables)
    dose, named = found.doses.person_equivalents(MID), found.located.named
    out = []
    for a, area in enumerate(cells.areas):
        for k, approach in enumerate(cells.approaches):
            here = np.flatnonzero(found.uses(k) & named[:, a])
            if len(here) < 2 or not cells.known[a, k]:
                continue
            alone = access.coverage(np.nan_to_num(dose[here, k]) * found.unit[here, a], approach.target_share)
            alone[found.open_here[here, a]] = np.nan
            joint = access.combine_coverages(alone)
            ratio = float(cells.access[a, k]) / approach.target_share
            work = [found.doses.work[i] for i in here]
            out.append(
                Overlap(
                    area, approach.code, tuple(w.initiative for w in work), tuple(alone.tolist()),
                    float(joint.independence), float(joint.lower), float(joint.upper), ratio,
                    _shared(work, groups, tied, single) if ratio > most else (),
                )
            )  # fmt: skip
    return tuple(out)


def _shared(
    work: list[Work], groups: dict[str, set[str]], tied: set[frozenset[str]], single: set[str]
) -> tuple[SharedGroup, ...]:
    """Pairs of leads at work for the same group without a tie, group by group."""
    by_group: dict[str, set[str]] = {}
    for item in work:
        if item.period == "active" and item.lead in single:
            for group in groups.get(item.initiative, ()):
                by_group.setdefault(group, set()).add(item.lead)
    return tuple(
        SharedGroup(group, pair)
        for group, leads in sorted(by_group.items())
        for pair in combinations(sorted(leads), 2)
        if frozenset(pair) not in tied
    )


def _single_organisations(tables: Tables) -> set[str]:
    """Organisations that are one; a row that stands for several cannot be told apart from itself."""
    return {row["id"] for row in tables.rows("organisations") if (row["stands_for"] or 1) == 1}


def _tied(tables: Tables, opens: dt.date, as_of: dt.date) -> set[frozenset[str]]:
    """Pairs with a partnership or a common forum that the window may hold.

    A tie without dates may hold. A member whose attendance is not reported may attend; one who attended no meeting
    shares no forum.
    """
    pairs = {
        frozenset((row["org_a"], row["org_b"]))
        for row in tables.rows("partnerships")
        if (row["end"] is None or last_day(row["end"]) >= opens)
        and (row["start"] is None or first_day(row["start"]) < as_of)
    }
    members: dict[str, set[str]] = {}
    for row in tables.rows("forums"):
        if opens <= last_day(row["period_end"]) < as_of and row["attended"] != 0:
            members.setdefault(row["forum"], set()).add(row["organisation"])
    for together in members.values():
        pairs |= {frozenset(pair) for pair in combinations(sorted(together), 2)}
    return pairs
