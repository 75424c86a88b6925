"""What need is made of: indicators of two rounds with their errors, and events as single events and as counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import training_names as names
from training_files import Row, pick, stream
from training_land import Land


@dataclass(frozen=True)
class Condition:
    """One indicator: its usual level, how it moves with hardship, its usual error, and its fall between rounds."""

    code: str
    middle: float
    slope: float
    error: float
    change: float
    sources: tuple[str, ...]


CONDITIONS = (
    Condition("not_in_school", 26.0, 9.5, 1.6, -2.5, ("hh-survey", "school-census")),
    Condition("youth_unemployment", 17.0, 4.5, 1.5, -0.5, ("hh-survey", "work-survey")),
    Condition("displaced_per_1000", 14.0, 9.0, 1.2, 2.0, ("shelter-count",)),
    Condition("without_clean_water", 31.0, 12.0, 1.9, -3.0, ("hh-survey", "water-register")),
    Condition("clinic_over_one_hour", 28.0, 11.0, 1.8, -1.0, ("hh-survey",)),
)
# Two yearly waves: one before each round.
WAVES = (("2021-07-01", "2022-06-30", "21"), ("2023-07-01", "2024-06-30", "23"))

# Districts that show what a reader must learn to see.
VERY_WIDE = ("Plumara", "Hestova", "Torvelin")
WELL_MEASURED = ("Tavorin", "Ivrandel", "Zindoral", "Luskara", "Selmarak")
# (district, indicator, waves in which it is absent, state that stands in its place)
ABSENT = (
    ("Ombreth", "youth_unemployment", ("23",), "not_reported"),
    ("Tulvane", "not_in_school", ("21", "23"), "not_reported"),
    ("Tulvane", "clinic_over_one_hour", ("23",), "not_reported"),
    ("Brevanta", "displaced_per_1000", ("21", "23"), "withheld"),
    ("Orsevan", "without_clean_water", ("21",), "not_reported"),
    ("Umbrael", "displaced_per_1000", ("21",), "withheld"),
    ("Varnholt", "youth_unemployment", ("21",), "not_reported"),
    ("Ashdovar", "displaced_per_1000", ("21", "23"), "confirmed_zero"),
)


def indicator_rows(land: Land) -> list[Row]:
    """Rows of ``indicators``; well-measured districts have a second, independent source for some values."""
    rng = stream(3)
    absent = {(names.CODES[d], c, w): state for d, c, waves, state in ABSENT for w in waves}
    own = {c.code: rng.normal(0, 0.5, len(land.codes)) for c in CONDITIONS}
    rows: list[Row] = []
    for start, end, wave in WAVES:
        for c in CONDITIONS:
            for i, code in enumerate(land.codes):
                truth = c.middle + c.slope * (land.hardship[i] + own[c.code][i])
                truth += c.change * (wave == "23") * rng.uniform(0.2, 1.8)
                state = absent.get((code, c.code, wave))
                if land.province[i] == names.TERRITORY.code:
                    state = "not_applicable"
                base = {"area": code, "code": c.code, "period_start": start, "period_end": end}
                usual = len(c.sources) if code in [names.CODES[n] for n in WELL_MEASURED] else 1
                for source in c.sources[:usual]:
                    error, n = _error(code, c, source, rng)
                    value = float(np.clip(truth + rng.normal(0, error if error < 5 else 3), 0.3, 96))
                    if state:
                        zero = 0 if state == "confirmed_zero" else None
                        rows.append({**base, "value": zero, "state": state, "source": f"{source}-{wave}"})
                        break
                    exact = error < 5 and source in ("school-census", "water-register", "shelter-count")
                    rows.append({**base, "value": round(value, 1), "state": "observed", "source": f"{source}-{wave}",
                                 "se": None if exact else round(error, 2), "n": None if exact else n,
                                 "note": "very few households answered" if error >= 5 else None})  # fmt: skip
    return rows


def _error(code: str, c: Condition, source: str, rng: np.random.Generator) -> tuple[float, int]:
    """Standard error and base: small where many were asked, very large where few were."""
    if code in [names.CODES[n] for n in VERY_WIDE]:
        return c.error * float(rng.uniform(15.0, 19.0)), int(rng.integers(4, 9))
    if code in [names.CODES[n] for n in WELL_MEASURED]:
        return c.error * float(rng.uniform(0.25, 0.4)), int(rng.integers(2200, 4200))
    return c.error * float(rng.uniform(0.7, 1.6)), int(rng.integers(260, 900))


PRESS, FIELD, ATLAS = "press-tally", "field-log", "atlas"
FIRST_MONTH, LAST_MONTH = (2017, 7), (2024, 12)
PER_100K_A_MONTH = 0.11
# What changes between the rounds: violence falls in some provinces and rises in others.
TREND = {"XV1": -0.05, "XV2": 0.10, "XV3": -0.14, "XV4": 0.06, "XV5": -0.02, "XV6": 0.0}
# No source is complete here, so that no rate can be given.
UNCOVERED = "Torvelin"
ATLAS_PROVINCE, ATLAS_YEARS = "XV3", (2019, 2021)
KINDS = ("explosion", "battle", "civilians", "one-sided", "state-based", "non-state", "other")
KIND_WEIGHTS = (0.24, 0.12, 0.3, 0.14, 0.08, 0.07, 0.05)


@dataclass(frozen=True)
class _Event:
    district: int
    day: dt.date
    kind: str
    deaths: int
    low: int
    high: int
    civilians: int


def event_rows(land: Land) -> list[Row]:
    """Rows of ``events``: monthly counts of the press in three provinces, single events of a field log in two.

    An atlas counts again what the press counted in one province, so that a reader can see it left out.
    """
    rng = stream(4)
    events = list(_events(land, rng))
    press = [e for e in events if land.province[e.district] in ("XV1", "XV2", "XV3")]
    field = [e for e in events if land.province[e.district] in ("XV4", "XV5", "XV6")]
    atlas = [e for e in press if land.province[e.district] == ATLAS_PROVINCE
             and ATLAS_YEARS[0] <= e.day.year <= ATLAS_YEARS[1] and rng.random() < 0.8]  # fmt: skip
    return [*_counts(land, press, PRESS, rng), *_singles(land, field, rng), *_counts(land, atlas, ATLAS, rng)]


def _events(land: Land, rng: np.random.Generator) -> Iterator[_Event]:
    year, month = FIRST_MONTH
    while (year, month) <= LAST_MONTH:
        for i in range(len(land.codes)):
            trend = np.exp(TREND[land.province[i]] * (year - 2021))
            mean = PER_100K_A_MONTH * land.people[i] / 1e5 * land.unrest[i] * trend
            for _ in range(int(rng.poisson(min(mean, 6.0)))):
                deaths = _deaths(rng)
                yield _Event(
                    district=i,
                    day=dt.date(year, month, int(rng.integers(1, 29))),
                    kind=pick(rng, KINDS, KIND_WEIGHTS),
                    deaths=deaths,
                    low=int(deaths * rng.uniform(0.6, 1)),
                    high=deaths + int(rng.poisson(0.3 + 0.25 * deaths)),
                    civilians=int(rng.binomial(deaths, 0.55)),
                )
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def _deaths(rng: np.random.Generator) -> int:
    """Most events kill nobody or one person; about one in a hundred kills many."""
    draw = rng.random()
    if draw < 0.5:
        return 0
    if draw < 0.988:
        return 1 + int(rng.geometric(0.55)) - 1
    return int(rng.integers(9, 38))


def _place(land: Land, event: _Event, precision: int) -> str:
    """The place that a source can vouch for at a precision."""
    split = [land.at(name) for name in names.FORMER_BECAME]
    if precision <= 3:
        old = event.district in split and event.day < dt.date(2019, 7, 1)
        return names.FORMER_CODE if old else land.codes[event.district]
    if precision == 5 and event.district in split:
        return names.FORMER_CODE
    return land.province[event.district] if precision <= 5 else names.COUNTRY_CODE


def _counts(land: Land, events: list[_Event], source: str, rng: np.random.Generator) -> list[Row]:
    """Events added up by place, month, kind and precision."""
    cells: dict[tuple[str, str, str, int], list[_Event]] = {}
    for event in events:
        precision = int(pick(rng, "1234567", (0.62, 0.1, 0.1, 0.1, 0.03, 0.03, 0.02)))
        cells.setdefault(
            (_place(land, event, precision), event.day.strftime("%Y-%m"), event.kind, precision), []
        ).append(event)
    return [
        {"place": place, "date": month, "kind": kind, "location_precision": precision, "events": len(own),
         "deaths_best": sum(e.deaths for e in own), "deaths_low": sum(e.low for e in own),
         "deaths_high": sum(e.high for e in own), "deaths_best_squared": sum(e.deaths**2 for e in own),
         "deaths_civilians": sum(e.civilians for e in own), "source": source}
        for (place, month, kind, precision), own in sorted(cells.items())
    ]  # fmt: skip


def _singles(land: Land, events: list[_Event], rng: np.random.Generator) -> list[Row]:
    """Single events with people injured and taken hostage; what the log does not say stays blank."""
    rows: list[Row] = []
    host = land.at(names.COUNTED_IN)
    for number, event in enumerate(events, start=1):
        precision = int(pick(rng, "1234567", (0.5, 0.14, 0.12, 0.12, 0.05, 0.04, 0.03)))
        place = _place(land, event, precision)
        if event.district == host and event.day.year >= 2024 and precision <= 3:
            place = names.COUNTED_CODE
        unknown = rng.random() < 0.03
        injured = int(rng.poisson(0.8 + 0.9 * min(event.deaths, 20)))
        rows.append({
            "event_id": f"f{number:04d}", "place": place, "date": event.day, "kind": event.kind,
            "location_precision": precision, "events": 1,
            "deaths_best": None if unknown else event.deaths,
            "deaths_low": None if unknown else event.low,
            "deaths_high": None if unknown else event.high,
            "deaths_best_squared": None if unknown else event.deaths**2,
            "deaths_civilians": None if unknown else event.civilians,
            "injured": pick(rng, (str(injured), "", "confirmed_zero" if injured == 0 else str(injured)), (8, 1, 1)) or None,
            "hostages": pick(rng, ("0", "1", "3", ""), (85, 4, 1, 10)) or None,
            "source": FIELD,
        })  # fmt: skip
    return rows
