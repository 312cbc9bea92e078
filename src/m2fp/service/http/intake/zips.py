"""Zip files of pictures, which are hostile until they are read.

Only the bytes of members are used. Their names are never paths: a member is a picture or it is not,
whatever it is called, and goes under a key made of our ids.
"""

from __future__ import annotations

import os
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, Final

from m2fp.errors import ImageTooLarge
from m2fp.service.errors import InvalidParameter, MalformedRequest

_MAGIC: Final = (b"PK\x03\x04", b"PK\x05\x06")
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED: Final = 0x1
_CHUNK: Final = 1 << 16

# Entries that are no pictures are skipped, but reading their names is work too.
_ENTRIES_PER_ITEM: Final = 4
_HEADER_BYTES: Final = 30  # in front of an entry's name and bytes
_BYTES_PER_ENTRY: Final = 512  # of the directory: 46, a name and time stamps
_END: Final = b"PK\x05\x06"
_ZIP64_LOCATOR: Final = b"PK\x06\x07"
_TAIL_BYTES: Final = 65_535 + 22 + 20  # the longest comment, the record, and zip64's locator

# Photos hardly shrink. A bitmap of one colour shrinks by a thousand (that is deflate's limit), and
# is let pass as long as it is small.
_RATIO: Final = 200
_FREE_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ZipLimits:
    """What a zip file may be.

    Attributes:
        items: pictures.
        item_bytes: of one picture, unpacked.
        total_bytes: of all, unpacked.
    """

    items: int
    item_bytes: int
    total_bytes: int


@dataclass(frozen=True, slots=True)
class Member:
    """One picture out of a zip file."""

    name: str
    data: bytes


def is_zip(head: bytes) -> bool:
    """Return whether these first bytes are those of a zip file."""
    return head.startswith(_MAGIC)


def members(file: IO[bytes], limits: ZipLimits) -> Iterator[Member]:
    """Yield the pictures one after the other, so that only one is in memory.

    Folders, and what systems put beside pictures (names with a dot in front, `__MACOSX`), are
    skipped.

    Raises:
        MalformedRequest: it is no zip file, is damaged, or has links, absolute names, `..` or
            encrypted entries.
        InvalidParameter: there are too many entries.
        ImageTooLarge: an entry, or all together, are too large unpacked.
    """
    try:
        _check_directory(file, limits)
        with zipfile.ZipFile(file) as archive:
            yield from _pictures(archive, limits)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError) as error:
        raise MalformedRequest(f"the zip file is damaged or of an unusual kind: {error}") from error
    except (OSError, OverflowError, RuntimeError, UnicodeError) as error:
        # What zipfile raises for offsets outside the file and for passwords.
        raise MalformedRequest("the zip file is damaged or encrypted") from error


def _check_directory(file: IO[bytes], limits: ZipLimits) -> None:
    """Return when the directory of a zip file is small enough to be read.

    Python reads all of it at once, into objects of ten times its size. How long it is stands in a
    record at the end, which may be followed by a comment: whichever of those that look like the
    record is the one, it must not name a long directory.

    Raises:
        InvalidParameter: the directory is too long.
        MalformedRequest: it is in the form for more than 65,535 entries or 4 GB (zip64).
    """
    end = file.seek(0, os.SEEK_END)
    start = max(0, end - _TAIL_BYTES)
    file.seek(start)
    tail = file.read()
    file.seek(0)
    longest = _ENTRIES_PER_ITEM * limits.items * _BYTES_PER_ENTRY
    at = tail.find(_END)
    while at >= 0:
        if tail[max(0, at - 20) :].startswith(_ZIP64_LOCATOR):
            raise MalformedRequest("the zip file is in the zip64 form; pack fewer pictures into it")
        if int.from_bytes(tail[at + 12 : at + 16], "little") > longest:
            raise InvalidParameter(
                f"the zip file has too many entries; a job may have {limits.items} pictures",
                parameter="file",
            )
        at = tail.find(_END, at + 1)


def _pictures(archive: zipfile.ZipFile, limits: ZipLimits) -> Iterator[Member]:
    entries = archive.infolist()
    if len(entries) > _ENTRIES_PER_ITEM * limits.items:
        raise InvalidParameter(
            f"the zip file has {len(entries)} entries; a job may have {limits.items} pictures",
            parameter="file",
        )
    chosen = [entry for entry in entries if _is_wanted(entry)]
    if len(chosen) > limits.items:
        raise InvalidParameter(
            f"the zip file has {len(chosen)} files; a job may have {limits.items} pictures",
            parameter="file",
        )
    if not chosen:
        raise InvalidParameter("the zip file has no files", parameter="file")
    _check_places(archive)
    left = limits.total_bytes
    if sum(entry.file_size for entry in chosen) > left:
        raise _too_much(limits, left)
    for entry in chosen:
        data = _unpack(archive, entry, min(limits.item_bytes, left), limits)
        left -= len(data)
        yield Member(PurePosixPath(entry.filename).name, data)


def _check_places(archive: zipfile.ZipFile) -> None:
    """Return when no byte of the file belongs to two entries, or to none that is there.

    Entries that share their bytes unpack to far more than the file's size would let one think.

    Raises:
        MalformedRequest: they overlap, or reach into the directory.
    """
    entries = sorted(archive.infolist(), key=lambda entry: entry.header_offset)
    ends = [entry.header_offset for entry in entries[1:]] + [archive.start_dir]
    for entry, end in zip(entries, ends, strict=True):
        if entry.header_offset + _HEADER_BYTES + entry.compress_size > end:
            raise MalformedRequest("the zip file is damaged: its entries overlap")


def _is_wanted(entry: zipfile.ZipInfo) -> bool:
    """Return whether an entry is a file that may be a picture.

    Raises:
        MalformedRequest: no honest program makes such an entry.
    """
    name = entry.filename
    parts = PurePosixPath(name).parts
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise MalformedRequest("the zip file has links or devices; put in only files")
    drive = len(name) > 1 and name[1] == ":"
    if ".." in parts or name.startswith("/") or "\\" in name or drive or not name:
        raise MalformedRequest(
            "the zip file has entries with absolute names, `..`, or backslashes; put in only files "
            "by their names"
        )
    if entry.flag_bits & _ENCRYPTED:
        raise MalformedRequest("the zip file is encrypted; send it without a password")
    if entry.is_dir():
        return False
    return not any(part.startswith(".") or part == "__MACOSX" for part in parts)


def _unpack(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int, limits: ZipLimits
) -> bytes:
    """Return the bytes of an entry, without ever holding many more than it may have.

    Its own word for how many there are is not believed: it can only make it refused.
    """
    if entry.compress_type not in _METHODS:
        raise MalformedRequest("the zip file is packed in an unusual way; use deflate or store")
    allowed = min(most, max(_FREE_BYTES, _RATIO * entry.compress_size))
    if entry.file_size > allowed:
        raise _too_much(limits, most)
    data = bytearray()
    with archive.open(entry) as stream:
        while chunk := stream.read(_CHUNK):
            data += chunk
            if len(data) > allowed:
                raise _too_much(limits, most)
    if len(data) != entry.file_size:
        raise MalformedRequest("the zip file is damaged: an entry has not the size that it says")
    return bytes(data)


def _too_much(limits: ZipLimits, limit: int) -> ImageTooLarge:
    return ImageTooLarge(
        f"the zip file has too much in it: a picture may have {limits.item_bytes:,} bytes, all "
        f"together {limits.total_bytes:,}, and none more than {_RATIO} times what it takes packed",
        code="body_too_large",
        actual=None,
        limit=limit,
    )
