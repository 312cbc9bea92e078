"""The scores of single photos, and which are the worst."""

from __future__ import annotations

import numpy as np
import pytest
from tests.evaluation.toy_results import ids

from m2fp.errors import DataError
from m2fp.evaluation import ConfusionMatrix
from m2fp.evaluation.metrics.photos import PhotoScore, PhotoScores


def scored(
    name: str,
    truth: list[int],
    guess: list[int],
    *,
    predicted: int | None = 1,
    seconds: float | None = 0.5,
) -> PhotoScores:
    confusion = ConfusionMatrix.of(ids([truth]), ids([guess]), 4)
    return PhotoScores.of(name, confusion, people=1, predicted=predicted, seconds=seconds)


def test_the_mean_is_over_classes_that_either_side_has() -> None:
    # Class 0: 2 of 3; class 1: 0 of 1, only predicted; class 2: 1 of 1; class 3 is nowhere.
    (photo,) = scored("a", [0, 0, 0, 2, 255], [0, 0, 1, 2, 3]).worst(5)
    assert photo == PhotoScore(
        "a", miou=pytest.approx((2 / 3 + 0 + 1) / 3), pixel_accuracy=0.75,
        people=1, predicted=1, seconds=0.5,
    )  # fmt: skip


def test_the_worst_come_first_and_equal_ones_keep_their_order() -> None:
    photos = PhotoScores.merged(
        [
            scored("good", [0, 1], [0, 1]),
            scored("half", [0, 0], [0, 1]),
            scored("bad", [0, 0], [1, 1]),
            scored("half too", [0, 0], [0, 1]),
            scored("unknown", [255, 255], [0, 1]),
        ]
    )
    assert len(photos) == 5
    assert [photo.name for photo in photos.worst(3)] == ["bad", "half", "half too"]
    assert [photo.name for photo in photos.worst(20)] == ["bad", "half", "half too", "good"]


def test_what_nobody_knows() -> None:
    photos = PhotoScores.merged(
        [
            scored("a", [0], [0], predicted=None, seconds=None),
            scored("b", [0], [0], seconds=1.0),
            scored("c", [0], [0], seconds=2.0),
        ]
    )
    first, *_ = photos.worst(3)
    assert (first.predicted, first.seconds) == (None, None)
    assert photos.mean_seconds() == 1.5
    assert scored("a", [0], [0], seconds=None).mean_seconds() is None


def test_storing() -> None:
    photos = PhotoScores.merged([scored("a", [0], [0]), scored("一/long name", [255], [0])])
    again = PhotoScores.from_arrays(photos.to_arrays())
    assert again.names.tolist() == ["a", "一/long name"]
    for name, array in photos.to_arrays().items():
        assert np.array_equal(array, getattr(again, name), equal_nan=array.dtype.kind == "f")
    with pytest.raises(DataError, match="differ in number"):
        PhotoScores.from_arrays(photos.to_arrays() | {"people": np.zeros(1, np.int64)})
    with pytest.raises(DataError, match="miou"):
        PhotoScores.from_arrays({"names": photos.names})
