"""Average precision of masks: what AP^r (parts) and AP^h (people) have in common.

Official, as papers on CIHP report it: masks are painted first, so that none overlap; a mask is
right if its IoU with any labelled mask of its class is above the threshold, and several may be
right about the same one; AP is VOC's. Unknown pixels count as any other. The published code paints
into 8 bits and loses masks beyond 255; this does not.

Strict, as COCO does it: masks as they are given, matched one to one, AP at 101 recalls. Unknown
pixels belong to no mask; a mask that matches nothing and has more unknown pixels than others is
passed over, as COCO passes over what lies outside an area range.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from m2fp.evaluation.metrics.average_precision import (
    PASSED,
    RIGHT,
    WRONG,
    ApRule,
)
from m2fp.evaluation.metrics.detections import Detections, tally_array
from m2fp.evaluation.metrics.instance_truth import InstanceTruth
from m2fp.evaluation.metrics.matching import NOTHING, one_to_one, reaches_any
from m2fp.evaluation.metrics.overlaps import Overlaps
from m2fp.evaluation.metrics.prediction import Masks


@dataclass(frozen=True, slots=True, eq=False)
class InstanceTally:
    """What was found on some photos. Tallies of photos merge into that of the set.

    Attributes:
        truths: labelled instances by class, int64 (C,); people are class 0.
        official: the predictions under the published rule.
        strict: the predictions under COCO's.
    """

    truths: NDArray[np.int64]
    official: Detections
    strict: Detections

    @classmethod
    def merged(cls, tallies: Iterable[Self]) -> Self:
        """Return the tally of all photos, in the order of the tallies; at least one tally."""
        every = tuple(tallies)
        return cls(
            np.sum([tally.truths for tally in every], axis=0),
            Detections.merged(tally.official for tally in every),
            Detections.merged(tally.strict for tally in every),
        )

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return all arrays by name, to be stored."""
        return {
            "truths": self.truths,
            **self.official.to_arrays("official_"),
            **self.strict.to_arrays("strict_"),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Return what `to_arrays` was called on.

        Raises:
            DataError: an array lacks, or they do not belong together.
        """
        return cls(
            tally_array(arrays, "truths").astype(np.int64),
            Detections.from_arrays(arrays, "official_"),
            Detections.from_arrays(arrays, "strict_"),
        )

    @classmethod
    def of_masks(
        cls, truth: InstanceTruth, masks: Masks, class_count: int, thresholds: Sequence[float]
    ) -> Self:
        """Return the tally of one photo.

        Raises:
            DataError: the masks do not have the labels' size.
        """
        painted = masks.painted()
        overlaps = painted.overlaps(truth.regions, truth.region_count)
        official = _official(truth, painted, overlaps, thresholds)
        if painted is not masks:
            overlaps = masks.overlaps(truth.regions, truth.region_count)
        return cls(
            np.bincount(truth.class_ids, minlength=class_count),
            official,
            _strict(truth, masks, overlaps, thresholds),
        )


@dataclass(frozen=True, slots=True)
class ApScores:
    """Average precision under one rule; None where the labels have nothing to be found.

    Attributes:
        at: by IoU threshold, the mean over the classes that occur in the labels.
        vol: the mean of these.
    """

    at: Mapping[float, float | None]
    vol: float | None

    @classmethod
    def of(cls, by_class: NDArray[np.float64], thresholds: Sequence[float]) -> ApScores:
        """Return the scores of all classes together.

        Args:
            by_class: float64 (C, T), NaN for classes that do not occur.
            thresholds: T.
        """
        occurring = by_class[~np.isnan(by_class).any(axis=1)]
        if not len(occurring):
            return cls(dict.fromkeys(thresholds), None)
        means = occurring.mean(axis=0)
        return cls(dict(zip(thresholds, means.tolist(), strict=True)), float(means.mean()))


def ap_by_class(
    detections: Detections, truths: NDArray[np.int64], rule: ApRule
) -> NDArray[np.float64]:
    """Return the average precision of every class at every threshold, float64 (C, T).

    NaN for classes without truth.
    """
    parts = (detections.of_class(class_id) for class_id in range(len(truths)))
    return np.array(
        [
            rule(part.scores, part.outcomes, int(count))
            for part, count in zip(parts, truths, strict=True)
        ]
    )


def _official(
    truth: InstanceTruth, masks: Masks, overlaps: Overlaps, thresholds: Sequence[float]
) -> Detections:
    outcomes = np.full((len(masks.scores), len(thresholds)), WRONG, np.int8)
    for rows, ious in _class_ious(truth, masks, overlaps, overlaps.areas()):
        outcomes[rows] = reaches_any(ious, thresholds)
    return Detections(masks.class_ids.astype(np.uint8), masks.scores, outcomes)


def _strict(
    truth: InstanceTruth, masks: Masks, overlaps: Overlaps, thresholds: Sequence[float]
) -> Detections:
    outcomes = np.full((len(masks.scores), len(thresholds)), WRONG, np.int8)
    unknown = overlaps.within(truth.unknown)
    known = overlaps.areas() - unknown
    for rows, ious in _class_ious(truth, masks, overlaps, known):
        outcomes[rows] = one_to_one(ious, masks.scores[rows], thresholds) != NOTHING
    outcomes[(unknown > known)[:, None] & (outcomes != RIGHT)] = PASSED
    return Detections(masks.class_ids.astype(np.uint8), masks.scores, outcomes)


def _class_ious(
    truth: InstanceTruth, masks: Masks, overlaps: Overlaps, areas: NDArray[np.int64]
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.float64]]]:
    """Yield, for every class that is labelled and predicted, its predictions and their IoUs.

    A block for each class: the table of all predictions and all labelled parts of 300 people would
    be some hundred megabytes, nearly all of it between classes.

    Args:
        truth: what is labelled.
        masks: the predictions.
        overlaps: of the predictions and the truth's regions.
        areas: pixels that count of every prediction, int64 (N,).

    Yields:
        the predictions' numbers, intp (n,), and their IoU with all that is labelled of their
        class, float64 (n, g).
    """
    told = (overlaps.regions > 0) & (overlaps.regions < truth.unknown)
    mask, thing, shared = overlaps.masks[told], overlaps.regions[told] - 1, overlaps.pixels[told]
    ious = shared / (areas[mask] + truth.areas[thing] - shared)
    for class_id in np.intersect1d(masks.class_ids, truth.class_ids):
        rows = np.flatnonzero(masks.class_ids == class_id)
        columns = np.flatnonzero(truth.class_ids == class_id)
        block = np.zeros((len(rows), len(columns)))
        pairs = (masks.class_ids[mask] == class_id) & (truth.class_ids[thing] == class_id)
        block[np.searchsorted(rows, mask[pairs]), np.searchsorted(columns, thing[pairs])] = ious[
            pairs
        ]
        yield rows, block
