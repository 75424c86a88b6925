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
from education_holdout_plot import plot

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
Census = dict[str, tuple[float, float, float]]
Borders = dict[str, set[str]]


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


def census() -> Census:
    """Population, literacy of all and of women aged 10 and over (census 2023), per district."""
    wanted = ("pop_2023", "literacy10_2023_all", "literacy10_2023_female")
    return {
        row["pcode"]: (float(row[wanted[0]]), float(row[wanted[1]]), float(row[wanted[2]]))
        for row in rows("areas.csv")
        if all(row[column] for column in wanted)
    }


def neighbours() -> Borders:
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows("adjacency.csv"):
        found[row["pcode_a"]].add(row["pcode_b"])
        found[row["pcode_b"]].add(row["pcode_a"])
    return found


def read_series(known: Census) -> tuple[dict[Key, Series], int, int]:
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


def census_columns(s: Series, known: Census) -> np.ndarray:
    """Literacy of all, and women's less that of all; a district since divided is the mean of its parts."""
    columns = []
    for codes in s.codes:
        people, everyone, women = np.array([known[code] for code in codes.split(";")]).T
        columns.append((np.average(everyone, weights=people), np.average(women - everyone, weights=people)))
    return np.array(columns) / 100.0


def neighbour_means(s: Series, z: np.ndarray, borders: Borders) -> np.ndarray:
    """Mean of the bordering districts that are sampled; where none is, that of the sampled in the province."""
    place = {code: i for i, codes in enumerate(s.codes) for code in codes.split(";")}
    means = np.empty(z.size)
    for i, codes in enumerate(s.codes):
        own = set(codes.split(";"))
        around = {place[b] for code in own for b in borders[code] - own if b in place} - {i}
        values = [z[j] for j in around if not math.isnan(z[j])]
        if not values:
            values = [
                v for v, p in zip(z, s.provinces, strict=True) if p == s.provinces[i] and not math.isnan(v)
            ]
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


def hold_out(s: Series, model: int, extra: np.ndarray | None, known: Census, borders: Borders) -> Prediction:
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
    return Prediction(
        (low <= z) & (z <= high),
        back(centre, arcsine),
        back(low, arcsine),
        back(high, arcsine),
        frozenset(flags),
    )


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


def all_outcomes(series: dict[Key, Series], known: Census, borders: Borders) -> list[Outcome]:
    found = []
    for key, s in series.items():
        for model in (0, 1):
            found.append(Outcome(key, model, s, hold_out(s, model, None, known, borders)))
        pair = with_earlier(s, series)
        if pair:
            found.append(Outcome(key, 2, pair[0], hold_out(pair[0], 2, pair[1], known, borders)))
    return found


@dataclass(frozen=True)
class Steadied:
    """A thin survey before and after Fay-Herriot, against a larger survey of the same year."""

    design_effect: float
    districts: int
    direct: float
    """Root mean squared difference of the thin direct estimates, over all its series."""
    modelled: float
    shrinkage: float
    """Mean weight of the direct estimate."""


def steadied(series: dict[Key, Series], known: Census, borders: Borders, design_effect: float) -> Steadied:
    """DHS 2012, a small sample in each district, held against PSLM 2012, a large one."""
    direct, modelled, weight = [], [], []
    for key, thin in series.items():
        thick = series.get(("pslm", 2012, *key[2:]))
        if key[:2] != ("dhs", 2012) or thick is None:
            continue
        z, psi = small_area.arcsine(thin.share, (thin.n - 1.0) / design_effect)
        x = [province_columns(thin), census_columns(thin, known), neighbour_means(thin, z, borders)[:, None]]
        fit = small_area.fay_herriot(z, np.hstack(x), psi)
        share, _ = small_area.from_arcsine(fit.estimate, fit.mse)
        other = dict(zip(thick.codes, thick.share, strict=True))
        both = [i for i, code in enumerate(thin.codes) if code in other]
        target = np.array([other[thin.codes[i]] for i in both])
        direct.append(thin.share[both] - target)
        modelled.append(share[both] - target)
        weight.append(fit.shrinkage[both])
    pooled = [float(np.sqrt(np.mean(np.concatenate(parts) ** 2))) for parts in (direct, modelled)]
    return Steadied(design_effect, len(direct[0]), *pooled, float(np.mean(np.concatenate(weight))))


def simple_error_ratio(series: dict[Key, Series]) -> tuple[float, float]:
    """Fifth and ninety-fifth percentile of published variance over p (1 - p) / (n - 1)."""
    ratios = []
    for s in series.values():
        simple = s.share * (1.0 - s.share) / (s.n - 1.0)
        seen = (s.se > 0) & (simple > 0)
        ratios.append(s.se[seen] ** 2 / simple[seen])
    low, high = np.quantile(np.concatenate(ratios), [0.05, 0.95])
    return float(low), float(high)


def outcome_table(outcomes: list[Outcome]) -> str:
    lines = [
        "| survey | covariates | series | coverage, % | series inside 80 to 97 % | error | spread | noise |"
    ]
    lines.append("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for survey in ("pslm", "aser", "mics", "dhs"):
        for model, name in enumerate(MODELS):
            these = [o for o in outcomes if o.key[0] == survey and o.model == model]
            if not these:
                continue
            hits = np.concatenate([o.prediction.inside for o in these])
            usual = np.mean([0.8 <= o.coverage <= 0.97 for o in these])
            error, spread, noise = (
                100 * np.mean(values)
                for values in (
                    [o.rmse for o in these],
                    [o.series.share.std() for o in these],
                    [np.sqrt(np.mean(o.series.se**2)) for o in these],
                )
            )
            lines.append(
                f"| {survey.upper()} | {name} | {len(these)} | {100 * hits.mean():.1f} | {100 * usual:.0f} % "
                f"| {error:.1f} | {spread:.1f} | {noise:.1f} |"
            )
    return "\n".join(lines)


def steadied_table(cases: list[Steadied]) -> str:
    lines = [
        "| design effect assumed | weight of the direct estimate | direct | Fay-Herriot |",
        "| ---: | ---: | ---: | ---: |",
    ]
    lines += [
        f"| {c.design_effect:g} | {c.shrinkage:.2f} | {100 * c.direct:.1f} | {100 * c.modelled:.1f} |"
        for c in cases
    ]
    return "\n".join(lines)


def page(
    series: dict[Key, Series], read: int, used: int, outcomes: list[Outcome], cases: list[Steadied]
) -> str:
    low, high = simple_error_ratio(series)
    hits = [np.concatenate([o.prediction.inside for o in outcomes if o.model == m]) for m in range(3)]
    predictions = sum(h.size for h in hits)
    asked = {name: np.median(series[name, 2012, "in_school_5_16", "Combined"].n) for name in ("dhs", "pslm")}
    return f"""# Small areas: held-out districts of the education surveys

Written by `benchmarks/education_holdout.py --write`; rerun it to replace this page and its plot. Data: World
Bank, Pakistan Education Depot (MIT): district estimates with published standard errors from PSLM 2004-2014,
ASER 2012-2019, MICS 2011-2017 and DHS 2012-2017. Of {read:,} estimates {used:,} are used: {len(series)} series
(survey, year, indicator, all children or girls or boys) of at least {LEAST_DISTRICTS} districts with census
figures. Azad Kashmir and Gilgit-Baltistan have none and are left out.

Each series is fitted five times, each time with a fifth of its districts treated as unsampled, and those are
predicted: {predictions:,} predictions over three sets of covariates. Shares are modelled on the arcsine scale
wherever one lies below .1 or above .9 (methods G2).

## Coverage and error

![Held-out predictions against direct estimates, and coverage by series](small-area-education.svg)

*Coverage*: held-out direct estimates inside the interval of variance MSE + psi, which should hold 90 %.
*Error*: root mean squared difference between prediction and direct estimate, in percentage points, mean over
series. *Spread*: standard deviation of the direct estimates between districts, which is the error of predicting
the mean everywhere. *Noise*: the published standard error, below which no prediction can come.

{outcome_table(outcomes)}

Over all, {", ".join(f"{100 * h.mean():.1f} %" for h in hits)} with the three sets of covariates. A prediction
for a district where nobody asked is honest about its width, and the width is large: it tells provinces and
neighbourhoods apart, seldom one district from the next. The right-hand panel takes for each series the richest
set of covariates that it has. Districts without a sample are drawn hatched on maps.

## The published errors are too small

The published variance equals p(1 - p)/(n - 1), that of a simple random sample, in every survey (the ratio runs
from {low:.4f} to {high:.4f} between its 5th and 95th percentile), although all four are clustered, weighted
samples. Coverage of held-out districts does not suffer: what clustering adds is taken for differences between
districts, and sigma^2 grows by it. For districts that *were* sampled the direct estimate gets too much weight
and the MSE is too small. With these data, intervals of sampled districts must be called too narrow by an
unknown amount.

## A thin survey against a large one

Of children aged 5 to 16, DHS 2012 has a median of {asked["dhs"]:,.0f} in a district, PSLM 2012 of
{asked["pslm"]:,.0f} in the same year. Root mean squared
difference from PSLM in percentage points, over {cases[0].districts} districts in both and every indicator they
share, all children, girls and boys. The covariates are those of the second set above and use nothing of PSLM.

{steadied_table(cases)}

A design effect above 1 is an assumption, not an estimate: these files cannot tell it. The two surveys also
differ in questions and season, which no model of one of them can remove.

## What this does not show

The truth is not known, only each survey's own estimate of it. Census 2023 literacy is later than every survey
here: it stands for any good census covariate, and a study of the past could not have used it. The neighbours'
mean is made of the same estimates that are modelled; its own error is not in the MSE.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--write", action="store_true", help=f"replace docs/methods/{PAGE.name} and its plot")
    arguments = parser.parse_args()
    if not TABLES.is_dir():
        raise SystemExit("The shared data are not beside the checkout: shared/data/tables is needed.")
    known, borders = census(), neighbours()
    series, read, used = read_series(known)
    outcomes = all_outcomes(series, known, borders)
    cases = [steadied(series, known, borders, effect) for effect in (1.0, 2.0, 4.0)]
    text = page(series, read, used, outcomes, cases)
    if arguments.write:
        PAGE.parent.mkdir(parents=True, exist_ok=True)
        PAGE.write_text(text, encoding="utf-8")
        shown = next(o for o in outcomes if o.key == SHOWN and o.model == 1)
        richest = {o.key: o.coverage for o in outcomes}  # models come in rising order
        title = f"In school at 5 to 16, {SHOWN[0].upper()} {SHOWN[1]}"
        drawing = plot(title, shown.prediction, shown.series.share, np.array(list(richest.values())))
        PLOT.write_text(drawing, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
