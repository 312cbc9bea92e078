"""Class scores of a confusion matrix, under the two protocols that papers use.

Both count the pixels of all photos together. They differ in the classes that a mean is taken over:

- "m2fp": all classes (published for CIHP, MHP-v2 and PASCAL-Person-Part). In the mean IoU a class
  that never occurs scores 0, by a tiny number under the fraction. The means of accuracy and F1
  have no such number: one class that makes them divide by zero leaves them undefined, None here.
- "d2": the classes that occur in the labels (detectron2's evaluator; published for LIP). A class
  that is only predicted has no term of its own; its pixels are missing elsewhere.

On a data set where every class occurs and is found now and then they agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from m2fp.errors import ConfigError
from m2fp.evaluation.metrics.confusion import ConfusionMatrix

Protocol = Literal["m2fp", "d2"]

_EPSILON = 1e-10


@dataclass(frozen=True, slots=True)
class ClassScore:
    """One class. Shares are None where there is nothing to divide by.

    Attributes:
        name: the label's English name.
        pixels: how many the labels have.
        iou: found / (labelled or predicted).
        recall: found / labelled; papers call it the class's accuracy.
        precision: found / predicted.
        f1: harmonic mean of recall and precision; 0 for a class that is never found, whether or
            not it occurs on both sides.
    """

    name: str
    pixels: int
    iou: float | None
    recall: float | None
    precision: float | None
    f1: float | None


@dataclass(frozen=True, slots=True)
class SemanticScores:
    """All scores of one set of classes; None where no labelled pixel exists.

    Attributes:
        table: name of the set of classes, for example "cihp" or "ccp14".
        classes: in the order of their ids.
        miou_m2fp, miou_d2: mean IoU under each protocol.
        accuracy_m2fp, accuracy_d2: mean recall under each. None under m2fp if a class does not
            occur in the labels.
        f1_m2fp, f1_d2: mean F1 under each. None under m2fp if a class is never found.
        pixel_accuracy: share of the pixels that are right, the same under both.
        weighted_iou: mean IoU weighted by the classes' labelled pixels (fwIoU, protocol d2).
    """

    table: str
    classes: tuple[ClassScore, ...]
    miou_m2fp: float | None
    miou_d2: float | None
    accuracy_m2fp: float | None
    accuracy_d2: float | None
    f1_m2fp: float | None
    f1_d2: float | None
    pixel_accuracy: float | None
    weighted_iou: float | None

    @classmethod
    def of(cls, table: str, names: Sequence[str], confusion: ConfusionMatrix) -> SemanticScores:
        """Return the scores of a matrix whose classes have these names."""
        return cls(
            table,
            _class_scores(names, confusion),
            miou_m2fp=mean_iou(confusion, "m2fp"),
            miou_d2=mean_iou(confusion, "d2"),
            accuracy_m2fp=mean_accuracy(confusion, "m2fp"),
            accuracy_d2=mean_accuracy(confusion, "d2"),
            f1_m2fp=mean_f1(confusion, "m2fp"),
            f1_d2=mean_f1(confusion, "d2"),
            pixel_accuracy=pixel_accuracy(confusion),
            weighted_iou=weighted_iou(confusion),
        )


def mean_iou(confusion: ConfusionMatrix, protocol: Protocol) -> float | None:
    """Return the mean IoU under a protocol, or None if no labelled pixel exists.

    Raises:
        ConfigError: there is no such protocol.
    """
    if _all_classes(protocol):
        iou = confusion.right / (confusion.either + _EPSILON)
        return float(iou.mean()) if confusion.labelled.any() else None
    return _mean(confusion.right, confusion.either, confusion.labelled > 0)


def mean_accuracy(confusion: ConfusionMatrix, protocol: Protocol) -> float | None:
    """Return the mean recall under a protocol, or None if it is undefined.

    Raises:
        ConfigError: there is no such protocol.
    """
    occurring = confusion.labelled > 0
    if _all_classes(protocol) and not occurring.all():
        return None
    return _mean(confusion.right, confusion.labelled, occurring)


def mean_f1(confusion: ConfusionMatrix, protocol: Protocol) -> float | None:
    """Return the mean F1 under a protocol, or None if it is undefined.

    The published F1 is 2 x precision x recall / (precision + recall). It is 0 / 0 for a class that
    is never found, be it absent on one side or wrong everywhere; under m2fp that takes the mean
    with it. (detectron2 has no F1; ours is of the classes it takes its other means of.)

    Raises:
        ConfigError: there is no such protocol.
    """
    if _all_classes(protocol) and not confusion.right.all():
        return None
    return _mean(
        2 * confusion.right, confusion.labelled + confusion.predicted, confusion.labelled > 0
    )


def pixel_accuracy(confusion: ConfusionMatrix) -> float | None:
    """Return the share of the labelled pixels that are right, or None if there are none."""
    return _share(confusion.right.sum(), confusion.labelled.sum())


def weighted_iou(confusion: ConfusionMatrix) -> float | None:
    """Return the mean IoU weighted by labelled pixels, or None if there are none."""
    occurring = confusion.labelled > 0
    if not occurring.any():
        return None
    iou = confusion.right[occurring] / confusion.either[occurring]
    weight = confusion.labelled[occurring] / confusion.labelled.sum()
    return float((iou * weight).sum())


def _class_scores(names: Sequence[str], confusion: ConfusionMatrix) -> tuple[ClassScore, ...]:
    right, labelled, predicted = confusion.right, confusion.labelled, confusion.predicted
    return tuple(
        ClassScore(
            name,
            int(labelled[i]),
            iou=_share(right[i], labelled[i] + predicted[i] - right[i]),
            recall=_share(right[i], labelled[i]),
            precision=_share(right[i], predicted[i]),
            f1=_share(2 * right[i], labelled[i] + predicted[i]),
        )
        for i, name in enumerate(names)
    )


def _all_classes(protocol: str) -> bool:
    """Tell whether a protocol takes its means over all classes."""
    if protocol not in get_args(Protocol):
        raise ConfigError(
            f"there is no protocol {protocol!r}; choose one of: {', '.join(get_args(Protocol))}",
            option="protocol",
        )
    return protocol == "m2fp"


def _mean(
    parts: NDArray[np.int64], wholes: NDArray[np.int64], chosen: NDArray[np.bool_]
) -> float | None:
    return float((parts[chosen] / wholes[chosen]).mean()) if chosen.any() else None


def _share(part: np.int64, whole: np.int64) -> float | None:
    return float(part / whole) if whole else None
