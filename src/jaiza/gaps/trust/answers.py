"""Direct estimates of trust from survey answers: by place and side, with design-based error and refusals (methods G1, G3).

Assumes:  the newest survey that ended before the round and not more than 60 months ago; older ones are another time, not
          more answers. Every answer on an institution of a side counts; several answers of one person lie in one cluster,
          so that the error between clusters holds their likeness. Rows with a weight that is not above 0 are left out and
          counted. A row without a cluster is a cluster of its own person.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jaiza.places.scope import Scope
from jaiza.records.dates import last_day, months_before
from jaiza.scores import State
from jaiza.stats import survey

Floats = NDArray[np.float64]
OLDEST_MONTHS, MOST_REFUSED = 60, 0.25
COUNTRY = ""
SIDES = ("state", "community")


@dataclass(frozen=True)
class Answers:
    """Answers of one survey, one row an answer; every array is (answers,).

    ``y`` is 1 for trust, 0 for none, nan for refused and don't know. ``area`` is a position, -1 where only a wider place
    is known; ``parent`` its code, "" for none. ``psu``, ``stratum`` and ``respondent`` are codes. ``left_out`` counts rows
    without a usable weight, ``without_cluster`` those without a cluster.
    """

    survey: str
    rows: NDArray[np.int64]
    y: Floats
    weights: Floats
    area: NDArray[np.int64]
    parent: NDArray[np.str_]
    psu: NDArray[np.int64]
    stratum: NDArray[np.int64]
    respondent: NDArray[np.int64]
    institution: NDArray[np.str_]
    side: NDArray[np.str_]
    newest: dt.date
    sources: int
    left_out: int
    without_cluster: int

    def inside(self, place: str, scope: Scope) -> NDArray[np.bool_]:
        """Which answers lie in an area, a parent, or the country ("")."""
        if place == COUNTRY:
            return np.ones(self.y.size, dtype=bool)
        position = scope.position(place)
        return np.asarray(self.parent == place if position is None else self.area == position)


@dataclass(frozen=True)
class DirectTrust:
    """Weighted share that trusts the institutions of a side in one place; ``institution`` is "" for all of the side.

    ``n`` people gave ``answers`` answers. ``refused`` q: weighted share of refusals and don't know; ``lower`` and
    ``upper``: T(1-q) and T(1-q)+q. ``published``: at least 30 people from 3 clusters. ``capped``: q above .25, grade D at
    best. ``state`` is no_data where nobody answered; ``se`` is nan with one cluster.
    """

    place: str
    kind: str
    side: str
    institution: str
    survey: str
    estimate: float
    se: float
    n: int
    answers: int
    psus: int
    deff: float
    n_eff: float
    refused: float
    lower: float
    upper: float
    published: bool
    capped: bool
    state: State
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Differential:
    """Trust in the community side minus trust in the state side, among the same people, in one place (methods G3)."""

    place: str
    kind: str
    community: float
    state: float
    variance_community: float
    variance_state: float
    covariance: float
    n: int

    @property
    def estimate(self) -> float:
        """T_comm - T_state."""
        return self.community - self.state

    @property
    def se(self) -> float:
        """Square root of V1 + V2 - 2 Cov."""
        return math.sqrt(max(0.0, self.variance_community + self.variance_state - 2.0 * self.covariance))


def newest_answers(rows: Sequence[Mapping[str, Any]], scope: Scope, as_of: dt.date) -> Answers | None:
    """Answers of the newest survey with a question on the state; None without one."""
    ends: dict[str, dt.date] = {}
    asked: set[str] = set()
    for row in rows:
        day = last_day(row["answered_on"])
        ends[row["survey"]] = max(ends.get(row["survey"], day), day)
        if row["side"] == "state":
            asked.add(row["survey"])
    opens = months_before(as_of, OLDEST_MONTHS)
    usable = sorted((day, code) for code, day in ends.items() if code in asked and opens <= day < as_of)
    if not usable:
        return None
    day, code = usable[-1]
    held = [(i, r) for i, r in enumerate(rows) if r["survey"] == code and r["side"] in SIDES]
    kept = [(i, r) for i, r in held if r["weight"] is not None and math.isfinite(r["weight"]) and r["weight"] > 0]  # fmt: skip
    return _answers(code, day, kept, len(held) - len(kept), scope) if kept else None


def _answers(
    code: str, day: dt.date, held: Sequence[tuple[int, Mapping[str, Any]]], left_out: int, scope: Scope
) -> Answers:
    rows = [r for _, r in held]
    places = {r["area"]: _place(r["area"], scope) for r in rows}
    clusters = [f"c{r['psu']}" if r["psu"] is not None else f"p{r['respondent']}" for r in rows]
    return Answers(
        survey=code,
        rows=np.array([i for i, _ in held], dtype=np.int64),
        y=np.array([{"trust": 1.0, "no_trust": 0.0}.get(r["answer"], np.nan) for r in rows]),
        weights=np.array([float(r["weight"]) for r in rows]),
        area=np.array([places[r["area"]][0] for r in rows], dtype=np.int64),
        parent=np.array([places[r["area"]][1] for r in rows]),
        psu=_codes(clusters),
        stratum=_codes([r["stratum"] or "" for r in rows]),
        respondent=_codes([str(r["respondent"]) for r in rows]),
        institution=np.array([r["institution"] or "" for r in rows]),
        side=np.array([r["side"] for r in rows]),
        newest=day,
        sources=len({r["source"] for r in rows} - {None}),
        left_out=left_out,
        without_cluster=sum(r["psu"] is None for r in rows),
    )


def _codes(labels: Sequence[str]) -> NDArray[np.int64]:
    return np.unique(np.array(labels), return_inverse=True)[1].astype(np.int64)


def _place(code: str, scope: Scope) -> tuple[int, str]:
    """Position of the area and code of its parent; -1 and the parent for a wider place."""
    position = scope.position(code)
    if position is not None:
        return position, scope.parent(scope.areas[position])
    if scope.kind.get(code) == "parent":
        return -1, code
    parents = {scope.parent(scope.areas[i]) for i in scope.members.get(code, ())}
    return -1, parents.pop() if len(parents) == 1 else ""


def direct_estimates(found: Answers, scope: Scope) -> tuple[tuple[DirectTrust, ...], tuple[DirectTrust, ...]]:
    """Estimates of each side by place, and of each institution for the country and its parents."""
    places = [(COUNTRY, "country"), *((p, "parent") for p in scope.parents())]
    by_institution = [
        _direct(found, found.inside(place, scope) & (found.side == side) & (found.institution == name), place, kind, side, name)
        for side in SIDES
        for name in sorted(set(found.institution[found.side == side].tolist()))
        for place, kind in places
    ]  # fmt: skip
    places += [(a, "area") for a in scope.areas]
    by_side = [
        _direct(found, found.inside(place, scope) & (found.side == side), place, kind, side, "")
        for side in SIDES
        for place, kind in places
    ]
    return (
        tuple(d for d in by_side if d is not None),
        tuple(d for d in by_institution if d is not None),
    )


def _direct(
    found: Answers, here: NDArray[np.bool_], place: str, kind: str, side: str, institution: str
) -> DirectTrust | None:
    """None where nobody was asked."""
    if not here.any():
        return None
    y = found.y[here]
    nan = math.nan
    if np.isnan(y).all():
        return DirectTrust(place, kind, side, institution, found.survey, nan, nan, 0, 0, 0, nan, 0.0, 1.0, 0.0, 1.0, False, True, "no_data", ())  # fmt: skip
    m = survey.mean(y, found.weights[here], found.psu[here], found.stratum[here])
    n = int(np.unique(found.respondent[here][~np.isnan(y)]).size)
    lower, upper = survey.answer_bounds(m.estimate, m.refused)
    return DirectTrust(
        place, kind, side, institution, found.survey, m.estimate, math.sqrt(m.variance), n, m.n, m.psus, m.deff, m.n_eff, m.refused,
        lower, upper, m.publishable and n >= survey.LEAST_ANSWERS, m.refused > MOST_REFUSED, "estimated", m.notes,
    )  # fmt: skip


def differentials(found: Answers, scope: Scope, direct: Sequence[DirectTrust]) -> tuple[Differential, ...]:
    """The difference of the sides wherever both may be published."""
    known = {(d.place, d.side): d for d in direct if d.published}
    out = []
    for place, kind in dict.fromkeys((d.place, d.kind) for d in direct):
        if any((place, side) not in known for side in SIDES):
            continue
        here = found.inside(place, scope)
        state, community = (np.where(found.side[here] == side, found.y[here], np.nan) for side in SIDES)
        d = survey.difference(community, state, found.weights[here], found.psu[here], found.stratum[here])
        first, second = d.first.variance, d.second.variance
        out.append(
            Differential(
                place, kind, d.first.estimate, d.second.estimate, first, second, (first + second - d.variance) / 2.0,
                min(known[place, side].n for side in SIDES),
            )
        )  # fmt: skip
    return tuple(out)
