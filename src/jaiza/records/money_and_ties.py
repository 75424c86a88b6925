"""Money that flows, ties between organisations, and the forums where they meet."""

from jaiza.records.table import Column, Key, Table

FUNDING = Table(
    "funding",
    "one flow of money, or one budget line",
    (
        Column("id", "code", "short code of the flow", required=True),
        Column("funder", "words", "who gives; an organisation's code where it is known"),
        Column("recipient", "words", "who receives; an organisation's code where it is known"),
        Column("recipient_kind", "words", "kind of recipient"),
        Column("initiative", "code", "initiative that it pays for", refers="initiatives.id"),
        Column("area", "code", "area it is for", refers="areas.code"),
        Column(
            "flow",
            "choice",
            "what kind of figure it is; kinds are never added together",
            required=True,
            choices=(
                "commitment",
                "disbursement",
                "demand",
                "budget",
                "revised",
                "released",
                "actual",
                "lapsed",
                "not_published",
            ),
        ),
        Column("amount", "number", "amount in whole currency units", low=0, stated=True),
        Column("amount_low", "number", "documented floor", low=0),
        Column("amount_high", "number", "documented ceiling", low=0),
        Column("currency", "code", "three-letter currency code", required=True),
        Column("year_start", "date", "first day of the period it is for", required=True),
        Column("year_end", "date", "last day of the period it is for", required=True),
        Column(
            "purpose",
            "choice",
            "kinetic, non-kinetic or both in one line",
            required=True,
            choices=("kinetic", "non-kinetic", "mixed", "unclassified"),
        ),
        Column("part_of", "code", "flow of which this is a part: never add the two"),
        Column("note", "words", "what a reader must know"),
        Column("source", "code", "who says so", refers="sources.id"),
    ),
    keys=(Key(("id",)),),
    in_order=(("year_start", "year_end"),),
    ordered_numbers=(("amount_low", "amount_high"),),
    unlocks="the resource gap",
)

UNIT_COSTS = Table(
    "unit_costs",
    "one published or computed cost per person served",
    (
        Column("id", "code", "short code", required=True),
        Column("approach", "code", "approach, as in framework.toml"),
        Column("item", "words", "what is paid for", required=True),
        Column("cost", "number", "cost per unit", low=0),
        Column("cost_low", "number", "low end", low=0),
        Column("cost_high", "number", "high end", low=0),
        Column("currency", "code", "three-letter currency code", required=True),
        Column("per", "words", "the unit, such as trainee", required=True),
        Column("year", "date", "year of the price"),
        Column("note", "words", "what a reader must know"),
        Column("source", "code", "who says so", refers="sources.id"),
    ),
    keys=(Key(("id",)),),
    unlocks="need for money in the resource gap",
)

RATES = Table(
    "rates",
    "one yearly exchange rate or deflator value",
    (
        Column("series", "code", "series, such as pkr_per_usd", required=True),
        Column("year", "date", "year", required=True),
        Column("value", "number", "value; blank when looked for and not found", low=0, stated=True),
        Column("unit", "words", "unit", required=True),
        Column("basis", "words", "how it was made"),
        Column("source", "code", "who says so", refers="sources.id"),
    ),
    keys=(Key(("series", "year", "source")),),
    unlocks="amounts in one currency and one year's prices",
)

PARTNERSHIPS = Table(
    "partnerships",
    "one stated tie between two organisations",
    (
        Column("id", "code", "short code of the tie", required=True),
        Column(
            "org_a",
            "code",
            "organisation that funds, trains or leads",
            required=True,
            refers="organisations.id",
        ),
        Column("org_b", "code", "the other organisation", required=True, refers="organisations.id"),
        Column(
            "kind",
            "choice",
            "kind of tie",
            required=True,
            choices=("funds", "co-implements", "coordinates", "trains"),
        ),
        Column("initiative", "code", "initiative in which they work together", refers="initiatives.id"),
        Column("start", "date", "first day or year"),
        Column("end", "date", "last day or year"),
        Column("source", "code", "who says so", refers="sources.id"),
    ),
    keys=(Key(("id",)), Key(("org_a", "org_b", "kind", "initiative"))),
    in_order=(("start", "end"),),
    place_of_work=True,
    unlocks="the coordination gap",
)

PARTNERSHIPS_WITHHELD = Table(
    "partnerships_withheld",
    "how many ties of one kind are known but withheld to protect small organisations",
    (
        Column(
            "kind",
            "choice",
            "kind of tie",
            required=True,
            choices=("funds", "co-implements", "coordinates", "trains"),
        ),
        Column("ties", "words", "number of ties, or a range such as 1-2", required=True),
    ),
    keys=(Key(("kind",)),),
    unlocks="on whose ties the network figures stand",
)

FORUMS = Table(
    "forums",
    "how often one organisation came to the meetings of one forum in one period",
    (
        Column("forum", "code", "forum", required=True),
        Column("name", "words", "name of the forum", required=True),
        Column("area", "code", "area it serves", required=True, refers="areas.code"),
        Column("organisation", "code", "member", required=True, refers="organisations.id"),
        Column("meetings", "whole", "meetings held in the period", required=True, low=0),
        Column("attended", "whole", "meetings the member attended", low=0, stated=True),
        Column("period_end", "date", "last day of the period", required=True, past=True),
        Column("source", "code", "who says so", refers="sources.id"),
    ),
    keys=(Key(("forum", "organisation", "period_end")),),
    ordered_numbers=(("attended", "meetings"),),
    unlocks="bridged areas in the coordination gap",
)
