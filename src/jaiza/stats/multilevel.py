"""Multilevel regression and post-stratification (MRP): shares of small areas from answers and census cells.

Estimate: logit p = x_a'beta + sum over groupings u_group + u_area with normal u, then the census-weighted
          mean of p over the cells of each area. Fitted by Laplace approximation: mode and curvature at given
          variances, and a weighted set of variances, so that their uncertainty enters the draws.
Assumes:  within a cell of the groupings those asked are like those not asked, once weights are applied;
          group effects are the same in every area. Clustering enters only through `design_effect`.
Source:   Gelman and Little (1997), Survey Methodology 23; Breslow and Clayton (1993); Rue, Martino and
          Chopin (2009); methods G2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from scipy.special import expit

from jaiza.stats import laplace
from jaiza.stats.arguments import FloatArray, positive, reals
from jaiza.stats.laplace import IntArray

NO_VARIATION, FEW_AREAS = "no_variation", "few_areas"
LEAST_AREAS = 15
CHUNK_CELLS = 1_000_000  # census cells x draws worked on at once: about 8 MB


@dataclass(frozen=True)
class MultilevelEstimates:
    """Post-stratified shares of every area."""

    estimate: FloatArray
    """Mean share over the draws (areas,), 0 to 1."""
    se: FloatArray
    """Standard deviation over the draws (areas,)."""
    draws: FloatArray
    """Draws from the approximate posterior (draws, areas)."""
    beta: FloatArray
    """Coefficients at the mode (columns of covariates,), in the covariates' own units."""
    spread: FloatArray
    """Standard deviations of the random effects at the mode, logit scale: one per grouping, then areas."""
    n_eff: FloatArray
    """Effective answers per area (areas,); 0 where nobody answered and the model alone speaks."""
    flags: tuple[str, ...]
    """`no_variation` (all answers alike), `few_areas` (under 15 with answers); empty when all is well."""

    @property
    def sampled(self) -> NDArray[np.bool_]:
        """True where somebody answered (areas,)."""
        return self.n_eff > 0


def mrp(
    y: ArrayLike,
    weights: ArrayLike | None,
    cell: ArrayLike,
    area: ArrayLike,
    cells: ArrayLike,
    covariates: ArrayLike,
    rng: Generator,
    draws: int = 2000,
    *,
    design_effect: float = 1.0,
) -> MultilevelEstimates:
    """Return the share of every area with its standard error and draws, post-stratified to census cells.

    logit p = x_a'beta + sum_g u_g + u_a, u normal; area share = sum_c N_c p_c / sum_c N_c (methods G2).

    y (respondents,): 1 or 0; nan for no answer, which is left out.
    weights (respondents,): above 0, or None. They are scaled within each area to add up to the Kish effective
        size there, divided by `design_effect` (1 or above: what clustering adds), and enter as a weighted
        likelihood.
    cell (respondents, groupings): whole codes from 0, one column per grouping that has a random effect, such
        as age x sex in the first and education in the second; (respondents,) for one grouping.
    area (respondents,): whole codes 0 .. areas - 1, the rows of `covariates`.
    cells (census cells, groupings + 2): the post-stratification table; columns area, the group codes in the
        order of `cell`, and N, the people in the cell (0 or above). A cell may be given in several rows.
    covariates (areas, columns): x with its intercept column, known for every area.
    draws: number of draws; the same rng state gives the same draws.

    Areas without respondents are predicted from covariates and cells with the full area variance. Standard
    deviations have half-normal priors of scale 1 (logit), standardised coefficients normal ones of scale 10.

    Raises ValueError for answers other than 0 and 1, nobody answering, codes that are not whole numbers or
    not in the tables, areas without people, and covariates that repeat each other.
    """
    x = _covariates(covariates)
    answers, weight, codes, place = _respondents(y, weights, cell, area, x.shape[0])
    home, groups, people = _census(cells, codes.shape[1], x.shape[0])
    levels = tuple(int(groups[:, g].max()) + 1 for g in range(groups.shape[1]))
    _check_groups(codes, groups, people)
    if draws < 1:
        raise ValueError(f"draws: expected at least 1, got {draws}")
    if not (np.isfinite(design_effect) and design_effect >= 1.0):
        raise ValueError(f"design_effect: expected 1 or above, got {design_effect:g}")

    used = ~np.isnan(answers)
    effective = _effective(weight[used], place[used], x.shape[0]) / design_effect
    standard, back = _standardised(x)
    model = _collapse(answers[used], effective, codes[used], place[used], standard, levels)
    posterior = laplace.fit(model, rng)
    dense, local = posterior.draws(rng, draws)
    values = _shares(model, dense, local, standard, (home, groups, people))
    sampled = np.unique(place[used]).size
    flags = {NO_VARIATION: bool(np.ptp(answers[used]) == 0), FEW_AREAS: sampled < LEAST_AREAS}
    return MultilevelEstimates(
        estimate=values.mean(axis=0),
        se=values.std(axis=0),
        draws=values,
        beta=back @ posterior.mode.dense[: model.fixed],
        spread=posterior.mode.spread,
        n_eff=_sums(place[used], effective, x.shape[0]),
        flags=tuple(flag for flag, up in flags.items() if up),
    )


def _covariates(covariates: ArrayLike) -> FloatArray:
    x = reals(covariates, "covariates", dimensions=(2,))
    if 0 in x.shape:
        raise ValueError(
            f"covariates: expected areas in rows and at least the intercept, got shape {x.shape}"
        )
    largest = np.abs(x).max(axis=0)
    if (largest == 0).any() or np.linalg.matrix_rank(x / largest) < x.shape[1]:
        raise ValueError("covariates: columns repeat each other, or are 0; leave one out")
    return x


def _codes(values: ArrayLike, name: str, dimensions: tuple[int, ...]) -> IntArray:
    array = reals(values, name, dimensions=dimensions, least=0.0)
    if (array != np.floor(array)).any():
        raise ValueError(f"{name}: expected whole codes from 0, got {array[array != np.floor(array)][0]:g}")
    return array.astype(np.int64)


def _respondents(
    y: ArrayLike, weights: ArrayLike | None, cell: ArrayLike, area: ArrayLike, areas: int
) -> tuple[FloatArray, FloatArray, IntArray, IntArray]:
    answers = reals(y, "y", dimensions=(1,), missing=True)
    known = answers[~np.isnan(answers)]
    if known.size == 0:
        raise ValueError("y: nobody answered; there is nothing to fit")
    if not np.isin(known, (0.0, 1.0)).all():
        raise ValueError("y: expected 0, 1 or nan; turn the top categories of the codebook into 1 first")
    weight = np.ones(answers.size) if weights is None else positive(weights, "weights", dimensions=(1,))
    codes = _codes(cell, "cell", (1, 2)).reshape(len(np.asarray(cell)), -1)
    place = _codes(area, "area", (1,))
    if not answers.size == weight.size == codes.shape[0] == place.size:
        raise ValueError(
            "y, weights, cell, area: expected one row per respondent in each, got "
            f"{answers.size}, {weight.size}, {codes.shape[0]}, {place.size}"
        )
    if place.max() >= areas:
        raise ValueError(f"area: expected codes below {areas}, the rows of covariates, got {place.max()}")
    return answers, weight, codes, place


def _census(cells: ArrayLike, groupings: int, areas: int) -> tuple[IntArray, IntArray, FloatArray]:
    """Return area, group codes and people of the census cells, sorted by area."""
    table = reals(cells, "cells", dimensions=(2,), least=0.0)
    if table.shape[1] != groupings + 2:
        raise ValueError(
            f"cells: expected {groupings + 2} columns (area, {groupings} group codes, people), "
            f"got {table.shape[1]}"
        )
    codes = _codes(table[:, :-1], "cells", (2,))
    if codes[:, 0].max(initial=0) >= areas:
        raise ValueError(
            f"cells: expected areas below {areas}, the rows of covariates, got {codes[:, 0].max()}"
        )
    per_area = _sums(codes[:, 0], table[:, -1], areas)
    if (per_area <= 0).any():
        raise ValueError(
            f"cells: area {int(np.argmin(per_area))} has no people; give its cells or leave the area out"
        )
    lived = table[:, -1] > 0
    order = np.lexsort(codes[lived].T[::-1])
    return codes[lived][order, 0], codes[lived][order, 1:], table[lived, -1][order]


def _check_groups(codes: IntArray, groups: IntArray, people: FloatArray) -> None:
    for g in range(codes.shape[1]):
        strange = np.setdiff1d(codes[:, g], groups[:, g])
        if strange.size:
            raise ValueError(
                f"cell: code {strange[0]} of grouping {g} has no people in cells; use one coding for both"
            )


def _effective(weight: FloatArray, place: IntArray, areas: int) -> FloatArray:
    """Weights scaled to add up to (sum w)^2 / sum w^2 within each area."""
    relative = weight / weight.max()  # so that squares neither overflow nor vanish
    total, square = _sums(place, relative, areas)[place], _sums(place, relative**2, areas)[place]
    scaled: FloatArray = relative * total / square
    return scaled


def _sums(group: IntArray, values: FloatArray, size: int) -> FloatArray:
    return np.bincount(group, weights=values, minlength=size).astype(np.float64)


def _standardised(x: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return (X T, T): columns centred on the intercept, where there is one, and of unit spread."""
    constant = np.flatnonzero(np.ptp(x, axis=0) == 0)
    back = np.zeros((x.shape[1], x.shape[1]))
    for j in range(x.shape[1]):
        if j in constant:
            back[j, j] = 1.0 / x[0, j]
            continue
        centre = x[:, j].mean() if constant.size else 0.0
        scale = float(np.sqrt(np.mean((x[:, j] - centre) ** 2)))
        back[j, j] = 1.0 / scale
        if constant.size:
            back[constant[0], j] = -centre / scale / x[0, constant[0]]
    return x @ back, back


def _collapse(
    answers: FloatArray,
    effective: FloatArray,
    codes: IntArray,
    place: IntArray,
    x: FloatArray,
    levels: tuple[int, ...],
) -> laplace.Cells:
    keys, row = np.unique(np.column_stack([place, codes]), axis=0, return_inverse=True)
    row = row.reshape(-1)
    size = keys.shape[0]
    blocks = [x[keys[:, 0]]]
    blocks += [np.eye(count)[keys[:, g + 1]] for g, count in enumerate(levels)]
    member = sparse.csr_array((np.ones(size), (keys[:, 0], np.arange(size))), shape=(x.shape[0], size))
    return laplace.Cells(
        yes=_sums(row, effective * answers, size),
        trials=_sums(row, effective, size),
        columns=np.ascontiguousarray(np.concatenate(blocks, axis=1)),
        area=keys[:, 0],
        by_area=member,
        fixed=x.shape[1],
        levels=levels,
    )


def _shares(
    model: laplace.Cells,
    dense: FloatArray,
    local: FloatArray,
    x: FloatArray,
    census: tuple[IntArray, IntArray, FloatArray],
) -> FloatArray:
    """Return the people-weighted mean of the cell probabilities of each area, per draw (draws, areas)."""
    home, groups, people = census
    kinds, kind = np.unique(groups, axis=0, return_inverse=True)
    kind = kind.reshape(-1)
    first = model.fixed + np.concatenate([[0], np.cumsum(model.levels)[:-1]]).astype(np.int64)
    by_kind = dense[:, (kinds + first)].sum(axis=2)
    by_area = dense[:, : model.fixed] @ x.T + local
    starts = np.flatnonzero(np.diff(home, prepend=-1))  # cells are sorted, and every area has people
    inside = np.add.reduceat(people, starts)
    values = np.empty(by_area.shape)
    chunk = max(1, CHUNK_CELLS // home.size)
    for start in range(0, len(values), chunk):
        rows = slice(start, start + chunk)
        p = expit(by_area[rows][:, home] + by_kind[rows][:, kind])
        values[rows] = np.add.reduceat(p * people, starts, axis=1) / inside
    return values
