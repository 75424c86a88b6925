"""Where need and a gap meet: the matrix of priorities, how sure its order is, and what to find out first.

The matrix is the result. A single total stands only beside its weights, only over gaps that are estimated and
graded A to C in an area, and only where draws give it an error. An area whose cell is missing is never put last:
it gets the ranks it could have, and stands in the data-first list when they reach across the k-th place.

Source:   methods J; Mogstad, Romano, Shaikh and Wilhelm (2024), Review of Economic Studies 91(1).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from jaiza.decide.data_first import NEED, DataFirst, data_first
from jaiza.decide.grades import HEADLINE, Grade, worst
from jaiza.language import Text, text
from jaiza.scores import Floats, Scores, State, interval
from jaiza.stats.ranks import (
    RankTally,
    descending,
    kendall_tau,
    mean_rank_shift,
    non_dominated,
    rank_sets,
)

TOO_WIDE = 0.5
# The first of these that need or gap has is the state of their cell.
_WORST_FIRST: tuple[State, ...] = ("not_applicable", "withheld", "no_data", "too_wide", "estimated")


@dataclass(frozen=True, eq=False)
class PriorityCells:
    """Priorities of areas by gaps, sqrt(N G), each in [0, 1]; arrays (areas, gaps).

    ``value`` is nan where need or gap has none. ``lower`` and ``upper`` come from joint draws; where a gap has
    none, from the ends of both intervals, which is wider. ``state`` is the worse of the two, and too_wide over
    a width of .5; ``letter`` the worse grade. ``admitted`` marks cells that may enter a total.
    """

    gaps: tuple[str, ...]
    value: Floats
    lower: Floats
    upper: Floats
    state: tuple[tuple[State, ...], ...]
    letter: tuple[tuple[str, ...], ...]
    admitted: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Order:
    """How sure the order of the totals is. Arrays (areas,), nan for areas that are not ranked.

    ``top`` is P(rank <= k); ``mean``, ``lower`` and ``upper`` are the mean rank and its interval over joint draws;
    ``set_lower`` and ``set_upper`` hold the true rank at the level if errors are independent and normal.
    ``non_dominated`` is the share of draws in which no other area is at least as bad in every gap of the total
    and worse in one; nan for areas in which one of these gaps is not admitted. ``shift`` is the mean absolute
    rank shift of the draws against the order of the totals, ``tau_equal`` Kendall's tau between that order and
    the one under equal weights; nan where undefined.
    """

    top: Floats
    mean: Floats
    lower: Floats
    upper: Floats
    set_lower: Floats
    set_upper: Floats
    non_dominated: Floats
    shift: float
    tau_equal: float


@dataclass(frozen=True, eq=False)
class Priorities:
    """The matrix, a total with its weights, and how sure the order is. Arrays (areas,) unless said.

    ``weights`` of the gaps in the total sum to 1 and belong beside every total. ``left_out`` says of every other
    gap why it is not in the total; ``dropped`` have no estimate in any area and no column in the matrix;
    ``without_draws`` stand in the matrix only. ``weight_known`` is the share of the weights applicable in an
    area that its total stands on. ``total`` and its interval are nan where ``ranked`` is false, and ``why`` says
    why. A total that is too_wide keeps its place in the joint draws; tell its rank interval, not one rank.
    ``letter`` is the worst grade behind the total, "" where there is none. ``possible_best`` and
    ``possible_worst`` are ranks given what missing cells may be, nan for areas out of scope.
    """

    areas: tuple[str, ...]
    cells: PriorityCells
    weights: Mapping[str, float]
    left_out: Mapping[str, Text]
    dropped: tuple[str, ...]
    without_draws: tuple[str, ...]
    k: int
    level: float
    total: Floats
    lower: Floats
    upper: Floats
    state: tuple[State, ...]
    letter: tuple[str, ...]
    why: tuple[Text | None, ...]
    weight_known: Floats
    ranked: NDArray[np.bool_]
    order: Order
    possible_best: Floats
    possible_worst: Floats
    data_first: tuple[DataFirst, ...]


def priorities(
    need: Scores,
    gaps: Mapping[str, Scores],
    *,
    need_grades: Sequence[Grade],
    gap_grades: Mapping[str, Sequence[Grade]],
    weights: Mapping[str, float],
    k: int,
    level: float = 0.90,
    bounds: Mapping[str, tuple[ArrayLike, ArrayLike]] | None = None,
) -> Priorities:
    """Return the matrix of priorities sqrt(N_a G_ag), a weighted total, its ranks and the data-first list.

    need, gaps: scores in [0, 1], higher is worse, over the same areas in the same order; their draws belong
    together row by row. need_grades, gap_grades: one grade an area. weights: one for each gap, 0 or more; they
    are divided by their sum over the gaps in the total. The total of an area is the weighted mean of its
    admitted cells. bounds: what is known of missing values, by gap or "need", as (lowest, highest) for each
    area, nan for unknown; 0 and 1 where nothing is given. Methods J.

    Raises ValueError for areas, draws, grades, weights or bounds that do not match, values outside [0, 1], k below 1.
    Assumes that need and gaps are on scales fixed beforehand; priorities say nothing of causes.
    """
    _check(need, gaps, need_grades, gap_grades, weights, k, level)
    _check_bounds(gaps, bounds)
    dropped = tuple(name for name, gap in gaps.items() if "estimated" not in gap.state)
    shown = {name: gap for name, gap in gaps.items() if name not in dropped}
    cells = _cells(need, shown, need_grades, gap_grades, level)
    left_out = _left_out(need, gaps, weights, cells, dropped)
    inside = [j for j, name in enumerate(cells.gaps) if name not in left_out]
    scored = [shown[cells.gaps[j]] for j in inside]
    weight = np.array([weights[cells.gaps[j]] for j in inside], dtype=np.float64)
    weight = weight / weight.sum() if inside else weight
    admitted = cells.admitted[:, inside]
    applies = np.array([[s != "not_applicable" for s in gap.state] for gap in scored], dtype=bool)
    applies = applies.reshape(len(inside), len(need.areas)).T
    total = _mean(cells.value[:, inside], weight, admitted)
    drawn = _drawn(need, scored, admitted)
    totals = _mean(drawn, weight, admitted)
    ranked = np.isfinite(total)
    lower, upper = interval(total, totals, level) if len(totals) else (total, total)
    possible = data_first(
        need, {cells.gaps[j]: shown[cells.gaps[j]] for j in inside}, weight, _known(need, need_grades),
        np.array([_known(shown[cells.gaps[j]], gap_grades[cells.gaps[j]]) for j in inside], dtype=bool)
        .reshape(len(inside), len(need.areas)).T,
        dict(bounds or {}), k,
    )  # fmt: skip
    return Priorities(
        need.areas, cells, {cells.gaps[j]: float(w) for j, w in zip(inside, weight, strict=True)}, left_out, dropped,
        tuple(name for name, gap in shown.items() if gap.draws is None), k, level, total, lower, upper,
        _total_states(need, cells, inside, lower, upper, ranked), _total_letters(cells, inside, ranked),
        _why_unranked(need, need_grades, cells, inside, ranked), _share(weight, admitted, applies), ranked,
        _order(total, totals, drawn, weight, cells.value[:, inside], admitted, k, level),
        possible.best, possible.worst, possible.first,
    )  # fmt: skip


def _check(
    need: Scores, gaps: Mapping[str, Scores], need_grades: Sequence[Grade],
    gap_grades: Mapping[str, Sequence[Grade]], weights: Mapping[str, float], k: int, level: float,
) -> None:  # fmt: skip
    if k < 1:
        raise ValueError(f"k: expected a number of places of at least 1, got {k}")
    if not 0.0 < level < 1.0:
        raise ValueError(f"level: expected a share between 0 and 1 such as 0.9, got {level}")
    if not gaps:
        raise ValueError("gaps: expected at least one, got none; assess the gaps first")
    if NEED in gaps:
        raise ValueError('gaps: "need" is the need itself; leave it out of the gaps')
    for name, given in (("weights", weights), ("gap_grades", gap_grades)):
        if set(given) != set(gaps):
            odd = sorted(set(given) ^ set(gaps))
            raise ValueError(f"{name}: expected one entry for each gap; missing or unknown: {', '.join(odd)}")
    values = np.array(list(weights.values()), dtype=np.float64)
    if not np.isfinite(values).all() or (values < 0).any() or values.sum() <= 0:
        raise ValueError(
            f"weights: expected finite numbers of at least 0, one of them above 0, got {dict(weights)}"
        )
    for name, scores, letters in (
        (NEED, need, need_grades),
        *((n, g, gap_grades[n]) for n, g in gaps.items()),
    ):
        _check_scores(name, scores, letters, need)


def _check_bounds(
    gaps: Mapping[str, Scores], bounds: Mapping[str, tuple[ArrayLike, ArrayLike]] | None
) -> None:
    odd = sorted(set(bounds or {}) - {NEED, *gaps})
    if odd:
        raise ValueError(f"bounds: expected need or the name of a gap, got {', '.join(odd)}")


def _known(scores: Scores, letters: Sequence[Grade]) -> NDArray[np.bool_]:
    """Areas that are estimated and graded A to C."""
    return np.array(
        [s == "estimated" and g.letter in HEADLINE for s, g in zip(scores.state, letters, strict=True)],
        dtype=bool,
    )


def _check_scores(name: str, scores: Scores, letters: Sequence[Grade], need: Scores) -> None:
    if scores.areas != need.areas:
        raise ValueError(f"{name}: expected the areas of need in the same order; assess both on one scope")
    if len(letters) != len(need.areas):
        raise ValueError(f"{name}: expected a grade for each of {len(need.areas)} areas, got {len(letters)}")
    for what, values in (("value", scores.value), ("lower", scores.lower), ("upper", scores.upper)):
        if np.isinf(values).any() or (values < -1e-9).any() or (values > 1 + 1e-9).any():
            raise ValueError(
                f"{name}: expected {what} in [0, 1], got {np.nanmin(values)} to {np.nanmax(values)}"
            )
    estimated = np.array([s == "estimated" for s in scores.state], dtype=bool)
    if np.isnan(scores.value[estimated]).any():
        raise ValueError(f"{name}: an area is estimated and has no value; give its state as no_data")
    if scores.draws is None:
        return
    if need.draws is not None and len(scores.draws) != len(need.draws):
        raise ValueError(
            f"{name}: expected {len(need.draws)} draws, as need has, got {len(scores.draws)}; "
            "draw both together so that rows belong to each other"
        )
    known = scores.draws[:, estimated]
    if not len(known):
        raise ValueError(f"{name}: expected at least one draw, got none; pass None for no draws")
    if not np.isfinite(known).all() or (known < -1e-9).any() or (known > 1 + 1e-9).any():
        raise ValueError(f"{name}: expected draws in [0, 1] in every estimated area, got others")


def _root(a: Floats, b: Floats) -> Floats:
    return np.asarray(np.sqrt(np.clip(a, 0.0, 1.0) * np.clip(b, 0.0, 1.0)))


def _cells(
    need: Scores, gaps: Mapping[str, Scores], need_grades: Sequence[Grade],
    gap_grades: Mapping[str, Sequence[Grade]], level: float,
) -> PriorityCells:  # fmt: skip
    shape = (len(need.areas), len(gaps))
    value, lower, upper = np.full(shape, np.nan), np.full(shape, np.nan), np.full(shape, np.nan)
    states: list[list[State]] = [[] for _ in need.areas]
    letters: list[list[str]] = [[] for _ in need.areas]
    admitted = np.zeros(shape, dtype=bool)
    for j, (name, gap) in enumerate(gaps.items()):
        value[:, j] = _root(need.value, gap.value)
        lower[:, j], upper[:, j] = _root(need.lower, gap.lower), _root(need.upper, gap.upper)
        if need.draws is not None and gap.draws is not None:
            low, high = interval(value[:, j], _root(need.draws, gap.draws), level)
            lower[:, j], upper[:, j] = (
                np.where(np.isnan(low), lower[:, j], low),
                np.where(np.isnan(high), upper[:, j], high),
            )
        admitted[:, j] = _known(need, need_grades) & _known(gap, gap_grades[name])
        for i, mine in enumerate(zip(need.state, gap.state, strict=True)):
            state = next(s for s in _WORST_FIRST if s in mine)
            wide = state == "estimated" and upper[i, j] - lower[i, j] > TOO_WIDE + 1e-9
            states[i].append("too_wide" if wide else state)
            pair = (need_grades[i].letter, gap_grades[name][i].letter)
            letters[i].append(worst(pair))
    return PriorityCells(
        tuple(gaps), value, lower, upper, tuple(map(tuple, states)), tuple(map(tuple, letters)), admitted
    )


def _left_out(
    need: Scores, gaps: Mapping[str, Scores], weights: Mapping[str, float], cells: PriorityCells,
    dropped: tuple[str, ...],
) -> dict[str, Text]:  # fmt: skip
    out: dict[str, Text] = {}
    for name, gap in gaps.items():
        if name in dropped:
            out[name] = text("no area has an estimate")
        elif weights[name] == 0:
            out[name] = text("its weight is 0")
        elif need.draws is None:
            out[name] = text("need has no draws, so that a total would have no error")
        elif gap.draws is None:
            out[name] = text("it has no draws, so that a total would have no error")
        elif not cells.admitted[:, cells.gaps.index(name)].any():
            out[name] = text("no area has grade A to C for it and for need")
    return out


def _mean(values: Floats, weight: Floats, admitted: NDArray[np.bool_]) -> Floats:
    """Weighted mean over the admitted gaps, the last axis; nan where there are none."""
    carried = np.where(admitted, weight, 0.0)
    held = carried.sum(axis=-1)
    total = (np.where(admitted, values, 0.0) * carried).sum(axis=-1)
    held = np.broadcast_to(held, total.shape)
    return np.asarray(np.divide(total, held, out=np.full(total.shape, np.nan), where=held > 0))


def _share(weight: Floats, admitted: NDArray[np.bool_], applies: NDArray[np.bool_]) -> Floats:
    held, all_of_it = (admitted * weight).sum(axis=1), (applies * weight).sum(axis=1)
    return np.asarray(np.divide(held, all_of_it, out=np.zeros(len(held)), where=all_of_it > 0))


def _drawn(need: Scores, scored: Sequence[Scores], admitted: NDArray[np.bool_]) -> Floats:
    """Priorities over joint draws (draws, areas, gaps), nan where a cell is not admitted."""
    if need.draws is None or not scored:
        return np.empty((0, *admitted.shape))
    drawn = np.stack([_root(need.draws, gap.draws) for gap in scored if gap.draws is not None], axis=2)
    return np.where(admitted, drawn, np.nan)


def _order(
    total: Floats, totals: Floats, drawn: Floats, weight: Floats, value: Floats, admitted: NDArray[np.bool_],
    k: int, level: float,
) -> Order:  # fmt: skip
    """Everything about the order of the areas; all nan without draws or without a ranked area."""
    nothing = np.full(total.shape, np.nan)
    if not len(totals) or not np.isfinite(total).any():
        return Order(*(nothing,) * 7, shift=float("nan"), tau_equal=float("nan"))
    # Totals equal but for rounding are equal: a mean of three .2 must tie with .2.
    rounded = np.round(totals, 12)
    tally = RankTally(len(total), k)
    tally.add(rounded)
    rank_lower, rank_upper = tally.interval(level)
    se = totals.std(axis=0, ddof=1) if len(totals) > 1 else nothing
    set_lower, set_upper = rank_sets(total, se, level)
    equal = _mean(value, np.ones(len(weight)), admitted)
    shift = mean_rank_shift(rounded, descending(np.round(total, 12)))
    tau = kendall_tau(np.round(total, 12), np.round(equal, 12))
    free = non_dominated(np.round(drawn, 12))
    return Order(tally.top, tally.mean, rank_lower, rank_upper, set_lower, set_upper, free, shift, tau)


def _total_states(
    need: Scores, cells: PriorityCells, inside: Sequence[int], lower: Floats, upper: Floats,
    ranked: NDArray[np.bool_],
) -> tuple[State, ...]:  # fmt: skip
    """State of each total; too_wide also where cells have values that are too wide or graded too low."""
    out: list[State] = []
    for i, of_need in enumerate(need.state):
        mine = [cells.state[i][j] for j in inside]
        if ranked[i]:
            out.append("too_wide" if upper[i] - lower[i] > TOO_WIDE + 1e-9 else "estimated")
        elif of_need in ("not_applicable", "withheld"):
            out.append(of_need)
        elif mine and all(s == mine[0] for s in mine) and mine[0] in ("not_applicable", "withheld"):
            out.append(mine[0])
        else:
            out.append("too_wide" if {"estimated", "too_wide"} & set(mine) else "no_data")
    return tuple(out)


def _total_letters(cells: PriorityCells, inside: Sequence[int], ranked: NDArray[np.bool_]) -> tuple[str, ...]:
    return tuple(
        worst([cells.letter[i][j] for j in inside if cells.admitted[i, j]]) if ranked[i] else ""
        for i in range(len(ranked))
    )


def _why_unranked(
    need: Scores, need_grades: Sequence[Grade], cells: PriorityCells, inside: Sequence[int],
    ranked: NDArray[np.bool_],
) -> tuple[Text | None, ...]:  # fmt: skip
    out: list[Text | None] = []
    for i, state in enumerate(need.state):
        if ranked[i]:
            out.append(None)
        elif state == "not_applicable":
            out.append(text("need does not apply here"))
        elif state == "withheld":
            out.append(text("need is withheld here"))
        elif state == "no_data":
            out.append(text("need has no estimate here"))
        elif state == "too_wide" or need_grades[i].letter not in HEADLINE:
            out.append(text("need is not known well enough here: {why}", why=need_grades[i].why))
        elif not inside:
            out.append(text("no gap is known well enough anywhere"))
        else:
            out.append(text("no gap is known well enough here"))
    return tuple(out)
