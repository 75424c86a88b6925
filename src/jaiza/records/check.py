"""Rows checked against a declaration: typed rows out, and every problem with its place and its mend.

Cells are text as the user typed them. The road is columnar, so that a million rows take seconds: whole columns are
matched and cast at once, and only the cells that fail are looked at one by one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from jaiza.errors import Problem
from jaiza.language import Text, text
from jaiza.records import refused
from jaiza.records.cells import Cells, clean, read_column
from jaiza.records.table import Column, Table

MOST_PROBLEMS = 1000  # of one kind in one column; a broken column of a large file needs no more to be mended


@dataclass(frozen=True)
class RawTable:
    """Cells of one sheet as text: headings, columns of equal length, and the row of each in the file."""

    file: str
    sheet: str | None
    headings: tuple[str, ...]
    columns: tuple[pa.Array, ...]
    rows: NDArray[np.int64]

    def __post_init__(self) -> None:
        if len(self.headings) != len(self.columns):
            raise ValueError("every heading needs a column")


@dataclass(frozen=True)
class Checked:
    """Typed rows of one table (only when there is no problem that stops them) and all problems found."""

    rows: pa.Table
    problems: list[Problem]

    @property
    def sound(self) -> bool:
        """Whether nothing but warnings was found."""
        return all(p.warning for p in self.problems)


def check(table: Table, raw: RawTable, *, today: dt.date) -> Checked:
    """Rows of ``raw`` as ``table`` declares them, with all problems at once.

    Columns that the table does not know are said as warnings and left out; columns of people are refused. ``today``
    is the day against which future dates are judged.
    """
    say = _Sayer(raw)
    problems = refused.refused_headings(
        raw.headings,
        file=raw.file,
        sheet=raw.sheet,
        header_row=1,
        place_of_work=table.place_of_work,
        allowed=table.names,
    )
    given = {heading.strip(): i for i, heading in enumerate(raw.headings)}
    problems += say.headings(table, given)
    stored: dict[str, pa.Array] = {}
    for column in table.columns:
        position = given.get(column.name)
        if position is None:
            stored.update(_absent(column, len(raw.rows)))
            continue
        cells = clean(raw.columns[position])
        # A telephone may stand in any column; what is refused is blanked, so that nothing below repeats it.
        found, hidden = refused.refused_cells(
            cells, raw.rows, heading=column.name, file=raw.file, sheet=raw.sheet
        )
        problems += found
        cells = _blanked(cells, hidden)
        read = read_column(column, cells, today=today)
        problems += say.column(column, cells, read, hidden)
        stored[column.name] = read.values
        if column.stated:
            stored[f"{column.name}_state"] = read.states
    stored["src_file"] = pa.array([raw.file] * len(raw.rows), pa.string())
    stored["src_sheet"] = pa.array([raw.sheet] * len(raw.rows), pa.string())
    stored["src_row"] = pa.array(raw.rows, pa.int64())
    rows = pa.table(stored, schema=table.schema)
    problems += within_table(table, rows)
    return Checked(rows, problems)


def _blanked(cells: pa.Array, positions: NDArray[np.int64]) -> pa.Array:
    if not len(positions):
        return cells
    keep = np.ones(len(cells), dtype=bool)
    keep[positions] = False
    return pc.if_else(pa.array(keep), cells, pa.scalar(None, pa.string()))


def _absent(column: Column, count: int) -> dict[str, pa.Array]:
    out = {column.name: pa.nulls(count, column.stored)}
    if column.stated:
        out[f"{column.name}_state"] = pa.array(["not_reported"] * count, pa.string())
    return out


class _Sayer:
    """Makes problems that know the file and sheet."""

    def __init__(self, raw: RawTable) -> None:
        self.raw = raw

    def headings(self, table: Table, given: Mapping[str, int]) -> list[Problem]:
        """Missing, doubled and unknown columns."""
        raw, out = self.raw, []
        for column in table.columns:
            if column.required and column.name not in given:
                out.append(
                    Problem(
                        text("the column is missing"),
                        text("add it: {says}", says=text(column.says)),
                        "missing_column",
                        file=raw.file,
                        sheet=raw.sheet,
                        row=1,
                        column=column.name,
                    )
                )
        names = [h.strip() for h in raw.headings]
        for heading in sorted({h for h in names if h and names.count(h) > 1}):
            out.append(
                Problem(
                    text("the heading stands twice"),
                    text("keep one of the two columns"),
                    "doubled_column",
                    file=raw.file,
                    sheet=raw.sheet,
                    row=1,
                    column=heading,
                )
            )
        for heading in given:
            if heading and heading not in table.names and not refused.holds_person(heading):
                out.append(
                    Problem(
                        text("no column of {table} has this name, so it is not used", table=table.name),
                        text("rename it if it holds one of: {names}", names=", ".join(table.names)),
                        "unknown_column",
                        file=raw.file,
                        sheet=raw.sheet,
                        row=1,
                        column=heading,
                        warning=True,
                    )
                )
        return out

    def column(
        self, column: Column, cells: pa.Array, read: Cells, refused_at: NDArray[np.int64]
    ) -> list[Problem]:
        """One problem a bad cell, with its row and value; a refused cell is not said to be blank as well."""
        raw, out = self.raw, []
        for complaint in read.complaints:
            for position in np.setdiff1d(complaint.positions, refused_at)[:MOST_PROBLEMS]:
                value = cells[int(position)].as_py()
                out.append(
                    Problem(
                        complaint.what,
                        complaint.mend,
                        complaint.code,
                        file=raw.file,
                        sheet=raw.sheet,
                        row=int(raw.rows[position]),
                        column=column.name,
                        value=value,
                    )
                )
        return out


def within_table(table: Table, rows: pa.Table) -> list[Problem]:
    """Problems that need more than one cell of a table: doubles, order of dates and numbers, sums of shares."""
    return [*_doubles(table, rows), *_out_of_order(table, rows), *_shares(table, rows)]


def _problem(
    rows: pa.Table,
    position: int,
    column: str,
    value: object,
    what: Text,
    mend: Text,
    code: str,
    warning: bool = False,
) -> Problem:
    return Problem(
        what,
        mend,
        code,
        file=rows["src_file"][position].as_py(),
        sheet=rows["src_sheet"][position].as_py(),
        row=rows["src_row"][position].as_py(),
        column=column,
        value=None if value is None else str(value),
        warning=warning,
    )


def _doubles(table: Table, rows: pa.Table) -> list[Problem]:
    out: list[Problem] = []
    for key in table.keys:
        part = rows.select([*key.columns, *([key.when_blank] if key.when_blank else [])])
        part = part.append_column("at", pa.array(np.arange(rows.num_rows), pa.int64()))
        first = key.columns[0]
        part = part.filter(pc.is_null(part[key.when_blank]) if key.when_blank else pc.is_valid(part[first]))
        if not part.num_rows:
            continue
        groups = part.group_by(list(key.columns)).aggregate([("at", "min"), ("at", "count")])
        if pc.max(groups["at_count"]).as_py() == 1:
            continue
        joined = (
            part.join(groups.filter(pc.greater(groups["at_count"], 1)), list(key.columns), join_type="inner")
            if not any(part[c].null_count for c in key.columns)
            else _join_with_blanks(part, key.columns)
        )
        for row in joined.sort_by("at").to_pylist():
            if row["at"] != row["at_min"]:
                earlier = rows["src_row"][row["at_min"]].as_py()
                shown = ", ".join(str(row[c]) for c in key.columns if row[c] is not None)
                out.append(
                    _problem(
                        rows,
                        row["at"],
                        "+".join(key.columns),
                        shown,
                        text("the same as row {earlier}", earlier=earlier),
                        text("keep one of the two rows"),
                        "double",
                    )
                )
            if len(out) >= MOST_PROBLEMS:
                break
    return out


def _join_with_blanks(part: pa.Table, columns: Sequence[str]) -> pa.Table:
    """Rows whose key stands more than once, where a blank equals a blank."""
    seen: dict[tuple[object, ...], list[int]] = {}
    keys = list(zip(*(part[c].to_pylist() for c in columns), strict=True))
    for place, key in zip(part["at"].to_pylist(), keys, strict=True):
        seen.setdefault(key, []).append(place)
    repeated = [
        (place, places[0], key) for key, places in seen.items() if len(places) > 1 for place in places
    ]
    data: dict[str, list[object]] = {c: [key[i] for _, _, key in repeated] for i, c in enumerate(columns)}
    return pa.table({**data, "at": [p for p, _, _ in repeated], "at_min": [f for _, f, _ in repeated]})


def _out_of_order(table: Table, rows: pa.Table) -> list[Problem]:
    out: list[Problem] = []
    for start, end in table.in_order:
        both = pc.and_(pc.is_valid(rows[start]), pc.is_valid(rows[end]))
        # Dates may be given to the year: only as much as both give is compared.
        for position in pc.indices_nonzero(both).to_pylist():
            a, b = rows[start][position].as_py(), rows[end][position].as_py()
            length = min(len(a), len(b))
            if b[:length] < a[:length]:
                out.append(
                    _problem(
                        rows,
                        position,
                        end,
                        b,
                        text("ends before it starts ({start})", start=a),
                        text("check both dates"),
                        "ends_before_start",
                    )
                )
    for low, high in table.ordered_numbers:
        wrong = pc.fill_null(pc.greater(rows[low], rows[high]), False)
        for position in pc.indices_nonzero(wrong).to_pylist()[:MOST_PROBLEMS]:
            out.append(
                _problem(
                    rows,
                    position,
                    high,
                    rows[high][position].as_py(),
                    text("is below {column} ({value})", column=low, value=rows[low][position].as_py()),
                    text("check both figures"),
                    "numbers_out_of_order",
                    warning=table.order_is_sources_own,
                )
            )
    return out


def _shares(table: Table, rows: pa.Table) -> list[Problem]:
    out: list[Problem] = []
    for group, share in table.shares:
        totals: dict[str, list[int]] = {}
        for position, name in enumerate(rows[group].to_pylist()):
            if name is not None:
                totals.setdefault(name, []).append(position)
        for name, positions in totals.items():
            given = [rows[share][p].as_py() for p in positions]
            known = [g for g in given if g is not None]
            total = sum(known)
            complete = len(known) == len(given)
            if known and ((complete and abs(total - 1) > 0.005) or total > 1.005):
                out.append(
                    _problem(
                        rows,
                        positions[0],
                        share,
                        round(total, 4),
                        text("shares of {name} do not add up to 1", name=name),
                        text("correct the shares, or leave all of them blank"),
                        "shares",
                    )
                )
    return out


def across_tables(tables: Mapping[str, pa.Table], declared: Mapping[str, Table]) -> list[Problem]:
    """A problem for every code that refers to a row which no table has."""
    out: list[Problem] = []
    known: dict[str, pa.Array] = {}
    for name, rows in tables.items():
        for column in declared[name].columns:
            if column.refers is None or not rows.num_rows:
                continue
            if column.refers not in known:
                other, field = column.refers.split(".")
                held = tables.get(other)
                known[column.refers] = (
                    held[field].combine_chunks() if held is not None else pa.array([], pa.string())
                )
            out += _unknown_codes(rows, column, known[column.refers])
    return out


def _unknown_codes(rows: pa.Table, column: Column, known: pa.Array) -> list[Problem]:
    assert column.refers is not None
    values = rows[column.name].combine_chunks()
    if column.kind == "codes":
        lists = pc.split_pattern(values, ";")
        parents, codes = pc.list_parent_indices(lists), pc.list_flatten(lists)
        bad = pc.indices_nonzero(pc.invert(pc.is_in(codes, value_set=known)))
        wrong = [(parents[i.as_py()].as_py(), codes[i.as_py()].as_py()) for i in bad]
    else:
        missing = pc.and_(pc.is_valid(values), pc.invert(pc.is_in(values, value_set=known)))
        wrong = [(i, values[i].as_py()) for i in pc.indices_nonzero(missing).to_pylist()[:MOST_PROBLEMS]]
    table = column.refers.split(".")[0]
    return [
        _problem(
            rows,
            position,
            column.name,
            code,
            text("is not in the table {table}", table=table),
            text("correct the code, or add a row to {table}", table=table),
            "unknown_code",
        )
        for position, code in wrong
    ]
