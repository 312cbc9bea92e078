"""The seam between those who predict and those who score.

A source is a description: small, picklable, nothing open. Every process that scores opens it once
and then asks for one photo after the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np

from m2fp.datasets import Sample
from m2fp.evaluation.metrics.prediction import PaintedMasks, Prediction
from m2fp.evaluation.predictions.subject import Subject

Size = tuple[int, int]  # height, width


class Predictor(Protocol):
    """An open source."""

    def predict(self, sample: Sample, size: Size) -> Prediction:
        """Return the prediction of one photo; of nothing and nobody where there is none.

        Args:
            sample: the photo.
            size: that of its labels, which the prediction must have.

        Raises:
            DataError: the prediction cannot be read or has another size.
        """
        ...


@dataclass(frozen=True, slots=True)
class Coverage:
    """How predictions and photos fit together.

    Attributes:
        missing: the photos without a prediction, by name.
        unused: number of predictions that belong to none of the photos.
    """

    missing: tuple[str, ...] = ()
    unused: int = 0

    @classmethod
    def of(cls, names: Sequence[str], predicted: Set[str]) -> Self:
        """Return how photos of these names and predictions of these names fit together."""
        return cls(
            tuple(name for name in names if name not in predicted),
            unused=len(predicted - set(names)),
        )


class PredictionSource(Protocol):
    """Predictions of one tool for the photos of one data set, in the data set's label scheme."""

    @property
    def subject(self) -> Subject:
        """Return what is scored, for reports."""
        ...

    def coverage(self, names: Sequence[str]) -> Coverage:
        """Return what is missing and what is left over for photos of these names."""
        ...

    def fingerprint(self) -> Mapping[str, str]:
        """Return what the predictions depend on: equal values, equal predictions."""
        ...

    def open(self) -> AbstractContextManager[Predictor]:
        """Return the open source; leaving the `with` statement closes it.

        Raises:
            M2FPError: the model cannot be loaded, or the file cannot be read.
        """
        ...


def nothing(size: Size, *, people: bool, parts: bool) -> Prediction:
    """Return the prediction of a tool that found nothing.

    Args:
        size: of the photo.
        people: whether the tool tells people apart.
        parts: whether it gives part instances.
    """
    return Prediction(
        np.zeros(size, np.uint8),
        people=_no_masks(size) if people else None,
        parts=_no_masks(size) if parts else None,
    )


def _no_masks(size: Size) -> PaintedMasks:
    return PaintedMasks(np.zeros(size, np.uint16), np.empty(0, np.intp), np.empty(0))
