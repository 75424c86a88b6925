"""Conflicting limits are named, none too many, and the ways out are real ones."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from test_allocation import PLAIN, asked, example

from jaiza.decide.allocation import InfeasibleError, Limit, broken_limits, explain_infeasible, solve


def floor(area, approach=0):
    return Limit("floor", area=area, approach=approach)


class TestNamed:
    def test_floors_dearer_than_the_budget(self):
        why = explain_infeasible(example(floor=0.9))
        assert set(why.conflict) == {Limit("budget", year=0), floor(0), floor(1)}
        # .7/.0009 + .4/.0005 + .9/.00225 = 1977.8
        assert why.budget_factor == pytest.approx(1.9777778, abs=1e-6)
        # Area 1 is dearest by the point: its floor gives way whole, the rest comes from area 0.
        given_way = {one.limit: one.by for one in why.concessions}
        assert given_way == {floor(1): pytest.approx(0.4), floor(0): pytest.approx(0.16)}

    def test_floor_above_what_an_area_can_absorb(self):
        why = explain_infeasible(example(floor=0.9, budget=1e5, cap=[400, 1e5, 1e5]))
        assert set(why.conflict) == {floor(0), Limit("cap", area=0)}
        assert why.budget_factor is None

    def test_floor_on_an_excluded_pair(self):
        why = explain_infeasible(example(floor=0.4, budget=1e5, excluded=[[True], [False], [False]]))
        assert set(why.conflict) == {floor(0), Limit("excluded", area=0, approach=0)}
        assert [(one.limit, one.by) for one in why.concessions] == [(floor(0), pytest.approx(0.2))]

    def test_floor_that_no_money_can_reach(self):
        why = explain_infeasible(example(floor=0.4, budget=1e5, multiplier=[[0, 0], [1, 1], [1, 1]]))
        assert why.conflict == (floor(0),)
        assert why.budget_factor is None

    def test_continuity_above_a_cap(self):
        current = [[[1000, 0]], [[0, 0]], [[0, 0]]]
        why = explain_infeasible(example(current=current, continuity=0.25, cap=[600, 500, 500]))
        assert set(why.conflict) == {Limit("continuity", area=0), Limit("cap", area=0)}
        assert [(one.limit, one.by) for one in why.concessions] == [
            (Limit("continuity", area=0), pytest.approx(150))
        ]

    def test_too_few_places_for_the_floors(self):
        why = explain_infeasible(example(floor=0.6, budget=1e5, most_places=2))
        assert set(why.conflict) == {floor(0), floor(1), floor(2), Limit("places")}
        assert why.budget_factor is None

    def test_grants_too_large_for_the_budget(self):
        why = explain_infeasible(example(floor=0.6, minimum_grant=500))
        assert Limit("minimum_grant") in why.conflict
        assert why.budget_factor == pytest.approx(1.5, rel=1e-6)

    def test_nothing_to_explain(self):
        assert explain_infeasible(example(floor=0.6)) is None
        assert explain_infeasible(example(floor=0.2, most_places=3, minimum_grant=10)) is None

    def test_the_refusal_reads_as_a_sentence(self):
        with pytest.raises(InfeasibleError) as refused:
            solve(example(floor=0.9, budget=1e5, cap=[400, 1e5, 1e5]))
        assert str(refused.value) == (
            "no plan keeps these limits together: floor of area 0, approach 0; cap of area 0. "
            "Loosen one of them; no budget would be enough."
        )
        assert isinstance(refused.value, ValueError)
        with pytest.raises(InfeasibleError, match=r"a budget 1\.978 times as large would do"):
            solve(example(floor=0.9))


def only(q, limits):
    """The question with no other limits than these (floors, caps, budgets, exclusions, shares)."""
    left = dict(q)
    left["floor"] = np.zeros_like(q["floor"])
    left["cap"], left["budget"] = np.full_like(q["cap"], np.inf), np.full_like(q["budget"], np.inf)
    left["excluded"], left["shares"], left["state"] = np.zeros_like(q["excluded"]), [], None
    for limit in limits:
        if limit.kind == "floor":
            left["floor"][limit.area, limit.approach] = q["floor"][limit.area, limit.approach]
        elif limit.kind == "cap":
            left["cap"][limit.area] = q["cap"][limit.area]
        elif limit.kind == "budget":
            left["budget"][limit.year] = q["budget"][limit.year]
        elif limit.kind == "excluded":
            left["excluded"][limit.area, limit.approach] = q["excluded"][limit.area, limit.approach]
        elif limit.kind == "share":
            left["shares"] = [*left["shares"], q["shares"][limit.share]]
    return left


def test_conflicts_are_real_and_hold_nothing_too_many():
    rng, seen = np.random.default_rng(31), 0
    while seen < 15:
        q = PLAIN.question(rng)
        q["current"], q["continuity"], q["state"] = np.zeros_like(q["current"]), 1.0, None
        q["floor"] = np.where(rng.random(q["floor"].shape) < 0.7, rng.uniform(0.4, 1.0), 0.0)
        if PLAIN.optimum(q) is not None:
            continue
        seen += 1
        why = explain_infeasible(asked(q))
        assert PLAIN.optimum(only(q, why.conflict)) is None
        for left_out in why.conflict:
            rest = [limit for limit in why.conflict if limit != left_out]
            assert PLAIN.optimum(only(q, rest)) is not None, left_out


def test_ways_out_lead_out():
    rng, seen = np.random.default_rng(32), 0
    while seen < 10:
        q = PLAIN.question(rng)
        q["floor"] = np.where(rng.random(q["floor"].shape) < 0.7, rng.uniform(0.4, 1.0), 0.0)
        if PLAIN.optimum(q) is not None:
            continue
        seen += 1
        why = explain_infeasible(asked(q))
        if why.budget_factor is not None:
            assert why.budget_factor > 1
            assert PLAIN.optimum({**q, "budget": q["budget"] * why.budget_factor * 1.0001}) is not None
            assert PLAIN.optimum({**q, "budget": q["budget"] * why.budget_factor * 0.999}) is None
        if all(one.limit.kind == "floor" for one in why.concessions):
            lowered = q["floor"].copy()
            for one in why.concessions:
                lowered[one.limit.area, one.limit.approach] -= one.by + 1e-6
            assert PLAIN.optimum({**q, "floor": lowered}) is not None


def test_broken_limits_are_found():
    problem = example(
        floor=0.6,
        cap=[400, 1000, 300],
        excluded=[[[False, False]], [[False, False]], [[False, True]]],
        minimum_grant=700,
        most_places=1,
    )
    plain = replace(problem, minimum_grant=None, most_places=None, excluded=None, floor=0.0, cap=None)
    assert set(broken_limits(problem, solve(plain).x)) == {
        floor(1),
        Limit("cap", area=0),
        Limit("cap", area=2),
        Limit("excluded", area=2, approach=0),
        Limit("minimum_grant"),
        Limit("places"),
    }
    assert broken_limits(plain, solve(plain).x) == ()
    assert broken_limits(plain, 2 * solve(plain).x) == (Limit("budget", year=0),)
