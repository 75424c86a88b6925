"""Shares of counts: score intervals, shares shrunk towards their programme, and parity with a population.

Assumes:  units of one count are alike and independent; where they are not, give effective counts.
Source:   Wilson (1927); Newcombe (1998), Statistics in Medicine 17; methods C5 and H.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import overload

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm

from jaiza.stats.arguments import FloatArray, reals

LEAST_UNITS = 5
LEAST_CORRELATION, MOST_CORRELATION = 0.001, 0.99
SHRUNK, FLAT = "shrunk", "flat"


@dataclass(frozen=True)
class Delivery:
    """Shares delivered, each with its beta posterior; arrays are (initiatives,) in the order given."""

    overall: float
    """Sum delivered over sum planned; nan when nothing has a plan."""
    correlation: float
    """Within-initiative correlation rho, .001 to .99; nan where it cannot be told (see `prior`)."""
    prior_size: float
    """M = (1 - rho) / rho, the planned units that the prior is worth; 2 for the flat prior."""
    prior: str
    """`shrunk` towards `overall`; or `flat`, Beta(1, 1), when there are too few initiatives, all delivered
    everything or nothing, or their sizes cannot show a correlation."""
    mean: FloatArray
    """Posterior mean share; nan without a plan or without a delivered figure."""
    alpha: FloatArray
    """First parameter of the beta posterior; nan where missing."""
    beta: FloatArray
    """Second parameter of the beta posterior; nan where missing."""
    raw: FloatArray
    """Delivered over planned, not capped: above 1 is over-delivery; nan where missing."""

    @property
    def missing(self) -> NDArray[np.bool_]:
        """True where there is no plan, or no delivered figure."""
        return np.isnan(self.mean)

    def draws(self, rng: Generator, size: int) -> FloatArray:
        """Return draws from the posteriors (size, initiatives); missing ones stay nan."""
        if size < 1:
            raise ValueError(f"size: expected at least 1 draw, got {size}")
        values = np.full((size, self.mean.size), np.nan)
        known = ~self.missing
        values[:, known] = rng.beta(self.alpha[known], self.beta[known], (size, int(known.sum())))
        return values


@dataclass(frozen=True)
class Parity:
    """Participants' share of a group against the group's share of the population."""

    share: float
    """p = count / n."""
    share_lower: float
    """Lower end of the Wilson interval of p."""
    share_upper: float
    """Upper end of the Wilson interval of p."""
    ratio: float
    """PPR = p / pi; 1 is parity, above 1 is reported and not netted."""
    lower: float
    """Lower end of PPR."""
    upper: float
    """Upper end of PPR."""
    gap: float
    """max(0, 1 - PPR)."""
    count: float
    """Participants of the group."""
    n: float
    """Participants in all."""
    population_share: float
    """pi."""

    def draws(self, rng: Generator, size: int) -> FloatArray:
        """Return draws of PPR (size,): Beta(x + .5, n - x + .5) over pi."""
        if size < 1:
            raise ValueError(f"size: expected at least 1 draw, got {size}")
        return rng.beta(self.count + 0.5, self.n - self.count + 0.5, size) / self.population_share


@overload
def wilson(count: float, n: float, level: float = 0.95) -> tuple[float, float]: ...
@overload
def wilson(count: ArrayLike, n: ArrayLike, level: float = 0.95) -> tuple[FloatArray, FloatArray]: ...
def wilson(
    count: ArrayLike, n: ArrayLike, level: float = 0.95
) -> tuple[float, float] | tuple[FloatArray, FloatArray]:
    """Return (lower, upper), the Wilson score interval of the share count / n.

    (p + z^2/2n -+ z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n) (methods H). It stays inside 0 to 1 and has a
    width at 0 and n as well.

    count: 0 to n, may be fractional (effective counts); n above 0; any shapes that fit together; level above
    0 and below 1. Raises ValueError outside these limits.
    """
    if not 0.0 < level < 1.0:
        raise ValueError(f"level: expected above 0 and below 1, such as .95, got {level:g}")
    x, size = np.broadcast_arrays(reals(count, "count", least=0.0), reals(n, "n", least=0.0))
    if (size <= 0).any():
        raise ValueError("n: expected above 0; a share of nobody is undefined, leave it out")
    if (x > size).any():
        raise ValueError(
            f"count: expected at most n, got {x[x > size][0]:g} of {size[x > size][0]:g}; a group cannot be "
            "larger than its total"
        )
    z2 = float(norm.isf((1.0 - level) / 2.0)) ** 2
    middle = (x + z2 / 2.0) / (size + z2)
    half = math.sqrt(z2) * np.sqrt(x * (size - x) / size + z2 / 4.0) / (size + z2)
    # at 0 and n the ends are exactly 0 and 1; rounding must not say otherwise
    lower = np.where(x == 0, 0.0, np.maximum(middle - half, 0.0))
    upper = np.where(x == size, 1.0, np.minimum(middle + half, 1.0))
    return (float(lower), float(upper)) if lower.ndim == 0 else (lower, upper)


def parity(count: float, n: float, population_share: float, level: float = 0.95) -> Parity:
    """Return the participation-parity ratio PPR = (count / n) / pi with its interval (methods H).

    The interval is Wilson's for the share, divided by pi, which is taken as known. count: participants of the
    group, 0 to n; n: all participants whose group is known, above 0; population_share pi: above 0, at most 1.
    Raises ValueError outside these limits. For participants of unknown group see `undisaggregated`.
    """
    pi = float(reals(population_share, "population_share", dimensions=(0,)))
    if not 0.0 < pi <= 1.0:
        raise ValueError(
            f"population_share: expected above 0 and at most 1, got {pi:g}; give a share, not a percentage"
        )
    x, size = float(reals(count, "count", dimensions=(0,))), float(reals(n, "n", dimensions=(0,)))
    lower, upper = wilson(x, size, level)
    p = x / size
    return Parity(p, lower, upper, p / pi, lower / pi, upper / pi, max(0.0, 1.0 - p / pi), x, size, pi)


def undisaggregated(count: float, unknown: float, n: float) -> tuple[float, float]:
    """Return [x/n, (x + u)/n]: the group's share if none, and if all, of the unknown u belong to it.

    count x: known members, unknown u: participants of unknown group, n: all participants, the unknown among
    them; x + u at most n. Raises ValueError for negative counts, n = 0 and x + u above n.
    """
    x, u, size = (
        float(reals(value, name, dimensions=(0,), least=0.0))
        for value, name in ((count, "count"), (unknown, "unknown"), (n, "n"))
    )
    if size <= 0:
        raise ValueError("n: expected above 0; a share of nobody is undefined, leave it out")
    if x + u > size:
        raise ValueError(f"count, unknown: expected at most n together, got {x:g} + {u:g} of {size:g}")
    return x / size, (x + u) / size


def beta_binomial(delivered: ArrayLike, planned: ArrayLike, *, least: int = LEAST_UNITS) -> Delivery:
    """Return the share of planned units that each initiative of one programme delivered, shrunk.

    p = sum x / sum n; S = sum n (p_i - p)^2; N = sum n;
    rho = (S - p(1-p)(K-1)) / (p(1-p)(N - sum n^2/N - (K-1))), clipped to .001 to .99; M = (1 - rho)/rho;
    posterior Beta(x + pM, n - x + (1-p)M) (methods C5).

    delivered x and planned n (initiatives,): units, 0 or above; x counts up to n, the excess shows in `raw`.
    nan, or a plan of 0, is missing and stays out of everything. With fewer than `least` initiatives the prior
    is Beta(1, 1), as when p is 0 or 1 or every plan is one unit: then nothing tells how much they differ.

    Raises ValueError for negative or infinite figures and unequal lengths.
    """
    x = reals(delivered, "delivered", dimensions=(1,), missing=True, least=0.0)
    n = reals(planned, "planned", dimensions=(1,), missing=True, least=0.0)
    if x.shape != n.shape:
        raise ValueError(
            f"delivered, planned: expected one of each per initiative, got {x.size} and {n.size}"
        )
    known = ~(np.isnan(x) | np.isnan(n)) & (n > 0)
    done, plan = np.minimum(x[known], n[known]), n[known]
    overall = float(done.sum() / plan.sum()) if plan.size else math.nan
    correlation = _correlation(done, plan, overall)
    shrunk = plan.size >= least and not math.isnan(correlation)
    size = (1.0 - correlation) / correlation if shrunk else 2.0
    centre = overall if shrunk else 0.5
    alpha, beta, raw = (np.full(x.size, np.nan) for _ in range(3))
    alpha[known] = done + centre * size
    beta[known] = plan - done + (1.0 - centre) * size
    raw[known] = x[known] / plan
    return Delivery(
        overall=overall,
        correlation=correlation,
        prior_size=size,
        prior=SHRUNK if shrunk else FLAT,
        mean=alpha / (alpha + beta),
        alpha=alpha,
        beta=beta,
        raw=raw,
    )


def _correlation(done: FloatArray, plan: FloatArray, overall: float) -> float:
    """Return rho clipped to .001 to .99; nan where the data cannot tell."""
    k, total = plan.size, float(plan.sum())
    if k < 2 or not 0.0 < overall < 1.0:
        return math.nan
    room = total - float(plan @ plan) / total - (k - 1)
    if room <= 1e-9 * total:
        return math.nan
    spread = float(plan @ (done / plan - overall) ** 2)
    binomial = overall * (1.0 - overall)
    rho = (spread - binomial * (k - 1)) / (binomial * room)
    return min(max(rho, LEAST_CORRELATION), MOST_CORRELATION)
