"""Blobs in a folder of this machine, or of a volume that several share."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from m2fp.service.blobs.store import check_key
from m2fp.service.errors import BlobMissing, StoreUnavailable
from m2fp.whole_file import whole_file

_PROBE: Final = "health/probe"
_TRIES: Final = 20  # while a job is deleted and written to at once
_BETWEEN_TRIES_S: Final = 0.005


class FolderBlobs:
    """Keeps every blob in a file of its own below one folder, for this user only."""

    def __init__(self, root: Path) -> None:
        """Use a folder, which is made if need be.

        Raises:
            StoreUnavailable: it cannot be made.
        """
        self._root = root
        with _unavailable(root):
            root.mkdir(mode=0o700, parents=True, exist_ok=True)

    def put(self, key: str, data: bytes) -> None:
        """Store bytes."""
        path = self._path(key)
        with _unavailable(self._root):
            for _ in range(_TRIES):
                # A folder may go between its making and the writing: when it is deleted as a whole.
                with suppress(FileNotFoundError):
                    self._write(path, data)
                    return
            self._write(path, data)

    def get(self, key: str) -> bytes:
        """Return the bytes."""
        with _unavailable(self._root):
            try:
                return self._path(key).read_bytes()
            except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
                raise BlobMissing(f"nothing is stored under {key}", key=key) from None

    def delete_prefix(self, prefix: str) -> None:
        """Delete the blob `prefix` and all below it."""
        path = self._path(prefix)
        with _unavailable(self._root):
            for _ in range(_TRIES):
                _remove(path, ignore_errors=True)
                if not path.exists():
                    return
                time.sleep(_BETWEEN_TRIES_S)  # something was put in just now
            _remove(path, ignore_errors=False)

    def keys(self, prefix: str) -> list[str]:
        """Return the keys `prefix` and below."""
        path = self._path(prefix)
        with _unavailable(self._root):
            if path.is_file():
                return [prefix]
            found = []
            for folder, _, names in os.walk(path):
                found += [Path(folder, name) for name in names if not name.startswith(".")]
            return sorted(file.relative_to(self._root).as_posix() for file in found)

    def names(self, prefix: str) -> list[str]:
        """Return the next parts of keys below `prefix`."""
        with _unavailable(self._root):
            try:
                names = os.listdir(self._path(prefix))  # noqa: PTH208 - only names are wanted
            except (FileNotFoundError, NotADirectoryError):
                return []
            return sorted(name for name in names if not name.startswith("."))

    def healthy(self) -> None:
        """Return when a blob can be written and read."""
        self.put(_PROBE, b"m2fp")
        if self.get(_PROBE) != b"m2fp":
            raise StoreUnavailable(f"{self._root} does not give back what is written to it")

    def _path(self, key: str) -> Path:
        return self._root.joinpath(*check_key(key).split("/"))

    def _write(self, path: Path, data: bytes) -> None:
        new = _missing_parents(path.parent)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with whole_file(path) as draft:
            draft.write_bytes(data)
        # A new name lasts only once its folder is written too, and so does a new folder.
        for folder in [path.parent, *(made.parent for made in new)]:
            _sync_folder(folder)


def _remove(path: Path, *, ignore_errors: bool) -> None:
    """Delete a file or a folder with all that is in it."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=ignore_errors)
        return
    try:
        path.unlink(missing_ok=True)
    except OSError:  # it has become a folder, or cannot be deleted
        if not ignore_errors:
            raise


def _missing_parents(folder: Path) -> list[Path]:
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    return missing


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return  # Windows has no such thing, and needs none
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _unavailable(root: Path) -> Iterator[None]:
    """Turn an error of the file system into StoreUnavailable, which says what to look at."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise StoreUnavailable(
            f"the folder of pictures and results, {root}, cannot be used: {reason}",
            retry_after_s=10.0,
        ) from error
