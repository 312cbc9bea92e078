"""A data set in CIHP layout of flat-coloured people that the fake model parses exactly."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image
from tests.fake_model import LONG_SIDE, SHORT_SIDE, FakePerson, draw_people


def write_folder(root: Path, *, count: int) -> Path:
    """Return the folder after writing `count` photos p0, p1, ... of one person into its split val.

    Edges lie on multiples of 8, so JPEG keeps the colours flat.
    """
    folder = root / "Validation"
    for name in ("Images", "Category_ids", "Human_ids"):
        (folder / name).mkdir(parents=True)
    for number in range(count):
        person = FakePerson(number % 4, left=16 + 8 * (number % 6), top=16, width=32, height=64)
        pixels, parts, people = draw_people((SHORT_SIDE, LONG_SIDE), [person])
        image = Image.fromarray(pixels)
        image.save(folder / "Images" / f"p{number}.jpg", quality=100, subsampling=0)
        Image.fromarray(parts).save(folder / "Category_ids" / f"p{number}.png")
        Image.fromarray(people.astype(np.uint8)).save(folder / "Human_ids" / f"p{number}.png")
    names = "".join(f"p{number}\n" for number in range(count))
    (folder / "val_id.txt").write_text(names, encoding="utf-8")
    return root
