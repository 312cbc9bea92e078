"""Cuts along levels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from m2fp.synthesis.level_cut import quartered, split, used_vertices

_TRIANGLE = np.array([[0, 1, 2]], np.int32)
_PLACES = np.array([[0, 0, 0], [2, 0, 0], [0, 2, 0]], np.float32)
_GRID = np.array(
    [[row * 4 + a, row * 4 + b, row * 4 + c]
     for row in range(3) for k in range(3)
     for a, b, c in ((k, k + 1, k + 4), (k + 1, k + 5, k + 4))],
    np.int32,
)  # fmt: skip
_GRID_PLACES = np.array([[x, y, 0] for y in range(4) for x in range(4)], np.float32)


def _areas(places: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Return the areas, negative where the triangle is turned over."""
    a, b, c = (places[triangles[:, corner]] for corner in range(3))
    return np.cross(b - a, c - a)[:, 2] / 2


def test_a_corner_is_cut_off_where_the_field_is_zero() -> None:
    cut = split(_TRIANGLE, np.array([-1, 1, 1], np.float32))
    places = cut.extend(_PLACES)
    np.testing.assert_allclose(np.sort(places[3:], axis=0), [[0, 0, 0], [1, 1, 0]])
    areas = _areas(places, cut.triangles)
    assert areas[~cut.inside].sum() == pytest.approx(0.5)
    assert areas[cut.inside].sum() == pytest.approx(1.5)
    assert set(cut.origin.tolist()) == {0}


@given(arrays(np.float32, 16, elements=st.floats(-1, 1, width=32)))
def test_a_cut_keeps_area_and_orientation_and_parts_the_signs(field: np.ndarray) -> None:
    cut = split(_GRID, field)
    places, values = cut.extend(_GRID_PLACES), cut.extend(field)
    areas = _areas(places, cut.triangles)
    assert areas.min() > 0
    assert areas.sum() == pytest.approx(9, abs=1e-4)
    # Cuts keep a little away from corners, so the value there may be off by so much of an edge.
    inside = values[cut.triangles[cut.inside]]
    outside = values[cut.triangles[~cut.inside]]
    assert inside.min(initial=0) >= -0.045
    assert outside.max(initial=0) <= 0.045


def test_neighbours_share_the_new_vertices() -> None:
    field = _GRID_PLACES[:, 0] - 1.4
    cut = split(_GRID, field)
    assert len(cut.edges) == len(np.unique(cut.edges, axis=0))
    np.testing.assert_allclose(cut.extend(_GRID_PLACES)[16:, 0], 1.4, atol=1e-6)


def test_nothing_to_cut() -> None:
    cut = split(_GRID, np.ones(16, np.float32))
    assert cut.inside.all()
    assert len(cut.edges) == 0
    np.testing.assert_array_equal(cut.extend(_GRID_PLACES), _GRID_PLACES)


def test_quarters_lie_within_their_triangle() -> None:
    cut = quartered(_GRID, 16)
    places = cut.extend(_GRID_PLACES)
    areas = _areas(places, cut.triangles)
    np.testing.assert_allclose(areas, 0.125)
    middles = places[cut.triangles].mean(axis=1)
    parents = _GRID_PLACES[_GRID[cut.origin]].mean(axis=1)
    assert np.abs(middles - parents).max() < 0.5


def test_used_vertices_are_numbered_anew() -> None:
    triangles, rows = used_vertices(np.array([[5, 2, 9], [9, 2, 7]], np.int32))
    np.testing.assert_array_equal(rows, [2, 5, 7, 9])
    np.testing.assert_array_equal(triangles, [[1, 0, 3], [3, 0, 2]])
