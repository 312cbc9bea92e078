"""Windows of enlarged masks against the whole mask, enlarged twice by PyTorch."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.functional import interpolate

from m2fp.imaging import CanvasRule, InputRule, NetworkInput
from m2fp.imaging.box import Box
from m2fp.imaging.grid_to_photo import GridPlacement, GridToPhoto


def placed(
    photo: tuple[int, int], content: tuple[int, int], origin: tuple[int, int], grid: tuple[int, int]
) -> GridPlacement:
    padded = (4 * grid[0], 4 * grid[1])
    return GridPlacement(photo, content, origin, padded, grid)


def whole(mask: npt.NDArray[np.float32], placement: GridPlacement) -> npt.NDArray[np.float32]:
    """Return the mask at every pixel of the photo."""
    (top, left), (height, width) = placement.origin, placement.content
    wide = interpolate(torch.from_numpy(mask)[None, None], placement.padded, mode="bilinear")
    content = wide[:, :, top : top + height, left : left + width]
    return interpolate(content, placement.photo_size, mode="bilinear")[0, 0].numpy()


@st.composite
def placements(draw: st.DrawFn) -> GridPlacement:
    grid = draw(st.tuples(st.integers(1, 24), st.integers(1, 24)))
    content = [draw(st.integers(1, 4 * cells)) for cells in grid]
    origin = [draw(st.integers(0, 4 * c - size)) for c, size in zip(grid, content, strict=True)]
    photo = draw(st.tuples(st.integers(1, 150), st.integers(1, 150)))
    return placed(photo, (content[0], content[1]), (origin[0], origin[1]), grid)


@settings(deadline=None)
@given(placements(), st.integers(0, 999), st.floats(0.02, 0.6))
def test_a_window_has_all_that_is_positive(
    placement: GridPlacement, seed: int, share: float
) -> None:
    rng = np.random.default_rng(seed)
    # Mostly far below zero, so that every cell that is missing in a window would be missed.
    mask = rng.uniform(-9, 0, placement.grid).astype(np.float32)
    positive = rng.random(placement.grid) < share
    mask[positive] = rng.uniform(0.1, 9, int(positive.sum()))
    want = whole(mask, placement)
    reader = GridToPhoto(placement)
    window = reader.window(mask)
    if window is None:
        assert not (want > 1e-4).any()
        return
    reach = window.reach
    np.testing.assert_allclose(
        reader.read(window, reach), want[reach.rows, reach.columns], atol=1e-4
    )
    inside = np.zeros(placement.photo_size, np.bool_)
    inside[reach.rows, reach.columns] = reader.inside(window)
    clear = np.abs(want) > 1e-4  # the two agree but for the rounding of floats
    np.testing.assert_array_equal(inside[clear], (want > 0)[clear])
    if clear[want > 0].all() and inside.any():
        mean = (1 / (1 + np.exp(-want[want > 0]))).mean()
        assert reader.mean_inside(window) == pytest.approx(mean, abs=1e-5)


@settings(deadline=None)
@given(placements(), st.data())
def test_any_box_equals_that_part_of_the_reach(
    placement: GridPlacement, data: st.DataObject
) -> None:
    reader = GridToPhoto(placement)
    mask = np.random.default_rng(3).uniform(0.1, 9, placement.grid).astype(np.float32)
    window = reader.window(mask)
    assert window is not None
    reach = window.reach
    top = data.draw(st.integers(reach.top, reach.bottom - 1))
    left = data.draw(st.integers(reach.left, reach.right - 1))
    bottom = data.draw(st.integers(top + 1, reach.bottom))
    right = data.draw(st.integers(left + 1, reach.right))
    part = reader.read(window, Box(top, bottom, left, right))
    all_ = reader.read(window, reach)
    rows = slice(top - reach.top, bottom - reach.top)
    columns = slice(left - reach.left, right - reach.left)
    np.testing.assert_allclose(part, all_[rows, columns], atol=1e-5)


def test_a_window_is_small_and_does_not_keep_the_masks_alive() -> None:
    mask = np.full((40, 60), -5.0, np.float32)
    mask[10:14, 20:25] = 5.0
    window = GridToPhoto(placed((480, 720), (160, 240), (0, 0), (40, 60))).window(mask)
    assert window is not None
    assert (window.top, window.left) == (8, 18)
    assert window.logits.shape == (8, 9)
    assert window.logits.base is None
    assert window.reach == Box(112, 175, 232, 307)


def test_a_mask_that_is_nowhere_positive_has_no_window() -> None:
    reader = GridToPhoto(placed((48, 72), (160, 240), (0, 0), (40, 60)))
    assert reader.window(np.full((40, 60), 0.0, np.float32)) is None


def test_a_mask_in_the_padding_alone_has_no_window() -> None:
    mask = np.full((40, 60), -5.0, np.float32)
    mask[30:, 50:] = 5.0
    assert GridToPhoto(placed((48, 72), (100, 180), (0, 0), (40, 60))).window(mask) is None


@pytest.mark.parametrize("rule", [InputRule(96, 128), CanvasRule(128, 96)])
def test_the_placement_of_a_network_input(rule: InputRule | CanvasRule) -> None:
    photo = (100, 200)
    size = rule.padded_size(*photo)
    given_ = NetworkInput(
        np.zeros((1, 3, *size), np.float32), rule.content_size(*photo), photo, rule.origin(*photo)
    )
    placement = GridPlacement.of(given_, (size[0] // 4, size[1] // 4))
    assert (placement.padded, placement.photo_size) == (size, photo)
    for start, content, padded in zip(
        placement.origin, placement.content, placement.padded, strict=True
    ):
        assert start >= 0
        assert start + content <= padded
