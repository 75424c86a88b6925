"""Gather every sentence of the package into the Urdu catalogue and compile it: python tools/language.py

New sentences come in untranslated; a test fails until they have an Urdu text.
"""

from __future__ import annotations

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

SOURCE = Path(__file__).resolve().parents[1] / "src" / "jaiza"
FOLDER = SOURCE / "language" / "ur" / "LC_MESSAGES"
KEYWORDS = {"text": (1,), "texts": (1, 2), "mark": (1,), "t": (1,), "ts": (1, 2)}
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]


def extracted() -> Catalog:
    """Every sentence of the package."""
    catalogue = Catalog(project="jaiza", domain="jaiza")
    for file, line, message, comments, context in extract_from_dir(SOURCE, METHODS, keywords=KEYWORDS):
        if message:
            catalogue.add(message, None, [(file, line)], auto_comments=comments, context=context)
    return catalogue


def main() -> None:
    """Bring the catalogue up to date and compile it."""
    path = FOLDER / "jaiza.po"
    with path.open("rb") as file:
        held = read_po(file, locale="ur", domain="jaiza")
    held.update(extracted(), no_fuzzy_matching=True)
    with path.open("wb") as file:
        write_po(
            file, held, sort_output=True, no_location=True, omit_header=False, ignore_obsolete=True, width=110
        )
    with (FOLDER / "jaiza.mo").open("wb") as file:
        write_mo(file, held)
    left = [m.id for m in held if m.id and not all(m.string if isinstance(m.string, tuple) else (m.string,))]
    print(f"{len(held)} sentences, {len(left)} without an Urdu text")


if __name__ == "__main__":
    main()
