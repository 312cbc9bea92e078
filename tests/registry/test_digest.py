"""Checksums."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from m2fp.errors import ChecksumMismatch
from m2fp.registry import check_digest, sha256_and_size


def test_sha256_and_size(tmp_path: Path) -> None:
    content = bytes(range(256)) * 5000  # more than one piece
    path = tmp_path / "x"
    path.write_bytes(content)
    assert sha256_and_size(path) == (hashlib.sha256(content).hexdigest(), len(content))


def test_check_digest() -> None:
    check_digest("a" * 64, "a" * 64, "x")
    with pytest.raises(ChecksumMismatch, match="'x' is damaged or was changed") as caught:
        check_digest("a" * 64, "b" * 64, "x")
    assert (caught.value.expected, caught.value.actual) == ("a" * 64, "b" * 64)
