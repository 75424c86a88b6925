"""Ranks of areas under uncertainty: where each could stand, and how surely it is among the first k.

Throughout, the highest value has rank 1, equal values share their mean rank, and an area is in the top k
if that rank is at most k.

Assumes:  draws are joint, one row per draw, so that areas are compared within a row.
Source:   Mogstad, Romano, Shaikh and Wilhelm (2024), Review of Economic Studies 91(1); methods J.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import kendalltau, norm

from jaiza.stats.arguments import FloatArray, reals

# Pairs of areas compared at a time: a megabyte of truth values, which stays in the processor's cache.
_BLOCK = 1 << 20


class RankTally:
    """Counts of the ranks of each area, filled chunk by chunk; its size does not grow with the draws.

    areas: number of areas. k: how many first places `top` asks about. In a draw where an area is nan it
    is not ranked, and the others are ranked without it.
    """

    def __init__(self, areas: int, k: int) -> None:
        if areas < 1:
            raise ValueError(f"areas: expected at least 1, got {areas}")
        _check_k(k)
        self.areas = areas
        self.k = k
        self.draws = 0
        # Mean ranks are whole or half, so twice the rank counts them exactly.
        self._counts = np.zeros((areas, 2 * areas + 1), dtype=np.int64)

    def add(self, draws: ArrayLike) -> None:
        """Count the ranks of a chunk of draws (draws, areas); raises ValueError on another shape."""
        values = reals(draws, "draws", dimensions=(2,), missing=True, unbounded=True)
        if values.shape[1] != self.areas:
            raise ValueError(f"draws: expected {self.areas} areas in each row, got shape {values.shape}")
        ranks = descending(values)
        known = ~np.isnan(ranks)
        place = np.where(known, 2.0 * ranks, 0.0).astype(np.intp)
        place += np.arange(self.areas) * self._counts.shape[1]
        self._counts += np.bincount(place.ravel(), minlength=self._counts.size).reshape(self._counts.shape)
        self._counts[:, 0] = 0
        self.draws += len(values)

    @property
    def ranked(self) -> NDArray[np.int64]:
        """Draws in which each area was ranked (areas,)."""
        return np.asarray(self._counts.sum(axis=1), dtype=np.int64)

    @property
    def mean(self) -> FloatArray:
        """Mean rank over the draws in which an area was ranked (areas,); nan when there are none."""
        return self._share(self._counts @ (np.arange(self._counts.shape[1]) / 2.0))

    @property
    def top(self) -> FloatArray:
        """P(rank <= k) over the draws in which an area was ranked (areas,); nan when there are none."""
        return self._share(self._counts[:, : 2 * self.k + 1].sum(axis=1))

    def interval(self, level: float = 0.9) -> tuple[FloatArray, FloatArray]:
        """Return (lower, upper) ranks, the smallest not passed by (1-level)/2 and (1+level)/2 of draws."""
        _check_level(level)
        reached = np.cumsum(self._counts, axis=1)
        ends = []
        for share in ((1.0 - level) / 2.0, (1.0 + level) / 2.0):
            # At level .95 and 40 draws the share comes to 1.0000000000000009, and must not ask for 2 draws.
            needed = np.maximum(share * self.ranked - 1e-9 * self.draws, 0.5)
            place = (reached >= needed[:, None]).argmax(axis=1) / 2.0
            ends.append(np.where(self.ranked > 0, place, np.nan))
        return ends[0], ends[1]

    def _share(self, total: NDArray[np.generic]) -> FloatArray:
        ranked = self.ranked
        return np.asarray(np.divide(total, ranked, out=np.full(self.areas, np.nan), where=ranked > 0))


def ascending(values: ArrayLike) -> FloatArray:
    """Return ranks along the last axis, 1 for the lowest; ties share the mean rank, nan stays nan."""
    x = reals(values, "values", missing=True, unbounded=True)
    if x.ndim == 0:
        raise ValueError("values: expected at least one axis, got a single number; put it in a list")
    if x.shape[-1] == 0:
        return np.empty(x.shape)
    order = np.argsort(x, axis=-1)
    ordered = np.take_along_axis(x, order, axis=-1)
    places = np.broadcast_to(np.arange(1.0, x.shape[-1] + 1.0), x.shape)
    tied = ordered[..., 1:] == ordered[..., :-1]
    if tied.any():
        places = _shared_places(tied)
    ranks = np.empty(x.shape)
    np.put_along_axis(ranks, order, places, axis=-1)
    ranks[np.isnan(x)] = np.nan
    return ranks


def _shared_places(tied: NDArray[np.bool_]) -> FloatArray:
    """Mean place of each run of equal values, given whether each value equals the one before it."""
    count = tied.shape[-1] + 1
    index = np.broadcast_to(np.arange(count, dtype=np.float64), (*tied.shape[:-1], count))
    edge = np.ones((*tied.shape[:-1], 1), dtype=bool)
    starts = np.where(np.concatenate([edge, ~tied], axis=-1), index, 0.0)
    ends = np.where(np.concatenate([~tied, edge], axis=-1), index, float(count))
    first = np.maximum.accumulate(starts, axis=-1)
    last = np.minimum.accumulate(ends[..., ::-1], axis=-1)[..., ::-1]
    return np.asarray((first + last) / 2.0 + 1.0)


def descending(values: ArrayLike) -> FloatArray:
    """Return ranks along the last axis, 1 for the highest; ties share the mean rank, nan stays nan."""
    return ascending(-reals(values, "values", missing=True, unbounded=True))


def top_k(draws: ArrayLike, k: int) -> FloatArray:
    """Return P(rank <= k) per area (areas,), over joint draws (draws, areas) (methods J).

    Ties take the mean rank and count if that is at most k. An area that is nan in a draw is not ranked
    there; its share is over the draws in which it is, and nan if there are none. With D draws the
    simulation error is at most .5/sqrt(D). Raises ValueError on a wrong shape, no draws, or k below 1.
    """
    return _tally(draws, k).top


def rank_interval(draws: ArrayLike, level: float = 0.9) -> tuple[FloatArray, FloatArray]:
    """Return (lower, upper), the middle `level` of each area's ranks over draws (draws, areas).

    The ends are ranks that occurred: the smallest that at least (1-level)/2, and (1+level)/2, of the
    draws do not pass. An area never ranked is nan. Raises ValueError as `top_k`, or on a level not in (0, 1).
    """
    return _tally(draws, 1).interval(level)


def _tally(draws: ArrayLike, k: int) -> RankTally:
    values = reals(draws, "draws", dimensions=(2,), missing=True, unbounded=True)
    if values.size == 0:
        raise ValueError(f"draws: expected at least one draw and one area, got shape {values.shape}")
    tally = RankTally(values.shape[1], k)
    tally.add(values)
    return tally


def rank_shift(draws: ArrayLike, reference: ArrayLike) -> FloatArray:
    """Return the mean absolute rank shift of each draw against the reference, (draws,) (methods J).

    draws: values (draws, areas). reference: *ranks* (areas,), 1 for the highest, as from
    `descending(values)`. The mean is over areas ranked in both; nan if a draw has none. Raises ValueError
    when the reference does not look like ranks or does not match the draws.
    """
    values = reals(draws, "draws", dimensions=(2,), missing=True, unbounded=True)
    ranks = reals(reference, "reference", dimensions=(1,), missing=True)
    if ranks.size != values.shape[1]:
        raise ValueError(f"reference: expected {values.shape[1]} ranks, one per area, got {ranks.size}")
    known = ranks[~np.isnan(ranks)]
    if not np.isclose(known.sum(), known.size * (known.size + 1) / 2) or (known < 1).any():
        raise ValueError("reference: expected ranks 1, 2, ... of the areas; pass ranks.descending(values)")
    shift = np.abs(descending(values) - ranks)
    both = ~np.isnan(shift)
    count = both.sum(axis=1)
    total = np.where(both, shift, 0.0).sum(axis=1)
    return np.asarray(np.divide(total, count, out=np.full(len(values), np.nan), where=count > 0))


def mean_rank_shift(draws: ArrayLike, reference: ArrayLike) -> float:
    """Return the mean of `rank_shift` over the draws: places an area moves on average (methods J).

    Draws in which no area is ranked are left out; nan if that is all of them.
    """
    shift = rank_shift(draws, reference)
    known = shift[~np.isnan(shift)]
    return float(known.mean()) if known.size else float("nan")


def rank_sets(estimate: ArrayLike, se: ArrayLike, level: float = 0.9) -> tuple[FloatArray, FloatArray]:
    """Return the (lower, upper) ranks each area's estimate allows, (areas,) each (methods J).

    From 1 + number of areas significantly above, to I - number significantly below. A difference is
    significant beyond z sqrt(se_a^2 + se_b^2), z the normal quantile at one-sided alpha
    (1-level)/2 / (2(I-1)): Bonferroni over the 2(I-1) one-sided comparisons of one area with the rest, so
    that each set holds its area's true rank with probability at least `level`.

    estimate, se: (areas,); higher is rank 1; an area with nan in either is not ranked and comes back nan.
    Assumes independent, roughly normal estimates. Raises ValueError on unequal lengths, a negative se, or
    a level outside (0, 1).
    """
    value = reals(estimate, "estimate", dimensions=(1,), missing=True)
    error = reals(se, "se", dimensions=(1,), missing=True, least=0.0)
    _check_level(level)
    if value.shape != error.shape:
        raise ValueError(f"se: expected {value.size} values, one per estimate, got {error.size}")
    ranked = ~(np.isnan(value) | np.isnan(error))
    count = int(ranked.sum())
    z = float(norm.isf((1.0 - level) / 2.0 / (2.0 * (count - 1)))) if count > 1 else 0.0
    # nan differences compare false, so that areas without an estimate are above and below nobody.
    above = (value[None, :] - value[:, None]) > z * np.hypot(error[None, :], error[:, None])
    lower = np.where(ranked, 1.0 + above.sum(axis=1), np.nan)
    upper = np.where(ranked, count - above.sum(axis=0), np.nan)
    return lower, upper


def possible_ranks(value: ArrayLike, low: ArrayLike, high: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return (best, worst), the ranks each area could have, given what missing values may be (methods J).

    value: (areas,), nan where missing. low, high: limits of the missing values, one number or (areas,),
    such as the priority with the gap at 0 and at 1; they are read only where the value is missing, and an
    area whose limits are nan too is not ranked. Best rank: 1 + areas that stand above it even when it
    takes its highest value and they their lowest; worst rank the other way round. Known areas get both
    too, since a missing one may pass them. Raises ValueError if a low exceeds its high.
    """
    known = reals(value, "value", dimensions=(1,), missing=True)
    floor = np.broadcast_to(reals(low, "low", dimensions=(0, 1), missing=True), known.shape)
    ceiling = np.broadcast_to(reals(high, "high", dimensions=(0, 1), missing=True), known.shape)
    least = np.where(np.isnan(known), floor, known)
    most = np.where(np.isnan(known), ceiling, known)
    if (least > most).any():
        raise ValueError("low: expected limits not above `high`; swap the two")
    ranked = ~(np.isnan(least) | np.isnan(most))
    surely_above = least[None, :] > most[:, None]
    best = np.where(ranked, 1.0 + (surely_above & ranked[None, :]).sum(axis=1), np.nan)
    worst = np.where(ranked, ranked.sum() - (surely_above & ranked[:, None]).sum(axis=0), np.nan)
    return best, worst


def dominated(gaps: ArrayLike) -> NDArray[np.bool_]:
    """Return True for areas that another area exceeds or equals in every gap and exceeds in one (methods J).

    gaps: (areas, gaps), or (draws, areas, gaps) for one answer per draw; higher is worse. An area with a
    missing gap is compared with nobody: False, and it dominates none. Pareto order; no weights enter.
    """
    values = reals(gaps, "gaps", dimensions=(2, 3), missing=True)
    if values.ndim == 2:
        return np.asarray(_dominated(values[None, ...])[0])
    per_draw = max(1, values.shape[1] ** 2)
    size = max(1, _BLOCK // per_draw)
    parts = [_dominated(values[start : start + size]) for start in range(0, len(values), size)]
    return np.concatenate(parts) if parts else np.zeros(values.shape[:2], dtype=bool)


def _dominated(values: FloatArray) -> NDArray[np.bool_]:
    everywhere = np.ones((values.shape[0], values.shape[1], values.shape[1]), dtype=bool)
    somewhere = np.zeros_like(everywhere)
    for gap in np.moveaxis(values, -1, 0):
        everywhere &= gap[:, None, :] >= gap[:, :, None]
        somewhere |= gap[:, None, :] > gap[:, :, None]
    return np.asarray((everywhere & somewhere).any(axis=2))


def non_dominated(draws: ArrayLike) -> FloatArray:
    """Return P(no other area is worse in every gap) per area, over draws (draws, areas, gaps) (methods J).

    The share is over the draws in which every gap of the area is known; nan when there are none.
    """
    values = reals(draws, "draws", dimensions=(3,), missing=True)
    known = ~np.isnan(values).any(axis=2)
    count = known.sum(axis=0)
    free = (known & ~dominated(values)).sum(axis=0)
    return np.asarray(np.divide(free, count, out=np.full(values.shape[1], np.nan), where=count > 0))


def kendall_tau(a: ArrayLike, b: ArrayLike) -> float:
    """Return Kendall's tau-b between two sets of values (areas,), over areas known in both.

    nan when fewer than two are, or one of them is constant. Raises ValueError on unequal lengths.
    """
    first = reals(a, "a", dimensions=(1,), missing=True)
    second = reals(b, "b", dimensions=(1,), missing=True)
    if first.shape != second.shape:
        raise ValueError(f"b: expected {first.size} values to match a, got {second.size}")
    both = ~(np.isnan(first) | np.isnan(second))
    if both.sum() < 2:
        return float("nan")
    return float(kendalltau(first[both], second[both]).statistic)


def _check_k(k: int) -> None:
    if k < 1:
        raise ValueError(f"k: expected a number of places of at least 1, got {k}")


def _check_level(level: float) -> None:
    if not 0.0 < level < 1.0:
        raise ValueError(f"level: expected a share between 0 and 1 such as 0.9, got {level}")
