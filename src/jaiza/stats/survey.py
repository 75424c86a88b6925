"""Means of survey answers with their design-based error: weights, clusters, strata and refusals.

Estimate: weighted share or mean, with the variance of the linearised totals of the primary sampling units.
Assumes:  weights reflect how people were drawn; clusters were drawn with replacement or are a small part of
          all clusters (no finite-population correction, which errs on the wide side).
Source:   Binder (1983), International Statistical Review 51; Kish (1992), Journal of Official Statistics 8;
          methods G1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from jaiza.stats.arguments import FloatArray, positive, reals

ESTIMATED, NO_VARIANCE, NO_ANSWERS = "estimated", "no_variance", "no_answers"
LEAST_ANSWERS, LEAST_CLUSTERS = 30, 3


@dataclass(frozen=True)
class SurveyMean:
    """A weighted mean with its design-based error."""

    estimate: float
    """Weighted mean, in the unit of y."""
    variance: float
    """Linearised variance between clusters; nan (state `no_variance`) when there is one cluster only."""
    deff: float
    """Kish design effect n sum(w^2) / (sum w)^2 of the weights; it leaves out clustering."""
    n_eff: float
    """n / deff."""
    n: int
    """Answers used."""
    psus: int
    """Clusters (primary sampling units) used."""
    refused: float
    """Weighted share of the rows without an answer (y is nan), 0 to 1."""
    state: str
    """`estimated`, or `no_variance` when one cluster hides how clusters differ."""
    notes: tuple[str, ...]
    """What was done about strata with one cluster; empty otherwise."""

    @property
    def publishable(self) -> bool:
        """True with at least 30 answers from at least 3 clusters (methods G1)."""
        return self.state == ESTIMATED and self.n >= LEAST_ANSWERS and self.psus >= LEAST_CLUSTERS


@dataclass(frozen=True)
class AreaMeans:
    """Weighted means of several areas, in the sorted order of their labels; every array is (areas,)."""

    areas: NDArray[np.generic]
    """Area labels."""
    estimate: FloatArray
    """Weighted mean; nan where nobody answered."""
    variance: FloatArray
    """Linearised variance; nan where the state is not `estimated`."""
    deff: FloatArray
    """Kish design effect; nan where nobody answered."""
    n_eff: FloatArray
    """Effective number of answers; 0 where nobody answered."""
    n: NDArray[np.int64]
    """Answers."""
    psus: NDArray[np.int64]
    """Clusters."""
    refused: FloatArray
    """Weighted share without an answer."""
    state: tuple[str, ...]
    """`estimated`, `no_variance` (one cluster) or `no_answers` (all refused), one per area."""
    publishable: NDArray[np.bool_]
    """True with at least 30 answers from at least 3 clusters."""
    notes: tuple[str, ...]
    """Merged strata, each with its area."""


@dataclass(frozen=True)
class Difference:
    """First mean minus second mean of the same respondents."""

    estimate: float
    """Difference, in the unit of the answers."""
    variance: float
    """V1 + V2 - 2 Cov; nan when there is one cluster only."""
    covariance: float
    """Linearised covariance of the two means; nan when there is one cluster only."""
    first: SurveyMean
    """Mean of the first answers."""
    second: SurveyMean
    """Mean of the second answers."""


@dataclass(frozen=True)
class _Design:
    """Rows of one survey with their place in the design."""

    weights: FloatArray
    unit: NDArray[np.int64]
    """Cluster of each row, 0 to units - 1."""
    stratum: NDArray[np.int64]
    """Stratum of each cluster, after merging."""
    notes: tuple[str, ...]


def mean(
    y: ArrayLike, weights: ArrayLike, psu: ArrayLike | None = None, strata: ArrayLike | None = None
) -> SurveyMean:
    """Return the weighted mean of `y` with its linearised variance, design effect and effective size.

    Per stratum m/(m-1) sum (z_c - mean z)^2 with z_c = sum over cluster c of w (y - ybar) / sum w, summed
    over strata; deff = n sum w^2 / (sum w)^2 (methods G1).

    y (n,): answers, such as 1 for the top categories and 0 for the rest; nan for refused and don't know.
    weights (n,): above 0. psu (n,): cluster labels, read within their stratum; None makes each row a
    cluster. strata (n,): labels; None is one stratum.

    A stratum left with one cluster shows no variance, so all such strata are joined into one; a single one
    left over joins the stratum with the fewest clusters (then the least weight, then the first label). The
    result names them in `notes`. Joining unlike strata makes the variance too wide rather than too narrow.
    One cluster in all: the mean stands, its variance is nan and the state is `no_variance`.

    Raises ValueError for weights of 0 or below, infinite answers, labels that are missing or of another
    length, and when nobody answered.
    """
    answers, weight, clusters, layers = _rows(y, weights, psu, strata)
    answered = ~np.isnan(answers)
    if not answered.any():
        raise ValueError(
            f"y: all {answers.size} answers are nan (refused or don't know), so there is no mean; "
            "report the question as unanswered, or give the bounds 0 to 1"
        )
    return _mean(answers, weight, clusters, layers)


def area_means(
    y: ArrayLike,
    weights: ArrayLike,
    area: ArrayLike,
    psu: ArrayLike | None = None,
    strata: ArrayLike | None = None,
) -> AreaMeans:
    """Return one weighted mean per area, each as `mean` gives it from the area's own rows.

    area (n,): labels; the other arguments are those of `mean`. The variance of an area is taken between the
    clusters that fell into it, which is a little wider than the textbook domain variance when clusters are
    few. An area where nobody answered has the state `no_answers`, one with a single cluster `no_variance`.

    Raises ValueError as `mean` does, except that an area without answers is a state and not an error.
    """
    answers, weight, clusters, layers = _rows(y, weights, psu, strata)
    labels, member = _labels(area, "area", answers.size)
    rows = [_area_mean(answers, weight, clusters, layers, member == a) for a in range(labels.size)]
    return AreaMeans(
        areas=labels,
        estimate=np.array([row.estimate for row in rows]),
        variance=np.array([row.variance for row in rows]),
        deff=np.array([row.deff for row in rows]),
        n_eff=np.array([row.n_eff for row in rows]),
        n=np.array([row.n for row in rows], dtype=np.int64),
        psus=np.array([row.psus for row in rows], dtype=np.int64),
        refused=np.array([row.refused for row in rows]),
        state=tuple(row.state for row in rows),
        publishable=np.array([row.publishable for row in rows]),
        notes=tuple(f"area {labels[a]}: {note}" for a, row in enumerate(rows) for note in row.notes),
    )


def difference(
    first: ArrayLike,
    second: ArrayLike,
    weights: ArrayLike,
    psu: ArrayLike | None = None,
    strata: ArrayLike | None = None,
) -> Difference:
    """Return the mean of `first` minus that of `second`, asked of the same people, with its variance.

    Var = V1 + V2 - 2 Cov (methods G3); the covariance is linearised like the variance. Each mean uses every
    row that answered its own question. Arguments and errors as in `mean`.
    """
    a, weight, clusters, layers = _rows(first, weights, psu, strata)
    b, _, _, _ = _rows(second, weights, psu, strata)
    if np.isnan(a).all() or np.isnan(b).all():
        raise ValueError("first, second: nobody answered one of the two questions; there is no difference")
    either = ~(np.isnan(a) & np.isnan(b))
    design = _design(weight[either], clusters[either], layers[either])
    za, zb = (_influence(x[either], design.weights) for x in (a, b))
    covariance = _covariance(za, zb, design)
    # one design for all three terms, so that the variance is never negative
    variance = _covariance(za - zb, za - zb, design)
    means = (_mean(a, weight, clusters, layers), _mean(b, weight, clusters, layers))
    return Difference(means[0].estimate - means[1].estimate, variance, covariance, *means)


def clustering_effect(means: AreaMeans) -> float:
    """Return by how much clustering widens the variance of shares beyond weighting, 1 or above.

    sum V_a / sum deff_a p_a (1 - p_a) / (n_a - 1) over the areas of `means` that have a variance; 1 when it
    comes out lower or no area can tell. For answers 0 and 1. Pooled, because one area's clusters are too few
    to tell: divide every n_eff by it before `small_area.arcsine`, and give it to `small_area.mrp` as its
    design effect. Raises ValueError for means outside 0 to 1.
    """
    known = np.array([state == ESTIMATED for state in means.state]) & (means.n > 1)
    p, n = means.estimate[known], means.n[known]
    if ((p < 0.0) | (p > 1.0)).any():
        raise ValueError("means: expected shares of answers 0 and 1, got a mean outside 0 to 1")
    simple = float(np.sum(means.deff[known] * p * (1.0 - p) / (n - 1.0)))
    return max(1.0, float(means.variance[known].sum()) / simple) if simple > 0 else 1.0


@overload
def answer_bounds(share: float, refused: float) -> tuple[float, float]: ...
@overload
def answer_bounds(share: ArrayLike, refused: ArrayLike) -> tuple[FloatArray, FloatArray]: ...
def answer_bounds(
    share: ArrayLike, refused: ArrayLike
) -> tuple[float, float] | tuple[FloatArray, FloatArray]:
    """Return (lower, upper): the share if all who did not answer had said no, and if all had said yes.

    [T(1 - q), T(1 - q) + q] (methods G1). share T: among those who answered; refused q: share of all who did
    not; both 0 to 1, of any shapes that fit together. Raises ValueError outside 0 to 1. Where nobody answered
    (q = 1) the bounds are 0 and 1, whatever T, which may then be nan.
    """
    q = reals(refused, "refused", least=0.0, most=1.0)
    t = reals(share, "share", least=0.0, most=1.0, missing=True)
    if (np.isnan(t) & (q < 1.0)).any():
        raise ValueError(
            "share: nan is allowed only where refused is 1; give the share of those who answered"
        )
    lower = np.nan_to_num(t) * (1.0 - q)
    upper = np.minimum(lower + q, 1.0)
    return (float(lower), float(upper)) if lower.ndim == 0 else (lower, upper)


def _rows(
    y: ArrayLike, weights: ArrayLike, psu: ArrayLike | None, strata: ArrayLike | None
) -> tuple[FloatArray, FloatArray, NDArray[np.int64], NDArray[np.int64]]:
    answers = reals(y, "y", dimensions=(1,), missing=True)
    if answers.size == 0:
        raise ValueError("y: expected at least one answer, got an empty array")
    weight = positive(weights, "weights", dimensions=(1,))
    if weight.size != answers.size:
        raise ValueError(f"weights: expected one per answer, {answers.size}, got {weight.size}")
    each = np.arange(answers.size)
    clusters = each if psu is None else _labels(psu, "psu", answers.size)[1]
    layers = np.zeros_like(each) if strata is None else _labels(strata, "strata", answers.size)[1]
    return answers, weight, clusters, layers


def _labels(labels: ArrayLike, name: str, n: int) -> tuple[NDArray[np.generic], NDArray[np.int64]]:
    array = np.asarray(labels)
    if array.shape != (n,):
        raise ValueError(f"{name}: expected one label per answer, shape ({n},), got shape {array.shape}")
    if any(label is None or label != label for label in array.tolist()):
        raise ValueError(f"{name}: some labels are missing; give each row its label or leave the row out")
    try:
        found, codes = np.unique(array, return_inverse=True)
    except TypeError as error:
        raise ValueError(f"{name}: expected labels of one type, all text or all numbers; {error}") from error
    return found, codes


def _area_mean(
    answers: FloatArray,
    weight: FloatArray,
    clusters: NDArray[np.int64],
    layers: NDArray[np.int64],
    inside: NDArray[np.bool_],
) -> SurveyMean:
    if np.isnan(answers[inside]).all():
        return SurveyMean(math.nan, math.nan, math.nan, 0.0, 0, 0, 1.0, NO_ANSWERS, ())
    return _mean(answers[inside], weight[inside], clusters[inside], layers[inside])


def _mean(
    answers: FloatArray, weight: FloatArray, clusters: NDArray[np.int64], layers: NDArray[np.int64]
) -> SurveyMean:
    used = ~np.isnan(answers)
    y, w = answers[used], weight[used]
    design = _design(w, clusters[used], layers[used])
    z = _influence(y, w)
    variance = _covariance(z, z, design)
    # weights enter as shares of the largest, so that their square neither overflows nor vanishes
    relative = w / w.max()
    deff = y.size * float(relative @ relative) / float(relative.sum()) ** 2
    return SurveyMean(
        estimate=float(np.average(y, weights=w)),
        variance=variance,
        deff=deff,
        n_eff=y.size / deff,
        n=int(y.size),
        psus=int(design.stratum.size),
        refused=float(weight[~used].sum() / weight.sum()),
        state=NO_VARIANCE if math.isnan(variance) else ESTIMATED,
        notes=design.notes,
    )


def _influence(y: FloatArray, weights: FloatArray) -> FloatArray:
    """w (y - ybar) / sum w over the rows that answered; 0 for those that did not."""
    used = ~np.isnan(y)
    z = np.zeros_like(y)
    share = weights[used] / weights[used].sum()
    z[used] = share * (y[used] - np.average(y[used], weights=weights[used]))
    return z


def _design(weights: FloatArray, clusters: NDArray[np.int64], layers: NDArray[np.int64]) -> _Design:
    pairs, unit = np.unique(np.column_stack([layers, clusters]), axis=0, return_inverse=True)
    unit = unit.reshape(-1)
    stratum, notes = _merge_lone(pairs[:, 0], unit, weights)
    return _Design(weights, unit, stratum, notes)


def _merge_lone(
    stratum: NDArray[np.int64], unit: NDArray[np.int64], weights: FloatArray
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return the stratum of each cluster once none is left with one cluster, unless there is one in all."""
    found, size = np.unique(stratum, return_counts=True)
    lone = found[size == 1]
    if lone.size == 0 or stratum.size == 1:
        return stratum, ()
    joined = list(lone)
    if lone.size == 1:
        others = [s for s in found if s != lone[0]]
        total = {s: math.fsum(weights[stratum[unit] == s]) for s in others}
        count = dict(zip(found, size, strict=True))
        joined.append(min(others, key=lambda s: (count[s], total[s], s)))
    merged = np.where(np.isin(stratum, joined), joined[0], stratum)
    return merged, (
        f"{lone.size} of {found.size} strata had one cluster only; {len(joined)} strata were joined into one",
    )


def _covariance(first: FloatArray, second: FloatArray, design: _Design) -> float:
    """Sum over strata of m/(m-1) sum (a_c - mean a)(b_c - mean b); nan with one cluster in all."""
    units = design.stratum.size
    if units == 1:
        return math.nan
    _, layer, size = np.unique(design.stratum, return_inverse=True, return_counts=True)

    def centred(rows: FloatArray) -> FloatArray:
        totals: FloatArray = np.bincount(design.unit, weights=rows, minlength=units).astype(np.float64)
        return totals - (np.bincount(layer, weights=totals) / size)[layer]

    return float(np.sum((size / (size - 1.0))[layer] * centred(first) * centred(second)))
