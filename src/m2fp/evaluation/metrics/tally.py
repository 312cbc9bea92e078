"""Everything that is counted on photos: what processes send each other and what a journal keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from m2fp.datasets import IGNORE, Labels
from m2fp.errors import DataError
from m2fp.evaluation.metrics.boundary import BoundaryTally
from m2fp.evaluation.metrics.confusion import ConfusionMatrix
from m2fp.evaluation.metrics.detections import tally_array
from m2fp.evaluation.metrics.parsing_ap import ParsingTally
from m2fp.evaluation.metrics.part_ap import PartTally
from m2fp.evaluation.metrics.people import PeopleTally
from m2fp.evaluation.metrics.person_ap import PersonTally
from m2fp.evaluation.metrics.photos import PhotoScores
from m2fp.evaluation.metrics.prediction import Prediction
from m2fp.labels import LabelScheme

T = TypeVar("T")

_PARTS = ("boundary", "photos", "people", "person_masks", "person_parts", "part_masks")


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """What was counted on some photos. Tallies of photos merge into that of the set.

    Tallies merged in the order of the photos do not depend, to the last bit, on how the photos
    were dealt out.

    Attributes:
        confusion: pixels by true and predicted class.
        boundary: pixels near outlines.
        photos: scores of every single photo.
        people: who is found; None where the tool does not tell people apart.
        person_masks: for AP^h; None likewise.
        person_parts: for AP^p and PCP; None likewise.
        part_masks: for AP^r; None where the tool gives no part instances.
    """

    confusion: ConfusionMatrix
    boundary: BoundaryTally
    photos: PhotoScores
    people: PeopleTally | None
    person_masks: PersonTally | None
    person_parts: ParsingTally | None
    part_masks: PartTally | None

    @classmethod
    def of(cls, name: str, labels: Labels, prediction: Prediction, scheme: LabelScheme) -> Tally:
        """Return the tally of one photo.

        Args:
            name: of the photo.
            labels: what is there.
            prediction: what a tool says, of the labels' size.
            scheme: of both.

        Raises:
            DataError: the sizes differ, or an id is not in the scheme; the message begins with
                the photo's name.
        """
        try:
            return _of(name, labels, prediction, scheme.num_parts_and_background)
        except DataError as error:
            raise DataError(f"{name}: {error.message}", path=error.path, code=error.code) from error

    @classmethod
    def merged(cls, tallies: Iterable[Tally]) -> Tally:
        """Return the tally of all photos, in the order of the tallies.

        Merge many at once: each call copies everything.

        Raises:
            DataError: there are none, or some photos were predicted with people or parts and
                others without: scores over some of the photos would say nothing about all.
        """
        every = tuple(tallies)
        if not every:
            raise DataError("there are no labelled photos to evaluate on")
        photos = PhotoScores.merged(tally.photos for tally in every)
        return cls(
            reduce(add, (tally.confusion for tally in every)),
            reduce(add, (tally.boundary for tally in every)),
            photos,
            _all_or_none("people", every, [tally.people for tally in every], _added),
            _all_or_none(
                "people", every, [tally.person_masks for tally in every], PersonTally.merged
            ),
            _all_or_none(
                "people", every, [tally.person_parts for tally in every], ParsingTally.merged
            ),
            _all_or_none(
                "part instances", every, [tally.part_masks for tally in every], PartTally.merged
            ),
        )

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return all numbers by name, to be stored with numpy.savez."""
        arrays: dict[str, NDArray[Any]] = {"confusion": self.confusion.counts}
        for part in _PARTS:
            tally = getattr(self, part)
            if tally is not None:
                arrays |= {f"{part}.{name}": array for name, array in tally.to_arrays().items()}
        return arrays

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Tally:
        """Return what `to_arrays` was called on.

        Raises:
            DataError: an array lacks, or they do not belong together.
        """
        return cls(
            ConfusionMatrix(tally_array(arrays, "confusion")),
            BoundaryTally.from_arrays(_inner(arrays, "boundary")),
            PhotoScores.from_arrays(_inner(arrays, "photos")),
            _if_there(arrays, "people", PeopleTally.from_arrays),
            _if_there(arrays, "person_masks", PersonTally.from_arrays),
            _if_there(arrays, "person_parts", ParsingTally.from_arrays),
            _if_there(arrays, "part_masks", PartTally.from_arrays),
        )


def _of(name: str, labels: Labels, prediction: Prediction, class_count: int) -> Tally:
    categories, people, parts = prediction.categories, prediction.people, prediction.parts
    confusion = ConfusionMatrix.of(labels.categories, categories, class_count)
    boundary = BoundaryTally.of(labels.categories, categories, class_count)
    found = masks = parsed = None
    if people is not None:
        owners = people if prediction.owners is None else prediction.owners
        found = _people(labels, people.painted().ids)
        masks = PersonTally.of(labels, people)
        parsed = ParsingTally.of(labels, categories, owners, class_count=class_count)
    return Tally(
        confusion,
        boundary,
        _photo(name, confusion, labels, found, prediction.seconds),
        people=found,
        person_masks=masks,
        person_parts=parsed,
        part_masks=None if parts is None else PartTally.of(labels, parts, class_count=class_count),
    )


def _people(labels: Labels, ids: NDArray[np.uint16]) -> PeopleTally:
    # Where the labels know a person, but not the part, they do know that somebody is there.
    unknown = (labels.categories == IGNORE) & (labels.humans == 0)
    return PeopleTally.of(labels.humans, ids, unknown)


def _photo(
    name: str,
    confusion: ConfusionMatrix,
    labels: Labels,
    found: PeopleTally | None,
    seconds: float | None,
) -> PhotoScores:
    if found is None:
        people, predicted = int((np.bincount(labels.humans.ravel())[1:] > 0).sum()), None
    else:
        ((people, predicted),) = found.photos
    return PhotoScores.of(name, confusion, people=people, predicted=predicted, seconds=seconds)


def _added(people: Iterable[PeopleTally]) -> PeopleTally:
    return reduce(add, people)


def _all_or_none(
    what: str,
    tallies: Sequence[Tally],
    parts: Sequence[T | None],
    merge: Callable[[Iterable[T]], T],
) -> T | None:
    """Return the merged parts of the tallies, or None if none has it."""
    there = [part for part in parts if part is not None]
    if there and len(there) < len(parts):
        lacking = tallies[[part is None for part in parts].index(True)]
        raise DataError(
            f"some photos are predicted with {what} and others without, {lacking.photos.names[0]} "
            f"for one; give {what} for all photos or for none"
        )
    return merge(there) if there else None


def _inner(arrays: Mapping[str, NDArray[Any]], part: str) -> dict[str, NDArray[Any]]:
    """Return the arrays of a part under the names that it gave them; empty if it is not there."""
    prefix = f"{part}."
    return {name.removeprefix(prefix): arrays[name] for name in arrays if name.startswith(prefix)}


def _if_there(
    arrays: Mapping[str, NDArray[Any]],
    part: str,
    read: Callable[[Mapping[str, NDArray[Any]]], T],
) -> T | None:
    inner = _inner(arrays, part)
    return read(inner) if inner else None
