"""Concentration of money: worked examples X-D1 to X-D3, plain sums, undefined cases and bad input."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from jaiza.stats import concentration

amounts = st.lists(st.floats(0, 1e9), min_size=1, max_size=12)


class TestWorkedExamples:
    def test_gap_d1(self):
        need = 12000 * 0.1 * 80
        assert concentration.gap(need, 40000) == pytest.approx(0.583333, abs=1e-6)
        assert concentration.gap_per_person(need, 40000, 12000) == pytest.approx(4.666667, abs=1e-6)
        assert need - 40000 == 56000

    def test_continuity_d2(self):
        assert concentration.runway(18000, [2000, 4000, 3000, 3000, 3500, 2500]) == pytest.approx(6)
        result = concentration.herfindahl([0.5, 0.3, 0.2])
        assert (result.hhi, result.normalised, result.effective) == pytest.approx(
            (0.38, 0.07, 2.631579), abs=1e-6
        )
        assert concentration.volatility([100, 150, 0, 50]) == pytest.approx(1.466667, abs=1e-6)

    def test_share_bounds_d3(self):
        assert concentration.share_bounds(20, 10, 100) == pytest.approx((0.2, 0.3))


class TestHerfindahl:
    def test_one_funder(self):
        result = concentration.herfindahl([1.0, 0.0])
        assert (result.hhi, result.normalised, result.effective, result.n) == (1.0, 1.0, 1.0, 1)

    def test_a_share_of_nothing_is_no_funder(self):
        assert concentration.herfindahl([0.5, 0.3, 0.2, 0]) == concentration.herfindahl([0.5, 0.3, 0.2])

    def test_it_is_a_number_too(self):
        assert float(concentration.herfindahl([0.5, 0.5])) == 0.5

    @settings(max_examples=60, deadline=None)
    @given(amounts)
    def test_chance_of_drawing_one_funder_twice(self, money):
        assume(sum(money) > 1)
        shares = concentration.shares_of(money)
        result = concentration.herfindahl(shares)
        # a second way to the index: one minus the chance that two dollars come from different funders
        different = sum(shares[i] * shares[j] for i in range(len(money)) for j in range(len(money)) if i != j)
        assert result.hhi == pytest.approx(1 - different, abs=1e-9)
        assert -1e-9 <= result.normalised <= 1 + 1e-9
        assert 1 - 1e-9 <= result.effective <= result.n + 1e-6

    @pytest.mark.parametrize("shares", [[0.5, 0.6], [], [1.5, -0.5], [0.5, math.nan], [50, 30, 20]])
    def test_bad_shares(self, shares):
        with pytest.raises(ValueError, match="shares"):
            concentration.herfindahl(shares)

    def test_amounts_of_nothing(self):
        with pytest.raises(ValueError, match="undefined"):
            concentration.shares_of([0, 0])
        np.testing.assert_allclose(concentration.shares_of([1e308, 1e308]), [0.5, 0.5])


class TestOverTime:
    def test_no_spend_is_undefined_not_infinite(self):
        assert math.isnan(concentration.runway(1000, [0, 0, 0]))
        assert math.isnan(concentration.runway(1000, []))
        assert math.isnan(concentration.runway(1000, [math.nan]))

    def test_unreported_months_are_not_zero_months(self):
        assert concentration.runway(1000, [100, math.nan, 300]) == pytest.approx(5)

    def test_volatility_edges(self):
        assert concentration.volatility([0, 0, 0]) == 0.0
        assert concentration.volatility([0, 5]) == 2.0
        assert math.isnan(concentration.volatility([5]))
        assert math.isnan(concentration.volatility([5, math.nan, 7]))
        assert concentration.volatility([5, math.nan, 100, 150]) == pytest.approx(0.4)

    @settings(max_examples=40, deadline=None)
    @given(st.lists(st.floats(0, 1e6), min_size=2, max_size=10), st.floats(0.01, 100))
    def test_currency_changes_no_volatility(self, money, rate):
        value = concentration.volatility(money)
        assert 0 <= value <= 2
        assume(all(x == 0 or x > 1e-6 for x in money))
        assert concentration.volatility([x * rate for x in money]) == pytest.approx(value)

    def test_short_grants(self):
        assert concentration.short_termism([10, 30, 60], [6, 12, 24]) == pytest.approx((0.4, 0.4))
        assert concentration.short_termism([10, 30, 60], [6, math.nan, 24]) == pytest.approx((0.1, 0.4))
        assert all(math.isnan(end) for end in concentration.short_termism([0, 0], [6, 12]))
        assert all(math.isnan(end) for end in concentration.short_termism([], []))

    @settings(max_examples=40, deadline=None)
    @given(st.lists(st.tuples(st.floats(1, 1e6), st.integers(1, 60)), min_size=1, max_size=10), st.data())
    def test_blanking_a_length_never_narrows(self, rows, data):
        money, months = (np.array(column, float) for column in zip(*rows, strict=True))
        low, high = concentration.short_termism(money, months)
        months[data.draw(st.integers(0, len(rows) - 1))] = math.nan
        wider = concentration.short_termism(money, months)
        assert wider[0] <= low + 1e-12
        assert wider[1] >= high - 1e-12

    def test_bad_input(self):
        for call in (
            lambda: concentration.runway(-1, [100]),
            lambda: concentration.runway(10, [-100]),
            lambda: concentration.volatility([1, -1]),
            lambda: concentration.short_termism([1, 2], [6]),
            lambda: concentration.short_termism([1], [0]),
            lambda: concentration.short_termism([-1], [6]),
        ):
            with pytest.raises(ValueError):
                call()


class TestShares:
    def test_nothing_spent_is_undefined(self):
        assert all(math.isnan(end) for end in concentration.share_bounds(0, 0, 0))

    def test_parts_above_the_total(self):
        for arguments in ((60, 50, 100), (-1, 0, 10), (1, 0, 0)):
            with pytest.raises(ValueError):
                concentration.share_bounds(*arguments)

    def test_need_of_zero_is_not_applicable(self):
        np.testing.assert_array_equal(concentration.gap([0, 10, 10], [5, 20, 4]), [math.nan, 0.0, 0.6])
        assert concentration.gap_per_person(0, 5, 10) == 0.0

    def test_missing_money_is_no_gap(self):
        assert math.isnan(concentration.gap(100, math.nan))

    @settings(max_examples=40, deadline=None)
    @given(st.floats(0, 1e9), st.floats(0, 1e9), st.floats(0, 1e9))
    def test_more_money_never_widens_a_gap(self, need, there, more):
        assume(need > 0)
        assert 0 <= concentration.gap(need, there + more) <= concentration.gap(need, there) <= 1

    def test_bad_input(self):
        for call in (
            lambda: concentration.gap(-1, 5),
            lambda: concentration.gap(1, -5),
            lambda: concentration.gap(math.inf, 5),
            lambda: concentration.gap_per_person(10, 5, 0),
        ):
            with pytest.raises(ValueError):
                call()
