"""What is wrong, where, and how to mend it; and the ways in which a command can end.

Every problem of a file is collected before anything is said. Exit codes: 0 done, 1 the data have problems,
2 wrong use, 3 refused for privacy.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from jaiza.language import Text, isolate, plain, text, texts

DONE, DATA_PROBLEMS, WRONG_USE, REFUSED = 0, 1, 2, 3


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong in the data.

    ``file`` and ``sheet`` name the place as the user knows it, ``row`` is the row in that file (header = 1),
    ``column`` the heading as typed. ``refused`` marks what Jaiza never accepts (exit code 3), ``warning`` what
    is said but stops nothing.
    """

    what: Text
    mend: Text
    code: str
    file: str | None = None
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    value: str | None = None
    refused: bool = False
    warning: bool = False

    def place(self, language: str = "en") -> str:
        """``events.csv, row 41, held_on`` in the reader's language."""
        parts = [isolate(self.file, language)] if self.file else []
        if self.sheet:
            parts.append(text("sheet {sheet}", sheet=self.sheet).said(language))
        if self.row is not None:
            parts.append(text("row {row}", row=self.row).said(language))
        if self.column:
            parts.append(isolate(self.column, language))
        return ("، " if language == "ur" else ", ").join(parts)

    def said(self, language: str = "en") -> str:
        """The whole sentence: place, value, what is wrong, how to mend it."""
        shown = f"“{isolate(_short(self.value), language)}” " if self.value is not None else ""
        where = self.place(language)
        pause, stop = ("؛", "۔") if language == "ur" else (";", ".")
        body = f"{shown}{self.what.said(language)}{pause} {self.mend.said(language)}".rstrip(".۔")
        return f"{where}: {body}{stop}" if where else f"{body}{stop}"


def _short(value: str, length: int = 60) -> str:
    return value if len(value) <= length else value[: length - 1] + "…"


@dataclass(frozen=True)
class ProblemGroup:
    """The same problem on several rows: the first one, how many, and the first rows."""

    first: Problem
    count: int
    rows: tuple[int, ...]

    def said(self, language: str = "en") -> str:
        """One line for the group, with the count and the first rows when there is more than one."""
        if self.count == 1:
            return self.first.said(language)
        line = (self.first if self.first.warning else replace(self.first, row=None)).said(language)
        shown = ", ".join(str(r) for r in self.rows)
        if self.first.warning:
            more = texts("{n} such row", "{n} such rows, first {rows}", n=self.count, rows=shown)
        else:
            more = texts(
                "the same in {n} row: {rows}",
                "the same in {n} rows, first in {rows}",
                n=self.count,
                rows=shown,
            )
        return f"{line} ({more.said(language)})"


def grouped(problems: Iterable[Problem], shown: int = 5) -> list[ProblemGroup]:
    """Problems in order of appearance, with repetitions of one value in one column gathered into one group."""
    groups: dict[tuple[object, ...], list[Problem]] = {}
    for problem in problems:
        # What stops nothing is gathered whatever its value is, so that it does not bury what does.
        value = None if problem.warning and problem.row is not None else problem.value
        key = (problem.code, problem.file, problem.sheet, problem.column, value, problem.what.template)
        groups.setdefault(key, []).append(problem)
    return [
        ProblemGroup(same[0], len(same), tuple(p.row for p in same[:shown] if p.row is not None))
        for same in groups.values()
    ]


class JaizaError(Exception):
    """A known end of a command: a sentence for the user and an exit code. Never a traceback."""

    exit_code = DATA_PROBLEMS

    def __init__(self, said: Text | str) -> None:
        self.text = plain(said) if isinstance(said, str) else said
        super().__init__(self.text.said("en"))


class WrongUse(JaizaError):
    """The command or call cannot mean anything (exit code 2)."""

    exit_code = WRONG_USE


class Refused(JaizaError):
    """What was asked would break a rule on privacy or harm (exit code 3)."""

    exit_code = REFUSED


class DataProblems(JaizaError):
    """The data have problems; all of them are in ``problems``. Exit code 3 when any of them is a refusal."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        count = len(self.problems)
        super().__init__(texts("{n} problem in the data", "{n} problems in the data", n=count))
        if any(p.refused for p in self.problems):
            self.exit_code = REFUSED
