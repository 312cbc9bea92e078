"""Deep greys are scaled, never clipped, and stretched only where the depth misleads."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from m2fp.imaging import read_photo
from m2fp.imaging.deep_grey import (
    GreyRange,
    choose_range,
    deep_grey_to_8_bit,
    scale_to_8_bit,
)

RAMP = np.linspace(0, 1, 40 * 40).reshape(40, 40)


@pytest.mark.parametrize(
    ("values", "want"),
    [
        (np.array([[0, 65535]], np.uint16), GreyRange(0, 65535)),
        (np.array([[0, 5000]], np.uint16), GreyRange(0, 65535)),
        (np.array([[10, 694]], np.uint16), GreyRange(10, 694, guessed=True)),
        (np.array([[0, 0]], np.uint16), GreyRange(0, 65535)),
        (np.array([[700, 700]], np.uint16), GreyRange(0, 65535)),
        (np.array([[-5, 100_000]], np.int32), GreyRange(-5, 100_000, guessed=True)),
        (np.array([[0.0, 1.0]], np.float32), GreyRange(0, 1)),
        (np.array([[0.0, 200.0]], np.float32), GreyRange(0, 255)),
        (np.array([[0.0, 60000.0]], np.float32), GreyRange(0, 65535)),
        (np.array([[-1.0, 1.0]], np.float32), GreyRange(-1, 1, guessed=True)),
        (np.array([[np.nan, np.inf]], np.float32), GreyRange(0, 1)),
    ],
)
def test_choose_range(values: np.ndarray, want: GreyRange) -> None:
    assert choose_range(values, declared_high=65535) == want


def test_scaling_handles_what_is_no_number() -> None:
    values = np.array([[np.nan, -np.inf, np.inf, 5.0]], np.float32)
    assert scale_to_8_bit(values, GreyRange(0, 10)).tolist() == [[0, 0, 255, 128]]
    assert scale_to_8_bit(values, GreyRange(3, 3)).tolist() == [[0, 0, 0, 0]]


@pytest.mark.parametrize("mode", ["I;16", "I;16B", "I", "F"])
def test_every_deep_mode_keeps_its_greys(mode: str) -> None:
    dtype = {"I;16": "<u2", "I;16B": ">u2", "I": "<i4", "F": "<f4"}[mode]
    raw = (RAMP * 65535).astype(dtype).tobytes()
    photo = read_photo(Image.frombytes(mode, (40, 40), raw))
    np.testing.assert_allclose(photo.pixels[:, :, 1], RAMP * 255, atol=1.0)
    assert photo.warnings == ()


@pytest.mark.parametrize("image_format", ["PNG", "TIFF"])
def test_sixteen_bit_files(image_format: str) -> None:
    target = io.BytesIO()
    Image.fromarray((RAMP * 65535).astype(np.uint16)).save(target, image_format)
    photo = read_photo(target.getvalue())
    assert len(np.unique(photo.pixels)) == 256


@pytest.mark.parametrize(
    ("bits", "white"), [((12,), 4095), (12, 4095), ((16,), 65535), ("x", 65535)]
)
def test_a_tiff_may_declare_its_bits(bits: object, white: int) -> None:
    image = Image.fromarray((RAMP * white).astype(np.uint16))
    image.tag_v2 = {258: bits}  # type: ignore[attr-defined]
    shown, warnings = deep_grey_to_8_bit(image)
    np.testing.assert_allclose(np.asarray(shown)[:, :, 0], RAMP * 255, atol=1.0)
    assert warnings == ()


def test_twelve_bits_in_sixteen_are_stretched_and_say_so() -> None:
    target = io.BytesIO()
    Image.fromarray((RAMP * 694).astype(np.uint16)).save(target, "TIFF")
    photo = read_photo(target.getvalue())
    assert [warning.code for warning in photo.warnings] == ["range_stretched"]
    assert int(photo.pixels.max()) == 255
