"""A small data set in CIHP's layout, two people to a photo, and what a careless tool says of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from m2fp.imaging import Photo
from m2fp.labels import get_scheme
from m2fp.results import ModelStamp, Result, Timing

SIZE = (24, 32)
HAIR, FACE, CLOTHES, PANTS = 2, 13, 5, 9

Maps = tuple[NDArray[np.uint8], NDArray[np.uint16]]


def draw(rng: np.random.Generator) -> Maps:
    """Return part and person ids of two people, 1 on the left and 2 on the right."""
    parts, people = np.zeros(SIZE, np.uint8), np.zeros(SIZE, np.uint16)
    for person, left in enumerate((int(rng.integers(0, 4)), int(rng.integers(16, 20))), start=1):
        top, width = int(rng.integers(0, 5)), int(rng.integers(6, 12))
        for part in (HAIR, FACE, CLOTHES, PANTS):
            rows = slice(top, top := top + int(rng.integers(3, 6)))
            parts[rows, left : left + width] = part
            people[rows, left : left + width] = person
    return parts, people


def guess(maps: Maps, rng: np.random.Generator) -> Maps:
    """Return the maps shifted, and sometimes without the second person."""
    shift = rng.integers(-2, 3, 2)
    parts, people = (np.roll(ids, shift, axis=(0, 1)) for ids in maps)
    if rng.random() < 0.2:
        parts, people = np.where(people == 2, 0, parts), np.where(people == 2, 0, people)
    return parts.astype(np.uint8), people.astype(np.uint16)


def names(count: int) -> list[str]:
    return [f"{number:07d}" for number in range(1, count + 1)]


def write_toy_set(root: Path, count: int) -> Path:
    """Return the folder after writing the photos of `names(count)` into its split val."""
    folder = root / "Validation"
    for inner in ("Images", "Category_ids", "Human_ids"):
        (folder / inner).mkdir(parents=True)
    for number, name in enumerate(names(count)):
        parts, people = draw(np.random.default_rng(number))
        photo = np.repeat(parts[..., None] * 12, 3, axis=2).astype(np.uint8)
        Image.fromarray(photo).save(folder / "Images" / f"{name}.jpg")
        Image.fromarray(parts).save(folder / "Category_ids" / f"{name}.png")
        Image.fromarray(people.astype(np.uint8)).save(folder / "Human_ids" / f"{name}.png")
    (folder / "val_id.txt").write_text("".join(f"{name}\n" for name in names(count)))
    return root


def guesses(count: int, *, score: float | None = None) -> list[Result]:
    """Return what the tool says of the same photos; by default every score is another."""
    results = []
    for number, name in enumerate(names(count)):
        rng = np.random.default_rng(number)
        parts, people = guess(draw(rng), rng)
        present = int(people.max(initial=0))
        scores = rng.permutation(np.linspace(0.3, 0.9, 13)).round(3) if score is None else None
        results.append(
            Result.from_maps(
                Photo(np.zeros((*SIZE, 3), np.uint8), name=f"photos/{name}.jpg"),
                parts,
                people,
                person_scores=[score if scores is None else scores[k] for k in range(present)],
                segment_scores={
                    (person, part): score if scores is None else scores[4 * person + place]
                    for person in (1, 2)
                    for place, part in enumerate((HAIR, FACE, CLOTHES, PANTS))
                },
                scheme=get_scheme("cihp"),
                model=ModelStamp("careless", None, "fp32"),
                timing=Timing(0.0, 0.0, 0.0, 0.0, 0.5),
            )
        )
    return results


def write_label_maps(folder: Path, count: int) -> Path:
    """Return the folder after writing the guesses as NAME.png and persons/NAME.png."""
    (folder / "persons").mkdir(parents=True)
    for name, result in zip(names(count), guesses(count), strict=True):
        Image.fromarray(result.part_map).save(folder / f"{name}.png")
        Image.fromarray(result.person_map).save(folder / "persons" / f"{name}.png")
    return folder
