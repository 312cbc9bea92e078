"""The confusion matrix against hand counts and scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import confusion_matrix

from m2fp.errors import DataError
from m2fp.evaluation import ConfusionMatrix

CLASSES = 4
truths = arrays(np.uint8, (5, 7), elements=st.sampled_from([0, 1, 2, 3, 255]))
predictions = arrays(np.uint8, (5, 7), elements=st.integers(0, CLASSES - 1))


def test_hand_count() -> None:
    truth = np.array([[0, 0, 1], [2, 255, 1]], np.uint8)
    guess = np.array([[0, 1, 1], [0, 2, 1]], np.uint8)
    counts = ConfusionMatrix.of(truth, guess, 3).counts
    assert counts.tolist() == [[1, 1, 0], [0, 2, 0], [1, 0, 0]]
    assert counts.dtype == np.int64
    assert not counts.flags.writeable


@settings(deadline=None, max_examples=50)
@given(truths, predictions)
def test_like_scikit_learn(truth: np.ndarray, guess: np.ndarray) -> None:
    known = truth != 255
    counts = ConfusionMatrix.of(truth, guess, CLASSES).counts
    if known.any():
        expected = confusion_matrix(truth[known], guess[known], labels=range(CLASSES))
        assert np.array_equal(counts, expected)
    else:
        assert counts.sum() == 0


@settings(deadline=None, max_examples=50)
@given(truths, predictions, st.integers(0, 5))
def test_parts_add_up_to_the_whole(truth: np.ndarray, guess: np.ndarray, cut: int) -> None:
    parts = ConfusionMatrix.empty(CLASSES)
    for rows in (slice(None, cut), slice(cut, None)):
        parts += ConfusionMatrix.of(truth[rows], guess[rows], CLASSES)
    assert np.array_equal(parts.counts, ConfusionMatrix.of(truth, guess, CLASSES).counts)


@settings(deadline=None, max_examples=50)
@given(truths, predictions, st.lists(st.integers(0, 2), min_size=CLASSES, max_size=CLASSES))
def test_merging_counts_is_merging_masks(
    truth: np.ndarray, guess: np.ndarray, new_ids: list[int]
) -> None:
    table = np.full(256, 255, np.uint8)
    table[:CLASSES] = new_ids
    merged = ConfusionMatrix.of(truth, guess, CLASSES).merged(new_ids, 3)
    assert np.array_equal(merged.counts, ConfusionMatrix.of(table[truth], table[guess], 3).counts)


@pytest.mark.parametrize(
    ("truth", "guess", "message"),
    [
        ([[4]], [[0]], "labels with class 4"),
        ([[0]], [[4]], "a prediction with class 4"),
        ([[0]], [[255]], "a prediction with class 255"),
        ([[0]], [[0, 0]], "photo's size"),
    ],
)
def test_what_cannot_be_scored_is_an_error(
    truth: list[list[int]], guess: list[list[int]], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        ConfusionMatrix.of(np.array(truth, np.uint8), np.array(guess, np.uint8), CLASSES)


def test_the_highest_class() -> None:
    truth = np.array([[254, 255, 0]], np.uint8)
    counts = ConfusionMatrix.of(truth, np.array([[0, 255, 254]], np.uint8), 255).counts
    assert counts.sum() == 2
    assert counts[254, 0] == counts[0, 254] == 1


def test_totals() -> None:
    confusion = ConfusionMatrix(np.array([[5, 1, 0], [2, 3, 0], [0, 0, 0]]))
    assert confusion.right.tolist() == [5, 3, 0]
    assert confusion.labelled.tolist() == [6, 5, 0]
    assert confusion.predicted.tolist() == [7, 4, 0]
    assert confusion.either.tolist() == [8, 6, 0]


def test_any_prediction_may_stand_where_nothing_is_known() -> None:
    counts = ConfusionMatrix.of(np.full((2, 2), 255, np.uint8), np.full((2, 2), 9, np.uint8), 3)
    assert counts.counts.sum() == 0


def test_shapes_must_fit() -> None:
    with pytest.raises(ValueError, match="square"):
        ConfusionMatrix(np.zeros((2, 3), np.int64))
    with pytest.raises(ValueError, match="cannot add"):
        ConfusionMatrix.empty(2) + ConfusionMatrix.empty(3)
    with pytest.raises(ValueError, match="as many new ids"):
        ConfusionMatrix.empty(2).merged([0], 1)
