"""Composite index of several indicators: normalise, weigh, add up, and follow the uncertainty through.

Assumes:  indicators already point one way (higher is worse) or are turned by their limits; weights are
          decided by people, not learnt from the data.
Source:   OECD and JRC (2008), Handbook on Constructing Composite Indicators; methods B6 and B7.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import kurtosis, skew

from jaiza.stats.arguments import FloatArray, reals
from jaiza.stats.ranks import RankTally, ascending

Aggregator = Literal["geometric", "arithmetic"]

# Values worked on at a time: a few megabytes, which stay in the processor's cache.
_BLOCK = 1 << 18


def normalise(x: ArrayLike, low: ArrayLike, high: ArrayLike) -> FloatArray:
    """Return z = .01 + .99 clip((x - low) / (high - low), 0, 1), in the shape of x (methods B6).

    low, high: goalposts in the units of x, fixed across rounds; one number, or one per indicator along the
    last axis. low above high turns the indicator round. nan stays nan. The floor of .01 keeps logarithms
    finite. Raises ValueError if a low equals its high.
    """
    values = reals(x, "x", missing=True)
    start = reals(low, "low")
    length = reals(high, "high") - start
    if (length == 0).any():
        raise ValueError("high: expected goalposts apart from each other, got low = high; widen them")
    z = np.asarray(values - start)
    z /= length
    np.clip(z, 0.0, 1.0, out=z)
    z *= 0.99
    z += 0.01
    return z


def normalise_ranks(x: ArrayLike) -> FloatArray:
    """Return z = .01 + .99 (rank - 1) / (I - 1) along the last axis, 1 being the lowest (methods B7).

    x: (areas,), or one row per draw (draws, areas). Ties take their mean rank; nan stays nan and is not
    counted in I. Undefined, and nan, where a row has one known value.
    """
    ranks = ascending(x)
    others = (~np.isnan(ranks)).sum(axis=-1, keepdims=True) - 1.0
    place = np.divide(ranks - 1.0, others, out=np.full(ranks.shape, np.nan), where=others > 0)
    return np.asarray(0.01 + 0.99 * place)


def aggregate(z: ArrayLike, weights: ArrayLike, how: Aggregator = "geometric") -> FloatArray:
    """Return the index per area: exp(sum w ln z) or sum w z over the last axis of z (methods B6).

    z: normalised indicators (..., areas, indicators), or (indicators,) for one area. weights:
    (indicators,), or (..., indicators) for one set per draw, also over one z shared by all draws; each
    set is at least 0 and sums to 1. The result is (..., areas). An area with a missing indicator is nan,
    whatever its weight: estimate it first, or leave the indicator out for all. The geometric mean lets a
    severe deficit count in full; the arithmetic mean lets good values offset it.

    Raises ValueError on other shapes, weights not summing to 1, z not above 0 for the geometric mean, or
    an unknown `how`. Works in blocks, so that no second array of the size of z is held.
    """
    if how not in ("geometric", "arithmetic"):
        raise ValueError(f'how: expected "geometric" or "arithmetic", got {how!r}')
    values = reals(z, "z", missing=True)
    w = reals(weights, "weights", least=0.0)
    if values.ndim == 0 or w.ndim == 0 or values.shape[-1] != w.shape[-1]:
        raise ValueError(
            f"weights: expected one per indicator on the last axis; got weights {w.shape}, z {values.shape}"
        )
    if not np.allclose(w.sum(axis=-1), 1.0, rtol=0.0, atol=1e-9):
        raise ValueError("weights: expected each set to sum to 1; divide it by its sum")
    one_area = values.ndim == 1
    if one_area:
        values = values[None, :]
    try:
        draws = np.broadcast_shapes(values.shape[:-2], w.shape[:-1])
    except ValueError as error:
        raise ValueError(f"weights: shape {w.shape} does not fit z {values.shape}; {error}") from error
    index = _weighted(values, w, draws, how)
    return index[..., 0] if one_area else index


def _weighted(values: FloatArray, w: FloatArray, draws: tuple[int, ...], how: Aggregator) -> FloatArray:
    areas, indicators = values.shape[-2:]
    if values.ndim == 2:
        terms = _logs(values) if how == "geometric" else values
        index = (w.reshape(-1, indicators) @ terms.T).reshape(*draws, areas)
    else:
        index = np.empty((*draws, areas))
        flat = index.reshape(-1, areas)
        rows = np.broadcast_to(values, (*draws, areas, indicators)).reshape(-1, areas, indicators)
        sets = np.broadcast_to(w, (*draws, indicators)).reshape(-1, indicators)
        size = max(1, _BLOCK // max(1, areas * indicators))
        for start in range(0, len(flat), size):
            part = slice(start, start + size)
            terms = _logs(rows[part]) if how == "geometric" else rows[part]
            np.matmul(terms, sets[part, :, None], out=flat[part, :, None])
    if how == "geometric":
        np.exp(index, out=index)
    return index


def _logs(z: FloatArray) -> FloatArray:
    if (z <= 0).any():
        raise ValueError(
            f"z: expected values above 0 for a geometric mean, got {np.nanmin(z):g}; normalise first"
        )
    return np.asarray(np.log(z))


def needs_log(x: ArrayLike) -> bool:
    """Return whether an indicator is lopsided enough to take its logarithm: |skew| > 2 and kurtosis > 3.5.

    Both are the sample definitions of spreadsheets and of the COINr package: skew
    G1 = g1 sqrt(n(n-1))/(n-2), excess kurtosis G2 = (n-1)/((n-2)(n-3)) ((n+1) g2 + 6), with g1, g2 the
    moment ratios (excess, so 0 for a normal law). x: (areas,), nan left out. False for fewer than four
    known values or a constant, whose shape cannot be judged (methods B6).
    """
    values = reals(x, "x", dimensions=(1,), missing=True)
    known = values[~np.isnan(values)]
    if known.size < 4 or np.ptp(known) == 0:
        return False
    lopsided = abs(float(skew(known, bias=False))) > 2.0
    return bool(lopsided and float(kurtosis(known, bias=False)) > 3.5)


def effective_importance(z: ArrayLike, index: ArrayLike) -> FloatArray:
    """Return the squared rank correlation of each indicator with the index, (indicators,) (methods B6).

    To be shown beside the nominal weights, which it can differ from where indicators move together.
    z: (areas, indicators); index: (areas,). Spearman's coefficient over areas known in both; nan with
    fewer than two or no variation. Raises ValueError if the areas differ in number.
    """
    columns = reals(z, "z", dimensions=(2,), missing=True)
    total = reals(index, "index", dimensions=(1,), missing=True)
    if len(columns) != total.size:
        raise ValueError(f"index: expected {len(columns)} areas to match z, got {total.size}")
    return np.array([_spearman(column, total) ** 2 for column in columns.T])


def _spearman(a: FloatArray, b: FloatArray) -> float:
    both = ~(np.isnan(a) | np.isnan(b))
    if both.sum() < 2:
        return float("nan")
    first, second = ascending(a[both]), ascending(b[both])
    first, second = first - first.mean(), second - second.mean()
    scale = float(np.sqrt(np.dot(first, first) * np.dot(second, second)))
    return float(np.dot(first, second)) / scale if scale > 0 else float("nan")


class QuantileTally:
    """Counts of index values in narrow bins of [0, 1], filled chunk by chunk; no draw is kept.

    areas: number of areas. bins: a quantile is right to 1/bins.
    """

    def __init__(self, areas: int, bins: int = 10_000) -> None:
        if areas < 1 or bins < 1:
            raise ValueError(f"areas, bins: expected at least 1 of each, got {areas} and {bins}")
        self.areas = areas
        self.bins = bins
        # The last column holds missing values, apart from every bin.
        self._counts = np.zeros((areas, bins + 1), dtype=np.int64)

    def add(self, draws: ArrayLike) -> None:
        """Count a chunk of index draws (draws, areas) in [0, 1]; nan is missing and not counted."""
        values = reals(draws, "draws", dimensions=(2,), missing=True, least=0.0, most=1.0 + 1e-9)
        if values.shape[1] != self.areas:
            raise ValueError(f"draws: expected {self.areas} areas in each row, got shape {values.shape}")
        place = np.where(np.isnan(values), self.bins, np.minimum(values * self.bins, self.bins - 1))
        flat = place.astype(np.intp) + np.arange(self.areas) * (self.bins + 1)
        np.add.at(self._counts.reshape(-1), flat.ravel(), 1)

    def quantiles(self, levels: Sequence[float]) -> FloatArray:
        """Return the quantiles (levels, areas), interpolated inside a bin; nan for areas never seen."""
        shares = reals(levels, "levels", dimensions=(1,), least=0.0, most=1.0)
        reached = np.cumsum(self._counts[:, :-1], axis=1)
        total = reached[:, -1]
        found = np.full((shares.size, self.areas), np.nan)
        for area in np.flatnonzero(total):
            needed = shares * total[area]
            at = np.minimum(np.searchsorted(reached[area], np.maximum(needed, 0.5)), self.bins - 1)
            before = reached[area, at] - self._counts[area, at]
            inside = np.clip((needed - before) / self._counts[area, at], 0.0, 1.0)
            found[:, area] = (at + inside) / self.bins
        return found


@dataclass(frozen=True)
class IndexSpread:
    """What many draws of an index say about each area."""

    levels: tuple[float, ...]
    quantiles: FloatArray
    """Quantiles of the index (levels, areas), right to 1/bins."""
    mean_rank: FloatArray
    """Mean rank (areas,), 1 for the highest index."""
    top: FloatArray
    """P(rank <= k) (areas,)."""
    rank_lower: FloatArray
    """5 % rank (areas,)."""
    rank_upper: FloatArray
    """95 % rank (areas,)."""
    draws: int


def index_quantiles(
    chunks: Iterable[ArrayLike], k: int, levels: Sequence[float] = (0.05, 0.5, 0.95), bins: int = 10_000
) -> IndexSpread:
    """Return quantiles and rank probabilities of an index from its draws, a chunk at a time (methods B7).

    chunks: arrays (draws, areas) of index values in [0, 1], best made one by one by a generator that calls
    `aggregate` on a few hundred draws; only counts are kept, so that memory does not grow with the draws.
    k: how many first places `top` asks about. levels: quantiles wanted. bins: quantiles are right to
    1/bins, well below the simulation error that two printed digits allow. The result does not depend on how
    draws are cut into chunks. Areas that are always nan come back nan.

    Raises ValueError on no chunks, values outside [0, 1], or chunks with other numbers of areas.
    """
    ranks: RankTally | None = None
    values: QuantileTally | None = None
    for chunk in chunks:
        part = reals(chunk, "chunks", dimensions=(2,), missing=True)
        if ranks is None or values is None:
            ranks, values = RankTally(part.shape[1], k), QuantileTally(part.shape[1], bins)
        ranks.add(part)
        values.add(part)
    if ranks is None or values is None:
        raise ValueError("chunks: expected at least one array (draws, areas), got none")
    lower, upper = ranks.interval(0.9)
    return IndexSpread(
        levels=tuple(float(level) for level in levels),
        quantiles=values.quantiles(levels),
        mean_rank=ranks.mean,
        top=ranks.top,
        rank_lower=lower,
        rank_upper=upper,
        draws=ranks.draws,
    )
