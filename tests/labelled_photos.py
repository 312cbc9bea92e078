"""Small labelled photos made in memory and on disk, in CIHP's folder layout."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
from PIL import Image

from m2fp.datasets import LabelledPhoto

FOLDERS = {"train": "Training", "val": "Validation"}


def standing_person(
    size: tuple[int, int] = (80, 60), top: int = 8, colour: tuple[int, int, int] = (200, 60, 60)
) -> LabelledPhoto:
    """Return a person of hair, face, clothes, trousers, two arms and two shoes, on green."""
    height, width = size
    pixels = np.full((height, width, 3), (20, 120, 40), np.uint8)
    categories = np.zeros(size, np.uint8)
    left, right = width // 3, 2 * width // 3
    rows = np.linspace(top, height - 4, 6).astype(int)
    for part, (start, end) in zip((2, 13, 5, 9), pairwise(rows), strict=False):
        categories[start:end, left:right] = part
    categories[rows[2] : rows[3], left - 5 : left] = 15  # the person's right is on our left
    categories[rows[2] : rows[3], right : right + 5] = 14
    categories[rows[4] : rows[5], left : left + 8] = 19
    categories[rows[4] : rows[5], right - 8 : right] = 18
    humans = (categories > 0).astype(np.uint8)
    shade = (categories.astype(int) * 5)[..., None]
    pixels[humans == 1] = (np.array(colour) + shade[humans == 1]).clip(0, 255)
    return LabelledPhoto(pixels, categories, humans)


def write_cihp(root: Path, photos: list[LabelledPhoto], split: str = "train") -> Path:
    """Write the photos as a CIHP folder and return its root."""
    folder = root / FOLDERS[split]
    for name in ("Images", "Category_ids", "Human_ids"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    names = [f"{index:07d}" for index in range(1, len(photos) + 1)]
    for name, photo in zip(names, photos, strict=True):
        Image.fromarray(photo.pixels).save(folder / "Images" / f"{name}.jpg", quality=95)
        Image.fromarray(photo.categories).save(folder / "Category_ids" / f"{name}.png")
        Image.fromarray(photo.humans).save(folder / "Human_ids" / f"{name}.png")
    (folder / f"{split}_id.txt").write_text("\n".join(names) + "\n")
    return root
