"""English and Urdu: sentences that are said late, in the reader's language.

A :class:`Text` is a sentence that has not been said yet: an English template and its values. Whoever shows it
chooses the language. Catalogues are ordinary gettext files (``language/<code>/LC_MESSAGES/jaiza.po``).
"""

from __future__ import annotations

import gettext as _gettext
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

LANGUAGES = ("en", "ur")
DIRECTION = {"en": "ltr", "ur": "rtl"}
OWN_NAME = {"en": "English", "ur": "اردو"}
_CATALOGUES = Path(__file__).parent

# Letters that start a left-to-right run inside right-to-left text; figures and codes are kept in order by these.
FIRST_STRONG_ISOLATE, LEFT_TO_RIGHT_ISOLATE, POP_ISOLATE = "\u2068", "\u2066", "\u2069"


@lru_cache
def catalogue(language: str) -> _gettext.NullTranslations:
    """The gettext catalogue of a language; English is the source and needs none.

    Raises ValueError for a language that Jaiza does not speak.
    """
    if language not in LANGUAGES:
        raise ValueError(f"language must be one of {', '.join(LANGUAGES)}; got {language!r}")
    if language == "en":
        return _gettext.NullTranslations()
    return _gettext.translation("jaiza", localedir=_CATALOGUES, languages=[language])


@dataclass(frozen=True)
class Text:
    """A sentence to be said later: English template, its values, and a plural form chosen by the value ``n``."""

    template: str
    values: Mapping[str, Any] = field(default_factory=dict)
    plural: str | None = None
    own: Mapping[str, str] | None = None

    def said(self, language: str = "en") -> str:
        """The sentence in a language. Values that are themselves sentences are said in it too."""
        if self.own is not None:
            return self.own.get(language) or self.own["en"]
        book = catalogue(language)
        if self.plural is None:
            template = book.gettext(self.template)
        else:
            template = book.ngettext(self.template, self.plural, int(self.values["n"]))
        return template.format(**{name: _said(value, language) for name, value in self.values.items()})

    def __str__(self) -> str:
        return self.said("en")


def _said(value: Any, language: str) -> Any:
    if isinstance(value, Text):
        return value.said(language)
    if isinstance(value, list | tuple):
        comma, last = ("، ", " اور ") if language == "ur" else (", ", " and ")
        items = [str(_said(item, language)) for item in value]
        return comma.join(items[:-1]) + last + items[-1] if len(items) > 1 else "".join(items)
    return value


def text(template: str, /, **values: Any) -> Text:
    """A sentence to be said later. ``template`` is the English sentence with ``{names}`` for its values."""
    return Text(template, values)


def texts(template: str, plural: str, /, *, n: int, **values: Any) -> Text:
    """The same with a plural; ``n`` chooses the form and may stand in the sentence."""
    return Text(template, {"n": n, **values}, plural)


def mark(template: str) -> str:
    """The template itself: marks a word for translation where it is declared and said elsewhere."""
    return template


def plain(value: str) -> Text:
    """A sentence that is the same in every language, such as a title that came with the data."""
    return Text("{value}", {"value": value})


def bilingual(en: str, ur: str | None) -> Text:
    """A name or sentence that the study itself gives in both languages; English where no Urdu is known."""
    return Text(en, own={"en": en, "ur": ur or en})


def isolate(value: object, language: str) -> str:
    """A figure or code, kept left-to-right when it stands in right-to-left running text."""
    return f"{LEFT_TO_RIGHT_ISOLATE}{value}{POP_ISOLATE}" if DIRECTION[language] == "rtl" else str(value)
