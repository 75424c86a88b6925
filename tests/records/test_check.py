"""A table checked against its declaration: each problem has file, row, column, value and mend, all of them at once."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest

from jaiza.errors import Problem, grouped
from jaiza.records.check import Checked, RawTable, across_tables, check
from jaiza.records.declared import TABLES
from jaiza.records.table import Column, Key, Table

TODAY = dt.date(2026, 1, 1)

EVERY_KIND = Table(
    "every_kind",
    "a row with a cell of each kind",
    (
        Column("code", "code", "a code", required=True),
        Column("list", "codes", "codes"),
        Column("number", "number", "a number", low=0.0),
        Column("count", "whole", "a count", high=10.0),
        Column("share", "share", "a share"),
        Column("start", "date", "first day"),
        Column("end", "date", "last day", past=True),
        Column("colour", "choice", "a colour", choices=("red", "green")),
        Column("open", "flag", "whether open"),
    ),
    keys=(Key(("code",)),),
    in_order=(("start", "end"),),
)


def raw(headings: str, *rows: str, name: str = "every_kind") -> RawTable:
    lines = [row.split("|") for row in rows]
    names = headings.split("|")
    columns = tuple(pa.array([line[i] for line in lines], pa.string()) for i in range(len(names)))
    return RawTable(f"{name}.csv", "Sheet", tuple(names), columns, np.arange(2, len(rows) + 2))


def checked(headings: str, *rows: str, table: Table = EVERY_KIND) -> Checked:
    return check(table, raw(headings, *rows, name=table.name), today=TODAY)


HEADINGS = "code|list|number|count|share|start|end|colour|open"
GOOD = "c|a;b|1|2|0.5|2020|2021|red|yes"


def test_a_sound_row_is_typed() -> None:
    found = checked(HEADINGS, GOOD)
    assert (found.problems, found.sound) == ([], True)
    row = found.rows.to_pylist()[0]
    assert (row["number"], row["count"], row["open"], row["src_file"], row["src_row"]) == (
        1.0,
        2,
        True,
        "every_kind.csv",
        2,
    )


@pytest.mark.parametrize(
    ("position", "typed", "code"),
    [(0, "two words", "code"), (1, "a b;c", "codes"), (2, "many", "number"), (2, "-1", "below"), (3, "1.5", "whole"), (3, "11", "above"),
     (4, "25", "above"), (5, "2024-02-31", "date"), (6, "2027", "future"), (6, "2019", "ends_before_start"), (7, "blue", "choice"),
     (8, "perhaps", "flag")],
)  # fmt: skip
def test_every_kind_of_wrong_cell_has_its_place_and_mend(position: int, typed: str, code: str) -> None:
    cells = GOOD.split("|")
    cells[position] = typed
    problems = checked(HEADINGS, GOOD.replace("c|", "first|", 1), "|".join(cells)).problems
    assert [(p.code, p.file, p.sheet, p.row, p.column, p.value) for p in problems] == [
        (code, "every_kind.csv", "Sheet", 3, HEADINGS.split("|")[position], typed)
    ]
    assert problems[0].mend.said("en")
    assert not problems[0].warning
    for language in ("en", "ur"):
        assert typed in problems[0].said(language)


def test_all_problems_of_a_file_are_said_at_once() -> None:
    problems = checked(HEADINGS, "two words|a b|many|x|25|soon|2027|blue|perhaps").problems
    assert [p.column for p in problems] == HEADINGS.split("|")


def test_one_value_in_500_rows_is_one_line_and_other_values_are_their_own() -> None:
    rows = [f"c{i}||many||||||" for i in range(500)] + ["d||few||||||"]
    lines = [g.said() for g in grouped(checked(HEADINGS, *rows).problems)]
    assert len(lines) == 2
    assert "500 rows, first in 2, 3, 4, 5, 6" in lines[0]
    assert lines[1].startswith("every_kind.csv, sheet Sheet, row 502, number: “few”")


def test_columns_in_any_order_with_white_space_around_headings() -> None:
    found = checked(" number |code", "3|c")
    assert found.sound
    assert found.rows.to_pylist()[0]["number"] == 3.0


def test_missing_doubled_and_unknown_columns_name_the_heading_row() -> None:
    problems = checked("number|number|weight", "1|2|3").problems
    assert {(p.code, p.row, p.column, p.warning) for p in problems} == {
        ("missing_column", 1, "code", False),
        ("doubled_column", 1, "number", False),
        ("unknown_column", 1, "weight", True),
    }


def test_a_blank_in_a_key_equals_a_blank() -> None:
    table = Table(
        "t",
        "x",
        (Column("a", "code", "a"), Column("b", "code", "b"), Column("id", "code", "id")),
        keys=(Key(("a", "b"), when_blank="id"), Key(("id",))),
    )
    problems = checked("a|b|id", "x||", "x||", "x|y|", "x||i", "x||j", "x||j", table=table).problems
    assert [(p.row, p.column, p.value, str(p.what)) for p in problems] == [
        (3, "a+b", "x", "the same as row 2"),
        (7, "id", "j", "the same as row 6"),
    ]


def test_a_third_double_names_the_first_row() -> None:
    problems = checked("code", "c", "d", "c", "c").problems
    assert [(p.row, str(p.what)) for p in problems] == [(4, "the same as row 2"), (5, "the same as row 2")]


@pytest.mark.parametrize(
    ("start", "end", "wrong"),
    [("2024", "2024-01-01", False), ("2024-06", "2024", False), ("2024-06", "2024-05-31", True), ("2024", "2023-12", True)],
)  # fmt: skip
def test_dates_are_compared_as_far_as_both_go(start: str, end: str, wrong: bool) -> None:
    problems = checked("code|start|end", f"c|{start}|{end}").problems
    assert bool(problems) == wrong


@pytest.mark.parametrize(
    ("shares", "wrong"),
    [(("0.5", "0.5"), False), (("0.6", "0.6"), True), (("0.3", "0.3"), True), (("0.6", ""), False), (("1.0", "0.1"), True),
     (("", ""), False), (("0.333", "0.333", "0.333"), False)],
)  # fmt: skip
def test_shares_add_up_to_one_where_all_are_given(shares: tuple[str, ...], wrong: bool) -> None:
    rows = [f"i|a{n}|{'yes' if n == 0 else 'no'}|{share}" for n, share in enumerate(shares)]
    problems = checked(
        "initiative|approach|main|share", *rows, table=TABLES["initiative_approaches"]
    ).problems
    assert any(p.code == "shares" for p in problems) == wrong


def rows_of(name: str, headings: str, *rows: str) -> pa.Table:
    return check(TABLES[name], raw(headings, *rows, name=name), today=TODAY).rows


def test_unknown_codes_alone_and_in_lists() -> None:
    areas = rows_of("areas", "code|name|level", "X|Land|0", "X1|One|1")
    sources = rows_of("sources", "id|title|covers", "s|S|X;X1;Y9", "t|T|")
    borders = rows_of("neighbours", "area_a|area_b", "X1|Q")
    problems = across_tables({"areas": areas, "sources": sources, "neighbours": borders}, TABLES)
    assert {(p.file, p.row, p.column, p.value) for p in problems} == {
        ("sources.csv", 2, "covers", "Y9"),
        ("neighbours.csv", 2, "area_b", "Q"),
    }


def test_a_table_without_rows_is_sound() -> None:
    for table in TABLES.values():
        found = check(table, raw("|".join(table.names), name=table.name), today=TODAY)
        assert found.sound, (table.name, [p.said() for p in found.problems])
        assert found.rows.schema.equals(table.schema)


def test_every_declared_table_can_say_its_missing_columns_in_both_languages() -> None:
    for table in TABLES.values():
        problems: list[Problem] = check(table, raw("weight", "1", name=table.name), today=TODAY).problems
        for language in ("en", "ur"):
            assert all("{" not in p.said(language) for p in problems)
