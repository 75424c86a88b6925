"""Trust gap: worked examples through the module, small areas against a second fit, refusals, published figures."""

from __future__ import annotations

import datetime as dt
import math
import random
from typing import Any

import numpy as np
import pytest
from coverage_studies import AS_OF, framework, study, tables
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from jaiza.decide.grades import grades
from jaiza.gaps.trust import Differential, TrustScores, channel_multiplier, mrp_trust, trust_scores

Rows = list[dict[str, Any]]


def answer(person: str, area: str, said: str, **changed: Any) -> dict[str, Any]:
    """One answer on the police in November 2024."""
    return {
        "survey": "s", "respondent": person, "area": area, "stratum": "t", "psu": f"{area}-{person}", "weight": 1.0, "sex": "female",
        "age_band": "15-29", "question": "q", "institution": "police", "side": "state", "answer": said, "answered_on": "2024-11",
        "source": "s1", **changed,
    }  # fmt: skip


def scored(rows: Rows, areas: list[str] | None = None, *, as_of: dt.date = AS_OF, target: float = 0.6, delta: float = 0.5, **more: Any) -> TrustScores:  # fmt: skip
    """The gap of a small study; areas are A, B, D unless named."""
    made, where = study(dict.fromkeys(areas or ["A", "B", "D"], 1000.0), [], survey_responses=rows, **more)
    frame = framework(trust_target=target, channel_delta=delta)
    return trust_scores(made, frame, where, as_of, draws=800, rng=np.random.default_rng(3))


def block(area: str, share: float, people: int = 40, clusters: int = 5, **changed: Any) -> Rows:
    """People of one area in some clusters, of whom a share trusts."""
    return [
        answer(f"{area}{i}", area, "trust" if i < round(share * people) else "no_trust", psu=f"{area}-{i % clusters}", **changed)
        for i in range(people)
    ]  # fmt: skip


def country(seed: int = 5, areas: int = 18) -> tuple[Rows, list[str]]:
    """Eighteen sampled areas and two that are not, with answers on both sides."""
    dice, codes, rows = random.Random(seed), [f"A{i:02d}" for i in range(areas + 2)], []
    for code in codes[:areas]:
        p, size = dice.uniform(0.25, 0.75), dice.choice([24, 40, 60])
        for i in range(size):
            extra = {"psu": f"{code}-{i % 6}", "stratum": "u" if i % 6 < 3 else "r", "weight": dice.choice([0.5, 1.0, 2.0]), "sex": dice.choice(["female", "male"])}  # fmt: skip
            rows.append(
                answer(f"{code}{i}", code, dice.choices(["trust", "no_trust", "refused"], [p, 1 - p, 0.08])[0], **extra)
            )  # fmt: skip
            rows.append(
                answer(f"{code}{i}", code, "trust" if dice.random() < 0.6 else "no_trust", institution="elders", side="community", **extra)
            )  # fmt: skip
    return rows, codes


def test_worked_example_of_a_direct_estimate() -> None:
    """X-G1: mean .5, variance .12, design effect 1.3, effective size 3.846154."""
    given_rows = zip((1, 1, 2, 2, 4), (1, 0, 1, 1, 0), (1, 1, 2, 2, 3), strict=True)
    rows = [answer(f"p{i}", "A", "trust" if y else "no_trust", weight=float(w), psu=str(c)) for i, (w, y, c) in enumerate(given_rows)]  # fmt: skip
    found = scored(rows)
    one = next(d for d in found.direct if d.place == "A")
    assert (one.estimate, one.se**2, one.deff, one.n_eff) == pytest.approx(
        (0.5, 0.12, 1.3, 3.846154), abs=1e-6
    )
    assert not one.published and found.gap.state[0] == "no_data" and "fewer than 30" in str(found.gap.why[0])


def test_worked_examples_of_the_difference_and_the_channel() -> None:
    """X-G4: .27 with an error of .0412311. X-G5: .35 gives .675 and .62 gives .81."""
    made = Differential("A", "area", 0.62, 0.35, 0.0009, 0.0016, 0.0004, 100)
    assert (made.estimate, made.se) == pytest.approx((0.27, 0.0412311), abs=1e-6)
    assert channel_multiplier([0.35, 0.62], 0.5) == pytest.approx([0.675, 0.81])
    assert channel_multiplier([0.35, math.nan], 0.0).tolist() == [1.0, 1.0]
    for wrong in (-0.1, 1.1, math.nan):
        with pytest.raises(ValueError, match="channel_delta"):
            channel_multiplier([0.5], wrong)


def test_a_direct_gap_is_published_from_thirty_people_in_three_clusters() -> None:
    found = scored([*block("A", 0.3), *block("B", 0.5, people=29)])
    assert found.gap.value[0] == pytest.approx(1 - 0.3 / 0.6) and found.gap.parameters["method"] == "direct"
    assert found.gap.state[1:] == ("no_data", "no_data")
    assert found.gap.lower[0] < found.gap.value[0] < found.gap.upper[0]
    twice = scored([*block("A", 0.3, people=20), *block("A", 0.3, people=20, institution="courts")])
    assert not next(d for d in twice.direct if d.place == "A").published  # 40 answers of 20 people


def test_small_areas_match_a_second_fit() -> None:
    rows, codes = country()
    found = scored(rows, codes)
    d = found.gap.details
    y, psi = d["direct_state"][:18], d["psi_state"][:18]

    def minus(log_s: float) -> float:
        v = math.exp(log_s) + psi
        mean = (y / v).sum() / (1 / v).sum()
        return float(np.log(v).sum() + math.log((1 / v).sum()) + ((y - mean) ** 2 / v).sum())

    s = math.exp(minimize_scalar(minus, bounds=(-12, 2), method="bounded", options={"xatol": 1e-10}).x)
    mean = (y / (s + psi)).sum() / (1 / (s + psi)).sum()
    eblup = np.append(mean + s / (s + psi) * (y - mean), [mean, mean])
    ratio = found.gap.parameters["national"] / eblup.mean()
    assert d["trust_state"] == pytest.approx(eblup * ratio, abs=1e-5)
    assert found.gap.value == pytest.approx(np.maximum(0, 1 - eblup * ratio / 0.6), abs=1e-5)
    assert d["predicted"].tolist() == [0.0] * 18 + [1.0, 1.0]
    assert found.gap.width[18] > np.median(found.gap.width[:18])
    assert len({(d.place, d.side) for d in found.direct}) == 2 * (18 + 2)


def test_the_difference_matches_a_second_computation() -> None:
    rows, codes = country()
    found = scored(rows, codes)
    one = next(x for x in found.differential if x.place == "")
    sums: dict[tuple[str, str], float] = {}
    mean = {}
    for side, sign in (("community", 1), ("state", -1)):
        held = [r for r in rows if r["side"] == side and r["answer"] in ("trust", "no_trust")]
        total = sum(r["weight"] for r in held)
        mean[side] = sum(r["weight"] * (r["answer"] == "trust") for r in held) / total
        for r in held:
            key = (r["stratum"], r["psu"])
            sums[key] = sums.get(key, 0.0) + sign * r["weight"] * ((r["answer"] == "trust") - mean[side]) / total  # fmt: skip
    variance = 0.0
    for stratum in ("u", "r"):
        z = [v for (t, _), v in sums.items() if t == stratum]
        variance += len(z) / (len(z) - 1) * sum((v - sum(z) / len(z)) ** 2 for v in z)
    assert (one.estimate, one.se) == pytest.approx((mean["community"] - mean["state"], math.sqrt(variance)))


def test_areas_outside_the_sampled_provinces_get_no_figure() -> None:
    rows, codes = country()
    parents = dict.fromkeys(codes, "P") | {codes[19]: "Q"}
    found = scored(rows, codes, parents=parents)
    assert found.gap.state[18] != "no_data" and found.gap.state[19] == "no_data"
    assert "nobody in this province" in str(found.gap.why[19])


def test_refusals_are_printed_with_bounds_and_cap_the_grade() -> None:
    rows = block("A", 0.5)
    for r in rows[:12]:
        r["answer"] = "refused"
    found = scored(rows)
    one = next(d for d in found.direct if d.place == "A")
    assert one.refused == pytest.approx(0.3) and one.capped
    assert (one.lower, one.upper) == pytest.approx((one.estimate * 0.7, one.estimate * 0.7 + 0.3))
    assert grades(found.gap)[0].letter in "DE"
    assert grades(scored(block("A", 0.01, people=400)).gap)[0].letter == "C"  # one survey, narrow


def test_everybody_declining_is_a_state() -> None:
    rows, codes = country()
    rows = [dict(r, answer="refused") if r["area"] == codes[0] else r for r in rows]
    found = scored(rows, codes)
    assert found.gap.state[0] == "no_data" and "no answer" in str(found.gap.why[0])
    nobody = scored([dict(r, answer="dont_know") for r in rows], codes)
    assert set(nobody.gap.state) == {"no_data"} and nobody.differential == ()


def test_odd_designs_give_figures_or_states_and_never_an_error() -> None:
    lone = scored([dict(r, psu="one") for r in block("A", 0.4)])
    assert lone.gap.state[0] == "no_data" and math.isnan(next(d.se for d in lone.direct if d.place == "A"))
    strata = scored([dict(r, stratum=f"t{i}", psu=None) for i, r in enumerate(block("A", 0.4))])
    assert strata.gap.state[0] in ("estimated", "too_wide") and strata.gap.parameters["rows_without_cluster"] == 40  # fmt: skip
    weights = [dict(r, weight=w) for r, w in zip(block("A", 0.4), [0.0, -1.0, math.nan] + [1.0] * 37, strict=True)]  # fmt: skip
    assert scored(weights).gap.parameters["rows_left_out"] == 3
    assert scored([dict(r, weight=0.0) for r in block("A", 0.4)]).gap.state[0] == "no_data"
    _, codes = country()
    same = scored([r for c in codes[:18] for r in block(c, 0.0)], codes)
    assert same.gap.value[0] > 0.9 and np.isfinite(same.gap.upper).all()  # no variance can be seen anywhere
    assert "zero_variance" in same.gap.parameters["flags"]
    for target in (0.0, 1.5):
        with pytest.raises(ValueError, match="trust_target"):
            scored([], target=target)


def test_only_the_newest_survey_before_the_round_counts() -> None:
    old = block("A", 0.1, survey="old", answered_on="2022-05")
    new, future = block("A", 0.5), block("A", 0.9, survey="next", answered_on="2025-01")
    assert scored([*old, *new, *future]).gap.parameters["survey"] == "s"
    early = scored([*old, *new, *future], as_of=dt.date(2023, 1, 1))
    assert early.gap.parameters["survey"] == "old" and early.gap.value[0] == pytest.approx(1 - 0.1 / 0.6)
    assert set(scored(old, as_of=dt.date(2028, 1, 1)).gap.state) == {"no_data"}  # more than 60 months


def figure(name: str, percent: float, **changed: Any) -> dict[str, Any]:
    """A published figure on a province in 2023."""
    return {
        "id": name, "level": "province", "place": "P", "area": "P", "institution": "police", "side": "state", "question": "q",
        "percent": percent, "construct": "trust", "direction": "more_is_trust", "series": "x", "survey": "poll",
        "fieldwork_end": "2023-06", **changed,
    }  # fmt: skip


def test_published_figures_stay_where_they_were_measured() -> None:
    figures = [
        figure("old", 30, fieldwork_end="2021"), figure("new", 40, n=500), figure("later", 50, fieldwork_end="2025-03"),
        figure("undated", 60, fieldwork_end=None), figure("approval", 70, construct="approval", series="y"),
        figure("city", 20, level="city", place="Town", area="A"), figure("half", 35, fieldwork_start="2022", fieldwork_end=None, subgroup="youth"),
    ]  # fmt: skip
    found = scored([], survey_estimates=figures)
    assert {p.id for p in found.published} == {"new", "approval", "city", "half"}
    assert found.later == ("later",) and found.undated == ("undated",)
    new = next(p for p in found.published if p.id == "new")
    assert (new.year, new.n, new.percent, new.level) == (2023, 500.0, 40.0, "province")
    assert set(found.gap.state) == {"no_data"} and np.isnan(found.gap.value).all()
    assert "survey_responses" in str(found.gap.why[0]) and found.direct == ()


def test_the_channel_is_an_assumption_and_off_at_zero() -> None:
    rows, codes = country()
    half, off = scored(rows, codes), scored(rows, codes, delta=0.0)
    trust = half.gap.details
    assert half.channel.state == pytest.approx(1 - 0.5 * (1 - trust["trust_state"]))
    both = (trust["trust_state"] + trust["trust_community"]) / 2
    assert half.channel.hybrid == pytest.approx(1 - 0.5 * (1 - both))
    assert (off.channel.state == 1).all() and (off.channel.hybrid == 1).all()
    assert (scored([], delta=0.0).channel.community == 1).all()


def test_the_second_estimate_shows_where_it_differs() -> None:
    rows, codes = country()
    made, where = study(dict.fromkeys(codes, 1000.0), [], survey_responses=rows)
    frame = framework(trust_target=0.6, channel_delta=0.5)
    gap = trust_scores(made, frame, where, AS_OF, draws=500, rng=np.random.default_rng(3)).gap
    assert mrp_trust(made, where, AS_OF, gap, draws=500, rng=np.random.default_rng(4)) is None
    census = [
        {"area": a, "sex": s, "age_band": "15-29", "residence": "all", "people": 500, "counted_on": "2023-03-01", "source": "c"}
        for a in codes[:-1]
        for s in ("female", "male")
    ]  # fmt: skip
    celled = made.replaced(population=tables(population=made.rows("population") + census)["population"])
    found = mrp_trust(celled, where, AS_OF, gap, draws=500, rng=np.random.default_rng(4))
    assert found is not None and len(found.cells) == 2 and math.isnan(found.mrp[-1]) and not found.differs[-1]
    assert np.corrcoef(found.mrp[:18], found.first[:18])[0, 1] > 0.9
    assert (found.differs[:19] == (np.abs(found.mrp - found.first) > found.first_se)[:19]).all()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6))
def test_a_refusal_never_narrows_a_bound(seed: int) -> None:
    dice = random.Random(seed)
    rows = block("A", dice.random(), people=dice.randint(30, 60), clusters=dice.randint(3, 6))
    for r in rows:
        r["weight"] = dice.choice([0.5, 1.0, 3.0])
    blank = [dict(r) for r in rows]
    for r in dice.sample(blank, dice.randint(1, len(blank))):
        r["answer"] = dice.choice(["refused", "dont_know"])
    full, less = (next(d for d in scored(part).direct if d.place == "A") for part in (rows, blank))
    assert less.lower <= full.lower + 1e-12 and less.upper >= full.upper - 1e-12
    assert less.refused >= full.refused and (less.capped or not full.capped)
    if less.capped:
        assert grades(scored(blank).gap)[0].letter in ("D", "E")


def test_the_order_of_rows_changes_nothing() -> None:
    rows, codes = country()
    one, two = scored(rows, codes), scored(rows[::-1], codes)
    assert one.gap.value == pytest.approx(two.gap.value, abs=1e-9)
    assert one.gap.upper == pytest.approx(two.gap.upper, abs=1e-9)
