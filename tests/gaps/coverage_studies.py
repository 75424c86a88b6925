"""Small studies for the tests of presence and coverage: written by hand, or thrown at random."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import numpy as np
import pyarrow as pa

from jaiza.framework import Approach, Assumption, Framework, Named
from jaiza.gaps.coverage import coverage_scores
from jaiza.places.scope import Scope, scope
from jaiza.records.declared import TABLES
from jaiza.records.tables_of_study import Tables

AS_OF = dt.date(2025, 1, 1)
ZONES = [[10, 1.0], [20, 0.68], [30, 0.22]]
ASSUMPTIONS: dict[str, Any] = {
    "window_supply": 12,
    "single_figure_spread": 0.2,
    "youth_ages": "15-29",
    "access_zones": ZONES,
    "width_too_wide": 0.5,
    "duplication_ratio": 1.5,
    "blind_spot_coverage": 0.25,
    "blind_spot_need_share": 1 / 3,
    "registry_complete_areas": [],
    "registry_completeness_needed": 0.75,
    "nationwide_documented": [],
}


def framework(targets: dict[str, float] | None = None, *, hours: float = 20.0, **changed: Any) -> Framework:
    """Approaches with their target shares, and every assumption that coverage reads."""
    approaches = tuple(
        Approach(code, Named(code, code), "", "community", "district", hours, target, "judgement")
        for code, target in (targets or {"talk": 0.1}).items()
    )
    values = {**ASSUMPTIONS, **changed}
    assumptions = {
        code: Assumption(code, value, "unit", "judgement", Named(code, code), "")
        for code, value in values.items()
    }
    return Framework(approaches, (), assumptions, 1)


def tables(**rows: list[dict[str, Any]]) -> Tables:
    """Tables from rows that name only the columns that matter."""
    return Tables(
        {name: pa.Table.from_pylist(part, schema=TABLES[name].schema) for name, part in rows.items()}
    )


def work(
    name: str, areas: dict[str, float | None] | None = None, approaches: dict[str, float | None] | None = None,
    **changed: Any,
) -> dict[str, Any]:  # fmt: skip
    """One initiative with a full dose (100 people, the hours of reference, the whole window); None blanks a field."""
    row = {
        "id": name, "title": name, "lead": f"org-{name}", "start": "2024-01-01", "end": "2024-12-31", "status": "completed",
        "location_basis": "areas", "reached_low": 100.0, "reached_high": None, "reached_basis": "measured",
        "hours_low": 20.0, "hours_high": None, "source_date": "2024-12-31", "source": "s1",
    }  # fmt: skip
    row.update(changed)
    return {"row": row, "areas": areas or {}, "approaches": approaches or {"talk": None}}


def study(
    people: dict[str, float | None],
    initiatives: list[dict[str, Any]],
    neighbours: list[tuple[str, str]] | None = None,
    *,
    parents: dict[str, str] | None = None,
    young: dict[str, float] | None = None,
    **more: list[dict[str, Any]],
) -> tuple[Tables, Scope]:
    """Areas with people (None: not counted), initiatives made by `work`, borders; one province unless told."""
    parents = parents or dict.fromkeys(people, "P")
    areas: list[dict[str, Any]] = [{"code": "C", "name": "C", "level": "0"}]
    areas += [{"code": p, "name": p, "level": "1", "parent": "C"} for p in sorted(set(parents.values()))]
    areas += [{"code": a, "name": a, "level": "2", "parent": parents[a]} for a in people]
    areas += more.pop("areas", [])
    counted = [("all", a, n) for a, n in people.items() if n is not None]
    counted += [("15-29", a, n) for a, n in (young or {}).items()]
    made = tables(
        areas=areas,
        population=[
            {"area": a, "sex": "all", "age_band": band, "residence": "all", "people": int(n), "counted_on": "2023-03-01",
             "source": "census"}
            for band, a, n in counted
        ],
        neighbours=[{"area_a": a, "area_b": b} for a, b in neighbours or []],
        initiatives=[i["row"] for i in initiatives],
        initiative_areas=[
            {"initiative": i["row"]["id"], "area": a, "share": s} for i in initiatives for a, s in i["areas"].items()
        ],
        initiative_approaches=[
            {"initiative": i["row"]["id"], "approach": k, "share": s, "main": False}
            for i in initiatives
            for k, s in i["approaches"].items()
        ],
        organisations=[
            {"id": lead, "name": lead, "kind": "grassroots"}
            for lead in sorted({i["row"]["lead"] for i in initiatives if i["row"]["lead"]})
        ],
        **more,
    )  # fmt: skip
    return made, scope(made.rows("areas"))


def random_initiative(name: str, dice: random.Random, areas: list[str], codes: list[str]) -> dict[str, Any]:
    """An initiative with some cells blank, dates of every precision, and places of every kind."""
    low = dice.choice([0.0, 5.0, 40.0, 150.0, 600.0])
    hours = dice.choice([0.0, 4.0, 10.0, 18.0, 30.0])
    start = dice.choice(
        ["2022", "2023-05", "2024", "2024-03", "2024-04-11", "2024-09-30", "2025-02-01", None]
    )
    end = dice.choice(["2023-11-30", "2024", "2024-07", "2024-10-15", "2025-12-31", None])
    if start is not None and end is not None and start > end:
        end = None
    places = dice.sample(areas, min(len(areas), dice.choice([1, 1, 1, 2, 3])))
    places += dice.choice([[], [], [], [], ["P"], ["C"]])
    used = dice.sample(codes, dice.randint(1, len(codes)))
    return work(
        name, _shares(places, dice), _shares(used, dice),
        start=start, end=end, status=dice.choice(["completed", "ongoing", "ongoing", "planned", "suspended", None]),
        location_basis=dice.choice(["areas"] * 5 + ["national"]),
        reached_low=dice.choice([low, low, low, None]), reached_high=dice.choice([None, low, low + 90]),
        reached_basis=dice.choice(["measured", "reported", "reported", "target"]),
        hours_low=dice.choice([hours, hours, hours, None]), hours_high=dice.choice([None, hours + 6]),
        source_date=dice.choice([None, "2023", "2024", "2024-08", "2024-12-01"]),
        source=dice.choice(["s1", "s2", "s3", None]), lead=dice.choice(["o1", "o2", "o3", None]),
    )  # fmt: skip


def _shares(names: list[str], dice: random.Random) -> dict[str, float | None]:
    parts = [dice.choice([1.0, 2.0, 3.0]) for _ in names]
    given = [round(p / sum(parts), 6) for p in parts]
    how = dice.choice(["none", "all", "some"])
    return {
        name: None if how == "none" or (how == "some" and dice.random() < 0.5) else share
        for name, share in zip(names, given, strict=True)
    }


def random_study(seed: int, most: int = 12) -> tuple[Tables, Scope, Framework, list[dict[str, Any]]]:
    """A study of one to six areas with up to ``most`` initiatives, its framework, and its initiatives."""
    dice = random.Random(seed)
    areas = [f"A{i}" for i in range(dice.randint(1, 6))]
    people = {a: dice.choice([500.0, 900.0, 2500.0, 6000.0, 6000.0, 0.0, None]) for a in areas}
    young = {a: float(int(n / 3)) for a, n in people.items() if n is not None} if dice.random() < 0.5 else {}
    borders = [(a, b) for i, a in enumerate(areas) for b in areas[i + 1 :] if dice.random() < 0.4]
    targets = {"talk": 0.1, "train": 0.04, "law": 0.0}
    codes = dice.sample(list(targets), dice.randint(1, 3))
    initiatives = [random_initiative(f"i{n:02d}", dice, areas, codes) for n in range(dice.randint(0, most))]
    complete = [a for a in areas if dice.random() < 0.4]
    made, where = study(people, initiatives, borders, young=young)
    return made, where, framework(targets, registry_complete_areas=complete), initiatives


def rng(seed: int = 7) -> np.random.Generator:
    """The generator of one run."""
    return np.random.default_rng(seed)


def scored(
    people,
    initiatives,
    neighbours=None,
    *,
    frame=None,
    draws=400,
    need=None,
    minutes=None,
    as_of=AS_OF,
    completeness=None,
    **more,
):
    """The coverage of a small study, with the framework of `framework` unless another is given."""
    made, where = study(people, initiatives, neighbours, **more)
    return coverage_scores(
        made, frame or framework(), where, as_of, draws=draws, rng=rng(), need_value=need, minutes=minutes,
        completeness=completeness,
    )  # fmt: skip
