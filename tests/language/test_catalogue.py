"""The Urdu catalogue: every sentence of the package is in it, with the same values, and the compiled file is current."""

from __future__ import annotations

import gettext
import io
import string
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

import jaiza

HOME = Path(jaiza.__file__).parent
CATALOGUE = HOME / "language" / "ur" / "LC_MESSAGES" / "jaiza.po"
SAID_BY = {"text": (1,), "texts": (1, 2), "mark": (1,), "t": (1,), "ts": (1, 2)}
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
Message = str | tuple[str, ...]


@cache
def said() -> dict[Message, str]:
    """Every sentence that the package says, with a file that says it."""
    found = extract_from_dir(str(HOME), method_map=METHODS, keywords=SAID_BY)  # type: ignore[arg-type]
    return {message: file for file, _, message, _, _ in found if message}


@cache
def translated() -> dict[Message, Message]:
    with CATALOGUE.open("rb") as file:
        return {m.id: m.string for m in read_po(file, locale="ur") if m.id}


def fields(message: Message) -> set[str]:
    parts = [message] if isinstance(message, str) else message
    return {name for part in parts for _, name, _, _ in string.Formatter().parse(part) if name}


def test_sentences_of_python_and_of_templates_are_found() -> None:
    files = set(said().values())
    assert any(f.endswith(".html") for f in files)
    assert "findings/headlines.py" in files
    assert len(said()) > 300


def test_every_sentence_has_an_urdu_text() -> None:
    missing = [
        f"{file}: {message}" for message, file in said().items() if not all(_parts(translated().get(message)))
    ]
    assert not missing, "add to jaiza.po, then run pybabel compile:\n" + "\n".join(missing)


def _parts(message: Message | None) -> Iterator[str]:
    if not message:
        yield ""
    elif isinstance(message, str):
        yield message
    else:
        yield from message


def test_no_urdu_text_is_left_over() -> None:
    assert set(translated()) <= set(said())


def test_urdu_texts_name_the_same_values() -> None:
    wrong = [m for m, ur in translated().items() if fields(m) != fields(ur)]
    assert wrong == []


def test_urdu_texts_are_written_in_urdu() -> None:
    """Letters of the Arabic script, save for sentences that hold nothing but values; no Arabic yeh or kaf."""
    for message, ur in translated().items():
        for part in _parts(ur):
            bare = "".join(literal for literal, *_ in string.Formatter().parse(part))
            if any(
                c.isalpha()
                for c in "".join(lit for m in _parts(message) for lit, *_ in string.Formatter().parse(m))
            ):
                assert any("\u0600" <= c <= "\u06ff" for c in bare), message
            assert not set(bare) & {"\u064a", "\u0643", "\u0649"}, message


def test_no_fuzzy_or_empty_entry() -> None:
    with CATALOGUE.open("rb") as file:
        for message in read_po(file, locale="ur"):
            if message.id:
                assert not message.fuzzy, message.id
                assert all(_parts(message.string)), message.id


def test_the_compiled_catalogue_is_current() -> None:
    with CATALOGUE.open("rb") as file:
        compiled = io.BytesIO()
        write_mo(compiled, read_po(file, locale="ur"))
    fresh = gettext.GNUTranslations(io.BytesIO(compiled.getvalue()))
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        held = gettext.GNUTranslations(file)
    assert held._catalog == fresh._catalog  # type: ignore[attr-defined]


@pytest.mark.parametrize("n", [1, 2, 11])
def test_plurals_follow_the_number(n: int) -> None:
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        book = gettext.GNUTranslations(file)
    one, many = "Show {n} district", "Show {n} districts"
    assert book.ngettext(one, many, n) == ("{n} ضلع دیکھیں" if n == 1 else "{n} اضلاع دیکھیں")
