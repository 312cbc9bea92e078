"""AP^p and PCP: how well people are found together with their parts.

Both come from MHP's evaluation. A person is right if the person IoU with a labelled one is
above a threshold (see `person_iou`). PCP is, over all labelled people, the mean share of their
parts that are right by the same threshold; it is 0 for people who are not found. PCP_50 and
AP^p_50 are at 0.5, AP^p_vol is the mean over 0.1 .. 0.9.

Official, as M2FP publishes it: people are painted first, so that none overlap, and take their
parts from the label map; those who are painted over wholly are gone, those who score below 0.01 do
not take part; everybody points at the best match alone, `first_come`; AP is VOC's.

Strict: people as they are given, `one_to_one`, AP at 101 recalls. Unknown pixels count for nobody.
A labelled person with more unknown pixels than others need not be found, and a predicted one who
finds nobody and has more of them is passed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from m2fp.datasets import Labels
from m2fp.errors import DataError
from m2fp.evaluation.metrics.average_precision import (
    PASSED,
    RIGHT,
    WRONG,
    ApRule,
    all_point_ap,
    interpolated_ap,
)
from m2fp.evaluation.metrics.detections import Detections, tally_array
from m2fp.evaluation.metrics.matching import NOTHING, first_come, one_to_one
from m2fp.evaluation.metrics.overlaps import Overlaps
from m2fp.evaluation.metrics.person_iou import PersonAgreement, PhotoGroups
from m2fp.evaluation.metrics.prediction import Masks

PARSING_THRESHOLDS = tuple(tenths / 10 for tenths in range(1, 10))
MIN_OFFICIAL_SCORE = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class ParsedPeople:
    """Predicted and labelled people under one rule.

    Attributes:
        detections: the predicted people.
        parts: parts of every labelled person, uint8 (G,).
        right: those of them that are right, uint8 (G, T); 0 where the person is not found.
    """

    detections: Detections
    parts: NDArray[np.uint8]
    right: NDArray[np.uint8]

    @classmethod
    def merged(cls, all_people: Iterable[Self]) -> Self:
        """Return the people of all photos, in this order; at least one."""
        every = tuple(all_people)
        return cls(
            Detections.merged(people.detections for people in every),
            np.concatenate([people.parts for people in every]),
            np.concatenate([people.right for people in every]),
        )

    def to_arrays(self, prefix: str) -> dict[str, NDArray[Any]]:
        """Return the arrays by name, each beginning with the prefix."""
        return {
            **self.detections.to_arrays(prefix),
            f"{prefix}parts": self.parts,
            f"{prefix}right": self.right,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]], prefix: str) -> Self:
        """Return what `to_arrays` was called on.

        Raises:
            DataError: an array lacks, or they do not belong together.
        """
        parts, right = (tally_array(arrays, f"{prefix}{name}") for name in ("parts", "right"))
        if len(parts) != len(right):
            raise DataError(
                f"the tally's arrays {prefix}parts and {prefix}right differ in length; they are "
                "not of one tally"
            )
        detections = Detections.from_arrays(arrays, prefix)
        return cls(detections, parts.astype(np.uint8), right.astype(np.uint8))


@dataclass(frozen=True, slots=True, eq=False)
class ParsingTally:
    """What was found on some photos. Tallies of photos merge into that of the set.

    Attributes:
        official: the people under the published rule.
        strict: the people under COCO's.
    """

    official: ParsedPeople
    strict: ParsedPeople

    @classmethod
    def of(
        cls, labels: Labels, categories: NDArray[np.uint8], people: Masks, *, class_count: int
    ) -> ParsingTally:
        """Return the tally of one photo.

        Args:
            labels: what is there.
            categories: predicted part ids, uint8 (H, W).
            people: the predicted people, all of class 0.
            class_count: C, with the background.

        Raises:
            DataError: the sizes differ.
        """
        groups = PhotoGroups.of(labels, categories, class_count)
        painted = people.painted()
        overlaps = painted.overlaps(groups.regions, len(groups.pixels))
        official = _official(groups, painted, overlaps)
        if painted is not people:
            overlaps = people.overlaps(groups.regions, len(groups.pixels))
        return cls(official, _strict(groups, people, overlaps))

    @classmethod
    def merged(cls, tallies: Iterable[ParsingTally]) -> ParsingTally:
        """Return the tally of all photos, in the order of the tallies; at least one tally."""
        every = tuple(tallies)
        return cls(
            ParsedPeople.merged(tally.official for tally in every),
            ParsedPeople.merged(tally.strict for tally in every),
        )

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return all arrays by name, to be stored."""
        return {**self.official.to_arrays("official_"), **self.strict.to_arrays("strict_")}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> ParsingTally:
        """Return what `to_arrays` was called on.

        Raises:
            DataError: an array lacks, or they do not belong together.
        """
        return cls(
            ParsedPeople.from_arrays(arrays, "official_"),
            ParsedPeople.from_arrays(arrays, "strict_"),
        )


@dataclass(frozen=True, slots=True)
class ParsingApScores:
    """Scores under one rule; None where the labels show nobody.

    Attributes:
        truths: labelled people who are to be found.
        at: AP^p by threshold.
        vol: the mean of these.
        pcp: PCP by threshold.
    """

    truths: int
    at: Mapping[float, float | None]
    vol: float | None
    pcp: Mapping[float, float | None]

    @classmethod
    def of(cls, people: ParsedPeople, rule: ApRule) -> ParsingApScores:
        """Return the scores of these people."""
        truths = len(people.parts)
        if not truths:
            nothing: dict[float, float | None] = dict.fromkeys(PARSING_THRESHOLDS)
            return cls(0, nothing, None, nothing)
        found = people.detections
        precisions = rule(found.scores, found.outcomes, truths)
        shares = people.right / np.maximum(people.parts, 1)[:, None]
        return cls(
            truths,
            at=dict(zip(PARSING_THRESHOLDS, precisions.tolist(), strict=True)),
            vol=float(precisions.mean()),
            pcp=dict(zip(PARSING_THRESHOLDS, shares.mean(axis=0).tolist(), strict=True)),
        )


@dataclass(frozen=True, slots=True)
class ParsingScores:
    """AP^p and PCP at person IoU 0.1 .. 0.9.

    Attributes:
        predicted: predicted people, as they were given.
        official: under the published rule.
        strict: under COCO's.
    """

    predicted: int
    official: ParsingApScores
    strict: ParsingApScores

    @classmethod
    def of(cls, tally: ParsingTally) -> ParsingScores:
        """Return the scores of a tally."""
        return cls(
            predicted=len(tally.strict.detections.scores),
            official=ParsingApScores.of(tally.official, all_point_ap),
            strict=ParsingApScores.of(tally.strict, interpolated_ap),
        )


def _official(groups: PhotoGroups, people: Masks, overlaps: Overlaps) -> ParsedPeople:
    agreement = PersonAgreement.of(groups, overlaps, PARSING_THRESHOLDS, mode="official")
    entered = people.scores >= MIN_OFFICIAL_SCORE
    claims = first_come(agreement.ious, people.scores, PARSING_THRESHOLDS, entered=entered)
    outcomes = np.where(claims == NOTHING, WRONG, RIGHT)
    outcomes[~entered] = PASSED
    return _parsed(groups, people, agreement, claims, outcomes)


def _strict(groups: PhotoGroups, people: Masks, overlaps: Overlaps) -> ParsedPeople:
    agreement = PersonAgreement.of(groups, overlaps, PARSING_THRESHOLDS, mode="strict")
    labelled = groups.labelled()
    unsure = labelled[:, -1] > labelled[:, :-1].sum(axis=1)
    claims = one_to_one(agreement.ious, people.scores, PARSING_THRESHOLDS, passed=unsure)
    outcomes = np.where(claims == NOTHING, WRONG, RIGHT)
    outcomes[np.append(unsure, False)[claims]] = PASSED  # NOTHING is the place appended
    unknown = np.zeros(len(people.scores), np.int64)
    hidden = groups.truth[overlaps.regions] == groups.classes
    np.add.at(unknown, overlaps.masks[hidden], overlaps.pixels[hidden])
    stray = unknown > overlaps.areas() - unknown
    outcomes[stray[:, None] & (outcomes == WRONG)] = PASSED
    parsed = _parsed(groups, people, agreement, claims, outcomes)
    return ParsedPeople(parsed.detections, parsed.parts[~unsure], parsed.right[~unsure])


def _parsed(
    groups: PhotoGroups,
    people: Masks,
    agreement: PersonAgreement,
    claims: NDArray[np.intp],
    outcomes: NDArray[np.int_],
) -> ParsedPeople:
    """Return the people of a photo, given whom every prediction found and what became of it."""
    right = np.zeros((groups.people, len(PARSING_THRESHOLDS)), np.uint8)
    row, column = np.nonzero(claims != NOTHING)
    found = claims[row, column]
    right[found, column] = agreement.right[row, found, column]
    return ParsedPeople(
        Detections(np.zeros(len(people.scores), np.uint8), people.scores, outcomes.astype(np.int8)),
        (groups.labelled()[:, 1:-1] > 0).sum(axis=1).astype(np.uint8),
        right,
    )
