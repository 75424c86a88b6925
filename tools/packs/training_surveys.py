"""Two surveys on trust in state and community institutions: strata, clusters, weights, refusals, don't knows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import training_names as names
from training_files import Row, pick, stream
from training_land import Land

INSTITUTIONS = (
    ("police", "state", -0.15),
    ("district-office", "state", 0.1),
    ("elders-council", "community", 0.0),
)
# Nobody was asked here in either survey.
NEVER_SAMPLED = ("Mirthol", "Umbrael", "Kirvanel", "Orsevan", "Mornavel", "Brevanta")
# Some were left out of one of them.
LEFT_OUT = {
    "s22": ("Farlune", "Tulvane", "Torvelin", "Jorvale", "Istervan"),
    "s24": ("Nesparin", "Wexmora", "Hestova"),
}
LARGE = {"Tavorin": 14, "Zindoral": 13, "Luskara": 12}
SMALL = ("Gildamar", "Lorvane", "Quorvan", "Plumara", "Felmarin", "Kandrave")
# Answers on the police are refused so often here that they say little.
REFUSING = ("Umbrael", "Drasmere", "Rastelin")
CLUSTER = 7
EDUCATION = ("none", "primary", "secondary", "higher")


@dataclass(frozen=True)
class Survey:
    """One survey: its code, months of fieldwork, and how trust in the state had moved."""

    code: str
    months: tuple[str, str]
    shift: float


SURVEYS = (Survey("s22", ("2022-09", "2022-10"), 0.0), Survey("s24", ("2024-09", "2024-10"), 0.25))


def response_rows(land: Land) -> list[Row]:
    """Rows of ``survey_responses``: three answers of each respondent."""
    rng = stream(19)
    rows: list[Row] = []
    for survey in SURVEYS:
        out = {names.CODES[n] for n in (*NEVER_SAMPLED, *LEFT_OUT[survey.code])}
        number = 0
        for i in land.counted:
            if land.codes[i] in out:
                continue
            moved = float(rng.normal(survey.shift, 0.3))
            for cluster in range(_clusters(land.codes[i])):
                size = int(rng.integers(CLUSTER - 2, CLUSTER + 2))
                rows += _cluster(land, survey, i, cluster, range(number, number + size), moved, rng)
                number += size
    return rows


def _clusters(code: str) -> int:
    name = names.NAMES[code].en
    return LARGE.get(name, 3 if name in SMALL else 5)


def _cluster(
    land: Land, survey: Survey, i: int, cluster: int, numbers: range, moved: float, rng: np.random.Generator
) -> list[Row]:
    """Answers of one cluster: neighbours answer alike, so that each counts for less than one."""
    urban = rng.random() < 0.3 + 0.5 * land.urban[i]
    alike = rng.normal(0, 0.3)
    month = survey.months[int(rng.integers(2))]
    weight = land.people[i] / 1e5 / _clusters(land.codes[i])
    rows: list[Row] = []
    for number in numbers:
        female = rng.random() < 0.47
        young = rng.random() < 0.42
        person = {
            "survey": survey.code, "respondent": f"{number + 1:04d}", "area": land.codes[i],
            "stratum": "urban" if urban else "rural", "psu": f"{land.codes[i]}-{cluster + 1}",
            "weight": round(weight * float(rng.uniform(0.7, 1.5)), 3),
            "sex": "female" if female else "male", "age_band": "15-29" if young else "30+",
            "education": pick(rng, EDUCATION, (0.25, 0.3, 0.3, 0.15)), "question": "trust",
            "answered_on": month, "source": survey.code,
        }  # fmt: skip
        own = alike + rng.normal(0, 0.4) - 0.15 * young + 0.1 * female
        for institution, side, lean in INSTITUTIONS:
            level = land.state_trust[i] if side == "state" else land.community_trust[i]
            logit = np.log(level / (1 - level)) + lean + own + (moved if side == "state" else 0)
            answer = _answer(names.NAMES[land.codes[i]].en, institution, 1 / (1 + np.exp(-logit)), rng)
            rows.append({**person, "institution": institution, "side": side, "answer": answer})
    return rows


def _answer(district: str, institution: str, trust: float, rng: np.random.Generator) -> str:
    refused = (
        0.34 if district in REFUSING and institution == "police" else 0.03 + 0.04 * (institution == "police")
    )
    unknown = 0.03
    return pick(
        rng,
        ("trust", "no_trust", "dont_know", "refused"),
        ((1 - refused - unknown) * trust, (1 - refused - unknown) * (1 - trust), unknown, refused),
    )


# (institution, side, construct, direction, question, cut, national level)
QUESTIONS = (
    ("police", "state", "trust", "more_is_trust", "How far do you trust the police?", "a great deal, or somewhat", 47.0),
    ("courts", "state", "trust", "more_is_trust", "How far do you trust the courts?", "a great deal, or somewhat", 52.0),
    ("elders-council", "community", "trust", "more_is_trust", "How far do you trust your elders' council?",
     "a great deal, or somewhat", 66.0),
    ("district-office", "state", "approval", "more_is_trust", "Are you satisfied with the district office?",
     "very or fairly satisfied", 55.0),
    ("police", "state", "corruption_perception", "more_is_distrust", "Which body is the most corrupt?", "named the police", 24.0),
    ("own-area", "other", "safety", "more_is_trust", "Do you feel safe in your street after dark?", "yes", 61.0),
    ("courts", "state", "use_or_willingness", "more_is_trust", "Would you take a dispute to court?", "yes", 44.0),
)  # fmt: skip


def estimate_rows(land: Land) -> list[Row]:
    """Rows of ``survey_estimates``: what a fictional pollster printed, by country, province, city and region."""
    rng = stream(20)
    rows: list[dict[str, object]] = []
    for year, survey, publisher in (
        ("2022", "Public Mood 2022", "Tavorin Polls"),
        ("2024", "Public Mood 2024", "Tavorin Polls"),
    ):
        for institution, side, construct, direction, question, cut, level in QUESTIONS:
            places: list[tuple[str, str, str | None, int]] = [
                ("national", names.COUNTRY.en, names.COUNTRY_CODE, 2600)
            ]
            if construct in ("trust", "approval"):
                places += [("province", unit.name.en, unit.code, 520) for unit in names.PROVINCES]
            if construct == "safety":
                places += [("city", "Tavorin City", names.CODES["Tavorin"], 240), ("region", "The delta", None, 300),
                           ("district", "Zindoral", names.CODES["Zindoral"], 180)]  # fmt: skip
            for scale, place, area, n in places:
                percent = float(np.clip(level + rng.normal(0, 3 if scale == "national" else 8), 5, 95))
                printed = rng.random() < 0.6
                rows.append({
                    "level": scale, "place": place, "area": area, "institution": institution, "side": side,
                    "question": question, "cut": cut, "percent": round(percent),
                    "dont_know_percent": round(float(rng.uniform(2, 9))) if printed else None,
                    "subgroup": "adults", "n": n if printed else None,
                    "margin": round(98 / n**0.5, 1) if printed and scale != "region" else None,
                    "construct": construct, "direction": direction, "series": f"mood-{construct}-{institution}",
                    "survey": survey, "publisher": publisher, "fieldwork_start": f"{year}-05", "fieldwork_end": f"{year}-06",
                    "note": None if printed else "base and margin are not printed", "source": f"polls-{year}",
                })  # fmt: skip
    return [{"id": f"e{number:03d}", **row} for number, row in enumerate(rows, start=1)]
