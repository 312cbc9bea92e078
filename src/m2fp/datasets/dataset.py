"""The seam between data sets on disk and those who learn from them or score with them.

Nothing is read before it is asked for. Samples can be pickled, so that other processes read them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

from m2fp.datasets.joints import Joints
from m2fp.datasets.labelled_photo import LabelledPhoto, Labels
from m2fp.errors import DataError
from m2fp.labels import LabelScheme


class Sample(Protocol):
    """One labelled photo."""

    @property
    def name(self) -> str:
        """Return what the photo is called within its split, without suffix; unique there."""
        ...

    @property
    def image(self) -> Path | None:
        """Return the photo's file; None where it is made when it is read."""
        ...

    @property
    def label_files(self) -> tuple[Path, ...]:
        """Return the files that hold the labels; some hold those of other photos as well."""
        ...

    def read_labels(self) -> Labels:
        """Return the labels alone.

        Raises:
            DataError: they are missing, are not label pictures, or do not fit each other.
        """
        ...

    def read(self) -> LabelledPhoto:
        """Return the photo with its labels.

        Raises:
            DataError: as above, or the photo is missing, cannot be read or has another size.
        """
        ...


@runtime_checkable
class JointSource(Protocol):
    """What a sample is, besides, when it can tell where the joints of its person are."""

    def read_joints(self) -> Joints | None:
        """Return the joints, in pixels of the photo; None where they are not known.

        Raises:
            DataError: the file that should tell them cannot be read.
        """
        ...


class Dataset(Protocol):
    """A folder of labelled photos in some layout."""

    @property
    def root(self) -> Path:
        """Return the folder."""
        ...

    @property
    def layout(self) -> str:
        """Return the short stable name of the layout, for example "cihp"."""
        ...

    @property
    def scheme(self) -> LabelScheme:
        """Return what the part ids mean."""
        ...

    @property
    def splits(self) -> tuple[str, ...]:
        """Return the names of the labelled splits that are there: "train", "val", "test", ..."""
        ...

    def samples(self, split: str) -> Sequence[Sample]:
        """Return the photos of a split, in the order of its list or else by name.

        Files that are missing are found out when a sample is read.

        Raises:
            DataError: there is no such split, or its list cannot be read.
        """
        ...

    def scenes(self, split: str) -> Sequence[Sample]:
        """Return the photos where nobody is beside the labelled people; none where nobody knows."""
        ...


def no_split(dataset: Dataset, split: str) -> DataError:
    """Return the error for a split that a data set does not have."""
    return DataError(
        f"{dataset.root} ({dataset.layout}) has no labelled split {split!r}; it has: "
        f"{', '.join(dataset.splits) or 'none'}",
        path=str(dataset.root),
    )
