"""Which missing cells decide who is among the first k: the next things to find out.

Every missing cell is set to its best and to its worst value; each area then has a range of totals and so of
ranks. An area stands in the list when its ranks reach across the k-th place. Missing is never zero: an area
without data gets the ranks it could have, not the last one.

Source:   methods J, "We do not know".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from jaiza.scores import Floats, Scores
from jaiza.stats.ranks import possible_ranks

NEED = "need"


@dataclass(frozen=True)
class DataFirst:
    """An area whose missing cells could change who is among the first k.

    ``missing`` names the cells ("need" among them), the one that moves the total most first; ``swing`` says how
    far the total falls from ``highest`` when that cell alone goes from its worst to its best. ``lowest`` and
    ``highest`` are the total with all of them at their best and worst, ``rank_best`` and ``rank_worst`` the ranks
    the area could have while other areas' missing cells vary too.
    """

    area: str
    missing: tuple[str, ...]
    swing: tuple[float, ...]
    lowest: float
    highest: float
    rank_best: float
    rank_worst: float


@dataclass(frozen=True, eq=False)
class PossibleRanks:
    """Ranks that areas could have (areas,), nan for areas out of scope, and the data-first list."""

    best: Floats
    worst: Floats
    first: tuple[DataFirst, ...]


def data_first(
    need: Scores,
    gaps: Mapping[str, Scores],
    weight: Floats,
    need_known: NDArray[np.bool_],
    gap_known: NDArray[np.bool_],
    bounds: Mapping[str, tuple[ArrayLike, ArrayLike]],
    k: int,
) -> PossibleRanks:
    """Return possible ranks, and the areas whose missing cells could change the top k, the likeliest first.

    gaps: those in the total, with weight (gaps,). need_known: areas (areas,) whose need is estimated and graded
    A to C; gap_known: the same for each gap (areas, gaps). bounds: (lowest, highest) of missing values by gap or
    "need", each (areas,), nan for unknown; 0 and 1 where nothing is given. The total with a filled cell is
    sum w sqrt(N G) / sum w over the gaps that apply in the area; it always holds the total over known cells.
    A withheld cell is unknown to the reader, and widens the range, but is nothing to be found out.

    Raises ValueError for bounds of unknown names, of another length, or outside 0 <= lowest <= highest <= 1.
    """
    limits = _limits(need, gaps, bounds)
    ends = _Ends(need, gaps, weight, need_known, gap_known, limits)
    value = np.where(ends.complete, ends.lowest, np.nan)
    best, worst = possible_ranks(value, ends.lowest, ends.highest)
    listed = [
        _entry(need.areas[i], ends, int(i), float(best[i]), float(worst[i]))
        for i in np.flatnonzero((best <= k) & (k < worst) & (ends.highest > ends.lowest))
        if ends.wanted(int(i))
    ]
    return PossibleRanks(
        best,
        worst,
        tuple(sorted(listed, key=lambda f: (f.rank_best, -f.highest, f.rank_worst, f.area))),
    )


def _entry(area: str, ends: _Ends, i: int, best: float, worst: float) -> DataFirst:
    swings = sorted(((ends.swing(i, name), name) for name in ends.wanted(i)), key=lambda s: (-s[0], s[1]))
    return DataFirst(
        area, tuple(n for _, n in swings), tuple(s for s, _ in swings),
        float(ends.lowest[i]), float(ends.highest[i]), best, worst,
    )  # fmt: skip


class _Ends:
    """Need and gaps at their best and worst values, and the totals that follow."""

    def __init__(
        self, need: Scores, gaps: Mapping[str, Scores], weight: Floats, need_known: NDArray[np.bool_],
        gap_known: NDArray[np.bool_], limits: Mapping[str, tuple[Floats, Floats]],
    ) -> None:  # fmt: skip
        self._names = tuple(gaps)
        self._need_known = need_known
        self._states = [[gap.state[i] for gap in gaps.values()] for i in range(len(need.areas))]
        shape = (len(need.areas), len(gaps))
        applies = np.array([[s != "not_applicable" for s in row] for row in self._states], dtype=bool)
        self._weight = np.where(applies.reshape(shape), weight, 0.0)
        self._gap_known = gap_known
        self._need = _filled(need.value, need_known, *limits[NEED])
        low, high = np.zeros(shape), np.zeros(shape)
        for j, (name, gap) in enumerate(gaps.items()):
            low[:, j], high[:, j] = _filled(gap.value, self._gap_known[:, j], *limits[name])
        self._gaps = (low, high)
        scoped = np.array([s not in ("not_applicable", "withheld") for s in need.state], dtype=bool)
        self._scoped = scoped & (self._weight.sum(axis=1) > 0)
        self.complete = self._scoped & need_known & (self._gap_known | (self._weight == 0)).all(axis=1)
        self.lowest = self._totals(self._need[0], low)
        self.highest = self._totals(self._need[1], high)

    def _totals(self, need: Floats, gaps: Floats) -> Floats:
        held = self._weight.sum(axis=1)
        total = (self._weight * np.sqrt(need[:, None] * gaps)).sum(axis=1)
        out = np.divide(total, held, out=np.full(len(need), np.nan), where=self._scoped)
        # Sums in another order differ in the last place, which must not tell equal totals apart.
        return np.asarray(np.round(out, 12))

    def wanted(self, i: int) -> tuple[str, ...]:
        """Missing cells of an area that can be found out; a withheld cell cannot."""
        missing = [
            name
            for j, name in enumerate(self._names)
            if self._weight[i, j] > 0 and not self._gap_known[i, j] and self._states[i][j] != "withheld"
        ]
        return tuple(missing) if self._need_known[i] else (NEED, *missing)

    def swing(self, i: int, name: str) -> float:
        """How far the total of an area falls from its highest when one cell goes to its best."""
        need, gaps = self._need[1].copy(), self._gaps[1].copy()
        if name == NEED:
            need[i] = self._need[0][i]
        else:
            j = self._names.index(name)
            gaps[i, j] = self._gaps[0][i, j]
        return float(self.highest[i] - self._totals(need, gaps)[i])


def _filled(value: Floats, known: NDArray[np.bool_], low: Floats, high: Floats) -> tuple[Floats, Floats]:
    value = np.clip(value, 0.0, 1.0)
    return np.where(known, value, low), np.where(known, value, high)


def _limits(
    need: Scores, gaps: Mapping[str, Scores], bounds: Mapping[str, tuple[ArrayLike, ArrayLike]]
) -> dict[str, tuple[Floats, Floats]]:
    out = {}
    count = len(need.areas)
    for name in (NEED, *gaps):
        given: Sequence[ArrayLike] = bounds.get(name, (np.zeros(count), np.ones(count)))
        low, high = (np.asarray(x, dtype=np.float64) for x in given)
        if low.shape != (count,) or high.shape != (count,):
            raise ValueError(f"bounds: {name}: expected (lowest, highest) for each of {count} areas")
        low, high = np.where(np.isnan(low), 0.0, low), np.where(np.isnan(high), 1.0, high)
        if (low < 0).any() or (high > 1).any() or (low > high).any():
            raise ValueError(f"bounds: {name}: expected 0 <= lowest <= highest <= 1")
        out[name] = (low, high)
    return out
