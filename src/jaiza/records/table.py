"""One declaration a table. From it come the check, the blank template, the storage types and the manual page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

Kind = Literal["code", "codes", "words", "whole", "number", "share", "date", "choice", "flag"]

STATES = ("observed", "confirmed_zero", "not_reported", "withheld", "not_applicable")

# Where a row came from. Every stored row carries these three; nothing computed ever loses them.
SOURCE_COLUMNS = ("src_file", "src_sheet", "src_row")

_STORED: dict[str, pa.DataType] = {
    "code": pa.string(),
    "codes": pa.string(),
    "words": pa.string(),
    "whole": pa.int64(),
    "number": pa.float64(),
    "share": pa.float64(),
    "date": pa.string(),
    "choice": pa.string(),
    "flag": pa.bool_(),
}

KIND_SAYS = {
    "code": "a short code without spaces",
    "codes": "codes with a semicolon between them",
    "words": "free text",
    "whole": "a whole number",
    "number": "a number",
    "share": "a share between 0 and 1",
    "date": "a date: year, year-month or year-month-day",
    "choice": "one of the words listed",
    "flag": "yes or no",
}


@dataclass(frozen=True)
class Column:
    """One column: its name on the wire, what it may hold, and what it says.

    ``refers`` names the column ("areas.code") that must hold each value. ``low`` and ``high`` are inclusive.
    ``stated`` numbers keep a data state of their own beside them (methods A): a blank is ``not_reported``, and
    the words withheld and not_applicable may stand in the cell. ``past`` dates may not lie in the future.
    ``precision`` is the least that a date must give.
    """

    name: str
    kind: Kind
    says: str
    required: bool = False
    choices: tuple[str, ...] = ()
    refers: str | None = None
    low: float | None = None
    high: float | None = None
    stated: bool = False
    past: bool = False
    precision: Literal["year", "month", "day"] = "year"
    headings: tuple[str, ...] = ()
    hxl: str | None = None

    @property
    def stored(self) -> pa.DataType:
        """The Arrow type under which the column is stored."""
        return _STORED[self.kind]


@dataclass(frozen=True)
class Key:
    """Columns that together name one row; ``when_blank`` limits the rule to rows that leave that column blank."""

    columns: tuple[str, ...]
    when_blank: str | None = None


@dataclass(frozen=True)
class Table:
    """A table: name, what one row is, columns, what must be unique and which dates must be in order.

    ``shares`` names (group column, share column) pairs whose shares add up to 1 where all are given.
    Where ``order_is_sources_own``, numbers out of order are the source's word and only said as a warning.
    ``place_of_work`` tables describe organisations or their work: precise coordinates are refused in them.
    """

    name: str
    says: str
    columns: tuple[Column, ...]
    keys: tuple[Key, ...] = ()
    in_order: tuple[tuple[str, str], ...] = ()
    ordered_numbers: tuple[tuple[str, str], ...] = ()
    order_is_sources_own: bool = False
    shares: tuple[tuple[str, str], ...] = ()
    place_of_work: bool = False
    unlocks: str = ""
    version: int = 1

    def column(self, name: str) -> Column:
        """The column of that name; KeyError when the table has none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name}")

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the declared columns, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema under which rows are stored: columns, data states, and where each row came from."""
        fields: list[pa.Field] = []
        for column in self.columns:
            fields.append(pa.field(column.name, column.stored))
            if column.stated:
                fields.append(pa.field(f"{column.name}_state", pa.string()))
        fields += [pa.field("src_file", pa.string()), pa.field("src_sheet", pa.string())]
        fields.append(pa.field("src_row", pa.int64()))
        return pa.schema(fields, metadata={"table": self.name, "version": str(self.version)})

    def empty(self) -> pa.Table:
        """The table without rows."""
        return self.schema.empty_table()


def by_name(tables: Sequence[Table]) -> dict[str, Table]:
    """Tables by their names; raises ValueError when two share a name."""
    found: dict[str, Table] = {}
    for table in tables:
        if table.name in found:
            raise ValueError(f"two tables are called {table.name}")
        found[table.name] = table
    return found
