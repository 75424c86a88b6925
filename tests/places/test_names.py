"""Names of places: a sure match is never wrong, and what is doubtful is asked."""

from __future__ import annotations

import csv
import importlib.util
import sys
from datetime import date
from pathlib import Path
from random import Random
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaiza.places.names import Match, NameIndex, PlaceName

ROOT = Path(__file__).resolve().parents[2]
TABLES = ROOT.parent / "shared" / "data" / "tables"
URDU_NAMES = ROOT / "tools" / "packs" / "names_ur.csv"
URDU_VARIANTS = Path(__file__).with_name("urdu_variants.csv")

DISTRICTS: dict[str, dict[str, tuple[str, ...]]] = {
    "PK2": {
        "PK207": ("Jaffarabad", "Jaffar Abad", "جعفرآباد"),
        "PK209": ("Kachhi", "Bolan", "Kachhi (Bolan)", "کچھی"),
        "PK210": ("Kalat", "قلات"),
        "PK214": ("Killa Abdullah", "قلعہ عبداللہ"),
        "PK215": ("Killa Saifullah", "قلعہ سیف اللہ"),
        "PK217": ("Lasbela", "لسبیلہ"),
        "PK222": ("Nasirabad", "نصیرآباد"),
        "PK226": ("Quetta", "کوئٹہ"),
        "PK233": ("Shaheed Sikandarabad", "شہید سکندر آباد"),
        "PK235": ("Chaman", "چمن"),
    },
    "PK4": {"PK401": ("Islamabad", "اسلام آباد")},
    "PK5": {
        "PK502": ("Bajaur", "باجوڑ"),
        "PK507": ("Chitral Lower", "لوئر چترال"),
        "PK508": ("Chitral Upper", "اپر چترال"),
        "PK509": ("D. I. Khan", "Dera Ismail Khan", "ڈیرہ اسماعیل خان"),
        "PK513": ("Khyber", "خیبر"),
        "PK515": ("Kohistan Lower", "لوئر کوہستان"),
        "PK516": ("Kohistan Upper", "اپر کوہستان"),
        "PK517": ("Kolai Palas Kohistan", "کولئی پالس کوہستان"),
        "PK520": ("Lower Dir", "لوئر دیر"),
        "PK521": ("Malakand", "مالاکنڈ"),
        "PK525": ("North Waziristan", "شمالی وزیرستان"),
        "PK526": ("Nowshera", "نوشہرہ"),
        "PK528": ("Peshawar", "پشاور"),
        "PK530": ("South Waziristan", "جنوبی وزیرستان"),
        "PK532": ("Swat", "سوات"),
        "PK535": ("Upper Dir", "اپر دیر"),
    },
    "PK6": {
        "PK602": ("Bahawalnagar", "بہاولنگر"),
        "PK603": ("Bahawalpur", "بہاولپور"),
        "PK607": ("Dera Ghazi Khan", "ڈیرہ غازی خان"),
        "PK613": ("Jhelum", "جہلم"),
        "PK623": ("Muzaffargarh", "مظفرگڑھ"),
        "PK628": ("Rahim Yar Khan", "رحیم یار خان"),
        "PK635": ("Toba Tek Singh", "ٹوبہ ٹیک سنگھ"),
    },
    "PK7": {
        "PK704": ("East Karachi", "کراچی شرقی"),
        "PK710": ("Kashmore", "کشمور"),
        "PK714": ("Malir Karachi", "Malir", "ملیر"),
        "PK715": ("Matiari", "مٹیاری"),
        "PK716": ("Mirpur Khas", "میرپور خاص"),
        "PK719": ("Shaheed Benazir Abad", "Nawabshah", "شہید بینظیر آباد"),
        "PK729": ("West Karachi", "کراچی غربی"),
    },
    "PK1": {"PK103": ("Jhelum Valley", "جہلم ویلی"), "PK106": ("Mirpur", "میرپور")},
}
PROVINCES = {
    "PK1": ("Azad Kashmir", "آزاد کشمیر"),
    "PK2": ("Balochistan", "بلوچستان"),
    "PK4": ("Islamabad", "اسلام آباد"),
    "PK5": ("Khyber Pakhtunkhwa", "خیبر پختونخوا"),
    "PK6": ("Punjab", "پنجاب"),
    "PK7": ("Sindh", "سندھ"),
}
FORMER = {
    "PARENT-KARACHI": ("Karachi (undivided)", "کراچی (غیر منقسم)", "PK7", ("PK704", "PK714", "PK729")),
    "PARENT-CHITRAL": ("Chitral (undivided)", "چترال (غیر منقسم)", "PK5", ("PK507", "PK508")),
    "PARENT-KOHISTAN": ("Kohistan (undivided)", "کوہستان (غیر منقسم)", "PK5", ("PK515", "PK516", "PK517")),
}


def _is_urdu(name: str) -> bool:
    return any("\u0600" <= c <= "\u06ff" for c in name)


def _names() -> list[PlaceName]:
    names = [PlaceName("PK", "Pakistan", None, 0, "official"), PlaceName("PK", "پاکستان", None, 0, "urdu")]
    for code, (english, urdu) in PROVINCES.items():
        names += [PlaceName(code, english, "PK", 1, "official"), PlaceName(code, urdu, "PK", 1, "urdu")]
    for province, districts in DISTRICTS.items():
        for code, (official, *others) in districts.items():
            names.append(PlaceName(code, official, province, 2, "official"))
            names += [
                PlaceName(code, n, province, 2, "urdu" if _is_urdu(n) else "alternative") for n in others
            ]
    for code, (english, urdu, province, _) in FORMER.items():
        names += [PlaceName(code, name, province, 2, "former") for name in (english, urdu)]
    return names


MEMBERS = {code: members for code, (_, _, _, members) in FORMER.items()}


@pytest.fixture(scope="module")
def index() -> NameIndex:
    return NameIndex(_names(), members=MEMBERS)


def district(index: NameIndex, written: str, parent: str | None = None) -> Match:
    return index.match(written, parent=parent, level=2)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        # codes
        ("PK528", "PK528"),
        ("pk-528", "PK528"),
        ("PK۵۲۸", "PK528"),
        ("PK٥٢٨", "PK528"),
        ("Peshawar (PK528)", "PK528"),
        ("PK528 - Peshawar", "PK528"),
        # case, accents, punctuation, spaces
        ("PESHAWAR", "PK528"),
        ("  peshawar. ", "PK528"),
        ("Pēshāwar", "PK528"),
        ("Bahawal Pur", "PK603"),
        ("Mirpur-Khas", "PK716"),
        ("MirpurKhas", "PK716"),
        ("Shaheed Benazirabad", "PK719"),
        # words for the kind of place
        ("Swat District", "PK532"),
        ("Distt. Swat", "PK532"),
        ("Zilla Swat", "PK532"),
        ("District of Swat", "PK532"),
        ("Bajaur Agency", "PK502"),
        ("Tribal District Bajaur", "PK502"),
        ("Jafarabad Distrcit", "PK207"),
        ("Swat (District)", "PK532"),
        # directions
        ("Dir Upper", "PK535"),
        ("Dir (Upper)", "PK535"),
        ("upper dir district", "PK535"),
        ("Lower Chitral", "PK507"),
        ("Karachi West", "PK729"),
        ("Waziristan, North", "PK525"),
        ("Northern Waziristan", "PK525"),
        # abbreviations
        ("D.I. Khan", "PK509"),
        ("DI Khan", "PK509"),
        ("D G Khan", "PK607"),
        ("D.G.Khan", "PK607"),
        ("T.T. Singh", "PK635"),
        ("R.Y. Khan", "PK628"),
        ("N. Waziristan", "PK525"),
        ("S Waziristan Agency", "PK530"),
        ("Dir (U)", "PK535"),
        # the same words in another order, the same sound, a slip in a long name
        ("Karachi Malir", "PK714"),
        ("Qilla Saifullah", "PK215"),
        ("Qila Abdullah", "PK214"),
        ("Muzafargarh", "PK623"),
        ("Bahawalnager", "PK602"),
        ("Peshawer", "PK528"),
        # enclosing places beside the name
        ("Swat, Khyber Pakhtunkhwa", "PK532"),
        ("Islamabad, Islamabad, Pakistan", "PK401"),
        ("Karachi (East)", "PK704"),
        ("Karachi / Malir", "PK714"),
        ("Kachhi/Bolan", "PK209"),
        # former places
        ("Karachi", "PARENT-KARACHI"),
        ("Chitral District", "PARENT-CHITRAL"),
        ("Kohistan (undivided)", "PARENT-KOHISTAN"),
        ("former Kohistan", "PARENT-KOHISTAN"),
    ],
)
def test_sure(index: NameIndex, written: str, code: str) -> None:
    found = district(index, written)
    assert (found.outcome, found.code) == ("sure", code), found
    assert found.candidates == (code,)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("ضلع پشاور", "PK528"),
        ("پشاور ضلع", "PK528"),
        ("ضلعِ پشاور", "PK528"),
        ("پِشَاوَر", "PK528"),
        ("پشـــاور", "PK528"),
        ("كوئٹه", "PK226"),
        ("شمالي وزيرستان", "PK525"),
        ("شمالی\u200cوزیرستان", "PK525"),
        ("وزیرستان شمالی", "PK525"),
        ("مظفر گڑھ", "PK623"),
        ("مظفّرگڑه", "PK623"),
        ("قلعہ سیفﷲ", "PK215"),
        ("ﭘﺸﺎﻭﺭ", "PK528"),
        ("نصير اباد", "PK222"),
        ("دیر بالا", "PK535"),
        ("لوئر دیر", "PK520"),
        ("باجوڑ ایجنسی", "PK502"),
        ("Peshawar پشاور", "PK528"),
        ("پشاور، خیبر پختونخوا", "PK528"),
        ("کراچی", "PARENT-KARACHI"),
        ("کراچی ویسٹ", "PK729"),
        ("چترال", "PARENT-CHITRAL"),
    ],
)
def test_urdu_script(index: NameIndex, written: str, code: str) -> None:
    found = district(index, written)
    assert (found.outcome, found.code) == ("sure", code), found


@pytest.mark.parametrize(
    ("written", "offered"),
    [
        # look-alikes and places that the index does not know
        ("Surab", set()),
        ("Keamari", set()),
        ("Hub", set()),
        ("Wazirabad", {"PK222"}),
        ("Nazirabad", {"PK222"}),
        ("نظیر آباد", {"PK222"}),
        ("Upper Swat", {"PK532"}),
        ("Central Dir", {"PK520", "PK535"}),
        ("Quetta East", {"PK226"}),
        ("FR Peshawar", {"PK528"}),
        ("F.R. Peshawar", {"PK528"}),
        ("Neelum Valley", {"PK103"}),
        ("Muzaffarnagar", {"PK623"}),
        ("Nowshera Virkan", {"PK526"}),
        # a part of a name that several places bear
        ("Dir", {"PK520", "PK535"}),
        ("Waziristan", {"PK525", "PK530"}),
        ("Sikandarabad", {"PK233"}),
        ("D Khan", {"PK509", "PK607", "PK628"}),
        # another kind of place
        ("Malakand Division", {"PK521"}),
        ("مالاکنڈ ڈویژن", {"PK521"}),
        ("Karachi Division", {"PARENT-KARACHI"}),
        ("Quetta City", {"PK226"}),
        ("Tehsil Swat", {"PK532"}),
        ("former Swat", {"PK532"}),
        ("Khyber Pakhtunkhwa", {"PK5"}),
        # several places in one text, or a place and a code that differ
        ("Killa Abdullah/Chaman", {"PK214", "PK235"}),
        ("Kashmore (Kandhkot)", {"PK710"}),
        ("Swat, Bajaur", {"PK532", "PK502"}),
        ("PK528 Swat", {"PK528", "PK532"}),
        ("Mirpur, Sindh", {"PK106", "PK7"}),
    ],
)
def test_doubtful_is_asked(index: NameIndex, written: str, offered: set[str]) -> None:
    found = district(index, written)
    assert found.outcome == ("ask" if offered else "unknown"), found
    assert found.code is None
    assert offered <= set(found.candidates)


@pytest.mark.parametrize(
    "written", ["", "  ", "n/a", "-", "123", "؟", "PK999", "North", "x" * 5000, "%s{name}"]
)
def test_no_name_is_unknown(index: NameIndex, written: str) -> None:
    assert district(index, written).outcome == "unknown"


def test_short_names_are_never_matched_by_likeness(index: NameIndex) -> None:
    for written in ("Swatt", "Swot", "Chamon", "Maliir", "Qwetta"):
        assert district(index, written).outcome != "sure"


def test_inside_the_parent_or_asked(index: NameIndex) -> None:
    assert district(index, "Nasirabad", "PK2").code == "PK222"
    elsewhere = district(index, "Nasirabad", "PK7")
    assert (elsewhere.outcome, elsewhere.candidates) == ("ask", ("PK222",))
    assert district(index, "PK222", "PK7").outcome == "ask"
    assert district(index, "Malir", "PARENT-KARACHI").code == "PK714"
    assert district(index, "Matiari", "PARENT-KARACHI").outcome == "ask"
    assert district(index, "Swat", "PK").code == "PK532"
    # Likeness to a place elsewhere is no question when the parent is known.
    assert district(index, "Wazirabad", "PK6").outcome == "unknown"
    with pytest.raises(ValueError, match="no place has the code"):
        index.match("Swat", parent="PK9")


def test_same_name_at_two_levels_needs_the_level(index: NameIndex) -> None:
    assert index.match("Islamabad").outcome == "ask"
    assert index.match("Islamabad", level=1).code == "PK4"
    assert index.match("Islamabad", level=2).code == "PK401"
    assert index.match("Islamabad District").code == "PK401"
    assert index.match("Islamabad", parent="PK4").code == "PK401"
    assert index.match("صوبہ سندھ").code == "PK7"


def test_a_namesake_is_asked_and_its_province_settles_it() -> None:
    names = [
        PlaceName("A", "North", None, 1, "official"),
        PlaceName("B", "South", None, 1, "official"),
        PlaceName("A1", "Greenfield", "A", 2, "official"),
        PlaceName("B1", "Green Field", "B", 2, "official"),
    ]
    index = NameIndex(names)
    assert index.match("Greenfield").candidates == ("A1", "B1")
    assert index.match("Greenfield", parent="B").code == "B1"
    # Sound and likeness must be unique in the whole country, whatever the parent.
    assert index.match("Grinfild", parent="B").outcome == "ask"


def test_a_part_is_named_as_such_and_never_matched_by_likeness() -> None:
    index = NameIndex([*_names(), PlaceName("PK729", "Keamari", "PK7", 2, "part")], members=MEMBERS)
    found = district(index, "Keamari District", "PK7")
    assert (found.outcome, found.code) == ("sure", "PK729")
    assert "lies inside" in found.evidence.said()
    assert district(index, "Keamarri").outcome == "sure"  # the same sound
    assert district(index, "Keamarai", "PK7").outcome == "ask"


def test_a_name_with_two_meanings_needs_the_day() -> None:
    old = PlaceName("KALAT-2016", "Kalat", "PK2", 2, "former", None, date(2017, 8, 1))
    new = PlaceName("PK210", "Kalat", "PK2", 2, "official", date(2017, 8, 2), None)
    others = [n for n in _names() if n.code != "PK210"]
    index = NameIndex([*others, old, new], members=MEMBERS | {"KALAT-2016": ("PK210", "PK233")})
    assert index.match("Kalat", level=2).candidates == ("KALAT-2016", "PK210")
    assert index.match("Kalat", level=2, as_of=date(2024, 1, 1)).code == "PK210"
    assert index.match("Kalat", level=2, as_of=date(2015, 1, 1)).code == "KALAT-2016"


def test_confirmed_is_remembered_for_that_text_and_parent_only(index: NameIndex) -> None:
    later = index.with_confirmed({("Keamari", "PK7"): "PK729", ("Kashmore (Kandhkot)", None): "PK710"})
    assert district(later, "KEAMARI.", "PK7").code == "PK729"
    assert district(later, "Keamari").outcome == "unknown"
    assert district(later, "kashmore kandhkot").code == "PK710"
    assert district(index, "Keamari", "PK7").outcome == "unknown", "the first index is left as it was"
    assert later.match("Keamari", parent="PK7", level=1).outcome != "sure"
    with pytest.raises(ValueError, match="expected codes of known places"):
        index.with_confirmed({("Keamari", "PK7"): "PK999"})


def test_a_city_of_the_index_is_not_found_under_its_bare_name() -> None:
    index = NameIndex([PlaceName("T1", "Quetta City", None, 3, "official")])
    assert index.match("Quetta City", level=3).code == "T1"
    assert index.match("Quetta", level=3).outcome != "sure"


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ([("A", "X", None, 1, "official"), ("A", "Y", None, 2, "alternative")], "parent and level"),
        ([("A", "X", None, 1, "nickname")], "expected one of"),
        ([("A", " - ", None, 1, "official")], "no letters"),
    ],
)
def test_refuses_contradictory_names(names: list[tuple[str, str, str | None, int, str]], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        NameIndex(names)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no name is given"):
        NameIndex([PlaceName("A", "X", None, 1, "official")], members={"A": ("B",)})


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40), st.sampled_from([None, "PK2", "PK7"]))
def test_any_text_has_an_answer(written: str, parent: str | None) -> None:
    found = _SHARED.match(written, parent=parent)
    assert (found.outcome == "sure") == (found.code is not None)
    assert (found.outcome == "unknown") == (not found.candidates)


_SHARED = NameIndex(_names(), members=MEMBERS)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([n for n in _names() if n.level == 2]), st.randoms(use_true_random=False))
def test_spaces_marks_and_case_change_nothing(name: PlaceName, chance: Random) -> None:
    letters = [c + chance.choice(["", "\u200d", "\u064e" if _is_urdu(c) else ""]) for c in name.name]
    written = "  ".join("".join(letters).upper().split(" "))
    assert _SHARED.match(written, level=2).code == name.code


# The whole country, where its tables lie beside the checkout


def _benchmark() -> ModuleType:
    spec = importlib.util.spec_from_file_location("place_names", ROOT / "benchmarks" / "place_names.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["place_names"] = module
    spec.loader.exec_module(module)
    return module


def _needs_tables() -> None:
    if not (TABLES / "district_names.csv").is_file():
        pytest.skip("the shared tables (shared/data/tables) are not beside this checkout")


@pytest.mark.shared
def test_leave_one_source_out() -> None:
    _needs_tables()
    bench = _benchmark()
    atlas = bench.read_atlas()
    for with_parent in (False, True):
        scores = bench.leave_source_out(atlas, with_parent=with_parent).values()
        assert [(row, found) for s in scores for row, found in s.wrong] == []
        rows = sum(s.counts.total() for s in scores)
        assert rows > 1900
        assert sum(s.counts["sure"] for s in scores) >= 0.90 * rows


@pytest.mark.shared
def test_no_place_is_taken_for_another_when_it_is_unknown() -> None:
    _needs_tables()
    bench = _benchmark()
    atlas = bench.read_atlas()
    assert bench.leave_place_out(atlas).wrong == []
    assert bench.official_only(atlas).wrong == []
    if bench.TEHSILS.is_file():
        assert bench.tehsils(atlas).wrong == []


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _country() -> NameIndex:
    """Every English and Urdu name of Pakistan's places."""
    areas = _rows(TABLES / "areas.csv")
    level: dict[str, tuple[str | None, int]] = {"PK": (None, 0)}
    names = [PlaceName("PK", "Pakistan", None, 0, "official")]
    for row in areas:
        level[row["province_pcode"]] = ("PK", 1)
        level[row["pcode"]] = (row["province_pcode"], 2)
        names.append(PlaceName(row["province_pcode"], row["province"], "PK", 1, "official"))
        names.append(PlaceName(row["pcode"], row["name"], row["province_pcode"], 2, "official"))
        others = filter(None, row["alternative_names"].split(";"))
        names += [PlaceName(row["pcode"], name, row["province_pcode"], 2, "alternative") for name in others]
    members = {}
    for row in _rows(TABLES / "historical_places.csv"):
        members[row["place"]] = row["members"].split(";")
        level[row["place"]] = (level[members[row["place"]][0]][0], 2)
        names.append(PlaceName(row["place"], row["name"], *level[row["place"]], "former"))
    for row in _rows(URDU_NAMES):
        kind = "former" if row["code"] in members else "urdu"
        for name in (row["name_ur"], *filter(None, row["other_names_ur"].split(";"))):
            names.append(PlaceName(row["code"], name, *level[row["code"]], kind))  # type: ignore[arg-type]
    return NameIndex(names, members=members)


@pytest.mark.shared
def test_every_name_of_the_country_finds_its_place() -> None:
    _needs_tables()
    index = _country()
    rows = _rows(URDU_NAMES)
    assert len(rows) == 172
    for row in rows:
        level = 0 if row["code"] == "PK" else 1 if len(row["code"]) == 3 else 2
        for name in (row["name_ur"], *filter(None, row["other_names_ur"].split(";"))):
            assert index.match(name, level=level).code == row["code"], name


def test_urdu_names_are_spelled_with_urdu_letters() -> None:
    foreign = set("يىكهةۃأإٱ") | {"\u200c", "\u200d", "\u200e", "\u200f"}
    for row in _rows(URDU_NAMES):
        assert not foreign & set(row["name_ur"] + row["other_names_ur"]), row
        assert row["name_ur"].strip() == row["name_ur"] != ""


@pytest.mark.shared
def test_held_out_urdu_variants() -> None:
    """Written after the rules were fixed: none surely wrong, and most of them sure."""
    _needs_tables()
    index = _country()
    rows = _rows(URDU_VARIANTS)
    assert len({row["text"] for row in rows}) >= 200
    found = [(row, index.match(row["text"], level=2)) for row in rows]
    assert [(row, m) for row, m in found if m.outcome == "sure" and m.code != row["code"]] == []
    sure = sum(m.outcome == "sure" for _, m in found)
    assert sure >= 0.90 * len(rows), sure
