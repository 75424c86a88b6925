"""Make the Pakistan pack from the shared tables: python tools/packs/pakistan.py [FOLDER]

Prints what went in and what came out; a row that is neither kept nor named here ends the run.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pakistan_land as land
import pakistan_published as published
import pakistan_work as work
from pakistan_files import PACK, Sources, read, write


def main(folder: Path) -> None:
    """Write every table of the pack into ``folder`` and reconcile."""
    sources = Sources(land.NAMED_SOURCES)
    tables: dict[str, list[dict[str, object]]] = {
        "areas": land.areas(),
        "neighbours": land.neighbours(),
        "population": land.population(),
        "indicators": land.indicators(),
        "events": land.events(),
        "organisations": work.organisations(sources),
        **work.initiatives(sources),
        "partnerships": work.partnerships(sources),
        "partnerships_withheld": work.partnerships_withheld(),
        "policies": work.policies(sources),
        "objectives": work.objectives(sources),
        **work.codings(),
        "unit_costs": published.unit_costs(sources),
        "rates": published.rates(sources),
        "studies": published.studies(sources),
        "outcomes": published.outcomes(),
        "published_figures": land.published_figures(sources),
    }
    tables["funding"], undated = published.funding(sources)
    tables["survey_estimates"], left = published.survey_estimates(sources)
    tables["sources"] = sources.rows
    for name, rows in tables.items():
        print(f"{name:22} {write(folder, name, rows):6} rows")
    reconcile(tables, undated, left)


def reconcile(tables: dict[str, list[dict[str, object]]], undated: list[str], left: list[str]) -> None:
    """End the run when a shared row is neither in the pack nor named as left out."""
    expected = {
        "events": len(read("tables/events_monthly.csv")),
        "organisations": len(read("catalogue/organisations.csv")),
        "initiatives": len(read("catalogue/initiatives.csv")),
        "partnerships": len(read("catalogue/partnerships.csv")),
        "policies": len(read("catalogue/policies.csv")),
        "objectives": len(read("catalogue/policy_objectives.csv")),
        "unit_costs": len(read("funding/unit_costs.csv")),
        "rates": len(read("funding/exchange_rates.csv")),
        "studies": len(read("evidence/studies.csv")),
        "published_figures": len(read("tables/published_attacks.csv")),
        "survey_estimates": len(read("trust/trust_estimates.csv")) - len(left),
        "funding": len(read("funding/budgets.csv")) + len(read("funding/grants.csv")) - len(undated),
        "areas": len(read("tables/areas.csv")) + 8 + len(read("tables/historical_places.csv")),
    }
    for name, count in expected.items():
        if len(tables[name]) != count:
            sys.exit(f"{name}: {count} rows went in, {len(tables[name])} came out")
    print(f"left out because the source gives no year: {', '.join(undated) or 'nothing'}")
    hidden = sum(int(str(r["initiatives"])) for r in tables["alignments_withheld"])
    print(f"coded pairs of unnamed work kept as counts only: {hidden}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else PACK / "data")
