"""Blank workbooks to fill in: one a table, made from its declaration, with drop-down lists and a page of advice."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from jaiza.language import catalogue
from jaiza.records.declared import TABLES
from jaiza.records.table import KIND_SAYS, Column, Table

ROWS = 2000  # rows that carry drop-down lists
_INK, _PALE = "1A2530", "F6F5F1"
_WHEN = dt.datetime(2025, 1, 1)  # a fixed stamp, so that the same declarations give the same workbook


def template(table: Table, language: str = "en") -> Workbook:
    """A workbook for one table: headings (needed ones marked), drop-down lists, and a sheet that says what goes where."""
    said = catalogue(language).gettext
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = table.name[:31]
    sheet.freeze_panes = "A2"
    sheet.sheet_view.rightToLeft = language == "ur"
    for position, column in enumerate(table.columns, start=1):
        cell = sheet.cell(1, position, column.name)
        cell.font = Font(bold=True, color="FFFFFF" if column.required else _INK)
        cell.fill = PatternFill("solid", fgColor=_INK if column.required else _PALE)
        cell.comment = Comment(f"{said(column.says)}. {said(KIND_SAYS[column.kind])}.", "Jaiza")
        sheet.column_dimensions[get_column_letter(position)].width = max(14, len(column.name) + 4)
        choices = _choices(column)
        if choices:
            rule = DataValidation(
                type="list", formula1=f'"{",".join(choices)}"', allow_blank=not column.required
            )
            sheet.add_data_validation(rule)
            letter = get_column_letter(position)
            rule.add(f"{letter}2:{letter}{ROWS}")
    _advice(book, table, language)
    book.properties.creator = "Jaiza"
    book.properties.created = book.properties.modified = _WHEN
    return book


def _choices(column: Column) -> tuple[str, ...]:
    if column.kind == "flag":
        return ("yes", "no")
    # Excel takes a list of up to 255 letters in a cell; longer ones stand on the sheet of advice.
    return column.choices if len(",".join(column.choices)) <= 250 else ()


def _advice(book: Workbook, table: Table, language: str) -> None:
    said = catalogue(language).gettext
    sheet = book.create_sheet(said("What goes where")[:31])
    sheet.sheet_view.rightToLeft = language == "ur"
    sheet.append([said("One row is"), said(table.says)])
    sheet.append([said("An empty cell means not known, never zero.")])
    sheet.append([])
    sheet.append([said("Column"), said("Needed"), said("What it holds"), said("Kind"), said("Allowed words")])
    for cell in sheet[4]:
        cell.font = Font(bold=True)
    for column in table.columns:
        sheet.append([column.name, said("yes") if column.required else "", said(column.says), said(KIND_SAYS[column.kind]),
                      ", ".join(column.choices)])  # fmt: skip
    for letter, width in zip("ABCDE", (24, 8, 70, 40, 60), strict=True):
        sheet.column_dimensions[letter].width = width
    for row in sheet.iter_rows(min_row=5):
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")


def write_templates(folder: Path, language: str = "en") -> list[Path]:
    """A template of every table in ``folder``; the paths written."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, table in TABLES.items():
        path = folder / f"{name}.xlsx"
        template(table, language).save(path)
        written.append(path)
    return written
