"""Reader of data sets in CIHP's folder layout (Gong et al. 2018, as released)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from m2fp.datasets.label_picture import read_ids, read_wide_ids
from m2fp.datasets.labelled_photo import LabelledPhoto, Labels
from m2fp.errors import DataError
from m2fp.labels import LabelScheme, get_scheme

FOLDERS = {"train": "Training", "val": "Validation"}


@dataclass(frozen=True, slots=True)
class CihpSample:
    """The files of one labelled photo."""

    name: str
    image: Path
    categories: Path
    humans: Path

    def read_labels(self) -> Labels:
        """Return the labels alone; see `m2fp.datasets.Sample`."""
        labels = Labels(read_ids(self.categories), read_wide_ids(self.humans))
        if labels.categories.shape != labels.humans.shape:
            raise DataError(
                f"{self.name}: categories {labels.categories.shape} and humans "
                f"{labels.humans.shape} must have one size"
            )
        return labels

    def read(self) -> LabelledPhoto:
        """Return the photo with its labels; see `m2fp.datasets.Sample`."""
        labels = self.read_labels()
        pixels = np.asarray(Image.open(self.image).convert("RGB"))
        if pixels.shape[:2] != labels.categories.shape:
            raise DataError(
                f"{self.name}: photo {pixels.shape[:2]}, categories and humans "
                f"{labels.categories.shape} must have one size"
            )
        return LabelledPhoto(pixels, labels.categories, labels.humans)


@dataclass(frozen=True, slots=True)
class CihpDataset:
    """`Training/` and `Validation/`, each with its list of names."""

    root: Path

    @property
    def layout(self) -> str:
        """Return "cihp"."""
        return "cihp"

    @property
    def scheme(self) -> LabelScheme:
        """Return what the part ids mean."""
        return get_scheme("cihp")

    @property
    def splits(self) -> tuple[str, ...]:
        """Return the splits whose list is there."""
        return tuple(split for split in FOLDERS if self._listing(split).is_file())

    def samples(self, split: str) -> list[CihpSample]:
        """Return the split's photos in the order of its list.

        Raises:
            DataError: the list or a listed file is missing.
        """
        listing = self._listing(split)
        if not listing.is_file():
            raise DataError(
                f"{self.root} is not in CIHP layout: "
                f"{listing.relative_to(self.root).as_posix()} is missing"
            )
        names = listing.read_text(encoding="utf-8").split()
        return [_sample(listing.parent, name) for name in names]

    def scenes(self, split: str) -> list[CihpSample]:
        """Return the photos named in the split's `scene_id.txt`, none without such a list.

        Beside the labelled people nobody is in them, so that they can be backgrounds. (An addition
        of ours to the layout.)

        Raises:
            DataError: the list names a photo that is not in the split.
        """
        listing = self._listing(split).parent / "scene_id.txt"
        if not listing.is_file():
            return []
        by_name = {sample.name: sample for sample in self.samples(split)}
        names = listing.read_text(encoding="utf-8").split()
        strangers = [name for name in names if name not in by_name]
        if strangers:
            raise DataError(
                f"{listing} has names that are not in the split: {', '.join(strangers)}",
                path=str(listing),
            )
        return [by_name[name] for name in names]

    def _listing(self, split: str) -> Path:
        if split not in FOLDERS:
            raise DataError(f"{self.root} has no split {split!r}; it has: {', '.join(FOLDERS)}")
        return self.root / FOLDERS[split] / f"{split}_id.txt"


def _sample(folder: Path, name: str) -> CihpSample:
    sample = CihpSample(
        name,
        folder / "Images" / f"{name}.jpg",
        folder / "Category_ids" / f"{name}.png",
        folder / "Human_ids" / f"{name}.png",
    )
    for path in (sample.image, sample.categories, sample.humans):
        if not path.is_file():
            raise DataError(f"{name} is listed but {path} is missing")
    return sample
