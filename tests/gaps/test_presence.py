"""Presence (methods C0): every state, and what a record's dates do and do not say."""

from __future__ import annotations

import datetime as dt

import pytest
from coverage_studies import AS_OF, framework, study, tables, work

from jaiza.gaps.coverage.presence import PRESENCES, period_of, presence
from jaiza.places.scope import scope


def row(**changed):
    return work("x", **changed)["row"]


def seen(people, initiatives, **more):
    made, where = study(people, initiatives, **more)
    return presence(made, framework({"talk": 0.1, "train": 0.1}), where, AS_OF)


class TestPeriod:
    @pytest.mark.parametrize(
        ("changed", "expected"),
        [
            ({"start": "2023-01-01", "end": "2024-06-30"}, "active"),
            ({"start": "2023-01-01", "end": "2024-01-01"}, "active"),
            ({"start": "2023-01-01", "end": "2023-12-31"}, "ended"),
            ({"start": "2023", "end": "2023"}, "ended"),
            ({"start": "2023", "end": "2024"}, "active"),
            ({"start": None, "end": "2023-12-31"}, "ended"),
            ({"start": None, "end": "2024-12-31"}, "dates_unknown"),
            ({"start": "2024-12-31", "end": "2025-12-31"}, "active"),
        ],
    )
    def test_both_dates(self, changed, expected):
        assert period_of(row(**changed), AS_OF, 12) == expected

    @pytest.mark.parametrize("start", ["2025", "2025-01", "2025-01-01", "2026-03-05"])
    def test_what_starts_on_the_day_of_the_round_or_later_is_not_yet_seen(self, start):
        assert period_of(row(start=start, end="2027-01-01"), AS_OF, 12) == "not_yet"

    @pytest.mark.parametrize(
        ("status", "source_date", "expected"),
        [
            ("ongoing", "2024-06-30", "active"),
            ("ongoing", "2024", "active"),
            ("ongoing", "2023-12-31", "dates_unknown"),
            ("ongoing", None, "dates_unknown"),
            ("completed", "2023-11-30", "ended"),
            ("completed", "2024-03-01", "dates_unknown"),
            (None, "2024-06-30", "dates_unknown"),
        ],
    )
    def test_an_open_end_runs_only_to_the_date_of_its_source(self, status, source_date, expected):
        changed = {"start": "2022-01-01", "end": None, "status": status, "source_date": source_date}
        assert period_of(row(**changed), AS_OF, 12) == expected

    def test_ongoing_before_it_started_dates_nothing(self):
        changed = {"start": "2024-09-01", "end": None, "status": "ongoing", "source_date": "2024-05-01"}
        assert period_of(row(**changed), AS_OF, 12) == "dates_unknown"

    def test_dates_of_a_plan_are_intentions(self):
        assert period_of(row(status="planned"), AS_OF, 12) == "dates_unknown"
        assert period_of(row(status="planned", start="2025-06-01", end=None), AS_OF, 12) == "not_yet"

    def test_the_window_is_an_assumption(self):
        ended = row(start="2021-01-01", end="2022-06-30")
        assert period_of(ended, AS_OF, 12) == "ended"
        assert period_of(ended, AS_OF, 36) == "active"


class TestStates:
    def test_each_state(self):
        found = seen(
            {"A1": 1000, "A2": 1000, "A3": 1000, "A4": 1000, "B1": 1000},
            [
                work("active", {"A1": None}),
                work("old", {"A1": None, "A2": None}, start="2020", end="2021"),
                work("vague", {"A1": None, "A3": None}, start=None),
                work("wide", {"P": None}, location_basis="parent"),
            ],
            parents={"A1": "P", "A2": "P", "A3": "P", "A4": "P", "B1": "Q"},
        )
        states = {place: found.cells[place, "talk"].presence for place in ("A1", "A2", "A3", "A4", "B1")}
        assert states == {
            "A1": "known_active", "A2": "known_ended", "A3": "dates_unknown", "A4": "coarse_only", "B1": "none_known",
        }  # fmt: skip
        assert set(states.values()) == set(PRESENCES)
        assert dict(found.cells["A1", "talk"].counts) == {
            "active": 1, "ended": 1, "dates_unknown": 1, "coarse": 1,
        }  # fmt: skip
        assert found.cells["A1", "train"].presence == "none_known"

    def test_rows_behind_a_cell(self):
        found = seen({"A1": 1000}, [work("b", {"P": None}), work("a", {"A1": None})])
        assert found.cells["A1", "talk"].rows == (1,)
        assert found.cells["P", "talk"].rows == (0, 1)

    def test_a_parent_holds_its_own_records_and_those_of_its_areas(self):
        found = seen({"A1": 1000}, [work("a", {"A1": None}), work("p", {"P": None}, start=None)])
        assert found.cells["P", "talk"].counts["active"] == 1
        assert found.cells["P", "talk"].counts["dates_unknown"] == 1
        assert found.cells["P", "talk"].presence == "known_active"
        assert found.cells["P", "talk"].leads == 2

    def test_national_work_is_coarse_everywhere_and_located_nowhere(self):
        found = seen({"A1": 1000, "A2": 500}, [work("n", location_basis="national")])
        assert {found.cells[a, "talk"].presence for a in ("A1", "A2", "P")} == {"coarse_only"}
        assert found.placed["national"] == 1
        assert found.placed["area"] == 0

    def test_a_record_that_names_the_country_is_national(self):
        found = seen({"A1": 1000}, [work("n", {"C": None})])
        assert found.placed["national"] == 1
        assert found.cells["A1", "talk"].presence == "coarse_only"

    def test_not_yet_started_leaves_no_trace(self):
        found = seen({"A1": 1000}, [work("later", {"A1": None}, start="2025-03-01", end=None)])
        assert found.work == ()
        assert found.cells["A1", "talk"].presence == "none_known"
        assert found.placed["records"] == 0

    def test_work_without_place_or_approach_is_counted_and_placed_nowhere(self):
        nowhere = work("x", location_basis="not_reported")
        idle = {**work("y", {"A1": None}), "approaches": {}}
        found = seen({"A1": 1000}, [nowhere, idle])
        assert found.placed == {
            "records": 2, "area": 1, "parent": 0, "national": 0, "none": 1, "dated": 2, "area_reach_dates": 1,
        }  # fmt: skip
        assert found.cells["A1", "talk"].presence == "none_known"

    def test_a_former_place_is_known_only_for_its_province(self):
        former = [{"code": "F", "name": "F", "level": "former", "members": "A1;A2"}]
        found = seen({"A1": 1000, "A2": 500, "B1": 10}, [work("f", {"F": None})], areas=former,
                     parents={"A1": "P", "A2": "P", "B1": "Q"})  # fmt: skip
        assert [found.cells[a, "talk"].presence for a in ("A1", "A2", "B1")] == [
            "coarse_only", "coarse_only", "none_known",
        ]  # fmt: skip

    def test_an_area_counted_in_another_is_that_area(self):
        part = [{"code": "A9", "name": "A9", "level": "2", "parent": "P", "counted_in": "A1"}]
        found = seen({"A1": 1000}, [work("x", {"A9": None})], areas=part)
        assert found.cells["A1", "talk"].presence == "known_active"

    def test_national_work_is_counted_once_where_an_area_has_no_parent(self):
        made = tables(
            areas=[{"code": "A1", "name": "A1", "level": "2"}],
            initiatives=[work("n", location_basis="national")["row"]],
            initiative_approaches=[{"initiative": "n", "approach": "talk", "main": True}],
        )
        found = presence(made, framework(), scope(made.rows("areas")), AS_OF)
        assert found.cells["A1", "talk"].counts["coarse"] == 1
        assert set(found.cells) == {("A1", "talk")}

    def test_empty_tables(self):
        found = presence(tables(), framework(), scope([]), dt.date(2025, 1, 1))
        assert not found.cells
        assert found.placed["records"] == 0

    def test_cells_of_one_place_in_the_order_of_the_framework(self):
        found = seen({"A1": 1000, "A2": 1000}, [work("x", {"A1": None})])
        assert [c.approach for c in found.of_area("A1")] == ["talk", "train"]
