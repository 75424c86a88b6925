"""How complete a registry is (methods M): worked examples through lists, refusals, and what must not matter."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaiza.decide.grades import by_completeness
from jaiza.decide.registry_completeness import registry_completeness


def numbered(letter, first, last):
    return [f"{letter}{i}" for i in range(first, last)]


def two_lists(n1, n2, m):
    """Two lists of n1 and n2 initiatives that share m ids."""
    return {"ministry": numbered("i", 0, n1), "network": numbered("i", n1 - m, n1 - m + n2)}


def four_lists(q1, q2, seen):
    """Four lists: q1 initiatives on one, q2 on two, the rest on all four, spread so that none holds another."""
    lists = {name: [] for name in "abcd"}
    for i in range(q1):
        lists["abcd"[i % 4]].append(f"one{i}")
    for i in range(q2):
        for name in ("ab", "cd", "ac", "bd")[i % 4]:
            lists[name].append(f"two{i}")
    for i in range(seen - q1 - q2):
        for name in "abcd":
            lists[name].append(f"all{i}")
    return lists


def test_xm1():
    found = registry_completeness(two_lists(60, 45, 30)).overall
    assert (found.state, found.method, found.seen, found.matches) == ("estimated", "chapman", 75, 30)
    assert found.estimate == pytest.approx(89.516129, abs=1e-6)
    assert found.share == pytest.approx(0.837838, abs=1e-6)
    assert not found.at_most
    # The limits hold those of the worked example, and those of 27 and 33 matches too.
    assert found.lower <= 81.348801
    assert found.upper >= 108.190207


def test_xm1_with_matching_errors_by_hand():
    found = registry_completeness(two_lists(60, 45, 30)).overall
    shares, lows, highs = [], [], []
    for m in (27, 30, 33):
        n = 61 * 46 / (m + 1) - 1
        seen = 105 - m
        v = 61 * 46 * (60 - m) * (45 - m) / ((m + 1) ** 2 * (m + 2))
        c = math.exp(1.96 * math.sqrt(math.log(1 + v / (n - seen) ** 2)))
        shares.append(seen / n)
        lows.append(seen + (n - seen) / c)
        highs.append(seen + (n - seen) * c)
    assert (found.least, found.most) == pytest.approx((min(shares), max(shares)), abs=1e-12)
    assert (found.lower, found.upper) == pytest.approx((min(lows), max(highs)), abs=1e-9)
    assert lows[1] == pytest.approx(81.348801, abs=1e-6)
    assert highs[1] == pytest.approx(108.190207, abs=1e-6)


def test_xm2():
    found = registry_completeness(four_lists(30, 20, 80)).overall
    assert (found.state, found.method, found.lists, found.seen) == ("estimated", "chao2", 4, 80)
    assert found.estimate == pytest.approx(96.875, abs=1e-9)
    assert found.share == pytest.approx(80 / 96.875, abs=1e-12)
    assert found.at_most
    # Two of the twenty pairs split: S 82, Q1 34, Q2 18. Two joined: S 78, Q1 26, Q2 22.
    assert found.least == pytest.approx(82 / (82 + 0.75 * 34**2 / 36), abs=1e-12)
    assert found.most == pytest.approx(78 / (78 + 0.75 * 26**2 / 44), abs=1e-12)


def test_xm2_without_pairs():
    assert registry_completeness(four_lists(30, 0, 80)).overall.estimate == pytest.approx(406.25, abs=1e-9)


def test_confirmed_pairs_count_as_one():
    lists = two_lists(60, 45, 30)
    renamed = {"ministry": lists["ministry"], "network": [f"n-{i}" for i in lists["network"]]}
    assert registry_completeness(renamed).overall.state == "too_few_matches"
    shared = [i for i in lists["ministry"] if i in lists["network"]]
    matched = registry_completeness(renamed, [(i, f"n-{i}") for i in shared])
    again = registry_completeness(renamed, [(f"n-{i}", i) for i in reversed(shared)])
    plain = registry_completeness(lists)
    assert matched.overall == again.overall == plain.overall


def test_matches_of_matches():
    lists = {"a": ["x1"], "b": ["y1"], "c": ["z1"]}
    found = registry_completeness(lists, [("x1", "y1"), ("y1", "z1")]).overall
    assert (found.seen, found.matches) == (1, 1)


class TestRefusals:
    @pytest.mark.parametrize("m", [0, 6])
    def test_too_few_matches(self, m):
        found = registry_completeness(two_lists(60, 45, m)).overall
        assert found.state == "too_few_matches"
        assert f"{m} initiatives are on two lists" in str(found.why)
        assert math.isnan(found.estimate)
        assert by_completeness(found.least) == "E"

    def test_too_few_once_a_match_in_ten_is_wrong(self):
        found = registry_completeness(two_lists(60, 45, 7)).overall
        assert found.state == "too_few_matches"
        assert "one match in ten" in str(found.why)
        assert registry_completeness(two_lists(60, 45, 8)).overall.state == "estimated"

    def test_too_few_matches_among_many_lists(self):
        found = registry_completeness({name: [f"{name}1", f"{name}2", "shared"] for name in "abc"}).overall
        assert found.state == "too_few_matches"
        assert "only 1 initiative is on" in str(found.why)

    def test_lists_that_may_be_copies(self):
        found = registry_completeness(
            {"ministry": numbered("i", 0, 60), "network": numbered("i", 0, 45)}
        ).overall
        assert found.state == "may_be_copies"
        assert "network is held whole by ministry" in str(found.why)
        assert math.isnan(found.least)

    def test_one_list(self):
        found = registry_completeness({"ministry": numbered("i", 0, 60)}).overall
        assert (found.state, found.seen) == ("one_list", 60)
        assert math.isnan(found.share)

    def test_nothing_listed(self):
        found = registry_completeness({"a": [], "b": []}).overall
        assert found.state == "nothing_listed"


class TestByArea:
    def build(self, **more):
        lists = two_lists(60, 45, 30)
        areas_of = {i: ["north"] for i in {*lists["ministry"], *lists["network"]}}
        areas_of["i0"] = ["north", "south"]
        del areas_of["i1"]
        return registry_completeness(
            lists, areas_of=areas_of, areas=("north", "south", "empty"), **more
        )  # fmt: skip

    def test_each_area_on_its_own(self):
        found = self.build()
        north, south, empty = found.by_area
        # i1 is on the first list only and has no area: 59, 45, 30.
        assert (north.seen, north.matches) == (74, 30)
        assert north.estimate == pytest.approx(60 * 46 / 31 - 1)
        assert (south.state, empty.state) == ("too_few_matches", "nothing_listed")
        assert found.overall.seen == 75
        np.testing.assert_array_equal(np.isnan(found.for_grades), [False, True, True])
        assert found.for_grades[0] == north.least

    def test_lists_made_for_some_areas(self):
        found = self.build(covers={"network": ["north"]})
        assert [f.lists for f in found.by_area] == [2, 1, 1]
        assert found.by_area[1].state == "one_list"
        assert (found.overall.lists, found.overall.state) == (1, "one_list")


@pytest.mark.parametrize(
    ("given_lists", "more", "told"),
    [
        ({}, {}, "lists: expected at least one"),
        ({"a": "i1"}, {}, "lists: a: expected ids, got the text 'i1'"),
        ({"a": ["i1", "i1"]}, {}, "lists: i1 stands 2 times on a"),
        ({"a": ["i1"], "b": ["i2"]}, {"matches": [("i1", "i9")]}, "matches: i9 is on none of the lists"),
        ({"a": ["i1", "i2"], "b": ["i3"]}, {"matches": [("i1", "i3"), ("i3", "i2")]},
         "i1 and i2 are matched into one initiative and both stand on a"),
        ({"a": ["i1"]}, {"areas_of": {"i9": ["x"]}}, "areas_of: i9 is on none"),
        ({"a": ["i1"]}, {"areas_of": {"i1": "north"}}, "areas_of: i1: expected a list of areas"),
        ({"a": ["i1"]}, {"areas": ("x", "x")}, "areas: expected each area once"),
        ({"a": ["i1"]}, {"covers": {"b": []}}, "covers: b is none of the lists"),
        ({"a": ["i1"]}, {"covers": {"a": ["x"]}}, "covers: a: unknown areas x"),
    ],
)  # fmt: skip
def test_bad_input_is_explained(given_lists, more, told):
    more = dict(more)
    with pytest.raises(ValueError, match=told):
        registry_completeness(given_lists, more.pop("matches", ()), **more)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sets(st.integers(0, 40), max_size=40), min_size=2, max_size=4),
    st.randoms(use_true_random=False),
)
def test_invariants(sets, random):
    lists = {f"list{n}": [f"i{x}" for x in ids] for n, ids in enumerate(sets)}
    found = registry_completeness(lists).overall
    turned = {}
    for name in random.sample(sorted(lists), len(lists)):
        turned[name] = random.sample(lists[name], len(lists[name]))
    assert repr(registry_completeness(turned).overall) == repr(found)
    if found.state != "estimated":
        assert math.isnan(found.estimate)
        assert found.why is not None
        return
    assert found.estimate >= found.seen - 1e-9
    assert 0 < found.least <= found.share <= found.most <= 1 + 1e-12


def test_counting_by_loops():
    """Second witness of the counts behind Chao2, on a random set of lists."""
    rng = np.random.default_rng(5)
    on = rng.random((50, 3)) < 0.5
    lists = {f"l{j}": [f"i{i}" for i in range(50) if on[i, j]] for j in range(3)}
    found = registry_completeness(lists).overall
    times = [sum(bool(x) for x in row) for row in on]
    seen, q1, q2 = sum(t > 0 for t in times), times.count(1), times.count(2)
    assert (found.seen, found.matches) == (seen, sum(t > 1 for t in times))
    assert found.estimate == pytest.approx(seen + (2 / 3) * q1**2 / (2 * q2), abs=1e-9)
