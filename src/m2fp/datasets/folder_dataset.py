"""Data sets with one folder of photos and one of label pictures to each split."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from m2fp.datasets.dataset import no_split
from m2fp.datasets.file_sample import FileSample
from m2fp.datasets.listing import (
    LABEL_SUFFIXES,
    PHOTO_SUFFIXES,
    picture_finder,
    pictures_in,
    read_listing,
    repeated,
)
from m2fp.errors import DataError
from m2fp.labels import LabelScheme


@dataclass(frozen=True, slots=True)
class SplitFolders:
    """Where the files of a split are.

    Attributes:
        images: folder of the photos.
        categories: folder of the pictures of part ids.
        humans: folder of the pictures of person ids; None = one person to a photo.
        parts: folder of the pictures of part numbers, with or without tables; None = parts are
            not numbered.
        listing: list of the names; None = every label picture in `categories`.
        scenes: list of the photos where nobody is beside the labelled people.
        joints: file of the people's joints (`m2fp.datasets.joints`).
    """

    images: Path
    categories: Path
    humans: Path | None = None
    parts: Path | None = None
    listing: Path | None = None
    scenes: Path | None = None
    joints: Path | None = None


@dataclass(frozen=True, slots=True)
class FolderDataset:
    """A data set of such folders; see `m2fp.datasets.Dataset`."""

    root: Path
    layout: str
    scheme: LabelScheme
    folders: Mapping[str, SplitFolders]

    @property
    def splits(self) -> tuple[str, ...]:
        """Return the names of the labelled splits that are there."""
        return tuple(self.folders)

    def samples(self, split: str) -> list[FileSample]:
        """Return the photos of a split, in the order of its list or else by name.

        Files that are missing are found out when they are read (or by `check_dataset`).

        Raises:
            DataError: there is no such split, or its list cannot be read.
        """
        folders = self._folders(split)
        photo = picture_finder(folders.images, PHOTO_SUFFIXES)
        categories = picture_finder(folders.categories, LABEL_SUFFIXES)
        humans = folders.humans and picture_finder(folders.humans, LABEL_SUFFIXES)
        parts = folders.parts and picture_finder(folders.parts, LABEL_SUFFIXES)
        tables = folders.parts if folders.parts and any(folders.parts.glob("*.txt")) else None
        return [
            FileSample(
                name,
                photo(name),
                self.scheme,
                categories(name),
                humans=humans and humans(name),
                parts=parts and parts(name),
                part_table=tables and tables / f"{name}.txt",
                joints=folders.joints,
            )
            for name in dict.fromkeys(_names(folders))
        ]

    def scenes(self, split: str) -> list[FileSample]:
        """Return the photos named in the split's list of scenes, none without such a list.

        Raises:
            DataError: the list names a photo that is not in the split.
        """
        listing = self._folders(split).scenes
        if listing is None:
            return []
        by_name = {sample.name: sample for sample in self.samples(split)}
        names = read_listing(listing)
        strangers = [name for name in names if name not in by_name]
        if strangers:
            raise DataError(
                f"{listing} has names that are not in the split: {', '.join(strangers)}",
                path=str(listing),
            )
        return [by_name[name] for name in names]

    def repeated(self, split: str) -> list[str]:
        """Return the names that the split's list has more than once; they are read once.

        Raises:
            DataError: there is no such split, or its list cannot be read.
        """
        return repeated(_names(self._folders(split)))

    def unlisted(self, split: str) -> list[Path]:
        """Return the pictures in the split's folders that no list names.

        Raises:
            DataError: there is no such split, or a list cannot be read.
        """
        folders = self._folders(split)
        sharers = [each for each in self.folders.values() if each.images == folders.images]
        listed = {name for each in sharers for name in _names(each)}
        pictures = [pictures_in(folders.images, PHOTO_SUFFIXES)]
        for labels in (folders.categories, folders.humans, folders.parts):
            if labels is not None:
                pictures.append(pictures_in(labels, LABEL_SUFFIXES))
        return [path for each in pictures for name, path in each.items() if name not in listed]

    def _folders(self, split: str) -> SplitFolders:
        folders = self.folders.get(split)
        if folders is None:
            raise no_split(self, split)
        return folders


def existing(path: Path) -> Path | None:
    """Return the path where something is there, else None."""
    return path if path.exists() else None


def _names(folders: SplitFolders) -> list[str]:
    """Return the names of a split as its list has them."""
    if folders.listing is not None:
        return read_listing(folders.listing)
    return list(pictures_in(folders.categories, LABEL_SUFFIXES))
