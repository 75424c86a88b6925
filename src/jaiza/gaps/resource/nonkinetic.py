"""Share of public money for non-kinetic work, as bounds by place, fiscal year and stage (methods D3).

[NK / T, (NK + U) / T], with mixed and unclassified lines as the unclassified part U. Stages are never mixed, and
places never added. Where a mixed line is split into parts that are classified, the parts are read in its stead and
what they leave open stays unclassified.
Assumes:  a mixed line may hold other lines of its group without saying so; the bounds are valid either way, since
          counting it as a line of its own makes them wider. Figures that disagree about one line are its limits.
          Non-kinetic is civil work of every kind: it is not money for prevention.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from jaiza.gaps.resource.bounds import share_between
from jaiza.gaps.resource.flows import STAGES, Flow
from jaiza.gaps.resource.money import Period
from jaiza.language import Text, plain, text
from jaiza.places.scope import Scope

Limits = tuple[float, float]


@dataclass(frozen=True)
class NonKinetic:
    """Bounds of the non-kinetic share of one place, fiscal year, stage and currency.

    ``level`` is country, parent, former or area. ``lower`` and ``upper`` are nan where all lines are 0. ``lines``
    counts the lines, ``open_lines`` those without one figure, ``not_published`` lines that are known to exist and
    have none. ``total`` holds the limits of the sum in its own currency. ``parts`` are flows read as parts of another,
    ``parts_by_note`` those left out because only a note says that they are a part, ``disagreeing`` lines that sources
    give differently, ``parts_exceed`` mixed lines whose parts add up to more than they do and were not used.
    ``civil``, ``armed`` and ``open`` name the lines of each class: two years compare only where these are the same.
    """

    place: str
    level: str
    start: str
    end: str
    stage: str
    currency: str
    lower: float
    upper: float
    total: Limits
    lines: int
    open_lines: int
    not_published: int
    unclassified: int
    parts: tuple[str, ...]
    parts_by_note: tuple[str, ...]
    disagreeing: tuple[str, ...]
    parts_exceed: tuple[str, ...]
    rows: tuple[int, ...]
    civil: tuple[str, ...]
    armed: tuple[str, ...]
    open: tuple[str, ...]

    @property
    def shown(self) -> Text:
        """The bounds in words."""
        if math.isnan(self.lower):
            return text("no money in these lines")
        return text(
            "{low} to {high} %", low=plain(f"{100 * self.lower:.1f}"), high=plain(f"{100 * self.upper:.1f}")
        )


@dataclass(frozen=True)
class _Split:
    """Limits of the money of one line: at least so much non-kinetic and kinetic, at most so much."""

    non_kinetic: Limits
    kinetic: Limits
    total: Limits


# What must stand beside every such share.
CAVEAT = text(
    "of the budget lines on record, not of all spending; civil work of every kind, such as schooling, is counted as "
    "non-kinetic and is not money for prevention"
)


def non_kinetic_shares(found: Sequence[Flow], scope: Scope) -> tuple[NonKinetic, ...]:
    """Every place, year, stage and currency with public budget lines, in that order.

    Lines are public when government receives them; one that names no place is of the country. Lines that are known but not published join the stages of their
    own place, period and currency.
    """
    country = next((code for code in sorted(scope.kind) if scope.kind[code] == "country"), "")
    public = [
        replace(f, area=f.area or country)
        for f in found
        if f.recipient_kind == "government" and f.trouble is None
    ]
    groups: dict[tuple[str, Period, str, str], list[Flow]] = {}
    for f in public:
        if f.kind in STAGES:
            groups.setdefault((f.area, f.period, f.kind, f.currency), []).append(f)
    hidden: dict[tuple[str, Period, str], list[Flow]] = {}
    for f in public:
        if f.kind == "not_published":
            hidden.setdefault((f.area, f.period, f.currency), []).append(f)
    ordered = sorted(groups, key=lambda k: (k[0], k[1].start, k[1].end, STAGES.index(k[2]), k[3]))
    return tuple(_share(key, groups[key], hidden.get((key[0], key[1], key[3]), []), scope) for key in ordered)


def _share(
    key: tuple[str, Period, str, str], group: Sequence[Flow], hidden: Sequence[Flow], scope: Scope
) -> NonKinetic:
    place, period, stage, currency = key
    ids = {f.id for f in group}
    noted = [f for f in group if f.part == "noted"]
    parts: dict[str, list[Flow]] = {}
    for f in group:
        if f.part == "declared" and f.part_of in ids:
            parts.setdefault(f.part_of, []).append(f)
    inside = {f.id for children in parts.values() for f in children}
    lines: dict[str, list[Flow]] = {}
    for f in (*group, *hidden):
        if f.part != "noted" and f.id not in inside:
            lines.setdefault(f.recipient or f.id, []).append(f)
    splits = [_line(same, parts) for _, same in sorted(lines.items())]
    lower, upper = share_between(
        math.fsum(s.non_kinetic[0] for s in splits),
        math.fsum(s.non_kinetic[1] for s in splits),
        math.fsum(s.kinetic[0] for s in splits),
        math.fsum(s.kinetic[1] for s in splits),
    )
    return NonKinetic(
        place=place,
        level=scope.kind.get(place, ""),
        start=period.start.isoformat(),
        end=period.end.isoformat(),
        stage=stage,
        currency=currency,
        lower=lower,
        upper=upper,
        total=(math.fsum(s.total[0] for s in splits), math.fsum(s.total[1] for s in splits)),
        lines=len(lines),
        open_lines=sum(s.total[0] != s.total[1] for s in splits),
        not_published=len(hidden),
        unclassified=sum(_class(same) == "open" for same in lines.values()),
        parts=tuple(sorted(inside)),
        parts_by_note=tuple(sorted(f.id for f in noted)),
        disagreeing=tuple(sorted(name for name, same in lines.items() if len({(f.low, f.high) for f in same}) > 1)),
        parts_exceed=tuple(sorted(name for name, same in lines.items() if _exceeds(same, parts))),
        rows=tuple(sorted(f.row for f in (*group, *hidden))),
        civil=_named(lines, "non-kinetic"),
        armed=_named(lines, "kinetic"),
        open=_named(lines, "open"),
    )  # fmt: skip


def _named(lines: Mapping[str, Sequence[Flow]], wanted: str) -> tuple[str, ...]:
    return tuple(sorted(name for name, same in lines.items() if _class(same) == wanted))


def _class(same: Sequence[Flow]) -> str:
    classes = {f.purpose for f in same}
    return classes.pop() if classes in ({"kinetic"}, {"non-kinetic"}) else "open"


def _exceeds(same: Sequence[Flow], parts: Mapping[str, Sequence[Flow]]) -> bool:
    children = parts.get(same[0].id, ())
    return len(same) == 1 and math.fsum(f.low for f in children) > same[0].high


def _line(same: Sequence[Flow], parts: Mapping[str, Sequence[Flow]]) -> _Split:
    """Limits of one line; figures that disagree are its limits, and classified parts split a mixed line."""
    total = min(f.low for f in same), max(f.high for f in same)
    given = _class(same)
    if given == "non-kinetic":
        return _Split(total, (0.0, 0.0), total)
    if given == "kinetic":
        return _Split((0.0, 0.0), total, total)
    children = parts.get(same[0].id, ()) if len(same) == 1 else ()
    civil, armed = (
        math.fsum(f.low for f in children if f.purpose == purpose) for purpose in ("non-kinetic", "kinetic")
    )
    if any(f.low != f.high for f in children) or civil + armed > total[0]:
        # Parts that exceed their whole say that one of the figures is wrong. A part without a figure could hide
        # that, and a blank must never tell more than a figure: in both cases the whole alone is used.
        civil = armed = 0.0
    return _Split((civil, total[1] - armed), (armed, total[1] - civil), total)
