"""Need for a response: reported violence and structural conditions, with data and choices both uncertain.

Estimate: methods B1-B7. Severity is smoothed, shared with neighbours and put between fixed goalposts with the
conditions; the parts are joined by a weighted geometric mean, because a severe deficit should not be fully offset.
The interval comes from draws of the data *and* of the choices that reasonable people make differently.
It describes conditions that programmes answer to; it rates no people and no place.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from jaiza.framework import Framework
from jaiza.gaps.need import conditions as conditions_of
from jaiza.gaps.need import severity as severity_of
from jaiza.gaps.need.parts import (
    PER,
    Parts,
    between_goalposts,
    in_census,
    joined,
    missing_parts,
    parts_of_need,
    quiet_areas,
    rate_at_point,
    spilled,
)
from jaiza.gaps.need.severity import Severity
from jaiza.gaps.need.uncertainty import drawn_choices, draws_of_need, reference_choices, severity_draws
from jaiza.language import Text, text
from jaiza.places.scope import Scope
from jaiza.records.dates import age_in_months
from jaiza.records.tables_of_study import Tables
from jaiza.scores import GradeTerms, Lineage, Scores, State, interval
from jaiza.stats import index

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class NeedScores:
    """Scores of need and of its severity part, and what rankings need.

    ``need.draws`` vary every choice and serve ranks; ``on_goalposts`` (draws,) marks those that keep the fixed
    goalposts, and so the scale of the value: intervals of the level come from these alone.
    """

    need: Scores
    severity: Scores
    parts: Parts
    missing: tuple[tuple[str, ...], ...]
    on_goalposts: NDArray[np.bool_]

    def level_draws(self) -> Floats:
        """Draws of the level (draws on goalposts, areas)."""
        assert self.need.draws is not None
        return self.need.draws[self.on_goalposts]


def need_scores(
    tables: Tables, framework: Framework, scope: Scope, as_of: dt.date, *, draws: int, rng: Generator
) -> NeedScores:
    """Need of every analysed area in one round: value in [.01, 1], joint 90 % interval, state, draws."""
    parts = parts_of_need(tables, framework, scope, as_of)
    reference = float(framework.number("half_life")), float(framework.number("spillover"))
    theta = rate_at_point(parts, reference[0])
    exposure = spilled(theta, reference[1], parts.neighbours)
    value_parts = between_goalposts(parts, exposure[None, :], parts.condition_values()[None])[0]
    how = str(framework.assumption("aggregation").value)
    value = joined(value_parts[None], parts.weights[None], np.array([how == "arithmetic"]))[0]
    value = np.where(parts.known, value, np.nan)
    arithmetic = np.where(
        parts.known, joined(value_parts[None], parts.weights[None], np.array([True]))[0], np.nan
    )

    # Each has a stream of its own, so that other weights draw the same data and leave severity as it is.
    for_choices, for_data, for_joint = rng.spawn(3)
    chosen = drawn_choices(framework, parts.weights, draws, for_choices)
    fixed = reference_choices(framework, parts.weights, draws)
    theta_draws = severity_draws(parts, fixed.half_life, for_data)
    joint = draws_of_need(parts, chosen, rng=for_joint)
    data_only = draws_of_need(parts, fixed, rng=for_data, theta=theta_draws)
    choice_only = draws_of_need(parts, chosen, rng=None)
    return NeedScores(
        need=_need(
            parts,
            scope,
            framework,
            as_of,
            value,
            arithmetic,
            (joint, data_only, choice_only),
            ~chosen.by_rank,
            value_parts,
            exposure,
        ),
        severity=_severity(parts, scope, framework, tables, as_of, theta, theta_draws),
        parts=parts,
        missing=tuple(missing_parts(parts, i) for i in range(len(scope.areas))),
        on_goalposts=~chosen.by_rank,
    )


def _states(parts: Parts, width: Floats, limit: float) -> tuple[State, ...]:
    counted = in_census(parts)
    out: list[State] = []
    for i, known in enumerate(parts.known):
        if not counted[i]:
            out.append("not_applicable")
        elif not known:
            out.append("no_data")
        else:
            out.append("too_wide" if width[i] > limit else "estimated")
    return tuple(out)


def _why(parts: Parts, framework: Framework, scope: Scope, as_of: dt.date) -> tuple[Text | None, ...]:
    counted = in_census(parts)
    out: list[Text | None] = []
    names = {i.code: i.name for i in parts.indicators}
    for i in range(len(scope.areas)):
        lacking = missing_parts(parts, i)
        if not counted[i]:
            out.append(text("no census row in these sources"))
        elif lacking:
            out.append(text("not published: {parts}", parts=[names[c].text for c in lacking]))
        else:
            out.append(None)
    return tuple(out)


def _terms(parts: Parts, scope: Scope, as_of: dt.date) -> GradeTerms:
    """Of need: the oldest part, and the part with the fewest sources."""
    ages = [c.age_months for c in parts.conditions]
    sources = [c.sources for c in parts.conditions]
    violent = _severity_terms(parts, scope, as_of)
    if violent.age_months is not None and violent.sources is not None:
        ages.append(violent.age_months)
        sources.append(violent.sources)
    return replace(
        violent,
        age_months=np.max(np.stack(ages), axis=0) if ages else None,
        sources=np.min(np.stack(sources), axis=0) if sources else None,
    )


def _severity_terms(parts: Parts, scope: Scope, as_of: dt.date) -> GradeTerms:
    """Of severity alone: what the event sources are, whatever the conditions stand on."""
    if parts.severity is None:
        return GradeTerms()
    coverage, areas = parts.severity.coverage, len(scope.areas)
    quiet = quiet_areas(parts, scope) & ~coverage.independent
    press = coverage.media_based
    return GradeTerms(
        age_months=np.full(areas, age_in_months(coverage.newest, as_of) if coverage.newest else np.nan),
        # Sources that overlap a counted one are never added to it, but they are independent witnesses.
        sources=coverage.witnesses,
        capped=["D" if q else ("B" if m else "") for q, m in zip(quiet, press, strict=True)],
        cap_why=text("no event reported and no independent local source: not read as calm"),
    )


def _need(
    parts: Parts, scope: Scope, framework: Framework, as_of: dt.date, value: Floats, arithmetic: Floats,
    drawn: tuple[Floats, Floats, Floats], on_goalposts: NDArray[np.bool_], z: Floats, exposure: Floats,
) -> Scores:  # fmt: skip
    joint, data_only, choice_only = drawn
    lower, upper = interval(value, joint[on_goalposts])
    every = interval(value, joint)
    data, choice = interval(value, data_only), interval(value, choice_only[on_goalposts])
    details = {
        "arithmetic": arithmetic,
        "every_lower": every[0], "every_upper": every[1],
        "data_lower": data[0], "data_upper": data[1],
        "choice_lower": choice[0], "choice_upper": choice[1],
        "severity_with_spillover": np.where(parts.known, exposure, np.nan),
    }  # fmt: skip
    for k, indicator in enumerate(parts.indicators):
        details[f"z_{indicator.code}"] = np.where(np.isfinite(z[:, k]), z[:, k], np.nan)
    for c in parts.conditions:
        details[f"x_{c.indicator.code}"] = c.value
        details[f"se_{c.indicator.code}"] = c.se
    importance = (
        index.effective_importance(z[parts.known], value[parts.known]) if parts.known.sum() > 2 else None
    )
    people = parts.severity.population.counts if parts.severity else np.full(len(value), np.nan)
    return Scores(
        measure="need",
        areas=scope.areas,
        value=value,
        lower=lower,
        upper=upper,
        state=_states(parts, upper - lower, framework.number("width_too_wide")),
        n=np.array([float(len(parts.indicators) - len(missing_parts(parts, i))) for i in range(len(value))]),
        method="B6",
        draws=joint,
        why=_why(parts, framework, scope, as_of),
        terms=_terms(parts, scope, as_of),
        lineage=tuple(conditions_of.lineage(c) for c in parts.conditions),
        parameters={
            "half_life": framework.number("half_life"),
            "spillover": framework.number("spillover"),
            "aggregation": framework.assumption("aggregation").value,
            "indicators": {
                i.code: {"weight": i.weight, "low": i.low, "high": i.high, "transform": i.transform,
                         "direction": i.direction,
                         "effective_importance": None if importance is None else round(float(importance[k]), 6)}
                for k, i in enumerate(parts.indicators)
            },
            "needs_log": _log_rule(parts, exposure),
            "national": _national(value, joint[on_goalposts], people),
        },
        details=details,
        unit="0 to 1",
    )  # fmt: skip


def _log_rule(parts: Parts, exposure: Floats) -> dict[str, bool]:
    """What the rule of methods B6 (|skew| > 2 and kurtosis > 3.5) says of each indicator, beside what is declared."""
    columns: dict[str, Floats] = {c.indicator.code: c.value for c in parts.conditions}
    for i in parts.indicators:
        if i.computed:
            columns[i.code] = exposure
    told: dict[str, bool] = {}
    for code, x in columns.items():
        seen = x[np.isfinite(x)]
        if len(seen) > 3:
            # Values that differ by rounding alone (all areas share one rate) have no shape to judge.
            alike = np.ptp(seen) <= 1e-9 * np.abs(seen).max()
            told[code] = not alike and bool(index.needs_log(seen))
    return told


def _national(value: Floats, draws: Floats, people: Floats) -> dict[str, float] | None:
    """People-weighted mean over estimated areas, with its interval; None when no area is estimated."""
    known = np.isfinite(value) & np.isfinite(people)
    if not known.any():
        return None
    share = people[known] / people[known].sum()
    drawn = draws[:, known] @ share
    point = float(value[known] @ share)
    low, high = np.quantile(drawn, [0.05, 0.95])
    return {"value": point, "lower": min(float(low), point), "upper": max(float(high), point)}


def _severity(
    parts: Parts,
    scope: Scope,
    framework: Framework,
    tables: Tables,
    as_of: dt.date,
    theta: Floats,
    draws: Floats,
) -> Scores:
    found = parts.severity
    counted = in_census(parts)
    state: list[State] = []
    why: list[Text | None] = []
    for i in range(len(scope.areas)):
        if not counted[i]:
            state.append("not_applicable")
            why.append(text("no census row in these sources"))
        elif not np.isfinite(theta[i]):
            state.append("no_data")
            why.append(_uncovered(found, as_of))
        else:
            state.append("estimated")
            why.append(None)
    lower, upper = interval(theta, draws)
    half_life = framework.number("half_life")
    if found is not None and found.exposed.any():
        # Nothing reported anywhere: the rate is 0, and the data allow as much as 3 / sum n (methods B3).
        none = found.fit(half_life).upper_if_none
        upper = upper if np.isnan(none) else np.where(np.isfinite(theta), none * PER, upper)
    details: dict[str, Floats] = {}
    rows: Sequence[Lineage] = ()
    if found is not None:
        details = {"y": found.totals(half_life), "exposure": np.where(found.exposed, found.exposure(half_life), np.nan),
                   "share_covered": found.share_covered}  # fmt: skip
        rows = severity_of.lineage(tables, scope, found, as_of) if found.exposed.any() else ()
    events: Floats = np.zeros(len(scope.areas))
    if found is not None:
        located = found.events.events[found.placed.located]
        events += np.bincount(found.placed.area, weights=located, minlength=len(scope.areas))
    return Scores(
        measure="severity",
        areas=scope.areas,
        value=theta,
        lower=lower,
        upper=upper,
        state=tuple(state),
        n=events,
        method="B3",
        draws=None,
        why=tuple(why),
        terms=_severity_terms(parts, scope, as_of),
        lineage=tuple(rows),
        parameters={} if found is None else severity_of.told(found, framework),
        details=details,
        unit="severity points per 100,000 person-years",
    )  # fmt: skip


def _uncovered(found: Severity | None, as_of: dt.date) -> Text:
    if found is None or found.coverage.newest is None:
        return text("no event source covers the window of this round")
    return text(
        "events by district end on {date}, too early for this round", date=found.coverage.newest.isoformat()
    )
