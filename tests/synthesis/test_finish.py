"""From layers to a photo."""

from __future__ import annotations

import numpy as np
import pytest

from m2fp.synthesis.finish import creases, finish
from m2fp.synthesis.renderer import Drawn

SIZE = (64, 96)


def layers(alpha: int) -> Drawn:
    ids = np.zeros(SIZE, np.uint8)
    colour = np.zeros((*SIZE, 4), np.uint8)
    colour[:, 40:] = (200, 0, 0, 255)
    behind = np.full((*SIZE, 4), 0, np.uint8)
    behind[..., 1] = alpha // 2
    behind[..., 3] = alpha
    depth = np.where(colour[..., 3] > 0, 4.0, 0.0).astype(np.float32)
    return Drawn(colour, behind, ids, ids, ids, depth)


@pytest.mark.parametrize(("alpha", "green"), [(255, 127), (0, 255)])
def test_layers_lie_over_each_other(alpha: int, green: int) -> None:
    far = np.zeros((*SIZE, 3), np.uint8)
    far[..., 1] = 255
    means = []
    for seed in range(30):  # the lens and the sensor change a picture, not what is where
        picture = finish(layers(alpha), far, 100.0, np.random.default_rng(seed)).astype(float)
        assert picture.shape == (*SIZE, 3)
        means.append([picture[:, :30].mean(axis=(0, 1)), picture[:, 50:].mean(axis=(0, 1))])
    left, right = np.median(means, axis=0)
    assert left[1] == pytest.approx(green, abs=25)
    assert left[1] > left[0]
    assert right[0] > right[1] + 100


def test_nothing_moves() -> None:
    far = np.zeros((*SIZE, 3), np.uint8)
    for seed in range(20):
        picture = finish(layers(255), far, 100.0, np.random.default_rng(seed)).astype(float)
        step = np.abs(np.diff(picture.mean(axis=(0, 2))))
        if picture.std(axis=2).max() > 8:  # not turned grey
            assert abs(int(step[20:60].argmax()) + 20 - 39) <= 1


def test_creases_are_dark_beside_what_stands_close() -> None:
    depth = np.full((64, 64), 2.0, np.float32)
    depth[:, 32:] = 1.95
    shade = creases(depth, 100.0)
    assert shade.shape == depth.shape
    assert shade[32, 29] < 0.9
    assert shade[32, 5] > 0.99
    assert shade[32, 50] > 0.99  # the nearer one is not darker


def test_far_things_cast_no_crease_and_the_background_has_none() -> None:
    depth = np.full((64, 64), 4.0, np.float32)
    depth[:, 32:] = 1.0
    depth[:8] = 0.0
    shade = creases(depth, 100.0)
    assert shade[32, 29] > 0.97
    assert (shade[:6] > 0.97).all()
    assert (creases(np.zeros((8, 8), np.float32), 100.0) == 1).all()
