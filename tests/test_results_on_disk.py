"""Results and snapshots: the same bytes each time, whole or not at all, and never changed behind their manifest."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import small_study

from jaiza.errors import JaizaError
from jaiza.store.results import open_results, rounds_on_disk
from jaiza.store.swapping import folder_beside, recovered, sweep, write_whole


def hashes(folder: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.iterdir())}


def test_two_runs_with_one_seed_give_the_same_bytes(tmp_path: Path) -> None:
    found = []
    for name in ("one", "two"):
        study = small_study.make(tmp_path / name)
        study.assess_rounds(study.rounds, draws=300, seed=7)
        found.append([hashes(study.folder / "results" / r.isoformat()) for r in study.rounds])
    assert found[0] == found[1]
    assert {"manifest.json", "need.csv", "presence.csv", "gaps.csv", "findings.json", "report.html"} <= set(
        found[0][0]
    )


def test_another_seed_moves_intervals_and_not_values(tmp_path: Path) -> None:
    study = small_study.make(tmp_path / "study")
    a, b = (study.assess(draws=300, seed=s).rows("need") for s in (1, 2))
    assert [r["value"] for r in a] == [r["value"] for r in b]
    assert [r["lower"] for r in a] != [r["lower"] for r in b]


def test_row_order_changes_nothing(tmp_path: Path) -> None:
    one, two = (small_study.make(tmp_path / n) for n in ("one", "two"))
    for path in (two.folder / "data").glob("*.csv"):
        head, *rows = path.read_text().splitlines()
        path.write_text("\n".join([head, *reversed(rows)]) + "\n")
    a, b = (s.assess(draws=300).rows("need") for s in (one, two))
    assert a == b


def test_no_wall_clock_time_stands_in_results(tmp_path: Path) -> None:
    study = small_study.make(tmp_path / "study")
    study.assess(draws=200)
    text = (study.folder / "results" / "2025-01-01" / "manifest.json").read_text()
    assert time.strftime("%Y-%m-%d") not in text
    manifest = json.loads(text)
    assert {"seed", "draws", "snapshot", "framework_sha256", "versions", "parameters", "files"} <= set(
        manifest
    )


def test_changed_files_are_noticed(tmp_path: Path) -> None:
    study = small_study.make(tmp_path / "study")
    study.assess(draws=200)
    place = study.folder / "results" / "2025-01-01"
    assert rounds_on_disk(place.parent) == ["2025-01-01"]
    path = place / "need.parquet"
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(JaizaError, match="was changed"):
        open_results(place)
    with pytest.raises(JaizaError, match="no results"):
        open_results(place.parent / "1999-01-01")


def test_an_unchanged_study_keeps_its_snapshot(tmp_path: Path) -> None:
    study = small_study.make(tmp_path / "study")
    first = study.build()
    assert study.build().name == first.name
    path = study.folder / "data" / "events.csv"
    path.write_text(path.read_text().replace(",30,25,40", ",31,25,40"))
    second = study.build()
    assert second.name != first.name
    assert (study.folder / "snapshots" / "current").read_text().strip() == second.name
    assert (first.folder / "manifest.json").exists()


def test_a_swap_that_fails_leaves_the_old_folder(tmp_path: Path) -> None:
    place = tmp_path / "results"
    with folder_beside(place) as beside:
        (beside / "a").write_text("old")

    def fail() -> None:
        with folder_beside(place) as beside:
            (beside / "a").write_text("new")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert (place / "a").read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["results"]


def test_a_crash_between_the_two_moves_is_put_right(tmp_path: Path) -> None:
    place = tmp_path / "results"
    (tmp_path / ".results.old").mkdir()
    (tmp_path / ".results.old" / "a").write_text("old")
    (tmp_path / ".results.new-x1").mkdir()
    assert (recovered(place) / "a").read_text() == "old"
    sweep(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["results"]


def test_a_file_is_written_whole(tmp_path: Path) -> None:
    write_whole(tmp_path / "deep" / "file", b"one")
    write_whole(tmp_path / "deep" / "file", b"two")
    assert (tmp_path / "deep" / "file").read_bytes() == b"two"
    assert len(list((tmp_path / "deep").iterdir())) == 1


def test_a_killed_assessment_leaves_a_whole_state(tmp_path: Path) -> None:
    """SIGKILL at moments spread over the run: what can be opened afterwards is whole, old or new."""
    study = small_study.make(tmp_path / "study")
    study.assess(draws=200, seed=1)
    old = study.results().manifest["files"]
    whole = study.results("2025-01-01").manifest["files"]
    for moment in (0.4, 1.0, 1.4, 1.7, 2.0, 2.4):
        process = subprocess.Popen([sys.executable, "-m", "jaiza", "assess", "--study", str(study.folder), "--draws", "200", "--seed", "1"],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
        time.sleep(moment)
        os.kill(process.pid, signal.SIGKILL) if process.poll() is None else None
        process.wait()
        assert study.results("2025-01-01").manifest["files"] == whole == old
    study.assess(draws=200, seed=1)
    assert not [p for p in (study.folder / "results").iterdir() if p.name.startswith(".")]
