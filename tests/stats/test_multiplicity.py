"""Adjusted p-values: worked example X-E3, statsmodels as witness, and the step-up rule spelled out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from jaiza.stats import multiplicity

some_p = st.lists(
    st.one_of(st.floats(0, 1), st.sampled_from([0.0, 0.01, 0.05, 1.0])), min_size=1, max_size=25
)


def test_worked_example_e3():
    adjusted = multiplicity.benjamini_hochberg([0.001, 0.02, 0.03, 0.04, 0.5])
    np.testing.assert_allclose(adjusted, [0.005, 0.05, 0.05, 0.05, 0.5], atol=1e-12)


def test_yekutieli_by_hand():
    # 1 + 1/2 + 1/3 = 11/6
    adjusted = multiplicity.benjamini_yekutieli([0.03, 0.001, 0.9])
    np.testing.assert_allclose(adjusted, [0.03 * 3 / 2 * 11 / 6, 0.001 * 3 * 11 / 6, 1.0])


@settings(max_examples=80, deadline=None)
@given(some_p)
def test_against_statsmodels(p):
    for adjust, method in (
        (multiplicity.benjamini_hochberg, "fdr_bh"),
        (multiplicity.benjamini_yekutieli, "fdr_by"),
    ):
        np.testing.assert_allclose(adjust(p), multipletests(p, method=method)[1], atol=1e-12)


@settings(max_examples=60, deadline=None)
@given(some_p, st.floats(0.01, 0.5))
def test_calls_positive_what_the_step_up_rule_calls_positive(p, q):
    ordered = sorted(p)
    largest = max((i for i in range(1, len(p) + 1) if ordered[i - 1] * len(p) / i <= q), default=0)
    limit = ordered[largest - 1] if largest else -1.0
    found = multiplicity.benjamini_hochberg(p) <= q
    assert found.tolist() == [value <= limit for value in p]


@settings(max_examples=60, deadline=None)
@given(some_p, st.randoms(use_true_random=False))
def test_order_of_tests_is_immaterial_and_dependence_costs(p, random):
    order = list(range(len(p)))
    random.shuffle(order)
    values = np.array(p)
    hochberg = multiplicity.benjamini_hochberg(values)
    np.testing.assert_array_equal(multiplicity.benjamini_hochberg(values[order]), hochberg[order])
    assert (hochberg >= values).all()
    assert (multiplicity.benjamini_yekutieli(values) >= hochberg).all()


def test_missing_stays_missing_and_is_not_counted():
    adjusted = multiplicity.benjamini_hochberg([np.nan, 0.02, 0.5, np.nan])
    np.testing.assert_allclose(adjusted, [np.nan, 0.04, 0.5, np.nan])
    assert multiplicity.benjamini_hochberg([]).size == 0
    assert np.isnan(multiplicity.benjamini_yekutieli([np.nan])).all()


@pytest.mark.parametrize(("p", "words"), [([1.1], "at most 1"), ([-0.1], "at least 0"), ([[0.1]], "1 axes")])
def test_refusals(p, words):
    with pytest.raises(ValueError, match=words):
        multiplicity.benjamini_hochberg(p)
