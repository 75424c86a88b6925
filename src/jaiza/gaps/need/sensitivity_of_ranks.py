"""Which choice or which uncertainty moves the ranks of need most.

Estimate: Sobol indices (methods B8) of the mean absolute rank shift against the ranks at the point (methods J).
Assumes:  the six factors vary independently; each of a fixed set of draws of weights and of data is equally likely.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from jaiza.framework import Framework
from jaiza.gaps.need.parts import Parts
from jaiza.gaps.need.uncertainty import Choices, drawn_choices, need_under, reference_choices, severity_draws
from jaiza.gaps.need.uncertainty import draws_of_need as need_at
from jaiza.stats import ranks, sensitivity

Floats = NDArray[np.float64]
FACTORS = ("half_life", "spillover", "normalisation", "aggregation", "weights", "data")


@dataclass(frozen=True)
class RankShift:
    """The mean absolute rank shift as a function of six numbers in [0, 1], one a factor in the order of FACTORS.

    ``theta[h]`` (pool, areas) are drawn rates for each half-life, drawn from one seed so that only the half-life
    differs; ``values`` (pool, areas, conditions) drawn conditions; ``weights`` (pool, indicators) drawn weights.
    """

    parts: Parts
    half_lives: Floats
    spillover: tuple[float, float]
    weights: Floats
    theta: tuple[Floats, ...]
    values: Floats
    reference: Floats

    def __call__(self, points: Floats) -> Floats:
        """Places that an area moves on average at each point (points,), for points (points, 6) in [0, 1]."""
        pool = len(self.weights)
        at = np.minimum((points * [len(self.half_lives), 1, 2, 2, pool, pool]).astype(np.int64),
                        [len(self.half_lives) - 1, 1, 1, 1, pool - 1, pool - 1])  # fmt: skip
        low, high = self.spillover
        chosen = Choices(
            half_life=self.half_lives[at[:, 0]],
            spillover=low + (high - low) * points[:, 1],
            by_rank=at[:, 2] == 1,
            arithmetic=at[:, 3] == 1,
            weights=self.weights[at[:, 4]],
        )
        theta = np.stack(self.theta)[at[:, 0], at[:, 5]]
        need = need_under(self.parts, chosen, theta, self.values[at[:, 5]])
        return ranks.rank_shift(need[:, self.parts.known], self.reference)


def rank_shift(parts: Parts, framework: Framework, *, pool: int, seed: int) -> RankShift:
    """The rank shift of one round, with ``pool`` draws of weights and of data made beforehand.

    Raises ValueError where fewer than two areas have an estimate, because nothing can then change places.
    """
    if parts.known.sum() < 2:
        raise ValueError(f"parts: expected two areas with an estimate or more, got {int(parts.known.sum())}")
    halves = np.array(framework.assumption("half_life_choices").value, dtype=np.float64)
    for_weights, for_values, _ = np.random.default_rng(seed).spawn(3)
    point = need_at(parts, reference_choices(framework, parts.weights, 1), rng=None)[0]
    drawn = [c.draws(pool, for_values) for c in parts.conditions]
    blank = np.empty((pool, len(parts.known), 0))
    return RankShift(
        parts=parts,
        half_lives=halves,
        spillover=(framework.number("spillover_low"), framework.number("spillover_high")),
        weights=drawn_choices(framework, parts.weights, pool, for_weights).weights,
        theta=tuple(
            severity_draws(parts, np.full(pool, h), np.random.default_rng(seed).spawn(3)[2]) for h in halves
        ),
        values=np.stack(drawn, axis=-1) if drawn else blank,
        reference=ranks.descending(point[parts.known]),
    )


def sensitivity_of_ranks(shift: RankShift, n: int, rng: Generator) -> sensitivity.SobolIndices:
    """First-order and total indices of the six factors, with bootstrap intervals; N of at least 1024."""
    return sensitivity.sobol(shift, [[0.0, 1.0]] * len(FACTORS), n, rng)
