"""What may leave: the sensitivity rule, places and names by class, and a planted secret that gets out nowhere."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import small_study

from jaiza.cli import main
from jaiza.disclosure import (
    default_sensitivity,
    disclosed,
    few_contributors,
    initiative_count,
    organisation_count,
    organisation_sensitivity,
    sensitivity_classes,
)
from jaiza.errors import Refused
from jaiza.places.scope import scope
from jaiza.study import Study, open_study

RULE = [
    # lead, state-run, public university event, groups, violent area -> class
    ("government", True, False, [], False, "low"),
    ("government", True, False, [], True, "high"),
    ("security", True, False, ["ex-combatants"], False, "high"),
    ("academic", False, True, ["students"], False, "low"),
    ("academic", False, False, ["students"], False, "moderate"),
    ("national-ngo", False, False, ["youth"], False, "moderate"),
    ("national-ngo", False, False, ["women"], False, "high"),
    ("ingo", False, False, ["girls"], False, "high"),
    ("un", False, False, ["refugees"], False, "high"),
    ("donor", False, False, ["madrasa-students"], False, "high"),
    ("un", False, False, ["religious-minorities"], False, "high"),
    ("government", True, False, ["returnees"], False, "high"),
    ("government", True, False, ["prisoners"], False, "high"),
    ("national-ngo", False, False, ["displaced-persons"], False, "high"),
    (None, False, False, ["youth"], False, "high"),
]


@pytest.mark.parametrize(("lead", "state_run", "event", "groups", "violent", "expected"), RULE)
def test_the_written_rule(
    lead: str | None, state_run: bool, event: bool, groups: list[str], violent: bool, expected: str
) -> None:
    found = default_sensitivity(
        lead_kind=lead,
        state_run=state_run,
        public_university_event=event,
        groups=groups,
        violent_area=violent,
    )
    assert found == expected


def test_organisations_led_by_women_or_youth_are_high() -> None:
    row = {"sensitivity": None, "women_led": True, "youth_led": None, "stands_for": None, "kind": "un"}
    assert organisation_sensitivity(row) == "high"
    assert organisation_sensitivity({**row, "women_led": None}) == "low"
    assert organisation_sensitivity({**row, "women_led": None, "kind": "grassroots"}) == "moderate"
    assert organisation_sensitivity({**row, "sensitivity": "moderate"}) == "moderate"


@pytest.mark.parametrize(
    ("count", "district", "shown"),
    [(5, True, None), (5, False, 5), (2, False, None), (0, False, 0), (3, False, 3)],
)
def test_counts_of_organisations(count: int, district: bool, shown: int | None) -> None:
    assert organisation_count(count, by_district=district, audience="public") == shown
    assert organisation_count(count, by_district=district, audience="restricted") == count


def test_counts_of_initiatives_are_given_by_province() -> None:
    assert initiative_count(4, by_district=True, audience="public") is None
    assert initiative_count(4, by_district=False, audience="public") == 4


def test_figures_of_few_contributors() -> None:
    assert few_contributors({"a": 1.0, "b": 1.0})
    assert few_contributors({"a": 8.0, "b": 1.0, "c": 1.0})
    assert not few_contributors({"a": 1.0, "b": 1.0, "c": 1.0})
    assert not few_contributors({})


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return small_study.make(tmp_path / "study")


def test_classes_places_and_names(study: Study) -> None:
    tables = study.tables()
    where = scope(tables.rows("areas"))
    assert sensitivity_classes(tables, study.framework, where) == {
        "open-work": "low",
        "plain-work": "moderate",
        "secret-work": "high",
    }
    shown = disclosed(tables, study.framework, where).tables
    places = [(r["initiative"], r["area"]) for r in shown.rows("initiative_areas")]
    assert places == [("open-work", "X202"), ("plain-work", "X202"), ("secret-work", "X2")]
    assert {r["id"]: r["title"] for r in shown.rows("initiatives")} == {
        "open-work": "Open office programme", "plain-work": "withheld", "secret-work": "withheld",
    }  # fmt: skip
    names = {r["id"]: r["name"] for r in shown.rows("organisations")}
    assert names == {"gov": "Public Works Office", "ngo": "withheld", "secret-org": "withheld"}
    assert disclosed(tables, study.framework, where, "restricted").tables is tables


def test_work_in_a_district_of_active_violence_is_high(study: Study) -> None:
    path = study.folder / "data" / "initiative_areas.csv"
    path.write_text(path.read_text().replace("open-work,X202", "open-work,X101"))
    tables = open_study(study.folder).tables()
    assert sensitivity_classes(tables, study.framework, scope(tables.rows("areas")))["open-work"] == "high"


def test_a_planted_secret_is_in_no_file_and_no_output(
    study: Study, capsys: pytest.CaptureFixture[str]
) -> None:
    study.assess_rounds(study.rounds, draws=200)
    leaks = []
    for path in (study.folder / "results").rglob("*"):
        if path.is_dir():
            continue
        content = path.read_bytes()
        if path.suffix == ".parquet":
            content += json.dumps(pq.read_table(path).to_pylist(), default=str).encode()
        leaks += [(path.name, s) for s in small_study.SECRETS if s.encode() in content]
    assert leaks == []
    commands = [
        ["gaps"],
        ["gaps", "presence", "--format", "json"],
        ["gaps", "coverage"],
        ["gaps", "coverage", "--ended"],
        ["check"],
        ["assess"],
    ]
    figures = study.results().rows("figures")
    commands += [
        ["explain", r["figure"], "--format", "json"]
        for r in figures
        if r["measure"] in ("presence", "coverage")
    ]
    commands += [["explain", "--row", "initiatives:4"], ["report", "--out", str(study.folder / "r.html")]]
    for arguments in commands:
        with pytest.raises(SystemExit):
            main([*arguments, "--study", str(study.folder)])
    shown = capsys.readouterr()
    assert [s for s in small_study.SECRETS if s in shown.out + shown.err] == []
    assert not any(s.encode() in (study.folder / "r.html").read_bytes() for s in small_study.SECRETS)


def test_a_hidden_record_is_not_read_as_absence(study: Study) -> None:
    """X203 has only a high record: for the public it is known for the province, never "no record"."""
    rows = {(r["area_code"], r["approach"]): r for r in study.assess(draws=200).rows("presence")}
    assert rows["X203", "youth-leadership-peer"]["presence"] == "coarse_only"
    assert rows["X202", "youth-leadership-peer"]["presence"] == "known_active"
    assert rows["X202", "youth-leadership-peer"]["initiatives"] is None
    assert rows["X2", "youth-leadership-peer"]["initiatives"] == 3


def test_the_restricted_view_needs_a_role_and_a_folder_of_its_own(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Refused):
        study.assess(draws=200, audience="restricted")
    monkeypatch.setattr("jaiza.study._login", lambda: "coordinator")
    study.about["restricted"] = {"readers": ["coordinator"]}
    found = study.assess(draws=200, audience="restricted")
    assert not (study.folder / "results").exists()
    assert (study.folder / "restricted" / "2025-01-01" / "presence.csv").exists()
    assert "restricted" not in found.manifest["study"]
    rows = {(r["area_code"], r["approach"]): r for r in found.rows("presence")}
    assert rows["X203", "youth-leadership-peer"]["presence"] == "known_active"


def test_severe_records_are_refused(study: Study) -> None:
    path = study.folder / "data" / "initiatives.csv"
    head, *rows = path.read_text().splitlines()
    path.write_text("\n".join([head + ",sensitivity", *(r + ",severe" for r in rows)]) + "\n")
    problems = open_study(study.folder).check()
    assert sum(p.refused and p.code == "refused_severe" for p in problems) == 3


def test_a_lead_of_women_or_youth_makes_its_work_high(study: Study) -> None:
    """Whatever the work is: who leads it is what must be protected."""
    groups = study.folder / "data" / "initiative_groups.csv"
    groups.write_text("initiative,group\nplain-work,youth\n")
    tables = open_study(study.folder).tables()
    where = scope(tables.rows("areas"))
    assert sensitivity_classes(tables, study.framework, where)["secret-work"] == "high"
    row = {"sensitivity": None, "women_led": None, "youth_led": True, "stands_for": None, "kind": "donor"}
    assert organisation_sensitivity(row) == "high"
    assert organisation_sensitivity({**row, "youth_led": None, "stands_for": "minorities"}) == "high"


def test_the_word_of_an_owner_stands(study: Study) -> None:
    """An owner may raise a record or, knowingly, lower it."""
    path = study.folder / "data" / "initiatives.csv"
    head, *rows = path.read_text().splitlines()
    words = ["high", "low", "moderate"]
    path.write_text(
        "\n".join([head + ",sensitivity", *(f"{r},{w}" for r, w in zip(rows, words, strict=True))])
    )
    tables = open_study(study.folder).tables()
    where = scope(tables.rows("areas"))
    assert list(sensitivity_classes(tables, study.framework, where).values()) == words
    shown = disclosed(tables, study.framework, where).tables
    assert [r["title"] for r in shown.rows("initiatives")] == ["withheld", "Plain programme", "withheld"]
    assert [(r["initiative"], r["area"]) for r in shown.rows("initiative_areas")] == [
        ("open-work", "X2"), ("plain-work", "X202"), ("secret-work", "X203"), ("secret-work", "X202"),
    ]  # fmt: skip


def test_a_high_record_in_several_districts_stands_once_a_province_without_shares(study: Study) -> None:
    path = study.folder / "data" / "initiative_areas.csv"
    path.write_text(
        "initiative,area,share\nsecret-work,X101,0.25\nsecret-work,X102,0.25\nsecret-work,X201,0.25\nsecret-work,X2,0.25\n"
    )
    tables = open_study(study.folder).tables()
    shown = disclosed(tables, study.framework, scope(tables.rows("areas"))).tables
    assert [(r["area"], r["share"]) for r in shown.rows("initiative_areas")] == [("X1", None), ("X2", None)]
