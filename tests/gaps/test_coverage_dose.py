"""Dose, place and people behind coverage (methods A, C1 and C4): what is known, what is split, what stays open."""

from __future__ import annotations

import math

import numpy as np
import pytest
from coverage_studies import AS_OF, framework, scored, study, work
from scipy.stats import triang

from jaiza.decide.grades import grades
from jaiza.gaps.coverage.dose import active_months, divided
from jaiza.gaps.coverage.presence import presence


class TestDose:
    @pytest.mark.parametrize(
        ("changed", "low", "mid", "high"),
        [
            ({"reached_low": 100.0}, 80, 100, 120),
            ({"reached_low": 100.0, "reached_high": 100.0}, 80, 100, 120),
            ({"reached_low": 100.0, "reached_high": 300.0}, 100, 200, 300),
            ({"hours_low": 10.0, "hours_high": 30.0}, 40, 100, 120),
            ({"hours_low": 5.0}, 16, 25, 36),
            ({"hours_low": 90.0}, 80, 100, 120),
            ({"reached_low": 0.0}, 0, 0, 0),
            ({"hours_low": 0.0}, 0, 0, 0),
        ],
    )
    def test_range_of_a_dose(self, changed, low, mid, high):
        cells = scored({"A1": 1000}, [work("x", {"A1": None}, **changed)]).cells
        # Hours of 20 +- 20 % of the 20 of reference: the low reading is .8 of the intensity, the high one is capped.
        scale = 0.8 if "hours_low" not in changed else 1.0
        assert (cells.dose_low[0, 0], cells.dose[0, 0], cells.dose_high[0, 0]) == pytest.approx(
            (low * scale, mid, high)
        )

    @pytest.mark.parametrize(
        "changed",
        [
            {"reached_low": None},
            {"reached_low": None, "reached_high": 500.0},
            {"reached_basis": "target"},
            {"reached_basis": "target", "reached_low": 0.0},
            {"hours_low": None},
            {"start": None},
            {"end": None, "status": None},
            {"status": "planned"},
            {"status": "suspended"},
        ],
    )
    def test_without_reach_hours_or_dates_there_is_no_data(self, changed):
        found = scored({"A1": 1000}, [work("x", {"A1": None}, **changed)])
        assert found.gap.state == ("no_data",)
        assert found.cells.state == (("no_data",),)
        assert math.isnan(found.gap.value[0])
        assert math.isnan(found.cells.value[0, 0])
        assert math.isnan(found.cells.dose[0, 0])
        assert found.cells.without_dose[0, 0] == 1
        assert (found.gap.details["least"][0], found.gap.details["most"][0]) == (0, 1)

    def test_an_observed_zero_is_a_zero_and_a_blank_is_not(self):
        zero = scored({"A1": 1000}, [work("x", {"A1": None}, reached_low=0.0, hours_low=None)])
        assert zero.gap.value.tolist() == [1.0]
        assert (zero.gap.lower[0], zero.gap.upper[0], zero.gap.state[0]) == (1.0, 1.0, "estimated")

    def test_work_to_which_reach_does_not_apply_leaves_nothing_open(self):
        law = work("law", {"A1": None}, reached_low=None, reached_low_state="not_applicable")
        found = scored({"A1": 1000}, [work("x", {"A1": None}), law])
        assert found.gap.state == ("estimated",)
        assert found.cells.without_dose[0, 0] == 0

    @pytest.mark.parametrize(
        ("start", "end", "status", "source_date", "expected"),
        [
            ("2024-04-01", "2024-12-31", "completed", None, (9, 9, 9)),
            ("2024-04", "2024-12", "completed", None, (9, 9, 9)),
            ("2020-01-01", "2030-01-01", "ongoing", None, (12, 12, 12)),
            ("2024", "2024", "completed", None, (0, 6, 12)),
            ("2020", "2024", "completed", None, (1 / 30.4375, (12 + 1 / 30.4375) / 2, 12)),
            ("2024-01-01", None, "ongoing", "2024-06-30", (6, 6, 12)),
            ("2024-01-01", None, "ongoing", "2026-02-01", (12, 12, 12)),
            ("2024-01-01", "9999-12-31", "ongoing", None, (12, 12, 12)),
        ],
    )
    def test_months_in_the_window(self, start, end, status, source_date, expected):
        item = work("x", {"A1": None}, start=start, end=end, status=status, source_date=source_date)
        made, where = study({"A1": 1000}, [item])
        (seen,) = presence(made, framework(), where, AS_OF).work
        assert active_months(seen, item["row"], AS_OF, 12) == pytest.approx(expected)

    def test_a_longer_window_counts_a_full_window_as_a_year(self):
        two_years = work("x", {"A1": None}, start="2023-01-01")
        found = scored({"A1": 2000}, [two_years], frame=framework(window_supply=24))
        assert found.cells.dose[0, 0] == pytest.approx(100)

    def test_limits_against_scipy_triangles(self):
        # Months are exact and hours lie above the reference, so that coverage is a triangle of reach alone.
        ranged = work("x", {"A1": None}, reached_low=20.0, reached_high=60.0, hours_low=40.0)
        cells = scored({"A1": 1000}, [ranged], draws=40_000).cells
        expected = triang.ppf([0.05, 0.95], 0.5, 0.2, 0.4)
        assert (cells.lower[0, 0], cells.upper[0, 0]) == pytest.approx(expected, abs=0.003)

    def test_limits_of_reach_and_hours_against_a_plain_simulation(self):
        cells = scored(
            {"A1": 1000}, [work("x", {"A1": None}, reached_low=50.0, hours_low=16.0)], draws=40_000
        ).cells
        dice = np.random.default_rng(3)
        drawn = (
            dice.triangular(40, 50, 60, 200_000)
            * np.minimum(1, dice.triangular(12.8, 16, 19.2, 200_000) / 20)
            / 100
        )
        assert (cells.lower[0, 0], cells.upper[0, 0]) == pytest.approx(
            np.quantile(drawn, [0.05, 0.95]), abs=0.004
        )

    def test_shares(self):
        assert divided([0.3, 0.7], [1, 1])[0].tolist() == [0.3, 0.7]
        assert divided([None], [math.nan]) == (np.array([1.0]), False)
        parts, assumed = divided([0.4, None, None], [9, 1, 2])
        assert parts == pytest.approx([0.4, 0.2, 0.4])
        assert assumed
        assert divided([None, None], [math.nan, 5])[0].tolist() == [0.5, 0.5]
        assert divided([None, None], [0, 0])[0].tolist() == [0.5, 0.5]
        assert divided([], [])[0].tolist() == []

    def test_approaches_without_shares_are_split_equally_and_flagged(self):
        both = work("x", {"A1": None}, {"talk": None, "train": None})
        given = work("y", {"A1": None}, {"talk": 0.25, "train": 0.75})
        found = scored({"A1": 1000}, [both, given], frame=framework({"talk": 0.2, "train": 0.2}))
        assert found.cells.dose[0].tolist() == [75, 125]
        assert found.flagged["approaches_split_equally"] == ("x",)

    def test_an_approach_outside_the_framework_keeps_its_part(self):
        both = work("x", {"A1": None}, {"talk": None, "other": None})
        assert scored({"A1": 1000}, [both]).cells.dose[0, 0] == 50

    def test_areas_without_shares_are_split_by_eligible_people_and_flagged(self):
        found = scored({"A1": 1000, "A2": 3000}, [work("x", {"A1": None, "A2": None})])
        assert found.cells.dose[:, 0].tolist() == [25, 75]
        assert found.flagged["areas_split_by_people"] == ("x",)

    def test_single_figures_are_flagged(self):
        ranged = work("y", {"A1": None}, reached_high=120.0, hours_high=22.0)
        assert scored({"A1": 1000}, [work("x", {"A1": None}), ranged]).flagged["single_figure"] == ("x",)


class TestPlaces:
    def test_share_stays_unknown_where_a_wider_place_is_named_too(self):
        found = scored(
            {"A1": 1000, "A2": 1000}, [work("x", {"A1": None, "P": None}), work("y", {"A1": None})]
        )
        assert found.cells.dose[0, 0] == 100
        assert found.cells.dose_high[0, 0] == math.inf
        assert (found.cells.lower[0, 0] < 1, found.cells.upper[0, 0]) == (True, 1)

    def test_a_given_share_is_located_and_the_rest_is_not(self):
        found = scored({"A1": 1000, "A2": 1000}, [work("x", {"A1": 0.25, "P": None})])
        assert found.cells.dose[0, 0] == 25
        assert found.gap.state == ("estimated", "no_data")
        assert found.national.supply_high[:, 0].tolist() == [75, 75]
        assert found.national.records[0].share == 0.75
        assert found.national.records[0].within == ("P",)

    def test_unlocated_work_stays_within_its_province(self):
        found = scored(
            {"A1": 1000, "A2": 1000, "B1": 1000}, [work("x", {"P": None})], frame=framework(nationwide_documented=["x"]),
            parents={"A1": "P", "A2": "P", "B1": "Q"},
        )  # fmt: skip
        assert found.national.supply_high[:, 0].tolist() == [100, 100, 0]
        assert found.national.supply_central[:, 0].tolist() == [50, 50, 0]

    def test_unlocated_work_of_unknown_dose_may_cover_everybody(self):
        found = scored({"A1": 1000}, [work("n", location_basis="national", hours_low=None)])
        assert found.national.without_dose[0, 0] == 1
        assert (found.national.coverage_low[0, 0], found.national.coverage_high[0, 0]) == (0, 1)
        assert found.gap.state == ("no_data",)

    def test_no_place_at_all_is_in_no_reading(self):
        found = scored({"A1": 1000}, [work("x", location_basis="not_reported")])
        assert found.national.records == ()

    def test_two_codes_of_one_area_are_that_area(self):
        part = [{"code": "A9", "name": "A9", "level": "2", "parent": "P", "counted_in": "A1"}]
        found = scored({"A1": 1000, "A2": 1000}, [work("x", {"A1": 0.25, "A9": 0.25, "A2": 0.5})], areas=part)
        assert found.cells.dose[:, 0].tolist() == [50, 50]


class TestPeople:
    def test_young_people_where_all_counted_areas_have_them(self):
        found = scored(
            {"A1": 1000, "A2": None}, [work("x", {"A1": None}, reached_low=10.0)], young={"A1": 250}
        )
        assert found.gap.details["eligible"][0] == 250
        assert found.gap.value[0] == pytest.approx(0.6)
        assert found.gap.parameters["eligible"] == "15-29"

    def test_one_basis_for_all_areas(self):
        found = scored({"A1": 1000, "A2": 800}, [work("x", {"A1": None})], young={"A1": 250})
        assert found.gap.details["eligible"].tolist() == [1000, 800]
        assert found.gap.parameters["eligible"] == "all"

    def test_areas_without_people_do_not_apply(self):
        found = scored({"A1": 1000, "A2": 0, "A3": None}, [work("x", {"A1": None, "A2": None, "A3": None})])
        assert found.gap.state[1:] == ("not_applicable", "not_applicable")
        assert np.isnan(found.gap.value[1:]).all()
        assert [found.cells.state[a][0] for a in (1, 2)] == ["not_applicable"] * 2
        assert all(found.gap.why[a] is not None for a in (1, 2))
        assert all(g.letter == "" for g in grades(found.gap)[1:])

    def test_work_that_reaches_nobody_counted_is_named_and_is_not_supply(self):
        found = scored(
            {"A1": 1000, "A2": 0, "A3": None},
            [work("x", {"A2": None}), work("y", {"A3": None}), work("z", {"A1": None})],
        )
        assert found.flagged["unreached"] == ("x", "y")
        assert found.gap.state == ("estimated", "not_applicable", "not_applicable")

    def test_work_where_nobody_lives_serves_the_neighbours(self):
        found = scored({"A1": 1000, "A2": 0}, [work("x", {"A2": None}, reached_low=30.0)], [("A1", "A2")])
        assert found.cells.access[0, 0] == pytest.approx(0.03)
        assert found.flagged["unreached"] == ()

    def test_an_uncounted_area_gives_its_neighbours_nothing(self):
        found = scored({"A1": 1000, "A2": None}, [work("x", {"A2": None})], [("A1", "A2")])
        assert found.gap.state == ("no_data", "not_applicable")
