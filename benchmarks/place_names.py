"""How well place names are matched, on the names that fifteen real sources use for the districts of Pakistan.

    python benchmarks/place_names.py [--details]

Four trials, each with the level (district) known:

1. leave one source out: every row of a source against an index of all other sources' names, once without and
   once with the province;
2. official names only: every row against the English names of the boundary file alone;
3. leave one place out: every name of a place against an index that knows nothing of it, so that any sure
   answer is wrong;
4. names of tehsils, which are not districts: a sure answer is wrong unless the tehsil lies in that district.

Trials 2 to 4 leave out names that another place of the index bears letter for letter ("Sahiwal", a tehsil of
Sargodha and a district; "Kalat" before and after it was split): nothing in such a text can tell them apart.

A row is right when it gives the code of the row: for a district that a source draws together with a later
split ("Kalat" of 2017), the set of its present districts; for a part, the district around it. Three rows fold
a district of Gilgit-Baltistan that has its own code into its neighbour; there both codes are right.
Exit code 1 when any answer is surely wrong or when fewer than 90 % are sure.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from jaiza.places.names import Match, NameIndex, PlaceName

SHARED = Path(__file__).resolve().parents[1].parent / "shared"
TABLES = SHARED / "data" / "tables"
TEHSILS = SHARED / "data" / "raw" / "cod_ab_pak" / "pak_adminboundaries_tabulardata.xlsx"
COUNTRY = "PK"
DISTRICT = 2


@dataclass(frozen=True)
class Row:
    """One name of one source and what it stands for; ``code`` joins the codes of several districts with ';'."""

    source: str
    name: str
    relation: str
    code: str

    @property
    def members(self) -> tuple[str, ...]:
        return tuple(self.code.split(";"))


@dataclass(frozen=True)
class Atlas:
    """The rows, and the province and English name of each district."""

    rows: tuple[Row, ...]
    province: dict[str, str]
    province_name: dict[str, str]


def read_atlas(tables: Path = TABLES) -> Atlas:
    """The rows of district_names.csv that have a name and a place, and the provinces of areas.csv."""
    with (tables / "areas.csv").open(encoding="utf-8", newline="") as file:
        areas = list(csv.DictReader(file))
    with (tables / "district_names.csv").open(encoding="utf-8", newline="") as file:
        named = [r for r in csv.DictReader(file) if r["source_name"] and r["pcodes"]]
    rows = tuple(Row(r["source"], r["source_name"], r["match_type"], r["pcodes"]) for r in named)
    province = {a["pcode"]: a["province_pcode"] for a in areas}
    return Atlas(rows, province, {a["province_pcode"]: a["province"] for a in areas})


def index_of(rows: Iterable[Row], atlas: Atlas) -> NameIndex:
    """An index of these rows' names, with the provinces above them.

    Folded districts that have a code of their own are left out: their name means themselves.
    """
    rows = list(rows)
    own = {row.name.casefold() for row in rows if row.relation == "exact"}
    names = [PlaceName(COUNTRY, "Pakistan", None, 0, "official")]
    names += [PlaceName(code, name, COUNTRY, 1, "official") for code, name in atlas.province_name.items()]
    kinds = {"exact": "official", "alias": "alternative", "split_parent": "former", "part_of": "part"}
    for row in rows:
        if row.relation == "part_of" and row.name.casefold() in own:
            continue
        parent = atlas.province[row.members[0]]
        names.append(PlaceName(row.code, row.name, parent, DISTRICT, kinds[row.relation]))  # type: ignore[arg-type]
    present = {name.code for name in names}
    members = {r.code: [m for m in r.members if m in present] for r in rows if r.relation == "split_parent"}
    return NameIndex(names, members=members)


@dataclass
class Score:
    """Counts of one trial and the answers that were surely wrong or not sure."""

    counts: Counter[str]
    wrong: list[tuple[Row, Match]]
    unsure: list[tuple[Row, Match]]

    @property
    def recall(self) -> float:
        rows = self.counts.total()
        return self.counts["sure"] / rows if rows else 1.0


def judge(
    rows: Sequence[Row], index: NameIndex, right: dict[Row, set[str]], parents: dict[Row, str | None]
) -> Score:
    """The outcome of each row: sure (and right), wrong, ask or unknown."""
    score = Score(Counter(), [], [])
    for row in rows:
        found = index.match(row.name, parent=parents[row], level=DISTRICT)
        outcome = found.outcome if found.outcome != "sure" or found.code in right[row] else "wrong"
        score.counts[outcome] += 1
        if outcome == "wrong":
            score.wrong.append((row, found))
        elif outcome != "sure":
            score.unsure.append((row, found))
    return score


def without_namesakes(rows: Iterable[Row], others: Iterable[Row]) -> list[Row]:
    """The rows whose spelling no row of another place in ``others`` has, once each."""
    bearers: dict[str, set[str]] = defaultdict(set)
    for other in others:
        bearers[_bare(other.name)].add(other.code)
    unique = {(row.name, row.code): row for row in sorted(rows, key=lambda r: (r.name, r.source))}
    return [row for row in unique.values() if bearers[_bare(row.name)] <= {row.code}]


def _bare(name: str) -> str:
    words = name.casefold().replace("-", " ").split()
    return " ".join(w for w in words if w not in ("district", "agency"))


def official_only(atlas: Atlas) -> Score:
    """Every row judged by the English names of the boundary file alone."""
    official = [r for r in atlas.rows if r.source == "cod_ab_2022"]
    rows = without_namesakes(atlas.rows, official)
    return judge(rows, index_of(official, atlas), {r: {r.code} for r in rows}, dict.fromkeys(rows))


def leave_source_out(atlas: Atlas, *, with_parent: bool) -> dict[str, Score]:
    """Score by source, its names judged by an index of all the others' names."""
    own = {r.name.casefold(): r.code for r in atlas.rows if r.relation == "exact"}
    right = {
        r: {r.code, own[r.name.casefold()]}
        if r.relation == "part_of" and r.name.casefold() in own
        else {r.code}
        for r in atlas.rows
    }
    parents = {r: atlas.province[r.members[0]] if with_parent else None for r in atlas.rows}
    scores = {}
    for source in sorted({r.source for r in atlas.rows}):
        index = index_of((r for r in atlas.rows if r.source != source), atlas)
        scores[source] = judge([r for r in atlas.rows if r.source == source], index, right, parents)
    return scores


def leave_place_out(atlas: Atlas) -> Score:
    """Every name of a place, judged by an index that lacks the place and all larger places that hold it."""
    by_place: dict[str, set[Row]] = defaultdict(set)
    for row in atlas.rows:
        for member in row.members:
            by_place[member].add(row)
    total = Score(Counter(), [], [])
    for rows in by_place.values():
        others = [r for r in atlas.rows if r not in rows]
        tried = without_namesakes(rows, others)
        score = judge(tried, index_of(others, atlas), {r: set() for r in tried}, dict.fromkeys(tried))
        total.counts += score.counts
        total.wrong += score.wrong
    return total


def tehsils(atlas: Atlas, path: Path = TEHSILS) -> Score:
    """Names of tehsils asked for as districts; right only when the tehsil lies in the district given."""
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True)
    lines = book["Admin3"].iter_rows(min_row=2, values_only=True)
    rows = [Row("tehsils", str(r[2]), "tehsil", str(r[8])) for r in lines if r[2] and r[8]]
    book.close()
    index = index_of(atlas.rows, atlas)
    rows = without_namesakes(rows, atlas.rows)
    within: dict[Row, set[str]] = {r: {r.code} for r in rows}
    for row in rows:
        within[row] |= {r.code for r in atlas.rows if r.relation == "split_parent" and row.code in r.members}
    return judge(rows, index, within, {r: atlas.province[r.code] for r in rows})


def _table(title: str, scores: dict[str, Score]) -> None:
    print(f"\n{title}")
    print(f"{'source':28}{'rows':>6}{'sure':>6}{'wrong':>7}{'ask':>5}{'unknown':>9}{'recall':>8}")
    total: Counter[str] = Counter()
    for source, score in scores.items():
        total += score.counts
        _line(source, score.counts)
    if len(scores) > 1:
        _line("all", total)


def _line(name: str, counts: Counter[str]) -> None:
    rows = counts.total()
    print(
        f"{name:28}{rows:>6}{counts['sure']:>6}{counts['wrong']:>7}{counts['ask']:>5}{counts['unknown']:>9}"
        f"{counts['sure'] / rows:>8.1%}"
    )


def _details(scores: Iterable[Score], *, unsure: bool) -> None:
    for score in scores:
        for row, found in score.wrong:
            print(f"  WRONG  {row.source}: {row.name!r} is {row.code}, got {found.code} ({found.evidence})")
        for row, found in score.unsure if unsure else []:
            print(
                f"  {found.outcome:7}{row.source}: {row.name!r} is {row.code}: {found.candidates} ({found.evidence})"
            )


def main(arguments: Sequence[str]) -> int:
    if not TABLES.is_dir():
        print(f"not run: {TABLES} is not there")
        return 0
    atlas = read_atlas()
    failed = False
    for with_parent in (False, True):
        scores = leave_source_out(atlas, with_parent=with_parent)
        _table(f"leave one source out, province {'known' if with_parent else 'unknown'}", scores)
        _details(scores.values(), unsure="--details" in arguments)
        rows = sum(s.counts.total() for s in scores.values())
        failed |= (
            any(s.wrong for s in scores.values())
            or sum(s.counts["sure"] for s in scores.values()) < 0.9 * rows
        )
    trials = {"official names only": official_only, "leave one place out": leave_place_out}
    if TEHSILS.is_file():
        trials["tehsils as districts"] = tehsils
    for title, trial in trials.items():
        score = trial(atlas)
        _table(title, {title: score})
        _details([score], unsure=False)
        failed |= bool(score.wrong)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
