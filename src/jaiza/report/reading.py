"""One round's results, read for a page in one language: names, figures and who stands where."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from markupsafe import Markup

from jaiza.report.charts import figure_chip, reason
from jaiza.report.map_symbols import Place
from jaiza.report.maps import places_of
from jaiza.report.voice import Voice
from jaiza.store.results import Results

RANKED_GRADES = ("A", "B", "C")
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Reading:
    """Results of a round and the voice that tells them."""

    results: Results
    voice: Voice

    @property
    def as_of(self) -> str:
        """Date of the round."""
        return self.results.as_of

    @property
    def study(self) -> Mapping[str, Any]:
        """What the results say of their study."""
        about: Mapping[str, Any] = self.results.manifest["study"]
        return about

    @property
    def public(self) -> bool:
        """Whether the results are those that anyone may see."""
        return bool(self.results.manifest["audience"] == "public")

    def rows(self, name: str) -> list[dict[str, Any]]:
        """Rows of a results table."""
        return self.results.rows(name)

    @cached_property
    def places(self) -> dict[str, Row]:
        """Rows of the places table by code."""
        return {r["code"]: r for r in self.rows("places")}

    @cached_property
    def names(self) -> dict[str, str]:
        """Name of every place in the page's language, English where the study has no other."""
        own = "name_ur" if self.voice.language == "ur" else "name"
        return {code: str(r[own] or r["name"]) for code, r in self.places.items()}

    def name(self, row: Row) -> str:
        """Name of the area of a row."""
        return self.names.get(row["area_code"]) or str(row["area_name"])

    def province(self, row: Row) -> str:
        """Name of the province of a row; empty where it has none."""
        code = row.get("admin1_code")
        return self.names.get(str(code), str(row.get("admin1_name") or "")) if code else ""

    def province_of(self, code: str) -> str:
        """Name of the province of an area; empty where it has none."""
        parent = self.places[code]["parent"] if code in self.places else None
        return self.names.get(str(parent), "")

    @cached_property
    def country(self) -> str:
        """Name of the country: from the study, else from its own place."""
        said = self.study.get("country")
        own = next((self.names[c] for c, r in self.places.items() if r["level"] == "0"), "")
        if isinstance(said, Mapping):
            return self.voice.both(said)
        return own or str(said or "")

    @cached_property
    def drawn(self) -> list[Place]:
        """Districts that can be drawn."""
        return places_of(self.rows("places"), self.names)

    @cached_property
    def indicators(self) -> dict[str, str]:
        """Name of every part of need; people, events and other things used, under their own word."""
        return {i["code"]: str(i[self.voice.language]) for i in self.results.manifest["names"]["indicators"]}

    @cached_property
    def approaches(self) -> list[tuple[str, str]]:
        """Code and name of every approach, in the framework's order."""
        return [
            (a["code"], str(a[self.voice.language])) for a in self.results.manifest["names"]["approaches"]
        ]

    @cached_property
    def figures(self) -> dict[str, Row]:
        """Every figure of the round by id."""
        return {r["figure"]: r for r in self.rows("figures")}

    @cached_property
    def ranked(self) -> list[dict[str, Any]]:
        """Areas that enter the ranking, highest need first."""
        inside = [r for r in self.rows("need") if r["band"] is not None]
        return sorted(inside, key=lambda r: (-r["value"], r["area_code"]))

    @cached_property
    def weak(self) -> list[dict[str, Any]]:
        """Areas with an estimate, or bounds, that is too weak to be ranked; by province and name, not by value."""
        inside = [
            r for r in self.rows("need") if r["band"] is None and r["state"] in ("estimated", "too_wide")
        ]
        return sorted(inside, key=lambda r: (r["admin1_name"] or "", r["area_name"]))

    @cached_property
    def counted(self) -> list[dict[str, Any]]:
        """Areas to which need applies at all."""
        return [r for r in self.rows("need") if r["state"] != "not_applicable"]

    @property
    def has_need(self) -> bool:
        """Whether any area has an estimate of need."""
        return bool(self.ranked or self.weak)

    def national(self, measure: str) -> Mapping[str, Any]:
        """The national figure of a measure with its interval; empty where the round gives none."""
        found = (self.results.manifest["measures"].get(measure) or {}).get("national")
        return found if isinstance(found, Mapping) else {}

    def chip(self, row: Row, unit: str = "0 to 1") -> Markup:
        """The chip of a row's figure, with what sets its grade."""
        figure = self.figures.get(row["figure"], {})
        value = None if row["state"] == "too_wide" else row["value"]
        return figure_chip(
            self.voice, value, row["lower"], row["upper"], row["grade"], unit=unit, figure=row["figure"],
            why=reason(self.voice, row["grade"], figure.get("grade_term")),
        )  # fmt: skip

    def said(self, finding: Row, part: str) -> Markup:
        """A part of a finding in the page's language."""
        return self.voice.say(self.voice.both(finding.get(part)))

    def findings(self, kind: str) -> list[dict[str, Any]]:
        """Findings of a kind, each with its sentence, note, chip and what would change it."""
        out = []
        for finding in self.results.findings["findings"]:
            if finding["kind"] != kind:
                continue
            out.append(
                {
                    "id": finding["id"],
                    "sentence": self.said(finding, "text"),
                    "note": self.said(finding, "note"),
                    "would_change": self.said(finding, "would_change"),
                    "chip": self._finding_chip(finding),
                }
            )
        return out

    def _finding_chip(self, finding: Row) -> Markup:
        if not finding.get("figure"):
            return Markup("")
        term = self.figures.get(finding["figure"], {}).get("grade_term")
        return figure_chip(
            self.voice, finding["value"], finding["lower"], finding["upper"], finding["grade"],
            unit=finding["unit"], figure=finding["figure"], why=reason(self.voice, finding["grade"], term), aloud=True,
        )  # fmt: skip


def anchor(kind: str, code: str) -> str:
    """An id on the page for a place: letters, digits and hyphens."""
    return f"{kind}-{re.sub('[^a-z0-9]+', '-', code.lower())}"
