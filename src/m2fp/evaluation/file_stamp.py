"""Whether files are still the same, without reading them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path


def file_stamp(paths: Iterable[Path]) -> str:
    """Return a text that differs when a file is new, gone, longer, shorter or written anew.

    It knows every file by its name, its size and the time it was written; a link counts as what it
    points at. A file that is not there is no error: whoever reads it says so better.

    Args:
        paths: in any order.
    """
    lines = [_line(path) for path in sorted(set(paths))]
    digest = hashlib.sha256("\n".join(lines).encode("utf-8", "surrogateescape")).hexdigest()
    return f"{len(lines)} files, {digest}"


def _line(path: Path) -> str:
    try:
        status = path.stat()
    except OSError:
        return f"{path.name} is missing"
    return f"{path.name} {status.st_size} {status.st_mtime_ns}"
