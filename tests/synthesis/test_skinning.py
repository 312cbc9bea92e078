"""Motions of bones, and vertices that follow."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from m2fp.synthesis.skinning import bone_motions, posed, rotation, rotation_between

_REST = np.array([[0, 0, 0], [0, 1, 0], [0, 2, 0]], np.float32)
_PARENTS = np.array([-1, 0, 1], np.int32)
_QUARTER = rotation(np.array([0.0, 0, 1]), np.pi / 2)  # takes y to -x


def _turns(*matrices: np.ndarray) -> np.ndarray:
    return np.array(matrices, np.float32)


def test_no_turn_moves_nothing() -> None:
    motions = bone_motions(_REST, _PARENTS, _turns(*[np.eye(3)] * 3))
    points = np.array([[0.3, 1.5, -0.2]], np.float32)
    weights = np.array([[0.2, 0.5, 0.3]], np.float32)
    np.testing.assert_allclose(posed(points, weights, motions), points, atol=1e-6)


def test_children_go_along() -> None:
    motions = bone_motions(_REST, _PARENTS, _turns(np.eye(3), _QUARTER, _QUARTER))
    tip = np.array([[0, 3, 0]], np.float32)
    # The middle joint turns the upper bone to -x, the last one goes on to -y.
    for bone, place in ((0, [0, 3, 0]), (1, [-2, 1, 0]), (2, [-1, 0, 0])):
        weights = np.eye(3, dtype=np.float32)[[bone]]
        np.testing.assert_allclose(posed(tip, weights, motions), [place], atol=1e-6)


def test_weights_mix_motions() -> None:
    motions = bone_motions(_REST, _PARENTS, _turns(np.eye(3), _QUARTER, np.eye(3)))
    half = posed(np.array([[0, 2, 0]], np.float32), np.array([[0.5, 0.5, 0]], np.float32), motions)
    np.testing.assert_allclose(half, [[-0.5, 1.5, 0]], atol=1e-6)


_numbers = st.floats(-1, 1).filter(lambda value: abs(value) > 1e-3)
_vectors = st.tuples(_numbers, _numbers, _numbers).map(np.array)


@given(_vectors, _vectors)
def test_rotation_between_takes_one_direction_to_the_other(
    start: np.ndarray, end: np.ndarray
) -> None:
    matrix = rotation_between(start, end)
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(3), atol=1e-9)
    assert np.linalg.det(matrix) == pytest.approx(1)
    turned = matrix @ start / np.linalg.norm(start)
    np.testing.assert_allclose(turned, end / np.linalg.norm(end), atol=1e-6)


def test_opposite_directions_are_half_a_turn_apart() -> None:
    matrix = rotation_between(np.array([0.0, 0, 2]), np.array([0.0, 0, -1]))
    np.testing.assert_allclose(matrix @ [0, 0, 1], [0, 0, -1], atol=1e-9)
    assert np.linalg.det(matrix) == pytest.approx(1)
