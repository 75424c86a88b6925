"""How a page speaks: sentences, names, dates and figures in one language, escaped and kept in reading order."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from jaiza.language import DIRECTION, Text, isolate, mark, text, texts

MONTHS = (
    mark("January"), mark("February"), mark("March"), mark("April"), mark("May"), mark("June"),
    mark("July"), mark("August"), mark("September"), mark("October"), mark("November"), mark("December"),
)  # fmt: skip
# An escaped character is passed over; what is left of figures, ranges and dates is one left-to-right run.
_FIGURES = re.compile(r"&#?\w+;|(?<![\w.])[+±<>-]?\d[\d.,:/–-]*(?<=\d)(?:\s?%)?")
_ISOLATES = re.compile("[\u2066-\u2069]")


@dataclass(frozen=True)
class Voice:
    """One language of one page."""

    language: str

    @property
    def direction(self) -> str:
        """ltr or rtl."""
        return DIRECTION[self.language]

    def plain(self, sentence: Text | str) -> str:
        """A sentence as plain text, for attributes."""
        return sentence.said(self.language) if isinstance(sentence, Text) else sentence

    def say(self, sentence: Text | str) -> Markup:
        """A sentence as escaped HTML; in right-to-left text its figures are isolated."""
        escaped = str(escape(_ISOLATES.sub("", self.plain(sentence))))
        if self.direction == "ltr":
            return Markup(escaped)  # escaped in the line above
        return Markup(_FIGURES.sub(_isolated, escaped))

    def t(self, template: str, /, **values: Any) -> Markup:
        """``text`` said as HTML: what templates call."""
        return self.say(text(template, **values))

    def ts(self, template: str, plural: str, /, *, n: int, **values: Any) -> Markup:
        """``texts`` said as HTML."""
        return self.say(texts(template, plural, n=n, **values))

    def both(self, said: Mapping[str, str] | str | None) -> str:
        """A sentence that the study gives in both languages; its English where it has no other."""
        if said is None or isinstance(said, str):
            return said or ""
        return said.get(self.language) or said.get("en", "")

    def foreign(self, words: object) -> Markup:
        """Words that came in English, such as a title or a unit, marked as English on other pages."""
        if words is None or words == "":
            return Markup("")
        if self.language == "en":
            return escape(words)
        return Markup('<bdi lang="en" dir="ltr">{}</bdi>').format(words)

    def number(self, words: object) -> Markup:
        """A figure or code on its own, kept left to right."""
        return Markup('<bdi class="num">{}</bdi>').format(words)

    def inline(self, words: object) -> str:
        """A figure inside plain text, such as a title attribute."""
        return isolate(words, self.language)

    def date(self, iso: str) -> Text:
        """A day as people write it: 1 January 2022."""
        year, month, day = iso.split("-")
        return text("{day} {month} {year}", day=int(day), month=text(MONTHS[int(month) - 1]), year=year)


def _isolated(found: re.Match[str]) -> str:
    run = found.group()
    return run if run.startswith("&") else f'<bdi class="num">{run}</bdi>'


def two(value: float) -> str:
    """A share or score with two decimals."""
    return f"{value:.2f}"


def whole(value: float) -> str:
    """A count with separators."""
    return f"{value:,.0f}"


def short(value: object) -> str:
    """A number without trailing zeros; other values as they are."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"{value:,.4f}".rstrip("0").rstrip(".")
    return str(value)
