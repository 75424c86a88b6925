"""Coverage and error of small-area estimates over simulated surveys, and the time of MRP.

Part 1 draws area estimates straight from the Fay-Herriot model, or from departures from it. Part 2 draws
people: census cells, respondents in clusters, answers; the same survey goes to the direct estimate, to
Fay-Herriot on the arcsine scale and to MRP. Coverage is the share of areas, over all sets, whose true share
lies inside the 90 % interval; the aim is 87 to 93 %. The error is the root mean squared error of the areas
with respondents, as a ratio to the direct estimate.

    nice -n 10 python benchmarks/small_area_coverage.py [--sets 200] [--write]

`--write` replaces docs/methods/small-area-simulation.md.
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.random import Generator
from scipy.special import expit

from jaiza.stats import small_area, survey

PAGE = Path(__file__).resolve().parents[1] / "docs" / "methods" / "small-area-simulation.md"
Z90 = 1.6448536
GROUPS = np.array(list(itertools.product(range(10), range(4))))  # age x sex, education
AREAS, DRAWS = 80, 600
LOW, HIGH = 0.87, 0.93
Case = TypeVar("Case")


@dataclass
class Tally:
    """Hits and squared errors added up over sets."""

    inside: list[np.ndarray] = field(default_factory=list)
    errors: list[np.ndarray] = field(default_factory=list)
    width: list[float] = field(default_factory=list)

    def add(self, lower: np.ndarray, upper: np.ndarray, estimate: np.ndarray, truth: np.ndarray) -> None:
        self.inside.append((lower <= truth) & (truth <= upper))
        self.errors.append(estimate - truth)
        self.width.append(float(np.mean(upper - lower)))

    @property
    def coverage(self) -> float:
        return float(np.mean(np.concatenate(self.inside)))

    @property
    def coverage_error(self) -> float:
        """Standard error of the coverage, sets being independent and areas of one set not."""
        per_set = [hits.mean() for hits in self.inside if hits.size]
        return float(np.std(per_set, ddof=1) / np.sqrt(len(per_set)))

    @property
    def rmse(self) -> float:
        return float(np.sqrt(np.mean(np.concatenate(self.errors) ** 2)))


# Part 1: area level


@dataclass(frozen=True)
class AreaCase:
    name: str
    areas: int = 60
    variance: float = 0.01
    """Variance of the area effects; the sampling variances run from .003 to .03."""
    shape: str = "linear"
    effects: str = "normal"
    estimated: bool = False
    """Sampling variances from 8 clusters each, smoothed, instead of known."""


AREA_CASES = [
    AreaCase("as the model assumes, 60 areas"),
    AreaCase("160 areas", areas=160),
    AreaCase("20 areas", areas=20),
    AreaCase("little left to explain (variance .001)", variance=0.001),
    AreaCase("sampling variances estimated from 8 clusters, smoothed", estimated=True),
    AreaCase("misspecified covariate: square and step, line fitted", shape="bent"),
    AreaCase("skewed area effects (exponential)", effects="skewed"),
]


def area_set(case: AreaCase, rng: Generator, tallies: dict[str, Tally]) -> None:
    x = np.column_stack([np.ones(case.areas), rng.normal(size=(case.areas, 2))])
    line = x @ [0.5, 0.08, -0.05]
    if case.shape == "bent":
        line = 0.45 + 0.05 * x[:, 1] ** 2 + 0.12 * (x[:, 2] > 0.5)
    spread = np.sqrt(case.variance)
    pulls = rng.exponential(1, case.areas) - 1 if case.effects == "skewed" else rng.normal(size=case.areas)
    truth = line + spread * pulls
    n = rng.uniform(8, 80, case.areas)
    psi = 0.24 / n
    y = truth + rng.normal(0, np.sqrt(psi))
    used = psi
    if case.estimated:
        used = small_area.smooth_variances(psi * rng.chisquare(7, case.areas) / 7, n)
    open_ = np.arange(case.areas) >= case.areas // 10
    fit = small_area.fay_herriot(np.where(open_, y, np.nan), x, used)
    low, high = fit.estimate - Z90 * fit.se, fit.estimate + Z90 * fit.se
    for name, rows in (("sampled", open_), ("unsampled", ~open_)):
        tallies[name].add(low[rows], high[rows], fit.estimate[rows], truth[rows])
    half = Z90 * np.sqrt(used[open_])
    tallies["direct"].add(y[open_] - half, y[open_] + half, y[open_], truth[open_])


# Part 2: people


@dataclass(frozen=True)
class PeopleCase:
    name: str
    informative: bool = False
    """Those who answer 1 are twice as likely to be drawn; weights know it."""
    weighted: bool = True
    shape: str = "linear"
    clustered: bool = False
    """Clusters of 8 with effects of standard deviation .7 on the logit scale."""
    allowed: bool = True
    """The clustering effect is measured and handed on."""


PEOPLE_CASES = [
    PeopleCase("as the model assumes"),
    PeopleCase("informative sample, weights used", informative=True),
    PeopleCase("informative sample, weights ignored", informative=True, weighted=False),
    PeopleCase("misspecified covariate: square and step, line fitted", shape="bent"),
    PeopleCase("clustered sample, allowed for", clustered=True),
    PeopleCase("clustered sample, ignored", clustered=True, allowed=False),
]


@dataclass(frozen=True)
class Survey:
    y: np.ndarray
    weights: np.ndarray
    groups: np.ndarray
    area: np.ndarray
    psu: np.ndarray
    cells: np.ndarray
    x: np.ndarray
    truth: np.ndarray


def draw_survey(case: PeopleCase, rng: Generator, areas: int = AREAS, answers: int | None = None) -> Survey:
    """A tenth of the areas, the first ones, have no respondent; the others have 10 to 120."""
    x = np.column_stack([np.ones(areas), rng.normal(size=areas)])
    logit = 0.4 * x[:, 1] - 0.3
    if case.shape == "bent":
        logit = -0.6 + 0.3 * x[:, 1] ** 2 + 0.6 * (x[:, 1] > 0.5)
    logit = logit + rng.normal(0, 0.35, areas)
    kinds = len(GROUPS)
    by_group = rng.normal(0, 0.3, 10)[GROUPS[:, 0]] + rng.normal(0, 0.3, 4)[GROUPS[:, 1]]
    shares = rng.dirichlet(np.full(kinds, 3.0), areas)
    p = expit(logit[:, None] + by_group)
    people = rng.integers(50_000, 1_000_000, areas)[:, None] * shares
    first = areas // 10
    if answers is None:
        sizes = 8 * rng.integers(1, 16, areas - first)
    else:
        sizes = rng.multinomial(answers, np.full(areas - first, 1 / (areas - first)))
    area = np.repeat(np.arange(first, areas), sizes)
    within = np.concatenate([np.arange(size) for size in sizes])
    psu = np.unique(np.column_stack([area, within // 8]), axis=0, return_inverse=True)[1].reshape(-1)
    kind = (rng.random(area.size)[:, None] > np.cumsum(shares, axis=1)[area]).sum(axis=1).clip(max=kinds - 1)
    chance = p[area, kind]
    truth = np.sum(people * p, axis=1) / people.sum(axis=1)
    if case.clustered:
        nodes, node_weights = np.polynomial.hermite_e.hermegauss(15)
        mixed = (
            expit(logit[:, None, None] + by_group[:, None] + 0.7 * nodes) @ node_weights / node_weights.sum()
        )
        truth = np.sum(people * mixed, axis=1) / people.sum(axis=1)
        chance = expit(logit[area] + by_group[kind] + 0.7 * rng.normal(size=psu.max() + 1)[psu])
    weights = np.ones(area.size)
    if case.informative:
        # twice the chance of being drawn for a 1: Bayes' rule gives the chance of a 1 among those drawn
        chance = 2 * chance / (1 + chance)
    y = (rng.random(area.size) < chance).astype(float)
    if case.informative:
        weights = np.where(y == 1, 0.5, 1.0) * rng.uniform(0.9, 1.1, y.size)
    cells = np.column_stack(
        [np.repeat(np.arange(areas), kinds), np.tile(GROUPS, (areas, 1)), people.reshape(-1)]
    )
    return Survey(y, weights, GROUPS[kind], area, psu, cells, x, truth)


def people_set(case: PeopleCase, rng: Generator, tallies: dict[str, Tally]) -> None:
    s = draw_survey(case, rng)
    weights = s.weights if case.weighted else np.ones(s.y.size)
    means = survey.area_means(s.y, weights, s.area, s.psu if case.allowed else None)
    effect = survey.clustering_effect(means)
    rows = means.areas.astype(int)
    share, n_eff = np.full(s.truth.size, np.nan), np.full(s.truth.size, np.nan)
    share[rows], n_eff[rows] = means.estimate, means.n_eff / effect

    z, psi = small_area.arcsine(share, n_eff)
    fit = small_area.fay_herriot(z, s.x, psi)
    centre, _ = small_area.from_arcsine(fit.estimate, fit.mse)
    ends = [np.sin(np.clip(fit.estimate + sign * Z90 * fit.se, 0, np.pi / 2)) ** 2 for sign in (-1, 1)]
    mrp = small_area.mrp(s.y, weights, s.groups, s.area, s.cells, s.x, rng, DRAWS, design_effect=effect)
    quantiles = np.quantile(mrp.draws, [0.05, 0.95], axis=0)
    open_ = np.isin(np.arange(s.truth.size), rows)
    for name, inside in (("sampled", open_), ("unsampled", ~open_)):
        truth = s.truth[inside]
        tallies[f"FH {name}"].add(ends[0][inside], ends[1][inside], centre[inside], truth)
        tallies[f"MRP {name}"].add(quantiles[0][inside], quantiles[1][inside], mrp.estimate[inside], truth)
    half = Z90 * np.sqrt(means.variance)
    two = ~np.isnan(half)  # an area with one cluster has no direct interval
    tallies["direct"].add(
        (means.estimate - half)[two], (means.estimate + half)[two], means.estimate[two], s.truth[rows][two]
    )
    tallies["direct all"].add(means.estimate, means.estimate, means.estimate, s.truth[rows])


def run(
    cases: list[Case], one: Callable[[Case, Generator, dict[str, Tally]], None], names: list[str], sets: int
) -> list[dict[str, Tally]]:
    """One dict of tallies per case; set k of case c has the seed (c, k), so more sets extend fewer."""
    results = []
    for number, case in enumerate(cases):
        tallies = {name: Tally() for name in names}
        for k in range(sets):
            one(case, np.random.default_rng([number, k]), tallies)
        results.append(tallies)
    return results


def mrp_seconds() -> list[float]:
    """Seconds of five runs on 12,000 respondents and 160 areas, 2,000 draws."""
    s = draw_survey(PeopleCase("timing"), np.random.default_rng(0), areas=160, answers=12_000)
    seconds = []
    for seed in range(5):
        start = time.perf_counter()
        small_area.mrp(s.y, None, s.groups, s.area, s.cells, s.x, np.random.default_rng(seed), 2000)
        seconds.append(time.perf_counter() - start)
    return seconds


def shown(tally: Tally) -> str:
    mark = "" if LOW <= tally.coverage <= HIGH else " (outside)"
    return f"{100 * tally.coverage:.1f} ± {100 * tally.coverage_error:.1f}{mark}"


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def area_table(results: list[dict[str, Tally]]) -> str:
    rows = [
        [case.name, shown(t["sampled"]), shown(t["unsampled"]), f"{t['sampled'].rmse / t['direct'].rmse:.2f}"]
        for case, t in zip(AREA_CASES, results, strict=True)
    ]
    return table(["Area estimates", "FH, sampled", "FH, unsampled", "error, FH / direct"], rows)


def people_table(results: list[dict[str, Tally]]) -> str:
    rows = []
    for case, t in zip(PEOPLE_CASES, results, strict=True):
        rows.append(
            [
                case.name,
                *(shown(t[f"{kind} {part}"]) for kind in ("FH", "MRP") for part in ("sampled", "unsampled")),
            ]
            + [shown(t["direct"])]
            + [f"{t[f'{kind} sampled'].rmse / t['direct all'].rmse:.2f}" for kind in ("FH", "MRP")]
        )
    head = ["People", "FH, sampled", "FH, unsampled", "MRP, sampled", "MRP, unsampled", "direct"]
    return table([*head, "error, FH / direct", "error, MRP / direct"], rows)


def outside(area: list[dict[str, Tally]], people: list[dict[str, Tally]]) -> str:
    """Every coverage outside the aim, one line each."""
    cases = [(case.name, t) for case, t in zip(AREA_CASES, area, strict=True)]
    cases += [(f"people, {case.name}", t) for case, t in zip(PEOPLE_CASES, people, strict=True)]
    lines = [
        f"- {name}: {part}, {100 * t[part].coverage:.1f} %"
        for name, t in cases
        for part in t
        if not part.startswith("direct") and not LOW <= t[part].coverage <= HIGH
    ]
    return "\n".join(lines) or "None."


def page(
    sets: int, area: list[dict[str, Tally]], people: list[dict[str, Tally]], seconds: list[float]
) -> str:
    return f"""# Small areas: what simulation says

Written by `benchmarks/small_area_coverage.py --sets {sets} --write`; rerun it to replace this page. {sets}
simulated sets for each row. Coverage is the share of areas, over all sets, whose true value lies inside the
90 % interval, in per cent, with its simulation error; the aim is 87 to 93. *Outside* marks what misses it. A
tenth of the areas have no sample. The last columns give the root mean squared error of sampled areas as a
ratio to that of the direct estimate: below 1 is a gain.

## Area estimates drawn from the model, and from departures

60 areas unless said, two covariates, variance of area effects .01, sampling variances .003 to .03.

{area_table(area)}

## People drawn, asked in clusters, then estimated in three ways

{AREAS} areas, 10 age × sex groups, 4 levels of education, 8 to 120 answers in each sampled area. Fay-Herriot
(FH) works on the arcsine scale, with effective sizes that allow for weights and clusters; its census is not
known, so it cannot correct who happened to be asked. MRP has the census cells. *Informative*: people whose
answer is 1 are twice as likely to be drawn, and the weights say so. *Misspecified*: the truth follows a square
and a step, a straight line is fitted. *Clustered*: clusters of 8 people differ with a standard deviation of .7
on the logit scale.

{people_table(people)}

## Where coverage misses the aim

{outside(area, people)}

A miss of less than twice its simulation error cannot be told from a hit. What to expect, and why:

- Weights ignored in an informative sample bias every estimate alike: no model mends that, and no interval
  shows it.
- Clusters ignored make sampled areas look surer than they are. Areas without a sample come out too wide,
  because noise between clusters is taken for differences between areas.
- With few areas the interval of an unsampled area is too narrow: its mean squared error, sigma^2 + x'Qx, holds
  nothing for the error of sigma^2 itself.
- A misspecified covariate costs accuracy and hardly any coverage: the area effects take up what the line
  misses.
- Direct intervals are normal ones from the few clusters of one area, which cover too little; the models borrow
  the size of the error from all areas.

## Time

MRP on 12,000 respondents in 160 areas with 2,000 draws: median {np.median(seconds):.2f} s, slowest
{max(seconds):.2f} s of {len(seconds)} runs on one core.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sets", type=int, default=200, help="simulated sets per row")
    parser.add_argument("--write", action="store_true", help=f"replace docs/methods/{PAGE.name}")
    arguments = parser.parse_args()
    seconds = mrp_seconds()
    area = run(AREA_CASES, area_set, ["sampled", "unsampled", "direct"], arguments.sets)
    names = ["FH sampled", "FH unsampled", "MRP sampled", "MRP unsampled", "direct", "direct all"]
    people = run(PEOPLE_CASES, people_set, names, arguments.sets)
    text = page(arguments.sets, area, people, seconds)
    if arguments.write:
        PAGE.parent.mkdir(parents=True, exist_ok=True)
        PAGE.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
