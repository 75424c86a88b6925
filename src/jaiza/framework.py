"""The framework of a study: approaches, indicators, and every value that a person may want to change.

Read from ``framework.toml``. Changing a weight, a goalpost or an assumption changes no Python. Every adjustable
value carries a unit and either a source or the word ``judgement``.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, cast

from jaiza.errors import DataProblems, JaizaError, Problem
from jaiza.language import Text, bilingual, text


class MissingAssumption(JaizaError, KeyError):
    """An assumption that the program needs and framework.toml lacks."""

    def __str__(self) -> str:
        return self.text.said("en")


@dataclass(frozen=True)
class Named:
    """A name in English and Urdu; Urdu falls back on English only where no Urdu was given."""

    en: str
    ur: str

    def said(self, language: str) -> str:
        """The name in a language."""
        return self.ur if language == "ur" else self.en

    @property
    def text(self) -> Text:
        """The name as a sentence to be said later."""
        return bilingual(self.en, self.ur)


@dataclass(frozen=True)
class Approach:
    """A kind of work against violent extremism, with the judgements that coverage and plans need."""

    code: str
    name: Named
    definition: str
    side: str
    level: str
    reference_hours: float
    target_share: float
    source: str


@dataclass(frozen=True)
class Indicator:
    """One part of need: weight, direction (+1 more is worse), fixed goalposts, transform."""

    code: str
    name: Named
    says: Named
    pillar: str
    weight: float
    direction: int
    low: float
    high: float
    transform: Literal["none", "log1p"]
    unit: str
    default_se: float | None
    max_age_months: float
    source: str

    @property
    def computed(self) -> bool:
        """Whether the value is computed from events and people, not read from the indicators table."""
        return self.code == "violence_severity"


@dataclass(frozen=True)
class Assumption:
    """One adjustable value: what it is, its unit, and where it comes from."""

    code: str
    value: Any
    unit: str
    source: str
    name: Named
    says: str


@dataclass(frozen=True)
class Framework:
    """Approaches, indicators and assumptions of one study."""

    approaches: tuple[Approach, ...]
    indicators: tuple[Indicator, ...]
    assumptions: Mapping[str, Assumption]
    version: int

    def number(self, code: str) -> float:
        """The value of an assumption as a number; KeyError names the assumption that is missing."""
        return float(self.assumption(code).value)

    def assumption(self, code: str) -> Assumption:
        """The assumption of that code."""
        if code not in self.assumptions:
            raise MissingAssumption(
                text(
                    "framework.toml has no [assumptions.{code}]; copy it from the one that jaiza new gives",
                    code=code,
                )
            )
        return self.assumptions[code]

    def approach(self, code: str) -> Approach:
        """The approach of that code; KeyError when there is none."""
        for approach in self.approaches:
            if approach.code == code:
                return approach
        raise KeyError(f"framework.toml has no approach {code}")

    def approach_codes(self) -> tuple[str, ...]:
        """Codes of all approaches, in the order of the file."""
        return tuple(a.code for a in self.approaches)

    def with_values(self, **values: Any) -> Framework:
        """A copy with some assumptions changed; KeyError when one does not exist."""
        changed = {code: replace(self.assumption(code), value=value) for code, value in values.items()}
        return replace(self, assumptions={**self.assumptions, **changed})

    def with_weights(self, weights: Mapping[str, float]) -> Framework:
        """A copy with the weights of some indicators changed and all of them scaled to add up to 1."""
        changed = [replace(i, weight=weights.get(i.code, i.weight)) for i in self.indicators]
        total = sum(i.weight for i in changed)
        if not math.isfinite(total) or total <= 0 or any(i.weight < 0 for i in changed):
            raise ValueError(f"weights must be finite, not negative and not all zero; got {dict(weights)}")
        return replace(self, indicators=tuple(replace(i, weight=i.weight / total) for i in changed))

    def parameters(self) -> dict[str, Any]:
        """All adjustable values as plain data, for manifests and explanations."""
        return {
            "assumptions": {a.code: a.value for a in self.assumptions.values()},
            "indicators": {
                i.code: {
                    "weight": i.weight,
                    "low": i.low,
                    "high": i.high,
                    "transform": i.transform,
                    "direction": i.direction,
                }
                for i in self.indicators
            },
        }


def read(path: Path) -> Framework:
    """The framework in a ``framework.toml``.

    Raises DataProblems that name every entry that is missing or makes no sense.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DataProblems([_wrong(path, "file", None, "is missing", "copy one from jaiza new")]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataProblems(
            [_wrong(path, "file", str(error), "is not readable TOML", "mend the line named")]
        ) from None
    reader = _Reader(path)
    framework = Framework(
        approaches=tuple(reader.approach(e) for e in raw.get("approach", [])),
        indicators=tuple(reader.indicator(e) for e in raw.get("indicator", [])),
        assumptions={code: reader.assumption(code, e) for code, e in raw.get("assumptions", {}).items()},
        version=int(raw.get("version", 1)),
    )
    reader.whole(framework)
    if reader.problems:
        raise DataProblems(reader.problems)
    return framework


def _wrong(path: Path, entry: str, value: str | None, what: str, mend: str) -> Problem:
    return Problem(
        text("{what}", what=text(what)), text(mend), "framework", file=path.name, column=entry, value=value
    )


class _Reader:
    """Collects every problem of a framework file before anything is raised."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[Problem] = []

    def say(self, entry: str, value: object, what: str, mend: str) -> None:
        self.problems.append(_wrong(self.path, entry, None if value is None else str(value), what, mend))

    def words(self, entry: str, raw: Mapping[str, Any], key: str, default: str = "") -> str:
        value = raw.get(key, default)
        if not isinstance(value, str) or (not value and not default):
            self.say(f"{entry}.{key}", value, "is missing or not text", "write it between quotation marks")
            return ""
        return value

    def number(self, entry: str, raw: Mapping[str, Any], key: str, default: float | None = None) -> float:
        value = raw.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            self.say(f"{entry}.{key}", value, "is not a finite number", "write a number such as 0.25")
            return math.nan
        return float(value)

    def name(self, entry: str, raw: Mapping[str, Any], key: str = "name") -> Named:
        value = raw.get(key)
        if not isinstance(value, dict) or not value.get("en"):
            self.say(
                f"{entry}.{key}.en", value, "is missing", "give the name in English and, if known, in Urdu"
            )
            return Named("", "")
        return Named(str(value["en"]), str(value.get("ur") or value["en"]))

    def approach(self, raw: Mapping[str, Any]) -> Approach:
        code = str(raw.get("code", ""))
        entry = f"approach {code}"
        definition = raw.get("definition", "")
        if isinstance(definition, dict):
            definition = definition.get("en", "")
        return Approach(
            code=self.words(entry, raw, "code"),
            name=self.name(entry, raw),
            definition=str(definition),
            side=str(raw.get("side", "")),
            level=str(raw.get("level", "")),
            reference_hours=self.number(entry, raw, "reference_hours"),
            target_share=self.number(entry, raw, "target_share"),
            source=self.words(entry, raw, "source"),
        )

    def indicator(self, raw: Mapping[str, Any]) -> Indicator:
        entry = f"indicator {raw.get('code', '')}"
        transform = raw.get("transform", "none")
        if transform not in ("none", "log1p"):
            self.say(f"{entry}.transform", transform, "is not a known transform", 'write "none" or "log1p"')
        low, high = self.number(entry, raw, "low"), self.number(entry, raw, "high")
        if high <= low:
            self.say(f"{entry}.high", high, "must lie above low", "give goalposts in order")
        direction = raw.get("direction", 1)
        if direction not in (1, -1):
            self.say(
                f"{entry}.direction", direction, "must be 1 or -1", "1: more is worse; -1: more is better"
            )
        default_se = raw.get("default_se")
        return Indicator(
            code=self.words(entry, raw, "code"),
            name=self.name(entry, raw),
            says=self.name(entry, raw, "says"),
            pillar=str(raw.get("pillar", "conditions")),
            weight=self.number(entry, raw, "weight"),
            direction=int(direction) if direction in (1, -1) else 1,
            low=low,
            high=high,
            transform=cast(Literal["none", "log1p"], transform),
            unit=self.words(entry, raw, "unit"),
            default_se=None if default_se is None else self.number(entry, raw, "default_se"),
            max_age_months=self.number(entry, raw, "max_age_months", 60.0),
            source=self.words(entry, raw, "source"),
        )

    def assumption(self, code: str, raw: Mapping[str, Any]) -> Assumption:
        entry = f"assumptions.{code}"
        if "value" not in raw:
            self.say(entry, None, "has no value", "write value = …")
        return Assumption(
            code=code,
            value=raw.get("value"),
            unit=self.words(entry, raw, "unit"),
            source=self.words(entry, raw, "source"),
            name=self.name(entry, raw),
            says=str(raw.get("says", "")),
        )

    def whole(self, framework: Framework) -> None:
        """Rules that need the whole file: unique codes, weights that add up to 1."""
        for kind, codes in (
            ("approach", [a.code for a in framework.approaches]),
            ("indicator", [i.code for i in framework.indicators]),
        ):
            for code in sorted({c for c in codes if codes.count(c) > 1}):
                self.say(f"{kind} {code}", code, "stands twice", "keep one of them")
        weights = [i.weight for i in framework.indicators]
        if any(w < 0 for w in weights):
            self.say("indicator.weight", min(weights), "is negative", "give weights of 0 or more")
        elif weights and all(math.isfinite(w) for w in weights) and abs(sum(weights) - 1) > 1e-6:
            self.say(
                "indicator.weight",
                round(sum(weights), 6),
                "is the sum of the weights; it must be 1",
                "scale the weights so that they add up to 1",
            )
