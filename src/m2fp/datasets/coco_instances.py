"""COCO instance annotations: masks of people and of parts, which may overlap.

Later annotations of the file are painted over earlier ones, and parts over people. A part belongs
to the person that its ``person_id`` names, as `Result.to_coco` writes it (0 = nobody), or else to
the person whose mask covers most of it. Where an annotation is a crowd (``iscrowd``) and no other
says more, labels are unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from m2fp.datasets.coco_categories import (
    HIGHEST_PERSON,
    PERSON,
    Categories,
    meaning_of,
    person_of,
)
from m2fp.datasets.coco_files import CocoImage, image_of, read_images
from m2fp.datasets.coco_masks import CompactMask, compact_mask, decode_mask
from m2fp.datasets.coco_pictures import PictureSearch
from m2fp.datasets.json_file import Fields
from m2fp.datasets.labelled_photo import IGNORE, LabelledPhoto, Labels, PartInstances
from m2fp.datasets.photo_file import read_pixels
from m2fp.errors import DataError

_MOST_KEPT = 2**30  # bytes; bounds the memory that the people of a hostile file take


@dataclass(frozen=True, slots=True, eq=False)
class CocoAnnotation:
    """One mask of a photo.

    Attributes:
        part: id of the part, 0 for background, PERSON for a whole person.
        person: ``person_id``; None where it is not given.
        crowd: whether it is several things that nobody told apart.
        mask: not decoded yet.
    """

    part: int
    person: int | None
    crowd: bool
    mask: CompactMask


@dataclass(frozen=True, slots=True, eq=False)
class CocoInstanceSample:
    """One photo with its own annotations.

    Attributes:
        name: of the photo, without suffix.
        image: the photo.
        listing: the JSON file that the annotations are from.
        size: (height, width), as the file says.
        annotations: of this photo.
        person_part: as in `Categories`.
    """

    name: str
    image: Path
    listing: Path
    size: tuple[int, int]
    annotations: tuple[CocoAnnotation, ...]
    person_part: int

    @property
    def label_files(self) -> tuple[Path, ...]:
        """Return the JSON file."""
        return (self.listing,)

    def read_labels(self) -> Labels:
        """Return the labels alone; see `m2fp.datasets.Sample`."""
        told = [annotation for annotation in self.annotations if not annotation.crowd]
        humans = np.zeros(self.size, dtype=np.uint16)
        people = self._people([annotation for annotation in told if annotation.part == PERSON])
        for person, patch in people:
            patch.paint(humans, person)
        categories = np.where(humans > 0, self.person_part, 0).astype(np.uint8)
        ids = np.zeros(self.size, dtype=np.uint16)
        owners: list[tuple[int, int]] = []  # class and person of every part
        for annotation in told:
            if annotation.part > 0:
                patch = self._patch(annotation)
                given = annotation.person
                owner = patch.best_of(people) if given is None else given
                owners.append((annotation.part, owner))
                patch.paint(ids, len(owners))
                patch.paint(categories, annotation.part)
                patch.paint(humans, owner)
        for annotation in self.annotations:
            if annotation.crowd and annotation.part != 0:
                free = (ids == 0) & ((humans == 0) | (annotation.part != PERSON))
                categories[free & self._mask(annotation)] = IGNORE
        seen = [int(number) for number in np.unique(ids) if number]
        parts = PartInstances(
            ids,
            {number: owners[number - 1][0] for number in seen},
            {number: owners[number - 1][1] for number in seen},
        )
        return Labels(categories, humans, parts)

    def read(self) -> LabelledPhoto:
        """Return the photo with its labels; see `m2fp.datasets.Sample`."""
        labels = self.read_labels()
        return LabelledPhoto(read_pixels(self.image, self.size), labels.categories, labels.humans)

    def _people(self, annotations: Sequence[CocoAnnotation]) -> list[tuple[int, _Patch]]:
        """Return the people with their ids; those without get the lowest free ones."""
        taken = {annotation.person for annotation in self.annotations}
        free = (number for number in count(1) if number not in taken)
        people: list[tuple[int, _Patch]] = []
        kept = 0
        for annotation in annotations:
            patch = self._patch(annotation)
            kept += patch.inside.nbytes
            if kept > _MOST_KEPT:
                raise DataError(f"{self.name}: its people cover more pixels than can be right")
            people.append((annotation.person or next(free), patch))
        return people

    def _patch(self, annotation: CocoAnnotation) -> _Patch:
        return _Patch.of(self._mask(annotation))

    def _mask(self, annotation: CocoAnnotation) -> NDArray[np.bool_]:
        return decode_mask(annotation.mask, self.size, owner=self.name)


@dataclass(frozen=True, slots=True, eq=False)
class _Patch:
    """A mask without the empty rows and columns around it."""

    rows: slice
    columns: slice
    inside: NDArray[np.bool_]

    @classmethod
    def of(cls, mask: NDArray[np.bool_]) -> _Patch:
        rows = _extent(np.flatnonzero(mask.any(axis=1)))
        columns = _extent(np.flatnonzero(mask.any(axis=0)))
        return cls(rows, columns, mask[rows, columns].copy())

    def paint(self, canvas: NDArray[np.uint8] | NDArray[np.uint16], value: int) -> None:
        canvas[self.rows, self.columns][self.inside] = value

    def best_of(self, people: Sequence[tuple[int, _Patch]]) -> int:
        """Return the person whose mask covers most of this one, the first of several; 0 = none."""
        covered = {0: 0}
        for person, patch in people:
            covered[person] = max(covered.get(person, 0), self._shared_with(patch))
        return max(covered, key=lambda person: covered[person])

    def _shared_with(self, other: _Patch) -> int:
        top = max(self.rows.start, other.rows.start)
        bottom = min(self.rows.stop, other.rows.stop)
        left = max(self.columns.start, other.columns.start)
        right = min(self.columns.stop, other.columns.stop)
        if top >= bottom or left >= right:
            return 0
        mine, theirs = (
            patch.inside[
                top - patch.rows.start : bottom - patch.rows.start,
                left - patch.columns.start : right - patch.columns.start,
            ]
            for patch in (self, other)
        )
        return int(np.count_nonzero(mine & theirs))


def _extent(places: NDArray[np.intp]) -> slice:
    return slice(int(places[0]), int(places[-1]) + 1) if len(places) else slice(0, 0)


def read_instance_samples(
    document: Fields, categories: Categories, pictures: PictureSearch
) -> Iterator[CocoInstanceSample]:
    """Yield the photos of a file, in its order.

    Raises:
        DataError: a field is missing or wrong; the message names it.
    """
    images = read_images(document)
    annotations: dict[str, list[CocoAnnotation]] = {image.name: [] for image in images.values()}
    for row in document.rows("annotations"):
        image = image_of(row, images)
        own = annotations[image.name]
        own.append(_annotation(row, categories, image))
        if len(own) > HIGHEST_PERSON:
            row.fail("image_id", f"{image.name} has more than {HIGHEST_PERSON} annotations")
    folder = pictures.photos(images.values())
    for image in images.values():
        yield CocoInstanceSample(
            image.name,
            folder / image.file_name,
            document.file,
            image.size,
            tuple(annotations[image.name]),
            categories.person_part,
        )


def _annotation(row: Fields, categories: Categories, image: CocoImage) -> CocoAnnotation:
    return CocoAnnotation(
        part=meaning_of(row, categories),
        person=person_of(row),
        crowd=row.flag("iscrowd"),
        mask=compact_mask(row, image.size),
    )
