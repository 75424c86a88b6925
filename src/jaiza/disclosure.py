"""What may leave, and how: the one place through which every way out passes (methods N).

The audience is ``public`` unless a role says otherwise. For the public, a record's class decides what is shown:
low, name and district; moderate, presence in the district without the name; high, the province and no name. Severe
records are refused. Organisation counts under three are never given by district.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pyarrow as pa

from jaiza.errors import Problem, Refused
from jaiza.framework import Framework
from jaiza.language import text
from jaiza.places.scope import Scope
from jaiza.records.dates import first_day, months_before
from jaiza.records.declared import TABLES
from jaiza.records.tables_of_study import Tables

Audience = Literal["public", "restricted"]
Sensitivity = Literal["low", "moderate", "high", "severe"]
SMALLEST_ORGANISATION_COUNT = 3
LARGEST_SHARE = 0.75

# Work with these groups is high whoever leads it: a list of it by place could be used against them.
SENSITIVE_GROUPS = frozenset(
    [
        "women",
        "girls",
        "mothers",
        "minorities",
        "religious-minorities",
        "refugees",
        "idps",
        "madrasas",
        "madrasa-students",
        "madrasa-teachers",
        "returnees",
        "ex-combatants",
        "prisoners",
        "detainees",
        "families-of-detainees",
        "survivors",
        "victims",
    ]
)
STATE_KINDS = frozenset({"government", "security"})
PUBLIC_KINDS = frozenset({"government", "security", "academic", "un", "donor", "ingo"})


@dataclass(frozen=True)
class Disclosed:
    """Tables as one audience may see them, and the class of every initiative and organisation.

    ``coarsened`` and ``unnamed`` count the initiatives placed only by province and those without a name.
    """

    tables: Tables
    audience: Audience
    classes: Mapping[str, Sensitivity]
    organisation_classes: Mapping[str, Sensitivity]
    coarsened: int
    unnamed: int


def default_sensitivity(
    *,
    lead_kind: str | None,
    state_run: bool,
    public_university_event: bool,
    groups: Iterable[str],
    violent_area: bool,
) -> Sensitivity:
    """The class of a record whose owner has set none (methods N).

    High in a district of active violence or for a sensitive group, whoever leads; otherwise low for state-run bodies
    and public university events; otherwise moderate. What is doubtful (an unknown lead) is high.
    """
    if violent_area or any(_sensitive(g) for g in groups):
        return "high"
    if lead_kind is None:
        return "high"
    if lead_kind in STATE_KINDS or state_run or public_university_event:
        return "low"
    return "moderate"


def _sensitive(group: str) -> bool:
    """Whether a group's code speaks of a sensitive group; "women" also catches "rural-women"."""
    if group in SENSITIVE_GROUPS:
        return True
    parts = set(group.split("-"))
    singular = {"woman", "girl", "minority", "refugee", "idp", "displaced", "madrasa", "madaris", "returnee", "combatants",
                "prisoner", "seminary", "seminaries", "detainee"}  # fmt: skip
    return bool(parts & (SENSITIVE_GROUPS | singular))


def organisation_sensitivity(row: Mapping[str, Any]) -> Sensitivity:
    """The class of an organisation: its own word, else high when women or youth lead it, low for public bodies."""
    if row["sensitivity"]:
        return row["sensitivity"]  # type: ignore[no-any-return]
    if row["women_led"] or row["youth_led"] or row["stands_for"]:
        return "high"
    return "low" if row["kind"] in PUBLIC_KINDS else "moderate"


def violent_areas(tables: Tables, framework: Framework, scope: Scope) -> frozenset[str]:
    """Areas of active violence for the rule above, which errs towards more of them.

    An area is one when the event sources report in it at least ``active_violence_events`` events in the last 60
    months that they cover, or when any publisher printed at least that many attacks or incidents for it.
    """
    least = framework.number("active_violence_events")
    rows = tables["events"].select(["place", "date", "events", "location_precision"]).to_pylist()
    totals: dict[str, float] = {}
    if rows:
        newest = max(r["date"] for r in rows)
        opens = months_before(first_day(newest) + dt.timedelta(days=31), 60)
        for row in rows:
            if first_day(row["date"]) < opens or row["location_precision"] > 3:
                continue
            for position in scope.members.get(row["place"], ()):
                area = scope.areas[position]
                totals[area] = totals.get(area, 0) + row["events"]
    found = {area for area, count in totals.items() if count >= least}
    for row in tables.rows("published_figures"):
        at = scope.position(row["area"]) if row["area"] else None
        if at is not None and row["measure"] in ("attacks", "incidents") and row["value"] >= least:
            found.add(scope.areas[at])
    return frozenset(found)


def sensitivity_classes(tables: Tables, framework: Framework, scope: Scope) -> dict[str, Sensitivity]:
    """The class of every initiative: the owner's word, else the rule; an owner's word below the rule stands."""
    violent = violent_areas(tables, framework, scope)
    organisations = {row["id"]: row for row in tables.rows("organisations")}
    groups: dict[str, set[str]] = {}
    for row in tables.rows("initiative_groups"):
        groups.setdefault(row["initiative"], set()).add(row["group"])
    areas: dict[str, set[str]] = {}
    for row in tables.rows("initiative_areas"):
        inside = (
            scope.members.get(row["area"], ()) if scope.kind.get(row["area"]) in ("area", "former") else ()
        )
        areas.setdefault(row["initiative"], set()).update(scope.areas[p] for p in inside)
    out: dict[str, Sensitivity] = {}
    for row in tables.rows("initiatives"):
        lead = organisations.get(row["lead"])
        if row["sensitivity"]:
            out[row["id"]] = row["sensitivity"]
            continue
        led_by_few = lead is not None and organisation_sensitivity(lead) == "high"
        out[row["id"]] = "high" if led_by_few else default_sensitivity(
            lead_kind=lead["kind"] if lead else None,
            state_run=row["state_link"] == "state-run",
            public_university_event=bool(lead and lead["kind"] == "academic" and lead["state_linked"]),
            groups=groups.get(row["id"], ()),
            violent_area=bool(areas.get(row["id"], set()) & violent),
        )  # fmt: skip
    return out


def severe_records(tables: Tables) -> list[Problem]:
    """A refusal for every record that its owner marks severe: Jaiza does not hold it."""
    out = []
    for name in ("initiatives", "organisations"):
        for row in tables.rows(name):
            if row["sensitivity"] == "severe":
                out.append(
                    Problem(text("severe records are not held"), text("delete the row"), "refused_severe",
                            file=row["src_file"], sheet=row["src_sheet"], row=row["src_row"], column="sensitivity",
                            refused=True)
                )  # fmt: skip
    return out


def disclosed(tables: Tables, framework: Framework, scope: Scope, audience: Audience = "public") -> Disclosed:
    """The tables of a study as an audience may see them; everything that leaves is computed from these."""
    classes = sensitivity_classes(tables, framework, scope)
    organisation_classes = {r["id"]: organisation_sensitivity(r) for r in tables.rows("organisations")}
    if audience == "restricted":
        return Disclosed(tables, audience, classes, organisation_classes, 0, 0)
    places, coarsened = _coarsened_places(tables, scope, classes)
    unnamed = sum(1 for c in classes.values() if c != "low")
    return Disclosed(
        tables.replaced(
            initiatives=_unnamed_initiatives(tables, classes, coarsened),
            initiative_areas=places,
            organisations=_unnamed_organisations(tables, scope, organisation_classes),
        ),
        audience,
        classes,
        organisation_classes,
        len(coarsened),
        unnamed,
    )


def _coarsened_places(
    tables: Tables, scope: Scope, classes: Mapping[str, Sensitivity]
) -> tuple[pa.Table, set[str]]:
    """Places of high records by province only; each province once a record."""
    out, seen, coarsened = [], set(), set()
    for row in tables.rows("initiative_areas"):
        if classes.get(row["initiative"]) in ("high", "severe"):
            code = row["area"]
            if scope.kind.get(code) in ("area", "former"):
                coarsened.add(row["initiative"])
                codes = {scope.parent(scope.areas[p]) for p in scope.members[code]} or {scope.parent(code)}
            else:
                codes = {code}
            for parent in sorted(codes - {""}):
                if (row["initiative"], parent) not in seen:
                    seen.add((row["initiative"], parent))
                    out.append({**row, "area": parent, "share": None})
        else:
            out.append(row)
    return pa.Table.from_pylist(out, schema=TABLES["initiative_areas"].schema), coarsened


def _unnamed_initiatives(tables: Tables, classes: Mapping[str, Sensitivity], coarsened: set[str]) -> pa.Table:
    out = []
    for row in tables.rows("initiatives"):
        shown = dict(row)
        if classes[row["id"]] != "low":
            shown |= {"title": "withheld", "title_ur": None, "budget": None, "budget_state": "withheld",
                      "budget_currency": None}  # fmt: skip
        if row["id"] in coarsened and row["location_basis"] == "areas":
            shown["location_basis"] = "parent"
        out.append(shown)
    return pa.Table.from_pylist(out, schema=TABLES["initiatives"].schema)


def _unnamed_organisations(tables: Tables, scope: Scope, classes: Mapping[str, Sensitivity]) -> pa.Table:
    out = []
    for row in tables.rows("organisations"):
        shown = dict(row)
        if classes[row["id"]] != "low":
            shown |= {"name": "withheld", "name_ur": None, "founded": None}
            area = row["area"]
            if area and scope.kind.get(area) == "area":
                shown["area"] = scope.parent(area) or None
        if classes[row["id"]] == "high":
            shown["area"] = None
        out.append(shown)
    return pa.Table.from_pylist(out, schema=TABLES["organisations"].schema)


def organisation_count(count: int, *, by_district: bool, audience: Audience) -> int | None:
    """How many organisations may be told: for the public never by district, and never fewer than three."""
    if audience == "restricted":
        return count
    if by_district or 0 < count < SMALLEST_ORGANISATION_COUNT:
        return None
    return count


def initiative_count(count: int, *, by_district: bool, audience: Audience) -> int | None:
    """How many initiatives may be told: for the public by province only."""
    return None if by_district and audience == "public" else count


def few_contributors(amounts: Mapping[str, float]) -> bool:
    """Whether a figure made of contributions must be withheld: fewer than three contributors, or one above 75 %."""
    given = [a for a in amounts.values() if a > 0]
    return 0 < len(given) < SMALLEST_ORGANISATION_COUNT or bool(
        given and max(given) > LARGEST_SHARE * sum(given)
    )


def require_role(audience: Audience, *, allowed: bool) -> None:
    """Raises Refused when the restricted view is asked for without a role."""
    if audience == "restricted" and not allowed:
        raise Refused(
            text("the restricted view needs a role; name your login under [restricted] readers in study.toml, "
                 "if you hold this study, or ask whoever does")
        )  # fmt: skip
