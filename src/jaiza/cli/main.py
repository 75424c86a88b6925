"""The command line: options, what is printed where, and how a command ends."""

from __future__ import annotations

import os
import re
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.exceptions import TyperException

from jaiza.cli import printing
from jaiza.errors import DATA_PROBLEMS, WRONG_USE, DataProblems, JaizaError, WrongUse, grouped
from jaiza.language import LANGUAGES, text

app = typer.Typer(
    name="jaiza", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None,
    help="Finds the gaps in community-led work against violent extremism and says how sure it is.",
)  # fmt: skip

StudyDir = Annotated[Path, typer.Option("--study", help="folder of the study")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="date of the round (default: the newest)")]
Format = Annotated[printing.Format, typer.Option("--format", help="how to print")]
AudienceOption = Annotated[
    printing.AudienceName, typer.Option("--audience", help="who may see what is printed")
]
Here = Path(".")


@app.callback()
def settings(
    lang: Annotated[str, typer.Option(help="language of what is said: en or ur", envvar="JAIZA_LANG")] = "en",
    debug: Annotated[bool, typer.Option(help="show where an unexpected failure happened")] = False,
) -> None:
    """Options that every command takes."""
    if lang not in LANGUAGES:
        raise WrongUse(text("{lang} is not spoken here; write en or ur", lang=lang))
    printing.speak(lang)
    if debug:
        os.environ["JAIZA_DEBUG"] = "1"


@app.command()
def demo(
    folder: Annotated[
        Path | None, typer.Argument(help="where to put it (default: demo, or demo-PACK)")
    ] = None,
    pack: Annotated[str, typer.Option(help="pakistan or training")] = "pakistan",
) -> None:
    """The built-in study, from its tables to the findings and the report."""
    from jaiza.study import demo as run

    if pack == "empty":
        raise WrongUse(text("the empty pack has nothing to show; use jaiza new DIR --pack empty"))
    study = run(folder, pack, progress=printing.progress())
    for as_of in study.rounds:
        printing.findings(study.results(as_of), study.folder)
    printing.say(
        text(
            "Reports: {path}",
            path=str(study.folder / "results" / study.rounds[-1].isoformat() / "report.html"),
        )
    )


@app.command()
def new(
    folder: Annotated[Path, typer.Argument(help="folder of the new study")],
    pack: Annotated[
        str, typer.Option(help="pakistan, training, or empty for templates to fill in")
    ] = "empty",
) -> None:
    """Start a study."""
    from jaiza.study import new_study

    study = new_study(folder, pack)
    printing.say(text("Started {folder}.", folder=str(study.folder)))
    if pack == "empty":
        printing.say(text("Fill in the templates you need from {path}, save each in {data}, then run jaiza check.",
                          path=str(folder / "templates"), data=str(folder / "data")))  # fmt: skip


@app.command()
def check(study: StudyDir = Here, output: Format = printing.Format.table) -> None:
    """Every problem in the study: file, sheet, row, column, value, and how to mend it."""
    from jaiza.study import open_study

    opened = open_study(study)
    problems = opened.check()
    printing.problems(problems, output)
    stopping = [p for p in problems if not p.warning]
    if stopping:
        raise typer.Exit(DataProblems(stopping).exit_code)
    if output is printing.Format.table:
        printing.missing_tables(opened)


@app.command()
def assess(
    study: StudyDir = Here,
    as_of: AsOf = None,
    draws: Annotated[int, typer.Option(help="number of draws behind each interval")] = 2000,
    seed: Annotated[int, typer.Option(help="the same seed gives the same bytes")] = 0,
    engine: Annotated[str, typer.Option(help="duckdb or spark", envvar="JAIZA_ENGINE")] = "duckdb",
    audience: AudienceOption = printing.AudienceName.public,
) -> None:
    """Assess the rounds of a study and write results and reports."""
    from jaiza.study import open_study

    if engine != "duckdb":
        raise WrongUse(text("the engine {engine} is not there yet; write duckdb", engine=engine))
    opened = open_study(study)
    if not opened.build().manifest["tables"].get("areas", {}).get("rows"):
        printing.say(text("Nothing can be assessed yet: the study has no areas."))
        printing.missing_tables(opened)
        return
    rounds = [opened.round(as_of)] if as_of is not None else opened.rounds
    if not rounds:
        opened.round(None)
    for results in opened.assess_rounds(
        rounds, draws, seed, audience=audience.value, progress=printing.progress()
    ):
        printing.findings(results, opened.folder)
    printing.missing_tables(opened, short=True)


@app.command()
def gaps(
    gap: Annotated[
        str | None,
        typer.Argument(
            help="need, coverage, resource, evidence, presence, overlaps, blind_spots, money (default: an overview)"
        ),
    ] = None,
    study: StudyDir = Here,
    as_of: AsOf = None,
    area: Annotated[str | None, typer.Option(help="code of one area")] = None,
    ended: Annotated[bool, typer.Option(help="with coverage: work that ended and was not replaced")] = False,
    output: Format = printing.Format.table,
    audience: AudienceOption = printing.AudienceName.public,
) -> None:
    """The gaps of a round, by area."""
    from jaiza.study import open_study

    results = open_study(study).results(as_of, audience.value)
    if ended:
        printing.rows(results, "ended", output, area=area)
    elif gap is None:
        printing.overview(results, output, area=area)
    elif gap in printing.LISTS:
        printing.rows(results, gap, output, area=area)
    else:
        printing.one_gap(results, gap, output, area=area)


@app.command()
def explain(
    figure: Annotated[str | None, typer.Argument(help="id of a figure, as printed beside it")] = None,
    row: Annotated[
        str | None, typer.Option(help="TABLE:ROW, to list every figure that a row touched")
    ] = None,
    study: StudyDir = Here,
    as_of: AsOf = None,
    output: Format = printing.Format.table,
    audience: AudienceOption = printing.AudienceName.public,
) -> None:
    """From a figure to its rows, formula and parameters; or from a row to its figures."""
    from jaiza.explain import explain as open_figure
    from jaiza.explain import figures_of_row
    from jaiza.study import open_study

    opened = open_study(study)
    if (figure is None) == (row is None):
        raise WrongUse(text("name a figure, or a row with --row TABLE:ROW"))
    if row is not None:
        table, _, number = row.partition(":")
        if not re.fullmatch("[0-9]{1,18}", number):
            raise WrongUse(text("{row} is no row; write TABLE:ROW, such as events:41", row=row))
        printing.figure_ids(figures_of_row(opened.results(as_of, audience.value), table, int(number)), output)
        return
    assert figure is not None
    parts = figure.split(":")
    dated = as_of or next((p for p in parts if len(p) == 10 and p[4:5] == "-"), None)
    printing.explanation(open_figure(opened.results(dated, audience.value), figure), output)


@app.command()
def report(
    study: StudyDir = Here,
    as_of: AsOf = None,
    output: Annotated[str, typer.Option("--format", help="html")] = "html",
    lang: Annotated[str, typer.Option(help="en or ur")] = "en",
    out: Annotated[Path | None, typer.Option(help="file to write")] = None,
    audience: AudienceOption = printing.AudienceName.public,
) -> None:
    """The report of a round as one file that opens without a network."""
    from jaiza.report.html import report_files
    from jaiza.store.swapping import write_whole
    from jaiza.study import open_study

    if output != "html":
        raise WrongUse(text("{format} is not there yet; write html", format=output))
    if lang not in LANGUAGES:
        raise WrongUse(text("{lang} is not spoken here; write en or ur", lang=lang))
    results = open_study(study).results(as_of, audience.value)
    content = next(iter(report_files(results, (lang,)).values()))
    path = out or Path(f"jaiza-{results.as_of}.{lang}.html")
    write_whole(path, content)
    printing.say(text("Wrote {path}.", path=str(path)))


def main(arguments: list[str] | None = None) -> Any:
    """Run one command; ends the process with its exit code and never with a traceback."""
    try:
        sys.exit(_run(arguments))
    except DataProblems as error:
        printing.problem_lines(grouped(error.problems), sys.stderr)
        sys.exit(error.exit_code)
    except JaizaError as error:
        printing.warn(error.text)
        sys.exit(error.exit_code)
    except typer.Exit as end:
        sys.exit(end.exit_code)
    except typer.Abort:
        sys.exit(130)
    except TyperException as error:
        show = getattr(error, "show", None)
        if show is not None:
            show()
        sys.exit(WRONG_USE)
    except OSError as error:
        printing.warn(
            text(
                "{file} cannot be read or written ({reason})",
                file=str(error.filename or ""),
                reason=error.strerror or str(error),
            )
        )
        sys.exit(DATA_PROBLEMS)
    except Exception as error:
        if os.environ.get("JAIZA_DEBUG"):
            raise
        _unexpected(error)


def _run(arguments: list[str] | None) -> int:
    try:
        code = app(arguments, standalone_mode=False)
    except SystemExit:
        # So the parser ends when whoever reads the pipe has left, such as head; that is no problem of the data.
        return 0
    return code if isinstance(code, int) else 0


def _unexpected(error: Exception) -> None:
    """One sentence and where the log is; what failed stays out of the terminal."""
    handle, path = tempfile.mkstemp(prefix="jaiza-", suffix=".log")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write("".join(traceback.format_exception(error)))
    printing.warn(
        text(
            "Something failed that should not have; nothing was changed. The log is {path}; please report it.",
            path=path,
        )
    )
    sys.exit(DATA_PROBLEMS)
