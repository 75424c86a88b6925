"""Inclusion gap: women, youth and young women among those reached, on staff, in the lead and in design (methods H).

Estimate: PPR = p / pi by group and level; the gap of an area is the mean of max(0, 1 - PPR) over the group x level cells
of which something is measured there; a ratio above 1 is reported and makes up for nothing.
Assumes:  only counts with the basis ``measured`` count; reported ones are shown, quotas, targets and work meant for one
          group never count. Counts of an area are pooled over the initiatives at work there, each by the share of its
          work. p is a share of those whose group is known; whoever is not known may belong to it or not, which widens the
          interval. A measured cell whose count is withheld may have any gap. pi is taken as known.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from jaiza.framework import Framework
from jaiza.gaps.inclusion.mentions import PolicyMentions, policy_mentions
from jaiza.gaps.inclusion.participants import (
    COUNTRY,
    GROUPS,
    PARTICIPATION_LEVELS,
    Count,
    GroupShares,
    Participants,
    ShownShare,
    group_shares,
    participants,
)
from jaiza.language import Text, text
from jaiza.places.scope import Scope
from jaiza.records.dates import age_in_months
from jaiza.records.tables_of_study import Tables
from jaiza.scores import GradeTerms, Lineage, Scores, State, interval
from jaiza.stats.proportions import parity, undisaggregated

Floats = NDArray[np.float64]
LEAST_PEOPLE = 10

__all__ = ["InclusionCell", "InclusionScores", "PolicyMentions", "ShownShare", "inclusion_scores"]


@dataclass(frozen=True)
class InclusionCell:
    """One group at one level in one place ("" for the country), pooled over initiatives; people may be fractions.

    ``count`` of ``known`` people whose group is known; ``unknown`` others. ``share``, ``ratio`` and ``gap`` are nan where
    nothing is known or the group has no census share; 95 % Wilson limits. ``bound_lower`` and ``bound_upper`` hold the
    share if none, and if all, of the unknown belong to the group. ``small``: fewer than 10 people on one side, to be
    withheld in public. ``anything``: a total is not known, so that the share has no limits.
    """

    place: str
    kind: str
    group: str
    level: str
    count: float
    known: float
    unknown: float
    initiatives: int
    population_share: float
    share: float
    share_lower: float
    share_upper: float
    ratio: float
    ratio_lower: float
    ratio_upper: float
    gap: float
    bound_lower: float
    bound_upper: float
    state: State
    small: bool
    anything: bool
    rows: tuple[int, ...]


@dataclass(frozen=True)
class InclusionScores:
    """The inclusion gap of a round, its cells by place, how policies speak, and what is shown and never counted.

    ``rows_by_basis`` counts the rows that a round sees; ``measured`` those that enter a cell with a count. ``amiss`` are
    positions of rows in which a group is larger than its total: their count is taken as not known.
    """

    gap: Scores
    cells: tuple[InclusionCell, ...]
    mentions: tuple[PolicyMentions, ...]
    shown: tuple[ShownShare, ...]
    rows_by_basis: Mapping[str, int]
    measured: int
    amiss: tuple[int, ...]


def inclusion_scores(
    tables: Tables, framework: Framework, scope: Scope, as_of: dt.date, *, draws: int, rng: Generator
) -> InclusionScores:  # fmt: skip
    """Inclusion gap of every area in one round: value in [0, 1], 90 % interval, state, draws.

    ``details`` hold by area the gap of every cell, and ``least`` and ``most``: the gap if all, and if none, of the people
    of unknown group belong to it. Raises ValueError for figures that the checks of the tables refuse.
    """
    found = participants(tables, scope, as_of)
    youth = str(framework.assumption("youth_ages").value)
    census = group_shares(tables, scope, as_of, youth)
    cells = _cells(scope, found.counts, census)
    return InclusionScores(
        gap=_gap(framework, scope, as_of, found, census, cells, youth, draws, rng),
        cells=cells,
        mentions=policy_mentions(tables, as_of),
        shown=found.shown,
        rows_by_basis=found.by_basis,
        measured=sum(math.isfinite(c.count) for c in found.counts),
        amiss=tuple(c.row for c in found.counts if c.amiss),
    )


def _cells(scope: Scope, counts: Sequence[Count], census: GroupShares) -> tuple[InclusionCell, ...]:
    """Cells of the country, the parents and the areas for which a measured row exists."""
    at: dict[tuple[str, str, str], list[Count]] = {}
    for c in counts:
        for place in c.parts:
            at.setdefault((place, c.group, c.level), []).append(c)
    kinds = {
        COUNTRY: "country",
        **dict.fromkeys(scope.parents(), "parent"),
        **dict.fromkeys(scope.areas, "area"),
    }
    return tuple(
        _cell(place, kind, group, level, at[place, group, level], census.share[place, group])
        for place, kind in kinds.items()
        for group in GROUPS
        for level in PARTICIPATION_LEVELS
        if (place, group, level) in at
    )


def _cell(place: str, kind: str, group: str, level: str, held: Sequence[Count], pi: float) -> InclusionCell:
    x = math.fsum(c.parts[place] * c.count for c in held if math.isfinite(c.count + c.total))
    unknown = math.fsum(c.parts[place] * c.unknown for c in held if math.isfinite(c.total))
    n = math.fsum(c.parts[place] * c.total for c in held if math.isfinite(c.total))
    anything = any(math.isnan(c.total) for c in held)
    known = max(x, n - unknown)
    bounds = (0.0, 1.0) if anything or n <= 0 else undisaggregated(x, max(0.0, min(unknown, n - x)), n)
    withheld = all(c.withheld for c in held)
    # Everybody there is of one group, or nobody: what is not small on one side may be on the other.
    small = min(x, known - x) < LEAST_PEOPLE
    nan = math.nan
    blank = InclusionCell(
        place, kind, group, level, x, known, unknown, len(held), pi, nan, nan, nan, nan, nan, nan, nan, bounds[0], bounds[1],
        "withheld" if withheld else "no_data", small, anything, tuple(sorted(c.row for c in held)),
    )  # fmt: skip
    if known <= 1e-9:
        return blank
    if math.isnan(pi):
        share = min(x / known, 1.0)
        return replace(blank, share=share, state="not_applicable")
    p = parity(x, known, pi)
    return replace(
        blank, share=p.share, share_lower=p.share_lower, share_upper=p.share_upper, ratio=p.ratio,
        ratio_lower=p.lower, ratio_upper=p.upper, gap=p.gap, state="estimated",
    )  # fmt: skip


@dataclass(frozen=True)
class _Area:
    """Gap of one area: value, draws (draws,), 90 % limits, least and most whatever the unknown are, cells known."""

    value: float
    drawn: Floats
    lower: float
    upper: float
    least: float
    most: float
    known: int


def _area(cells: Sequence[InclusionCell], draws: int, rng: Generator) -> _Area | None:
    """None without a cell that has a census share."""
    used = [c for c in cells if math.isfinite(c.population_share)]
    if not used:
        return None
    known = [c for c in used if c.state == "estimated"]
    pi = np.array([c.population_share for c in used])
    x, total = np.array([c.count for c in used]), np.array([c.known + c.unknown for c in used])
    unknown = np.array([c.unknown for c in used])
    free = np.array([c.anything or c.state != "estimated" for c in used])
    value = float(np.mean([c.gap for c in known])) if known else math.nan
    most = float(np.mean(np.where(free, 1.0, _short(np.array([c.bound_lower for c in used]), pi))))
    least = float(np.mean(np.where(free, 0.0, _short(np.array([c.bound_upper for c in used]), pi))))
    here = np.array([c.state == "estimated" for c in used])
    drawn = np.full((draws, len(used)), np.nan)
    drawn[:, here] = _drawn(x[here], (total - unknown)[here], pi[here], draws, rng)
    ends = []
    for yes, anyway in ((x + unknown, 0.0), (x, 1.0)):
        side = np.full((draws, len(used)), anyway)
        side[:, ~free] = _drawn(yes[~free], total[~free], pi[~free], draws, rng)
        # Without unknown people both ends are the draws themselves.
        side[:, ~free & (unknown == 0)] = drawn[:, ~free & (unknown == 0)]
        ends.append(side.mean(axis=1))
    point = np.array([value])
    own = drawn[:, here].mean(axis=1) if known else np.full(draws, np.nan)
    limits = [interval(point, d[:, None]) for d in (own, *ends)]
    lower, upper = (
        min(float(low[0]) for low, _ in limits),
        max(float(high[0]) for _, high in limits),
    )
    return _Area(value, own, lower, upper, least, most, len(known))


def _short(share: Floats, pi: Floats) -> Floats:
    return np.asarray(np.maximum(0.0, 1.0 - share / pi))


def _drawn(x: Floats, n: Floats, pi: Floats, draws: int, rng: Generator) -> Floats:
    """max(0, 1 - PPR) with p from Beta(x + .5, n - x + .5), (draws, cells)."""
    return _short(rng.beta(x + 0.5, np.maximum(n - x, 0.0) + 0.5, (draws, x.size)), pi)


def _gap(
    framework: Framework, scope: Scope, as_of: dt.date, found: Participants, census: GroupShares,
    cells: Sequence[InclusionCell], youth: str, draws: int, rng: Generator,
) -> Scores:  # fmt: skip
    by_place: dict[str, list[InclusionCell]] = {}
    for cell in cells:
        by_place.setdefault(cell.place, []).append(cell)
    areas = [_area(by_place.get(code, ()), draws, rng) for code in scope.areas]
    nothing = _Area(math.nan, np.full(draws, np.nan), math.nan, math.nan, math.nan, math.nan, 0)
    held = [nothing if a is None else a for a in areas]
    value = np.array([a.value for a in held])
    lower, upper = np.array([a.lower for a in held]), np.array([a.upper for a in held])
    state, why = _states(framework, scope, census, found, by_place, value, upper - lower)
    age, sources = _quality(scope, found.counts, as_of)
    pooled = _area(by_place.get(COUNTRY, ()), draws, rng)
    return Scores(
        measure="inclusion",
        areas=scope.areas,
        value=value,
        lower=lower,
        upper=upper,
        state=state,
        n=np.array([len({r for c in by_place.get(a, ()) for r in c.rows}) for a in scope.areas], dtype=float),
        method="H",
        draws=np.column_stack([a.drawn for a in held]) if held else np.empty((draws, 0)),
        why=why,
        terms=GradeTerms(age_months=age, sources=sources),
        lineage=_lineage(scope, found.counts, census),
        parameters={
            "as_of": as_of.isoformat(),
            "youth_ages": youth,
            "rows_by_basis": dict(found.by_basis),
            "measured_with_count": sum(math.isfinite(c.count) for c in found.counts),
            "equal_parts": len({c.initiative for c in found.counts if c.equal_parts}),
            "national": None
            if pooled is None or math.isnan(pooled.value)
            else {"value": pooled.value, "lower": pooled.lower, "upper": pooled.upper},
        },
        details={
            "least": np.array([a.least for a in held]),
            "most": np.array([a.most for a in held]),
            "cells_known": np.array([a.known for a in held], dtype=np.float64),
            "cells": np.array([len(by_place.get(a, ())) for a in scope.areas], dtype=np.float64),
            **_cell_details(scope, by_place),
        },
        unit="0 to 1",
    )


def _cell_details(scope: Scope, by_place: Mapping[str, Sequence[InclusionCell]]) -> dict[str, Floats]:
    """Gap of every cell by area, from whose mean the value can be computed again."""
    out: dict[str, Floats] = {}
    for i, code in enumerate(scope.areas):
        for cell in by_place.get(code, ()):
            name = f"gap_{cell.group}_{cell.level}"
            out.setdefault(name, np.full(len(scope.areas), np.nan))[i] = cell.gap
    return dict(sorted(out.items()))


def _states(
    framework: Framework, scope: Scope, census: GroupShares, found: Participants,
    by_place: Mapping[str, Sequence[InclusionCell]], value: Floats, width: Floats,
) -> tuple[tuple[State, ...], tuple[Text | None, ...]]:  # fmt: skip
    limit = framework.number("width_too_wide")
    state: list[State] = []
    why: list[Text | None] = []
    for i, code in enumerate(scope.areas):
        cells = by_place.get(code, ())
        if not census.counted[i]:
            state.append("not_applicable")
            why.append(text("no census count of people here to compare with"))
        elif math.isfinite(value[i]):
            state.append("too_wide" if width[i] > limit else "estimated")
            why.append(None)
        elif cells and all(c.state == "withheld" for c in cells):
            state.append("withheld")
            why.append(text("all counts here are withheld by their owners"))
        else:
            state.append("no_data")
            why.append(_lacking(found, census, code, bool(cells)))
    return tuple(state), tuple(why)


def _lacking(found: Participants, census: GroupShares, code: str, recorded: bool) -> Text:
    if not found.by_basis:
        return text("the table participation has no rows for this round: counts of women and youth among those who take part would unlock this")  # fmt: skip
    if not any(math.isfinite(c.count) for c in found.counts):
        return text(
            "{measured} of {rows} rows of participation are measured, and none of them gives counts",
            measured=found.by_basis.get("measured", 0), rows=sum(found.by_basis.values()),
        )  # fmt: skip
    if any((code, group) in census.amiss for group in GROUPS):
        return text("the census shares of the groups here cannot be right")
    if recorded:
        return text("what is measured here has no count, or no census share to compare with")
    return text("no initiative at work here has measured counts of who takes part")


def _quality(scope: Scope, counts: Sequence[Count], as_of: dt.date) -> tuple[Floats, Floats]:
    """Age of the oldest measured figure, and sources of those with a count, by area."""
    age, sources = np.full(len(scope.areas), np.nan), np.zeros(len(scope.areas))
    for i, code in enumerate(scope.areas):
        here = [c for c in counts if code in c.parts]
        if here:
            age[i] = max(age_in_months(c.as_of, as_of) for c in here)
            sources[i] = len({c.source for c in here if math.isfinite(c.count)} - {""})
    return age, sources


def _lineage(scope: Scope, counts: Sequence[Count], census: GroupShares) -> tuple[Lineage, ...]:
    at = {code: i for i, code in enumerate(scope.areas)}
    used = [(at[p], c.row, share) for c in counts for p, share in c.parts.items() if p in at]
    measured = Lineage(
        "participation",
        "participants",
        np.array([u[0] for u in used], dtype=np.int64),
        np.array([u[1] for u in used], dtype=np.int64),
        np.array([u[2] for u in used], dtype=np.float64),
    )
    with_counts = np.isin(census.areas, measured.areas)
    people_rows = Lineage(
        "population",
        "group_shares",
        census.areas[with_counts],
        census.rows[with_counts],
        census.weights[with_counts],
    )
    return measured, people_rows
