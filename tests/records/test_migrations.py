"""A study made for an older version of a table still opens, and one made for a newer says so."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from jaiza import build
from jaiza.records import check, migrations
from jaiza.records.migrations import Migration, migrated, too_new
from jaiza.records.places import POPULATION

OLD = check.RawTable(
    "population.csv", None, ("district", "sex", "age_band", "residence", "people", "counted_on"),
    tuple(pa.array([v]) for v in ("X1", "women", "all", "all", "12", "2020-01-01")), np.array([2]),
)  # fmt: skip
NEWER = replace(POPULATION, version=3)
STEPS = (
    Migration("population", 1, renamed={"district": "area"}, words={"sex": {"women": "female"}}),
    Migration("population", 2, filled={"source": "census"}),
)


def test_headings_words_and_new_columns_come_over_step_by_step() -> None:
    raw = migrated(OLD, NEWER, 1, STEPS)
    checked = check.check(NEWER, raw, today=dt.date(2026, 1, 1))
    assert checked.problems == []
    row = checked.rows.to_pylist()[0]
    assert (row["area"], row["sex"], row["source"], row["people"], row["src_row"]) == (
        "X1",
        "female",
        "census",
        12,
        2,
    )


def test_a_file_of_the_present_version_is_left_as_it_is() -> None:
    assert migrated(OLD, NEWER, 3, STEPS) is OLD


def test_a_missing_step_is_an_error_of_ours() -> None:
    with pytest.raises(ValueError, match="version 2"):
        migrated(OLD, NEWER, 1, STEPS[:1])


def test_a_newer_file_is_a_problem_with_a_mend() -> None:
    problem = too_new(OLD, POPULATION, 9)
    assert problem is not None
    assert "version 9" in problem.said()
    assert too_new(OLD, POPULATION, 1) is None


def test_a_study_with_old_files_builds(tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    """From study.toml's [versions] down to the snapshot, with a table that has changed since."""
    from jaiza.study import new_study, open_study

    study = new_study(tmp_path / "old", "empty")
    (study.folder / "data" / "sources.csv").write_text("id,title\nc,Census\n")
    (study.folder / "data" / "areas.csv").write_text("code,name,level\nX1,One,2\n")
    (study.folder / "data" / "population.csv").write_text(
        "district,sex,age_band,residence,people,counted_on,source\nX1,women,all,all,12,2020-01-01,c\n"
    )
    changed = {**build.TABLES, "population": replace(POPULATION, version=2)}
    monkeypatch.setattr(build, "TABLES", changed)
    monkeypatch.setattr(migrations, "MIGRATIONS", STEPS[:1])
    monkeypatch.setattr(
        build, "migrated", lambda raw, table, version: migrated(raw, table, version, STEPS[:1])
    )
    opened = open_study(study.folder, today=dt.date(2026, 1, 1))
    assert opened.versions == {}
    assert opened.tables().rows("population")[0]["sex"] == "female"
