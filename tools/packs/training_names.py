"""Names of the fictional country: places, in English and Urdu.

Every name is invented. None was found in a list of 200,000 towns of the world, of ISO country subdivisions, of the
languages of ISO 639, or of the districts of Pakistan in all their spellings.
"""

from __future__ import annotations

from typing import NamedTuple


class Name(NamedTuple):
    """A name in English and Urdu, and other spellings in use."""

    en: str
    ur: str
    other: str = ""


class Province(NamedTuple):
    """A province: its code, its name and its districts in the order of their codes."""

    code: str
    name: Name
    districts: tuple[Name, ...]


# XV is one of the codes that ISO 3166 leaves to users, so it can never be a country's.
COUNTRY_CODE, COUNTRY = "XV", Name("Kelmora", "کیلمورا")

PROVINCES = (
    Province(
        "XV1",
        Name("Vessarin", "ویسارن"),
        (
            Name("Tavorin", "تاوورن", "Tavoreen;Tavorin City"),
            Name("Melquin", "میلکوین", "Melkwin"),
            Name("Ashdovar", "اشدوور"),
            Name("Corvela", "کورویلا", "Korvela"),
            Name("Belquira", "بیلکیرا"),
            Name("Farlune", "فارلون", "Farloon"),
            Name("Gildamar", "گلدامر"),
            Name("Hestova", "ہیستووا"),
        ),
    ),
    Province(
        "XV2",
        Name("Oltamar", "اولتمر"),
        (
            Name("Ivrandel", "اورانڈیل"),
            Name("Jorvale", "جورویل", "Jorwale"),
            Name("Kandrave", "کانڈریو"),
            Name("Lorvane", "لوروین"),
            Name("Mirthol", "مرتھول", "Mirtol"),
            Name("Nesparin", "نیسپارن"),
            Name("Ombreth", "اومبریتھ"),
            Name("Pelindra", "پیلنڈرا"),
        ),
    ),
    Province(
        "XV3",
        Name("Parivel", "پاریول"),
        (
            Name("Quorvan", "کوروان", "Kworvan"),
            Name("Rastelin", "راسٹیلن"),
            Name("Selmarak", "سیلمارک"),
            Name("Tulvane", "ٹلوین"),
            Name("Umbrael", "امبرائیل"),
            Name("Varnholt", "وارنہولٹ", "Varn Holt"),
            Name("Wexmora", "ویکسمورا"),
            Name("Yorvane", "یوروین"),
        ),
    ),
    Province(
        "XV4",
        Name("Sumbrak", "سمبراک"),
        (
            Name("Zindoral", "زنڈورل"),
            Name("Brevanta", "بریوانٹا"),
            Name("Calvurin", "کالوورن", "Kalvurin"),
            Name("Drasmere", "ڈراسمیر"),
            Name("Eskovar", "ایسکوور", "Escovar"),
            Name("Felmarin", "فیلمارن"),
            Name("Grendova", "گرینڈووا"),
            Name("Istervan", "اسٹروان"),
        ),
    ),
    Province(
        "XV5",
        Name("Halvorn", "ہالوورن"),
        (
            Name("Jaskorin", "جاسکورن"),
            Name("Kirvanel", "کروانیل"),
            Name("Luskara", "لسکارا", "Luscara"),
            Name("Mornavel", "مورناول"),
            Name("Nilquar", "نلکوار"),
            Name("Orsevan", "اورسیوان"),
            Name("Plumara", "پلومارا"),
            Name("Torvelin", "ٹورویلن"),
        ),
    ),
)
# The census did not reach the territory, so that figures per person do not apply there.
TERRITORY = Province(
    "XV6",
    Name("Teralune", "تیرالون"),
    (Name("Wilmaren", "ولمارن"), Name("Cindrava", "سنڈراوا")),
)
FORMER_CODE, FORMER = "XVF01", Name("Stelmark", "سٹیلمارک", "Old Stelmark")
FORMER_BECAME = ("Drasmere", "Eskovar")
COUNTED_CODE, COUNTED, COUNTED_IN = "XV409", Name("Ulmarin", "المارن"), "Felmarin"


def district_code(province: str, position: int) -> str:
    """Code of the district at a position (from 0) of a province."""
    return f"{province}{position + 1:02d}"


CODES = {
    name.en: district_code(province.code, position)
    for province in (*PROVINCES, TERRITORY)
    for position, name in enumerate(province.districts)
}
NAMES = {
    COUNTRY_CODE: COUNTRY,
    FORMER_CODE: FORMER,
    COUNTED_CODE: COUNTED,
    **{province.code: province.name for province in (*PROVINCES, TERRITORY)},
    **{CODES[name.en]: name for province in (*PROVINCES, TERRITORY) for name in province.districts},
}
