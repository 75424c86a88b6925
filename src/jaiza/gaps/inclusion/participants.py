"""Who takes part: measured counts of women, youth and young women by initiative and level, and what is only shown.

Assumes:  the newest measured figure of an initiative, group and level replaces older ones. A figure without a day cannot
          be placed before a round and is shown only. Quotas, targets and work meant for one group say nothing of who came.
          A blank number of people of unknown group says that everybody's was recorded.
          People lie as the work does; areas without stated shares hold equal parts (flagged).
"""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jaiza.places.scope import Scope
from jaiza.records.dates import last_day
from jaiza.records.people import people
from jaiza.records.tables_of_study import Tables

Floats = NDArray[np.float64]
GROUPS = ("women", "youth", "young-women")
PARTICIPATION_LEVELS = ("reached", "staff", "leadership", "design")
COUNTRY = ""


@dataclass(frozen=True)
class Count:
    """One measured figure of one initiative: ``count`` of the group among ``total``, ``unknown`` of no recorded group.

    ``count`` is nan where it is withheld or not reported: all of ``total`` is then unknown. ``total`` is nan where it is
    not known: the share may then be anything. ``parts``: share of the figure by place (codes of areas, of parents, and ""
    for the country, which always holds all of it). ``amiss``: the group is larger than its total.
    """

    row: int
    initiative: str
    group: str
    level: str
    count: float
    unknown: float
    total: float
    withheld: bool
    amiss: bool
    as_of: dt.date
    source: str
    parts: Mapping[str, float]
    equal_parts: bool


@dataclass(frozen=True)
class ShownShare:
    """A figure that is shown and never counted: a quota, a target, work for one group, a reported count, a bare share.

    ``share`` is nan where only a count is printed without its total. ``undated``: without a day, so of no round.
    """

    row: int
    initiative: str
    group: str
    level: str
    basis: str
    share: float
    undated: bool


@dataclass(frozen=True)
class Participants:
    """Measured counts, what is only shown, rows by basis, and rows that lie later than the round."""

    counts: tuple[Count, ...]
    shown: tuple[ShownShare, ...]
    by_basis: Mapping[str, int]
    later: int


def participants(tables: Tables, scope: Scope, as_of: dt.date) -> Participants:
    """Rows of ``participation`` as a round sees them, in the order of initiative, group and level."""
    parts = _places(tables, scope)
    newest: dict[tuple[str, str, str], tuple[dt.date, str, int]] = {}
    shown, later = [], 0
    by_basis: Counter[str] = Counter()
    rows = tables.rows("participation")
    for i, row in enumerate(rows):
        day = None if row["as_of"] is None else last_day(row["as_of"])
        if day is not None and day >= as_of:
            later += 1
            continue
        by_basis[row["basis"]] += 1
        if row["basis"] != "measured" or day is None or _bare_share(row):
            shown.append(_shown(i, row))
            continue
        key = (row["initiative"], row["group"], row["level"])
        newest[key] = max(newest.get(key, (day, row["as_of"], i)), (day, row["as_of"], i))
    found = tuple(_count(i, rows[i], day, parts) for _, (day, _, i) in sorted(newest.items()))
    return Participants(found, tuple(shown), dict(sorted(by_basis.items())), later)


def _bare_share(row: Mapping[str, Any]) -> bool:
    """A published share without any count: it has no size, so that it cannot be pooled."""
    return row["share"] is not None and row["count"] is None and row["total"] is None


def _shown(i: int, row: Mapping[str, Any]) -> ShownShare:
    share = row["share"]
    if share is None and row["count"] is not None and row["total"]:
        share = row["count"] / row["total"]
    share = math.nan if share is None else share
    return ShownShare(i, row["initiative"], row["group"], row["level"], row["basis"], share, row["as_of"] is None)  # fmt: skip


def _count(
    i: int, row: Mapping[str, Any], day: dt.date, parts: Mapping[str, tuple[Mapping[str, float], bool]]
) -> Count:
    total = math.nan if row["total"] is None else float(row["total"])
    count = math.nan if row["count"] is None else float(row["count"])
    amiss = count > total or (row["unknown"] is not None and row["unknown"] > total)
    if math.isnan(count) or amiss:
        count, unknown = math.nan, total
    elif row["unknown"] is None:
        unknown = 0.0
    else:
        unknown = min(float(row["unknown"]), total - count) if math.isfinite(total) else 0.0
        amiss = row["unknown"] > total - count
    where, equal = parts.get(row["initiative"], ({COUNTRY: 1.0}, False))
    return Count(
        i, row["initiative"], row["group"], row["level"], count, unknown, total, row.get("count_state") == "withheld", bool(amiss),
        day, row["source"] or "", where, equal,
    )  # fmt: skip


def _places(tables: Tables, scope: Scope) -> dict[str, tuple[Mapping[str, float], bool]]:
    """Share of each initiative by area, parent and country, and whether equal parts were assumed."""
    named: dict[str, list[tuple[str, float | None]]] = {}
    for row in tables.rows("initiative_areas"):
        named.setdefault(row["initiative"], []).append((row["area"], row["share"]))
    out: dict[str, tuple[Mapping[str, float], bool]] = {}
    for initiative, places in named.items():
        stated = sum(s for _, s in places if s is not None)
        blanks = sum(s is None for _, s in places)
        each = max(0.0, 1.0 - stated) / blanks if blanks else 0.0
        parts: dict[str, float] = {COUNTRY: 1.0}
        for code, share in places:
            part = (each if share is None else share) / max(1.0, stated)
            for place in _holders(code, scope):
                parts[place] = parts.get(place, 0.0) + part
        out[initiative] = ({p: s for p, s in sorted(parts.items()) if s > 0}, blanks > 0 and len(places) > 1)
    return out


def _holders(code: str, scope: Scope) -> tuple[str, ...]:
    """The area that a code names and its parent; only the parent for whatever is known more coarsely."""
    position = scope.position(code)
    if position is not None:
        area = scope.areas[position]
        return tuple(p for p in (area, scope.parent(area)) if p)
    if scope.kind.get(code) == "parent":
        return (code,)
    parents = {scope.parent(scope.areas[i]) for i in scope.members.get(code, ())} - {""}
    return tuple(parents) if len(parents) == 1 else ()


@dataclass(frozen=True)
class GroupShares:
    """Share pi of each group among the people of each place, nan where not known, and the rows of people behind areas.

    ``amiss`` holds places where a group is larger than all people. ``counted``: areas with a census row.
    """

    share: Mapping[tuple[str, str], float]
    counted: NDArray[np.bool_]
    amiss: tuple[tuple[str, str], ...]
    areas: NDArray[np.int64]
    rows: NDArray[np.int64]
    weights: Floats


def group_shares(tables: Tables, scope: Scope, as_of: dt.date, youth: str) -> GroupShares:
    """pi of women, youth (ages ``youth``) and young women in every area, parent and the country ("")."""
    total = people(tables, scope.areas, as_of)
    wanted = {"women": ("female", "all"), "youth": ("all", youth), "young-women": ("female", youth)}
    found = {
        g: people(tables, scope.areas, as_of, sex=sex, age_band=band) for g, (sex, band) in wanted.items()
    }
    places: dict[str, Sequence[int]] = {code: [i] for i, code in enumerate(scope.areas)}
    places |= {p: list(scope.members[p]) for p in scope.parents()}
    places[COUNTRY] = range(len(scope.areas))
    share: dict[tuple[str, str], float] = {}
    amiss = []
    for place, members in places.items():
        for group, part in found.items():
            both = [i for i in members if total.counts[i] > 0 and np.isfinite(part.counts[i])]
            pi = float(part.counts[both].sum() / total.counts[both].sum()) if both else math.nan
            if pi > 1 or pi <= 0:
                amiss.append((place, group))
                pi = math.nan
            share[place, group] = pi
    counted = np.isfinite(total.counts) & (total.counts > 0)
    used = [total, *found.values()]
    return GroupShares(
        share,
        np.asarray(counted),
        tuple(amiss),
        np.concatenate([p.areas for p in used]),
        np.concatenate([p.rows for p in used]),
        np.concatenate([p.weights for p in used]),
    )
