"""Small charts: what is missing is never a 0, and every figure carries its interval and grade."""

from __future__ import annotations

import re

import pytest

from jaiza.report.charts import (
    amount,
    figure_chip,
    grade_ring,
    interval_bar,
    known_bar,
    percent,
    presence_matrix,
    presence_sign,
    state_key,
)
from jaiza.report.voice import Voice

EN, UR = Voice("en"), Voice("ur")


def plain(markup: object) -> str:
    return " ".join(re.sub("<[^>]*>", " ", str(markup)).split())


def test_a_chip_holds_value_interval_grade_and_figure() -> None:
    chip = figure_chip(EN, 0.716, 0.65, 0.82, "C", figure="need:2022-01-01:x1", why="set by age")
    assert plain(chip) == "0.72 0.65–0.82 C"
    assert 'data-figure="need:2022-01-01:x1"' in chip
    assert 'title="Grade C, set by age"' in chip


def test_an_unknown_value_is_a_question_mark_with_its_bounds() -> None:
    assert plain(figure_chip(EN, None, 0.1, 0.9, "E")) == "? 0.10–0.90 E"
    assert plain(figure_chip(EN, None, None, None, "E")) == "? E"


def test_people_share_one_scale_in_a_chip() -> None:
    assert (
        plain(figure_chip(EN, 4_611_203.0, 3_425_209.0, 39_305_134.0, "C", unit="people"))
        == "4.6 3.4–39.3 million C"
    )
    assert plain(figure_chip(EN, 0.0, 0.0, 250_000.0, "C", unit="people")) == "0.0 0.0–0.2 million C"
    assert plain(figure_chip(EN, 900.0, 800.0, 1_100.0, "C", unit="people")) == "900 800–1,100 C"


def test_a_count_says_that_it_is_counted() -> None:
    assert plain(figure_chip(EN, 4.0, 4.0, 4.0, "C", unit="records")) == "4 counted C"


def test_chips_are_escaped() -> None:
    chip = figure_chip(EN, 0.5, 0.4, 0.6, "C", figure='"><script>', why="<b>")
    assert "<script>" not in chip
    assert "<b>" not in chip.replace("<b>0.50</b>", "")


@pytest.mark.parametrize("letter", ["", None])
def test_no_grade_no_ring(letter: str | None) -> None:
    assert grade_ring(EN, letter) == ""


def test_a_bar_without_an_interval_draws_nothing() -> None:
    assert plain(interval_bar(None, None, None)) == ""
    assert "<circle" not in interval_bar(None, None, None)
    assert "<line" not in interval_bar(None, None, None)


def test_a_bar_too_wide_has_no_dot() -> None:
    bar = interval_bar(0.4, 0.1, 0.9, wide=True)
    assert "<circle" not in bar
    assert 'x1="10%" x2="90%"' in bar


@pytest.mark.parametrize(
    ("share", "expected"), [(0.0, "0%"), (0.125, "12.5%"), (1.0, "100%"), (1.7, "100%"), (-1, "0%")]
)
def test_percent_stays_on_the_axis(share: float, expected: str) -> None:
    assert percent(share) == expected


def test_the_bar_of_what_is_known_adds_up() -> None:
    bar = str(known_bar({"estimated": 3, "no_data": 1, "too_wide": 0}))
    widths = [float(w) for w in re.findall(r'width="([\d.]+)%"', bar)]
    assert widths == [75.0, 25.0]
    assert "too_wide" not in bar


def test_states_are_words_in_the_language_of_the_page() -> None:
    assert plain(state_key(EN, "no_data")) == "no data"
    assert plain(state_key(UR, "no_data")) == "معلوم نہیں"


def test_signs_of_presence_differ_in_shape() -> None:
    shapes = {re.search(r' d="([^"]*)"', str(presence_sign(s)))[1] for s in  # type: ignore[index]
              ("known_active", "dates_unknown", "known_ended", "none_known")}  # fmt: skip
    assert len(shapes) == 4


def test_small_matrices_share_one_scale_and_draw_every_cell_once() -> None:
    columns = [["known_active", "none_known"], ["coarse_only", "none_known"]]
    drawn = str(presence_matrix("<x>", columns, 5))
    assert 'viewBox="0 0 35 14"' in drawn
    assert 'aria-label="&lt;x&gt;"' in drawn
    assert sum(d.count("M") for d in re.findall(r' d="([^"]*)"', drawn)) == 4


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [(0.123, "0 to 1", "0.12"), (12.34, "severity", "12.3"), (1234.0, "people", "1,234")],
)
def test_amounts_by_unit(value: float, unit: str, expected: str) -> None:
    assert amount(value, unit) == expected
