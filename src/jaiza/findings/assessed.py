"""What one round holds before it is told, and the shape of a finding."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from jaiza.decide.grades import HEADLINE, Grade
from jaiza.disclosure import Disclosed
from jaiza.framework import Framework
from jaiza.gaps.coverage import CoverageScores
from jaiza.gaps.coverage.presence import PresenceMap
from jaiza.gaps.evidence import EvidenceScores
from jaiza.gaps.need import NeedScores
from jaiza.gaps.resource import ResourceScores
from jaiza.language import Text, bilingual, texts
from jaiza.places.scope import Scope
from jaiza.records.tables_of_study import Tables
from jaiza.scores import Figure, Scores

Kind = Literal["headline", "cannot_say", "catalogue"]
APART = 0.95  # share of draws in which one area must lie above another to be told apart from it
HIGH_NEED = 0.45  # the class edge that the map prints
AMONG = 25


@dataclass(frozen=True)
class Finding:
    """One sentence, the figure it stands on, what kind it is, and what would change it."""

    id: str
    kind: Kind
    sentence: Text
    figure: Figure | None
    note: Text | None = None
    would_change: Text | None = None

    def plain(self) -> dict[str, Any]:
        """The finding as plain data in both languages, for findings.json."""
        f = self.figure
        shown = {} if f is None else {
            "figure": f.id, "value": _number(f.value), "lower": _number(f.lower), "upper": _number(f.upper),
            "state": f.state, "grade": f.grade, "unit": f.unit,
        }  # fmt: skip
        return {
            "id": self.id,
            "kind": self.kind,
            "text": _both(self.sentence),
            "note": None if self.note is None else _both(self.note),
            "would_change": None if self.would_change is None else _both(self.would_change),
            **shown,
        }


def _number(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 9)


def _both(said: Text) -> dict[str, str]:
    return {"en": said.said("en"), "ur": said.said("ur")}


@dataclass(frozen=True)
class Assessed:
    """Everything one round's assessment holds before it is told."""

    as_of: dt.date
    tables: Tables
    framework: Framework
    scope: Scope
    need: NeedScores
    need_grades: tuple[Grade, ...]
    severity_grades: tuple[Grade, ...]
    coverage: CoverageScores
    gaps: tuple[tuple[Scores, tuple[Grade, ...]], ...]
    placed: Mapping[str, int]
    resource: ResourceScores
    evidence: EvidenceScores
    disclosed: Disclosed
    bands: NDArray[np.int64]
    ranked: NDArray[np.bool_]

    @property
    def presence(self) -> PresenceMap:
        """Presence of work as the audience may see it."""
        return self.coverage.presence

    @property
    def round(self) -> str:
        """Date of the round as it stands in figure ids."""
        return self.as_of.isoformat()

    def names(self, codes: Sequence[str], most: int = 12) -> list[Text]:
        """Names of places, and how many more there are when there are more than ``most``."""
        shown = [self.name(c) for c in codes[:most]]
        if len(codes) > most:
            shown.append(texts("{n} more", "{n} more", n=len(codes) - most))
        return shown

    def name(self, code: str) -> Text:
        """Name of a place in both languages."""
        row = self.scope.rows[code]
        return bilingual(str(row["name"]), row.get("name_ur"))


def ranked_areas(scores: NeedScores, grades: Sequence[Grade]) -> NDArray[np.bool_]:
    """Areas that enter a ranking: estimated, and graded A to C."""
    return np.array(
        [s == "estimated" and g.letter in HEADLINE for s, g in zip(scores.need.state, grades, strict=True)]
    )


def bands(scores: NeedScores, ranked: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Bands (areas,) of ranked areas, 1 the highest, 0 for the others.

    A band ends where its first area lies above the next one in more than 95 % of draws.
    """
    out = np.zeros(len(ranked), dtype=np.int64)
    draws = scores.need.draws
    if draws is None:
        return out
    order = [i for i in np.argsort(-np.where(ranked, scores.need.value, -np.inf), kind="stable") if ranked[i]]
    band, first = 0, -1
    for i in order:
        if first < 0 or np.mean(draws[:, first] > draws[:, i]) > APART:
            band, first = band + 1, int(i)
        out[i] = band
    return out
