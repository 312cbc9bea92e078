"""Average precision, as PASCAL VOC computes it and as COCO does.

Both sort predictions by their score and ask, after each of them, which share of the truth has been
found (recall) and which share of the predictions was right (precision). They differ in how they
read an area off that curve:

- `all_point_ap`: the exact area under the curve's upper envelope (VOC from 2010 on). CIHP, MHP and
  all who follow them use it.
- `interpolated_ap`: the mean of the envelope at recall 0, 0.01 .. 1 (COCO).
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

# What became of a prediction. One that is passed over is neither right nor wrong.
RIGHT = 1
WRONG = 0
PASSED = -1

_RECALLS = np.linspace(0, 1, 101)


class ApRule(Protocol):
    """One of the two ways to read a score off the curve."""

    def __call__(
        self, scores: NDArray[np.float64], outcomes: NDArray[np.int8], truths: int
    ) -> NDArray[np.float64]:
        """Return the average precision at every threshold."""
        ...


def all_point_ap(
    scores: NDArray[np.float64], outcomes: NDArray[np.int8], truths: int
) -> NDArray[np.float64]:
    """Return VOC's average precision at every threshold, float64 (T,).

    Where several predictions may be right about the same truth, recall can pass 1, and so can this.
    Without predictions it is 0, without truth NaN.

    Args:
        scores: (N,); predictions of equal score keep their order.
        outcomes: RIGHT, WRONG or PASSED, (N, T).
        truths: what there was to be found.
    """
    if truths == 0:
        return np.full(outcomes.shape[1], np.nan)
    recall, precision = _curve(scores, outcomes, truths)
    gained = np.diff(recall, axis=0, prepend=0)
    return np.asarray((gained * precision).sum(axis=0))


def interpolated_ap(
    scores: NDArray[np.float64], outcomes: NDArray[np.int8], truths: int
) -> NDArray[np.float64]:
    """Return COCO's average precision at every threshold, float64 (T,), 0..1.

    Without predictions it is 0, without truth NaN. See `all_point_ap` for the arguments.
    """
    if truths == 0:
        return np.full(outcomes.shape[1], np.nan)
    recall, precision = _curve(scores, outcomes, truths)
    beyond = np.zeros((1, outcomes.shape[1]))  # recalls that are never reached have precision 0
    precision = np.concatenate([precision, beyond])
    return np.array(
        [
            precision[np.searchsorted(recall[:, t], _RECALLS, side="left"), t].mean()
            for t in range(outcomes.shape[1])
        ]
    )


def _curve(
    scores: NDArray[np.float64], outcomes: NDArray[np.int8], truths: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return recall and precision after every prediction, best first, float64 (N, T) each.

    A precision is the highest that is reached at this recall or a larger one.
    """
    ranked = outcomes[np.argsort(-scores, kind="stable")]
    right = np.cumsum(ranked == RIGHT, axis=0)
    counted = np.cumsum(ranked != PASSED, axis=0)
    precision = right / np.maximum(counted, 1)
    return right / truths, np.maximum.accumulate(precision[::-1], axis=0)[::-1]
