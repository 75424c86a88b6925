"""Survey answers, published survey figures, studies of what works, published figures kept as context."""

from jaiza.records.table import Column, Key, Table

SURVEY_RESPONSES = Table(
    "survey_responses",
    "one answer to one question; no person can be told from it",
    (
        Column("survey", "code", "survey", required=True),
        Column("respondent", "code", "number within the survey, without meaning outside it", required=True),
        Column("area", "code", "area", required=True, refers="areas.code"),
        Column("stratum", "code", "stratum of the design"),
        Column("psu", "code", "cluster (primary sampling unit)"),
        Column("weight", "number", "survey weight", required=True, low=0),
        Column("sex", "choice", "sex", choices=("female", "male", "transgender", "not_reported")),
        Column("age_band", "words", "years of age, in bands"),
        Column("education", "words", "education, in bands"),
        Column("question", "code", "question", required=True),
        Column("institution", "code", "institution asked about"),
        Column("side", "choice", "side of the institution", choices=("community", "state", "other")),
        Column(
            "answer",
            "choice",
            "whether the answer is one of trust, by the codebook's fixed cut",
            required=True,
            choices=("trust", "no_trust", "dont_know", "refused"),
        ),
        Column("answered_on", "date", "month of the interview", required=True, past=True),
        Column("source", "code", "who says so", refers="sources.id"),
    ),
    keys=(Key(("survey", "respondent", "question", "institution")),),
    unlocks="the trust gap by area",
)

SURVEY_ESTIMATES = Table(
    "survey_estimates",
    "one published percentage, shown at the level, institution and year at which it was measured",
    (
        Column("id", "code", "short code", required=True),
        Column(
            "level",
            "choice",
            "level at which it was measured",
            required=True,
            choices=("national", "province", "district", "city", "region"),
        ),
        Column("place", "words", "place as printed", required=True),
        Column("area", "code", "area, where one code fits", refers="areas.code"),
        Column("institution", "code", "institution asked about", required=True),
        Column("side", "choice", "side of the institution", choices=("community", "state", "other")),
        Column("question", "words", "question, in our words", required=True),
        Column("cut", "words", "which answers are counted"),
        Column("percent", "number", "published percentage", required=True, low=0, high=100),
        Column("dont_know_percent", "number", "published share of no answer", low=0, high=100),
        Column("subgroup", "words", "who was asked"),
        Column("n", "whole", "base of this row", low=0),
        Column("margin", "words", "printed margin of error, percentage points, or a range as printed"),
        Column(
            "construct",
            "choice",
            "what is measured; never mix constructs",
            required=True,
            choices=("trust", "approval", "corruption_perception", "safety", "use_or_willingness"),
        ),
        Column(
            "direction",
            "choice",
            "what a high figure means",
            required=True,
            choices=("more_is_trust", "more_is_distrust"),
        ),
        Column("series", "code", "rows that may be compared share a series", required=True),
        Column("survey", "words", "survey", required=True),
        Column("publisher", "words", "publisher"),
        Column("fieldwork_start", "date", "first day of fieldwork"),
        Column("fieldwork_end", "date", "last day of fieldwork", past=True),
        Column("note", "words", "what a reader must know"),
        Column("source", "code", "who says so", refers="sources.id"),
    ),
    keys=(Key(("id",)),),
    unlocks="trust by province and institution, as published",
)

STUDIES = Table(
    "studies",
    "one finding of one study on one approach and one outcome",
    (
        Column("id", "code", "short code", required=True),
        Column("citation", "words", "citation", required=True),
        Column("year", "date", "year; blank where the pages read give none", past=True),
        Column("country", "words", "country or countries", required=True),
        Column("region", "words", "region of the world"),
        Column("approach", "code", "approach, as in framework.toml", required=True),
        Column("outcome", "code", "outcome", required=True),
        Column("design", "words", "design, in our words"),
        Column("sms", "whole", "Maryland Scientific Methods Scale", low=0, high=5),
        Column("n", "number", "sample size", low=0),
        Column("direction", "words", "direction of the finding", required=True),
        Column("harm", "flag", "whether a credible harm was found"),
        Column("effect", "words", "effect as published"),
        Column("relevance", "words", "how close to the subject"),
        Column("source", "code", "who says so", refers="sources.id"),
    ),
    keys=(Key(("id",)),),
    unlocks="the evidence gap",
)

OUTCOMES = Table(
    "outcomes",
    "one kind of outcome that studies measure",
    (
        Column("id", "code", "short code", required=True),
        Column("label", "words", "name in English", required=True),
        Column("label_ur", "words", "name in Urdu"),
        Column("definition", "words", "what it covers"),
    ),
    keys=(Key(("id",)),),
    unlocks="names in the evidence map",
)

PUBLISHED_FIGURES = Table(
    "published_figures",
    "one figure printed by one publisher, kept as context; publishers are never added or spliced",
    (
        Column(
            "level", "choice", "level", required=True, choices=("national", "province", "district", "region")
        ),
        Column("place", "words", "place as printed", required=True),
        Column("area", "code", "area, where one code fits", refers="areas.code"),
        Column("period_start", "date", "first day", required=True),
        Column("period_end", "date", "last day", required=True, past=True),
        Column("publisher", "words", "publisher", required=True),
        Column("measure", "words", "what is counted", required=True),
        Column("value", "number", "figure as printed", required=True, low=0),
        Column("definition", "words", "what that publisher counts"),
        Column("source", "code", "who says so", refers="sources.id"),
    ),
    unlocks="what others report, beside the figures",
)

SOURCES = Table(
    "sources",
    "who says so, when, and where it can be read",
    (
        Column("id", "code", "short code", required=True),
        Column("title", "words", "title", required=True),
        Column("publisher", "words", "who publishes it"),
        Column("address", "words", "where it can be read"),
        Column("published", "date", "date of publication"),
        Column("licence", "words", "terms under which it may be used"),
        Column("citation", "words", "how to cite it"),
        Column(
            "covers", "codes", "areas over which it is complete, such as an event source", refers="areas.code"
        ),
        Column("covers_from", "date", "first day over which it is complete"),
        Column("covers_to", "date", "last day over which it is complete", past=True),
        Column("media_based", "flag", "whether it counts what the press reports"),
        Column("never_records", "codes", "terms that it never records, such as injured;hostages"),
    ),
    keys=(Key(("id",)),),
    in_order=(("covers_from", "covers_to"),),
    unlocks="the age and origin of every figure",
)
