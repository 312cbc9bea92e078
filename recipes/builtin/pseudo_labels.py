"""Label photos with a model, and keep what the model says whichever way it looks.

    python recipes/builtin/pseudo_labels.py MODEL PHOTOS OUT

MODEL is an ONNX file or a name. Every photo is parsed as it is, mirrored, and by test-time
augmentation (mirrored and at scales 1, 1.25 and 1.5). A photo is kept when all three see the same
number of people, one to three, at nearly the same pixels; its labels are those of the augmentation,
and pixels where a part differs between the first two are unknown (255). OUT is in CIHP's layout,
names begin with "u".
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from m2fp import Parser, Result
from m2fp.labels import LabelScheme
from m2fp.postprocess import TestTimeAugmentation

PEOPLE_IOU = 0.93
"""Least IoU of all people's pixels between two ways of looking."""

PART_AGREEMENT = 0.85
"""Least share of people's pixels with the same part, as it is and mirrored."""

UNKNOWN = 255


def mirrored(parse: Parser, pixels: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], Result]:
    """Return the part map of the mirrored photo, turned back, and its result."""
    result = parse(np.ascontiguousarray(pixels[:, ::-1]))
    scheme: LabelScheme = result.scheme
    return scheme.flip_table()[result.part_map[:, ::-1]], result


def iou(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    """Return the intersection over union of two masks."""
    return float((one & other).sum() / max(1, (one | other).sum()))


def label(
    plain: Parser, augmented: Parser, pixels: NDArray[np.uint8]
) -> tuple[NDArray[np.uint8], NDArray[np.uint16]] | None:
    """Return part ids and person ids, or None where the ways of looking disagree too much."""
    first = plain(pixels)
    if not 1 <= len(first.persons) <= 3:
        return None
    other_parts, other = mirrored(plain, pixels)
    best = augmented(pixels)
    if not len(first.persons) == len(other.persons) == len(best.persons):
        return None
    people = best.person_map > 0
    if iou(first.person_map > 0, people) < PEOPLE_IOU:
        return None
    if iou(other.person_map[:, ::-1] > 0, people) < PEOPLE_IOU:
        return None
    same = first.part_map == other_parts
    if same[people].mean() < PART_AGREEMENT:
        return None
    parts = np.where(people & (best.part_map > 0), best.part_map, 0).astype(np.uint8)
    parts[people & ~same] = UNKNOWN
    return parts, best.person_map


def main() -> None:
    """Write the set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model")
    parser.add_argument("photos", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    home = options.out / "Training"
    for name in ("Images", "Category_ids", "Human_ids"):
        (home / name).mkdir(parents=True, exist_ok=True)
    plain = Parser(options.model)
    augmented = Parser(
        options.model, augment=TestTimeAugmentation(flip=True, scales=(1.0, 1.25, 1.5))
    )
    photos = sorted(options.photos.glob("*.jpg"))
    kept = []
    for path in photos:
        with Image.open(path) as image:
            pixels = np.asarray(image.convert("RGB"))
        labels = label(plain, augmented, pixels)
        if labels is None:
            continue
        name = f"u{path.stem}"
        kept.append(name)
        Image.fromarray(labels[0]).save(home / "Category_ids" / f"{name}.png")
        Image.fromarray(labels[1].astype(np.uint8)).save(home / "Human_ids" / f"{name}.png")
        (home / "Images" / f"{name}.jpg").write_bytes(path.read_bytes())
    (home / "train_id.txt").write_text("".join(f"{name}\n" for name in kept), encoding="utf-8")
    print(f"kept {len(kept)} of {len(photos)} photos")


if __name__ == "__main__":
    main()
