"""Grades A to E: how far a figure can be trusted (methods M). A grade is the worst of the terms that apply.

A, B and C may be headlines. D and E stand under "What we cannot say yet", each with what would change it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jaiza.language import Text, text
from jaiza.scores import Scores

LETTERS = "ABCDE"
HEADLINE = ("A", "B", "C")
_COMPLETENESS = ((0.9, "A"), (0.75, "B"), (0.5, "C"))
_AGE = ((12, "A"), (24, "B"), (36, "C"), (60, "D"))
_WIDTH = ((0.1, "A"), (0.2, "B"), (0.35, "C"), (0.5, "D"))
# Limits are meant as printed: a width of .35 that comes out as .35000000001 is still .35.
_SLACK = 1e-9


@dataclass(frozen=True)
class Grade:
    """A letter, and the term that sets it with its reason. The letter is "" where a figure does not apply."""

    letter: str
    term: str
    why: Text

    @property
    def headline(self) -> bool:
        """Whether the figure may stand in a headline."""
        return self.letter in HEADLINE


def by_completeness(share: float) -> str:
    """A at .9 or more, B .75, C .5, D known and lower, E unknown (nan)."""
    if np.isnan(share):
        return "E"
    return next((letter for least, letter in _COMPLETENESS if share >= least - _SLACK), "D")


def by_age(months: float) -> str:
    """A up to 12 months, B 24, C 36, D 60, E older or undated (nan)."""
    return "E" if np.isnan(months) else next((g for most, g in _AGE if months <= most + _SLACK), "E")


def by_width(width: float) -> str:
    """A up to .1, B .2, C .35, D .5, E wider or without an interval (nan)."""
    return "E" if np.isnan(width) else next((g for most, g in _WIDTH if width <= most + _SLACK), "E")


def by_sources(count: float) -> str:
    """A for three or more independent sources, B two, C one, E none documented."""
    if np.isnan(count) or count < 1:
        return "E"
    return "A" if count >= 3 else ("B" if count >= 2 else "C")


def worst(letters: Sequence[str]) -> str:
    """The worst of some letters; "" counts for nothing."""
    return max((x for x in letters if x), default="", key=LETTERS.index)


_WHY = {
    "completeness": text("how complete the records are"),
    "age": text("the age of the data"),
    "width": text("the width of the interval"),
    "sources": text("the number of independent sources"),
}
_UNKNOWN_COMPLETENESS = text("how complete the records are is not known")


def grades(scores: Scores, width: NDArray[np.float64] | None = None) -> tuple[Grade, ...]:
    """The grade of every area. ``width`` (areas,) replaces the interval's where the measure has its own scale."""
    widths = scores.width if width is None else width
    return tuple(_grade(scores, widths, i) for i in range(len(scores.areas)))


def _grade(scores: Scores, widths: NDArray[np.float64], i: int) -> Grade:
    state, terms = scores.state[i], scores.terms
    if state == "not_applicable":
        return Grade("", "state", text("does not apply here"))
    if state == "withheld":
        return Grade("", "state", text("withheld"))
    if state == "no_data":
        return Grade("E", "state", text("no data"))
    letters = {"width": by_width(float(widths[i]))}
    if terms.completeness is not None:
        letters["completeness"] = by_completeness(float(terms.completeness[i]))
    if terms.age_months is not None:
        letters["age"] = by_age(float(terms.age_months[i]))
    if terms.sources is not None:
        letters["sources"] = by_sources(float(terms.sources[i]))
    letter = worst(list(letters.values()))
    cap = terms.capped[i] if terms.capped else ""
    if cap and LETTERS.index(cap) > LETTERS.index(letter or "A"):
        return Grade(
            cap, "cap", terms.cap_why if cap == "D" and terms.cap_why else text("reports of the press only")
        )
    term = next(name for name in ("completeness", "age", "width", "sources") if letters.get(name) == letter)
    if term == "completeness" and letter == "E":
        return Grade(letter, term, _UNKNOWN_COMPLETENESS)
    return Grade(letter, term, _WHY[term])


def grade_of(
    *,
    width: float | None = None,
    age_months: float | None = None,
    sources: float | None = None,
    completeness: float | None = None,
    cap: str = "",
) -> str:
    """The letter of one figure that stands alone; a term of None does not apply."""
    letters = [
        "" if width is None else by_width(width),
        "" if age_months is None else by_age(age_months),
        "" if sources is None else by_sources(sources),
        "" if completeness is None else by_completeness(completeness),
        cap,
    ]  # fmt: skip
    return worst(letters) or "E"
