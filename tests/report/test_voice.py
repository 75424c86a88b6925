"""How a page speaks: escaped, in its language, figures in reading order."""

from __future__ import annotations

import pytest

from jaiza.language import text
from jaiza.report.voice import Voice, short

EN, UR = Voice("en"), Voice("ur")


def test_words_are_escaped_in_both_languages() -> None:
    assert EN.say("<b>&'") == "&lt;b&gt;&amp;&#39;"
    assert UR.say("<b>&'") == "&lt;b&gt;&amp;&#39;"


@pytest.mark.parametrize(
    "figures", ["5", "0.45", "3.4–39.3", "2021-12-31", "1,234", "90 %", "2024/25", "12:30"]
)
def test_figures_are_isolated_only_in_right_to_left_text(figures: str) -> None:
    assert EN.say(f"عدد {figures} ہے") == f"عدد {figures} ہے"
    assert UR.say(f"عدد {figures} ہے") == f'عدد <bdi class="num">{figures}</bdi> ہے'


def test_codes_and_escaped_characters_are_left_alone() -> None:
    assert UR.say("PK528 x2") == "PK528 x2"
    assert UR.say("it's") == "it&#39;s"


def test_a_stop_after_a_figure_is_not_part_of_it() -> None:
    assert UR.say("2022.") == '<bdi class="num">2022</bdi>.'


def test_dates_as_people_write_them() -> None:
    assert EN.plain(EN.date("2022-01-01")) == "1 January 2022"
    assert UR.plain(UR.date("2022-11-30")) == "30 نومبر 2022"


def test_what_came_in_english_is_marked_on_other_pages() -> None:
    assert EN.foreign("<t>") == "&lt;t&gt;"
    assert UR.foreign("<t>") == '<bdi lang="en" dir="ltr">&lt;t&gt;</bdi>'
    assert UR.foreign(None) == ""


def test_the_study_s_own_words_fall_back_on_english() -> None:
    assert UR.both({"en": "a"}) == "a"
    assert UR.both({"en": "a", "ur": "ب"}) == "ب"
    assert UR.both("plain") == "plain"
    assert UR.both(None) == ""


def test_attributes_isolate_with_control_characters() -> None:
    assert UR.inline("0.5") == "\u20660.5\u2069"
    assert EN.inline("0.5") == "0.5"
    assert "\u2066" not in UR.say(text("{x}", x=UR.inline("0.5")))


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.2, "0.2"), (60, "60"), (1 / 3, "0.3333"), (True, "true"), ("a", "a"), (2000, "2,000")],
)
def test_short_numbers(value: object, expected: str) -> None:
    assert short(value) == expected
