"""Indicators of protected traits and of danger are refused as inputs, wherever they stand (methods B5)."""

from __future__ import annotations

from pathlib import Path

import pytest
import small_study

from jaiza.errors import DataProblems
from jaiza.study import open_study


@pytest.mark.parametrize(
    "code",
    [
        "religion_share",
        "sect",
        "ethnicity",
        "madrasa_count",
        "risk_score",
        "political_opinion",
        "mother_tongue",
    ],
)
def test_a_table_with_such_an_indicator_is_refused(tmp_path: Path, code: str) -> None:
    study = small_study.make(tmp_path / "study")
    path = study.folder / "data" / "indicators.csv"
    path.write_text(path.read_text() + f"X101,{code},0.5,,observed,2023-01-01,2023-12-31,s\n")
    with pytest.raises(DataProblems) as stopped:
        study.build()
    assert stopped.value.exit_code == 3
    assert any(p.refused and p.file == "indicators.csv" and p.row == 20 for p in stopped.value.problems)


@pytest.mark.parametrize(
    ("code", "name"),
    [("sect_share", "Share of a group"), ("x1", "Religious sect"), ("x2", "Radicalisation risk")],
)
def test_a_framework_with_such_an_indicator_is_refused(tmp_path: Path, code: str, name: str) -> None:
    study = small_study.make(tmp_path / "study")
    path = study.folder / "framework.toml"
    text = (
        path.read_text(encoding="utf-8")
        .replace('code = "poverty_headcount"', f'code = "{code}"')
        .replace('en = "People in poverty"', f'en = "{name}"')
    )
    path.write_text(text, encoding="utf-8")
    problems = open_study(study.folder).check()
    assert any(p.refused and p.file == "framework.toml" for p in problems)


def test_structural_conditions_are_accepted(tmp_path: Path) -> None:
    assert not any(p.refused for p in small_study.make(tmp_path / "study").check())
