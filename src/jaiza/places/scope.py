"""Scope: the areas that are analysed, and which of them a named place stands for.

An analysed area is a unit of admin level 2 that is not counted in another. A province stands for its districts, a
former place for what it became, an area counted in another for that other. Places that say nothing more than "the
country" stand for no area: a figure known only for the country is never placed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Scope:
    """Analysed areas in code order, the place each other code stands for, and names.

    ``members[code]`` holds positions in ``areas``; it is empty for the country. ``kind[code]`` is "area", "parent",
    "former" or "country".
    """

    areas: tuple[str, ...]
    members: Mapping[str, tuple[int, ...]]
    kind: Mapping[str, str]
    rows: Mapping[str, Mapping[str, Any]]

    def position(self, code: str) -> int | None:
        """Position of the analysed area that a code names alone, or None when it names several or none."""
        found = self.members.get(code, ())
        return found[0] if len(found) == 1 and self.kind.get(code) == "area" else None

    def parent(self, code: str) -> str:
        """Code of the parent of an area, "" when it has none."""
        return str(self.rows[code].get("parent") or "")

    def name(self, code: str, language: str = "en") -> str:
        """Name of a place in a language, English where no Urdu is known."""
        row = self.rows[code]
        return str((row.get("name_ur") if language == "ur" else None) or row["name"])

    def parents(self) -> tuple[str, ...]:
        """Codes of the parents of the analysed areas, in code order."""
        return tuple(sorted({self.parent(a) for a in self.areas} - {""}))

    def split_shares(
        self, code: str, people: NDArray[np.float64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Positions and population shares of the areas a code stands for (methods B2, pi_a = P_a / sum P).

        Areas without a population figure take no share. Both arrays are empty when no member has one, or when the
        code is the country or unknown. ``people`` is (areas,) with nan for unknown.
        """
        positions = np.array(self.members.get(code, ()), dtype=np.int64)
        if not len(positions):
            return positions, np.array([], dtype=np.float64)
        if len(positions) == 1:
            return positions, np.ones(1)
        counts = np.nan_to_num(people[positions], nan=0.0)
        if counts.sum() <= 0:
            return np.array([], dtype=np.int64), np.array([], dtype=np.float64)
        keep = counts > 0
        return positions[keep], counts[keep] / counts[keep].sum()


def scope(rows: Iterable[Mapping[str, Any]]) -> Scope:
    """The scope of a study, from the rows of its ``areas`` table (code, level, parent, members, counted_in).

    Raises ValueError when an area is counted in a code that is not an analysed area.
    """
    by_code = {str(row["code"]): dict(row) for row in rows}
    areas = tuple(sorted(c for c, r in by_code.items() if r["level"] == "2" and not r.get("counted_in")))
    at = {code: i for i, code in enumerate(areas)}
    members: dict[str, tuple[int, ...]] = {code: (i,) for code, i in at.items()}
    kind = dict.fromkeys(areas, "area")
    for code, row in by_code.items():
        if row["level"] == "2" and row.get("counted_in"):
            if row["counted_in"] not in at:
                raise ValueError(f"{code} is counted in {row['counted_in']}, which is not an analysed area")
            members[code], kind[code] = (at[row["counted_in"]],), "area"
    for code, row in by_code.items():
        if row["level"] == "1":
            children = {i for c, i in at.items() if by_code[c].get("parent") == code}
            members[code], kind[code] = tuple(sorted(children)), "parent"
        elif row["level"] == "0":
            members[code], kind[code] = (), "country"
    for code, row in by_code.items():
        if row["level"] == "former":
            members[code], kind[code] = _became(code, by_code, members, frozenset()), "former"
    return Scope(areas, members, kind, by_code)


def _became(
    code: str,
    rows: Mapping[str, Mapping[str, Any]],
    members: Mapping[str, tuple[int, ...]],
    above: frozenset[str],
) -> tuple[int, ...]:
    """Positions of the areas that a former place became, through other former places where it split twice."""
    found: set[int] = set()
    for part in str(rows[code].get("members") or "").split(";"):
        if part in rows and rows[part]["level"] == "former" and part not in above | {code}:
            found |= set(_became(part, rows, members, above | {code}))
        else:
            found |= set(members.get(part, ()))
    return tuple(sorted(found))


def contiguity(neighbours: Iterable[Mapping[str, Any]], areas: tuple[str, ...]) -> NDArray[np.float64]:
    """Row-standardised contiguity W (areas, areas): 1/k for each of an area's k neighbours, a zero row for none."""
    at = {code: i for i, code in enumerate(areas)}
    matrix = np.zeros((len(areas), len(areas)))
    for pair in neighbours:
        a, b = at.get(str(pair["area_a"])), at.get(str(pair["area_b"]))
        if a is not None and b is not None and a != b:
            matrix[a, b] = matrix[b, a] = 1.0
    totals = matrix.sum(axis=1, keepdims=True)
    out = np.zeros_like(matrix)
    np.divide(matrix, totals, out=out, where=totals > 0)
    return out
