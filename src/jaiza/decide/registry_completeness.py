"""How complete the registry is, by area and overall, judged from lists that name the same initiatives.

Lists are registries of initiatives, never of people. The answer sets grades and widens intervals; it never
multiplies a count, and nothing here offers to. Where it cannot be given it is unknown (nan), which grades E: too
few initiatives on two lists, one list only, or one list that holds another whole and so may be its copy.

Source:   methods M; Chapman (1951) for two lists, Chao (1987) for three or more; see `stats.completeness`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from jaiza.language import Text, text, texts
from jaiza.scores import Floats
from jaiza.stats.completeness import FEWEST_MATCHES, LowerBound, chao2, match_variation

CompletenessState = Literal["estimated", "one_list", "nothing_listed", "too_few_matches", "may_be_copies"]
MATCH_ERROR = 0.10


@dataclass(frozen=True)
class Completeness:
    """How complete the lists are together, in one area or overall (area ""); nan where it is unknown.

    ``seen`` are different initiatives, ``matches`` those on two or more lists, ``lists`` the lists that cover the
    place. ``share`` is seen / estimate; ``least`` and ``most`` are that share with 10 % fewer and more matches,
    and ``least`` is what a grade takes. ``at_most``: with three or more lists the estimate is a lower bound, so
    that the registry is at most that complete. ``lower`` and ``upper`` are 95 % limits of the estimate over all
    three matchings (two lists only). ``why`` says why it is unknown.
    """

    area: str
    state: CompletenessState
    method: Literal["", "chapman", "chao2"]
    lists: int
    seen: int
    matches: int
    estimate: float = math.nan
    lower: float = math.nan
    upper: float = math.nan
    share: float = math.nan
    least: float = math.nan
    most: float = math.nan
    at_most: bool = False
    why: Text | None = None


@dataclass(frozen=True, eq=False)
class RegistryCompleteness:
    """Completeness overall and by area, in the order in which the areas were given."""

    overall: Completeness
    by_area: tuple[Completeness, ...]

    @property
    def for_grades(self) -> Floats:
        """The least share of each area (areas,), nan for unknown: `GradeTerms.completeness`."""
        return np.array([found.least for found in self.by_area], dtype=np.float64)


def registry_completeness(
    lists: Mapping[str, Iterable[str]],
    matches: Iterable[tuple[str, str]] = (),
    *,
    areas_of: Mapping[str, Collection[str]] | None = None,
    areas: Sequence[str] = (),
    covers: Mapping[str, Collection[str]] | None = None,
) -> RegistryCompleteness:
    """Return how complete the lists are together, overall and in each area (methods M).

    lists: by name, the ids of the initiatives on each; an id on two lists is one initiative. matches: pairs of
    ids that a person confirmed to be one initiative; matches of matches are one too. areas_of: the areas of each
    id, none for an initiative that has no known area, which then counts overall only. areas: those to judge.
    covers: the areas that a list was made for; every list is taken to cover all where nothing is given, and a
    list of some areas only is left out of the overall figure.

    Raises ValueError for unknown ids, areas or lists, for an initiative twice on one list, and for one id as a
    list (a text where a list of ids is meant). Assumes a closed population, lists that are independent and catch
    every initiative alike; lists that copy each other make the registry look more complete than it is.
    """
    held = _held(lists)
    one = _merged(held, matches)
    known = {initiative for ids in held.values() for initiative in ids}
    where = _areas_of(known, areas_of or {}, areas)
    _check_covers(held, covers, areas)
    sets = {name: {one[i] for i in ids} for name, ids in held.items()}
    merged_where: dict[str, set[str]] = {}
    for initiative, places in where.items():
        merged_where.setdefault(one[initiative], set()).update(places)
    full = [n for n in sets if covers is None or n not in covers or set(areas) <= set(covers[n])]
    overall = _judged("", {n: sets[n] for n in full})
    by_area = []
    for area in areas:
        there = [n for n in sets if covers is None or n not in covers or area in covers[n]]
        inside = {n: {i for i in sets[n] if area in merged_where.get(i, ())} for n in there}
        by_area.append(_judged(area, inside))
    return RegistryCompleteness(overall, tuple(by_area))


def _held(lists: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    out = {}
    for name, ids in lists.items():
        if isinstance(ids, str):
            raise ValueError(f"lists: {name}: expected ids, got the text {ids!r}; put ids in a list")
        out[name] = tuple(ids)
        for initiative, count in Counter(out[name]).items():
            if count > 1:
                raise ValueError(
                    f"lists: {initiative} stands {count} times on {name}; count each initiative once"
                )
    if not out:
        raise ValueError("lists: expected at least one, got none")
    return out


def _merged(held: Mapping[str, tuple[str, ...]], matches: Iterable[tuple[str, str]]) -> dict[str, str]:
    """One id for every initiative under any of its ids; the same whatever the order of the matches."""
    parent = {i: i for ids in held.values() for i in ids}

    def root(initiative: str) -> str:
        while parent[initiative] != initiative:
            initiative = parent[initiative]
        return initiative

    for a, b in matches:
        for initiative in (a, b):
            if initiative not in parent:
                raise ValueError(f"matches: {initiative} is on none of the lists; correct the id")
        low, high = sorted((root(a), root(b)))
        parent[high] = low
    one = {i: root(i) for i in parent}
    for name, ids in held.items():
        seen: dict[str, str] = {}
        for i in ids:
            if one[i] in seen:
                raise ValueError(
                    f"matches: {seen[one[i]]} and {i} are matched into one initiative and both stand on {name}; "
                    "merge them there first, or undo a match"
                )
            seen[one[i]] = i
    return one


def _areas_of(
    known: Collection[str], areas_of: Mapping[str, Collection[str]], areas: Sequence[str]
) -> dict[str, Collection[str]]:
    if len(set(areas)) != len(areas):
        raise ValueError("areas: expected each area once")
    for initiative, places in areas_of.items():
        if isinstance(places, str):
            raise ValueError(
                f"areas_of: {initiative}: expected a list of areas, got the text {places!r}; put it in a list"
            )
        if initiative not in known:
            raise ValueError(f"areas_of: {initiative} is on none of the lists; correct the id")
    return dict(areas_of)


def _check_covers(
    held: Mapping[str, tuple[str, ...]], covers: Mapping[str, Collection[str]] | None, areas: Sequence[str]
) -> None:
    for name, places in (covers or {}).items():
        if name not in held:
            raise ValueError(f"covers: {name} is none of the lists; they are {', '.join(sorted(held))}")
        odd = sorted(set(places) - set(areas))
        if odd:
            raise ValueError(f"covers: {name}: unknown areas {', '.join(odd)}; name them in areas too")


def _judged(area: str, sets: Mapping[str, set[str]]) -> Completeness:
    times = Counter(i for ids in sets.values() for i in ids)
    seen, matches = len(times), sum(1 for count in times.values() if count > 1)
    found = {"area": area, "lists": len(sets), "seen": seen, "matches": matches}

    def unknown(state: CompletenessState, why: Text) -> Completeness:
        return Completeness(state=state, method="", why=why, **found)  # type: ignore[arg-type]

    if len(sets) < 2:
        return unknown(
            "one_list", text("fewer than two lists cover it; compare the registry with another list")
        )
    if not seen:
        return unknown("nothing_listed", text("no list names an initiative there"))
    if matches < FEWEST_MATCHES:
        return unknown(
            "too_few_matches",
            texts("only {n} initiative is on two lists or more; {least} are needed",
                  "only {n} initiatives are on two lists or more; {least} are needed", n=matches, least=FEWEST_MATCHES),
        )  # fmt: skip
    copies = _may_be_copies(sets)
    if copies:
        return unknown(
            "may_be_copies",
            text(
                "{inner} is held whole by {outer}: one may copy the other", inner=copies[0], outer=copies[1]
            ),
        )
    return _two_lists(area, sets, seen, matches) if len(sets) == 2 else _more_lists(area, len(sets), times)


def _may_be_copies(sets: Mapping[str, set[str]]) -> tuple[str, str] | None:
    """A list and another that holds all of it. Copies cannot be told from a complete list, so neither is taken."""
    for inner in sorted(sets):
        for outer in sorted(sets):
            if inner != outer and len(sets[inner]) >= FEWEST_MATCHES and sets[inner] <= sets[outer]:
                return inner, outer
    return None


def _two_lists(area: str, sets: Mapping[str, set[str]], seen: int, matches: int) -> Completeness:
    first, second = (len(ids) for ids in sets.values())
    varied = match_variation(first, second, matches, MATCH_ERROR)
    if varied.refused:
        return Completeness(
            area, "too_few_matches", "", 2, seen, matches,
            why=text("with one match in ten wrong, fewer than {least} would be left", least=FEWEST_MATCHES),
        )  # fmt: skip
    least, most = varied.completeness
    return Completeness(
        area, "estimated", "chapman", 2, seen, matches, varied.given.estimate, varied.lower, varied.upper,
        varied.given.completeness, least, most,
    )  # fmt: skip


def _more_lists(area: str, lists: int, times: Counter[str]) -> Completeness:
    """Chao2, again with a tenth of the initiatives on two lists split in two, and as many pairs joined."""
    seen, matches = len(times), sum(1 for count in times.values() if count > 1)
    once = sum(1 for count in times.values() if count == 1)
    twice = sum(1 for count in times.values() if count == 2)
    given = chao2(lists, seen, once, twice)
    # 30 x .1 is a little over 3 in floating point; rounding first keeps it 3
    wrong = math.ceil(round(twice * MATCH_ERROR, 9))
    joined = min(wrong, once // 2)
    varied: tuple[LowerBound, ...] = (
        chao2(lists, seen + wrong, once + 2 * wrong, twice - wrong),
        given,
        chao2(lists, seen - joined, once - 2 * joined, twice + joined),
    )
    shares = [bound.completeness for bound in varied]
    return Completeness(
        area, "estimated", "chao2", lists, seen, matches, given.estimate, share=given.completeness,
        least=min(shares), most=max(shares), at_most=True,
    )  # fmt: skip
