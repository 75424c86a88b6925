"""Templates, manual pages and storage come from the declarations; none of them drifts."""

from __future__ import annotations

import sys
from pathlib import Path

import pyarrow as pa
import pytest
from openpyxl import load_workbook

from jaiza.records.declared import TABLES
from jaiza.records.manual import overview, page
from jaiza.records.table import KIND_SAYS, STATES, by_name
from jaiza.records.template import template, write_templates

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"


@pytest.mark.parametrize("name", TABLES)
def test_the_manual_page_is_what_the_declaration_says(name: str) -> None:
    assert (DOCS / "tables" / f"{name}.md").read_text(encoding="utf-8") == page(TABLES[name])


def test_the_list_of_tables_is_what_the_declarations_say() -> None:
    assert (DOCS / "tables" / "index.md").read_text(encoding="utf-8") == overview(TABLES)
    assert {p.stem for p in (DOCS / "tables").glob("*.md")} == {*TABLES, "index"}


def test_the_page_on_commands_is_what_help_prints() -> None:
    sys.path.insert(0, str(ROOT / "tools" / "docs"))
    from write_reference import commands

    assert (DOCS / "commands.md").read_text(encoding="utf-8") == commands()


@pytest.mark.parametrize("language", ["en", "ur"])
@pytest.mark.parametrize("name", TABLES)
def test_the_template_holds_the_declared_columns(name: str, language: str) -> None:
    table = TABLES[name]
    sheet = template(table, language).worksheets[0]
    assert tuple(c.value for c in sheet[1]) == table.names
    assert sheet.sheet_view.rightToLeft == (language == "ur")
    rules = {str(r.sqref).split("2:")[0]: r.formula1 for r in sheet.data_validations.dataValidation}
    for position, column in enumerate(table.columns):
        letter = sheet.cell(1, position + 1).column_letter
        words = ("yes", "no") if column.kind == "flag" else column.choices
        if words and len(",".join(words)) <= 250:
            assert rules[letter] == f'"{",".join(words)}"', column.name


def test_templates_open_in_a_spreadsheet(tmp_path: Path) -> None:
    written = write_templates(tmp_path)
    assert len(written) == len(TABLES)
    assert load_workbook(written[0]).sheetnames[0] == written[0].stem


@pytest.mark.parametrize("name", TABLES)
def test_a_declaration_is_whole(name: str) -> None:
    table = TABLES[name]
    assert table.says
    assert table.unlocks
    for column in table.columns:
        assert column.says, column.name
        assert column.kind in KIND_SAYS
        assert (column.kind == "choice") == bool(column.choices), column.name
        if column.refers:
            other, field = column.refers.split(".")
            assert field in TABLES[other].names
    for key in table.keys:
        assert set(key.columns) <= set(table.names)
    assert len(set(table.names)) == len(table.names)


def test_stated_numbers_keep_a_state_beside_them() -> None:
    schema = TABLES["population"].schema
    assert schema.field("people").type == pa.int64()
    assert schema.field("people_state").type == pa.string()
    assert {"src_file", "src_sheet", "src_row"} <= set(schema.names)
    assert set(STATES) == {"observed", "confirmed_zero", "not_reported", "withheld", "not_applicable"}


def test_two_tables_of_one_name_are_an_error() -> None:
    with pytest.raises(ValueError, match="two tables"):
        by_name([TABLES["areas"], TABLES["areas"]])
