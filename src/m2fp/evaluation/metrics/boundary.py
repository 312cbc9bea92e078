"""Boundary IoU: how well the outlines of the classes agree (Cheng et al., CVPR 2021).

Large areas dominate the plain IoU, and their insides are easy. Here a pixel of a class counts only
if it is near the outline of that class: no further than d pixels, along either axis, from another
class or from the picture's edge, with d = 2 % of the picture's diagonal. That is the paper's
"G_d n G"; its authors get it by eroding each class's mask d times with a 3 x 3 square.

For a label map one pass does all classes. Near a pixel there is another class exactly if the
lowest and the highest id in the square of 2d + 1 pixels around it differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from m2fp.evaluation.metrics.detections import tally_array
from m2fp.labels.scheme import IGNORE_ID

DILATION = 0.02  # d as a share of the diagonal


@dataclass(frozen=True, slots=True, eq=False)
class BoundaryTally:
    """Pixels near outlines, by class; tallies of photos add up to that of the set.

    Attributes:
        shared: pixels near the outline of the class in the labels and in the prediction, of that
            class in both, int64 (C,).
        labelled: those in the labels, int64 (C,).
        predicted: those in the prediction, int64 (C,).
    """

    shared: NDArray[np.int64]
    labelled: NDArray[np.int64]
    predicted: NDArray[np.int64]

    @classmethod
    def of(
        cls, truth: NDArray[np.uint8], prediction: NDArray[np.uint8], class_count: int
    ) -> BoundaryTally:
        """Return the tally of one photo.

        Pixels whose truth is 255 count for neither side and make no outline: what is there may be
        the neighbour's class. So bands of unknown pixels between classes hide no outline, as long
        as they are narrower than d.

        Args:
            truth: uint8 (H, W), ids 0 .. class_count - 1 and 255.
            prediction: uint8 (H, W); where the truth is known, ids 0 .. class_count - 1.
            class_count: C; the ids must have been checked, as `ConfusionMatrix.of` does.
        """
        known = truth != IGNORE_ID
        guess = np.where(known, prediction, np.uint8(IGNORE_ID))
        distance = boundary_distance(*truth.shape)
        near_truth, near_guess = (near_boundary(ids, distance) for ids in (truth, guess))
        both = near_truth & near_guess & (truth == guess)
        return cls(
            *(
                np.bincount(ids[near], minlength=class_count).astype(np.int64)
                for ids, near in ((truth, both), (truth, near_truth), (guess, near_guess))
            )
        )

    def __add__(self, other: BoundaryTally) -> BoundaryTally:
        """Return the tally of both sets of photos."""
        return BoundaryTally(
            self.shared + other.shared,
            self.labelled + other.labelled,
            self.predicted + other.predicted,
        )

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return all arrays by name, to be stored."""
        return {"shared": self.shared, "labelled": self.labelled, "predicted": self.predicted}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> BoundaryTally:
        """Return what `to_arrays` was called on.

        Raises:
            DataError: an array lacks.
        """
        names = ("shared", "labelled", "predicted")
        return cls(*(tally_array(arrays, name).astype(np.int64) for name in names))


@dataclass(frozen=True, slots=True)
class BoundaryScores:
    """Boundary IoU, 0..1.

    Attributes:
        mean: of the classes that occur in the labels (as protocol d2 does); None without any.
        classes: in the order of their ids; None for classes that neither side has.
    """

    mean: float | None
    classes: tuple[float | None, ...]

    @classmethod
    def of(cls, tally: BoundaryTally) -> BoundaryScores:
        """Return the scores of a tally."""
        either = tally.labelled + tally.predicted - tally.shared
        classes = tuple(
            float(part / whole) if whole else None
            for part, whole in zip(tally.shared, either, strict=True)
        )
        # Whatever occurs has an outline, at the picture's edge if nowhere else.
        occurring = tally.labelled > 0
        iou = tally.shared[occurring] / either[occurring]
        return cls(float(iou.mean()) if iou.size else None, classes)


def boundary_distance(height: int, width: int) -> int:
    """Return d for a picture of this size, in pixels, 1 or more."""
    return max(1, round(DILATION * float(np.hypot(height, width))))


def near_boundary(ids: NDArray[np.uint8], distance: int) -> NDArray[np.bool_]:
    """Return the known pixels that have another known class or the picture's edge near, (H, W).

    Args:
        ids: uint8 (H, W); 255 is unknown.
        distance: how near, along either axis, in pixels.
    """
    known = ids != IGNORE_ID
    near: NDArray[np.bool_] = known.copy()  # so are all within `distance` of the edge
    height, width = (side - 2 * distance for side in ids.shape)
    if height > 0 and width > 0:
        # 255 is the highest id, so it never is the lowest; as 0 it never is the highest.
        lowest = _slide(ids, 2 * distance + 1, np.minimum)
        highest = _slide(np.where(known, ids, np.uint8(0)), 2 * distance + 1, np.maximum)
        near[distance : distance + height, distance : distance + width] &= lowest != highest
    return near


def _slide(ids: NDArray[np.uint8], side: int, of_two: np.ufunc) -> NDArray[np.uint8]:
    """Return the lowest or highest id of every square that lies in the picture.

    Args:
        ids: uint8 (H, W).
        side: of the squares; at most H and W.
        of_two: np.minimum or np.maximum.

    Returns:
        uint8 (H - side + 1, W - side + 1).
    """
    for _ in range(2):  # columns, then rows
        length = 1
        while length < side:  # windows double until two of them, overlapping, make the last
            step = min(length, side - length)
            ids = of_two(ids[:-step], ids[step:])
            length += step
        ids = np.ascontiguousarray(ids.T)
    return ids
