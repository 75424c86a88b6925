"""Variance-based sensitivity: which choice or input moves a result most.

Estimate: first-order indices after Saltelli et al. (2010), total indices after Jansen (1999), from a
          scrambled Sobol sequence.
Assumes:  independent inputs, uniform within their bounds.
Source:   Saltelli et al. (2010), Computer Physics Communications 181(2); methods B8.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike, NDArray
from scipy.stats import qmc

from jaiza.stats.arguments import FloatArray, reals

LEAST_POINTS = 1024
"""Fewest base points accepted (methods B8)."""


@dataclass(frozen=True)
class SobolIndices:
    """Shares of the variance of a result; nan throughout when `undefined`."""

    first: FloatArray
    """Share explained by each factor alone (factors,)."""
    total: FloatArray
    """Share lost if each factor were fixed, its interactions included (factors,)."""
    first_interval: FloatArray
    """Lower and upper bootstrap limits (2, factors)."""
    total_interval: FloatArray
    """Lower and upper bootstrap limits (2, factors)."""
    variance: float
    """Variance V of the result."""
    undefined: bool
    """True when the result does not vary, so that there is no variance to share out."""


def sobol(
    function: Callable[[FloatArray], ArrayLike],
    bounds: ArrayLike,
    n: int,
    rng: Generator,
    *,
    level: float = 0.9,
    resamples: int = 500,
) -> SobolIndices:
    """Return first-order and total Sobol indices of `function` over a box (methods B8).

    With A and B two sample matrices and AB_i = A with column i from B:
    first = mean(f_B (f_AB_i - f_A)) / V, total = mean((f_A - f_AB_i)^2) / (2 V), V the variance of
    (f_A, f_B), f centred on their mean. It costs n (factors + 2) evaluations.

    function: takes all points as (points, factors) and returns (points,); a function of one point
    (factors,) that returns one number is called point by point. bounds: (factors, 2), low below high; a
    factor with a few options takes U(0, 1) and cuts it into equal parts. n: base points, a power of two of
    at least 1024, as the sequence is only balanced then. level: of the intervals, percentiles of
    `resamples` bootstrap samples of the points.

    Raises ValueError on other arguments or results that are not finite numbers.
    """
    box = reals(bounds, "bounds", dimensions=(2,))
    if box.shape[0] == 0 or box.shape[1] != 2 or (box[:, 0] >= box[:, 1]).any():
        raise ValueError(f"bounds: expected (factors, 2) with low below high, got {box.tolist()}")
    if n < LEAST_POINTS or n & (n - 1):
        raise ValueError(f"n: expected a power of two of at least {LEAST_POINTS}, got {n}")
    if not 0.0 < level < 1.0 or resamples < 1:
        raise ValueError(
            f"level, resamples: expected 0 < level < 1 and resamples > 0, got {level}, {resamples}"
        )
    factors = len(box)
    unit = qmc.Sobol(d=2 * factors, rng=rng).random(n)
    points = box[:, 0] + unit.reshape(n, 2, factors) * (box[:, 1] - box[:, 0])
    first_points, second_points = points[:, 0], points[:, 1]
    f_a = _evaluate(function, first_points)
    f_b = _evaluate(function, second_points)
    f_ab = np.empty((factors, n))
    for factor in range(factors):
        mixed = first_points.copy()
        mixed[:, factor] = second_points[:, factor]
        f_ab[factor] = _evaluate(function, mixed)
    return indices(f_a, f_b, f_ab, rng, level=level, resamples=resamples)


def indices(
    f_a: ArrayLike,
    f_b: ArrayLike,
    f_ab: ArrayLike,
    rng: Generator,
    *,
    level: float = 0.9,
    resamples: int = 500,
) -> SobolIndices:
    """Return the indices of `sobol` from results already computed: f_a, f_b (n,), f_ab (factors, n)."""
    a = reals(f_a, "f_a", dimensions=(1,))
    b = reals(f_b, "f_b", dimensions=(1,))
    ab = reals(f_ab, "f_ab", dimensions=(2,))
    if not a.shape == b.shape == ab.shape[1:] or a.size == 0:
        raise ValueError(f"f_ab: expected (factors, n) to match f_a {a.shape}, f_b {b.shape}; got {ab.shape}")
    centre = np.concatenate([a, b]).mean()
    a, b, ab = a - centre, b - centre, ab - centre
    variance = float((np.mean(a * a) + np.mean(b * b)) / 2.0)
    size = max(float(np.abs(a).max()), float(np.abs(b).max()), abs(float(centre)))
    if variance <= (1e-14 * size) ** 2:
        nothing = np.full(len(ab), np.nan)
        pair = np.full((2, len(ab)), np.nan)
        return SobolIndices(nothing, nothing, pair, pair, 0.0, undefined=True)
    terms = np.column_stack([a + b, a * a + b * b, (b * (ab - a)).T, ((a - ab) ** 2).T])
    first, total = _shares(terms.mean(axis=0)[None, :], len(ab))
    resampled = _shares(_bootstrap_means(terms, rng, resamples), len(ab))
    tails = [(1.0 - level) / 2.0, (1.0 + level) / 2.0]
    first_interval, total_interval = (np.quantile(shares, tails, axis=0) for shares in resampled)
    return SobolIndices(first[0], total[0], first_interval, total_interval, variance, undefined=False)


def _shares(means: FloatArray, factors: int) -> tuple[FloatArray, FloatArray]:
    """First and total indices from rows of means: sum, sum of squares, then each factor's two terms."""
    variance = means[:, 1] / 2.0 - (means[:, 0] / 2.0) ** 2
    # A resample of a result that varies at one point only may miss it; that resample has no indices.
    varied = variance > 0
    means, variance = means[varied], variance[varied, None]
    return means[:, 2 : 2 + factors] / variance, means[:, 2 + factors :] / (2.0 * variance)


def _bootstrap_means(terms: FloatArray, rng: Generator, resamples: int) -> FloatArray:
    n = len(terms)
    means = np.empty((resamples, terms.shape[1]))
    for row in range(resamples):
        times: NDArray[np.int64] = np.bincount(rng.integers(n, size=n), minlength=n)
        means[row] = times @ terms / n
    return means


def _evaluate(function: Callable[[FloatArray], ArrayLike], points: FloatArray) -> FloatArray:
    """Results (points,) of a function of all points, or of one point at a time."""
    results = np.asarray(function(points))
    if results.shape != (len(points),):
        results = np.asarray([function(point) for point in points])
    if results.shape != (len(points),):
        raise ValueError(
            f"function: expected one number per point, shape ({len(points)},), got shape {results.shape}"
        )
    return reals(results, "function")
