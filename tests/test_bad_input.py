"""Bad input: every problem at once with its place and mend, or a refusal; nothing that was there is changed."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import small_study

from jaiza.cli import main
from jaiza.errors import DataProblems, grouped
from jaiza.records.cells import plain_number
from jaiza.records.check import RawTable, check
from jaiza.records.declared import TABLES
from jaiza.records.refused import heading_refusal
from jaiza.sources.table_files import read_table_file
from jaiza.study import open_study

TODAY = dt.date(2026, 1, 1)


def cells(table: str, text: str) -> RawTable:
    lines = [line.split(",") for line in text.strip().split("\n")]
    columns = tuple(pa.array([row[i] for row in lines[1:]], pa.string()) for i in range(len(lines[0])))
    return RawTable(f"{table}.csv", None, tuple(lines[0]), columns, np.arange(2, len(lines) + 1))


def said(table: str, text: str) -> list[str]:
    return [p.said() for p in check(TABLES[table], cells(table, text), today=TODAY).problems]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (
            "X1,abc,1,1,c",
            "events.csv, row 2, date: “abc” is not a date; write year-month-day, such as 2024-02-28.",
        ),
        ("X1,2024-02-31,1,1,c", "“2024-02-31” is not a date"),
        ("X1,2024,1,1,c", "“2024” is too coarse a date here; give the month too"),
        ("X1,2027-01,1,1,c", "“2027-01” lies in the future"),
        ("X1,2024-01,9,1,c", "“9” is above 7"),
        ("X1,2024-01,1,-2,c", "“-2” is below 0"),
        ("X1,2024-01,1,1.5,c", "“1.5” is not a whole number"),
        ("X1,2024-01,1,nan,c", "“nan” is not a whole number"),
        ("X1,2024-01,,1,c", "location_precision: a value is needed"),
        ("X 1,2024-01,1,1,c", "“X 1” is not a code"),
    ],
)
def test_a_wrong_cell_is_named_with_its_mend(row: str, expected: str) -> None:
    found = said("events", f"place,date,location_precision,events,source\n{row}")
    assert any(expected in line for line in found), found


def test_all_problems_are_said_at_once() -> None:
    found = said("events", "place,date,location_precision,events,source\nX1,abc,9,x,c\nX1,2027-01,1,1,c")
    assert len(found) == 4


def test_500_equal_problems_are_one_line() -> None:
    rows = "\n".join(f"X{i},someday,1,1,c" for i in range(500))
    problems = check(
        TABLES["events"], cells("events", "place,date,location_precision,events,source\n" + rows), today=TODAY
    ).problems
    groups = grouped(problems)
    assert [(g.count, g.rows) for g in groups] == [(500, (2, 3, 4, 5, 6))]
    assert "the same in 500 rows, first in 2, 3, 4, 5, 6" in groups[0].said()


def test_missing_doubled_and_unknown_columns() -> None:
    found = said("neighbours", "area_a,area_a,colour\nX1,X2,red")
    assert any("area_b: the column is missing" in line for line in found)
    assert any("the heading stands twice" in line for line in found)
    assert any("no column of neighbours has this name" in line for line in found)


@pytest.mark.parametrize(
    ("table", "text", "expected"),
    [
        (
            "initiatives",
            "id,title,location_basis,start,end\ni,T,areas,2024,2023",
            "ends before it starts (2024)",
        ),
        (
            "initiative_approaches",
            "initiative,approach,main,share\ni,a,yes,0.6\ni,b,no,0.6",
            "shares of i do not add up to 1",
        ),
        ("areas", "code,name,level\nX1,A,2\nX1,B,2", "the same as row 2"),
        (
            "events",
            "place,date,location_precision,events,source\nX1,2024-01,1,1,c\nX1,2024-01,1,1,c",
            "the same as row 2",
        ),
    ],
)
def test_rules_over_several_cells(table: str, text: str, expected: str) -> None:
    assert any(expected in line for line in said(table, text))


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("12,345", "12345"),
        ("1 234 567", "1234567"),
        ("12,34,567", "1234567"),
        ("۱۲٬۳۴۵", "12345"),
        ("١٢٣٫٥", "123.5"),
        ("1,2", "1,2"),
    ],
)
def test_numbers_as_people_type_them(typed: str, number: str) -> None:
    assert plain_number(typed) == number


def test_states_of_cells() -> None:
    text = "area,sex,age_band,residence,people,counted_on,source\n" + "\n".join(
        f"X{i},all,all,all,{v},2020-01-01,c"
        for i, v in enumerate(("12", "0", "", "withheld", "not_applicable", "confirmed_zero"))
    )
    rows = check(TABLES["population"], cells("population", text), today=TODAY).rows.to_pylist()
    assert [(r["people"], r["people_state"]) for r in rows] == [
        (12, "observed"), (0, "observed"), (None, "not_reported"), (None, "withheld"), (None, "not_applicable"), (0, "confirmed_zero"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "heading",
    ["Beneficiary name", "first_name", "Father's name", "CNIC", "National ID number", "phone", "Mobile number", "E-mail", "email_address",
     "religion", "Sect", "ethnicity", "caste", "Risk score", "threat level", "watch list", "at-risk youth list", "contact person",
     "شناختی کارڈ نمبر", "فون نمبر", "مذہب", "مسلک", "نام والد", "Nom du bénéficiaire", "téléphone", "Teléfono", "cédula", "etnia",
     "correo electrónico", "focal_point", "radicalisation risk"],
)  # fmt: skip
def test_columns_of_people_are_refused(heading: str) -> None:
    assert heading_refusal(heading, place_of_work=False) is not None


@pytest.mark.parametrize("heading", ["latitude", "GPS", "lon", "street address", "x_coord", "عرض بلد"])
def test_exact_places_of_work_are_refused_only_there(heading: str) -> None:
    assert heading_refusal(heading, place_of_work=True) is not None
    assert heading_refusal(heading, place_of_work=False) is None


@pytest.mark.parametrize(
    "heading",
    [
        "Organisation name",
        "project name",
        "District name",
        "sector",
        "people",
        "Lead organisation",
        "area name",
        "title",
        "name",
    ],
)
def test_ordinary_columns_are_not_refused(heading: str) -> None:
    assert heading_refusal(heading, place_of_work=True) is None


def test_no_declared_column_would_be_refused() -> None:
    for table in TABLES.values():
        for column in table.columns:
            if (table.name, column.name) not in {("areas", "lat"), ("areas", "lon"), ("sources", "address")}:
                assert heading_refusal(column.name, place_of_work=table.place_of_work) is None, (
                    table.name,
                    column.name,
                )


@pytest.mark.parametrize(
    "value", ["write to amina@example.org", "0301-2345678", "+92 301 2345678", "12345-1234567-1"]
)
def test_cells_with_contacts_are_refused_and_not_repeated(value: str) -> None:
    problems = check(
        TABLES["initiatives"], cells("initiatives", f"id,title,location_basis\ni,{value},areas"), today=TODAY
    ).problems
    assert [p.refused for p in problems] == [True]
    assert value not in problems[0].said()


@pytest.mark.parametrize(
    ("content", "expected"),
    [(b"", "is empty"), (b"\n", "is empty"), (b"code,name\nX,\xff\xfe", "UTF-8"), (b"code,name\nX,\x00", "not a text file"),
     (b"code,name\nX,Y,Z\n", "has 3 cells where the headings have 2")],
)  # fmt: skip
def test_files_that_are_no_tables(tmp_path: Path, content: bytes, expected: str) -> None:
    path = tmp_path / "areas.csv"
    path.write_bytes(content)
    with pytest.raises(DataProblems) as stopped:
        read_table_file(path)
    assert expected in stopped.value.problems[0].said()


def test_row_numbers_are_those_of_a_spreadsheet(tmp_path: Path) -> None:
    path = tmp_path / "areas.csv"
    path.write_bytes(b'\xef\xbb\xbfcode,name,level\nX1,"a\nb",2\n\nX2,B,2\n,,\nX3,C,9\n')
    raw = read_table_file(path)
    assert raw.rows.tolist() == [2, 4, 6]
    problems = check(TABLES["areas"], raw, today=TODAY).problems
    assert [(p.row, p.column, p.value) for p in problems] == [(6, "level", "9")]


def test_a_workbook_reads_like_a_csv(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["code", "name", "level", "lat"])  # type: ignore[union-attr]
    book.active.append(["X1", "One", 2, 30.5])  # type: ignore[union-attr]
    book.save(tmp_path / "areas.xlsx")
    row = check(TABLES["areas"], read_table_file(tmp_path / "areas.xlsx"), today=TODAY).rows.to_pylist()[0]
    assert (row["code"], row["level"], row["lat"], row["src_row"]) == ("X1", "2", 30.5, 2)
    (tmp_path / "population.xlsx").write_bytes(b"no workbook")
    with pytest.raises(DataProblems):
        read_table_file(tmp_path / "population.xlsx")


def state(folder: Path) -> str:
    files = sorted(p for part in ("results", "snapshots") for p in (folder / part).rglob("*") if p.is_file())
    return hashlib.sha256(b"".join(p.read_bytes() for p in files)).hexdigest()


@pytest.mark.parametrize(
    ("table", "old", "new", "code", "expected"),
    [
        (
            "population",
            "100000,2020",
            "many,2020",
            1,
            "population.csv, row 2, people: “many” is not a whole number",
        ),
        ("events", "X203,2022", "X999,2022", 1, "events.csv, row 4, place: “X999” is not in the table areas"),
        ("initiatives", "+religion", "x", 3, "religion"),
        ("organisations", "+contact person", "x", 3, "contact person"),
        ("initiatives", "Open office", "Call 0301-2345678", 3, "telephone"),
    ],
)
def test_a_study_with_a_problem_changes_nothing(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    table: str,
    old: str,
    new: str,
    code: int,
    expected: str,
) -> None:
    study = small_study.make(tmp_path / "study")
    study.assess(draws=200)
    before = state(study.folder)
    path = study.folder / "data" / f"{table}.csv"
    if old.startswith("+"):
        head, *rows = path.read_text().splitlines()
        path.write_text("\n".join([f"{head},{old[1:]}", *(f"{row},{new}" for row in rows)]) + "\n")
    else:
        path.write_text(path.read_text().replace(old, new, 1))
    for command in ("check", "assess"):
        with pytest.raises(SystemExit) as ended:
            main([command, "--study", str(study.folder)])
        assert ended.value.code == code
        out = capsys.readouterr()
        assert expected in out.out + out.err
        assert "Traceback" not in out.out + out.err
    assert state(study.folder) == before


@pytest.mark.parametrize(
    ("arguments", "code", "expected"),
    [
        (["check", "--study", "nowhere"], 2, "holds no study"),
        (["gaps", "beauty"], 2, "is not assessed in this round"),
        (["gaps", "need", "--area", "X999"], 2, "is no area"),
        (["gaps", "--as-of", "2020-01-01"], 2, "is no round"),
        (["gaps", "--as-of", "soon"], 2, "is not a date"),
        (["explain", "need:2025-01-01:nowhere"], 2, "is no figure of the round"),
        (["explain"], 2, "name a figure"),
        (["assess", "--audience", "restricted"], 3, "needs a role"),
        (["assess", "--draws", "3"], 2, "at least 100 draws"),
        (["assess", "--engine", "abacus"], 2, "abacus"),
        (["new", ".", "--pack", "empty"], 2, "is not empty"),
        (["new", "elsewhere", "--pack", "atlantis"], 2, "is no pack"),
    ],
)
def test_wrong_use_ends_with_one_sentence(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    expected: str,
) -> None:
    small_study.make(tmp_path / "study").assess(draws=200)
    monkeypatch.chdir(tmp_path / "study")
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    out = capsys.readouterr()
    assert (ended.value.code, expected in out.err) == (code, True), out.err
    assert len(out.err.strip().splitlines()) <= 2


def test_an_empty_study_says_what_each_file_would_unlock(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for arguments in (
        ["new", str(tmp_path / "e"), "--pack", "empty"],
        ["check", "--study", str(tmp_path / "e")],
        ["assess", "--study", str(tmp_path / "e")],
    ):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 0
    shown = capsys.readouterr().out
    for table in TABLES.values():
        assert f"data/{table.name}.csv" in shown


def test_broken_settings_are_problems(tmp_path: Path) -> None:
    study = small_study.make(tmp_path / "study")
    (study.folder / "study.toml").write_text("rounds = [")
    with pytest.raises(DataProblems):
        open_study(study.folder)
    (study.folder / "study.toml").write_text('rounds = ["someday"]')
    with pytest.raises(DataProblems):
        open_study(study.folder)
    (study.folder / "study.toml").write_text('rounds = ["2025-01-01"]')
    framework = (study.folder / "framework.toml").read_text()
    (study.folder / "framework.toml").write_text(
        framework.replace("weight = 0.5", "weight = 0.7").replace('source = "methods B4"', "", 1)
    )
    with pytest.raises(DataProblems) as stopped:
        open_study(study.folder)
    shown = " ".join(p.said() for p in stopped.value.problems)
    assert "must be 1" in shown
    assert "spillover.source" in shown


def test_a_missing_assumption_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    study = small_study.make(tmp_path / "study")
    path = study.folder / "framework.toml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("[assumptions.half_life]", "[assumptions.half_lives]"),
        encoding="utf-8",
    )
    with pytest.raises(SystemExit) as ended:
        main(["assess", "--study", str(study.folder)])
    assert ended.value.code == 1
    assert "framework.toml has no [assumptions.half_life]" in capsys.readouterr().err
