"""A few scores of every single photo, to find the worst ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from m2fp.errors import DataError
from m2fp.evaluation.metrics.confusion import ConfusionMatrix
from m2fp.evaluation.metrics.detections import tally_array
from m2fp.evaluation.metrics.semantic import pixel_accuracy

NOT_TOLD = -1


@dataclass(frozen=True, slots=True)
class PhotoScore:
    """One photo; None where the labels or the tool do not say.

    Attributes:
        name: what the photo is called within its split.
        miou: mean IoU of the classes that are in its labels or its prediction, 0..1.
        pixel_accuracy: share of the known pixels that are right.
        people: labelled people.
        predicted: predicted people, those left out who are mostly in unknown pixels.
        seconds: that the tool took.
    """

    name: str
    miou: float | None
    pixel_accuracy: float | None
    people: int
    predicted: int | None
    seconds: float | None


@dataclass(frozen=True, slots=True, eq=False)
class PhotoScores:
    """The same of N photos, as arrays of length N. See `PhotoScore`.

    Attributes:
        names: text.
        miou, pixel_accuracy: float64, NaN where no pixel is known.
        people: int64.
        predicted: int64, -1 where the tool does not tell people apart.
        seconds: float64, NaN where nobody knows.
    """

    names: NDArray[np.str_]
    miou: NDArray[np.float64]
    pixel_accuracy: NDArray[np.float64]
    people: NDArray[np.int64]
    predicted: NDArray[np.int64]
    seconds: NDArray[np.float64]

    @classmethod
    def of(
        cls,
        name: str,
        confusion: ConfusionMatrix,
        *,
        people: int,
        predicted: int | None,
        seconds: float | None,
    ) -> Self:
        """Return the scores of one photo."""
        present = confusion.either > 0
        iou = confusion.right[present] / confusion.either[present]
        accuracy = pixel_accuracy(confusion)
        return cls(
            np.array([name], np.str_),
            np.array([iou.mean() if iou.size else np.nan]),
            np.array([np.nan if accuracy is None else accuracy]),
            np.array([people], np.int64),
            np.array([NOT_TOLD if predicted is None else predicted], np.int64),
            np.array([np.nan if seconds is None else seconds]),
        )

    def __len__(self) -> int:
        """Return N."""
        return len(self.names)

    @classmethod
    def merged(cls, parts: Iterable[Self]) -> Self:
        """Return all photos, in the order of the parts; at least one part."""
        every = tuple(parts)
        return cls(
            *(
                np.concatenate([getattr(part, field.name) for part in every])
                for field in fields(cls)
            )
        )

    def worst(self, count: int) -> tuple[PhotoScore, ...]:
        """Return the photos with the lowest mIoU, the lowest first.

        Of equal ones the earlier photos come first. Photos without known pixels are never among
        them.
        """
        order = np.argsort(self.miou, kind="stable")  # NaN goes to the end
        scored = int((~np.isnan(self.miou)).sum())
        return tuple(self._photo(index) for index in order[: min(count, scored)])

    def mean_seconds(self) -> float | None:
        """Return the mean over the photos whose time is known, or None."""
        known = self.seconds[~np.isnan(self.seconds)]
        return float(known.mean()) if known.size else None

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return all arrays by name, to be stored."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Return what `to_arrays` was called on.

        Raises:
            DataError: an array lacks, or they do not belong together.
        """
        found = [tally_array(arrays, field.name) for field in fields(cls)]
        if len({len(array) for array in found}) != 1:
            raise DataError("the tally's photos differ in number; its arrays are not of one tally")
        return cls(*found)

    def _photo(self, index: np.intp) -> PhotoScore:
        predicted = int(self.predicted[index])
        return PhotoScore(
            str(self.names[index]),
            _or_none(self.miou[index]),
            _or_none(self.pixel_accuracy[index]),
            int(self.people[index]),
            None if predicted == NOT_TOLD else predicted,
            _or_none(self.seconds[index]),
        )


def _or_none(value: np.float64) -> float | None:
    return None if np.isnan(value) else float(value)
