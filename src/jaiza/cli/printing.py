"""What commands print: tables for people, CSV and JSON for programs, progress for work that takes longer."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from rich.console import Console
from rich.table import Table as RichTable

from jaiza.errors import Problem, ProblemGroup, WrongUse, grouped
from jaiza.language import Text, text

if TYPE_CHECKING:
    from jaiza.explain import Explanation
    from jaiza.store.results import Results
    from jaiza.study import Progress, Study


class Format(StrEnum):
    """How data are printed."""

    table = "table"
    csv = "csv"
    json = "json"


class AudienceName(StrEnum):
    """Who may see what is printed."""

    public = "public"
    restricted = "restricted"


PIPED_WIDTH = 160  # columns of a table that is not shown on a terminal
_spoken = {"language": "en"}


def speak(language: str) -> None:
    """Set the language of everything that is printed from now on."""
    _spoken["language"] = language


def said(sentence: Text) -> str:
    """A sentence in the language of this run."""
    return sentence.said(_spoken["language"])


def say(sentence: Text) -> None:
    """A sentence for the user, on standard output."""
    _out().print(said(sentence), markup=False, highlight=False, soft_wrap=True)


def warn(sentence: Text) -> None:
    """A sentence about something that went wrong, on standard error."""
    print(said(sentence), file=sys.stderr)  # noqa: T201


def _out() -> Console:
    return Console(file=sys.stdout, highlight=False, width=None if sys.stdout.isatty() else PIPED_WIDTH)


def progress() -> Progress | None:
    """A progress bar on standard error; none when it is piped."""
    if not sys.stderr.isatty():
        return None
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=Console(file=sys.stderr),
        transient=True,
    )
    task = bar.add_task("", total=None)

    def step(what: str, done: int, total: int) -> None:
        bar.start()
        bar.update(task, description=what, completed=done, total=total)
        if done >= total:
            bar.stop()

    return step


def findings(results: Results, folder: Path) -> None:
    """Findings of a round as sentences, headlines first."""
    out, language = _out(), _spoken["language"]
    about = results.manifest["study"]
    name = about.get("name", {})
    out.print(f"\n{name.get(language) or name.get('en', '')} · {results.as_of}", style="bold", markup=False)
    if about.get("fictional"):
        say(text("A fictional study: nothing in it is real."))
    kinds = (
        ("headline", text("What the data support")),
        ("catalogue", text("What is recorded")),
        ("cannot_say", text("What we cannot say yet")),
    )
    for kind, title in kinds:
        found = [f for f in results.findings["findings"] if f["kind"] == kind]
        if not found and kind != "headline":
            continue
        out.print(f"\n{said(title)}", style="bold", markup=False)
        if not found:
            say(text("Nothing is known well enough for a headline; that is a result too."))
        for finding in found:
            out.print(f"  • {finding['text'][language]}", markup=False, soft_wrap=True)
            _under(out, finding, language)


def _under(out: Console, finding: Mapping[str, Any], language: str) -> None:
    parts = []
    if finding.get("figure"):
        interval = f"{number(finding['lower'])}–{number(finding['upper'])}"
        parts.append(f"{number(finding['value'])} [{interval}] {finding['grade']}")
    if finding.get("note"):
        parts.append(finding["note"][language])
    if finding.get("would_change"):
        parts.append(said(text("would change it: {what}", what=finding["would_change"][language])))
    if finding.get("figure"):
        parts.append(finding["figure"])
    for part in parts:
        out.print(f"    {part}", style="dim", markup=False, soft_wrap=True)


def number(value: object) -> str:
    """A figure for people: few digits, "?" where there is none."""
    if value is None:
        return "?"
    if isinstance(value, float):
        if abs(value) >= 1000:
            return f"{value:,.0f}"
        return f"{value:.0f}" if value.is_integer() else f"{value:.2f}"
    return str(value)


def problems(found: Sequence[Problem], output: Format) -> None:
    """Problems of a study: one line a group for people, one record a problem for programs."""
    if output is Format.table:
        groups = grouped(found)
        problem_lines(groups, sys.stdout)
        stopping = sum(g.count for g in groups if not g.first.warning)
        if not stopping:
            say(text("No problem found."))
        return
    rows = [
        {"file": p.file, "sheet": p.sheet, "row": p.row, "column": p.column, "value": p.value, "problem": said(p.what),
         "mend": said(p.mend), "code": p.code, "kind": "refused" if p.refused else ("warning" if p.warning else "problem")}
        for p in found
    ]  # fmt: skip
    _records(rows, output)


def problem_lines(groups: Sequence[ProblemGroup], stream: TextIO) -> None:
    """Groups of problems, one a line; warnings after problems."""
    for group in sorted(groups, key=lambda g: g.first.warning):
        mark = (
            said(text("refused"))
            if group.first.refused
            else said(text("note") if group.first.warning else text("problem"))
        )
        print(f"{mark}: {group.said(_spoken['language'])}", file=stream)


def missing_tables(study: Study, *, short: bool = False) -> None:
    """Tables that the study lacks and what each would switch on."""
    missing = study.unlocked_by()
    if not missing:
        return
    if short:
        say(
            text(
                "Not filled in: {tables}. jaiza check says what each would switch on.",
                tables=", ".join(n for n, _ in missing),
            )
        )
        return
    table = RichTable(box=None, pad_edge=False)
    table.add_column(said(text("missing file")))
    table.add_column(said(text("it would switch on")))
    for name, unlocks in missing:
        table.add_row(f"data/{name}.csv", said(text(unlocks)) if unlocks else "")
    _out().print(table)


def rows(results: Results, name: str, output: Format, *, area: str | None = None) -> None:
    """A results table, whole or for one area."""
    _say_fiction(results, output)
    found = results.rows(name)
    if area is not None:
        code = _known_area(results, area)
        found = [r for r in found if r.get("area_code") == code]
    _records(found, output, shown=_SHOWN.get(name))


def _known_area(results: Results, area: str) -> str:
    code = area.upper()
    if not any(p["code"] == code for p in results.rows("places")):
        raise WrongUse(text("{area} is no area of this study; write its code, such as PK528", area=area))
    return code


# Results tables that jaiza gaps prints by their own name.
LISTS = ("need", "presence", "overlaps", "blind_spots", "money", "evidence", "data_first", "data_age")
_SHOWN = {
    "need": ("area_name", "admin1_name", "value", "lower", "upper", "state", "grade", "rank_lower", "rank_upper", "top_k", "figure"),
    "presence": ("area_name", "level", "approach", "presence", "initiatives", "organisations", "figure"),
    "coverage": ("area_name", "approach", "presence", "value", "lower", "upper", "state", "grade", "figure"),
    "gaps": ("area_name", "gap", "value", "lower", "upper", "state", "grade", "n", "figure"),
    "ended": ("area_name", "admin1_name", "approach", "last", "initiatives", "registry_complete"),
    "data_age": ("title", "used_for", "newest", "age_months", "grade", "rows"),
}  # fmt: skip


def one_gap(results: Results, gap: str, output: Format, *, area: str | None) -> None:
    """One gap by area."""
    _say_fiction(results, output)
    known = sorted({r["gap"] for r in results.rows("gaps")})
    if gap not in known:
        names = ", ".join([*LISTS, *known])
        raise WrongUse(
            text("{gap} is not assessed in this round; write one of: {names}", gap=gap, names=names)
        )
    found = [r for r in results.rows("gaps") if r["gap"] == gap]
    if area is not None:
        code = _known_area(results, area)
        found = [r for r in found if r["area_code"] == code]
    _records(found, output, shown=_SHOWN["gaps"])


def overview(results: Results, output: Format, *, area: str | None) -> None:
    """How much of each measure is known; or every measure of one area."""
    _say_fiction(results, output)
    if area is not None:
        found = [{"gap": "need", **r} for r in results.rows("need") if r["area_code"] == area.upper()]
        found += [r for r in results.rows("gaps") if r["area_code"] == area.upper()]
        if not found:
            raise WrongUse(text("{area} is no area of this study; write its code, such as PK528", area=area))
        keep = ("area_code", "area_name", "gap", "value", "lower", "upper", "state", "grade", "n", "figure")
        _records([{k: r[k] for k in keep} for r in found], output, shown=keep[1:])
        return
    out = []
    for measure, table in [("need", results.rows("need")), *_by_gap(results)]:
        states = Counter(r["state"] for r in table)
        grades = Counter(r["grade"] for r in table if r["grade"])
        out.append({"measure": measure, **{s: states[s] for s in ("estimated", "too_wide", "no_data", "withheld", "not_applicable")},
                    **{g: grades[g] for g in "ABCDE"}})  # fmt: skip
    _records(out, output)


def _say_fiction(results: Results, output: Format) -> None:
    """A fictional study says so before its figures; beside data for programs, on standard error."""
    if results.manifest["study"].get("fictional"):
        sentence = text("A fictional study: nothing in it is real.")
        say(sentence) if output is Format.table else warn(sentence)


def _by_gap(results: Results) -> list[tuple[str, list[dict[str, Any]]]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in results.rows("gaps"):
        groups.setdefault(row["gap"], []).append(row)
    return list(groups.items())


def _records(
    found: Sequence[Mapping[str, Any]], output: Format, *, shown: Sequence[str] | None = None
) -> None:
    if output is Format.json:
        print(json.dumps(list(found), ensure_ascii=False, indent=1))  # noqa: T201
        return
    if output is Format.csv:
        import csv

        from jaiza.store.results import csv_cell

        writer = csv.writer(sys.stdout, lineterminator="\n")
        names = list(found[0]) if found else []
        writer.writerow(names)
        writer.writerows([[csv_cell(r[n]) for n in names] for r in found])
        return
    if not found:
        say(text("Nothing to show."))
        return
    names = list(shown or found[0])
    table = RichTable(box=None, pad_edge=False)
    for name in names:
        numeric = any(isinstance(r[name], int | float) and not isinstance(r[name], bool) for r in found)
        table.add_column(name, justify="right" if numeric else "left", overflow="fold")
    for row in found:
        table.add_row(*[_shown(row[n], n) for n in names])
    _out().print(table)


def _shown(value: object, column: str) -> str:
    if value is None:
        return (
            ""
            if column in ("grade", "rank_lower", "rank_upper", "top_k", "initiatives", "organisations")
            else "?"
        )
    return number(value)


def figure_ids(ids: Sequence[str], output: Format) -> None:
    """Ids of figures, one a line."""
    if output is Format.table:
        for figure in ids:
            print(figure)  # noqa: T201
        if not ids:
            say(text("No figure of this round stands on that row."))
        return
    _records([{"figure": f} for f in ids], output)


def explanation(opened: Explanation, output: Format) -> None:
    """A figure opened: value, formula, parameters, the figures it is made of, its rows."""
    if output is Format.json:
        print(json.dumps(opened.plain(), ensure_ascii=False, indent=1))  # noqa: T201
        return
    if output is Format.csv:
        _records(
            [{**r, "content": json.dumps(r["content"], ensure_ascii=False)} for r in opened.rows], output
        )
        return
    out, figure = _out(), opened.figure
    if opened.manifest["study"].get("fictional"):
        say(text("A fictional study: nothing in it is real."))
    name = f" · {said(opened.area_name)}" if opened.area_name else ""
    out.print(f"{figure['figure']}{name}", style="bold", markup=False)
    out.print(f"  {number(figure['value'])} [{number(figure['lower'])}–{number(figure['upper'])}] {figure['state']} {figure['grade'] or ''}"
              f" {figure['unit'] or ''}", markup=False)  # fmt: skip
    say(text("  Methods {section}: {words}", section=figure["method"], words=opened.method))
    _tree(out, said(text("Parameters of this figure")), opened.parameters)
    _tree(out, said(text("Parameters of the round")), opened.shared)
    if opened.parts:
        out.print(f"\n{said(text('Made of these figures'))}", style="bold")
        for part in opened.parts:
            out.print(f"  {part['figure']}  {number(part['value'])}", markup=False)
    out.print(f"\n{said(text('Rows'))}: {len(opened.rows)}", style="bold")
    for row in opened.rows[:200]:
        place = f"{row['file']} {row['row']}" if row["file"] else said(text("withheld"))
        out.print(
            f"  {place}  {row['role']}  × {row['used']:.3g}  {json.dumps(row['content'], ensure_ascii=False)}",
            markup=False,
            soft_wrap=True,
        )
    if len(opened.rows) > 200:
        say(text("  and {n} more; --format csv lists all", n=len(opened.rows) - 200))
    manifest = opened.manifest
    say(
        text(
            "Seed {seed}, {draws} draws, snapshot {snapshot}.",
            seed=manifest["seed"],
            draws=manifest["draws"],
            snapshot=manifest["snapshot"],
        )
    )


def _tree(out: Console, title: str, values: Mapping[str, Any]) -> None:
    shown = {k: v for k, v in values.items() if k not in ("from", "people")}
    if not shown:
        return
    out.print(f"\n{title}", style="bold", markup=False)
    for key, value in shown.items():
        out.print(f"  {key}: {json.dumps(value, ensure_ascii=False)}", markup=False, soft_wrap=True)
