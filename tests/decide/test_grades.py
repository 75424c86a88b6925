"""Grades (methods M): every limit, the worst term, caps, and what has no grade."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jaiza.decide.grades import (
    HEADLINE,
    LETTERS,
    by_age,
    by_completeness,
    by_sources,
    by_width,
    grade_of,
    grades,
    worst,
)
from jaiza.language import text
from jaiza.scores import GradeTerms, Scores

NAN = float("nan")


@pytest.mark.parametrize(
    ("share", "letter"),
    [
        (1, "A"),
        (0.9, "A"),
        (0.8999, "B"),
        (0.75, "B"),
        (0.7499, "C"),
        (0.5, "C"),
        (0.4999, "D"),
        (0, "D"),
        (NAN, "E"),
    ],
)
def test_completeness(share, letter):
    assert by_completeness(share) == letter


@pytest.mark.parametrize(
    ("months", "letter"),
    [(0, "A"), (12, "A"), (12.01, "B"), (24, "B"), (24.01, "C"), (36, "C"), (36.01, "D"), (60, "D"), (60.01, "E"),
     (NAN, "E")],
)  # fmt: skip
def test_age(months, letter):
    assert by_age(months) == letter


@pytest.mark.parametrize(
    ("width", "letter"),
    [(0, "A"), (0.1, "A"), (0.101, "B"), (0.2, "B"), (0.201, "C"), (0.35, "C"), (0.351, "D"), (0.5, "D"), (0.501, "E"),
     (NAN, "E"), (float("inf"), "E")],
)  # fmt: skip
def test_width(width, letter):
    assert by_width(width) == letter


@pytest.mark.parametrize(
    ("count", "letter"),
    [(5, "A"), (3, "A"), (2.9, "B"), (2, "B"), (1, "C"), (0.9, "E"), (0, "E"), (NAN, "E")],
)
def test_sources(count, letter):
    assert by_sources(count) == letter


def test_a_limit_that_comes_out_of_arithmetic_is_still_the_limit():
    assert by_width(0.45 - 0.1) == "C"
    assert by_completeness(0.1 + 0.2 + 0.6) == "A"
    assert by_age(0.1 * 120 + 1e-12) == "A"


def made(state="estimated", width=0.05, **terms):
    known = state in ("estimated", "too_wide")
    value = np.array([0.5 if known else NAN])
    half = np.array([width / 2])
    return Scores(
        measure="x", areas=("A",), value=value, lower=value - half, upper=value + half, state=(state,), n=np.ones(1),
        method="B6", terms=GradeTerms(**terms),
    )  # fmt: skip


def one(scores, **more):
    return grades(scores, **more)[0]


def term(x):
    return np.array([float(x)])


@pytest.mark.parametrize(
    ("terms", "letter", "name"),
    [
        ({}, "A", "width"),
        ({"age_months": term(30)}, "C", "age"),
        ({"age_months": term(30), "sources": term(1)}, "C", "age"),
        ({"age_months": term(6), "sources": term(1)}, "C", "sources"),
        ({"completeness": term(0.3), "age_months": term(30)}, "D", "completeness"),
        ({"completeness": term(NAN)}, "E", "completeness"),
        ({"age_months": term(NAN)}, "E", "age"),
        ({"sources": term(0)}, "E", "sources"),
    ],
)
def test_the_worst_term_that_applies_sets_the_letter(terms, letter, name):
    got = one(made(**terms))
    assert (got.letter, got.term) == (letter, name)
    assert got.headline == (letter in "ABC")


def test_unknown_completeness_says_that_it_is_unknown():
    assert one(made(completeness=term(NAN))).why.said() == "how complete the records are is not known"
    assert one(made(completeness=term(0.2))).why.said() == "how complete the records are"


@pytest.mark.parametrize(
    ("cap", "width", "letter", "name"),
    [
        ("", 0.05, "A", "width"),
        ("B", 0.05, "B", "cap"),
        ("B", 0.15, "B", "width"),  # a cap that changes nothing is not the reason
        ("B", 0.3, "C", "width"),
        ("D", 0.3, "D", "cap"),
        ("D", 0.45, "D", "width"),
        ("D", 0.6, "E", "width"),
    ],
)
def test_a_cap_only_ever_lowers(cap, width, letter, name):
    state = "too_wide" if width > 0.5 else "estimated"
    got = one(made(state, width, capped=[cap], cap_why=text("nobody looked")))
    assert (got.letter, got.term) == (letter, name)


def test_a_quiet_area_is_graded_d_with_its_reason_and_the_press_with_its_own():
    quiet = one(made(capped=["D"], cap_why=text("no event reported")))
    press = one(made(capped=["B"], cap_why=text("no event reported")))
    assert (quiet.letter, quiet.why.said(), quiet.headline) == ("D", "no event reported", False)
    assert (press.letter, press.why.said(), press.headline) == ("B", "reports of the press only", True)


@pytest.mark.parametrize(
    ("state", "letter"), [("not_applicable", ""), ("withheld", ""), ("no_data", "E"), ("estimated", "A")]
)
def test_states(state, letter):
    got = one(made(state, age_months=term(1)))
    assert got.letter == letter
    assert got.headline == (letter == "A")
    if letter != "A":
        assert got.term == "state"


def test_a_width_on_another_scale_may_stand_in():
    assert one(made(width=0.4), width=np.array([0.02])).letter == "A"
    assert one(made(width=0.02), width=np.array([0.4])).letter == "D"


def test_one_figure_alone():
    assert grade_of() == "E"  # nothing is known of it
    assert grade_of(width=0.05) == "A"
    assert grade_of(width=0.05, sources=1) == "C"
    assert grade_of(width=0.05, age_months=61) == "E"
    assert grade_of(width=0.05, completeness=NAN) == "E"
    assert grade_of(width=0.05, cap="B") == "B"
    assert grade_of(width=0.3, cap="B") == "C"


def test_worst():
    assert worst([]) == worst([""]) == ""
    assert worst(["", "B", "A"]) == "B"
    assert worst(list("ABCDE")) == "E"
    assert HEADLINE == ("A", "B", "C")


LETTER = st.sampled_from(["", *LETTERS])
NUMBER = st.one_of(st.none(), st.just(NAN), st.floats(0, 100))


@given(NUMBER, NUMBER, NUMBER, NUMBER, LETTER)
def test_a_further_term_never_raises_a_grade(width, age, sources, completeness, cap):
    given_terms = {"width": width, "age_months": age, "sources": sources, "completeness": completeness}
    whole = grade_of(**given_terms, cap=cap)
    for left_out in given_terms:
        less = {k: v for k, v in given_terms.items() if k != left_out}
        if any(v is not None for v in less.values()) or cap:
            assert LETTERS.index(whole) >= LETTERS.index(grade_of(**less, cap=cap))


@given(st.floats(0, 1), st.floats(0, 1))
def test_grades_are_monotone(a, b):
    low, high = sorted((a, b))
    assert by_width(low) <= by_width(high)
    assert by_age(60 * low) <= by_age(60 * high)
    assert by_completeness(high) <= by_completeness(low)
    assert by_sources(4 * high) <= by_sources(4 * low)
