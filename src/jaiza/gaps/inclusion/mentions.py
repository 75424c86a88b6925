"""How policies speak of women, youth and communities: as actors, as targets, or not at all (methods H)."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from dataclasses import dataclass

from jaiza.records.dates import first_day
from jaiza.records.tables_of_study import Tables

MENTIONED_GROUPS = ("women", "youth", "community")


@dataclass(frozen=True)
class PolicyMentions:
    """Objectives of one policy ("" for all of them) by how they mention a group.

    ``mentioned``: named, and whether as target or actor is not known; ``unread``: blank, not known at all. ``lower`` and
    ``upper`` hold the share of objectives with the group as an actor; ``share`` is nan unless both are known to agree.
    """

    policy: str
    group: str
    objectives: int
    none: int
    target: int
    actor: int
    mentioned: int
    unread: int
    lower: float
    upper: float
    rows: tuple[int, ...]

    @property
    def share(self) -> float:
        """Share of objectives with the group as an actor, where it is known of every objective."""
        return self.lower if self.mentioned + self.unread == 0 else math.nan


def policy_mentions(tables: Tables, as_of: dt.date) -> tuple[PolicyMentions, ...]:
    """Mentions in every policy in force from a day before the round, and over all of them."""
    begun = {p["id"] for p in tables.rows("policies") if first_day(p["start"]) < as_of}
    of: dict[str, list[int]] = {}
    rows = tables.rows("objectives")
    for i, row in enumerate(rows):
        if row["policy"] in begun:
            of.setdefault(row["policy"], []).append(i)
    everything = [("", sorted(i for held in of.values() for i in held)), *sorted(of.items())]
    out = []
    for policy, held in everything:
        for group in MENTIONED_GROUPS if held else ():
            seen = Counter(rows[i][f"mentions_{group}"] for i in held)
            unsure = seen["mentioned"] + seen[None]
            out.append(
                PolicyMentions(
                    policy, group, len(held), seen["none"], seen["target"], seen["actor"], seen["mentioned"], seen[None],
                    seen["actor"] / len(held), (seen["actor"] + unsure) / len(held), tuple(held),
                )
            )  # fmt: skip
    return tuple(out)
