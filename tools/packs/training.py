"""Writes the tables of the training pack: a fictional country, complete in every table.

    python tools/packs/training.py [FOLDER]

FOLDER is ``src/jaiza/packs/training/data`` when none is given. The same seed writes the same bytes. Nothing here is
real: places, bodies, figures and studies are all invented, and no person is named.
"""

from __future__ import annotations

import sys
from pathlib import Path

import training_bodies as bodies_of
import training_delivery as delivery
import training_land as land_of
import training_money as money
import training_need as need
import training_policy as policy
import training_published as published
import training_surveys as surveys
import training_ties as ties
import training_work as work_of
from training_files import Row, write

PACK = Path(__file__).resolve().parents[2] / "src" / "jaiza" / "packs" / "training" / "data"


def tables() -> dict[str, list[Row]]:
    """Rows of every table, by its name."""
    land = land_of.build()
    bodies = bodies_of.organisations(land)
    work = work_of.initiatives(land, bodies)
    return {
        "sources": published.source_rows(land),
        "areas": land_of.area_rows(land),
        "neighbours": land_of.neighbour_rows(land),
        "population": land_of.population_rows(land),
        "indicators": need.indicator_rows(land),
        "events": need.event_rows(land),
        "organisations": bodies_of.organisation_rows(land, bodies),
        "initiatives": work_of.initiative_rows(work),
        "initiative_approaches": work_of.approach_rows(work),
        "initiative_areas": work_of.area_rows(land, work),
        "initiative_groups": work_of.group_rows(work),
        "participation": delivery.participation_rows(work),
        "delivery": delivery.delivery_rows(work),
        "funding": money.funding_rows(land, work, bodies),
        "unit_costs": money.unit_cost_rows(),
        "rates": money.rate_rows(),
        "partnerships": ties.partnership_rows(land, work, bodies),
        "partnerships_withheld": ties.withheld_rows(),
        "forums": ties.forum_rows(land, bodies),
        "policies": policy.policy_rows(),
        "objectives": policy.objective_rows(),
        **policy.alignments(work, unnamed=bodies[-1]),
        "survey_responses": surveys.response_rows(land),
        "survey_estimates": surveys.estimate_rows(land),
        "studies": published.study_rows(),
        "outcomes": published.outcome_rows(),
        "published_figures": published.published_rows(land),
    }


def main(arguments: list[str]) -> None:
    """Write the tables into the folder named, or into the pack."""
    write(Path(arguments[0]) if arguments else PACK, tables())


if __name__ == "__main__":
    main(sys.argv[1:])
