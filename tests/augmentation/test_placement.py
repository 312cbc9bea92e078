"""Placing a photo on a canvas moves pixels and labels together, by literal cases."""

from __future__ import annotations

import math

import numpy as np
import pytest
from tests.labelled_photos import standing_person

from m2fp.augmentation.placement import Placement, flip, place
from m2fp.datasets import LabelledPhoto
from m2fp.labels import get_scheme

CIHP = get_scheme("cihp")


def _photo(categories: list[list[int]], humans: list[list[int]] | None = None) -> LabelledPhoto:
    ids = np.array(categories, np.uint8)
    pixels = np.repeat(ids[..., None] * 10, 3, axis=2)
    owners = (ids > 0).astype(np.uint8) if humans is None else np.array(humans, np.uint8)
    return LabelledPhoto(pixels, ids, owners)


def _centred(scale: float, angle: float, size: tuple[int, int]) -> Placement:
    return Placement((size[1] / 2, size[0] / 2), scale, angle)


def test_flip_swaps_sides() -> None:
    photo = _photo([[14, 15, 16, 0], [18, 255, 13, 2]], [[1, 1, 2, 0], [1, 1, 2, 2]])
    mirrored = flip(photo, CIHP)
    assert mirrored.categories.tolist() == [[0, 17, 14, 15], [2, 13, 255, 19]]
    assert mirrored.humans.tolist() == [[0, 2, 1, 1], [2, 2, 1, 1]]
    assert mirrored.pixels[:, :, 0].tolist() == photo.pixels[:, ::-1, 0].tolist()


def test_flipping_twice_changes_nothing() -> None:
    photo = standing_person()
    twice = flip(flip(photo, CIHP), CIHP)
    for name in ("pixels", "categories", "humans"):
        assert np.array_equal(getattr(twice, name), getattr(photo, name))


def test_a_scheme_without_sides_only_mirrors() -> None:
    mirrored = flip(_photo([[1, 2, 3, 6]]), get_scheme("ppp"))
    assert mirrored.categories.tolist() == [[6, 3, 2, 1]]


def test_identity_returns_the_photo() -> None:
    photo = standing_person((40, 30))
    placed = place(photo, _centred(1.0, 0.0, (40, 30)), (40, 30), CIHP)
    for name in ("pixels", "categories", "humans"):
        assert np.array_equal(getattr(placed, name), getattr(photo, name)), name
        assert getattr(placed, name).dtype == np.uint8


def test_a_flip_in_place_is_flip() -> None:
    photo = standing_person((40, 30))
    placed = place(photo, Placement((15, 20), 1.0, flip=True), (40, 30), CIHP)
    assert np.array_equal(placed.categories, flip(photo, CIHP).categories)


def test_shifted_by_two_columns_and_one_row() -> None:
    photo = _photo([[1, 2, 3], [4, 5, 6]])
    placed = place(photo, Placement((1.5 + 2, 1 + 1), 1.0), (3, 5), CIHP)
    want = [[0, 0, 0, 0, 0], [0, 0, 1, 2, 3], [0, 0, 4, 5, 6]]
    assert placed.categories.tolist() == want
    assert placed.humans.tolist() == [[int(value > 0) for value in row] for row in want]
    grey = [[value * 10 if value else 128 for value in row] for row in want]
    assert placed.pixels[:, :, 1].tolist() == grey


def test_twice_the_size() -> None:
    photo = _photo([[1, 2], [3, 4]])
    placed = place(photo, _centred(2.0, 0.0, (4, 4)), (4, 4), CIHP)
    assert placed.categories.tolist() == [[1, 1, 2, 2], [1, 1, 2, 2], [3, 3, 4, 4], [3, 3, 4, 4]]


@pytest.mark.parametrize(
    ("angle", "want"),
    [
        (90, [[2, 4], [1, 3]]),  # counter-clockwise
        (180, [[4, 3], [2, 1]]),
        (-90, [[3, 1], [4, 2]]),
    ],
)
def test_quarter_turns(angle: float, want: list[list[int]]) -> None:
    placed = place(_photo([[1, 2], [3, 4]]), _centred(1.0, angle, (2, 2)), (2, 2), CIHP)
    assert placed.categories.tolist() == want
    assert (placed.pixels[:, :, 0] // 10).tolist() == want


def test_a_rotations_corners_are_background_not_unknown() -> None:
    photo = LabelledPhoto(
        np.full((40, 40, 3), 7, np.uint8),
        np.full((40, 40), 5, np.uint8),
        np.ones((40, 40), np.uint8),
    )
    placed = place(photo, _centred(1.0, 45.0, (40, 40)), (40, 40), CIHP)
    for corner in [(0, 0), (0, -1), (-1, 0), (-1, -1)]:
        assert placed.categories[corner] == 0
        assert placed.humans[corner] == 0
        assert placed.pixels[corner].tolist() == [128] * 3
    assert set(np.unique(placed.categories)) == {0, 5}
    assert set(np.unique(placed.humans)) == {0, 1}
    assert placed.categories[20, 20] == 5


@pytest.mark.parametrize("scale", [0.2, 0.25, 0.31, 0.45, 0.55, 0.61, 0.9, 1.0, 1.7])
@pytest.mark.parametrize("angle", [0.0, 20.0])
def test_pixels_and_labels_stay_aligned(scale: float, angle: float) -> None:
    # A bright disc on the border's grey: pixels and labels must both go where it belongs.
    y, x = np.mgrid[:200, :160]
    disc = (x - 50) ** 2 + (y - 120) ** 2 < 30**2  # (-29.5, 20.5) from the photo's middle
    photo = LabelledPhoto(
        np.repeat(np.where(disc, 255, 128)[..., None].astype(np.uint8), 3, axis=2),
        disc.astype(np.uint8),
        disc.astype(np.uint8),
    )
    size = (340, 340)
    placed = place(photo, _centred(scale, angle, size), size, CIHP)
    inside = (placed.pixels[..., 0] - 128.0) / 127
    light = _centre_of_mass(inside)
    label = _centre_of_mass(placed.categories.astype(float))
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    want = (
        169.5 + scale * (29.5 * sin + 20.5 * cos),
        169.5 + scale * (-29.5 * cos + 20.5 * sin),
    )
    assert light == pytest.approx(want, abs=0.05)
    assert label == pytest.approx(want, abs=0.2)  # nearest sampling rounds
    assert inside.sum() == pytest.approx(placed.categories.sum(), rel=0.06)


def test_shrinking_averages_instead_of_skipping() -> None:
    stripes = np.zeros((64, 64, 3), np.uint8)
    stripes[:, ::2] = 200
    nothing = np.zeros((64, 64), np.uint8)
    photo = LabelledPhoto(stripes, nothing, nothing)
    for scale in (0.5, 0.25, 0.125):
        side = round(64 * scale)
        placed = place(photo, _centred(scale, 0.0, (side, side)), (side, side), CIHP)
        assert abs(placed.pixels.astype(int) - 100).max() <= 1, scale


def _centre_of_mass(weights: np.ndarray) -> tuple[float, float]:
    y, x = np.mgrid[: weights.shape[0], : weights.shape[1]]
    total = weights.sum()
    return float((weights * y).sum() / total), float((weights * x).sum() / total)
