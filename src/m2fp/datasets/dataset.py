"""The seam between data sets on disk and those who learn from them or score with them.

Nothing is read before it is asked for. Samples can be pickled, so that other processes read them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from m2fp.datasets.labelled_photo import LabelledPhoto, Labels
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

        Raises:
            DataError: there is no such split, or a listed file is missing.
        """
        ...

    def scenes(self, split: str) -> Sequence[Sample]:
        """Return the photos where nobody is beside the labelled people; none where nobody knows."""
        ...
