"""MRP: coverage and error on simulated surveys, weights, empty areas, agreement with plain answers, bad input."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy.special import expit

from jaiza.stats import small_area
from jaiza.stats.multilevel import mrp

GROUPS = np.array(list(itertools.product(range(4), range(3))))


def survey(seed, areas=40, answers=2500, empty=()):
    rng = np.random.default_rng(seed)
    x = np.column_stack([np.ones(areas), rng.normal(size=areas)])
    effects = rng.normal(0, 0.4, areas), rng.normal(0, 0.3, 4), rng.normal(0, 0.3, 3)
    people = np.array([rng.multinomial(90_000, rng.dirichlet(np.full(12, 4.0))) for _ in range(areas)])
    cells = np.column_stack(
        [np.repeat(np.arange(areas), 12), np.tile(GROUPS, (areas, 1)), people.reshape(-1)]
    ).astype(float)
    home, sex, education = cells[:, 0].astype(int), cells[:, 1].astype(int), cells[:, 2].astype(int)
    p = expit(x[home] @ [-0.3, 0.4] + effects[0][home] + effects[1][sex] + effects[2][education])
    truth = np.bincount(home, weights=p * cells[:, 3]) / np.bincount(home, weights=cells[:, 3])
    open_areas = np.setdiff1d(np.arange(areas), empty)
    area = rng.choice(open_areas, answers)
    row = np.array([a * 12 + rng.choice(12, p=people[a] / people[a].sum()) for a in area])
    y = (rng.random(answers) < p[row]).astype(float)
    return y, cells[row, 1:3], area, cells, x, truth


def run(data, weights=None, seed=0, draws=1000, **more):
    y, codes, area, cells, x, _ = data
    return mrp(y, weights, codes, area, cells, x, np.random.default_rng(seed), draws, **more)


def test_it_is_offered_beside_fay_herriot():
    assert small_area.mrp is mrp


def test_intervals_cover_and_error_is_below_direct():
    inside, own_error, direct_error = [], [], []
    for seed in range(8):
        data = survey(seed)
        y, _, area, _, _, truth = data
        result = run(data, seed=seed)
        low, high = np.quantile(result.draws, [0.05, 0.95], axis=0)
        inside.append((low < truth) & (truth < high))
        own_error.append(result.estimate - truth)
        direct_error.append(np.bincount(area, weights=y) / np.bincount(area) - truth)
    assert 0.85 < np.mean(inside) < 0.95
    assert np.std(own_error) < 0.9 * np.std(direct_error)


def test_shapes_and_reading():
    data = survey(1)
    result = run(data, draws=300)
    assert result.estimate.shape == result.se.shape == (40,)
    assert result.draws.shape == (300, 40)
    np.testing.assert_allclose(result.estimate, result.draws.mean(axis=0))
    np.testing.assert_allclose(result.se, result.draws.std(axis=0))
    assert ((result.draws > 0) & (result.draws < 1)).all()
    assert result.spread.shape == (3,)
    assert result.flags == ()
    assert result.n_eff.sum() == pytest.approx(2500)


def test_coefficients_come_back_in_their_own_units():
    data = survey(5, areas=80, answers=12_000)
    y, codes, area, cells, x, _ = data
    plain = run(data)
    moved = np.column_stack([x[:, 0], 50 + 10 * x[:, 1]])
    other = mrp(y, None, codes, area, cells, moved, np.random.default_rng(0), 1000)
    assert plain.beta[1] == pytest.approx(0.4, abs=0.2)
    assert other.beta[1] == pytest.approx(plain.beta[1] / 10, rel=1e-3)
    np.testing.assert_allclose(other.estimate, plain.estimate, atol=1e-4)


def test_same_seed_same_draws_and_order_changes_nothing_that_matters():
    data = survey(2)
    y, codes, area, cells, x, _ = data
    first, second = run(data), run(data)
    np.testing.assert_array_equal(first.draws, second.draws)
    order = np.random.default_rng(9).permutation(y.size)
    shuffled = np.random.default_rng(8).permutation(len(cells))
    third = mrp(y[order], None, codes[order], area[order], cells[shuffled], x, np.random.default_rng(0), 1000)
    np.testing.assert_allclose(third.estimate, first.estimate, atol=1e-6)


def test_areas_without_answers_are_predicted_and_less_sure():
    result = run(survey(3, empty=(0, 7, 21)))
    assert np.flatnonzero(~result.sampled).tolist() == [0, 7, 21]
    assert result.se[~result.sampled].min() > result.se[result.sampled].max()


def test_plenty_of_answers_give_the_direct_share():
    areas = 16
    rng = np.random.default_rng(0)
    truth = rng.uniform(0.2, 0.8, areas)
    area = np.repeat(np.arange(areas), 4000)
    y = (rng.random(area.size) < truth[area]).astype(float)
    cells = np.column_stack([np.arange(areas), np.zeros(areas), np.full(areas, 10.0)])
    result = mrp(y, None, np.zeros(area.size), area, cells, np.ones((areas, 1)), rng, 1000)
    direct = y.reshape(areas, -1).mean(axis=1)
    np.testing.assert_allclose(result.estimate, direct, atol=0.005)
    np.testing.assert_allclose(result.se, np.sqrt(direct * (1 - direct) / 4000), rtol=0.15)


def test_census_cells_move_the_estimate():
    """People differ by group only; an area of the second group alone must have the second group's share."""
    rng = np.random.default_rng(4)
    area, group = rng.integers(0, 20, 20_000), rng.integers(0, 2, 20_000)
    y = (rng.random(20_000) < np.where(group == 1, 0.8, 0.3)).astype(float)
    cells = [(a, g, n) for a in range(20) for g, n in ((0, 0 if a == 3 else 10), (1, 30 if a == 3 else 10))]
    result = mrp(y, None, group, area, cells, np.ones((20, 1)), rng, 1000)
    assert result.estimate[3] == pytest.approx(0.8, abs=0.02)
    assert np.delete(result.estimate, 3) == pytest.approx(0.55, abs=0.03)


def test_weights_undo_an_informative_sample():
    rng = np.random.default_rng(6)
    areas = 30
    area = np.repeat(np.arange(areas), 600)
    y = (rng.random(area.size) < 0.4).astype(float)
    chance = np.where(y == 1, 0.5, 0.2)  # those who trust answer more readily
    kept = rng.random(area.size) < chance
    cells = np.column_stack([np.arange(areas), np.zeros(areas), np.ones(areas)])
    x, code = np.ones((areas, 1)), np.zeros(int(kept.sum()))
    weighted = mrp(y[kept], 1 / chance[kept], code, area[kept], cells, x, rng, 500)
    plain = mrp(y[kept], None, code, area[kept], cells, x, rng, 500)
    assert weighted.estimate.mean() == pytest.approx(0.4, abs=0.02)
    assert plain.estimate.mean() > 0.55


def test_weights_scale_away_and_their_spread_costs():
    data = survey(7)
    y = data[0]
    rng = np.random.default_rng(0)
    even = run(data, weights=np.full(y.size, 5e4))
    np.testing.assert_allclose(even.draws, run(data).draws)
    uneven = run(data, weights=rng.lognormal(0, 1.0, y.size))
    assert uneven.n_eff.sum() < 0.6 * y.size
    assert uneven.se.mean() > even.se.mean()
    clustered = run(data, design_effect=2.0)
    assert clustered.n_eff.sum() == pytest.approx(y.size / 2)
    assert clustered.se.mean() > even.se.mean()


def test_refusals_are_left_out():
    y, codes, area, cells, x, _ = survey(8)
    longer = (
        np.concatenate([y, [math.nan] * 5]),
        np.concatenate([codes, codes[:5]]),
        np.concatenate([area, area[:5]]),
        cells,
        x,
        None,
    )
    np.testing.assert_allclose(run(longer).estimate, run((y, codes, area, cells, x, None)).estimate)


def test_all_alike_is_flagged_and_finite():
    y, codes, area, cells, x, _ = survey(9)
    for value in (0.0, 1.0):
        result = run((np.full(y.size, value), codes, area, cells, x, None))
        assert "no_variation" in result.flags
        assert np.isfinite(result.draws).all()
        assert abs(result.estimate - value).mean() < 0.03


def test_few_areas_are_flagged():
    assert "few_areas" in run(survey(1, areas=10, answers=400)).flags


def changed(**changes):
    y, codes, area, cells, x, _ = survey(0, areas=20, answers=300)
    arguments = {"y": y, "weights": None, "cell": codes, "area": area, "cells": cells, "covariates": x}
    return arguments | changes


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"y": np.full(300, 2.0)}, "expected 0, 1 or nan"),
        ({"y": np.full(300, math.nan)}, "nobody answered"),
        ({"y": np.zeros(299)}, "one row per respondent"),
        ({"weights": np.zeros(300)}, "weights"),
        ({"weights": np.ones(299)}, "one row per respondent"),
        ({"cell": np.full((300, 2), 0.5)}, "whole codes"),
        ({"cell": np.full((300, 2), -1)}, "at least 0"),
        ({"cell": np.tile([9, 2], (300, 1))}, "no people in cells"),
        ({"cell": np.zeros((300, 3))}, "5 columns"),
        ({"area": np.full(300, 20)}, "below 20"),
        ({"covariates": np.ones((20, 2))}, "repeat each other"),
        ({"covariates": np.ones((20, 0))}, "intercept"),
        ({"covariates": np.ones((10, 1))}, "below 10"),
        ({"cells": [[0, 0, 0, 5]]}, "has no people"),
        ({"cells": [[40, 0, 0, 5]]}, "below 20"),
        ({"design_effect": 0.5}, "design_effect"),
        ({"draws": 0}, "draws"),
    ],
)
def test_bad_input_is_explained(changes, said):
    with pytest.raises(ValueError, match=said):
        mrp(**changed(**changes), rng=np.random.default_rng(0))
