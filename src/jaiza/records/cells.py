"""Text cells read as one declared column: values, data states, and complaints by position."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from jaiza.language import Text, text
from jaiza.records.table import Column

_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫٬", "01234567890123456789.,")
_NUMBER = r"^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?$"
_WHOLE = r"^[+-]?[0-9]{1,18}(?:\.0+)?$"
_DATE = r"^[1-9][0-9]{3}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12][0-9]|3[01]))?)?$"
_CODE = r"^[^\s;,\"']+$"
_YES = {
    "yes": True,
    "true": True,
    "1": True,
    "no": False,
    "false": False,
    "0": False,
    "ہاں": True,
    "نہیں": False,
}
_LENGTH = {"year": 4, "month": 7, "day": 10}


@dataclass(frozen=True)
class Complaint:
    """The same complaint about the cells at ``positions``."""

    positions: NDArray[np.int64]
    what: Text
    mend: Text
    code: str


@dataclass
class Cells:
    """A column that was read: typed values (null where blank or bad), data states, complaints."""

    values: pa.Array
    states: pa.Array
    complaints: list[Complaint] = field(default_factory=list)


def clean(cells: pa.Array) -> pa.Array:
    """Text cells without outer white space; empty cells become null."""
    trimmed = pc.utf8_trim_whitespace(pc.replace_substring(cells.cast(pa.string()), "\u00a0", " "))
    return pc.if_else(pc.equal(pc.utf8_length(trimmed), 0), pa.scalar(None, pa.string()), trimmed)


def _where(mask: pa.Array) -> NDArray[np.int64]:
    return np.asarray(pc.indices_nonzero(pc.fill_null(mask, False)), dtype=np.int64)


def read_column(column: Column, cells: pa.Array, *, today: dt.date) -> Cells:
    """Cells read as ``column`` declares. Blank stays missing; a bad cell becomes missing and is complained of."""
    blank = pc.is_null(cells)
    special = pa.array([None] * len(cells), pa.string())
    if column.stated:
        words = pc.utf8_lower(cells)
        mark = pc.is_in(
            words, value_set=pa.array(["withheld", "not_applicable", "not_reported", "confirmed_zero"])
        )
        special = pc.if_else(pc.fill_null(mark, False), words, pa.scalar(None, pa.string()))
        zero = pc.equal(special, "confirmed_zero")
        cells = pc.if_else(pc.is_valid(special), pc.if_else(zero, "0", pa.scalar(None, pa.string())), cells)
    read = _READERS[column.kind](column, cells, today)
    if column.required and not column.stated:
        empty = _where(blank)
        if len(empty):
            read.complaints.append(
                Complaint(
                    empty, text("a value is needed"), text("write {says}", says=text(column.says)), "blank"
                )
            )
    if column.stated:
        observed = pc.if_else(pc.is_valid(read.values), "observed", "not_reported")
        read.states = pc.coalesce(special, observed)
    return read


def _nothing(cells: pa.Array) -> pa.Array:
    return pa.nulls(len(cells), pa.string())


def _only(cells: pa.Array, good: pa.Array) -> pa.Array:
    return pc.if_else(pc.fill_null(good, False), cells, pa.scalar(None, pa.string()))


def _read_words(column: Column, cells: pa.Array, today: dt.date) -> Cells:
    return Cells(cells, _nothing(cells))


def _read_code(column: Column, cells: pa.Array, today: dt.date) -> Cells:
    good = pc.match_substring_regex(cells, _CODE)
    bad = _where(pc.invert(good))
    complaints = []
    if len(bad):
        complaints.append(
            Complaint(bad, text("is not a code"), text("write a short code without spaces"), "code")
        )
    return Cells(_only(cells, good), _nothing(cells), complaints)


def _read_codes(column: Column, cells: pa.Array, today: dt.date) -> Cells:
    tidy = pc.utf8_trim(pc.replace_substring_regex(cells, r"\s*;\s*", ";"), ";")
    good = pc.match_substring_regex(tidy, r"^[^\s;,\"']+(?:;[^\s;,\"']+)*$")
    bad = _where(pc.invert(good))
    complaints = []
    if len(bad):
        complaints.append(
            Complaint(bad, text("is not a list of codes"), text("write codes with ; between them"), "codes")
        )
    return Cells(_only(tidy, good), _nothing(cells), complaints)


def _read_choice(column: Column, cells: pa.Array, today: dt.date) -> Cells:
    exact = pc.is_in(cells, value_set=pa.array(column.choices, pa.string()))
    lowered = pc.utf8_lower(cells)
    good = pc.or_(exact, pc.is_in(lowered, value_set=pa.array(column.choices, pa.string())))
    bad = _where(pc.and_(pc.is_valid(cells), pc.invert(good)))
    complaints = []
    if len(bad):
        allowed = ", ".join(column.choices)
        complaints.append(
            Complaint(
                bad,
                text("is not one of the words allowed here"),
                text("write one of: {allowed}", allowed=allowed),
                "choice",
            )
        )
    return Cells(_only(pc.if_else(exact, cells, lowered), good), _nothing(cells), complaints)


def _read_flag(column: Column, cells: pa.Array, today: dt.date) -> Cells:
    lowered = pc.utf8_lower(cells)
    yes = pc.is_in(lowered, value_set=pa.array([w for w, v in _YES.items() if v]))
    no = pc.is_in(lowered, value_set=pa.array([w for w, v in _YES.items() if not v]))
    bad = _where(pc.and_(pc.is_valid(cells), pc.invert(pc.or_(yes, no))))
    complaints = []
    if len(bad):
        complaints.append(
            Complaint(bad, text("is neither yes nor no"), text("write yes or no, or leave it blank"), "flag")
        )
    values = pc.if_else(yes, True, pc.if_else(no, False, pa.scalar(None, pa.bool_())))
    return Cells(values, _nothing(cells), complaints)


def _plain_digits(cells: pa.Array) -> pa.Array:
    """Latin digits; thousands separators taken out where they stand in groups of three."""
    odd = pc.fill_null(pc.match_substring_regex(cells, r"[^0-9.+eE-]"), False)
    if not pc.any(odd).as_py():
        return cells
    values = cells.to_pylist()
    for position in pc.indices_nonzero(odd).to_pylist():
        values[position] = plain_number(values[position])
    return pa.array(values, pa.string())


def plain_number(cell: str) -> str:
    """A typed number in Latin digits without thousands separators: ``"۱۲٬۳۴۵"`` and ``"12,345"`` give ``"12345"``."""
    latin = cell.translate(_DIGITS).replace("\u202f", " ").replace("\u2009", " ").strip()
    if re.fullmatch(r"[+-]?[0-9]{1,3}(?:[, '][0-9]{3})+(?:\.[0-9]+)?", latin):
        return re.sub("[, ']", "", latin)
    if re.fullmatch(
        r"[+-]?[0-9]{1,3}(?:,[0-9]{2})*,[0-9]{3}(?:\.[0-9]+)?", latin
    ):  # 12,34,567 as in South Asia
        return latin.replace(",", "")
    return latin


def _limits(column: Column, values: pa.Array) -> list[Complaint]:
    out: list[Complaint] = []
    low = 0.0 if column.kind == "share" else column.low
    high = 1.0 if column.kind == "share" else column.high
    if low is not None:
        bad = _where(pc.less(values, low))
        if len(bad):
            out.append(Complaint(bad, text("is below {low:g}", low=low), text("check the figure"), "below"))
    if high is not None:
        bad = _where(pc.greater(values, high))
        if len(bad):
            mend = (
                text("write a share, such as 0.25 for 25 %")
                if column.kind == "share"
                else text("check the figure")
            )
            out.append(Complaint(bad, text("is above {high:g}", high=high), mend, "above"))
    return out


def _read_number(column: Column, cells: pa.Array, today: dt.date) -> Cells:
    plain = _plain_digits(cells)
    good = pc.match_substring_regex(plain, _NUMBER)
    bad = _where(pc.invert(good))
    values = _only(plain, good).cast(pa.float64())
    complaints = _limits(column, values)
    if len(bad):
        complaints.append(
            Complaint(bad, text("is not a number"), text("write digits only, such as 1250.5"), "number")
        )
    infinite = _where(pc.is_inf(values))
    if len(infinite):
        complaints.append(Complaint(infinite, text("is too large"), text("check the figure"), "number"))
    return Cells(values, _nothing(cells), complaints)


def _read_whole(column: Column, cells: pa.Array, today: dt.date) -> Cells:
    plain = _plain_digits(cells)
    good = pc.match_substring_regex(plain, _WHOLE)
    bad = _where(pc.invert(good))
    values = pc.replace_substring_regex(_only(plain, good), r"\.0+$", "").cast(pa.int64())
    complaints = _limits(column, values)
    if len(bad):
        complaints.append(
            Complaint(bad, text("is not a whole number"), text("write digits only, such as 1250"), "whole")
        )
    return Cells(values, _nothing(cells), complaints)


def _read_date(column: Column, cells: pa.Array, today: dt.date) -> Cells:
    latin = cells
    if pc.any(pc.fill_null(pc.match_substring_regex(cells, "[٠-٩۰-۹]"), False)).as_py():
        latin = pa.array([c.translate(_DIGITS) if c else c for c in cells.to_pylist()], pa.string())
    good = pc.match_substring_regex(latin, _DATE)
    length = pc.utf8_length(latin)
    full = pc.if_else(pc.equal(length, 10), latin, pa.scalar(None, pa.string()))
    # strptime takes 31 February for 2 March; only a date that comes back as it was written is one.
    parsed = pc.strptime(_only(full, good), format="%Y-%m-%d", unit="s", error_is_null=True)
    real = pc.fill_null(pc.equal(pc.strftime(parsed, format="%Y-%m-%d"), full), False)
    impossible = pc.and_(pc.fill_null(pc.and_(good, pc.equal(length, 10)), False), pc.invert(real))
    bad = _where(pc.or_(pc.and_(pc.is_valid(cells), pc.invert(good)), impossible))
    good = pc.and_(good, pc.invert(impossible))
    values = _only(latin, good)
    complaints: list[Complaint] = []
    if len(bad):
        complaints.append(
            Complaint(bad, text("is not a date"), text("write year-month-day, such as 2024-02-28"), "date")
        )
    coarse = _where(pc.less(pc.utf8_length(values), _LENGTH[column.precision]))
    if len(coarse):
        mend = (
            text("give the month too, such as 2024-02")
            if column.precision == "month"
            else text("give the day too, such as 2024-02-28")
        )
        complaints.append(Complaint(coarse, text("is too coarse a date here"), mend, "coarse_date"))
    if column.past:
        # A year or month that has begun may be meant; only what has not begun lies in the future.
        iso = today.isoformat()
        short = pc.utf8_length(values)
        future = pc.or_(
            pc.and_(pc.equal(short, 10), pc.greater(values, iso)),
            pc.or_(
                pc.and_(pc.equal(short, 7), pc.greater(values, iso[:7])),
                pc.and_(pc.equal(short, 4), pc.greater(values, iso[:4])),
            ),
        )
        late = _where(future)
        if len(late):
            complaints.append(Complaint(late, text("lies in the future"), text("check the year"), "future"))
    return Cells(values, _nothing(cells), complaints)


_READERS = {
    "words": _read_words,
    "code": _read_code,
    "codes": _read_codes,
    "choice": _read_choice,
    "flag": _read_flag,
    "number": _read_number,
    "share": _read_number,
    "whole": _read_whole,
    "date": _read_date,
}
