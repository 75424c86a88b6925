"""What came of the work: who took part at which level, and what was delivered of what was planned."""

from __future__ import annotations

import datetime as dt

import numpy as np
from training_files import Row, add_months, pick, stream
from training_work import Initiative

ROUND_ENDS = (dt.date(2022, 12, 31), dt.date(2024, 12, 31))
LEVELS = ("reached", "staff", "leadership", "design")
# How far women and young people fall behind their share among those reached, by level; it eases for women.
LEVEL_FACTOR = {"reached": 1.0, "staff": 0.85, "leadership": 0.55, "design": 0.45}


def participation_rows(work: list[Initiative]) -> list[Row]:
    """Rows of ``participation``: measured counts at all levels, and quotas, targets and women-only work by design."""
    rng = stream(12)
    rows: list[Row] = []
    for item in work:
        if item.start > ROUND_ENDS[1]:
            continue
        usual = pick(rng, ("measured", "reported", "quota", "target", ""), (0.4, 0.14, 0.08, 0.06, 0.32))
        kind = "measured" if item.withheld or (item.full and rng.random() < 0.4) else usual
        if item.approaches[0].code == "women-mothers-peace" and rng.random() < 0.5:
            rows.append({"initiative": item.id, "group": "women", "level": "reached", "share": 1.0,
                         "basis": "by-design", "source": item.source})  # fmt: skip
        if kind in ("quota", "target"):
            rows += _promised(item, kind, rng)
        elif kind:
            rows += _counted(item, kind, rng)
    return rows


def _promised(item: Initiative, kind: str, rng: np.random.Generator) -> list[Row]:
    """A share that was promised: it says what was meant, never what was."""
    return [
        {
            "initiative": item.id,
            "group": group,
            "level": level,
            "share": share,
            "basis": kind,
            "source": item.source,
        }
        for group, level, share in (
            ("women", "reached", 0.5),
            ("youth", "reached", 0.6),
            ("women", "staff", 0.33),
        )
        if rng.random() < 0.7
    ]


def _counted(item: Initiative, kind: str, rng: np.random.Generator) -> list[Row]:
    rows: list[Row] = []
    ends = [day for day in ROUND_ENDS if item.start < add_months(day, -6) and item.end > add_months(day, -30)]
    levels = LEVELS if item.full or item.withheld else LEVELS[: int(pick(rng, "1234", (0.3, 0.2, 0.2, 0.3)))]
    for day in ends:
        totals = {"reached": round(item.reach), "staff": int(rng.integers(6, 41)),
                  "leadership": int(rng.integers(3, 13)), "design": int(rng.integers(5, 31))}  # fmt: skip
        for level in levels:
            total = totals[level]
            unknown = int(rng.binomial(total, 0.04 if item.full else 0.15)) if rng.random() < 0.5 else 0
            for group, share in _shares(item, level, late=day == ROUND_ENDS[1]):
                count = int(rng.binomial(total - unknown, share))
                rows.append({
                    "initiative": item.id, "group": group, "level": level,
                    "count": "withheld" if item.withheld else count, "unknown": unknown or None, "total": total,
                    "basis": kind, "as_of": day, "source": item.source,
                })  # fmt: skip
    return rows


def _shares(item: Initiative, level: str, *, late: bool) -> list[tuple[str, float]]:
    women = item.approaches[0].women * LEVEL_FACTOR[level] * (1.18 if late else 1.0)
    young = item.approaches[0].youth * LEVEL_FACTOR[level] ** 1.5
    women = min(0.98, women + 0.25 * bool(item.lead and item.lead.women_led))
    young = min(0.98, young + 0.3 * bool(item.lead and item.lead.youth_led and level != "reached"))
    return [("women", women), ("youth", young), ("young-women", women * young * 0.85)]


OUTPUTS = (
    ("sessions", "sessions held", 24, 90),
    ("trained", "people trained", 40, 400),
    ("broadcasts", "broadcasts", 10, 60),
    ("grants", "small grants paid", 5, 30),
    ("centre", "centre opened", 1, 1),
)


def delivery_rows(work: list[Initiative]) -> list[Row]:
    """Rows of ``delivery``: units planned and delivered, and milestones, some of them open and overdue."""
    rng = stream(13)
    rows: list[Row] = []
    for item in work:
        if item.start > dt.date(2024, 6, 30) or not (item.full or rng.random() < 0.5):
            continue
        skill = float(rng.beta(5, 2)) * (0.75 if item.channel == "state" else 1.0)
        for output in sorted(rng.choice(len(OUTPUTS), 3 if item.full else 2, replace=False)):
            rows += _delivered(item, int(output), min(1.0, skill + 0.1), rng)
    return rows


def _delivered(item: Initiative, output: int, skill: float, rng: np.random.Generator) -> list[Row]:
    """One output as it stood at the end of each round that saw it."""
    code, unit, least, most = OUTPUTS[output]
    planned: object = int(rng.integers(least, most + 1))
    due = add_months(item.start, int(rng.integers(5, 20)))
    late = 0 if rng.random() < skill * 0.6 else int(rng.gamma(1.6, 160 * (1.2 - skill)))
    done = due + dt.timedelta(days=late - int(rng.integers(0, 20)))
    never = rng.random() > skill
    delivered = int(rng.binomial(int(str(planned)), skill)) + (
        int(rng.integers(0, 4)) if skill > 0.9 and most > 1 else 0
    )
    if most == 1:
        delivered = int(not never)
    rows: list[Row] = []
    for day in ROUND_ENDS:
        if item.start > add_months(day, -6) or item.end < add_months(day, -36):
            continue
        open_yet = never or done > day
        part = 1.0 if not open_yet else 0.55
        amount: object = int(delivered * part) if most > 1 else int(not open_yet)
        if item.withheld:
            amount = "withheld"
        elif not item.full and rng.random() < 0.08:
            amount = None
        rows.append({
            "initiative": item.id, "output": code, "unit": unit,
            "planned": None if not item.full and rng.random() < 0.07 else planned,
            "delivered": amount, "due": due if item.full or rng.random() < 0.9 else None,
            "done": None if open_yet else done, "as_of": day, "source": item.source,
        })  # fmt: skip
    return rows
