"""People between two censuses, and dates to the year, month or day."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jaiza.records.dates import age_in_months, first_day, last_day, months_before, months_between
from jaiza.records.declared import TABLES
from jaiza.records.people import people
from jaiza.records.tables_of_study import Tables

DAY = dt.date


def counted(*rows, **more):
    base = {"sex": "all", "age_band": "all", "residence": "all", "source": "census", **more}
    made = [{**base, "area": a, "people": n, "counted_on": on} for a, n, on in rows]
    return Tables({"population": pa.Table.from_pylist(made, schema=TABLES["population"].schema)})


class TestPeople:
    TWO = (("A", 1000, "2017-03-15"), ("A", 1210, "2023-03-02"))

    def test_between_two_counts_growth_is_constant(self):
        middle = DAY(2017, 3, 15) + (DAY(2023, 3, 2) - DAY(2017, 3, 15)) / 2
        assert people(counted(*self.TWO), ["A"], middle).counts[0] == pytest.approx(1100, rel=1e-9)

    @pytest.mark.parametrize(
        ("on", "expected"),
        [(DAY(2010, 1, 1), 1000), (DAY(2017, 3, 15), 1000), (DAY(2023, 3, 2), 1210), (DAY(2030, 1, 1), 1210)],
    )
    def test_before_the_first_and_after_the_last_the_count_is_held(self, on, expected):
        got = people(counted(*self.TWO), ["A"], on)
        assert got.counts[0] == expected
        assert got.weights.tolist() == [1.0]

    def test_of_three_counts_the_nearest_two_are_used(self):
        got = people(counted(("A", 1, "1998-03-01"), *self.TWO), ["A"], DAY(2020, 1, 1))
        assert got.rows.tolist() == [1, 2]

    def test_the_rows_and_their_weights_give_the_count_again(self):
        made = counted(*self.TWO, ("B", 50, "2017"), ("B", 70, "2023"))
        got = people(made, ["B", "A", "Z"], DAY(2019, 7, 1))
        rows = made.rows("population")
        for i in range(2):
            again = np.prod(
                [
                    rows[r]["people"] ** w
                    for a, r, w in zip(got.areas, got.rows, got.weights, strict=True)
                    if a == i
                ]
            )
            assert again == pytest.approx(got.counts[i], rel=1e-12)
        assert np.isnan(got.counts[2])

    def test_a_count_of_nobody_is_held_and_never_interpolated(self):
        got = people(counted(("A", 0, "2017"), ("A", 900, "2023")), ["A"], DAY(2020, 1, 1))
        assert got.counts[0] == 0
        got = people(counted(("A", 900, "2017"), ("A", 0, "2023")), ["A"], DAY(2020, 1, 1))
        assert got.counts[0] == 900

    def test_a_blank_count_is_no_count(self):
        assert np.isnan(people(counted(("A", None, "2017")), ["A"], DAY(2020, 1, 1)).counts[0])
        got = people(counted(("A", 5, "2017"), ("A", None, "2023")), ["A"], DAY(2020, 1, 1))
        assert got.counts[0] == 5

    @pytest.mark.parametrize("other", [{"sex": "female"}, {"age_band": "15-29"}, {"residence": "urban"}])
    def test_parts_of_the_people_are_not_the_whole(self, other):
        assert np.isnan(people(counted(("A", 5, "2017"), **other), ["A"], DAY(2020, 1, 1)).counts[0])
        if "residence" not in other:
            assert people(counted(("A", 5, "2017"), **other), ["A"], DAY(2020, 1, 1), **other).counts[0] == 5

    @given(st.permutations([*TWO, ("B", 7, "2017"), ("C", None, "2017")]))
    def test_order_of_rows_does_not_matter(self, rows):
        got = people(counted(*rows), ["A", "B", "C"], DAY(2020, 1, 1)).counts
        whole = people(counted(*self.TWO, ("B", 7, "2017")), ["A", "B", "C"], DAY(2020, 1, 1)).counts
        np.testing.assert_array_equal(got, whole)

    @given(st.dates(DAY(2017, 3, 15), DAY(2023, 3, 2)))
    def test_an_interpolated_count_lies_between_its_two(self, on):
        assert 1000 - 1e-9 <= people(counted(*self.TWO), ["A"], on).counts[0] <= 1210 + 1e-9


class TestDates:
    @pytest.mark.parametrize(
        ("written", "first", "last"),
        [
            ("2021", DAY(2021, 1, 1), DAY(2021, 12, 31)),
            ("2021-02", DAY(2021, 2, 1), DAY(2021, 2, 28)),
            ("2024-02", DAY(2024, 2, 1), DAY(2024, 2, 29)),
            ("2021-12", DAY(2021, 12, 1), DAY(2021, 12, 31)),
            ("2021-06-09", DAY(2021, 6, 9), DAY(2021, 6, 9)),
        ],
    )
    def test_the_days_that_a_date_may_mean(self, written, first, last):
        assert (first_day(written), last_day(written)) == (first, last)

    @pytest.mark.parametrize(
        ("earlier", "later", "months"),
        [
            (DAY(2021, 1, 1), DAY(2022, 1, 1), 12),
            (DAY(2021, 1, 31), DAY(2021, 3, 1), 2 - 30 / (365.25 / 12)),
            (DAY(2021, 1, 1), DAY(2021, 1, 16), 15 / (365.25 / 12)),
            (DAY(2021, 1, 1), DAY(2021, 1, 1), 0),
        ],
    )
    def test_months_between(self, earlier, later, months):
        assert months_between(earlier, later) == pytest.approx(months, abs=1e-12)

    @pytest.mark.parametrize(
        ("last", "months"),
        [(DAY(2021, 12, 31), 0), (DAY(2020, 12, 31), 12), (DAY(2016, 12, 31), 60), (DAY(2022, 5, 1), 0)],
    )
    def test_age_of_a_figure(self, last, months):
        assert age_in_months(last, DAY(2022, 1, 1)) == pytest.approx(months, abs=1e-12)

    @pytest.mark.parametrize(
        ("as_of", "months", "day"),
        [
            (DAY(2022, 1, 1), 60, DAY(2017, 1, 1)),
            (DAY(2022, 3, 31), 1, DAY(2022, 2, 28)),
            (DAY(2024, 3, 31), 1, DAY(2024, 2, 29)),
            (DAY(2022, 1, 31), 2, DAY(2021, 11, 30)),
            (DAY(2022, 12, 1), 0, DAY(2022, 12, 1)),
        ],
    )
    def test_months_before(self, as_of, months, day):
        assert months_before(as_of, months) == day

    @given(st.dates(DAY(1950, 1, 1), DAY(2090, 1, 1)), st.integers(0, 400))
    def test_a_day_some_months_before_is_about_that_many_months_old(self, as_of, months):
        got = months_between(months_before(as_of, months), as_of)
        assert months <= got + 1e-9
        assert got < months + 0.11  # a shorter month cuts at most three days
