"""A photo whose labels are pictures: part ids, perhaps person ids, perhaps numbered parts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from m2fp.datasets.joints import Joints, read_joints
from m2fp.datasets.label_checks import check_ids, check_size
from m2fp.datasets.label_picture import read_ids, read_wide_ids
from m2fp.datasets.labelled_photo import IGNORE, LabelledPhoto, Labels
from m2fp.datasets.part_files import parts_by_maps, parts_by_table
from m2fp.datasets.photo_file import read_pixels
from m2fp.labels import LabelScheme


@dataclass(frozen=True, slots=True)
class FileSample:
    """One labelled photo; see `m2fp.datasets.Sample`.

    Attributes:
        name: the name of all its files, without suffix.
        image: the photo.
        scheme: what the ids in `categories` mean.
        categories: picture of part ids.
        humans: picture of person ids; None = everything labelled is person 1.
        parts: picture of part numbers; None = parts are not numbered.
        part_table: what the numbers are (`m2fp.datasets.part_files`); None = told by the maps.
        joints: file of joints (`m2fp.datasets.joints`); None = not known.
    """

    name: str
    image: Path
    scheme: LabelScheme
    categories: Path
    humans: Path | None = None
    parts: Path | None = None
    part_table: Path | None = None
    joints: Path | None = None

    @property
    def label_files(self) -> tuple[Path, ...]:
        """Return the files that hold the labels."""
        files = (self.categories, self.humans, self.parts, self.part_table)
        return tuple(path for path in files if path is not None)

    def read_labels(self) -> Labels:
        """Return the labels alone, numbered parts included.

        Raises:
            DataError: a file is missing or unreadable, sizes differ, or an id is not in the scheme.
        """
        categories, humans = self._read_maps()
        if self.parts is None:
            return Labels(categories, humans)
        ids = read_wide_ids(self.parts)
        check_size(self.parts, ids.shape, self.categories, categories.shape)
        if self.part_table is None:
            return Labels(categories, humans, parts_by_maps(ids, categories, humans))
        return Labels(categories, humans, parts_by_table(ids, self.part_table))

    def read(self) -> LabelledPhoto:
        """Return the photo with its part ids and person ids.

        Raises:
            DataError: as above, or the photo is missing, unreadable or of another size.
        """
        categories, humans = self._read_maps()
        height, width = categories.shape
        return LabelledPhoto(read_pixels(self.image, (height, width)), categories, humans)

    def read_joints(self) -> Joints | None:
        """Return the joints of the photo's person; None where they are not known.

        Raises:
            DataError: the file of joints is missing or not one.
        """
        return None if self.joints is None else read_joints(self.joints, self.name)

    def _read_maps(self) -> tuple[NDArray[np.uint8], NDArray[np.uint16]]:
        categories = read_ids(self.categories)
        check_ids(self.categories, categories, self.scheme)
        if self.humans is None:
            return categories, ((categories > 0) & (categories != IGNORE)).astype(np.uint16)
        humans = read_wide_ids(self.humans)
        check_size(self.humans, humans.shape, self.categories, categories.shape)
        return categories, humans
