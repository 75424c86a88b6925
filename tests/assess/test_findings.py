"""Findings: headlines from grades A to C only, what cannot be said with what would change it, and silence as a result."""

from __future__ import annotations

import dataclasses
import datetime as dt
import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

import jaiza
from jaiza.assess import About, assess
from jaiza.build import read_study
from jaiza.decide.grades import HEADLINE
from jaiza.framework import read
from jaiza.records.tables_of_study import Tables

PACKS = Path(jaiza.__file__).parent / "packs"
TODAY = dt.date(2026, 11, 24)


def _studies():
    path = Path(__file__).parents[1] / "gaps" / "need_studies.py"
    spec = importlib.util.spec_from_file_location("need_studies", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules.setdefault("need_studies", module)
    spec.loader.exec_module(module)
    return module


small = _studies()


def assessed(tables, framework, as_of, **more):
    return assess(
        tables, framework, About({}, "snapshot", "framework"), as_of, draws=more.pop("draws", 200), **more
    )


def framework(indicators=small.THREE, **changed):
    """The framework of the pack with the parts of need of the small studies."""
    whole = read(PACKS / "pakistan" / "framework.toml")
    return dataclasses.replace(whole, indicators=tuple(indicators)).with_values(**changed)


@pytest.fixture(scope="module")
def packs():
    out = {}
    for name in ("pakistan", "training"):
        of = read(PACKS / name / "framework.toml")
        reading = read_study(PACKS / name / "data", of, today=TODAY)
        out[name] = (Tables(reading.tables), of)
    return out


@pytest.fixture(scope="module")
def rounds(packs):
    wanted = [("pakistan", dt.date(2017, 1, 1)), ("pakistan", dt.date(2022, 1, 1)), ("pakistan", dt.date(2026, 11, 1)),
              ("training", dt.date(2023, 1, 1)), ("training", dt.date(2025, 1, 1))]  # fmt: skip
    return {(name, as_of.year): assessed(*packs[name], as_of) for name, as_of in wanted}


def told(results):
    return results.findings["findings"]


def holds_the_rules(results):
    """What every round must hold, whatever it says."""
    ids = [f["id"] for f in told(results)]
    assert len(ids) == len(set(ids))
    figures = {r["figure"]: r for r in results.rows("figures")}
    for finding in told(results):
        assert finding["text"]["en"]
        assert finding["text"]["ur"]
        assert "{" not in finding["text"]["en"] + finding["text"]["ur"]
        if finding["kind"] == "headline":
            assert finding["grade"] in HEADLINE
            assert finding["state"] == "estimated"
            assert finding["lower"] <= finding["value"] <= finding["upper"]
        if finding["kind"] == "cannot_say":
            assert finding["would_change"]["en"]
            assert finding["would_change"]["ur"]
        if finding.get("figure"):
            held = figures[finding["figure"]]
            assert held["value"] == pytest.approx(finding["value"], abs=1e-8)
            assert held["grade"] == finding["grade"]
    ranked = [r for r in results.rows("need") if r["band"] is not None or r["rank_lower"] is not None]
    for row in ranked:
        assert row["grade"] in HEADLINE
        assert row["state"] == "estimated"


def test_every_round_of_both_packs_holds_the_rules(rounds):
    for results in rounds.values():
        holds_the_rules(results)


def test_the_round_of_2022_has_headlines_and_names_what_is_not_known(rounds):
    kinds = {f["id"]: f["kind"] for f in told(rounds["pakistan", 2022])}
    assert kinds["highest-need"] == "headline"
    assert kinds["need-no-data"] == kinds["no-census"] == kinds["coverage-unknown"] == "cannot_say"


def test_names_in_the_first_headline_are_the_first_band(rounds):
    results = rounds["pakistan", 2022]
    first = sorted((r for r in results.rows("need") if r["band"] == 1), key=lambda r: -r["value"])
    sentence = next(f for f in told(results) if f["id"] == "highest-need")
    for row in first[:6]:
        assert row["area_name"] in sentence["text"]["en"]
    assert sentence["figure"] == first[0]["figure"]


def test_quiet_districts_are_not_ranked(rounds):
    results = rounds["pakistan", 2022]
    quiet = [r["area_code"] for r in results.rows("figures") if r["measure"] == "need" and r["grade_term"] == "cap"
             and r["grade"] == "D"]  # fmt: skip
    assert len(quiet) > 5
    rows = {r["area_code"]: r for r in results.rows("need")}
    for code in quiet:
        assert rows[code]["band"] is rows[code]["rank_lower"] is rows[code]["top_k"] is None
        assert rows[code]["value"] is not None  # it is shown, and not read as calm


def test_the_current_round_ranks_nobody_and_says_why(rounds):
    results = rounds["pakistan", 2026]
    assert all(r["band"] is None and r["rank_lower"] is None for r in results.rows("need"))
    assert {r["state"] for r in results.rows("need")} <= {"no_data", "not_applicable"}
    assert [f["id"] for f in told(results) if f["kind"] == "headline"] == []
    old = next(f for f in told(results) if f["id"] == "violence-is-old")
    assert "2021-12-31" in old["text"]["en"]
    assert "events by district" in old["would_change"]["en"]
    assert results.rows("data_first") == []


PEOPLE = {"A": 400_000, "B": 500_000, "D": 600_000, "E": 450_000}
VALUES = {
    "school": {"A": 0.5, "B": 0.3, "D": 0.3, "E": 0.2},
    "light": {"A": 0.5, "B": 0.6, "D": 0.7, "E": 0.6},
}


def many(place, each=60):
    """So many events that their rate is well known."""
    return [
        small.event(place, f"20{17 + i % 5}-{1 + i % 12:02d}", 1, event_id=f"{place}{i}") for i in range(each)
    ]


class TestSmallStudies:
    def test_nothing_known_gives_no_headline_and_no_crash(self):
        bare = small.study(dict.fromkeys("AB"), [], sources=[])
        for of in (framework(), framework(())):
            results = assessed(bare, of, small.AS_OF)
            holds_the_rules(results)
            assert [f for f in told(results) if f["kind"] == "headline"] == []
            assert all(r["value"] is None for r in results.rows("need"))

    def test_areas_with_people_and_nothing_else(self):
        results = assessed(small.study(PEOPLE, [], sources=[]), framework(), small.AS_OF)
        holds_the_rules(results)
        assert {r["state"] for r in results.rows("need")} == {"no_data"}
        assert [f for f in told(results) if f["kind"] == "headline"] == []

    def test_one_known_area(self):
        made = small.study({"A": 900_000}, many("A"), {c: {"A": 0.5} for c in ("school", "light")})
        results = assessed(made, framework(), small.AS_OF)
        holds_the_rules(results)
        assert results.rows("need")[0]["state"] == "estimated"

    def test_a_quiet_district_of_the_press_is_shown_without_a_rank_and_told(self):
        rows = [*many("A"), *many("B"), *many("E")]
        made = small.study(PEOPLE, rows, VALUES, sources=[small.source(media_based=True)])
        results = assessed(made, framework(), small.AS_OF)
        holds_the_rules(results)
        need = {r["area_code"]: r for r in results.rows("need")}
        assert need["D"]["grade"] == "D"
        assert need["D"]["band"] is None
        assert need["D"]["value"] is not None
        assert {need[a]["grade"] for a in "ABE"} <= set(HEADLINE)
        weak = next(f for f in told(results) if f["id"] == "need-weak")
        assert "in 1 no event is reported" in weak["note"]["en"]

    def test_an_area_without_a_part_is_named_with_what_it_lacks(self):
        values = {**VALUES, "light": {**VALUES["light"], "E": None}}
        rows = [e for a in PEOPLE for e in many(a)]
        results = assessed(small.study(PEOPLE, rows, values), framework(), small.AS_OF)
        holds_the_rules(results)
        lacking = next(f for f in told(results) if f["id"] == "need-no-data")
        assert "E" in lacking["text"]["en"]
        assert "light" in lacking["would_change"]["en"]
        first = results.rows("data_first")
        assert [r["area_code"] for r in first] == ["E"]
        assert first[0]["missing"] == "light"

    def test_people_of_areas_without_an_estimate_widen_the_upper_end_alone(self):
        rows = [e for a in PEOPLE for e in many(a)]
        whole = assessed(small.study(PEOPLE, rows, VALUES), framework(), small.AS_OF)
        values = {**VALUES, "light": {**VALUES["light"], "E": None}}
        less = assessed(small.study(PEOPLE, rows, values), framework(), small.AS_OF)
        one, two = (next(f for f in told(r) if f["id"] == "people-in-need") for r in (whole, less))
        assert two["lower"] <= one["lower"]
        assert two["upper"] >= PEOPLE["E"]

    def test_bands_end_where_the_first_lies_above_the_next(self):
        rows = [e for a in PEOPLE for e in many(a)]
        results = assessed(small.study(PEOPLE, rows, VALUES), framework(), small.AS_OF)
        need = sorted((r for r in results.rows("need") if r["band"] is not None), key=lambda r: -r["value"])
        bands = [r["band"] for r in need]
        assert bands == sorted(bands)
        assert bands[:1] in ([], [1.0])
        assert set(np.diff([1, *bands])) <= {0.0, 1.0}

    def test_the_same_seed_gives_the_same_findings(self):
        rows = [e for a in PEOPLE for e in many(a)]
        one, two = (assessed(small.study(PEOPLE, rows, VALUES), framework(), small.AS_OF) for _ in range(2))
        assert one.findings == two.findings
        assert all(one.frames[n].equals(two.frames[n]) for n in one.frames)

    def test_other_weights_change_need_and_leave_severity(self):
        rows = [e for a in PEOPLE for e in many(a)]
        made = small.study(PEOPLE, rows, VALUES)
        one = assessed(made, framework(), small.AS_OF)
        two = assessed(made, framework().with_weights({"school": 1.0}), small.AS_OF)
        severity = [[r[k] for k in ("severity", "severity_lower", "severity_upper", "severity_grade")]
                    for results in (one, two) for r in results.rows("need")]  # fmt: skip
        assert severity[: len(PEOPLE)] == severity[len(PEOPLE) :]
        assert [r["value"] for r in one.rows("need")] != [r["value"] for r in two.rows("need")]
