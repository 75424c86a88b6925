"""Agreement: worked example X-F2, Krippendorff's published tables, two libraries, and the bundled codings."""

from __future__ import annotations

import csv
import math
import pathlib
from itertools import permutations

import krippendorff
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.inter_rater import cohens_kappa

from jaiza.stats import agreement

CATALOGUE = pathlib.Path(__file__).resolve().parents[2].parent / "shared" / "data" / "catalogue"
A = [int(code) for code in "1100221021"]
B = [int(code) for code in "1101221011"]
METRICS = ("nominal", "ordinal", "interval")
X = math.nan

# Krippendorff (2011), example C: four observers, twelve units, missing data
PUBLISHED = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, X, X, X],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, X, 3],
    [X, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, X],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, X],
]

code = st.sampled_from([0.0, 0.5, 1.0, 4.0, math.nan])
tables = (
    st.integers(2, 4)
    .flatmap(
        lambda coders: st.lists(st.lists(code, min_size=coders, max_size=coders), min_size=2, max_size=14)
    )
    .map(lambda units: np.array(units).T)
)


def test_worked_example_f2():
    assert agreement.cohen_kappa(A, B) == pytest.approx(0.6875, abs=1e-12)
    assert agreement.krippendorff_alpha([A, B]) == pytest.approx(0.696, abs=1e-12)
    assert agreement.krippendorff_alpha([A, B], "ordinal") == pytest.approx(0.81, abs=1e-12)


def test_published_four_observers():
    assert agreement.krippendorff_alpha(PUBLISHED) == pytest.approx(0.743, abs=5e-4)
    assert agreement.krippendorff_alpha(PUBLISHED, "ordinal") == pytest.approx(0.815, abs=5e-4)
    assert agreement.krippendorff_alpha(PUBLISHED, "interval") == pytest.approx(0.849, abs=5e-4)


def plain_alpha(codes, metric):
    """From the coincidence matrix, value by value."""
    units = [[c for c in unit if not math.isnan(c)] for unit in np.array(codes, dtype=float).T]
    units = [unit for unit in units if len(unit) > 1]
    values = sorted({c for unit in units for c in unit})
    if len(values) < 2:
        return math.nan
    together = {(c, k): 0.0 for c in values for k in values}
    for unit in units:
        for c, k in permutations(range(len(unit)), 2):
            together[unit[c], unit[k]] += 1 / (len(unit) - 1)
    used = {c: sum(together[c, k] for k in values) for c in values}
    total = sum(used.values())

    def distance(c, k):
        if metric == "nominal":
            return float(c != k)
        if metric == "interval":
            return (c - k) ** 2
        low, high = sorted((c, k))
        return (sum(used[g] for g in values if low <= g <= high) - (used[c] + used[k]) / 2) ** 2

    observed = sum(together[c, k] * distance(c, k) for c in values for k in values) / total
    expected = sum(used[c] * (used[k] - (c == k)) * distance(c, k) for c in values for k in values) / (
        total * (total - 1)
    )
    return 1 - observed / expected


@settings(max_examples=80, deadline=None)
@given(tables, st.sampled_from(METRICS))
def test_against_the_coincidence_matrix_and_the_library(codes, metric):
    alpha = agreement.krippendorff_alpha(codes, metric)
    expected = plain_alpha(codes, metric)
    assert alpha == pytest.approx(expected, abs=1e-9, nan_ok=True)
    if not math.isnan(expected):
        library = krippendorff.alpha(reliability_data=codes, level_of_measurement=metric)
        assert alpha == pytest.approx(library, abs=1e-9)
        assert alpha <= 1 + 1e-12


@settings(max_examples=40, deadline=None)
@given(tables, st.randoms(use_true_random=False), st.sampled_from(METRICS))
def test_order_of_coders_and_units_is_immaterial(codes, random, metric):
    coders, units = list(range(codes.shape[0])), list(range(codes.shape[1]))
    random.shuffle(coders)
    random.shuffle(units)
    shuffled = codes[coders][:, units]
    expected = agreement.krippendorff_alpha(codes, metric)
    assert agreement.krippendorff_alpha(shuffled, metric) == pytest.approx(expected, abs=1e-12, nan_ok=True)


def test_nominal_ignores_labels_and_ordinal_ignores_distances():
    relabelled = {0: 7.0, 1: -3.0, 2: 0.5}
    stretched = {0: -10.0, 1: 0.0, 2: 1e6}
    nominal = [[relabelled[c] for c in coder] for coder in (A, B)]
    ordinal = [[stretched[c] for c in coder] for coder in (A, B)]
    assert agreement.krippendorff_alpha(nominal) == pytest.approx(0.696)
    assert agreement.krippendorff_alpha(ordinal, "ordinal") == pytest.approx(0.81)
    assert agreement.krippendorff_alpha(ordinal, "interval") != pytest.approx(0.81, abs=0.05)


def test_undefined_is_nan_and_full_agreement_is_one():
    for metric in METRICS:
        assert math.isnan(agreement.krippendorff_alpha([[1, 1, X], [1, 1, 0]], metric))
        assert math.isnan(agreement.krippendorff_alpha([[1, X], [X, 1]], metric))
        assert agreement.krippendorff_alpha([[0, 1, 2], [0, 1, 2]], metric) == pytest.approx(1.0)
    assert math.isnan(agreement.cohen_kappa([1, 1], [1, 1]))
    assert math.isnan(agreement.cohen_kappa([X, 1], [1, X]))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=40))
def test_kappa_against_statsmodels(pairs):
    a, b = (np.array(coder) for coder in zip(*pairs, strict=True))
    kappa = agreement.cohen_kappa(a, b)
    if len(set(a) | set(b)) == 1:
        assert math.isnan(kappa)
        return
    table = np.zeros((4, 4))
    np.add.at(table, (a, b), 1)
    assert kappa == pytest.approx(cohens_kappa(table, return_results=False), abs=1e-9)
    missing = np.append(a.astype(float), [X, 1.0]), np.append(b.astype(float), [1.0, X])
    assert agreement.cohen_kappa(*missing) == kappa


def test_interval_equals_resampling_unit_by_unit():
    rng = np.random.default_rng(5)
    truth = rng.integers(0, 3, 150)
    codes = np.array([np.where(rng.random(150) < 0.8, truth, rng.integers(0, 3, 150)) for _ in range(2)])
    result = agreement.krippendorff_interval(codes, "ordinal", rng=np.random.default_rng(1))
    plain = [
        krippendorff.alpha(
            reliability_data=codes[:, rng.integers(0, 150, 150)], level_of_measurement="ordinal"
        )
        for _ in range(1500)
    ]
    assert result.estimate == agreement.krippendorff_alpha(codes, "ordinal")
    assert (result.lower, result.upper) == pytest.approx(tuple(np.quantile(plain, [0.05, 0.95])), abs=0.012)
    assert result.units == 150
    assert result.undefined == 0
    again = agreement.krippendorff_interval(codes, "ordinal", rng=np.random.default_rng(1))
    assert again == result


def test_interval_says_when_resamples_or_the_estimate_are_undefined():
    rare = agreement.krippendorff_interval([[0, 0, 0, 1], [0, 0, 0, 1]], rng=np.random.default_rng(0))
    assert rare.undefined > 0
    assert rare.lower == rare.upper == pytest.approx(1.0)
    none = agreement.krippendorff_interval([[1, 1], [1, 1]], rng=np.random.default_rng(0))
    assert math.isnan(none.estimate)
    assert math.isnan(none.lower)
    assert math.isnan(none.upper)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: agreement.krippendorff_alpha([[1, 2]]), "two coders"),
        (lambda: agreement.krippendorff_alpha([1, 2]), "2 axes"),
        (lambda: agreement.krippendorff_alpha([[1, math.inf], [1, 1]]), "finite"),
        (lambda: agreement.krippendorff_alpha([A, B], "ratio"), "metric"),
        (lambda: agreement.cohen_kappa([1, 2], [1]), "one code per unit"),
        (lambda: agreement.krippendorff_interval([A, B], rng=np.random.default_rng(0), level=1.0), "level"),
        (lambda: agreement.krippendorff_interval([A, B], rng=np.random.default_rng(0), draws=0), "draws"),
    ],
)
def test_refusals(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def rows(name):
    with (CATALOGUE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.shared
@pytest.mark.skipif(
    not (CATALOGUE / "coding").is_dir(), reason="the shared catalogue is not beside the checkout"
)
def test_double_coded_policy_links_of_the_catalogue():
    initiatives = [row["id"] for row in rows("initiatives.csv")]
    objectives = [row["id"] for row in rows("policy_objectives.csv") if row["domain"] != "kinetic"]
    unit = {(i, q): place for place, (i, q) in enumerate((i, q) for i in initiatives for q in objectives)}
    codes = np.zeros((2, len(unit)))
    for coder, name in enumerate(("alignment_A.csv", "alignment_B.csv")):
        for row in rows(f"coding/{name}"):
            codes[coder, unit[row["initiative_id"], row["objective_id"]]] = float(row["code"])
    assert codes.shape == (2, 21_736)
    assert np.count_nonzero(codes, axis=1).tolist() == [1582, 1265]
    assert np.count_nonzero((codes > 0).all(axis=0)) == 1141
    assert agreement.krippendorff_alpha(codes) == pytest.approx(0.714, abs=5e-4)
    assert agreement.krippendorff_alpha(codes, "ordinal") == pytest.approx(0.796, abs=5e-4)
    interval = agreement.krippendorff_interval(codes, "ordinal", rng=np.random.default_rng(0))
    assert interval.lower < interval.estimate < interval.upper
    assert interval.upper - interval.lower < 0.05
