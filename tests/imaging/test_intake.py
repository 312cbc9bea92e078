"""The way in: sources, turns, colours, limits."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from m2fp.errors import (
    ConfigError,
    ImageError,
    ImageTooLarge,
    SourceNotFound,
    UndecodableImage,
    UnsupportedImageFormat,
)
from m2fp.imaging import IntakeLimits, Photo, PhotoWarning, read_photo

# Four plain quarters, so that JPEG keeps them and every turn differs: shape (32, 48, 3).
QUARTERS = np.zeros((32, 48, 3), dtype=np.uint8)
QUARTERS[:16, :24] = (200, 30, 30)
QUARTERS[:16, 24:] = (30, 200, 30)
QUARTERS[16:, :24] = (30, 30, 200)
QUARTERS[16:, 24:] = (220, 220, 220)

# What a stored picture with this tag looks like when it is shown (EXIF 2.3, tag 274).
SHOWN = {
    1: QUARTERS,
    2: QUARTERS[:, ::-1],
    3: QUARTERS[::-1, ::-1],
    4: QUARTERS[::-1],
    5: QUARTERS.transpose(1, 0, 2),
    6: np.rot90(QUARTERS, -1),
    7: QUARTERS[::-1, ::-1].transpose(1, 0, 2),
    8: np.rot90(QUARTERS),
}


def encode(image: Image.Image, image_format: str, **options: Any) -> bytes:
    target = io.BytesIO()
    image.save(target, image_format, **options)
    return target.getvalue()


def orientation_tag(value: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = value
    return exif


PNG = encode(Image.fromarray(QUARTERS), "PNG")


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("tag", range(1, 9))
def test_every_orientation_is_applied_once(image_format: str, tag: int) -> None:
    options: dict[str, Any] = {"quality": 95} if image_format != "TIFF" else {}
    data = encode(Image.fromarray(QUARTERS), image_format, exif=orientation_tag(tag), **options)
    photo = read_photo(data)
    assert photo.orientation_applied is (tag != 1)
    assert photo.size == SHOWN[tag].shape[:2]
    inner = [(4, 4), (4, -4), (-4, 4), (-4, -4)]
    for row, column in inner:
        np.testing.assert_allclose(photo.pixels[row, column], SHOWN[tag][row, column], atol=25)


@pytest.mark.parametrize("tag", [0, 9, 300])
def test_a_senseless_orientation_counts_as_upright(tag: int) -> None:
    photo = read_photo(encode(Image.fromarray(QUARTERS), "JPEG", exif=orientation_tag(tag)))
    assert not photo.orientation_applied


@pytest.mark.parametrize("image_format", ["PNG", "WEBP"])
def test_damaged_exif_is_told_and_the_picture_kept(image_format: str) -> None:
    photo = read_photo(encode(Image.fromarray(QUARTERS), image_format, exif=b"Exif\0\0garbage!"))
    assert [warning.code for warning in photo.warnings] == ["exif_unreadable"]
    assert photo.size == (32, 48)


def test_all_sources_give_the_same_pixels(tmp_path: Path) -> None:
    path = tmp_path / "two people \u5408\u5f71 100%.txt"
    path.write_bytes(PNG)
    sources = [str(path), path, PNG, bytearray(PNG), io.BytesIO(PNG), Image.open(path), QUARTERS]
    for source in sources:
        photo = read_photo(source)
        np.testing.assert_array_equal(photo.pixels, QUARTERS)
        assert not photo.pixels.flags.writeable
        assert photo.pixels.flags.c_contiguous
    photo = read_photo(path)
    assert photo.name == path.name
    assert photo.sha256 == hashlib.sha256(PNG).hexdigest()
    assert read_photo(PNG).name is None
    assert read_photo(PNG, name="x.png").name == "x.png"
    assert read_photo(Image.open(path)).name == path.name
    assert read_photo(QUARTERS).sha256 is None


def test_a_pipe_gives_a_picture_in_pieces() -> None:
    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.left = io.BytesIO(PNG)

        def read(self, size: int = -1) -> bytes:
            return self.left.read(min(size, 50))

    assert read_photo(Pipe()).sha256 == hashlib.sha256(PNG).hexdigest()
    with pytest.raises(ImageTooLarge):
        read_photo(Pipe(), IntakeLimits(max_bytes=len(PNG) - 1))


def test_pil_pictures_are_turned_and_left_alone() -> None:
    image = Image.open(
        io.BytesIO(encode(Image.fromarray(QUARTERS), "PNG", exif=orientation_tag(6)))
    )
    photo = read_photo(image)
    np.testing.assert_array_equal(photo.pixels, SHOWN[6])
    assert photo.orientation_applied
    assert image.size == (48, 32)


def test_a_photo_does_not_follow_later_changes() -> None:
    mine = QUARTERS.copy()
    photo = read_photo(mine)
    mine[:] = 7
    np.testing.assert_array_equal(photo.pixels, QUARTERS)
    grey = read_photo(QUARTERS[:, :, 0])
    assert grey.pixels.shape == (32, 48, 3)


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((32, 32, 4), np.uint8),
        np.zeros((3, 32, 32), np.uint8),
        np.zeros((32, 32, 3), np.float32),
        np.zeros((32,), np.uint8),
        np.zeros((32, 32), bool),
    ],
)
def test_other_arrays_are_refused_by_name(array: np.ndarray) -> None:
    with pytest.raises(UnsupportedImageFormat) as caught:
        read_photo(array)
    assert str(array.dtype) in str(caught.value)
    assert str(array.shape) in str(caught.value)


@pytest.mark.parametrize("source", [None, 3, ["a.jpg"], io.StringIO("text")])
def test_other_sources_are_refused(source: Any) -> None:
    with pytest.raises(UnsupportedImageFormat, match="a picture must be"):
        read_photo(source)


@pytest.mark.parametrize(
    "name", ["missing.jpg", "", "https://example.org/a.jpg", "a\0b", "x" * 999]
)
def test_paths_to_nothing(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SourceNotFound):
        read_photo(name)


def test_a_folder_is_no_picture(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound, match="folder"):
        read_photo(tmp_path)


def test_byte_limit_holds_for_every_source(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(PNG)
    limits = IntakeLimits(max_bytes=len(PNG) - 1)
    for source in (path, PNG, io.BytesIO(PNG)):
        with pytest.raises(ImageTooLarge) as caught:
            read_photo(source, limits)
        assert caught.value.code == "body_too_large"
    assert read_photo(PNG, IntakeLimits(max_bytes=len(PNG))).size == (32, 48)


@pytest.mark.parametrize("field", ["max_bytes", "max_pixels", "min_side", "max_aspect"])
def test_limits_must_make_sense(field: str) -> None:
    with pytest.raises(ConfigError, match=field):
        IntakeLimits(**{field: 0})


def test_limits_hold_for_arrays_and_pil_pictures() -> None:
    limits = IntakeLimits(max_pixels=32 * 48 - 1)
    for source in (QUARTERS, Image.fromarray(QUARTERS)):
        with pytest.raises(ImageTooLarge) as caught:
            read_photo(source, limits)
        assert (caught.value.actual, caught.value.limit) == (32 * 48, 32 * 48 - 1)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "La", "RGBa", "PA"])
def test_hidden_colours_stay_hidden(mode: str) -> None:
    image = Image.new("RGBA", (32, 32), (200, 10, 10, 0))
    image.paste((0, 0, 0, 255), (0, 0, 16, 32))
    if mode == "P":
        made = image.quantize(4)
    else:  # the premultiplied modes and PA are reached by a step between
        step = {"La": "LA", "PA": "P"}.get(mode, "RGBA")
        made = image.convert(step).convert(mode)
    photo = read_photo(made)
    assert [warning.code for warning in photo.warnings] == ["alpha_flattened"]
    assert photo.pixels[5, 5].tolist() == [0, 0, 0]
    assert photo.pixels[5, 25].tolist() == [255, 255, 255]


def test_a_deep_grey_that_is_hidden_stays_hidden() -> None:
    grey = np.full((32, 32), 150 * 257, np.uint16)
    grey[:, 16:] = 1000
    file = io.BytesIO()
    Image.fromarray(grey).save(file, "PNG", transparency=1000)
    photo = read_photo(file.getvalue())
    assert [warning.code for warning in photo.warnings] == ["alpha_flattened"]
    assert photo.pixels[5, [5, 25], 0].tolist() == [150, 255]


def test_an_alpha_that_hides_nothing_is_no_news() -> None:
    photo = read_photo(Image.fromarray(QUARTERS).convert("RGBA"))
    assert photo.warnings == ()
    np.testing.assert_array_equal(photo.pixels, QUARTERS)


@pytest.mark.parametrize("profile", [None, b"not a profile", b"x" * 5_000_000])
def test_cmyk_without_a_sane_profile_is_converted_plainly(profile: bytes | None) -> None:
    image = Image.new("CMYK", (32, 32), (0, 255, 255, 0))
    if profile is not None:
        image.info["icc_profile"] = profile
    assert read_photo(image).pixels[0, 0].tolist() == [255, 0, 0]


def test_cmyk_with_a_profile_for_another_space_is_converted_plainly() -> None:
    image = Image.new("CMYK", (32, 32), (0, 255, 255, 0))
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    image.info["icc_profile"] = srgb.tobytes()
    assert read_photo(image).pixels[0, 0].tolist() == [255, 0, 0]


@pytest.mark.parametrize(
    ("made", "want"),
    [
        (Image.new("RGB", (32, 32), (1, 2, 3)), [1, 2, 3]),
        (None, [255, 0, 0]),
        (ImageCms.PyCMSError("bad table"), [255, 0, 0]),
    ],
)
def test_a_cmyk_profile_is_used_and_its_failure_survived(
    made: Image.Image | Exception | None, want: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def convert(*_: Any, **__: Any) -> Image.Image | None:
        if isinstance(made, Exception):
            raise made
        return made

    space = SimpleNamespace(profile=SimpleNamespace(xcolor_space="CMYK"))
    monkeypatch.setattr(ImageCms, "ImageCmsProfile", lambda _: space)
    monkeypatch.setattr(ImageCms, "profileToProfile", convert)
    image = Image.new("CMYK", (32, 32), (0, 255, 255, 0))
    image.info["icc_profile"] = b"profile"
    assert read_photo(image).pixels[0, 0].tolist() == want


def test_a_pil_picture_that_does_not_decode() -> None:
    image = Image.open(io.BytesIO(PNG[: len(PNG) // 2]))
    with pytest.raises(UndecodableImage):
        read_photo(image)


def test_photo_refuses_other_shapes() -> None:
    with pytest.raises(ValueError, match="uint8"):
        Photo(np.zeros((4, 4), np.uint8))
    assert PhotoWarning("a", "b") == PhotoWarning("a", "b")


def test_all_image_errors_can_be_caught_as_one() -> None:
    with pytest.raises(ImageError):
        read_photo(b"")
