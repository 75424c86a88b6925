"""Totals with missing amounts: bounds that assume nothing, and multiple imputation between them.

Gives:    bounds of a sum, predictive mean matching on log amounts, and Rubin's pooling of the results.
Assumes:  bounds: the documented floors and ceilings hold. Imputation: amounts are missing at random given the
          predictors, which bounds do not need.
Source:   Manski (2003); Rubin (1987); Little (1988) for matching; methods D5.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm
from scipy.stats import t as student

from jaiza.stats.arguments import FloatArray, reals

IMPUTATIONS, DONORS = 20, 5
MOST_MISSING, MOST_RATIO = 0.4, 2.0
RIDGE = 0.1
"""Prior precision of an effect, in residual variances, on columns scaled to a reach of 1."""


@dataclass(frozen=True)
class Pooled:
    """One estimate from several imputed data sets (Rubin's rules)."""

    estimate: float
    """Mean of the estimates."""
    variance: float
    """Total variance T = within + (1 + 1/M) between."""
    within: float
    """Mean of the variances."""
    between: float
    """Variance of the estimates, with M - 1."""
    df: float
    """Degrees of freedom nu; infinity when the imputations agree, which is the normal distribution."""
    lower: float
    """Lower end of the interval."""
    upper: float
    """Upper end of the interval."""
    imputations: int
    """M."""

    @property
    def se(self) -> float:
        """Square root of `variance`."""
        return math.sqrt(self.variance)


@dataclass(frozen=True)
class Bounds:
    """The least and the most that a sum can be; `str(bounds)` prints an open end as `no upper bound`."""

    lower: float
    """Known amounts plus the floors of the missing ones."""
    upper: float
    """Known amounts plus the ceilings; infinity where a missing amount has no ceiling."""
    missing: int
    """Records without an amount."""
    n: int
    """Records in all."""

    @property
    def bounded(self) -> bool:
        """False when a missing amount has no ceiling."""
        return math.isfinite(self.upper)

    @property
    def headline(self) -> bool:
        """True when the bounds are the headline and no ranking is made: over 40 % of the records lack an
        amount, or the upper bound is over twice the lower."""
        return self.missing > MOST_MISSING * self.n or self.upper > MOST_RATIO * self.lower

    def __str__(self) -> str:
        return f"[{self.lower:.15g}, {f'{self.upper:.15g}' if self.bounded else 'no upper bound'}]"


def bounds(known: ArrayLike, lower: ArrayLike, upper: ArrayLike) -> Bounds:
    """Return [K + sum l, K + sum u], where the sum of all records must lie (methods D5).

    known (records,): the amounts known, 0 or above; one number counts as one record. lower, upper (missing records,): floor and
    ceiling of each missing amount, floors finite and 0 or above, ceilings at least the floor; infinity says
    that no ceiling is documented. Raises ValueError otherwise.
    """
    k = reals(known, "known", dimensions=(0, 1), least=0.0)
    low, high = _limits(lower, upper)
    return Bounds(float(k.sum() + low.sum()), float(k.sum() + high.sum()), low.size, k.size + low.size)


def pool(estimates: ArrayLike, variances: ArrayLike, level: float = 0.95) -> Pooled:
    """Return the pooled estimate of M imputed data sets with its interval (methods D5).

    Q = mean, T = U + (1 + 1/M) B, nu = (M - 1)(1 + U / ((1 + 1/M) B))^2, interval Q -+ t_nu sqrt T.

    estimates, variances (M,): M at least 2, variances 0 or above; level above 0 and below 1. When all
    estimates are equal (B = 0), nu is infinite and the interval normal. Raises ValueError otherwise.
    """
    if not 0.0 < level < 1.0:
        raise ValueError(f"level: expected above 0 and below 1, such as .95, got {level:g}")
    q = reals(estimates, "estimates", dimensions=(1,))
    u = reals(variances, "variances", dimensions=(1,), least=0.0)
    if q.shape != u.shape or q.size < 2:
        raise ValueError(
            f"estimates, variances: expected one of each for at least 2 imputations, got {q.size} and {u.size}"
        )
    m = q.size
    within, between = float(u.mean()), float(q.var(ddof=1))
    added = (1.0 + 1.0 / m) * between
    total = within + added
    if between == 0.0 or not math.isfinite(within / added):
        df, quantile = math.inf, float(norm.isf((1.0 - level) / 2.0))
    else:
        df = (m - 1.0) * (1.0 + within / added) ** 2
        quantile = float(student.isf((1.0 - level) / 2.0, df))
    half = quantile * math.sqrt(total)
    centre = float(q.mean())
    return Pooled(centre, total, within, between, df, centre - half, centre + half, m)


def predictive_mean_matching(
    amounts: ArrayLike,
    predictors: ArrayLike,
    lower: ArrayLike,
    upper: ArrayLike,
    rng: Generator,
    *,
    imputations: int = IMPUTATIONS,
    donors: int = DONORS,
) -> FloatArray:
    """Return completed amounts (imputations, records): known ones as they are, missing ones from donors.

    Log amounts are regressed on the predictors (with a slight ridge, so that kinds without a known amount do
    not run away). For each imputation, coefficients are drawn from their
    posterior; a missing record takes the amount of one of the `donors` known records whose fitted value is
    nearest to its drawn prediction, among those inside its floor and ceiling. When no known amount lies
    inside, the nearest record's amount is cut to the limits (methods D5).

    amounts (records,): above 0, nan where missing; leave confirmed zeros out and add them afterwards.
    predictors (records, columns): with intercept column and 0/1 columns for kinds. lower, upper (records,):
    limits of the missing amounts, read only there; infinity for no ceiling. The same rng state gives the
    same result.

    Raises ValueError for amounts of 0 or below, limits that cross, and fewer known amounts than columns + 2.
    """
    a = reals(amounts, "amounts", dimensions=(1,), missing=True)
    x = reals(predictors, "predictors", dimensions=(2,))
    if x.shape[0] != a.size:
        raise ValueError(f"predictors: expected one row per record, {a.size}, got {x.shape[0]}")
    if (a <= 0).any():
        raise ValueError(
            "amounts: expected values above 0; leave confirmed zeros out and add them afterwards"
        )
    if imputations < 1 or donors < 1:
        raise ValueError(f"imputations, donors: expected at least 1, got {imputations} and {donors}")
    gone = np.isnan(a)
    low, high = (
        np.broadcast_to(reals(v, name, missing=True, unbounded=True), a.shape)[gone]
        for v, name in ((lower, "lower"), (upper, "upper"))
    )
    low, high = _limits(low, high)
    completed = np.tile(a, (imputations, 1))
    if not gone.any():
        return completed
    log_known = np.log(a[~gone])
    _check_donors(log_known.size, x.shape[1])
    fitted, predicted = _predictions(log_known, x[~gone], x[gone], rng, imputations)
    inside = (a[~gone] >= low[:, None]) & (a[~gone] <= high[:, None])
    for m in range(imputations):
        distance = np.abs(predicted[m][:, None] - fitted)
        choice = _choose(distance, inside, donors, rng)
        completed[m, gone] = np.clip(a[~gone][choice], low, high)
    return completed


def _limits(lower: ArrayLike, upper: ArrayLike) -> tuple[FloatArray, FloatArray]:
    low = reals(lower, "lower", dimensions=(1,), least=0.0)
    high = reals(upper, "upper", dimensions=(1,), unbounded=True, least=0.0)
    if low.shape != high.shape:
        raise ValueError(
            f"lower, upper: expected one of each per missing amount, got {low.size} and {high.size}"
        )
    if (low > high).any():
        i = int(np.argmax(low > high))
        raise ValueError(
            f"lower, upper: floor {low[i]:g} is above ceiling {high[i]:g}; exchange or mend them"
        )
    return low, high


def _check_donors(known: int, columns: int) -> None:
    if known < columns + 2:
        raise ValueError(
            f"amounts: expected at least {columns + 2} known amounts for {columns} predictor columns, got {known}; "
            "use fewer predictors, or report the bounds alone"
        )


def _predictions(
    log_known: FloatArray, x: FloatArray, x_gone: FloatArray, rng: Generator, imputations: int
) -> tuple[FloatArray, FloatArray]:
    """Return fitted values of the known (known,), and predictions by drawn coefficients (imputations, gone)."""
    middle, level = x.mean(axis=0), float(log_known.mean())
    reach = np.maximum(np.abs(x - middle).max(axis=0), np.abs(x_gone - middle).max(axis=0))
    scale = np.where(reach > 0, reach, 1.0)
    near, far = (x - middle) / scale, (x_gone - middle) / scale
    # a kind without a known amount has no effect to learn: the ridge keeps it within what is seen elsewhere
    covariance = np.linalg.inv(near.T @ near + RIDGE * np.eye(x.shape[1]))
    centre = covariance @ (near.T @ (log_known - level))
    fitted = level + near @ centre
    residual = log_known - fitted
    freedom = log_known.size - x.shape[1]
    sigma = np.sqrt((residual @ residual) / rng.chisquare(freedom, imputations))
    root = np.linalg.cholesky((covariance + covariance.T) / 2.0)
    drawn = centre + sigma[:, None] * (rng.standard_normal((imputations, centre.size)) @ root.T)
    base = level + sigma * rng.standard_normal(imputations) / math.sqrt(log_known.size)
    return fitted, base[:, None] + drawn @ far.T


def _choose(
    distance: FloatArray, inside: NDArray[np.bool_], donors: int, rng: Generator
) -> NDArray[np.int64]:
    """Return the chosen donor of each missing record, among the nearest that lie inside its limits."""
    ranked = np.argsort(np.where(inside, distance, np.inf), axis=1, kind="stable")
    available = np.minimum(inside.sum(axis=1), donors)
    pick = (rng.random(len(distance)) * np.maximum(available, 1)).astype(np.int64)
    chosen: NDArray[np.int64] = ranked[np.arange(len(distance)), pick].astype(np.int64)
    chosen[available == 0] = np.argmin(distance, axis=1)[available == 0]
    return chosen
