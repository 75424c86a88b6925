"""Evidence behind approaches: which outcomes have been studied, how well, how near, and with what harm (methods I).

Estimate: per approach and outcome, strength = min(1, sum omega_g kappa / 3) over distinct studies, with omega by the
Maryland scale (SMS 0-5) and kappa by where the study was made; the gap is 1 - strength, a display convention.
Assumes:  rows with one citation are one study, counted once in a cell with the lowest scale value that it is given
          (risk of bias can only lower it). A study of several countries that include the home country counts as one
          of the region: its finding is a mean over places. A study that may be later than the round, or whose year
          is not known, adds no strength; a harm that it found is shown all the same unless it is later.
Never:    directions are counted, effects are not pooled, and an empty cell says nothing of whether work helps.
Source:   Farrington and others (2002) for the scale; weights are judgements.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator

from jaiza.framework import Framework
from jaiza.language import text
from jaiza.places.scope import Scope
from jaiza.records.dates import last_day
from jaiza.records.tables_of_study import Tables
from jaiza.scores import Scores, State

SMS_WEIGHTS = (0.0, 0.05, 0.15, 0.5, 0.8, 1.0)
CONTEXT_WEIGHTS = (1.0, 0.7, 0.4)
FULL_STRENGTH = 3.0

__all__ = ["EvidenceCell", "EvidenceOfApproach", "EvidenceScores", "Harm", "evidence_scores"]


@dataclass(frozen=True)
class EvidenceCell:
    """Studies of one approach and one outcome.

    ``best_sms`` is None where no study has a scale value. ``directions`` counts studies, one whose rows differ as
    ``mixed``. ``harms`` counts studies with a harm, whatever else they found. ``undated`` counts studies left out of
    strength for want of a year; ``rows`` are positions in ``studies``, of the dated ones.
    """

    approach: str
    outcome: str
    studies: int
    best_sms: int | None
    directions: Mapping[str, int]
    countries: tuple[str, ...]
    strength: float
    harms: int
    undated: int
    rows: tuple[int, ...]

    @property
    def gap(self) -> float:
        """1 - strength: a display convention that lowers no approach's money by itself."""
        return 1.0 - self.strength


@dataclass(frozen=True)
class EvidenceOfApproach:
    """All studies of one approach, each once; ``outcomes`` are those with a study, ``unstudied`` the others."""

    approach: str
    studies: int
    best_sms: int | None
    strength: float
    harms: int
    outcomes: tuple[str, ...]
    unstudied: tuple[str, ...]

    @property
    def gap(self) -> float:
        """1 - strength over all outcomes together."""
        return 1.0 - self.strength


@dataclass(frozen=True)
class Harm:
    """One finding of harm. ``noted``: the study names a harm; otherwise the outcome itself got worse."""

    row: int
    study: str
    approach: str
    outcome: str
    country: str
    sms: int | None
    direction: str
    noted: bool
    dated: bool
    words: str


@dataclass(frozen=True)
class EvidenceScores:
    """The map of evidence of a round.

    ``cells`` has every approach of the framework with every outcome, in their order. ``later`` and ``undated`` are
    ids of rows that a round does not see; ``elsewhere`` those of approaches that the framework does not have.
    """

    gap: Scores
    cells: tuple[EvidenceCell, ...]
    approaches: tuple[EvidenceOfApproach, ...]
    harms: tuple[Harm, ...]
    later: tuple[str, ...]
    undated: tuple[str, ...]
    elsewhere: tuple[str, ...]


@dataclass(frozen=True)
class _Weights:
    sms: tuple[float, ...]
    context: tuple[float, ...]
    country: str
    region: str

    def of(self, study: Sequence[Mapping[str, Any]]) -> float:
        """omega x kappa of one study; 0 where no row has a scale value."""
        given = [row["sms"] for row in study if row["sms"] is not None]
        return self.sms[int(min(given))] * max(self.nearness(row) for row in study) if given else 0.0

    def nearness(self, row: Mapping[str, Any]) -> float:
        """kappa: same country, same region, elsewhere."""
        places = _countries(row)
        home = self.country.casefold()
        if [p.casefold() for p in places] == [home]:
            return self.context[0]
        same_region = bool(self.region) and (row["region"] or "").casefold() == self.region.casefold()
        return self.context[1] if same_region or home in [p.casefold() for p in places] else self.context[2]


def evidence_scores(
    tables: Tables, framework: Framework, scope: Scope, as_of: dt.date, *, draws: int, rng: Generator,
    country: str | None = None, region: str | None = None,
) -> EvidenceScores:  # fmt: skip
    """The map of evidence by approach and outcome. Nothing is drawn: ``draws`` and ``rng`` belong to the interface.

    ``country`` and ``region`` are home, as written in ``studies``: by default the assumptions ``home_country`` and
    ``home_region``, else the name of the country among the areas, and the one region that studies of it state.
    The gap by area is ``not_applicable``: evidence is about approaches, and no district has one of its own.

    Raises ValueError for weights that are not six and three shares.
    """
    rows = tables.rows("studies")
    weights = _weights(framework, scope, rows, country, region)
    outcomes = _outcomes(tables)
    codes = framework.approach_codes()
    later = [i for i, row in enumerate(rows) if row["year"] is not None and last_day(row["year"]) >= as_of]
    undated = [i for i, row in enumerate(rows) if row["year"] is None]
    hidden = {*later, *undated}
    known = [i for i in range(len(rows)) if i not in hidden]
    cells = tuple(_cell(a, o, rows, known, undated, weights) for a in codes for o in outcomes)
    return EvidenceScores(
        gap=_by_area(scope, rows, known, weights),
        cells=cells,
        approaches=tuple(_approach(a, outcomes, rows, known, undated, weights) for a in codes),
        harms=_harms(rows, set(later), set(undated)),
        later=tuple(sorted(rows[i]["id"] for i in later)),
        undated=tuple(sorted(rows[i]["id"] for i in undated)),
        elsewhere=tuple(sorted(row["id"] for row in rows if row["approach"] not in codes)),
    )


def _weights(
    framework: Framework, scope: Scope, rows: Sequence[Mapping[str, Any]], country: str | None, region: str | None
) -> _Weights:  # fmt: skip
    sms = _shares(framework, "evidence_sms_weights", SMS_WEIGHTS)
    context = _shares(framework, "evidence_context_weights", CONTEXT_WEIGHTS)
    home = country or _declared(framework, "home_country")
    if home is None:
        places = sorted(code for code, kind in scope.kind.items() if kind == "country")
        home = scope.name(places[0]) if places else ""
    around = region or _declared(framework, "home_region")
    if around is None:
        stated = {r["region"] for r in rows if r["region"] and [c.casefold() for c in _countries(r)] == [home.casefold()]}  # fmt: skip
        around = stated.pop() if len(stated) == 1 else ""
    return _Weights(sms, context, home, around)


def _declared(framework: Framework, code: str) -> str | None:
    found = framework.assumptions.get(code)
    return None if found is None else str(found.value)


def _shares(framework: Framework, code: str, otherwise: tuple[float, ...]) -> tuple[float, ...]:
    found = framework.assumptions.get(code)
    given = otherwise if found is None else tuple(float(x) for x in found.value)
    if len(given) != len(otherwise) or not all(0 <= x <= 1 for x in given):
        raise ValueError(f"{code}: expected {len(otherwise)} shares of 0 to 1, got {given}")
    return given


def _countries(row: Mapping[str, Any]) -> list[str]:
    return [part.strip() for part in str(row["country"] or "").split(";") if part.strip()]


def _outcomes(tables: Tables) -> tuple[str, ...]:
    """Declared outcomes in code order, then those that only studies name."""
    declared = sorted(row["id"] for row in tables.rows("outcomes"))
    named = {row["outcome"] for row in tables.rows("studies")} - set(declared)
    return (*declared, *sorted(named))


def _by_study(
    rows: Sequence[Mapping[str, Any]], positions: Sequence[int]
) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for i in positions:
        found.setdefault(rows[i]["citation"], []).append(rows[i])
    return dict(sorted(found.items()))


def _harmful(row: Mapping[str, Any]) -> bool:
    return bool(row["harm"]) or row["direction"] == "worsened"


def _strength(studies: Mapping[str, Sequence[Mapping[str, Any]]], weights: _Weights) -> float:
    return min(1.0, sum(weights.of(study) for study in studies.values()) / FULL_STRENGTH)


def _best(studies: Mapping[str, Sequence[Mapping[str, Any]]]) -> int | None:
    given = [[int(row["sms"]) for row in study if row["sms"] is not None] for study in studies.values()]
    return max((min(values) for values in given if values), default=None)


def _cell(
    approach: str, outcome: str, rows: Sequence[Mapping[str, Any]], known: Sequence[int], undated: Sequence[int],
    weights: _Weights,
) -> EvidenceCell:  # fmt: skip
    here = [i for i in known if (rows[i]["approach"], rows[i]["outcome"]) == (approach, outcome)]
    without_year = [i for i in undated if (rows[i]["approach"], rows[i]["outcome"]) == (approach, outcome)]
    studies = _by_study(rows, here)
    told = [{row["direction"] for row in study} for study in studies.values()]
    shown = _by_study(rows, [*here, *without_year])
    return EvidenceCell(
        approach=approach,
        outcome=outcome,
        studies=len(studies),
        best_sms=_best(studies),
        directions=dict(sorted(Counter(t.pop() if len(t) == 1 else "mixed" for t in told).items())),
        countries=tuple(sorted({c for i in here for c in _countries(rows[i])})),
        strength=_strength(studies, weights),
        harms=sum(any(_harmful(row) for row in study) for study in shown.values()),
        undated=len(_by_study(rows, without_year)),
        rows=tuple(here),
    )


def _approach(
    approach: str, outcomes: Sequence[str], rows: Sequence[Mapping[str, Any]], known: Sequence[int],
    undated: Sequence[int], weights: _Weights,
) -> EvidenceOfApproach:  # fmt: skip
    here = [i for i in known if rows[i]["approach"] == approach]
    studies = _by_study(rows, here)
    shown = _by_study(rows, [*here, *(i for i in undated if rows[i]["approach"] == approach)])
    studied = {rows[i]["outcome"] for i in here}
    return EvidenceOfApproach(
        approach=approach,
        studies=len(studies),
        best_sms=_best(studies),
        strength=_strength(studies, weights),
        harms=sum(any(_harmful(row) for row in study) for study in shown.values()),
        outcomes=tuple(o for o in outcomes if o in studied),
        unstudied=tuple(o for o in outcomes if o not in studied),
    )


def _harms(rows: Sequence[Mapping[str, Any]], later: set[int], undated: set[int]) -> tuple[Harm, ...]:
    """Every finding of harm up to the round, the ones that studies name first, then by strength of design."""
    found = [
        Harm(
            i, row["citation"], row["approach"], row["outcome"], row["country"],
            None if row["sms"] is None else int(row["sms"]), row["direction"], bool(row["harm"]), i not in undated,
            row["effect"] or "",
        )
        for i, row in enumerate(rows)
        if i not in later and _harmful(row)
    ]  # fmt: skip
    return tuple(
        sorted(found, key=lambda h: (not h.noted, -(h.sms or 0), h.study, h.approach, h.outcome, h.words))
    )


def _by_area(
    scope: Scope, rows: Sequence[Mapping[str, Any]], known: Sequence[int], weights: _Weights
) -> Scores:  # fmt: skip
    count = len(scope.areas)
    nowhere = np.full(count, np.nan)
    state: State = "not_applicable"
    return Scores(
        measure="evidence",
        areas=scope.areas,
        value=nowhere,
        lower=nowhere.copy(),
        upper=nowhere.copy(),
        state=(state,) * count,
        n=np.zeros(count),
        method="I",
        why=(text("evidence is given by approach, not by district"),) * count,
        parameters={
            "sms_weights": list(weights.sms),
            "context_weights": list(weights.context),
            "full_strength": FULL_STRENGTH,
            "home_country": weights.country,
            "home_region": weights.region,
            "rows": len(known),
            "studies": len({rows[i]["citation"] for i in known}),
        },
        unit="0 to 1",
    )  # fmt: skip
