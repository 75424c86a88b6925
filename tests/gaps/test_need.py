"""Need at its point: the worked examples through the module, a second implementation, and what must not matter."""

from __future__ import annotations

import datetime as dt
import importlib.util
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from need_studies import (
    AS_OF,
    LIGHT,
    SCHOOL,
    THREE,
    VIOLENCE,
    count,
    event,
    framework,
    indicator,
    random_study,
    scores,
    source,
    study,
    tables,
    value,
)

from jaiza.decide.grades import grades
from jaiza.gaps.need.parts import between_goalposts, joined, parts_of_need, spilled
from jaiza.gaps.need.severity import severity
from jaiza.places.scope import contiguity, scope
from jaiza.records.declared import TABLES

ONLY_VIOLENCE = framework([indicator("violence_severity", 1.0, 0.0, 60.0, transform="log1p")])


def plain():
    path = Path(__file__).parents[1] / "plain" / "need.py"
    spec = importlib.util.spec_from_file_location("plain_need", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def found(made, of=ONLY_VIOLENCE, as_of=AS_OF):
    return severity(made, of, scope(made.rows("areas")), as_of)


def points(made, of=ONLY_VIOLENCE, as_of=AS_OF):
    """Undecayed when half_life is very long; by area."""
    return found(made, of, as_of).totals(of.number("half_life"))


FLAT = framework(
    [indicator("violence_severity", 1.0, 0.0, 60.0, transform="log1p")], half_life=1e12, severity_death=0.0
)


class TestSecondImplementation:
    def test_fifty_random_studies(self):
        second = plain()
        known = 0
        for seed in range(50):
            made, of = random_study(seed)
            rows = {t: made.rows(t) for t in ("areas", "population", "neighbours", "events", "indicators", "sources")}
            parts = [
                {"code": i.code, "weight": i.weight, "low": i.low, "high": i.high, "direction": i.direction,
                 "transform": i.transform, "max_age": i.max_age_months}
                for i in of.indicators
            ]  # fmt: skip
            values = {code: a.value for code, a in of.assumptions.items()}
            expected = second.need(rows, parts, values, AS_OF)
            got = scores(made, of, draws=5)
            assert got.need.areas == tuple(expected)
            wanted = np.array([[np.nan if x is None else x for x in expected[a]] for a in got.need.areas])
            shown = np.column_stack(
                [got.need.value, got.need.details["arithmetic"], got.severity.value]
            )
            np.testing.assert_allclose(shown, wanted[:, :3], rtol=1e-9, atol=1e-9, err_msg=f"study {seed}")
            known += int(np.isfinite(got.need.value).sum())
        assert known > 100  # the studies are not all blank
