"""Areas, who borders whom, how many people live there."""

from jaiza.records.table import Column, Key, Table

AREAS = Table(
    "areas",
    "one place: the country, a unit of admin level 1 or 2, or a former place that later split",
    (
        Column("code", "code", "official code of the place (p-code)", required=True, hxl="#adm2+code"),
        Column("name", "words", "name in English", required=True, hxl="#adm2+name"),
        Column("name_ur", "words", "name in Urdu"),
        Column("other_names", "words", "other spellings, a semicolon between them"),
        Column(
            "level",
            "choice",
            "0 the country, 1 province or territory, 2 district, former for a place that later split",
            required=True,
            choices=("0", "1", "2", "former"),
        ),
        Column("parent", "code", "code of the place that holds this one", refers="areas.code"),
        Column("members", "codes", "for a former place: codes of the places it became", refers="areas.code"),
        Column(
            "counted_in",
            "code",
            "code of the area whose figures include this one, when it has none of its own",
            refers="areas.code",
        ),
        Column("lat", "number", "latitude of a representative point, degrees", low=-90, high=90),
        Column("lon", "number", "longitude of a representative point, degrees", low=-180, high=180),
        Column("area_km2", "number", "published area, square kilometres", low=0),
        Column("valid_from", "date", "first day on which the place existed"),
        Column("valid_to", "date", "last day on which the place existed"),
    ),
    keys=(Key(("code",)),),
    in_order=(("valid_from", "valid_to"),),
    unlocks="every figure: nothing can be placed without areas",
)

NEIGHBOURS = Table(
    "neighbours",
    "two areas that share a border",
    (
        Column("area_a", "code", "code of one area", required=True, refers="areas.code"),
        Column("area_b", "code", "code of the other", required=True, refers="areas.code"),
        Column("shared_border_km", "number", "length of the shared border, kilometres", low=0),
    ),
    keys=(Key(("area_a", "area_b")),),
    unlocks="spillover of need between neighbours, and the ground on the map",
)

POPULATION = Table(
    "population",
    "people of one area, sex, age band and residence, counted or estimated on one day",
    (
        Column("area", "code", "code of the area", required=True, refers="areas.code"),
        Column(
            "sex",
            "choice",
            "whom the row counts",
            required=True,
            choices=("all", "female", "male", "transgender"),
        ),
        Column("age_band", "words", "years of age, such as 15-29, or all", required=True),
        Column("residence", "choice", "where they live", required=True, choices=("all", "urban", "rural")),
        Column("people", "whole", "number of people", required=True, low=0, stated=True),
        Column("counted_on", "date", "census or reference day", required=True, past=True),
        Column("source", "code", "who says so", required=True, refers="sources.id"),
    ),
    keys=(Key(("area", "sex", "age_band", "residence", "counted_on", "source")),),
    unlocks="rates per person, circles on the map, and every figure that weighs areas by people",
)
