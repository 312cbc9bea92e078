"""What tells that files are the same."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from m2fp.evaluation.file_stamp import file_stamp

OLD, NEW = 10**18, 2 * 10**18  # nanoseconds


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"{name}.png" for name in "abc"]
    for path, written in zip(paths, (OLD, OLD, NEW), strict=True):
        path.write_bytes(b"1234")
        os.utime(path, ns=(written, written))
    return paths


def test_neither_order_nor_place_counts(files: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    stamp = file_stamp(files)
    assert stamp.startswith("3 files, ")
    assert file_stamp([*reversed(files), files[0]]) == stamp
    monkeypatch.chdir(files[0].parent)
    assert file_stamp(Path(path.name) for path in files) == stamp


def test_a_file_that_is_older_than_the_newest_counts(files: list[Path]) -> None:
    # An older version that is put back has an old date, too.
    stamp = file_stamp(files)
    os.utime(files[0], ns=(OLD - 1, OLD - 1))
    assert file_stamp(files) != stamp


def test_everything_else_counts(files: list[Path]) -> None:
    stamps = {file_stamp(files), file_stamp(files[:2])}
    files[1].write_bytes(b"12345")
    os.utime(files[1], ns=(OLD, OLD))
    stamps.add(file_stamp(files))
    files[1].unlink()
    stamps.add(file_stamp(files))
    assert len(stamps) == 4


def test_a_link_is_what_it_points_at(files: list[Path], tmp_path: Path) -> None:
    link = tmp_path / "link.png"
    link.symlink_to(files[0])
    stamp = file_stamp([link])
    os.utime(files[0], ns=(NEW, NEW))
    assert file_stamp([link]) != stamp
    files[0].unlink()
    assert "1 files" in file_stamp([link])
