"""The study's own files (``data/<table>.csv`` or ``.xlsx``), read as text cells with their row numbers.

Row numbers are those that a spreadsheet shows: the heading row is 1. Cells are never interpreted here.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from jaiza.errors import DataProblems, Problem
from jaiza.language import text
from jaiza.records.check import RawTable

SUFFIXES = (".csv", ".tsv", ".xlsx")
BLOCK = 1 << 20  # bytes read at a time
LARGEST = 2_000_000_000  # bytes; what is larger belongs on a cluster


def read_table_file(path: Path) -> RawTable:
    """The cells of one file of a study.

    Raises DataProblems when the file is empty, too large, not text in UTF-8, or has rows of unequal length; every
    such row is named.
    """
    if path.stat().st_size > LARGEST:
        raise DataProblems(
            [_about(path, text("is larger than 2 GB"), text("see the guide on scale"), "too_large")]
        )
    if path.suffix.lower() == ".xlsx":
        return _read_workbook(path)
    return _read_delimited(path, "\t" if path.suffix.lower() == ".tsv" else ",")


def _about(path: Path, what: object, mend: object, code: str, row: int | None = None) -> Problem:
    return Problem(what, mend, code, file=path.name, row=row)  # type: ignore[arg-type]


def _read_delimited(path: Path, delimiter: str) -> RawTable:
    raw = path.read_bytes()
    try:
        content = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = raw[: error.start].count(b"\n") + 1
        raise DataProblems(
            [
                _about(
                    path,
                    text("is not written in UTF-8"),
                    text("save it as CSV UTF-8"),
                    "encoding",
                    row,
                )
            ]
        ) from None
    if "\0" in content:
        raise DataProblems(
            [_about(path, text("is not a text file"), text("save it as CSV UTF-8"), "not_text")]
        )
    content = content.replace("\r\n", "\n").replace("\r", "\n")
    _quotes_closed(path, content, delimiter)
    headings = next(csv.reader(io.StringIO(content), delimiter=delimiter), [])
    if not any(h.strip() for h in headings):
        raise DataProblems(
            [_about(path, text("is empty"), text("fill in the template, or delete the file"), "empty")]
        )
    uneven: list[tuple[int, int, str]] = []

    def keep(row: pa_csv.InvalidRow) -> str:
        uneven.append((int(row.number), int(row.actual_columns), str(row.text)))
        return "skip"

    names = [str(i) for i in range(len(headings))]
    plain = content.encode("utf-8")
    # A row must fit in a block: one as large as the file when a cell is as long as a book.
    block = BLOCK if len(plain) <= BLOCK or _longest_row(content) < BLOCK else len(plain) + 1
    table = pa_csv.read_csv(
        io.BytesIO(plain),
        read_options=pa_csv.ReadOptions(column_names=names, skip_rows=0, use_threads=False, block_size=block),
        parse_options=pa_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=False,
                                          invalid_row_handler=keep),
        convert_options=pa_csv.ConvertOptions(column_types={n: pa.string() for n in names}, strings_can_be_null=False),
    )  # fmt: skip
    blank = {number for number, _, line in uneven if not line.strip(" ,;\t\r\n")}
    wrong = [u for u in uneven if u[0] not in blank]
    if wrong:
        raise DataProblems(_uneven(path, wrong, len(headings)))
    numbers = np.setdiff1d(
        np.arange(1, table.num_rows + len(blank) + 1), np.array(sorted(blank), dtype=np.int64)
    )
    return _without_blank_rows(
        RawTable(
            path.name,
            None,
            tuple(headings),
            tuple(c.combine_chunks() for c in table.slice(1).columns),
            numbers[1:],
        )
    )


def _quotes_closed(path: Path, content: str, delimiter: str) -> None:
    """Raises DataProblems when a quotation mark is opened and never closed, which would swallow the rows after it."""
    if content.count('"') % 2 == 0:
        return
    row = 0
    try:
        for _ in csv.reader(io.StringIO(content), delimiter=delimiter, strict=True):
            row += 1
    except csv.Error:
        raise DataProblems(
            [
                _about(
                    path,
                    text("a quotation mark is opened or closed in the wrong place"),
                    text("look for a missing quotation mark or an extra comma"),
                    "quotation",
                    row + 1,
                )
            ]
        ) from None


def _longest_row(content: str) -> int:
    """Bytes of the longest stretch without a closed line, an upper bound for a row that holds no quoted line feed."""
    longest = start = 0
    inside = False
    for line in content.split("\n"):
        if line.count('"') % 2:
            inside = not inside
        start += 4 * len(line) + 1
        longest = max(longest, start)
        start = start if inside else 0
    return longest


def _uneven(path: Path, wrong: Iterable[tuple[int, int, str]], expected: int) -> list[Problem]:
    return [
        _about(path, text("has {found} cells where the headings have {expected}", found=found, expected=expected),
               text("look for a missing quotation mark or an extra comma"), "cells", number)
        for number, found, _ in wrong
    ]  # fmt: skip


def _read_workbook(path: Path) -> RawTable:
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        sheet = next((n for n in book.sheet_names if n == path.stem), book.sheet_names[0])
        cells = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    except (python_calamine.CalamineError, OSError, IndexError, ValueError) as error:
        raise DataProblems(
            [
                _about(
                    path,
                    text("cannot be read as a workbook ({error})", error=str(error)[:80]),
                    text("save it again as .xlsx"),
                    "workbook",
                )
            ]
        ) from None
    if not cells or not any(str(c).strip() for c in cells[0]):
        raise DataProblems(
            [_about(path, text("is empty"), text("fill in the template, or delete the file"), "empty")]
        )
    headings = tuple(_words(c) for c in cells[0])
    columns = tuple(
        pa.array([_words(row[i]) for row in cells[1:]], pa.string()) for i in range(len(headings))
    )
    return _without_blank_rows(RawTable(path.name, sheet, headings, columns, np.arange(2, len(cells) + 1)))


def _words(cell: object) -> str:
    """A workbook's cell as text: whole numbers without a decimal point, dates as year-month-day."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if hasattr(cell, "isoformat"):
        return str(cell.isoformat())[:10]
    return str(cell)


def _without_blank_rows(raw: RawTable) -> RawTable:
    """The table without rows in which every cell is blank; the other rows keep their numbers."""
    import pyarrow.compute as pc

    if not raw.columns or not len(raw.rows):
        return raw
    filled = np.zeros(len(raw.rows), dtype=bool)
    for column in raw.columns:
        filled |= np.asarray(pc.greater(pc.utf8_length(pc.utf8_trim_whitespace(column)), 0).fill_null(False))
    if filled.all():
        return raw
    mask = pa.array(filled)
    return RawTable(
        raw.file, raw.sheet, raw.headings, tuple(c.filter(mask) for c in raw.columns), raw.rows[filled]
    )
