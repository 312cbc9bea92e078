"""Imports that only work with an optional part of the installation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from m2fp.errors import MissingExtra


@contextmanager
def needs_extra(extra: str, purpose: str) -> Iterator[None]:
    """Turn an import inside that fails for lack of an optional package into MissingExtra.

    Args:
        extra: the part of the installation that brings the packages, for example "train".
        purpose: what it is needed for; begins the message.

    Raises:
        MissingExtra: some package that is not ours is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == "m2fp":
            raise  # a fault of this installation, which no extra would mend
        raise MissingExtra(extra=extra, purpose=purpose) from error
