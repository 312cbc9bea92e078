"""The models inside the package, and checksums."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from m2fp.errors import ChecksumMismatch
from m2fp.registry import catalogue, check_digest, describe, entries, find


def test_builtin_is_in_the_catalogue_and_lies_inside_the_package() -> None:
    entry = find("builtin")
    assert entry is not None
    assert entry.path == Path(catalogue.__file__).parent / "builtin" / "m2fp-lite.onnx"
    assert entry.licence == "Apache-2.0"
    assert describe(entry.path) == (entry.sha256, entry.bytes)


def test_names_are_unique() -> None:
    names = [entry.name for entry in entries()]
    assert len(set(names)) == len(names)


def test_find_knows_only_names() -> None:
    assert find("large") is None
    assert find(Path("builtin")) is None


def test_describe(tmp_path: Path) -> None:
    content = bytes(range(256)) * 5000  # more than one piece
    path = tmp_path / "x"
    path.write_bytes(content)
    assert describe(path) == (hashlib.sha256(content).hexdigest(), len(content))


def test_check_digest() -> None:
    check_digest("a" * 64, "a" * 64, "x")
    with pytest.raises(ChecksumMismatch, match="'x' is damaged or was changed") as caught:
        check_digest("a" * 64, "b" * 64, "x")
    assert (caught.value.expected, caught.value.actual) == ("a" * 64, "b" * 64)
