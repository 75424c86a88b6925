"""Tables: everything a study holds at one moment, each table by its name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from jaiza.records.declared import TABLES

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd


class Tables:
    """The checked tables of one snapshot. A table that the study lacks is there, and empty.

    ``large`` tables (events, survey responses, funding) may also be reached as Ibis expressions, so that the same
    sums run on DuckDB and on Spark.
    """

    def __init__(self, arrow: Mapping[str, pa.Table], large: Mapping[str, ir.Table] | None = None) -> None:
        unknown = set(arrow) - set(TABLES)
        if unknown:
            raise ValueError(f"not tables of Jaiza: {', '.join(sorted(unknown))}")
        self._arrow = dict(arrow)
        self._large = dict(large or {})

    def __getitem__(self, name: str) -> pa.Table:
        if name not in self._arrow:
            return TABLES[name].empty()
        return self._arrow[name]

    def __iter__(self) -> Iterator[str]:
        return iter(TABLES)

    def has(self, name: str) -> bool:
        """Whether the study has any row of that table."""
        return bool(self[name].num_rows)

    def given(self, name: str) -> bool:
        """Whether the study has a file of that table, be it without rows."""
        return name in self._arrow

    def missing(self) -> list[str]:
        """Names of the tables without rows, in the order of the manual."""
        return [name for name in TABLES if not self.has(name)]

    def large(self, name: str) -> ir.Table:
        """The table as an Ibis expression, run by the study's engine."""
        if name in self._large:
            return self._large[name]
        import ibis

        return ibis.memtable(self[name])

    def replaced(self, **tables: pa.Table) -> Tables:
        """A copy with some tables replaced."""
        large = {k: v for k, v in self._large.items() if k not in tables}
        return Tables({**self._arrow, **tables}, large)

    @cached_property
    def _rows(self) -> dict[str, list[dict[str, Any]]]:
        return {}

    def rows(self, name: str) -> list[dict[str, Any]]:
        """All rows of a small table as plain dictionaries."""
        if name not in self._rows:
            self._rows[name] = self[name].to_pylist()
        return self._rows[name]

    def to_frame(self, name: str) -> pd.DataFrame:
        """The table as a pandas frame, for a notebook of whoever holds the study."""
        return self[name].to_pandas()
