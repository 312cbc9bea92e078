"""Boundary IoU against hand counts and against eroding every class's mask on its own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from skimage.morphology import erosion
from tests.evaluation.toy_results import ids

from m2fp.evaluation.metrics.boundary import (
    BoundaryScores,
    BoundaryTally,
    boundary_distance,
    near_boundary,
)

SIZES = st.tuples(st.integers(1, 14), st.integers(1, 14))


def eroded_boundary(mask: np.ndarray, distance: int) -> np.ndarray:
    """As the paper's authors do it: zeros around the picture, then 3 x 3 erosions."""
    inside = np.pad(mask, 1)
    for _ in range(distance):
        inside = erosion(inside, np.ones((3, 3), np.uint8))
    return mask & ~inside[1:-1, 1:-1]


@settings(deadline=None, max_examples=80)
@given(SIZES.flatmap(lambda size: arrays(np.uint8, size, elements=st.integers(0, 2))))
@pytest.mark.parametrize("distance", [1, 2, 3, 6])
def test_like_eroding_every_class(distance: int, labels: np.ndarray) -> None:
    near = near_boundary(labels, distance)
    for class_id in range(3):
        mask = labels == class_id
        assert np.array_equal(near & mask, eroded_boundary(mask, distance))


@settings(deadline=None, max_examples=60)
@given(
    SIZES.flatmap(
        lambda size: st.tuples(
            arrays(np.uint8, size, elements=st.sampled_from([0, 1, 2, 255])),
            arrays(np.uint8, size, elements=st.integers(0, 2)),
        )
    )
)
def test_unknown_pixels_are_no_neighbours(pair: tuple[np.ndarray, np.ndarray]) -> None:
    truth, guess = pair
    tally = BoundaryTally.of(truth, guess, 3)
    known = truth != 255
    for class_id in range(3):
        sides = []
        for labels in (truth, guess):
            # What is unknown takes any class, so the mask may go on there; the edge stays one.
            mask = (labels == class_id) | ~known
            sides.append(eroded_boundary(mask, 1) & known & (labels == class_id))
        assert tally.labelled[class_id] == sides[0].sum()
        assert tally.predicted[class_id] == sides[1].sum()
        assert tally.shared[class_id] == (sides[0] & sides[1]).sum()


@pytest.mark.parametrize(
    ("size", "distance"),
    [((1, 1), 1), ((30, 40), 1), ((60, 80), 2), ((400, 500), 13), ((3000, 4000), 100)],
)
def test_distance(size: tuple[int, int], distance: int) -> None:
    assert boundary_distance(*size) == distance


def test_a_square_by_hand() -> None:
    # d = 1. Six by six pixels with a square of 4 x 4: its ring of 12, and the background's frame.
    labels = np.zeros((6, 6), np.uint8)
    labels[1:5, 1:5] = 1
    tally = BoundaryTally.of(labels, labels, 2)
    assert tally.labelled.tolist() == tally.predicted.tolist() == tally.shared.tolist() == [20, 12]
    assert BoundaryScores.of(tally) == BoundaryScores(1.0, (1.0, 1.0))


def test_shifted_by_one_column() -> None:
    truth = np.zeros((10, 10), np.uint8)
    truth[2:8, 1:7] = 1
    tally = BoundaryTally.of(truth, np.roll(truth, 1, axis=1), 2)
    # Rings of 20 pixels one column apart. Their upper and lower sides share 5 each; the sides to
    # the left and to the right lie in the other's inside or outside.
    assert (tally.shared[1], tally.labelled[1], tally.predicted[1]) == (10, 20, 20)
    assert BoundaryScores.of(tally).classes[1] == pytest.approx(10 / 30)


def test_nothing_found() -> None:
    truth = np.zeros((8, 8), np.uint8)
    truth[2:6, 2:6] = 1
    scores = BoundaryScores.of(BoundaryTally.of(truth, np.zeros_like(truth), 3))
    assert scores.classes[1:] == (0.0, None)
    # The background: the picture's frame of 28, and in the labels the ring of 20 around the square.
    assert scores.classes[0] == pytest.approx(28 / 48)
    assert scores.mean == pytest.approx(28 / 48 / 2)


def test_a_class_that_is_only_predicted_is_not_in_the_mean() -> None:
    guess = np.zeros((8, 8), np.uint8)
    guess[2:6, 2:6] = 1
    scores = BoundaryScores.of(BoundaryTally.of(np.zeros_like(guess), guess, 2))
    assert scores == BoundaryScores(pytest.approx(28 / 48), (pytest.approx(28 / 48), 0.0))


def test_nothing_known() -> None:
    unknown = np.full((4, 4), 255, np.uint8)
    tally = BoundaryTally.of(unknown, np.zeros_like(unknown), 2)
    assert tally.labelled.tolist() == tally.predicted.tolist() == tally.shared.tolist() == [0, 0]
    assert BoundaryScores.of(tally) == BoundaryScores(None, (None, None))


def test_an_outline_is_seen_across_a_band_of_unknown_pixels() -> None:
    row = ids([[1, 1, 1, 1, 255, 0, 0, 0, 0]])
    labels = np.repeat(row, 9, axis=0)
    near = near_boundary(labels, 2)[4]
    assert near.tolist() == [True, True, False, True, False, True, False, True, True]


def test_sums_and_storing() -> None:
    labels = np.zeros((6, 6), np.uint8)
    labels[1:5, 1:5] = 1
    one = BoundaryTally.of(labels, labels, 2)
    two = one + BoundaryTally.of(labels, np.zeros_like(labels), 2)
    assert two.labelled.tolist() == [40, 24]
    again = BoundaryTally.from_arrays(two.to_arrays())
    for name, array in two.to_arrays().items():
        assert np.array_equal(array, getattr(again, name))
