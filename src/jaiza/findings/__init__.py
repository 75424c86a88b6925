"""Findings: sentences that a minister can read, each with its interval, grade and figure.

Headlines come from grades A to C only. What is graded D or E, or cannot be estimated, stands under "What we cannot
say yet", each with what would change it. No headline at all is a valid result.
"""

from __future__ import annotations

import numpy as np

from jaiza.findings.assessed import Assessed, Finding, bands, ranked_areas
from jaiza.findings.headlines import (
    half_of_the_deaths,
    highest_need,
    national_need,
    people_in_need,
    where_the_highest_lie,
)
from jaiza.findings.records_and_limits import cannot_say, catalogue, money, studies

__all__ = ["Assessed", "Finding", "bands", "findings", "national_need", "ranked_areas"]


def findings(found: Assessed) -> list[Finding]:
    """All findings of a round, headlines first."""
    out: list[Finding | None] = []
    if found.ranked.any():
        out += [highest_need(found), where_the_highest_lie(found)]
    if np.isfinite(found.need.need.value).any() and found.need.parts.severity is not None:
        out.append(people_in_need(found))
    out += [half_of_the_deaths(found), *catalogue(found), *studies(found), *cannot_say(found), *money(found)]
    return [f for f in out if f is not None]
