"""Class scores of matrices that are small enough to compute by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import accuracy_score, f1_score, jaccard_score, recall_score

from m2fp.errors import ConfigError
from m2fp.evaluation import ConfusionMatrix, SemanticScores, mean_iou, pixel_accuracy
from m2fp.evaluation.metrics.semantic import mean_accuracy, mean_f1

NAMES = ("a", "b", "c", "d")


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
    assert scores.accuracy_d2 == pytest.approx((3 / 4 + 1 / 2) / 2)
    assert scores.accuracy_m2fp == scores.accuracy_d2
    assert [c.f1 for c in scores.classes] == [pytest.approx(3 / 4), pytest.approx(1 / 2)]
    assert scores.f1_m2fp == scores.f1_d2 == pytest.approx((3 / 4 + 1 / 2) / 2)
    assert scores.weighted_iou == pytest.approx((4 * 3 / 5 + 2 * 1 / 3) / 6)


def test_a_class_that_never_occurs_counts_in_one_protocol_only() -> None:
    absent = matrix([[6, 0, 0], [0, 4, 0], [0, 0, 0]])
    assert mean_iou(absent, "m2fp") == pytest.approx(2 / 3)
    assert mean_iou(absent, "d2") == pytest.approx(1.0)
    last = SemanticScores.of("t", ("a", "b", "c"), absent).classes[2]
    assert (last.pixels, last.iou, last.recall, last.precision, last.f1) == (0, *[None] * 4)


def test_a_class_that_is_only_predicted() -> None:
    # Its IoU is 0 in both; d2 leaves it out of the mean, and its pixels still hurt class a.
    guessed = matrix([[6, 0, 2], [0, 4, 0], [0, 0, 0]])
    assert mean_iou(guessed, "m2fp") == pytest.approx((6 / 8 + 1 + 0) / 3)
    assert mean_iou(guessed, "d2") == pytest.approx((6 / 8 + 1) / 2)
    last = SemanticScores.of("t", ("a", "b", "c"), guessed).classes[2]
    assert (last.iou, last.recall, last.precision, last.f1) == (0.0, None, 0.0, 0.0)


def test_nothing_labelled() -> None:
    scores = SemanticScores.of("t", ("a", "b"), ConfusionMatrix.empty(2))
    assert scores.miou_m2fp is scores.miou_d2 is None
    assert scores.pixel_accuracy is scores.weighted_iou is None
    assert scores.accuracy_m2fp is scores.accuracy_d2 is None
    assert scores.f1_m2fp is scores.f1_d2 is None


@pytest.mark.parametrize(
    ("rows", "accuracy", "f1"),
    [
        # Not in the labels, only predicted: recall is 0 / 0.
        ([[6, 2], [0, 0]], (None, 6 / 8), (None, 12 / 14)),
        # In the labels and never predicted: precision is 0 / 0, recall 0.
        ([[6, 0], [2, 0]], ((1 + 0) / 2, (1 + 0) / 2), (None, (12 / 14 + 0) / 2)),
        # On both sides and always wrong: both are 0, and their harmonic mean is 0 / 0.
        ([[6, 1], [2, 0]], (6 / 7 / 2, 6 / 7 / 2), (None, 12 / 15 / 2)),
    ],
)
def test_where_the_published_means_divide_by_zero(
    rows: list[list[int]],
    accuracy: tuple[float | None, float],
    f1: tuple[float | None, float],
) -> None:
    confusion = matrix(rows)
    for mean, expected in ((mean_accuracy, accuracy), (mean_f1, f1)):
        for protocol, value in zip(("m2fp", "d2"), expected, strict=True):
            found = mean(confusion, protocol)
            assert found == (None if value is None else pytest.approx(value))


@settings(deadline=None, max_examples=60)
@given(
    arrays(np.uint8, (6, 8), elements=st.sampled_from([0, 1, 2, 3, 255])),
    arrays(np.uint8, (6, 8), elements=st.integers(0, 3)),
)
def test_like_scikit_learn(truth: np.ndarray, guess: np.ndarray) -> None:
    scores = SemanticScores.of("t", NAMES, ConfusionMatrix.of(truth, guess, 4))
    true, found = truth[truth != 255], guess[truth != 255]
    if not true.size:
        return
    options = {"labels": range(4), "average": None, "zero_division": 0.0}
    iou, f1, recall = (
        metric(true, found, **options) for metric in (jaccard_score, f1_score, recall_score)
    )
    assert [score.iou or 0 for score in scores.classes] == pytest.approx(iou)
    assert [score.f1 or 0 for score in scores.classes] == pytest.approx(f1)
    occurring = np.unique(true)
    assert scores.miou_m2fp == pytest.approx(iou.mean())
    assert scores.miou_d2 == pytest.approx(iou[occurring].mean())
    assert scores.accuracy_d2 == pytest.approx(recall[occurring].mean())
    assert scores.f1_d2 == pytest.approx(f1[occurring].mean())
    assert scores.pixel_accuracy == pytest.approx(accuracy_score(true, found))
    assert scores.weighted_iou == pytest.approx(
        jaccard_score(true, found, average="weighted", zero_division=0.0)
    )
    if len(occurring) == 4:
        assert scores.accuracy_m2fp == pytest.approx(recall.mean())


@pytest.mark.parametrize("mean", [mean_iou, mean_accuracy, mean_f1])
def test_unknown_protocol(mean: type[object]) -> None:
    with pytest.raises(ConfigError, match="m2fp, d2"):
        mean(ConfusionMatrix.empty(2), "voc")
