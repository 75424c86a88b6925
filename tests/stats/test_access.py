"""Access and coverage: worked examples X-C1, X-C2 and X-C3, slow sums as second witness, invariants."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaiza.stats import access

R = [1000, 2000, 4000]
S = [100, 60]
MINUTES = [[5, 25], [15, 12], [45, 8]]


@st.composite
def settlements(draw):
    areas, sites = draw(st.integers(1, 6)), draw(st.integers(1, 5))
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    demand = rng.integers(0, 5_000, areas).astype(float)
    return rng.uniform(0, 300, sites), demand, rng.integers(0, 60, (areas, sites)).astype(float)


def plain_catchment(supply, demand, minutes):
    def weight(d):
        return 1.0 if d <= 10 else 0.68 if d <= 20 else 0.22 if d <= 30 else 0.0

    areas, sites = range(len(demand)), range(len(supply))
    result = [0.0 for _ in areas]
    for j in sites:
        people = sum(demand[a] * weight(minutes[a][j]) for a in areas)
        if people > 0:
            for a in areas:
                result[a] += supply[j] / people * weight(minutes[a][j])
    return result


class TestWorkedExamples:
    def test_dose_c1(self):
        assert float(access.dose(200, 0.75, 9)) == pytest.approx(112.5)

    def test_catchment_c2(self):
        reached = access.catchment(S, R, MINUTES, ((10, 1.0), (20, 0.68), (30, 0.22)))
        np.testing.assert_allclose(reached, [0.0447385, 0.0361254, 0.0107527], atol=1e-7)
        assert reached @ np.array(R) == pytest.approx(160)
        np.testing.assert_allclose(access.coverage(reached, 0.05), [0.894769, 0.722508, 0.215054], atol=1e-6)

    def test_overlap_c3(self):
        joint = access.combine_coverages([0.3, 0.5])
        assert (float(joint.lower), float(joint.independence), float(joint.upper)) == pytest.approx(
            (0.5, 0.65, 0.8)
        )


class TestCatchment:
    def test_limits_are_inclusive_and_no_way_is_infinite(self):
        minutes = [0, 10, 10.01, 20, 20.01, 30, 30.01, np.inf]
        assert access.zone_weights(minutes).tolist() == [1, 1, 0.68, 0.68, 0.22, 0.22, 0, 0]

    def test_a_catchment_over_everything_gives_supply_over_demand(self):
        reached = access.catchment([30, 70], [100, 150], np.zeros((2, 2)))
        np.testing.assert_allclose(reached, 100 / 250)

    def test_empty_catchments_are_reported(self):
        minutes = [[5, 90, 5], [5, 90, 90]]
        report = access.catchment_report([10, 20, 40], [0, 100], minutes)
        assert report.empty.tolist() == [1, 2]
        assert float(report.served) == 10
        np.testing.assert_allclose(report.access, [0.1, 0.1])

    def test_draws_of_supply_share_the_roads(self):
        draws = np.random.default_rng(0).uniform(0, 100, (7, 2))
        together = access.catchment_report(draws, R, MINUTES)
        np.testing.assert_allclose(together.access, [access.catchment(s, R, MINUTES) for s in draws])
        np.testing.assert_allclose(together.access @ np.array(R), together.served)

    @settings(max_examples=60, deadline=None)
    @given(settlements())
    def test_agrees_with_plain_sums_and_shares_out_all_supply(self, data):
        supply, demand, minutes = data
        report = access.catchment_report(supply, demand, minutes)
        np.testing.assert_allclose(report.access, plain_catchment(supply, demand, minutes), rtol=1e-9)
        kept = np.delete(supply, report.empty).sum()
        assert report.access @ demand == pytest.approx(kept)
        assert float(report.served) == pytest.approx(kept)

    @settings(max_examples=40, deadline=None)
    @given(settlements(), st.integers(0, 99), st.floats(1.0, 200.0))
    def test_order_is_irrelevant_and_another_site_never_lowers_access(self, data, seed, extra):
        supply, demand, minutes = data
        rng = np.random.default_rng(seed)
        straight = access.catchment(supply, demand, minutes)
        rows, columns = rng.permutation(len(demand)), rng.permutation(len(supply))
        mixed = access.catchment(supply[columns], demand[rows], minutes[np.ix_(rows, columns)])
        np.testing.assert_allclose(mixed, straight[rows])
        more = access.catchment(
            np.append(supply, extra), demand, np.column_stack([minutes, rng.uniform(0, 40, len(demand))])
        )
        assert (more >= straight - 1e-12).all()

    @pytest.mark.parametrize(
        ("supply", "demand", "minutes", "zones", "words"),
        [
            ([100], R, MINUTES, access.ZONES, r"minutes: expected shape \(areas, sites\) = \(3, 1\)"),
            ([-1, 2], R, MINUTES, access.ZONES, "supply: expected values of at least 0"),
            (S, [1, np.nan, 2], MINUTES, access.ZONES, "demand: 1 values are nan"),
            (S, R, [[5, np.nan], [1, 2], [3, 4]], access.ZONES, "minutes: 1 values are nan"),
            (S, R, MINUTES, ((20, 1.0), (10, 0.5)), "zones: expected increasing limits"),
            (S, R, MINUTES, ((10, 1.0, 3),), "zones: expected"),
            (S, R, MINUTES, (), "zones: expected"),
            (S, R, MINUTES, ((10, -1.0),), "zones: expected values of at least 0"),
        ],
    )
    def test_bad_arguments_are_named(self, supply, demand, minutes, zones, words):
        with pytest.raises(ValueError, match=words):
            access.catchment(supply, demand, minutes, zones)


class TestCoverage:
    @settings(max_examples=40, deadline=None)
    @given(st.lists(st.floats(0, 1e6), min_size=1, max_size=8), st.floats(1e-3, 10))
    def test_coverage_never_exceeds_one(self, reached, target):
        covered = access.coverage(reached, target)
        assert (covered <= 1).all() and (covered >= 0).all()

    def test_missing_stays_missing_and_targets_must_be_positive(self):
        np.testing.assert_array_equal(access.coverage([np.nan, 0.1], [0.05, 0.2]), [np.nan, 0.5])
        with pytest.raises(ValueError, match="target"):
            access.coverage([0.1], 0)

    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.floats(0, 1), max_size=6), st.floats(0, 1))
    def test_bounds_hold_and_another_initiative_never_lowers_them(self, c, extra):
        joint, more = access.combine_coverages(c), access.combine_coverages([*c, extra])
        assert joint.lower - 1e-12 <= joint.independence <= joint.upper + 1e-12
        assert joint.upper <= 1
        assert more.lower >= joint.lower and more.upper >= joint.upper
        assert more.independence >= joint.independence - 1e-12

    def test_an_unknown_coverage_may_be_anything(self):
        joint = access.combine_coverages([[0.3, np.nan], [0.3, 0.2], [np.nan, np.nan]])
        np.testing.assert_allclose(joint.lower, [0.3, 0.3, 0])
        np.testing.assert_allclose(joint.upper, [1, 0.5, 1])
        np.testing.assert_allclose(joint.independence, [np.nan, 0.44, np.nan])

    def test_no_initiatives_cover_nothing_and_shares_stay_shares(self):
        joint = access.combine_coverages([])
        assert (joint.lower, joint.independence, joint.upper) == (0, 0, 0)
        with pytest.raises(ValueError, match="at most 1"):
            access.combine_coverages([1.2])
        with pytest.raises(ValueError, match="single number"):
            access.combine_coverages(0.5)


class TestDose:
    def test_intensity_is_capped_and_unknown_is_not_zero(self):
        np.testing.assert_allclose(
            access.dose([100, 100, np.nan], [2.0, 0.5, 1.0], [12, 6, 12]), [100, 25, np.nan]
        )

    def test_more_than_the_window_is_refused(self):
        with pytest.raises(ValueError, match="months: expected values of at most 12"):
            access.dose(10, 1, 18)
