"""Dates as people know them: to the year, the month or the day."""

from __future__ import annotations

import calendar
import datetime as dt

MONTH_DAYS = 365.25 / 12


def first_day(value: str) -> dt.date:
    """First day that a date to the year, month or day may mean."""
    parts = [int(p) for p in value.split("-")]
    return dt.date(parts[0], parts[1] if len(parts) > 1 else 1, parts[2] if len(parts) > 2 else 1)


def last_day(value: str) -> dt.date:
    """Last day that a date to the year, month or day may mean."""
    parts = [int(p) for p in value.split("-")]
    month = parts[1] if len(parts) > 1 else 12
    day = parts[2] if len(parts) > 2 else calendar.monthrange(parts[0], month)[1]
    return dt.date(parts[0], month, day)


def months_between(earlier: dt.date, later: dt.date) -> float:
    """Months from one day to a later one; whole calendar months count as 1, odd days as parts of a mean month."""
    whole = (later.year - earlier.year) * 12 + later.month - earlier.month
    return whole + (later.day - earlier.day) / MONTH_DAYS


def age_in_months(last: dt.date, as_of: dt.date) -> float:
    """Age of a figure whose period ended with ``last``, on the morning of ``as_of``; 0 for the day before."""
    return max(0.0, months_between(last + dt.timedelta(days=1), as_of))


def months_before(as_of: dt.date, months: float) -> dt.date:
    """The day a whole number of months before ``as_of`` (the last day of a shorter month where needed)."""
    count = as_of.year * 12 + as_of.month - 1 - int(months)
    year, month = divmod(count, 12)
    return dt.date(year, month + 1, min(as_of.day, calendar.monthrange(year, month + 1)[1]))
