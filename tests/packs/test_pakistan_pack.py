"""The Pakistan pack reconciles with its sources, and stays safe."""

from __future__ import annotations

import csv
import datetime as dt
import subprocess
import sys
from collections import Counter
from importlib import resources
from pathlib import Path

import pytest

from jaiza import framework as framework_file
from jaiza.build import read_study
from jaiza.places.scope import scope
from jaiza.records.tables_of_study import Tables

PACK = Path(str(resources.files("jaiza") / "packs" / "pakistan"))
ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "data"
needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the shared data do not lie beside this checkout"
)


def rows(name: str) -> list[dict[str, str]]:
    with (PACK / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def tables() -> Tables:
    framework = framework_file.read(PACK / "framework.toml")
    reading = read_study(PACK / "data", framework, today=dt.date(2026, 11, 24))
    assert [p.said() for p in reading.stopping] == []
    return Tables(reading.tables)


def test_160_districts_of_which_135_hold_the_136_of_the_census(tables: Tables) -> None:
    districts = [r for r in tables.rows("areas") if r["level"] == "2"]
    assert len(districts) == 160
    counted = {r["area"] for r in tables.rows("population") if r["counted_on"] == "2023-03-01"}
    assert len(counted) == 135
    # The 136th, Keamari, is counted in West Karachi, its legal parent.
    assert "PK729" in counted
    assert {r["code"] for r in districts if r["counted_in"]} == {"PK218"}
    assert len(scope(tables.rows("areas")).areas) == 159


@pytest.mark.parametrize(("day", "people"), [("2023-03-01", 241_499_431), ("2017-03-15", 207_684_626)])
def test_people_add_up_to_the_published_totals(tables: Tables, day: str, people: int) -> None:
    found = [r["people"] for r in tables.rows("population")
             if (r["sex"], r["age_band"], r["residence"], r["counted_on"]) == ("all", "all", "all", day)]  # fmt: skip
    assert sum(found) == people


def test_events_and_deaths_reconcile_and_none_is_dropped(tables: Tables) -> None:
    events = tables.rows("events")
    deaths = sum(r["deaths_best"] for r in events)
    assert (sum(r["events"] for r in events), deaths) == (6416, 43225)
    where = scope(tables.rows("areas"))
    parts: Counter[str] = Counter()
    for r in events:
        kind = "unlocated" if r["location_precision"] >= 4 else where.kind[r["place"]]
        parts[kind] += r["deaths_best"]
    assert parts.total() == deaths
    shares = {kind: round(100 * count / deaths, 1) for kind, count in parts.items()}
    assert shares == {"area": 87.2, "former": 4.1, "unlocated": 8.8}


def test_247_initiatives_and_153_organisations(tables: Tables) -> None:
    assert tables["initiatives"].num_rows == 247
    assert tables["organisations"].num_rows == 153
    assert sum(1 for r in tables.rows("initiatives") if r["id"].startswith("local-work-")) == 32


def test_every_unnamed_row_shares_what_remains_of_it_with_at_least_two_others() -> None:
    """Over every table that names initiatives, so that no join tells one unnamed row from the others."""
    unnamed = {r["id"] for r in rows("initiatives") if r["id"].startswith("local-work-")}
    assert len(unnamed) == 32
    traits: dict[str, list[tuple[str, ...]]] = {i: [] for i in unnamed}
    for r in rows("initiatives"):
        if r["id"] in unnamed:
            traits[r["id"]].append(("initiatives", *(v for k, v in r.items() if k != "id")))
    by_initiative = ("initiative_approaches", "initiative_areas", "initiative_groups", "participation", "delivery", "funding",
                     "partnerships", "alignments")  # fmt: skip
    for name in by_initiative:
        if not (PACK / "data" / f"{name}.csv").exists():
            continue
        for r in rows(name):
            if r["initiative"] in unnamed:
                traits[r["initiative"]].append((name, *(v for k, v in r.items() if k != "initiative")))
    alike = Counter(tuple(sorted(t)) for t in traits.values())
    assert min(alike.values()) >= 3, f"told apart: {[k for k, n in alike.items() if n < 3]}"


def test_the_unnamed_organisation_is_in_no_tie() -> None:
    assert all("local" not in (r["org_a"], r["org_b"]) for r in rows("partnerships"))
    assert [r["stands_for"] for r in rows("organisations") if r["id"] == "local"] == ["22"]


def test_copied_values_are_not_observations() -> None:
    copied = [r for r in rows("indicators") if r["note"].startswith("the publisher copied")]
    assert copied
    assert all(r["state"] == "not_reported" and not r["value"] for r in copied)


def test_rounds_are_assessed_on_sources_that_say_their_age(tables: Tables) -> None:
    source = next(r for r in tables.rows("sources") if r["id"] == "ucdp-ged-22-1")
    assert (source["covers_from"], source["covers_to"], source["media_based"]) == (
        "1989-01-01",
        "2021-12-31",
        True,
    )
    assert all(r["title"] for r in tables.rows("sources"))


@needs_shared
def test_all_coded_pairs_are_there_named_or_as_counts() -> None:
    objectives = [r for r in rows("objectives") if r["domain"] != "kinetic"]
    hidden = sum(int(r["initiatives"]) for r in rows("alignments_withheld"))
    named = len({r["initiative"] for r in rows("coded_units")}) * len(objectives)
    assert hidden + named == 21_736
    links = Counter(r["coder"] for r in rows("alignments"))
    for coder, column, total in (("A", "code_a", 1582), ("B", "code_b", 1265)):
        unnamed = sum(int(r["initiatives"]) for r in rows("alignments_withheld") if r[column] != "0")
        assert links[coder] + unnamed == total


@needs_shared
def test_the_pack_is_what_its_maker_makes(tmp_path: Path) -> None:
    made = subprocess.run([sys.executable, str(ROOT / "tools" / "packs" / "pakistan.py"), str(tmp_path)], capture_output=True,
                          text=True, check=True)  # fmt: skip
    assert "left out because the source gives no year: " in made.stdout
    for path in sorted((PACK / "data").glob("*.csv")):
        assert (tmp_path / path.name).read_bytes() == path.read_bytes(), path.name
