"""One round assessed: from checked tables to results, in which every figure knows its rows.

The same tables, framework, round, number of draws and seed give the same bytes.
"""

from __future__ import annotations

import datetime as dt
import platform
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.random import Generator

from jaiza.assess.figure_rows import figure_rows, lineage_table, plain
from jaiza.assess.result_rows import (
    blind_spot_rows,
    context_rows,
    coverage_rows,
    data_age_rows,
    data_first_rows,
    ended_rows,
    evidence_rows,
    gap_rows,
    money_rows,
    need_rows,
    overlap_rows,
    places_rows,
    presence_rows,
)
from jaiza.assess.shown_coverage import shown_coverage, shown_gap
from jaiza.decide.grades import grades
from jaiza.disclosure import Audience, disclosed
from jaiza.findings import Assessed, bands, findings, national_need, ranked_areas
from jaiza.framework import Framework
from jaiza.gaps.coverage import coverage_scores
from jaiza.gaps.coverage.presence import presence
from jaiza.gaps.evidence import evidence_scores
from jaiza.gaps.implementation import implementation_scores
from jaiza.gaps.inclusion import inclusion_scores
from jaiza.gaps.need import NeedScores, need_scores
from jaiza.gaps.need.parts import normalised
from jaiza.gaps.resource import resource_scores
from jaiza.gaps.trust import trust_scores
from jaiza.places.scope import scope
from jaiza.records import results as declared
from jaiza.records.tables_of_study import Tables
from jaiza.store.results import Results, frame


@dataclass(frozen=True)
class About:
    """What a result must say of its study: names, notes, whether it is fictional, snapshot and framework hashes."""

    study: Mapping[str, Any]
    snapshot: str
    framework_hash: str


def generator(seed: int, *what: str) -> Generator:
    """A random generator of its own for each measure and round, so that adding one measure moves no other."""
    return np.random.default_rng([seed, *(zlib.crc32(w.encode()) for w in what)])


def assess(
    tables: Tables, framework: Framework, about: About, as_of: dt.date, *, draws: int = 2000, seed: int = 0,
    audience: Audience = "public",
) -> Results:  # fmt: skip
    """The results of one round for one audience. Nothing later than ``as_of`` is seen."""
    area_scope = scope(tables.rows("areas"))
    shown = disclosed(tables, framework, area_scope, audience)
    need = need_scores(
        tables, framework, area_scope, as_of, draws=draws, rng=generator(seed, "need", as_of.isoformat())
    )
    need_grades = grades(need.need)
    severity_grades = grades(need.severity, _severity_width(need))
    ranked = ranked_areas(need, need_grades)
    full = coverage_scores(
        tables, framework, area_scope, as_of, draws=draws, rng=generator(seed, "coverage", as_of.isoformat()),
        need_value=need.need.value,
    )  # fmt: skip
    resource = resource_scores(
        tables, framework, area_scope, as_of, draws=draws, rng=generator(seed, "resource", as_of.isoformat())
    )
    evidence = evidence_scores(
        tables, framework, area_scope, as_of, draws=draws, rng=generator(seed, "evidence", as_of.isoformat())
    )
    public = presence(shown.tables, framework, area_scope, as_of)
    coverage = shown_coverage(full, public, shown, tables, area_scope)
    delivery = implementation_scores(
        tables,
        framework,
        area_scope,
        as_of,
        draws=draws,
        rng=generator(seed, "implementation", as_of.isoformat()),
    )
    inclusion = inclusion_scores(
        tables, framework, area_scope, as_of, draws=draws, rng=generator(seed, "inclusion", as_of.isoformat())
    )
    trust = trust_scores(
        tables, framework, area_scope, as_of, draws=draws, rng=generator(seed, "trust", as_of.isoformat())
    )
    shown_gaps = [shown_gap(g, shown, tables) for g in (resource.gap, delivery.gap, trust.gap, inclusion.gap)]
    others = (*shown_gaps, evidence.gap)
    found = Assessed(
        as_of, tables, framework, area_scope, need, need_grades, severity_grades, coverage, tuple((g, grades(g)) for g in (coverage.gap, *others)),
        full.presence.placed, resource, evidence, shown, bands(need, ranked), ranked,
    )  # fmt: skip
    told = findings(found)
    frames = {
        "places": frame(declared.PLACES, places_rows(found)),
        "borders": frame(declared.BORDERS, ({"area_a": r["area_a"], "area_b": r["area_b"]} for r in tables.rows("neighbours"))),
        "context": frame(declared.CONTEXT, context_rows(found)),
        "need": frame(declared.NEED, need_rows(found)),
        "presence": frame(declared.PRESENCE, presence_rows(found)),
        "coverage": frame(declared.COVERAGE, coverage_rows(found)),
        "overlaps": frame(declared.OVERLAPS, overlap_rows(found)),
        "blind_spots": frame(declared.BLIND_SPOTS, blind_spot_rows(found)),
        "ended": frame(declared.ENDED, ended_rows(found)),
        "gaps": frame(declared.GAPS, gap_rows(found)),
        "money": frame(declared.MONEY, money_rows(found)),
        "evidence": frame(declared.EVIDENCE, evidence_rows(found)),
        "data_first": frame(declared.DATA_FIRST, data_first_rows(found)),
        "data_age": frame(declared.DATA_AGE, data_age_rows(found)),
        "figures": frame(declared.FIGURES, figure_rows(found, told)),
        "lineage": lineage_table(found),
    }  # fmt: skip
    return Results(manifest(found, about, draws, seed), frames, {"findings": [f.plain() for f in told]})


def _severity_width(need: NeedScores) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Width of the severity interval on the scale on which it enters need, so that its grade is comparable."""
    indicator = next((i for i in need.parts.indicators if i.computed), None)
    if indicator is None:
        return need.severity.width
    return normalised(indicator, need.severity.upper) - normalised(indicator, need.severity.lower)


def measures(found: Assessed) -> dict[str, Any]:
    """Parameters that all figures of a measure share; need's national figure with its grade and id."""
    scores = (found.need.need, found.need.severity, *(g for g, _ in found.gaps))
    out: dict[str, Any] = {s.measure: plain(s.parameters) for s in scores}
    country = national_need(found)
    if country is not None:
        out["need"]["national"] |= {"grade": country.grade, "figure": country.id}
    return out


def manifest(found: Assessed, about: About, draws: int, seed: int) -> dict[str, Any]:
    """Versions, hashes, seed, parameters and names; no time of day and no machine."""
    return {
        "as_of": found.round,
        "audience": found.disclosed.audience,
        "draws": draws,
        "seed": seed,
        "snapshot": about.snapshot,
        "framework_sha256": about.framework_hash,
        "versions": {
            "jaiza": version("jaiza"),
            "python": ".".join(platform.python_version_tuple()[:2]),
            **{name: version(name) for name in ("numpy", "scipy", "duckdb", "pyarrow", "ibis-framework")},
        },
        "study": dict(about.study),
        "parameters": found.framework.parameters(),
        "measures": measures(found),
        "names": {
            "approaches": [{"code": a.code, "en": a.name.en, "ur": a.name.ur} for a in found.framework.approaches],
            "indicators": [
                {"code": i.code, "en": i.name.en, "ur": i.name.ur, "says_en": i.says.en, "says_ur": i.says.ur, "unit": i.unit,
                 "weight": i.weight, "low": i.low, "high": i.high, "source": i.source}
                for i in found.framework.indicators
            ],
            "assumptions": [
                {"code": a.code, "en": a.name.en, "ur": a.name.ur, "value": a.value, "unit": a.unit, "source": a.source}
                for a in found.framework.assumptions.values()
            ],
        },
        "records": {
            **found.placed,
            "placed_by_province_to_protect": found.disclosed.coarsened,
            "without_name_to_protect": found.disclosed.unnamed,
        },
        "need_missing": {a: list(m) for a, m in zip(found.scope.areas, found.need.missing, strict=True) if m},
    }  # fmt: skip
