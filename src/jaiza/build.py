"""From a study's files to a checked snapshot. A failed build leaves the last good snapshot where it was."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import pyarrow as pa

from jaiza.disclosure import severe_records
from jaiza.errors import DataProblems, Problem
from jaiza.framework import Framework
from jaiza.language import text
from jaiza.records.check import across_tables, check
from jaiza.records.declared import TABLES
from jaiza.records.migrations import migrated, too_new
from jaiza.records.refused import heading_refusal
from jaiza.records.tables_of_study import Tables
from jaiza.sources.table_files import SUFFIXES, read_table_file
from jaiza.store.snapshots import Snapshot, digest, make_current, open_snapshot, write_snapshot


@dataclass(frozen=True)
class Reading:
    """What a study's files hold: typed rows by table, and every problem and warning."""

    tables: Mapping[str, pa.Table]
    problems: list[Problem]

    @property
    def stopping(self) -> list[Problem]:
        """Problems that stop a build; warnings are left out."""
        return [p for p in self.problems if not p.warning]


def table_files(data: Path) -> dict[str, Path]:
    """The file of each table in a study's ``data`` folder, by table name."""
    found: dict[str, Path] = {}
    for path in sorted(data.iterdir()) if data.is_dir() else []:
        if (
            path.is_file()
            and path.suffix.lower() in SUFFIXES
            and path.stem in TABLES
            and path.stem not in found
        ):
            found[path.stem] = path
    return found


def read_study(
    data: Path, framework: Framework, *, today: dt.date, versions: Mapping[str, int] | None = None
) -> Reading:
    """All tables of a study, checked one by one and then against each other and the framework.

    ``versions`` says for which version of a table its file was made; 1 where it does not.
    """
    tables: dict[str, pa.Table] = {}
    problems: list[Problem] = []
    unread: set[str] = set()
    for name, path in table_files(data).items():
        try:
            raw, made_for = read_table_file(path), (versions or {}).get(name, 1)
            newer = too_new(raw, TABLES[name], made_for)
            if newer is not None:
                problems.append(newer)
                unread.add(name)
                continue
            checked = check(TABLES[name], migrated(raw, TABLES[name], made_for), today=today)
        except DataProblems as error:
            problems += error.problems
            unread.add(name)
            continue
        tables[name] = checked.rows
        problems += checked.problems
    problems += stray_files(data)
    # Codes of a table that could not be read are unknown, not wrong.
    problems += [
        p for p in across_tables(tables, TABLES) if not unread or p.mend.values.get("table") not in unread
    ]
    problems += against_framework(tables, framework)
    problems += refused_indicators(tables, framework)
    problems += severe_records(Tables(tables))
    return Reading(tables, problems)


def stray_files(data: Path) -> list[Problem]:
    """A warning for every file in ``data`` that no table is named after."""
    files = table_files(data)
    used = set(files.values())
    if not data.is_dir():
        return []
    return [
        _stray(path, files)
        for path in sorted(data.iterdir())
        if path not in used and not path.name.startswith(".")
    ]


def _stray(path: Path, files: Mapping[str, Path]) -> Problem:
    if path.stem in files:
        what = text("is not used, because {file} fills the same table", file=files[path.stem].name)
        mend = text("keep one of the two files")
    elif path.stem in TABLES:
        what = text("is not a kind of file that Jaiza reads, so it is not used")
        mend = text("save it as CSV UTF-8")
    else:
        what = text("no table has this name, so it is not used")
        mend = text("name it after the table that it fills")
    return Problem(what, mend, "stray_file", file=path.name, warning=True)


_FRAMEWORK_CODES = (
    ("initiative_approaches", "approach"),
    ("indicators", "code"),
)


def against_framework(tables: Mapping[str, pa.Table], framework: Framework) -> list[Problem]:
    """A problem for every approach, and a warning for every indicator, that framework.toml does not know."""
    out: list[Problem] = []
    known = {"approach": set(framework.approach_codes()), "code": {i.code for i in framework.indicators}}
    for table, column in _FRAMEWORK_CODES:
        rows = tables.get(table)
        if rows is None:
            continue
        for position, code in enumerate(rows[column].to_pylist()):
            if code is not None and code not in known[column]:
                out.append(
                    Problem(text("is not in framework.toml"), text("correct the code, or add it to framework.toml"),
                            "not_in_framework", file=rows["src_file"][position].as_py(),
                            sheet=rows["src_sheet"][position].as_py(), row=rows["src_row"][position].as_py(),
                            column=column, value=code, warning=column == "code")
                )  # fmt: skip
    return out


def refused_indicators(tables: Mapping[str, pa.Table], framework: Framework) -> list[Problem]:
    """A refusal for every indicator of a protected trait or of danger, in framework.toml or in the tables (methods B5)."""
    out: list[Problem] = []
    for indicator in framework.indicators:
        for words in (indicator.code, indicator.name.en, indicator.name.ur):
            refusal = heading_refusal(words, place_of_work=False)
            if refusal is not None:
                out.append(
                    Problem(refusal.what, text("take the indicator out; structural conditions are accepted"),
                            f"refused_{refusal.code}", file="framework.toml", column=f"indicator {indicator.code}", refused=True)
                )  # fmt: skip
                break
    rows = tables.get("indicators")
    if rows is None:
        return out
    seen: set[str] = set()
    for position, code in enumerate(rows["code"].to_pylist()):
        if code is None or code in seen:
            continue
        seen.add(code)
        refusal = heading_refusal(code, place_of_work=False)
        if refusal is not None:
            out.append(
                Problem(refusal.what, refusal.mend, f"refused_{refusal.code}", file=rows["src_file"][position].as_py(),
                        sheet=rows["src_sheet"][position].as_py(), row=rows["src_row"][position].as_py(), column="code", refused=True)
            )  # fmt: skip
    return out


def build(
    folder: Path, framework: Framework, *, today: dt.date, versions: Mapping[str, int] | None = None
) -> Snapshot:
    """The snapshot of a study's files as they are now; the existing one when nothing has changed.

    Raises DataProblems with every problem, and then changes nothing.
    """
    contents = {p.name: p.read_bytes() for p in table_files(folder / "data").values()}
    contents["framework.toml"] = (folder / "framework.toml").read_bytes()
    declared = ";".join(f"{t.name}={t.version}:{','.join(t.names)}" for t in TABLES.values())
    name = digest(
        {
            **contents,
            "table versions": declared.encode(),
            # A newer Jaiza may refuse what an older one took, so it checks once more.
            "rules": version("jaiza").encode(),
            "file versions": repr(sorted((versions or {}).items())).encode(),
        }
    )
    existing = open_snapshot(folder / "snapshots", name)
    if existing is not None:
        make_current(folder / "snapshots", existing)
        return existing
    reading = read_study(folder / "data", framework, today=today, versions=versions)
    if reading.stopping:
        raise DataProblems(reading.stopping)
    hashes = {n: hashlib.sha256(c).hexdigest() for n, c in contents.items()}
    return write_snapshot(folder / "snapshots", name, reading.tables, hashes)
