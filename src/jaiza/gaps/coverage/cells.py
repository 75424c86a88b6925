"""Coverage by area and approach (methods C2): what is known of it, between which limits, and how surely.

A cell has a value only where located work with a known dose reaches its people, or where the registry is known to be
complete for the area and holds no work of unknown dose there: only then is an absence a zero. Work of unknown dose
within reach may cover everybody, so that it lifts the upper limit to 1 and leaves the lower one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jaiza.framework import Approach
from jaiza.gaps.coverage.dose import HIGH, LOW, MID
from jaiza.gaps.coverage.presence import Presence, PresenceMap
from jaiza.gaps.coverage.supply import Supply
from jaiza.language import Text, text
from jaiza.scores import GradeTerms, Scores, State, interval
from jaiza.stats import access

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class CoverageCell:
    """One area and one approach. Figures are nan where not known; ``value`` is coverage, higher is better."""

    area: str
    approach: str
    presence: Presence
    dose_low: float
    dose: float
    dose_high: float
    access: float
    value: float
    lower: float
    upper: float
    state: State
    records: int
    without_dose: int
    completeness: float
    age_months: float
    sources: int


@dataclass(frozen=True)
class CoverageCells:
    """Coverage of every area (rows) by every approach in scope (columns); all arrays (areas, approaches).

    ``dose``, ``dose_low``, ``dose_high``: person-equivalents of work located in the area (ends of the reported
    ranges), nan where none is known, the high end infinite where work of unknown dose is recorded. ``access``: A at
    the point. ``value``, ``lower``, ``upper``: coverage and its 90 % interval. ``records`` and ``without_dose``:
    initiatives within reach whose dose is known or not. ``completeness`` (areas,), ``age_months`` and ``sources``
    are the terms of the grade.
    """

    areas: tuple[str, ...]
    approaches: tuple[Approach, ...]
    presence: tuple[tuple[Presence, ...], ...]
    state: tuple[tuple[State, ...], ...]
    dose_low: Floats
    dose: Floats
    dose_high: Floats
    access: Floats
    value: Floats
    lower: Floats
    upper: Floats
    records: NDArray[np.int64]
    without_dose: NDArray[np.int64]
    completeness: Floats
    age_months: Floats
    sources: NDArray[np.int64]

    @property
    def known(self) -> Flags:
        """Whether a cell has a value."""
        return np.isfinite(self.value)

    def rows(self) -> Iterator[CoverageCell]:
        """Every cell, area by area."""
        for a, area in enumerate(self.areas):
            for k, approach in enumerate(self.approaches):
                yield CoverageCell(
                    area=area,
                    approach=approach.code,
                    presence=self.presence[a][k],
                    dose_low=float(self.dose_low[a, k]),
                    dose=float(self.dose[a, k]),
                    dose_high=float(self.dose_high[a, k]),
                    access=float(self.access[a, k]),
                    value=float(self.value[a, k]),
                    lower=float(self.lower[a, k]),
                    upper=float(self.upper[a, k]),
                    state=self.state[a][k],
                    records=int(self.records[a, k]),
                    without_dose=int(self.without_dose[a, k]),
                    completeness=float(self.completeness[a]),
                    age_months=float(self.age_months[a, k]),
                    sources=int(self.sources[a, k]),
                )

    def gap(self, approach: str) -> Scores:
        """The gap 1 - c of one approach over the areas, for grades and maps; KeyError when it is not in scope."""
        codes = [a.code for a in self.approaches]
        if approach not in codes:
            raise KeyError(f"{approach} is not an approach with a target; expected one of {', '.join(codes)}")
        k = codes.index(approach)
        state = tuple(row[k] for row in self.state)
        return Scores(
            measure="coverage",
            areas=self.areas,
            value=1 - self.value[:, k],
            lower=1 - self.upper[:, k],
            upper=1 - self.lower[:, k],
            state=state,
            n=self.records[:, k].astype(np.float64),
            method="C2",
            why=tuple(why_not(s, int(o)) for s, o in zip(state, self.without_dose[:, k], strict=True)),
            terms=GradeTerms(self.completeness, self.age_months[:, k], self.sources[:, k].astype(np.float64)),
            parameters={"approach": approach, "target_share": self.approaches[k].target_share},
            unit="0 to 1",
        )


def why_not(state: State, without_dose: int) -> Text | None:
    """Why a cell has no estimate; None where it has one."""
    if state == "not_applicable":
        return text("no count of people to be reached in these sources")
    if state != "no_data":
        return None
    if without_dose:
        return text("work is recorded, without people reached, hours and dates together")
    return text("no work is recorded, and how complete the records are is not known")


@dataclass(frozen=True)
class MeanCoverage:
    """Mean coverage over the approaches by draw (draws, areas), with work of unknown dose read in three ways.

    ``least``: as nothing; ``most``: as covering everybody; ``drawn``: anywhere between the two, evenly.
    """

    least: Floats
    drawn: Floats
    most: Floats


@dataclass(frozen=True)
class _Column:
    """One approach over the areas, before the columns stand side by side."""

    access: Floats
    value: Floats
    lower: Floats
    upper: Floats
    records: NDArray[np.int64]
    without_dose: NDArray[np.int64]
    age_months: Floats
    sources: NDArray[np.int64]
    by_draw: Floats
    open: Flags


def coverage_cells(
    found: Supply, areas: tuple[str, ...], presence: PresenceMap, completeness: Floats, complete: Flags,
    *, draws: int, seed: int, too_wide: float,
) -> tuple[CoverageCells, MeanCoverage]:  # fmt: skip
    """All cells, and the mean over approaches in every draw.

    ``completeness`` (areas,) is the share of work that the registry holds, nan for unknown; ``complete`` (areas,) says
    where an absence is a zero.
    """
    approaches = found.doses.approaches
    drawn = found.doses.drawn(draws, seed)
    mean = MeanCoverage(*(np.zeros((draws, len(areas))) for _ in range(3)))
    columns = []
    for k in range(len(approaches)):
        column = _column(found, k, drawn, complete)
        _add(mean, column, len(approaches), np.random.default_rng([seed, k]))
        columns.append(column)
    value, lower, upper = (
        _beside([getattr(c, name) for c in columns], areas) for name in ("value", "lower", "upper")
    )
    low, mid, high = (_located_dose(found, bound, complete) for bound in (LOW, MID, HIGH))
    return CoverageCells(
        areas=areas,
        approaches=approaches,
        presence=tuple(tuple(presence.cells[a, x.code].presence for x in approaches) for a in areas),
        state=_states(found.catchments.applies, value, upper - lower > too_wide),
        dose_low=low,
        dose=mid,
        dose_high=np.where(np.isfinite(high) & (_open_here(found) > 0), np.inf, high),
        access=_beside([c.access for c in columns], areas),
        value=value,
        lower=lower,
        upper=upper,
        records=_counts([c.records for c in columns], areas),
        without_dose=_counts([c.without_dose for c in columns], areas),
        completeness=completeness,
        age_months=_beside([c.age_months for c in columns], areas),
        sources=_counts([c.sources for c in columns], areas),
    ), mean


def _beside(columns: Sequence[Floats], areas: tuple[str, ...]) -> Floats:
    return np.stack(columns, axis=1) if columns else np.zeros((len(areas), 0))


def _counts(columns: Sequence[NDArray[np.int64]], areas: tuple[str, ...]) -> NDArray[np.int64]:
    return np.stack(columns, axis=1) if columns else np.zeros((len(areas), 0), dtype=np.int64)


def _column(found: Supply, k: int, drawn: tuple[Floats, Floats, Floats], complete: Flags) -> _Column:
    """Coverage of all areas by one approach."""
    uses, target = found.uses(k), found.doses.approaches[k].target_share
    known, still_open = found.known_reach[uses], found.open_reach[uses]
    reaches: Flags = np.asarray(known.any(axis=0))
    opens: Flags = np.asarray(still_open.any(axis=0))
    has_value = found.catchments.applies & (reaches | (complete & ~opens))
    at = np.flatnonzero(uses & found.known_here.any(axis=1))
    reached = np.where(has_value, found.doses.person_equivalents()[at, k] @ found.unit[at], np.nan)
    value = access.coverage(reached, target)
    by_draw = access.coverage(found.doses.drawn_dose(drawn, at, k) @ found.unit[at], target)
    lower, upper = interval(value, by_draw)
    ages, names = found.age_months[uses], [found.source[i] for i in np.flatnonzero(uses)]
    # Records of unknown dose count for age and sources too: a blank must make no figure look younger or better
    # sourced. A registry known to be complete is a source of the age of the round, also where it holds no work.
    within = known | still_open
    return _Column(
        access=reached,
        value=value,
        lower=lower,
        upper=np.where(has_value & opens, 1.0, upper),
        records=known.sum(axis=0, dtype=np.int64),
        without_dose=still_open.sum(axis=0, dtype=np.int64),
        age_months=oldest(ages, within, complete),
        sources=distinct(names, within, complete),
        by_draw=by_draw,
        open=opens,
    )


def _states(applies: Flags, value: Floats, wide: Flags) -> tuple[tuple[State, ...], ...]:
    def state(a: int, k: int) -> State:
        if not applies[a]:
            return "not_applicable"
        if not np.isfinite(value[a, k]):
            return "no_data"
        return "too_wide" if wide[a, k] else "estimated"

    return tuple(tuple(state(a, k) for k in range(value.shape[1])) for a in range(value.shape[0]))


def oldest(ages: Floats, within: Flags, complete: Flags) -> Floats:
    """Greatest age of the records ``within`` (records, areas) reach of each area; nan where one is undated."""
    out = np.where(within, ages[:, None], 0.0).max(axis=0, initial=0.0)
    return np.asarray(np.where(within.any(axis=0) | complete, out, np.nan))


def distinct(names: Sequence[str], within: Flags, complete: Flags) -> NDArray[np.int64]:
    """Number of different sources of the records within reach; "" counts for none."""
    seen = {name: within[[n == name for n in names]].any(axis=0) for name in sorted(set(names) - {""})}
    count = np.sum(list(seen.values()), axis=0, dtype=np.int64) if seen else np.zeros(len(complete), np.int64)
    return np.asarray(np.maximum(count, complete.astype(np.int64)))


def _add(mean: MeanCoverage, column: _Column, approaches: int, rng: np.random.Generator) -> None:
    """Add one approach to the mean, in place."""
    by_draw, still_open = column.by_draw, column.open
    mean.least[:] += by_draw / approaches
    mean.most[:] += np.where(still_open, 1.0, by_draw) / approaches
    between = by_draw + np.where(still_open, rng.random(by_draw.shape) * (1 - by_draw), 0.0)
    mean.drawn[:] += between / approaches


def _open_here(found: Supply) -> Floats:
    uses = (found.doses.by_approach > 0).astype(np.float64)
    return np.asarray(found.open_here.T.astype(np.float64) @ uses)


def _located_dose(found: Supply, bound: int, complete: Flags) -> Floats:
    """Person-equivalents by area and approach; nan where none is known and the registry not complete."""
    dose = np.nan_to_num(found.doses.person_equivalents(bound))
    share = np.where(found.known_here, np.nan_to_num(found.located.share), 0.0)
    uses = (found.doses.by_approach > 0).astype(np.float64)
    any_known = (found.known_here.T.astype(np.float64) @ uses) > 0
    none_open = complete[:, None] & (_open_here(found) == 0)
    return np.where(any_known | none_open, share.T @ dose, np.nan)
