"""The training pack's files: one CSV a declared table, and one stream of random numbers a table."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from jaiza.records.declared import TABLES

SEED = 20230101
Row = Mapping[str, object]


def stream(number: int) -> np.random.Generator:
    """A generator of its own for one subject, so that a change in one table leaves the others as they are."""
    return np.random.default_rng([SEED, number])


def write(folder: Path, tables: Mapping[str, Sequence[Row]]) -> None:
    """Write every table into ``folder``; a table or column that is not declared raises KeyError."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        columns = TABLES[name].names
        unknown = {column for row in rows for column in row} - set(columns)
        if unknown:
            raise KeyError(f"{name} has no column {', '.join(sorted(unknown))}")
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows([cell(row.get(column)) for column in columns] for row in rows)


def cell(value: object) -> str:
    """A value as it stands in a cell: yes and no for flags, whole numbers without a point, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, float | np.floating):
        return str(int(value)) if float(value).is_integer() else repr(round(float(value), 6))
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value)


def shares(weights: Sequence[float]) -> list[float]:
    """Shares in hundredths that add up to 1 exactly, each at least .01 and in proportion to the weights."""
    total = sum(weights)
    parts = [max(1, int(100 * w / total)) for w in weights]
    parts[int(np.argmax(parts))] += 100 - sum(parts)
    return [part / 100 for part in parts]


def pick(rng: np.random.Generator, options: Sequence[str], weights: Iterable[float] | None = None) -> str:
    """One of the options, all alike or by weights."""
    if weights is None:
        return options[int(rng.integers(len(options)))]
    p = np.array(list(weights), dtype=float)
    return options[int(rng.choice(len(options), p=p / p.sum()))]


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day some months later, on the 28th where that day lies beyond it."""
    index = day.year * 12 + day.month - 1 + months
    return dt.date(index // 12, index % 12 + 1, min(day.day, 28))
