"""What a place of another day is made of today, and how a figure for it is shared out.

A former district stands for the districts that it became. A count known only for the former one is shared among
them by their population (a population-weighted crosswalk). That is an assumption, not a measurement: it is exact
for people and fair for what follows people; a rate, a share or a rank must not be split, only its count.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import ArrayLike, NDArray

from jaiza.errors import DataProblems, Problem
from jaiza.language import text
from jaiza.stats.arguments import reals

FloatArray = NDArray[np.float64]
_LARGEST_WHOLE = 2.0**53


def split(
    values: ArrayLike, members: Sequence[Sequence[int]], population: ArrayLike, *, whole: bool = False
) -> FloatArray:
    """Parts of each value, shape (values, areas): value × population of the member / population of all members.

    ``members[i]`` holds the positions in ``population`` (shape (areas,)) of the areas that share ``values[i]``.
    Each row adds up to its value exactly, in any order of addition: parts are counted in units of the last binary
    digit of the value, or in units of 1 with ``whole``, and units left over go to the largest remainders, the
    first area first. An area that shares alone gets the whole value and needs no population.

    Raises ValueError for values below 0 or not finite, for positions outside the areas or named twice, for members
    without a known population or with none among them, and with ``whole`` for values that are not whole.
    """
    totals = reals(values, "values", dimensions=(1,), least=0.0)
    people = reals(population, "population", dimensions=(1,), missing=True, least=0.0)
    if len(members) != totals.size:
        raise ValueError(
            f"members: expected one list for each of {totals.size} values, got {len(members)} lists"
        )
    if whole and ((totals != np.floor(totals)).any() or (totals > _LARGEST_WHOLE).any()):
        raise ValueError(
            "values: expected whole numbers up to 2**53 with whole=True; round them or split as real"
        )
    parts = np.zeros((totals.size, people.size))
    for row, (total, positions) in enumerate(zip(totals.tolist(), members, strict=True)):
        at = _positions(positions, people.size, row)
        weights = people[at] if len(at) > 1 else np.ones(1)
        if np.isnan(weights).any() or weights.sum() == 0:
            raise ValueError(
                f"population: value {row} is shared by areas {at.tolist()} with populations {weights.tolist()}; "
                "give each a number, and at least one above 0"
            )
        parts[row, at] = _shared_out(total, weights, 1.0 if whole else math.ulp(total))
    return parts


def _positions(positions: Sequence[int], areas: int, row: int) -> NDArray[np.intp]:
    at = np.asarray(positions, dtype=np.intp)
    if at.ndim != 1 or at.size == 0 or np.unique(at).size != at.size or at.min() < 0 or at.max() >= areas:
        raise ValueError(
            f"members: value {row} needs at least one area, each once, at positions 0 to {areas - 1}; "
            f"got {list(positions)}"
        )
    return at


def _shared_out(total: float, weights: FloatArray, unit: float) -> FloatArray:
    """Multiples of ``unit`` in proportion to the weights, with sum ``total`` (largest remainders)."""
    units = round(total / unit)
    ideal = weights / weights.max()
    ideal = ideal / ideal.sum() * units
    counts = np.minimum(np.floor(ideal), units).astype(np.int64)
    left = units - int(counts.sum())
    if left < 0:
        # Rounding of very large counts; a few units of the last digit come off the largest part.
        counts[np.argmax(counts)] += left
    order = np.lexsort((np.arange(weights.size), -(ideal - counts)))
    order = order[weights[order] > 0]
    for turn in range(max(left, 0)):
        counts[order[turn % order.size]] += 1
    shared: FloatArray = counts * unit
    return shared


@dataclass(frozen=True)
class Change:
    """From the day ``since``, ``members`` stand where ``place`` stood.

    A place that keeps its code after giving ground away is among its own members and needs the day. Without a day
    the place is former on every day, and its members are those of today.
    """

    place: str
    members: tuple[str, ...]
    since: date | None = None


@dataclass(frozen=True)
class Shares:
    """Which areas a place stands for, and the share of its population in each; the shares add up to 1."""

    place: str
    members: tuple[str, ...]
    weights: FloatArray


class Crosswalk:
    """Changes of places over time.

    Raises ValueError when a change names no member or one twice, when a place changes twice on one day or again
    after it ended, when a place that keeps its code has no day, or when changes lead back to where they began.
    """

    def __init__(self, changes: Iterable[Change]) -> None:
        self._changes: dict[str, list[Change]] = defaultdict(list)
        for change in changes:
            _check(change)
            self._changes[change.place].append(change)
        for place, own in self._changes.items():
            own.sort(key=lambda c: c.since or date.min)
            if len({c.since for c in own}) < len(own) or (len(own) > 1 and own[0].since is None):
                raise ValueError(
                    f"{place}: changes twice on one day, or once without a day; give each its day"
                )
            if any(place not in change.members for change in own[:-1]):
                raise ValueError(
                    f"{place}: changes again after it ended; give the new place a code of its own"
                )
        for place in self._changes:
            self._refuse_circle(place, ())

    @classmethod
    def from_mappings(
        cls, members: Mapping[str, Sequence[str]], since: Mapping[str, date] | None = None
    ) -> Crosswalk:
        """From former places with their members, and the days from which the members stand, where known."""
        days = since or {}
        return cls(Change(place, tuple(codes), days.get(place)) for place, codes in members.items())

    def _refuse_circle(self, place: str, before: tuple[str, ...]) -> None:
        if place in before:
            raise ValueError(
                f"changes lead back: {' → '.join((*before, place))}; a former place cannot return"
            )
        for change in self._changes.get(place, ()):
            for member in change.members:
                if place not in change.members:
                    self._refuse_circle(member, (*before, place))

    def members(
        self, place: str, *, measured: date | None = None, as_of: date | None = None
    ) -> tuple[str, ...]:
        """The places that ``place`` stands for on the day ``as_of`` (today when None), through every later split.

        ``measured`` is the day of the figure. It matters only for a place that kept its code through a split: a
        figure measured after the split is for what was left of it, one from before (or of unknown day) for all.
        """
        return tuple(dict.fromkeys(self._stands_for(place, measured or date.min, as_of or date.max)))

    def _stands_for(self, place: str, measured: date, as_of: date) -> list[str]:
        for change in self._changes.get(place, ()):
            since = change.since or date.min
            keeps_code = place in change.members
            if since > as_of or (keeps_code and since <= measured):
                continue
            # Members of an undated change are those of today: splits that they went through are behind them.
            after = as_of if change.since is None else max(since, measured)
            return [code for member in change.members for code in self._stands_for(member, after, as_of)]
        return [place]

    def shares(
        self,
        place: str,
        population: Mapping[str, float | None],
        *,
        measured: date | None = None,
        as_of: date | None = None,
    ) -> Shares:
        """Share of each present member in the population of all, adding up to 1 exactly.

        Raises DataProblems naming the members whose population is missing, or when they have none at all.
        """
        members = self.members(place, measured=measured, as_of=as_of)
        problem = _population_problem(place, members, population)
        if problem is not None:
            raise DataProblems([problem])
        people = np.array([_number(population.get(code)) for code in members])
        weights = people if len(members) > 1 else np.ones(1)
        return Shares(place, members, _shared_out(1.0, weights, math.ulp(1.0)))

    def to_areas(
        self,
        values: Mapping[str, float],
        population: Mapping[str, float | None],
        *,
        measured: date | None = None,
        as_of: date | None = None,
        whole: bool = False,
    ) -> dict[str, float]:
        """Counts by present area, in code order: each place's value shared out by ``split``, then added up.

        Raises DataProblems naming every place that cannot be shared out for want of population, and ValueError
        as ``split`` does.
        """
        places = sorted(values)
        members = [self.members(place, measured=measured, as_of=as_of) for place in places]
        found = [_population_problem(p, m, population) for p, m in zip(places, members, strict=True)]
        problems = [problem for problem in found if problem is not None]
        if problems:
            raise DataProblems(problems)
        areas = sorted({code for codes in members for code in codes})
        position = {code: i for i, code in enumerate(areas)}
        people = [_number(population.get(code)) for code in areas]
        at = [[position[code] for code in codes] for codes in members]
        parts = split([values[place] for place in places], at, people, whole=whole)
        return {code: math.fsum(parts[:, i].tolist()) for code, i in position.items()}


def _check(change: Change) -> None:
    if not change.members or len(set(change.members)) < len(change.members):
        raise ValueError(f"{change.place}: expected at least one member, each once; got {change.members}")
    if change.place in change.members and change.since is None:
        raise ValueError(f"{change.place}: keeps its code after a change without a day; give the day")
    if change.members == (change.place,):
        raise ValueError(f"{change.place}: becomes itself, which is no change; leave it out")


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)


def _population_problem(
    place: str, members: Sequence[str], population: Mapping[str, float | None]
) -> Problem | None:
    people = {code: _number(population.get(code)) for code in members}
    missing = [code for code, number in people.items() if not math.isfinite(number) or number < 0]
    if len(members) == 1 or (not missing and any(people.values())):
        return None
    if missing:
        what = text(
            "{place} is now {members}, and the population of {missing} is not known, so that a figure for all "
            "cannot be shared out",
            place=place, members=list(members), missing=missing,
        )  # fmt: skip
    else:
        what = text(
            "{place} is now {members}, in which nobody lives, so that a figure for all cannot be shared out",
            place=place, members=list(members),
        )  # fmt: skip
    mend = text("give their population, or give the figure for each of them")
    return Problem(what, mend, "crosswalk.population", value=place)
