"""Need at its point: the worked examples through the module, a second implementation, and what must not matter."""

from __future__ import annotations

import datetime as dt
import importlib.util
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from need_studies import (
    AS_OF,
    LIGHT,
    SCHOOL,
    THREE,
    VIOLENCE,
    count,
    event,
    framework,
    indicator,
    random_study,
    scores,
    source,
    study,
    tables,
    value,
)

from jaiza.decide.grades import grades
from jaiza.gaps.need.parts import between_goalposts, joined, parts_of_need, spilled
from jaiza.gaps.need.severity import severity
from jaiza.places.scope import contiguity, scope
from jaiza.records.declared import TABLES

ONLY_VIOLENCE = framework([indicator("violence_severity", 1.0, 0.0, 60.0, transform="log1p")])

PROVINCE = {"A": 100_000, "B": 300_000, "D": 600_000}
TWO = {"A": 1000, "B": 1000}
X_B6 = {"x": {"A": 30.0, "B": 10.0, "D": 50.0}, "y": {"A": 0.2, "B": 0.8, "D": 0.5}}


def plain():
    path = Path(__file__).parents[1] / "plain" / "need.py"
    spec = importlib.util.spec_from_file_location("plain_need", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def found(made, of=ONLY_VIOLENCE, as_of=AS_OF):
    return severity(made, of, scope(made.rows("areas")), as_of)


def points(made, of=ONLY_VIOLENCE, as_of=AS_OF):
    """Undecayed when half_life is very long; by area."""
    return found(made, of, as_of).totals(of.number("half_life"))


class TestSecondImplementation:
    def test_fifty_random_studies(self):
        second = plain()
        known = 0
        for seed in range(50):
            made, of = random_study(seed)
            rows = {
                t: made.rows(t)
                for t in ("areas", "population", "neighbours", "events", "indicators", "sources")
            }
            parts = [
                {"code": i.code, "weight": i.weight, "low": i.low, "high": i.high, "direction": i.direction,
                 "transform": i.transform, "max_age": i.max_age_months}
                for i in of.indicators
            ]  # fmt: skip
            values = {code: a.value for code, a in of.assumptions.items()}
            expected = second.need(rows, parts, values, AS_OF)
            got = scores(made, of, draws=5)
            assert got.need.areas == tuple(expected)
            wanted = np.array([[np.nan if x is None else x for x in expected[a]] for a in got.need.areas])
            shown = np.column_stack([got.need.value, got.need.details["arithmetic"], got.severity.value])
            np.testing.assert_allclose(shown, wanted[:, :3], rtol=1e-9, atol=1e-9, err_msg=f"study {seed}")
            known += int(np.isfinite(got.need.value).sum())
        assert known > 100  # the studies are not all blank


class TestRecency:
    EVENTS = (
        event("A", "2022-01-01", 2, injured=4, hostages=0),
        event("A", "2021-01-01", 0, injured=1, hostages=0),
        event("A", "2020-01-01", 5, injured=0, hostages=2),
    )

    def test_x_b1(self):
        made = study({"A": 1000}, list(self.EVENTS), sources=[source(end="2022-06-30")])
        got = found(made)
        order = np.argsort(got.events.age)
        np.testing.assert_allclose(got.events.age[order], [0, 12, 24], atol=1e-12)
        np.testing.assert_allclose(got.marks(1e15)[order], [9, 1.5, 17], rtol=1e-9)
        assert got.totals(24.0)[0] == pytest.approx(18.5606602, abs=1e-6)

    def test_a_term_that_a_source_never_records_is_dropped_and_the_other_weights_stay(self):
        made = study(
            {"A": 1000}, list(self.EVENTS), sources=[source(end="2022-06-30", never_records="injured")]
        )
        got = scores(made, ONLY_VIOLENCE, draws=5).severity
        assert got.details["y"][0] == pytest.approx(9 - 2 + 2**-0.5 + 17 / 2, abs=1e-9)
        assert got.parameters["weights"] == {"event": 1.0, "death": 3.0, "injured": 0.0, "hostage": 0.5}
        assert got.parameters["terms_never_recorded"] == ["injured"]

    def test_dispersion_counts_every_term(self):
        made = study({"A": 1000}, list(self.EVENTS), sources=[source(end="2022-06-30")])
        v = np.array([9, 1.5 * 2**-0.5, 8.5])
        assert found(made).dispersion(24.0) == pytest.approx((v**2).sum() / v.sum(), rel=1e-12)

    def test_counts_with_squares_equal_the_same_events_one_by_one(self):
        deaths = {"A": [0, 3, 50], "B": [1, 1]}
        apart = [
            event(a, "2021-05", d, event_id=f"{a}{i}")
            for a, each in deaths.items()
            for i, d in enumerate(each)
        ]
        added = [
            event(a, "2021-05", sum(each), events=len(each), deaths_best_squared=sum(d * d for d in each))
            for a, each in deaths.items()
        ]
        people = {"A": 90_000, "B": 70_000, "D": 50_000}
        one, many = (scores(study(people, rows), ONLY_VIOLENCE, draws=5).severity for rows in (apart, added))
        assert one.parameters["dispersion"] == pytest.approx(many.parameters["dispersion"], rel=1e-12)
        np.testing.assert_allclose(one.value, many.value, rtol=1e-12)
        even = [event(a, "2021-05", sum(each), events=len(each)) for a, each in deaths.items()]
        blind = scores(study(people, even), ONLY_VIOLENCE, draws=5).severity
        assert blind.parameters["dispersion"] < one.parameters["dispersion"]  # says less than is known

    def test_the_window_holds_sixty_months_and_no_day_more(self):
        made = study({"A": 1000}, [], sources=[source(end="2022-12-31")])
        dates = {"2022-01-15": True, "2022-01-16": False, "2017-01-16": True, "2017-01-15": False, "2017-01": True,
                 "2016-12": False, "2021-12": True, "2022-01": False}  # fmt: skip
        for date, counted in dates.items():
            rows = TABLES["events"].schema
            one = made.replaced(events=tables(events=[event("A", date)])["events"].cast(rows))
            assert len(found(one, as_of=dt.date(2022, 1, 15)).events) == counted, date


class TestLocation:
    def test_x_b2(self):
        made = study(PROVINCE, [event("P", "2022-01-01", precision=4)], sources=[source(end="2022-01-01")])
        np.testing.assert_allclose(points(made), [0.1, 0.3, 0.6], atol=1e-12)

    def test_x_b2_one_draw_throws_whole_events(self):
        made = study(
            PROVINCE, [event("P", "2022-01-01", precision=4, events=2)], sources=[source(end="2022-01-01")]
        )
        drawn = found(made).drawn_totals(np.full(20_000, 24.0), np.random.default_rng(0))
        assert set(np.unique(drawn)) == {0.0, 1.0, 2.0}
        np.testing.assert_array_equal(drawn.sum(axis=1), 2.0)
        np.testing.assert_allclose(drawn.mean(axis=0), [0.2, 0.6, 1.2], atol=0.02)

    @pytest.mark.parametrize(
        ("place", "precision", "expected"),
        [
            ("A", 1, [1, 0, 0, 0]),
            ("A", 2, [1, 0, 0, 0]),
            ("A", 3, [1, 0, 0, 0]),
            ("A", 4, [0.25, 0.75, 0, 0]),  # only the province is known, whichever district is named
            ("A", 5, [1, 0, 0, 0]),
            ("A", 6, None),
            ("A", 7, None),
            ("P", 4, [0.25, 0.75, 0, 0]),
            ("P", 5, [0.25, 0.75, 0, 0]),
            ("P", 6, None),
            ("OLD", 1, [0, 0.75, 0.25, 0]),
            ("OLD", 5, [0, 0.75, 0.25, 0]),
            ("OLDER", 2, [0.2, 0.6, 0.2, 0]),
            ("TOWN", 1, [0, 0, 1, 0]),
            ("TOWN", 4, [0, 0, 1, 0]),  # E has no count, and takes no share of its province
            ("C", 1, None),
            ("C", 4, None),
            ("C", 5, None),
            ("C", 7, None),
        ],
    )
    def test_what_each_precision_can_vouch_for(self, place, precision, expected):
        made = study(
            {"A": 100_000, "B": 300_000, "D": 100_000, "E": None},
            [event(place, "2022-01-01", 2, precision)],
            parents={"A": "P", "B": "P", "D": "Q", "E": "Q"},
            former={"OLDER": "A;OLD", "OLD": "B;D"},
            counted_in={"TOWN": "D"},
            sources=[source(end="2022-01-01")],
        )
        got = scores(made, ONLY_VIOLENCE, draws=5).severity
        y = np.nan_to_num(got.details["y"]) / 7
        np.testing.assert_allclose(y, np.zeros(4) if expected is None else expected, atol=1e-12)
        assert got.parameters["events_unallocated"] == (expected is None)
        assert got.parameters["deaths_unallocated"] == 2 * (expected is None)

    def test_an_event_of_a_province_without_people_is_not_allocated(self):
        made = study(
            {"A": 1000, "B": None, "D": None},
            [event("Q", "2021-05", precision=4)],
            parents={"A": "P", "B": "Q", "D": "Q"},
        )
        got = scores(made, ONLY_VIOLENCE, draws=5).severity
        assert got.parameters["events_unallocated"] == 1
        assert got.state == ("estimated", "not_applicable", "not_applicable")

    def test_lineage_lists_each_row_with_the_share_used(self):
        rows = [event("P", "2021-05", 1, 4, event_id="x"), event("A", "2021-05", 1, 1, event_id="y"),
                event("C", "2021-05", 1, 6, event_id="z"), event("A", "2010-05", 1, 1, event_id="old")]  # fmt: skip
        got = scores(study(PROVINCE, rows), ONLY_VIOLENCE, draws=5).severity
        behind = next(line for line in got.lineage if line.table == "events")
        listed = {
            (got.areas[a], int(r)): u for a, r, u in zip(behind.areas, behind.rows, behind.used, strict=True)
        }
        assert listed == {("A", 0): 0.1, ("B", 0): 0.3, ("D", 0): 0.6, ("A", 1): 1.0}


class TestSources:
    def test_sources_that_overlap_are_never_added(self):
        rows = [
            event("A", "2021-05"),
            event("A", "2021-05", source="other"),
            event("B", "2021-06", source="other"),
        ]
        made = study(TWO, rows, sources=[source(), source("other", begin="2019-01-01")])
        got = scores(made, ONLY_VIOLENCE, draws=5).severity
        assert got.parameters["sources"] == ["watch"]
        assert got.parameters["sources_left_out"] == ["other"]
        assert got.n.tolist() == [1, 0]

    def test_sources_that_follow_each_other_are_both_counted(self):
        rows = [event("A", "2018-05"), event("A", "2021-05", source="later")]
        made = study(TWO, rows, sources=[source(end="2019-12-31"), source("later", begin="2020-01-01")])
        got = scores(made, ONLY_VIOLENCE, draws=5).severity
        assert got.n.tolist() == [2, 0]
        np.testing.assert_allclose(got.details["share_covered"], 1.0, rtol=1e-12)

    def test_sources_of_different_provinces_are_both_counted(self):
        rows = [
            event("A", "2018-05"),
            event("B", "2021-05", source="other"),
            event("A", "2021-05", source="other"),
        ]
        made = study(
            TWO,
            rows,
            parents={"A": "P", "B": "Q"},
            sources=[source(covers="P"), source("other", "Q")],
        )
        got = scores(made, ONLY_VIOLENCE, draws=5).severity
        assert got.n.tolist() == [1, 1]  # a stray row outside what its source covers is not added
        assert [line.rows.tolist() for line in got.lineage if line.table == "events"] == [[0, 1]]

    def test_rows_outside_the_dates_a_source_covers_do_not_count(self):
        rows = [event("A", "2019-05"), event("A", "2021-05"), event("A", "2021-09-15")]
        made = study(TWO, rows, sources=[source(begin="2020-01-01", end="2021-08-31")])
        assert scores(made, ONLY_VIOLENCE, draws=5).severity.n.tolist() == [1, 0]

    def test_x_b3a_and_a_source_shorter_than_the_window(self):
        whole = found(study(TWO, [event("A", "2021-05")]))
        assert whole.coverage.months(24.0)[0] == pytest.approx(28.503844, abs=1e-6)
        assert whole.exposure(24.0)[0] == pytest.approx(1000 * 2.375320, abs=1e-3)
        part = found(study(TWO, [event("A", "2021-05")], sources=[source(begin="2020-01-01")]))
        two_years = 24 / np.log(2) * (1 - 0.5)
        assert part.exposure(24.0)[0] == pytest.approx(1000 * two_years / 12, rel=1e-9)
        assert part.share_covered[0] == pytest.approx(two_years / 28.503844, rel=1e-6)

    def test_a_source_that_ends_too_early_gives_no_rate_and_says_when_it_ends(self):
        got = scores(study(TWO, [event("A", "2018-05")], sources=[source(end="2019-06-30")]), ONLY_VIOLENCE)
        assert got.severity.state == ("no_data", "no_data")
        assert np.isnan(got.need.value).all()
        assert "2019-06-30" in got.severity.why[0].said()
        assert got.missing == (("violence_severity",), ("violence_severity",))

    def test_areas_outside_a_sources_coverage_are_missing_and_not_calm(self):
        made = study(TWO, [event("A", "2021-05")], parents={"A": "P", "B": "Q"}, sources=[source(covers="P")])
        assert scores(made, ONLY_VIOLENCE).severity.state == ("estimated", "no_data")

    def test_declared_coverage_without_rows_creates_zeros_and_without_it_nothing(self):
        seen = scores(study(TWO, []), ONLY_VIOLENCE).severity
        assert seen.value.tolist() == [0.0, 0.0]
        n = 2 * 1000 * 28.503844 / 12
        np.testing.assert_allclose(seen.upper, 1e5 * 3 / n, rtol=1e-6)
        assert [g.letter for g in grades(seen)] == [
            "E",
            "E",
        ]  # so few people that almost any rate is possible
        blank = scores(study(TWO, [], sources=[source(covers=None)]), ONLY_VIOLENCE).severity
        assert blank.state == ("no_data", "no_data")

    def test_a_census_that_says_what_it_covers_is_no_event_source(self):
        made = study(TWO, [], sources=[source("census")])
        assert scores(made, ONLY_VIOLENCE).severity.state == ("no_data", "no_data")

    def test_blank_deaths_are_counted_apart(self):
        made = study(TWO, [event("A", "2021-05", None), event("A", "2021-06", 0), event("B", "2021-06", 4)])
        got = scores(made, ONLY_VIOLENCE, draws=5).severity
        assert got.parameters["events_without_deaths_reported"] == 1
        assert got.parameters["events_in_window"] == 3
        assert got.parameters["deaths_in_window"] == 4
        assert got.n.tolist() == [2, 1]

    def test_an_area_is_quiet_when_rows_say_no_event_and_known_when_a_former_place_saw_one(self):
        people = {"A": 1000, "B": 1000, "D": 1000, "E": 1000}
        rows = [event("A", "2021-05", 1), event("B", "2021-05", 0, events=0), event("OLD", "2021-05", 1, 2),
                event("P", "2021-05", 9, 4)]  # fmt: skip
        made = study(people, rows, former={"OLD": "D"})
        assert list(scores(made, ONLY_VIOLENCE).severity.terms.capped) == ["", "D", "", "D"]

    @pytest.mark.parametrize(("press", "caps"), [(True, ["B", "D"]), (False, ["", ""]), (None, ["", "D"])])
    def test_the_press_caps_and_only_a_source_that_is_not_the_press_makes_quiet_mean_calm(self, press, caps):
        made = study(TWO, [event("A", "2021-05")], sources=[source(media_based=press)])
        assert list(scores(made, ONLY_VIOLENCE).severity.terms.capped) == caps

    def test_independent_witnesses_are_counted_where_they_look(self):
        rows = [event("A", "2021-05"), event("A", "2021-05", source="local")]
        made = study(
            TWO, rows, parents={"A": "P", "B": "Q"},
            sources=[source(media_based=True), source("local", "P", media_based=False)],
        )  # fmt: skip
        terms = scores(made, ONLY_VIOLENCE).severity.terms
        assert terms.sources.tolist() == [2, 1]
        assert list(terms.capped) == ["B", "D"]


class TestRates:
    """X-B3: exposures of the example, times 10 000 so that whole people come near enough."""

    EXPOSURE = (10_000, 50_000, 200_000, 100_000)
    SCALE = 10_000

    def made(self, marks):
        months = 24 / np.log(2) * (1 - 2 ** (-60 / 24))
        people = {a: round(n * self.SCALE * 12 / months) for a, n in zip("ABDE", self.EXPOSURE, strict=True)}
        rows = [
            event(a, "2022-01-01", m - 1, event_id=f"{a}{i}")
            for a, each in zip("ABDE", marks, strict=True) for i, m in enumerate(each)
        ]  # fmt: skip
        return study(people, rows, sources=[source(end="2022-06-30")])

    OF = framework([indicator("violence_severity", 1.0, 0.0, 60.0, transform="log1p")], severity_death=1.0)

    def test_x_b3(self):
        got = scores(self.made(((), (1,) * 2, (1,) * 3, (1,) * 15)), self.OF, draws=40_000).severity
        assert got.parameters["dispersion"] == pytest.approx(1.0)
        assert got.parameters["rate"] * 1e5 * self.SCALE == pytest.approx(5.5555556, abs=1e-6)
        assert got.parameters["between"] * self.SCALE**2 == pytest.approx(2.8935185e-9, rel=1e-6)
        np.testing.assert_allclose(
            got.value * self.SCALE, [3.652968, 4.431599, 1.855231, 13.478747], atol=2e-6
        )
        assert got.lower[0] * self.SCALE == pytest.approx(0.218937, rel=0.05)
        assert got.upper[0] * self.SCALE == pytest.approx(10.697288, rel=0.02)

    def test_x_b3_with_dispersion_two(self):
        marks = ((), (1, 1), (1, 2), (3, 3, 2, 2, 2, 1, 1, 1))
        got = scores(self.made(marks), self.OF, draws=5).severity
        assert got.parameters["dispersion"] == pytest.approx(2.0, rel=1e-12)
        np.testing.assert_allclose(
            got.value * self.SCALE, [4.610951, 4.768439, 2.295640, 11.902050], atol=2e-6
        )

    def test_x_b3_marks(self):
        got = scores(self.made(((1, 1), (2,), (4,), ())), self.OF, draws=5).severity
        assert got.parameters["dispersion"] == pytest.approx(2.75, rel=1e-12)

    def test_people_are_interpolated_between_censuses(self):
        made = study({"A": 1000}, [event("A", "2021-05")], population=[count("A", 4000, "2025-01-01")])
        whole = (dt.date(2025, 1, 1) - dt.date(2017, 3, 1)).days
        gone = (AS_OF - dt.date(2017, 3, 1)).days
        assert found(made).population.counts[0] == pytest.approx(1000 * 4 ** (gone / whole), rel=1e-12)

    def test_an_area_without_people_is_not_applicable_and_one_of_nobody_has_no_rate(self):
        got = scores(study({"A": 1000, "B": None, "D": 0}, [event("A", "2021-05")]), ONLY_VIOLENCE)
        assert got.need.state[1:] == ("not_applicable", "no_data")
        assert got.need.why[1].said() == "no census row in these sources"
        assert grades(got.need)[1].letter == ""


class TestSpillover:
    def test_x_b4(self):
        w = contiguity([{"area_a": "A", "area_b": "B"}, {"area_a": "B", "area_b": "D"}], ("A", "B", "D"))
        theta = np.array([10.0, 20.0, 40.0])
        np.testing.assert_allclose(spilled(theta, 0.2, w), [12, 21, 36], rtol=1e-12)
        np.testing.assert_allclose(spilled(theta[None], np.array([0.2]), w), [[12, 21, 36]], rtol=1e-12)

    def test_neighbours_without_a_rate_are_left_out_and_an_island_keeps_its_own(self):
        pairs = [
            {"area_a": "A", "area_b": "B"},
            {"area_a": "B", "area_b": "D"},
            {"area_a": "A", "area_b": "gone"},
        ]
        w = contiguity(pairs, ("A", "B", "D", "E"))
        got = spilled(np.array([10.0, 20.0, np.nan, 7.0]), 0.2, w)
        np.testing.assert_allclose(got, [12, 18, np.nan, 7], rtol=1e-12)

    def test_it_is_applied_once_to_need_and_never_to_severity(self):
        rows = [event("A", "2021-05", 9), event("B", "2021-05", 0)]
        people = {"A": 90_000, "B": 80_000, "D": 70_000}
        apart, joint = (scores(study(people, rows, neighbours=n), ONLY_VIOLENCE) for n in ((), [("A", "B")]))
        np.testing.assert_array_equal(apart.severity.value, joint.severity.value)
        theta, seen = joint.severity.value, joint.need.details["severity_with_spillover"]
        np.testing.assert_allclose(
            seen, [0.8 * theta[0] + 0.2 * theta[1], 0.8 * theta[1] + 0.2 * theta[0], theta[2]], rtol=1e-12
        )


class TestComposite:
    PARTS = (indicator("x", 0.6, 0.0, 50.0), indicator("y", 0.4, 0.0, 1.0))

    def test_x_b6(self):
        made = study({"A": 1, "B": 1, "D": 1}, [], X_B6)
        got = scores(made, framework(self.PARTS)).need
        np.testing.assert_allclose(got.value, [0.394319, 0.356868, 0.760881], atol=1e-6)
        np.testing.assert_allclose(got.details["arithmetic"], [0.4456, 0.4456, 0.8020], atol=1e-9)
        shown = scores(made, framework(self.PARTS, aggregation="arithmetic")).need
        np.testing.assert_allclose(shown.value, [0.4456, 0.4456, 0.8020], atol=1e-9)

    def test_x_b6_through_the_parts(self):
        made = study({"A": 1, "B": 1, "D": 1}, [], X_B6)
        parts = parts_of_need(made, framework(self.PARTS), scope(made.rows("areas")), AS_OF)
        z = between_goalposts(parts, np.zeros((1, 3)), parts.condition_values()[None])
        both = [joined(z, parts.weights[None], np.array([a]))[0] for a in (False, True)]
        np.testing.assert_allclose(both[0], [0.394319, 0.356868, 0.760881], atol=1e-6)
        np.testing.assert_allclose(both[1], [0.4456, 0.4456, 0.8020], atol=1e-9)

    def test_direction_logarithm_and_limits(self):
        of = framework([indicator("x", 1.0, 0.0, 100.0, transform="log1p", direction=-1)])
        got = scores(
            study({"A": 1, "B": 1, "D": 1, "E": 1}, [], {"x": {"A": 0, "B": 9, "D": 100, "E": 700}}), of
        )
        np.testing.assert_allclose(
            got.need.value, [1.0, 1.01 - (0.01 + 0.99 * np.log(10) / np.log(101)), 0.01, 0.01], rtol=1e-12
        )

    def test_the_newest_value_a_round_may_see_is_taken(self):
        rows = [
            value("A", "x", 1.0, "2016-12-30"),  # older than sixty months by a day
            value("B", "x", 2.0, "2017-01-01"),
            value("D", "x", 3.0, "2020-12-31"), value("D", "x", 4.0, "2021-12-31"), value("D", "x", 5.0, "2022-01-01"),
            value("E", "x", 6.0, "2021", source="b"), value("E", "x", 7.0, "2021", source="c", se=0.1),
            value("F", "x", 8.0, "2021", state="withheld"),
        ]  # fmt: skip
        made = study(dict.fromkeys("ABDEF", 1), [], indicators=rows)
        got = scores(made, framework([indicator("x", 1.0, 0.0, 50.0)])).need
        np.testing.assert_array_equal(got.details["x_x"], [np.nan, 2, 4, 7, np.nan])
        assert got.state == ("no_data", "estimated", "estimated", "estimated", "no_data")
        assert got.why[0].said() == "not published: x"

    def test_a_study_without_any_part_has_no_need(self):
        got = scores(study({"A": 1}, []), framework([]))
        assert got.need.state == ("no_data",)
        assert np.isnan(got.need.value[0])


def shuffled(made, seed):
    """The same rows in another order, with other ids of events and other names of places."""
    dice = random.Random(seed)
    out = {}
    for name in ("areas", "population", "neighbours", "events", "indicators", "sources"):
        rows = [dict(r) for r in made.rows(name)]
        dice.shuffle(rows)
        for i, row in enumerate(rows):
            if name == "events":
                row["event_id"] = f"other-{i}"
            if name == "areas":
                row["name"] = "one name for all"
            if name == "neighbours" and dice.random() < 0.5:
                row["area_a"], row["area_b"] = row["area_b"], row["area_a"]
        out[name] = rows
    return tables(**out)


SMALL = settings(max_examples=15, deadline=None)
SEEDS = st.integers(0, 10_000)


class TestWhatMustNotMatter:
    @SMALL
    @given(SEEDS)
    def test_order_of_rows_ids_and_names(self, seed):
        made, of = random_study(seed)
        one, two = scores(made, of, draws=50), scores(shuffled(made, seed), of, draws=50)
        for a, b in ((one.need, two.need), (one.severity, two.severity)):
            np.testing.assert_allclose(a.value, b.value, rtol=1e-12)
            np.testing.assert_allclose(a.lower, b.lower, rtol=1e-9)
            np.testing.assert_allclose(a.upper, b.upper, rtol=1e-9)
            assert [g.letter for g in grades(a)] == [g.letter for g in grades(b)]

    @SMALL
    @given(SEEDS)
    def test_codes_of_areas(self, seed):
        made, of = random_study(seed)
        codes = [r["code"] for r in made.rows("areas")]
        new = dict(
            zip(codes, random.Random(seed).sample([f"Z{i}" for i in range(99)], len(codes)), strict=True)
        )
        new[None] = None

        def renamed(row):
            out = dict(row)
            for key in ("code", "parent", "counted_in", "area", "place", "area_a", "area_b"):
                if key in out and (key != "code" or "level" in out):
                    out[key] = new[out[key]]
            for key in ("members", "covers"):
                if out.get(key):
                    out[key] = ";".join(new[c] for c in out[key].split(";"))
            return out

        names = ("areas", "population", "neighbours", "events", "indicators", "sources")
        other = scores(tables(**{t: [renamed(r) for r in made.rows(t)] for t in names}), of, draws=5)
        one = scores(made, of, draws=5)
        at = [other.need.areas.index(new[a]) for a in one.need.areas]
        np.testing.assert_allclose(one.need.value, other.need.value[at], rtol=1e-9)
        np.testing.assert_allclose(one.severity.value, other.severity.value[at], rtol=1e-9)

    @SMALL
    @given(SEEDS)
    def test_what_comes_later_than_the_round(self, seed):
        made, of = random_study(seed)
        before = tables(
            events=[r for r in made.rows("events") if r["date"] <= "2021-12-31"],
            indicators=[r for r in made.rows("indicators") if r["period_end"] <= "2021-12-31"],
        )
        seen = made.replaced(events=before["events"], indicators=before["indicators"])
        later = [event("A0", f"20{22 + i}-0{i + 1}-03", 40, event_id=f"later{i}") for i in range(4)]
        later_values = [value(a, "school", 0.9, "2022-05-31", source="later") for a in ("A0", "A1")]
        more = tables(
            events=[*seen.rows("events"), *later], indicators=[*seen.rows("indicators"), *later_values]
        )
        one = scores(seen, of, draws=50)
        two = scores(seen.replaced(events=more["events"], indicators=more["indicators"]), of, draws=50)
        np.testing.assert_array_equal(one.need.value, two.need.value)
        np.testing.assert_array_equal(one.need.draws, two.need.draws)
        np.testing.assert_array_equal(one.severity.upper, two.severity.upper)

    @SMALL
    @given(SEEDS, st.lists(st.floats(0.05, 1.0), min_size=3, max_size=3))
    def test_other_weights_change_need_and_leave_severity(self, seed, weights):
        made, of = random_study(seed)
        other = of.with_weights({i.code: w for i, w in zip(of.indicators, weights, strict=True)})
        one, two = scores(made, of, draws=50), scores(made, other, draws=50)
        for name in ("value", "lower", "upper"):
            np.testing.assert_array_equal(getattr(one.severity, name), getattr(two.severity, name))
        assert [g.letter for g in grades(one.severity)] == [g.letter for g in grades(two.severity)]

    def test_more_draws_do_not_change_the_point(self):
        made, of = random_study(3)
        one, two = scores(made, of, draws=20), scores(made, of, draws=300, seed=9)
        np.testing.assert_array_equal(one.need.value, two.need.value)
        np.testing.assert_array_equal(one.severity.value, two.severity.value)


class TestWhatMustHold:
    @SMALL
    @given(SEEDS)
    def test_a_smoothed_rate_lies_between_its_own_and_the_common_one(self, seed):
        got = scores(*random_study(seed), draws=5).severity
        seen = np.isfinite(got.value)
        if not seen.any():
            return
        own = got.details["y"][seen] / got.details["exposure"][seen] * 1e5
        common = got.parameters["rate"] * 1e5
        slack = 1e-9 * max(1.0, common)
        assert (got.value[seen] >= np.minimum(own, common) - slack).all()
        assert (got.value[seen] <= np.maximum(own, common) + slack).all()

    @SMALL
    @given(SEEDS)
    def test_values_lie_in_their_intervals_and_between_zero_and_one(self, seed):
        got = scores(*random_study(seed), draws=100)
        seen = np.isfinite(got.need.value)
        for low, high in (("lower", "upper"), ("data_lower", "data_upper"), ("choice_lower", "choice_upper")):
            held = {**got.need.details, "lower": got.need.lower, "upper": got.need.upper}
            assert (held[low][seen] <= got.need.value[seen] + 1e-9).all()
            assert (held[high][seen] >= got.need.value[seen] - 1e-9).all()
        assert ((got.need.value[seen] >= 0.01 - 1e-12) & (got.need.upper[seen] <= 1 + 1e-12)).all()
        for scored in (got.need, got.severity):
            for state, why, x in zip(scored.state, scored.why, scored.value, strict=True):
                assert (why is None) == bool(np.isfinite(x)) == (state in ("estimated", "too_wide"))

    @SMALL
    @given(SEEDS, st.data())
    def test_a_blanked_value_raises_no_grade_and_moves_no_other_area(self, seed, data):
        made, of = random_study(seed)
        unique = {(r["area"], r["code"]): r for r in made.rows("indicators")}
        if not unique:
            return
        made = made.replaced(indicators=tables(indicators=list(unique.values()))["indicators"])
        chosen = data.draw(st.sampled_from(sorted(unique)))
        rows = [
            {**r, "value": None, "state": "not_reported"} if key == chosen else r for key, r in unique.items()
        ]
        one = scores(made, of, draws=100)
        two = scores(made.replaced(indicators=tables(indicators=rows)["indicators"]), of, draws=100)
        order = "ABCDE"
        for a, before, after in zip(one.need.areas, grades(one.need), grades(two.need), strict=True):
            if before.letter:
                assert order.index(after.letter) >= order.index(before.letter)
            if a != chosen[0]:
                i = one.need.areas.index(a)
                np.testing.assert_array_equal(one.need.value[i], two.need.value[i])
                np.testing.assert_array_equal(one.need.upper[i], two.need.upper[i])

    @SMALL
    @given(SEEDS)
    def test_a_blanked_count_of_people_leaves_no_figure_behind(self, seed):
        made, of = random_study(seed)
        gone = made.rows("areas")[-3]["code"] if made.rows("areas")[-3]["level"] == "2" else "A0"
        kept = [r for r in made.rows("population") if r["area"] != gone]
        got = scores(made.replaced(population=tables(population=kept)["population"]), of, draws=20)
        i = got.need.areas.index(gone)
        assert got.need.state[i] == got.severity.state[i] == "not_applicable"
        assert np.isnan(got.need.value[i])
        assert grades(got.need)[i].letter == ""


def test_age_of_need_is_that_of_its_oldest_part_and_severity_has_its_own():
    people = {"A": 900_000, "B": 900_000}
    made = study(
        people, [event("A", "2021-05")], {}, sources=[source(end="2021-06-30")],
        indicators=[value(a, c, 0.5, "2018-12-31") for a in people for c in ("school", "light")],
    )  # fmt: skip
    got = scores(made, framework(THREE))
    np.testing.assert_allclose(got.need.terms.age_months, 36)
    np.testing.assert_allclose(got.severity.terms.age_months, 6)
    assert VIOLENCE.weight + SCHOOL.weight + LIGHT.weight == 1
