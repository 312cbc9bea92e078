"""One file from the web to its place on disk: resumed, checked, and there only when it is whole.

file.part        what has arrived so far; a later run goes on from there
file.part.etag   the server's name for the version it belongs to, if it has one
file             the whole file, moved here in one step after its sha256 was compared
"""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPResponse
from pathlib import Path
from time import sleep
from typing import IO, Final, Protocol
from urllib.parse import urlsplit

from m2fp.errors import ChecksumMismatch, DownloadFailed
from m2fp.registry.digest import sha256_and_size
from m2fp.registry.hub import Announcement
from m2fp.registry.web import Interrupted, Patience, Refused, blocks, get

_CONTENT_RANGE: Final = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")
_STRONG_ETAG: Final = re.compile(r'"[!#-~]*"')  # only these may stand in If-Range
# How servers and the filters before them decline to send a part of a file.
_NO_RANGES: Final = frozenset({400, 403, 405, 416, 501})


class Observer(Protocol):
    """Whoever wants to know how a download fares."""

    def progress(self, file: str, done: int, total: int | None) -> None:
        """Take note that this many bytes of so many are there; None = nobody knows."""

    def note(self, message: str) -> None:
        """Take note of something unusual, in a sentence for people."""


@dataclass(frozen=True, slots=True)
class Download:
    """What came of it.

    Attributes:
        url: the address it came from, before redirects.
        sha256: of the file.
        bytes: size of the file.
    """

    url: str
    sha256: str
    bytes: int


def download(
    urls: Iterable[str],
    target: Path,
    expected: Announcement,
    *,
    patience: Patience,
    observer: Observer,
) -> Download:
    """Return what was fetched to `target`, whose folder exists and is locked by the caller.

    Args:
        urls: addresses of the same file, tried in this order.
        target: where the whole file goes; an older one is replaced.
        expected: sha256 and size, where they are known.
        patience: when to give up.
        observer: told about progress and trouble.

    Raises:
        DownloadFailed: no address gave the file; the message has the reason of each server.
        ChecksumMismatch: what came is not the file that was expected; nothing of it is kept.
        OSError: the file cannot be stored.
    """
    reasons: dict[str, str] = {}  # by server; one that is down is not asked for other names
    hopeless: set[str] = set()
    mismatch: ChecksumMismatch | None = None
    for url in urls:
        server = urlsplit(url).netloc
        if server in hopeless:
            continue
        try:
            return _fetch_and_check(url, target, expected, patience, observer)
        except Refused as trouble:
            reasons[server] = str(trouble)
        except Interrupted as trouble:
            reasons[server] = str(trouble)
            hopeless.add(server)
        except ChecksumMismatch as error:
            mismatch = error
            hopeless.add(server)
            observer.note(f"{server} sends a wrong {target.name}")
    if mismatch is not None:
        raise mismatch
    told = "; ".join(f"{server}: {reason}" for server, reason in reasons.items())
    raise DownloadFailed(f"cannot download {target.name} ({told})")


def _fetch_and_check(
    url: str, target: Path, expected: Announcement, patience: Patience, observer: Observer
) -> Download:
    part = _Part(target)
    for last in (False, True):
        _fetch(url, part, expected.bytes, patience, observer)
        sha256, size = sha256_and_size(part.path)
        if expected.sha256 in (None, sha256):
            part.path.replace(target)
            part.remove()
            return Download(url, sha256, size)
        # Bytes of two versions or of a broken proxy: nothing of them can be used.
        part.remove()
        if not last:
            observer.note(f"{target.name} has the wrong sha256; fetching it again from the start")
    raise ChecksumMismatch(
        f"{url} gives a file with the sha256 {sha256} instead of {expected.sha256}; "
        "try later or another mirror",
        expected=expected.sha256 or "",
        actual=sha256,
    )


def _fetch(url: str, part: _Part, size: int | None, patience: Patience, observer: Observer) -> None:
    """Fill the part up, with as many requests as it takes.

    Raises:
        Interrupted: too many attempts in a row brought next to nothing.
        Refused: the address does not give the file.
    """
    failures = 0
    ranges = True
    if size is not None and part.size > size:
        part.remove()
    while size is None or part.size != size:
        before = part.size
        try:
            _fetch_rest(url, part, size, patience, observer, ranges=ranges)
            return
        except Refused as refusal:
            # Only the request for a part was declined: ask for all, and keep the part till then.
            if not (before and ranges and refusal.status in _NO_RANGES):
                raise
            ranges = False
            reason = str(refusal)
        except Interrupted as trouble:
            reason = str(trouble)
            failures = 0 if part.size - before >= patience.least_gain else failures + 1
            if failures >= patience.attempts:
                raise
            if failures:
                sleep(patience.wait_s(failures))
        observer.note(f"{part.target}: {reason}; going on at byte {part.size:,}")


def _fetch_rest(
    url: str,
    part: _Part,
    size: int | None,
    patience: Patience,
    observer: Observer,
    *,
    ranges: bool,
) -> None:
    """Append to the part what is missing, with one request."""
    with get(url, part.resume_headers() if ranges else {}, patience) as answer:
        start, total = _extent(answer)
        if start > part.size:
            raise Refused(f"the server skips to byte {start:,}", 416)
        if size is not None and total not in (None, size):
            raise Refused(f"its file has {total:,} bytes instead of {size:,}")
        total = size if total is None else total
        part.check_room(total)
        with part.open_at(start, answer.headers.get("ETag", "")) as stream:
            done = start
            observer.progress(part.target, done, total)
            for block in blocks(answer, patience):
                stream.write(block)
                done += len(block)
                if total is not None and done > total:
                    raise Refused(f"more than {total:,} bytes came")
                observer.progress(part.target, done, total)
            stream.flush()
            os.fsync(stream.fileno())
    if total is not None and done < total:
        raise Interrupted("the connection was cut")


def _extent(answer: HTTPResponse) -> tuple[int, int | None]:
    """Return at which byte of the file an answer begins, and how many the file has.

    The status does not matter: ModelScope sends parts as 200, other servers whole files as 206,
    and both may begin before the byte that was asked for.
    """
    found = _CONTENT_RANGE.fullmatch(answer.headers.get("Content-Range", ""))
    if found is None:
        return 0, answer.length
    start, total = found.groups()
    return int(start), None if total == "*" else int(total)


class _Part:
    """The bytes of a file that are there already, and the server's name for their version."""

    def __init__(self, target: Path) -> None:
        self.target = target.name
        self.path = target.with_name(f"{target.name}.part")
        self._tag = target.with_name(f"{target.name}.part.etag")

    @property
    def size(self) -> int:
        """Return how many bytes are there."""
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0

    def resume_headers(self) -> dict[str, str]:
        """Return what asks for the missing bytes, of the same version if that is known."""
        if not self.size:
            return {}
        headers = {"Range": f"bytes={self.size}-"}
        with suppress(FileNotFoundError):
            headers["If-Range"] = self._tag.read_text(encoding="ascii")
        return headers

    def check_room(self, total: int | None) -> None:
        """Return if the disk has room for the rest of so many bytes.

        Raises:
            OSError: it has not; better now than after an hour.
        """
        missing = 0 if total is None else total - self.size
        if shutil.disk_usage(self.path.parent).free < missing:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.path))

    @contextmanager
    def open_at(self, start: int, etag: str) -> Iterator[IO[bytes]]:
        """Hold the part open for writing after its first `start` bytes; what follows is cut off.

        Args:
            start: at most the size.
            etag: of the version that the following bytes belong to.
        """
        with self.path.open("r+b" if self.path.exists() else "wb") as stream:
            stream.truncate(start)
            stream.seek(start)
            if start == 0:  # after the old bytes are gone: they must never bear the new name
                if _STRONG_ETAG.fullmatch(etag):
                    self._tag.write_text(etag, encoding="ascii")
                else:
                    self._tag.unlink(missing_ok=True)
            yield stream

    def remove(self) -> None:
        """Delete what is there."""
        self.path.unlink(missing_ok=True)
        self._tag.unlink(missing_ok=True)
