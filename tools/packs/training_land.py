"""The land: districts laid out inside an invented coast, who borders whom, and who lives there."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import training_names as names
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from training_files import Row, stream

Floats = NDArray[np.float64]

CELL_KM = 6.0
# Open ocean, so that no real ground is meant.
CENTRE_LAT, CENTRE_LON = 33.0, -41.5
CENSUSES = (("2013-03-15", "census-2013"), ("2023-03-15", "census-2023"))
BANDS = ("0-14", "15-29", "30+")
TINY = ("Plumara", "Hestova")


@dataclass(frozen=True)
class Land:
    """Districts with a census row first, then those of the territory; every array (districts,).

    ``people`` are those of the second census. ``hardship`` (standardised), ``unrest`` (relative rate of events),
    ``state_trust`` and ``community_trust`` (shares) are the hidden truths from which the tables are drawn.
    """

    codes: tuple[str, ...]
    province: tuple[str, ...]
    lat: Floats
    lon: Floats
    area_km2: Floats
    borders: Floats
    people: Floats
    growth: Floats
    urban: Floats
    young: Floats
    female: Floats
    hardship: Floats
    unrest: Floats
    state_trust: Floats
    community_trust: Floats

    @property
    def counted(self) -> tuple[int, ...]:
        """Positions of the districts that the census reached."""
        return tuple(i for i, p in enumerate(self.province) if p != names.TERRITORY.code)

    def at(self, name: str) -> int:
        """Position of a district by its English name."""
        return self.codes.index(names.CODES[name])

    def near(self, i: int) -> list[int]:
        """Positions of the neighbours, nearest first."""
        around = np.flatnonzero(self.borders[i] > 0)
        away = np.hypot(self.lat[around] - self.lat[i], self.lon[around] - self.lon[i])
        return [int(around[k]) for k in np.argsort(away, kind="stable")]


def build() -> Land:
    """The country, the same each time."""
    rng = stream(1)
    x, y = _cells()
    count = sum(len(p.districts) for p in (*names.PROVINCES, names.TERRITORY))
    centres, label = _districts(x, y, count, rng)
    borders = _borders(x, y, label, count)
    order, codes, province = _named(centres, borders)
    centres, borders = centres[order], borders[np.ix_(order, order)]
    size: Floats = np.asarray(np.bincount(label, minlength=count)[order] * CELL_KM**2, dtype=np.float64)
    return _peopled(codes, province, centres, borders, size, rng)


def _cells() -> tuple[Floats, Floats]:
    """Centres of the square cells inside the coast, in kilometres from the middle."""
    side = np.arange(-330.0, 330.0, CELL_KM)
    x, y = (grid.ravel() for grid in np.meshgrid(side, side))
    angle = np.arctan2(y, x)
    coast = 205 * (
        1 + 0.2 * np.cos(2 * angle - 0.7) + 0.09 * np.sin(3 * angle + 1) + 0.05 * np.cos(7 * angle)
    )
    inside = np.hypot(x, y) < coast
    return x[inside], y[inside]


def _districts(
    x: Floats, y: Floats, count: int, rng: np.random.Generator
) -> tuple[Floats, NDArray[np.int64]]:
    """Centres and the district of each cell: weighted Lloyd steps, with smaller districts around the capital."""
    points = np.column_stack([x, y])
    weight = np.exp(-np.hypot(x + 40, y - 10) / 110) + 0.25
    centres = points[rng.choice(len(points), count, replace=False, p=weight / weight.sum())]
    for _ in range(25):
        label = _nearest(points, centres)
        centres = np.array(
            [np.average(points[label == k], axis=0, weights=weight[label == k]) for k in range(count)]
        )
    return centres, _nearest(points, centres)


def _nearest(points: Floats, centres: Floats) -> NDArray[np.int64]:
    return np.asarray(
        np.argmin(((points[:, None, :] - centres[None]) ** 2).sum(axis=2), axis=1), dtype=np.int64
    )


def _borders(x: Floats, y: Floats, label: NDArray[np.int64], count: int) -> Floats:
    """Length of the shared border in kilometres, from cells that touch; borders of one cell are left out."""
    at = {(round(a / CELL_KM), round(b / CELL_KM)): int(k) for a, b, k in zip(x, y, label, strict=True)}
    sides = np.zeros((count, count))
    for (column, row), k in at.items():
        for other in (at.get((column + 1, row)), at.get((column, row + 1))):
            if other is not None and other != k:
                sides[k, other] += 1
                sides[other, k] += 1
    return np.where(sides > 1, np.round(sides * CELL_KM * 0.8), 0.0)


def _named(centres: Floats, borders: Floats) -> tuple[list[int], tuple[str, ...], tuple[str, ...]]:
    """Order, codes and provinces: two districts in the far north-east are the territory, the rest five provinces."""
    corner = int(np.argmax(centres.sum(axis=1)))
    beside = min(np.flatnonzero(borders[corner] > 0), key=lambda k: float(-centres[k].sum()))
    rest = [k for k in range(len(centres)) if k not in (corner, beside)]
    seats = np.array([[-40.0, 10.0], [-150.0, -110.0], [110.0, -60.0], [-60.0, 150.0], [120.0, 110.0]])
    size = len(names.PROVINCES[0].districts)
    for _ in range(10):
        cost = ((centres[rest][:, None, :] - np.repeat(seats, size, axis=0)[None]) ** 2).sum(axis=2)
        given = linear_sum_assignment(cost)[1] // size
        seats = np.array([centres[rest][given == p].mean(axis=0) for p in range(len(seats))])
    order: list[int] = []
    codes: list[str] = []
    province: list[str] = []
    for p, unit in enumerate(names.PROVINCES):
        own = [rest[k] for k in np.flatnonzero(given == p)]
        own.sort(key=lambda k: math.atan2(centres[k][1] - seats[p][1], centres[k][0] - seats[p][0]))
        middle = min(
            range(len(own)), key=lambda k: float(np.hypot(centres[own[k]][0] + 40, centres[own[k]][1] - 10))
        )
        order += own[middle:] + own[:middle]
        codes += [names.CODES[n.en] for n in unit.districts]
        province += [unit.code] * len(own)
    order += [corner, int(beside)]
    codes += [names.CODES[n.en] for n in names.TERRITORY.districts]
    return order, tuple(codes), (*province, names.TERRITORY.code, names.TERRITORY.code)


def _peopled(
    codes: tuple[str, ...],
    province: tuple[str, ...],
    centres: Floats,
    borders: Floats,
    size: Floats,
    rng: np.random.Generator,
) -> Land:
    count = len(codes)
    remote = np.hypot(centres[:, 0] - centres[0, 0], centres[:, 1] - centres[0, 1])
    people: Floats = np.exp(rng.normal(math.log(250_000), 0.5, count))
    people[0] = 1_240_000
    for name in TINY:
        people[codes.index(names.CODES[name])] = rng.uniform(24_000, 42_000)
    hardship = _standard(_smooth(rng, borders) + 0.8 * _standard(remote))
    unrest = np.exp(0.85 * _standard(_smooth(rng, borders) + 0.45 * hardship))
    lack = _standard(np.log(unrest))
    # Reported calm and calm are not the same: these have no event at all in the sources.
    for name in ("Gildamar", "Nesparin", "Kirvanel"):
        unrest[codes.index(names.CODES[name])] = 0.0
    urban = np.clip(0.34 - 0.1 * hardship + rng.normal(0, 0.09, count), 0.06, 0.8)
    urban[0] = 0.91
    return Land(
        codes=codes,
        province=province,
        lat=np.round(CENTRE_LAT + centres[:, 1] / 110.57, 3),
        lon=np.round(CENTRE_LON + centres[:, 0] / (111.32 * math.cos(math.radians(CENTRE_LAT))), 3),
        area_km2=size,
        borders=borders,
        people=np.asarray(np.round(people), dtype=np.float64),
        growth=rng.uniform(0.009, 0.031, count),
        urban=urban,
        young=np.clip(0.272 + rng.normal(0, 0.012, count), 0.23, 0.31),
        female=np.clip(0.494 + rng.normal(0, 0.004, count), 0.48, 0.51),
        hardship=hardship,
        unrest=unrest,
        state_trust=1 / (1 + np.exp(0.15 + 0.5 * lack - rng.normal(0, 0.35, count))),
        community_trust=1 / (1 + np.exp(-0.75 - rng.normal(0, 0.3, count))),
    )


def _standard(values: Floats) -> Floats:
    return np.asarray((values - values.mean()) / values.std())


def _smooth(rng: np.random.Generator, borders: Floats) -> Floats:
    """Noise that neighbours share in part."""
    noise = rng.normal(0, 1, len(borders))
    touch = (borders > 0).astype(float)
    return _standard(0.45 * noise + 0.55 * (touch @ noise) / touch.sum(axis=1))


def area_rows(land: Land) -> list[Row]:
    """Rows of ``areas``: country, provinces, districts, the district counted in another, the former place."""
    rows: list[dict[str, object]] = [
        _place(names.COUNTRY_CODE, "0", None, CENTRE_LAT, CENTRE_LON, land.area_km2.sum())
    ]
    for unit in (*names.PROVINCES, names.TERRITORY):
        own = [i for i, p in enumerate(land.province) if p == unit.code]
        middle = land.lat[own].mean(), land.lon[own].mean()
        rows.append(_place(unit.code, "1", names.COUNTRY_CODE, *middle, land.area_km2[own].sum()))
    for i, code in enumerate(land.codes):
        rows.append(_place(code, "2", land.province[i], land.lat[i], land.lon[i], land.area_km2[i]))
    host = land.at(names.COUNTED_IN)
    rows.append(_place(names.COUNTED_CODE, "2", "XV4", land.lat[host] + 0.11, land.lon[host] + 0.14, 212.0))
    rows[-1] |= {"counted_in": land.codes[host], "valid_from": "2024-02-01"}
    parts = [land.at(name) for name in names.FORMER_BECAME]
    if not land.borders[parts[0], parts[1]]:
        raise ValueError("the parts of the former district must border each other; change the seed")
    middle = land.lat[parts].mean(), land.lon[parts].mean()
    rows.append(_place(names.FORMER_CODE, "former", "XV4", *middle, land.area_km2[parts].sum()))
    rows[-1] |= {"members": ";".join(land.codes[i] for i in parts), "valid_to": "2019-06-30"}
    for row in rows:
        if row["code"] in [land.codes[i] for i in parts]:
            row["valid_from"] = "2019-07-01"
    return list[Row](rows)


def _place(
    code: str, level: str, parent: str | None, lat: float, lon: float, size: float
) -> dict[str, object]:
    name = names.NAMES[code]
    return {
        "code": code,
        "name": name.en,
        "name_ur": name.ur,
        "other_names": name.other or None,
        "level": level,
        "parent": parent,
        "lat": round(float(lat), 3),
        "lon": round(float(lon), 3),
        "area_km2": float(size),
    }


def neighbour_rows(land: Land) -> list[Row]:
    """Rows of ``neighbours``, each pair once."""
    pairs = np.argwhere(np.triu(land.borders) > 0)
    return [
        {"area_a": land.codes[a], "area_b": land.codes[b], "shared_border_km": float(land.borders[a, b])}
        for a, b in pairs
    ]


def population_rows(land: Land) -> list[Row]:
    """Rows of ``population``: two censuses, by sex, age band and residence; totals are sums of their parts.

    Children are counted in the totals and have no rows of their own.
    """
    rng = stream(2)
    rows: list[Row] = []
    split = {land.at(name) for name in names.FORMER_BECAME}
    for day, source in CENSUSES:
        former = np.zeros((2, 2, len(BANDS)), dtype=np.int64)
        for i in land.counted:
            parts = _counted(land, i, first=source == CENSUSES[0][1], rng=rng)
            if source == CENSUSES[0][1] and i in split:
                former += parts
                continue
            tiny = land.codes[i] in [names.CODES[n] for n in TINY]
            rows += _census(land.codes[i], parts, day, source, withheld=tiny and i == land.at(TINY[0]))
        if former.any():
            rows += _census(names.FORMER_CODE, former, day, source, withheld=False)
        rows += _third_sex(day, source, rng)
    return rows


def _counted(land: Land, i: int, *, first: bool, rng: np.random.Generator) -> NDArray[np.int64]:
    """People (sex, residence, band) of one district in one census."""
    total = land.people[i] * (math.exp(-10 * land.growth[i]) if first else 1)
    sex = np.array([land.female[i], 1 - land.female[i]])
    urban = land.urban[i] * (0.93 if first else 1)
    young = land.young[i]
    band = np.array([0.35, young, 0.65 - young])
    shape = sex[:, None, None] * np.array([urban, 1 - urban])[None, :, None] * band[None, None]
    return np.asarray(np.round(total * shape * (1 + rng.normal(0, 0.006, shape.shape))).astype(np.int64))


def _census(area: str, parts: NDArray[np.int64], day: str, source: str, *, withheld: bool) -> Iterator[Row]:
    sexes = {"all": [0, 1], "female": [0], "male": [1]}
    bands = {"all": [0, 1, 2], **{band: [k] for k, band in enumerate(BANDS)}}
    homes = {"all": [0, 1], "urban": [0], "rural": [1]}
    for home, h in homes.items():
        for band, b in bands.items():
            if band == "0-14" or (home != "all" and band == "30+"):
                continue
            for sex, s in sexes.items():
                count: object = int(parts[np.ix_(s, h, b)].sum())
                if withheld and home != "all" and sex != "all":
                    count = "withheld"
                yield {"area": area, "sex": sex, "age_band": band, "residence": home, "people": count,
                       "counted_on": day, "source": source}  # fmt: skip


def _third_sex(day: str, source: str, rng: np.random.Generator) -> Iterator[Row]:
    """Counts too small to be given by district are given by province, and withheld in one."""
    for unit in names.PROVINCES:
        count: object = int(rng.integers(180, 900))
        if unit.code == "XV5":
            count = "withheld"
        yield {"area": unit.code, "sex": "transgender", "age_band": "all", "residence": "all", "people": count,
               "counted_on": day, "source": source}  # fmt: skip
