"""Organisations and their initiatives: who leads, what, where, when, for how many."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np
import training_names as names
import training_words as words
from training_bodies import UNSEEN, Organisation, codes_of
from training_files import Row, add_months, pick, shares, stream
from training_land import Land

# The registry is certified complete in a whole province and in some districts. framework.toml lists the same codes,
# and a test holds the two together.
CERTIFIED = (
    *(name.en for name in names.PROVINCES[0].districts),
    *("Ivrandel", "Selmarak", "Umbrael", "Zindoral", "Luskara", "Nilquar"),
)
# Whoever works here asked that figures be withheld.
WITHHELD = ("Plumara", "Tulvane")
INITIATIVES = 300
# The first initiatives are placed by hand, so that every kind of district has some.
PLACED = (
    "Wilmaren",
    "Cindrava",
    "Wilmaren",
    "Cindrava",
    *("Plumara", "Tulvane") * 4,
    "Umbrael",
    "Kirvanel",
    "Pelindra",
)
REGISTERS = ("register-24", "register-22", "ngo-forum", "youth-directory", "school-list", "donor-list", "press-notes",
             "province-list")  # fmt: skip
CURRENCY = "XVM"
# What is done throughout the country; the other approaches are local only.
NATIONWIDE = ("education-curriculum", "youth-leadership-peer", "media-social-media-narratives",
              "law-justice-police-community")  # fmt: skip
PHASES: tuple[words.Pair, ...] = (
    ("", ""),
    (", second phase", "، دوسرا مرحلہ"),
    (", third phase", "، تیسرا مرحلہ"),
    (", fourth phase", "، چوتھا مرحلہ"),
    (", fifth phase", "، پانچواں مرحلہ"),
    (", sixth phase", "، چھٹا مرحلہ"),
)


@dataclass(frozen=True)
class Initiative:
    """One initiative as the other tables need it; ``places`` are codes, ``districts`` positions.

    ``full``: everything about it is reported. ``withheld``: its figures are withheld.
    """

    id: str
    title: words.Pair
    lead: Organisation | None
    approaches: tuple[words.Approach, ...]
    places: tuple[str, ...]
    districts: tuple[int, ...]
    basis: str
    start: dt.date
    end: dt.date
    reach: float
    hours: float
    channel: str
    full: bool
    withheld: bool
    source: str


def initiatives(land: Land, bodies: list[Organisation]) -> list[Initiative]:
    """Three hundred initiatives: more where more people live in towns, fewer where need is high."""
    rng = stream(7)
    attention = np.array([
        0.0 if p == names.TERRITORY.code or c in codes_of(UNSEEN)
        else people**0.55 * (0.4 + u) * np.exp(-0.28 * h) * (0.85 if p == names.PROVINCES[0].code else 1)
        for p, c, people, u, h in zip(land.province, land.codes, land.people, land.urban, land.hardship, strict=True)
    ])  # fmt: skip
    taken: set[str] = set()
    out: list[Initiative] = []
    for number in range(1, INITIATIVES + 1):
        first = int(rng.choice(len(attention), p=attention / attention.sum()))
        if number <= len(PLACED):
            first = land.at(PLACED[number - 1])
        basis = pick(
            rng, ("areas", "parent", "national", "withheld", "not_reported"), (0.8, 0.08, 0.05, 0.03, 0.04)
        )
        if number <= len(PLACED):
            basis = "areas"
        districts = _districts(land, first, rng) if basis == "areas" else ()
        out.append(_initiative(number, land, bodies, first, basis, districts, taken, rng))
    return _reported_twice(out)


def _reported_twice(work: list[Initiative]) -> list[Initiative]:
    """The same, with three initiatives told again by another source in other words: only a person may merge them."""
    told = [item for item in work if item.basis == "areas" and not item.full and item.start.year < 2024][
        20:23
    ]
    out = list(work)
    for number, item in enumerate(told):
        at = INITIATIVES - 20 + number
        en = item.title[0].replace(" of ", " in ").replace("Women's", "Women").rstrip("s")
        title = (f"{en} project", f"{item.title[1]} منصوبہ")
        out[at] = replace(item, id=work[at].id, title=title, source="press-notes", reach=item.reach * 1.04)
    return out


def _districts(land: Land, first: int, rng: np.random.Generator) -> tuple[int, ...]:
    """The district and up to three neighbours; work in a district that withholds its figures stays inside it."""
    extra = int(pick(rng, "0123", (0.56, 0.24, 0.13, 0.07)))
    alone = codes_of((*UNSEEN, *WITHHELD, *(name.en for name in names.TERRITORY.districts)))
    if land.codes[first] in alone:
        return (first,)
    return (first, *[i for i in land.near(first) if land.codes[i] not in alone][:extra])


def _initiative(
    number: int,
    land: Land,
    bodies: list[Organisation],
    first: int,
    basis: str,
    districts: tuple[int, ...],
    taken: set[str],
    rng: np.random.Generator,
) -> Initiative:
    codes = tuple(land.codes[i] for i in districts)
    place = {"areas": land.codes[first], "parent": land.province[first]}.get(basis, names.COUNTRY_CODE)
    if basis == "parent":
        codes = (land.province[first],)
    if basis == "areas" and number % 41 == 0:
        codes, districts = (names.FORMER_CODE,), tuple(land.at(n) for n in names.FORMER_BECAME)
        place = names.FORMER_CODE
    chosen = _approaches(rng, NATIONWIDE if basis == "national" else ())
    begun = dt.date(2017, 7, 1) + dt.timedelta(days=int(rng.integers(0, 2650)))
    if number > INITIATIVES - 9:
        begun = dt.date(2025, 2 + number % 5, 1)
    months = int(rng.integers(9, 19)) if rng.random() < 0.4 else int(rng.integers(18, 61))
    able = (
        [b for b in bodies if b.level in ("national", "international")]
        if basis == "national"
        else bodies[:-1]
    )
    lead = bodies[-1] if rng.random() < 0.03 else _lead(able, chosen[0], land, first, rng)
    certified = bool(set(codes) & set(codes_of(CERTIFIED))) or names.PROVINCES[0].code in codes
    # Of work throughout the country one part is documented, and everything about it is reported.
    full = certified or (basis == "national" and number % 3 == 0)
    return Initiative(
        id=f"i{number:03d}",
        title=_title(chosen[0], place, taken, rng),
        lead=lead if full or rng.random() < 0.96 else None,
        approaches=chosen,
        places=codes,
        districts=districts,
        basis=basis,
        start=begun,
        end=add_months(begun, months),
        reach=min(
            float(np.exp(rng.normal(np.log(2 * chosen[0].reach), 0.7))) * _size(basis, len(districts)),
            0.04
            * sum(
                land.people[i]
                for i in districts or (range(len(land.people)) if basis == "national" else (first,))
            ),
        ),
        hours=float(np.exp(rng.normal(np.log(chosen[0].hours), 0.35))),
        channel="state" if lead.state else pick(rng, ("community", "hybrid"), (0.72, 0.28)),
        full=full,
        withheld=bool(set(codes) & set(codes_of(WITHHELD))) and not full,
        source=pick(rng, REGISTERS),
    )


def _size(basis: str, districts: int) -> float:
    """How much larger work is that goes to several districts, or to all."""
    return 8.0 if basis == "national" else max(1, districts) ** 0.6


def _approaches(rng: np.random.Generator, only: tuple[str, ...]) -> tuple[words.Approach, ...]:
    """One to three approaches, the main one first; ``only`` limits them where it is not empty."""
    among = [a for a in words.APPROACHES if not only or a.code in only]
    weights = np.array([a.weight for a in among])
    count = int(pick(rng, "123", (0.62, 0.28, 0.1)))
    found = rng.choice(len(weights), count, replace=False, p=weights / weights.sum())
    return tuple(among[int(k)] for k in found)


def _title(approach: words.Approach, place: str, taken: set[str], rng: np.random.Generator) -> words.Pair:
    """A title that no other initiative has; a second or third phase says so."""
    name = names.NAMES[place]
    start = int(rng.integers(len(approach.titles)))
    for turn in range(12):
        en, ur = approach.titles[(start + turn) % len(approach.titles)]
        phase = turn // len(approach.titles)
        en = en.format(place=name.en) + PHASES[phase][0]
        ur = ur.format(place=name.ur) + PHASES[phase][1]
        if en not in taken:
            taken.add(en)
            return en, ur
    raise ValueError(f"no title is left for {approach.code} in {name.en}; write more titles")


def _lead(
    bodies: list[Organisation], approach: words.Approach, land: Land, district: int, rng: np.random.Generator
) -> Organisation:
    """A body that could lead here: local ones near their seat, others anywhere, the police only with their forum."""
    near = {district, *land.near(district)}
    weights = []
    for body in bodies:
        weight = {"grassroots": 5.0, "national-ngo": 1.6, "ingo": 1.2, "un": 0.8, "government": 1.0, "security": 0.0,
                  "academic": 0.9, "religious": 0.8, "media": 0.3, "private": 0.5, "donor": 0.0}[body.kind]  # fmt: skip
        if body.kind == "grassroots":
            weight *= 3.0 if body.district == district else (0.6 if body.district in near else 0.01)
        if body.level == "province" and body.district is not None and body.kind != "government":
            weight *= 3.0 if land.province[body.district] == land.province[district] else 0.05
        if body.kind == "security" and approach.code == "law-justice-police-community":
            weight = 4.0
        if body.kind == "media" and approach.code == "media-social-media-narratives":
            weight = 4.0
        if approach.code == "women-mothers-peace" and body.women_led:
            weight *= 4
        weights.append(weight)
    return bodies[int(rng.choice(len(weights), p=np.array(weights) / sum(weights)))]


def initiative_rows(work: list[Initiative]) -> list[Row]:
    """Rows of ``initiatives``; of some everything is reported, of others much is not."""
    rng = stream(8)
    return [_row(item, rng) for item in work]


def _row(item: Initiative, rng: np.random.Generator) -> dict[str, object]:
    full = item.full
    spread = rng.uniform(0.01, 0.04) if full else rng.uniform(0.08, 0.45)
    low, high = round(item.reach * (1 - spread), -1), round(item.reach * (1 + spread), -1)
    hours = item.hours * np.array([1 - spread / 2, 1 + spread / 2])
    seen = _seen(item, rng)
    status = "planned" if item.start > seen else ("completed" if item.end < seen else "ongoing")
    if not full and rng.random() < 0.03:
        status = "suspended"
    known = {key: full or rng.random() < p for key, p in
             (("start", 0.93), ("end", 0.8), ("reach", 0.78), ("high", 0.85), ("hours", 0.72), ("state", 0.85),
              ("channel", 0.92), ("status", 0.95), ("budget", 0.6), ("seen", 0.95))}  # fmt: skip
    year_only = not full and rng.random() < 0.1
    lead = item.lead
    target = status == "planned" or (not full and rng.random() < 0.12)
    basis = "target" if target else pick(rng, ("measured", "reported"), (0.6, 0.4) if full else (0.25, 0.75))
    linked = pick(rng, ("none", "consulted", "partner"), (0.45, 0.3, 0.25))
    if lead is not None and lead.state:
        linked = "state-run"
    return {
        "id": item.id, "title": item.title[0], "title_ur": item.title[1], "lead": lead.id if lead else None,
        "relevance": "core" if rng.random() < 0.7 else "adjacent",
        "start": (item.start.isoformat()[:4] if year_only else item.start) if known["start"] else None,
        "end": (item.end.isoformat()[:4] if year_only else item.end) if known["end"] else None,
        "status": status if known["status"] else None,
        "state_link": linked if known["state"] else None,
        "channel": item.channel if known["channel"] else None,
        "location_basis": item.basis,
        "reached_low": "withheld" if item.withheld else (low if known["reach"] else None),
        "reached_high": high if known["reach"] and known["high"] and not item.withheld else None,
        "reached_basis": basis if known["reach"] and not item.withheld else None,
        "hours_low": round(float(hours[0]), 1) if known["hours"] else None,
        "hours_high": round(float(hours[1]), 1) if known["hours"] and known["high"] else None,
        "evaluated": pick(rng, ("none", "internal", "external", "rct", ""), (0.3, 0.28, 0.14, 0.02, 0.26)) or None,
        "budget": "withheld" if item.withheld else (round(budget(item), -3) if known["budget"] else None),
        "budget_currency": CURRENCY if known["budget"] and not item.withheld else None,
        "sensitivity": pick(rng, ("low", "moderate", "high", ""), (0.05, 0.05, 0.04, 0.86)) or None,
        "source_date": seen if known["seen"] else None,
        "source": item.source,
    }  # fmt: skip


def _seen(item: Initiative, rng: np.random.Generator) -> dt.date:
    """The day of the source: newest for the registers of certified districts, any time after the start elsewhere."""
    if item.start.year >= 2025:
        return dt.date(2024, 12, 10)
    if item.full:
        return dt.date(2024, 11, 30) - dt.timedelta(days=int(rng.integers(0, 60)))
    span = (dt.date(2024, 12, 15) - item.start).days
    return item.start + dt.timedelta(days=int(rng.uniform(0.35, 1) * span))


def budget(item: Initiative) -> float:
    """Whole budget in the fictional currency: people reached times the cost of one."""
    return item.reach * item.approaches[0].unit_cost * 1.1


def approach_rows(work: list[Initiative]) -> list[Row]:
    """Rows of ``initiative_approaches``; the first approach is the main one."""
    rng = stream(9)
    rows: list[Row] = []
    for item in work:
        parts = shares([3.0, *rng.uniform(0.5, 2, len(item.approaches) - 1)])
        given = item.full or rng.random() < 0.8
        rows += [
            {"initiative": item.id, "approach": a.code, "main": k == 0, "share": parts[k] if given else None}
            for k, a in enumerate(item.approaches)
        ]
    return rows


def area_rows(land: Land, work: list[Initiative]) -> list[Row]:
    """Rows of ``initiative_areas``: districts with shares, provinces and the former place where no more is known."""
    rng = stream(10)
    rows: list[Row] = []
    for item in work:
        if not item.places:
            continue
        parts = shares(list(rng.uniform(0.6, 2.4, len(item.places))))
        given = item.full or rng.random() < 0.7
        rows += [
            {"initiative": item.id, "area": code, "share": parts[k] if given else None}
            for k, code in enumerate(item.places)
        ]
    host = land.codes[land.at(names.COUNTED_IN)]
    for row in [r for r in rows if r["area"] == host][:2]:
        rows[rows.index(row)] = {**row, "area": names.COUNTED_CODE}
    return rows


def group_rows(work: list[Initiative]) -> list[Row]:
    """Rows of ``initiative_groups`` with the people of each group reached, where that is known."""
    rng = stream(11)
    rows: list[Row] = []
    for item in work:
        groups = dict.fromkeys(g for a in item.approaches[:2] for g in a.groups)
        for group in groups:
            part = {"women": item.approaches[0].women, "youth": item.approaches[0].youth}.get(group, 0.3)
            count: object = round(item.reach * part * rng.uniform(0.85, 1.1))
            if item.withheld:
                count = "withheld"
            elif not item.full and rng.random() < 0.45:
                count = None
            rows.append({"initiative": item.id, "group": group, "reached": count})
    return rows
