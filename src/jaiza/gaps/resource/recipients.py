"""Who receives: share of money that reaches local bodies, and size and length of grants by kind of recipient.

Assumes:  local bodies are the kinds that ``local_recipient_kinds`` of the framework names, by default grassroots and
          local organisations. Money to a kind not known may or may not be local. What an organisation passes on is
          not seen here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from jaiza.framework import Framework
from jaiza.gaps.resource.bounds import share_between
from jaiza.gaps.resource.continuity import KINDS
from jaiza.gaps.resource.flows import Flow, Valued, promised, valued, whole
from jaiza.gaps.resource.money import Period, Prices
from jaiza.language import Text, text
from jaiza.records.dates import months_between

LOCAL_KINDS = ("grassroots", "local-ngo", "community")
UNKNOWN_KINDS = ("", "unknown")


@dataclass(frozen=True)
class LocalShare:
    """Share of one kind of flow that local bodies receive directly.

    ``lower`` and ``upper`` hold whatever the missing amounts and kinds are; ``of_known`` is of known amounts alone. All
    are nan, with ``why``, where no flow to a local body is on record: that is not the same as none. ``local`` of ``n`` flows go to local bodies, ``unknown`` to a kind not known, ``missing`` lack an amount.
    """

    kind: str
    lower: float
    upper: float
    of_known: float
    n: int
    local: int
    unknown: int
    missing: int
    why: Text | None


@dataclass(frozen=True)
class GrantSizes:
    """Promises to one kind of recipient: number, those with a known amount, quartiles in base money, median months."""

    recipient_kind: str
    n: int
    known: int
    lower_quartile: float
    median: float
    upper_quartile: float
    median_months: float


@dataclass(frozen=True)
class Recipients:
    """Shares by kind of flow, and grants by kind of recipient; ``local_kinds`` says who counts as local."""

    local_kinds: tuple[str, ...]
    local: tuple[LocalShare, ...]
    grants: tuple[GrantSizes, ...]


def recipients(found: Sequence[Flow], framework: Framework, prices: Prices, window: Period) -> Recipients:
    """Who receives the money of the window; grants are those whose period touches it, taken whole."""
    declared = framework.assumptions.get("local_recipient_kinds")
    kinds = tuple(str(k) for k in declared.value) if declared is not None else LOCAL_KINDS
    civil = [
        f for f in whole(found)
        if f.purpose != "kinetic" and not f.other_aim and f.period.inside(window) is not None
    ]  # fmt: skip
    return Recipients(
        local_kinds=kinds,
        local=tuple(
            _local(k, [valued(f, prices, window) for f in civil if f.kind == k], kinds) for k in KINDS
        ),
        grants=_grants([promised(f, prices) for f in civil if f.kind == "commitment"]),
    )


def _local(kind: str, flows: Sequence[Valued], kinds: Sequence[str]) -> LocalShare:
    local = [v for v in flows if v.flow.recipient_kind in kinds]
    unknown = [v for v in flows if v.flow.recipient_kind in UNKNOWN_KINDS]
    other = [v for v in flows if v.flow.recipient_kind not in (*kinds, *UNKNOWN_KINDS)]
    missing = sum(not v.known for v in flows)
    if not local:
        why = text("no money to a local body is on record, which is not the same as none")
        return LocalShare(kind, math.nan, math.nan, math.nan, len(flows), 0, len(unknown), missing, why)
    lower, upper = share_between(
        sum(v.low for v in local),
        sum(v.high for v in (*local, *unknown)),
        sum(v.low for v in other),
        sum(v.high for v in (*other, *unknown)),
    )
    known = [v for v in flows if v.known]
    total = math.fsum(v.low for v in known)
    of_known = math.fsum(v.low for v in known if v in local) / total if total > 0 else math.nan
    return LocalShare(kind, lower, upper, of_known, len(flows), len(local), len(unknown), missing, None)


def _grants(flows: Sequence[Valued]) -> tuple[GrantSizes, ...]:
    out = []
    for kind in sorted({v.flow.recipient_kind for v in flows}):
        rows = [v for v in flows if v.flow.recipient_kind == kind]
        known = [v.low for v in rows if v.known]
        low, middle, high = np.quantile(known, [0.25, 0.5, 0.75]).tolist() if known else (np.nan,) * 3
        months = [months_between(v.flow.period.start, v.flow.period.end) for v in rows]
        out.append(GrantSizes(kind, len(rows), len(known), low, middle, high, float(np.median(months))))
    return tuple(out)
