"""Files and folders that appear whole or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Write a file beside its place and move it there; a crash leaves the old one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(beside, 0o644)
        os.replace(beside, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(beside)
        raise


@contextlib.contextmanager
def folder_beside(place: Path) -> Iterator[Path]:
    """A new folder to fill, which takes the place of ``place`` when the block ends well.

    The old folder is moved aside first and removed last, so that at every moment one whole folder can be found:
    ``place`` itself, or ``.<name>.old`` beside it, which :func:`recovered` puts back after a crash.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(dir=place.parent, prefix=f".{place.name}.new-"))
    os.chmod(beside, 0o755)
    try:
        yield beside
        for path in sorted(beside.rglob("*")):
            if path.is_file():
                with path.open("rb") as file:
                    os.fsync(file.fileno())
        old = place.with_name(f".{place.name}.old")
        if place.exists():
            if old.exists():
                shutil.rmtree(old)
            os.rename(place, old)
        os.rename(beside, place)
        shutil.rmtree(old, ignore_errors=True)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise


def recovered(place: Path) -> Path:
    """``place``, put back from ``.<name>.old`` when a crash came between the two moves of a swap."""
    old = place.with_name(f".{place.name}.old")
    if not place.exists() and old.exists():
        os.rename(old, place)
    return place


def sweep(folder: Path) -> None:
    """Remove what unfinished builds left beside their places in ``folder``."""
    for left in folder.glob(".*.new-*"):
        shutil.rmtree(left, ignore_errors=True)
