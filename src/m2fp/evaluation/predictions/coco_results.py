"""COCO's JSON: results as detection tools write them, or a whole data set such as `to_coco` gives.

Results are a list of {"image_id", "category_id", "segmentation", "score"}. Their ids are those of
the data set, where that is in COCO's format; elsewhere the category is the part id and the image
the photo's name, or the number that the name is. A data set brings its own images and categories,
which are found by their names; an annotation without "score" scores 1.

Masks are kept as they are, overlapping. Where several parts cover a pixel, its label is that of the
highest score.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final, Self

import numpy as np

from m2fp.datasets import Dataset, Sample
from m2fp.datasets.coco_categories import PERSON, read_categories
from m2fp.datasets.coco_files import Kind, coco_files, image_of, read_images
from m2fp.datasets.coco_masks import compact_mask, decode_mask
from m2fp.datasets.json_file import Fields, read_json
from m2fp.errors import ConfigError, DataError
from m2fp.evaluation.file_stamp import file_stamp
from m2fp.evaluation.metrics.prediction import Prediction
from m2fp.evaluation.metrics.stacked_masks import StackedMasks
from m2fp.evaluation.predictions.by_name import ByName
from m2fp.evaluation.predictions.from_maps import ids_between
from m2fp.evaluation.predictions.source import Coverage, Size, nothing
from m2fp.evaluation.predictions.subject import Subject
from m2fp.labels import LabelScheme
from m2fp.results.coco import person_category
from m2fp.results.rle import Rle, encode

_HIGHEST_ID: Final = 2**31 - 1
_HEAD_BYTES: Final = 4096
_ImageId = int | str
# The layouts of data sets that have ids of their own.
_KINDS: Final[dict[str, Kind]] = {"coco-instances": "instances", "coco-panoptic": "panoptic"}


@dataclass(frozen=True, slots=True)
class CocoResults:
    """A file of results or a data set with scores.

    Attributes:
        path: the file.
        scheme: the data set's.
        images: path of every image by its id, as the data set that is scored numbers them; empty
            where it has no such numbers.
        meanings: part id, or PERSON, of every category of a list of results.
    """

    kind: ClassVar[str] = "coco"
    path: Path
    scheme: LabelScheme
    images: Mapping[_ImageId, str]
    meanings: Mapping[int, int]

    @classmethod
    def detect(cls, path: Path) -> bool:
        """Return whether a path looks like such a file."""
        if not path.is_file():
            return False
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES).lstrip()
        return head.startswith(b"[") or (head.startswith(b"{") and path.suffix.lower() == ".json")

    @classmethod
    def at(cls, path: Path, dataset: Dataset, split: str) -> Self:
        """Return the predictions in a file.

        Args:
            path: the file.
            dataset: what is scored; one in COCO's format says what ids mean.
            split: which part of it.

        Raises:
            DataError: the data set's own file cannot be read.
        """
        scheme = dataset.scheme
        kind: Kind | None = _KINDS.get(dataset.layout)
        files = coco_files(dataset.root, kind).get(split, ()) if kind else ()
        if not files:
            parts = {label.id: label.id for label in scheme.labels[1:]}
            return cls(path, scheme, {}, parts | {person_category(scheme): PERSON})
        images: dict[_ImageId, str] = {}
        meanings: dict[int, int] = {}
        for document in map(read_json, files):
            images |= {key: image.file_name for key, image in read_images(document).items()}
            meanings |= _meanings(document, scheme)
        return cls(path, scheme, images, meanings)

    @property
    def subject(self) -> Subject:
        """Return the name and the format."""
        return Subject(self.path.name, self.kind)

    def coverage(self, names: Sequence[str]) -> Coverage:
        """Return what is missing and left over; see `PredictionSource`."""
        return _read(self).coverage(names)

    def fingerprint(self) -> Mapping[str, str]:
        """Return where the file is and what tells that it is the same."""
        return {"predictions": str(self.path.resolve()), "files": file_stamp([self.path])}

    @contextmanager
    def open(self) -> Iterator[_OpenResults]:
        """Read the file; see `PredictionSource`."""
        yield _read(self)


@dataclass(frozen=True, slots=True)
class _Mask:
    """One annotation; `part` is a part id or PERSON."""

    part: int
    score: float
    row: Fields

    def rle(self, size: Size) -> Rle:
        mask = compact_mask(self.row, size)
        if isinstance(mask, str):
            return Rle(size=list(size), counts=mask)
        return encode(decode_mask(mask, size, owner=f"{self.row.file}: {self.row.where}"))


@dataclass(frozen=True, slots=True, eq=False)
class _OpenResults:
    """All masks of a file, by image.

    Attributes:
        masks: of every image.
        by_name: which image is which photo's, in the same order.
        people, parts: whether there are any in the whole file.
        strangers: number of images that the data set does not have.
        complete: whether images are listed that nothing was found in. A list of results does not
            name them, so that nothing is missing from it, unless it is of other images wholly.
    """

    masks: tuple[tuple[_Mask, ...], ...]
    by_name: ByName
    people: bool
    parts: bool
    strangers: int
    complete: bool

    def coverage(self, names: Sequence[str]) -> Coverage:
        found = [self._find(name) for name in names]
        missing = [name for name, number in zip(names, found, strict=True) if number is None]
        known = {number for number in found if number is not None}
        if known and not self.complete:
            missing = []
        return Coverage(tuple(missing), unused=len(self.masks) - len(known) + self.strangers)

    def predict(self, sample: Sample, size: Size) -> Prediction:
        number = self._find(sample.name)
        if number is None:
            return nothing(size, people=self.people, parts=self.parts)
        masks = self.masks[number]
        parts = _stacked([mask for mask in masks if mask.part > 0], size)
        painted = parts.painted()
        colours = np.append(0, painted.class_ids).astype(np.uint8)
        people = _stacked([mask for mask in masks if mask.part == PERSON], size)
        return Prediction(
            colours[painted.ids],
            people=people if self.people else None,
            parts=parts if self.parts else None,
        )

    def _find(self, name: str) -> int | None:
        """Return the number of a photo's image; its id may be the number that is its name."""
        number = self.by_name.find(name)
        if number is None and name.isdecimal():
            number = self.by_name.find(str(int(name)))
        return number


def _stacked(masks: Sequence[_Mask], size: Size) -> StackedMasks:
    return StackedMasks.of_rles(
        [mask.rle(size) for mask in masks],
        [max(mask.part, 0) for mask in masks],
        [mask.score for mask in masks],
        size=size,
    )


def _read(source: CocoResults) -> _OpenResults:
    document = _read_file(source.path)
    return _read_list(document, source) if "results" in document else _read_set(document, source)


def _read_list(document: Fields, source: CocoResults) -> _OpenResults:
    found: dict[str, list[_Mask]] = defaultdict(list)
    strangers: set[_ImageId] = set()
    for row in document.rows("results"):
        image, mask = row.key("image_id"), _mask(row, source.meanings, scored=True)
        if source.images and image not in source.images:
            strangers.add(image)
        else:
            found[source.images.get(image, str(image))].append(mask)
    return _index(found, strangers=len(strangers), complete=False)


def _read_set(document: Fields, source: CocoResults) -> _OpenResults:
    images = read_images(document)
    found: dict[str, list[_Mask]] = {image.file_name: [] for image in images.values()}
    meanings = _meanings(document, source.scheme)
    for row in document.rows("annotations"):
        found[image_of(row, images).file_name].append(_mask(row, meanings, scored=False))
    return _index(found, strangers=0, complete=True)


def _index(found: Mapping[str, Sequence[_Mask]], *, strangers: int, complete: bool) -> _OpenResults:
    meanings = {mask.part for masks in found.values() for mask in masks}
    return _OpenResults(
        tuple(tuple(masks) for masks in found.values()),
        ByName.of(found),
        people=PERSON in meanings,
        parts=any(meaning > 0 for meaning in meanings),
        strangers=strangers,
        complete=complete,
    )


def _read_file(path: Path) -> Fields:
    """Return the file's object; a list becomes the field "results" of one."""
    try:
        values: Any = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(f"{path} is not JSON that can be read: {error}", path=str(path)) from error
    return Fields({"results": values}, path) if type(values) is list else _object(values, path)


def _object(values: object, path: Path) -> Fields:
    if type(values) is dict and "annotations" in values:
        return Fields(values, path)
    raise DataError(
        f"{path} holds neither a list of COCO results nor a COCO data set", path=str(path)
    )


def _meanings(document: Fields, scheme: LabelScheme) -> dict[int, int]:
    """Return what the categories of a data set are in the scheme that is scored."""
    try:
        return read_categories(document, scheme, person_is_class=False).meaning
    except (DataError, ConfigError):  # not this scheme's names, but maybe those of a finer one
        named = read_categories(document, None, person_is_class=False)
        ids = ids_between(named.scheme, scheme)
        return {
            key: PERSON if meaning == PERSON else int(ids[meaning])
            for key, meaning in named.meaning.items()
        }


def _mask(row: Fields, meanings: Mapping[int, int], *, scored: bool) -> _Mask:
    """Return an annotation; `scored` says that it must have a score, which is else 1."""
    category = row.whole("category_id", 0, _HIGHEST_ID)
    if category not in meanings:
        row.fail("category_id", f"{category} is no category of the data set")
    score = row.values.get("score", None if scored else 1.0)
    if isinstance(score, bool) or not isinstance(score, int | float):
        row.fail("score", "expected a number")
    return _Mask(meanings[category], float(score), row)
