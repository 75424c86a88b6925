"""Figures of the Pakistan pack computed again from nothing but what an explanation lists."""

from __future__ import annotations

import datetime as dt
import json
import math
import random
from pathlib import Path

import pytest

import jaiza
from jaiza.assess import About, assess
from jaiza.build import read_study
from jaiza.errors import WrongUse
from jaiza.explain import explain, figures_of_row
from jaiza.framework import read
from jaiza.records.tables_of_study import Tables

PACK = Path(jaiza.__file__).parent / "packs" / "pakistan"
ROUND = dt.date(2022, 1, 1)
MONTH_DAYS = 365.25 / 12


@pytest.fixture(scope="module")
def study():
    framework = read(PACK / "framework.toml")
    reading = read_study(PACK / "data", framework, today=dt.date(2026, 11, 24))
    assert not reading.stopping
    return Tables(reading.tables), framework


@pytest.fixture(scope="module")
def results(study):
    return assess(*study, About({}, "snapshot", "framework"), ROUND, draws=300)


@pytest.fixture(scope="module")
def restricted(study):
    return assess(*study, About({}, "snapshot", "framework"), ROUND, draws=100, audience="restricted")


def some(results, measure, count, seed):
    """Random figures of a measure that have a value."""
    known = sorted(
        r["figure"] for r in results.rows("figures") if r["measure"] == measure and r["value"] is not None
    )
    return random.Random(seed).sample(known, count)


def age(date, as_of):
    """Months before the round: a day as it is, a month at its middle."""
    year, month, *day = (int(x) for x in date.split("-"))
    whole = (as_of.year - year) * 12 + as_of.month - month
    return whole + ((as_of.day - day[0]) / MONTH_DAYS if day else (as_of.day - 1) / MONTH_DAYS - 0.5)


def deaths_of(explained, precisions=range(1, 8)):
    """Deaths in one area: each event row listed, by the part of it used there."""
    return sum(
        r["content"].get("deaths_best", 0) * r["used"]
        for r in explained.rows
        if r["table"] == "events" and r["content"]["location_precision"] in precisions
    )


def severity(explained):
    """Methods B1-B3 for one area; the rate common to all areas and the variance between them are shared parameters."""
    shared, as_of = explained.shared, dt.date.fromisoformat(explained.manifest["as_of"])
    half, weights = shared["half_life"], shared["weights"]
    points, people = 0.0, 1.0
    for row in explained.rows:
        c = row["content"]
        if row["table"] == "population":
            people *= c["people"] ** row["used"]
        else:
            mark = weights["event"] * c["events"] + weights["death"] * c.get("deaths_best", 0)
            mark += weights["injured"] * c.get("injured", 0) + weights["hostage"] * c.get("hostages", 0)
            points += row["used"] * mark * 2 ** (-age(c["date"], as_of) / half)
    months = (
        explained.parameters["share_covered"] * half / math.log(2) * (1 - 2 ** (-shared["window"] / half))
    )
    n, m = people * months / 12, shared["rate"]
    pull = shared["between"] / (shared["between"] + shared["dispersion"] * m / n)
    return 1e5 * (m + pull * (points / n - m))


def between(indicator, x):
    low, high = indicator["low"], indicator["high"]
    if indicator["transform"] == "log1p":
        x, low, high = math.log1p(x), math.log1p(low), math.log1p(high)
    z = min(1.0, max(0.0, (x - low) / (high - low)))
    return 0.01 + 0.99 * (z if indicator["direction"] > 0 else 1 - z)


def need(results, explained):
    """Methods B4 and B6 for one area, its severity and that of its neighbours computed again first."""
    own, *around = (explain(results, f) for f in explained.parameters["from"])
    theta = severity(own)
    near = [severity(e) for e in around if e.figure["value"] is not None]
    rho = explained.shared["spillover"]
    spilled = (1 - rho) * theta + rho * sum(near) / len(near) if near else theta
    x = {r["role"]: r["content"]["value"] for r in explained.rows} | {"violence_severity": spilled}
    parts = explained.shared["indicators"]
    z = {code: between(indicator, x[code]) for code, indicator in parts.items()}
    for code, part in explained.parameters["parts"].items():
        assert z[code] == pytest.approx(part["z"], abs=1e-6)
    assert explained.shared["aggregation"] == "geometric"
    arithmetic = sum(parts[c]["weight"] * z[c] for c in parts)
    assert arithmetic == pytest.approx(explained.parameters["arithmetic"], abs=1e-6)
    return math.exp(sum(parts[c]["weight"] * math.log(z[c]) for c in parts))


def test_ten_figures_of_severity(results):
    for figure in some(results, "severity", 10, seed=1):
        explained = explain(results, figure)
        assert severity(explained) == pytest.approx(explained.figure["value"], rel=1e-7, abs=1e-6), figure


def test_ten_figures_of_need(results):
    for figure in some(results, "need", 10, seed=2):
        explained = explain(results, figure)
        assert need(results, explained) == pytest.approx(explained.figure["value"], abs=1e-6), figure


def test_parts_come_in_the_order_in_which_they_are_named(results):
    explained = explain(results, some(results, "need", 1, seed=3)[0])
    assert [p["figure"] for p in explained.parts] == explained.parameters["from"]
    assert explained.parts[0]["area_code"] == explained.figure["area_code"]
    assert explained.area_name is not None


def test_every_row_listed_names_its_file_and_holds_what_stands_there(results, study):
    tables, _ = study
    explained = explain(results, some(results, "need", 1, seed=4)[0])
    rows = [*explained.rows, *(r for p in explained.parts for r in explain(results, p["figure"]).rows)]
    assert {r["table"] for r in rows} == {"indicators", "events", "population"}
    for row in rows:
        at = tables[row["table"]]["src_row"].to_pylist().index(row["row"])
        whole = tables[row["table"]].slice(at, 1).to_pylist()[0]
        assert row["file"] == f"{row['table']}.csv"
        assert {k: whole[k] for k in row["content"]} == row["content"]


def test_a_row_leads_to_the_figures_that_it_touches(results):
    explained = explain(results, some(results, "need", 1, seed=5)[0])
    for row in explained.rows[:2]:
        assert explained.figure["figure"] in figures_of_row(results, row["table"], row["row"])
    behind = explain(results, explained.parameters["from"][0])
    assert explained.figure["figure"] in figures_of_row(results, "events", behind.rows[0]["row"])


def test_an_area_without_need_says_why_and_what_it_lacks(results):
    codes = {r["figure"]: r for r in results.rows("figures")}
    blank = next(f for f, r in codes.items() if r["measure"] == "need" and r["state"] == "no_data")
    explained = explain(results, blank)
    lacking = [c for c, part in explained.parameters["parts"].items() if part["z"] is None]
    assert lacking
    assert explained.parameters["why"]["en"].startswith("not published")
    assert not {r["role"] for r in explained.rows} & set(lacking)


WORDS = (("active", "known_active"), ("dates_unknown", "dates_unknown"), ("ended", "known_ended"))


def presence(explained):
    """Methods C0 from the periods of the rows listed; rows of wider places say so by their count alone."""
    periods = [r["content"]["period"] for r in explained.rows]
    counts = {p: explained.parameters[p] for p, _ in WORDS}
    if not any(counts.values()):
        assert len(periods) == explained.parameters["coarse"]
        return "coarse_only" if periods else "none_known"
    assert counts == {p: periods.count(p) for p, _ in WORDS}
    return next(word for period, word in WORDS if period in periods)


def test_presence_by_province_for_the_public_and_by_district_for_readers_with_a_role(results, restricted):
    for shown, most in ((results, 10**6), (restricted, 400)):
        level = {p["code"]: p["level"] for p in shown.rows("places")}
        cells = [r for r in shown.rows("figures") if r["measure"] == "presence"]
        if shown is results:
            cells = [c for c in cells if level[c["area_code"]] == "1"]
        seen = set()
        for cell in random.Random(6).sample(cells, min(most, len(cells))):
            explained = explain(shown, cell["figure"])
            assert presence(explained) == explained.parameters["presence"], cell["figure"]
            seen.add(explained.parameters["presence"])
        assert len(seen) >= 3


def test_districts_tell_the_public_no_count_and_no_row_of_work_that_is_not_open(results, restricted):
    level = {p["code"]: p["level"] for p in results.rows("places")}
    cells = [
        r for r in results.rows("figures") if r["measure"] == "presence" and level[r["area_code"]] == "2"
    ]
    for cell in cells:
        assert set(json.loads(cell["parameters"])) == {"presence"}
    listed = {f["figure"] for f in results.rows("lineage") if f["table"] == "initiatives"}
    for figure in random.Random(7).sample(sorted({c["figure"] for c in cells} & listed), 10):
        for row in explain(results, figure).rows:
            assert row["content"]["title"] != "withheld"
            assert row["row"] is not None


def test_people_in_need(results):
    explained = explain(results, f"people-in-need:{ROUND}:national")
    parameters = explained.parameters
    by_area = {p["area_code"]: p["value"] for p in explained.parts}
    assert set(by_area) == set(parameters["people"])
    total = sum(n for a, n in parameters["people"].items() if by_area[a] >= parameters["edge"])
    assert total == pytest.approx(explained.figure["value"], rel=1e-9)
    known = sum(parameters["people"].values()) + parameters["people_in_areas_without_estimate"]
    assert explained.figure["upper"] <= known * (1 + 1e-9)
    for a in random.Random(8).sample(sorted(by_area), 10):  # the people are those of the rows
        rows = [
            r for r in explain(results, f"severity:{ROUND}:{a.lower()}").rows if r["table"] == "population"
        ]
        again = math.prod(r["content"]["people"] ** r["used"] for r in rows)
        assert again == pytest.approx(parameters["people"][a], rel=1e-6)


def test_half_of_the_deaths(results):
    explained = explain(results, f"half-of-deaths:{ROUND}:national")
    deaths, total = explained.parameters["deaths"], explained.parameters["total"]
    reached, count = 0.0, 0
    for n in sorted(deaths.values(), reverse=True):
        reached, count = reached + n, count + 1
        if reached >= total / 2:
            break
    assert count == explained.figure["value"]
    assert len(explained.parts) == count
    for part in explained.parts:  # the deaths of each are those of the rows that name it
        code = part["area_code"]
        assert deaths_of(explain(results, part["figure"]), (1, 2, 3)) == pytest.approx(deaths[code], rel=1e-6)


def test_an_unknown_figure_is_refused_with_an_example(results):
    with pytest.raises(WrongUse, match="figures look like"):
        explain(results, "need:2022-01-01:nowhere")


def test_an_explanation_is_plain_data_with_versions_and_seed(results):
    told = explain(results, some(results, "need", 1, seed=9)[0]).plain()
    again = json.loads(json.dumps(told))
    assert again["seed"] == 0
    assert again["draws"] == 300
    assert again["snapshot"] == "snapshot"
    assert again["method"]["section"] == "B6"
