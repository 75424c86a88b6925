"""Who can reach work where: eligible people, zones of travel time or of borders, access to one unit of work.

Estimate: enhanced two-step floating catchments (methods C2, `jaiza.stats.access`).
Assumes:  without travel times an area stands in the nearest zone of its own work and its neighbours in the second
          zone; farther areas are out of reach. An area without a count of people takes no share of a neighbour's
          work, so that the neighbours' coverage may be too high there, and work inside it reaches nobody counted.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jaiza.framework import Framework
from jaiza.places.scope import Scope, contiguity
from jaiza.records.people import People, people
from jaiza.records.tables_of_study import Tables
from jaiza.stats import access

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Catchments:
    """People and their reach.

    ``unit`` (sites, areas): access in each area to one person-equivalent of work placed in each area as a site.
    ``reach`` (sites, areas): whether people of an area reach the site. ``open_sites`` (areas,): whether an area has
    a count of people and anybody in its catchment. ``basis``: the age band of the eligible people, or "all".
    """

    people: People
    basis: str
    zones: tuple[tuple[float, float], ...]
    by_travel_time: bool
    unit: Floats
    reach: NDArray[np.bool_]
    open_sites: NDArray[np.bool_]

    @property
    def eligible(self) -> Floats:
        """Eligible people (areas,), nan where not counted."""
        return self.people.counts

    @property
    def applies(self) -> NDArray[np.bool_]:
        """Areas with somebody to reach: counted, and more than nobody."""
        return np.nan_to_num(self.eligible) > 0


def eligible_people(tables: Tables, framework: Framework, scope: Scope, as_of: dt.date) -> tuple[People, str]:
    """Eligible people by area: the ages of ``youth_ages`` where every counted area has them, else all people.

    One basis holds for all areas: people of different ages in neighbouring areas would share work unevenly.
    """
    band = str(framework.assumption("youth_ages").value)
    young = people(tables, scope.areas, as_of, age_band=band)
    everybody = people(tables, scope.areas, as_of)
    lacking = np.isfinite(everybody.counts) & ~np.isfinite(young.counts)
    if np.isfinite(young.counts).any() and not lacking.any():
        return young, band
    return everybody, "all"


def catchments(
    tables: Tables, framework: Framework, scope: Scope, as_of: dt.date, minutes: Floats | None
) -> Catchments:
    """Catchments of all areas as sites. ``minutes`` (areas, sites): travel times, where they are known.

    Raises ValueError on travel times of another shape, or zones that `jaiza.stats.access` cannot take.
    """
    counted, basis = eligible_people(tables, framework, scope, as_of)
    zones = tuple(
        (float(limit), float(weight)) for limit, weight in framework.assumption("access_zones").value
    )
    times = _by_borders(tables, scope, zones) if minutes is None else np.asarray(minutes, dtype=np.float64)
    demand = np.nan_to_num(counted.counts)
    found = access.catchment_report(np.eye(len(scope.areas)), demand, times, zones)
    open_sites = np.isfinite(counted.counts)
    open_sites[found.empty] = False
    reach = access.zone_weights(times, zones).T > 0
    return Catchments(
        counted, basis, zones, minutes is not None, found.access * open_sites[:, None], reach & open_sites[:, None], open_sites
    )  # fmt: skip


def _by_borders(tables: Tables, scope: Scope, zones: tuple[tuple[float, float], ...]) -> Floats:
    """Travel times that put an area's own work in the first zone and that of its neighbours in the second."""
    borders = contiguity(tables.rows("neighbours"), scope.areas) > 0
    second = zones[1][0] if len(zones) > 1 else np.inf
    minutes = np.where(borders, second, np.inf)
    np.fill_diagonal(minutes, 0.0)
    return minutes
