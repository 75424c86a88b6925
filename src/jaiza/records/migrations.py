"""Files of older versions, read as today's tables.

A study says in ``study.toml`` under ``[versions]`` for which version of a table its files were made; what it does not
name is version 1. A migration renames columns and words; it never changes the file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from jaiza.errors import Problem
from jaiza.language import text
from jaiza.records.check import RawTable
from jaiza.records.table import Table


@dataclass(frozen=True)
class Migration:
    """From one version of a table to the next: headings and words that changed, and columns that have to be filled.

    ``words`` maps a column (by its new name) to old and new words; ``filled`` gives a new column one value in all rows.
    """

    table: str
    from_version: int
    renamed: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    filled: Mapping[str, str] = field(default_factory=dict)


# No table has changed its shape since its first version; the first change adds its migration here.
MIGRATIONS: tuple[Migration, ...] = ()


def migrated(raw: RawTable, table: Table, version: int, known: Sequence[Migration] = MIGRATIONS) -> RawTable:
    """``raw``, made for ``version`` of ``table``, as the present version expects it.

    Raises ValueError when no migration leads from that version to the next.
    """
    while version < table.version:
        step = next((m for m in known if (m.table, m.from_version) == (table.name, version)), None)
        if step is None:
            raise ValueError(f"no migration leads from version {version} of {table.name} to {version + 1}")
        raw, version = _stepped(raw, step), version + 1
    return raw


def _stepped(raw: RawTable, step: Migration) -> RawTable:
    headings = [step.renamed.get(h.strip(), h) for h in raw.headings]
    columns = list(raw.columns)
    for name, changes in step.words.items():
        if name in headings:
            at = headings.index(name)
            for old, new in changes.items():
                columns[at] = pc.if_else(pc.equal(columns[at], old), new, columns[at])
    for name, value in step.filled.items():
        if name not in headings:
            headings.append(name)
            columns.append(pa.array([value] * len(raw.rows), pa.string()))
    return RawTable(raw.file, raw.sheet, tuple(headings), tuple(columns), raw.rows)


def too_new(raw: RawTable, table: Table, version: int) -> Problem | None:
    """A problem when a file was made for a later version of the table than this program knows."""
    if version <= table.version:
        return None
    return Problem(
        text("was made for version {version} of the table {table}; this Jaiza knows version {known}", version=version,
             table=table.name, known=table.version),
        text("use the newer Jaiza, or correct [versions] in study.toml"), "too_new", file=raw.file,
    )  # fmt: skip
