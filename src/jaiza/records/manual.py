"""The manual's pages on tables, written from the declarations."""

from __future__ import annotations

from collections.abc import Mapping

from jaiza.records.table import KIND_SAYS, Column, Table


def page(table: Table) -> str:
    """The manual page of one table as Markdown: what a row is, columns, rules."""
    lines = [f"# {table.name}", "", f"One row is {table.says}.", ""]
    if table.unlocks:
        lines += [f"It switches on: {table.unlocks}.", ""]
    lines += ["| column | needed | kind | what it holds |", "| --- | --- | --- | --- |"]
    lines += [_row(column) for column in table.columns]
    rules = _rules(table)
    if rules:
        lines += ["", "## Rules", "", *[f"- {rule}" for rule in rules]]
    return "\n".join(lines) + "\n"


def _row(column: Column) -> str:
    kind = KIND_SAYS[column.kind]
    if column.choices:
        kind = "one of " + ", ".join(f"`{c}`" for c in column.choices)
    if column.refers:
        kind += f", from `{column.refers}`"
    if column.low is not None or column.high is not None:
        low = "" if column.low is None else f"{column.low:g}"
        high = "" if column.high is None else f"{column.high:g}"
        kind += (
            f", {low} to {high}" if low and high else (f", at least {low}" if low else f", at most {high}")
        )
    if column.stated:
        kind += "; or `withheld`, `not_applicable`, `confirmed_zero`"
    return f"| `{column.name}` | {'yes' if column.required else ''} | {kind} | {column.says} |"


def _rules(table: Table) -> list[str]:
    rules = []
    for key in table.keys:
        names = ", ".join(f"`{c}`" for c in key.columns)
        where = f" where `{key.when_blank}` is blank" if key.when_blank else ""
        rules.append(f"No two rows share {names}{where}.")
    rules += [f"`{end}` is not before `{start}`." for start, end in table.in_order]
    rules += [f"`{low}` is not above `{high}`." for low, high in table.ordered_numbers]
    rules += [
        f"`{share}` adds up to 1 within one `{group}`, where all are given." for group, share in table.shares
    ]
    if table.place_of_work:
        rules.append("Coordinates and addresses are refused: the district is enough.")
    rules.append(
        "Persons, contacts, identity numbers, religion, sect, ethnicity and danger ratings are refused."
    )
    return rules


def overview(tables: Mapping[str, Table]) -> str:
    """The page that lists all tables."""
    lines = ["# Tables", "", "An empty cell means not known; it is never read as zero.", "",
             "| table | one row is | it switches on |", "| --- | --- | --- |"]  # fmt: skip
    lines += [f"| [{t.name}]({t.name}.md) | {t.says} | {t.unlocks} |" for t in tables.values()]
    return "\n".join(lines) + "\n"
