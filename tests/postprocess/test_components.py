"""Small regions leave, large ones stay: against scipy's labelling."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from m2fp.postprocess.components import large_regions


def picture(text: str) -> np.ndarray:
    return np.array([[char == "#" for char in line] for line in text.split()])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("##.# ##..", "##.. ##.."),
        ("#... .#.. ..#.", "#... .#.. ..#."),  # corners touch
        ("#.#. #.#. ###.", "#.#. #.#. ###."),  # joined only at the bottom
        ("#..# ....", "#... ...."),  # nothing is large enough: the first of the largest stays
        (".... ....", ".... ...."),
        ("...# #...", "...# ...."),  # not neighbours around the border
    ],
)
def test_table(before: str, after: str) -> None:
    np.testing.assert_array_equal(large_regions(picture(before), 3), picture(after))


@settings(max_examples=80, deadline=None)
@given(
    height=st.integers(1, 20),
    width=st.integers(1, 20),
    density=st.floats(0, 1),
    seed=st.integers(0, 999),
    smallest=st.integers(1, 12),
)
def test_agrees_with_scipy(
    height: int, width: int, density: float, seed: int, smallest: int
) -> None:
    mask = np.random.default_rng(seed).random((height, width)) < density
    labels, count = ndimage.label(mask, np.ones((3, 3)))
    sizes = np.bincount(labels.ravel(), minlength=count + 1)[1:]
    stay = sizes >= smallest
    if count:
        stay[sizes.argmax()] = True
    expected = np.isin(labels, np.flatnonzero(stay) + 1)
    np.testing.assert_array_equal(large_regions(mask, smallest), expected)
