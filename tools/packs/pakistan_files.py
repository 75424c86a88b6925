"""Reading the shared tables and writing the pack's: same bytes each time, nothing dropped without a word."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from jaiza.records.declared import TABLES

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"
PACK = Path(__file__).resolve().parents[2] / "src" / "jaiza" / "packs" / "pakistan"
NAMES_UR = Path(__file__).resolve().parent / "names_ur.csv"
Row = dict[str, str]


def read(path: Path | str) -> list[Row]:
    """Rows of a shared table, by its path below the shared data."""
    with (SHARED / path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def urdu_names() -> dict[str, tuple[str, str]]:
    """Urdu name and other Urdu spellings by code, written for this pack."""
    with NAMES_UR.open(encoding="utf-8", newline="") as file:
        return {r["code"]: (r["name_ur"], r["other_names_ur"]) for r in csv.DictReader(file)}


def write(folder: Path, name: str, rows: Sequence[Mapping[str, object]]) -> int:
    """Write one declared table; KeyError for a column that is not declared. Returns the number of rows."""
    columns = TABLES[name].names
    unknown = {c for r in rows for c in r} - set(columns)
    if unknown:
        raise KeyError(f"{name} declares no {', '.join(sorted(unknown))}")
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([cell(r.get(c)) for c in columns] for r in rows)
    return len(rows)


def cell(value: object) -> str:
    """A value as it stands in a cell; floats without noise, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        value = round(value, 6)
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value)


class Sources:
    """Sources by address and title, each with a short code that is stable as long as the order of reading is."""

    def __init__(self, named: Sequence[Mapping[str, object]]) -> None:
        self.rows: list[dict[str, object]] = [dict(r) for r in named]
        self._codes: dict[tuple[str, str, str], str] = {}

    def code(self, row: Row) -> str | None:
        """The code of the source that a shared row cites; None where the edition withholds it."""
        title, address, year = (
            row["source_title"].strip(),
            row["source_url"].strip(),
            row.get("source_year", "").strip(),
        )
        if not title and not address:
            return None
        if title.startswith("withheld"):
            address, year = "", ""
        key = (address, title, year)
        if key not in self._codes:
            self._codes[key] = f"s{len(self._codes) + 1:04d}"
            self.rows.append({"id": self._codes[key], "title": title or address, "address": address, "published": year,
                              "licence": "fact cited from a public page"})  # fmt: skip
        return self._codes[key]
