"""Mutate the bundled tables and read them for a while: python tools/fuzz/fuzz_table_files.py [SECONDS]

Every mutant must be read or refused with problems; anything else ends the run with the bytes that did it.
"""

from __future__ import annotations

import datetime as dt
import random
import sys
import tempfile
import time
from importlib import resources
from pathlib import Path

from jaiza.errors import DataProblems
from jaiza.records.check import check
from jaiza.records.declared import TABLES
from jaiza.sources.table_files import read_table_file

ODD = (
    b'"',
    b",",
    b"\n",
    b"\r",
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b";",
    b"=1+1",
    b"9" * 400,
    "٣".encode(),
    b"-",
    b"e999",
    b"",
)
TODAY = dt.date(2026, 1, 1)


def mutated(content: bytes, rng: random.Random) -> bytes:
    """A copy with a few cuts, doubles and odd bytes."""
    out = bytearray(content[: rng.randrange(1, 6000)])
    for _ in range(rng.randrange(1, 12)):
        at = rng.randrange(len(out) + 1)
        kind = rng.randrange(3)
        if kind == 0:
            out[at:at] = rng.choice(ODD)
        elif kind == 1:
            del out[at : at + rng.randrange(1, 40)]
        else:
            out[at:at] = out[at : at + rng.randrange(1, 80)]
    return bytes(out)


def main(seconds: float) -> None:
    """Read mutants until the time is over; print how many were read and refused."""
    rng, read, refused = random.Random(0), 0, 0
    packs = Path(str(resources.files("jaiza") / "packs"))
    files = sorted(packs.glob("*/data/*.csv"))
    with tempfile.TemporaryDirectory() as folder:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            source = rng.choice(files)
            path = Path(folder) / source.name
            path.write_bytes(mutated(source.read_bytes(), rng))
            try:
                check(TABLES[source.stem], read_table_file(path), today=TODAY)
                read += 1
            except DataProblems:
                refused += 1
            except BaseException:
                kept = Path(tempfile.gettempdir()) / f"jaiza-fuzz-{source.name}"
                kept.write_bytes(path.read_bytes())
                print(f"failed on {kept}")
                raise
    print(f"{read} mutants read, {refused} refused, none failed")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 600)
