"""Rows of the results tables that people open: need, presence, gaps, what to find first, how old the data are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pyarrow.compute as pc

from jaiza.decide.grades import Grade, by_age, grades
from jaiza.disclosure import initiative_count, organisation_count
from jaiza.findings import Assessed
from jaiza.records.dates import age_in_months, last_day
from jaiza.records.people import people
from jaiza.scores import Scores, figure_id
from jaiza.stats import ranks


def _area(found: Assessed, code: str) -> dict[str, Any]:
    parent = found.scope.parent(code)
    return {
        "area_code": code,
        "area_name": found.scope.name(code),
        "admin1_code": parent or None,
        "admin1_name": found.scope.name(parent) if parent else None,
    }


def values(scores: Scores, grade: Grade, i: int) -> dict[str, Any]:
    return {"value": scores.value[i], "lower": scores.lower[i], "upper": scores.upper[i], "state": scores.state[i],
            "grade": grade.letter or None, "n": scores.n[i]}  # fmt: skip


def places_rows(found: Assessed) -> Iterable[dict[str, Any]]:
    """Country, provinces and districts, with people on the day of the round."""
    counts = people(found.tables, found.scope.areas, found.as_of).counts
    at = {a: i for i, a in enumerate(found.scope.areas)}
    for code in sorted(found.scope.rows):
        row = found.scope.rows[code]
        if row["level"] in ("0", "1", "2"):
            yield {**{k: row[k] for k in ("code", "name", "name_ur", "level", "parent", "counted_in", "lat", "lon")},
                   "people": counts[at[code]] if code in at else None}  # fmt: skip


def context_rows(found: Assessed) -> Iterable[dict[str, Any]]:
    """Figures of others for provinces and the country that end after our events do and before the round."""
    violent = found.need.parts.severity
    newest = violent.coverage.newest if violent is not None else None
    titles = {r["id"]: r["title"] for r in found.tables.rows("sources")}
    for row in found.tables.rows("published_figures"):
        end = last_day(row["period_end"])
        if (
            row["level"] in ("national", "province")
            and end < found.as_of
            and (newest is None or end > newest)
        ):
            yield {**{k: row[k] for k in ("level", "place", "period_start", "period_end", "publisher", "measure", "value", "definition")},
                   "area_code": row["area"], "source": titles.get(row["source"])}  # fmt: skip


def need_rows(found: Assessed) -> Iterable[dict[str, Any]]:
    """One row an analysed area; ranks only among areas graded A to C."""
    need, severity = found.need.need, found.need.severity
    assert need.draws is not None
    known = np.flatnonzero(found.ranked)
    k = int(found.framework.number("top_k"))
    blank = np.full(len(need.areas), np.nan)
    low, high, top = blank.copy(), blank.copy(), blank.copy()
    if len(known):
        part = need.draws[:, known]
        low[known], high[known] = ranks.rank_interval(part)
        top[known] = ranks.top_k(part, k)
    violent = found.need.parts.severity
    counts = violent.population.counts if violent is not None else blank
    for i, code in enumerate(need.areas):
        why = need.why[i] if need.why else None
        yield {
            **_area(found, code),
            **values(need, found.need_grades[i], i),
            "rank_lower": low[i],
            "rank_upper": high[i],
            "top_k": top[i],
            "band": float(found.bands[i]) if found.bands[i] else None,
            **{name: need.details[name][i] for name in ("arithmetic", "data_lower", "data_upper", "choice_lower", "choice_upper", "every_lower", "every_upper")},
            "severity": severity.value[i],
            "severity_lower": severity.lower[i],
            "severity_upper": severity.upper[i],
            "severity_grade": found.severity_grades[i].letter or None,
            "people": counts[i],
            "missing": ";".join(found.need.missing[i]) or None,
            "why": why.said("en") if why is not None else None,
            "figure": figure_id("need", found.round, code),
            "severity_figure": figure_id("severity", found.round, code),
        }  # fmt: skip


def presence_rows(found: Assessed) -> Iterable[dict[str, Any]]:
    """One row a place and approach, first provinces, then districts; counts as the audience may see them."""
    audience = found.disclosed.audience
    for place in (*found.scope.parents(), *found.scope.areas):
        district = found.scope.kind[place] == "area"
        named = _area(found, place) if district else {"area_code": place, "area_name": found.scope.name(place),
                                                      "admin1_code": place, "admin1_name": found.scope.name(place)}  # fmt: skip
        for approach in found.framework.approach_codes():
            cell = found.presence.cells[place, approach]
            here = cell.counts["active"] + cell.counts["ended"] + cell.counts["dates_unknown"]
            leads = organisation_count(cell.leads, by_district=district, audience=audience)
            yield {
                **named,
                "level": "2" if district else "1",
                "approach": approach,
                "presence": cell.presence,
                "initiatives": initiative_count(here, by_district=district, audience=audience),
                "organisations": leads,
                "organisations_state": "observed" if leads is not None else "withheld",
                "figure": figure_id("presence", found.round, place, approach),
            }


def gap_rows(found: Assessed) -> Iterable[dict[str, Any]]:
    """One row an area and gap; a gap that nothing can be said of is there, and says so."""
    for scores, letters in found.gaps:
        for i, code in enumerate(scores.areas):
            yield {
                "area_code": code,
                "area_name": found.scope.name(code),
                "gap": scores.measure,
                **values(scores, letters[i], i),
                "figure": figure_id(scores.measure, found.round, code),
            }


def coverage_rows(found: Assessed) -> Iterable[dict[str, Any]]:
    """Coverage (not the gap) by area and approach, from the records that the audience may see."""
    cells = found.coverage.cells
    letters = {a.code: grades(cells.gap(a.code)) for a in cells.approaches}
    at = {a: i for i, a in enumerate(cells.areas)}
    for cell in cells.rows():
        grade = letters[cell.approach][at[cell.area]]
        yield {
            **_area(found, cell.area),
            "approach": cell.approach,
            "presence": cell.presence,
            "value": cell.value,
            "lower": cell.lower if np.isfinite(cell.value) else None,
            "upper": cell.upper if np.isfinite(cell.value) else None,
            "state": cell.state,
            "grade": grade.letter or None,
            "n": float(cell.records) if found.disclosed.audience == "restricted" else None,
            "figure": figure_id("coverage", found.round, cell.area, cell.approach),
        }


def overlap_rows(found: Assessed) -> Iterable[dict[str, Any]]:
    """Joint coverage where several initiatives work; which ones is never said."""
    for item in found.coverage.overlaps:
        yield {
            **_area(found, item.area),
            "approach": item.approach,
            "independence": item.independence,
            "lower": item.lower,
            "upper": item.upper,
            "ratio": item.ratio,
            "possible_duplication": bool(item.duplication),
        }


def blind_spot_rows(found: Assessed) -> Iterable[dict[str, Any]]:
    """Areas of high need with low coverage, where coverage is known and may be shown."""
    spots = found.coverage.blind_spots
    for item in spots.found if spots is not None else ():
        yield {
            **_area(found, item.area),
            "approach": item.approach,
            "need": item.need,
            "value": item.value,
            "upper": item.upper,
            "with_unlocated": item.with_unlocated,
        }


def ended_rows(found: Assessed) -> Iterable[dict[str, Any]]:
    """Work that ended with nothing on record since; initiatives are counted by province only."""
    for item in found.coverage.ended:
        district = found.scope.kind[item.place] == "area"
        parent = found.scope.parent(item.place) if district else item.place
        yield {
            "area_code": item.place,
            "area_name": found.scope.name(item.place),
            "admin1_code": parent or None,
            "admin1_name": found.scope.name(parent) if parent else None,
            "approach": item.approach,
            "last": item.last,
            "initiatives": initiative_count(
                len(item.initiatives), by_district=district, audience=found.disclosed.audience
            ),
            "registry_complete": item.complete,
        }


def money_rows(found: Assessed) -> Iterable[dict[str, Any]]:
    """Bounds of the non-kinetic share by place, fiscal year and stage, with the lines that they stand on."""
    for item in found.resource.nonkinetic:
        yield {
            "area_code": item.place,
            "area_name": found.scope.name(item.place),
            "year_start": item.start,
            "year_end": item.end,
            "stage": item.stage,
            "lower": item.lower,
            "upper": item.upper,
            "lines": item.lines,
            "civil": ";".join(item.civil) or None,
            "armed": ";".join(item.armed) or None,
            "open": ";".join(item.open) or None,
        }


def evidence_rows(found: Assessed) -> Iterable[dict[str, Any]]:
    """What studies say of every approach and outcome, those with a harm first."""
    for cell in sorted(found.evidence.cells, key=lambda c: (-c.harms, -c.studies, c.approach, c.outcome)):
        yield {
            "approach": cell.approach,
            "outcome": cell.outcome,
            "studies": cell.studies,
            "best_sms": cell.best_sms,
            "strength": cell.strength,
            "harms": cell.harms,
        }


def data_first_rows(found: Assessed) -> list[dict[str, Any]]:
    """Areas whose missing parts could change who is among the first k, the likeliest to enter first (methods J).

    The missing parts are set to their best (.01) and worst (1) value beside what is known of the area.
    """
    need, parts = found.need.need, found.need.parts
    known = np.flatnonzero(found.ranked)
    k = int(found.framework.number("top_k"))
    out = []
    for i, lacking in enumerate(found.need.missing):
        if not lacking or need.state[i] != "no_data" or not len(known):
            continue
        low, high = _bounds_of_need(found, i, lacking)
        best = 1 + int((need.value[known] > high).sum())
        worst_rank = 1 + int((need.value[known] > low).sum())
        out.append({**_area(found, need.areas[i]), "missing": ";".join(lacking), "rank_best": float(best),
                    "rank_worst": float(worst_rank), "could_enter": best <= k})  # fmt: skip
    del parts
    return sorted(out, key=lambda r: (r["rank_best"], r["rank_worst"], r["area_code"]))


def _bounds_of_need(found: Assessed, i: int, lacking: Sequence[str]) -> tuple[float, float]:
    z = {ind.code: float(found.need.need.details[f"z_{ind.code}"][i]) for ind in found.need.parts.indicators}
    ends = []
    for filler in (0.01, 1.0):
        logs = [
            ind.weight * np.log(filler if ind.code in lacking else z[ind.code])
            for ind in found.need.parts.indicators
        ]
        ends.append(float(np.exp(sum(logs))))
    return ends[0], ends[1]


def data_age_rows(found: Assessed) -> list[dict[str, Any]]:
    """Sources behind need and presence, how old each is on the day of the round, and how many rows it gave."""
    rows = {r["id"]: r for r in found.tables.rows("sources")}
    used: dict[str, tuple[set[str], str, int]] = {}

    def note(source: str, what: str, newest: str, count: int = 1) -> None:
        held = used.get(source, (set(), "", 0))
        used[source] = (held[0] | {what}, max(held[1], newest), held[2] + count)

    for condition in found.need.parts.conditions:
        for position in condition.row[condition.row >= 0]:
            row = found.tables.rows("indicators")[int(position)]
            note(row["source"], condition.indicator.code, last_day(row["period_end"]).isoformat())
    violent = found.need.parts.severity
    if violent is not None:
        for position in sorted({int(p) for p in violent.population.rows}):
            row = found.tables.rows("population")[position]
            later = (
                last_day(row["counted_on"]) >= found.as_of
            )  # the declared exception: counts are interpolated
            note(
                row["source"],
                "people_interpolated" if later else "people",
                last_day(row["counted_on"]).isoformat(),
            )
        sources = found.tables["events"]["source"]
        for source in violent.coverage.sources:
            count = int(pc.sum(pc.equal(sources, source)).as_py() or 0)
            end = min(last_day(rows[source]["covers_to"]), found.as_of - dt.timedelta(days=1))
            note(source, "events", end.isoformat(), count)
    out = []
    for source, (what, newest, count) in sorted(used.items()):
        about = rows.get(source, {})
        seen = bool(newest) and dt.date.fromisoformat(newest) < found.as_of
        age = age_in_months(dt.date.fromisoformat(newest), found.as_of) if seen else float("nan")
        out.append({"source": source, "title": about.get("title", source), "publisher": about.get("publisher"),
                    "used_for": ";".join(sorted(what)), "newest": newest or None, "age_months": round(age, 1) if seen else None,
                    "grade": by_age(age) if seen or not newest else None, "rows": count, "licence": about.get("licence")})  # fmt: skip
    return out
