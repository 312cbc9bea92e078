"""Zip files as uploads: only bytes of files come out, and only so many."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.service.http.world import picture
from tests.service.http.zips import LINK, make_zip

from m2fp.errors import ImageTooLarge
from m2fp.service.errors import InvalidParameter, MalformedRequest
from m2fp.service.http.intake.zips import Member, ZipLimits, is_zip, members

LIMITS = ZipLimits(items=5, item_bytes=3_000_000, total_bytes=10_000_000)


def read(data: bytes, limits: ZipLimits = LIMITS) -> list[Member]:
    return list(members(io.BytesIO(data), limits))


def test_pictures_come_out_under_their_last_names() -> None:
    photo = picture()
    data = make_zip(
        {
            "a.png": photo,
            "deep/er/b.png": photo + b"1",
            "folder/": b"",
            "__MACOSX/._a.png": b"x",
            "deep/.hidden": b"x",
            ".DS_Store": b"x",
        }
    )
    assert is_zip(data[:64])
    assert read(data) == [Member("a.png", photo), Member("b.png", photo + b"1")]
    assert read(make_zip({"a.png": photo}, method=zipfile.ZIP_STORED)) == [Member("a.png", photo)]


@pytest.mark.parametrize(
    "name", ["../a.png", "a/../../b.png", "/etc/passwd", "C:\\a.png", "..\\a.png", "c:a.png"]
)
def test_names_that_are_paths_are_refused(name: str) -> None:
    with pytest.raises(MalformedRequest):
        read(make_zip({name: picture()}))


def test_links_and_devices_are_refused() -> None:
    for mode in (LINK, 0o020666, 0o060666, 0o010666):
        with pytest.raises(MalformedRequest, match="links or devices"):
            read(make_zip({"a.png": b"/etc/passwd"}, mode=mode))


def test_too_many_entries() -> None:
    with pytest.raises(InvalidParameter, match="6 files"):
        read(make_zip({f"{number}.png": b"x" for number in range(6)}))
    with pytest.raises(InvalidParameter, match="21 entries"):
        read(make_zip({f".{number}": b"x" for number in range(21)}))
    with pytest.raises(InvalidParameter, match="no files"):
        read(make_zip({"a/": b""}))


def test_a_directory_of_millions_is_not_even_read() -> None:
    entry = bytearray(46)
    entry[:4] = b"PK\x01\x02"
    entry[28] = 1  # length of the name
    directory = 300_000 * (bytes(entry) + b"x")
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 65_535, 65_535, len(directory), 0, 0)
    data = io.BytesIO(directory + end)
    tracemalloc.start()
    with pytest.raises(InvalidParameter, match="too many entries"):
        list(members(data, LIMITS))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_000_000


def test_zip64_is_refused() -> None:
    data = make_zip({"a.png": picture()})
    at = data.rindex(b"PK\x05\x06")
    locator = b"PK\x06\x07" + bytes(16)
    with pytest.raises(MalformedRequest, match="zip64"):
        read(data[:at] + locator + data[at:])


def test_bombs_stop_early() -> None:
    zeros = make_zip({"a.bmp": bytes(50_000_000)})
    assert len(zeros) < 60_000
    tracemalloc.start()
    with pytest.raises(ImageTooLarge) as caught:
        read(zeros)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert caught.value.code == "body_too_large"
    # At 200 times its size, 10 MB, but a picture may have no more than 3.
    assert peak < 8_000_000
    wide = ZipLimits(items=5, item_bytes=100_000_000, total_bytes=100_000_000)
    with pytest.raises(ImageTooLarge):
        read(zeros, wide)  # the ratio alone


def test_what_an_entry_says_of_its_size_is_not_believed() -> None:
    data = bytearray(make_zip({"a.bmp": bytes(5_000_000)}))
    # The uncompressed size, in the local header and in the directory.
    struct.pack_into("<L", data, 22, 10)
    struct.pack_into("<L", data, data.rindex(b"PK\x01\x02") + 24, 10)
    with pytest.raises((MalformedRequest, ImageTooLarge)):
        read(bytes(data))


def test_all_together_may_be_too_large() -> None:
    block = bytes(range(256)) * 10_000
    with pytest.raises(ImageTooLarge):
        read(make_zip({f"{number}.bmp": block for number in range(5)}, method=zipfile.ZIP_STORED))


def test_encrypted_and_unusual_ones() -> None:
    data = bytearray(make_zip({"a.png": picture()}))
    directory = data.rindex(b"PK\x01\x02")
    data[directory + 8] |= 1
    with pytest.raises(MalformedRequest, match="encrypted"):
        read(bytes(data))
    with pytest.raises(MalformedRequest, match="packed"):
        read(make_zip({"a.png": picture()}, method=zipfile.ZIP_LZMA))


GOOD = make_zip({"a.png": picture(), "b.png": bytes(2000)})


@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), max_size=8))
def test_damaged_ones_are_bad_requests(changes: list[tuple[int, int]]) -> None:
    data = bytearray(GOOD)
    for at, value in changes:
        data[at] = value
    with suppress(MalformedRequest, InvalidParameter, ImageTooLarge):
        read(bytes(data))


@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    for start in (b"PK\x03\x04", b"PK\x05\x06"):
        with pytest.raises((MalformedRequest, InvalidParameter)):
            read(start + data)
