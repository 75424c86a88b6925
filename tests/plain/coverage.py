"""Coverage again, slow and obvious: one loop for every sum, from the rows themselves (methods C0-C2).

Nothing of the package is used but the rows of the tables and the values of the framework.
"""

from __future__ import annotations

import calendar
import datetime as dt
import math


def day(text, last):
    """First or last day that a date to the year, month or day may mean."""
    parts = [int(p) for p in text.split("-")]
    year = parts[0]
    month = parts[1] if len(parts) > 1 else (12 if last else 1)
    if len(parts) > 2:
        return dt.date(year, month, parts[2])
    return dt.date(year, month, calendar.monthrange(year, month)[1] if last else 1)


def months_worked(start, last, as_of, window):
    """Months of a span of days that lie in the window before the round."""
    opens = dt.date(as_of.year - window // 12, as_of.month, as_of.day)
    begin = start if start > opens else opens
    after = last + dt.timedelta(days=1)
    if after > as_of:
        after = as_of
    if after <= begin:
        return 0.0
    months = (after.year - begin.year) * 12 + (after.month - begin.month)
    months += (after.day - begin.day) / (365.25 / 12)
    return min(float(window), max(0.0, months))


def figure(low, high):
    """The likeliest value of a reported figure, or None."""
    if low is None:
        return None
    return low if high is None else (low + high) / 2


def dose_factors(row, as_of, window):
    """("ended" | "later" | "open" | "known", reach, hours, months) of one initiative."""
    opens = dt.date(as_of.year - window // 12, as_of.month, as_of.day)
    start, end, seen = row["start"], row["end"], row["source_date"]
    if start is not None and day(start, False) >= as_of:
        return "later", 0, 0, 0
    months = None
    if row["status"] != "planned":
        if end is not None and day(end, True) < opens:
            return "ended", 0, 0, 0
        if end is None and row["status"] == "completed" and seen is not None and day(seen, True) < opens:
            return "ended", 0, 0, 0
        stop = end
        if end is None and row["status"] == "ongoing" and seen is not None and start is not None:
            stop = seen if day(seen, True) >= opens and day(seen, True) >= day(start, False) else None
        if start is not None and stop is not None and row["status"] != "suspended":
            first, latest = day(start, False), day(start, len(start) == 4)
            soonest, final = day(stop, len(stop) != 4), day(stop, True)
            months = (
                months_worked(first, final, as_of, window) + months_worked(latest, soonest, as_of, window)
            ) / 2
    reach = None if row["reached_basis"] == "target" else figure(row["reached_low"], row["reached_high"])
    hours = figure(row["hours_low"], row["hours_high"])
    if reach == 0 or hours == 0:
        return "known", 0.0, 0.0, 0.0
    if reach is None or hours is None or months is None:
        return "open", 0, 0, 0
    return "known", reach, hours, months


def split(given, sizes):
    """Shares that add up to 1; blanks take the rest by size, or equal parts where a size is missing."""
    blanks = [n for n, share in enumerate(given) if share is None]
    out = [0.0 if share is None else share for share in given]
    if blanks:
        rest = max(0.0, 1.0 - sum(out))
        wanted = [sizes[n] for n in blanks]
        if any(math.isnan(w) for w in wanted) or sum(wanted) == 0:
            wanted = [1.0 for _ in blanks]
        for n, w in zip(blanks, wanted, strict=True):
            out[n] = rest * w / sum(wanted)
    total = sum(out)
    return [share / total for share in out] if total > 0 else out


def eligible_people(tables, areas, band):
    """Young people where every counted area has them, else everybody; nan where not counted."""
    found = {"all": {}, band: {}}
    for row in tables.rows("population"):
        if row["sex"] == "all" and row["age_band"] in found:
            found[row["age_band"]][row["area"]] = float(row["people"])
    use = found[band] if found[band] and all(a in found[band] for a in found["all"]) else found["all"]
    return {a: use.get(a, math.nan) for a in areas}


def places_of(tables, initiative, areas):
    """Shares by area (None: not given), and whether a wider place is named."""
    given, wide = {}, initiative["location_basis"] == "national"
    for row in tables.rows("initiative_areas"):
        if row["initiative"] == initiative["id"]:
            if row["area"] in areas:
                given[row["area"]] = row["share"]
            else:
                wide = True
    return given, wide


def weights(tables, areas, zones):
    """W by (people's area, area of the work)."""
    out = {}
    for a in areas:
        for b in areas:
            out[a, b] = zones[0][1] if a == b else 0.0
    for row in tables.rows("neighbours"):
        for a, b in ((row["area_a"], row["area_b"]), (row["area_b"], row["area_a"])):
            out[a, b] = zones[1][1]
    return out


def coverage(tables, areas, approaches, values, as_of):
    """Coverage by (area, approach) and gap by area.

    ``approaches``: code -> (reference hours, target share). ``values``: assumptions. A cell is (state of knowledge,
    coverage): "value", "value, open above", "no_data" or "not_applicable". A gap is a number or None.
    """
    window, zones = int(values["window_supply"]), values["access_zones"]
    people = eligible_people(tables, areas, values["youth_ages"])
    weight = weights(tables, areas, zones)
    complete = set(values["registry_complete_areas"])
    targets = {code: pair for code, pair in approaches.items() if pair[1] > 0}
    supply, unknown = {}, set()
    for row in sorted(tables.rows("initiatives"), key=lambda r: r["id"]):
        kind, reach, hours, months = dose_factors(row, as_of, window)
        if kind in ("ended", "later"):
            continue
        used = sorted(
            (r["approach"], r["share"])
            for r in tables.rows("initiative_approaches")
            if r["initiative"] == row["id"]
        )
        parts = split([share for _, share in used], [1.0] * len(used))
        given, wide = places_of(tables, row, areas)
        names = sorted(given)
        shares = [given[a] for a in names]
        if not wide:
            shares = split(shares, [people[a] for a in names])
        for (code, _), part in zip(used, parts, strict=True):
            if code not in targets or part <= 0:
                continue
            intensity = min(1.0, hours / targets[code][0])
            for area, share in zip(names, shares, strict=True):
                if share is not None and share <= 0:
                    continue
                if share is None or kind == "open":
                    unknown.add((code, area))
                else:
                    dose = reach * intensity * months / window * part * share
                    supply[code, area] = supply.get((code, area), 0.0) + dose
    cells = {}
    for code, (_, target) in targets.items():
        for a in areas:
            cells[a, code] = one_cell(a, code, target, areas, people, weight, supply, unknown, complete)
    gaps = {}
    for a in areas:
        mine = [cells[a, code] for code in targets]
        known = mine and all(c is not None for _, c in mine)
        gaps[a] = sum(1 - c for _, c in mine) / len(mine) if known else None
    return cells, gaps


def one_cell(a, code, target, areas, people, weight, supply, unknown, complete):
    """Coverage of one area by one approach."""
    if math.isnan(people[a]) or people[a] == 0:
        return "not_applicable", None
    reached, some, still_open = 0.0, False, False
    for b in areas:
        if weight[a, b] == 0 or math.isnan(people[b]):
            continue
        crowd = 0.0
        for other in areas:
            if not math.isnan(people[other]):
                crowd += people[other] * weight[other, b]
        if crowd == 0:
            continue
        if (code, b) in supply:
            reached += supply[code, b] / crowd * weight[a, b]
            some = True
        if (code, b) in unknown:
            still_open = True
    if not some and (still_open or a not in complete):
        return "no_data", None
    return ("value, open above" if still_open else "value"), min(1.0, reached / target)
