"""Windows of the enlarged grid against a float64 reference and against cv2."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from m2fp.postprocess.resample import Box, Resampler, grid_size


def reference(
    grid: npt.NDArray[np.float32], photo: tuple[int, int], content: tuple[int, int]
) -> npt.NDArray[np.float64]:
    """Return the grid at every photo pixel, straight from the definition."""
    out = grid.astype(np.float64)
    for axis in (0, 1):
        cells = out.shape[axis]
        centre = (np.arange(photo[axis]) + 0.5) * content[axis] / photo[axis] / 4 - 0.5
        centre = centre.clip(0, cells - 1)
        low = np.floor(centre).astype(int)
        high = np.minimum(low + 1, cells - 1)
        weight = np.expand_dims(centre - low, 1 - axis)
        out = out.take(low, axis) * (1 - weight) + out.take(high, axis) * weight
    return out


sizes = st.tuples(st.integers(1, 90), st.integers(1, 90))


@settings(max_examples=60, deadline=None)
@given(photo=sizes, content=sizes, data=st.data())
def test_every_window_equals_that_part_of_the_whole(
    photo: tuple[int, int], content: tuple[int, int], data: st.DataObject
) -> None:
    grid = np.random.default_rng(0).normal(size=grid_size(content)).astype(np.float32)
    top = data.draw(st.integers(0, photo[0] - 1))
    left = data.draw(st.integers(0, photo[1] - 1))
    bottom = data.draw(st.integers(top + 1, photo[0]))
    right = data.draw(st.integers(left + 1, photo[1]))
    resampler = Resampler.build(photo, content)
    whole = resampler.read(grid, Box(0, photo[0], 0, photo[1]))
    window = resampler.read(grid, Box(top, bottom, left, right))
    np.testing.assert_array_equal(window, whole[top:bottom, left:right])
    np.testing.assert_allclose(whole, reference(grid, photo, content), atol=1e-5)


@pytest.mark.parametrize("photo", [(48, 64), (96, 128), (250, 333)])
def test_whole_cells_agree_with_cv2(photo: tuple[int, int]) -> None:
    grid = np.random.default_rng(1).normal(size=(12, 16)).astype(np.float32)
    ours = Resampler.build(photo, (48, 64)).read(grid, Box(0, photo[0], 0, photo[1]))
    theirs = cv2.resize(grid, photo[::-1], interpolation=cv2.INTER_LINEAR)
    np.testing.assert_allclose(ours, theirs, atol=2e-5)


@settings(max_examples=60, deadline=None)
@given(photo=sizes, content=sizes, seed=st.integers(0, 99))
def test_nothing_outside_the_reach(
    photo: tuple[int, int], content: tuple[int, int], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    inside = rng.random(grid_size(content)) < 0.1
    grid = np.where(inside, 1.0, 0.0).astype(np.float32)
    resampler = Resampler.build(photo, content)
    touched = resampler.read(grid, Box(0, photo[0], 0, photo[1])) > 0
    reach = resampler.reach(inside)
    touched[reach.rows, reach.columns] = False
    assert not touched.any()


def test_an_empty_mask_reaches_nothing() -> None:
    reach = Resampler.build((40, 40), (40, 40)).reach(np.zeros((10, 10), np.bool_))
    assert reach.is_empty
