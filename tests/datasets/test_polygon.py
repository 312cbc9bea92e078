"""Polygons are filled as pycocotools fills them, which shows at their borders."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from pycocotools import mask as coco_masks

from m2fp.datasets.polygon import OutlineTooLong, fill_polygon

Corners = list[tuple[float, float]]


def by_pycocotools(corners: NDArray[np.float64], size: tuple[int, int]) -> NDArray[np.bool_]:
    height, width = size
    encoded = coco_masks.frPyObjects([corners.ravel().tolist()], height, width)
    return np.asarray(coco_masks.decode(encoded))[:, :, 0].astype(bool)


@pytest.mark.parametrize(
    ("corners", "rows"),
    [
        pytest.param([(1, 1), (4, 1), (4, 3), (1, 3)], ["......", ".###..", ".###.."], id="box"),
        pytest.param(
            [(1, 1), (1, 3), (4, 3), (4, 1)], ["......", ".###..", ".###.."], id="other way"
        ),
        pytest.param([(0, 0), (6, 0), (6, 3), (0, 3)], ["######"] * 3, id="everything"),
        pytest.param([(2, 1), (2, 1), (2, 1)], ["......"] * 3, id="a point"),
        pytest.param([(-9, -9), (-2, -9), (-2, -2)], ["......"] * 3, id="outside"),
        pytest.param([(3, -5), (50, -5), (50, 50), (3, 50)], ["...###"] * 3, id="half outside"),
    ],
)
def test_small_ones(corners: Corners, rows: list[str]) -> None:
    inside = fill_polygon(np.array(corners, dtype=float), (3, 6))
    assert ["".join("#" if pixel else "." for pixel in row) for row in inside] == rows


def test_an_outline_around_a_hole_leaves_it_out() -> None:
    outer, inner = (
        [(0, 0), (9, 0), (9, 9), (0, 9), (0, 0)],
        [(3, 3), (3, 6), (6, 6), (6, 3), (3, 3)],
    )
    inside = fill_polygon(np.array(outer + inner, dtype=float), (9, 9))
    assert not inside[3:6, 3:6].any()
    assert inside.sum() == 81 - 9


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # pycocotools'
@pytest.mark.parametrize("grid", [0, 1, 2, 10])
def test_equals_pycocotools(grid: int) -> None:
    random = np.random.default_rng(grid)
    for _ in range(300):
        height, width = (int(side) for side in random.integers(1, 40, 2))
        corners = random.uniform(-8, (width + 8, height + 8), (int(random.integers(3, 12)), 2))
        if grid:  # corners on pixels, between pixels, and at tenths, as tools write them
            corners = np.round(corners * grid) / grid
        np.testing.assert_array_equal(
            fill_polygon(corners, (height, width)), by_pycocotools(corners, (height, width))
        )


def test_the_way_round_and_the_first_corner_do_not_matter() -> None:
    random = np.random.default_rng(0)
    for _ in range(50):
        corners = random.uniform(0, 30, (7, 2))
        inside = fill_polygon(corners, (30, 30))
        np.testing.assert_array_equal(fill_polygon(np.roll(corners, 3, axis=0), (30, 30)), inside)
        np.testing.assert_array_equal(fill_polygon(corners[::-1], (30, 30)), inside)


def test_an_endless_outline_is_refused_before_memory_is_taken() -> None:
    corners = np.tile([(0.0, 0.0), (1e5, 0.0)], (1000, 1))
    with pytest.raises(OutlineTooLong):
        fill_polygon(corners, (10, 10))
