"""What moves the ranks of need in the Pakistan pack: Sobol indices of the mean absolute rank shift (methods B8).

Six factors: the half-life of events, the share taken from neighbours, goalposts or ranks, the geometric or the
arithmetic mean, the draw of the weights, the draw of the data.

    nice -n 10 python benchmarks/need_sensitivity.py [--n 1024] [--round 2022-01-01] [--write]

`--write` replaces docs/methods/need-sensitivity.md.
"""

from __future__ import annotations

import argparse
import datetime as dt
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

import jaiza
from jaiza.build import read_study
from jaiza.framework import Framework, read
from jaiza.gaps.need.parts import parts_of_need
from jaiza.gaps.need.sensitivity_of_ranks import FACTORS, RankShift, rank_shift, sensitivity_of_ranks
from jaiza.gaps.need.uncertainty import drawn_choices, draws_of_need, reference_choices
from jaiza.places.scope import scope
from jaiza.records.tables_of_study import Tables
from jaiza.stats import ranks
from jaiza.stats.sensitivity import SobolIndices

PACK = Path(jaiza.__file__).parent / "packs" / "pakistan"
PAGE = Path(__file__).resolve().parents[1] / "docs" / "methods" / "need-sensitivity.md"
POOL, SEED, ALONE = 1024, 0, 4096
NAMES = {
    "half_life": "half-life of events (12, 24 or 36 months)",
    "spillover": "share taken from neighbours (0 to .4)",
    "normalisation": "goalposts or ranks",
    "aggregation": "geometric or arithmetic mean",
    "weights": "weights (Dirichlet, 30 w)",
    "data": "data (deaths, places, rates, errors of surveys)",
}


def shift_of(framework: Framework, as_of: dt.date) -> RankShift:
    """The rank shift of one round of the pack."""
    tables = Tables(read_study(PACK / "data", framework, today=as_of + dt.timedelta(days=3650)).tables)
    parts = parts_of_need(tables, framework, scope(tables.rows("areas")), as_of)
    return rank_shift(parts, framework, pool=POOL, seed=SEED)


def alone(shift: RankShift, framework: Framework) -> list[float]:
    """Places an area moves on average when one factor varies and all others stay at the point.

    The two choices with two options are set to the option that the point does not take.
    """
    rng = np.random.default_rng(SEED)
    fixed = reference_choices(framework, shift.parts.weights, ALONE)
    drawn = drawn_choices(framework, shift.parts.weights, ALONE, rng)
    changed = [
        replace(fixed, half_life=drawn.half_life),
        replace(fixed, spillover=drawn.spillover),
        replace(fixed, by_rank=~fixed.by_rank),
        replace(fixed, arithmetic=~fixed.arithmetic),
        replace(fixed, weights=drawn.weights),
    ]
    need = [draws_of_need(shift.parts, choices, rng=None) for choices in changed]
    need.append(draws_of_need(shift.parts, fixed, rng=rng))
    return [float(ranks.rank_shift(x[:, shift.parts.known], shift.reference).mean()) for x in need]


def page(shift: RankShift, framework: Framework, found: SobolIndices, n: int, as_of: dt.date) -> str:
    """The page: what was done, one table, and how to read it."""
    rng = np.random.default_rng(SEED + 1)
    moved = shift(rng.random((ALONE, len(FACTORS))))
    low, high = np.quantile(moved, [0.05, 0.95])
    order = np.argsort(-found.total)
    rows = [
        f"| {NAMES[FACTORS[i]]} | {_share(found.first[i], found.first_interval[:, i])} | "
        f"{_share(found.total[i], found.total_interval[:, i])} |"
        for i in order
    ]
    return "\n".join(
        [
            "# What moves the ranks of need",
            "",
            "Written by `benchmarks/need_sensitivity.py --write`; rerun it to replace this page. Data: the built-in study of",
            f"Pakistan, round {as_of.isoformat()}, {int(shift.parts.known.sum())} districts with an estimate.",
            "",
            "Six factors vary at once, each over what methods B7 allows. The result is the mean absolute rank shift: how many",
            "places a district moves on average against its rank at the point. *First* is the share of the variance of that",
            "result which a factor explains alone, *total* the share that would go if the factor were fixed, its interactions",
            f"included (Saltelli and Jansen estimators, N = {n}, {n * (len(FACTORS) + 2)} evaluations, scrambled Sobol",
            f"sequence, 90 % bootstrap intervals). Weights and data are picked from {POOL} draws made beforehand.",
            "",
            "| factor | first | total |",
            "| --- | ---: | ---: |",
            *rows,
            "",
            f"Over all factors a district moves {moved.mean():.1f} places on average, with 90 % of draws between {low:.1f} and",
            f"{high:.1f}. A negative first-order share is simulation error around nothing.",
            "",
            "The shares are of the *variation* of the rank shift: a factor that moves the ranks by about as much whatever its",
            "draw has a small share and still moves them. The second table therefore gives how far districts move when one",
            "factor alone leaves the point: drawn anew, or, where there are two options, set to the other one.",
            "",
            "| factor | places moved on average |",
            "| --- | ---: |",
            *[f"| {NAMES[f]} | {x:.1f} |" for f, x in zip(FACTORS, alone(shift, framework), strict=True)],
            "",
        ]
    )


def _share(value: float, interval: np.ndarray) -> str:
    return f"{value:.3f} ({interval[0]:.3f} to {interval[1]:.3f})"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--n", type=int, default=1024)
    parser.add_argument("--round", type=dt.date.fromisoformat, default=dt.date(2022, 1, 1))
    parser.add_argument("--write", action="store_true")
    chosen = parser.parse_args()
    framework = read(PACK / "framework.toml")
    shift = shift_of(framework, chosen.round)
    start = time.perf_counter()
    found = sensitivity_of_ranks(shift, chosen.n, np.random.default_rng(SEED))
    seconds = time.perf_counter() - start
    text = page(shift, framework, found, chosen.n, chosen.round)
    print(text)
    print(f"{chosen.n * (len(FACTORS) + 2)} evaluations in {seconds:.1f} s")
    if chosen.write:
        PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
