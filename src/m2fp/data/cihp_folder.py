"""Reader of a data set in CIHP's folder layout (Gong et al. 2018, as released)."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from m2fp.data.labelled_photo import LabelledPhoto
from m2fp.errors import DataError

Split = Literal["train", "val"]
FOLDERS: dict[Split, str] = {"train": "Training", "val": "Validation"}


@dataclass(frozen=True, slots=True)
class CihpSample:
    """The files of one labelled photo."""

    name: str
    image: Path
    categories: Path
    humans: Path


@dataclass(frozen=True, slots=True)
class CihpFolder:
    """One split of a data set on disk: `Training/` or `Validation/` with its list of names."""

    root: Path
    split: Split

    def samples(self) -> list[CihpSample]:
        """Return the split's photos in the order of its list.

        Raises DataError if the list or a listed file is missing.
        """
        folder = self.root / FOLDERS[self.split]
        listing = folder / f"{self.split}_id.txt"
        if not listing.is_file():
            raise DataError(
                f"{self.root} is not in CIHP layout: "
                f"{FOLDERS[self.split]}/{listing.name} is missing"
            )
        return [_sample(folder, name) for name in listing.read_text().split()]

    def scenes(self) -> list[CihpSample]:
        """Return the photos named in the split's `scene_id.txt`, none without such a list.

        Beside the labelled people nobody is in them, so that they can be backgrounds. (An addition
        of ours to the layout.)
        Raises DataError if the list names a photo that is not in the split.
        """
        listing = self.root / FOLDERS[self.split] / "scene_id.txt"
        if not listing.is_file():
            return []
        by_name = {sample.name: sample for sample in self.samples()}
        names = listing.read_text(encoding="utf-8").split()
        strangers = [name for name in names if name not in by_name]
        if strangers:
            raise DataError(
                f"{listing} has names that are not in the split: {', '.join(strangers)}",
                path=str(listing),
            )
        return [by_name[name] for name in names]


def read_sample(sample: CihpSample) -> LabelledPhoto:
    """Return the photo with its labels.

    Raises DataError if photo and labels differ in size.
    """
    pixels = np.asarray(Image.open(sample.image).convert("RGB"))
    categories, humans = read_ids(sample.categories), read_ids(sample.humans)
    if not pixels.shape[:2] == categories.shape == humans.shape:
        raise DataError(
            f"{sample.name}: photo {pixels.shape[:2]}, categories {categories.shape} and humans "
            f"{humans.shape} must have one size"
        )
    return LabelledPhoto(pixels, categories, humans)


def read_ids(path: Path) -> NDArray[np.uint8]:
    """Return a label picture's ids, uint8 (H, W); indexed and grey PNGs both hold ids."""
    with Image.open(path) as image:
        if image.mode not in ("L", "P"):
            raise DataError(
                f"{path}: a label picture must be 8-bit grey or indexed, not {image.mode}"
            )
        return np.asarray(image)


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
