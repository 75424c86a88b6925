"""From files to a snapshot: every problem of every table at once, and nothing changed by a build that fails."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest
import small_study

import jaiza.build
from jaiza.build import stray_files, table_files
from jaiza.errors import DataProblems
from jaiza.study import Study, open_study


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return small_study.make(tmp_path / "study")


def data(study: Study, table: str) -> Path:
    return study.folder / "data" / f"{table}.csv"


def edit(study: Study, table: str, old: str, new: str) -> None:
    path = data(study, table)
    content = path.read_text(encoding="utf-8")
    assert old in content
    path.write_text(content.replace(old, new, 1), encoding="utf-8")


def state(study: Study) -> dict[str, str]:
    parts = [study.folder / part for part in ("snapshots", "results")]
    files = [p for part in parts if part.exists() for p in part.rglob("*") if p.is_file()]
    return {str(p.relative_to(study.folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def test_problems_of_all_tables_are_said_at_once(study: Study) -> None:
    edit(study, "population", "100000", "many")
    edit(study, "events", "2023-05", "2023-02-31")
    edit(study, "initiatives", "2023,2025", "2025,2023")
    edit(study, "initiative_areas", "plain-work,X202", "plain-work,Y1")
    edit(study, "initiative_approaches", "youth-leadership-peer", "beekeeping")
    data(study, "neighbours").write_bytes(b"\xff")
    with pytest.raises(DataProblems) as stopped:
        study.build()
    assert {(p.file, p.code) for p in stopped.value.problems} == {
        ("population.csv", "whole"),
        ("events.csv", "date"),
        ("initiatives.csv", "ends_before_start"),
        ("initiative_areas.csv", "unknown_code"),
        ("initiative_approaches.csv", "not_in_framework"),
        ("neighbours.csv", "encoding"),
    }
    for problem in stopped.value.problems:
        assert problem.said("en")
        assert problem.said("ur")


def test_a_failed_build_changes_no_file(study: Study) -> None:
    study.assess(draws=100)
    before = state(study)
    assert before
    edit(study, "population", "100000", "many")
    for attempt in (study.build, lambda: study.assess(draws=100)):
        with pytest.raises(DataProblems):
            attempt()  # type: ignore[operator]
    assert state(study) == before


def test_a_build_that_breaks_while_writing_changes_no_file(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    study.build()
    before = state(study)
    edit(study, "population", "100000", "100001")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("jaiza.store.snapshots.pq.write_table", full)
    with pytest.raises(OSError, match="No space"):
        study.build()
    assert state(study) == before


def test_files_of_the_user_are_never_changed(study: Study) -> None:
    before = {p.name: p.read_bytes() for p in (study.folder / "data").iterdir()}
    study.assess(draws=100)
    assert {p.name: p.read_bytes() for p in (study.folder / "data").iterdir()} == before


def test_a_table_that_cannot_be_read_does_not_make_all_codes_wrong(study: Study) -> None:
    data(study, "areas").write_bytes(b"\xff")
    assert [(p.file, p.code) for p in study.check()] == [("areas.csv", "encoding")]


def test_severe_records_stop_a_build(study: Study) -> None:
    edit(study, "organisations", "yes,", "yes,severe")
    with pytest.raises(DataProblems) as stopped:
        study.assess(draws=100)
    assert stopped.value.exit_code == 3
    assert [(p.code, p.file, p.row) for p in stopped.value.problems] == [
        ("refused_severe", "organisations.csv", 4)
    ]
    assert not (study.folder / "results").exists()


def test_a_newer_version_checks_once_more(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    first = study.build().name
    monkeypatch.setattr(jaiza.build, "version", lambda _: "99.0")
    assert study.build().name != first


def test_a_protected_trait_as_indicator_is_refused(study: Study) -> None:
    edit(study, "indicators", "X101,poverty_headcount", "X101,ethnic_group")
    found = [p for p in study.check() if p.refused]
    assert [(p.code, p.file, p.column) for p in found] == [("refused_trait", "indicators.csv", "code")]


def test_an_indicator_that_the_framework_does_not_know_is_a_warning(study: Study) -> None:
    edit(study, "indicators", "X101,poverty_headcount", "X101,rainfall")
    found = [p for p in study.check() if p.code == "not_in_framework"]
    assert [(p.value, p.warning) for p in found] == [("rainfall", True)]
    study.build()


def test_files_that_no_table_uses_are_said(study: Study) -> None:
    home = study.folder / "data"
    (home / "notes.csv").write_text("a\n")
    (home / "studies.xls").write_bytes(b"x")
    (home / ".hidden").write_text("a")
    shutil.copy(home / "areas.csv", home / "areas.tsv")
    found = {p.file: str(p.what) for p in stray_files(home)}
    assert set(found) == {"notes.csv", "studies.xls", "areas.tsv"}
    assert "no table has this name" in found["notes.csv"]
    assert "not a kind of file" in found["studies.xls"]
    assert "areas.csv fills the same table" in found["areas.tsv"]
    assert all(p.warning for p in stray_files(home))
    study.build()


def test_capital_suffixes_and_folders(study: Study) -> None:
    data(study, "areas").rename(study.folder / "data" / "areas.CSV")
    data(study, "events").unlink()
    data(study, "events").mkdir()
    files = table_files(study.folder / "data")
    assert "areas" in files
    assert "events" not in files
    study.build()


@pytest.mark.parametrize(
    "table",
    ["events", "population", "indicators", "initiatives", "organisations", "neighbours", "initiative_areas"],
)
def test_a_missing_table_switches_off_only_what_needs_it(study: Study, table: str) -> None:
    """What refers to the missing table goes with it; everything else is still assessed."""
    gone = {table}
    if table in ("initiatives", "organisations"):
        gone |= {"initiatives", "initiative_approaches", "initiative_areas", "initiative_groups"}
    for name in gone:
        data(study, name).unlink()
    results = study.assess(draws=100)
    assert len(results.rows("need")) == 6
    assert table in {name for name, _ in study.unlocked_by()}


def test_a_file_with_headings_only_is_still_to_be_filled(study: Study) -> None:
    path = data(study, "events")
    path.write_text(path.read_text().splitlines()[0] + "\n")
    assert "events" in {name for name, unlocks in study.unlocked_by() if unlocks}


def test_a_study_without_a_data_folder(study: Study) -> None:
    shutil.rmtree(study.folder / "data")
    assert open_study(study.folder).check() == []
