"""Survey means: worked example X-G1 and X-G4, published answers of the API schools, a slow second witness."""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaiza.stats import survey

SETS = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "raw" / "survey_test_sets"
needs_sets = pytest.mark.skipif(not SETS.is_dir(), reason="the survey test sets are not beside the checkout")

W = [1.0, 1.0, 2.0, 2.0, 4.0]
Y = [1.0, 0.0, 1.0, 1.0, 0.0]
PSU = [1, 1, 2, 2, 3]

answers = st.lists(
    st.tuples(st.sampled_from([0.0, 1.0]), st.floats(0.1, 10.0), st.integers(0, 4), st.integers(0, 2)),
    min_size=2,
    max_size=30,
)


def columns(rows):
    return tuple(np.array(column) for column in zip(*rows, strict=True))


def plain_variance(y, w, psu, strata, clusters=None):
    """Linearised variance in ordinary sums; `clusters` gives the population's clusters per stratum (fpc)."""
    total = sum(w)
    centre = sum(wi * yi for wi, yi in zip(w, y, strict=True)) / total
    z = defaultdict(lambda: defaultdict(float))
    for yi, wi, c, h in zip(y, w, psu, strata, strict=True):
        z[h][c] += wi * (yi - centre) / total
    variance = 0.0
    for h, by_cluster in z.items():
        m = len(by_cluster)
        middle = sum(by_cluster.values()) / m
        part = m / (m - 1) * sum((v - middle) ** 2 for v in by_cluster.values())
        variance += part * (1 - m / clusters[h] if clusters else 1)
    return centre, variance


def read(name, *wanted):
    with (SETS / name).open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return tuple([row[column] for row in rows] for column in wanted)


def numbers(texts):
    return np.array([float(text) for text in texts])


class TestWorkedExamples:
    def test_mean_g1(self):
        result = survey.mean(Y, W, PSU)
        assert result.estimate == pytest.approx(0.5, abs=1e-12)
        assert result.variance == pytest.approx(0.12, abs=1e-9)
        assert result.deff == pytest.approx(1.3, abs=1e-9)
        assert result.n_eff == pytest.approx(3.846154, abs=1e-6)
        assert (result.n, result.psus, result.refused, result.state) == (5, 3, 0.0, "estimated")
        assert not result.publishable

    def test_difference_g4(self):
        # X-G4 gives the two variances and the covariance; the formula must join them
        assert math.sqrt(0.0009 + 0.0016 - 2 * 0.0004) == pytest.approx(0.0412311, abs=1e-7)
        a, b = [1, 1, 0, 1, 0, 1], [0, 1, 0, 0, 0, 1]
        w, psu = [1, 2, 1, 3, 2, 1], [1, 1, 2, 2, 3, 3]
        result = survey.difference(a, b, w, psu)
        parts = result.first.variance + result.second.variance - 2 * result.covariance
        assert result.variance == pytest.approx(parts, abs=1e-12)
        per_person = survey.mean(np.subtract(a, b), w, psu)
        assert result.estimate == pytest.approx(per_person.estimate)
        assert result.variance == pytest.approx(per_person.variance)


@pytest.mark.shared
@needs_sets
class TestPublishedAnswers:
    """Means and standard errors printed in the documentation of the R package survey."""

    def test_clusters(self):
        api, weight, district = read("survey_apiclus1.csv", "api00", "pw", "dnum")
        result = survey.mean(numbers(api), numbers(weight), district)
        assert result.estimate == pytest.approx(644.17, abs=0.005)
        # printed with the correction for 15 of 757 districts, which jaiza leaves out
        assert math.sqrt(result.variance * (1 - 15 / 757)) == pytest.approx(23.542, abs=0.0005)
        assert result.psus == 15

    def test_strata(self):
        api, weight, level, fpc = read("survey_apistrat.csv", "api00", "pw", "stype", "fpc")
        y, w, each = numbers(api), numbers(weight), range(len(api))
        result = survey.mean(y, w, strata=level)
        assert result.estimate == pytest.approx(662.29, abs=0.005)
        corrected = plain_variance(y, w, each, level, dict(zip(level, numbers(fpc), strict=True)))
        assert math.sqrt(corrected[1]) == pytest.approx(9.4089, abs=5e-5)
        assert result.variance == pytest.approx(plain_variance(y, w, each, level)[1], rel=1e-10)

    def test_the_truth_lies_near(self):
        parquet = pytest.importorskip("pyarrow.parquet")
        truth = np.mean(parquet.read_table(SETS / "survey_apipop.parquet").column("api00").to_numpy())
        for name, group in (("survey_apiclus1.csv", "dnum"), ("survey_apiclus2.csv", "dnum")):
            api, weight, district = read(name, "api00", "pw", group)
            result = survey.mean(numbers(api), numbers(weight), district)
            assert abs(result.estimate - truth) < 3 * math.sqrt(result.variance)


class TestAgainstPlainSums:
    @settings(max_examples=60, deadline=None)
    @given(answers)
    def test_mean(self, rows):
        y, w, psu, strata = columns(rows)
        sizes = [len(set(psu[strata == h])) for h in set(strata)]
        if min(sizes) < 2:
            return
        result = survey.mean(y, w, psu, strata)
        centre, variance = plain_variance(y, w, psu, strata)
        assert result.estimate == pytest.approx(centre, abs=1e-12)
        assert result.variance == pytest.approx(variance, abs=1e-12)
        assert result.deff == pytest.approx(len(y) * sum(w**2) / sum(w) ** 2)
        assert not result.notes

    @settings(max_examples=40, deadline=None)
    @given(answers, st.randoms())
    def test_order_names_and_scale_change_nothing(self, rows, random):
        y, w, psu, strata = columns(rows)
        before = survey.mean(y, w, psu, strata)
        order = list(range(len(y)))
        random.shuffle(order)
        names = np.array(["c", "a", "e", "b", "d"])
        after = survey.mean(y[order], 7 * w[order], names[psu[order]], strata[order])
        assert after.estimate == pytest.approx(before.estimate)
        assert after.variance == pytest.approx(before.variance, nan_ok=True, abs=1e-12)
        assert after.n_eff == pytest.approx(before.n_eff)

    def test_equal_weights_give_the_textbook_error(self):
        y = np.array([1, 0, 1, 1, 0, 1, 0, 0, 1, 1], float)
        result = survey.mean(y, np.full(10, 3.0))
        assert result.variance == pytest.approx(np.var(y, ddof=1) / 10)
        assert result.deff == pytest.approx(1.0)


class TestLoneClusters:
    def test_two_lone_strata_are_joined_with_each_other(self):
        y, w = [1, 0, 1, 0, 1, 0], np.ones(6)
        psu, strata = [1, 2, 3, 4, 5, 6], ["a", "a", "a", "a", "b", "c"]
        result = survey.mean(y, w, psu, strata)
        assert result.variance == pytest.approx(plain_variance(y, w, psu, list("aaaabb"))[1])
        assert result.notes == ("2 of 3 strata had one cluster only; 2 strata were joined into one",)

    def test_one_lone_stratum_joins_the_smallest(self):
        y, w = [1, 0, 1, 0, 1, 0, 1], np.ones(7)
        psu, strata = range(7), ["a", "a", "a", "b", "b", "c", "a"]
        result = survey.mean(y, w, psu, strata)
        assert result.variance == pytest.approx(plain_variance(y, w, psu, list("aaabbba"))[1])

    def test_equal_counts_join_the_lighter(self):
        y, w = [1, 0, 1, 0, 1], [5, 5, 1, 1, 1]
        result = survey.mean(y, w, range(5), ["a", "a", "b", "b", "c"])
        assert result.variance == pytest.approx(plain_variance(y, w, range(5), list("aabbb"))[1])

    def test_the_same_label_in_two_strata_is_two_clusters(self):
        y, w = [1, 0, 0, 1], np.ones(4)
        result = survey.mean(y, w, [1, 2, 1, 2], ["a", "a", "b", "b"])
        assert result.psus == 4

    def test_one_cluster_has_a_mean_and_no_variance(self):
        result = survey.mean(Y, W, [1] * 5)
        assert result.estimate == pytest.approx(0.5)
        assert math.isnan(result.variance)
        assert result.state == "no_variance"
        assert not result.publishable


class TestRefusals:
    def test_refused_answers_are_left_out_and_counted(self):
        result = survey.mean([*Y, math.nan], [*W, 10.0], [*PSU, 3])
        assert result.estimate == pytest.approx(0.5)
        assert result.variance == pytest.approx(0.12)
        assert result.refused == pytest.approx(0.5)
        assert survey.answer_bounds(result.estimate, result.refused) == pytest.approx((0.25, 0.75))

    def test_all_refused_is_explained(self):
        with pytest.raises(ValueError, match="all 2 answers are nan"):
            survey.mean([math.nan, math.nan], [1, 1])

    def test_bounds(self):
        assert survey.answer_bounds(0.4, 0.0) == (0.4, 0.4)
        assert survey.answer_bounds(math.nan, 1.0) == (0.0, 1.0)
        lower, upper = survey.answer_bounds([0.5, 0.2], [0.2, 0.5])
        np.testing.assert_allclose(lower, [0.4, 0.1])
        np.testing.assert_allclose(upper, [0.6, 0.6])
        for share, refused in ((1.2, 0.0), (0.5, -0.1), (math.nan, 0.5)):
            with pytest.raises(ValueError):
                survey.answer_bounds(share, refused)

    @settings(max_examples=50, deadline=None)
    @given(st.lists(st.sampled_from([0.0, 1.0]), min_size=2, max_size=20), st.data())
    def test_a_lost_answer_never_narrows_the_bounds(self, y, data):
        full = np.array(y)
        lost = full.copy()
        lost[data.draw(st.integers(0, len(y) - 1))] = math.nan
        w = np.ones(len(y))

        def ends(values):
            result = survey.mean(values, w)
            return survey.answer_bounds(result.estimate, result.refused)

        low, high = ends(full)
        wider_low, wider_high = ends(lost)
        assert wider_low <= low + 1e-12
        assert wider_high >= high - 1e-12


class TestAreas:
    def test_each_area_is_its_own_mean(self):
        rng = np.random.default_rng(3)
        area = rng.choice(["north", "south", "east"], 150)
        y, w = rng.integers(0, 2, 150).astype(float), rng.uniform(0.5, 2.0, 150)
        psu, strata = rng.integers(0, 12, 150), rng.integers(0, 2, 150)
        result = survey.area_means(y, w, area, psu, strata)
        assert result.areas.tolist() == ["east", "north", "south"]
        for i, name in enumerate(result.areas):
            inside = area == name
            own = survey.mean(y[inside], w[inside], psu[inside], strata[inside])
            assert result.estimate[i] == own.estimate
            assert result.variance[i] == own.variance
            assert result.n[i] == inside.sum()
            assert result.publishable[i] == (own.n >= 30 and own.psus >= 3)

    def test_states(self):
        y = [1, 0, 1, math.nan, math.nan, 1, 0]
        area = ["a", "a", "a", "b", "b", "c", "c"]
        result = survey.area_means(y, np.ones(7), area, [1, 2, 3, 4, 5, 6, 6])
        assert result.state == ("estimated", "no_answers", "no_variance")
        assert np.isnan(result.estimate).tolist() == [False, True, False]
        assert np.isnan(result.variance).tolist() == [False, True, True]
        assert result.n.tolist() == [3, 0, 2]
        assert result.refused.tolist() == [0.0, 1.0, 0.0]

    def test_a_survey_with_one_area(self):
        result = survey.area_means(Y, W, ["only"] * 5, PSU)
        assert result.variance == pytest.approx([0.12])

    def test_merges_are_named_with_their_area(self):
        result = survey.area_means([1, 0, 1, 0], np.ones(4), list("aaaa"), range(4), ["u", "u", "u", "r"])
        assert result.notes == ("area a: 1 of 2 strata had one cluster only; 2 strata were joined into one",)


class TestClusteringEffect:
    def sample(self, between):
        rng = np.random.default_rng(2)
        area, cluster = np.repeat(np.arange(30), 60), np.repeat(np.arange(300), 6)
        p = np.clip(rng.normal(0.5, between, 300), 0, 1)[cluster]
        return (rng.random(1800) < p).astype(float), area, cluster

    def test_one_without_clusters(self):
        y, area, _ = self.sample(0.0)
        assert survey.clustering_effect(survey.area_means(y, np.ones(1800), area)) == pytest.approx(1.0)

    def test_kish_formula_of_clusters(self):
        """1 + (b - 1) rho for clusters of b = 6, with rho the variance between clusters over p (1 - p)."""
        y, area, cluster = self.sample(0.2)
        found = survey.clustering_effect(survey.area_means(y, np.ones(1800), area, cluster))
        assert found == pytest.approx(1 + 5 * 0.04 / 0.25, rel=0.12)

    def test_weights_are_not_counted_twice(self):
        y, area, _ = self.sample(0.0)
        w = np.random.default_rng(1).lognormal(0, 0.7, 1800)
        assert survey.clustering_effect(survey.area_means(y, w, area)) == pytest.approx(1.0, abs=0.1)

    def test_nothing_to_tell_from(self):
        assert survey.clustering_effect(survey.area_means([1, 1, 0], np.ones(3), list("aab"))) == 1.0
        with pytest.raises(ValueError, match="shares"):
            survey.clustering_effect(survey.area_means([5, 7, 9], np.ones(3), list("aaa")))


@pytest.mark.parametrize(
    ("y", "weights", "psu", "said"),
    [
        ([1, 0], [1, 0], None, "weights"),
        ([1, 0], [1, -2], None, "weights"),
        ([1, 0], [1, math.nan], None, "weights"),
        ([1, 0], [1], None, "one per answer"),
        ([1, math.inf], [1, 1], None, "finite"),
        ([], [], None, "at least one answer"),
        ([1, 0], [1, 1], [1], "one label per answer"),
        ([1, 0], [1, 1], [1, None], "missing"),
        ([1, 0], [1, 1], [1.0, math.nan], "missing"),
        ([1, 0], [1, 1], np.array([1, "a"], dtype=object), "one type"),
    ],
)
def test_bad_input_is_explained(y, weights, psu, said):
    with pytest.raises(ValueError, match=said):
        survey.mean(y, weights, psu)


def test_extreme_weights_stay_finite():
    for scale in (1e-200, 1e200):
        result = survey.mean(Y, np.multiply(W, scale), PSU)
        assert result.deff == pytest.approx(1.3)
        assert result.variance == pytest.approx(0.12)


def test_nobody_answered_one_of_two_questions():
    with pytest.raises(ValueError, match="no difference"):
        survey.difference([math.nan, math.nan], [1, 0], [1, 1])
