"""All tables of a study, in the order in which a reader meets them."""

from jaiza.records.evidence_of_need import EVENTS, INDICATORS
from jaiza.records.money_and_ties import (
    FORUMS,
    FUNDING,
    PARTNERSHIPS,
    PARTNERSHIPS_WITHHELD,
    RATES,
    UNIT_COSTS,
)
from jaiza.records.places import AREAS, NEIGHBOURS, POPULATION
from jaiza.records.policy import ALIGNMENTS, ALIGNMENTS_WITHHELD, CODED_UNITS, OBJECTIVES, POLICIES
from jaiza.records.surveys_and_studies import (
    OUTCOMES,
    PUBLISHED_FIGURES,
    SOURCES,
    STUDIES,
    SURVEY_ESTIMATES,
    SURVEY_RESPONSES,
)
from jaiza.records.table import by_name
from jaiza.records.work import (
    DELIVERY,
    INITIATIVE_APPROACHES,
    INITIATIVE_AREAS,
    INITIATIVE_GROUPS,
    INITIATIVES,
    ORGANISATIONS,
    PARTICIPATION,
)

TABLES = by_name(
    (
        SOURCES,
        AREAS,
        NEIGHBOURS,
        POPULATION,
        INDICATORS,
        EVENTS,
        ORGANISATIONS,
        INITIATIVES,
        INITIATIVE_APPROACHES,
        INITIATIVE_AREAS,
        INITIATIVE_GROUPS,
        PARTICIPATION,
        DELIVERY,
        FUNDING,
        UNIT_COSTS,
        RATES,
        PARTNERSHIPS,
        PARTNERSHIPS_WITHHELD,
        FORUMS,
        POLICIES,
        OBJECTIVES,
        ALIGNMENTS,
        CODED_UNITS,
        ALIGNMENTS_WITHHELD,
        SURVEY_RESPONSES,
        SURVEY_ESTIMATES,
        STUDIES,
        OUTCOMES,
        PUBLISHED_FIGURES,
    )
)
