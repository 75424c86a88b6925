"""Small studies for the tests of need: written by hand, or thrown at random."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from jaiza.framework import Assumption, Framework, Indicator, Named
from jaiza.gaps.need import NeedScores, need_scores
from jaiza.places.scope import scope
from jaiza.records.declared import TABLES
from jaiza.records.tables_of_study import Tables

AS_OF = dt.date(2022, 1, 1)
ASSUMPTIONS: dict[str, Any] = {
    "half_life": 24.0,
    "half_life_choices": [12.0, 24.0, 36.0],
    "window_events": 60,
    "severity_event": 1.0,
    "severity_death": 3.0,
    "severity_injured": 0.5,
    "severity_hostage": 0.5,
    "spillover": 0.2,
    "spillover_low": 0.0,
    "spillover_high": 0.4,
    "aggregation": "geometric",
    "weight_concentration": 30.0,
    "coverage_share_needed": 0.5,
    "width_too_wide": 0.5,
}


def indicator(
    code: str, weight: float, low: float, high: float, *, direction: int = 1, transform: Any = "none",
    default_se: float | None = None, max_age: float = 60.0,
) -> Indicator:  # fmt: skip
    """One part of need."""
    return Indicator(
        code, Named(code, code), Named(code, code), "conditions", weight, direction, low, high, transform, "share",
        default_se, max_age, "judgement",
    )  # fmt: skip


VIOLENCE = indicator("violence_severity", 0.5, 0.0, 60.0, transform="log1p")
SCHOOL = indicator("school", 0.25, 0.0, 0.7, default_se=0.03)
LIGHT = indicator("light", 0.25, 0.1, 0.9, direction=-1, default_se=0.02)
THREE = (VIOLENCE, SCHOOL, LIGHT)


def framework(indicators: Iterable[Indicator] = THREE, **changed: Any) -> Framework:
    """The parts of need, and every assumption that need reads."""
    assumptions = {
        code: Assumption(code, value, "unit", "judgement", Named(code, code), "")
        for code, value in {**ASSUMPTIONS, **changed}.items()
    }
    return Framework((), tuple(indicators), assumptions, 1)


def source(name: str = "watch", covers: str | None = "C", begin: str | None = "2000-01-01",
           end: str | None = "2021-12-31", **more: Any) -> dict[str, Any]:  # fmt: skip
    """An event source that is complete over the places and dates it names."""
    return {"id": name, "title": name, "covers": covers, "covers_from": begin, "covers_to": end, **more}


def event(place: str, date: str, deaths: int | None = 0, precision: int = 1, **more: Any) -> dict[str, Any]:
    """One event, or a count of them."""
    return {"place": place, "date": date, "location_precision": precision, "events": 1, "deaths_best": deaths,
            "source": "watch", **more}  # fmt: skip


def value(area: str, code: str, x: float | None, end: str = "2021-06-30", **more: Any) -> dict[str, Any]:
    """One published value of one indicator."""
    return {"area": area, "code": code, "value": x, "state": "observed" if x is not None else "not_reported",
            "period_start": end[:4], "period_end": end, "source": "survey", **more}  # fmt: skip


def count(area: str, people: int | None, on: str = "2017-03-01", **more: Any) -> dict[str, Any]:
    """People of one area on one day."""
    return {"area": area, "sex": "all", "age_band": "all", "residence": "all", "people": people, "counted_on": on,
            "source": "census", **more}  # fmt: skip


def tables(**rows: list[dict[str, Any]]) -> Tables:
    """Tables from rows that name only the columns that matter."""
    return Tables(
        {name: pa.Table.from_pylist(part, schema=TABLES[name].schema) for name, part in rows.items()}
    )


def study(
    people: Mapping[str, int | None],
    events: list[dict[str, Any]],
    values: Mapping[str, Mapping[str, float | None]] | None = None,
    *,
    parents: Mapping[str, str] | None = None,
    neighbours: Iterable[tuple[str, str]] = (),
    former: Mapping[str, str] | None = None,
    counted_in: Mapping[str, str] | None = None,
    sources: list[dict[str, Any]] | None = None,
    population: list[dict[str, Any]] | None = None,
    indicators: list[dict[str, Any]] | None = None,
) -> Tables:
    """Areas with people (None: not counted) in provinces (one, unless told), their events and conditions."""
    home = parents or dict.fromkeys(people, "P")
    areas: list[dict[str, Any]] = [{"code": "C", "name": "C", "level": "0"}]
    areas += [{"code": p, "name": p, "level": "1", "parent": "C"} for p in sorted(set(home.values()))]
    areas += [{"code": a, "name": a, "level": "2", "parent": home[a]} for a in people]
    areas += [{"code": a, "name": a, "level": "2", "parent": home[b], "counted_in": b}
              for a, b in (counted_in or {}).items()]  # fmt: skip
    areas += [{"code": f, "name": f, "level": "former", "members": m} for f, m in (former or {}).items()]
    rows = [value(a, code, x) for code, by_area in (values or {}).items() for a, x in by_area.items()]
    return tables(
        areas=areas,
        population=[count(a, n) for a, n in people.items() if n is not None] + (population or []),
        neighbours=[{"area_a": a, "area_b": b} for a, b in neighbours],
        events=events,
        indicators=rows + (indicators or []),
        sources=[source()] if sources is None else sources,
    )


def scores(made: Tables, of: Framework | None = None, *, as_of: dt.date = AS_OF, draws: int = 400,
           seed: int = 0) -> NeedScores:  # fmt: skip
    """Need of a study."""
    where = scope(made.rows("areas"))
    return need_scores(made, of or framework(), where, as_of, draws=draws, rng=np.random.default_rng(seed))


def random_study(seed: int) -> tuple[Tables, Framework]:
    """Four to nine areas in two provinces, with events of every precision, gaps in every table, a former place."""
    dice = random.Random(seed)
    names = [f"A{i}" for i in range(dice.randint(4, 9))]
    home = {a: dice.choice(["P", "Q"]) for a in names}
    places = [*names, *names, *[names[-1]] * 12, *sorted(set(home.values())), "C", "OLD", "TOWN"]
    sources = [source("watch", "C", dice.choice(["2000-01-01", "2018-04-01"]), dice.choice(["2021-12-31", "2021-08"]),
                      never_records=dice.choice(["injured;hostages", "injured", None]), media_based=True),
               source("second", ";".join(sorted(set(home.values()))[:1]), "2015", dice.choice(["2016", "2019-06-30"]))]  # fmt: skip
    events = [_random_event(dice, i, places) for i in range(dice.randint(0, 40))]
    codes = [i.code for i in THREE[1:]]
    rows = [
        value(a, code, round(dice.uniform(0, 1), 3), dice.choice(["2021", "2020", "2019-06-30", "2018-03", "2012-12-31", "2022-06-30"]),
              source=dice.choice(["survey", "census"]), se=dice.choice([None, 0.05]))
        for a in names for code in codes for _ in range(dice.choice([0, 1, 2, 2, 3, 3, 3, 3]))
    ]  # fmt: skip
    unique = {(r["area"], r["code"], r["period_end"], r["source"]): r for r in rows}
    counted = {a: dice.choice([None, 0, *[dice.randint(5_000, 900_000)] * 10]) for a in names}
    later = [count(a, dice.randint(5_000, 900_000), "2023-03-01") for a in names if dice.random() < 0.6]
    pairs = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :] if dice.random() < 0.3]
    weights = [dice.random() + 0.1 for _ in THREE]
    made = study(
        counted, events, parents=home, neighbours=pairs, former={"OLD": ";".join(dice.sample(names, 2))},
        counted_in={"TOWN": names[0]}, sources=sources, population=later, indicators=list(unique.values()),
    )  # fmt: skip
    chosen = framework(
        half_life=dice.choice([12.0, 24.0, 36.0]), spillover=dice.choice([0.0, 0.2, 0.35]),
        aggregation=dice.choice(["geometric", "arithmetic"]),
    ).with_weights({i.code: w for i, w in zip(THREE, weights, strict=True)})  # fmt: skip
    return made, chosen


def _random_event(dice: random.Random, i: int, places: list[str]) -> dict[str, Any]:
    n = dice.choice([1, 1, 1, 2, 5, 0])
    deaths = dice.choice([None, *[dice.randint(0, 12)] * 4]) if n else 0
    squared = dice.choice([None, None if deaths is None else deaths**2]) if n > 1 else None
    date = f"{dice.randint(2016, 2022)}-{dice.randint(1, 12):02d}"
    row = event(
        dice.choice(places), date + dice.choice(["", f"-{dice.randint(1, 28):02d}"]), deaths, dice.randint(1, 7),
        events=n, deaths_best_squared=squared, injured=dice.choice([None, 0, 3]), hostages=dice.choice([None, 0, 2]),
        source=dice.choice(["watch", "watch", "second"]), event_id=f"e{i}",
    )  # fmt: skip
    if deaths is not None:
        row |= {
            "deaths_low": dice.choice([None, deaths // 2]),
            "deaths_high": dice.choice([None, deaths + 3]),
        }
    return row
