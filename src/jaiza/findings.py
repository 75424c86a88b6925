"""Findings: sentences that a minister can read, each with its interval, grade and figure.

Headlines come from grades A to C only. What is graded D or E, or cannot be estimated, stands under "What we cannot
say yet", each with what would change it. No headline at all is a valid result.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from jaiza.decide.grades import HEADLINE, Grade, by_age, grade_of, worst
from jaiza.disclosure import Disclosed
from jaiza.framework import Framework
from jaiza.gaps.coverage import CoverageScores
from jaiza.gaps.coverage.presence import PresenceMap
from jaiza.gaps.evidence import EvidenceScores
from jaiza.gaps.need import NeedScores
from jaiza.gaps.resource import ResourceScores
from jaiza.language import Text, bilingual, mark, plain, text, texts
from jaiza.places.scope import Scope
from jaiza.records.dates import age_in_months
from jaiza.records.tables_of_study import Tables
from jaiza.scores import Figure, Scores, figure_id

Kind = Literal["headline", "cannot_say", "catalogue"]
APART = 0.95  # share of draws in which one area must lie above another to be told apart from it
HIGH_NEED = 0.45  # the class edge that the map prints
AMONG = 25


@dataclass(frozen=True)
class Finding:
    """One sentence, the figure it stands on, what kind it is, and what would change it."""

    id: str
    kind: Kind
    sentence: Text
    figure: Figure | None
    note: Text | None = None
    would_change: Text | None = None

    def plain(self) -> dict[str, Any]:
        """The finding as plain data in both languages, for findings.json."""
        f = self.figure
        shown = {} if f is None else {
            "figure": f.id, "value": _number(f.value), "lower": _number(f.lower), "upper": _number(f.upper),
            "state": f.state, "grade": f.grade, "unit": f.unit,
        }  # fmt: skip
        return {
            "id": self.id,
            "kind": self.kind,
            "text": _both(self.sentence),
            "note": None if self.note is None else _both(self.note),
            "would_change": None if self.would_change is None else _both(self.would_change),
            **shown,
        }


def _number(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 9)


def _both(said: Text) -> dict[str, str]:
    return {"en": said.said("en"), "ur": said.said("ur")}


@dataclass(frozen=True)
class Assessed:
    """Everything one round's assessment holds before it is told."""

    as_of: dt.date
    tables: Tables
    framework: Framework
    scope: Scope
    need: NeedScores
    need_grades: tuple[Grade, ...]
    severity_grades: tuple[Grade, ...]
    coverage: CoverageScores
    gaps: tuple[tuple[Scores, tuple[Grade, ...]], ...]
    placed: Mapping[str, int]
    resource: ResourceScores
    evidence: EvidenceScores
    disclosed: Disclosed
    bands: NDArray[np.int64]
    ranked: NDArray[np.bool_]

    @property
    def presence(self) -> PresenceMap:
        """Presence of work as the audience may see it."""
        return self.coverage.presence

    @property
    def round(self) -> str:
        """Date of the round as it stands in figure ids."""
        return self.as_of.isoformat()

    def names(self, codes: Sequence[str], most: int = 12) -> list[Text]:
        """Names of places, and how many more there are when there are more than ``most``."""
        shown = [self.name(c) for c in codes[:most]]
        if len(codes) > most:
            shown.append(texts("{n} more", "{n} more", n=len(codes) - most))
        return shown

    def name(self, code: str) -> Text:
        """Name of a place in both languages."""
        row = self.scope.rows[code]
        return bilingual(str(row["name"]), row.get("name_ur"))


def ranked_areas(scores: NeedScores, grades: Sequence[Grade]) -> NDArray[np.bool_]:
    """Areas that enter a ranking: estimated, and graded A to C."""
    return np.array(
        [s == "estimated" and g.letter in HEADLINE for s, g in zip(scores.need.state, grades, strict=True)]
    )


def bands(scores: NeedScores, ranked: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Bands (areas,) of ranked areas, 1 the highest, 0 for the others.

    A band ends where its first area lies above the next one in more than 95 % of draws.
    """
    out = np.zeros(len(ranked), dtype=np.int64)
    draws = scores.need.draws
    if draws is None:
        return out
    order = [i for i in np.argsort(-np.where(ranked, scores.need.value, -np.inf), kind="stable") if ranked[i]]
    band, first = 0, -1
    for i in order:
        if first < 0 or np.mean(draws[:, first] > draws[:, i]) > APART:
            band, first = band + 1, int(i)
        out[i] = band
    return out


def findings(found: Assessed) -> list[Finding]:
    """All findings of a round, headlines first."""
    out: list[Finding | None] = []
    if found.ranked.any():
        out += [highest_need(found), where_the_highest_lie(found)]
    if np.isfinite(found.need.need.value).any() and found.need.parts.severity is not None:
        out.append(people_in_need(found))
    out += [half_of_the_deaths(found), *catalogue(found), *studies(found), *cannot_say(found), *money(found)]
    return [f for f in out if f is not None]


def _demoted(finding: Finding, would_change: Text) -> Finding:
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
    return _demoted(
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
    return _demoted(Finding("highest-by-province", "headline", sentence, figure, text("districts, over all draws")),
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
    return _demoted(
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


def catalogue(found: Assessed) -> list[Finding]:
    """What the records of work say about themselves: counts over the whole catalogue, not estimates."""
    placed, shown = found.placed, found.presence.placed
    total = placed["records"]
    if not total:
        return []
    dose = float(placed["area_reach_dates"])
    figure = Figure(
        figure_id("records-with-dose", found.round, "national"), "records-with-dose", "", dose, dose, dose, "estimated",
        grade_of(sources=1), "sources", float(total), "records", "C0",
        parameters={"placed": dict(placed), "placed_as_shown": dict(shown)},
    )  # fmt: skip
    sentence = text(
        "Of {total} recorded initiatives, {area} name a district, {parent} only a province, {national} only the country and "
        "{none} no place; {dose} give district, people reached and dates together.",
        total=total, area=placed["area"], parent=placed["parent"], national=placed["national"], none=placed["none"], dose=int(dose),
    )  # fmt: skip
    note = text("records with all three; {n} that name a district are shown by province only, to protect people",
                n=placed["area"] - shown["area"])  # fmt: skip
    return [Finding("records", "catalogue", sentence, figure, note)]


UNKNOWN_ABSENCE = mark(
    "An empty cell is first of all a limit of the search: how complete the records are is not known."
)


def cannot_say(found: Assessed) -> list[Finding]:
    """What is graded D or E or cannot be estimated, and what would change it."""
    need, out = found.need.need, []
    states = Counter(need.state)
    violent = found.need.parts.severity
    newest = violent.coverage.newest if violent is not None else None
    if states["estimated"] + states["too_wide"] == 0 and newest is not None:
        out.append(
            Finding("violence-is-old", "cannot_say",
                    text("No district can be ranked: open event data by district end on {date}, and what happened since is not known.",
                         date=newest.isoformat()),
                    None, None,
                    text("events by district of the last 24 months, such as a newer UCDP or ACLED file, in data/events.csv"))
        )  # fmt: skip
    missing = [i for i, s in enumerate(need.state) if s == "no_data"]
    if missing and states["estimated"]:
        names = found.names([need.areas[i] for i in missing])
        parts = Counter(c for i in missing for c in found.need.missing[i])
        lacking = [
            next(x.name.text for x in found.framework.indicators if x.code == c)
            for c, _ in parts.most_common()
        ]
        out.append(
            Finding("need-no-data", "cannot_say",
                    texts("Need in {n} district is not known: {names}.", "Need in {n} districts is not known: {names}.",
                          n=len(missing), names=names),
                    None, None, text("a published figure for: {parts}", parts=lacking))
        )  # fmt: skip
    weak = [
        i
        for i, g in enumerate(found.need_grades)
        if need.state[i] in ("estimated", "too_wide") and g.letter in "DE"
    ]
    if weak:
        by_term = Counter(found.need_grades[i].term for i in weak)
        out.append(
            Finding("need-weak", "cannot_say",
                    texts("Need in {n} district is too uncertain to be ranked.", "Need in {n} districts is too uncertain to be ranked.", n=len(weak)),
                    None,
                    text("in {cap} no event is reported and nobody independent has looked; in {width} the interval is too wide or the data too old",
                         cap=by_term["cap"], width=len(weak) - by_term["cap"]),
                    text("an independent local source of events, and surveys with more respondents"))
        )  # fmt: skip
    if states["not_applicable"]:
        parents = sorted(
            {
                found.scope.parent(a)
                for a, s in zip(need.areas, need.state, strict=True)
                if s == "not_applicable"
            }
        )
        out.append(
            Finding("no-census", "cannot_say",
                    text("{names}: no census rows in these sources, so nothing is ranked there.", names=[found.name(p) for p in parents if p]),
                    None, None, text("a published count of people by district"))
        )  # fmt: skip
    if found.presence.work and "estimated" not in found.coverage.gap.state:
        out.append(
            Finding("coverage-unknown", "cannot_say",
                    text("How many people are reached, and where nobody is, cannot be said. {why}", why=text(UNKNOWN_ABSENCE)),
                    None, None, text("dates, people reached and hours from the leads of recorded work, and a registry that an area certifies as complete"))
        )  # fmt: skip
    return out


def studies(found: Assessed) -> list[Finding]:
    """How much of the map of evidence is filled, harm first."""
    cells = found.evidence.cells
    if not cells:
        return []
    filled = sum(1 for c in cells if c.studies)
    harms = len({(h.study, h.approach) for h in found.evidence.harms})
    figure = Figure(
        figure_id("evidence-cells", found.round, "national"), "evidence-cells", "", float(filled), float(filled), float(filled),
        "estimated", grade_of(sources=1), "sources", float(len(cells)), "cells", "I",
        parameters={"cells": len(cells), "harms": harms},
    )  # fmt: skip
    sentence = text(
        "Harm was noted by {harms} studies. Of {cells} pairs of approach and outcome, {filled} have a study; no study is not no effect.",
        harms=harms, cells=len(cells), filled=filled,
    )  # fmt: skip
    return [
        Finding(
            "evidence",
            "catalogue",
            sentence,
            figure,
            text("pairs with a study, from pages that could be read"),
        )
    ]


def money(found: Assessed) -> list[Finding]:
    """What can be said of money: bounds, why nothing is ranked, and the non-kinetic share of the lines on record."""
    national, known, out = found.resource.national, found.resource.budgets_known, []
    if not national.paid.n and not found.resource.nonkinetic:
        return []
    if national.ranking_withheld is not None:
        top = (
            text("no upper bound")
            if not national.paid.bounded
            else plain(f"{national.paid.upper / 1e6:,.1f}")
        )
        out.append(
            Finding("money-bounds", "cannot_say",
                    text("What reaches work each year lies between {low} million {currency} and {top}; {known} of {all} records state a budget. "
                         "No district is ranked on money.", low=f"{national.paid.lower / 1e6:,.1f}", currency=national.currency, top=top,
                         known=known.known, all=known.initiatives),
                    None, national.ranking_withheld, text("amounts and periods of payments, by initiative"))
        )  # fmt: skip
    country = [
        n
        for n in found.resource.nonkinetic
        if n.level == "country" and np.isfinite(n.lower) and n.stage == "budget"
    ]
    if country:
        # The year of which most lines are on record; a newer year with a line or two would say nothing.
        newest = max(country, key=lambda n: (n.lines, n.end))
        grade = grade_of(width=newest.upper - newest.lower, sources=1, completeness=float("nan"))
        figure = Figure(
            figure_id("non-kinetic", found.round, newest.place, newest.start[:4]), "non-kinetic", "", float("nan"), newest.lower,
            newest.upper, "estimated", grade, "completeness", float(newest.lines), "share", "D3",
            parameters={"civil": list(newest.civil), "armed": list(newest.armed), "open": list(newest.open), "stage": newest.stage},
        )  # fmt: skip
        out.append(
            Finding("non-kinetic", "cannot_say",
                    text("Of the national budget lines on record for {year}, {low} to {high} % are not for armed force. Other years hold "
                         "other lines, so this is no trend.", year=_fiscal_year(newest.start, newest.end), low=f"{100 * newest.lower:.0f}",
                         high=f"{100 * newest.upper:.0f}"),
                    figure, text("bounds of a share; {n} lines, most of them not for prevention", n=newest.lines),
                    text("a budget line for prevention, and all lines of one year"))
        )  # fmt: skip
    return out


def _fiscal_year(start: str, end: str) -> str:
    """ "2019-20" for a year that spans two, "2019" for one that does not."""
    return start[:4] if start[:4] == end[:4] else f"{start[:4]}-{end[2:4]}"
