"""What changed between two rounds beyond error, on what both rounds have.

Two rounds compare only on the same areas, boundaries, definition and goalposts, and on components that both have;
anything else is refused with the reason. A change says nothing of its cause: without a comparison design nobody
knows what would have happened otherwise. A registry that grew is not an improvement: round 1 is computed again
with the records that were found later, and both answers are reported.

Source:   methods L; Benjamini and Hochberg (1995), JRSS B 57, for many areas at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm

from jaiza.decide.grades import Grade, worst
from jaiza.errors import WrongUse
from jaiza.language import Text, text, texts
from jaiza.scores import Floats, Scores, State
from jaiza.stats.arguments import reals
from jaiza.stats.multiplicity import benjamini_hochberg

CLOSING = -0.05
"""A gap counts as closing when it fell by more than this (methods L)."""

NORMAL_90 = 1.645
"""The multiplier that methods L prints, kept so that intervals equal the worked example."""


class NotComparableError(WrongUse):
    """Two rounds that cannot be compared, and why."""


@dataclass(frozen=True, eq=False, kw_only=True)
class RoundScores:
    """One round's scores of one measure, and all that must be equal before they are compared.

    ``definition`` names the formula and its version, ``boundaries`` the edition of the areas, ``goalposts`` the
    (low, high) of each component, ``components`` what the score is made of; ``over`` gives the same round's
    scores on some of its components only, where the round can do so. ``choices`` names the choice draws (seed and
    settings): draws of two rounds are paired when it is equal, and ``""`` says that they are paired with nothing.
    ``se`` (areas,) is the standard error; the standard deviation of the draws where it is not given. ``shrunk``:
    whether the values were pulled towards a mean (methods B3, G2). ``grades``: one an area, or none.
    """

    as_of: str
    scores: Scores
    definition: str
    boundaries: str
    goalposts: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    components: tuple[str, ...] = ()
    over: Callable[[tuple[str, ...]], Scores] | None = None
    choices: str = ""
    se: ArrayLike | None = None
    shrunk: bool = False
    grades: Sequence[Grade] = ()


@dataclass(frozen=True, eq=False)
class RegressionGuard:
    """What regression to the mean alone would do: ``reliability`` r in [0, 1] and ``mean``, numbers or (areas,).

    The expected drift of an area is -(1 - r)(G1 - mean), on unshrunk values only.
    """

    reliability: ArrayLike
    mean: ArrayLike


@dataclass(frozen=True, eq=False)
class Change:
    """Change of one measure from the first round to the second; arrays (areas,), nan where not estimated.

    ``delta`` = G2 - G1 with standard error ``se`` and interval ``lower`` to ``upper``; below 0 a gap closes.
    ``drift`` is what regression to the mean alone would do, 0 without a guard; ``adjusted`` = delta - drift, with
    its own interval. ``p`` (two-sided, of no change), ``q`` (adjusted over areas, Benjamini-Hochberg) and
    ``closing`` = P(change < -.05) are of the adjusted change; p and q are nan unless both rounds are estimated.
    ``components`` are those compared, ``only_first`` and ``only_second`` those that one round lacks.
    """

    measure: str
    areas: tuple[str, ...]
    rounds: tuple[str, str]
    level: float
    delta: Floats
    se: Floats
    lower: Floats
    upper: Floats
    drift: Floats
    adjusted: Floats
    adjusted_lower: Floats
    adjusted_upper: Floats
    p: Floats
    q: Floats
    closing: Floats
    state: tuple[State, ...]
    letter: tuple[str, ...]
    guarded: bool
    components: tuple[str, ...]
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]
    note: Text | None = None

    def told_apart(self, rate: float = 0.10) -> NDArray[np.bool_]:
        """Areas whose change is told apart from none, at a false discovery rate."""
        return np.asarray(np.nan_to_num(self.q, nan=1.0) <= rate)


def change(
    first: RoundScores,
    second: RoundScores,
    *,
    covariance: ArrayLike | None = None,
    guard: RegressionGuard | None = None,
    chosen_for_extremes: bool = False,
    level: float = 0.90,
) -> Change:
    """Return the change of each area, its error, and what regression to the mean would explain (methods L).

    Var = V1 + V2 - 2 Cov. The covariance comes from paired draws, or is given (areas,) or as one number; errors
    are taken as normal, with 1.645 at level .9. guard: mandatory where areas were chosen for extreme values in
    the first round, unless those are shrunk already; refused on shrunk values, which it would correct twice. Its
    reliability and mean are taken as known. Areas are matched by code; the order is that of the first round.

    Raises NotComparableError where definition, boundaries, areas, goalposts, components or choice draws differ,
    ValueError for a missing guard or numbers that cannot be.
    """
    if not 0.0 < level < 1.0:
        raise ValueError(f"level: expected a share between 0 and 1 such as 0.9, got {level}")
    _check_same(first, second)
    _check_guard(first, second, guard, chosen_for_extremes)
    common, first, second = _on_common_components(first, second)
    one, two, order = first.scores, second.scores, _matched(first, second)
    delta = two.value[order] - one.value
    se = _error(first, second, order, covariance)
    if (np.isfinite(delta) & ~np.isfinite(se)).any():
        raise ValueError("se: an area has a change and no error; give se or draws for both rounds")
    drift = _drift(one.value, guard)
    adjusted = delta - drift
    z = NORMAL_90 if level == 0.90 else float(norm.isf((1.0 - level) / 2.0))
    state, tested = _states(one, two, order, delta)
    p = np.where(tested, _two_sided(adjusted, se), np.nan)
    letters = tuple(
        worst([first.grades[i].letter, second.grades[j].letter]) if first.grades and second.grades else ""
        for i, j in enumerate(order)
    )
    return Change(
        one.measure, one.areas, (first.as_of, second.as_of), level, delta, se, delta - z * se, delta + z * se, drift,
        adjusted, adjusted - z * se, adjusted + z * se, p, benjamini_hochberg(p), _below(CLOSING, adjusted, se), state,
        letters, guard is not None, *common, note=_note(first, guard, chosen_for_extremes, common),
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class RegistryGrowth:
    """The change as first reported, the change on equal knowledge, and how much of it is records found later.

    ``discovered`` (areas,) = round 1 with the later records minus round 1 as it was; as_reported.delta equals
    on_equal_knowledge.delta + discovered. Only ``on_equal_knowledge`` may be called a change.
    """

    as_reported: Change
    on_equal_knowledge: Change
    discovered: Floats


def registry_growth(
    first: RoundScores,
    again: RoundScores,
    second: RoundScores,
    *,
    covariance: ArrayLike | None = None,
    covariance_again: ArrayLike | None = None,
    guard: RegressionGuard | None = None,
    chosen_for_extremes: bool = False,
    level: float = 0.90,
) -> RegistryGrowth:
    """Return both changes: from round 1 as it was, and from round 1 with records discovered later (methods L).

    again: round 1 computed again, on its own date, with all that is known now. covariance_again: of `again` and
    the second round, where draws are not paired. The rest as in `change`, which says what is raised; also raises
    NotComparableError when `again` is of another date than the first round.
    """
    if again.as_of != first.as_of:
        raise NotComparableError(
            text(
                "Round 1 must be computed again on its own date, {expected}, not {got}.",
                expected=first.as_of,
                got=again.as_of,
            )
        )
    reported = change(first, second, covariance=covariance, guard=guard,
                      chosen_for_extremes=chosen_for_extremes, level=level)  # fmt: skip
    equal = change(again, second, covariance=covariance_again, guard=guard,
                   chosen_for_extremes=chosen_for_extremes, level=level)  # fmt: skip
    if reported.components != equal.components:
        raise NotComparableError(
            text("Round 1 computed again is made of other components than round 1; compute it with the same.")
        )
    # Both are differences to the same second round; areas of `again` may come in another order.
    place = {code: i for i, code in enumerate(equal.areas)}
    discovered = reported.delta - equal.delta[[place[code] for code in reported.areas]]
    return RegistryGrowth(reported, equal, discovered)


def _check_same(first: RoundScores, second: RoundScores) -> None:
    if first.as_of >= second.as_of:
        raise NotComparableError(
            text(
                "The first round, {first}, is not before the second, {second}.",
                first=first.as_of,
                second=second.as_of,
            )
        )
    if first.scores.measure != second.scores.measure or first.definition != second.definition:
        raise NotComparableError(
            text("The rounds measure different things ({one}; {two}): compute both by one definition.",
                 one=f"{first.scores.measure} {first.definition}", two=f"{second.scores.measure} {second.definition}")
        )  # fmt: skip
    if first.boundaries != second.boundaries:
        raise NotComparableError(
            text("The rounds use different boundaries ({one}; {two}): move one onto the areas of the other first.",
                 one=first.boundaries, two=second.boundaries)
        )  # fmt: skip
    odd = sorted(set(first.scores.areas) ^ set(second.scores.areas))
    if odd:
        raise NotComparableError(
            texts("{n} area stands in one round only: {codes}.", "{n} areas stand in one round only, such as {codes}.",
                  n=len(odd), codes=odd[:5])
        )  # fmt: skip
    if first.shrunk != second.shrunk:
        raise NotComparableError(
            text("The values of one round are shrunk towards a mean and those of the other are not.")
        )
    for one in (first, second):
        if one.grades and len(one.grades) != len(one.scores.areas):
            raise ValueError(
                f"grades: expected {len(one.scores.areas)}, one an area, or none; got {len(one.grades)}"
            )


def _check_guard(
    first: RoundScores, second: RoundScores, guard: RegressionGuard | None, chosen_for_extremes: bool
) -> None:
    if guard is not None and first.shrunk:
        raise ValueError(
            "guard: the values are shrunk towards a mean already, and would be corrected twice; leave the guard out"
        )
    if chosen_for_extremes and guard is None and not first.shrunk:
        raise ValueError(
            "guard: areas chosen for extreme values fall back by themselves; give the reliability of the "
            "first round and the mean, or compare areas that were not chosen so"
        )


def _on_common_components(
    first: RoundScores, second: RoundScores
) -> tuple[tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]], RoundScores, RoundScores]:
    common = tuple(c for c in first.components if c in second.components)
    only = (
        tuple(c for c in first.components if c not in common),
        tuple(c for c in second.components if c not in common),
    )
    if not common and (first.components or second.components):
        raise NotComparableError(text("The rounds have no component in common."))
    for name in common or tuple(sorted({*first.goalposts, *second.goalposts})):
        if first.goalposts.get(name) != second.goalposts.get(name):
            raise NotComparableError(
                text("{name} has different goalposts in the two rounds: keep them fixed across rounds.", name=name)
            )  # fmt: skip
    out = []
    for one, lacking in zip((first, second), only, strict=True):
        if not lacking:
            out.append(one)
        elif one.over is None:
            raise NotComparableError(
                text("The round of {as_of} includes {names}, which the other lacks, and cannot be computed without.",
                     as_of=one.as_of, names=lacking)
            )  # fmt: skip
        else:
            out.append(replace(one, scores=_checked(one, one.over(common)), se=None))
    return (common, *only), out[0], out[1]


def _checked(one: RoundScores, scores: Scores) -> Scores:
    if scores.areas != one.scores.areas:
        raise ValueError("over: expected the areas of the round in the same order")
    return scores


def _matched(first: RoundScores, second: RoundScores) -> NDArray[np.int64]:
    place = {code: i for i, code in enumerate(second.scores.areas)}
    return np.array([place[code] for code in first.scores.areas], dtype=np.int64)


def _standard_error(one: RoundScores) -> Floats:
    count = len(one.scores.areas)
    if one.se is not None:
        se = reals(one.se, "se", dimensions=(0, 1), missing=True, least=0.0)
        if se.ndim and se.size != count:
            raise ValueError(f"se: expected one number or {count}, one an area, got {se.size}")
        return np.broadcast_to(se, (count,))
    if one.scores.draws is None or len(one.scores.draws) < 2:
        raise ValueError(f"se: the round of {one.as_of} has neither draws nor se; give one of them")
    return np.asarray(one.scores.draws.std(axis=0, ddof=1))


def _error(
    first: RoundScores, second: RoundScores, order: NDArray[np.int64], covariance: ArrayLike | None
) -> Floats:
    """Standard error of the change: sqrt(V1 + V2 - 2 Cov)."""
    one, two = _standard_error(first), _standard_error(second)[order]
    if covariance is not None:
        shared = reals(covariance, "covariance", dimensions=(0, 1), missing=True)
        if shared.ndim and shared.size != len(one):
            raise ValueError(f"covariance: expected one number or {len(one)}, one an area, got {shared.size}")
    else:
        shared = _paired_covariance(first, second, order)
    if (np.abs(shared) > one * two * (1 + 1e-9) + 1e-15).any():
        raise ValueError("covariance: expected at most the product of both standard errors; check its unit")
    return np.asarray(np.sqrt(np.maximum(one**2 + two**2 - 2 * shared, 0.0)))


def _paired_covariance(first: RoundScores, second: RoundScores, order: NDArray[np.int64]) -> Floats:
    one, two = first.scores.draws, second.scores.draws
    if one is None or two is None:
        raise ValueError(
            "covariance: a round has no draws, so it cannot be computed; give it (0 if independent)"
        )
    if not first.choices or first.choices != second.choices or len(one) != len(two):
        raise NotComparableError(
            text("The draws of the two rounds do not belong together: draw both with the same seed and settings.")
        )  # fmt: skip
    two = two[:, order]
    return np.asarray(((one - one.mean(axis=0)) * (two - two.mean(axis=0))).sum(axis=0) / (len(one) - 1))


def _drift(value: Floats, guard: RegressionGuard | None) -> Floats:
    if guard is None:
        return np.where(np.isfinite(value), 0.0, np.nan)
    r = reals(guard.reliability, "reliability", dimensions=(0, 1), least=0.0, most=1.0)
    mean = reals(guard.mean, "mean", dimensions=(0, 1), least=0.0, most=1.0)
    for name, array in (("reliability", r), ("mean", mean)):
        if array.ndim and array.size != value.size:
            raise ValueError(f"{name}: expected one number or {value.size}, one an area, got {array.size}")
    return np.asarray(-(1.0 - r) * (value - mean))


def _states(
    one: Scores, two: Scores, order: NDArray[np.int64], delta: Floats
) -> tuple[tuple[State, ...], NDArray[np.bool_]]:
    worse: tuple[State, ...] = ("not_applicable", "withheld", "no_data", "too_wide", "estimated")
    pairs = [(one.state[i], two.state[j]) for i, j in enumerate(order)]
    state = tuple(next(s for s in worse if s in pair) for pair in pairs)
    return state, np.array([s == "estimated" for s in state], dtype=bool) & np.isfinite(delta)


def _two_sided(delta: Floats, se: Floats) -> Floats:
    """P of a change at least this large if there were none; an error of 0 leaves no doubt."""
    with np.errstate(divide="ignore", invalid="ignore"):
        p = 2.0 * norm.sf(np.abs(delta) / se)
    return np.asarray(np.where(se == 0, (delta == 0).astype(float), p))


def _below(limit: float, delta: Floats, se: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        p = norm.cdf((limit - delta) / se)
    known = np.where(se == 0, (delta < limit).astype(float), p)
    return np.asarray(np.where(np.isfinite(delta), known, np.nan))


def _note(
    first: RoundScores, guard: RegressionGuard | None, chosen_for_extremes: bool,
    common: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]],
) -> Text | None:  # fmt: skip
    if chosen_for_extremes and guard is None and first.shrunk:
        return text("Areas were chosen for extreme values; the values are shrunk, which allows for that.")
    if common[1] or common[2]:
        return text(
            "Compared on what both rounds have; {names} stand in one round only.",
            names=[*common[1], *common[2]],
        )
    return None
