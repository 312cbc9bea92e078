"""Cut the photos of a validation split to the upper part of the person: half bodies, busts.

    python recipes/benchmark/close_ups.py DATA OUT --share 0.52
    m2fp val builtin --data OUT

DATA is a data set in CIHP's folders with one person a photo; OUT becomes one of the same names.
"""

import argparse
from pathlib import Path

import numpy as np
from PIL import Image

FOLDERS = {"Images": ".jpg", "Category_ids": ".png", "Human_ids": ".png"}


def main() -> None:
    """Write the set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument(
        "--share", type=float, default=0.52, help="of the person's height that stays"
    )
    options = parser.parse_args()
    source, target = options.data / "Validation", options.out / "Validation"
    names = (source / "val_id.txt").read_text().split()
    for folder in FOLDERS:
        (target / folder).mkdir(parents=True)
    for name in names:
        box = upper_part(
            np.asarray(Image.open(source / "Human_ids" / f"{name}.png")), options.share
        )
        for folder, suffix in FOLDERS.items():
            with Image.open(source / folder / (name + suffix)) as picture:
                picture.crop(box).save(target / folder / (name + suffix), quality=95)
    (target / "val_id.txt").write_text("\n".join(names) + "\n")


def upper_part(humans: np.ndarray, share: float) -> tuple[int, int, int, int]:
    """Return left, top, right, bottom: a box around the head, 1.2 times as wide as high if it can.

    humans: uint8 (H, W), 0 nobody, 255 not said.
    """
    own = (humans > 0) & (humans < 255)
    rows = np.flatnonzero(own.any(axis=1))
    height = rows[-1] + 1 - rows[0]
    top, bottom = max(0, rows[0] - int(0.04 * height)), int(rows[0] + share * height)
    columns = np.flatnonzero(own[top:bottom].any(axis=0))
    middle = (columns[0] + columns[-1]) // 2
    half = max(int(0.6 * (bottom - top)), (columns[-1] - columns[0]) // 2 + 8)
    return max(0, middle - half), top, min(own.shape[1], middle + half), bottom


if __name__ == "__main__":
    main()
