"""Access to services: how much supply each area can reach, shared with all others who reach it.

Estimate: enhanced two-step floating catchment areas (E2SFCA), with step weights by travel time.
Assumes:  people share a site in proportion to their number and its weight at their distance; travel times
          are from a representative point of the area.
Source:   Luo and Qi (2009), Health & Place 15(4); methods C1, C2 and C3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from jaiza.stats.arguments import FloatArray, positive, reals

Zones = Sequence[tuple[float, float]]

ZONES: Zones = ((10.0, 1.0), (20.0, 0.68), (30.0, 0.22))
"""(upper limit in minutes, inclusive; weight) from the nearest zone outwards; beyond the last, weight 0."""


@dataclass(frozen=True)
class Catchments:
    """Access of the areas, and which supply no one could reach."""

    access: FloatArray
    """Supply per unit of demand, (areas,) or (draws, areas)."""
    empty: NDArray[np.intp]
    """Numbers of the sites with nobody in their catchment; their supply is in no area's access."""
    served: FloatArray
    """Total supply of the other sites, () or (draws,); equals the sum of demand x access."""


@dataclass(frozen=True)
class CombinedCoverage:
    """Joint coverage of several initiatives: under independence, and whatever their overlap (Frechet)."""

    independence: FloatArray
    lower: FloatArray
    upper: FloatArray


def catchment(supply: ArrayLike, demand: ArrayLike, minutes: ArrayLike, zones: Zones = ZONES) -> FloatArray:
    """Return access per area (areas,): A = sum_j R_j W(d_aj), R_j = S_j / sum_a D_a W(d_aj) (methods C2).

    supply S: per site (sites,), or (draws, sites), which gives (draws, areas). demand D: people per area
    (areas,). minutes: travel time (areas, sites); infinity where there is no way. All at least 0. zones:
    (inclusive upper limit, weight) pairs, nearest first. Access is in units of supply per person. A site
    with nobody in reach adds nothing: `catchment_report` names it and should be read for a warning.

    Raises ValueError on nan or negative values, shapes that do not match, or zones out of order.
    """
    return catchment_report(supply, demand, minutes, zones).access


def catchment_report(
    supply: ArrayLike, demand: ArrayLike, minutes: ArrayLike, zones: Zones = ZONES
) -> Catchments:
    """Return the access of `catchment` together with the empty sites and the supply that was shared out."""
    sites = reals(supply, "supply", dimensions=(1, 2), least=0.0)
    people = reals(demand, "demand", dimensions=(1,), least=0.0)
    times = reals(minutes, "minutes", dimensions=(2,), unbounded=True, least=0.0)
    if times.shape != (people.size, sites.shape[-1]):
        raise ValueError(
            f"minutes: expected shape (areas, sites) = ({people.size}, {sites.shape[-1]}), got {times.shape}"
        )
    weight = zone_weights(times, zones)
    reach = people @ weight
    empty = reach <= 0
    share = np.divide(weight, reach, out=np.zeros(weight.shape), where=~empty)
    return Catchments(
        access=np.asarray(sites @ share.T),
        empty=np.flatnonzero(empty),
        served=np.asarray(np.where(empty, 0.0, sites).sum(axis=-1)),
    )


def zone_weights(minutes: ArrayLike, zones: Zones = ZONES) -> FloatArray:
    """Return W(d) for each travel time, in its shape: the weight of the first zone whose limit is not passed.

    0 beyond the last zone. Raises ValueError on no zones, limits not increasing, or weights below 0.
    """
    times = reals(minutes, "minutes", unbounded=True, least=0.0)
    pairs = reals(np.asarray(zones, dtype=np.float64), "zones", dimensions=(2,), least=0.0)
    if pairs.shape[0] == 0 or pairs.shape[1] != 2:
        raise ValueError(f"zones: expected (limit, weight) pairs, got shape {pairs.shape}")
    limits, weights = pairs.T
    if (np.diff(limits) <= 0).any():
        raise ValueError(f"zones: expected increasing limits, got {limits.tolist()}; sort them")
    steps = np.append(weights, 0.0)
    return np.asarray(steps[np.searchsorted(limits, times, side="left")])


def coverage(access: ArrayLike, target: ArrayLike) -> FloatArray:
    """Return c = min(1, A / tau), in the shape of access; nan stays nan (methods C2).

    target tau: the share of people to be reached, above 0, in the units of access; it broadcasts.
    """
    reached = reals(access, "access", missing=True, least=0.0) / positive(target, "target")
    return np.asarray(np.minimum(1.0, reached))


def combine_coverages(c: ArrayLike) -> CombinedCoverage:
    """Return 1 - prod(1 - c) and its Frechet bounds [max c, min(1, sum c)] over the last axis (methods C3).

    c: coverages of the initiatives in [0, 1], (initiatives,) or (..., initiatives). nan is an unknown
    coverage: independence is then nan, and the bounds allow it anything from 0 to 1. Without initiatives
    all three are 0. Show all three: nobody knows how far the same people were reached twice.
    """
    shares = reals(c, "c", missing=True, least=0.0, most=1.0)
    if shares.ndim == 0:
        raise ValueError("c: expected one coverage per initiative on the last axis, got a single number")
    unknown = np.isnan(shares)
    low, high = np.where(unknown, 0.0, shares), np.where(unknown, 1.0, shares)
    return CombinedCoverage(
        independence=np.asarray(1.0 - np.prod(1.0 - shares, axis=-1)),
        lower=np.asarray(low.max(axis=-1, initial=0.0)),
        upper=np.asarray(np.minimum(1.0, high.sum(axis=-1))),
    )


def dose(reach: ArrayLike, intensity: ArrayLike, months: ArrayLike) -> FloatArray:
    """Return S = reach x min(1, intensity) x months / 12, in person-equivalents per year (methods C1).

    reach: people reached. intensity: hours per person over the reference hours of the approach. months:
    active months within the twelve-month window, 0 to 12. All at least 0; they broadcast; nan stays nan,
    since an unknown dose is not a dose of 0.
    """
    people = reals(reach, "reach", missing=True, least=0.0)
    depth = reals(intensity, "intensity", missing=True, least=0.0)
    active = reals(months, "months", missing=True, least=0.0, most=12.0)
    return np.asarray(people * np.minimum(1.0, depth) * active / 12.0)
