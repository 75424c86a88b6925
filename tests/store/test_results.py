"""Results as they leave: declared columns, rounded figures, safe cells; what was changed or broken is not read."""

from __future__ import annotations

import csv
import io
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaiza.errors import JaizaError
from jaiza.records.results import NEED, RESULTS
from jaiza.store.results import (
    Results,
    csv_bytes,
    csv_cell,
    frame,
    json_bytes,
    open_results,
    rounds_on_disk,
    write_results,
)


def need(**values: Any) -> pa.Table:
    return frame(NEED, [{"area_code": "X1", **values}])


def test_nothing_undeclared_leaves() -> None:
    with pytest.raises(ValueError, match="declares no column secret"):
        need(secret="x")


def test_figures_are_rounded_and_undefined_is_missing() -> None:
    row = need(value=np.float64(0.12345678949), lower=math.nan, upper=-1e-12).to_pylist()[0]
    assert (row["value"], row["lower"], row["upper"]) == (0.123456789, None, 0.0)
    assert math.copysign(1, row["upper"]) == 1


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, ""), (True, "yes"), (False, "no"), (2.0, "2"), (0.25, "0.25"), (-3, "-3"), (-0.5, "-0.5"), ("=1+1", "'=1+1"), ("+x", "'+x"),
     ("-x", "'-x"), ("@x", "'@x"), ("plain", "plain"), ("", "")],
)  # fmt: skip
def test_cells_of_a_csv(value: object, shown: str) -> None:
    assert csv_cell(value) == shown


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=20))
def test_no_cell_runs_as_a_formula(words: str) -> None:
    assert csv_cell(words)[:1] not in ("=", "+", "-", "@", "\t", "\r")
    assert csv_cell(words).removeprefix("'") == words.removeprefix("'")


def test_a_fictional_table_says_so_in_every_row() -> None:
    table = pa.table({"a": ["x, y", None], "b": [1.0, 0.5]})
    rows = list(csv.reader(io.StringIO(csv_bytes(table, fictional=True).decode())))
    assert rows == [["a", "b", "fictional"], ["x, y", "1", "yes"], ["", "0.5", "yes"]]
    assert b"fictional" not in csv_bytes(table)


def test_json_is_sorted_readable_and_finite() -> None:
    assert json_bytes({"b": "ضلع", "a": 1}) == '{\n "a": 1,\n "b": "ضلع"\n}\n'.encode()
    with pytest.raises(ValueError, match="JSON"):
        json_bytes({"a": math.nan})


@pytest.fixture
def place(tmp_path: Path) -> Path:
    where = tmp_path / "results" / "2025-01-01"
    write_results(where, Results({"as_of": "2025-01-01"}, {"need": need(value=0.5)}, {"findings": []}))
    return where


def test_what_is_written_is_read_back(place: Path) -> None:
    found = open_results(place)
    assert found.rows("need")[0]["value"] == 0.5
    assert found.rows("gaps") == []
    assert found.to_frame("need")["area_code"].tolist() == ["X1"]
    assert set(found.manifest["files"]) == {"need.csv", "need.parquet", "findings.json"}


def break_json(path: Path) -> None:
    path.write_text("{")


def break_list(path: Path) -> None:
    path.write_text("[]")


def remove(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize(
    ("file", "damage"),
    [("manifest.json", break_json), ("manifest.json", break_list), ("findings.json", break_json), ("findings.json", remove),
     ("need.parquet", break_json)],
)  # fmt: skip
def test_broken_results_end_in_one_sentence(place: Path, file: str, damage: Any) -> None:
    damage(place / file)
    with pytest.raises(JaizaError, match=r"was changed after it was written; run jaiza assess"):
        open_results(place)


def test_a_changed_finding_is_noticed(place: Path) -> None:
    path = place / "findings.json"
    path.write_text(json.dumps({"findings": ["a stronger claim"]}))
    with pytest.raises(JaizaError, match=r"findings\.json"):
        open_results(place)


def test_rounds_are_found_also_after_a_crash_within_a_swap(place: Path) -> None:
    home = place.parent
    assert rounds_on_disk(home) == ["2025-01-01"]
    place.rename(home / ".2025-01-01.old")
    assert rounds_on_disk(home) == ["2025-01-01"]
    assert rounds_on_disk(home / "absent") == []


def test_results_tables_are_declared_like_tables() -> None:
    for table in RESULTS.values() if isinstance(RESULTS, dict) else RESULTS:
        name = table if isinstance(table, str) else table.name
        declared = RESULTS[name]
        assert declared.says
        assert all(c.says for c in declared.columns), name
