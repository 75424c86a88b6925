"""The report as one self-contained page a language: no script, no address that is loaded, the same bytes each time."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from jaiza.language import LANGUAGES, OWN_NAME
from jaiza.report.charts import HATCHES
from jaiza.report.data_age import context, data_age, data_first
from jaiza.report.gap_tables import gap_tables
from jaiza.report.method_notes import method_notes
from jaiza.report.need_bands import need_bands
from jaiza.report.overview import overview
from jaiza.report.presence_matrix import presence_matrix
from jaiza.report.reading import Reading
from jaiza.report.voice import Voice
from jaiza.store.results import Results


def report_files(results: Results, languages: Sequence[str] = LANGUAGES) -> dict[str, bytes]:
    """Name and content of the report in each language: ``report.html`` in the first, ``report.<code>.html`` in others.

    Each page links to the others. Raises ValueError for a language that Jaiza does not speak.
    """
    strange = [x for x in languages if x not in LANGUAGES]
    if strange or not languages:
        raise ValueError(
            f"languages must be some of {', '.join(LANGUAGES)}; got {', '.join(languages) or 'none'}"
        )
    names = {
        x: "report.html" if i == 0 else f"report.{x}.html" for i, x in enumerate(dict.fromkeys(languages))
    }
    return {name: page(results, language, names).encode("utf-8") for language, name in names.items()}


def page(results: Results, language: str, names: dict[str, str]) -> str:
    """The report in one language; ``names`` are the files of all languages."""
    reading = Reading(results, Voice(language))
    others = [(code, OWN_NAME[code], file) for code, file in names.items() if code != language]
    return _environment().get_template("report.html").render(
        **_words(reading), others=others, css=_css(), hatches=HATCHES, reading=reading, **_sections(reading)
    )  # fmt: skip


def _sections(reading: Reading) -> dict[str, Any]:
    return {
        "overview": overview(reading),
        "bands": need_bands(reading),
        "gaps": gap_tables(reading),
        "presence": presence_matrix(reading),
        "data_first": data_first(reading),
        "context": context(reading),
        "data_age": data_age(reading),
        "methods": method_notes(reading),
    }


def _words(reading: Reading) -> dict[str, Any]:
    voice, study = reading.voice, reading.study
    attribution = study.get("attribution") or []
    return {
        "lang": voice.language,
        "dir": voice.direction,
        "t": voice.t,
        "ts": voice.ts,
        "foreign": voice.foreign,
        "number": voice.number,
        "comma": "، " if voice.language == "ur" else ", ",
        "study_name": voice.both(study.get("name")) or str(study.get("code", "")),
        "study_note": voice.say(voice.both(study.get("note"))),
        "boundary_note": voice.say(voice.both(study.get("boundary_note"))),
        "attribution": [attribution] if isinstance(attribution, str) else list(attribution),
        "fictional": bool(study.get("fictional")),
        "round_date": voice.say(voice.date(reading.as_of)),
        "rounds": [
            {"date": voice.say(voice.date(str(r))), "current": str(r) == reading.as_of}
            for r in sorted(str(r) for r in study.get("rounds", [reading.as_of]))
        ],
        "manifest": reading.results.manifest,
    }


@cache
def _css() -> Markup:
    return Markup((resources.files("jaiza.report") / "jaiza.css").read_text(encoding="utf-8"))


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("jaiza.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
