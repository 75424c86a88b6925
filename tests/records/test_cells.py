"""Cells of every declared kind: what is read, what is missing, and what is complained of and where."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaiza.records.cells import Cells, clean, plain_number, read_column
from jaiza.records.table import Column

TODAY = dt.date(2024, 6, 15)


def read(column: Column, *cells: str | None) -> Cells:
    return read_column(column, clean(pa.array(cells, pa.string())), today=TODAY)


def bad(cells: Cells) -> dict[str, list[int]]:
    return {c.code: c.positions.tolist() for c in cells.complaints}


def column(kind: str, **settings: object) -> Column:
    return Column("x", kind, "what it holds", **settings)  # type: ignore[arg-type]


def test_white_space_of_every_kind_is_no_value() -> None:
    assert clean(pa.array(["", "  ", "\u00a0", "\t", None, " a "])).to_pylist() == [None] * 5 + ["a"]


@pytest.mark.parametrize(
    "typed", ["nan", "NaN", "inf", "-Infinity", "1e400", "-1e400", "0x10", "1_000", "½", "12%", "1,2,3", "--5", "1e", "."]
)  # fmt: skip
def test_what_is_no_finite_number_is_missing_and_said(typed: str) -> None:
    found = read(column("number"), "1", typed)
    assert bad(found) == {"number": [1]}
    assert not any(v in (float("inf"), float("-inf")) for v in found.values.to_pylist()[:1])


@pytest.mark.parametrize(
    ("typed", "value"), [("1e3", 1000.0), ("-0.5", -0.5), (".5", 0.5), ("5.", 5.0), ("+3", 3.0), ("1e-400", 0.0), ("۱۲٫۵", 12.5)]
)  # fmt: skip
def test_numbers_that_are_read(typed: str, value: float) -> None:
    found = read(column("number"), typed)
    assert (found.values.to_pylist(), bad(found)) == ([value], {})


@pytest.mark.parametrize("typed", ["1.5", "1e5", "99999999999999999999", "abc", "-", "12 apples"])
def test_what_is_no_whole_number(typed: str) -> None:
    found = read(column("whole"), typed)
    assert (found.values.to_pylist(), bad(found)) == ([None], {"whole": [0]})


def test_whole_numbers_as_a_spreadsheet_writes_them() -> None:
    assert read(column("whole"), "12.0", "1,250", "-7", "۱۲۳").values.to_pylist() == [12, 1250, -7, 123]


def test_limits_are_inclusive() -> None:
    found = read(column("number", low=0.0, high=10.0), "0", "10", "-0.1", "10.1")
    assert bad(found) == {"below": [2], "above": [3]}
    assert bad(read(column("share"), "0", "1", "1.01", "25")) == {"above": [2, 3]}


@pytest.mark.parametrize(
    ("typed", "code"),
    [("2023-02-29", "date"), ("2024-02-31", "date"), ("31/02/2024", "date"), ("2024-13", "date"), ("2024-00-10", "date"),
     ("2024-2-3", "date"), ("0000", "date"), ("0000-01-01", "date"), ("24", "date"), ("2024-06-16", "future"),
     ("2024-07", "future"), ("2025", "future")],
)  # fmt: skip
def test_dates_that_cannot_be(typed: str, code: str) -> None:
    assert bad(read(column("date", past=True), "2024-02-29", typed)) == {code: [1]}


def test_dates_that_are_read() -> None:
    found = read(column("date", past=True), "2024", "2024-06", "2024-06-15", "۲۰۲۳-۰۲-۲۸", "")
    assert found.values.to_pylist() == ["2024", "2024-06", "2024-06-15", "2023-02-28", None]
    assert bad(found) == {}
    assert bad(read(column("date", precision="day"), "2024", "2024-06", "2024-06-15")) == {
        "coarse_date": [0, 1]
    }


def test_codes_choices_and_flags() -> None:
    assert bad(read(column("code"), "X1", "X 1", "a;b", 'a"b')) == {"code": [1, 2, 3]}
    lists = read(column("codes"), "a ; b;", "a", "a b", ";")
    assert lists.values.to_pylist()[:2] == ["a;b", "a"]
    assert bad(lists)["codes"][0] == 2
    choice = read(column("choice", choices=("yes-men", "Other")), "YES-MEN", "Other", "third")
    assert (choice.values.to_pylist(), bad(choice)) == (["yes-men", "Other", None], {"choice": [2]})
    flag = read(column("flag"), "Yes", "0", "نہیں", "ہاں", "maybe", None)
    assert (flag.values.to_pylist(), bad(flag)) == ([True, False, False, True, None, None], {"flag": [4]})


def test_a_blank_is_missing_and_only_a_needed_one_is_said() -> None:
    assert bad(read(column("words", required=True), "a", " ")) == {"blank": [1]}
    assert bad(read(column("words"), "a", " ")) == {}


def test_states_stand_beside_stated_numbers() -> None:
    found = read(column("number", stated=True), "0", "", "Withheld", "not_applicable", "confirmed_zero", "x")
    assert found.states.to_pylist() == [
        "observed", "not_reported", "withheld", "not_applicable", "confirmed_zero", "not_reported",
    ]  # fmt: skip
    assert found.values.to_pylist() == [0.0, None, None, None, 0.0, None]
    assert bad(found) == {"number": [5]}


@settings(max_examples=60, deadline=None)
@given(st.integers(-(10**12), 10**12), st.sampled_from(["{:,}", "{}", "{:_}"]), st.booleans())
def test_a_number_survives_its_way_of_writing(number: int, pattern: str, urdu: bool) -> None:
    typed = pattern.format(number).replace("_", " ")
    if urdu:
        typed = typed.translate(str.maketrans("0123456789,", "۰۱۲۳۴۵۶۷۸۹٬"))
    assert int(plain_number(typed)) == number


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.text(max_size=12), max_size=8),
    st.sampled_from(["number", "whole", "date", "code", "codes", "flag", "share"]),
)
def test_whatever_is_typed_is_a_value_or_a_complaint(cells: list[str], kind: str) -> None:
    array = clean(pa.array(cells, pa.string()))
    found = read_column(column(kind), array, today=TODAY)
    said = {p for c in found.complaints for p in c.positions.tolist()}
    for position, (typed, value) in enumerate(zip(array.to_pylist(), found.values.to_pylist(), strict=True)):
        assert (value is None) <= (typed is None or position in said)
        if typed is None:
            assert value is None
