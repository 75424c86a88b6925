"""Three policies, their twenty objectives, and the codes that two coders gave without seeing each other."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import numpy as np
from training_bodies import Organisation
from training_files import Row, pick, stream
from training_work import Initiative


class Objective(NamedTuple):
    """One objective: how it mentions women, youth and communities, and the approaches that answer to it."""

    en: str
    ur: str
    domain: str
    weight: float | None
    women: str
    youth: str
    community: str
    approaches: tuple[str, ...]
    conflict: bool = False


POLICIES = (
    ("strategy", "Strategy for Common Life", "حکمتِ عملی برائے مشترکہ زندگی", "national", "XV", "2021-01-01", "2026-12-31"),
    ("vessarin", "Vessarin Plan for Safe Streets", "ویسارن منصوبہ برائے محفوظ گلیاں", "province", "XV1", "2019", "2024"),
    ("pact", "Pact of the Inner Sea on Prevention", "اندرونی سمندر کا معاہدۂ انسداد", "international", None, "2018", None),
)  # fmt: skip

OBJECTIVES: dict[str, tuple[Objective, ...]] = {
    "strategy": (
        Objective("Bring residents, elders and officials into regular talk", "رہائشیوں، بزرگوں اور اہلکاروں میں باقاعدہ گفتگو",
                  "non-kinetic", 2, "mentioned", "none", "actor", ("community-engagement-dialogue", "law-justice-police-community")),
        Objective("Teach critical thinking in every school", "ہر اسکول میں تنقیدی سوچ کی تعلیم",
                  "non-kinetic", 2, "none", "target", "none", ("education-curriculum",)),
        Objective("Give young people a seat in local councils", "مقامی کونسلوں میں نوجوانوں کو نشست",
                  "non-kinetic", 1, "none", "actor", "mentioned", ("youth-leadership-peer",)),
        Objective("Support women who mediate", "ثالثی کرنے والی خواتین کی معاونت",
                  "non-kinetic", 1, "actor", "none", "mentioned", ("women-mothers-peace", "early-warning-conflict-resolution")),
        Objective("Open paths to work for young people", "نوجوانوں کے لیے روزگار کے راستے",
                  "non-kinetic", 2, "target", "target", "none", ("livelihoods-vocational",)),
        Objective("Answer hateful messages with many voices", "نفرت انگیز پیغامات کا کئی آوازوں سے جواب",
                  "non-kinetic", 1, "none", "actor", "mentioned", ("media-social-media-narratives", "sports-arts-culture")),
        Objective("Care for those who suffered violence", "تشدد سے متاثرہ افراد کی نگہداشت",
                  "non-kinetic", 1, "target", "none", "target", ("psychosocial",)),
        Objective("Ask mothers to report on their children", "ماؤں سے بچوں کی خبر دینے کا کہنا",
                  "mixed", 1, "target", "target", "none", ("women-mothers-peace",), True),
    ),
    "vessarin": (
        Objective("Hold monthly police and residents' meetings", "پولیس اور رہائشیوں کے ماہانہ اجلاس",
                  "non-kinetic", None, "none", "none", "actor", ("law-justice-police-community",)),
        Objective("Settle disputes over land and water early", "زمین اور پانی کے تنازعات کا بروقت حل",
                  "non-kinetic", None, "mentioned", "none", "actor", ("early-warning-conflict-resolution",)),
        Objective("Light streets and open playgrounds", "گلیوں میں روشنی اور کھیل کے میدان",
                  "non-kinetic", None, "target", "target", "none", ("sports-arts-culture",)),
        Objective("Patrol markets at night", "رات کو بازاروں میں گشت",
                  "kinetic", None, "none", "none", "none", ()),
        Objective("Train teachers to handle conflict in class", "جماعت میں تنازع سنبھالنے کی اساتذہ کو تربیت",
                  "non-kinetic", None, "none", "target", "none", ("education-curriculum", "psychosocial")),
        Objective("Publish how complaints were answered", "شکایات کے جوابات کی اشاعت",
                  "mixed", None, "none", "none", "mentioned", ("law-justice-police-community",)),
    ),
    "pact": (
        Objective("Fund local bodies for several years at a time", "مقامی اداروں کو کئی برس کے لیے مالی وسائل",
                  "non-kinetic", 1, "mentioned", "mentioned", "actor", ("community-engagement-dialogue", "youth-leadership-peer")),
        Objective("Let women lead in design and review", "منصوبہ بندی اور جائزے میں خواتین کی قیادت",
                  "non-kinetic", 1, "actor", "none", "none", ("women-mothers-peace",)),
        Objective("Protect free speech while countering hate", "نفرت کے مقابلے میں آزادیٔ اظہار کا تحفظ",
                  "non-kinetic", 1, "none", "none", "none", ("media-social-media-narratives",)),
        Objective("Share what was learnt across borders", "سرحد پار سیکھے ہوئے اسباق کا تبادلہ",
                  "non-kinetic", 1, "none", "none", "none", ()),
        Objective("Guard ports against arms", "بندرگاہوں پر اسلحے کی روک تھام",
                  "kinetic", 1, "none", "none", "none", ()),
        Objective("Help those who return to find a place", "واپس آنے والوں کو جگہ پانے میں مدد",
                  "non-kinetic", 1, "target", "target", "mentioned", ("livelihoods-vocational", "psychosocial")),
    ),
}  # fmt: skip

CODERS = ("A", "B")
REVIEWER, MACHINE = "reviewer", "machine"
READ_BY_BOTH, READ_BY_A, READ_BY_B = 200, 225, 215


def policy_rows() -> list[Row]:
    """Rows of ``policies``."""
    return [
        {"id": code, "title": en, "title_ur": ur, "level": level, "area": area, "start": start, "end": end,
         "status": "in force", "source": f"text-{code}"}
        for code, en, ur, level, area, start, end in POLICIES
    ]  # fmt: skip


def objective_rows() -> list[Row]:
    """Rows of ``objectives``; a reviewer marked one as in conflict with human rights."""
    return [
        {"id": f"{policy}-{n:02d}", "policy": policy, "number": str(n), "objective": o.en, "objective_ur": o.ur,
         "domain": o.domain, "weight": o.weight, "mentions_women": o.women, "mentions_youth": o.youth,
         "mentions_community": o.community, "rights_conflict": o.conflict, "source": f"text-{policy}"}
        for policy, objectives in OBJECTIVES.items()
        for n, o in enumerate(objectives, start=1)
    ]  # fmt: skip


def _readable() -> list[tuple[str, str, Objective]]:
    """Objectives that were coded: id, policy and what they say; purely kinetic ones were not."""
    return [
        (f"{policy}-{n:02d}", policy, o)
        for policy, objectives in OBJECTIVES.items()
        for n, o in enumerate(objectives, start=1)
        if o.domain != "kinetic"
    ]


def alignments(work: list[Initiative], unnamed: Organisation) -> dict[str, list[Row]]:
    """Rows of ``alignments``, ``coded_units`` and ``alignments_withheld``.

    Both coders read 200 initiatives, each some more. Where they agree the link is double coded; a reviewer settled
    some of the rest, and a machine suggested links for what nobody has read. Of work led by groups without names only
    how often each pair of codes was given is told.
    """
    rng = stream(18)
    order = [work[int(k)] for k in rng.permutation(len(work))]
    hidden = [item for item in order if item.lead is unnamed]
    named = [item for item in order if item.lead is not unnamed]
    both, only_a = named[:READ_BY_BOTH], named[READ_BY_BOTH:READ_BY_A]
    read = READ_BY_A + READ_BY_B - READ_BY_BOTH
    only_b, unread = named[READ_BY_A:read], named[read:]
    rows: list[Row] = []
    for item in both:
        for objective, policy, o in _readable():
            a, b = _two_codes(_truth(item, o, rng), rng)
            rows += _pair(item, objective, _time(item, policy), a, b, rng)
    for coder, items in (("A", only_a), ("B", only_b)):
        rows += [
            _row(item, objective, coder, code, "coded", _time(item, policy))
            for item in items
            for objective, policy, o in _readable()
            if (code := _truth(item, o, rng)) != "0"
        ]
    rows += _suggested(unread, rng)
    rows.sort(key=lambda r: (str(r["initiative"]), str(r["objective"]), str(r["coder"])))
    units: list[Row] = [
        {"coder": coder, "initiative": item.id}
        for coder, items in zip(CODERS, ((*both, *only_a), (*both, *only_b)), strict=True)
        for item in sorted(items, key=lambda i: i.id)
    ]
    return {"alignments": rows, "coded_units": units, "alignments_withheld": _withheld(hidden, rng)}


def _withheld(items: list[Initiative], rng: np.random.Generator) -> list[Row]:
    """How often the two coders gave each pair of codes to each objective, over initiatives that stay unnamed."""
    pairs = Counter(
        (objective, *_two_codes(_truth(item, o, rng), rng))
        for objective, _, o in _readable()
        for item in items
    )
    return [
        {"objective": objective, "code_a": a, "code_b": b, "initiatives": count}
        for (objective, a, b), count in sorted(pairs.items())
    ]


def _truth(item: Initiative, objective: Objective, rng: np.random.Generator) -> str:
    """What a careful reader would code: direct or partial by approach, rarely a conflict."""
    codes = [a.code for a in item.approaches]
    if item.channel == "state" and objective.community == "actor" and rng.random() < 0.12:
        return "-1"
    if codes[0] in objective.approaches:
        return pick(rng, ("1", "0.5", "0"), (0.66, 0.22, 0.12))
    if set(codes) & set(objective.approaches):
        return pick(rng, ("1", "0.5", "0"), (0.2, 0.55, 0.25))
    return pick(rng, ("0.5", "0"), (0.012, 0.988))


def _two_codes(truth: str, rng: np.random.Generator) -> tuple[str, str]:
    """Codes of two coders who each see the truth, but for slips."""
    slips = {"0": (("0", "0.5", "1"), (0.985, 0.01, 0.005)), "0.5": (("0.5", "0", "1"), (0.9, 0.07, 0.03)),
             "1": (("1", "0.5", "0"), (0.91, 0.045, 0.045)), "-1": (("-1", "0"), (0.93, 0.07))}  # fmt: skip
    options, weights = slips[truth]
    return pick(rng, options, weights), pick(rng, options, weights)


def _pair(item: Initiative, objective: str, time: str, a: str, b: str, rng: np.random.Generator) -> list[Row]:
    """Rows of both coders, and of the reviewer where the reviewer settled a difference."""
    state = "double_coded" if a == b else "coded"
    rows = [
        _row(item, objective, coder, code, state, time)
        for coder, code in zip(CODERS, (a, b), strict=True)
        if code != "0"
    ]
    if a != b and rng.random() < 0.45:
        settled = "-1" if "-1" in (a, b) else max(a, b, key=float)
        state = "rejected" if rng.random() < 0.3 else "confirmed"
        # A confirmed 0 says that a person looked and found no link.
        settled = "0" if state == "confirmed" and rng.random() < 0.15 else settled
        rows.append(_row(item, objective, REVIEWER, settled, state, time))
    elif a == b == "1" and rng.random() < 0.12:
        rows.append(_row(item, objective, REVIEWER, a, "confirmed", time))
    return rows


def _suggested(items: list[Initiative], rng: np.random.Generator) -> list[Row]:
    """What a machine suggests for initiatives that nobody has read; a reviewer has looked at a few."""
    rows: list[Row] = []
    for item in items:
        for objective, policy, o in _readable():
            if rng.random() < (0.55 if {a.code for a in item.approaches} & set(o.approaches) else 0.03):
                code = pick(rng, ("1", "0.5"))
                rows.append(_row(item, objective, MACHINE, code, "suggested", _time(item, policy)))
                if rng.random() < 0.2:
                    state = pick(rng, ("confirmed", "rejected"), (0.7, 0.3))
                    rows.append(_row(item, objective, REVIEWER, code, state, _time(item, policy)))
    return rows


def _time(item: Initiative, policy: str) -> str:
    """Whether the work ran during the policy."""
    start, end = next((str(p[5]), p[6]) for p in POLICIES if p[0] == policy)
    if not item.full and item.start.day > 26:
        return "unknown"
    if item.end.isoformat()[: len(start)] < start:
        return "before"
    return "after" if end and item.start.isoformat()[: len(end)] > end else "during"


def _row(item: Initiative, objective: str, coder: str, code: str, state: str, time: str) -> Row:
    return {
        "initiative": item.id,
        "objective": objective,
        "coder": coder,
        "code": code,
        "state": state,
        "time": time,
    }
