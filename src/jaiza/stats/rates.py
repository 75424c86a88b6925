"""Rates of rare events in small areas, pulled towards the overall rate by as much as chance explains.

Estimate: Marshall's global empirical Bayes estimator, widened by a compound-Poisson dispersion, so that
          one event with many victims is not taken for many independent events.
Assumes:  events are complete for the areas and dates given; area rates vary around one overall rate.
Source:   Marshall (1991), Applied Statistics 40(2); methods B1 and B3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import overload

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike, NDArray

from jaiza.stats.arguments import FloatArray, positive, reals

SEVERITY_WEIGHTS = (1.0, 3.0, 0.5, 0.5)
"""Points per event, death, injury and hostage (methods B1)."""


@dataclass(frozen=True)
class SmoothedRates:
    """Smoothed rates of one set of areas; every rate is per unit of exposure.

    Missing areas (y is nan, or no exposure) are nan in `mean`, `raw` and `shrinkage`.
    """

    mean: FloatArray
    """Smoothed rate theta per area (areas,)."""
    between: float
    """Variance A of the true rates between areas."""
    rate: float
    """Overall rate m."""
    raw: FloatArray
    """Unsmoothed rate y/n per area (areas,)."""
    shrinkage: FloatArray
    """Weight C given to the area's own rate (areas,); 0 gives the overall rate, 1 the raw rate."""
    dispersion: float
    """Dispersion phi used."""
    upper_if_none: float
    """3 / total exposure, the 95 % upper limit of the rate when nothing happened anywhere; else nan."""
    y: FloatArray
    """Totals given (areas,)."""
    exposure: FloatArray
    """Exposure given (areas,)."""

    @property
    def missing(self) -> NDArray[np.bool_]:
        """True for areas without a result (areas,)."""
        return np.isnan(self.mean)

    def draws(self, rng: Generator, size: int) -> FloatArray:
        """Return rates drawn from each area's posterior, (size, areas); missing areas stay nan.

        Gamma(shape m^2/A + y/phi, rate m/A + n/phi), whose mean is `mean`. When A = 0 the areas have one
        rate in common, and so each row holds one draw of Gamma(sum y/phi, sum n/phi) for all of them.
        """
        if size < 1:
            raise ValueError(f"size: expected at least 1 draw, got {size}")
        rows = np.broadcast_to(self.y, (size, self.y.size))
        return _gamma(
            rng,
            rows,
            self.exposure[None, :],
            np.full(size, self.dispersion),
            np.full(size, self.rate),
            np.full(size, self.between),
        )


@dataclass(frozen=True)
class SmoothedRows:
    """Rates smoothed separately in every row of y, with one gamma draw per row on request."""

    mean: FloatArray
    """Smoothed rate theta (draws, areas)."""
    between: FloatArray
    """Variance A between areas (draws,)."""
    rate: FloatArray
    """Overall rate m (draws,)."""
    raw: FloatArray
    """Unsmoothed rate (draws, areas)."""
    shrinkage: FloatArray
    """Weight C of the area's own rate (draws, areas)."""
    dispersion: FloatArray
    """Dispersion phi (draws,)."""
    y: FloatArray
    """Totals given (draws, areas)."""
    exposure: FloatArray
    """Exposure given, (1, areas) or (draws, areas)."""

    def gamma_draws(self, rng: Generator) -> FloatArray:
        """Return one posterior draw per row and area, (draws, areas); the law is SmoothedRates.draws."""
        return _gamma(rng, self.y, self.exposure, self.dispersion, self.rate, self.between)


def smooth(y: ArrayLike, exposure: ArrayLike, dispersion: float = 1.0) -> SmoothedRates:
    """Return rates per area shrunk towards the overall rate (methods B3).

    r = y/n; m = sum y / sum n; s2 = sum n (r-m)^2 / sum n; A = max(0, s2 - phi m / mean n);
    C = A / (A + phi m / n); theta = m + C (r - m).

    y: totals per area (areas,), at least 0; nan for an area nobody observed. exposure: person-years or
    another denominator (areas,), at least 0; an area with 0 or nan is missing. dispersion: phi above 0,
    1 for plain counts, else `dispersion(marks)`. Missing areas enter no sum and come back nan. When no
    area has an event every rate is 0 and `upper_if_none` holds 3 / total exposure.

    Raises ValueError on negative or infinite values, unequal lengths, or when every area is missing.
    """
    totals = reals(y, "y", dimensions=(1,), missing=True, least=0.0)
    rows = smooth_many(
        totals[None, :], reals(exposure, "exposure", dimensions=(1,), missing=True), dispersion
    )
    nothing = float(rows.rate[0]) == 0.0
    known = ~np.isnan(rows.mean[0])
    return SmoothedRates(
        mean=rows.mean[0],
        between=float(rows.between[0]),
        rate=float(rows.rate[0]),
        raw=rows.raw[0],
        shrinkage=rows.shrinkage[0],
        dispersion=float(rows.dispersion[0]),
        upper_if_none=float(3.0 / rows.exposure[0, known].sum()) if nothing else float("nan"),
        y=totals,
        exposure=rows.exposure[0],
    )


def smooth_many(y: ArrayLike, exposure: ArrayLike, dispersion: ArrayLike = 1.0) -> SmoothedRows:
    """Return the rates of `smooth`, computed separately for every row of y (methods B3).

    y: (draws, areas). exposure: (areas,) when it is the same in every row, else (draws, areas) or
    (draws, 1) x areas already multiplied out. dispersion: one number or one per row (draws,).
    Missing values and errors as in `smooth`; a row without any known area is an error.
    """
    totals = reals(y, "y", dimensions=(2,), missing=True, least=0.0)
    size, areas = totals.shape
    n = reals(exposure, "exposure", dimensions=(1, 2), missing=True, least=0.0)
    n = n[None, :] if n.ndim == 1 else n
    if n.shape[1] != areas or n.shape[0] not in (1, size):
        raise ValueError(
            f"exposure: expected {areas} areas to match y of shape {totals.shape}, got shape {n.shape}"
        )
    phi = positive(dispersion, "dispersion", dimensions=(0, 1))
    if phi.ndim == 1 and phi.size != size:
        raise ValueError(f"dispersion: expected 1 value or {size}, one per row of y, got {phi.size}")
    phi = np.broadcast_to(phi, (size,))
    return _fit(totals, n, phi)


def _fit(y: FloatArray, n: FloatArray, phi: FloatArray) -> SmoothedRows:
    known = ~np.isnan(y) & (n > 0)
    if not known.any(axis=1).all():
        raise ValueError("y: no area has both a total and an exposure above 0; give at least one")
    weight = np.where(known, n, 0.0)
    total = weight.sum(axis=1)
    rate = np.where(known, y, 0.0).sum(axis=1) / total
    raw = np.divide(y, n, out=np.full(y.shape, np.nan), where=known)
    distance = np.where(known, raw - rate[:, None], 0.0)
    spread = np.einsum("ij,ij,ij->i", weight, distance, distance) / total
    chance = phi * rate * known.sum(axis=1) / total
    between = np.maximum(0.0, spread - chance)
    # What is left of two equal numbers is rounding, and would give gamma shapes near infinity.
    between[between <= 1e-13 * chance] = 0.0
    # C = A n / (A n + phi m): the same ratio, free of a division by n, and 0 rather than 0/0 when m = 0.
    own = between[:, None] * weight
    whole = own + (phi * rate)[:, None]
    shrinkage = np.divide(own, whole, out=np.zeros(y.shape), where=whole > 0)
    mean = np.where(known, rate[:, None] + shrinkage * distance, np.nan)
    shrinkage = np.where(known, shrinkage, np.nan)
    return SmoothedRows(mean, between, rate, raw, shrinkage, phi, y, n)


def _gamma(
    rng: Generator, y: FloatArray, n: FloatArray, phi: FloatArray, rate: FloatArray, between: FloatArray
) -> FloatArray:
    known = ~np.isnan(y) & (n > 0)
    drawn = np.full(y.shape, np.nan)
    apart = between > 0
    if apart.any():
        some = slice(None) if apart.all() else apart
        exposure = n if n.shape[0] == 1 else n[some]
        prior = (rate[some] / between[some])[:, None]
        inverse = (1.0 / phi[some])[:, None]
        shape = np.where(known[some], prior * rate[some][:, None] + y[some] * inverse, 1.0)
        precision = np.where(known[some], prior + exposure * inverse, np.nan)
        drawn[some] = rng.standard_gamma(shape) / precision
    if not apart.all():
        same = ~apart
        total = np.where(known, y, 0.0)[same].sum(axis=1)
        whole = np.where(known, n, 0.0)[same].sum(axis=1)
        common = rng.standard_gamma(total / phi[same]) * phi[same] / whole
        drawn[same] = np.where(known[same], common[:, None], np.nan)
    return drawn


def dispersion(marks: ArrayLike) -> float:
    """Return phi = sum v^2 / sum v of the events' marks v: 1 for unit marks (methods B3).

    marks: one severity per event (events,), at least 0, before any event is split between areas. Without
    events phi is 1, which no smoothed rate then depends on. Raises ValueError on negative or nan marks.
    Assumes independent events (compound Poisson).
    """
    values = reals(marks, "marks", dimensions=(1,), least=0.0)
    return dispersion_from_sums(float(values.sum()), float(np.dot(values, values)))


@overload
def dispersion_from_sums(sum_v: float, sum_v2: float) -> float: ...
@overload
def dispersion_from_sums(sum_v: FloatArray, sum_v2: FloatArray) -> FloatArray: ...
def dispersion_from_sums(sum_v: float | FloatArray, sum_v2: float | FloatArray) -> float | FloatArray:
    """Return phi from sums of marks and of squared marks, for counts published per place and month.

    The sums may be numbers or arrays of one shape; 1 where both are 0. Raises ValueError on negative
    sums, unequal shapes, or one sum being 0 without the other (methods B3).
    """
    first = reals(sum_v, "sum_v", least=0.0)
    second = reals(sum_v2, "sum_v2", least=0.0)
    if first.shape != second.shape:
        raise ValueError(f"sum_v2: expected the shape of sum_v {first.shape}, got {second.shape}")
    if ((first == 0) != (second == 0)).any():
        raise ValueError("sum_v2: expected 0 exactly where sum_v is 0; the two sums come from other events")
    ratio = np.divide(second, first, out=np.ones(first.shape), where=first > 0)
    return float(ratio) if ratio.ndim == 0 else ratio


def severity(
    weights: ArrayLike,
    events: ArrayLike,
    fatalities: ArrayLike | None = None,
    injuries: ArrayLike | None = None,
    hostages: ArrayLike | None = None,
) -> FloatArray:
    """Return severity points s = w . (events, fatalities, injuries, hostages) per row (methods B1).

    weights: four numbers, at least 0, such as SEVERITY_WEIGHTS. events: 1 for a single event, or the
    number of events a row stands for. A term the source never records is None: it is left out and the
    other weights stay as they are (say which was left out). A row where a term is nan comes back nan.
    Counts broadcast against each other. Raises ValueError on negative counts or weights.
    """
    w = reals(weights, "weights", dimensions=(1,), least=0.0)
    if w.size != 4:
        raise ValueError(f"weights: expected 4 (event, fatality, injury, hostage), got {w.size}")
    points = w[0] * reals(events, "events", missing=True, least=0.0)
    terms = {"fatalities": fatalities, "injuries": injuries, "hostages": hostages}
    for weight, (name, count) in zip(w[1:], terms.items(), strict=True):
        if count is not None:
            points = points + weight * reals(count, name, missing=True, least=0.0)
    return np.asarray(points, dtype=np.float64)


def decay(age_months: ArrayLike, half_life: ArrayLike) -> FloatArray:
    """Return 2^(-age/H), the part of an event's weight left after `age_months` (methods B1).

    Ages are months before the reference date, at least 0; half_life H in months, above 0; both
    broadcast. Raises ValueError on a negative age (an event after the reference date).
    """
    age = reals(age_months, "age_months", least=0.0)
    return np.asarray(np.exp2(-age / positive(half_life, "half_life")), dtype=np.float64)


@overload
def decayed_length(half_life: float, window: float) -> float: ...
@overload
def decayed_length(half_life: FloatArray, window: float) -> FloatArray: ...
def decayed_length(half_life: float | FloatArray, window: float) -> float | FloatArray:
    """Return L = (H / ln 2)(1 - 2^(-W/H)), the months that a decaying window is worth (methods B3).

    Exposure in person-years is population x L / 12; it decays as the events do, so that another half-life
    does not rescale the rates. half_life H: months, a number or an array; window W: months. Both above 0.
    """
    h = positive(half_life, "half_life")
    length = h / np.log(2.0) * -np.expm1(-np.log(2.0) * positive(window, "window", dimensions=(0,)) / h)
    return float(length) if length.ndim == 0 else np.asarray(length, dtype=np.float64)
