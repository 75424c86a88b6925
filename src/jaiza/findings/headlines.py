"""Findings that may be headlines: need, who lives there, where deaths fell; demoted where the grade is too low."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jaiza.decide.grades import HEADLINE, by_age, grade_of, worst
from jaiza.findings.assessed import AMONG, HIGH_NEED, Assessed, Finding
from jaiza.language import Text, text, texts
from jaiza.records.dates import age_in_months
from jaiza.scores import Figure, figure_id


def demoted(finding: Finding, would_change: Text) -> Finding:
    """The finding under "cannot say yet" when its grade is too low for a headline."""
    if finding.figure is not None and finding.figure.grade in HEADLINE:
        return finding
    return Finding(finding.id, "cannot_say", finding.sentence, finding.figure, finding.note, would_change)


def highest_need(found: Assessed) -> Finding:
    """Which areas stand first, and which of them cannot be told apart."""
    top = np.flatnonzero(found.bands == 1)
    need = found.need.need
    top = top[np.argsort(-need.value[top], kind="stable")]
    first = int(top[0])
    figure = Figure(
        figure_id("need", found.round, need.areas[first]), "need", need.areas[first], float(need.value[first]),
        float(need.lower[first]), float(need.upper[first]), "estimated", found.need_grades[first].letter, "", need.n[first],
        need.unit, "B6",
    )  # fmt: skip
    names = [found.name(need.areas[i]) for i in top[:8]]
    if len(top) == 1:
        sentence = text("Need for a response is highest in {names}.", names=names)
    elif len(top) <= 8:
        sentence = text(
            "Need for a response is highest in {names}. These {n} districts cannot be told apart.",
            names=names,
            n=len(top),
        )
    else:
        sentence = text(
            "Need for a response is highest in {n} districts that cannot be told apart, among them {names}.",
            names=names,
            n=len(top),
        )
    return Finding("highest-need", "headline", sentence, figure, text("highest estimate, 0 to 1"))


def _national(
    found: Assessed, measure: str, value: float, drawn: NDArray[np.float64], grade: str, unit: str, method: str,
    parameters: dict[str, Any], n: float,
) -> Figure:  # fmt: skip
    low, high = (float(x) for x in np.quantile(drawn, [0.05, 0.95])) if len(drawn) else (value, value)
    return Figure(
        figure_id(measure, found.round, "national"), measure, "", value, min(low, value), max(high, value), "estimated",
        grade, "", n, unit, method, parameters=parameters,
    )  # fmt: skip


def people_in_need(found: Assessed) -> Finding | None:
    """How many people live where need is above a printed class edge, missing areas counted as unknown.

    The lower end counts no area without an estimate, the upper end all of them.
    """
    need, parts = found.need.need, found.need.parts
    assert parts.severity is not None
    people = parts.severity.population.counts
    known = np.array([s in ("estimated", "too_wide") for s in need.state])
    missing = np.array([s == "no_data" for s in need.state])
    value = float(people[known & (np.nan_to_num(need.value) >= HIGH_NEED)].sum())
    drawn = (found.need.level_draws()[:, known] >= HIGH_NEED) @ people[known]
    low, high = (float(x) for x in np.quantile(drawn, [0.05, 0.95]))
    low, high = min(low, value), max(high, value) + float(np.nansum(people[missing]))
    total = float(np.nansum(people))
    grade = worst([grade_of(width=(high - low) / total, sources=1), *_age_letters(found, known)])
    figure = Figure(
        figure_id("people-in-need", found.round, "national"), "people-in-need", "", value, low, high, "estimated", grade,
        "width", float(known.sum()), "people", "B6",
        parameters={"edge": HIGH_NEED, "from": [figure_id("need", found.round, need.areas[i]) for i in np.flatnonzero(known)],
                    "people": {need.areas[i]: float(people[i]) for i in np.flatnonzero(known)},
                    "people_in_areas_without_estimate": float(np.nansum(people[missing]))},
    )  # fmt: skip
    sentence = text(
        "Between {low} and {high} million people live in districts where need is above {edge}.",
        low=f"{low / 1e6:.1f}", high=f"{high / 1e6:.1f}", edge=f"{HIGH_NEED:.2f}",
    )  # fmt: skip
    note = texts("people; {n} district without an estimate counts as unknown", "people; {n} districts without an estimate count as unknown",
                 n=int(missing.sum()))  # fmt: skip
    return demoted(
        Finding("people-in-need", "headline", sentence, figure, note), text("narrower intervals of need")
    )


def _age_letters(found: Assessed, known: NDArray[np.bool_]) -> list[str]:
    """Letters by age of the oldest part of need, over some areas."""
    ages = found.need.need.terms.age_months
    return [] if ages is None else [by_age(float(ages[i])) for i in np.flatnonzero(known)]


def national_need(found: Assessed) -> Figure | None:
    """Need of the country: the mean over estimated districts, weighted by people; completeness is the share of people."""
    national = found.need.need.parameters.get("national")
    if national is None or found.need.parts.severity is None:
        return None
    people = found.need.parts.severity.population.counts
    known = np.isfinite(found.need.need.value)
    share = float(np.nansum(people[known]) / np.nansum(people))
    terms = found.need.need.terms
    sources = float(np.nanmin(terms.sources[known])) if terms.sources is not None else 1.0
    letters = [
        grade_of(width=national["upper"] - national["lower"], sources=sources, completeness=share),
        *_age_letters(found, known),
    ]
    areas = [found.need.need.areas[i] for i in np.flatnonzero(known)]
    return Figure(
        figure_id("need", found.round, "national"), "need", "", national["value"], national["lower"], national["upper"], "estimated",
        worst(letters), "width", float(known.sum()), "0 to 1", "B6",
        parameters={"share_of_people": share, "from": [figure_id("need", found.round, a) for a in areas],
                    "people": {a: float(people[i]) for a, i in zip(areas, np.flatnonzero(known), strict=True)}},
    )  # fmt: skip


def where_the_highest_lie(found: Assessed) -> Finding | None:
    """In which provinces the areas of highest need lie."""
    need = found.need.need
    assert need.draws is not None
    known = np.flatnonzero(found.ranked)
    if len(known) < 2 * AMONG:
        return None
    order = known[np.argsort(-need.value[known], kind="stable")][:AMONG]
    counts = Counter(found.scope.parent(need.areas[i]) for i in order)
    first = [code for code, _ in sorted(counts.items(), key=lambda c: (-c[1], c[0]))[:2]]
    inside = np.array([found.scope.parent(need.areas[i]) in first for i in known])
    value = float(sum(counts[c] for c in first))
    top = np.argsort(-need.draws[:, known], axis=1, kind="stable")[:, :AMONG]
    drawn = inside[top].sum(axis=1).astype(np.float64)
    grade = worst([found.need_grades[i].letter for i in order])
    figure = _national(
        found, "highest-by-province", value, drawn, grade, "districts", "J",
        {"among": AMONG, "provinces": first, "from": [figure_id("need", found.round, need.areas[i]) for i in known]},
        float(len(known)),
    )  # fmt: skip
    sentence = text(
        "Of the {among} districts with the highest need that can be ranked, {n} lie in {names}.",
        among=AMONG, n=int(value), names=[found.name(c) for c in first],
    )  # fmt: skip
    return demoted(Finding("highest-by-province", "headline", sentence, figure, text("districts, over all draws")),
                    text("narrower intervals of need"))  # fmt: skip


def half_of_the_deaths(found: Assessed) -> Finding | None:
    """In how few areas half of the reported deaths fell."""
    violent = found.need.parts.severity
    if violent is None or not violent.exposed.any():
        return None
    deaths = _deaths_by_area(found, violent.events.best)
    total = float(violent.events.best.sum())
    if total <= 0:
        return None
    value, areas = _fewest(deaths, total)
    bounds = [
        _fewest(_deaths_by_area(found, x), float(x.sum()))[0]
        for x in (violent.events.low, violent.events.high)
    ]
    share = float(np.nansum(violent.population.counts[areas]) / np.nansum(violent.population.counts))
    newest = violent.coverage.newest
    grade = grade_of(
        age_months=age_in_months(newest, found.as_of) if newest else float("nan"), sources=1, cap="B"
    )
    parameters = {"deaths": {found.scope.areas[i]: float(deaths[i]) for i in np.flatnonzero(deaths)}, "total": total,
                  "from": [figure_id("severity", found.round, found.scope.areas[i]) for i in areas]}  # fmt: skip
    figure = Figure(
        figure_id("half-of-deaths", found.round, "national"), "half-of-deaths", "", float(value), float(min(value, *bounds)),
        float(max(value, *bounds)), "estimated", grade, "sources", total, "districts", "B1", parameters=parameters,
    )  # fmt: skip
    sentence = text(
        "Half of the deaths reported in the five years before the round fell in {n} districts, home to {share} % of the people.",
        n=value, share=f"{100 * share:.0f}",
    )  # fmt: skip
    note = text("districts, from low to high death counts; deaths that name no district are in the total")
    return demoted(
        Finding("half-of-deaths", "headline", sentence, figure, note),
        text("a newer file of events by district"),
    )


def _deaths_by_area(found: Assessed, deaths: NDArray[np.float64]) -> NDArray[np.float64]:
    placed = found.need.parts.severity.placed  # type: ignore[union-attr]
    out: NDArray[np.float64] = np.zeros(len(found.scope.areas))
    out += np.bincount(placed.area, weights=deaths[placed.located], minlength=len(found.scope.areas))
    for row, areas, shares in placed.split:
        if found.need.parts.severity.events.precision[row] <= 3:  # type: ignore[union-attr]
            out[areas] += deaths[row] * shares
    return out


def _fewest(deaths: NDArray[np.float64], total: float) -> tuple[int, NDArray[np.int64]]:
    """The least number of areas that hold half of ``total``, and which."""
    order = np.argsort(-deaths, kind="stable")
    reached = np.flatnonzero(np.cumsum(deaths[order]) >= total / 2)
    count = int(reached[0]) + 1 if len(reached) else len(order)
    return count, order[:count].astype(np.int64)
