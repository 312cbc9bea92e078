"""What the exit status of `m2fp` means, and which error gives which."""

from __future__ import annotations

from enum import IntEnum

from m2fp.errors import (
    ConfigError,
    DataError,
    DownloadFailed,
    ImageError,
    IncompatibleModel,
    LicenceNotAccepted,
    M2FPError,
    MissingExtra,
    ModelNotFound,
    OfflineModelMissing,
    SourceNotFound,
    UnsafeCheckpoint,
)


class ExitCode(IntEnum):
    """Stable and documented; scripts may compare them."""

    FINE = 0
    FAILED = 1
    USAGE = 2
    SOME_FAILED = 3
    INTERRUPTED = 130  # 128 + SIGINT
    PIPE_CLOSED = 141  # 128 + SIGPIPE: the reader of our output went away


# Asked for something that does not exist: the command must be changed.
_USAGE = (ConfigError, ModelNotFound, MissingExtra, LicenceNotAccepted, OfflineModelMissing)
# The command is right and an input is not.
_INPUT = (
    ImageError,
    SourceNotFound,
    DataError,
    DownloadFailed,
    IncompatibleModel,
    UnsafeCheckpoint,
)


def exit_code_of(error: M2FPError) -> ExitCode:
    """Return the status a command ends with when this error ends it."""
    if isinstance(error, _USAGE):
        return ExitCode.USAGE
    if isinstance(error, _INPUT):
        return ExitCode.SOME_FAILED
    return ExitCode.FAILED
