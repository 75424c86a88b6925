"""Make the Pakistan pack from the shared tables: python tools/packs/pakistan.py [FOLDER]

Prints what went in and what came out; a row that is neither kept nor named here ends the run.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pakistan_land as land
import pakistan_published as published
import pakistan_work as work
from pakistan_files import PACK, Sources, read, write

Tables = dict[str, list[dict[str, object]]]


@dataclass(frozen=True)
class Line:
    """One line of the reconciliation: rows or cells that went in, and those left out with the reason."""

    table: str
    entered: int
    left: int = 0
    why: str = ""


def main(folder: Path) -> None:
    """Write every table of the pack into ``folder`` and reconcile."""
    sources = Sources(land.NAMED_SOURCES)
    tables: Tables = {
        "areas": land.areas(),
        "neighbours": land.neighbours(),
        "population": land.population(),
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
    tables["indicators"], copies = land.indicators()
    tables["funding"], undated = published.funding(sources)
    tables["survey_estimates"] = published.survey_estimates(sources)
    tables["sources"] = sources.rows
    for name, rows in tables.items():
        write(folder, name, rows)
    reconcile(tables, [*_land(copies), *_work(tables), *_published(undated)])
    print(f"left out because the source gives no first year: {', '.join(undated) or 'nothing'}")


def _land(copies: int) -> Iterable[Line]:
    districts = read("tables/areas.csv")
    yield Line("areas", len(districts) + 1 + len(land.PROVINCES) + len(read("tables/historical_places.csv")))
    yield Line("neighbours", len(read("tables/adjacency.csv")))
    yield Line("population", sum(1 for r in districts for c in land.PEOPLE if r[c[0]]))
    yield Line(
        "indicators",
        land.indicator_cells(),
        copies,
        "copy of an undivided district that has a figure of its own",
    )
    yield Line("events", len(read("tables/events_monthly.csv")))
    yield Line("published_figures", len(read("tables/published_attacks.csv")))


def _work(tables: Tables) -> Iterable[Line]:
    initiatives = read("catalogue/initiatives.csv")
    places = [set(_listed([r], "areas")) for r in initiatives]
    alone = sum(1 for p in places if p == {"national"})
    same = sum(len(p) for p in places) - alone - len(tables["initiative_areas"])
    coded = [r for c in "AB" for r in read(f"catalogue/coding/alignment_{c}.csv")]
    hidden = [r for r in initiatives if work.unnamed(r)]
    unnamed_links = sum(1 for r in coded if r["initiative_id"].startswith("local-work-"))
    yield Line("organisations", len(read("catalogue/organisations.csv")))
    yield Line("initiatives", len(initiatives))
    yield Line("initiative_approaches", len(initiatives) + len(_listed(initiatives, "other_approaches")))
    yield Line(
        "initiative_areas",
        sum(len(p) for p in places),
        alone + same,
        f"{alone} national without areas, {same} in one area",
    )
    yield Line("initiative_groups", len(_listed(initiatives, "target_groups")))
    yield Line("participation", sum(1 for r in initiatives for c in ("women_share", "youth_share") if r[c]))
    yield Line("partnerships", len(read("catalogue/partnerships.csv")))
    yield Line("partnerships_withheld", len(read("catalogue/partnerships_withheld.csv")))
    yield Line("policies", len(read("catalogue/policies.csv")))
    yield Line("objectives", len(read("catalogue/policy_objectives.csv")))
    yield Line(
        "alignments",
        len(coded),
        unnamed_links,
        "links of unnamed work, kept as counts in alignments_withheld",
    )
    yield Line(
        "coded_units",
        2 * len(initiatives),
        2 * len(hidden),
        "unnamed work, kept as counts in alignments_withheld",
    )
    pairs = sum(int(str(r["initiatives"])) for r in tables["alignments_withheld"])
    objectives = sum(1 for r in read("catalogue/policy_objectives.csv") if r["domain"] != "kinetic")
    if pairs != len(hidden) * objectives:
        sys.exit(f"alignments_withheld: {len(hidden) * objectives} coded pairs went in, {pairs} came out")


def _published(undated: Sequence[str]) -> Iterable[Line]:
    entered = len(read("funding/budgets.csv")) + len(read("funding/grants.csv"))
    yield Line("funding", entered, len(undated), "no first year in the source, named below")
    yield Line("unit_costs", len(read("funding/unit_costs.csv")))
    yield Line("rates", len(read("funding/exchange_rates.csv")))
    yield Line("survey_estimates", len(read("trust/trust_estimates.csv")))
    yield Line("studies", len(read("evidence/studies.csv")))
    yield Line("outcomes", len(read("evidence/outcomes.csv")))


def _listed(rows: Sequence[Mapping[str, str]], column: str) -> list[str]:
    return [item for r in rows for item in r[column].split(";") if item]


def reconcile(tables: Tables, lines: Sequence[Line]) -> None:
    """Print in, out and left out by table; end the run when a row is neither in the pack nor named as left out."""
    print(f"{'table':22} {'in':>6} {'out':>6} {'left':>6}")
    for line in lines:
        out = len(tables[line.table])
        print(
            f"{line.table:22} {line.entered:6} {out:6} {line.left:6}  {line.why if line.left else ''}".rstrip()
        )
        if out + line.left != line.entered:
            sys.exit(
                f"{line.table}: {line.entered} went in, {out} came out, {line.left} are named as left out"
            )
    made = {
        "sources": "one for each distinct address, title and year",
        "alignments_withheld": "counts of coded pairs",
    }
    for name, what in made.items():
        print(f"{name:22} {'':6} {len(tables[name]):6} {'':6}  {what}")
    missing = tables.keys() - {line.table for line in lines} - made.keys()
    if missing:
        sys.exit(f"not reconciled: {', '.join(sorted(missing))}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else PACK / "data")
