"""Places, people, conditions and events of the Pakistan pack."""

from __future__ import annotations

from pakistan_files import Row, Sources, read, urdu_names

PROVINCES = {
    "PK1": ("Azad Kashmir", "Azad Jammu and Kashmir;AJK;AJ&K"),
    "PK2": ("Balochistan", "Baluchistan"),
    "PK3": ("Gilgit-Baltistan", "Gilgit Baltistan;GB;Northern Areas"),
    "PK4": ("Islamabad Capital Territory", "Islamabad;ICT;Federal Capital Territory"),
    "PK5": ("Khyber Pakhtunkhwa", "KP;KPK;NWFP;North-West Frontier Province"),
    "PK6": ("Punjab", ""),
    "PK7": ("Sindh", "Sind"),
}
PARENT_OF_FORMER = {
    "PARENT-KARACHI": "PK7",
    "PARENT-CHITRAL": "PK5",
    "PARENT-KOHISTAN": "PK5",
    "PK5-FATA": "PK5",
}
# Urdu name of a former place, and the short names under which it is met beside those that sources print.
FORMER_UR = {
    "PARENT-KARACHI": ("کراچی (غیر منقسم)", "Karachi;Karachi City;کراچی"),
    "PARENT-CHITRAL": ("چترال (غیر منقسم)", "Chitral;چترال"),
    "PARENT-KOHISTAN": ("کوہستان (غیر منقسم)", "Kohistan;کوہستان"),
    "PK5-FATA": (
        "سابقہ وفاق کے زیر انتظام قبائلی علاقے",
        "FATA;Federally Administered Tribal Areas;Merged districts;فاٹا;قبائلی اضلاع;ضم شدہ اضلاع",
    ),
}
CENSUS_2017, CENSUS_2023 = ("2017-03-15", "census-2017"), ("2023-03-01", "census-2023")


def areas() -> list[dict[str, object]]:
    """Country, provinces, 160 districts and former places, with spellings from every source that has one."""
    urdu, spellings = urdu_names(), _spellings()
    rows: list[dict[str, object]] = [
        {"code": "PK", "name": "Pakistan", "name_ur": urdu["PK"][0], "level": "0"}
    ]
    for code, (name, other) in PROVINCES.items():
        rows.append({"code": code, "name": name, "name_ur": urdu[code][0], "other_names": _joined(other, urdu[code][1]),
                     "level": "1", "parent": "PK"})  # fmt: skip
    for r in read("tables/areas.csv"):
        code = r["pcode"]
        rows.append(
            {"code": code, "name": r["name"], "name_ur": urdu[code][0],
             "other_names": _joined(r["alternative_names"], ";".join(sorted(spellings.get(code, set()) - {r["name"]})), urdu[code][1]),
             "level": "2", "parent": r["province_pcode"],
             "counted_in": r["analysis_pcode"] if r["analysis_pcode"] != code else None,
             "lat": r["centroid_lat"], "lon": r["centroid_lon"], "area_km2": r["area_km2_pbs"]}
        )  # fmt: skip
    for r in read("tables/historical_places.csv"):
        name_ur, short = FORMER_UR[r["place"]]
        printed = _spellings_of_former(r["members"], taken=short)
        rows.append({"code": r["place"], "name": r["name"], "name_ur": name_ur, "other_names": _joined(short, printed),
                     "level": "former", "parent": PARENT_OF_FORMER[r["place"]], "members": r["members"]})  # fmt: skip
    return rows


def _spellings_of_former(members: str, taken: str) -> str:
    """Names by which sources call a place that later split into exactly these members, case apart."""
    seen = {name.casefold() for name in taken.split(";")}
    found: list[str] = []
    for r in read("tables/district_names.csv"):
        name = r["source_name"].strip()
        if (r["match_type"], r["pcodes"]) == ("split_parent", members) and name.casefold() not in seen:
            seen.add(name.casefold())
            found.append(name)
    return ";".join(sorted(found))


def _spellings() -> dict[str, set[str]]:
    """Names by which other sources call one district and no other."""
    found: dict[str, set[str]] = {}
    for r in read("tables/district_names.csv"):
        if r["match_type"] in ("exact", "alias") and r["pcodes"] and ";" not in r["pcodes"]:
            found.setdefault(r["pcodes"], set()).add(r["source_name"].strip())
    return found


def _joined(*parts: str) -> str:
    seen: dict[str, None] = {}
    for part in parts:
        for name in part.split(";"):
            if name.strip():
                seen.setdefault(name.strip())
    return ";".join(seen)


def neighbours() -> list[dict[str, object]]:
    """Pairs of districts that share a border."""
    return [{"area_a": r["pcode_a"], "area_b": r["pcode_b"], "shared_border_km": r["shared_border_km"]}
            for r in read("tables/adjacency.csv")]  # fmt: skip


PEOPLE = (
    ("pop_2017", "all", "all", "all", CENSUS_2017),
    ("male_2017", "male", "all", "all", CENSUS_2017),
    ("female_2017", "female", "all", "all", CENSUS_2017),
    ("youth_15_29_2017", "all", "15-29", "all", CENSUS_2017),
    ("youth_15_29_male_2017", "male", "15-29", "all", CENSUS_2017),
    ("youth_15_29_female_2017", "female", "15-29", "all", CENSUS_2017),
    ("pop_2023", "all", "all", "all", CENSUS_2023),
    ("urban_pop_2023", "all", "all", "urban", CENSUS_2023),
    ("male_2023", "male", "all", "all", CENSUS_2023),
    ("female_2023", "female", "all", "all", CENSUS_2023),
    ("transgender_2023", "transgender", "all", "all", CENSUS_2023),
    ("youth_15_29_2023", "all", "15-29", "all", CENSUS_2023),
    ("youth_15_29_male_2023", "male", "15-29", "all", CENSUS_2023),
    ("youth_15_29_female_2023", "female", "15-29", "all", CENSUS_2023),
)


def population() -> list[dict[str, object]]:
    """Census counts by district; a cell that is not published gives no row."""
    out: list[dict[str, object]] = []
    for r in read("tables/areas.csv"):
        for column, sex, age, residence, (day, source) in PEOPLE:
            if r[column]:
                out.append({"area": r["pcode"], "sex": sex, "age_band": age, "residence": residence,
                            "people": int(float(r[column])), "counted_on": day, "source": source})  # fmt: skip
    return out


FIRST_YEAR = 2012  # five years before the first round
COPIED = "the publisher copied the value of the undivided district; not an own observation"


def indicators() -> tuple[list[dict[str, object]], int]:
    """Conditions by district as shares; a value copied from a parent district is not reported, and says so.

    Also the number of copies left out, because the district has a figure of its own for that year and source.
    """
    census = {r["pcode"] for r in read("tables/areas.csv") if r["in_census"] == "1"}
    found = [*_out_of_school(census), *_survey_shares(census), *_census_and_poverty()]
    measured = {_cell_of(r) for r in found if r["state"] == "observed"}
    out = [r for r in found if r["state"] == "observed" or _cell_of(r) not in measured]
    order = sorted(
        out, key=lambda r: (str(r["code"]), str(r["period_end"]), str(r["source"]), str(r["area"]))
    )
    return order, len(found) - len(out)


def _cell_of(row: dict[str, object]) -> tuple[object, ...]:
    return tuple(row[c] for c in ("area", "code", "period_end", "source"))


def indicator_cells() -> int:
    """Number of published values of census districts that the framework uses: what ``indicators`` must account for."""
    districts = [r for r in read("tables/areas.csv") if r["in_census"] == "1"]
    census = {r["pcode"] for r in districts}
    aser = [
        c
        for r in read("tables/education_direct_estimates_with_se.csv")
        if _used_of_aser(r)
        for c in r["pcodes"].split(";")
    ]
    shares = [r["pcode"] for r in read("tables/indicators_district_long.csv") if _used_share(r)]
    own = [r[c] for r in districts for c in ("oosc_rate_5_16_2023_all", "poverty_rate_2018") if r[c]]
    return sum(1 for code in (*aser, *shares) if code in census) + len(own)


def _value(
    area: str, code: str, year: str, source: str, value: float | None, **more: object
) -> dict[str, object]:
    state = "observed" if value is not None else "not_reported"
    return {"area": area, "code": code, "value": value, "state": state, "period_start": f"{year}-01-01",
            "period_end": f"{year}-12-31", "source": source, **more}  # fmt: skip


def _used_of_aser(r: Row) -> bool:
    what = (r["dataset"], r["indicator"], r["dimensions"])
    return what == ("aser", "in_school_5_16", "aggregate") and int(r["year"]) >= FIRST_YEAR


def _out_of_school(census: set[str]) -> list[dict[str, object]]:
    out: list[dict[str, object]] = []
    for r in read("tables/education_direct_estimates_with_se.csv"):
        if not _used_of_aser(r):
            continue
        codes = [c for c in r["pcodes"].split(";") if c in census]
        own = r["match_type"] in ("exact", "alias") and len(codes) == 1
        for code in codes:
            value = round(1 - float(r["point_estimate"]), 6) if own else None
            out.append(
                _value(code, "out_of_school_5_16", r["year"], "aser", value, se=r["standard_error"] if own else None,
                       n=int(float(r["sample_size"])) if own and r["sample_size"] else None,
                       note="mostly rural sample" if own else COPIED)
            )  # fmt: skip
    return out


# Indicator of the World Bank's base -> our code, source, and the years taken. Poverty of 2018 is the small-area one.
SHARES = {
    "Youth literacy, 15-24 years old (% of population aged 15-24)": ("youth_illiteracy_15_24", "pslm", ("2012", "2014", "2019")),
    "Poverty Rate (%)": ("poverty_headcount", "hies-pslm", ("2012", "2014")),
}  # fmt: skip


def _used_share(r: Row) -> bool:
    return r["indicator"] in SHARES and r["year"] in SHARES[r["indicator"]][2]


def _survey_shares(census: set[str]) -> list[dict[str, object]]:
    out: list[dict[str, object]] = []
    for r in read("tables/indicators_district_long.csv"):
        if not _used_share(r) or r["pcode"] not in census:
            continue
        code, source, _ = SHARES[r["indicator"]]
        share = float(r["value"]) / 100
        own = r["copied_from_parent"] != "1"
        value = round(1 - share if code == "youth_illiteracy_15_24" else share, 6) if own else None
        out.append(_value(r["pcode"], code, r["year"], source, value, note=None if own else COPIED))
    return out


def _census_and_poverty() -> list[dict[str, object]]:
    out: list[dict[str, object]] = []
    for r in read("tables/areas.csv"):
        if r["in_census"] != "1":
            continue
        if r["oosc_rate_5_16_2023_all"]:
            row = _value(
                r["pcode"],
                "out_of_school_5_16",
                "2023",
                "census-2023",
                float(r["oosc_rate_5_16_2023_all"]),
                se=0,
            )
            out.append(
                {
                    **row,
                    "period_start": "2023-03-01",
                    "period_end": "2023-03-01",
                    "note": "full count, no sampling error",
                }
            )
        own = r["poverty_unit_2018"] == "own" and r["poverty_rate_2018"]
        if own:
            out.append(_value(r["pcode"], "poverty_headcount", "2018", "wb-sae-2018", float(r["poverty_rate_2018"]),
                              se=r["poverty_se_2018"], note="small-area estimate, labelled provisional"))  # fmt: skip
        elif r["poverty_rate_2018"]:
            out.append(_value(r["pcode"], "poverty_headcount", "2018", "wb-sae-2018", None, note=COPIED))
    return out


def events() -> list[dict[str, object]]:
    """Monthly counts of UCDP events by the place that the source names."""
    return [
        {"place": r["place"], "date": r["month"], "kind": r["kind"], "location_precision": r["where_prec"],
         "events": r["events"], "deaths_best": r["deaths_best"], "deaths_low": r["deaths_low"],
         "deaths_high": r["deaths_high"], "deaths_best_squared": r["deaths_best_squared"],
         "deaths_civilians": r["deaths_civilians"], "source": "ucdp-ged-22-1"}
        for r in read("tables/events_monthly.csv")
    ]  # fmt: skip


NAMED_SOURCES: tuple[dict[str, object], ...] = (
    {
        "id": "census-2017",
        "address": "https://www.pbs.gov.pk",
        "title": "Population and Housing Census 2017",
        "publisher": "Pakistan Bureau of Statistics",
        "published": "2021",
        "licence": "official statistics, cited as facts",
    },
    {
        "id": "census-2023",
        "address": "https://www.pbs.gov.pk",
        "title": "Population and Housing Census 2023",
        "publisher": "Pakistan Bureau of Statistics",
        "published": "2024",
        "licence": "official statistics, cited as facts",
    },
    {
        "id": "cod-ab-2022",
        "address": "https://data.humdata.org/dataset/cod-ab-pak",
        "title": "Pakistan - Subnational Administrative Boundaries",
        "publisher": "OCHA and WFP Pakistan",
        "published": "2022-09-02",
        "licence": "CC BY 3.0 IGO",
    },
    {
        "id": "ucdp-ged-22-1",
        "address": "https://ucdp.uu.se/downloads",
        "title": "UCDP Georeferenced Event Dataset 22.1, Pakistan",
        "publisher": "Uppsala Conflict Data Program",
        "published": "2022",
        "licence": "CC BY 4.0",
        "citation": "Sundberg and Melander (2013), Introducing the UCDP Georeferenced Event Dataset; Davies, Pettersson and Öberg (2022), Organized violence 1989-2021",
        "covers": "PK",
        "covers_from": "1989-01-01",
        "covers_to": "2021-12-31",
        "media_based": True,
        "never_records": "injured;hostages",
    },
    {
        "id": "aser",
        "address": "https://github.com/worldbank/pakEducationDashboard",
        "title": "Annual Status of Education Report, district estimates",
        "publisher": "ASER Pakistan, through the World Bank Pakistan Education Depot",
        "published": "2020",
        "licence": "MIT, republished",
    },
    {
        "id": "pslm",
        "address": "https://github.com/szhaider/PakIndicatorsApp",
        "title": "Pakistan Social and Living Standards Measurement, district estimates",
        "publisher": "Pakistan Bureau of Statistics, through Data4Pakistan",
        "published": "2021",
        "licence": "MIT, republished",
    },
    {
        "id": "hies-pslm",
        "address": "https://github.com/szhaider/PakIndicatorsApp",
        "title": "HIES and PSLM poverty rates by district",
        "publisher": "World Bank, through Data4Pakistan",
        "published": "2021",
        "licence": "MIT, republished",
    },
    {
        "id": "wb-sae-2018",
        "address": "https://github.com/szhaider/PakIndicatorsApp",
        "title": "Small-area poverty estimates 2018, labelled provisional",
        "publisher": "World Bank, through Data4Pakistan",
        "published": "2021",
        "licence": "MIT, republished",
    },
)


def published_figures(sources: Sources) -> list[dict[str, object]]:
    """Press figures of attacks, as context: publishers count different things and are never added."""
    out: list[dict[str, object]] = []
    for r in read("tables/published_attacks.csv"):
        out.append({"level": r["geography_level"], "place": r["geography"], "area": r["pcode"], "period_start": r["period_start"],
                    "period_end": r["period_end"], "publisher": r["publisher"], "measure": r["measure"], "value": r["value"],
                    "definition": r["definition_note"], "source": sources.code(r)})  # fmt: skip
    return out
