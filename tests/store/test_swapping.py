"""A process killed at any step of a swap leaves a whole state, the old or the new, that the next reader finds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from jaiza.store.swapping import folder_beside, recovered, sweep, write_whole

# Runs a write again and again in children, each of which kills itself one step later than the one before, until one
# comes through; after each, a reader says which state it finds. One process, so that libraries are loaded once.
DRIVER = r"""
import json, os, shutil, signal, sys
from pathlib import Path
import pyarrow as pa
import pyarrow.parquet as pq
from jaiza.records.declared import TABLES
from jaiza.store import results, snapshots, swapping

home, what = Path(sys.argv[1]), sys.argv[2]
STEPS = [(os, "rename"), (os, "replace"), (os, "fsync"), (os, "chmod"), (shutil, "rmtree"), (pq, "write_table"),
         (Path, "write_bytes"), (Path, "write_text")]

def areas(code):
    row = {name: None for name in TABLES["areas"].schema.names} | {"code": code, "name": code, "level": "2", "src_row": 2}
    return pa.Table.from_pylist([row], schema=TABLES["areas"].schema)

def write(state):
    if what == "results":
        frames = {n: pa.table({"code": [state]}) for n in ("places", "need", "gaps")}
        results.write_results(home / "results" / "2025-01-01", results.Results({"as_of": "2025-01-01", "s": state}, frames, {"s": state}))
    else:
        name = {"old": "0" * 16, "new": "1" * 16}[state]
        snapshots.write_snapshot(home / "snapshots", name, {"areas": areas(state)}, {"areas.csv": state})

def read():
    if what == "results":
        assert results.rounds_on_disk(home / "results") == ["2025-01-01"]
        found = results.open_results(home / "results" / "2025-01-01")
        states = {found.manifest["s"], found.findings["s"], *(r["code"] for n in ("places", "need", "gaps") for r in found.rows(n))}
    else:
        found = snapshots.open_snapshot(home / "snapshots")
        states = {found.manifest["inputs"]["areas.csv"], *(r["code"] for r in found.tables().rows("areas"))}
    assert len(states) == 1, states
    return states.pop()

def killed_before(step):
    left = [step]
    def dying(real):
        def call(*a, **k):
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*a, **k)
        return call
    for place, name in STEPS:
        setattr(place, name, dying(getattr(place, name)))

seen = []
write("old")
for step in range(200):
    shutil.rmtree(home / "results", ignore_errors=True)
    shutil.rmtree(home / "snapshots", ignore_errors=True)
    write("old")
    child = os.fork()
    if child == 0:
        killed_before(step)
        write("new")
        os._exit(0)
    _, status = os.waitpid(child, 0)
    seen.append([os.WIFSIGNALED(status), read()])
    if os.WIFEXITED(status):
        break
write("new")
hidden = [p.name for p in home.rglob(".*")]
print(json.dumps({"seen": seen, "last": read(), "hidden": hidden}))
"""


@pytest.mark.parametrize("what", ["results", "snapshots"])
def test_killed_at_every_step(tmp_path: Path, what: str) -> None:
    run = subprocess.run([sys.executable, "-W", "ignore", "-c", DRIVER, str(tmp_path), what], capture_output=True, text=True, check=False)  # fmt: skip
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout)
    states = [state for _, state in found["seen"]]
    assert len(states) > 8
    assert [killed for killed, _ in found["seen"]] == [True] * (len(states) - 1) + [False]
    # Old until the swap, new from then on, and never back.
    assert states == sorted(states, key=("old", "new").index)
    assert {"old", "new"} == set(states)
    assert (found["last"], found["hidden"]) == ("new", [])


def test_recovered_touches_nothing_when_the_place_is_there(tmp_path: Path) -> None:
    place = tmp_path / "a"
    with folder_beside(place) as beside:
        (beside / "f").write_text("new")
    (tmp_path / ".a.old").mkdir()
    (tmp_path / ".a.old" / "f").write_text("old")
    assert (recovered(place) / "f").read_text() == "new"
    assert recovered(tmp_path / "absent") == tmp_path / "absent"
    assert not (tmp_path / "absent").exists()


def test_a_swap_replaces_the_whole_folder_and_a_left_over_old_one(tmp_path: Path) -> None:
    place = tmp_path / "deep" / "a"
    for name in ("one", "two", "three"):
        if name == "three":
            (place.parent / ".a.old").mkdir()
        with folder_beside(place) as beside:
            (beside / name).write_text(name)
    assert [p.name for p in place.iterdir()] == ["three"]
    assert [p.name for p in place.parent.iterdir()] == ["a"]
    assert place.stat().st_mode & 0o777 == 0o755


def test_sweep_leaves_other_folders(tmp_path: Path) -> None:
    for name in (".a.new-x", "a", ".git"):
        (tmp_path / name).mkdir()
    sweep(tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == [".git", "a"]


def test_a_file_that_cannot_be_moved_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_whole(tmp_path / "f", b"old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space"):
        write_whole(tmp_path / "f", b"new")
    assert (tmp_path / "f").read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["f"]
