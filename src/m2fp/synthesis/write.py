"""Synthetic pictures on disk, in CIHP's folder layout."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from m2fp.datasets import LabelledPhoto
from m2fp.synthesis.picture import SyntheticPicture
from m2fp.whole_file import whole_file

_ID_STEP = 20  # instance id = (person - 1) * 20 + class, as in the released files
_FAST_PNG = 3


@dataclass(frozen=True, slots=True)
class PictureFiles:
    """Where the files of one picture go.

    Beside CIHP's own there are `People/` (JSON: visible share, joints, traits) and, if asked for,
    `Fine_ids/` (MHP-v2 ids) and `Depth/` (16 bit, millimetres along the view, 0 = none).
    """

    folder: Path
    name: str

    @property
    def image(self) -> Path:
        """Return the photo's file; it is written last."""
        return self.folder / "Images" / f"{self.name}.jpg"

    def label(self, kind: str, suffix: str = ".png") -> Path:
        """Return the file of a kind of labels: "Category_ids", "Human_ids", "People", ..."""
        return self.folder / kind / f"{self.name}{suffix}"

    def done(self) -> bool:
        """Return whether the picture and its labels are there."""
        return self.image.is_file()


def write_picture(
    picture: SyntheticPicture, files: PictureFiles, *, quality: int, fine: bool, depth: bool
) -> None:
    """Write a picture with its labels; quality: of the JPEG, 1..95."""
    photo = picture.photo
    instances, lines = part_instances(photo)
    _write_ids(photo.categories, files.label("Category_ids"))
    _write_ids(photo.humans.astype(np.uint8), files.label("Human_ids"))
    _write_ids(instances, files.label("Instance_ids"))
    _write_text(lines, files.label("Instance_ids", ".txt"))
    people = [
        {
            "person": person.number,
            "visible": round(person.visible, 3),
            "joints": person.joints,
            "traits": person.traits,
        }
        for person in picture.people
    ]
    _write_text(json.dumps(people) + "\n", files.label("People", ".json"))
    if fine:
        _write_ids(picture.fine, files.label("Fine_ids"))
    if depth:
        millimetres = np.clip(np.rint(picture.depth * 1000), 0, 65535).astype(np.uint16)
        _write_ids(millimetres, files.label("Depth"))
    with _into(files.image) as draft:
        Image.fromarray(photo.pixels).save(draft, format="JPEG", quality=quality)


def part_instances(photo: LabelledPhoto) -> tuple[NDArray[np.uint8], str]:
    """Return every part of every person as an instance, and the lines of the text file.

    The ids are uint8 (H, W); a line is "instance class person".
    """
    owned = (photo.humans > 0) & (photo.categories > 0) & (photo.categories < _ID_STEP)
    ids = (photo.humans.astype(np.int64) - 1) * _ID_STEP + photo.categories
    instances = np.where(owned, ids, 0).astype(np.uint8)
    present = np.flatnonzero(np.bincount(instances[owned], minlength=256))
    lines = [f"{i} {i % _ID_STEP} {i // _ID_STEP + 1}\n" for i in present.tolist()]
    return instances, "".join(lines)


def write_list(names: list[str], path: Path) -> None:
    """Write the list of a split."""
    _write_text("".join(f"{name}\n" for name in names), path)


def _write_ids(ids: NDArray[np.uint8] | NDArray[np.uint16], path: Path) -> None:
    with _into(path) as draft:
        Image.fromarray(ids).save(draft, format="PNG", compress_level=_FAST_PNG)


def _write_text(text: str, path: Path) -> None:
    with _into(path) as draft:
        draft.write_text(text, encoding="utf-8", newline="\n")


def _into(path: Path) -> AbstractContextManager[Path]:
    path.parent.mkdir(parents=True, exist_ok=True)
    return whole_file(path)
