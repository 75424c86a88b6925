"""The results of one round on disk: ``results/<as-of>/``, built beside and swapped, the same bytes each time."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from jaiza.errors import JaizaError
from jaiza.language import text
from jaiza.records.results import AS_CSV, RESULTS
from jaiza.records.table import Table
from jaiza.store.swapping import folder_beside, recovered, sweep

if TYPE_CHECKING:
    import pandas as pd

DIGITS = 9  # decimals kept in results: far below any interval, far above float noise between machines


@dataclass(frozen=True)
class Results:
    """What one round's assessment found, as it leaves: declared tables, findings, manifest.

    ``frames`` hold the tables of ``records/results.py``; ``findings`` is the content of ``findings.json``.
    """

    manifest: Mapping[str, Any]
    frames: Mapping[str, pa.Table]
    findings: Mapping[str, Any]
    extra: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def as_of(self) -> str:
        """Date of the round."""
        return str(self.manifest["as_of"])

    @cached_property
    def _rows(self) -> dict[str, list[dict[str, Any]]]:
        return {}

    def rows(self, name: str) -> list[dict[str, Any]]:
        """Rows of a results table as plain dictionaries; empty when the round has none."""
        if name not in self._rows:
            frame = self.frames.get(name)
            self._rows[name] = [] if frame is None else frame.to_pylist()
        return self._rows[name]

    def to_frame(self, name: str) -> pd.DataFrame:
        """A results table as a pandas frame."""
        return self.frames[name].to_pandas()


def frame(table: Table, rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Rows as a results table, numbers rounded to ``DIGITS`` decimals, nan as missing, nothing undeclared."""
    names = set(table.names)
    out = []
    for row in rows:
        stray = set(row) - names
        if stray:
            raise ValueError(f"{table.name} declares no column {', '.join(sorted(stray))}")
        out.append({name: _settled(row.get(name)) for name in table.names})
    schema = pa.schema([pa.field(c.name, c.stored) for c in table.columns])
    return pa.Table.from_pylist(out, schema=schema)


def _settled(value: Any) -> Any:
    if isinstance(value, float) or (hasattr(value, "dtype") and getattr(value.dtype, "kind", "") == "f"):
        number = float(value)
        if math.isnan(number):
            return None
        settled = round(number, DIGITS)
        return 0.0 if settled == 0 else settled
    if hasattr(value, "item"):
        return value.item()
    return value


def csv_bytes(table: pa.Table, *, fictional: bool = False) -> bytes:
    """A results table as UTF-8 CSV; missing cells are blank, whole numbers have no decimal point.

    A fictional study says so in every row, in a last column.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    mark = ["fictional"] if fictional else []
    writer.writerow([*table.column_names, *mark])
    for row in table.to_pylist():
        writer.writerow([*(csv_cell(v) for v in row.values()), *(["yes"] if fictional else [])])
    return out.getvalue().encode("utf-8")


def csv_cell(value: Any) -> str:
    """One cell of a CSV: missing is blank, and nothing that a spreadsheet would run as a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, int):
        return str(value)
    cell = str(value)
    # A spreadsheet would run a cell that starts like a formula.
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def json_bytes(content: Mapping[str, Any]) -> bytes:
    """JSON with sorted keys and readable letters, ending with a line feed."""
    return (
        json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"
    ).encode()


def write_results(place: Path, results: Results) -> Results:
    """Write the results of a round to ``place`` (``results/<as-of>``); the old ones stay until all is there.

    Returns the results with the sha256 of every file in the manifest.
    """
    fictional = bool(results.manifest.get("study", {}).get("fictional"))
    findings = {**results.findings, "fictional": True} if fictional else results.findings
    files: dict[str, bytes] = {"findings.json": json_bytes(findings)}
    for name in AS_CSV:
        if name in results.frames:
            files[f"{name}.csv"] = csv_bytes(results.frames[name], fictional=fictional)
    files |= dict(results.extra)
    sweep(place.parent) if place.parent.is_dir() else None
    with folder_beside(place) as beside:
        for name, content in files.items():
            (beside / name).write_bytes(content)
        for name, table in results.frames.items():
            marked = table.replace_schema_metadata({"fictional": "yes"}) if fictional else table
            pq.write_table(marked, beside / f"{name}.parquet", compression="zstd")
        hashes = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(beside.iterdir())}
        manifest = {**results.manifest, "files": hashes}
        (beside / "manifest.json").write_bytes(json_bytes(manifest))
    return Results(manifest, results.frames, results.findings, results.extra)


def open_results(place: Path) -> Results:
    """The results of a round as they lie on disk.

    Raises JaizaError when there are none, or when a file is not the one that the manifest names.
    """
    place = recovered(place)
    path = place / "manifest.json"
    if not path.exists():
        raise JaizaError(text("there are no results for {as_of}; run jaiza assess", as_of=place.name))
    manifest = _json(path)
    frames: dict[str, pa.Table] = {}
    for name in RESULTS:
        file = place / f"{name}.parquet"
        if not file.exists():
            continue
        _require_unchanged(file, manifest)
        frames[name] = pq.read_table(file)
    _require_unchanged(place / "findings.json", manifest)
    return Results(manifest, frames, _json(place / "findings.json"))


def _require_unchanged(file: Path, manifest: Mapping[str, Any]) -> None:
    held = manifest.get("files", {}).get(file.name)
    if not file.exists() or hashlib.sha256(file.read_bytes()).hexdigest() != held:
        raise _changed(file)


def _json(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        raise _changed(file) from None
    if not isinstance(content, dict):
        raise _changed(file)
    return content


def _changed(file: Path) -> JaizaError:
    return JaizaError(text("{file} was changed after it was written; run jaiza assess", file=file.name))


def rounds_on_disk(home: Path) -> list[str]:
    """Dates of the rounds that have results below ``home``, oldest first."""
    if not home.is_dir():
        return []
    for left in home.glob(".*.old"):
        recovered(home / left.name.removeprefix(".").removesuffix(".old"))
    return sorted(
        p.name for p in home.iterdir() if not p.name.startswith(".") and (p / "manifest.json").exists()
    )
