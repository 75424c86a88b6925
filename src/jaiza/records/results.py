"""The tables of results: every column that leaves is declared here, like a table that comes in."""

from jaiza.records.table import Column, Table, by_name

_STATES = ("estimated", "too_wide", "no_data", "withheld", "not_applicable")
_PRESENCE = ("known_active", "dates_unknown", "known_ended", "coarse_only", "none_known")

_AREA = (
    Column("area_code", "code", "code of the area", required=True, hxl="#adm2+code"),
    Column("area_name", "words", "name in English", required=True, hxl="#adm2+name"),
    Column("admin1_code", "code", "code of its province or territory", hxl="#adm1+code"),
    Column("admin1_name", "words", "name of its province or territory", hxl="#adm1+name"),
)
_VALUE = (
    Column("value", "number", "the figure; blank where none is given, never a zero in its place"),
    Column("lower", "number", "lower end of the 90 % interval"),
    Column("upper", "number", "upper end of the 90 % interval"),
    Column("state", "choice", "state of the figure", required=True, choices=_STATES),
    Column("grade", "choice", "grade A to E; blank where the figure does not apply", choices=tuple("ABCDE")),
    Column("n", "number", "records or parts behind the figure"),
)
_FIGURE = Column("figure", "code", "what jaiza explain takes", required=True)

NEED = Table(
    "need",
    "need for a response in one area",
    (
        *_AREA,
        *_VALUE,
        Column("rank_lower", "number", "best rank in 90 % of draws; blank below grade C"),
        Column("rank_upper", "number", "worst rank in 90 % of draws; blank below grade C"),
        Column(
            "top_k", "number", "share of draws in which the area is among the first k; blank below grade C"
        ),
        Column("band", "number", "band of areas that cannot be told apart; blank below grade C"),
        Column("arithmetic", "number", "the same parts joined by an arithmetic mean"),
        Column("data_lower", "number", "lower end when only the data are uncertain"),
        Column("data_upper", "number", "upper end when only the data are uncertain"),
        Column("choice_lower", "number", "lower end when only the choices are uncertain"),
        Column("choice_upper", "number", "upper end when only the choices are uncertain"),
        Column(
            "every_lower", "number", "lower end when ranks may replace goalposts too, which changes the scale"
        ),
        Column(
            "every_upper", "number", "upper end when ranks may replace goalposts too, which changes the scale"
        ),
        Column(
            "severity", "number", "smoothed severity of reported violence, points per 100,000 person-years"
        ),
        Column("severity_lower", "number", "lower end of its 90 % interval"),
        Column("severity_upper", "number", "upper end of its 90 % interval"),
        Column("severity_grade", "choice", "its grade", choices=tuple("ABCDE")),
        Column("people", "number", "people on the day of the round"),
        Column("missing", "codes", "parts that are not published for the area"),
        Column("why", "words", "why there is no estimate"),
        _FIGURE,
        Column("severity_figure", "code", "what jaiza explain takes for the severity"),
    ),
)

PRESENCE = Table(
    "presence",
    "what is recorded of one approach in one district or province",
    (
        *_AREA,
        Column("level", "choice", "1 province or territory, 2 district", required=True, choices=("1", "2")),
        Column("approach", "code", "approach", required=True, hxl="#sector"),
        Column("presence", "choice", "what is recorded (methods C0)", required=True, choices=_PRESENCE),
        Column("initiatives", "number", "initiatives recorded; given by province only"),
        Column("organisations", "number", "organisations that lead them; by province, three or more"),
        Column("organisations_state", "choice", "observed, or withheld where the count is one or two",
               choices=("observed", "withheld", "not_applicable")),
        _FIGURE,
    ),
)  # fmt: skip

COVERAGE = Table(
    "coverage",
    "coverage of one approach in one area: people reached as a share of those to be reached",
    (
        *_AREA,
        Column("approach", "code", "approach", required=True),
        Column("presence", "choice", "what is recorded (methods C0)", required=True, choices=_PRESENCE),
        *_VALUE,
        _FIGURE,
    ),
)

OVERLAPS = Table(
    "overlaps",
    "an area and approach in which several organisations work: their joint coverage, and whether work may be done twice",
    (
        *_AREA,
        Column("approach", "code", "approach", required=True),
        Column("independence", "number", "joint coverage if people are reached independently"),
        Column("lower", "number", "least joint coverage, however people overlap"),
        Column("upper", "number", "most joint coverage, however people overlap"),
        Column("ratio", "number", "access over the target, not capped"),
        Column("possible_duplication", "flag", "supply far above the target, and leads for one group without a tie on record",
               required=True),
    ),
)  # fmt: skip

BLIND_SPOTS = Table(
    "blind_spots",
    "an area of high need whose coverage by one approach is low even at its upper limit",
    (
        *_AREA,
        Column("approach", "code", "approach", required=True),
        Column("need", "number", "need of the area"),
        Column("value", "number", "coverage"),
        Column("upper", "number", "upper limit of coverage"),
        Column(
            "with_unlocated", "number", "coverage if all work known only for a wider place were done here"
        ),
    ),
)

ENDED = Table(
    "ended",
    "work of one approach that ended in one place, with nothing on record since",
    (
        *_AREA,
        Column("approach", "code", "approach", required=True),
        Column("last", "date", "last day on record", required=True),
        Column("initiatives", "number", "initiatives that ended; given by province only"),
        Column(
            "registry_complete", "flag", "whether the registry is certified complete there", required=True
        ),
    ),
)

GAPS = Table(
    "gaps",
    "one gap in one area",
    (
        Column("area_code", "code", "code of the area", required=True),
        Column("area_name", "words", "name in English", required=True),
        Column("gap", "choice", "which gap", required=True,
               choices=("coverage", "resource", "implementation", "coordination", "alignment", "trust", "inclusion",
                        "evidence")),
        *_VALUE,
        _FIGURE,
    ),
)  # fmt: skip

MONEY = Table(
    "money",
    "bounds of the share of budget lines on record that are not for armed force, for one place, year and stage",
    (
        Column("area_code", "code", "place", required=True),
        Column("area_name", "words", "name in English", required=True),
        Column("year_start", "date", "first day of the fiscal year", required=True),
        Column("year_end", "date", "last day of the fiscal year", required=True),
        Column("stage", "words", "stage of the budget; stages are never added", required=True),
        Column("lower", "number", "least share"),
        Column("upper", "number", "most share"),
        Column(
            "lines",
            "whole",
            "lines on record; years compare only where the lines are the same",
            required=True,
        ),
        Column("civil", "codes", "lines that are not for armed force"),
        Column("armed", "codes", "lines for armed force"),
        Column("open", "codes", "lines that hold both or are not classified"),
    ),
)

EVIDENCE = Table(
    "evidence",
    "what studies say of one approach and one outcome; no study is not no effect",
    (
        Column("approach", "code", "approach", required=True),
        Column("outcome", "code", "outcome", required=True),
        Column("studies", "whole", "studies, each once", required=True),
        Column("best_sms", "whole", "best design on the Maryland scale"),
        Column("strength", "number", "strength of the evidence, 0 to 1: a display convention"),
        Column("harms", "whole", "studies that note a harm", required=True),
    ),
)

DATA_FIRST = Table(
    "data_first",
    "an area whose missing data could change who is among the first k: find these before ranking",
    (
        *_AREA,
        Column("missing", "codes", "what is not published", required=True),
        Column("rank_best", "number", "rank with the missing parts at their worst condition"),
        Column("rank_worst", "number", "rank with the missing parts at their best condition"),
        Column("could_enter", "flag", "whether the area could be among the first k", required=True),
    ),
)

DATA_AGE = Table(
    "data_age",
    "one source that the figures of a round stand on, and how old it is",
    (
        Column("source", "code", "source", required=True),
        Column("title", "words", "title", required=True),
        Column("publisher", "words", "who publishes it"),
        Column("used_for", "words", "what it is used for", required=True),
        Column("newest", "date", "last day that it describes"),
        Column("age_months", "number", "months from that day to the round"),
        Column("grade", "choice", "grade by age alone", choices=tuple("ABCDE")),
        Column("rows", "whole", "rows used"),
        Column("licence", "words", "terms under which it may be used"),
    ),
)

FIGURES = Table(
    "figures",
    "every figure of a round",
    (
        Column("figure", "code", "what jaiza explain takes", required=True),
        Column("measure", "code", "measure", required=True),
        Column("area_code", "code", "area"),
        Column("approach", "code", "approach"),
        *_VALUE,
        Column("grade_term", "words", "what sets the grade"),
        Column("unit", "words", "unit"),
        Column("method", "code", "section of the methods"),
        Column("parameters", "words", "what is needed beside the rows to compute it again, as JSON"),
    ),
)

LINEAGE = Table(
    "lineage",
    "one row behind one figure",
    (
        Column("figure", "code", "figure", required=True),
        Column("table", "code", "table", required=True),
        Column("role", "code", "what the row was used for", required=True),
        Column("file", "words", "file; blank where the record is withheld"),
        Column("sheet", "words", "sheet"),
        Column("row", "whole", "row in the file; blank where the record is withheld"),
        Column("used", "number", "part of the row that was used"),
        Column("content", "words", "the cells used, as JSON"),
    ),
)

PLACES = Table(
    "places",
    "one place that the results name, with what is needed to draw it",
    (
        Column("code", "code", "code", required=True),
        Column("name", "words", "name in English", required=True),
        Column("name_ur", "words", "name in Urdu"),
        Column("level", "choice", "admin level", required=True, choices=("0", "1", "2")),
        Column("parent", "code", "code of the parent"),
        Column("counted_in", "code", "code of the area whose figures include it"),
        Column("lat", "number", "latitude of a representative point"),
        Column("lon", "number", "longitude of a representative point"),
        Column("people", "number", "people on the day of the round"),
    ),
)

BORDERS = Table(
    "borders",
    "two areas that share a border",
    (
        Column("area_a", "code", "code of one area", required=True),
        Column("area_b", "code", "code of the other", required=True),
    ),
)

CONTEXT = Table(
    "context",
    "a figure that others publish, shown beside ours; publishers are never added together",
    (
        Column("level", "code", "level", required=True),
        Column("place", "words", "place as printed", required=True),
        Column("area_code", "code", "area"),
        Column("period_start", "date", "first day", required=True),
        Column("period_end", "date", "last day", required=True),
        Column("publisher", "words", "publisher", required=True),
        Column("measure", "words", "what is counted", required=True),
        Column("value", "number", "figure as printed", required=True),
        Column("definition", "words", "what that publisher counts"),
        Column("source", "words", "where it was read"),
    ),
)

RESULTS = by_name(
    (
        PLACES,
        BORDERS,
        CONTEXT,
        NEED,
        PRESENCE,
        COVERAGE,
        OVERLAPS,
        BLIND_SPOTS,
        ENDED,
        GAPS,
        MONEY,
        EVIDENCE,
        DATA_FIRST,
        DATA_AGE,
        FIGURES,
        LINEAGE,
    )
)
# Tables that people open; the others are for machines and stand as Parquet only.
AS_CSV = (
    "need",
    "presence",
    "coverage",
    "overlaps",
    "blind_spots",
    "ended",
    "gaps",
    "money",
    "evidence",
    "data_first",
    "data_age",
    "context",
)
