"""From a figure to the rows, formula and parameters that it stands on, and from a row to its figures."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow.compute as pc

from jaiza.errors import WrongUse
from jaiza.language import Text, bilingual, text
from jaiza.store.results import Results

METHODS: Mapping[str, Text] = {
    "B1": text("reported deaths, added up by district"),
    "B3": text(
        "severity points of events, decayed by age, per 100,000 person-years, steadied by what all districts share"
    ),
    "B6": text("parts between fixed goalposts, joined by a weighted geometric mean"),
    "C": text("people reached as a share of those to be reached"),
    "C0": text("what the records say of work in a place"),
    "J": text("ranks over all draws"),
}
METHODS_VERSION = 1


@dataclass(frozen=True)
class Explanation:
    """One figure opened: the figure, its parameters, the round's shared parameters, its rows, its parts.

    ``rows`` are lineage rows (table, role, file, sheet, row, used, content); ``parts`` the figures it is made of.
    """

    figure: Mapping[str, Any]
    parameters: Mapping[str, Any]
    shared: Mapping[str, Any]
    rows: tuple[Mapping[str, Any], ...]
    parts: tuple[Mapping[str, Any], ...]
    area_name: Text | None
    manifest: Mapping[str, Any]

    @property
    def method(self) -> Text:
        """The formula in words."""
        return METHODS.get(str(self.figure["method"]), text("see the methods"))

    def plain(self) -> dict[str, Any]:
        """The explanation as plain data."""
        return {
            "figure": dict(self.figure) | {"parameters": dict(self.parameters)},
            "shared_parameters": dict(self.shared),
            "method": {
                "section": self.figure["method"],
                "version": METHODS_VERSION,
                "words": self.method.said("en"),
            },
            "parts": [dict(p) for p in self.parts],
            "rows": [dict(r) for r in self.rows],
            "seed": self.manifest["seed"],
            "draws": self.manifest["draws"],
            "snapshot": self.manifest["snapshot"],
            "framework_sha256": self.manifest["framework_sha256"],
        }


def explain(results: Results, figure: str) -> Explanation:
    """The explanation of one figure. Raises WrongUse, with near names, when the round has no such figure."""
    frames = results.frames
    found = frames["figures"].filter(pc.equal(frames["figures"]["figure"], figure.strip().lower()))
    if not found.num_rows:
        raise WrongUse(
            text("{figure} is no figure of the round {as_of}; figures look like {example}", figure=figure,
                 as_of=results.as_of, example=_example(results))
        )  # fmt: skip
    row = found.to_pylist()[0]
    parameters = json.loads(row.pop("parameters") or "{}")
    lineage = frames["lineage"].filter(pc.equal(frames["lineage"]["figure"], row["figure"])).to_pylist()
    for entry in lineage:
        entry["content"] = json.loads(entry["content"] or "{}")
    wanted = parameters.get("from", [])
    parts = (
        frames["figures"]
        .filter(pc.is_in(frames["figures"]["figure"], value_set=_strings(wanted)))
        .to_pylist()
    )
    for part in parts:
        part["parameters"] = json.loads(part["parameters"] or "{}")
    return Explanation(
        figure=row,
        parameters=parameters,
        shared=results.manifest["measures"].get(row["measure"], {}),
        rows=tuple(lineage),
        parts=tuple(sorted(parts, key=lambda p: wanted.index(p["figure"]))),
        area_name=_area_name(results, row["area_code"]),
        manifest=results.manifest,
    )


def figures_of_row(results: Results, table: str, row: int) -> list[str]:
    """Ids of the figures that one row of a table touched, by its row number in the file; also through other figures."""
    lineage = results.frames["lineage"]
    direct = lineage.filter(pc.and_(pc.equal(lineage["table"], table), pc.equal(lineage["row"], row)))[
        "figure"
    ].to_pylist()
    touched = set(direct)
    for figure in results.rows("figures"):
        if touched & set(json.loads(figure["parameters"] or "{}").get("from", [])):
            touched.add(figure["figure"])
    return sorted(touched)


def _strings(values: list[str]) -> Any:
    import pyarrow as pa

    return pa.array(values, pa.string())


def _example(results: Results) -> str:
    figures = results.frames["figures"]["figure"]
    return str(figures[0].as_py()) if len(figures) else "need:2022-01-01:pk501"


def _area_name(results: Results, code: str | None) -> Text | None:
    for place in results.rows("places"):
        if code is not None and place["code"] == code:
            return bilingual(place["name"], place["name_ur"])
    return None
