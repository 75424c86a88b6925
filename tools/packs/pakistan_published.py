"""Money, trust and evidence of the Pakistan pack: published figures, each kept at the level at which it was printed."""

from __future__ import annotations

from pakistan_files import Sources, read
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


def funding(sources: Sources) -> tuple[list[dict[str, object]], list[str]]:
    """Budget lines and grants; kinds of figure are kept apart. Also the ids of figures without a year."""
    codes = place_codes() | {"Pakistan": "PK", "Islamabad": "PK401"} | PLACES
    out: list[dict[str, object]] = []
    undated: list[str] = []
    for r in read("funding/budgets.csv"):
        span = fiscal_years(r["fiscal_year"])
        if span is None:
            undated.append(r["id"])
            continue
        out.append(
            {"id": r["id"], "funder": r["entity"], "recipient": r["entity"], "recipient_kind": "government",
             "area": codes[r["geography"]], "flow": STAGES[r["stage"]], "amount": float(r["amount"]) * 1e6, "currency": r["currency"],
             "year_start": span[0], "year_end": span[1], "purpose": r["kinetic_class"],
             "note": "; ".join(x for x in (r["class_reason"], r["note"]) if x), "source": sources.code(r)}
        )  # fmt: skip
    for r in read("funding/grants.csv"):
        if not r["period_start"]:
            undated.append(r["id"])
            continue
        places = [codes[a] for a in r["areas"].split(";") if a]
        out.append(
            {"id": r["id"], "funder": r["donor"], "recipient": r["recipient"], "recipient_kind": r["kind_of_recipient"],
             "initiative": r["initiative_id"], "area": places[0] if len(places) == 1 else None, "flow": GRANTS[r["amount_type"]],
             "amount": r["amount"], "amount_low": r["amount_min"], "amount_high": r["amount_max"], "currency": r["currency"],
             "year_start": r["period_start"], "year_end": r["period_end"] or r["period_start"], "purpose": r["kinetic_class"],
             "note": r["note"], "source": sources.code(r)}
        )  # fmt: skip
    return out, undated


def unit_costs(sources: Sources) -> list[dict[str, object]]:
    """Published or computed costs per person served."""
    return [{"id": r["id"], "approach": r["approach"], "item": r["item"], "cost": r["unit_cost"], "cost_low": r["range_min"],
             "cost_high": r["range_max"], "currency": r["currency"], "per": r["per"], "year": r["price_year"],
             "note": "; ".join(x for x in (r["basis"], r["evidence"], r["note"]) if x), "source": sources.code(r)}
            for r in read("funding/unit_costs.csv")]  # fmt: skip


def rates(sources: Sources) -> list[dict[str, object]]:
    """Exchange rates and price indices; a year looked for and not found stays, blank."""
    return [{"series": r["series"], "year": r["year"], "value": r["value"], "unit": r["unit"],
             "basis": "; ".join(x for x in (r["basis"], r["note"]) if x), "source": sources.code(r)}
            for r in read("funding/exchange_rates.csv")]  # fmt: skip


def survey_estimates(sources: Sources) -> tuple[list[dict[str, object]], list[str]]:
    """Published percentages on trust, each with what it measures; and the ids that could not be kept."""
    side = {r["institution"]: r["side"] for r in read("trust/institutions.csv")}
    out = []
    for r in read("trust/trust_estimates.csv"):
        out.append(
            {"id": r["id"], "level": r["geography_level"], "place": r["geography"], "area": r["pcode"],
             "institution": r["institution"], "side": side[r["institution"]], "question": r["question"], "cut": r["scale_cut"],
             "percent": r["percent"], "dont_know_percent": r["dont_know_percent"], "subgroup": r["subgroup"], "n": r["n"],
             "margin": r["margin_of_error"], "construct": r["construct"], "direction": r["direction"], "series": r["series"],
             "survey": r["survey"], "publisher": r["publisher"], "fieldwork_start": r["fieldwork_start"],
             "fieldwork_end": r["fieldwork_end"], "note": r["note"], "source": sources.code(r)}
        )  # fmt: skip
    return out, []


def studies(sources: Sources) -> list[dict[str, object]]:
    """Findings of studies; a harm that a study notes is marked, and its words stand in the effect."""
    out = []
    for r in read("evidence/studies.csv"):
        harm = r["harm_noted"].startswith("yes")
        effect = "; ".join(
            x for x in (r["effect"], r["harm_noted"].removeprefix("yes: ") if harm else "") if x
        )
        out.append({"id": r["id"], "citation": r["citation"], "year": r["year"], "country": r["country"], "region": r["region"],
                    "approach": r["approach"], "outcome": r["outcome"], "design": r["design"], "sms": r["sms"], "n": r["n"],
                    "direction": r["direction"] or "not-stated", "harm": harm, "effect": effect, "relevance": r["relevance"],
                    "source": sources.code(r)})  # fmt: skip
    return out


OUTCOME_UR = {
    "attitudes-to-violence": "تشدد کے بارے میں رویے",
    "support-for-groups": "مسلح یا انتہا پسند گروہوں کی حمایت",
}


def outcomes() -> list[dict[str, object]]:
    """Kinds of outcome."""
    return [{"id": r["id"], "label": r["label_en"], "label_ur": OUTCOME_UR.get(r["id"]), "definition": r["definition"]}
            for r in read("evidence/outcomes.csv")]  # fmt: skip
