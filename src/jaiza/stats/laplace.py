"""Laplace approximation of a logistic regression with normal random effects, by sparse Schur algebra.

Gives:    mode and curvature of coefficients, group and area effects at given standard deviations, the
          marginal likelihood of those, and draws that also carry the uncertainty of the standard deviations.
Assumes:  counts may be effective (fractional) ones; every row has one area; area effects are exchangeable.
Source:   Breslow and Clayton (1993); Rue, Martino and Chopin (2009), whose weighted set of hyperparameters
          the draws follow; methods G2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy import sparse
from scipy.linalg import cho_solve, solve_triangular
from scipy.optimize import minimize
from scipy.special import expit, ndtri

from jaiza.stats.arguments import FloatArray

IntArray = NDArray[np.int64]

PRIOR_SD_COEFFICIENT = 10.0
"""Prior standard deviation of a standardised coefficient, on the logit scale: no more than a guard."""
PRIOR_SD_SPREAD = 1.0
"""Scale of the half-normal prior of each standard deviation of random effects, on the logit scale."""
POINTS = 48
"""Sets of standard deviations among which the draws are shared out."""
NEWTON_STEPS = 100


@dataclass(frozen=True)
class Cells:
    """Answers collapsed to cells of area x groups, and the dense columns of the linear predictor."""

    yes: FloatArray
    """Effective count of ones per cell (cells,)."""
    trials: FloatArray
    """Effective count of answers per cell (cells,)."""
    columns: FloatArray
    """Standardised covariates, then the indicators of each grouping's levels (cells, dense)."""
    area: IntArray
    """Area of each cell (cells,)."""
    by_area: sparse.csr_array
    """Ones that add the cells of each area (areas, cells)."""
    fixed: int
    """How many of the dense columns are covariates."""
    levels: tuple[int, ...]
    """Number of levels of each grouping."""

    @property
    def areas(self) -> int:
        """Number of areas, with or without answers."""
        return int(self.by_area.shape[0])


@dataclass(frozen=True)
class Mode:
    """Mode and curvature of the effects at given standard deviations."""

    spread: FloatArray
    """Standard deviations: one per grouping, then areas (groupings + 1,)."""
    dense: FloatArray
    """Coefficients and group effects (dense,)."""
    local: FloatArray
    """Area effects (areas,)."""
    factor: FloatArray
    """Lower Cholesky factor of the dense block's Schur complement (dense, dense)."""
    coupling: FloatArray
    """Curvature between area effects and dense columns (areas, dense)."""
    diagonal: FloatArray
    """Curvature of the area effects, which is diagonal (areas,)."""
    log_marginal: float
    """Laplace approximation of the log marginal likelihood of `spread`, up to a constant."""

    def draws(self, rng: Generator, size: int) -> tuple[FloatArray, FloatArray]:
        """Return normal draws of (dense (size, dense), local (size, areas)) with this curvature."""
        shared = solve_triangular(
            self.factor, rng.standard_normal((self.dense.size, size)), lower=True, trans=1
        )
        own = rng.standard_normal((size, self.local.size)) / np.sqrt(self.diagonal)
        return self.dense + shared.T, self.local + own - (shared.T @ self.coupling.T) / self.diagonal


@dataclass(frozen=True)
class Posterior:
    """The mode, and a weighted set of modes at other standard deviations."""

    mode: Mode
    points: tuple[Mode, ...]
    share: FloatArray
    """Weight of each point, adding up to 1 (points,)."""

    def draws(self, rng: Generator, size: int) -> tuple[FloatArray, FloatArray]:
        """Return (dense (size, dense), local (size, areas)), the points mixed by their weights."""
        ends = np.floor(np.cumsum(self.share) / self.share.sum() * size + rng.random()).astype(np.int64)
        ends[-1] = size
        counts = np.diff(np.minimum(ends, size), prepend=0)
        parts = [point.draws(rng, int(k)) for point, k in zip(self.points, counts, strict=True) if k > 0]
        order = rng.permutation(size)
        return np.concatenate([d for d, _ in parts])[order], np.concatenate([u for _, u in parts])[order]


def find_mode(cells: Cells, spread: FloatArray, start: Mode | None = None) -> Mode:
    """Return the mode of all effects at the standard deviations `spread` (groupings + 1,), by Newton steps.

    `start` is a mode nearby. The log posterior is concave, so that halved steps always arrive.
    """
    prior, own = _precisions(cells, spread)
    dense = np.zeros(prior.size) if start is None else start.dense
    local = np.zeros(cells.areas) if start is None else start.local
    eta, value = _height(cells, prior, own, dense, local)
    for _ in range(NEWTON_STEPS):
        p = expit(eta)
        rest = cells.yes - cells.trials * p
        information = cells.trials * p * (1.0 - p)
        weighted = information[:, None] * cells.columns
        coupling = cells.by_area @ weighted
        diagonal = own + cells.by_area @ information
        schur = cells.columns.T @ weighted - coupling.T @ (coupling / diagonal[:, None])
        schur[np.diag_indices_from(schur)] += prior
        lower = np.linalg.cholesky(schur).astype(np.float64)
        slope_local = cells.by_area @ rest - own * local
        slope = cells.columns.T @ rest - prior * dense - coupling.T @ (slope_local / diagonal)
        step = cho_solve((lower, True), slope)
        step_local = (slope_local - coupling @ step) / diagonal
        # the gain a step promises; a marginal likelihood need not be known more closely
        if slope @ step + slope_local @ (slope_local / diagonal) < 1e-6:
            break
        share = 1.0
        eta, better = _height(cells, prior, own, dense + step, local + step_local)
        while better < value and share > 1e-6:
            share /= 2.0
            eta, better = _height(cells, prior, own, dense + share * step, local + share * step_local)
        dense, local, value = dense + share * step, local + share * step_local, better
    determinant = 2.0 * np.log(np.diag(lower)).sum() + np.log(diagonal).sum()
    scale = np.log(prior[cells.fixed :]).sum() + cells.areas * np.log(own)
    return Mode(spread, dense, local, lower, coupling, diagonal, float(value + 0.5 * (scale - determinant)))


def fit(cells: Cells, rng: Generator) -> Posterior:
    """Return the posterior of the effects with a weighted set of standard deviations.

    The log standard deviations are maximised and their curvature taken by differences. Along each axis of the
    curvature points spread as a normal of separate widths above and below the mode, since a small spread can
    often not be told from none; they are weighted by posterior over proposal.
    """
    begin = np.full(len(cells.levels) + 1, np.log(0.4))
    latest = [find_mode(cells, np.exp(begin))]

    def surprise(log_spread: FloatArray) -> float:
        latest[0] = find_mode(cells, _spread(log_spread), latest[0])
        return -_log_posterior(latest[0], log_spread)

    found = minimize(surprise, begin, method="BFGS", options={"gtol": 0.02, "eps": 1e-3, "maxiter": 60})
    peak = np.asarray(found.x, dtype=np.float64)
    mode = find_mode(cells, _spread(peak), latest[0])
    size, axes = np.linalg.eigh(_curvature(surprise, peak))
    # in a flat direction the prior alone holds the standard deviation: two units of its log suffice
    width = 1.0 / np.sqrt(np.maximum(size, 0.25))
    below, above = (_reach(surprise, peak, axes * (sign * width)) for sign in (-1.0, 1.0))
    z = _scattered(rng, below / (below + above))
    logs = peak + (z * width * np.where(z < 0, below, above)) @ axes.T
    points = tuple(find_mode(cells, _spread(row), mode) for row in logs)
    score = np.array([_log_posterior(m, row) for m, row in zip(points, logs, strict=True)])
    score += 0.5 * np.sum(z**2, axis=1)
    share = np.exp(score - score.max())
    return Posterior(mode, points, share / share.sum())


def _reach(surprise: Callable[[FloatArray], float], peak: FloatArray, steps: FloatArray) -> FloatArray:
    """Return by how much to stretch each step (columns) for the density to fall as a normal's, (axes,)."""
    base, far = surprise(peak), np.sqrt(2.0)
    fall = np.array([surprise(peak + far * step) - base for step in steps.T])
    # a normal falls by 1 at sqrt 2; a tenth more, because a proposal must be wider than what it proposes
    return np.asarray(1.1 * np.clip(1.0 / np.sqrt(np.maximum(fall, 1e-3)), 0.5, 3.0), dtype=np.float64)


def _scattered(rng: Generator, below: FloatArray) -> FloatArray:
    """Return half-normal points on both sides, (points, axes): one in each of POINTS strata of every axis.

    `below` (axes,) is the probability of the negative side.
    """
    strata = rng.permuted(np.tile(np.arange(POINTS)[:, None], (1, below.size)), axis=0)
    u = (strata + rng.random(strata.shape)) / POINTS
    inside = np.where(u < below, u / below / 2.0, 0.5 + (u - below) / (1.0 - below) / 2.0)
    return np.asarray(ndtri(inside), dtype=np.float64)


def _spread(log_spread: FloatArray) -> FloatArray:
    # beyond these limits a search step would only meet overflow: logits of 20, or no effect at all
    return np.exp(np.clip(log_spread, -8.0, 3.0))


def _precisions(cells: Cells, spread: FloatArray) -> tuple[FloatArray, float]:
    """Prior precisions of the dense columns (dense,), and of an area effect."""
    fixed = np.full(cells.fixed, PRIOR_SD_COEFFICIENT**-2)
    groups = [np.full(count, spread[g] ** -2.0) for g, count in enumerate(cells.levels)]
    return np.concatenate([fixed, *groups]), float(spread[-1] ** -2.0)


def _height(
    cells: Cells, prior: FloatArray, own: float, dense: FloatArray, local: FloatArray
) -> tuple[FloatArray, float]:
    """Return the linear predictor (cells,) and the log posterior of the effects, up to a constant."""
    eta = cells.columns @ dense + local[cells.area]
    likelihood = cells.yes @ eta - cells.trials @ np.logaddexp(0.0, eta)
    return eta, float(likelihood - 0.5 * (prior @ dense**2 + own * (local @ local)))


def _log_posterior(mode: Mode, log_spread: FloatArray) -> float:
    """Log marginal likelihood with half-normal priors, as a density of the log standard deviations."""
    prior = -0.5 * np.sum((mode.spread / PRIOR_SD_SPREAD) ** 2)
    return float(mode.log_marginal + prior + np.sum(log_spread))


def _curvature(surprise: Callable[[FloatArray], float], peak: FloatArray, step: float = 0.1) -> FloatArray:
    """Second differences of `surprise` at its minimum (size, size)."""
    moves = step * np.eye(peak.size)
    base = surprise(peak)
    up = [surprise(peak + move) for move in moves]
    down = [surprise(peak - move) for move in moves]
    result = np.zeros((peak.size, peak.size))
    for i in range(peak.size):
        result[i, i] = (up[i] + down[i] - 2.0 * base) / step**2
        for j in range(i):
            both = surprise(peak + moves[i] + moves[j])
            result[i, j] = result[j, i] = (both - up[i] - up[j] + base) / step**2
    return result
