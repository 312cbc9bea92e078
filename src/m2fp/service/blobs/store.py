"""What a store of blobs promises: pictures that came in and results that go out."""

from __future__ import annotations

import re
from typing import Final, Protocol

_KEY: Final = re.compile(r"[a-z0-9_-][a-z0-9._-]*(/[a-z0-9_-][a-z0-9._-]*)*")


class BlobStore(Protocol):
    """Bytes under keys; safe to use from several threads and processes.

    Keys are made by us of our own ids: parts of a-z, 0-9, `.`, `_` and `-`, joined by `/`, none
    beginning with a dot. Anything else is a ValueError: a bug, or a client's text that must not
    have come so far. Every method raises StoreUnavailable when the store cannot be reached, read
    or written, for example for lack of space.
    """

    def put(self, key: str, data: bytes) -> None:
        """Store bytes; when this returns they last, and nobody ever sees a part of them."""

    def get(self, key: str) -> bytes:
        """Return the bytes.

        Raises:
            BlobMissing: there are none under this key.
        """

    def delete_prefix(self, prefix: str) -> None:
        """Delete the blob `prefix` and all blobs `prefix/...`; fine when there are none."""

    def keys(self, prefix: str) -> list[str]:
        """Return the keys `prefix` and `prefix/...`, sorted."""

    def names(self, prefix: str) -> list[str]:
        """Return the next parts of keys `prefix/<part>...`, sorted, each once."""

    def healthy(self) -> None:
        """Return when a blob can be written and read."""


def check_key(key: str) -> str:
    """Return the key.

    Raises:
        ValueError: it is not one of ours.
    """
    if len(key) > 500 or not _KEY.fullmatch(key):
        raise ValueError(f"not a key of a blob: {key!r}")
    return key
