"""Implementation gap: how much of what was planned was delivered, and how late (methods C5).

Estimate: x of n planned units an initiative, shrunk towards all initiatives of the study; the gap of an area is 1 - the
mean of the posterior means of the initiatives at work there, weighted by planned units x the share of the work in the
area. Lateness: Kaplan-Meier over months from the day due to the day done.
Assumes:  all initiatives of a study share one prior: the tables group them into no smaller programmes. The newest figures
          of an output replace older ones. Units of unlike outputs are added as they stand, each output up to its plan, so
          that too much of one makes up for no other. Areas without stated shares hold equal parts of the work (flagged).
          Work known only for a province or the country counts in the prior and in no area.
Missing:  an output whose delivery is not known lies between nothing and all of its plan, which widens the interval; an
          output without a plan may weigh anything, so that its areas may have any gap.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from jaiza.framework import Framework
from jaiza.language import Text, text
from jaiza.places.scope import Scope
from jaiza.records.dates import age_in_months, last_day, months_between
from jaiza.records.tables_of_study import Tables
from jaiza.scores import GradeTerms, Lineage, Scores, State, interval
from jaiza.stats.proportions import Delivery, beta_binomial
from jaiza.stats.survival import Survival, kaplan_meier

Floats = NDArray[np.float64]

__all__ = ["ImplementationScores", "InitiativeDelivery", "ProgrammeDelivery", "Timeliness", "implementation_scores"]  # fmt: skip


@dataclass(frozen=True)
class InitiativeDelivery:
    """Delivery of one initiative. ``planned`` and ``delivered`` are units of the outputs with both figures.

    ``raw`` is delivered over planned, not capped: above 1 is over-delivery; ``share`` the posterior mean with its 90 %
    limits. All three and the limits are nan where no output has both. ``unreported`` are planned units without a known
    delivery, of which ``withheld`` are kept back; ``unplanned`` counts outputs without a plan. ``rows`` are positions in
    ``delivery``; ``equal_parts`` says that areas got equal parts for want of shares.
    """

    initiative: str
    planned: float
    delivered: float
    raw: float
    share: float
    lower: float
    upper: float
    unreported: float
    withheld: float
    unplanned: int
    rows: tuple[int, ...]
    equal_parts: bool


@dataclass(frozen=True)
class ProgrammeDelivery:
    """Initiatives that share one prior; ``overall``, ``correlation``, ``prior_size`` and ``prior`` as in ``Delivery``."""

    overall: float
    correlation: float
    prior_size: float
    prior: str
    initiatives: tuple[InitiativeDelivery, ...]


@dataclass(frozen=True)
class Timeliness:
    """Months of delay of the milestones of a place ("" for the study) that were due before the round.

    ``survival`` is None without any. ``open`` of them were not done when last seen; ``undated`` were delivered in full
    on a day that is not known and are left out.
    """

    place: str
    survival: Survival | None
    open: int
    undated: int

    @property
    def median(self) -> Text:
        """Median delay in words; "more than" the longest time followed where the median is not reached."""
        if self.survival is None:
            return text("no milestone with a day due is on record")
        if self.survival.median_reached:
            return text("{months} months", months=f"{self.survival.median:.1f}")
        return text("more than {months} months", months=f"{self.survival.last_time:.1f}")


@dataclass(frozen=True)
class ImplementationScores:
    """The implementation gap of a round, delivery by programme and initiative, and lateness by place."""

    gap: Scores
    programmes: tuple[ProgrammeDelivery, ...]
    timeliness: tuple[Timeliness, ...]


@dataclass(frozen=True)
class _Work:
    """Newest outputs by initiative (initiatives,), in the order of ids; ``parts`` (initiatives, areas) shares of work."""

    ids: tuple[str, ...]
    outputs: tuple[tuple[int, ...], ...]
    planned: Floats
    capped: Floats
    delivered: Floats
    unreported: Floats
    withheld: Floats
    unplanned: NDArray[np.int64]
    parts: Floats
    equal: NDArray[np.bool_]


def implementation_scores(
    tables: Tables, framework: Framework, scope: Scope, as_of: dt.date, *, draws: int, rng: Generator
) -> ImplementationScores:  # fmt: skip
    """Implementation gap of every area in one round: value in [0, 1], 90 % interval, state, draws.

    ``details`` hold per area the planned units behind the value and ``least`` and ``most``, between which the gap of the
    recorded plans lies whatever is missing. Raises ValueError for figures that the checks of the tables refuse.
    """
    rows = tables.rows("delivery")
    newest = _newest(rows, as_of)
    work = _work(tables, scope, rows, newest)
    known = beta_binomial(work.capped, work.planned)
    drawn = known.draws(rng, draws)
    programme = _programme(work, known, drawn)
    return ImplementationScores(
        gap=_gap(framework, scope, as_of, rows, work, known, drawn, rng),
        programmes=(programme,) if work.ids else (),
        timeliness=_timeliness(scope, rows, work, as_of),
    )


def _newest(rows: Sequence[Mapping[str, Any]], as_of: dt.date) -> dict[tuple[str, str], int]:
    """Position of the newest row of each output that describes a day before the round."""
    found: dict[tuple[str, str], int] = {}
    for i, row in enumerate(rows):
        key = (row["initiative"], row["output"])
        if last_day(row["as_of"]) >= as_of:
            continue
        if key not in found or _when(row) > _when(rows[found[key]]):
            found[key] = i
    return dict(sorted(found.items()))


def _when(row: Mapping[str, Any]) -> tuple[dt.date, str]:
    return last_day(row["as_of"]), row["as_of"]


def _work(
    tables: Tables, scope: Scope, rows: Sequence[Mapping[str, Any]], newest: Mapping[tuple[str, str], int]
) -> _Work:
    outputs: dict[str, list[int]] = {}
    for (initiative, _), position in newest.items():
        outputs.setdefault(initiative, []).append(position)
    sums = np.zeros((len(outputs), 5))
    unplanned = np.zeros(len(outputs), dtype=np.int64)
    for i, positions in enumerate(outputs.values()):
        for row in (rows[p] for p in positions):
            plan, done = row["planned"], row["delivered"]
            if plan is None or plan <= 0:
                # A plan of nothing is a statement and weighs nothing; a blank may weigh anything.
                unplanned[i] += plan is None and row.get("planned_state") != "not_applicable"
            elif done is not None:
                sums[i, :3] += plan, min(done, plan), done
            elif row.get("delivered_state") != "not_applicable":
                sums[i, 3:] += plan, plan if row.get("delivered_state") == "withheld" else 0.0
    parts, equal = _parts(tables, scope, tuple(outputs))
    return _Work(
        tuple(outputs), tuple(tuple(p) for p in outputs.values()), sums[:, 0], sums[:, 1], sums[:, 2], sums[:, 3],
        sums[:, 4], unplanned, parts, equal,
    )  # fmt: skip


def _parts(tables: Tables, scope: Scope, ids: Sequence[str]) -> tuple[Floats, NDArray[np.bool_]]:
    """Share of the work of each initiative in each area, and whether equal parts were assumed.

    Places wider than an area take their part with them, which then lies in no area.
    """
    named: dict[str, list[tuple[str, float | None]]] = {}
    for row in tables.rows("initiative_areas"):
        named.setdefault(row["initiative"], []).append((row["area"], row["share"]))
    parts, equal = np.zeros((len(ids), len(scope.areas))), np.zeros(len(ids), dtype=bool)
    for i, code in enumerate(ids):
        places = named.get(code, [])
        stated = sum(s for _, s in places if s is not None)
        blanks = sum(s is None for _, s in places)
        each = max(0.0, 1.0 - stated) / blanks if blanks else 0.0
        equal[i] = blanks > 0 and len(places) > 1
        for place, share in places:
            position = scope.position(place)
            if position is not None:
                parts[i, position] += (each if share is None else share) / max(1.0, stated)
    return parts, equal


def _programme(work: _Work, known: Delivery, drawn: Floats) -> ProgrammeDelivery:
    lower, upper = interval(known.mean, drawn)
    raw = np.full(len(work.ids), np.nan)
    np.divide(work.delivered, work.planned, out=raw, where=work.planned > 0)
    initiatives = tuple(
        InitiativeDelivery(
            code, float(work.planned[i]), float(work.delivered[i]), float(raw[i]), float(known.mean[i]), float(lower[i]),
            float(upper[i]), float(work.unreported[i]), float(work.withheld[i]), int(work.unplanned[i]), work.outputs[i],
            bool(work.equal[i]),
        )
        for i, code in enumerate(work.ids)
    )  # fmt: skip
    return ProgrammeDelivery(known.overall, known.correlation, known.prior_size, known.prior, initiatives)


def _mean(share: Floats, planned: Floats, parts: Floats) -> Floats:
    """Planned-weighted mean share by area; ``share`` (initiatives,) or (draws, initiatives), nan where not known."""
    weights = np.where(planned > 0, planned, 0.0)[:, None] * parts
    total = weights.sum(axis=0)
    weighted = np.nan_to_num(share) @ weights
    out = np.full(weighted.shape, np.nan)
    np.divide(weighted, np.broadcast_to(total, weighted.shape), out=out, where=np.broadcast_to(total > 0, weighted.shape))  # fmt: skip
    return out


def _gap(
    framework: Framework, scope: Scope, as_of: dt.date, rows: Sequence[Mapping[str, Any]], work: _Work, known: Delivery,
    drawn: Floats, rng: Generator,
) -> Scores:  # fmt: skip
    """Scores by area. What is missing is completed with all and with nothing of its plan, for either end."""
    value = 1.0 - _mean(known.mean, work.planned, work.parts)
    gaps = 1.0 - _mean(drawn, work.planned, work.parts)
    lower, upper = interval(value, gaps)
    whole = work.planned + work.unreported
    if (work.unreported > 0).any():
        for filled in (work.capped + work.unreported, work.capped):
            ends = 1.0 - _mean(beta_binomial(filled, whole).draws(rng, len(drawn)), whole, work.parts)
            low, high = interval(value, ends)
            lower, upper = np.fmin(lower, low), np.fmax(upper, high)
    here = work.parts > 0
    anything = (here & (work.unplanned > 0)[:, None]).any(axis=0)
    lower, upper = np.where(anything & np.isfinite(value), 0.0, lower), np.where(anything & np.isfinite(value), 1.0, upper)  # fmt: skip
    state, why = _states(framework, rows, work, value, upper - lower)
    seen = here & (work.planned > 0)[:, None]
    least, most = 1.0 - _mean(_ratio(work.capped + work.unreported, whole), whole, work.parts), 1.0 - _mean(_ratio(work.capped, whole), whole, work.parts)  # fmt: skip
    age, sources, complete = _quality(rows, work, as_of)
    return Scores(
        measure="implementation",
        areas=scope.areas,
        value=value,
        lower=lower,
        upper=upper,
        state=state,
        n=seen.sum(axis=0).astype(np.float64),
        method="C5",
        draws=gaps,
        why=why,
        terms=GradeTerms(completeness=complete, age_months=age, sources=sources),
        lineage=_lineage(work),
        parameters={
            "as_of": as_of.isoformat(),
            "overall": known.overall,
            "correlation": known.correlation,
            "prior_size": known.prior_size,
            "prior": known.prior,
            "initiatives": int((work.planned > 0).sum()),
            "initiatives_without_area": int((~here.any(axis=1)).sum()),
            "equal_parts": int(work.equal.sum()),
            "over_delivered": int((work.delivered > work.capped).sum()),
        },
        details={
            "planned": work.planned @ work.parts,
            "delivered": work.capped @ work.parts,
            "unreported": work.unreported @ work.parts,
            "unplanned": (work.unplanned[:, None] * here).sum(axis=0).astype(np.float64),
            "equal_parts": (here & work.equal[:, None]).sum(axis=0).astype(np.float64),
            "least": np.where(anything, 0.0, np.clip(least, 0.0, 1.0)),
            "most": np.where(anything, 1.0, np.clip(most, 0.0, 1.0)),
        },
        unit="0 to 1",
    )


def _ratio(part: Floats, whole: Floats) -> Floats:
    out = np.zeros(part.shape)
    np.divide(part, whole, out=out, where=whole > 0)
    return out


def _states(
    framework: Framework, rows: Sequence[Mapping[str, Any]], work: _Work, value: Floats, width: Floats
) -> tuple[tuple[State, ...], tuple[Text | None, ...]]:
    limit = framework.number("width_too_wide")
    state: list[State] = []
    why: list[Text | None] = []
    for i, here in enumerate((work.parts > 0).T):
        if np.isfinite(value[i]):
            state.append("too_wide" if width[i] > limit else "estimated")
            why.append(None)
        elif here.any() and work.withheld[here].sum() > 0 and (work.withheld[here] == work.unreported[here]).all():  # fmt: skip
            state.append("withheld")
            why.append(text("all that was delivered here is withheld by its owners"))
        else:
            state.append("no_data")
            why.append(_lacking(rows, work, bool(here.any())))
    return tuple(state), tuple(why)


def _lacking(rows: Sequence[Mapping[str, Any]], work: _Work, recorded: bool) -> Text:
    if not rows:
        return text("the table delivery has no rows: planned and delivered outputs of initiatives, with the days due and done, would unlock this")  # fmt: skip
    if not work.ids:
        return text("the table delivery has no row that describes a day before this round")
    if recorded:
        return text("no output here has both a plan and a delivered figure")
    return text("no initiative at work here has a row in the table delivery")


def _quality(rows: Sequence[Mapping[str, Any]], work: _Work, as_of: dt.date) -> tuple[Floats, Floats, Floats]:
    """Age of the oldest figure, sources of known figures, and share of outputs with both figures, by area."""
    count = work.parts.shape[1]
    age, sources, complete = np.full(count, np.nan), np.zeros(count), np.full(count, np.nan)
    for a in range(count):
        found = [rows[p] for i in np.flatnonzero(work.parts[:, a] > 0) for p in work.outputs[i]]
        if not found:
            continue
        both = [r for r in found if r["planned"] is not None and r["delivered"] is not None]
        age[a] = max(age_in_months(last_day(r["as_of"]), as_of) for r in found)
        sources[a] = len({r["source"] for r in both} - {None})
        complete[a] = len(both) / len(found)
    return age, sources, complete


def _lineage(work: _Work) -> tuple[Lineage, ...]:
    used = [
        (a, p, work.parts[i, a])
        for i, a in zip(*np.nonzero(work.parts), strict=True)
        for p in work.outputs[i]
    ]
    return (
        Lineage(
            "delivery",
            "delivery",
            np.array([u[0] for u in used], dtype=np.int64),
            np.array([u[1] for u in used], dtype=np.int64),
            np.array([u[2] for u in used], dtype=np.float64),
        ),
    )


def _timeliness(
    scope: Scope, rows: Sequence[Mapping[str, Any]], work: _Work, as_of: dt.date
) -> tuple[Timeliness, ...]:
    everywhere = [p for positions in work.outputs for p in positions]
    out = [_delays("", [rows[p] for p in everywhere], as_of)]
    for parent in scope.parents():
        inside = work.parts[:, list(scope.members[parent])].sum(axis=1) > 0
        out.append(_delays(parent, [rows[p] for i in np.flatnonzero(inside) for p in work.outputs[i]], as_of))
    return tuple(out)


def _delays(place: str, found: Sequence[Mapping[str, Any]], as_of: dt.date) -> Timeliness:
    """Delays in months. What is open is followed to the day of its row: later than that nobody looked."""
    months: list[float] = []
    ended: list[bool] = []
    undated = 0
    for row in found:
        if row["due"] is None or last_day(row["due"]) >= as_of:
            continue
        due = last_day(row["due"])
        done = None if row["done"] is None else last_day(row["done"])
        if done is not None and done < as_of:
            months.append(months_between(due, done) if done >= due else -months_between(done, due))
            ended.append(True)
        elif row["planned"] and row["delivered"] is not None and row["delivered"] >= row["planned"]:
            undated += 1
        elif last_day(row["as_of"]) > due:
            months.append(months_between(due, last_day(row["as_of"])))
            ended.append(False)
    survival = kaplan_meier(months, ended) if months else None
    return Timeliness(place, survival, len(ended) - sum(ended), undated)
