"""Bad questions are refused in words; good ones are brought to their full shapes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from test_allocation import example

from jaiza.decide.allocation import AllocationProblem, ReservedShare, channel_multiplier


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"budget": 0}, "budget: expected money above 0 in every year, got 0; leave out years"),
        ({"budget": -5}, "budget: expected money above 0 in every year, got -5"),
        ({"budget": [100, 0]}, "budget: expected money above 0 in every year, got 0"),
        ({"budget": []}, "budget: expected at least one year"),
        ({"budget": np.inf}, "budget: expected finite numbers"),
        ({"budget": np.nan}, "budget: 1 values are nan"),
        ({"floor": 1.2}, "floor: expected values of at most 1, got 1.2"),
        ({"floor": -0.1}, "floor: expected values of at least 0"),
        (
            {"floor_where": [0.7, 0.2, 0.9]},
            "floor_where: expected true or false values, got float64; compare",
        ),
        (
            {"floor_where": [True, False]},
            r"floor_where: expected shape \(3, 1\) or its first axes, got \(2,\)",
        ),
        (
            {"weights": [[0.5], [np.nan], [0.2]]},
            "1 of 3 are not finite, first in areas 1; leave unknown areas out",
        ),
        ({"weights": [[0.5], [np.inf], [0.2]]}, "1 of 3 are not finite"),
        ({"weights": np.full((3, 1), np.nan)}, "none is known, so no plan can be made; find out"),
        ({"weights": np.zeros((3, 1))}, "all are 0, so every plan is worth the same"),
        ({"weights": [[0.5], [-0.3], [0.2]]}, "weights: expected values of at least 0, got -0.3"),
        ({"weights": np.zeros((0, 1))}, "weights: expected at least one area and one approach"),
        ({"weights": [0.5, 0.3, 0.2]}, "weights: expected an array with 2 axes"),
        ({"people": [1000, 0, 0]}, "people: areas 1, 2 have no eligible people, .*; leave them out"),
        ({"people": [1000, 2000]}, "people: expected one number for each of 3 areas, got 2"),
        ({"people": [1000, -1, 500]}, "people: expected values of at least 0"),
        ({"unit_cost": [0]}, "unit_cost: expected values above 0, got 0"),
        ({"unit_cost": [1, 2]}, r"unit_cost: expected shape \(3, 1\), got \(2,\)"),
        ({"target": [1.5]}, "target: expected values of at most 1, got 1.5"),
        ({"target": [0]}, "target: expected values above 0"),
        ({"coverage": [[0.2], [1.5], [0]]}, "coverage: expected values of at most 1"),
        ({"multiplier": [[0.9, 1.5]] * 3}, "multiplier: expected values of at most 1, got 1.5"),
        ({"channel_cost": [1, 0]}, "channel_cost: expected values above 0"),
        ({"slopes": [0.5, 1, 0.25]}, "slopes: expected each at most the one before it"),
        ({"slopes": [0, 0, 0]}, "slopes: all are 0"),
        ({"slopes": [1, 0.5]}, "slopes and widths: expected one of each per segment, got 2, 3"),
        ({"widths": [0.4, 0.4, 0.1]}, "widths: expected segments that sum to 1, got 0.9"),
        ({"cap": [400, -1, 300]}, "cap: expected values of at least 0"),
        ({"cap": [400, 300]}, r"cap: expected shape \(3, 1\)"),
        ({"continuity": 1.5}, "continuity: expected values of at most 1"),
        ({"current": [[[-1, 0]]] * 3}, "current: expected values of at least 0"),
        ({"excluded": np.ones((3, 1), dtype=bool)}, "excluded: every action is excluded"),
        ({"state_channel": 1}, "state_channel and state_limit: expected both or neither"),
        (
            {"state_channel": 2, "state_limit": [1, 1, 1]},
            "state_channel: expected a position from 0 to 1, got 2",
        ),
        ({"state_channel": 1, "state_limit": [2, 1, 1]}, "state_limit: expected values of at most 1"),
        ({"minimum_grant": 2000}, "minimum_grant: expected at most the budget of a year, 1000, got 2000"),
        ({"minimum_grant": -1}, "minimum_grant: expected values of at least 0"),
        ({"most_places": 0}, "most_places: expected at least 1, got 0"),
        ({"shares": (ReservedShare(led=[0.1, 0.2], least=0.5),)}, "share 0 asks for 0.5 .* more than 0.2"),
        (
            {"shares": (ReservedShare(led=[0.1, 0.2], least=1.5),)},
            "shares: least: expected values of at most 1",
        ),
        (
            {"shares": (ReservedShare(led=[0.1, 1.2], least=0.5),)},
            "shares: led: expected values of at most 1",
        ),
    ],
)
def test_bad_question_is_explained(changes, told):
    with pytest.raises(ValueError, match=told):
        example(**changes)


def test_arrays_come_out_whole_and_closed():
    problem = example(cap=[400, 1000, 300], budget=[10, 20], floor=0.3, floor_where=[True, False, True])
    assert problem.unit_cost.shape == problem.target.shape == (3, 1)
    assert problem.cap.shape == (3, 2)
    assert (problem.areas, problem.approaches, problem.channels, problem.years) == (3, 1, 2, 2)
    np.testing.assert_array_equal(problem.floor[:, 0], [0.3, 0, 0.3])
    with pytest.raises(ValueError, match="read-only"):
        problem.weights[0, 0] = 9.0


def test_the_caller_keeps_their_arrays():
    weights = np.array([[0.5], [0.3], [0.2]])
    problem = example(weights=weights)
    weights[0, 0] = 9.0
    assert problem.weights[0, 0] == 0.5


def test_a_question_can_be_asked_again_with_one_thing_changed():
    problem = example(floor=0.3, floor_where=[True, False, True], cap=[400, 1000, 300])
    again = replace(problem, budget=2000)
    np.testing.assert_array_equal(again.floor, problem.floor)
    assert again.budget.tolist() == [2000]


def test_least_to_ask():
    problem = AllocationProblem(people=[10], unit_cost=[1], target=[1], weights=[[1]], budget=1)
    np.testing.assert_array_equal(problem.full_cost, [[[10]]])
    np.testing.assert_array_equal(problem.gain, [[[0.1]]])
    assert problem.value(np.full((1, 1, 1, 1), 5.0)) == pytest.approx(0.4 + 0.05)


class TestChannelMultiplier:
    def test_worked_example(self):
        np.testing.assert_allclose(channel_multiplier([0.35, 0.62]), [0.675, 0.81], atol=1e-12)

    def test_without_the_assumption_it_is_exactly_one(self):
        np.testing.assert_array_equal(channel_multiplier(np.linspace(0, 1, 11), delta=0.0), np.ones(11))

    @pytest.mark.parametrize(("trust", "delta"), [([1.2], 0.5), ([np.nan], 0.5), ([0.5], -0.1), ([0.5], 2.0)])
    def test_outside_its_limits(self, trust, delta):
        with pytest.raises(ValueError, match=r"trust|delta"):
            channel_multiplier(trust, delta)
