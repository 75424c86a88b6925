"""Sentences that are said late: languages, plurals, lists, and names that a study gives itself."""

from __future__ import annotations

import pytest

from jaiza.language import bilingual, catalogue, isolate, plain, text, texts


def test_the_reader_chooses_the_language() -> None:
    sentence = text("is not a date")
    assert sentence.said() == str(sentence) == "is not a date"
    assert sentence.said("ur") != "is not a date"
    assert any("\u0600" <= c <= "\u06ff" for c in sentence.said("ur"))


def test_plurals_follow_n() -> None:
    assert texts("{n} problem in the data", "{n} problems in the data", n=1).said() == "1 problem in the data"
    assert (
        texts("{n} problem in the data", "{n} problems in the data", n=0).said() == "0 problems in the data"
    )
    assert "3" in texts("{n} problem in the data", "{n} problems in the data", n=3).said("ur")


def test_sentences_and_lists_within_sentences_are_said_in_the_same_language() -> None:
    inner = text("is not a date")
    assert text("{what}", what=inner).said("ur") == inner.said("ur")
    assert text("{names}", names=["a", "b", "c"]).said() == "a, b and c"
    assert text("{names}", names=["a", "b", "c"]).said("ur") == "a، b اور c"
    assert [text("{names}", names=n).said() for n in ([], ["a"], ("a", "b"))] == ["", "a", "a and b"]


def test_what_is_the_same_everywhere_and_what_the_study_names() -> None:
    assert plain("{title} ٪").said("ur") == "{title} ٪"
    assert bilingual("Land {x}", "ملک").said("ur") == "ملک"
    assert bilingual("Land {x}", None).said("ur") == "Land {x}"
    assert bilingual("Land", "").said("ur") == "Land"


def test_an_unknown_sentence_falls_back_to_english_and_an_unknown_language_does_not() -> None:
    assert text("a sentence that nobody says").said("ur") == "a sentence that nobody says"
    with pytest.raises(ValueError, match="must be one of en, ur"):
        catalogue("fr")


def test_figures_keep_their_order_in_right_to_left_text() -> None:
    assert isolate("1–2", "ur") == "\u20661–2\u2069"
    assert isolate("1–2", "en") == "1–2"
