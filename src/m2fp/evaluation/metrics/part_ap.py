"""AP^r: how well parts are found one by one.

The main score of CIHP (Gong et al. 2018). Every class is scored by itself; AP^r_vol is the mean
over the thresholds and over the classes that occur in the labels. See `instance_ap` for the rules.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from m2fp.datasets import Labels
from m2fp.errors import DataError
from m2fp.evaluation.metrics.average_precision import all_point_ap, interpolated_ap
from m2fp.evaluation.metrics.instance_ap import ApScores, InstanceTally, ap_by_class
from m2fp.evaluation.metrics.instance_truth import part_truth
from m2fp.evaluation.metrics.prediction import Masks

PART_THRESHOLDS = tuple(tenths / 10 for tenths in range(1, 10))


@dataclass(frozen=True, slots=True, eq=False)
class PartTally(InstanceTally):
    """The parts that were found on some photos."""

    @classmethod
    def of(cls, labels: Labels, parts: Masks, *, class_count: int) -> PartTally:
        """Return the tally of one photo.

        Args:
            labels: what is there.
            parts: what is predicted, of classes 1 .. class_count - 1.
            class_count: C, with the background.

        Raises:
            DataError: the sizes differ, or a class is out of range.
        """
        classes = np.asarray(parts.class_ids)
        strange = classes[(classes < 1) | (classes >= class_count)]
        if len(strange):
            raise DataError(
                f"a part of class {strange[0]} cannot be scored: classes run from 1 to "
                f"{class_count - 1}"
            )
        return cls.of_masks(part_truth(labels, class_count), parts, class_count, PART_THRESHOLDS)


@dataclass(frozen=True, slots=True)
class PartClassScore:
    """AP^r_vol of one class; None where the labels do not have it.

    Attributes:
        class_id: 1 .. C - 1.
        truths: labelled parts.
        predicted: predicted parts.
        official: under the published rule.
        strict: under COCO's.
    """

    class_id: int
    truths: int
    predicted: int
    official: float | None
    strict: float | None


@dataclass(frozen=True, slots=True)
class PartScores:
    """AP^r at IoU 0.1 .. 0.9.

    Attributes:
        truths: labelled parts.
        predicted: predicted parts, as they were given.
        official: under the published rule; can pass 1 where parts are found twice.
        strict: under COCO's.
        classes: by class.
    """

    truths: int
    predicted: int
    official: ApScores
    strict: ApScores
    classes: tuple[PartClassScore, ...]

    @classmethod
    def of(cls, tally: PartTally) -> PartScores:
        """Return the scores of a tally."""
        official = ap_by_class(tally.official, tally.truths, all_point_ap)
        strict = ap_by_class(tally.strict, tally.truths, interpolated_ap)
        predicted = np.bincount(tally.strict.class_ids, minlength=len(tally.truths))
        return cls(
            truths=int(tally.truths.sum()),
            predicted=len(tally.strict.scores),
            official=ApScores.of(official, PART_THRESHOLDS),
            strict=ApScores.of(strict, PART_THRESHOLDS),
            classes=tuple(
                PartClassScore(
                    class_id,
                    int(tally.truths[class_id]),
                    int(predicted[class_id]),
                    ApScores.of(official[[class_id]], PART_THRESHOLDS).vol,
                    ApScores.of(strict[[class_id]], PART_THRESHOLDS).vol,
                )
                for class_id in range(1, len(tally.truths))
            ),
        )
