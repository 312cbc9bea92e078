"""AP^h: how well whole people are found, whatever their parts.

The thresholds are COCO's. See `instance_ap` for the two rules. They differ less than for parts: of
masks without overlaps at most one can have an IoU above 0.5 with a person, so that nobody is found
twice under the published rule either.
"""

from __future__ import annotations

from dataclasses import dataclass

from m2fp.datasets import Labels
from m2fp.evaluation.metrics.average_precision import all_point_ap, interpolated_ap
from m2fp.evaluation.metrics.instance_ap import ApScores, InstanceTally, ap_by_class
from m2fp.evaluation.metrics.instance_truth import person_truth
from m2fp.evaluation.metrics.prediction import Masks

PERSON_THRESHOLDS = tuple(hundredths / 100 for hundredths in range(50, 100, 5))


@dataclass(frozen=True, slots=True, eq=False)
class PersonTally(InstanceTally):
    """The people who were found on some photos."""

    @classmethod
    def of(cls, labels: Labels, people: Masks) -> PersonTally:
        """Return the tally of one photo; the people are all of class 0.

        Raises:
            DataError: the sizes differ.
        """
        return cls.of_masks(person_truth(labels), people, 1, PERSON_THRESHOLDS)


@dataclass(frozen=True, slots=True)
class PersonScores:
    """AP^h at IoU 0.5 .. 0.95.

    Attributes:
        truths: labelled people.
        predicted: predicted people, as they were given.
        official: under the published rule.
        strict: under COCO's.
    """

    truths: int
    predicted: int
    official: ApScores
    strict: ApScores

    @classmethod
    def of(cls, tally: PersonTally) -> PersonScores:
        """Return the scores of a tally."""
        return cls(
            truths=int(tally.truths.sum()),
            predicted=len(tally.strict.scores),
            official=ApScores.of(
                ap_by_class(tally.official, tally.truths, all_point_ap), PERSON_THRESHOLDS
            ),
            strict=ApScores.of(
                ap_by_class(tally.strict, tally.truths, interpolated_ap), PERSON_THRESHOLDS
            ),
        )
