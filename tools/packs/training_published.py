"""What others have written: studies, outcomes, printed figures kept as context, and all sources."""

from __future__ import annotations

import training_names as names
from training_files import Row, pick, stream
from training_land import Land
from training_need import ATLAS, ATLAS_PROVINCE, FIELD, PRESS, UNCOVERED

OUTCOMES = (
    (
        "attitudes-to-violence",
        "Attitudes to violence",
        "تشدد کے بارے میں رویے",
        "Approval of political or group violence",
    ),
    (
        "tolerance-contact",
        "Tolerance and contact",
        "رواداری اور میل جول",
        "Regard for and contact with other groups",
    ),
    (
        "trust-in-institutions",
        "Trust in institutions",
        "اداروں پر اعتماد",
        "Trust in police, courts and offices",
    ),
    ("social-cohesion", "Social cohesion", "سماجی ہم آہنگی", "Cooperation and belonging where people live"),
    ("livelihood", "Livelihood", "روزگار", "Work and income"),
    ("knowledge-skills", "Knowledge and skills", "علم اور ہنر", "What people know and can do"),
    ("participation-inclusion", "Participation and inclusion", "شمولیت", "Voice of women and young people"),
)

# Strength of what is known, by approach: from several strong studies at home to none at all.
DESIGNS = {0: "account of one programme", 1: "comparison at one time", 2: "before and after",
           3: "before and after with a comparison group", 4: "matched comparison over time", 5: "randomised trial"}  # fmt: skip
STUDIES = (
    ("community-engagement-dialogue", (5, 4, 3, 3, 2, 1)),
    ("education-curriculum", (5, 3, 3, 2)),
    ("youth-leadership-peer", (3, 2, 2, 1)),
    ("women-mothers-peace", (2, 1)),
    ("livelihoods-vocational", (5, 5, 4, 3)),
    ("media-social-media-narratives", (5, 4, 3, 2, 1, 0)),
    ("sports-arts-culture", (2, 1, 0)),
    ("psychosocial", (3, 1)),
    ("law-justice-police-community", (5, 3, 2)),
)
COUNTRIES = ((names.COUNTRY.en, "inner-sea"), ("Ostaveria", "inner-sea"), ("Velmoria", "inner-sea"),
             ("Orlumia", "far-shore"), ("Noverra", "far-shore"))  # fmt: skip


def outcome_rows() -> list[Row]:
    """Rows of ``outcomes``."""
    return [{"id": code, "label": en, "label_ur": ur, "definition": says} for code, en, ur, says in OUTCOMES]


def study_rows() -> list[Row]:
    """Rows of ``studies``: one finding a row; one approach has none, and harm was found twice."""
    rng = stream(21)
    rows: list[Row] = []
    for approach, scores in STUDIES:
        for number, sms in enumerate(scores):
            country, region = COUNTRIES[int(rng.choice(len(COUNTRIES), p=(0.4, 0.15, 0.15, 0.2, 0.1)))]
            harm = (approach, number) in (("media-social-media-narratives", 1), ("sports-arts-culture", 0))
            direction = (
                "worsened" if harm else pick(rng, ("improved", "mixed", "no-difference"), (0.6, 0.25, 0.15))
            )
            year = int(rng.integers(2012, 2024))
            for outcome in sorted(rng.choice(len(OUTCOMES), 1 + number % 2, replace=False)):
                rows.append({
                    "id": f"st{len(rows) + 1:02d}", "citation": f"Fictional study {number + 1} of {approach.replace('-', ' ')} ({year})",
                    "year": str(year), "country": country, "region": region, "approach": approach,
                    "outcome": OUTCOMES[int(outcome)][0], "design": DESIGNS[sms], "sms": sms,
                    "n": int(rng.integers(90, 6000)) if rng.random() < 0.9 else None, "direction": direction, "harm": harm,
                    "effect": f"d = {rng.normal(0.15 if direction == 'improved' else 0, 0.1):.2f}" if sms >= 3 else None,
                    "relevance": "core" if rng.random() < 0.6 else "adjacent", "source": "evidence-shelf",
                })  # fmt: skip
    return rows


def published_rows(land: Land) -> list[Row]:
    """Rows of ``published_figures``: two publishers who count different things and are never added."""
    rng = stream(22)
    rows: list[Row] = []
    for year in range(2021, 2026):
        period = {"period_start": f"{year}-01-01", "period_end": f"{year}-12-31"}
        for publisher, source, share in (
            ("Kelmora Basin Watch", "watch-report", 1.0),
            ("Kelmora Peace Monitor", "monitor-report", 0.7),
        ):
            for unit in names.PROVINCES:
                mean = share * 0.9 * sum(
                    land.unrest[i] * land.people[i] / 1e5 for i in land.counted if land.province[i] == unit.code
                )  # fmt: skip
                rows.append({"level": "province", "place": unit.name.en, "area": unit.code, **period, "publisher": publisher,
                             "measure": "attacks" if publisher == "Kelmora Basin Watch" else "incidents",
                             "value": int(rng.poisson(mean)), "source": source,
                             "definition": "as the publisher defines it; not comparable with others"})  # fmt: skip
        for i in [i for i in land.counted if land.unrest[i] > 2.0][:6]:
            rows.append({"level": "district", "place": names.NAMES[land.codes[i]].en, "area": land.codes[i], **period,
                         "publisher": "Kelmora Basin Watch", "measure": "attacks", "source": "watch-report",
                         "value": int(rng.poisson(land.unrest[i] * land.people[i] / 1e5)),
                         "definition": "districts with most attacks only; the rest are not listed"})  # fmt: skip
        rows.append({"level": "national", "place": names.COUNTRY.en, "area": names.COUNTRY_CODE, **period,
                     "publisher": "Kelmora Peace Monitor", "measure": "deaths", "value": int(rng.poisson(90)),
                     "source": "monitor-report"})  # fmt: skip
    rows.append({"level": "region", "place": "The delta", "period_start": "2022-01-01", "period_end": "2022-06-30",
                 "publisher": "Kelmora Basin Watch", "measure": "attacks", "value": 0, "source": "watch-report"})  # fmt: skip
    return rows


SOURCES = (
    ("census-2013", "Census of 2013", "Kelmora Statistics", "2014-06"),
    ("census-2023", "Census of 2023", "Kelmora Statistics", "2024-03"),
    ("hh-survey-21", "Household survey 2021/22", "Kelmora Statistics", "2022-10"),
    ("hh-survey-23", "Household survey 2023/24", "Kelmora Statistics", "2024-10"),
    ("school-census-21", "School census 2021/22", "Ministry of Schools", "2022-08"),
    ("school-census-23", "School census 2023/24", "Ministry of Schools", "2024-08"),
    ("work-survey-21", "Labour survey 2021/22", "University of Vessarin", "2022-11"),
    ("work-survey-23", "Labour survey 2023/24", "University of Vessarin", "2024-11"),
    ("shelter-count-21", "Shelter count 2022", "Ostaveria Relief", "2022-09"),
    ("shelter-count-23", "Shelter count 2024", "Ostaveria Relief", "2024-09"),
    ("water-register-21", "Water register 2022", "Ministry of Home Affairs", "2022-07"),
    ("water-register-23", "Water register 2024", "Ministry of Home Affairs", "2024-07"),
    ("register-24", "Register of initiatives, edition 2024", "National Office for Common Life", "2024-12"),
    ("register-22", "Register of initiatives, edition 2022", "National Office for Common Life", "2022-12"),
    ("ngo-forum", "Members' reports of the NGO forum", "Kelmora Dialogue Foundation", "2024-11"),
    ("youth-directory", "Directory of youth work", "Kelmora Youth Forward", "2024-10"),
    ("school-list", "List of school programmes", "Ministry of Schools", "2024-09"),
    ("donor-list", "List of grants", "Orlumia Cooperation", "2024-11"),
    ("press-notes", "Notes from the press", "The Tavorin Courier", "2024-12"),
    ("province-list", "Lists of the provinces", "Provincial secretariats", "2024-10"),
    ("network-map", "Map of ties, 41 of 90 organisations answered", "University of Halvorn", "2024-06"),
    ("forum-minutes", "Minutes of standing forums", "National Office for Common Life", "2024-12"),
    ("budget-books", "Budget books 2019-2024", "Ministry of Finance", "2024-12"),
    ("cost-study", "What one person costs", "University of Oltamar", "2024-02"),
    ("central-bank", "Yearly rates", "Central Bank of Kelmora", "2025-01"),
    ("text-strategy", "Strategy for Common Life, text", "Government of Kelmora", "2021-01"),
    ("text-vessarin", "Plan for Safe Streets, text", "Vessarin Provincial Secretariat", "2019"),
    ("text-pact", "Pact of the Inner Sea, text", "Secretariat of the Pact", "2018"),
    ("s22", "Trust survey 2022", "University of Sumbrak", "2022-12"),
    ("s24", "Trust survey 2024", "University of Sumbrak", "2024-12"),
    ("polls-2022", "Public Mood 2022", "Tavorin Polls", "2022-08"),
    ("polls-2024", "Public Mood 2024", "Tavorin Polls", "2024-08"),
    ("evidence-shelf", "Shelf of studies", "University of Parivel", "2024-05"),
    ("watch-report", "Yearly report", "Kelmora Basin Watch", "2026-01"),
    ("monitor-report", "Yearly report", "Kelmora Peace Monitor", "2026-02"),
)


def source_rows(land: Land) -> list[Row]:
    """Rows of ``sources``; event sources say over which areas and days they are complete."""
    rows: list[dict[str, object]] = [
        {"id": code, "title": title, "publisher": publisher, "published": published,
         "media_based": code in ("press-notes", "watch-report", "monitor-report") or None}
        for code, title, publisher, published in SOURCES
    ]  # fmt: skip
    field = [
        c
        for c, p in zip(land.codes, land.province, strict=True)
        if p in ("XV4", "XV5") and c != names.CODES[UNCOVERED]
    ]
    events = (
        (
            PRESS,
            "Press tally of violent events",
            "XV1;XV2;XV3",
            "2017-07-01",
            "2024-12-31",
            True,
            "injured;hostages",
        ),
        (FIELD, "Log of field monitors", ";".join(field), "2017-07-01", "2024-12-31", False, None),
        (ATLAS, "Atlas of events, one province", ATLAS_PROVINCE, "2019-01-01", "2021-12-31", True, "injured"),
    )
    rows += [
        {"id": code, "title": title, "publisher": "Event Desk of Kelmora", "published": "2025-01", "covers": covers,
         "covers_from": start, "covers_to": end, "media_based": media, "never_records": never}
        for code, title, covers, start, end, media, never in events
    ]  # fmt: skip
    return [
        {**row, "address": f"https://example.org/kelmora/{row['id']}", "licence": "CC0-1.0",
         "citation": f"{row['publisher']} (fictional): {row['title']}"}
        for row in rows
    ]  # fmt: skip
