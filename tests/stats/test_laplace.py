"""Laplace approximation: dense algebra, a general optimiser and exact integration as witnesses."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import minimize
from scipy.special import expit, logsumexp

from jaiza.stats import laplace


def example(seed=0, areas=9, groups=(3, 2), answers=400):
    rng = np.random.default_rng(seed)
    area = rng.integers(0, areas - 1, answers)  # the last area has no answer
    codes = np.column_stack([rng.integers(0, g, answers) for g in groups])
    keys, row = np.unique(np.column_stack([area, codes]), axis=0, return_inverse=True)
    row = row.reshape(-1)
    x = np.column_stack([np.ones(areas), np.linspace(-1, 1, areas)])
    weight = rng.uniform(0.4, 1.0, answers)
    yes = rng.random(answers) < expit(0.5 * x[area, 1] + rng.normal(0, 0.6, areas)[area])
    columns = np.hstack([x[keys[:, 0]], *(np.eye(g)[keys[:, j + 1]] for j, g in enumerate(groups))])
    size = len(keys)
    return laplace.Cells(
        yes=np.bincount(row, weights=weight * yes, minlength=size),
        trials=np.bincount(row, weights=weight, minlength=size),
        columns=columns,
        area=keys[:, 0],
        by_area=sparse.csr_array((np.ones(size), (keys[:, 0], np.arange(size))), shape=(areas, size)),
        fixed=2,
        levels=groups,
    )


def dense_design(cells):
    return np.hstack([cells.columns, np.eye(cells.areas)[cells.area]])


def dense_prior(cells, spread):
    parts = [np.full(cells.fixed, laplace.PRIOR_SD_COEFFICIENT)]
    parts += [np.full(count, spread[g]) for g, count in enumerate(cells.levels)]
    return np.concatenate([*parts, np.full(cells.areas, spread[-1])]) ** -2.0


SPREAD = np.array([0.4, 0.7, 0.5])


def test_mode_is_what_a_general_optimiser_finds():
    cells = example()
    z, prior = dense_design(cells), dense_prior(cells, SPREAD)

    def minus(effects):
        eta = z @ effects
        return -(cells.yes @ eta - cells.trials @ np.log1p(np.exp(eta))) + 0.5 * prior @ effects**2

    found = minimize(minus, np.zeros(z.shape[1]), method="BFGS", options={"gtol": 1e-7})
    mode = laplace.find_mode(cells, SPREAD)
    np.testing.assert_allclose(np.concatenate([mode.dense, mode.local]), found.x, atol=2e-3)
    assert minus(np.concatenate([mode.dense, mode.local])) == pytest.approx(found.fun, abs=1e-5)


def test_marginal_likelihood_and_draws_follow_the_dense_curvature():
    cells = example(1)
    z = dense_design(cells)
    values = []
    for spread in (SPREAD, 2 * SPREAD):
        mode, prior = laplace.find_mode(cells, spread), dense_prior(cells, spread)
        effects = np.concatenate([mode.dense, mode.local])
        p = expit(z @ effects)
        curvature = z.T @ ((cells.trials * p * (1 - p))[:, None] * z) + np.diag(prior)
        height = cells.yes @ np.log(p) + (cells.trials - cells.yes) @ np.log(1 - p) - 0.5 * prior @ effects**2
        dense = height + 0.5 * np.log(prior[2:]).sum() - 0.5 * np.linalg.slogdet(curvature)[1]
        values.append((mode.log_marginal, dense))
        shared, own = mode.draws(np.random.default_rng(0), 40_000)
        drawn = np.cov(np.hstack([shared, own]).T)
        covariance = np.linalg.inv(curvature)
        scale = np.sqrt(np.outer(np.diag(covariance), np.diag(covariance)))
        np.testing.assert_allclose(drawn / scale, covariance / scale, atol=0.03)
        np.testing.assert_allclose(shared.mean(axis=0), mode.dense, atol=0.15)
    assert values[0][0] == pytest.approx(values[0][1], abs=1e-6)
    assert values[1][0] == pytest.approx(values[1][1], abs=1e-6)


def test_all_answers_alike_still_has_a_mode():
    cells = example(2)
    alike = laplace.Cells(**{**cells.__dict__, "yes": cells.trials.copy()})
    mode = laplace.find_mode(alike, SPREAD)
    assert np.isfinite(mode.dense).all()
    assert (expit(dense_design(cells) @ np.concatenate([mode.dense, mode.local])) > 0.9).all()


def exact_posterior(yes, trials):
    """Posterior mean and sd of each area's share with one intercept, by grids and quadrature.

    The one group level only adds to the intercept, whose prior variance it raises.
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    log_weights = np.log(weights / weights.sum())
    total = moment = square = 0.0
    sigmas = np.exp(np.linspace(-4, 1.5, 45))
    centres = np.linspace(-3, 3, 241)
    logs, means, squares = [], [], []
    for sigma in sigmas:
        prior_sigma = -0.5 * sigma**2 + np.log(sigma)
        eta = centres[:, None, None] + sigma * nodes
        like = yes[:, None] * eta - trials[:, None] * np.logaddexp(0, eta) + log_weights
        each = logsumexp(like, axis=2)
        inside = np.exp(like - each[:, :, None])
        p = expit(eta)
        logs.append(each.sum(axis=1) + prior_sigma - 0.5 * centres**2 / 100.5)
        means.append((inside * p).sum(axis=2))
        squares.append((inside * p**2).sum(axis=2))
    logs = np.array(logs)
    mass = np.exp(logs - logs.max())
    total = mass.sum()
    moment = np.einsum("sc,sca->a", mass, np.array(means)) / total
    square = np.einsum("sc,sca->a", mass, np.array(squares)) / total
    return moment, np.sqrt(square - moment**2)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_posterior_against_exact_integration(seed):
    rng = np.random.default_rng(seed)
    areas = 20
    trials = rng.integers(5, 60, areas).astype(float)
    trials[0] = 0.0
    yes = rng.binomial(trials.astype(int), expit(rng.normal(-0.5, 0.5, areas))).astype(float)
    cells = laplace.Cells(
        yes=yes,
        trials=trials,
        columns=np.ones((areas, 2)),
        area=np.arange(areas),
        by_area=sparse.csr_array(np.eye(areas)),
        fixed=1,
        levels=(1,),
    )
    shared, own = laplace.fit(cells, np.random.default_rng(0)).draws(np.random.default_rng(1), 20_000)
    share = expit(shared.sum(axis=1)[:, None] + own)
    mean, sd = exact_posterior(yes, trials)
    np.testing.assert_allclose(share.mean(axis=0), mean, atol=0.012)
    np.testing.assert_allclose(share.std(axis=0), sd, rtol=0.12)
