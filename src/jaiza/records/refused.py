"""What is never accepted (methods N): persons, contacts, exact places of work, protected traits, danger ratings.

Refusal is tested code. A column is refused by its heading; a cell is refused by its content wherever a person's
e-mail, telephone or identity number stands in it. Nothing refused is stored, shown or logged: a problem names the
place and the kind, never the value.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from jaiza.errors import Problem
from jaiza.language import Text, text


@dataclass(frozen=True)
class Refusal:
    """A kind of content that is refused: headings that betray it, why, and what to do instead."""

    code: str
    headings: re.Pattern[str]
    what: Text
    mend: Text


def _headings(*words: str) -> re.Pattern[str]:
    return re.compile(r"(?:^|\b)(?:" + "|".join(words) + r")(?:\b|$)", re.IGNORECASE)


_ORG = r"(?!.*\b(?:org|organi[sz]ation|agency|partner|donor|programme|program|project|activity|place|area|admin|district|province|village|column|file|sheet|survey|school)\b)"

REFUSALS: tuple[Refusal, ...] = (
    Refusal(
        "person",
        _headings(
            r"(?:first|last|full|father'?s?|husband'?s?|mother'?s?|given|family) name",
            r"surname",
            r"name of (?:the )?(?:person|beneficiary|respondent|participant|focal (?:point|person)|suspect|victim)",
            r"(?:person|beneficiar(?:y|ies)|respondent|participant|enumerator|interviewer|contact|focal (?:point|person)|staff|teacher|imam|trainer|victim|suspect|child)s?'?s? names?",
            r"focal (?:point|person)",
            r"contact (?:person|name)s?",
            r"nom (?:et|de famille|complet|du (?:beneficiaire|participant|repondant|point focal))",
            r"prenom",
            r"point focal",
            r"apellidos?",
            r"nombre (?:completo|y apellidos?|del? (?:beneficiari[oa]|participante|encuestad[oa]|contacto))",
            r"نام (?:شخص|والد|شوہر|فرد|مستفید)",
            r"والد کا نام",
            r"شوہر کا نام",
            r"(?:شخص|فرد|مستفید|شریک|بچے|گواہ) کا نام",
            r"رابطہ (?:شخص|کار)",
        ),
        text("a person is named here, and Jaiza holds no persons"),
        text("delete the column and keep the organisation's name instead"),
    ),
    Refusal(
        "identity_number",
        _headings(
            r"cnics?",
            r"nic(?: no| number)?",
            r"nicop",
            r"b ?form",
            r"passport(?: no| number)?",
            r"national id(?:entity)?(?: card)?(?: no| number)?",
            r"id card(?: no| number)?",
            r"identity (?:card|number)",
            r"numero d'identite",
            r"carte d'identite",
            r"passeport",
            r"cedula",
            r"dni",
            r"pasaporte",
            r"(?:numero|documento) de identi(?:dad|ficacion)",
            r"شناختی کارڈ(?: نمبر)?",
            r"پاسپورٹ(?: نمبر)?",
        ),
        text("identity numbers are never accepted"),
        text("delete the column; counts of people are enough"),
    ),
    Refusal(
        "contact",
        _headings(
            r"(?:tele)?phone(?: no| number)?s?",
            r"mobile(?: no| number| phone)",
            r"^mobiles?$",
            r"^tel$",
            r"landline",
            r"fax(?: no| number)?",
            r"cell(?: no| number| phone)",
            r"whats ?app",
            r"e[ -]?mails?(?: address(?:es)?)?",
            r"adresse electronique",
            r"contact(?: no| number| details| info| information)s?",
            r"home address",
            r"telephone",
            r"courriel",
            r"correo(?: electronico)?",
            r"telefono",
            r"(?:ٹیلی)?فون(?: نمبر)?",
            r"موبائل(?: نمبر)?",
            r"ای ?میل",
            r"رابطہ نمبر",
        ),
        text("contacts of people are never accepted"),
        text("delete the column; keep contact lists outside Jaiza"),
    ),
    Refusal(
        "trait",
        _headings(
            r"religions?",
            r"religieuse",
            r"sects?",
            r"sectarian (?:affiliation|identity)",
            r"maslak",
            r"fiqh",
            r"ethnic(?:ity|ities| groups?| origins?)?",
            r"castes?",
            r"tribes?",
            r"clans?",
            r"mother tongue",
            r"race",
            r"migration origin",
            r"nationality of beneficiar\w+",
            r"political (?:opinion|party|affiliation)s?",
            r"(?:number of )?(?:seminar(?:y|ies)|madrasas?|madaris)(?: count| number)?s?",
            r"sectes?",
            r"ethnies?",
            r"(?:origine|groupe) ethnique",
            r"sectas?",
            r"etnias?",
            r"(?:grupo|origen) etnico",
            r"etnicidad",
            r"مذہب",
            r"مسلک",
            r"فرقہ",
            r"قومیت",
            r"ذات",
            r"قبیلہ",
            r"نسل",
            r"نسلی (?:گروہ|شناخت)",
            r"لسانی (?:گروہ|شناخت)",
            r"مادری زبان",
            r"سیاسی (?:وابستگی|رائے)",
        ),
        text("religion, sect, ethnicity, origin and opinion are never an input"),
        text("delete the column; structural conditions such as schooling are accepted"),
    ),
    Refusal(
        "danger_rating",
        _headings(
            r"risk (?:scores?|level|rating|rank)(?: of .*)?",
            r"(?:score|niveau) de risque",
            r"(?:puntaje|puntuacion|nivel) de riesgo",
            r"threat (?:score|level|rating)",
            r"radicali[sz]ation (?:score|risk|level|index)",
            r"extremis[mt] (?:score|risk|level|rating)",
            r"vulnerability to (?:radicali[sz]ation|extremism|recruitment)",
            r"watch ?list(?:ed)?",
            r"suspects?",
            r"at ?risk (?:persons?|individuals?|youth|people)(?: list)?",
            r"beneficiar(?:y|ies) list",
            r"(?:خطرے|خطرہ) کا (?:درجہ|اسکور|سکور)",
            r"مشتبہ(?: افراد)?",
            r"واچ لسٹ",
        ),
        text("no person, place or community is given a danger rating"),
        text("delete the column; measure the response, not the people"),
    ),
)

EXACT_PLACE = Refusal(
    "exact_place",
    _headings(
        r"lat(?:itude)?s?",
        r"lon(?:g|gitude)?s?",
        r"lng",
        r"gps(?: .*)?",
        r"coordinates?",
        r"coordonnees",
        r"coordenadas",
        r"latitud",
        r"longitud",
        r"x ?coord\w*",
        r"y ?coord\w*",
        r"street(?: address)?",
        r"address",
        r"geo ?point",
        r"عرض بلد",
        r"طول بلد",
    ),
    text("the exact place of work or of an organisation is never accepted"),
    text("delete the column; the district is enough"),
)

EMAIL = r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+\.[A-Za-z]{2,}"
CNIC = r"(?:^|[^0-9-])[0-9]{5}[ -][0-9]{7}[ -][0-9](?:$|[^0-9-])"
PHONE = (
    r"(?:^|[^0-9A-Za-z/_.=&?-])(?:(?:\+92|0092|0)[ -]?3[0-9]{2}[ -]?[0-9]{7}"
    r"|(?:\+|00)[1-9][0-9 ()-]{7,16}[0-9]|\(?0[1-9][0-9]{1,3}\)?[ -][0-9]{6,8})(?:$|[^0-9])"
)
_CONTENT = (
    ("contact", EMAIL, text("an e-mail address stands in this cell")),
    ("identity_number", CNIC, text("an identity number stands in this cell")),
    ("contact", PHONE, text("a telephone number stands in this cell")),
)
# What cannot hold any of them is passed over at once: no at sign, and no six digits near each other.
_PRESCREEN = r"@|(?:[0-9٠-٩۰-۹][ ()–-]{0,2}){6}"
# Digits and dashes as they are typed elsewhere, so that a number in Urdu digits is known as one.
_AS_LATIN = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹–−‑", "01234567890123456789---")
# Arabic letters that stand for the Urdu ones on many keyboards.
_AS_URDU = str.maketrans("يىكة", "ییکہ", "\u200b\u200c\u200d\u200e\u200f\u0640")


def spoken(heading: str) -> str:
    """A heading as words: no case, accents, underscores or camel case, so that rules read plain words."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", heading)
    bare = "".join(c for c in unicodedata.normalize("NFKD", apart) if not ("\u0300" <= c <= "\u036f"))
    bare = re.sub(r"(?<=[A-Za-z])[0-9]+$", "", unicodedata.normalize("NFC", bare).translate(_AS_URDU))
    return re.sub(r"[\s_/:;,.()\[\]{}#+*-]+", " ", bare).strip().lower()


def heading_refusal(heading: str, *, place_of_work: bool) -> Refusal | None:
    """The rule that refuses a column of this heading, or None. ``place_of_work`` adds the rule on exact places."""
    words = spoken(heading)
    for refusal in (*REFUSALS, EXACT_PLACE) if place_of_work else REFUSALS:
        if refusal.headings.search(words) and not _about_organisation(words, refusal):
            return refusal
    return None


def _about_organisation(words: str, refusal: Refusal) -> bool:
    """Whether a heading that looks like a person's speaks of a body or a place, such as "project contact number"."""
    if refusal.code != "person":
        return False
    return re.match(_ORG + ".", words) is None and not re.search(
        r"focal|contact|first|last|father|surname", words
    )


def refused_headings(
    headings: Iterable[str],
    *,
    file: str,
    sheet: str | None,
    header_row: int | None,
    place_of_work: bool,
    allowed: Sequence[str] = (),
) -> list[Problem]:
    """A refusal for every heading that betrays what is never accepted. ``allowed`` are a table's own columns."""
    problems: list[Problem] = []
    for heading in headings:
        if heading in allowed:
            continue
        content = _content(heading)
        if content is not None:
            # The first row of a list without headings: the heading itself is what must not be repeated.
            code, what = content
            problems.append(
                Problem(what, text("delete it; Jaiza holds no persons and no contacts"), f"refused_{code}",
                        file=file, sheet=sheet, row=header_row, refused=True)
            )  # fmt: skip
            continue
        refusal = heading_refusal(heading, place_of_work=place_of_work)
        if refusal is not None:
            problems.append(
                Problem(
                    refusal.what,
                    refusal.mend,
                    f"refused_{refusal.code}",
                    file=file,
                    sheet=sheet,
                    row=header_row,
                    column=heading,
                    refused=True,
                )
            )
    return problems


def _content(cell: str) -> tuple[str, Text] | None:
    """Which contact or identity number stands in a cell: its code and what to say, or None."""
    latin = cell.translate(_AS_LATIN)
    if re.match(r"https?://\S+$", latin):
        return None
    for code, pattern, what in _CONTENT:
        if re.search(pattern, latin):
            return code, what
    return None


def holds_person(heading: str) -> bool:
    """Whether a heading is itself an e-mail, telephone or identity number, and so must not be repeated."""
    return _content(heading) is not None


def refused_cells(
    column: pa.ChunkedArray | pa.Array,
    rows: Sequence[int] | NDArray[np.int64],
    *,
    heading: str,
    file: str,
    sheet: str | None,
) -> tuple[list[Problem], NDArray[np.int64]]:
    """A refusal for every text cell that holds an e-mail, telephone or identity number, and their positions.

    Whoever calls blanks those positions, so that no later problem can repeat what stood there.
    """
    flat = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    suspicious = pc.fill_null(pc.match_substring_regex(flat, _PRESCREEN), False)
    problems: list[Problem] = []
    positions: list[int] = []
    for position in pc.indices_nonzero(suspicious).to_pylist():
        content = _content(flat[position].as_py())
        if content is None:
            continue
        code, what = content
        positions.append(position)
        problems.append(
            Problem(what, text("delete it; Jaiza holds no persons and no contacts"), f"refused_{code}", file=file,
                    sheet=sheet, row=int(rows[position]), column=heading, refused=True)
        )  # fmt: skip
    return problems, np.array(positions, dtype=np.int64)
