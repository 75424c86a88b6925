"""Results of the training pack, assessed once for all tests of the report."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import pytest

from jaiza import framework
from jaiza.assess import About, assess
from jaiza.build import read_study
from jaiza.records.tables_of_study import Tables
from jaiza.store.results import Results

ROUND = dt.date(2025, 1, 1)


def read(pack: str) -> dict[str, object]:
    home = Path(str(resources.files("jaiza") / "packs" / pack))
    reading = read_study(home / "data", framework.read(home / "framework.toml"), today=dt.date(2026, 11, 1))
    return dict(reading.tables)


def assessed(tables: dict[str, object], as_of: dt.date = ROUND, name: str = "training") -> Results:
    pack = Path(str(resources.files("jaiza") / "packs" / name))
    about = tomllib.loads((pack / "study.toml").read_text(encoding="utf-8"))
    return assess(
        Tables(tables),
        framework.read(pack / "framework.toml"),
        About(about, "0" * 12, "f" * 64),
        as_of,
        draws=200,
    )


@pytest.fixture(scope="session")
def training_tables() -> dict[str, object]:
    return read("training")


@pytest.fixture(scope="session")
def training(training_tables: dict[str, object]) -> Results:
    return assessed(training_tables)


@pytest.fixture(scope="session")
def pakistan() -> Results:
    return assessed(read("pakistan"), dt.date(2022, 1, 1), "pakistan")


@pytest.fixture(scope="session")
def assess_tables() -> Callable[..., Results]:
    return assessed
