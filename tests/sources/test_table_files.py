"""Files as people save them: row numbers of a spreadsheet, and a named problem for what is no table."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from jaiza.errors import DataProblems
from jaiza.records.check import RawTable, check
from jaiza.records.declared import TABLES
from jaiza.records.template import template
from jaiza.sources.table_files import read_table_file


def read(folder: Path, content: bytes, name: str = "areas.csv") -> RawTable:
    path = folder / name
    path.write_bytes(content)
    return read_table_file(path)


def lists(raw: RawTable) -> list[list[str]]:
    return [list(row) for row in zip(*(c.to_pylist() for c in raw.columns), strict=True)]


@pytest.mark.parametrize(
    "content",
    [b"code,name\nX,Y\n", b"code,name\r\nX,Y\r\n", b"code,name\rX,Y\r", b"\xef\xbb\xbfcode,name\nX,Y", b'\xef\xbb\xbf"code","name"\n"X","Y"\n',
     b"code,name\nX,Y\n\n\n", b"code,name\nX,Y\n,\n"],
)  # fmt: skip
def test_one_table_in_many_ways_of_saving(tmp_path: Path, content: bytes) -> None:
    raw = read(tmp_path, content)
    assert (raw.headings, lists(raw), raw.rows.tolist()) == (("code", "name"), [["X", "Y"]], [2])


def test_quotes_commas_and_line_feeds_within_cells(tmp_path: Path) -> None:
    raw = read(tmp_path, b'code,name\nX,"a, ""b""\r\nc"\nY,5" pipe\nZ,"6"" pipe"\n')
    assert lists(raw) == [["X", 'a, "b"\nc'], ["Y", '5" pipe'], ["Z", '6" pipe']]
    assert raw.rows.tolist() == [2, 3, 4]


def test_tabs_and_capital_suffixes(tmp_path: Path) -> None:
    assert lists(read(tmp_path, b"code\tname\nX\tY, Z\n", "areas.TSV")) == [["X", "Y, Z"]]
    assert lists(read(tmp_path, b"code,name\nX,Y\n", "areas.CSV")) == [["X", "Y"]]


def test_only_headings_is_a_table_without_rows(tmp_path: Path) -> None:
    for content in (b"code,name", b"code,name\n", b"code,name\n,\n\n"):
        raw = read(tmp_path, content)
        assert (raw.headings, len(raw.rows)) == (("code", "name"), 0)


@pytest.mark.parametrize(
    ("content", "code", "row"),
    [(b"", "empty", None), (b"\n\n", "empty", None), (b",,\nX,Y,Z\n", "empty", None), (b"  \nX\n", "empty", None),
     (b"code,name\nX,Y\nZ,\xe9t\xe9\n", "encoding", 3), ("code,name\nX,Y\n".encode("utf-16"), "encoding", 1),
     (b"code,name\nX,\x00\n", "not_text", None), (b"PK\x03\x04\x14\x00\x00", "not_text", None),
     (b'code,name\nX,Y\nZ,"open\nW,V\n', "quotation", 3), (b'"code,name\nX,Y\n', "quotation", 1),
     (b'code,name\nX,"' + b"Y,Z\n" * 60_000, "quotation", 2)],
)  # fmt: skip
def test_what_is_no_table_is_said_with_its_file(
    tmp_path: Path, content: bytes, code: str, row: int | None
) -> None:
    with pytest.raises(DataProblems) as stopped:
        read(tmp_path, content)
    assert [(p.code, p.file, p.row) for p in stopped.value.problems] == [(code, "areas.csv", row)]
    assert stopped.value.problems[0].mend.said()


def test_every_uneven_row_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataProblems) as stopped:
        read(tmp_path, b'code,name\nX,Y\nX\nX,"a\nb"\n\nX,Y,Z\n')
    assert [(p.code, p.row) for p in stopped.value.problems] == [("cells", 3), ("cells", 6)]


def test_a_cell_as_long_as_a_book(tmp_path: Path) -> None:
    long = "word " * 500_000
    for cell in (long, '"' + long.replace(" ", "\n") + '"'):
        raw = read(tmp_path, f"code,name\nX,{cell}\nY,Z\n".encode())
        assert len(lists(raw)[0][1]) == len(long)
        assert lists(raw)[1] == ["Y", "Z"]


def workbook(folder: Path, *rows: list[Any], title: str = "areas") -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(row)
    book.save(folder / "areas.xlsx")
    return folder / "areas.xlsx"


def test_a_workbook_and_a_csv_of_one_table_are_read_alike(tmp_path: Path) -> None:
    book = workbook(tmp_path, ["code", "name", "level", "area_km2", "valid_from"], ["X1", "One", 2, 30.5, dt.date(2020, 1, 2)], [None] * 5, ["X2", "دو", 1, 7.0, None])  # fmt: skip
    a = read_table_file(book)
    b = read(
        tmp_path, "code,name,level,area_km2,valid_from\nX1,One,2,30.5,2020-01-02\n,,,,\nX2,دو,1,7,\n".encode()
    )
    assert (a.headings, lists(a), a.rows.tolist()) == (b.headings, lists(b), b.rows.tolist())
    assert a.sheet == "areas"


def test_the_sheet_named_after_the_table_is_read(tmp_path: Path) -> None:
    path = workbook(tmp_path, ["notes"], ["not this one"], title="Notes")
    from openpyxl import load_workbook

    book = load_workbook(path)
    book.create_sheet("areas").append(["code"])
    book["areas"].append(["X"])
    book.save(path)
    assert lists(read_table_file(path)) == [["X"]]


@pytest.mark.parametrize("name", ["areas", "alignments_withheld", "initiatives"])
def test_a_template_without_rows_reads_as_no_rows(tmp_path: Path, name: str) -> None:
    path = tmp_path / f"{name}.xlsx"
    template(TABLES[name]).save(path)
    raw = read_table_file(path)
    assert (raw.headings, len(raw.rows)) == (TABLES[name].names, 0)
    assert check(TABLES[name], raw, today=dt.date(2026, 1, 1)).sound


@pytest.mark.parametrize("content", [b"", b"no workbook", b"PK\x03\x04junk", b"code,name\nX,Y\n"])
def test_what_is_no_workbook(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(DataProblems) as stopped:
        read(tmp_path, content, "areas.xlsx")
    assert [p.code for p in stopped.value.problems] == ["workbook"]


CELL = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0\r\ufeff"), max_size=8)


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.tuples(CELL, CELL), max_size=6))
def test_what_was_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]
) -> None:
    import csv
    import io

    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(["code", "name"])
    writer.writerows(rows)
    raw = read(tmp_path_factory.mktemp("t"), out.getvalue().encode())
    kept = [list(row) for row in rows if any(c.strip() for c in row)]
    assert lists(raw) == kept
