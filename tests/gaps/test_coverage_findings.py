"""Overlaps, possible duplication, blind spots (methods C3 and E1), and work that ended."""

from __future__ import annotations

import math

import numpy as np
import pytest
from coverage_studies import AS_OF, framework, rng, scored, study, tables, work

from jaiza.gaps.coverage import coverage_scores
from jaiza.gaps.coverage.blind_spots import high_need

GROUPS = [{"initiative": i, "group": "youth"} for i in ("a", "b")]
TWO = [work("a", {"A1": None}, reached_low=100.0), work("b", {"A1": None}, reached_low=100.0)]


class TestFindings:
    def test_possible_duplication(self):
        (joint,) = scored({"A1": 1000}, TWO, initiative_groups=GROUPS).overlaps
        assert joint.ratio == pytest.approx(2)
        assert [(d.group, d.organisations) for d in joint.duplication] == [("youth", ("org-a", "org-b"))]

    @pytest.mark.parametrize(
        "more",
        [
            {"partnerships": [{"id": "p", "org_a": "org-b", "org_b": "org-a", "kind": "coordinates"}]},
            {"forums": [{"forum": "f", "name": "f", "area": "A1", "organisation": o, "meetings": 4, "attended": n, "period_end": "2024-06-30"}
                        for o, n in (("org-a", 2), ("org-b", None))]},
        ],
    )  # fmt: skip
    def test_a_tie_or_a_common_forum_is_coordination(self, more):
        (joint,) = scored({"A1": 1000}, TWO, initiative_groups=GROUPS, **more).overlaps
        assert joint.duplication == ()

    @pytest.mark.parametrize(
        "more",
        [
            {"partnerships": [{"id": "p", "org_a": "org-a", "org_b": "org-b", "kind": "funds", "end": "2022"}]},
            {"partnerships": [{"id": "p", "org_a": "org-a", "org_b": "org-b", "kind": "funds", "start": "2025-04-01"}]},
            {"forums": [{"forum": "f", "name": "f", "area": "A1", "organisation": o, "meetings": 4, "attended": n, "period_end": "2024-06-30"}
                        for o, n in (("org-a", 2), ("org-b", 0))]},
        ],
    )  # fmt: skip
    def test_a_tie_outside_the_window_or_an_empty_chair_is_not(self, more):
        (joint,) = scored({"A1": 1000}, TWO, initiative_groups=GROUPS, **more).overlaps
        assert len(joint.duplication) == 1

    @pytest.mark.parametrize(
        ("second", "groups"),
        [
            (work("b", {"A1": None}, reached_low=40.0), GROUPS),
            (work("b", {"A1": None}, lead="org-a"), GROUPS),
            (work("b", {"A1": None}, lead=None), GROUPS),
            (work("b", {"A1": None}), GROUPS[:1]),
            (work("b", {"A1": None}), [GROUPS[0], {"initiative": "b", "group": "women"}]),
            (work("b", {"A1": None}, start=None, reached_low=0.0), GROUPS),
        ],
    )
    def test_complementary_or_untold_work_is_not_duplication(self, second, groups):
        big = work("a", {"A1": None}, reached_low=100.0 if second["row"]["reached_low"] == 40 else 200.0)
        for joint in scored({"A1": 1000}, [big, second], initiative_groups=groups).overlaps:
            assert joint.duplication == ()

    def test_a_row_that_stands_for_several_organisations_is_in_no_pair(self):
        made, where = study({"A1": 1000}, TWO, initiative_groups=GROUPS)
        rows = [{**r, "stands_for": 22 if r["id"] == "org-a" else None} for r in made.rows("organisations")]
        made = made.replaced(organisations=tables(organisations=rows)["organisations"])
        (joint,) = coverage_scores(made, framework(), where, AS_OF, draws=10, rng=rng()).overlaps
        assert joint.duplication == ()

    def test_overlap_with_an_unknown_dose(self):
        (joint,) = scored(
            {"A1": 1000},
            [work("a", {"A1": None}, reached_low=30.0), work("b", {"A1": None}, reached_low=None)],
        ).overlaps
        assert joint.coverages[0] == pytest.approx(0.3)
        assert math.isnan(joint.coverages[1])
        assert math.isnan(joint.independence)
        assert (joint.lower, joint.upper) == pytest.approx((0.3, 1.0))

    def test_initiatives_in_different_areas_do_not_overlap(self):
        apart = [work("a", {"A1": None}), work("b", {"A2": None})]
        assert scored({"A1": 1000, "A2": 1000}, apart, [("A1", "A2")]).overlaps == ()

    def test_blind_spots_only_where_coverage_is_known(self):
        counts = {f"A{n}": 1000 for n in range(1, 7)}
        initiatives = [
            work("low", {"A1": None}, reached_low=10.0),
            work("low-too", {"A3": None}, reached_low=10.0),
            work("n", location_basis="national", reached_low=80.0),
        ]
        need = np.array([0.9, 0.8, 0.3, np.nan, 0.2, 0.1])
        spots = scored(counts, initiatives, need=need).blind_spots
        # Five areas have a need, so that one stands in the top third.
        assert [(s.area, s.approach) for s in spots.found] == [("A1", "talk")]
        assert (spots.judged, spots.not_judged) == (1, 0)
        assert spots.found[0].with_unlocated == pytest.approx(0.9)
        wider = scored(counts, initiatives, need=need, frame=framework(blind_spot_need_share=0.5)).blind_spots
        assert [s.area for s in wider.found] == ["A1"]
        assert (wider.judged, wider.not_judged) == (1, 1)

    def test_a_certified_absence_is_a_blind_spot_and_an_open_record_is_not(self):
        need, frame = np.array([0.9]), framework(registry_complete_areas=["A1"])
        assert len(scored({"A1": 1000}, [], need=need, frame=frame).blind_spots.found) == 1
        assert scored({"A1": 1000}, [], need=need).blind_spots.found == ()
        known_and_open = [work("x", {"A1": None}, reached_low=5.0), work("y", {"A1": None}, reached_low=None)]
        assert scored({"A1": 1000}, known_and_open, need=need, frame=frame).blind_spots.found == ()

    def test_without_need_blind_spots_are_not_looked_for(self):
        assert scored({"A1": 1000}, []).blind_spots is None

    def test_top_third_takes_mean_ranks(self):
        assert high_need(np.array([3.0, 2, 1]), 1 / 3).tolist() == [True, False, False]
        assert high_need(np.array([3.0, 3, 1]), 1 / 3).tolist() == [False, False, False]
        assert high_need(np.array([3.0, 3, 3, 2, 2, 2, 1, 1, 1]), 1 / 3).tolist() == [True] * 3 + [False] * 6
        assert high_need(np.array([np.nan, 0.2]), 1 / 3).tolist() == [False, True]
        assert high_need(np.array([np.nan]), 1 / 3).tolist() == [False]

    def test_work_that_ended_and_was_not_replaced(self):
        initiatives = [
            work("old", {"A1": None}, start="2019", end="2021-06"),
            work("older", {"A1": None}, start="2017", end="2018"),
            work("gone", {"A2": None}, start="2019", end="2021"),
            work("after", {"A2": None}),
            work("done", {"A3": None}, start="2020", end=None, source_date="2022-02-01"),
            work("wide", {"P": None}, {"train": None}, start="2019", end="2020"),
        ]
        frame = framework({"talk": 0.1, "train": 0.1}, registry_complete_areas=["A3"])
        found = scored({"A1": 1000, "A2": 1000, "A3": 1000}, initiatives, frame=frame).ended
        assert [(e.place, e.approach, e.initiatives, e.last, e.complete) for e in found] == [
            ("A1", "talk", ("old", "older"), "2021-06", False),
            ("A3", "talk", ("done",), "2022-02-01", True),
            ("P", "train", ("wide",), "2020", False),
        ]
