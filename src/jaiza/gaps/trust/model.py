"""Trust in every area of one side: small-area estimates where enough areas were sampled, else direct ones (methods G2).

Estimate: Fay-Herriot with an intercept, on arcsin sqrt p where a share is below .1 or above .9 or too few variances can
          be seen, with smoothed sampling variances; benchmarked by one ratio to the direct estimate of the country.
Assumes:  no covariate: none in the study is known beforehand to go with trust, and one chosen by its fit would be tuned to
          the sample. An unsampled area is like the sampled ones, which is said of it (hatched); areas of a parent where
          nobody was asked, and areas where everybody declined to answer, get no figure. The draws leave out the error of
          the national estimate to which all are scaled.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from jaiza.gaps.trust.answers import COUNTRY, Answers, DirectTrust
from jaiza.places.scope import Scope
from jaiza.stats import small_area, survey

Floats = NDArray[np.float64]
EBLUP, DIRECT = "Fay-Herriot", "direct"


@dataclass(frozen=True)
class AreaTrust:
    """Trust of one side by area; arrays (areas,), nan where there is none, ``draws`` (draws, areas).

    ``direct``, ``direct_se``, ``n`` and ``refused`` are those of the area's own answers. ``predicted``: from the model
    alone. ``declined``: asked, and nobody answered. ``shrinkage`` is the weight of the direct estimate, 0 where predicted.
    ``ratio`` is the benchmark; ``flags`` those of the fit. ``scale`` is "share" or "arcsine".
    """

    trust: Floats
    se: Floats
    draws: Floats
    direct: Floats
    direct_se: Floats
    n: Floats
    refused: Floats
    psi: Floats
    shrinkage: Floats
    predicted: NDArray[np.bool_]
    declined: NDArray[np.bool_]
    method: str
    scale: str
    variance: float
    ratio: float
    effect: float
    flags: tuple[str, ...]


def area_trust(
    found: Answers, direct: Sequence[DirectTrust], side: str, scope: Scope, people: Floats, *, draws: int, rng: Generator
) -> AreaTrust:  # fmt: skip
    """Trust of one side by area. ``people`` (areas,) weigh the benchmark, nan where not counted."""
    at = {code: i for i, code in enumerate(scope.areas)}
    mine = {at[d.place]: d for d in direct if d.kind == "area" and d.side == side}
    y, se, n, n_eff, refused = (np.full(len(at), np.nan) for _ in range(5))
    n[:] = 0.0
    published = np.zeros(len(at), dtype=bool)
    for i, d in mine.items():
        y[i], se[i], n[i], refused[i], published[i] = d.estimate, d.se, d.n, d.refused, d.published
        n_eff[i] = d.n_eff if d.n_eff > 0 else np.nan
    declined = np.zeros(len(at), dtype=bool)
    declined[list(mine)] = np.isnan(y[list(mine)])
    effect = _clustering(found, side)
    whole = next((d.estimate for d in direct if d.place == COUNTRY and d.side == side), math.nan)
    if np.isfinite(y).sum() < small_area.LEAST_AREAS:
        return _direct_only(y, se, n, n_eff / effect, refused, published, declined, effect, draws, rng)
    scale, z, psi = _scaled(y, se, n_eff, effect)
    fit = small_area.fay_herriot(z, np.ones((len(at), 1)), psi)
    share, mse = fit.estimate, fit.mse
    drawn = fit.draws(rng, draws)
    if scale == "arcsine":
        share, mse = small_area.from_arcsine(fit.estimate, fit.mse)
        drawn = np.sin(np.clip(drawn, 0.0, np.pi / 2)) ** 2
    asked = {scope.parent(scope.areas[i]) for i in mine}
    held = np.array([scope.parent(a) in asked for a in scope.areas]) & ~declined
    ratio = _ratio(np.clip(share, 0.0, 1.0), mse, np.where(held, people, np.nan), whole)
    trust = np.where(held, np.clip(share * ratio, 0.0, 1.0), np.nan)
    return AreaTrust(
        trust=trust,
        se=np.where(held, np.sqrt(mse) * ratio, np.nan),
        draws=np.where(held, np.clip(drawn * ratio, 0.0, 1.0), np.nan),
        direct=y,
        direct_se=se,
        n=n,
        refused=refused,
        psi=psi,
        shrinkage=np.where(held, fit.shrinkage, np.nan),
        predicted=held & ~fit.sampled,
        declined=declined,
        method=EBLUP,
        scale=scale,
        variance=fit.variance,
        ratio=ratio,
        effect=effect,
        flags=fit.flags,
    )


def _clustering(found: Answers, side: str) -> float:
    """By how much clusters widen the variance beyond weights, pooled over the areas that have one."""
    here = (found.side == side) & (found.area >= 0)
    if np.isnan(found.y[here]).all():
        return 1.0
    means = survey.area_means(
        found.y[here], found.weights[here], found.area[here], found.psu[here], found.stratum[here]
    )
    return survey.clustering_effect(means)


def _scaled(y: Floats, se: Floats, n_eff: Floats, effect: float) -> tuple[str, Floats, Floats]:
    """Scale, direct estimates and sampling variances on it; variances of areas without one come from the others."""
    enough = int((se > 0).sum()) >= small_area.LEAST_TO_SMOOTH
    if small_area.arcsine_advised(y) or not enough:
        return "arcsine", *small_area.arcsine(y, n_eff / effect)
    return "share", y, small_area.smooth_variances(se**2, n_eff)


def _ratio(share: Floats, mse: Floats, people: Floats, whole: float) -> float:
    """Ratio to the national estimate; 1 where it is not known, nobody is counted, or all shares are 0."""
    counted = np.isfinite(people) & (people > 0)
    if math.isnan(whole) or not counted.any() or float(share[counted] @ people[counted]) <= 0:
        return 1.0
    return small_area.benchmark(share[counted], mse[counted], people[counted], whole).ratio


def _direct_only(
    y: Floats, se: Floats, n: Floats, n_eff: Floats, refused: Floats, published: NDArray[np.bool_],
    declined: NDArray[np.bool_], effect: float, draws: int, rng: Generator,
) -> AreaTrust:  # fmt: skip
    """Direct estimates that may be published, drawn from a beta of their effective answers."""
    drawn = np.full((draws, y.size), np.nan)
    for i in np.flatnonzero(published):
        size = n_eff[i] if not se[i] > 0 else min(n_eff[i], y[i] * (1.0 - y[i]) / se[i] ** 2)
        drawn[:, i] = rng.beta(y[i] * size + 0.5, (1.0 - y[i]) * size + 0.5, draws)
    return AreaTrust(
        trust=np.where(published, y, np.nan),
        se=np.where(published, se, np.nan),
        draws=drawn,
        direct=y,
        direct_se=se,
        n=n,
        refused=refused,
        psi=se**2,
        shrinkage=np.where(published, 1.0, np.nan),
        predicted=np.zeros(y.size, dtype=bool),
        declined=declined,
        method=DIRECT,
        scale="share",
        variance=math.nan,
        ratio=1.0,
        effect=effect,
        flags=(small_area.FEW_AREAS,),
    )
