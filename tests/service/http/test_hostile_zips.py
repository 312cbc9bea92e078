"""What zip files say of themselves against what they are: each lie has its answer."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient
from tests.service.http.checks import is_problem
from tests.service.http.world import World, picture
from tests.service.http.zips import LINK, make_zip

from m2fp.errors import ImageTooLarge, M2FPError
from m2fp.service.errors import InvalidParameter, MalformedRequest
from m2fp.service.http.intake.zips import ZipLimits, members

PHOTO = picture()
LOCAL, DIRECTORY, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
LIMITS = ZipLimits(items=5, item_bytes=3_000_000, total_bytes=4_000_000)

# Where a field is in an entry's local header and in its entry of the directory.
FLAGS, METHOD, CRC, PACKED, UNPACKED, NAME_LENGTH = (
    *((6, 8), (8, 10), (14, 16), (18, 20), (22, 24)),
    (26, 28),
)


def with_field(data: bytes, where: tuple[int, int], form: str, value: int) -> bytes:
    """Return a zip file whose first entry says this in both of its headers."""
    changed = bytearray(data)
    struct.pack_into(form, changed, data.index(LOCAL) + where[0], value)
    struct.pack_into(form, changed, data.index(DIRECTORY) + where[1], value)
    return bytes(changed)


def with_end(data: bytes, at: int, form: str, value: int) -> bytes:
    """Return a zip file whose last record says this."""
    changed = bytearray(data)
    struct.pack_into(form, changed, data.rindex(END) + at, value)
    return bytes(changed)


def shared(count: int, block: bytes) -> bytes:
    """Return a zip file with many entries that all unpack the same stored bytes."""
    one = make_zip({"a.bmp": block})
    start = one.index(DIRECTORY)
    entry = one[start : one.rindex(END)]
    end = struct.pack("<4s4H2LH", END, 0, 0, count, count, len(entry) * count, start, 0)
    return one[:start] + entry * count + end


def twice(name: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        archive.writestr(name, PHOTO)
        archive.writestr(name, PHOTO + b"1")
    return buffer.getvalue()


ONE = make_zip({"a.png": PHOTO})
BIG = make_zip({"a.bmp": bytes(2_000_000)})
HOSTILE: dict[str, tuple[Callable[[], bytes], type[M2FPError]]] = {
    "says it unpacks to less": (
        lambda: with_field(BIG, UNPACKED, "<L", 100),
        MalformedRequest,
    ),
    "says it unpacks to 4 GB": (
        lambda: with_field(ONE, UNPACKED, "<L", 0xFFFFFFFE),
        ImageTooLarge,
    ),
    "says it unpacks to a little more": (
        lambda: with_field(ONE, UNPACKED, "<L", len(PHOTO) + 1),
        MalformedRequest,
    ),
    "says it takes 4 GB, for a better ratio": (
        lambda: with_field(BIG, PACKED, "<L", 0xFFFFFFFE),
        MalformedRequest,
    ),
    "other bytes than its checksum": (lambda: with_field(ONE, CRC, "<L", 1), MalformedRequest),
    "encrypted": (lambda: with_field(ONE, FLAGS, "<H", 1), MalformedRequest),
    "a method that nobody knows": (lambda: with_field(ONE, METHOD, "<H", 77), MalformedRequest),
    "a name that reaches past the end": (
        lambda: with_field(ONE, NAME_LENGTH, "<H", 65_535),
        MalformedRequest,
    ),
    "another name in the directory": (
        lambda: ONE[: ONE.rindex(b"a.png")] + b"b.png" + ONE[ONE.rindex(b"a.png") + 5 :],
        MalformedRequest,
    ),
    "packed to nothing": (lambda: BIG, ImageTooLarge),
    "too large together": (
        lambda: make_zip(
            {f"{n}.bmp": bytes(1_000_000) for n in range(5)}, method=zipfile.ZIP_STORED
        ),
        ImageTooLarge,
    ),
    "entries that share their bytes": (lambda: shared(5, PHOTO), MalformedRequest),
    "a thousand that share their bytes": (lambda: shared(1000, PHOTO), InvalidParameter),
    "the directory is said to be elsewhere": (
        lambda: with_end(ONE, 16, "<L", 0xFFFFFF00),
        MalformedRequest,
    ),
    "the directory is said to be long": (
        lambda: with_end(ONE, 12, "<L", 0xFFFFFF00),
        InvalidParameter,
    ),
    "a link": (lambda: make_zip({"a.png": b"/etc/passwd"}, mode=LINK), MalformedRequest),
    "cut off": (lambda: ONE[:-30], MalformedRequest),
    "only its first bytes": (lambda: LOCAL, MalformedRequest),
    "no entries": (lambda: make_zip({}), InvalidParameter),
}


@pytest.mark.parametrize("name", list(HOSTILE))
def test_lies_are_refused(name: str) -> None:
    make, error = HOSTILE[name]
    with pytest.raises(error):
        list(members(io.BytesIO(make()), LIMITS))


@pytest.mark.parametrize("name", list(HOSTILE))
def test_a_refused_zip_leaves_nothing(client: TestClient, world: World, name: str) -> None:
    answer = client.post("/v1/jobs", content=HOSTILE[name][0]())
    codes = {MalformedRequest: "malformed_request", InvalidParameter: "invalid_parameter"}
    code = codes.get(HOSTILE[name][1], "body_too_large")
    # The limits of a service are wider than those above, so others of its faults are told.
    others = {
        "a thousand that share their bytes": "malformed_request",
        "too large together": "unsupported_image_format",
    }
    is_problem(answer, others.get(name, code))
    assert list(world.parts.blobs.keys("jobs")) == []
    assert world.queue.announced == []


def test_two_of_one_name_are_two_pictures() -> None:
    found = list(members(io.BytesIO(twice("a.png")), LIMITS))
    assert [(one.name, one.data) for one in found] == [("a.png", PHOTO), ("a.png", PHOTO + b"1")]


def test_zips_in_zips_stay_packed(client: TestClient) -> None:
    inner = make_zip({"a.png": PHOTO})
    is_problem(
        client.post("/v1/jobs", content=make_zip({"inner.zip": inner})), "unsupported_image_format"
    )
    mixed = client.post("/v1/jobs", content=make_zip({"inner.zip": inner, "b.png": PHOTO}))
    assert mixed.json()["progress"]["total"] == 2


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK", b"\x00" * 100])
def test_a_name_makes_no_zip(client: TestClient, content: bytes) -> None:
    answer = client.post("/v1/jobs", files={"file": ("photos.zip", content, "application/zip")})
    assert (answer.status_code, answer.json()["code"]) in (
        (415, "unsupported_image_format"),
        (422, "empty_image"),
    )
    assert client.post("/v1/jobs", files={"file": ("a.zip", PHOTO)}).status_code == 202
