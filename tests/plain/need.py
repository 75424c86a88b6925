"""Need again, slow and obvious: one loop for every sum, from the rows themselves (methods A-B6).

Nothing of the package is used but the rows of the tables and the values of the framework.
"""

from __future__ import annotations

import calendar
import datetime as dt
import math

DAYS = 365.25 / 12


def day(text, last):
    """First or last day that a date to the year, month or day may mean."""
    parts = [int(p) for p in text.split("-")]
    year = parts[0]
    month = parts[1] if len(parts) > 1 else (12 if last else 1)
    if len(parts) > 2:
        return dt.date(year, month, parts[2])
    return dt.date(year, month, calendar.monthrange(year, month)[1] if last else 1)


def months(a, b):
    """Months from one day to a later one."""
    return (b.year - a.year) * 12 + (b.month - a.month) + (b.day - a.day) / DAYS


def land(areas):
    """Analysed areas, and for every code the areas it stands for."""
    rows = {r["code"]: r for r in areas}
    analysed = sorted(c for c, r in rows.items() if r["level"] == "2" and not r["counted_in"])

    def stands_for(code, seen=()):
        row = rows.get(code)
        if row is None or row["level"] == "0" or code in seen:
            return []
        if row["level"] == "2":
            return [row["counted_in"] or code]
        if row["level"] == "1":
            return [a for a in analysed if rows[a]["parent"] == code]
        out = []
        for part in (row["members"] or "").split(";"):
            for a in stands_for(part, (*seen, code)):
                if a not in out:
                    out.append(a)
        return out

    return rows, analysed, {c: stands_for(c) for c in rows}


def people_on(population, area, on):
    """People of an area on a day, growing at a constant rate between two counts; None when never counted."""
    series = []
    for row in population:
        whole = row["sex"] == "all" and row["age_band"] == "all" and row["residence"] == "all"
        if row["area"] == area and whole and row["people"] is not None:
            series.append((day(row["counted_on"], False), row["people"]))
    if not series:
        return None
    series.sort()
    earlier = [s for s in series if s[0] <= on]
    later = [s for s in series if s[0] > on]
    if not earlier:
        return float(later[0][1])
    (d0, p0) = earlier[-1]
    if not later or p0 == 0 or later[0][1] == 0:
        return float(p0)
    (d1, p1) = later[0]
    years = (on - d0).days / (d1 - d0).days
    return p0 * (p1 / p0) ** years


def event_sources(rows, other_tables, analysed, stands, rows_of_areas, as_of, window):
    """Sources to count, none overlapping another: name -> (from day, to day, months from, months to, areas)."""
    used = {e["source"] for e in rows["events"]}
    spans = []
    for s in rows["sources"]:
        named = any(r.get("source") == s["id"] for t in other_tables for r in rows[t])
        if s["id"] not in used and (named or not s["covers"]):
            continue
        if not s["covers_from"] or not s["covers_to"]:
            continue
        first, last = day(s["covers_from"], False), day(s["covers_to"], True)
        near = max(0.0, months(last + dt.timedelta(days=1), as_of))
        far = min(float(window), months(first, as_of))
        if far <= near:
            continue
        over = set()
        for code in (s["covers"] or "").split(";"):
            if code in rows_of_areas and rows_of_areas[code]["level"] == "0":
                over |= set(analysed)
            else:
                over |= set(stands.get(code, []))
        spans.append((-(far - near) * len(over), s["id"], first, last, near, far, over, s))
    spans.sort(key=lambda x: (x[0], x[1]))
    taken = []
    for one in spans:
        clash = False
        for other in taken:
            if one[4] < other[5] and other[4] < one[5] and one[6] & other[6]:
                clash = True
        if not clash:
            taken.append(one)
    return taken


def month_of_age(date, as_of):
    """Age in months of a day, or of the middle of a month; None outside any window yet to come."""
    year, month = int(date[:4]), int(date[5:7])
    whole = (as_of.year - year) * 12 + as_of.month - month
    if len(date) == 10:
        number = int(date[8:])
        if dt.date(year, month, number) > as_of:
            return None
        return whole + (as_of.day - number) / DAYS
    if whole < 1:
        return None
    return whole - 0.5 + (as_of.day - 1) / DAYS


def counted_events(rows, taken, stands, as_of, window):
    """(event row, age) of every event that lies in the window and inside its source's declared completeness."""
    out = []
    for e in rows["events"]:
        for _, name, first, last, _, _, over, _ in taken:
            if e["source"] != name:
                continue
            where = stands.get(e["place"], [])
            if where and not set(where) & over:
                continue
            if len(e["date"]) == 10:
                inside = first <= day(e["date"], False) <= last
            else:
                inside = (first.year, first.month) <= (int(e["date"][:4]), int(e["date"][5:7]))
                inside = inside and (int(e["date"][:4]), int(e["date"][5:7])) <= (last.year, last.month)
            age = month_of_age(e["date"], as_of)
            if not inside or age is None:
                continue
            limit = window if len(e["date"]) == 10 else window - 0.5 + (as_of.day - 1) / DAYS
            if age < limit or (age == limit and len(e["date"]) == 7):
                out.append((e, age))
    return out


def severity(rows, values, as_of):
    """(theta, exposure, points) by area, rates per 100,000 person-years; None where no rate can be given."""
    rows_of_areas, analysed, stands = land(rows["areas"])
    others = [t for t in rows if t not in ("events", "sources")]
    window, half = values["window_events"], values["half_life"]
    taken = event_sources(rows, others, analysed, stands, rows_of_areas, as_of, window)
    people = {a: people_on(rows["population"], a, as_of) for a in analysed}

    def length(near, far):
        return half / math.log(2) * (2 ** (-near / half) - 2 ** (-far / half))

    never = set()
    for one in taken:
        never |= set((one[7]["never_records"] or "").split(";"))
    exposure = {}
    for a in analysed:
        total = sum(length(one[4], one[5]) for one in taken if a in one[6])
        enough = total / length(0, window) >= values["coverage_share_needed"]
        exposure[a] = people[a] * total / 12 if enough and people[a] else None

    points = dict.fromkeys(analysed, 0.0)
    sum_v = sum_v2 = 0.0
    for e, age in counted_events(rows, taken, stands, as_of, window):
        n, deaths = e["events"], e["deaths_best"] or 0
        squared = e["deaths_best_squared"]
        if squared is None:
            squared = deaths * deaths / n if n else 0
        harm = 0.0
        if "injured" not in never:
            harm += values["severity_injured"] * (e["injured"] or 0)
        if "hostages" not in never:
            harm += values["severity_hostage"] * (e["hostages"] or 0)
        w1, w2, fade = values["severity_event"], values["severity_death"], 2 ** (-age / half)
        v = (w1 * n + w2 * deaths + harm) * fade
        each = max(n, 1)
        square = w1 * w1 * n + w2 * w2 * squared + harm * harm / each
        square += 2 * w1 * w2 * deaths + 2 * w1 * harm + 2 * w2 * harm * deaths / each
        sum_v += v
        sum_v2 += square * fade * fade
        for a, share in shares(e, rows_of_areas, stands, people):
            points[a] += v * share
    return smoothed(points, exposure, sum_v2 / sum_v if sum_v else 1.0), exposure, points


def shares(e, rows_of_areas, stands, people):
    """The areas an event falls on, with the part of it in each (methods B2)."""
    place, precision = e["place"], e["location_precision"]
    where = stands.get(place, [])
    if precision >= 6:
        return []
    if rows_of_areas[place]["level"] == "2":
        if precision <= 3 or precision == 5:
            return [(where[0], 1.0)]
        where = stands.get(rows_of_areas[place]["parent"], [])
    if len(where) == 1:
        return [(where[0], 1.0)]
    total = sum(people[a] or 0 for a in where)
    return [(a, people[a] / total) for a in where if people[a]] if total > 0 else []


def smoothed(points, exposure, phi):
    """Marshall's rates with dispersion phi, per 100,000 person-years (methods B3)."""
    seen = [a for a in points if exposure[a]]
    if not seen:
        return dict.fromkeys(points)
    n = sum(exposure[a] for a in seen)
    m = sum(points[a] for a in seen) / n
    spread = sum(exposure[a] * (points[a] / exposure[a] - m) ** 2 for a in seen) / n
    between = max(0.0, spread - phi * m / (n / len(seen)))
    out = dict.fromkeys(points)
    for a in seen:
        pull = between / (between + phi * m / exposure[a]) if between > 0 else 0.0
        out[a] = 1e5 * (m + pull * (points[a] / exposure[a] - m))
    return out


def around(theta, pairs, rho):
    """Severity with a part taken from the neighbours that have one (methods B4)."""
    out = {}
    for a, own in theta.items():
        near = set()
        for p in pairs:
            if p["area_a"] == a and p["area_b"] != a:
                near.add(p["area_b"])
            if p["area_b"] == a and p["area_a"] != a:
                near.add(p["area_a"])
        known = [theta[b] for b in near if theta.get(b) is not None]
        if own is None:
            out[a] = None
        elif known:
            out[a] = (1 - rho) * own + rho * sum(known) / len(known)
        else:
            out[a] = own
    return out


def published(rows, indicator, area, as_of):
    """The newest value that describes a time before the round; None when there is none young enough."""
    best = None
    for r in rows["indicators"]:
        if r["area"] != area or r["code"] != indicator["code"] or r["value"] is None:
            continue
        if r["state"] not in ("observed", "confirmed_zero"):
            continue
        end = day(r["period_end"], True)
        if end >= as_of or months(end + dt.timedelta(days=1), as_of) > indicator["max_age"]:
            continue
        rank = (-end.toordinal(), r["se"] is None, r["source"])
        if best is None or rank < best[0]:
            best = (rank, r["value"])
    return None if best is None else best[1]


def between(indicator, x):
    """One part between its goalposts, from .01 to 1, more is worse (methods B6)."""
    low, high = indicator["low"], indicator["high"]
    if indicator["transform"] == "log1p":
        x, low, high = math.log(1 + max(x, 0)), math.log(1 + low), math.log(1 + high)
    part = min(1.0, max(0.0, (x - low) / (high - low)))
    if indicator["direction"] < 0:
        part = 1 - part
    return 0.01 + 0.99 * part


def need(rows, indicators, values, as_of):
    """Area -> (need, arithmetic need, severity, severity with spillover); None where it cannot be given.

    rows: table name -> list of dicts. indicators: dicts with code, weight, low, high, direction, transform, max_age,
    the first being violence. values: assumption code -> value.
    """
    theta, _, _ = severity(rows, values, as_of)
    spread = around(theta, rows["neighbours"], values["spillover"])
    out = {}
    for a in theta:
        parts = []
        for i in indicators:
            computed = i["code"] == "violence_severity"
            x = spread[a] if computed else published(rows, i, a, as_of)
            parts.append(None if x is None else (i["weight"], between(i, x)))
        if any(p is None for p in parts):
            out[a] = (None, None, theta[a], spread[a])
            continue
        plain = sum(w * z for w, z in parts)
        geometric = math.exp(sum(w * math.log(z) for w, z in parts))
        chosen = plain if values["aggregation"] == "arithmetic" else geometric
        out[a] = (chosen, plain, theta[a], spread[a])
    return out
