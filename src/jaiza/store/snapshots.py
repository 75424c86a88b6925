"""Snapshots: the checked tables of a study at one moment, as Parquet, named by what they were made from.

``snapshots/<hash>/<table>.parquet`` with ``manifest.json``; ``snapshots/current`` names the newest. A snapshot is
built beside and then swapped, so a build that fails or is killed leaves the last good one.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from jaiza.errors import JaizaError
from jaiza.language import text
from jaiza.records.declared import TABLES
from jaiza.records.tables_of_study import Tables
from jaiza.store.swapping import folder_beside, recovered, sweep, write_whole

if TYPE_CHECKING:
    import ibis.expr.types as ir

NAME = re.compile(r"[0-9a-f]{16}")
LARGE = ("events", "survey_responses", "funding")


@dataclass(frozen=True)
class Snapshot:
    """A snapshot on disk: its folder, its hash and its manifest."""

    folder: Path
    name: str
    manifest: Mapping[str, Any]

    def tables(self, engine: str = "duckdb") -> Tables:
        """The tables, small ones in memory, large ones also as Ibis expressions on ``engine``."""
        arrow = {}
        for name in self.manifest["tables"]:
            arrow[name] = pq.read_table(self.folder / f"{name}.parquet").cast(TABLES[name].schema)
        return Tables(arrow, _large(self.folder, engine))


def _large(folder: Path, engine: str) -> dict[str, ir.Table]:
    import ibis

    if engine != "duckdb":
        raise JaizaError(text("the engine {engine} is not installed", engine=engine))
    connection = ibis.duckdb.connect()
    return {
        name: connection.read_parquet(str(folder / f"{name}.parquet"), table_name=name)
        for name in LARGE
        if (folder / f"{name}.parquet").exists()
    }


def digest(parts: Mapping[str, bytes]) -> str:
    """A hash of named contents; the order in which they are given changes nothing."""
    whole = hashlib.sha256()
    for name in sorted(parts):
        whole.update(f"{name}\0{hashlib.sha256(parts[name]).hexdigest()}\n".encode())
    return whole.hexdigest()[:16]


def write_snapshot(
    home: Path, name: str, tables: Mapping[str, pa.Table], inputs: Mapping[str, str]
) -> Snapshot:
    """Write the tables as snapshot ``name`` below ``home`` and make it the current one.

    ``inputs`` maps each file that went in to its sha256. Nothing is changed when writing fails.
    """
    sweep(home)
    manifest = {
        "snapshot": name,
        "inputs": dict(sorted(inputs.items())),
        "tables": {
            n: {"rows": tables[n].num_rows, "version": TABLES[n].version} for n in TABLES if n in tables
        },
    }
    with folder_beside(home / name) as beside:
        for table_name in manifest["tables"]:
            pq.write_table(tables[str(table_name)], beside / f"{table_name}.parquet", compression="zstd")
        (beside / "manifest.json").write_text(
            json.dumps(manifest, indent=1, sort_keys=True) + "\n", encoding="utf-8"
        )
    write_whole(home / "current", f"{name}\n".encode())
    return Snapshot(home / name, name, manifest)


def open_snapshot(home: Path, name: str | None = None) -> Snapshot | None:
    """The snapshot of that name below ``home``, or the current one; None when there is none."""
    if name is None:
        pointer = home / "current"
        if not pointer.exists():
            return None
        # A pointer that was damaged names nothing that is there, and the snapshot is made again.
        name = pointer.read_bytes().decode("ascii", errors="replace").strip()
    if not NAME.fullmatch(name):
        return None
    folder = recovered(home / name)
    if not (folder / "manifest.json").exists():
        return None
    return Snapshot(folder, name, json.loads((folder / "manifest.json").read_text(encoding="utf-8")))


def make_current(home: Path, snapshot: Snapshot) -> None:
    """Make an existing snapshot the current one."""
    pointer = home / "current"
    if not pointer.exists() or pointer.read_bytes() != f"{snapshot.name}\n".encode():
        write_whole(pointer, f"{snapshot.name}\n".encode())
