"""A study: a folder that a person owns, and everything that can be asked of it.

``study.toml`` names it, ``framework.toml`` holds its judgements, ``data/`` its tables, ``snapshots/`` and
``results/`` what Jaiza makes of them. Files in ``data/`` are never changed by an assessment.
"""

from __future__ import annotations

import datetime as dt
import getpass
import hashlib
import shutil
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any

from jaiza import framework as framework_file
from jaiza.assess import About, assess
from jaiza.build import Reading, build, read_study, table_files
from jaiza.disclosure import Audience, require_role
from jaiza.errors import DataProblems, JaizaError, Problem, WrongUse
from jaiza.framework import Framework
from jaiza.language import LANGUAGES, text
from jaiza.records.declared import TABLES
from jaiza.records.tables_of_study import Tables
from jaiza.report.html import report_files
from jaiza.store.results import Results, open_results, rounds_on_disk, write_results
from jaiza.store.snapshots import Snapshot

PACKS = ("pakistan", "training", "empty")
Progress = Callable[[str, int, int], None]


@dataclass
class Study:
    """A study on disk. Opening it reads ``study.toml`` and ``framework.toml`` and nothing else."""

    folder: Path
    about: dict[str, Any]
    framework: Framework
    today: dt.date = field(default_factory=dt.date.today)

    @property
    def rounds(self) -> list[dt.date]:
        """Dates of the rounds, oldest first."""
        return sorted(dt.date.fromisoformat(str(r)) for r in self.about.get("rounds", []))

    @property
    def fictional(self) -> bool:
        """Whether the study is made up, which every page must then say."""
        return bool(self.about.get("fictional", False))

    @property
    def versions(self) -> dict[str, int]:
        """For which version of each table the study's files were made; tables not named are at version 1."""
        return {str(k): int(v) for k, v in self.about.get("versions", {}).items()}

    def read(self) -> Reading:
        """All tables as typed rows with every problem, refusals of severe records included."""
        return read_study(self.folder / "data", self.framework, today=self.today, versions=self.versions)

    def check(self) -> list[Problem]:
        """Every problem and warning in the study's files."""
        return self.read().problems

    def build(self) -> Snapshot:
        """The snapshot of the files as they are; raises DataProblems and changes nothing when they have problems."""
        return build(self.folder, self.framework, today=self.today, versions=self.versions)

    def tables(self) -> Tables:
        """The checked tables of the study as it is now."""
        return self.build().tables()

    def assess(
        self, as_of: dt.date | str | None = None, draws: int = 2000, seed: int = 0, *, audience: Audience = "public",
        progress: Progress | None = None,
    ) -> Results:  # fmt: skip
        """Assess one round (default: the newest) and write its results. The restricted view goes to a folder of its own."""
        return self.assess_rounds([self.round(as_of)], draws, seed, audience=audience, progress=progress)[-1]

    def assess_rounds(
        self, rounds: Sequence[dt.date], draws: int = 2000, seed: int = 0, *, audience: Audience = "public",
        progress: Progress | None = None,
    ) -> list[Results]:  # fmt: skip
        """Assess several rounds in order and write the results of each with its report in both languages."""
        if seed < 0:
            raise WrongUse(text("the seed is a whole number of 0 or more; got {seed}", seed=seed))
        if draws < 100:
            raise WrongUse(text("at least 100 draws are needed for an interval; got {draws}", draws=draws))
        self.require(audience)
        snapshot = self.build()
        tables = snapshot.tables()
        if not tables.has("areas"):
            raise JaizaError(text("nothing can be assessed without areas; fill in data/areas.csv"))
        about = About(self.public_about(), snapshot.name, self.framework_hash)
        home = self.results_home(audience)
        out: list[Results] = []
        for step, as_of in enumerate(rounds):
            if progress:
                progress(as_of.isoformat(), step, len(rounds))
            found = assess(tables, self.framework, about, as_of, draws=draws, seed=seed, audience=audience)
            told = Results(found.manifest, found.frames, found.findings, report_files(found, self.languages))
            out.append(write_results(home / as_of.isoformat(), told))
        if progress:
            progress("", len(rounds), len(rounds))
        return out

    def results(self, as_of: dt.date | str | None = None, audience: Audience = "public") -> Results:
        """The results of a round as written (default: the newest round that has results)."""
        self.require(audience)
        home = self.results_home(audience)
        if as_of is None:
            written = rounds_on_disk(home)
            if not written:
                raise JaizaError(text("there are no results yet; run jaiza assess"))
            return open_results(home / written[-1])
        return open_results(home / self.round(as_of).isoformat())

    def results_home(self, audience: Audience = "public") -> Path:
        """Where results of an audience lie: the restricted view never stands among published results."""
        return self.folder / ("results" if audience == "public" else "restricted")

    def round(self, as_of: dt.date | str | None) -> dt.date:
        """The round of that date; the newest for None. Raises WrongUse for a date that is no round of the study."""
        if not self.rounds:
            raise WrongUse(text('study.toml names no rounds; add rounds = ["2025-01-01"]'))
        if as_of is None:
            return self.rounds[-1]
        try:
            date = as_of if isinstance(as_of, dt.date) else dt.date.fromisoformat(as_of)
        except ValueError:
            raise WrongUse(text("{value} is not a date; write year-month-day", value=as_of)) from None
        if date not in self.rounds:
            known = ", ".join(r.isoformat() for r in self.rounds)
            raise WrongUse(
                text(
                    "{value} is no round of this study; its rounds are {known}", value=str(as_of), known=known
                )
            )
        return date

    def require(self, audience: Audience) -> None:
        """Raises Refused when the restricted view is asked for by a login that study.toml does not name."""
        readers = self.about.get("restricted", {}).get("readers", [])
        require_role(audience, allowed=audience == "public" or _login() in readers)

    def unlocked_by(self) -> list[tuple[str, str]]:
        """Tables that the study lacks, and what each would switch on."""
        try:
            filled = {name for name, held in self.build().manifest["tables"].items() if held["rows"]}
        except DataProblems:
            filled = set(table_files(self.folder / "data"))
        return [(name, table.unlocks) for name, table in TABLES.items() if name not in filled]

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages of the study's reports."""
        return tuple(x for x in self.about.get("languages", LANGUAGES) if x in LANGUAGES) or ("en",)

    def public_about(self) -> dict[str, Any]:
        """What results say of the study; who may see the restricted view is left out."""
        return {k: v for k, v in self.about.items() if k != "restricted"}

    @cached_property
    def framework_hash(self) -> str:
        """sha256 of framework.toml."""
        return hashlib.sha256((self.folder / "framework.toml").read_bytes()).hexdigest()

    def _repr_html_(self) -> str:
        rounds = ", ".join(r.isoformat() for r in self.rounds)
        return f"<b>Jaiza study</b> {self.about.get('code', '')}<br>rounds: {rounds}"


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return ""


def open_study(folder: Path | str, *, today: dt.date | None = None) -> Study:
    """The study in a folder. Raises WrongUse when the folder holds none, DataProblems when its files make no sense."""
    home = Path(folder)
    path = home / "study.toml"
    if not path.exists():
        raise WrongUse(
            text(
                "{folder} holds no study (study.toml is missing); start one with jaiza new",
                folder=str(folder),
            )
        )
    try:
        about = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataProblems(
            [
                Problem(
                    text("is not readable TOML ({error})", error=str(error)),
                    text("mend the line named"),
                    "study",
                    file="study.toml",
                )
            ]
        ) from None
    wrong = _wrong_entries(about)
    if wrong:
        raise DataProblems(wrong)
    study = Study(home, about, framework_file.read(home / "framework.toml"), today or dt.date.today())
    try:
        _ = study.rounds
    except ValueError as error:
        raise DataProblems(
            [Problem(text("is not a date ({error})", error=str(error)), text("write rounds as year-month-day"), "study",
                     file="study.toml", column="rounds")]
        ) from None  # fmt: skip
    return study


def _wrong_entries(about: dict[str, Any]) -> list[Problem]:
    """A problem for every entry of study.toml that is not of the kind that is read."""
    restricted = about.get("restricted", {})
    kinds: list[tuple[str, object, bool]] = [
        ("rounds", about.get("rounds", []), isinstance(about.get("rounds", []), list)),
        ("languages", about.get("languages", []), isinstance(about.get("languages", []), list)),
        ("name", about.get("name", {}), isinstance(about.get("name", {}), dict)),
        ("versions", about.get("versions", {}), _is_versions(about.get("versions", {}))),
        ("restricted", restricted, isinstance(restricted, dict) and isinstance(restricted.get("readers", []), list)),
    ]  # fmt: skip
    return [
        Problem(text("is not written as study.toml needs it"), text("compare it with the study.toml of jaiza new"),
                "study", file="study.toml", column=entry, value=str(value))
        for entry, value, fits in kinds
        if not fits
    ]  # fmt: skip


def _is_versions(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(v, int) for v in value.values())


def new_study(folder: Path | str, pack: str = "empty") -> Study:
    """A new study in ``folder``, copied from a pack; "empty" gives templates to fill in.

    Raises WrongUse when the pack is unknown or the folder already holds something.
    """
    from jaiza.records.template import write_templates

    home = Path(folder)
    if pack not in PACKS:
        raise WrongUse(text("{pack} is no pack; the packs are {packs}", pack=pack, packs=", ".join(PACKS)))
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise WrongUse(text("{folder} is not empty; name a new folder", folder=str(folder)))
    home.mkdir(parents=True, exist_ok=True)
    with resources.as_file(resources.files("jaiza") / "packs" / pack) as source:
        for path in sorted(source.rglob("*")):
            if path.is_file():
                target = home / path.relative_to(source)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)
    (home / "data").mkdir(exist_ok=True)
    if pack == "empty":
        write_templates(home / "templates")
    return open_study(home)


def demo(
    folder: Path | str | None = None, pack: str = "pakistan", *, progress: Progress | None = None
) -> Study:
    """The built-in study, assessed for all its rounds, in ``folder`` (default: demo, or demo-training).

    A demo that is there already is used again, so that a second run only computes.
    """
    home = Path(folder) if folder is not None else Path("demo" if pack == "pakistan" else f"demo-{pack}")
    study = open_study(home) if (home / "study.toml").exists() else new_study(home, pack)
    study.assess_rounds(study.rounds, progress=progress)
    return study
