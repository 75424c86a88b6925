"""Every figure of a round, what is needed to compute it again, and the rows that it stands on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from jaiza.assess.result_rows import coverage_rows, values
from jaiza.assess.shown_coverage import WORK
from jaiza.decide.grades import Grade
from jaiza.findings import Assessed, Finding, national_need
from jaiza.gaps.coverage.presence import PresenceMap
from jaiza.records import results as declared
from jaiza.scores import Scores, figure_id
from jaiza.store.results import frame

_CONTENT = {
    "events": ("place", "date", "kind", "location_precision", "events", "deaths_best", "deaths_low", "deaths_high",
               "deaths_best_squared", "injured", "hostages", "source"),
    "population": ("area", "sex", "age_band", "people", "counted_on", "source"),
    "delivery": ("initiative", "output", "planned", "delivered", "due", "done", "as_of"),
    "participation": ("initiative", "group", "level", "count", "unknown", "total", "basis"),
    "funding": ("id", "initiative", "flow", "amount", "currency", "year_start", "year_end"),
    "unit_costs": ("id", "approach", "cost", "cost_low", "cost_high", "currency", "year"),
    "rates": ("series", "year", "value"),
    "survey_responses": ("survey", "respondent", "area", "stratum", "psu", "weight", "institution", "side", "answer"),
    "survey_estimates": ("id", "place", "institution", "percent", "n"),
    "studies": ("id", "approach", "outcome", "sms", "direction"),
    "neighbours": ("area_a", "area_b"),
    "initiatives": ("id", "title", "start", "end", "reached_low", "reached_high", "hours_low", "hours_high"),
    "initiative_areas": ("initiative", "area", "share"),
    "initiative_approaches": ("initiative", "approach", "share"),
    "indicators": ("area", "code", "value", "se", "period_end", "source", "note"),
}  # fmt: skip


def plain(value: Any) -> Any:
    """Numbers to 15 significant digits, nan as null, so that JSON holds no surprise and a small rate stays exact."""
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, float | np.floating):
        return None if np.isnan(value) else float(f"{value:.15g}")
    return value.item() if isinstance(value, np.generic) else value


def figure_rows(found: Assessed, told: Sequence[Finding]) -> Iterable[dict[str, Any]]:
    """Every figure of the round with what is needed, beside its rows, to compute it again."""
    yield from _score_figures(found, found.need.need, found.need_grades, _need_parameters)
    yield from _score_figures(found, found.need.severity, found.severity_grades, _severity_parameters)
    for (place, approach), cell in found.presence.cells.items():
        district = found.scope.kind[place] == "area"
        counts = {} if district and found.disclosed.audience == "public" else dict(cell.counts)
        yield {"figure": figure_id("presence", found.round, place, approach), "measure": "presence", "area_code": place,
               "approach": approach, "state": "estimated", "n": None, "method": "C0",
               "parameters": _json({"presence": cell.presence, **counts})}  # fmt: skip
    for gap, letters in found.gaps:
        parameters = _coverage_parameters if gap.measure == "coverage" else _own_details(gap)
        yield from _score_figures(found, gap, letters, parameters)
    for row in coverage_rows(found):
        yield {"figure": row["figure"], "measure": "coverage", "area_code": row["area_code"], "approach": row["approach"],
               **{k: row[k] for k in ("value", "lower", "upper", "state", "grade", "n")}, "method": "C2",
               "parameters": _json({"presence": row["presence"], "part_of": figure_id("coverage", found.round, row["area_code"])})}  # fmt: skip
    seen = set()
    for f in (national_need(found), *(finding.figure for finding in told)):
        if f is not None and not f.area and f.id not in seen:
            seen.add(f.id)
            yield {"figure": f.id, "measure": f.measure, "area_code": None, "value": f.value, "lower": f.lower, "upper": f.upper,
                   "state": f.state, "grade": f.grade, "n": f.n, "grade_term": f.grade_term, "unit": f.unit, "method": f.method,
                   "parameters": _json(f.parameters)}  # fmt: skip


def _json(value: Any) -> str:
    return json.dumps(plain(value), sort_keys=True, ensure_ascii=False)


def _score_figures(
    found: Assessed, scores: Scores, letters: Sequence[Grade], parameters: Any
) -> Iterable[dict[str, Any]]:
    for i, code in enumerate(scores.areas):
        why = scores.why[i] if scores.why else None
        own = parameters(found, i)
        if why is not None:
            own = {**own, "why": {"en": why.said("en"), "ur": why.said("ur")}}
        yield {"figure": figure_id(scores.measure, found.round, code), "measure": scores.measure, "area_code": code,
               **values(scores, letters[i], i), "grade_term": letters[i].term, "unit": scores.unit, "method": scores.method,
               "parameters": _json(own)}  # fmt: skip


def _need_parameters(found: Assessed, i: int) -> dict[str, Any]:
    """Parts of need in one area; severity and neighbours' severity are figures of their own."""
    need, own = found.need.need, {}
    around = np.flatnonzero(found.need.parts.neighbours[i] > 0)
    for indicator in found.need.parts.indicators:
        x = need.details.get(f"x_{indicator.code}")
        own[indicator.code] = {"z": float(need.details[f"z_{indicator.code}"][i])}
        if x is not None:
            own[indicator.code] |= {"x": float(x[i]), "se": float(need.details[f"se_{indicator.code}"][i])}
    areas = [need.areas[i], *(need.areas[j] for j in around)]
    return {
        "parts": own,
        "severity_with_spillover": float(need.details["severity_with_spillover"][i]),
        "neighbours": [need.areas[j] for j in around],
        "from": [figure_id("severity", found.round, a) for a in areas],
        "data_only": [float(need.details["data_lower"][i]), float(need.details["data_upper"][i])],
        "choices_only": [float(need.details["choice_lower"][i]), float(need.details["choice_upper"][i])],
        "arithmetic": float(need.details["arithmetic"][i]),
    }


def _severity_parameters(found: Assessed, i: int) -> dict[str, Any]:
    details = found.need.severity.details
    return {name: float(values[i]) for name, values in details.items()}


def _coverage_parameters(found: Assessed, i: int) -> dict[str, Any]:
    gap = found.coverage.gap
    cells = [
        figure_id("coverage", found.round, gap.areas[i], a.code) for a in found.coverage.cells.approaches
    ]
    return {**{name: float(v[i]) for name, v in gap.details.items() if np.ndim(v) == 1}, "from": cells}


def _own_details(gap: Scores) -> Callable[[Assessed, int], dict[str, Any]]:
    """Parameters of one area of a gap: its details as they are."""

    def parameters(found: Assessed, i: int) -> dict[str, Any]:
        return {
            name: float(v[i])
            for name, v in gap.details.items()
            if np.ndim(v) == 1 and len(v) == len(gap.areas)
        }

    return parameters


def lineage_table(found: Assessed) -> pa.Table:
    """Rows behind every figure. Rows of initiatives are told only as far as their class allows."""
    parts = [
        _score_lineage(found, s) for s in (found.need.need, found.need.severity, *(g for g, _ in found.gaps))
    ]
    parts.append(frame(declared.LINEAGE, _presence_lineage(found, found.presence)))
    return pa.concat_tables(parts)


def _score_lineage(found: Assessed, scores: Scores) -> pa.Table:
    out = []
    for lineage in scores.lineage:
        table = found.disclosed.tables[lineage.table]
        cells = (
            table.select([*_CONTENT[lineage.table], "src_file", "src_sheet", "src_row"])
            .take(lineage.rows)
            .to_pylist()
        )
        for area, used, row in zip(lineage.areas.tolist(), lineage.used.tolist(), cells, strict=True):
            if not _may_list(found, lineage.table, row):
                continue
            content = {k: row[k] for k in _CONTENT[lineage.table] if row[k] is not None}
            out.append({"figure": figure_id(scores.measure, found.round, scores.areas[area]), "table": lineage.table,
                        "role": lineage.role, "file": row["src_file"], "sheet": row["src_sheet"], "row": row["src_row"],
                        "used": used, "content": _json(content)})  # fmt: skip
    return frame(declared.LINEAGE, out)


def _may_list(found: Assessed, table: str, row: Mapping[str, Any]) -> bool:
    """Whether a row behind a figure may be listed: rows of work only when their class lets their name be shown."""
    if table == "survey_responses" and found.disclosed.audience == "public":
        return False  # answers of people leave only as estimates
    initiative = WORK.get(table)
    if initiative is None or found.disclosed.audience == "restricted" or row[initiative] is None:
        return True
    return found.disclosed.classes[row[initiative]] == "low"


def _presence_lineage(found: Assessed, cells: PresenceMap) -> Iterable[dict[str, Any]]:
    rows, periods = found.disclosed.tables.rows("initiatives"), {w.row: w.period for w in cells.work}
    open_classes = ("low",) if found.disclosed.audience == "public" else ("low", "moderate", "high")
    for (place, approach), cell in cells.cells.items():
        district = found.scope.kind[place] == "area"
        for position in cell.rows:
            row = rows[position]
            shown = found.disclosed.classes[row["id"]] in open_classes
            if district and not shown and found.disclosed.audience == "public":
                continue  # counts by district are withheld, and a list of rows would be one
            content = {"period": periods[position]}
            if shown:
                content |= {"title": row["title"]}
            yield {"figure": figure_id("presence", found.round, place, approach), "table": "initiatives", "role": cell.presence,
                   "file": row["src_file"] if shown else None, "sheet": row["src_sheet"] if shown else None,
                   "row": row["src_row"] if shown else None, "used": 1.0, "content": _json(content)}  # fmt: skip
