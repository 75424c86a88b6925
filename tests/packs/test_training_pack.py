"""The training pack: complete, sound, fictional, made again byte for byte, and showing every branch."""

from __future__ import annotations

import csv
import datetime as dt
import importlib
import re
import subprocess
import sys
import tomllib
from collections import Counter, defaultdict
from pathlib import Path

import krippendorff
import numpy as np
import pytest

from jaiza import framework as framework_file
from jaiza.build import Reading, read_study
from jaiza.decide.grades import grades
from jaiza.framework import Framework
from jaiza.gaps.coverage import CoverageScores, coverage_scores
from jaiza.gaps.need import NeedScores, need_scores
from jaiza.places.scope import Scope, contiguity, scope
from jaiza.records.declared import TABLES
from jaiza.records.tables_of_study import Tables

ROOT = Path(__file__).resolve().parents[2]
PACK = ROOT / "src" / "jaiza" / "packs" / "training"
TOOLS = ROOT / "tools" / "packs"
SHARED = ROOT.parent / "shared"
TODAY = dt.date(2026, 11, 24)
ROUNDS = ("2023-01-01", "2025-01-01")


@pytest.fixture(scope="module")
def framework() -> Framework:
    return framework_file.read(PACK / "framework.toml")


@pytest.fixture(scope="module")
def reading(framework: Framework) -> Reading:
    return read_study(PACK / "data", framework, today=TODAY)


@pytest.fixture(scope="module")
def tables(reading: Reading) -> Tables:
    return Tables(reading.tables)


@pytest.fixture(scope="module")
def places(tables: Tables) -> Scope:
    return scope(tables.rows("areas"))


@pytest.fixture(scope="module")
def need(tables: Tables, framework: Framework, places: Scope) -> dict[str, NeedScores]:
    return {
        day: need_scores(
            tables,
            framework,
            places,
            dt.date.fromisoformat(day),
            draws=200,
            rng=np.random.default_rng(1),
        )
        for day in ROUNDS
    }


@pytest.fixture(scope="module")
def coverage(
    tables: Tables, framework: Framework, places: Scope, need: dict[str, NeedScores]
) -> dict[str, CoverageScores]:
    return {
        day: coverage_scores(
            tables, framework, places, dt.date.fromisoformat(day),
            draws=200, rng=np.random.default_rng(1), need_value=need[day].need.value,
        )
        for day in ROUNDS
    }  # fmt: skip


def test_no_problem_and_no_warning(reading: Reading) -> None:
    assert [problem.said() for problem in reading.problems] == []


def test_every_declared_table_has_rows(tables: Tables) -> None:
    assert tables.missing() == []


def test_every_declared_column_is_filled_somewhere(reading: Reading) -> None:
    empty = {
        f"{name}.{column.name}"
        for name, table in TABLES.items()
        for column in table.columns
        if reading.tables[name][column.name].null_count == reading.tables[name].num_rows
    }
    assert empty == set()


def test_generator_writes_the_same_bytes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(TOOLS / "training.py"), str(tmp_path)], check=True, cwd=tmp_path)
    made = {path.name: path.read_bytes() for path in tmp_path.glob("*.csv")}
    kept = {path.name: path.read_bytes() for path in (PACK / "data").iterdir()}
    assert made.keys() == kept.keys()
    assert [name for name in kept if made[name] != kept[name]] == []


def test_small_enough_to_be_carried() -> None:
    assert sum(path.stat().st_size for path in PACK.rglob("*") if path.is_file()) < 1_500_000


def test_says_that_it_is_fictional() -> None:
    about = tomllib.loads((PACK / "study.toml").read_text(encoding="utf-8"))
    assert about["fictional"] is True
    assert about["rounds"] == list(ROUNDS)
    assert "fictional" in about["name"]["en"]
    assert "فرضی" in about["name"]["ur"]
    assert "fictional" in (PACK / "ATTRIBUTION.md").read_text(encoding="utf-8").splitlines()[0]
    assert not list(PACK.rglob("*.py"))


def test_sources_point_nowhere_real(tables: Tables) -> None:
    assert all(row["address"].startswith("https://example.org/") for row in tables.rows("sources"))
    assert all("(fictional)" in row["citation"] for row in tables.rows("sources"))


@pytest.mark.shared
def test_no_place_is_a_district_of_pakistan(tables: Tables) -> None:
    path = SHARED / "data" / "tables" / "district_names.csv"
    if not path.exists():
        pytest.skip("the shared data are not beside this checkout")
    with path.open(encoding="utf-8") as file:
        real = {cell.strip().lower() for row in csv.DictReader(file) for cell in row.values() if cell}
    own = {row[key] for row in tables.rows("areas") for key in ("name", "name_ur")}
    own |= {name for row in tables.rows("areas") for name in (row["other_names"] or "").split(";") if name}
    assert sorted(name for name in own if name.lower() in real) == []


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("areas", "name_ur"),
        ("organisations", "name_ur"),
        ("initiatives", "title_ur"),
        ("policies", "title_ur"),
        ("objectives", "objective_ur"),
        ("outcomes", "label_ur"),
    ],
)
def test_urdu_everywhere(tables: Tables, table: str, column: str) -> None:
    for row in tables.rows(table):
        letters = [c for c in row[column] if c.isalpha()]
        assert letters
        assert all("\u0600" <= c <= "\u06ff" for c in letters), row[column]


def test_framework_speaks_urdu(framework: Framework) -> None:
    named = [(entry.code, entry.name) for entry in framework.approaches]
    named += [(entry.code, entry.name) for entry in framework.indicators]
    named += [(entry.code, entry.name) for entry in framework.assumptions.values()]
    assert [code for code, name in named if name.ur == name.en] == []


def test_framework_has_the_assumptions_of_the_pakistan_pack(framework: Framework) -> None:
    path = PACK.parent / "pakistan" / "framework.toml"
    if not path.exists():
        pytest.skip("the Pakistan pack is not in this checkout")
    assert set(framework.assumptions) == set(framework_file.read(path).assumptions)


def test_framework_has_every_assumption_that_is_asked_for(framework: Framework) -> None:
    asked: set[str] = set()
    for path in (ROOT / "src" / "jaiza").rglob("*.py"):
        code = path.read_text(encoding="utf-8")
        asked |= set(re.findall(r"\bframework\.(?:number|assumption)\(\s*\"([a-z_]+)\"", code))
    assert len(asked) > 20
    assert asked <= set(framework.assumptions)


def test_size_of_the_country(tables: Tables, places: Scope) -> None:
    levels = Counter(row["level"] for row in tables.rows("areas"))
    assert levels == {"0": 1, "1": 6, "2": 43, "former": 1}
    assert len(places.areas) == 42
    assert sum(1 for row in tables.rows("areas") if row["counted_in"]) == 1
    former = next(code for code, kind in places.kind.items() if kind == "former")
    assert len(places.members[former]) == 2
    assert len(tables.rows("initiatives")) == 300
    assert len(tables.rows("organisations")) == 90
    assert len(tables.rows("policies")) == 3
    assert len(tables.rows("objectives")) == 20
    assert 5_000 <= len(tables.rows("survey_responses")) <= 7_000


def test_land_hangs_together(tables: Tables, places: Scope) -> None:
    touch = contiguity(tables.rows("neighbours"), places.areas) > 0
    seen, frontier = {0}, [0]
    while frontier:
        for other in np.flatnonzero(touch[frontier.pop()]).tolist():
            if other not in seen:
                seen.add(other)
                frontier.append(other)
    assert len(seen) == len(places.areas)
    points = {(row["lat"], row["lon"]) for row in tables.rows("areas") if row["level"] == "2"}
    assert len(points) == 43


def test_census_totals_are_sums(tables: Tables) -> None:
    people: dict[tuple[str, str, str, str], dict[str, int | None]] = defaultdict(dict)
    for row in tables.rows("population"):
        people[row["area"], row["age_band"], row["residence"], row["counted_on"]][row["sex"]] = row["people"]
    whole = [c for c in people.values() if None not in (c.get("all"), c.get("female"), c.get("male"))]
    assert len(whole) > 500
    assert all(c["all"] == (c["female"] or 0) + (c["male"] or 0) for c in whole)
    assert {row["counted_on"] for row in tables.rows("population")} == {"2013-03-15", "2023-03-15"}


def test_territory_has_no_census_row(tables: Tables, places: Scope) -> None:
    counted = {row["area"] for row in tables.rows("population")}
    assert [area for area in places.areas if area not in counted] == ["XV601", "XV602"]


@pytest.mark.parametrize(
    ("table", "column", "left_out"),
    [
        ("organisations", "kind", set()),
        ("organisations", "level", set()),
        ("organisations", "sensitivity", {"severe"}),
        ("initiatives", "status", set()),
        ("initiatives", "state_link", set()),
        ("initiatives", "channel", set()),
        ("initiatives", "location_basis", set()),
        ("initiatives", "reached_basis", set()),
        ("initiatives", "evaluated", set()),
        ("initiatives", "sensitivity", {"severe"}),
        ("participation", "group", set()),
        ("participation", "level", set()),
        ("participation", "basis", set()),
        ("funding", "flow", set()),
        ("funding", "purpose", set()),
        ("partnerships", "kind", set()),
        ("policies", "level", set()),
        ("objectives", "domain", set()),
        ("objectives", "mentions_women", set()),
        ("objectives", "mentions_youth", set()),
        ("objectives", "mentions_community", set()),
        ("alignments", "code", set()),
        ("alignments", "state", set()),
        ("alignments", "time", set()),
        ("events", "kind", set()),
        ("indicators", "state", set()),
        ("survey_responses", "answer", set()),
        ("survey_responses", "side", {"other"}),
        ("survey_estimates", "level", set()),
        ("survey_estimates", "construct", set()),
        ("survey_estimates", "direction", set()),
        ("published_figures", "level", set()),
    ],
)
def test_every_word_occurs(tables: Tables, table: str, column: str, left_out: set[str]) -> None:
    found = {row[column] for row in tables.rows(table)} - {None}
    assert found | left_out >= set(TABLES[table].column(column).choices)


def test_numbers_are_withheld_missing_and_zero_somewhere(reading: Reading) -> None:
    for name, column in (
        ("initiatives", "reached_low"),
        ("participation", "count"),
        ("delivery", "delivered"),
        ("funding", "amount"),
        ("forums", "attended"),
    ):
        found = set(reading.tables[name][f"{column}_state"].to_pylist())
        assert {"observed", "withheld"} <= found, name
    assert "confirmed_zero" in reading.tables["funding"]["amount_state"].to_pylist()
    assert "confirmed_zero" in reading.tables["events"]["injured_state"].to_pylist()
    assert "not_reported" in reading.tables["initiatives"]["reached_low_state"].to_pylist()


def test_events_come_both_ways_with_every_precision(tables: Tables) -> None:
    rows = tables.rows("events")
    for single in (True, False):
        found = {r["location_precision"] for r in rows if (r["event_id"] is not None) == single}
        assert found == set(range(1, 8))


def test_certified_areas_report_everything(
    tables: Tables, framework: Framework, monkeypatch: pytest.MonkeyPatch
) -> None:
    certified = set(framework.assumption("registry_complete_areas").value)
    monkeypatch.syspath_prepend(str(TOOLS))
    made = importlib.import_module("training_work")
    assert certified == set(made.codes_of(made.CERTIFIED))
    inside = {row["initiative"] for row in tables.rows("initiative_areas") if row["area"] in certified}
    rows = [row for row in tables.rows("initiatives") if row["id"] in inside]
    needed = (
        "lead",
        "start",
        "end",
        "status",
        "reached_low",
        "reached_high",
        "hours_low",
        "hours_high",
        "source",
    )
    assert len(rows) > 50
    assert [(row["id"], column) for row in rows for column in needed if row[column] is None] == []


def test_documented_nationwide_work_is_national(tables: Tables, framework: Framework) -> None:
    basis = {row["id"]: row["location_basis"] for row in tables.rows("initiatives")}
    listed = framework.assumption("nationwide_documented").value
    assert listed
    assert {basis[code] for code in listed} == {"national"}
    assert sum(1 for b in basis.values() if b == "national") > len(listed)


def test_two_blind_coders_agree_as_people_do(tables: Tables) -> None:
    read: dict[str, set[str]] = defaultdict(set)
    for row in tables.rows("coded_units"):
        read[row["coder"]].add(row["initiative"])
    both = sorted(read["A"] & read["B"])
    assert len(both) >= 200
    objectives = [row["id"] for row in tables.rows("objectives") if row["domain"] != "kinetic"]
    given = {
        (r["coder"], r["initiative"], r["objective"]): float(r["code"]) for r in tables.rows("alignments")
    }
    codes = np.array([[given.get((c, i, o), 0.0) for i in both for o in objectives] for c in "AB"])
    alpha = krippendorff.alpha(np.maximum(codes, 0), level_of_measurement="ordinal")
    assert 0.80 <= alpha <= 0.90
    assert (codes == -1).any()


def test_codes_of_unnamed_work_are_told_as_counts_only(tables: Tables) -> None:
    unnamed = {row["id"] for row in tables.rows("organisations") if row["stands_for"]}
    hidden = {row["id"] for row in tables.rows("initiatives") if row["lead"] in unnamed}
    assert len(hidden) >= 3
    assert not hidden & {row["initiative"] for row in tables.rows("alignments")}
    assert not hidden & {row["initiative"] for row in tables.rows("coded_units")}
    told: Counter[str] = Counter()
    for row in tables.rows("alignments_withheld"):
        told[row["objective"]] += row["initiatives"]
    assert set(told.values()) == {len(hidden)}


def test_double_coded_means_that_both_gave_the_same(tables: Tables) -> None:
    by_link: dict[tuple[str, str], dict[str, tuple[str, str]]] = defaultdict(dict)
    for row in tables.rows("alignments"):
        by_link[row["initiative"], row["objective"]][row["coder"]] = (row["code"], row["state"])
    for link in by_link.values():
        a, b = link.get("A", ("0", "")), link.get("B", ("0", ""))
        assert (a[1] == "double_coded") == (b[1] == "double_coded") == (a[0] == b[0] != "0")
        if "machine" in link:
            assert link["machine"][1] == "suggested"
            assert not {"A", "B"} & link.keys()


def test_one_objective_conflicts_with_rights(tables: Tables) -> None:
    assert sum(1 for row in tables.rows("objectives") if row["rights_conflict"]) == 1


def test_surveys_have_strata_clusters_and_gaps(tables: Tables, places: Scope) -> None:
    for survey in ("s22", "s24"):
        rows = [r for r in tables.rows("survey_responses") if r["survey"] == survey]
        asked: dict[str, set[str]] = defaultdict(set)
        clusters: dict[str, set[str]] = defaultdict(set)
        for row in rows:
            asked[row["area"]].add(row["respondent"])
            clusters[row["area"]].add(row["psu"])
        sizes = [len(people) for people in asked.values()]
        assert 25 <= len(asked) < len(places.areas) - 2
        assert min(sizes) < 30 <= np.median(sizes)
        assert min(len(c) for c in clusters.values()) >= 3
        assert {r["side"] for r in rows} == {"state", "community"}
        assert {r["stratum"] for r in rows} == {"urban", "rural"}
        silent = Counter(
            r["area"]
            for r in rows
            if r["institution"] == "police" and r["answer"] in ("refused", "dont_know")
        )
        assert max(silent[a] / len(asked[a]) for a in asked) > 0.25


def test_milestones_are_open_and_overdue(tables: Tables) -> None:
    rows = tables.rows("delivery")
    overdue = [r for r in rows if r["done"] is None and r["due"] is not None and r["due"] < r["as_of"]]
    assert len(overdue) > 20
    assert any(
        r["planned"] is not None and r["delivered"] is not None and r["delivered"] > r["planned"]
        for r in rows
    )


def test_budget_parts_name_their_whole(tables: Tables) -> None:
    rows = {row["id"]: row for row in tables.rows("funding")}
    parts = [row for row in rows.values() if row["part_of"]]
    assert len(parts) > 30
    for row in parts:
        whole = rows[row["part_of"]]
        assert (whole["flow"], whole["year_start"]) == (row["flow"], row["year_start"])


def test_need_shows_its_states_in_both_rounds(need: dict[str, NeedScores]) -> None:
    for found in need.values():
        assert set(found.need.state) == {"estimated", "too_wide", "no_data", "not_applicable"}
        letters = {g.letter for g in grades(found.need)}
        assert {"C", "D", "E"} <= letters
    assert need[ROUNDS[0]].need.state.count("no_data") > need[ROUNDS[1]].need.state.count("no_data")


def test_coverage_shows_every_grade(coverage: dict[str, CoverageScores]) -> None:
    letters: set[str] = set()
    for found in coverage.values():
        assert {"estimated", "no_data", "not_applicable"} <= set(found.gap.state)
        letters |= {g.letter for g in grades(found.gap)}
        for approach in found.cells.approaches:
            letters |= {g.letter for g in grades(found.cells.gap(approach.code))}
        assert "A" in {g.letter for g in grades(found.gap)}
        presences = {cell.presence for cell in found.presence.cells.values()}
        assert presences == {"known_active", "known_ended", "dates_unknown", "coarse_only", "none_known"}
        assert found.blind_spots is not None
        assert found.blind_spots.found
        assert any(overlap.duplication for overlap in found.overlaps)
    assert letters >= set("ABCDE")


def test_some_gaps_close_between_the_rounds_and_some_do_not(coverage: dict[str, CoverageScores]) -> None:
    before, after = (coverage[day].gap.value for day in ROUNDS)
    change = (after - before)[np.isfinite(after - before)]
    assert (change < -0.05).any()
    assert (change > 0.05).any()
