"""Need drawn again and again: the data as they may be, and the choices that reasonable people make differently."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from jaiza.framework import Framework
from jaiza.gaps.need.parts import PER, Parts, between_goalposts, joined, rate_at_point, spilled, towards_need
from jaiza.stats import index

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Choices:
    """What reasonable people choose differently, one entry a draw (methods B7)."""

    half_life: Floats
    spillover: Floats
    by_rank: NDArray[np.bool_]
    arithmetic: NDArray[np.bool_]
    weights: Floats


def drawn_choices(framework: Framework, weights: Floats, draws: int, rng: Generator) -> Choices:
    """H in the framework's list, rho uniform, goalposts or ranks, either mean, weights Dirichlet(30 w)."""
    halves = np.array(framework.assumption("half_life_choices").value, dtype=np.float64)
    concentration = framework.number("weight_concentration") * weights
    drawn = rng.dirichlet(np.maximum(concentration, 1e-9), draws)
    return Choices(
        half_life=rng.choice(halves, draws),
        spillover=rng.uniform(framework.number("spillover_low"), framework.number("spillover_high"), draws),
        by_rank=rng.random(draws) < 0.5,
        arithmetic=rng.random(draws) < 0.5,
        weights=drawn / drawn.sum(axis=1, keepdims=True),
    )


def reference_choices(framework: Framework, weights: Floats, draws: int) -> Choices:
    """The choices at which the point value stands, once a draw."""
    how = str(framework.assumption("aggregation").value)
    return Choices(
        half_life=np.full(draws, framework.number("half_life")),
        spillover=np.full(draws, framework.number("spillover")),
        by_rank=np.zeros(draws, dtype=bool),
        arithmetic=np.full(draws, how == "arithmetic"),
        weights=np.broadcast_to(weights, (draws, len(weights))),
    )


def severity_draws(parts: Parts, half_life: Floats, rng: Generator) -> Floats:
    """Drawn rates per 100,000 person-years (draws, areas)."""
    if parts.severity is None or not parts.severity.exposed.any():
        return np.full((len(half_life), len(parts.known)), np.nan)
    return parts.severity.draws(half_life, rng) * PER


def draws_of_need(
    parts: Parts, choices: Choices, *, rng: Generator | None, theta: Floats | None = None
) -> Floats:
    """Need (draws, areas) under ``choices``; with ``rng`` the data are drawn too, without it they stay at the point."""
    draws, areas = len(choices.half_life), len(parts.known)
    if theta is None:
        if rng is None:
            theta = np.empty((draws, areas))
            for h in np.unique(choices.half_life):
                theta[choices.half_life == h] = rate_at_point(parts, float(h))
        else:
            theta = severity_draws(parts, choices.half_life, rng)
    if rng is None or not parts.conditions:
        values = np.broadcast_to(parts.condition_values(), (draws, areas, len(parts.conditions)))
    else:
        values = np.stack([c.draws(draws, rng) for c in parts.conditions], axis=-1)
    return need_under(parts, choices, theta, values)


def need_under(parts: Parts, choices: Choices, theta: Floats, values: Floats) -> Floats:
    """Need (draws, areas) under ``choices`` from rates (draws, areas) and conditions (draws, areas, conditions)."""
    exposure = spilled(theta, choices.spillover, parts.neighbours)
    z = between_goalposts(parts, exposure, values)
    ranked = np.flatnonzero(choices.by_rank)
    if len(ranked) and parts.known.sum() > 1:
        # Ranks are taken among the areas that are estimated, so that a missing area moves no other, and of the
        # values as they are, so that areas beyond a goalpost do not tie.
        part = np.where(
            parts.known[None, :, None], towards_need(parts, exposure[ranked], values[ranked]), np.nan
        )
        z[ranked] = np.moveaxis(index.normalise_ranks(np.moveaxis(part, 1, 2)), 2, 1)
    out = joined(z, choices.weights, choices.arithmetic)
    out[:, ~parts.known] = np.nan
    return out
