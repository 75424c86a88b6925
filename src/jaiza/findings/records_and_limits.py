"""What records, studies and budgets say of themselves, and what cannot be said yet with what would change it."""

from __future__ import annotations

from collections import Counter

import numpy as np

from jaiza.decide.grades import grade_of
from jaiza.findings.assessed import Assessed, Finding
from jaiza.language import mark, plain, text, texts
from jaiza.scores import Figure, figure_id


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
