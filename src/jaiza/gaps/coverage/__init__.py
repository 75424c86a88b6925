"""Coverage gap: how far recorded work with a known dose falls short of the people whom each approach should reach.

Estimate: methods C0-C4. Per area and approach, c = min(1, A / tau): access A to the work within reach, shared with
everybody else who reaches it, over the declared share of eligible people to be reached. The gap of an area is
1 - the mean of c over all approaches with a declared share, each counting the same.
Assumes:  a mean over approaches is known only where each of its parts is. An approach without any known dose within
          reach is neither a zero nor left out of the mean (leaving it out would let new work raise a gap): the area
          has then no value, and ``least`` and ``most`` say between which limits its gap lies. Where the registry is
          known to be complete (``registry_complete_areas``, or an estimate of its completeness of at least
          ``registry_completeness_needed``), an absence is a zero.
Source:   Luo and Qi (2009) for access; everything adjustable is in framework.toml.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from jaiza.framework import Framework
from jaiza.gaps.coverage.blind_spots import BlindSpots, Ended, blind_spots, ended
from jaiza.gaps.coverage.cells import CoverageCells, MeanCoverage, coverage_cells, distinct, oldest
from jaiza.gaps.coverage.dose import in_scope, stream_seed
from jaiza.gaps.coverage.overlaps import Overlap, overlaps
from jaiza.gaps.coverage.presence import PresenceMap, presence
from jaiza.gaps.coverage.rows_behind import lineage
from jaiza.gaps.coverage.supply import Supply, supply
from jaiza.gaps.coverage.unlocated import UnlocatedWork, unlocated
from jaiza.language import Text, text
from jaiza.places.scope import Scope
from jaiza.records.tables_of_study import Tables
from jaiza.scores import GradeTerms, Scores, State, interval

Floats = NDArray[np.float64]

__all__ = ["CoverageScores", "coverage_scores"]


@dataclass(frozen=True)
class CoverageScores:
    """The coverage gap of a round and what stands beside it.

    ``blind_spots`` is None when need was not given. ``flagged`` names initiatives by what was assumed of them or is
    amiss: ``single_figure`` (one figure, widened), ``approaches_split_equally``, ``areas_split_by_people``, and
    ``unreached`` (nobody counted is within reach, so that their supply is in nobody's coverage).
    """

    gap: Scores
    cells: CoverageCells
    presence: PresenceMap
    overlaps: tuple[Overlap, ...]
    blind_spots: BlindSpots | None
    ended: tuple[Ended, ...]
    national: UnlocatedWork
    flagged: Mapping[str, tuple[str, ...]]


def coverage_scores(
    tables: Tables, framework: Framework, scope: Scope, as_of: dt.date, *, draws: int, rng: Generator,
    need_value: Floats | None = None, minutes: Floats | None = None, completeness: Mapping[str, float] | None = None,
) -> CoverageScores:  # fmt: skip
    """Coverage gap of every analysed area in one round: value in [0, 1], 90 % interval, state, draws.

    ``need_value`` (areas,): need by area for blind spots, nan where unknown. ``minutes`` (areas, areas): travel times
    from people of an area (rows) to work in another (columns); without them borders stand in. ``completeness``: share
    of the work that the registry is estimated to hold, by area code (methods M).

    Raises ValueError on an unknown area among the complete ones, on shapes that do not fit, and on figures that the
    checks of the tables refuse, such as a negative reach.
    """
    seen = presence(tables, framework, scope, as_of)
    found = supply(tables, framework, scope, seen.work, as_of, minutes)
    share, complete = registry_completeness(framework, scope, completeness or {})
    seed = stream_seed(rng)
    cells, mean = coverage_cells(
        found, scope.areas, seen, share, complete, draws=draws, seed=seed, too_wide=framework.number("width_too_wide")
    )  # fmt: skip
    wider = unlocated(framework, found, cells)
    return CoverageScores(
        gap=_gap(tables, framework, scope, as_of, found, cells, mean, complete),
        cells=cells,
        presence=seen,
        overlaps=overlaps(tables, framework, found, cells, as_of),
        blind_spots=blind_spots(framework, cells, wider.coverage_high, need_value),
        ended=ended(tables, seen, _complete_places(scope, complete)),
        national=wider,
        flagged=flagged(found),
    )


def registry_completeness(
    framework: Framework, scope: Scope, estimated: Mapping[str, float]
) -> tuple[Floats, NDArray[np.bool_]]:
    """Share of the work that the registry holds (areas,), nan for unknown, and where an absence is a zero (areas,).

    A province or a former place among ``registry_complete_areas`` stands for its areas, the country for all of them.
    """
    share = np.full(len(scope.areas), np.nan)
    for code, value in estimated.items():
        position = scope.position(code)
        if position is None or not 0 <= value <= 1:
            raise ValueError(
                f"completeness: expected a share of 0 to 1 for an analysed area, got {code}: {value}"
            )
        share[position] = value
    for code in framework.assumption("registry_complete_areas").value:
        kind = scope.kind.get(str(code))
        if kind is None:
            raise ValueError(f"registry_complete_areas: {code} is not a place of the study; correct the code")
        share[list(scope.members[str(code)] if kind != "country" else range(len(scope.areas)))] = 1.0
    needed = framework.number("registry_completeness_needed")
    return share, np.nan_to_num(share, nan=-1.0) >= needed


def _complete_places(scope: Scope, complete: NDArray[np.bool_]) -> frozenset[str]:
    """Codes of complete areas, and of parents all of whose areas are complete."""
    places = (*scope.areas, *scope.parents())
    return frozenset(p for p in places if scope.members[p] and complete[list(scope.members[p])].all())


def _gap(
    tables: Tables, framework: Framework, scope: Scope, as_of: dt.date, found: Supply, cells: CoverageCells,
    mean: MeanCoverage, complete: NDArray[np.bool_],
) -> Scores:  # fmt: skip
    known = np.asarray(cells.known.all(axis=1) & bool(cells.approaches))
    value = np.where(known, 1 - _mean(np.nan_to_num(cells.value)), np.nan)
    lower, upper = interval(value, 1 - mean.most)[0], interval(value, 1 - mean.least)[1]
    lower, upper = np.clip(lower, 0, 1), np.clip(upper, 0, 1)
    state = _states(found.catchments.applies, known, upper - lower, framework.number("width_too_wide"))
    used = (found.doses.by_approach > 0).any(axis=1)
    dosed, within = found.known_reach[used], (found.known_reach | found.open_reach)[used]
    names = [found.source[i] for i in np.flatnonzero(used)]
    return Scores(
        measure="coverage",
        areas=scope.areas,
        value=value,
        lower=lower,
        upper=upper,
        state=state,
        n=dosed.sum(axis=0).astype(np.float64),
        method="C2",
        draws=np.where(known, np.clip(1 - mean.drawn, 0, 1), np.nan),
        why=_why(cells, state),
        terms=GradeTerms(
            completeness=cells.completeness,
            age_months=oldest(found.age_months[used], within, complete),
            sources=distinct(names, within, complete).astype(np.float64),
        ),
        lineage=lineage(tables, scope, found),
        parameters=_parameters(framework, as_of, found, _national(value, mean, found.catchments.eligible)),
        details=_details(found, cells),
        unit="0 to 1",
    )


def _mean(by_approach: Floats) -> Floats:
    return np.asarray(by_approach.sum(axis=1) / max(1, by_approach.shape[1]))


def _states(
    applies: NDArray[np.bool_], known: NDArray[np.bool_], width: Floats, limit: float
) -> tuple[State, ...]:
    out: list[State] = []
    for counted, valued, wide in zip(applies, known, width > limit, strict=True):
        if not counted:
            out.append("not_applicable")
        elif not valued:
            out.append("no_data")
        else:
            out.append("too_wide" if wide else "estimated")
    return tuple(out)


def _why(cells: CoverageCells, state: tuple[State, ...]) -> tuple[Text | None, ...]:
    out: list[Text | None] = []
    names = [a.name.text for a in cells.approaches]
    for i, given in enumerate(state):
        lacking = [name for name, known in zip(names, cells.known[i], strict=True) if not known]
        if given == "not_applicable":
            out.append(text("no count of people to be reached in these sources"))
        elif given != "no_data":
            out.append(None)
        elif not names:
            out.append(text("no approach has a declared share of people to be reached"))
        elif len(lacking) == len(names):
            out.append(text("no work within reach is recorded with people reached, hours and dates together"))
        else:
            out.append(text("no work within reach with people reached, hours and dates together for: {parts}", parts=lacking))  # fmt: skip
    return tuple(out)


def _details(found: Supply, cells: CoverageCells) -> dict[str, Floats]:
    """Per-area figures from which the value can be computed again, and the limits where there is no value."""
    applies = found.catchments.applies
    details = {
        "eligible": found.catchments.eligible,
        "approaches_known": cells.known.sum(axis=1).astype(np.float64),
        "records_without_dose": cells.without_dose.sum(axis=1).astype(np.float64),
        "least": np.where(applies, 1 - _mean(np.nan_to_num(cells.upper, nan=1.0)), np.nan),
        "most": np.where(applies, 1 - _mean(np.nan_to_num(cells.lower)), np.nan),
    }
    for k, approach in enumerate(cells.approaches):
        details[f"dose_{approach.code}"] = cells.dose[:, k]
        details[f"access_{approach.code}"] = cells.access[:, k]
        details[f"coverage_{approach.code}"] = cells.value[:, k]
    return details


def _parameters(
    framework: Framework, as_of: dt.date, found: Supply, national: dict[str, float] | None
) -> dict[str, Any]:
    codes = ("window_supply", "single_figure_spread", "width_too_wide", "registry_completeness_needed")
    counts = found.doses
    return {
        **{code: framework.number(code) for code in codes},
        "as_of": as_of.isoformat(),
        "access_zones": [list(zone) for zone in found.catchments.zones],
        "by_travel_time": found.catchments.by_travel_time,
        "eligible": found.catchments.basis,
        "approaches": {
            a.code: {"reference_hours": a.reference_hours, "target_share": a.target_share}
            for a in in_scope(framework)
        },
        "registry_complete_areas": [
            str(code) for code in framework.assumption("registry_complete_areas").value
        ],
        "records": len(counts.work),
        "records_with_dose": int((found.known_here.any(axis=1)).sum()),
        **{name: len(ids) for name, ids in flagged(found).items()},
        "national": national,
    }


def flagged(found: Supply) -> dict[str, tuple[str, ...]]:
    """Ids of initiatives by what was assumed of them."""
    return {
        "single_figure": found.doses.single_figure,
        "approaches_split_equally": found.doses.split_equally,
        "areas_split_by_people": found.located.by_people,
        "unreached": found.unreached,
    }


def _national(value: Floats, mean: MeanCoverage, eligible: Floats) -> dict[str, float] | None:
    """Gap over all areas with a value, weighted by eligible people, with its interval; None without any."""
    known = np.isfinite(value)
    if not known.any():
        return None
    share = eligible[known] / eligible[known].sum()
    point = np.array([float(value[known] @ share)])
    lower = interval(point, 1 - (mean.most[:, known] @ share)[:, None])[0]
    upper = interval(point, 1 - (mean.least[:, known] @ share)[:, None])[1]
    return {
        "value": float(point[0]),
        "lower": float(lower[0]),
        "upper": float(upper[0]),
        "areas": float(known.sum()),
    }
