"""The models inside the package."""

from __future__ import annotations

from pathlib import Path

from m2fp.registry import catalogue, entries, find, sha256_and_size


def test_builtin_is_in_the_catalogue_and_lies_inside_the_package() -> None:
    entry = find("builtin")
    assert entry is not None
    assert entry.path == Path(catalogue.__file__).parent / "builtin" / "m2fp-lite.onnx"
    assert entry.licence == "Apache-2.0"
    assert sha256_and_size(entry.path) == (entry.sha256, entry.bytes)


def test_names_are_unique() -> None:
    names = [entry.name for entry in entries()]
    assert len(set(names)) == len(names)


def test_find_knows_only_names() -> None:
    assert find("large") is None
    assert find(Path("builtin")) is None
