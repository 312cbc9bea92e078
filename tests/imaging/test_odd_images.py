"""Odd and hostile pictures give a Photo or one of our errors, whatever the decoder does."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from m2fp.errors import ImageError, MissingExtra
from m2fp.imaging import Photo, read_photo

OK = "photo"
ANY = "any"  # depends on the decoder's version; a Photo and a typed error are both right
TOO_MANY, SMALL, ASPECT = "too_many_pixels", "image_too_small", "aspect_too_extreme"
BROKEN, FOREIGN = "undecodable_image", "unsupported_image_format"

RAMP = (np.indices((40, 56)).sum(axis=0) * 2).astype(np.uint8)
PICTURE = Image.fromarray(np.stack([RAMP, RAMP[::-1], RAMP[:, ::-1]], axis=2))


def encode(image: Image.Image, image_format: str, **options: Any) -> bytes:
    target = io.BytesIO()
    image.copy().save(target, image_format, **options)  # saving may leave marks on the picture
    return target.getvalue()


def encode_two(image: Image.Image, image_format: str) -> bytes:
    """Return a file with a second frame or page."""
    return encode(image, image_format, save_all=True, append_images=[image.rotate(90)])


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, *before: bytes, depth: int = 1, colour: int = 0) -> bytes:
    """Return a PNG whose header claims this size, over a few bytes of data."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(before) + data + chunk(b"IEND", b"")


def patched(data: bytes, at: int, new: bytes) -> bytes:
    return data[:at] + new + data[at + len(new) :]


JPEG = encode(PICTURE, "JPEG", quality=90)
PNG = encode(PICTURE, "PNG")
GIF = encode(PICTURE, "GIF")
BMP = encode(PICTURE, "BMP")
WEBP = encode(PICTURE, "WEBP")
AVIF = encode(PICTURE, "AVIF")
TIFF = encode(PICTURE, "TIFF")
TIFF_ZIP = encode(PICTURE, "TIFF", compression="tiff_deflate")
TIFF_JPEG = encode(PICTURE, "TIFF", compression="jpeg")
APNG = encode_two(PICTURE, "PNG")
BOMB = b"title\0\0" + zlib.compress(bytes(2 * PngImagePlugin.MAX_TEXT_CHUNK))
SOF = JPEG.index(b"\xff\xc0")

CASES: dict[str, tuple[bytes, str]] = {
    "no bytes": (b"", "empty_image"),
    "one byte": (b"\xff", FOREIGN),
    "text": (b"this is no picture\n", FOREIGN),
    "html": (b"<!doctype html><img src=x>", FOREIGN),
    "svg": (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', FOREIGN),
    "pdf before a jpeg": (b"%PDF-1.7\n" + JPEG, FOREIGN),
    "postscript": (b"%!PS-Adobe-3.0 EPSF-3.0\n", FOREIGN),
    "photoshop": (b"8BPS\0\1" + bytes(60), FOREIGN),
    "jpeg 2000": (b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(60), FOREIGN),
    "jpeg xl": (b"\xff\x0a" + bytes(60), FOREIGN),
    "netpbm": (encode(PICTURE, "PPM"), FOREIGN),
    "icon": (encode(PICTURE, "ICO"), FOREIGN),
    "film": (b"\0\0\0\x18ftypmp42" + bytes(60), FOREIGN),
    "riff sound": (b"RIFF\x24\0\0\0WAVEfmt " + bytes(60), FOREIGN),
    "only a jpeg start": (JPEG[:3], BROKEN),
    "only a png start": (PNG[:8], BROKEN),
    "only a heic start": (b"\0\0\0\x18ftypheic" + bytes(4) + b"mif1heic", ANY),
    "only an avif start": (AVIF[:40], BROKEN),
    "jpeg cut in the header": (JPEG[:100], BROKEN),
    "jpeg cut in the frame": (JPEG[: SOF + 6], BROKEN),
    "jpeg cut in the middle": (JPEG[: len(JPEG) * 2 // 3], BROKEN),
    "jpeg without its end": (JPEG[:-2], ANY),
    "png cut after the header": (PNG[:33], BROKEN),
    "png cut in the middle": (PNG[: len(PNG) // 2], BROKEN),
    "png without its end": (PNG[:-12], ANY),
    "gif cut": (GIF[: len(GIF) // 2], BROKEN),
    "bmp cut": (BMP[: len(BMP) // 2], BROKEN),
    "webp cut": (WEBP[: len(WEBP) // 2], BROKEN),
    "avif cut": (AVIF[: len(AVIF) // 2], BROKEN),
    "tiff cut": (TIFF[: len(TIFF) // 2], BROKEN),
    "tiff with a directory far away": (patched(TIFF, 4, b"\xff\xff\xff\x7f"), BROKEN),
    "tiff with damaged zip data": (patched(TIFF_ZIP, 100, bytes(200)), ANY),
    "tiff with damaged jpeg data": (patched(TIFF_JPEG, 300, bytes(200)), ANY),
    "png 30000 x 30000 of one bit": (png(30_000, 30_000), TOO_MANY),
    "png 16383 x 16383": (png(16_383, 16_383, depth=8, colour=2), TOO_MANY),
    "png 7100 x 7100": (png(7_100, 7_100), TOO_MANY),
    "png 2147483647 wide": (png(2**31 - 1, 64), TOO_MANY),
    "png 0 x 0": (png(0, 0), ANY),
    "jpeg 65500 x 65500": (patched(JPEG, SOF + 5, struct.pack(">HH", 65500, 65500)), TOO_MANY),
    "gif 65535 x 65535": (patched(GIF, 6, b"\xff\xff\xff\xff"), TOO_MANY),
    "bmp 60000 x 60000": (patched(BMP, 18, struct.pack("<ii", 60000, 60000)), TOO_MANY),
    "bmp of negative height": (patched(BMP, 22, struct.pack("<i", -40)), OK),
    "zip text bomb": (png(64, 64, chunk(b"zTXt", BOMB)), BROKEN),
    "colour profile bomb": (png(64, 64, chunk(b"iCCP", BOMB)), ANY),
    "png with a wrong checksum": (patched(PNG, 29, b"\0\0\0\0"), BROKEN),
    "png of unknown colour type": (png(64, 64, depth=8, colour=5), BROKEN),
    "apng with a frame out of order": (
        APNG.replace(
            struct.pack(">I", 26) + b"fcTL" + bytes(4),
            struct.pack(">I", 26) + b"fcTL\xff\xff\xff\xff",
            1,
        ),
        ANY,
    ),
    "apng of no frames": (png(64, 64, chunk(b"acTL", bytes(8))), ANY),
    "gif start on a jpeg": (b"GIF89a" + JPEG, ANY),
    "bmp start on text": (b"BM this is a letter, not a bitmap, of some length", BROKEN),
    "jpeg with a zip behind": (JPEG + b"PK\x03\x04" + bytes(200), OK),
    "png with a script behind": (PNG + b"<script>alert(1)</script>", OK),
    "1 x 1": (encode(Image.new("RGB", (1, 1)), "PNG"), SMALL),
    "15 x 200": (encode(Image.new("RGB", (15, 200)), "PNG"), SMALL),
    "2000 x 20": (encode(Image.new("RGB", (2000, 20)), "PNG"), ASPECT),
    "321 x 16": (encode(Image.new("RGB", (321, 16)), "PNG"), ASPECT),
    "320 x 16": (encode(Image.new("RGB", (320, 16)), "PNG"), OK),
    "fax tiff": (encode(PICTURE.convert("1"), "TIFF", compression="group4"), OK),
    "lab tiff": (encode(Image.new("LAB", (40, 40), (120, 130, 140)), "TIFF"), OK),
    "ycbcr tiff": (encode(PICTURE.convert("YCbCr"), "TIFF"), OK),
    "cmyk tiff": (encode(PICTURE.convert("CMYK"), "TIFF"), OK),
    "cmyk jpeg": (encode(PICTURE.convert("CMYK"), "JPEG"), OK),
    "grey jpeg": (encode(PICTURE.convert("L"), "JPEG"), OK),
    "progressive jpeg": (encode(PICTURE, "JPEG", progressive=True), OK),
    "one-bit png": (encode(PICTURE.convert("1"), "PNG"), OK),
    "palette png": (encode(PICTURE.convert("P"), "PNG"), OK),
    "interlaced palette gif": (encode(PICTURE.convert("P"), "GIF", interlace=1), OK),
    "jpeg with a preview behind": (encode_two(PICTURE, "MPO"), OK),
}

WARNED: dict[str, tuple[bytes, str]] = {
    "animated gif": (encode_two(PICTURE, "GIF"), "animated_first_frame"),
    "animated png": (APNG, "animated_first_frame"),
    "animated webp": (encode_two(PICTURE, "WEBP"), "animated_first_frame"),
    "animated avif": (encode_two(PICTURE, "AVIF"), "animated_first_frame"),
    "tiff of two pages": (encode_two(PICTURE, "TIFF"), "animated_first_frame"),
    "transparent png": (
        encode(Image.new("RGBA", (40, 40), (9, 9, 9, 9)), "PNG"),
        "alpha_flattened",
    ),
    "grey with alpha": (encode(Image.new("LA", (40, 40), (9, 9)), "PNG"), "alpha_flattened"),
    "palette with a clear entry": (
        encode(PICTURE.convert("P"), "PNG", transparency=bytes(256)),
        "alpha_flattened",
    ),
    "png with a clear colour": (
        encode(Image.new("RGB", (40, 40)), "PNG", transparency=(0, 0, 0)),
        "alpha_flattened",
    ),
    "transparent gif": (encode(Image.new("RGBA", (40, 40)), "GIF"), "alpha_flattened"),
}


def outcome(data: bytes) -> str:
    """Return "photo" or the code of the error; any other exception is the test's failure."""
    try:
        photo = read_photo(data)
    except (ImageError, MissingExtra) as error:
        return error.code
    assert isinstance(photo, Photo)
    assert photo.pixels.dtype == np.uint8
    assert photo.pixels.shape[2] == 3
    return OK


@pytest.mark.parametrize("name", CASES)
def test_every_odd_picture_has_a_known_end(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    data, want = CASES[name]
    found = outcome(data)
    assert want == ANY or found == want
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("name", WARNED)
def test_what_is_changed_is_told(name: str) -> None:
    data, code = WARNED[name]
    assert [warning.code for warning in read_photo(data).warnings] == [code]


def test_the_first_frame_is_the_one() -> None:
    for name in ("animated gif", "animated png", "tiff of two pages"):
        first = read_photo(WARNED[name][0]).pixels
        assert first.shape == (40, 56, 3)
        np.testing.assert_allclose(first.astype(int), np.asarray(PICTURE, int), atol=40)


@given(
    st.sampled_from([JPEG, PNG, GIF, BMP, WEBP, AVIF, TIFF, TIFF_ZIP, TIFF_JPEG, APNG]),
    st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=8)), max_size=6),
    st.floats(0.05, 1),
)
@settings(max_examples=150, deadline=None)
def test_random_damage_never_escapes(
    data: bytes, edits: list[tuple[float, bytes]], kept: float
) -> None:
    for where, new in edits:
        data = patched(data, int(where * len(data)), new)
    outcome(data[: int(kept * len(data))])
