"""Money, trust and evidence of the Pakistan pack: published figures, each kept at the level at which it was printed."""

from __future__ import annotations

import re

import pakistan_urdu as urdu
from pakistan_files import Row, Sources, read
from pakistan_work import PLACES, place_codes

STAGES = {"demand": "demand", "budget": "budget", "revised": "revised", "released": "released", "actual": "actual",
          "lapsed": "lapsed"}  # fmt: skip
GRANTS = {"commitment": "commitment", "disbursement": "disbursement", "budget": "budget", "call range": "not_published",
          "not published": "not_published"}  # fmt: skip


def fiscal_years(text: str) -> tuple[str, str] | None:
    """First and last day of a fiscal year (July to June) or of a span of them; None where the source gives no year."""
    years = [part.strip() for part in text.split(" to ")]
    if not years[0][:4].isdigit():
        return None
    last = years[-1]
    end = last[:2] + last[-2:] if len(last) > 4 else last
    return f"{years[0][:4]}-07-01", f"{end}-06-30"


# Givers and takers of grants that are organisations of the catalogue. Denmark (two bodies), the US Mission and
# "rural support programme" (left unnamed by the source table) stay words.
PARTIES = {
    "USAID": "usaid",
    "USAID OTI": "usaid",
    "European Union": "eu",
    "Norway": "norway",
    "Netherlands": "netherlands",
    "Japan": "japan",
    "Japan (UN Trust Fund for Human Security)": "unths",
    "United Kingdom": "uk-fcdo",
    "US Institute of Peace": "usip",
    "US Embassy Islamabad": "us-embassy",
    "US (INL)": "us-state",
    "Switzerland": "sdc",
    "Government of Balochistan": "bl-gov",
    "GIZ": "giz",
    "UNDP": "undp",
    "UNODC": "unodc",
    "UNICEF": "unicef",
    "UN Women": "unwomen",
    "Pakistan Poverty Alleviation Fund": "ppaf",
}
# "Part of <id>" in a note names the whole; "agrees with the current part of <id>" repeats a figure and does not.
_WHOLE = re.compile(r"(?:^|[,;] )part of ([a-z0-9-]+)", re.IGNORECASE)


def funding(sources: Sources) -> tuple[list[dict[str, object]], list[str]]:
    """Budget lines and grants; kinds of figure are kept apart. Also the ids of figures without a first year."""
    budgets, grants = read("funding/budgets.csv"), read("funding/grants.csv")
    codes = place_codes() | {"Pakistan": "PK", "Islamabad": "PK401"} | PLACES
    ids = {r["id"] for r in (*budgets, *grants)}
    undated = [r["id"] for r in budgets if fiscal_years(r["fiscal_year"]) is None]
    undated += [r["id"] for r in grants if not r["period_start"]]
    out = [_budget(r, codes, ids, sources) for r in budgets if r["id"] not in undated]
    return out + [_grant(r, codes, ids, sources) for r in grants if r["id"] not in undated], undated


def _budget(r: Row, codes: dict[str, str], ids: set[str], sources: Sources) -> dict[str, object]:
    span = fiscal_years(r["fiscal_year"])
    assert span is not None
    return {"id": r["id"], "funder": r["entity"], "recipient": r["entity"], "recipient_kind": "government",
            "area": codes[r["geography"]], "flow": STAGES[r["stage"]], "amount": float(r["amount"]) * 1e6, "currency": r["currency"],
            "year_start": span[0], "year_end": span[1], "purpose": r["kinetic_class"],
            "part_of": _whole(r["note"], ids), "note": _note(r["class_reason"], r["note"]),
            "source": sources.code(r)}  # fmt: skip


def _grant(r: Row, codes: dict[str, str], ids: set[str], sources: Sources) -> dict[str, object]:
    places = [codes[a] for a in r["areas"].split(";") if a]
    several = "areas: " + r["areas"].replace(";", ", ") if len(places) > 1 else ""
    open_end = "" if r["period_end"] else "no last year in the source, kept under its first"
    handed_on = f"sub-grants: {r['sub_grants_number']}" if r["sub_grants_number"] else ""
    return {"id": r["id"], "funder": PARTIES.get(r["donor"], r["donor"]), "recipient": PARTIES.get(r["recipient"], r["recipient"]),
            "recipient_kind": r["kind_of_recipient"], "initiative": r["initiative_id"],
            "area": places[0] if len(places) == 1 else None, "flow": GRANTS[r["amount_type"]], "amount": r["amount"],
            "amount_low": r["amount_min"], "amount_high": r["amount_max"], "currency": r["currency"],
            "year_start": r["period_start"], "year_end": r["period_end"] or r["period_start"], "purpose": r["kinetic_class"],
            "part_of": _whole(r["note"], ids), "note": _note(r["programme"], several, r["relevance"], handed_on, open_end, r["note"]),
            "source": sources.code(r)}  # fmt: skip


def _whole(note: str, ids: set[str]) -> str | None:
    found = _WHOLE.search(note)
    return found[1] if found and found[1] in ids else None


def _note(*parts: str) -> str:
    return "; ".join(part for part in parts if part)


def unit_costs(sources: Sources) -> list[dict[str, object]]:
    """Published or computed costs per person served."""
    return [{"id": r["id"], "approach": r["approach"], "item": r["item"], "cost": r["unit_cost"], "cost_low": r["range_min"],
             "cost_high": r["range_max"], "currency": r["currency"], "per": r["per"], "year": r["price_year"],
             "note": _note(r["basis"], r["evidence"], r["note"]), "source": sources.code(r)}
            for r in read("funding/unit_costs.csv")]  # fmt: skip


def rates(sources: Sources) -> list[dict[str, object]]:
    """Exchange rates and price indices; a year looked for and not found stays, blank."""
    return [{"series": r["series"], "year": r["year"], "value": r["value"], "unit": r["unit"],
             "basis": _note(r["basis"], r["note"]), "source": sources.code(r)}
            for r in read("funding/exchange_rates.csv")]  # fmt: skip


def survey_estimates(sources: Sources) -> list[dict[str, object]]:
    """Published percentages on trust, each with what it measures and how the sample was described."""
    side = {r["institution"]: r["side"] for r in read("trust/institutions.csv")}
    return [
        {"id": r["id"], "level": r["geography_level"], "place": r["geography"], "area": r["pcode"],
         "institution": r["institution"], "side": side[r["institution"]], "question": r["question"], "cut": r["scale_cut"],
         "percent": r["percent"], "dont_know_percent": r["dont_know_percent"], "subgroup": r["subgroup"], "n": r["n"],
         "margin": r["margin_of_error"], "construct": r["construct"], "direction": r["direction"], "series": r["series"],
         "survey": r["survey"], "publisher": r["publisher"], "fieldwork_start": r["fieldwork_start"],
         "fieldwork_end": r["fieldwork_end"], "note": _note(r["sampling"] and f"sample: {r['sampling']}", r["note"]),
         "source": sources.code(r)}
        for r in read("trust/trust_estimates.csv")
    ]  # fmt: skip


def studies(sources: Sources) -> list[dict[str, object]]:
    """Findings of studies; a harm that a study notes is marked, and its words stand in the effect."""
    out = []
    for r in read("evidence/studies.csv"):
        harm = r["harm_noted"].startswith("yes")
        noted = r["harm_noted"].removeprefix("yes: ") if harm else ""
        again = (
            f"same trial or sample as {r['overlaps'].replace(';', ', ')}: count once" if r["overlaps"] else ""
        )
        out.append({"id": r["id"], "citation": r["citation"], "year": r["year"], "country": r["country"], "region": r["region"],
                    "approach": r["approach"], "outcome": r["outcome"], "design": r["design"], "sms": r["sms"], "n": r["n"],
                    "direction": r["direction"] or "not-stated", "harm": harm, "effect": _note(r["effect"], noted, again), "relevance": r["relevance"],
                    "source": sources.code(r)})  # fmt: skip
    return out


def outcomes() -> list[dict[str, object]]:
    """Kinds of outcome."""
    return [{"id": r["id"], "label": r["label_en"], "label_ur": urdu.OUTCOMES[r["id"]], "definition": r["definition"]}
            for r in read("evidence/outcomes.csv")]  # fmt: skip
