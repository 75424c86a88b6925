"""What need is made of: indicators of structural conditions, and events of political violence."""

from jaiza.records.table import STATES, Column, Key, Table

INDICATORS = Table(
    "indicators",
    "one published value of one indicator for one area",
    (
        Column("area", "code", "code of the area", required=True, refers="areas.code"),
        Column("code", "code", "code of the indicator, as in framework.toml", required=True),
        Column("value", "number", "the value, in the unit that framework.toml gives", stated=False),
        Column("se", "number", "standard error of the value, same unit; blank when none is published", low=0),
        Column("state", "choice", "data state of the value", required=True, choices=STATES),
        Column("n", "whole", "number of respondents behind the value", low=0),
        Column("period_start", "date", "first day that the value describes", required=True),
        Column("period_end", "date", "last day that the value describes", required=True, past=True),
        Column("source", "code", "who says so", required=True, refers="sources.id"),
        Column("note", "words", "what a reader must know, such as a value copied from a parent district"),
    ),
    keys=(Key(("area", "code", "period_end", "source")),),
    in_order=(("period_start", "period_end"),),
    unlocks="the structural half of need",
)

EVENTS = Table(
    "events",
    "one event of political violence, or the count of such events in one place and month",
    (
        Column("event_id", "code", "id in the source, for a single event; blank for counts"),
        Column(
            "place",
            "code",
            "area, parent or former place that the source names",
            required=True,
            refers="areas.code",
        ),
        Column(
            "date",
            "date",
            "day of the event, or month of the count",
            required=True,
            past=True,
            precision="month",
        ),
        Column(
            "kind",
            "choice",
            "kind of violence in the source's words",
            choices=("state-based", "non-state", "one-sided", "explosion", "battle", "civilians", "other"),
        ),
        Column(
            "location_precision",
            "whole",
            "1-3 the area itself; 4 only its parent; 5 a line or fuzzy region; 6-7 not located (methods B2)",
            required=True,
            low=1,
            high=7,
        ),
        Column("events", "whole", "number of events in the row; 1 for a single event", required=True, low=0),
        Column(
            "deaths_best", "whole", "deaths, best estimate, added over the row's events", low=0, stated=True
        ),
        Column("deaths_low", "whole", "deaths, low estimate", low=0),
        Column("deaths_high", "whole", "deaths, high estimate", low=0),
        Column("deaths_best_squared", "whole", "sum over the row's events of deaths squared", low=0),
        Column("deaths_civilians", "whole", "civilians among the dead", low=0),
        Column("injured", "whole", "people injured", low=0, stated=True),
        Column("hostages", "whole", "people taken hostage", low=0, stated=True),
        Column("source", "code", "who says so", required=True, refers="sources.id"),
    ),
    keys=(
        Key(("event_id", "source")),
        Key(("place", "date", "kind", "location_precision", "source"), when_blank="event_id"),
    ),
    ordered_numbers=(("deaths_low", "deaths_best"), ("deaths_best", "deaths_high")),
    order_is_sources_own=True,
    unlocks="the violence half of need",
)
