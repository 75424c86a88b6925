"""Snapshots: typed tables by hash, and a pointer that may be lost or damaged without losing them."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
import small_study

from jaiza.errors import JaizaError
from jaiza.records.declared import TABLES
from jaiza.store.snapshots import digest, make_current, open_snapshot, write_snapshot
from jaiza.study import Study


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return small_study.make(tmp_path / "study")


def test_tables_come_back_as_declared_with_their_rows(study: Study) -> None:
    tables = study.build().tables()
    for name in small_study.TABLES:
        assert tables[name].schema.equals(TABLES[name].schema)
    row = tables.rows("events")[2]
    assert (row["place"], row["src_file"], row["src_row"]) == ("X203", "events.csv", 4)
    assert tables.rows("funding") == []


def test_the_hash_follows_contents_and_not_their_order() -> None:
    assert digest({"a": b"1", "b": b"2"}) == digest({"b": b"2", "a": b"1"})
    assert (
        len({digest({"a": b"1"}), digest({"a": b"2"}), digest({"b": b"1"}), digest({"a": b"1", "b": b""})})
        == 4
    )


@pytest.mark.parametrize("damage", [b"", b"\xff\xfe\n", b"../../etc\n", b"0123456789abcdef\n"])
def test_a_damaged_pointer_is_mended_by_the_next_build(study: Study, damage: bytes) -> None:
    built = study.build()
    pointer = study.folder / "snapshots" / "current"
    pointer.write_bytes(damage)
    assert open_snapshot(pointer.parent) is None
    assert study.build().name == built.name
    assert pointer.read_text() == f"{built.name}\n"
    pointer.unlink()
    assert study.build().name == built.name
    assert pointer.exists()


def test_a_snapshot_without_manifest_is_built_again(study: Study) -> None:
    built = study.build()
    (built.folder / "manifest.json").unlink()
    again = study.build()
    assert again.name == built.name
    assert (again.folder / "manifest.json").exists()


def test_what_an_unfinished_build_left_is_swept_away(study: Study) -> None:
    left = study.folder / "snapshots" / ".abc.new-1"
    left.mkdir(parents=True)
    (left / "areas.parquet").write_bytes(b"half")
    study.build()
    assert not left.exists()


def test_two_builds_write_the_same_bytes(tmp_path: Path) -> None:
    one, two = (small_study.make(tmp_path / n).build() for n in ("one", "two"))
    assert one.name == two.name
    for path in one.folder.iterdir():
        assert path.read_bytes() == (two.folder / path.name).read_bytes(), path.name


def test_an_engine_that_is_not_there(study: Study) -> None:
    with pytest.raises(JaizaError, match="abacus is not installed"):
        study.build().tables("abacus")


def test_an_older_snapshot_can_be_made_current(tmp_path: Path) -> None:
    tables: dict[str, pa.Table] = {"areas": TABLES["areas"].empty()}
    first = write_snapshot(tmp_path, "a" * 16, tables, {})
    write_snapshot(tmp_path, "b" * 16, tables, {})
    assert open_snapshot(tmp_path).name == "b" * 16  # type: ignore[union-attr]
    make_current(tmp_path, first)
    assert open_snapshot(tmp_path).name == "a" * 16  # type: ignore[union-attr]
