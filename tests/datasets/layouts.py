"""Folders of two photos, a and b, in every layout whose labels are one picture to a photo."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from tests.datasets.pictures import ids_with, write_ids, write_photo

NAMES = ("a", "b")


def write_files(images: Path, labels: Path, listing: Path | None = None) -> None:
    """Write both photos, part 1 and part 2 in each, and their list."""
    for name in NAMES:
        write_photo(images / f"{name}.jpg")
        write_ids(labels / f"{name}.png", ids_with(1, 2))
    if listing:
        listing.write_text("".join(f"{name}\n" for name in NAMES))


def write_m2fp(root: Path, folder: str = "Validation", *, people: bool = False) -> Path:
    """Write the layout that M2FP uses for all data sets, with or without person ids."""
    write_files(root / folder / "Images", root / folder / "Category_ids")
    if people:
        for name in NAMES:
            write_ids(root / folder / "Human_ids" / f"{name}.png", ids_with(1, 1))
    return root


def write_crowd(root: Path, people: int, *, bits: int) -> Path:
    """Write a photo "a" in CIHP's layout where every person has parts 18 and 19, numbered."""
    folder = root / "Validation"
    humans = np.tile(np.arange(1, people + 1), (2, 1))
    categories = np.repeat([[18], [19]], people, axis=1)
    write_photo(folder / "Images" / "a.png", (2, people))
    write_ids(folder / "Category_ids" / "a.png", categories)
    write_ids(folder / "Human_ids" / "a.png", humans)
    write_ids(folder / "Instance_ids" / "a.png", (humans - 1) * 20 + categories, bits=bits)
    return root


def write_crowd_table(root: Path, people: int) -> Path:
    """Write and return the table that belongs to `write_crowd`."""
    table = root / "Validation" / "Instance_ids" / "a.txt"
    rows = ((20 * k + part, part, k + 1) for k in range(people) for part in (18, 19))
    table.write_text("".join(f"{number} {part} {human}\n" for number, part, human in rows))
    return table


def write_lip(root: Path, *, nested: bool = True) -> Path:
    """Write LIP as released."""
    images, labels = root / "TrainVal_images", root / "TrainVal_parsing_annotations"
    inner = images / images.name, labels / labels.name
    for folder in inner if nested else (images, labels):
        folder.mkdir(parents=True)
    sources = inner if nested else (images, labels)
    write_files(sources[0] / "val_images", sources[1] / "val_segmentations", images / "val_id.txt")
    return root


def write_schp(root: Path) -> Path:
    """Write SCHP's layout."""
    root.mkdir()
    write_files(root / "train_images", root / "train_segmentations", root / "train_id.txt")
    return root


def write_atr(root: Path) -> Path:
    """Write ATR with a list of its first photo only."""
    write_files(root / "JPEGImages", root / "SegmentationClassAug")
    (root / "val_id.txt").write_text("a\n")
    return root


def write_pascal(root: Path) -> Path:
    """Write PASCAL-Person-Part as Graphonomy has it."""
    (root / "list").mkdir(parents=True)
    write_files(root / "JPEGImages", root / "SegmentationPart", root / "list" / "val_id.txt")
    return root


# Writer, layout, scheme, splits.
LAYOUTS: list[tuple[Callable[[Path], Path], str, str, tuple[str, ...]]] = [
    (write_m2fp, "cihp", "lip", ("val",)),
    (write_lip, "lip", "lip", ("val",)),
    (write_schp, "schp", "lip", ("train",)),
    (write_atr, "atr", "atr", ("val",)),
    (write_pascal, "pascal-person-part", "ppp-schp", ("val",)),
]
