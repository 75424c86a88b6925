"""Coverage through the module: worked examples X-C1 to X-C3 and C4, states, grades, rows behind, bad input."""

from __future__ import annotations

import datetime as dt
import json
import math

import numpy as np
import pytest
from coverage_studies import AS_OF, ZONES, framework, rng, scored, study, tables, work

from jaiza.decide.grades import grades
from jaiza.gaps.coverage import coverage_scores
from jaiza.places.scope import scope
from jaiza.records.people import people


class TestWorkedExamples:
    def test_dose_x_c1(self):
        # 200 people, 15 of 20 hours, nine months: 112.5 person-equivalents, alone in an area of 1000 people.
        nine = work("x", {"A1": None}, reached_low=200.0, hours_low=15.0, start="2024-04-01")
        found = scored({"A1": 1000}, [nine], frame=framework({"talk": 0.25}))
        assert found.cells.dose[0, 0] == pytest.approx(112.5, abs=1e-9)
        assert found.cells.access[0, 0] == pytest.approx(0.1125, abs=1e-12)
        assert found.gap.value[0] == pytest.approx(1 - 0.45, abs=1e-12)

    def test_access_x_c2(self):
        sites = [
            work("one", {"A1": None}, reached_low=100.0),
            work("two", {"A3": None}, reached_low=60.0),
        ]
        minutes = np.array([[5, 99, 25], [15, 99, 12], [45, 99, 8]], dtype=float)
        counts = {"A1": 1000, "A2": 2000, "A3": 4000}
        found = scored(counts, sites, frame=framework({"talk": 0.05}), minutes=minutes)
        np.testing.assert_allclose(found.cells.access[:, 0], [0.0447385, 0.0361254, 0.0107527], atol=1e-7)
        np.testing.assert_allclose(found.cells.value[:, 0], [0.894769, 0.722508, 0.215054], atol=1e-6)
        np.testing.assert_allclose(found.gap.value, [0.105231, 0.277492, 0.784946], atol=1e-6)
        assert found.cells.access[:, 0] @ np.array([1000, 2000, 4000]) == pytest.approx(160, abs=1e-9)
        assert found.gap.parameters["by_travel_time"] is True

    def test_overlap_x_c3(self):
        two = [work("a", {"A1": None}, reached_low=30.0), work("b", {"A1": None}, reached_low=50.0)]
        (joint,) = scored({"A1": 1000}, two).overlaps
        assert joint.coverages == pytest.approx((0.3, 0.5), abs=1e-12)
        assert (joint.lower, joint.independence, joint.upper) == pytest.approx((0.5, 0.65, 0.8), abs=1e-12)

    @pytest.mark.parametrize("documented", [True, False])
    def test_national_readings_c4(self, documented):
        counts = {"A1": 1000, "A2": 2000, "A3": 4000}
        initiatives = [
            work("n", location_basis="national", reached_low=70.0),
            work("x", {"A1": None}, reached_low=20.0),
        ]
        frame = framework(nationwide_documented=["n"] if documented else [])
        found = scored(counts, initiatives, frame=frame)
        wide = found.national
        assert wide.supply_low[:, 0].tolist() == [0, 0, 0]
        assert wide.supply_central[:, 0] == pytest.approx([10, 20, 40] if documented else [0, 0, 0])
        assert wide.supply_high[:, 0].tolist() == [70, 70, 70]
        assert wide.coverage_low[:, 0] == pytest.approx([0.2, 0, 0])
        assert wide.coverage_central[:, 0] == pytest.approx([0.3, 0.1, 0.1] if documented else [0.2, 0, 0])
        assert wide.coverage_high[:, 0] == pytest.approx([0.9, 0.35, 0.175])
        assert (wide.records[0].initiative, wide.records[0].within, wide.records[0].documented) == (
            "n",
            ("",),
            documented,
        )
        # One area at a time, and never counted as located.
        assert found.gap.value[0] == pytest.approx(0.8)
        assert found.gap.state == ("estimated", "no_data", "no_data")

    def test_neighbours_stand_in_the_second_zone(self):
        found = scored({"A1": 1000, "A2": 500, "A3": 300}, [work("x", {"A1": None})], [("A1", "A2")])
        crowd = 1000 + 0.68 * 500
        assert found.cells.access[:2, 0] == pytest.approx([100 / crowd, 68 / crowd], abs=1e-12)
        assert found.gap.state == ("estimated", "estimated", "no_data")


class TestStates:
    def test_none_known_is_no_data_and_never_a_gap(self):
        found = scored({"A1": 1000, "A2": 1000}, [work("x", {"A1": None})])
        assert found.gap.state == ("estimated", "no_data")
        assert math.isnan(found.gap.value[1])
        assert np.isnan(found.gap.draws[:, 1]).all()
        assert "known" in found.cells.gap("talk").why[1].said()
        assert "recorded" in found.gap.why[1].said()

    def test_a_certified_registry_makes_an_absence_a_zero(self):
        found = scored(
            {"A1": 1000, "A2": 1000},
            [work("x", {"A1": None})],
            frame=framework(registry_complete_areas=["A2"]),
        )
        assert found.gap.state == ("estimated", "estimated")
        assert found.gap.value[1] == 1
        assert found.gap.terms.completeness[1] == 1
        assert found.gap.terms.sources[1] == 1

    def test_a_province_or_the_country_can_be_certified(self):
        for code in ("P", "C"):
            found = scored({"A1": 1000, "A2": 1000}, [], frame=framework(registry_complete_areas=[code]))
            assert found.gap.value.tolist() == [1, 1]

    def test_an_estimate_of_completeness_may_do(self):
        found = scored({"A1": 1000, "A2": 1000}, [], completeness={"A1": 0.8, "A2": 0.7})
        assert found.gap.state == ("estimated", "no_data")
        assert [g.letter for g in grades(found.gap)] == ["C", "E"]  # one source; no data

    def test_unknown_completeness_is_grade_e_and_a_certified_area_can_be_better(self):
        item = work("x", {"A1": None}, reached_high=104.0, hours_low=30.0)
        plain, certain = (
            scored({"A1": 1000}, [item], frame=framework({"talk": 0.2}, registry_complete_areas=complete))
            for complete in ([], ["A1"])
        )
        assert np.isnan(plain.gap.terms.completeness[0])
        assert (grades(plain.gap)[0].letter, grades(plain.gap)[0].term) == ("E", "completeness")
        assert grades(certain.gap)[0].letter == "C"

    def test_work_of_unknown_dose_lifts_the_upper_limit_to_one_and_keeps_the_lower(self):
        known = work("x", {"A1": None}, reached_low=20.0)
        alone = scored({"A1": 1000}, [known])
        beside = scored({"A1": 1000}, [known, work("y", {"A1": None}, reached_low=None)])
        assert beside.cells.state == (("too_wide",),)
        assert beside.gap.state == ("too_wide",)
        assert beside.cells.upper[0, 0] == 1
        assert beside.cells.lower[0, 0] == alone.cells.lower[0, 0]
        assert (beside.gap.value[0], beside.gap.lower[0]) == (alone.gap.value[0], 0)
        assert beside.gap.upper[0] == pytest.approx(alone.gap.upper[0])
        drawn = beside.gap.draws[:, 0]
        assert drawn.min() < 0.05 < 0.75 < drawn.max()

    def test_work_of_unknown_dose_next_door_counts_too(self):
        known = work("x", {"A1": None}, reached_low=20.0)
        found = scored(
            {"A1": 1000, "A2": 1000}, [known, work("y", {"A2": None}, hours_low=None)], [("A1", "A2")]
        )
        assert found.cells.upper[0, 0] == 1

    def test_a_certified_area_with_only_unknown_doses_has_no_data(self):
        found = scored(
            {"A1": 1000},
            [work("x", {"A1": None}, reached_low=None)],
            frame=framework(registry_complete_areas=["A1"]),
        )
        assert found.gap.state == ("no_data",)

    def test_a_mean_over_approaches_needs_every_part(self):
        frame = framework({"talk": 0.1, "train": 0.1})
        one = scored({"A1": 1000}, [work("x", {"A1": None}, reached_low=40.0)], frame=frame)
        assert one.gap.state == ("no_data",)
        assert one.cells.value[0, 0] == pytest.approx(0.4)
        assert "train" in one.gap.why[0].said()
        assert "talk" not in one.gap.why[0].said()
        assert one.gap.details["least"][0] < 1 - 0.4 / 2 < one.gap.details["most"][0]
        both = scored(
            {"A1": 1000},
            [
                work("x", {"A1": None}, reached_low=40.0),
                work("y", {"A1": None}, {"train": None}, reached_low=60.0),
            ],
            frame=frame,
        )
        assert both.gap.value[0] == pytest.approx(0.5)

    def test_approaches_without_a_target_are_not_in_scope(self):
        found = scored({"A1": 1000}, [work("x", {"A1": None})], frame=framework({"talk": 0.1, "law": 0.0}))
        assert [a.code for a in found.cells.approaches] == ["talk"]
        assert found.gap.state == ("estimated",)
        assert ("A1", "law") in found.presence.cells

    def test_no_approach_in_scope(self):
        found = scored(
            {"A1": 1000},
            [work("x", {"A1": None}, {"law": None})],
            frame=framework({"law": 0.0}),
            need=np.array([0.9]),
        )
        assert found.gap.state == ("no_data",)
        assert found.gap.parameters["national"] is None

    def test_age_is_that_of_the_oldest_record_and_nan_when_one_is_undated(self):
        fresh = work("x", {"A1": None}, source_date="2024-12-31")
        stale = work(
            "y", {"A1": None}, end="2026-01-01", source_date="2023-12-31", reached_low=None, source="s2"
        )
        undated = work("z", {"A1": None}, end="2026-01-01", source_date=None, source=None)
        assert scored({"A1": 1000}, [fresh]).gap.terms.age_months.tolist() == [0]
        found = scored({"A1": 1000}, [fresh, stale])
        assert found.gap.terms.age_months.tolist() == [12]
        assert found.gap.terms.sources.tolist() == [2]
        assert found.cells.age_months.tolist() == [[12]]
        assert found.cells.sources.tolist() == [[2]]
        over = work("w", {"A1": None}, end="2024-03-31", source_date="2024-12-31")
        assert scored({"A1": 1000}, [over]).gap.terms.age_months.tolist() == [9]
        lost = scored({"A1": 1000}, [fresh, undated])
        assert np.isnan(lost.gap.terms.age_months).all()
        assert lost.gap.terms.sources.tolist() == [1]


class TestTrace:
    def test_value_again_from_details_and_parameters(self):
        initiatives = [work("x", {"A1": None, "A2": None}, reached_low=90.0), work("y", {"A3": None}, {"train": None}),
                       work("z", {"A2": None}, {"train": None}, reached_low=30.0), work("w", {"A3": None}, reached_low=9.0)]  # fmt: skip
        gap = scored(
            {"A1": 1000, "A2": 2000, "A3": 900},
            initiatives,
            [("A1", "A2"), ("A2", "A3")],
            frame=framework({"talk": 0.1, "train": 0.2}),
        ).gap
        people_of, w = gap.details["eligible"], np.array([[1, 0.68, 0], [0.68, 1, 0.68], [0, 0.68, 1]])
        total = np.zeros(3)
        for code, told in gap.parameters["approaches"].items():
            reached = w @ (np.nan_to_num(gap.details[f"dose_{code}"]) / (people_of @ w))
            np.testing.assert_allclose(reached, gap.details[f"access_{code}"], rtol=1e-12)
            total += np.minimum(1, reached / told["target_share"])
        np.testing.assert_allclose(1 - total / 2, gap.value, rtol=1e-12)

    def test_lineage_names_the_rows_and_how_much_of_each(self):
        initiatives = [
            work("b", {"A2": None}),
            work("a", {"A1": None}, reached_low=None),
            work("c", location_basis="national"),
        ]
        gap = scored({"A1": 1000, "A2": 500}, initiatives, [("A1", "A2")]).gap
        behind = {(part.table, part.role): part for part in gap.lineage}
        dose = behind["initiatives", "dose"]
        assert sorted(zip(dose.areas.tolist(), dose.rows.tolist(), strict=True)) == [(0, 0), (1, 0)]
        assert dose.used.sum() == pytest.approx(1)
        assert dose.used[dose.areas == 0] == pytest.approx([680 / 1180])
        assert set(behind["initiatives", "without_dose"].rows.tolist()) == {1}
        assert set(behind["initiative_areas", "shares"].rows.tolist()) == {0, 1}
        assert behind["population", "eligible"].rows.tolist() == [0, 1]
        assert behind["neighbours", "within_reach"].areas.tolist() == [0, 1]

    def test_parameters_are_plain_data_and_name_nobody(self):
        gap = scored({"A1": 1000, "A2": 800}, [work("secret", {"A1": None, "A2": None})]).gap
        assert "secret" not in json.dumps(dict(gap.parameters))
        assert gap.parameters["access_zones"] == ZONES
        assert gap.parameters["areas_split_by_people"] == 1

    def test_national_mean_is_weighted_by_eligible_people(self):
        two = [work("x", {"A1": None}, reached_low=50.0), work("y", {"A2": None}, reached_low=30.0)]
        gap = scored({"A1": 1000, "A2": 3000, "A3": 700}, two).gap
        told = gap.parameters["national"]
        assert told["value"] == pytest.approx((0.5 * 1000 + 0.9 * 3000) / 4000)
        assert told["lower"] < told["value"] < told["upper"]
        assert told["areas"] == 2

    def test_cells_as_rows_and_as_scores(self):
        cells = scored({"A1": 1000, "A2": 1000}, [work("x", {"A1": None}, reached_low=40.0)]).cells
        first, second = cells.rows()
        assert (first.area, first.approach, first.presence, first.state, first.records) == (
            "A1",
            "talk",
            "known_active",
            "estimated",
            1,
        )
        assert (second.presence, second.state) == ("none_known", "no_data")
        gap = cells.gap("talk")
        assert gap.value[0] == pytest.approx(0.6)
        assert gap.lower[0] == 1 - first.upper
        assert [g.letter for g in grades(gap)] == ["E", "E"]
        with pytest.raises(KeyError, match="knitting"):
            cells.gap("knitting")

    def test_the_same_seed_gives_the_same_draws(self):
        one, two = (scored({"A1": 1000}, [work("x", {"A1": None})]).gap.draws for _ in range(2))
        np.testing.assert_array_equal(one, two)


class TestBadInput:
    def test_empty_tables(self):
        empty = tables()
        found = coverage_scores(
            empty, framework(), scope([]), AS_OF, draws=10, rng=rng(), need_value=np.array([])
        )
        assert found.gap.areas == ()
        assert found.gap.draws.shape == (10, 0)
        assert found.blind_spots.found == ()
        assert found.ended == found.overlaps == found.national.records == ()

    def test_areas_and_nothing_else(self):
        made = tables(areas=[{"code": "A1", "name": "A1", "level": "2"}])
        found = coverage_scores(made, framework(), scope(made.rows("areas")), AS_OF, draws=10, rng=rng())
        assert found.gap.state == ("not_applicable",)

    def test_no_initiatives(self):
        found = scored({"A1": 1000, "A2": 1000}, [])
        assert found.gap.state == ("no_data", "no_data")
        assert found.gap.n.tolist() == [0, 0]

    def test_work_only_for_the_parent(self):
        found = scored({"A1": 1000}, [work("x", {"P": None}, location_basis="parent")])
        assert found.gap.state == ("no_data",)
        assert found.cells.presence == (("coarse_only",),)

    def test_all_reach_blank(self):
        found = scored(
            {"A1": 1000, "A2": 1000},
            [work(n, {a: None}, reached_low=None) for n, a in (("x", "A1"), ("y", "A2"))],
        )
        assert found.gap.state == ("no_data", "no_data")
        assert found.overlaps == ()

    @pytest.mark.parametrize("changed", [{"reached_low": -5.0}, {"hours_low": -1.0}])
    def test_negative_figures_are_refused(self, changed):
        with pytest.raises(ValueError, match="at least 0"):
            scored({"A1": 1000}, [work("x", {"A1": None}, **changed)])

    def test_reference_hours_of_zero_are_refused(self):
        with pytest.raises(ValueError, match="reference_hours"):
            scored({"A1": 1000}, [work("x", {"A1": None})], frame=framework(hours=0))

    def test_unknown_area_among_the_complete(self):
        with pytest.raises(ValueError, match="A7"):
            scored({"A1": 1000}, [], frame=framework(registry_complete_areas=["A7"]))

    @pytest.mark.parametrize("share", [{"A7": 0.9}, {"A1": 1.2}, {"A1": math.nan}])
    def test_wrong_completeness(self, share):
        with pytest.raises(ValueError, match="completeness"):
            scored({"A1": 1000}, [], completeness=share)

    def test_need_of_another_length(self):
        with pytest.raises(ValueError, match="need_value"):
            scored({"A1": 1000}, [], need=np.array([0.1, 0.2]))

    def test_minutes_of_another_shape(self):
        with pytest.raises(ValueError, match="minutes"):
            scored({"A1": 1000}, [], minutes=np.zeros((2, 2)))

    def test_one_zone_leaves_neighbours_out(self):
        found = scored(
            {"A1": 1000, "A2": 500},
            [work("x", {"A1": None})],
            [("A1", "A2")],
            frame=framework(access_zones=[[10, 1.0]]),
        )
        assert found.gap.state == ("estimated", "no_data")

    def test_a_missing_assumption_is_named(self):
        frame = framework()
        assumptions = {k: v for k, v in frame.assumptions.items() if k != "access_zones"}
        made, where = study({"A1": 1000}, [])
        with pytest.raises(KeyError, match="access_zones"):
            coverage_scores(
                made, type(frame)(frame.approaches, (), assumptions, 1), where, AS_OF, draws=5, rng=rng()
            )

    def test_another_round_sees_what_ran_then(self):
        item = work("x", {"A1": None}, start="2022-01-01", end="2022-12-31", source_date="2022-12-31")
        then = dt.date(2023, 1, 1)
        made, where = study({"A1": 1000}, [item])
        assert people(made, where.areas, then).counts.tolist() == [1000]
        assert scored({"A1": 1000}, [item], as_of=then).gap.state == ("estimated",)
        assert scored({"A1": 1000}, [item]).gap.state == ("no_data",)
        assert [e.place for e in scored({"A1": 1000}, [item]).ended] == ["A1", "P"]
