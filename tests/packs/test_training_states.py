"""In the training study every state and every grade occurs somewhere, and every output says that it is fictional."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jaiza.scores import STATES
from jaiza.store.results import Results
from jaiza.study import Study, new_study


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    study = new_study(tmp_path_factory.mktemp("training") / "demo-training", "training")
    study.assess_rounds(study.rounds, draws=300)
    return study


def figures(results: Results) -> list[dict[str, object]]:
    return [*results.rows("need"), *results.rows("gaps"), *results.rows("coverage")]


def test_every_state_and_every_grade_occurs(study: Study) -> None:
    rows = [r for as_of in study.rounds for r in figures(study.results(as_of))]
    assert {r["state"] for r in rows} == set(STATES)
    assert {r["grade"] for r in rows if r["grade"]} == set("ABCDE")


def test_every_file_of_the_results_says_fictional(study: Study) -> None:
    home = study.folder / "results" / study.rounds[-1].isoformat()
    assert json.loads((home / "findings.json").read_text())["fictional"] is True
    assert json.loads((home / "manifest.json").read_text())["study"]["fictional"] is True
    for path in home.glob("*.csv"):
        lines = path.read_text().splitlines()
        assert lines[0].endswith(",fictional"), path.name
        assert all(line.endswith(",yes") for line in lines[1:]), path.name
    assert "ictional" in (home / "report.html").read_text()
    assert "فرضی" in (home / "report.ur.html").read_text()


def test_results_that_lie_on_disk_open_again(study: Study) -> None:
    for as_of in study.rounds:
        assert Path(study.results_home() / as_of.isoformat() / "report.html").exists()
        assert len(study.results(as_of).rows("need")) == 42
