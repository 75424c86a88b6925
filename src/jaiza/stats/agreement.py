"""Agreement between coders who worked apart: Krippendorff's alpha and Cohen's kappa.

Estimate: 1 - observed disagreement / disagreement expected if the same codes were dealt out at random.
Assumes:  coders saw neither each other's codes nor a machine's; units are alike and apart.
Source:   Krippendorff (2011), Computing Krippendorff's Alpha-Reliability; Cohen (1960); methods F.
          Alpha of .80 or more is firm, .667 to .80 tentative; below, recode.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from jaiza.stats.arguments import FloatArray, reals

Metric = Literal["nominal", "ordinal", "interval"]


@dataclass(frozen=True)
class AgreementInterval:
    """Krippendorff's alpha with a percentile interval from resampled units."""

    estimate: float
    lower: float
    upper: float
    """Limits; nan where the estimate is undefined."""
    units: int
    """Units with two codes or more, on which the estimate stands."""
    undefined: int
    """Resamples that held one category only, left out of the limits."""


@dataclass(frozen=True)
class _Codings:
    """The different ways in which units were coded, and how many units were coded in each.

    Alpha does not depend on which coder gave a code, so the codes of a unit are sorted; a few patterns then
    stand for thousands of units, and resampling units is one multinomial draw of the patterns.
    """

    values: FloatArray
    """The categories, rising."""
    index: NDArray[np.int64]
    """(coders, patterns): place of each code among `values`; -1 where missing."""
    times: NDArray[np.int64]
    """(patterns,): units with this pattern."""


def krippendorff_alpha(codes: ArrayLike, metric: Metric = "nominal") -> float:
    """Return Krippendorff's alpha, 1 for full agreement, 0 for chance, nan where undefined (methods F).

    alpha = 1 - (n-1) sum_u D_u / D_e over units u with m_u >= 2 codes, n codes in all; D_u is the sum of
    delta^2 over ordered pairs of codes within the unit, divided by m_u - 1, and D_e the same sum over all
    pairs. delta^2: nominal, 1 if the codes differ; interval, their squared difference; ordinal, the squared
    difference of their mid-ranks among all codes.

    codes (coders, units): numbers; nan where a coder did not code. Units with fewer than two codes are left
    out. Where all codes kept fall in one category, or no unit has two, alpha is undefined and nan.
    Raises ValueError for infinite codes, fewer than two coders, other shapes and unknown metrics.
    """
    codings = _codings(codes, metric)
    return _alpha(codings, codings.times, metric)


def krippendorff_interval(
    codes: ArrayLike,
    metric: Metric = "nominal",
    *,
    rng: np.random.Generator,
    level: float = 0.90,
    draws: int = 2000,
) -> AgreementInterval:
    """Return alpha with a bootstrap interval: units that have two codes are resampled with replacement.

    The limits are the percentiles of alpha over `draws` resamples in which it is defined. Assumes that units
    are independent; units that share a text are less so, and the interval is then too narrow. Codes, metric,
    nan and errors as `krippendorff_alpha`; also ValueError for a level outside (0, 1) or no draws.
    """
    if not 0 < level < 1:
        raise ValueError(f"level: expected a share between 0 and 1, such as 0.9, got {level!r}")
    if draws < 1:
        raise ValueError(f"draws: expected at least 1, got {draws!r}")
    codings = _codings(codes, metric)
    estimate = _alpha(codings, codings.times, metric)
    units = int(codings.times.sum())
    if math.isnan(estimate):
        return AgreementInterval(estimate, math.nan, math.nan, units, 0)
    resampled = rng.multinomial(units, codings.times / units, size=draws)
    alphas = np.array([_alpha(codings, times, metric) for times in resampled])
    defined = alphas[~np.isnan(alphas)]
    lower, upper = math.nan, math.nan
    if defined.size:
        lower, upper = (float(q) for q in np.quantile(defined, [(1 - level) / 2, (1 + level) / 2]))
    return AgreementInterval(estimate, lower, upper, units, draws - defined.size)


def cohen_kappa(a: ArrayLike, b: ArrayLike) -> float:
    """Return Cohen's kappa of two coders, (p_o - p_e) / (1 - p_e), unweighted; nan where undefined.

    Methods F. p_o is the share of units given the same code, p_e that expected from each coder's own use of
    the codes. a, b (units,): numbers; units that either coder left out (nan) are not counted. Undefined, and
    nan, where no unit is left or both coders gave one and the same code throughout. Raises ValueError for
    infinite codes and for unequal lengths.
    """
    first = reals(a, "a", dimensions=(1,), missing=True)
    second = reals(b, "b", dimensions=(1,), missing=True)
    if first.shape != second.shape:
        raise ValueError(f"b: expected one code per unit of a, {first.size}, got {second.size}")
    both = ~(np.isnan(first) | np.isnan(second))
    first, second = first[both], second[both]
    if first.size == 0:
        return math.nan
    values, index = np.unique(np.concatenate([first, second]), return_inverse=True)
    used_a = np.bincount(index[: first.size], minlength=values.size)
    used_b = np.bincount(index[first.size :], minlength=values.size)
    agreed = int(np.sum(first == second)) * first.size
    by_chance = int(used_a @ used_b)
    if by_chance == first.size**2:
        return math.nan
    return (agreed - by_chance) / (first.size**2 - by_chance)


def _codings(codes: ArrayLike, metric: Metric) -> _Codings:
    if metric not in get_args(Metric):
        raise ValueError(f"metric: expected nominal, ordinal or interval, got {metric!r}")
    table = reals(codes, "codes", dimensions=(2,), missing=True)
    if table.shape[0] < 2:
        raise ValueError(
            f"codes: expected two coders or more, got shape {table.shape}; rows are coders, columns units"
        )
    table = table[:, np.sum(~np.isnan(table), axis=0) >= 2]
    present = ~np.isnan(table)
    values, places = np.unique(table[present], return_inverse=True)
    index = np.full(table.shape, -1, dtype=np.int64)
    index[present] = places
    patterns, times = np.unique(np.sort(index, axis=0), axis=1, return_counts=True)
    return _Codings(values, patterns, times.astype(np.int64))


def _alpha(codings: _Codings, times: NDArray[np.int64], metric: Metric) -> float:
    """Alpha when each pattern of coding occurs `times` times."""
    index = codings.index
    present = index >= 0
    repeated = np.broadcast_to(times, index.shape)
    used = np.bincount(index[present], weights=repeated[present], minlength=codings.values.size)
    if np.count_nonzero(used) < 2:
        return math.nan
    size = present.sum(axis=0)
    total = float(used.sum())
    if metric == "nominal":
        same = np.zeros(index.shape[1])
        for row in index:
            same += np.sum((index == row) & present, axis=0)
        within = (size**2 - same) / (size - 1)
        expected = total**2 - float(used @ used)
    else:
        score = codings.values if metric == "interval" else np.cumsum(used) - used / 2
        score = score - float(used @ score) / total
        given = np.where(present, score[index], 0.0)
        from_mean = np.where(present, given - given.sum(axis=0) / size, 0.0)
        # twice the number of codes times their squared distances from the mean = all ordered pairs squared
        within = 2 * size * np.sum(from_mean**2, axis=0) / (size - 1)
        expected = 2 * total * float(used @ score**2)
    return 1.0 - (total - 1) * float(times @ within) / expected
