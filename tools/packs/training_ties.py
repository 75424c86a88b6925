"""Ties between organisations, and the forums where they meet."""

from __future__ import annotations

import numpy as np
import training_names as names
from training_bodies import Organisation
from training_files import Row, pick, stream
from training_land import Land
from training_work import Initiative

# Police or officials and communities meet here regularly; elsewhere they do not.
FORUM_SEATS = ("Tavorin", "Melquin", "Corvela", "Ivrandel", "Ombreth", "Pelindra", "Selmarak", "Varnholt", "Yorvane",
               "Zindoral", "Calvurin", "Grendova", "Luskara", "Nilquar", "Kirvanel", "Umbrael")  # fmt: skip
PERIODS = ("2022-12-31", "2024-12-31")


def partnership_rows(land: Land, work: list[Initiative], bodies: list[Organisation]) -> list[Row]:
    """Rows of ``partnerships``: those who fund, train or work together, each tie once."""
    rng = stream(16)
    named = bodies[:-1]
    seen: set[tuple[str, str, str, str | None]] = set()
    rows: list[dict[str, object]] = []

    def tie(a: Organisation, b: Organisation, kind: str, item: Initiative | None) -> None:
        key = (a.id, b.id, kind, item.id if item else None)
        if a.id == b.id or key in seen:
            return
        seen.add(key)
        dated = item is not None and rng.random() < 0.85
        rows.append({
            "org_a": a.id, "org_b": b.id, "kind": kind, "initiative": item.id if item else None,
            "start": item.start.isoformat()[:4] if item and dated else None,
            "end": item.end.isoformat()[:4] if item and dated and rng.random() < 0.6 else None,
            "source": item.source if item else "network-map",
        })  # fmt: skip

    for item in work:
        if item.lead is None or item.lead is bodies[-1] or item.start.year >= 2025:
            continue
        if rng.random() < 0.28:
            funder = _one(named, ("donor", "un", "government"), rng)
            tie(funder, item.lead, "funds", item)
        if rng.random() < 0.25:
            tie(item.lead, _beside(land, item, named, rng), "co-implements", item)
        if rng.random() < 0.07:
            tie(_one(named, ("national-ngo", "ingo", "academic"), rng), item.lead, "trains", item)
    for body in named:
        if body.kind == "grassroots" and rng.random() < 0.45:
            tie(_one(named, ("government", "security", "national-ngo"), rng), body, "coordinates", None)
    return [{"id": f"t{number:03d}", **row} for number, row in enumerate(rows, start=1)]


def _one(bodies: list[Organisation], kinds: tuple[str, ...], rng: np.random.Generator) -> Organisation:
    found = [b for b in bodies if b.kind in kinds]
    return found[int(rng.integers(len(found)))]


def _beside(
    land: Land, item: Initiative, bodies: list[Organisation], rng: np.random.Generator
) -> Organisation:
    """Another body that works near the initiative, or a national one where none sits near."""
    near = {i for d in item.districts for i in (d, *land.near(d))}
    found = [b for b in bodies if b.kind == "grassroots" and b.district in near and b is not item.lead]
    if found and rng.random() < 0.75:
        return found[int(rng.integers(len(found)))]
    return _one(bodies, ("national-ngo", "academic", "government"), rng)


def withheld_rows() -> list[Row]:
    """Rows of ``partnerships_withheld``: ties of the local groups without names."""
    return [
        {"kind": "co-implements", "ties": "6"},
        {"kind": "funds", "ties": "4"},
        {"kind": "trains", "ties": "1-2"},
    ]


def forum_rows(land: Land, bodies: list[Organisation]) -> list[Row]:
    """Rows of ``forums``: who came how often, in two periods; some forums began or stopped between them."""
    rng = stream(17)
    rows: list[Row] = []
    for number, name in enumerate(FORUM_SEATS):
        rows += _forum(
            land, bodies, f"forum-{name.lower()}", f"Standing forum of {name}", names.CODES[name], number, rng
        )
    for number, unit in enumerate(names.PROVINCES[:3]):
        title = f"Provincial round table, {unit.name.en}"
        rows += _forum(land, bodies, f"table-{unit.code.lower()}", title, unit.code, number, rng)
    rows += _forum(
        land, bodies, "national-table", "National table for common life", names.COUNTRY_CODE, 1, rng
    )
    return rows


def _forum(
    land: Land,
    bodies: list[Organisation],
    code: str,
    name: str,
    area: str,
    number: int,
    rng: np.random.Generator,
) -> list[Row]:
    local = [b for b in bodies[:-1] if b.kind == "grassroots" and b.district is not None
             and (land.codes[b.district] == area or land.province[b.district] == area[:3])]  # fmt: skip
    local.sort(key=lambda b: b.district is None or land.codes[b.district] != area)
    officials = [b for b in bodies if b.kind in ("government", "security")]
    others = [b for b in bodies if b.kind in ("national-ngo", "academic", "religious", "un")]
    members = local[: int(rng.integers(2, 5))]
    members += [officials[int(k)] for k in rng.choice(len(officials), 2, replace=False)]
    members += [others[int(k)] for k in rng.choice(len(others), int(rng.integers(1, 4)), replace=False)]
    periods = PERIODS[1:] if number % 5 == 4 else (PERIODS[:1] if number % 7 == 6 else PERIODS)
    rows: list[Row] = []
    for period in periods:
        meetings = int(rng.integers(3, 13))
        # Officials come less often where the forum is weak; it grows stronger in some places between the rounds.
        habit = 0.35 + 0.4 * (number % 3 != 1) + 0.15 * (period == PERIODS[1] and number % 2 == 0)
        for member in members:
            attended: object = int(rng.binomial(meetings, min(0.95, habit + 0.1 * (not member.state))))
            attended = pick(rng, (str(attended), "", "withheld"), (0.92, 0.05, 0.03)) or None
            rows.append({"forum": code, "name": name, "area": area, "organisation": member.id, "meetings": meetings,
                         "attended": attended, "period_end": period, "source": "forum-minutes"})  # fmt: skip
    return rows
