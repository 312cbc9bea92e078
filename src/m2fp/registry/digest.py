"""Which file a file is: its sha256."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from m2fp.errors import ChecksumMismatch

_CHUNK_BYTES: Final = 1 << 20


def sha256_and_size(path: Path) -> tuple[str, int]:
    """Return the sha256 of a file, 64 hexadecimal digits, and its size in bytes.

    The file is read in pieces.

    Raises:
        OSError: it cannot be read.
    """
    digest = hashlib.sha256()
    size = 0
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            digest.update(chunk)
            size += len(chunk)
    return digest.hexdigest(), size


def check_digest(expected: str, actual: str, model: str) -> None:
    """Return when both sha256 are equal.

    Raises:
        ChecksumMismatch: they differ.
    """
    if expected != actual:
        raise ChecksumMismatch(
            f"the file of model {model!r} is damaged or was changed (sha256 {actual[:12]}.. "
            f"instead of {expected[:12]}..); reinstall m2fp, or get the file again",
            expected=expected,
            actual=actual,
            model=model,
        )
