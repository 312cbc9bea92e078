"""The file of API keys, which may be changed while the service runs."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeAlias

from m2fp.errors import ConfigError
from m2fp.service.http.access.keys import ApiKey, KeyRing

_log = logging.getLogger(__name__)

# A key that is taken away is good for so long at most, and a new one is known as soon.
_LOOK_S: Final = 2.0

_Stamp: TypeAlias = tuple[int, int, int]  # when it was written, its size, which file it is


class KeyFile:
    """The keys of a file as it is now. Belongs to one event loop.

    A file that cannot be read, or is no file of keys, changes nothing: those who hold keys keep
    them until it is put right. The log says so, once for every state of the file.
    """

    def __init__(self, path: Path, clock: Callable[[], float]) -> None:
        """Read it.

        Args:
            path: of the file.
            clock: seconds, of which only differences matter.

        Raises:
            ConfigError: it cannot be read, holds no key, or a line is not one.
        """
        self._path = path
        self._clock = clock
        # The stamp is older than what is read, never newer: a change in between is seen later.
        self._stamp = self._look()
        self._ring = KeyRing.from_file(path)
        self._looked = clock()

    def find(self, secret: str) -> ApiKey | None:
        """Return the key whose secret this is; see `KeyRing.find`."""
        self._refresh()
        return self._ring.find(secret)

    def __len__(self) -> int:
        """Return how many keys there are."""
        return len(self._ring)

    def _refresh(self) -> None:
        now = self._clock()
        if now - self._looked < _LOOK_S:
            return
        self._looked = now
        stamp = self._look()
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            self._ring = KeyRing.from_file(self._path)
        except ConfigError as error:
            _log.error("the API keys stay as they were: %s", error)
        else:
            _log.info("the API keys were read again", extra={"keys": len(self._ring)})

    def _look(self) -> _Stamp | None:
        try:
            status = self._path.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size, status.st_ino
