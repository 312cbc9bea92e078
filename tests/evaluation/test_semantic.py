"""Class scores of matrices that are small enough to compute by hand."""

from __future__ import annotations

import numpy as np
import pytest

from m2fp.errors import ConfigError
from m2fp.evaluation import ConfusionMatrix, SemanticScores, mean_iou, pixel_accuracy


def matrix(rows: list[list[int]]) -> ConfusionMatrix:
    return ConfusionMatrix(np.array(rows, np.int64))


def test_perfect() -> None:
    perfect = matrix([[5, 0], [0, 7]])
    assert mean_iou(perfect, "m2fp") == pytest.approx(1.0)
    assert mean_iou(perfect, "d2") == pytest.approx(1.0)
    assert pixel_accuracy(perfect) == 1.0


def test_shifted_by_one_column() -> None:
    # An object of two columns on a row of six, predicted one column to the right.
    truth = np.array([[0, 1, 1, 0, 0, 0]], np.uint8)
    guess = np.array([[0, 0, 1, 1, 0, 0]], np.uint8)
    scores = SemanticScores.of("t", ("a", "b"), ConfusionMatrix.of(truth, guess, 2))
    assert [c.iou for c in scores.classes] == [pytest.approx(3 / 5), pytest.approx(1 / 3)]
    assert scores.miou_d2 == pytest.approx((3 / 5 + 1 / 3) / 2)
    assert scores.miou_m2fp == pytest.approx(scores.miou_d2)
    assert scores.pixel_accuracy == pytest.approx(4 / 6)
    assert scores.mean_accuracy == pytest.approx((3 / 4 + 1 / 2) / 2)


def test_a_class_that_never_occurs_counts_in_one_protocol_only() -> None:
    absent = matrix([[6, 0, 0], [0, 4, 0], [0, 0, 0]])
    assert mean_iou(absent, "m2fp") == pytest.approx(2 / 3)
    assert mean_iou(absent, "d2") == pytest.approx(1.0)
    last = SemanticScores.of("t", ("a", "b", "c"), absent).classes[2]
    assert (last.pixels, last.iou, last.recall, last.precision) == (0, None, None, None)


def test_a_class_that_is_only_predicted() -> None:
    # Its IoU is 0 in both; d2 leaves it out of the mean, and its pixels still hurt class a.
    guessed = matrix([[6, 0, 2], [0, 4, 0], [0, 0, 0]])
    assert mean_iou(guessed, "m2fp") == pytest.approx((6 / 8 + 1 + 0) / 3)
    assert mean_iou(guessed, "d2") == pytest.approx((6 / 8 + 1) / 2)
    last = SemanticScores.of("t", ("a", "b", "c"), guessed).classes[2]
    assert (last.iou, last.recall, last.precision) == (0.0, None, 0.0)


def test_nothing_labelled() -> None:
    scores = SemanticScores.of("t", ("a", "b"), ConfusionMatrix.empty(2))
    assert scores.miou_m2fp is scores.miou_d2 is None
    assert scores.pixel_accuracy is scores.mean_accuracy is None


def test_unknown_protocol() -> None:
    with pytest.raises(ConfigError, match="m2fp, d2"):
        mean_iou(ConfusionMatrix.empty(2), "voc")  # type: ignore[arg-type]
