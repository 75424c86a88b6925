"""Who works where: what is recorded, approach by district, a picture and a table for every province."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from jaiza.language import text
from jaiza.report.charts import presence_matrix as picture
from jaiza.report.charts import presence_sign
from jaiza.report.reading import Reading, Row
from jaiza.report.terms import PRESENCE, PRESENCE_SAYS

WIDEST = 30  # columns of the smallest scale, so that few districts do not make huge cells


def presence_matrix(reading: Reading) -> dict[str, Any]:
    """Small pictures and tables by province, counts by province, and the key of the signs."""
    rows = reading.rows("presence")
    cells = {(r["area_code"], r["approach"]): r for r in rows}
    inside = _districts(reading, rows)
    widest = max([WIDEST, *(len(d) for d in inside.values())])
    pictures = [_province(reading, code, districts, cells, widest) for code, districts in inside.items()]
    return {
        "any": any(r["presence"] != "none_known" for r in rows),
        "keys": [
            Markup('<span class="state signs">{}<span>{}</span></span>').format(
                presence_sign(state), reading.voice.say(PRESENCE_SAYS[state])
            )
            for state in PRESENCE
        ],
        "provinces": pictures,
        "approaches": [name for _, name in reading.approaches],
        "counts": _counts(reading, cells),
        "named": sum(p["named"] for p in pictures),
        "districts": sum(len(d) for d in inside.values()),
        "ended": _ended(reading),
        "placed": reading.results.manifest["records"],
    }


def _ended(reading: Reading) -> list[dict[str, Any]]:
    """Work that ended with nothing on record since, by place and approach."""
    names = dict(reading.approaches)
    return [
        {
            "place": reading.name(r),
            "province": reading.province(r) if r["admin1_code"] != r["area_code"] else "",
            "approach": names.get(r["approach"], r["approach"]),
            "last": reading.voice.number(str(r["last"])[:7]),
            "complete": r["registry_complete"],
        }
        for r in sorted(reading.rows("ended"), key=lambda r: (r["area_name"], r["approach"]))
    ]


def _districts(reading: Reading, rows: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Districts by province: those that are ranked first, highest need first, the others by name."""
    order = {r["area_code"]: i for i, r in enumerate(reading.ranked)}
    seen: dict[str, dict[str, str]] = {}
    for row in rows:
        if row["level"] == "2":
            seen.setdefault(row["admin1_code"] or "", {})[row["area_code"]] = row["area_name"]
    return {
        province: sorted(seen[province], key=lambda c: (order.get(c, len(order)), seen[province][c]))
        for province in sorted(seen, key=lambda c: (-len(seen[c]), c))
    }


def _province(
    reading: Reading, code: str, districts: list[str], cells: Mapping[tuple[str, str], Row], widest: int
) -> dict[str, Any]:
    states = [[str(cells[d, a]["presence"]) for a, _ in reading.approaches] for d in districts]
    named = sum(
        any(s in ("known_active", "dates_unknown", "known_ended") for s in column) for column in states
    )
    name = reading.names.get(code, code) if code else reading.country
    label = reading.voice.plain(text("{province}: what is recorded, by district and approach", province=name))
    return {
        "name": name,
        "picture": picture(label, states, widest),
        "named": named,
        "says": reading.voice.say(
            text("work recorded in {named} of {total} districts", named=named, total=len(districts))
        ),
        "rows": [
            {
                "name": reading.names.get(d, d),
                "cells": [
                    {"state": s, "word": "·" if s == "coarse_only" else reading.voice.plain(PRESENCE[s])}
                    for s in column
                ],
            }
            for d, column in zip(districts, states, strict=True)
        ],
    }  # fmt: skip


def _counts(reading: Reading, cells: Mapping[tuple[str, str], Row]) -> dict[str, Any]:
    """Initiatives and organisations recorded, approach by province."""
    provinces = sorted(
        {r["area_code"] for r in reading.rows("presence") if r["level"] == "1"},
    )
    rows = [
        {"name": name, "cells": [_count(reading, cells[p, a]) for p in provinces if (p, a) in cells]}
        for a, name in reading.approaches
    ]
    return {"provinces": [reading.names.get(p, p) for p in provinces], "rows": rows}


def _count(reading: Reading, cell: Row) -> Markup:
    """Initiatives and organisations of one cell; a word where there is none, never a 0."""
    if not cell["initiatives"]:
        return Markup('<span class="state">{}</span>').format(reading.voice.say(PRESENCE[cell["presence"]]))
    organisations = "–" if cell["organisations"] is None else f"{cell['organisations']:.0f}"
    return Markup('<bdi class="num" data-figure="{0}" title="{0}"><b>{1:.0f}</b> / {2}</bdi>').format(
        cell["figure"], cell["initiatives"], organisations
    )
