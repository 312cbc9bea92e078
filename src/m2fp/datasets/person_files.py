"""Data sets with one picture of part ids for each person of a photo, as MHP's are.

The pictures of a photo are called NAME_NN_PP.png: person PP of NN, counted from 1. Two of them may
claim the same pixel, and who is in front is not recorded. Labels are one map, so people are painted
in the order of their numbers, later ones over earlier ones.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from m2fp.datasets.dataset import no_split
from m2fp.datasets.label_checks import check_ids, check_size
from m2fp.datasets.label_picture import read_first_channel
from m2fp.datasets.labelled_photo import LabelledPhoto, Labels
from m2fp.datasets.listing import PHOTO_SUFFIXES, names_in, picture_finder, read_listing
from m2fp.datasets.photo_file import read_pixels
from m2fp.errors import DataError
from m2fp.labels import LabelScheme

_NAME = re.compile(
    r"(?P<photo>.+)_(?P<people>\d{1,9})_(?P<person>\d{1,9})\.png", re.ASCII | re.IGNORECASE
)
_MOST_PEOPLE = 999  # bounds what a hostile name makes of one file


@dataclass(frozen=True, slots=True)
class PersonFilesSample:
    """One labelled photo; see `m2fp.datasets.Sample`.

    Attributes:
        name: of the photo, without suffix.
        image: the photo.
        scheme: what the ids in the pictures mean.
        people: the picture of every person; the k-th is person k.
    """

    name: str
    image: Path
    scheme: LabelScheme
    people: tuple[Path, ...]

    @property
    def label_files(self) -> tuple[Path, ...]:
        """Return the pictures that hold the labels."""
        return self.people

    def read_labels(self) -> Labels:
        """Return the labels, people painted in the order of their numbers.

        Raises:
            DataError: a file is missing or unreadable, sizes differ, or an id is not in the scheme.
        """
        categories = self._read_person(self.people[0])
        humans = (categories > 0).astype(np.uint16)
        for number, path in enumerate(self.people[1:], start=2):
            person = self._read_person(path)
            check_size(path, person.shape, self.people[0], categories.shape)
            categories = np.where(person > 0, person, categories)
            humans[person > 0] = number
        return Labels(categories, humans)

    def read(self) -> LabelledPhoto:
        """Return the photo with its labels; see `m2fp.datasets.Sample`."""
        labels = self.read_labels()
        height, width = labels.categories.shape
        pixels = read_pixels(self.image, (height, width))
        return LabelledPhoto(pixels, labels.categories, labels.humans)

    def _read_person(self, path: Path) -> NDArray[np.uint8]:
        ids = read_first_channel(path)
        check_ids(path, ids, self.scheme)
        return ids


@dataclass(frozen=True, slots=True)
class SplitFiles:
    """Where the files of a split are: a list of names, a folder of photos, one of pictures."""

    listing: Path
    images: Path
    people: Path


@dataclass(frozen=True, slots=True)
class PersonFilesDataset:
    """A data set of such files; see `m2fp.datasets.Dataset`."""

    root: Path
    layout: str
    scheme: LabelScheme
    files: Mapping[str, SplitFiles]

    @property
    def splits(self) -> tuple[str, ...]:
        """Return the names of the labelled splits that are there."""
        return tuple(self.files)

    def samples(self, split: str) -> list[PersonFilesSample]:
        """Return the photos of a split in the order of its list.

        Files that are missing are found out when they are read; which ones there should be is
        known from the NN of the others.

        Raises:
            DataError: there is no such split, its list cannot be read, or the pictures of a photo
                do not agree on the number of people.
        """
        files = self.files.get(split)
        if files is None:
            raise no_split(self, split)
        photo = picture_finder(files.images, PHOTO_SUFFIXES)
        people = _people_in(files.people)
        return [
            PersonFilesSample(
                name,
                photo(name),
                self.scheme,
                _complete(files.people, name, people.get(name, {})),
            )
            for name in dict.fromkeys(read_listing(files.listing))
        ]

    def scenes(self, split: str) -> list[PersonFilesSample]:  # noqa: ARG002
        """Return nothing: the layout does not say where nobody else is."""
        return []


def _people_in(folder: Path) -> dict[str, dict[tuple[int, int], str]]:
    """Return the names of files by photo and (NN, PP)."""
    found: dict[str, dict[tuple[int, int], str]] = {}
    for name in sorted(names_in(folder)):
        match = _NAME.fullmatch(name)
        if match:
            key = (int(match["people"]), int(match["person"]))
            found.setdefault(match["photo"], {})[key] = name
    return found


def _complete(folder: Path, name: str, found: Mapping[tuple[int, int], str]) -> tuple[Path, ...]:
    """Return the pictures of all people of a photo, those that are missing too."""
    counts = {people for people, _ in found} or {1}
    if len(counts) > 1 or not 1 <= max(counts) <= _MOST_PEOPLE:
        raise DataError(
            f"{folder}: by the names of its pictures photo {name} has "
            f"{' and '.join(map(str, sorted(counts)))} people; the first number of NAME_NN_PP.png "
            f"must be the same for all, 1 to {_MOST_PEOPLE}",
            path=str(folder),
        )
    people = max(counts)
    return tuple(
        folder / found.get((people, person), f"{name}_{people:02}_{person:02}.png")
        for person in range(1, people + 1)
    )
