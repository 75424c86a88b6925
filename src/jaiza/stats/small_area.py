"""Small-area estimates: direct survey estimates steadied by what areas have in common.

Estimate: Fay-Herriot model y_a = x_a'beta + v_a + e_a, fitted by restricted maximum likelihood (REML), with
          the mean squared error of its predictor; for microdata with census cells see `mrp`.
Assumes:  sampling variances known (smooth them first), area effects normal and independent.
Source:   Fay and Herriot (1979); Prasad and Rao (1990); Datta and Lahiri (2000); Li and Lahiri (2010);
          methods G2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq

from jaiza.stats.arguments import FloatArray, positive, reals
from jaiza.stats.multilevel import MultilevelEstimates, mrp

__all__ = [
    "Benchmarked",
    "FayHerriot",
    "MultilevelEstimates",
    "arcsine",
    "arcsine_advised",
    "benchmark",
    "fay_herriot",
    "from_arcsine",
    "mrp",
    "smooth_variances",
]

LEAST_AREAS, LEAST_PER_COVARIATE = 15, 5
FEW_AREAS, FEW_PER_COVARIATE = "few_areas", "few_per_covariate"
ZERO_VARIANCE, NO_INTERCEPT = "zero_variance", "no_intercept"
LEAST_TO_SMOOTH = 5


@dataclass(frozen=True)
class FayHerriot:
    """A fitted Fay-Herriot model; arrays are (areas,) in the order given."""

    variance: float
    """Variance sigma^2 of the area effects, in the squared unit of y."""
    beta: FloatArray
    """Coefficients (columns of X,)."""
    beta_covariance: FloatArray
    """Q, the covariance of beta given sigma^2."""
    estimate: FloatArray
    """EBLUP of each area; x'beta where unsampled."""
    mse: FloatArray
    """g1 + g2 + 2 g3; sigma^2 + x'Qx where unsampled."""
    shrinkage: FloatArray
    """gamma = sigma^2 / (sigma^2 + psi), the weight of the direct estimate; 0 where unsampled."""
    sampled: NDArray[np.bool_]
    """False where y was nan."""
    flags: tuple[str, ...]
    """`few_areas` (under 15 sampled), `few_per_covariate` (under 5 sampled areas per covariate),
    `zero_variance` (REML gave 0; the Li-Lahiri estimate stands), `no_intercept`; empty when all is well."""
    synthetic: FloatArray
    """x'beta of each area."""
    g3: FloatArray
    """The part of the MSE that comes from estimating sigma^2, once; 0 where unsampled."""
    X: FloatArray
    """Covariates given (areas, columns)."""

    @property
    def se(self) -> FloatArray:
        """Square root of `mse` (areas,)."""
        root: FloatArray = np.sqrt(self.mse)
        return root

    @property
    def fit_for_use(self) -> bool:
        """False where the data are too few for the model (methods G2: report provinces instead)."""
        return FEW_AREAS not in self.flags and FEW_PER_COVARIATE not in self.flags

    def draws(self, rng: Generator, size: int) -> FloatArray:
        """Return normal draws (size, areas) with mean `estimate` and variance `mse`.

        The error of beta is shared between areas, as it is in the model; the rest is independent.
        """
        if size < 1:
            raise ValueError(f"size: expected at least 1 draw, got {size}")
        root = np.linalg.cholesky(self.beta_covariance)
        pull = (1.0 - self.shrinkage)[:, None] * self.X
        shared = rng.standard_normal((size, self.beta.size)) @ (pull @ root).T
        g2 = np.einsum("ap,pq,aq->a", pull, self.beta_covariance, pull)
        own = np.sqrt(np.maximum(self.mse - g2, 0.0))
        values: FloatArray = self.estimate + shared + own * rng.standard_normal((size, self.estimate.size))
        return values


@dataclass(frozen=True)
class Benchmarked:
    """Area estimates that add up to an agreed total estimate."""

    estimate: FloatArray
    """Benchmarked estimates (areas,)."""
    mse: FloatArray
    """mse times ratio^2 (areas,)."""
    ratio: float
    """Total estimate over weighted mean of the area estimates; far from 1 means that the two disagree."""
    outside: NDArray[np.bool_]
    """True where a benchmarked share would leave 0 to 1 (areas,); such values are shown as they are."""


def fay_herriot(y: ArrayLike, X: ArrayLike, variances: ArrayLike) -> FayHerriot:
    """Return the Fay-Herriot fit of direct estimates `y`: EBLUP and MSE of every area, sampled or not.

    v ~ (0, sigma^2), e ~ (0, psi); gamma = sigma^2/(sigma^2 + psi); EBLUP = x'b + gamma (y - x'b);
    g1 = gamma psi, g2 = (1 - gamma)^2 x'Qx, Q = (sum xx'/(sigma^2 + psi))^-1,
    g3 = psi^2 (sigma^2 + psi)^-3 2 / sum (sigma^2 + psi)^-2 (methods G2).

    y (areas,): direct estimates; nan for an area without a sample, which gets x'b and sigma^2 + x'Qx.
    X (areas, columns): covariates with their intercept column, known for every area.
    variances psi (areas,): sampling variances above 0 where y is known; not read elsewhere.

    sigma^2 maximises the REML likelihood; when that is at 0, sigma^2 times the likelihood is maximised
    instead (Li and Lahiri) and the flag `zero_variance` is set. Too few areas for a sound model set
    `few_areas` or `few_per_covariate` and stop nothing.

    Raises ValueError for a variance of 0 or below, covariates that are missing or repeat each other, and
    fewer than three sampled areas more than columns (then no variance can be estimated).
    """
    direct = reals(y, "y", dimensions=(1,), missing=True)
    design = reals(X, "X", dimensions=(2,))
    if design.shape[0] != direct.size:
        raise ValueError(f"X: expected one row per area, {direct.size}, got {design.shape[0]}")
    sampled = ~np.isnan(direct)
    x, known = design[sampled], direct[sampled]
    psi = _sampling_variances(variances, sampled)
    _check_design(x)

    variance, zero = _variance(known, x, psi)
    beta, q = _coefficients(known, x, psi + variance)
    synthetic = design @ beta
    gamma = np.zeros(direct.size)
    gamma[sampled] = variance / (variance + psi)
    estimate = synthetic.copy()
    estimate[sampled] += gamma[sampled] * (known - synthetic[sampled])
    g1 = np.full(direct.size, variance)
    g1[sampled] = gamma[sampled] * psi
    g2 = (1.0 - gamma) ** 2 * np.einsum("ap,pq,aq->a", design, q, design)
    g3 = np.zeros(direct.size)
    total = psi + variance
    g3[sampled] = psi**2 / total**3 * 2.0 / np.sum(total**-2.0)
    return FayHerriot(
        variance=variance,
        beta=beta,
        beta_covariance=q,
        estimate=estimate,
        mse=g1 + g2 + 2.0 * g3,
        shrinkage=gamma,
        sampled=sampled,
        flags=_flags(x, zero),
        synthetic=synthetic,
        g3=g3,
        X=design,
    )


def arcsine_advised(p: ArrayLike) -> bool:
    """Return True if any share is below .1 or above .9, where methods G2 models arcsin sqrt p instead of p.

    p: shares 0 to 1 of any shape; nan (unsampled) is ignored. Raises ValueError outside 0 to 1.
    """
    share = reals(p, "p", missing=True, least=0.0, most=1.0)
    return bool(np.any((share < 0.1) | (share > 0.9)))


def arcsine(p: ArrayLike, n_eff: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return (arcsin sqrt p, 1 / (4 n_eff)): shares and their sampling variances on the angular scale.

    p (areas,): shares 0 to 1, nan where unsampled. n_eff (areas,): effective answers, above 0 where p is
    known; it should allow for clustering as well as weights, such as p (1 - p) / variance. Both results go to
    `fay_herriot`, and its answer through `from_arcsine`. Raises ValueError outside these limits.
    """
    share = reals(p, "p", dimensions=(1,), missing=True, least=0.0, most=1.0)
    n = reals(n_eff, "n_eff", dimensions=(1,), missing=True)
    if n.shape != share.shape:
        raise ValueError(f"n_eff: expected one per area, {share.size}, got {n.size}")
    known = ~np.isnan(share)
    positive(n[known], "n_eff")
    psi = np.full(share.size, np.nan)
    psi[known] = 0.25 / n[known]
    return np.arcsin(np.sqrt(share)), psi


def from_arcsine(estimate: ArrayLike, mse: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return (share, mse of the share) from the angular scale, for a normal error on that scale.

    E sin^2 Z = (1 - exp(-2 m) cos 2z) / 2 and
    Var sin^2 Z = ((1 + exp(-8 m) cos 4z) / 2 - exp(-4 m) cos^2 2z) / 4 for Z ~ N(z, m): the mean over the
    error, not the naive sin^2 z, whose bias it removes. Interval ends transform directly: sin^2 of the ends
    after `clip` to 0 .. pi/2. Both arguments (areas,). Raises ValueError for a negative mse.
    """
    z = reals(estimate, "estimate")
    m = reals(mse, "mse", least=0.0)
    double = np.exp(-2.0 * m) * np.cos(2.0 * z)
    quadruple = np.exp(-8.0 * m) * np.cos(4.0 * z)
    spread = ((1.0 + quadruple) / 2.0 - double**2) / 4.0
    return (1.0 - double) / 2.0, np.maximum(spread, 0.0)


def smooth_variances(variances: ArrayLike, n_eff: ArrayLike) -> FloatArray:
    """Return sampling variances smoothed by a variance function of the sample size, (areas,).

    log psi = a + b log n_eff by least squares over areas with a variance above 0, then scaled so that the
    smoothed variances of those areas have the same sum as the direct ones: a direct variance from few
    clusters is itself an estimate, and its chance lows would be taken for precision.

    variances (areas,): direct variances, nan or 0 where none could be seen (one cluster, all answers alike);
    such areas get their value from n_eff. n_eff (areas,): above 0, or nan for an unsampled area, which stays
    nan. Where all n_eff are equal, psi is taken to fall as 1/n_eff. Raises ValueError when fewer than 5 areas
    have both, and for negative or infinite values.
    """
    direct = reals(variances, "variances", dimensions=(1,), missing=True, least=0.0)
    n = reals(n_eff, "n_eff", dimensions=(1,), missing=True)
    if n.shape != direct.shape:
        raise ValueError(f"n_eff: expected one per area, {direct.size}, got {n.size}")
    sampled = ~np.isnan(n)
    positive(n[sampled], "n_eff")
    seen = sampled & (direct > 0)
    if seen.sum() < LEAST_TO_SMOOTH:
        raise ValueError(
            f"variances: expected at least {LEAST_TO_SMOOTH} areas with a variance above 0 to fit a variance "
            f"function, got {int(seen.sum())}; use the direct variances or report a larger level"
        )
    size, level = np.log(n[seen]), np.log(direct[seen])
    off = size - size.mean()
    slope = float(off @ level / (off @ off)) if np.ptp(size) > 0 else -1.0
    smoothed = np.full(direct.size, np.nan)
    smoothed[sampled] = np.exp(level.mean() + slope * (np.log(n[sampled]) - size.mean()))
    return smoothed * float(direct[seen].sum() / smoothed[seen].sum())


def benchmark(estimate: ArrayLike, mse: ArrayLike, weights: ArrayLike, total: float) -> Benchmarked:
    """Return the estimates times one ratio, so that their weighted mean is `total` (methods G2).

    estimate, mse (areas,); weights (areas,): population shares or counts, 0 or above, not all 0; total: the
    national estimate, in the unit of the estimates. The error of `total` is not added. Raises ValueError when
    the weighted mean of the estimates is 0 or below, since no ratio then exists.
    """
    theta = reals(estimate, "estimate", dimensions=(1,))
    error = reals(mse, "mse", dimensions=(1,), least=0.0)
    weight = reals(weights, "weights", dimensions=(1,), least=0.0)
    target = float(reals(total, "total", dimensions=(0,), least=0.0))
    if not theta.shape == error.shape == weight.shape:
        raise ValueError(
            f"estimate, mse, weights: expected one length, got {theta.size}, {error.size}, {weight.size}"
        )
    if weight.sum() <= 0:
        raise ValueError("weights: all are 0; give the population of each area")
    own = float(np.average(theta, weights=weight))
    if own <= 0:
        raise ValueError(f"estimate: expected a weighted mean above 0 to scale by a ratio, got {own:g}")
    ratio = target / own
    scaled = theta * ratio
    return Benchmarked(scaled, error * ratio**2, ratio, (scaled < 0.0) | (scaled > 1.0))


def _sampling_variances(variances: ArrayLike, sampled: NDArray[np.bool_]) -> FloatArray:
    psi = reals(variances, "variances", dimensions=(1,), missing=True, unbounded=True)
    if psi.size != sampled.size:
        raise ValueError(f"variances: expected one per area, {sampled.size}, got {psi.size}")
    known = reals(psi[sampled], "variances")
    if (known <= 0).any():
        raise ValueError(
            f"variances: {int((known <= 0).sum())} sampled areas have a sampling variance of 0 or below, which "
            "would call them exactly known; smooth the variances (smooth_variances) or set their y to nan"
        )
    return known


def _check_design(x: FloatArray) -> None:
    areas, columns = x.shape
    if columns == 0:
        raise ValueError("X: expected at least the intercept column, got no column")
    if areas < columns + 3:
        raise ValueError(
            f"y: expected at least {columns + 3} sampled areas for {columns} columns of X, got {areas}; "
            "report a larger level or use fewer covariates"
        )
    largest = np.abs(x).max(axis=0)
    if (largest == 0).any() or np.linalg.matrix_rank(x / largest) < columns:
        raise ValueError("X: its columns repeat each other (or are 0) among the sampled areas; leave one out")


def _flags(x: FloatArray, zero: bool) -> tuple[str, ...]:
    areas, columns = x.shape
    ones = np.ones(areas)
    fitted = x @ np.linalg.lstsq(x, ones, rcond=None)[0]
    # the intercept is no covariate: 15 areas bear up to 3 covariates
    has_intercept = bool(np.allclose(fitted, ones, atol=1e-8))
    covariates = columns - 1 if has_intercept else columns
    raised = {
        FEW_AREAS: areas < LEAST_AREAS,
        FEW_PER_COVARIATE: areas < LEAST_PER_COVARIATE * covariates,
        ZERO_VARIANCE: zero,
        NO_INTERCEPT: not has_intercept,
    }
    return tuple(flag for flag, up in raised.items() if up)


def _coefficients(y: FloatArray, x: FloatArray, total: FloatArray) -> tuple[FloatArray, FloatArray]:
    scale = np.abs(x).max(axis=0)  # counts beside shares would make the inverse inexact
    x = x / scale
    weighted = x / total[:, None]
    q = np.linalg.inv(x.T @ weighted)
    q = (q + q.T) / 2.0
    return (q @ (weighted.T @ y)) / scale, q / np.outer(scale, scale)


def _restricted(
    y: FloatArray, x: FloatArray, psi: FloatArray, variances: ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Return (REML log-likelihood without its constant, its slope by sigma^2), each (variances,)."""
    total = psi + np.asarray(variances, dtype=np.float64).reshape(-1, 1)
    weighted = x / total[:, :, None]
    information = x.T @ weighted
    q = np.linalg.inv(information)
    beta = q @ (weighted.transpose(0, 2, 1) @ y)[:, :, None]
    residual = (y - (x @ beta)[:, :, 0]) / total
    form = np.sum(residual**2 * total, axis=1)
    value = -0.5 * (np.log(total).sum(axis=1) + np.linalg.slogdet(information)[1] + form)
    trace = np.sum(1.0 / total, axis=1) - np.einsum("gap,gpq,gaq->g", weighted, q, weighted, optimize=True)
    return value, -0.5 * (trace - np.sum(residual**2, axis=1))


def _variance(y: FloatArray, x: FloatArray, psi: FloatArray) -> tuple[float, bool]:
    """Return (sigma^2, True if REML put it at 0 and the adjusted likelihood was used)."""
    x = np.linalg.qr(x)[0]  # the same column space in well-scaled columns: sigma^2 does not change
    grid = np.geomspace(psi.min() * 1e-6, 100.0 * (float(np.var(y)) + psi.max()), 160)
    values, slopes = _restricted(y, x, psi, [0.0, *grid])
    best = int(np.argmax(values[1:]))
    if slopes[0] > 0 or (best > 0 and values[1 + best] > values[0]):
        return _root(lambda s: float(_restricted(y, x, psi, s)[1][0]), grid, best), False
    adjusted = int(np.argmax(values[1:] + np.log(grid)))
    return _root(lambda s: float(_restricted(y, x, psi, s)[1][0]) + 1.0 / s, grid, adjusted), True


def _root(slope: Callable[[float], float], grid: FloatArray, best: int) -> float:
    """Return the zero of `slope` beside the best point of the grid."""
    low, high = float(grid[max(best - 1, 0)]), float(grid[min(best + 1, grid.size - 1)])
    if best == 0 and slope(low) <= 0:
        return low  # so far below the smallest sampling variance that it is 0 for every purpose
    while slope(high) > 0:
        high *= 4.0
    return float(brentq(slope, low, high, xtol=1e-15, rtol=1e-13))
