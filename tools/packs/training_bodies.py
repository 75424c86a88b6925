"""Organisations: ninety bodies of every kind, from a reading room to a ministry; never a person."""

from __future__ import annotations

from dataclasses import dataclass

import training_names as names
import training_words as words
from training_files import Row, pick, stream
from training_land import Land

# Nobody has looked here, and nothing is recorded.
UNSEEN = ("Mirthol", "Mornavel")


@dataclass(frozen=True)
class Organisation:
    """One organisation; ``district`` is the position of its seat, None for national and foreign bodies."""

    id: str
    name: words.Pair
    kind: str
    level: str
    district: int | None
    women_led: bool | None
    youth_led: bool | None

    @property
    def state(self) -> bool:
        """Whether it is part of the state."""
        return self.kind in ("government", "security")


def organisations(land: Land) -> list[Organisation]:
    """Ninety organisations; the last stands for local ones that asked not to be named."""
    rng = stream(5)
    seats = sorted(land.counted, key=lambda i: -land.people[i] * land.urban[i])
    rest = [i for i in land.counted if i not in seats[:12] and land.codes[i] not in codes_of(UNSEEN)]
    places = [*seats[:12], *seats[:4], *(rest[int(k)] for k in rng.permutation(len(rest))[:19])]
    out: list[Organisation] = []

    def add(
        pair: words.Pair,
        kind: str,
        level: str,
        district: int | None,
        led: tuple[bool | None, bool | None] = (None, None),
    ) -> None:
        out.append(Organisation(f"org{len(out) + 1:02d}", pair, kind, level, district, *led))

    for number, place in enumerate(places):
        body = words.LOCAL_BODIES[(number * 3 + number // 8) % len(words.LOCAL_BODIES)]
        led = ("women", "", "youth", "", "unknown", "")[number % 6]
        label = {"women": words.WOMEN, "youth": words.YOUTH}.get(led, ("", ""))
        name = names.NAMES[land.codes[place]]
        en = " ".join(part for part in (name.en, label[0], body[0]) if part)
        ur = " ".join(part for part in (name.ur, label[1], body[1]) if part)
        flags = (None, None) if led == "unknown" else (led == "women", led == "youth")
        add((en, ur), "grassroots", "community" if number % 3 else "district", place, flags)
    for pair in words.NATIONAL_BODIES:
        women = "Women" in pair[0] or "Daughters" in pair[0]
        add(pair, "national-ngo", "national", 0, (women, "Youth" in pair[0] or "Campus" in pair[0]))
    for pairs, kind, level in (
        (words.FOREIGN_BODIES, "ingo", "international"), (words.WORLD_BODIES, "un", "international"),
        (words.STATE_BODIES, "government", "national"), (words.FORCES, "security", "national"),
        (words.MEDIA, "media", "national"), (words.PRIVATE, "private", "national"), (words.DONORS, "donor", "international"),
    ):  # fmt: skip
        for pair in pairs:
            province = kind == "government" and "Provincial" in pair[0]
            add(pair, kind, "province" if province else level, None if level == "international" else 0)
    for unit in names.PROVINCES:
        seat = land.codes.index(names.district_code(unit.code, 0))
        add((words.ACADEMIC[0].format(place=unit.name.en), words.ACADEMIC[1].format(place=unit.name.ur)),
            "academic", "province", seat, (False, False))  # fmt: skip
        add((words.WORSHIP[0].format(place=unit.name.en), words.WORSHIP[1].format(place=unit.name.ur)),
            "religious", "province", seat)  # fmt: skip
    add(("Local groups without names", "بے نام مقامی تنظیمیں"), "grassroots", "community", None)
    return out


def organisation_rows(land: Land, bodies: list[Organisation]) -> list[Row]:
    """Rows of ``organisations``; owners have set a class for some, and agreed to contact for some."""
    rng = stream(6)
    rows: list[Row] = []
    for number, body in enumerate(bodies):
        last = number == len(bodies) - 1
        owner = {3: "low", 7: "high", 11: "moderate", 19: "high", 26: "low", 38: "low", 41: "moderate"}.get(
            number
        )
        rows.append({
            "id": body.id, "name": body.name[0], "name_ur": body.name[1], "kind": body.kind, "level": body.level,
            "area": None if body.district is None else land.codes[body.district],
            "women_led": body.women_led, "youth_led": body.youth_led, "state_linked": body.state or None if last else body.state,
            "stands_for": 14 if last else None,
            "founded": None if last or rng.random() < 0.15 else str(int(rng.integers(1978, 2021))),
            "open_to_contact": None if last else {"y": True, "n": False}.get(pick(rng, "yn-", (0.4, 0.15, 0.45))),
            "sensitivity": owner, "source": pick(rng, ("register-24", "ngo-forum", "press-notes")),
        })  # fmt: skip
    return rows


def codes_of(districts: tuple[str, ...]) -> list[str]:
    """Codes of districts by their English names."""
    return [names.CODES[name] for name in districts]
