"""Backgrounds have the size asked for and show nobody."""

from __future__ import annotations

import numpy as np
import pytest
from tests.labelled_photos import standing_person

from m2fp.augmentation.backgrounds import empty_strip, invent, stretch
from m2fp.datasets import LabelledPhoto

SIZES = [(32, 32), (64, 200), (200, 64), (97, 131)]


def _photo(columns: slice, width: int = 100) -> LabelledPhoto:
    humans = np.zeros((20, width), np.uint8)
    humans[5:, columns] = 1
    ramp = np.tile(np.arange(width, dtype=np.uint8), (20, 1))
    return LabelledPhoto(np.repeat(ramp[..., None], 3, 2), humans * 5, humans)


@pytest.mark.parametrize(
    ("columns", "first", "last"),
    [(slice(60, 90), 0, 53), (slice(10, 40), 45, 99), (slice(0, 0), 0, 99)],
    ids=["left", "right", "nobody"],
)
def test_the_wider_strip_beside_the_people(columns: slice, first: int, last: int) -> None:
    strip = empty_strip(_photo(columns))
    assert strip is not None
    assert strip[0, 0, 0] == first
    assert strip[0, -1, 0] == last


@pytest.mark.parametrize("columns", [slice(20, 81), slice(0, 100), slice(15, 85)])
def test_no_strip_beside_people_who_fill_the_photo(columns: slice) -> None:
    assert empty_strip(_photo(columns)) is None


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("shape", [(50, 9, 3), (10, 80, 3), (300, 300, 3)])
def test_a_stretched_strip_covers_the_canvas(
    size: tuple[int, int], shape: tuple[int, int, int]
) -> None:
    strip = np.full(shape, 77, np.uint8)
    for seed in range(5):
        background = stretch(strip, size, np.random.default_rng(seed))
        assert background.shape == (*size, 3)
        assert background.dtype == np.uint8
        assert background.flags.c_contiguous
        assert (background == 77).all()


@pytest.mark.parametrize("size", SIZES)
def test_an_invented_background(size: tuple[int, int]) -> None:
    one, same, other = (invent(size, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert one.shape == (*size, 3)
    assert one.dtype == np.uint8
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)
    assert one.std() > 5


def test_strips_of_a_labelled_photo_show_nobody() -> None:
    photo = standing_person((80, 90))
    strip = empty_strip(photo)
    assert strip is not None
    assert np.unique(strip.reshape(-1, 3), axis=0).tolist() == [[20, 120, 40]]
