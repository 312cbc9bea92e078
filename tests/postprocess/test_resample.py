"""Windows of the enlarged grid against a float64 reference and against cv2."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from m2fp.imaging import NetworkInput
from m2fp.imaging.box import Box
from m2fp.postprocess.resample import Resampler, content_cells

Size = tuple[int, int]


def placed(photo: Size, content: Size, origin: Size = (0, 0)) -> NetworkInput:
    """Return a network input of which only the places matter."""
    return NetworkInput(np.zeros((1, 3, 32, 32), np.float32), content, photo, origin)


def random_cells(given: NetworkInput) -> npt.NDArray[np.float32]:
    """Return logits for the cells that the photo touches."""
    cells = content_cells(given)
    size = (cells.bottom - cells.top, cells.right - cells.left)
    return np.random.default_rng(0).normal(size=size).astype(np.float32)


def reference(grid: npt.NDArray[np.float32], given: NetworkInput) -> npt.NDArray[np.float64]:
    """Return the grid at every photo pixel, straight from the definition."""
    out = grid.astype(np.float64)
    for axis in (0, 1):
        cells = out.shape[axis]
        photo, content = given.photo_size[axis], given.content[axis]
        start = given.origin[axis]
        centre = (start + (np.arange(photo) + 0.5) * content / photo) / 4 - 0.5 - start // 4
        centre = centre.clip(0, cells - 1)
        low = np.floor(centre).astype(int)
        high = np.minimum(low + 1, cells - 1)
        weight = np.expand_dims(centre - low, 1 - axis)
        out = out.take(low, axis) * (1 - weight) + out.take(high, axis) * weight
    return out


sizes = st.tuples(st.integers(1, 90), st.integers(1, 90))
origins = st.tuples(st.integers(0, 20), st.integers(0, 20))


@settings(max_examples=60, deadline=None)
@given(photo=sizes, content=sizes, origin=origins, data=st.data())
def test_every_window_equals_that_part_of_the_whole(
    photo: Size, content: Size, origin: Size, data: st.DataObject
) -> None:
    given_ = placed(photo, content, origin)
    grid = random_cells(given_)
    top = data.draw(st.integers(0, photo[0] - 1))
    left = data.draw(st.integers(0, photo[1] - 1))
    bottom = data.draw(st.integers(top + 1, photo[0]))
    right = data.draw(st.integers(left + 1, photo[1]))
    resampler = Resampler.build(given_)
    whole = resampler.read(grid, Box(0, photo[0], 0, photo[1]))
    window = resampler.read(grid, Box(top, bottom, left, right))
    np.testing.assert_array_equal(window, whole[top:bottom, left:right])
    np.testing.assert_allclose(whole, reference(grid, given_), atol=1e-5)


@pytest.mark.parametrize("photo", [(48, 64), (96, 128), (250, 333)])
def test_whole_cells_agree_with_cv2(photo: Size) -> None:
    grid = np.random.default_rng(1).normal(size=(12, 16)).astype(np.float32)
    ours = Resampler.build(placed(photo, (48, 64))).read(grid, Box(0, photo[0], 0, photo[1]))
    theirs = cv2.resize(grid, photo[::-1], interpolation=cv2.INTER_LINEAR)
    np.testing.assert_allclose(ours, theirs, atol=2e-5)


@settings(max_examples=60, deadline=None)
@given(photo=sizes, content=sizes, origin=origins, seed=st.integers(0, 99))
def test_nothing_outside_the_reach(photo: Size, content: Size, origin: Size, seed: int) -> None:
    given_ = placed(photo, content, origin)
    inside = np.random.default_rng(seed).random(random_cells(given_).shape) < 0.1
    grid = np.where(inside, 1.0, 0.0).astype(np.float32)
    resampler = Resampler.build(given_)
    touched = resampler.read(grid, Box(0, photo[0], 0, photo[1])) > 0
    reach = resampler.reach(inside)
    touched[reach.rows, reach.columns] = False
    assert not touched.any()


def test_an_empty_mask_reaches_nothing() -> None:
    reach = Resampler.build(placed((40, 40), (40, 40))).reach(np.zeros((10, 10), np.bool_))
    assert reach.is_empty
