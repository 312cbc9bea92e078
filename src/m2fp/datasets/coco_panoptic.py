"""COCO panoptic annotations: a PNG of segment numbers for each photo, and a list of what they are.

A pixel's segment is R + 256 G + 65536 B; 0 is void, which is unknown here, and so are the segments
of crowds (``iscrowd``). Segments with a ``person_id`` (an addition of ours; 0 = nobody) belong to
that person. Without one, a segment of a person category is a person, and others are nobody's.
Segments of things are part instances; those of stuff (``isthing`` 0) have a class only.
"""

from __future__ import annotations

from collections.abc import Iterator
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
from m2fp.datasets.coco_files import image_of, inner_name, read_images
from m2fp.datasets.coco_pictures import PictureSearch
from m2fp.datasets.json_file import Fields
from m2fp.datasets.label_picture import read_colours
from m2fp.datasets.labelled_photo import IGNORE, LabelledPhoto, Labels, PartInstances
from m2fp.datasets.photo_file import in_words, read_pixels
from m2fp.errors import DataError

_HIGHEST_SEGMENT = 2**24 - 1
_PNG_FOLDERS = ("panoptic", "labels", "masks", "annotations")


@dataclass(frozen=True, slots=True)
class CocoSegment:
    """One segment of a photo.

    Attributes:
        number: in the PNG.
        part: its class; IGNORE for crowds and where no part is told.
        person: whose it is; 0 = nobody's.
        thing: whether it is one of several that can be counted.
    """

    number: int
    part: int
    person: int
    thing: bool


@dataclass(frozen=True, slots=True)
class CocoPanopticSample:
    """One photo with its own segments.

    Attributes:
        name: of the photo, without suffix.
        image: the photo.
        png: picture of segment numbers.
        listing: the JSON file that the segments are from.
        size: (height, width), as the file says.
        segments: of this photo.
    """

    name: str
    image: Path
    png: Path
    listing: Path
    size: tuple[int, int]
    segments: tuple[CocoSegment, ...]

    @property
    def label_files(self) -> tuple[Path, ...]:
        """Return the PNG and the JSON file."""
        return self.png, self.listing

    def read_labels(self) -> Labels:
        """Return the labels alone; see `m2fp.datasets.Sample`."""
        numbers = self._numbers()
        segments = [CocoSegment(0, IGNORE, 0, thing=False), *self.segments]
        segments.sort(key=lambda segment: segment.number)
        listed = np.array([segment.number for segment in segments], dtype=np.uint32)
        place = np.searchsorted(listed, numbers).clip(max=len(listed) - 1)
        strangers = numbers[listed[place] != numbers]
        if len(strangers):
            raise DataError(
                f"{self.png} has segment {strangers[0]}, which the list of its segments lacks",
                path=str(self.png),
                code="unknown_id",
            )
        categories = np.array([segment.part for segment in segments], dtype=np.uint8)[place]
        humans = np.array([segment.person for segment in segments], dtype=np.uint16)[place]
        counted = {
            order: segment
            for order, segment in enumerate(segments)
            if segment.thing and segment.part not in (0, IGNORE)
        }
        ids = np.array([order if order in counted else 0 for order in range(len(segments))])
        return Labels(
            categories,
            humans,
            PartInstances(
                ids.astype(np.uint16)[place],
                {order: segment.part for order, segment in counted.items()},
                {order: segment.person for order, segment in counted.items()},
            ),
        )

    def read(self) -> LabelledPhoto:
        """Return the photo with its labels; see `m2fp.datasets.Sample`."""
        labels = self.read_labels()
        return LabelledPhoto(read_pixels(self.image, self.size), labels.categories, labels.humans)

    def _numbers(self) -> NDArray[np.uint32]:
        colours = read_colours(self.png)
        if colours.shape[:2] != self.size:
            raise DataError(
                f"{self.png} is {in_words(colours.shape)}, but by the list of photos it is "
                f"{in_words(self.size)}",
                path=str(self.png),
                code="size_mismatch",
            )
        numbers = colours[..., 2].astype(np.uint32)
        for channel in (1, 0):
            numbers <<= 8
            numbers |= colours[..., channel]
        return numbers


def read_panoptic_samples(
    document: Fields, categories: Categories, pictures: PictureSearch
) -> Iterator[CocoPanopticSample]:
    """Yield the photos of a file that have annotations, in the order of these.

    Raises:
        DataError: a field is missing or wrong; the message names it.
    """
    images = read_images(document)
    photos = pictures.photos(images.values())
    pngs: Path | None = None
    seen: set[str] = set()
    for row in document.rows("annotations"):
        image = image_of(row, images)
        if image.name in seen:
            row.fail("image_id", f"{image.name} is there twice")
        seen.add(image.name)
        png = inner_name(row, "file_name")
        if pngs is None:
            pngs = pictures.folder(png, (document.file.stem, *_PNG_FOLDERS))
        yield CocoPanopticSample(
            image.name,
            photos / image.file_name,
            pngs / png,
            document.file,
            image.size,
            _segments(row, categories),
        )


def _segments(annotation: Fields, categories: Categories) -> tuple[CocoSegment, ...]:
    rows = list(annotation.rows("segments_info"))
    if len(rows) > HIGHEST_PERSON:
        annotation.fail("segments_info", f"more than {HIGHEST_PERSON} segments")
    taken = {person_of(row) for row in rows}
    free = (number for number in count(1) if number not in taken)
    segments: dict[int, CocoSegment] = {}
    for row in rows:
        number = row.whole("id", 1, _HIGHEST_SEGMENT)
        if number in segments:
            row.fail("id", f"{number} is there twice")
        meaning, person = meaning_of(row, categories), person_of(row)
        crowd = row.flag("iscrowd")
        if person is None:
            person = next(free) if meaning == PERSON and not crowd else 0
        part = categories.person_part if meaning == PERSON else meaning
        stuff = row.get("category_id", int) in categories.stuff
        segments[number] = CocoSegment(number, IGNORE if crowd else part, person, not stuff)
    return tuple(segments.values())
