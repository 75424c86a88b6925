"""Trust gap: how far trust in the institutions of the state falls short of an agreed level (methods G).

Estimate: G = max(0, 1 - T / T*), with T by area from survey answers (``answers``, ``model``) and T* the assumption
``trust_target``. The difference of community and state stands beside it and is not mixed in.
Assumes:  low trust is a report on institutions and never a trait of a community: fear and refusals bend it, so that the
          share of refusals and its bounds are given with every figure. Published figures are shown at the level at which
          they were measured and never stand in for an area.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike, NDArray

from jaiza.framework import Framework
from jaiza.gaps.trust.answers import (
    COUNTRY,
    MOST_REFUSED,
    Answers,
    Differential,
    DirectTrust,
    differentials,
    direct_estimates,
    newest_answers,
)
from jaiza.gaps.trust.model import EBLUP, AreaTrust, area_trust
from jaiza.gaps.trust.published import PublishedTrust, published_trust
from jaiza.gaps.trust.second_opinion import MrpTrust, mrp_trust
from jaiza.language import Text, text
from jaiza.places.scope import Scope
from jaiza.records.dates import age_in_months
from jaiza.records.people import people
from jaiza.records.tables_of_study import Tables
from jaiza.scores import GradeTerms, Lineage, Scores, State, interval
from jaiza.stats.arguments import reals

Floats = NDArray[np.float64]

__all__ = [
    "ChannelAssumption",
    "Differential",
    "DirectTrust",
    "MrpTrust",
    "PublishedTrust",
    "TrustScores",
    "channel_multiplier",
    "mrp_trust",
    "trust_scores",
]


@dataclass(frozen=True)
class ChannelAssumption:
    """An assumption and not a fact: how far low trust in a channel lowers what work through it does, by area (areas,).

    ``delta`` is the slider; nan where trust is not known, and 1 everywhere at delta 0. ``hybrid`` uses the mean of both.
    """

    delta: float
    state: Floats
    community: Floats
    hybrid: Floats


@dataclass(frozen=True)
class TrustScores:
    """The trust gap of a round and what stands beside it.

    ``direct``: survey estimates of each side for the country, its parents and areas; ``institutions``: of each institution
    for the country and parents. ``published``: the newest published figures; ``later`` and ``undated`` are ids of figures
    that the round does not see. ``differential``: where both sides may be published.
    """

    gap: Scores
    direct: tuple[DirectTrust, ...]
    published: tuple[PublishedTrust, ...]
    differential: tuple[Differential, ...]
    institutions: tuple[DirectTrust, ...]
    channel: ChannelAssumption
    later: tuple[str, ...]
    undated: tuple[str, ...]


def channel_multiplier(trust: ArrayLike, delta: float) -> Floats:
    """m = 1 - delta (1 - T): exactly 1 at delta 0, also where trust is not known (methods G4, an assumption).

    trust: 0 to 1 of any shape, nan where not known; delta: 0 to 1. Raises ValueError outside these limits.
    """
    t = reals(trust, "trust", missing=True, least=0.0, most=1.0)
    if not 0.0 <= delta <= 1.0:
        raise ValueError(f"channel_delta: expected 0 to 1, got {delta:g}")
    return np.ones(t.shape) if delta == 0 else np.asarray(1.0 - delta * (1.0 - t))


def trust_scores(
    tables: Tables, framework: Framework, scope: Scope, as_of: dt.date, *, draws: int, rng: Generator
) -> TrustScores:  # fmt: skip
    """Trust gap of every area in one round: value in [0, 1], 90 % interval, state, draws.

    ``details`` hold by area both sides' trust and error, direct figures, refusals, and ``predicted`` (1 where the model
    alone speaks). Raises ValueError for a ``trust_target`` outside 0 to 1 and a ``channel_delta`` outside 0 to 1.
    """
    target = framework.number("trust_target")
    if not 0.0 < target <= 1.0:
        raise ValueError(f"trust_target: expected above 0 and at most 1, got {target:g}; give a share")
    published, later, undated = published_trust(tables.rows("survey_estimates"), as_of)
    delta = framework.number("channel_delta")
    found = newest_answers(tables.rows("survey_responses"), scope, as_of)
    if found is None:
        unknown = channel_multiplier(np.full(len(scope.areas), np.nan), delta)
        channel = ChannelAssumption(delta, unknown, unknown, unknown)
        return TrustScores(_no_answers(tables, scope, as_of, target), (), published, (), (), channel, later, undated)  # fmt: skip
    direct, institutions = direct_estimates(found, scope)
    weights = people(tables, scope.areas, as_of).counts
    state = area_trust(found, direct, "state", scope, weights, draws=draws, rng=rng)
    community = area_trust(found, direct, "community", scope, weights, draws=draws, rng=rng)
    channel = ChannelAssumption(
        delta,
        channel_multiplier(state.trust, delta),
        channel_multiplier(community.trust, delta),
        channel_multiplier((state.trust + community.trust) / 2.0, delta),
    )
    gap = _gap(framework, scope, as_of, found, direct, institutions, state, community, target)
    return TrustScores(gap, direct, published, differentials(found, scope, direct), institutions, channel, later, undated)  # fmt: skip


def _no_answers(tables: Tables, scope: Scope, as_of: dt.date, target: float) -> Scores:
    nowhere = np.full(len(scope.areas), np.nan)
    state: State = "no_data"
    if not tables.has("survey_responses"):
        why = text("the table survey_responses has no rows: answers by area would unlock this; published figures stand at the level at which they were measured")  # fmt: skip
    else:
        why = text("no survey on trust in the state ended in the five years before this round")
    return Scores(
        measure="trust",
        areas=scope.areas,
        value=nowhere,
        lower=nowhere.copy(),
        upper=nowhere.copy(),
        state=(state,) * len(scope.areas),
        n=np.zeros(len(scope.areas)),
        method="G",
        why=(why,) * len(scope.areas),
        parameters={"as_of": as_of.isoformat(), "trust_target": target, "survey": None},
        unit="0 to 1",
    )


def _short(trust: Floats, target: float) -> Floats:
    return np.asarray(np.maximum(0.0, 1.0 - trust / target))


def _gap(
    framework: Framework, scope: Scope, as_of: dt.date, found: Answers, direct: Sequence[DirectTrust],
    institutions: Sequence[DirectTrust], state: AreaTrust, community: AreaTrust, target: float,
) -> Scores:  # fmt: skip
    value, drawn = _short(state.trust, target), _short(state.draws, target)
    lower, upper = interval(value, drawn)
    states, why = _states(scope, found, state, value, upper - lower, framework.number("width_too_wide"))
    known = np.isfinite(value)
    low, high = _bounds(scope, direct)
    whole = next((d.estimate for d in direct if d.place == COUNTRY and d.side == "state"), math.nan)
    return Scores(
        measure="trust",
        areas=scope.areas,
        value=value,
        lower=lower,
        upper=upper,
        state=states,
        n=state.n,
        method="G",
        draws=drawn,
        why=why,
        terms=GradeTerms(
            age_months=np.where(known, age_in_months(found.newest, as_of), np.nan),
            sources=np.where(known, float(found.sources), 0.0),
            capped=_caps(state, institutions),
            cap_why=text("more than a quarter of those asked about an institution gave no answer"),
        ),
        lineage=_lineage(found),
        parameters={
            "as_of": as_of.isoformat(),
            "trust_target": target,
            "survey": found.survey,
            "survey_ended": found.newest.isoformat(),
            "method": state.method,
            "scale": state.scale,
            "variance": state.variance,
            "benchmark_ratio": state.ratio,
            "clustering": state.effect,
            "flags": list(state.flags),
            "national": whole,
            "sampled": int(np.isfinite(state.direct).sum()),
            "predicted": int(state.predicted.sum()),
            "rows_left_out": found.left_out,
            "rows_without_cluster": found.without_cluster,
        },
        details={
            "trust_state": state.trust,
            "se_state": state.se,
            "trust_community": community.trust,
            "se_community": community.se,
            "direct_state": state.direct,
            "direct_se_state": state.direct_se,
            "psi_state": state.psi,
            "shrinkage_state": state.shrinkage,
            "refused_state": state.refused,
            "predicted": state.predicted.astype(np.float64),
            "least": np.where(known, _short(high, target), np.nan),
            "most": np.where(known, _short(low, target), np.nan),
        },
        unit="0 to 1",
    )


def _bounds(scope: Scope, direct: Sequence[DirectTrust]) -> tuple[Floats, Floats]:
    """Direct trust if nobody, and if everybody, who gave no answer trusts (areas,); 0 and 1 where nobody was asked."""
    low, high = np.zeros(len(scope.areas)), np.ones(len(scope.areas))
    at = {code: i for i, code in enumerate(scope.areas)}
    for d in direct:
        if d.kind == "area" and d.side == "state":
            low[at[d.place]], high[at[d.place]] = d.lower, d.upper
    return low, high


def _caps(state: AreaTrust, institutions: Sequence[DirectTrust]) -> tuple[str, ...]:
    """D where a question on the state went unanswered too often, in the area or in the whole survey."""
    everywhere = any(d.capped for d in institutions if d.place == COUNTRY and d.side == "state")
    return tuple("D" if everywhere or q > MOST_REFUSED else "" for q in state.refused.tolist())


def _states(
    scope: Scope, found: Answers, state: AreaTrust, value: Floats, width: Floats, limit: float
) -> tuple[tuple[State, ...], tuple[Text | None, ...]]:
    states: list[State] = []
    why: list[Text | None] = []
    for i in range(len(scope.areas)):
        if np.isfinite(value[i]):
            states.append("too_wide" if width[i] > limit else "estimated")
            why.append(None)
            continue
        states.append("no_data")
        if state.declined[i]:
            why.append(text("everybody who was asked here gave no answer"))
        elif state.method == EBLUP:
            why.append(text("nobody in this province was asked in the survey {survey}", survey=found.survey))
        elif state.n[i] > 0:
            why.append(text("fewer than 30 people or 3 clusters answered here, and too few areas were sampled for a model"))  # fmt: skip
        else:
            why.append(text("nobody here was asked, and too few areas were sampled for a model"))
    return tuple(states), tuple(why)


def _lineage(found: Answers) -> tuple[Lineage, ...]:
    """Answers on the state in areas. What a model predicts stands on all of them, through its parameters."""
    here = (found.side == "state") & (found.area >= 0)
    return (
        Lineage("survey_responses", "direct", found.area[here], found.rows[here], np.ones(int(here.sum()))),
    )
