"""Problems as sentences, groups of them, and the codes with which a command ends."""

from __future__ import annotations

import pytest

from jaiza.errors import (
    DATA_PROBLEMS,
    REFUSED,
    WRONG_USE,
    DataProblems,
    JaizaError,
    Problem,
    Refused,
    WrongUse,
    grouped,
)
from jaiza.language import text


def problem(**values: object) -> Problem:
    whole = {"file": "areas.xlsx", "sheet": "areas", "row": 7, "column": "level", "value": "9"} | values
    return Problem(text("is not a date"), text("check both dates"), "x", **whole)  # type: ignore[arg-type]


def test_a_problem_is_one_sentence_with_place_value_and_mend() -> None:
    assert problem().said() == "areas.xlsx, sheet areas, row 7, level: “9” is not a date; check both dates."
    bare = problem(file=None, sheet=None, row=None, column=None, value=None)
    assert bare.said() == "is not a date; check both dates."


def test_urdu_keeps_names_and_values_left_to_right() -> None:
    said = problem().said("ur")
    for part in ("areas.xlsx", "level", "9"):
        assert f"\u2068{part}\u2069" in said or f"\u2066{part}\u2069" in said
    assert said.endswith("۔")
    assert "; " not in said


def test_a_long_value_is_cut() -> None:
    said = problem(value="x" * 500).said()
    assert "x" * 59 + "…" in said
    assert "x" * 60 not in said


def test_braces_in_what_people_type_change_nothing() -> None:
    assert "“{row} {0} {}”" in problem(value="{row} {0} {}").said()
    assert "{n}" in problem(file="{n}.csv").said("ur")


def test_groups_keep_the_order_and_separate_what_differs() -> None:
    found = [problem(row=2), problem(row=3, value="8"), problem(row=4), problem(row=5, column="name")]
    groups = grouped(found)
    assert [(g.count, g.rows) for g in groups] == [(2, (2, 4)), (1, (3,)), (1, (5,))]
    assert "row 7" not in groups[0].said()
    assert groups[0].said().endswith("(the same in 2 rows, first in 2, 4)")
    assert groups[1].said() == found[1].said()


def test_warnings_are_gathered_whatever_their_value() -> None:
    found = [problem(row=i, value=str(i), warning=True) for i in range(2, 12)]
    assert [(g.count, g.rows) for g in grouped(found)] == [(10, (2, 3, 4, 5, 6))]


@pytest.mark.parametrize(
    ("error", "code"),
    [(JaizaError("x"), DATA_PROBLEMS), (WrongUse("x"), WRONG_USE), (Refused("x"), REFUSED), (DataProblems([problem()]), DATA_PROBLEMS),
     (DataProblems([problem(), problem(refused=True)]), REFUSED)],
)  # fmt: skip
def test_how_commands_end(error: JaizaError, code: int) -> None:
    assert error.exit_code == code
    assert (DATA_PROBLEMS, WRONG_USE, REFUSED) == (1, 2, 3)


def test_errors_say_their_sentence() -> None:
    assert str(WrongUse("a {brace}")) == "a {brace}"
    assert str(DataProblems([problem()])) == "1 problem in the data"
    assert str(DataProblems([problem(), problem()])) == "2 problems in the data"
