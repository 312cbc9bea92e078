"""A model file that must stay what it was when it was looked at."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from m2fp.errors import ModelError, ModelNotFound
from m2fp.registry.digest import check_digest, sha256_and_size

# What changes when a file is written to or replaced.
_Stamp = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class PinnedFile:
    """A file of known content.

    Run-times read model files by their path, some of them more than once. Handing over the bytes
    instead would be safer, but costs the file's size in memory twice over.

    Attributes:
        path: where it is.
        sha256: of its content.
        bytes: its size.
        stamp: size, time of change and number, by which a change shows.
    """

    path: Path
    sha256: str
    bytes: int
    stamp: _Stamp

    def check(self) -> None:
        """Return when the file is still the same.

        Raises:
            ModelError: it was changed, replaced or removed.
        """
        try:
            same = _stamp(self.path) == self.stamp
        except OSError:
            same = False
        if not same:
            raise ModelError(
                f"the model file {str(self.path)!r} was changed while it was in use; open the "
                "model again",
                model=str(self.path),
            )


def pin(path: Path, expected_sha256: str | None) -> PinnedFile:
    """Return the file after reading it through.

    Raises:
        ModelNotFound: it cannot be read.
        ChecksumMismatch: it is not the file that was expected.
    """
    try:
        stamp = _stamp(path)
        sha256, size = sha256_and_size(path)
    except OSError as error:
        raise ModelNotFound(
            f"the model file {str(path)!r} cannot be read: {error.strerror or error}",
            model=str(path),
        ) from error
    if expected_sha256 is not None:
        check_digest(expected_sha256, sha256, str(path))
    return PinnedFile(path, sha256, size, stamp)


def _stamp(path: Path) -> _Stamp:
    status = path.stat()
    return status.st_size, status.st_mtime_ns, status.st_ino
