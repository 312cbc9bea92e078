"""Class scores of a confusion matrix, under the two protocols that papers use.

Both divide what was found by the union of truth and prediction, over all photos together. They
differ in the classes that a mean is taken over:

- "m2fp": all classes. A class that never occurs scores 0, by the tiny number under the fraction
  (published for CIHP, MHP-v2 and PASCAL-Person-Part).
- "d2": the classes that occur in the labels (detectron2's evaluator; published for LIP).

On a data set where every class occurs they agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from m2fp.errors import ConfigError
from m2fp.evaluation.confusion import ConfusionMatrix

Protocol = Literal["m2fp", "d2"]

_EPSILON = 1e-10


@dataclass(frozen=True, slots=True)
class ClassScore:
    """One class. Shares are None where there is nothing to divide by.

    Attributes:
        name: the label's English name.
        pixels: how many the labels have.
        iou: found / (labelled or predicted).
        recall: found / labelled.
        precision: found / predicted.
    """

    name: str
    pixels: int
    iou: float | None
    recall: float | None
    precision: float | None


@dataclass(frozen=True, slots=True)
class SemanticScores:
    """All scores of one set of classes; None where no labelled pixel exists.

    Attributes:
        table: name of the set of classes, for example "cihp" or "ccp14".
        classes: in the order of their ids.
        miou_m2fp, miou_d2: mean IoU under each protocol.
        pixel_accuracy: share of the pixels that are right.
        mean_accuracy: mean recall of the classes that occur in the labels (protocol d2).
    """

    table: str
    classes: tuple[ClassScore, ...]
    miou_m2fp: float | None
    miou_d2: float | None
    pixel_accuracy: float | None
    mean_accuracy: float | None

    @classmethod
    def of(cls, table: str, names: tuple[str, ...], confusion: ConfusionMatrix) -> SemanticScores:
        """Return the scores of a matrix whose classes have these names."""
        right, labelled, predicted = _totals(confusion)
        classes = tuple(
            ClassScore(
                name,
                int(labelled[i]),
                iou=_share(right[i], labelled[i] + predicted[i] - right[i]),
                recall=_share(right[i], labelled[i]),
                precision=_share(right[i], predicted[i]),
            )
            for i, name in enumerate(names)
        )
        recalls = [score.recall for score in classes if score.recall is not None]
        return cls(
            table,
            classes,
            miou_m2fp=mean_iou(confusion, "m2fp"),
            miou_d2=mean_iou(confusion, "d2"),
            pixel_accuracy=pixel_accuracy(confusion),
            mean_accuracy=sum(recalls) / len(recalls) if recalls else None,
        )


def mean_iou(confusion: ConfusionMatrix, protocol: Protocol) -> float | None:
    """Return the mean IoU under a protocol, or None if no labelled pixel exists.

    Raises:
        ConfigError: there is no such protocol.
    """
    if protocol not in get_args(Protocol):
        raise ConfigError(
            f"there is no protocol {protocol!r}; choose one of: {', '.join(get_args(Protocol))}",
            option="protocol",
        )
    right, labelled, predicted = _totals(confusion)
    if not labelled.any():
        return None
    iou = right / (labelled + predicted - right + _EPSILON)
    return float(iou.mean() if protocol == "m2fp" else iou[labelled > 0].mean())


def pixel_accuracy(confusion: ConfusionMatrix) -> float | None:
    """Return the share of the labelled pixels that are right, or None if there are none."""
    return _share(confusion.counts.trace(), confusion.counts.sum())


def _totals(
    confusion: ConfusionMatrix,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return int64 (C,) each: pixels found, labelled, predicted."""
    counts = confusion.counts
    return counts.diagonal(), counts.sum(axis=1), counts.sum(axis=0)


def _share(part: np.int64, whole: np.int64) -> float | None:
    return float(part / whole) if whole else None
