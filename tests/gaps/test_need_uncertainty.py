"""Methods B7 by simulation: one draw at a time in plain Python, against the arrays of the module."""

from __future__ import annotations

import dataclasses
import math
import random
import statistics

import numpy as np
import pytest
from need_studies import AS_OF, LIGHT, SCHOOL, event, framework, indicator, scores, source, study, value

from jaiza.gaps.need import need_scores
from jaiza.gaps.need.parts import parts_of_need
from jaiza.gaps.need.sensitivity_of_ranks import FACTORS, rank_shift, sensitivity_of_ranks
from jaiza.gaps.need.uncertainty import drawn_choices
from jaiza.places.scope import scope
from jaiza.stats import ranks

DRAWS, LOOPS = 4000, 4000
VIOLENCE = indicator("violence_severity", 0.5, 0.0, 60.0, transform="log1p")
OF = framework((VIOLENCE, SCHOOL, LIGHT))
PEOPLE = {"A": 40_000, "B": 120_000, "D": 60_000, "E": 90_000}
PAIRS = [("A", "B"), ("B", "D")]
# place, months before the round, precision, events, deaths low, best, high
EVENTS = [
    ("A", 3, 1, 2, 4, 9, 20), ("A", 40, 1, 1, 0, 0, 0), ("B", 8, 2, 1, 1, 2, 2), ("D", 20, 1, 3, 2, 5, 9),
    ("D", 2, 1, 2, 3, 6, 6), ("E", 55, 3, 1, 0, 1, 4), ("P", 10, 4, 3, 3, 6, 12),
]  # fmt: skip
VALUES = {
    "school": {"A": 0.45, "B": 0.3, "D": 0.66, "E": 0.2},
    "light": {"A": 0.4, "B": 0.85, "D": 0.3, "E": 0.6},
}
ERRORS = {"school": 0.05, "light": 0.02}
NAMES = tuple(PEOPLE)


def made():
    rows = []
    for place, ago, precision, events, low, best, high in EVENTS:
        year, month = divmod(2022 * 12 - ago, 12)
        rows.append(
            event(
                place,
                f"{year}-{month + 1:02d}",
                best,
                precision,
                events=events,
                deaths_low=low,
                deaths_high=high,
            )
        )
    values = [
        value(a, c, x, se=0.05 if c == "school" else None) for c, by in VALUES.items() for a, x in by.items()
    ]
    return study(PEOPLE, rows, neighbours=PAIRS, sources=[source()], indicators=values)


def smoothed(points, half, phi):
    """(theta, m, A, exposures) for totals by area, per person-year."""
    length = half / math.log(2) * (1 - 2 ** (-60 / half))
    n = {a: PEOPLE[a] * length / 12 for a in NAMES}
    total = sum(n.values())
    m = sum(points.values()) / total
    spread = sum(n[a] * (points[a] / n[a] - m) ** 2 for a in NAMES) / total
    apart = max(0.0, spread - phi * m / (total / len(NAMES)))
    theta = {}
    for a in NAMES:
        pull = apart / (apart + phi * m / n[a]) if apart > 0 else 0.0
        theta[a] = m + pull * (points[a] / n[a] - m)
    return theta, m, apart, n


def at_point(half):
    """Totals at the best figures with coarse events split by people, and phi."""
    points = dict.fromkeys(NAMES, 0.0)
    first = second = 0.0
    for place, ago, _, events, _, best, _ in EVENTS:
        fade = 2 ** (-(ago - 0.5) / half)
        v = (events + 3 * best) * fade
        first += v
        second += (events + 6 * best + 9 * best * best / events) * fade * fade
        for a in NAMES if place == "P" else [place]:
            points[a] += v * (PEOPLE[a] / sum(PEOPLE.values()) if place == "P" else 1)
    return points, second / first


def drawn_theta(half, dice):
    """One draw of the rates: deaths from their triangles, each coarse event on one area, then a gamma draw."""
    points = dict.fromkeys(NAMES, 0.0)
    for place, ago, _, events, low, best, high in EVENTS:
        deaths = dice.triangular(low, high, best) if high > low else best
        v = (events + 3 * deaths) * 2 ** (-(ago - 0.5) / half)
        if place == "P":
            for a in dice.choices(NAMES, weights=list(PEOPLE.values()), k=events):
                points[a] += v / events
        else:
            points[place] += v
    phi = at_point(half)[1]
    _, m, apart, n = smoothed(points, half, phi)
    if apart == 0:
        common = dice.gammavariate(sum(points.values()) / phi, phi / sum(n.values()))
        return dict.fromkeys(NAMES, common)
    return {
        a: dice.gammavariate(m * m / apart + points[a] / phi, 1 / (m / apart + n[a] / phi)) for a in NAMES
    }


def place_of(x, all_x):
    """Rank from the lowest, ties at their mean, as .01 to 1."""
    below = sum(y < x for y in all_x)
    same = sum(y == x for y in all_x)
    return 0.01 + 0.99 * (below + (same - 1) / 2) / (len(all_x) - 1)


def need_of(theta, conditions, rho, by_rank, arithmetic, weights):
    """Need of every area from rates, conditions and choices."""
    near = {a: [q if p == a else p for p, q in PAIRS if a in (p, q)] for a in NAMES}
    rate = {}
    for a in NAMES:
        around = sum(theta[b] for b in near[a]) / len(near[a]) if near[a] else theta[a]
        rate[a] = 1e5 * ((1 - rho) * theta[a] + rho * around)
    out = {}
    for a in NAMES:
        if by_rank:
            z = [place_of(rate[a], list(rate.values())),
                 place_of(conditions["school"][a], list(conditions["school"].values())),
                 place_of(-conditions["light"][a], [-x for x in conditions["light"].values()])]  # fmt: skip
        else:

            def clip(x):
                return 0.01 + 0.99 * min(1.0, max(0.0, x))

            z = [clip(math.log1p(rate[a]) / math.log1p(60)), clip(conditions["school"][a] / 0.7),
                 clip(1 - (conditions["light"][a] - 0.1) / 0.8)]  # fmt: skip
        if arithmetic:
            out[a] = sum(w * x for w, x in zip(weights, z, strict=True))
        else:
            out[a] = math.prod(x**w for w, x in zip(weights, z, strict=True))
    return out


def one_draw(dice, data, choices):
    """(need by area, whether on goalposts) of one draw."""
    half, rho, by_rank, arithmetic, weights = 24, 0.2, False, False, [0.5, 0.25, 0.25]
    if choices:
        half, rho = dice.choice([12, 24, 36]), dice.uniform(0, 0.4)
        by_rank, arithmetic = dice.random() < 0.5, dice.random() < 0.5
        gammas = [dice.gammavariate(30 * w, 1) for w in weights]
        weights = [g / sum(gammas) for g in gammas]
    if data:
        theta = drawn_theta(half, dice)
        conditions = {c: {a: dice.gauss(x, ERRORS[c]) for a, x in by.items()} for c, by in VALUES.items()}
    else:
        points, phi = at_point(half)
        theta, conditions = smoothed(points, half, phi)[0], VALUES
    return need_of(theta, conditions, rho, by_rank, arithmetic, weights), not by_rank


@pytest.fixture(scope="module")
def loops():
    dice = random.Random(11)
    out = {}
    for name, data, choices in (("data", True, False), ("choice", False, True), ("joint", True, True)):
        drawn = [one_draw(dice, data, choices) for _ in range(LOOPS)]
        out[name] = (np.array([[d[a] for a in NAMES] for d, _ in drawn]), np.array([g for _, g in drawn]))
    return out


@pytest.fixture(scope="module")
def module():
    return scores(made(), OF, draws=DRAWS, seed=5)


def same_quantile(got, p, drawn, size, point=None):
    """Whether a p-quantile of ``size`` draws is one that other draws of the same law would give."""
    for i in range(drawn.shape[1]):
        band = 4 * math.sqrt(p * (1 - p) * (1 / size + 1 / len(drawn)))
        low, high = np.quantile(drawn[:, i], [max(0.0, p - band), min(1.0, p + band)])
        if point is not None:
            widen = min if p < 0.5 else max
            low, high = widen(low, point[i]), widen(high, point[i])
        assert low - 1e-9 <= got[i] <= high + 1e-9, (NAMES[i], p, low, got[i], high)


def test_the_point_is_that_of_the_loop(module):
    points, phi = at_point(24)
    expected = need_of(smoothed(points, 24, phi)[0], VALUES, 0.2, False, False, [0.5, 0.25, 0.25])
    np.testing.assert_allclose(module.need.value, [expected[a] for a in NAMES], rtol=1e-9)


def test_data_only_interval(module, loops):
    drawn, need = loops["data"][0], module.need
    same_quantile(need.details["data_lower"], 0.05, drawn, DRAWS, need.value)
    same_quantile(need.details["data_upper"], 0.95, drawn, DRAWS, need.value)


def test_choices_only_interval(module, loops):
    drawn, fixed = loops["choice"]
    need, size = module.need, int(module.on_goalposts.sum())
    same_quantile(need.details["choice_lower"], 0.05, drawn[fixed], size, need.value)
    same_quantile(need.details["choice_upper"], 0.95, drawn[fixed], size, need.value)


def test_joint_interval_on_goalposts_and_over_every_choice(module, loops):
    drawn, fixed = loops["joint"]
    need, size = module.need, int(module.on_goalposts.sum())
    same_quantile(need.lower, 0.05, drawn[fixed], size, need.value)
    same_quantile(need.upper, 0.95, drawn[fixed], size, need.value)
    same_quantile(need.details["every_lower"], 0.05, drawn, DRAWS, need.value)
    same_quantile(need.details["every_upper"], 0.95, drawn, DRAWS, need.value)
    for p in (0.25, 0.5, 0.75):
        same_quantile(np.quantile(module.level_draws(), p, axis=0), p, drawn[fixed], size)
        same_quantile(np.quantile(need.draws, p, axis=0), p, drawn, DRAWS)


def test_the_joint_interval_is_wider_than_either_alone(module):
    need, d = module.need, module.need.details
    both = np.maximum(d["data_upper"] - d["data_lower"], d["choice_upper"] - d["choice_lower"])
    assert (need.width > 0.95 * both).all()


def test_severity_interval(module, loops):
    dice = random.Random(3)
    drawn = np.array([[1e5 * x for x in drawn_theta(24, dice).values()] for _ in range(LOOPS)])
    same_quantile(module.severity.lower, 0.05, drawn, DRAWS, module.severity.value)
    same_quantile(module.severity.upper, 0.95, drawn, DRAWS, module.severity.value)
    # The loop is itself a simulation: its middle must be near the smoothed rate, and not the raw one.
    assert statistics.median(drawn[:, 3]) < module.severity.upper[3]


def test_ranks_and_top_k(module, loops):
    drawn = loops["joint"][0]
    rank = 1 + (drawn[:, None, :] > drawn[:, :, None]).sum(axis=2)
    for k in (1, 2):
        expected, got = (rank <= k).mean(axis=0), ranks.top_k(module.need.draws, k)
        error = np.sqrt(np.maximum(expected * (1 - expected), 1e-3) * (1 / LOOPS + 1 / DRAWS))
        assert (np.abs(got - expected) < 4 * error).all(), (k, got, expected)
    low, high = ranks.rank_interval(module.need.draws)
    spread = np.quantile(rank, [0.05, 0.95], axis=0, method="inverted_cdf")
    assert (np.abs(low - spread[0]) <= 1).all()
    assert (np.abs(high - spread[1]) <= 1).all()


def test_choices_follow_their_laws():
    weights = np.array([0.5, 0.3, 0.2])
    got = drawn_choices(OF, weights, 40_000, np.random.default_rng(1))
    np.testing.assert_allclose(got.weights.sum(axis=1), 1, rtol=1e-12)
    np.testing.assert_allclose(got.weights.mean(axis=0), weights, atol=0.003)
    np.testing.assert_allclose(got.weights.var(axis=0), weights * (1 - weights) / 31, rtol=0.05)
    assert sorted(np.unique(got.half_life)) == [12, 24, 36]
    np.testing.assert_allclose([(got.half_life == h).mean() for h in (12, 24, 36)], 1 / 3, atol=0.01)
    assert got.spillover.min() >= 0
    assert got.spillover.max() <= 0.4
    assert got.spillover.mean() == pytest.approx(0.2, abs=0.003)
    assert got.by_rank.mean() == pytest.approx(0.5, abs=0.01)
    assert got.arithmetic.mean() == pytest.approx(0.5, abs=0.01)
    assert abs(np.corrcoef(got.by_rank, got.arithmetic)[0, 1]) < 0.02


def test_a_seed_gives_its_draws_again_and_another_seed_others():
    one, two, other = (scores(made(), OF, draws=200, seed=s) for s in (1, 1, 2))
    assert one.need.draws.tobytes() == two.need.draws.tobytes()
    assert one.severity.upper.tobytes() == two.severity.upper.tobytes()
    assert one.need.draws.tobytes() != other.need.draws.tobytes()
    np.testing.assert_array_equal(one.need.value, other.need.value)


def test_chunks_of_rows_and_draws_are_one_whole(monkeypatch):
    from jaiza.gaps.need import severity

    whole = scores(made(), OF, draws=300)
    monkeypatch.setattr(severity, "CELLS_AT_ONCE", 70)
    parts = scores(made(), OF, draws=300)
    np.testing.assert_allclose(parts.need.lower, whole.need.lower, atol=0.1)
    assert np.isfinite(parts.need.draws).all()


def test_a_draw_with_ranks_ranks_beyond_the_goalposts():
    """Two areas beyond the upper goalpost tie there, and by rank they do not."""
    of = framework([indicator("x", 1.0, 0.0, 1.0)])
    rows = study({"A": 1, "B": 1, "D": 1}, [], {"x": {"A": 3.0, "B": 2.0, "D": 0.5}})
    got = need_scores(rows, of, scope(rows.rows("areas")), AS_OF, draws=50, rng=np.random.default_rng(0))
    assert got.need.value[0] == got.need.value[1] == 1.0
    ranked = got.need.draws[~got.on_goalposts]
    np.testing.assert_allclose(ranked, np.broadcast_to([1.0, 0.505, 0.01], ranked.shape), rtol=1e-12)


def test_an_area_without_an_estimate_moves_no_rank_of_another():
    values = {"x": {"A": 0.9, "B": 0.4, "D": None, "E": 0.1}}
    of = framework([indicator("x", 1.0, 0.0, 1.0)])
    whole = scores(study(dict.fromkeys("ABDE", 1), [], values), of, draws=50)
    less = scores(study(dict.fromkeys("ABE", 1), [], {"x": {"A": 0.9, "B": 0.4, "E": 0.1}}), of, draws=50)
    np.testing.assert_array_equal(whole.need.draws[:, [0, 1, 3]], less.need.draws)
    assert np.isnan(whole.need.draws[:, 2]).all()


class TestSensitivityOfRanks:
    """Methods B8 on small studies; the estimator itself is held by the tests of the statistics."""

    def shift(self, rows, of=OF):
        parts = parts_of_need(rows, of, scope(rows.rows("areas")), AS_OF)
        return rank_shift(parts, of, pool=64, seed=3)

    def test_every_factor_counts_and_totals_hold_first_orders(self):
        found = sensitivity_of_ranks(self.shift(made()), 1024, np.random.default_rng(0))
        assert found.first.shape == found.total.shape == (len(FACTORS),)
        assert (found.total > 0).all()
        assert (found.first <= found.total + 0.1).all()

    def test_a_factor_that_changes_nothing_has_no_share(self):
        alone = framework([dataclasses.replace(VIOLENCE, weight=1.0, high=1e6)])
        rows = made().replaced(neighbours=study({}, [])["neighbours"])
        found = sensitivity_of_ranks(self.shift(rows, alone), 1024, np.random.default_rng(0))
        share = dict(zip(FACTORS, found.total, strict=True))
        for factor in ("spillover", "normalisation", "aggregation", "weights"):
            assert share[factor] == pytest.approx(0, abs=1e-12)
        assert share["data"] > 0.5

    def test_corners_of_the_box_are_options(self):
        shift = self.shift(made())
        ends = shift(np.array([[0.0] * 6, [1.0] * 6, [0.999999] * 6]))
        assert ends[1] == ends[2]
        middle = shift(np.array([[0.4, 0.5, 0.2, 0.2, 0.3, 0.3], [0.6, 0.5, 0.4, 0.4, 0.301, 0.301]]))
        assert middle[0] == middle[1]  # the same half-life, option and draws

    def test_one_area_has_no_rank_to_move(self):
        rows = study({"A": 1000}, [event("A", "2021-05")], {c: {"A": 0.5} for c in VALUES})
        with pytest.raises(ValueError, match="two areas"):
            self.shift(rows)
