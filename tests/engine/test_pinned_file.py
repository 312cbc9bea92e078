"""A model file that is looked at once and used for long."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from m2fp.engine.pinned_file import pin
from m2fp.errors import ChecksumMismatch, ModelError, ModelNotFound

CONTENT = b"weights"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "model.onnx"
    path.write_bytes(CONTENT)
    return path


def replace(path: Path) -> None:
    other = path.with_suffix(".new")
    other.write_bytes(CONTENT)
    other.replace(path)


def write_again(path: Path) -> None:
    path.write_bytes(b"WEIGHTS")
    status = path.stat()
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 1_000_000_000))


def test_content_and_size(path: Path) -> None:
    digest = hashlib.sha256(CONTENT).hexdigest()
    file = pin(path, digest)
    assert (file.path, file.sha256, file.bytes) == (path, digest, 7)
    assert pin(path, None) == file
    file.check()


@pytest.mark.parametrize("change", [Path.unlink, replace, write_again])
def test_any_change_shows(path: Path, change: Callable[[Path], None]) -> None:
    file = pin(path, None)
    change(path)
    with pytest.raises(ModelError, match="open the model again") as caught:
        file.check()
    assert caught.value.model == str(path)


def test_another_file_than_expected(path: Path) -> None:
    with pytest.raises(ChecksumMismatch):
        pin(path, "0" * 64)


def test_what_cannot_be_read(tmp_path: Path) -> None:
    for missing in (tmp_path / "none.onnx", tmp_path):
        with pytest.raises(ModelNotFound, match="cannot be read"):
            pin(missing, None)
