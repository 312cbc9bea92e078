"""The models inside the package."""

from __future__ import annotations

from pathlib import Path

import pytest

from m2fp import Parser
from m2fp.registry import DEFAULT_MODEL, catalogue, entries, find, sha256_and_size


@pytest.mark.parametrize(
    ("name", "file", "precision"),
    [("builtin", "m2fp-lite-int8.onnx", "int8"), ("builtin-fp32", "m2fp-lite.onnx", "fp32")],
)
def test_what_is_in_the_package(name: str, file: str, precision: str) -> None:
    entry = find(name)
    assert entry is not None
    assert entry.path == Path(catalogue.__file__).parent / "builtin" / file
    assert entry.licence == "Apache-2.0"
    assert sha256_and_size(entry.path) == (entry.sha256, entry.bytes)
    with Parser(name, threads=1) as parser:
        assert parser.info.precision == precision
        assert parser.info.licence == entry.licence


def test_the_default_is_in_the_catalogue() -> None:
    assert find(DEFAULT_MODEL) is not None


def test_names_are_unique() -> None:
    names = [entry.name for entry in entries()]
    assert len(set(names)) == len(names)


def test_find_knows_only_names() -> None:
    assert find("large") is None
    assert find(Path("builtin")) is None
