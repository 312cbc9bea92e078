"""Whether the people of a photo are found: where anybody is, how many there are, and who is who."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from m2fp.errors import DataError
from m2fp.evaluation.metrics.detections import tally_array
from m2fp.evaluation.metrics.instance_truth import numbered

FOUND_IOU = 0.5
_NUMBERS = ("intersection", "union", "found", "matched_iou")
# IoUs are added as multiples of 2**-30. Such sums are exact (up to millions of people), so they do
# not depend on the order of the photos, nor on which process counted which.
_STEPS = 2.0**30


@dataclass(frozen=True, slots=True)
class PeopleTally:
    """What was counted on some photos; tallies of photos add up to that of the set.

    Attributes:
        intersection: pixels that show a person in the labels and in the prediction.
        union: pixels that show a person in either.
        photos: number of photos by (people in the labels, people predicted).
        found: labelled people whose mask a predicted one covers with an IoU above 0.5. The masks
            of one photo do not overlap, so no two people can claim the same one.
        matched_iou: sum over the labelled people of the IoU with their match, 0 without one;
            matches are one to one, best first. Each IoU is rounded to 1e-9.
    """

    intersection: int = 0
    union: int = 0
    photos: Mapping[tuple[int, int], int] = field(default_factory=dict)
    found: int = 0
    matched_iou: float = 0.0

    @classmethod
    def of(
        cls,
        truth: NDArray[np.uint8] | NDArray[np.uint16],
        prediction: NDArray[np.uint8] | NDArray[np.uint16],
        unknown: NDArray[np.bool_] | None = None,
    ) -> PeopleTally:
        """Return the tally of one photo.

        Args:
            truth: person ids (H, W), 0 = nobody; they need not be without gaps.
            prediction: the same of the prediction.
            unknown: pixels that do not count, bool (H, W): the labels do not say who is there. A
                predicted person who is mostly there is neither right nor wrong.

        Raises:
            DataError: the shapes differ.
        """
        if truth.shape != prediction.shape:
            raise DataError(
                f"people of {truth.shape} and a prediction of {prediction.shape} pixels cannot be "
                "compared; they must have the photo's size"
            )
        if unknown is None:
            unknown = np.zeros(truth.shape, np.bool_)
        true, _ = numbered(truth)
        guess, predicted = numbered(prediction)
        overlaps = _overlaps(true[~unknown], guess[~unknown], 1 + len(predicted))
        hidden = np.bincount(guess[unknown], minlength=1 + len(predicted))
        counted = _counted_ious(overlaps, hidden)
        return cls(
            intersection=int(overlaps[1:, 1:].sum()),
            union=int(overlaps.sum() - overlaps[0, 0]),
            photos={(counted.shape[0], counted.shape[1]): 1},
            found=int((counted > FOUND_IOU).sum()),
            matched_iou=sum(round(iou * _STEPS) for iou in _matched(counted)) / _STEPS,
        )

    def __add__(self, other: PeopleTally) -> PeopleTally:
        """Return the tally of both sets of photos."""
        return PeopleTally(
            self.intersection + other.intersection,
            self.union + other.union,
            dict(Counter(self.photos) + Counter(other.photos)),
            self.found + other.found,
            self.matched_iou + other.matched_iou,
        )

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return all numbers by name, to be stored."""
        rows = [(*people, number) for people, number in sorted(self.photos.items())]
        numbers = {name: np.array(getattr(self, name)) for name in _NUMBERS}
        return {**numbers, "photos": np.array(rows, np.int64).reshape(-1, 3)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Return what `to_arrays` was called on.

        Raises:
            DataError: an array lacks.
        """
        intersection, union, found, matched_iou = (
            tally_array(arrays, name).item() for name in _NUMBERS
        )
        rows = tally_array(arrays, "photos").tolist()
        photos = {(people, predicted): number for people, predicted, number in rows}
        return cls(intersection, union, photos, found, matched_iou)


@dataclass(frozen=True, slots=True)
class CountScore:
    """Photos with one number of people in the labels, and those of them where it was predicted."""

    people: int
    photos: int
    right: int


@dataclass(frozen=True, slots=True)
class PeopleScores:
    """Scores of the people; None where nobody is there to be scored.

    Attributes:
        person_iou: of the pixels with anybody, over all photos together.
        right_count: share of the photos with the right number of people.
        count_error: mean absolute difference between the numbers.
        people: labelled people in all photos.
        predicted: predicted people in all photos.
        recall: share of the labelled people that are found (IoU above 0.5).
        precision: share of the predicted people that find somebody.
        matched_iou: mean over the labelled people of the IoU with their match, 0 without one.
        by_count: the photos by their number of people.
    """

    person_iou: float | None
    right_count: float | None
    count_error: float | None
    people: int
    predicted: int
    recall: float | None
    precision: float | None
    matched_iou: float | None
    by_count: tuple[CountScore, ...]

    @classmethod
    def of(cls, tally: PeopleTally) -> PeopleScores:
        """Return the scores of a tally."""
        photos = sum(tally.photos.values())
        people = sum(true * n for (true, _), n in tally.photos.items())
        predicted = sum(guess * n for (_, guess), n in tally.photos.items())
        right = sum(n for (true, guess), n in tally.photos.items() if true == guess)
        error = sum(abs(true - guess) * n for (true, guess), n in tally.photos.items())
        return cls(
            person_iou=_share(tally.intersection, tally.union),
            right_count=_share(right, photos),
            count_error=_share(error, photos),
            people=people,
            predicted=predicted,
            recall=_share(tally.found, people),
            precision=_share(tally.found, predicted),
            matched_iou=_share(tally.matched_iou, people),
            by_count=_by_count(tally.photos),
        )


def _overlaps(
    truth: NDArray[np.intp], prediction: NDArray[np.intp], width: int
) -> NDArray[np.int64]:
    """Return the pixels by (true id, predicted id), int64 (1 + highest, width)."""
    height = int(truth.max(initial=0)) + 1
    cells = truth * width + prediction
    return np.bincount(cells, minlength=height * width).reshape(height, width)


def _counted_ious(overlaps: NDArray[np.int64], hidden: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the IoU of every true person with every predicted one, float64 (T, P).

    Ids without pixels are left out, and predicted people with more `hidden` pixels, int64
    (1 + highest,), than others.
    """
    true, predicted = overlaps.sum(axis=1)[1:], overlaps.sum(axis=0)[1:]
    rows, columns = true > 0, predicted > hidden[1:]
    both = overlaps[1:, 1:][rows][:, columns]
    return np.asarray(both / (true[rows, None] + predicted[columns] - both), dtype=np.float64)


def _matched(ious: NDArray[np.float64]) -> list[float]:
    """Return the IoU of every pair that is made by taking the best pair left, again and again."""
    left = ious.copy()
    matched: list[float] = []
    while left.size and left.max() > 0:
        row, column = np.unravel_index(left.argmax(), left.shape)
        matched.append(float(left[row, column]))
        left[row, :] = left[:, column] = 0
    return matched


def _by_count(photos: Mapping[tuple[int, int], int]) -> tuple[CountScore, ...]:
    return tuple(
        CountScore(
            people,
            photos=sum(n for (true, _), n in photos.items() if true == people),
            right=photos.get((people, people), 0),
        )
        for people in sorted({true for true, _ in photos})
    )


def _share(part: float, whole: int) -> float | None:
    return part / whole if whole else None
