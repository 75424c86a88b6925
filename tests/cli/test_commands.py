"""Commands as people type them: what is printed in each format, how they end, and never a traceback."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import small_study

from jaiza.cli import main
from jaiza.records.declared import TABLES
from jaiza.study import new_study

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs one command and gives its exit code, what it printed, and what it said on standard error."""

    def type_in(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(a) for a in arguments])
        shown = capsys.readouterr()
        assert "Traceback" not in shown.out + shown.err
        return int(ended.value.code or 0), shown.out, shown.err

    return type_in


@pytest.fixture(scope="module")
def assessed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study with results, for commands that only read."""
    study = small_study.make(tmp_path_factory.mktemp("assessed") / "study")
    study.assess_rounds(study.rounds, draws=100)
    return study.folder


@pytest.fixture
def folder(assessed: Path, tmp_path: Path) -> Path:
    """A copy of it, to break."""
    return Path(shutil.copytree(assessed, tmp_path / "study"))


def state(folder: Path) -> dict[str, str]:
    files = [
        p
        for part in ("snapshots", "results", "restricted")
        for p in (folder / part).rglob("*")
        if p.is_file()
    ]
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


READERS = [["gaps"], ["gaps", "need"], ["gaps", "presence"], ["gaps", "coverage"], ["gaps", "data_first"], ["gaps", "data_age"],
           ["gaps", "--area", "X101"], ["gaps", "need", "--area", "x101"], ["gaps", "--as-of", "2024-01-01"],
           ["explain", "need:2025-01-01:x101"], ["check"]]  # fmt: skip


@pytest.mark.parametrize("arguments", READERS, ids=" ".join)
def test_each_format_holds_the_same_rows(run: Run, assessed: Path, arguments: list[str]) -> None:
    code, table, _ = run(*arguments, "--study", assessed)
    assert (code, bool(table.strip())) == (0, True)
    code, as_json, _ = run(*arguments, "--study", assessed, "--format", "json")
    records = json.loads(as_json)
    assert code == 0
    code, as_csv, _ = run(*arguments, "--study", assessed, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(as_csv)))
    assert code == 0
    records = records["rows"] if isinstance(records, dict) else records
    assert len(rows) == len(records)
    if records:
        assert list(rows[0]) == list(records[0])


def test_problems_in_each_format(run: Run, folder: Path) -> None:
    path = folder / "data" / "population.csv"
    path.write_text(path.read_text().replace("100000,", "=2+2,", 1))
    code, out, _ = run("check", "--study", folder, "--format", "json")
    problem = json.loads(out)[0]
    assert code == 1
    assert {k: problem[k] for k in ("file", "row", "column", "value", "kind")} == {
        "file": "population.csv", "row": 2, "column": "people", "value": "=2+2", "kind": "problem",
    }  # fmt: skip
    assert problem["mend"]
    _, out, _ = run("check", "--study", folder, "--format", "csv")
    # A spreadsheet must not run what somebody typed.
    assert next(csv.DictReader(io.StringIO(out)))["value"] == "'=2+2"
    _, out, _ = run("--lang", "ur", "check", "--study", folder)
    assert "population.csv" in out
    assert "\u06d4" in out


@pytest.mark.parametrize("fmt", ["table", "csv", "json"])
def test_refused_values_are_printed_in_no_format(run: Run, folder: Path, fmt: str) -> None:
    path = folder / "data" / "organisations.csv"
    head, first, *rest = path.read_text().splitlines()
    other = folder / "data" / "initiatives.csv"
    other.write_text(other.read_text().replace("Open office programme", "Ask p@example.org", 1))
    path.write_text(
        "\n".join([f"{head},Contact person", f"{first},Zulaikha", *(f"{r}," for r in rest)]) + "\n"
    )
    before = state(folder)
    for command in (["check", "--format", fmt], ["assess", "--draws", "100"]):
        code, out, err = run(*command, "--study", folder)
        assert code == 3
        assert "Zulaikha" not in out + err
        assert "p@example.org" not in out + err
        assert "Contact person" in out + err
    assert state(folder) == before


def test_one_bad_cell_in_the_training_study(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "training"
    new_study(folder, "training").assess(draws=100)
    before = state(folder)
    path = folder / "data" / "population.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    column = lines[0].rstrip("\r\n").split(",").index("people")
    cells = lines[3].split(",")
    cells[column] = "plenty"
    path.write_text("".join([*lines[:3], ",".join(cells), *lines[4:]]), encoding="utf-8")
    for command in (["check"], ["assess", "--draws", "100"]):
        code, out, err = run(*command, "--study", folder)
        assert code == 1
        assert "population.csv, row 4, people: “plenty” is not a whole number; write digits only" in out + err
    assert state(folder) == before


def test_a_new_empty_study_says_what_each_file_would_switch_on(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "empty-study"
    assert run("new", folder, "--pack", "empty")[0] == 0
    assert {p.stem for p in (folder / "templates").glob("*.xlsx")} == set(TABLES)
    for command in ("check", "assess"):
        code, out, err = run(command, "--study", folder)
        assert (code, err) == (0, "")
        words = " ".join(out.split())
        for table in TABLES.values():
            assert f"data/{table.name}.csv" in words
            assert all(word in words for word in table.unlocks.split())
    assert not (folder / "results").exists()
    assert run("gaps", "--study", folder)[0] == 1


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [(["explain", "need:2025-01-01:nowhere"], "figures look like"), (["explain", "nonsense"], "figures look like"),
     (["explain", "need:2025-99-99:x101"], "is not a date"), (["explain", "--row", "events"], "write TABLE:ROW"),
     (["explain", "--row", "events:" + "9" * 30], "write TABLE:ROW"), (["explain", "--row", "events:²"], "write TABLE:ROW"),
     (["explain", "need:2025-01-01:x101", "--row", "events:2"], "name a figure, or a row"), (["gaps", "beauty"], "write one of"),
     (["gaps", "coverage", "--area", "X999"], "is no area"), (["gaps", "--area", "X999"], "is no area"), (["gaps", "--format", "xml"], "xml"),
     (["gaps", "--as-of", "2019-01-01"], "its rounds are"), (["assess", "--seed", "-1"], "seed"), (["assess", "--draws", "99"], "at least 100"),
     (["assess", "--audience", "everyone"], "everyone"), (["report", "--lang", "xx"], "write en or ur"), (["report", "--format", "gif"], "write html"),
     (["dance"], "dance"), (["check", "--colour"], "--colour")],
)  # fmt: skip
def test_wrong_use_ends_with_2_and_says_what_would_be_right(
    run: Run, assessed: Path, arguments: list[str], expected: str
) -> None:
    tail = [] if arguments in (["dance"], ["check", "--colour"]) else ["--study", assessed]
    code, _, err = run(*arguments, *tail)
    assert code == 2
    assert expected in err


def test_a_row_leads_to_its_figures(run: Run, assessed: Path) -> None:
    _, out, _ = run("explain", "--row", "events:2", "--study", assessed, "--format", "json")
    assert "need:2025-01-01:x101" in [r["figure"] for r in json.loads(out)]
    assert run("explain", "--row", "events:999", "--study", assessed)[0] == 0


def test_the_restricted_view(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = state(folder)
    for command in ("assess", "gaps", "report"):
        assert run(command, "--study", folder, "--audience", "restricted")[0] == 3
    assert state(folder) == before
    monkeypatch.setattr("jaiza.study._login", lambda: "coordinator")
    about = folder / "study.toml"
    about.write_text(
        about.read_text(encoding="utf-8").replace("readers = []", 'readers = ["coordinator"]'),
        encoding="utf-8",
    )
    assert run("assess", "--study", folder, "--audience", "restricted", "--draws", "100")[0] == 0
    now = state(folder)
    assert {k: v for k, v in now.items() if not k.startswith("restricted/")} == before
    assert any(name.startswith("restricted/2025-01-01/") for name in now)
    code, out, _ = run("gaps", "presence", "--study", folder, "--audience", "restricted", "--format", "json")
    assert code == 0
    assert any(r["area_code"] == "X203" and r["presence"] == "known_active" for r in json.loads(out))


BROKEN: dict[str, tuple[str, bytes | None]] = {
    "no TOML": ("study.toml", b"rounds = ["),
    "not UTF-8": ("study.toml", b"\xff\xfe"),
    "rounds a number": ("study.toml", b"rounds = 5"),
    "rounds no dates": ("study.toml", b'rounds = ["someday"]'),
    "languages a number": ("study.toml", b'rounds = ["2025-01-01"]\nlanguages = 5'),
    "name a text": ("study.toml", b'rounds = ["2025-01-01"]\nname = "x"'),
    "versions a number": ("study.toml", b'rounds = ["2025-01-01"]\nversions = 3'),
    "versions words": ("study.toml", b'rounds = ["2025-01-01"]\nversions = {areas = "x"}'),
    "restricted a text": ("study.toml", b'rounds = ["2025-01-01"]\nrestricted = "me"'),
    "readers a text": ("study.toml", b'rounds = ["2025-01-01"]\nrestricted = {readers = "me"}'),
    "framework no TOML": ("framework.toml", b"= 1"),
    "framework missing": ("framework.toml", None),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_settings_name_the_file(run: Run, folder: Path, case: str) -> None:
    file, content = BROKEN[case]
    (folder / file).unlink()
    if content is not None:
        (folder / file).write_bytes(content)
    before = state(folder)
    for command in ("check", "assess", "gaps"):
        code, _, err = run(command, "--study", folder)
        assert code == 1
        assert file in err
        assert "should not have" not in err
    assert state(folder) == before


@pytest.mark.parametrize("part", ["snapshots", "results"])
def test_what_cannot_be_written_is_named(run: Run, folder: Path, part: str) -> None:
    """A plain file stands where the folder should be made."""
    shutil.rmtree(folder / part)
    (folder / part).write_text("in the way")
    code, _, err = run("assess", "--study", folder, "--draws", "100")
    assert code == 1
    assert part in err
    assert "cannot be read or written" in err
    assert (folder / part).read_text() == "in the way"


def test_a_folder_without_the_right_to_write(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object, **__: object) -> str:
        raise PermissionError(13, "Permission denied", str(folder / "results"))

    before = state(folder)
    monkeypatch.setattr("jaiza.store.swapping.tempfile.mkdtemp", denied)
    code, _, err = run("assess", "--study", folder, "--draws", "100")
    assert code == 1
    assert "Permission denied" in err
    assert state(folder) == before


def test_what_should_not_fail_is_one_sentence_and_a_log(
    run: Run, assessed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("inner words")

    monkeypatch.setattr("jaiza.study.Study.check", broken)
    monkeypatch.delenv("JAIZA_DEBUG", raising=False)
    code, out, err = run("check", "--study", assessed)
    assert code == 1
    assert "inner words" not in out + err
    log = Path(next(w for w in err.split() if w.rstrip(";").endswith(".log")).rstrip(";"))
    assert "inner words" in log.read_text(encoding="utf-8")
    log.unlink()


def test_data_problems_with_no_areas_are_not_passed_over(run: Run, folder: Path) -> None:
    """Without areas nothing can be assessed; but problems in other files come first."""
    (folder / "data" / "areas.csv").unlink()
    code, _, err = run("assess", "--study", folder)
    assert code == 1
    assert "is not in the table areas" in err


def test_a_new_study_is_never_put_over_something(run: Run, tmp_path: Path, folder: Path) -> None:
    file = tmp_path / "a-file"
    file.write_text("mine")
    for place in (file, folder):
        code, _, err = run("new", place)
        assert code == 2
        assert "name a new folder" in err
    assert file.read_text() == "mine"


def test_the_module_runs_and_says_nothing_on_a_closed_pipe(assessed: Path) -> None:
    command = [sys.executable, "-m", "jaiza", "gaps", "presence", "--study", str(assessed), "--format", "csv"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
    assert (process.returncode, said) == (0, "")
