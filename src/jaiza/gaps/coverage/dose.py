"""Dose of each initiative (methods C1): people reached x intensity x the part of the window in which it worked.

Estimate: S = reach x min(1, hours per person / reference hours of the approach) x active months / window, in
person-equivalents a year. Reach, hours and months are triangular between their low and high readings.
Assumes:  the reach of a record is what the work reaches while it runs, so that a total over several years, entered
          as one figure, overstates. The middle of a reported range is its likeliest value; one figure alone, or the
          same figure written twice, stands for itself +- ``single_figure_spread``. Whoever takes part gets the hours
          in each approach, and the people are divided between approaches by share.
          A target is not reach delivered. What is only planned or suspended has no known months. Work to which
          reach does not apply (its cell says so) is left out: it has no dose to be known.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from jaiza.framework import Approach, Framework
from jaiza.gaps.coverage.presence import Work
from jaiza.records.dates import first_day, last_day, months_before, months_between
from jaiza.records.tables_of_study import Tables
from jaiza.stats import access
from jaiza.stats.arguments import positive

Floats = NDArray[np.float64]
LOW, MID, HIGH = 0, 1, 2
_UNKNOWN = (np.nan, np.nan, np.nan)


@dataclass(frozen=True)
class Doses:
    """Initiatives that may be at work in the window, in the order of their ids; what ended before it is left out.

    ``reach`` (people), ``hours`` (a person) and ``months`` (in the window) are (initiatives, 3): low, likeliest,
    high; nan where not known. ``by_approach`` (initiatives, approaches) holds the share of the work, 0 where the
    approach is not used. ``lacking`` says what keeps a dose from being known.
    """

    work: tuple[Work, ...]
    reach: Floats
    hours: Floats
    months: Floats
    window: float
    approaches: tuple[Approach, ...]
    by_approach: Floats
    lacking: tuple[tuple[str, ...], ...]
    single_figure: tuple[str, ...]
    split_equally: tuple[str, ...]

    @property
    def known(self) -> NDArray[np.bool_]:
        """Whether the dose of each initiative is known (initiatives,)."""
        return np.array([not lacks for lacks in self.lacking], dtype=bool)

    def person_equivalents(self, bound: int = MID) -> Floats:
        """S by initiative and approach (initiatives, approaches) at LOW, MID or HIGH; nan where not known."""
        hours = np.array([a.reference_hours for a in self.approaches])
        dose = access.dose(
            self.reach[:, bound, None],
            self.hours[:, bound, None] / positive(hours, "reference_hours"),
            self._year(self.months[:, bound, None]),
        )
        return np.asarray(np.where(self.by_approach > 0, dose * self.by_approach, 0.0))

    def drawn(self, size: int, seed: int) -> tuple[Floats, Floats, Floats]:
        """Draws of reach, hours and months, each (size, initiatives); nan where not known.

        Every record draws from a stream of its own, named by ``seed`` and its id: adding, blanking or moving one
        record moves no draw of another, and paired rounds share their draws. Another id means other draws, so that
        renaming moves an interval by its simulation error, and no point value.
        """
        uniform = np.full((3, size, len(self.work)), np.nan)
        for i in np.flatnonzero(self.known):
            digest = hashlib.sha256(self.work[i].initiative.encode()).digest()[:16]
            words = np.frombuffer(digest, dtype="<u4").tolist()
            uniform[:, :, i] = np.random.default_rng([seed, *words]).random((3, size))
        reach, hours, months = (
            _triangular(u, f) for u, f in zip(uniform, (self.reach, self.hours, self.months), strict=True)
        )
        return reach, hours, months

    def drawn_dose(self, drawn: tuple[Floats, Floats, Floats], at: NDArray[np.intp], approach: int) -> Floats:
        """S (draws, initiatives at ``at``) for one approach, from the draws of `drawn`."""
        reach, hours, months = (part[:, at] for part in drawn)
        dose = access.dose(reach, hours / self.approaches[approach].reference_hours, self._year(months))
        return np.asarray(dose * self.by_approach[at, approach])

    def _year(self, months: Floats) -> Floats:
        # A window of other than twelve months counts as a year's work when all of it is worked.
        return np.minimum(12.0, months * (12.0 / self.window))


def stream_seed(rng: Generator) -> int:
    """The seed that names the streams of all records, taken from the one generator of the measure."""
    return int(rng.integers(2**63))


def _triangular(uniform: Floats, factor: Floats) -> Floats:
    """Triangular draws (size, n) by the inverse distribution; a range without width is its value."""
    low, mode, high = factor.T
    width = high - low
    below = np.divide(mode - low, width, out=np.zeros_like(width), where=width > 0)
    rising = low + np.sqrt(uniform * width * (mode - low))
    falling = high - np.sqrt((1 - uniform) * width * (high - mode))
    return np.asarray(np.where(uniform < below, rising, falling))


def in_scope(framework: Framework) -> tuple[Approach, ...]:
    """Approaches with a declared share of people to be reached: the others cannot be covered or left uncovered."""
    return tuple(a for a in framework.approaches if a.target_share > 0)


def doses(tables: Tables, framework: Framework, work: Sequence[Work], as_of: dt.date) -> Doses:
    """What is known of the dose of every initiative that may be at work in the window."""
    approaches = in_scope(framework)
    rows = tables.rows("initiatives")
    counted = (
        w for w in work if w.period != "ended" and rows[w.row]["reached_low_state"] != "not_applicable"
    )
    kept = tuple(sorted(counted, key=lambda w: w.initiative))
    window, spread = framework.number("window_supply"), framework.number("single_figure_spread")
    factors = np.full((3, len(kept), 3), np.nan)
    lacking: list[tuple[str, ...]] = []
    single: list[str] = []
    for i, item in enumerate(kept):
        row = rows[item.row]
        found = {
            "reach": _UNKNOWN if row["reached_basis"] == "target" else _figure(row, "reached", spread),
            "hours": _figure(row, "hours", spread),
            "dates": active_months(item, row, as_of, window),
        }
        lacks = tuple(name for name, value in found.items() if np.isnan(value[MID]))
        if any(value[HIGH] == 0 for value in found.values()):
            # Nobody reached, or for no time, is no dose whatever the rest may be.
            found, lacks = dict.fromkeys(found, (0.0, 0.0, 0.0)), ()
        factors[:, i] = list(found.values())
        lacking.append(lacks)
        if not lacks and factors[:, i, HIGH].any() and (_single(row, "reached") or _single(row, "hours")):
            single.append(item.initiative)
    shares, assumed = _by_approach(tables, kept, approaches)
    return Doses(kept, factors[0], factors[1], factors[2], window, approaches, shares, tuple(lacking), tuple(single), assumed)  # fmt: skip


def _figure(row: Mapping[str, Any], name: str, spread: float) -> tuple[float, float, float]:
    """Low, likeliest and high reading; nan without a low figure, since a ceiling alone says nothing of a floor."""
    if row[f"{name}_low"] is None:
        return _UNKNOWN
    low = float(row[f"{name}_low"])
    if _single(row, name):
        return low * (1 - spread), low, low * (1 + spread)
    high = float(row[f"{name}_high"])
    return low, (low + high) / 2, high


def _single(row: Mapping[str, Any], name: str) -> bool:
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    return low is not None and (high is None or high == low)


def active_months(
    work: Work, row: Mapping[str, Any], as_of: dt.date, window: float
) -> tuple[float, float, float]:
    """Months of the window in which an initiative worked: low, likeliest, high; nan where the dates do not say.

    A month or a day is read whole. A date to the year alone leaves open when in that year, and the middle is taken.
    An open end is known up to the date of the source; that the work went on after it is possible and no more.
    """
    if work.period != "active" or row["status"] == "suspended":
        return _UNKNOWN
    opens = months_before(as_of, window)
    start = first_day(row["start"])
    latest_start = last_day(row["start"]) if len(row["start"]) == 4 else start
    stop = row["end"] if row["end"] is not None else row["source_date"]
    earliest_stop = first_day(stop) if len(stop) == 4 else last_day(stop)
    least = _overlap(latest_start, earliest_stop, opens, as_of, window)
    most = _overlap(start, last_day(stop), opens, as_of, window)
    going_on = _overlap(start, as_of, opens, as_of, window) if row["end"] is None else most
    return least, (least + most) / 2, going_on


def _overlap(start: dt.date, last: dt.date, opens: dt.date, as_of: dt.date, window: float) -> float:
    """Months from a first to a last day that lie in the window, which ends with the day before ``as_of``."""
    begin = max(start, opens)
    after = min(last, as_of - dt.timedelta(days=1)) + dt.timedelta(days=1)
    return min(window, max(0.0, months_between(begin, after))) if after > begin else 0.0


def divided(given: Sequence[float | None], sizes: Sequence[float]) -> tuple[Floats, bool]:
    """Shares that add up to 1, and whether any was assumed: blanks take the rest in proportion to ``sizes``.

    Where a size is not known, or all are 0, the blanks take equal parts.
    """
    shares = np.array([np.nan if g is None else g for g in given], dtype=np.float64)
    blank = np.isnan(shares)
    if blank.any():
        weights = np.asarray(sizes, dtype=np.float64)[blank]
        if not np.isfinite(weights).all() or weights.sum() <= 0:
            weights = np.ones(len(weights))
        shares[blank] = max(0.0, 1.0 - float(np.nansum(shares))) * weights / weights.sum()
    total = float(shares.sum())
    return (shares / total if total > 0 else shares), bool(blank.any() and len(shares) > 1)


def _by_approach(
    tables: Tables, work: Sequence[Work], approaches: Sequence[Approach]
) -> tuple[Floats, tuple[str, ...]]:
    """Share of each initiative by approach, equal parts where none is given. Approaches outside keep their part."""
    given: dict[str, list[tuple[str, float | None]]] = {}
    for row in tables.rows("initiative_approaches"):
        given.setdefault(row["initiative"], []).append((row["approach"], row["share"]))
    column = {a.code: k for k, a in enumerate(approaches)}
    out = np.zeros((len(work), len(approaches)))
    assumed: list[str] = []
    for i, item in enumerate(work):
        used = sorted(given.get(item.initiative, ()), key=lambda entry: entry[0])
        shares, guessed = divided([share for _, share in used], [1.0] * len(used))
        for (code, _), share in zip(used, shares, strict=True):
            if code in column:
                out[i, column[code]] += share
        if guessed:
            assumed.append(item.initiative)
    return out, tuple(assumed)
