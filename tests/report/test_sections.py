"""Sections of the report: bands, what is recorded, how old the data are, how figures are computed."""

from __future__ import annotations

import re

import pytest

from jaiza.records import results as declared
from jaiza.report.data_age import CONTEXT_ROWS, context, data_age, data_first
from jaiza.report.gap_tables import gap_tables
from jaiza.report.method_notes import method_notes
from jaiza.report.need_bands import OPEN_ROWS, need_bands
from jaiza.report.overview import measures, overview
from jaiza.report.presence_matrix import presence_matrix
from jaiza.report.reading import Reading, anchor
from jaiza.report.voice import Voice
from jaiza.store.results import Results, frame


@pytest.fixture
def reading(training: Results) -> Reading:
    return Reading(training, Voice("en"))


def test_every_district_stands_once_in_the_tables_of_need(reading: Reading) -> None:
    bands = need_bands(reading)
    rows = [r for band in (*bands["open"], *bands["folded"]) for r in band["rows"]]
    ids = [r["id"] for r in (*rows, *bands["weak"], *bands["no_data"])]
    ids += [i for p in bands["out_of_scope"] for i in p["ids"]]
    assert sorted(ids) == sorted(anchor("need", r["area_code"]) for r in reading.rows("need"))
    assert len(ids) == len(set(ids))


def test_bands_go_from_the_highest_need_and_stay_short(reading: Reading) -> None:
    bands = need_bands(reading)
    numbers = [b["number"] for b in (*bands["open"], *bands["folded"])]
    assert numbers == sorted(numbers)
    assert numbers[0] == 1
    assert len(bands["open"]) == 1 or sum(len(b["rows"]) for b in bands["open"]) <= OPEN_ROWS
    assert bands["ranked"] == sum(
        r["grade"] in ("A", "B", "C") and r["state"] == "estimated" for r in reading.rows("need")
    )


def test_weak_districts_are_ordered_by_name_and_not_by_value(reading: Reading) -> None:
    order = [(r["admin1_name"], r["area_name"]) for r in reading.weak]
    assert order == sorted(order)


def test_bars_of_what_is_known_hold_every_counted_district(reading: Reading) -> None:
    for row in measures(reading):
        counted = sum(int(n) for n in re.findall(r"\d+", str(row["counts"])))
        # Evidence is measured by approach, and says so in place of counts; some gaps need no census.
        if row["code"] == "evidence":
            assert counted == 0
        else:
            assert len(reading.counted) <= counted <= len(reading.rows("need")), row["code"]


def test_the_first_screen_holds_all_findings(reading: Reading) -> None:
    told = overview(reading)
    held = [f["id"] for kind in ("headlines", "catalogue", "cannot_say") for f in told[kind]]
    assert sorted(held) == sorted(f["id"] for f in reading.results.findings["findings"])


def test_no_count_of_work_by_district_leaves_in_public(reading: Reading) -> None:
    told = presence_matrix(reading)
    words = {c["word"] for p in told["provinces"] for r in p["rows"] for c in r["cells"]}
    assert words <= {"active", "dates unknown", "ended", "·", "no record"}


def test_presence_has_one_column_a_district_and_one_row_an_approach(reading: Reading) -> None:
    told = presence_matrix(reading)
    assert told["districts"] == len(reading.rows("need"))
    assert all(len(r["cells"]) == len(reading.approaches) for p in told["provinces"] for r in p["rows"])
    counts = told["counts"]
    assert len(counts["rows"]) == len(reading.approaches)
    assert {len(r["cells"]) for r in counts["rows"]} == {len(counts["provinces"])}


def test_a_province_without_a_record_is_a_word_and_never_a_zero(reading: Reading) -> None:
    for row in presence_matrix(reading)["counts"]["rows"]:
        for cell in row["cells"]:
            assert not re.search(r"<b>0</b>", str(cell))


def test_gap_tables_keep_districts_without_an_estimate(reading: Reading) -> None:
    for table in gap_tables(reading):
        assert table["total"] == len(table["rows"])
        assert len(reading.counted) <= table["total"] <= len(reading.rows("need"))
        assert 0 < table["known"] <= table["total"]


def test_gaps_without_any_estimate_have_no_table(reading: Reading) -> None:
    rows = [{**r, "state": "no_data", "value": None} for r in reading.rows("gaps")]
    blank = Results(
        reading.results.manifest,
        {**reading.results.frames, "gaps": frame(declared.GAPS, rows)},
        {"findings": []},
    )
    assert gap_tables(Reading(blank, Voice("en"))) == []


def _context(reading: Reading, rows: list[dict[str, object]]) -> Reading:
    frames = {**reading.results.frames, "context": frame(declared.CONTEXT, rows)}
    return Reading(Results(reading.results.manifest, frames, {"findings": []}), Voice("en"))


def test_the_newest_figure_of_each_publisher_is_shown_and_none_is_added(reading: Reading) -> None:
    row = {"level": "province", "place": "P", "period_start": "2023-01-01", "period_end": "2023-12-31", "publisher": "A",
           "measure": "killed", "value": 10.0}  # fmt: skip
    rows = [row, {**row, "period_start": "2024-01-01", "period_end": "2024-12-31", "value": 20.0}, {**row, "publisher": "B", "value": 7.0},
            {**row, "period_start": "2025-01-01", "period_end": "2025-02-28", "value": 3.0}]  # fmt: skip
    shown = [
        (str(r["publisher"]), re.sub("<[^>]*>", "", str(r["value"])))
        for r in context(_context(reading, rows))
    ]
    assert shown == [("A", "20"), ("B", "7")]


def test_context_stays_short(reading: Reading) -> None:
    row = {
        "level": "national",
        "place": "P",
        "period_start": "2023",
        "period_end": "2023",
        "measure": "killed",
        "value": 1.0,
    }
    rows = [{**row, "publisher": f"P{i}"} for i in range(CONTEXT_ROWS + 10)]
    assert len(context(_context(reading, rows))) == CONTEXT_ROWS


def test_data_first_lists_all_that_could_enter(reading: Reading) -> None:
    told = data_first(reading)
    could = [r for r in reading.rows("data_first") if r["could_enter"]]
    assert sum(r["could_enter"] for r in told["rows"]) == len(could)
    assert len(told["rows"]) + told["further"] == len(reading.rows("data_first"))


def test_sources_carry_their_age_and_grade(reading: Reading) -> None:
    told = data_age(reading)
    assert len(told) == len(reading.rows("data_age"))
    assert all('class="grade' in r["grade"] for r in told)


def test_methods_name_every_weight_and_assumption(reading: Reading) -> None:
    told = method_notes(reading)
    names = reading.results.manifest["names"]
    assert len(told["indicators"]) == len(names["indicators"])
    assert len(told["assumptions"]) == len(names["assumptions"])
    assert all(a["source"] for a in told["assumptions"])
    assert len(told["grades"]) == 5


def test_anchors_hold_only_letters_digits_and_hyphens() -> None:
    assert anchor("need", 'PK 1"<x>') == "need-pk-1-x-"
