"""Held-out districts of Pakistan's education surveys, predicted by Fay-Herriot and compared with their own
direct estimates.

Every series (survey, year, indicator, all children or girls or boys) is fitted five times; each time a fifth
of the districts is treated as unsampled. The interval that a held-out direct estimate should fall into has
the variance MSE + psi. Needs the folder `shared` beside the checkout.

    nice -n 10 python benchmarks/education_holdout.py [--write]

`--write` replaces docs/methods/small-area-education.md and its plot.
"""

from __future__ import annotations

import argparse
import csv
import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from jaiza.stats import small_area

ROOT = Path(__file__).resolve().parents[1]
TABLES = ROOT.parent / "shared" / "data" / "tables"
PAGE = ROOT / "docs" / "methods" / "small-area-education.md"
PLOT = PAGE.with_suffix(".svg")
Z90 = 1.6448536
FOLDS, LEAST_DISTRICTS = 5, 30
MODELS = ("province", "province, census, neighbours", "the same and the survey's earlier round")
SHOWN = ("pslm", 2014, "in_school_5_16", "Combined")
Key = tuple[str, int, str, str]


@dataclass(frozen=True)
class Series:
    """One indicator of one survey round, by district."""

    key: Key
    codes: list[str]
    provinces: list[str]
    share: np.ndarray
    se: np.ndarray
    n: np.ndarray


@dataclass(frozen=True)
class Prediction:
    """Held-out districts of one series under one model, all folds together."""

    inside: np.ndarray
    predicted: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    flags: frozenset[str]


def rows(name: str) -> Iterator[dict[str, str]]:
    with (TABLES / name).open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def census() -> dict[str, tuple[float, float, float]]:
    """Population, literacy of all and of women aged 10 and over (census 2023), per district."""
    wanted = ("pop_2023", "literacy10_2023_all", "literacy10_2023_female")
    return {row["pcode"]: tuple(float(row[c]) for c in wanted) for row in rows("areas.csv") if all(row[c] for c in wanted)}


def neighbours() -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows("adjacency.csv"):
        found[row["pcode_a"]].add(row["pcode_b"])
        found[row["pcode_b"]].add(row["pcode_a"])
    return found


def read_series(known: dict[str, tuple[float, float, float]]) -> tuple[dict[Key, Series], int, int]:
    """Return the series of districts that have census figures, the rows read and the rows used."""
    grouped: dict[Key, list[dict[str, str]]] = defaultdict(list)
    read = 0
    for row in rows("education_direct_estimates_with_se.csv"):
        read += 1
        if all(code in known for code in row["pcodes"].split(";")):
            grouped[row["dataset"], int(row["year"]), row["indicator"], row["dimension_levels"]].append(row)
    series = {}
    for key, members in sorted(grouped.items()):
        if len(members) < LEAST_DISTRICTS:
            continue
        share, se, n = (
            np.array([float(row[column]) for row in members])
            for column in ("point_estimate", "standard_error", "sample_size")
        )
        codes = [row["pcodes"] for row in members]
        # Islamabad is one district: no effect of its own can be fitted, so it counts with Punjab
        provinces = [code[:3].replace("PK4", "PK6") for code in codes]
        series[key] = Series(key, codes, provinces, share, se, n)
    return series, read, sum(len(s.codes) for s in series.values())


def census_columns(s: Series, known: dict[str, tuple[float, float, float]]) -> np.ndarray:
    """Literacy of all, and women's less that of all; a district since divided is the mean of its parts."""
    columns = []
    for codes in s.codes:
        people, everyone, women = np.array([known[code] for code in codes.split(";")]).T
        columns.append((np.average(everyone, weights=people), np.average(women - everyone, weights=people)))
    return np.array(columns) / 100.0


def neighbour_means(s: Series, z: np.ndarray, borders: dict[str, set[str]]) -> np.ndarray:
    """Mean of the bordering districts that are sampled; where none is, that of the sampled in the province."""
    place = {code: i for i, codes in enumerate(s.codes) for code in codes.split(";")}
    means = np.empty(z.size)
    for i, codes in enumerate(s.codes):
        own = set(codes.split(";"))
        around = {place[b] for code in own for b in borders[code] - own if b in place} - {i}
        values = [z[j] for j in around if not math.isnan(z[j])]
        if not values:
            values = [v for v, p in zip(z, s.provinces, strict=True) if p == s.provinces[i] and not math.isnan(v)]
        means[i] = np.mean(values)
    return means


def earlier(s: Series, series: dict[Key, Series]) -> np.ndarray | None:
    """The same indicator in the survey's round before, nan for districts that were not in it."""
    survey, year, *rest = s.key
    before = [y for (d, y, *r) in series if d == survey and r == rest and y < year]
    if not before:
        return None
    past = series[(survey, max(before), *rest)]
    found = dict(zip(past.codes, past.share, strict=True))
    return np.array([found.get(code, math.nan) for code in s.codes])


def province_columns(s: Series) -> np.ndarray:
    names = sorted(set(s.provinces))
    return np.array([[p == name for name in names] for p in s.provinces], dtype=float)


def scaled(s: Series) -> tuple[np.ndarray, np.ndarray, bool]:
    """Return the modelled value, its sampling variance and whether the arcsine scale is used.

    The published errors are those of simple random samples, so that the effective size is n - 1.
    """
    if small_area.arcsine_advised(s.share):
        z, psi = small_area.arcsine(s.share, s.n - 1.0)
        return z, psi, True
    return s.share, np.where(s.se > 0, s.se**2, s.share.mean() * (1 - s.share.mean()) / (s.n - 1.0)), False


def back(z: np.ndarray, arcsine: bool) -> np.ndarray:
    return np.sin(np.clip(z, 0.0, np.pi / 2)) ** 2 if arcsine else np.clip(z, 0.0, 1.0)


def hold_out(s: Series, model: int, extra: np.ndarray | None, known: dict, borders: dict) -> Prediction:
    """Predict each fifth of the districts from the other four."""
    z, psi, arcsine = scaled(s)
    fold = np.random.default_rng(0).permutation(z.size) % FOLDS
    centre, spread = np.empty(z.size), np.empty(z.size)
    flags: set[str] = set()
    for k in range(FOLDS):
        y = np.where(fold == k, np.nan, z)
        x = [province_columns(s)]
        if model >= 1:
            x += [census_columns(s, known), neighbour_means(s, y, borders)[:, None]]
        if extra is not None:
            x.append(extra[:, None])
        fit = small_area.fay_herriot(y, np.hstack(x), psi)
        centre[fold == k] = fit.estimate[fold == k]
        spread[fold == k] = np.sqrt(fit.mse[fold == k] + psi[fold == k])
        flags |= set(fit.flags)
    low, high = centre - Z90 * spread, centre + Z90 * spread
    return Prediction((low <= z) & (z <= high), back(centre, arcsine), back(low, arcsine), back(high, arcsine), frozenset(flags))


def with_earlier(s: Series, series: dict[Key, Series]) -> tuple[Series, np.ndarray] | None:
    """The districts that were in the earlier round too, with their share there on the scale of the model."""
    past = earlier(s, series)
    if past is None or (~np.isnan(past)).sum() < LEAST_DISTRICTS:
        return None
    keep = ~np.isnan(past)
    part = Series(
        s.key,
        [c for c, k in zip(s.codes, keep, strict=True) if k],
        [p for p, k in zip(s.provinces, keep, strict=True) if k],
        s.share[keep],
        s.se[keep],
        s.n[keep],
    )
    return part, np.arcsin(np.sqrt(past[keep])) if small_area.arcsine_advised(part.share) else past[keep]


@dataclass(frozen=True)
class Outcome:
    """One series under one model."""

    key: Key
    model: int
    series: Series
    prediction: Prediction

    @property
    def coverage(self) -> float:
        return float(self.prediction.inside.mean())

    @property
    def rmse(self) -> float:
        return float(np.sqrt(np.mean((self.prediction.predicted - self.series.share) ** 2)))


def all_outcomes(series: dict[Key, Series], known: dict, borders: dict) -> list[Outcome]:
    found = []
    for key, s in series.items():
        for model in (0, 1):
            found.append(Outcome(key, model, s, hold_out(s, model, None, known, borders)))
        pair = with_earlier(s, series)
        if pair:
            found.append(Outcome(key, 2, pair[0], hold_out(pair[0], 2, pair[1], known, borders)))
    return found
