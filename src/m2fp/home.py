"""Paths that begin with "~"."""

from __future__ import annotations

from pathlib import Path

from m2fp.errors import ConfigError


def at_home(path: str | Path, option: str) -> Path:
    """Return the path with "~" and "~name" replaced by that user's home folder.

    Args:
        path: any path.
        option: whose value it is, for the error.

    Raises:
        ConfigError: there is no such user, or it is not known where he is at home.
    """
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        raise ConfigError(
            f"{option} is {str(path)!r}, and that home folder is not known; write the whole path",
            option=option,
        ) from error
