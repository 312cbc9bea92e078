"""Photos become tensors: scaled without shift or alias, normalised, padded with zeros."""

from __future__ import annotations

import numpy as np
import pytest

from m2fp.imaging import CanvasRule, InputRule, Photo, prepare
from m2fp.imaging.network_input import resize

RULE = InputRule(64, 96, 32, mean=(10.0, 20.0, 30.0), std=(2.0, 4.0, 8.0))


def test_shape_padding_and_normalisation() -> None:
    pixels = np.empty((100, 130, 3), dtype=np.uint8)
    pixels[:] = (12, 24, 38)
    made = prepare(Photo(pixels), RULE)
    assert made.tensor.shape == (1, 3, 64, 96)
    assert made.tensor.dtype == np.float32
    assert made.tensor.flags.c_contiguous
    assert made.content == (64, 83)
    assert made.photo_size == (100, 130)
    inside = made.tensor[0, :, :64, :83]
    np.testing.assert_allclose(inside, 1.0, rtol=1e-5)
    assert not made.tensor[0, :, :, 83:].any()


def test_a_canvas_surrounds_the_photo_with_its_grey() -> None:
    pixels = np.full((51, 200, 3), 128, dtype=np.uint8)
    pixels[:, :, 0] = 12
    rule = CanvasRule(64, 96, mean=(10.0, 20.0, 30.0), std=(2.0, 4.0, 8.0))
    made = prepare(Photo(pixels), rule)
    assert (made.tensor.shape, made.padded) == ((1, 3, 64, 96), (64, 96))
    assert (made.content, made.origin) == ((24, 96), (20, 0))
    assert made.tensor.flags.c_contiguous
    np.testing.assert_allclose(made.tensor[0, 0, 20:44], 1.0, rtol=1e-5)
    np.testing.assert_allclose(made.tensor[0, 0, [0, 19, 44, 63]], 59.0, rtol=1e-5)
    # Where the photo is as grey as the fill, no border can be seen.
    np.testing.assert_allclose(made.tensor[0, 1], 27.0, rtol=1e-5)
    np.testing.assert_allclose(made.tensor[0, 2], 12.25, rtol=1e-5)


def test_content_one_pixel_narrower_than_the_canvas_is_padded_too() -> None:
    made = prepare(Photo(np.full((64, 95, 3), 255, dtype=np.uint8)), CanvasRule(64, 96))
    assert (made.content, made.origin) == ((64, 95), (0, 0))
    grey = (128 - np.array(CanvasRule().mean)) / CanvasRule().std
    np.testing.assert_allclose(made.tensor[0, :, :, 95], grey[:, None].repeat(64, 1), rtol=1e-5)


def test_normalisation_equals_the_formula_in_double() -> None:
    pixels = np.arange(64 * 96 * 3, dtype=np.uint32).reshape(64, 96, 3).astype(np.uint8)
    rule = InputRule(64, 96)
    tensor = prepare(Photo(pixels), rule).tensor[0]
    want = (pixels.astype(np.float64) - rule.mean) / rule.std
    np.testing.assert_allclose(tensor, want.transpose(2, 0, 1), atol=2e-6)


@pytest.mark.parametrize("scale", [2, 3, 8, 20])
def test_shrinking_averages_instead_of_picking(scale: int) -> None:
    board = (np.indices((16 * scale, 24 * scale)).sum(axis=0) % 2 * 255).astype(np.uint8)
    small = resize(np.repeat(board[:, :, None], 3, axis=2), (16, 24))
    assert abs(int(small.min()) - 127) < 20
    assert abs(int(small.max()) - 127) < 20


@pytest.mark.parametrize("scale", [0.5, 2.0, 3.0, 10.0])
def test_a_ramp_stays_where_it_was(scale: float) -> None:
    width = round(64 * scale)
    ramp = np.tile(np.linspace(20, 220, width), (width, 1))
    small = resize(np.repeat(ramp[:, :, None], 3, axis=2).astype(np.uint8), (64, 64))
    centres = (np.arange(64) + 0.5) * scale - 0.5
    want = 20 + 200 * centres / (width - 1)
    inner = slice(3, -3)
    np.testing.assert_allclose(small[32, inner, 0], want[inner], atol=1.6)


def test_the_right_size_is_not_resampled() -> None:
    pixels = np.zeros((64, 96, 3), dtype=np.uint8)
    assert resize(pixels, (64, 96)) is pixels
