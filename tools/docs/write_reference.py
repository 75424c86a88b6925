"""Write the manual's reference pages from the program itself: tables from their declarations, commands from --help."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from jaiza.records.declared import TABLES
from jaiza.records.manual import overview, page

DOCS = Path(__file__).resolve().parents[2] / "docs"
COMMANDS = ("demo", "new", "check", "assess", "gaps", "explain", "report")


def pages() -> dict[str, str]:
    """Every generated page by its path below docs/."""
    out = {f"tables/{name}.md": page(table) for name, table in TABLES.items()}
    out["tables/index.md"] = overview(TABLES)
    out["commands.md"] = commands()
    return out


def commands() -> str:
    """What --help prints for every command."""
    lines = [
        "# Commands",
        "",
        "Every command ends with 0 done, 1 the data have problems, 2 wrong use, 3 refused.",
        "",
    ]
    environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb"}
    for command in COMMANDS:
        shown = subprocess.run([sys.executable, "-m", "jaiza", command, "--help"], capture_output=True, text=True, check=True,
                               env=environment).stdout  # fmt: skip
        body = "\n".join(line.rstrip() for line in shown.strip().splitlines())
        lines += [f"## jaiza {command}", "", "```", body.replace("python -m jaiza", "jaiza"), "```", ""]
    return "\n".join(lines)


def main() -> None:
    """Write every page; say how many changed."""
    changed = 0
    for name, text in pages().items():
        path = DOCS / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            changed += 1
    print(f"{changed} pages changed")


if __name__ == "__main__":
    main()
