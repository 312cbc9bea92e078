"""Counts of pixels by what they are and what they were taken for; every class score reads these."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from m2fp.errors import DataError
from m2fp.labels.scheme import IGNORE_ID

_IDS = 256  # of one byte


@dataclass(frozen=True, slots=True, eq=False)
class ConfusionMatrix:
    """Pixels by (true class, predicted class). Matrices of photos add up to that of the set.

    Attributes:
        counts: int64 (C, C), read-only; rows are the truth, columns the prediction.
    """

    counts: NDArray[np.int64]

    def __post_init__(self) -> None:
        counts = np.array(self.counts, dtype=np.int64)
        if counts.ndim != 2 or counts.shape[0] != counts.shape[1]:
            raise ValueError(f"a confusion matrix must be square, got shape {counts.shape}")
        counts.setflags(write=False)
        object.__setattr__(self, "counts", counts)

    @classmethod
    def empty(cls, class_count: int) -> Self:
        """Return the matrix of no pixels."""
        return cls(np.zeros((class_count, class_count), np.int64))

    @classmethod
    def of(cls, truth: NDArray[np.uint8], prediction: NDArray[np.uint8], class_count: int) -> Self:
        """Return the matrix of one photo; pixels whose truth is 255 do not count.

        Args:
            truth: uint8 (H, W), ids 0 .. class_count - 1 and 255.
            prediction: uint8 (H, W); where the truth is known, ids 0 .. class_count - 1, anything
                elsewhere.
            class_count: C.

        Raises:
            DataError: the shapes differ, or an id is out of range. Passing over such pixels, or
                counting them in a neighbouring class, would change the score without a word.
        """
        if truth.shape != prediction.shape:
            raise DataError(
                f"labels of {truth.shape} and a prediction of {prediction.shape} pixels cannot be "
                "compared; they must have the photo's size"
            )
        # Both ids in one 16-bit number: one histogram counts all pairs and shows strangers too.
        pairs = truth.astype(np.uint16) << 8 | prediction
        every = np.bincount(pairs.ravel(), minlength=_IDS**2).reshape(_IDS, _IDS)
        known = np.delete(every, IGNORE_ID, axis=0)
        for what, pixels in (("labels", known.sum(axis=1)), ("a prediction", known.sum(axis=0))):
            highest = int(np.flatnonzero(pixels).max(initial=0))
            if highest >= class_count:
                raise DataError(
                    f"{what} with class {highest} cannot be scored: classes run from 0 to "
                    f"{class_count - 1}, and 255 is unknown"
                )
        return cls(known[:class_count, :class_count])

    def __add__(self, other: ConfusionMatrix) -> ConfusionMatrix:
        """Return the matrix of both sets of pixels.

        Raises:
            ValueError: they have different numbers of classes.
        """
        if self.counts.shape != other.counts.shape:
            raise ValueError(f"cannot add {other.counts.shape} counts to {self.counts.shape}")
        return ConfusionMatrix(self.counts + other.counts)

    @property
    def right(self) -> NDArray[np.int64]:
        """Return int64 (C,): pixels of every class that were taken for it."""
        return self.counts.diagonal()

    @property
    def labelled(self) -> NDArray[np.int64]:
        """Return int64 (C,): pixels of every class."""
        return np.asarray(self.counts.sum(axis=1))

    @property
    def predicted(self) -> NDArray[np.int64]:
        """Return int64 (C,): pixels taken for every class."""
        return np.asarray(self.counts.sum(axis=0))

    @property
    def either(self) -> NDArray[np.int64]:
        """Return int64 (C,): pixels that are of a class or were taken for it."""
        return self.labelled + self.predicted - self.right

    def merged(self, new_ids: Sequence[int], class_count: int) -> ConfusionMatrix:
        """Return the matrix that the masks would give if their ids were replaced first.

        Args:
            new_ids: the new id of every class; several classes may share one.
            class_count: number of new classes.
        """
        if len(new_ids) != len(self.counts):
            raise ValueError(f"{len(self.counts)} classes need as many new ids, got {len(new_ids)}")
        assign = np.zeros((len(new_ids), class_count), np.int64)
        assign[np.arange(len(new_ids)), list(new_ids)] = 1
        return ConfusionMatrix(assign.T @ self.counts @ assign)
