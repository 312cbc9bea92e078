"""Errors about a file's content, with the file's name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from m2fp.errors import IncompatibleModel, UnsafeCheckpoint


@contextmanager
def naming_file(path: Path) -> Iterator[None]:
    """Put the file's name before the message of errors about its content.

    Raises:
        IncompatibleModel, UnsafeCheckpoint: as raised inside.
    """
    try:
        yield
    except (IncompatibleModel, UnsafeCheckpoint) as error:
        raise type(error)(f"{path}: {error.message}", model=str(path)) from error
