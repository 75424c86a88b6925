"""How a place name is written, reduced to what tells two places apart.

Latin: case, accents, marks, spaces and hyphens fall away. Urdu script: Arabic, Persian and Pashto forms of one
letter become one letter, vowel marks, tatweel and joiners fall away. In both, words for the kind of place
("district", "ضلع") and directions ("Upper", "بالا") are taken out and kept beside the name, because "Dir Upper"
and "Upper Dir" are one place while "Swat" and "Upper Swat" are two.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from rapidfuzz.distance import OSA

Script = Literal["latin", "urdu"]

_SEPARATORS = re.compile(r"\s+[-–—]\s*|\s*[-–—]\s+|[–—/\\|,;،؛@&+()\[\]{}\n]")

# One letter of Pakistani Urdu for every form in which keyboards, old files and Pashto or Sindhi write it.
_URDU_FORMS = {
    "ي": "ی", "ى": "ی", "ې": "ی", "ۍ": "ی", "ے": "ی", "ۓ": "ی", "ئ": "ی", "ێ": "ی",
    "ك": "ک", "ڪ": "ک", "ګ": "گ", "ه": "ہ", "ة": "ہ", "ۃ": "ہ", "ۂ": "ہ", "ۀ": "ہ", "ھ": "ہ", "ە": "ہ", "ۿ": "ہ",
    "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ٲ": "ا", "ؤ": "و", "ۆ": "و", "ۇ": "و", "ں": "ن", "ڼ": "ن",
    "ړ": "ڑ", "ډ": "ڈ", "ټ": "ٹ", "ځ": "ز", "څ": "س", "ښ": "ش", "ږ": "ژ", "ء": "",
}  # fmt: skip
_URDU_MAP = str.maketrans(_URDU_FORMS)
# Letters that Urdu speakers write for one another because they sound alike.
_URDU_SOUNDS = str.maketrans(
    {"ٹ": "ت", "ط": "ت", "ڈ": "د", "ڑ": "ر", "ص": "س", "ث": "س", "ض": "ز", "ذ": "ز", "ظ": "ز", "ژ": "ز"}
    | {"ح": "ہ", "ق": "ک", "ع": "ا"}
)
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
_SUPERSCRIPT_ALEF = "\u0670"

DIRECTIONS = {
    "upper": "upper", "lower": "lower", "north": "north", "northern": "north", "south": "south",
    "southern": "south", "east": "east", "eastern": "east", "west": "west", "western": "west",
    "central": "central", "centre": "central", "bala": "upper", "payan": "lower", "payeen": "lower",
    "paeen": "lower", "zereen": "lower",
    "اپر": "upper", "بالا": "upper", "بالای": "upper", "لویر": "lower", "لوار": "lower", "زیرین": "lower",
    "پاین": "lower", "شمالی": "north", "نارتہ": "north", "جنوبی": "south", "ساوتہ": "south",
    "شرقی": "east", "مشرقی": "east", "ایسٹ": "east", "غربی": "west", "مغربی": "west",
    "ویسٹ": "west", "وسطی": "central", "سینٹرل": "central", "سنٹرل": "central",
}  # fmt: skip

# Words for the kind of place. "other" names a unit that is not one of the levels (a division, a city): such a
# text may be larger or smaller than its namesake and is never taken for it.
KIND_WORDS = {
    "district": "district", "districts": "district", "distt": "district", "dist": "district", "disst": "district",
    "zilla": "district", "zila": "district", "zillah": "district", "zilah": "district", "agency": "district",
    "agcy": "district", "tribal": "district", "merged": "district", "ضلع": "district", "ضلعی": "district", "ڈسٹرکٹ": "district", "ڈسترکت": "district",
    "ایجنسی": "district",
    "province": "province", "prov": "province", "soba": "province", "suba": "province", "صوبہ": "province",
    "tehsil": "tehsil", "tahsil": "tehsil", "tehsill": "tehsil", "taluka": "tehsil", "taluqa": "tehsil",
    "subdistrict": "tehsil", "تحصیل": "tehsil", "تعلقہ": "tehsil", "تعلکہ": "tehsil",
    "division": "other", "div": "other", "subdivision": "other", "city": "other", "town": "other",
    "rural": "other", "urban": "other", "cantt": "other", "cantonment": "other", "metropolitan": "other",
    "uc": "other", "village": "other", "ڈویژن": "other", "ڈویزن": "other", "شہر": "other", "سٹی": "other",
    "ٹاون": "other", "دیہی": "other", "شہری": "other", "چہاونی": "other", "گاون": "other",
    "former": "former", "formerly": "former", "ex": "former", "erstwhile": "former", "undivided": "former",
    "سابق": "former", "سابقہ": "former", "غیرمنقسم": "former",
}  # fmt: skip
_EMPTY_WORDS = frozenset({"the", "of"})
_SAME_WORD = {"mohammad": "muhammad", "mohammed": "muhammad", "muhammed": "muhammad"} | dict.fromkeys(
    ("mohd", "muhd", "muhmmad", "mohamad", "muhamad"), "muhammad"
)
# Endings shared by so many places that they say nothing about which one is meant.
COMMON_ENDINGS = (
    "abad",
    "nagar",
    "garh",
    "pur",
    "kot",
    "khel",
    "khas",
    "sahib",
    "اباد",
    "نگر",
    "گڑہ",
    "پور",
    "کوٹ",
    "خیل",
)


@dataclass(frozen=True)
class Spelling:
    """One written name: ``full`` keeps every word, ``base`` leaves out kinds of place and directions."""

    script: Script
    words: tuple[str, ...]
    full: str
    base: str
    base_words: tuple[str, ...]
    directions: frozenset[str]
    kinds: frozenset[str]
    sound: str
    consonants: str

    @property
    def distinct_length(self) -> int:
        """Letters of the name without an ending such as "-abad" that many places share."""
        for ending in COMMON_ENDINGS:
            if self.base.endswith(ending) and len(self.base) > len(ending):
                return len(self.base) - len(ending)
        return len(self.base)


def scripts(text: str) -> tuple[str, ...]:
    """The runs of Latin and of Arabic script in a text, in order; one run when only one script is used."""
    runs: list[tuple[Script, str]] = []
    for character in text:
        if not character.isalpha():
            if runs:
                runs[-1] = (runs[-1][0], runs[-1][1] + character)
            continue
        script = _script(character)
        if runs and runs[-1][0] == script:
            runs[-1] = (script, runs[-1][1] + character)
        else:
            runs.append((script, character))
    return tuple(run for _, run in runs)


def _script(text: str) -> Script:
    arabic = ("\u0600", "\u06ff"), ("\u0750", "\u077f"), ("\ufb50", "\ufdff"), ("\ufe70", "\ufeff")
    return "urdu" if any(low <= c <= high for c in text for low, high in arabic) else "latin"


def clean(text: str) -> str:
    """The text in compatibility form without control and joining characters, digits as 0-9, single spaces."""
    compatible = unicodedata.normalize("NFKC", text).translate(_DIGITS)
    # A zero-width joiner or non-joiner stands inside a word; a control character such as a tab parts words.
    kept = "".join(c for c in compatible if unicodedata.category(c) != "Cf")
    return " ".join("".join(" " if unicodedata.category(c) == "Cc" else c for c in kept).split())


def _letters(text: str, script: Script) -> str:
    if script == "urdu":
        text = re.sub(f"ل{_SUPERSCRIPT_ALEF}(?=[ہه])", "ل", re.sub("[\u064b-\u065f]", "", clean(text)))
        text = text.replace(f"ی{_SUPERSCRIPT_ALEF}", "ی").replace(f"ى{_SUPERSCRIPT_ALEF}", "ی")
        text = text.replace(_SUPERSCRIPT_ALEF, "ا").translate(_URDU_MAP).replace("\u0640", "")
        text = re.sub("ی+", "ی", text)
    else:
        text = re.sub("['’‘`´ʿʾʻʼ]", "", unicodedata.normalize("NFKD", clean(text)).casefold())
    bare = "".join(c for c in text if unicodedata.category(c) != "Mn")
    return "".join(c if c.isalnum() else " " for c in bare)


def _kind(word: str) -> str | None:
    if word in KIND_WORDS:
        return KIND_WORDS[word]
    # "Distrcit", "Disrict": the longest of these words is often mistyped, and no place is called so.
    if len(word) >= 6 and word[0] == "d" and OSA.distance(word, "district", score_cutoff=2) <= 2:
        return "district"
    return None


def _latin_sound(base: str) -> str:
    for written, heard in (
        ("ck", "k"),
        ("q", "k"),
        ("ph", "f"),
        ("w", "v"),
        ("y", "i"),
        ("ee", "i"),
        ("oo", "u"),
    ):
        base = base.replace(written, heard)
    base = re.sub(r"(.)\1+", r"\1", base.replace("ou", "u").replace("e", "i").replace("o", "u"))
    return re.sub(r"ah$", "a", base)


def _urdu_sound(base: str) -> str:
    return re.sub(r"(.)\1+", r"\1", base.translate(_URDU_SOUNDS))


@lru_cache(maxsize=65_536)
def spell(text: str) -> Spelling:
    """The spelling of a text in one script (the Urdu script as soon as one of its letters occurs)."""
    script = _script(text)
    words = [_SAME_WORD.get(w, w) for w in _letters(text, script).split()]
    words = [w for w in words if w not in _EMPTY_WORDS] or words
    full = "".join(words)
    text_words = _with_pairs_joined(words)
    kinds = frozenset(kind for word in text_words if (kind := _kind(word)))
    rest = [w for w in text_words if not _kind(w)]
    if not rest:
        kinds, rest = frozenset(), text_words
    directions = frozenset(DIRECTIONS[w] for w in rest if w in DIRECTIONS)
    named = [w for w in rest if w not in DIRECTIONS]
    if not named:
        directions, named = frozenset(), rest
    base = "".join(named)
    sound, consonants = _heard(base, script)
    return Spelling(script, tuple(words), full, base, tuple(named), directions, kinds, sound, consonants)


def whole(spelling: Spelling) -> Spelling:
    """The same spelling with every word taken as part of the name, none for its kind or direction."""
    base, (sound, consonants) = spelling.full, _heard(spelling.full, spelling.script)
    words, none = spelling.words, frozenset[str]()
    return Spelling(spelling.script, words, base, base, words, none, none, sound, consonants)


def _heard(base: str, script: Script) -> tuple[str, str]:
    """The name as it sounds, and its consonants alone."""
    sound = _urdu_sound(base) if script == "urdu" else _latin_sound(base)
    silent = "اویہ" if script == "urdu" else "aeiouhy"
    return sound, "".join(c for c in sound if c not in silent)


def _with_pairs_joined(words: list[str]) -> list[str]:
    """Words with pairs that are one word made one: "frontier region" is "fr", "غیر منقسم" one mark."""
    joined: list[str] = []
    for word in words:
        previous = joined[-1] if joined else ""
        if (previous, word) in {("frontier", "region"), ("frontier", "regions"), ("f", "r")}:
            joined[-1] = "fr"
        elif (previous, word) in {("غیر", "منقسم"), ("sub", "division"), ("sub", "district")}:
            joined[-1] = previous + word
        elif word.startswith("ضلع") and len(word) > len("ضلعی"):
            joined += ["ضلع", word.removeprefix("ضلع")]
        else:
            joined.append(word)
    return joined


def pieces_of(written: str) -> list[str]:
    """The names that a text holds, parted by slashes, brackets, commas, spaced dashes or a change of script."""
    parts = [part for piece in _SEPARATORS.split(written) for part in scripts(piece)]
    return [part.strip() for part in parts if any(c.isalpha() for c in part)]


def only_kinds(piece: str) -> bool:
    """True for a text of nothing but "District", "ضلع" or "Province", which names no place."""
    return all(KIND_WORDS.get(word) in ("district", "province") for word in spell(piece).words)


def distance_between(one: Spelling, other: Spelling, cutoff: int) -> int:
    """Edits (swaps of neighbours count once) from one name to the other, as written or as heard, up to ``cutoff``.

    Names with different directions are never near: one word tells "Upper Dir" from "Lower Dir".
    """
    if one.directions != other.directions:
        return cutoff
    heard = OSA.distance(one.sound, other.sound, score_cutoff=cutoff)
    return min(cutoff, heard, OSA.distance(one.base, other.base, score_cutoff=cutoff))


def likeness_between(one: Spelling, other: Spelling) -> float:
    """1 for equal names, 0 for nothing in common; names of fewer than four letters are like no other."""
    if min(len(one.base), len(other.base)) < 4:
        return 0.0
    heard = float(OSA.normalized_similarity(one.sound, other.sound))
    return max(heard, float(OSA.normalized_similarity(one.base, other.base)))


def abbreviations_of(spelling: Spelling) -> set[str]:
    """How a Latin name of several words may be shortened, its last word in full: "dikhan", "tandomkhan"."""
    *first, last = spelling.words
    if spelling.script != "latin" or not first or len(last) < 4:
        return set()
    if len(first) == 1 and (len(last) == 4 or last in COMMON_ENDINGS):
        return set()
    letters = [word[0] for word in first]
    return {"".join(letters) + last} | ({first[0] + "".join(letters[1:]) + last} if len(first) > 1 else set())
