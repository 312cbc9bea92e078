"""A file is complete or not there."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from m2fp.whole_file import whole_file


def test_the_draft_takes_the_place_of_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    path.write_text("old")
    with whole_file(path) as draft:
        draft.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_after_an_error_everything_is_as_before(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    path.write_text("old")

    def write_half(draft: Path) -> None:
        draft.write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), whole_file(path) as draft:
        write_half(draft)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_writer_that_makes_its_file_private_does_not_decide(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    (tmp_path / "usual").touch()
    with whole_file(path) as draft:
        draft.unlink()
        os.close(os.open(draft, os.O_CREAT | os.O_WRONLY, 0o600))
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE((tmp_path / "usual").stat().st_mode)


def test_a_folder_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        whole_file(tmp_path / "none" / "x").__enter__()
