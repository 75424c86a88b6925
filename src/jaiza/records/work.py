"""Organisations and their initiatives: who does what, where, with whom, since when."""

from jaiza.records.table import Column, Key, Table

ORG_KINDS = (
    "grassroots",
    "national-ngo",
    "ingo",
    "un",
    "government",
    "security",
    "academic",
    "religious",
    "media",
    "donor",
    "private",
)
LEVELS = ("community", "district", "province", "national", "international")
SENSITIVITIES = ("low", "moderate", "high", "severe")

ORGANISATIONS = Table(
    "organisations",
    "one organisation; never a person",
    (
        Column("id", "code", "short code of the organisation", required=True, hxl="#org+code"),
        Column("name", "words", "name of the organisation", required=True, hxl="#org+name"),
        Column("name_ur", "words", "name in Urdu"),
        Column("kind", "choice", "kind of organisation", required=True, choices=ORG_KINDS, hxl="#org+type"),
        Column("level", "choice", "level at which it works", choices=LEVELS),
        Column("area", "code", "area of its seat, at most a district", refers="areas.code"),
        Column("women_led", "flag", "whether women lead it, by its own word"),
        Column("youth_led", "flag", "whether young people lead it, by its own word"),
        Column("state_linked", "flag", "whether it is part of or steered by the state"),
        Column(
            "stands_for", "whole", "for a row that stands for organisations without names: how many", low=1
        ),
        Column("founded", "date", "year in which it was founded", past=True),
        Column("open_to_contact", "flag", "whether it agreed to be introduced to others"),
        Column(
            "sensitivity",
            "choice",
            "class set by its owner (methods N); blank: set by rule",
            choices=SENSITIVITIES,
        ),
        Column("source", "code", "who says so", refers="sources.id"),
    ),
    keys=(Key(("id",)),),
    place_of_work=True,
    unlocks="who works where, coordination and inclusion",
)

INITIATIVES = Table(
    "initiatives",
    "one programme, project, institution or campaign",
    (
        Column("id", "code", "short code of the initiative", required=True, hxl="#activity+code"),
        Column("title", "words", "title", required=True, hxl="#activity+name"),
        Column("title_ur", "words", "title in Urdu"),
        Column("lead", "code", "organisation that leads it", refers="organisations.id"),
        Column(
            "relevance",
            "choice",
            "core: states an aim against extremism; adjacent: peace, justice, jobs",
            choices=("core", "adjacent"),
        ),
        Column("start", "date", "first day or year", hxl="#date+start"),
        Column("end", "date", "last day or year", hxl="#date+end"),
        Column(
            "status",
            "choice",
            "status on the day of the source",
            choices=("planned", "ongoing", "completed", "suspended"),
            hxl="#status",
        ),
        Column(
            "state_link",
            "choice",
            "how the state takes part",
            choices=("none", "consulted", "partner", "state-run"),
        ),
        Column(
            "channel", "choice", "through whom it reaches people", choices=("community", "state", "hybrid")
        ),
        Column(
            "location_basis",
            "choice",
            "how its place is known",
            choices=("areas", "parent", "national", "withheld", "not_reported"),
            required=True,
        ),
        Column("reached_low", "number", "people reached, low figure", low=0, stated=True),
        Column("reached_high", "number", "people reached, high figure", low=0),
        Column(
            "reached_basis", "choice", "what the reach stands on", choices=("measured", "reported", "target")
        ),
        Column("hours_low", "number", "hours per person, low figure", low=0, stated=True),
        Column("hours_high", "number", "hours per person, high figure", low=0),
        Column("evaluated", "choice", "kind of evaluation", choices=("none", "internal", "external", "rct")),
        Column("budget", "number", "whole budget", low=0, stated=True),
        Column("budget_currency", "code", "three-letter currency code"),
        Column(
            "sensitivity",
            "choice",
            "class set by its owner (methods N); blank: set by rule",
            choices=SENSITIVITIES,
        ),
        Column("source_date", "date", "date of the source that describes it"),
        Column("source", "code", "who says so", refers="sources.id"),
    ),
    keys=(Key(("id",)),),
    in_order=(("start", "end"),),
    ordered_numbers=(("reached_low", "reached_high"), ("hours_low", "hours_high")),
    place_of_work=True,
    unlocks="presence of work by area and approach",
)

INITIATIVE_APPROACHES = Table(
    "initiative_approaches",
    "one approach that an initiative uses",
    (
        Column("initiative", "code", "initiative", required=True, refers="initiatives.id"),
        Column("approach", "code", "approach, as in framework.toml", required=True, hxl="#sector"),
        Column("main", "flag", "whether it is the main approach", required=True),
        Column("share", "share", "share of the initiative's work; shares of one initiative add up to 1"),
    ),
    keys=(Key(("initiative", "approach")),),
    shares=(("initiative", "share"),),
    unlocks="presence by approach",
)

INITIATIVE_AREAS = Table(
    "initiative_areas",
    "one area in which an initiative works",
    (
        Column("initiative", "code", "initiative", required=True, refers="initiatives.id"),
        Column("area", "code", "area, parent or former place", required=True, refers="areas.code"),
        Column("share", "share", "share of the initiative's work; shares of one initiative add up to 1"),
    ),
    keys=(Key(("initiative", "area")),),
    shares=(("initiative", "share"),),
    place_of_work=True,
    unlocks="presence by area",
)

INITIATIVE_GROUPS = Table(
    "initiative_groups",
    "one group of people that an initiative is for",
    (
        Column("initiative", "code", "initiative", required=True, refers="initiatives.id"),
        Column("group", "code", "group of people", required=True),
        Column("reached", "number", "people of the group reached", low=0, stated=True),
    ),
    keys=(Key(("initiative", "group")),),
    unlocks="whom the work is for, and the sensitivity class",
)

PARTICIPATION = Table(
    "participation",
    "how many of a group take part in an initiative at one level",
    (
        Column("initiative", "code", "initiative", required=True, refers="initiatives.id"),
        Column("group", "choice", "group counted", required=True, choices=("women", "youth", "young-women")),
        Column(
            "level",
            "choice",
            "level of taking part",
            required=True,
            choices=("reached", "staff", "leadership", "design"),
        ),
        Column("count", "number", "people of the group", low=0, stated=True),
        Column("unknown", "number", "people whose group was not recorded", low=0),
        Column("total", "number", "all people at that level", low=0),
        Column("share", "share", "published share, where no counts are given"),
        Column(
            "basis",
            "choice",
            "what the figure stands on",
            required=True,
            choices=("measured", "reported", "target", "quota", "by-design"),
        ),
        Column("as_of", "date", "day that the figure describes", past=True),
        Column("source", "code", "who says so", refers="sources.id"),
    ),
    keys=(Key(("initiative", "group", "level", "basis", "as_of")),),
    ordered_numbers=(("count", "total"),),
    unlocks="the inclusion gap",
)

DELIVERY = Table(
    "delivery",
    "one planned output or milestone of an initiative, and what was delivered",
    (
        Column("initiative", "code", "initiative", required=True, refers="initiatives.id"),
        Column("output", "code", "output or milestone", required=True),
        Column("unit", "words", "what is counted", required=True),
        Column("planned", "number", "units planned", low=0, stated=True),
        Column("delivered", "number", "units delivered", low=0, stated=True),
        Column("due", "date", "day by which it was due"),
        Column("done", "date", "day on which it was done", past=True),
        Column("as_of", "date", "day that the figures describe", required=True, past=True),
        Column("source", "code", "who says so", refers="sources.id"),
    ),
    keys=(Key(("initiative", "output", "as_of")),),
    unlocks="the implementation gap",
)
