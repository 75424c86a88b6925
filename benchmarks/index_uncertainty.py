"""Time and memory of a composite index under uncertainty: streamed in chunks, and all at once in NumPy.

160 areas, 15 indicators; data, weights and the way of adding up differ in every draw. Each case runs in a
process of its own, so that its peak memory is its own. Prints one row per case, with ratios against the
plain computation of the same draws.

    python benchmarks/index_uncertainty.py [--draws 1000 10000 100000]
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from jaiza.stats import index

AREAS, INDICATORS, TOP, CHUNK = 160, 15, 10, 250
LEVELS = (0.05, 0.5, 0.95)
PLAIN_LIMIT = 20_000  # beyond this the plain arrays would need several gigabytes


@dataclass(frozen=True)
class Run:
    seconds: float
    peak_mb: float
    quantiles: np.ndarray
    top: np.ndarray


def observed() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    return rng.uniform(5.0, 95.0, (AREAS, INDICATORS)), rng.uniform(1.0, 8.0, (AREAS, INDICATORS))


def streamed(draws: int) -> tuple[np.ndarray, np.ndarray]:
    """Through jaiza.stats.index, a chunk of draws at a time."""
    mean, error = observed()
    rng = np.random.default_rng(2)

    def chunks() -> Iterator[np.ndarray]:
        for start in range(0, draws, CHUNK):
            size = min(CHUNK, draws - start)
            data = rng.standard_normal((size, AREAS, INDICATORS))
            data *= error
            data += mean
            weights = rng.dirichlet(np.full(INDICATORS, 2.0), size)
            z = index.normalise(data, 0.0, 100.0)
            geometric = rng.random(size) < 0.5
            values = np.empty((size, AREAS))
            values[geometric] = index.aggregate(z[geometric], weights[geometric], "geometric")
            values[~geometric] = index.aggregate(z[~geometric], weights[~geometric], "arithmetic")
            yield values

    spread = index.index_quantiles(chunks(), TOP, LEVELS)
    return spread.quantiles, spread.top


def plain(draws: int) -> tuple[np.ndarray, np.ndarray]:
    """The same index in plain NumPy and SciPy, every draw held at once."""
    mean, error = observed()
    rng = np.random.default_rng(2)
    data = mean + error * rng.standard_normal((draws, AREAS, INDICATORS))
    weights = rng.dirichlet(np.full(INDICATORS, 2.0), draws)[:, None, :]
    z = 0.01 + 0.99 * np.clip(data / 100.0, 0.0, 1.0)
    geometric = rng.random((draws, 1)) < 0.5
    both = np.exp((weights * np.log(z)).sum(axis=2)), (weights * z).sum(axis=2)
    values = np.where(geometric, *both)
    ranks = rankdata(-values, axis=1)
    return np.quantile(values, LEVELS, axis=0), (ranks <= TOP).mean(axis=0)


def measure(name: str, draws: int) -> Run:
    case = {"streamed": streamed, "plain": plain}[name]
    start = time.perf_counter()
    quantiles, top = case(draws)
    seconds = time.perf_counter() - start
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return Run(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit, quantiles, top)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    sizes: list[int] = parser.parse_args().draws
    print(f"{AREAS} areas x {INDICATORS} indicators; peak memory includes the interpreter and its libraries")
    print(f"{'draws':>8} {'way':>9} {'seconds':>8} {'peak MB':>8} {'time ratio':>11} {'memory ratio':>13}")
    # A fresh process per case: the peak of a process never falls again.
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        for draws in sizes:
            fast = pool.apply(measure, ("streamed", draws))
            print(f"{draws:8d} {'streamed':>9} {fast.seconds:8.2f} {fast.peak_mb:8.0f} {1:11.2f} {1:13.2f}")
            if draws > PLAIN_LIMIT:
                print(f"{draws:8d} {'plain':>9}  not run: needs over {plain_gigabytes(draws):.0f} GB")
                continue
            slow = pool.apply(measure, ("plain", draws))
            print(
                f"{draws:8d} {'plain':>9} {slow.seconds:8.2f} {slow.peak_mb:8.0f}"
                f" {slow.seconds / fast.seconds:11.2f} {slow.peak_mb / fast.peak_mb:13.2f}"
            )
            quantile = np.abs(fast.quantiles - slow.quantiles).max()
            share = np.abs(fast.top - slow.top).max()
            print(
                f"{'':8} largest difference, other draws: quantile {quantile:.4f}, P(top {TOP}) {share:.4f}"
            )


def plain_gigabytes(draws: int) -> float:
    return 3 * draws * AREAS * INDICATORS * 8 / 1e9


if __name__ == "__main__":
    main()
