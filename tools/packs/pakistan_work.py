"""Organisations, initiatives, ties, policies and codings of the Pakistan pack, from the safe edition of the catalogue.

Rows without names stay without anything that tells them apart: one title, no source, no codings of their own.
"""

from __future__ import annotations

from collections import Counter

import pakistan_urdu as urdu
from pakistan_files import Row, Sources, read
from pakistan_land import PROVINCES

SECURITY = {
    "pak-army",
    "ict-police",
    "punjab-ctd",
    "sindh-ctd",
    "ispr",
    "npa",
    "kp-police",
    "rangers-sindh",
    "fc-north",
}
# Catalogue names that are no district of the boundary set: what each stands for, and why.
PLACES = {
    "Karachi": "PARENT-KARACHI",  # the catalogue treats the city as one
    "Chitral": "PARENT-CHITRAL",  # undivided in the sources read
    "Hub": "PK217",  # split from Lasbela after the boundary set was made; its figures are in Lasbela's
    "South Punjab": "PK6",  # a region without a code: known for the province only
    "Azad Kashmir": "PK1",
    "Gilgit-Baltistan": "PK3",
    "Islamabad Capital Territory": "PK401",  # one district, the whole territory
    "Khyber Pakhtunkhwa (merged districts)": "PK5-FATA",
}
UNNAMED_TITLE = "Work by a local organisation (name withheld)"


def place_codes() -> dict[str, str]:
    """Code of every place name of the catalogue."""
    codes = {name: code for code, (name, _) in PROVINCES.items()}
    for r in read("tables/areas.csv"):
        for name in (r["name"], *r["alternative_names"].split(";")):
            codes.setdefault(name.strip(), r["pcode"])
    return codes | PLACES


def unnamed(row: Row) -> bool:
    """Whether an initiative is one of the local ones whose names are withheld."""
    return row["id"].startswith("local-work-")


def organisations(sources: Sources) -> list[dict[str, object]]:
    """Organisations; security bodies are told apart, the row for unnamed ones says how many it stands for."""
    codes = place_codes()
    out: list[dict[str, object]] = []
    for r in read("catalogue/organisations.csv"):
        state = r["kind"] == "government"
        out.append(
            {"id": r["id"], "name": r["name"], "name_ur": urdu.ORGANISATIONS.get(r["id"]),
             "kind": "security" if r["id"] in SECURITY else r["kind"], "level": r["level"],
             "area": codes[r["district"]] if r["district"] else (codes[r["province"]] if r["province"] else None),
             "women_led": r["women_led"], "youth_led": r["youth_led"], "state_linked": True if state else None,
             "stands_for": 22 if r["id"] == "local" else None, "founded": r["founded"], "source": sources.code(r)}
        )  # fmt: skip
    return out


def initiatives(sources: Sources) -> dict[str, list[dict[str, object]]]:
    """Initiatives with their approaches, areas, groups and published shares of women and youth."""
    codes = place_codes()
    tables: dict[str, list[dict[str, object]]] = {
        n: []
        for n in (
            "initiatives",
            "initiative_approaches",
            "initiative_areas",
            "initiative_groups",
            "participation",
        )
    }
    for r in read("catalogue/initiatives.csv"):
        hidden = unnamed(r)
        places = [p for p in r["areas"].split(";") if p]
        areas = list(dict.fromkeys(codes[p] for p in places if p != "national"))
        basis = (
            "national" if "national" in places and not areas else ("not_reported" if not places else "areas")
        )
        if areas and all(a in PROVINCES for a in areas):
            basis = "parent"
        if hidden and not places:
            basis = "withheld"
        if "national" in places and areas:
            areas = [*areas, "PK"]
        tables["initiatives"].append(
            {"id": r["id"], "title": UNNAMED_TITLE if hidden else r["title"],
             "title_ur": urdu.UNNAMED_UR if hidden else None, "lead": r["lead_org_id"],
             "relevance": r["relevance"], "start": r["start_year"], "end": r["end_year"], "status": r["status"],
             "state_link": r["gov_linked"], "location_basis": basis, "reached_low": r["beneficiaries_reached"],
             "reached_high": r["beneficiaries_reached"], "reached_basis": r["beneficiaries_basis"], "evaluated": r["evaluated"],
             "budget": r["budget_amount"], "budget_currency": r["budget_currency"], "source_date": r["source_year"],
             "source": sources.code(r)}
        )  # fmt: skip
        for k, approach in enumerate([r["approach"], *[a for a in r["other_approaches"].split(";") if a]]):
            tables["initiative_approaches"].append(
                {"initiative": r["id"], "approach": approach, "main": k == 0}
            )
        tables["initiative_areas"] += [{"initiative": r["id"], "area": a} for a in areas]
        tables["initiative_groups"] += [
            {"initiative": r["id"], "group": g} for g in r["target_groups"].split(";") if g
        ]
        for column, group in (("women_share", "women"), ("youth_share", "youth")):
            if r[column]:
                # Only the women's shares that sources print beside counts are measured, as the catalogue says.
                kind = "measured" if (group, r["share_basis"]) == ("women", "reported") else r["share_basis"]
                tables["participation"].append({"initiative": r["id"], "group": group, "level": "reached", "share": r[column],
                                                "basis": kind, "as_of": r["source_year"], "source": sources.code(r)})  # fmt: skip
    return tables


def partnerships(sources: Sources) -> list[dict[str, object]]:
    """Stated ties between two named organisations."""
    return [{"id": r["id"], "org_a": r["org_a"], "org_b": r["org_b"], "kind": r["kind"], "initiative": r["initiative_id"],
             "source": sources.code(r)} for r in read("catalogue/partnerships.csv")]  # fmt: skip


def partnerships_withheld() -> list[dict[str, object]]:
    """Counts of ties of unnamed organisations."""
    return [dict(r) for r in read("catalogue/partnerships_withheld.csv")]


_MENTION = {"yes": "mentioned", "no": "none", "": None}


def policies(sources: Sources) -> list[dict[str, object]]:
    """Policies, plans and laws."""
    codes = place_codes()
    return [{"id": r["id"], "title": r["title"], "title_ur": urdu.POLICIES[r["id"]], "level": r["level"],
             "area": codes[r["province"]] if r["province"] else ("PK" if r["level"] == "national" else None),
             "start": r["year"], "status": r["status"], "source": sources.code(r)} for r in read("catalogue/policies.csv")]  # fmt: skip


def objectives(sources: Sources) -> list[dict[str, object]]:
    """Objectives; a mention is kept as a mention, since the texts read do not say target or actor."""
    return [{"id": r["id"], "policy": r["policy_id"], "number": r["number"], "objective": r["objective"],
             "objective_ur": urdu.OBJECTIVES[r["id"]], "domain": r["domain"],
             **{f"mentions_{g}": _MENTION[r[f"mentions_{g}"]] for g in ("women", "youth", "community")},
             "source": sources.code(r)} for r in read("catalogue/policy_objectives.csv")]  # fmt: skip


def codings() -> dict[str, list[dict[str, object]]]:
    """Two blind codings of named work; for unnamed work only how often each pair of codes was given."""
    named = [r["id"] for r in read("catalogue/initiatives.csv") if not unnamed(r)]
    hidden = [r["id"] for r in read("catalogue/initiatives.csv") if unnamed(r)]
    coded = [r["id"] for r in read("catalogue/policy_objectives.csv") if r["domain"] != "kinetic"]
    codes = {
        c: {(r["initiative_id"], r["objective_id"]): r for r in read(f"catalogue/coding/alignment_{c}.csv")}
        for c in "AB"
    }
    rows: list[dict[str, object]] = []
    for coder, given in codes.items():
        for (initiative, objective), r in given.items():
            if initiative in named:
                rows.append({"initiative": initiative, "objective": objective, "coder": coder, "code": r["code"],
                             "state": "coded", "time": r["time"]})  # fmt: skip
    pairs = Counter(
        (q, codes["A"].get((i, q), {}).get("code", "0"), codes["B"].get((i, q), {}).get("code", "0"))
        for i in hidden
        for q in coded
    )
    withheld: list[dict[str, object]] = [
        {"objective": q, "code_a": a, "code_b": b, "initiatives": n} for (q, a, b), n in sorted(pairs.items())
    ]
    units: list[dict[str, object]] = [{"coder": c, "initiative": i} for c in "AB" for i in named]
    return {"alignments": rows, "alignments_withheld": withheld, "coded_units": units}
