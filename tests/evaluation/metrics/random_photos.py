"""Small random photos for the oracle, and the same photos as the library takes them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from tests.evaluation.metrics.oracle import UNKNOWN, Mask, Photo

from m2fp.datasets import Labels, PartInstances
from m2fp.evaluation.metrics.stacked_masks import StackedMasks

# Few values, so that many are equal; the official rule leaves out people below 0.01.
SCORES = (0.0, 0.005, 0.01, 0.3, 0.5, 0.9)


def random_photo(rng: np.random.Generator, class_count: int) -> Photo:
    """Return people on a background, some of them unknown, and what a careless tool says."""
    size = tuple(rng.integers(4, 9, 2).tolist())
    categories, humans = np.zeros(size, np.uint8), np.zeros(size, np.uint16)
    ids = rng.choice([1, 2, 3, 7, 300, 65_535], rng.integers(0, 4), replace=False)
    for number in ids:
        rows, columns = _box(rng, size)
        humans[rows, columns] = number
        categories[rows, columns] = rng.integers(0, class_count, humans[rows, columns].shape)
        categories[rows, columns][:2] = rng.integers(1, class_count)
    if rng.random() < 0.5:
        categories[_box(rng, size)] = UNKNOWN
    guess = np.where(categories == UNKNOWN, rng.choice([0, 1, UNKNOWN]), categories)
    guess[_box(rng, size)] = rng.integers(0, class_count)
    people = [*_noisy(rng, [humans == i for i in ids], [0] * len(ids)), *_boxes(rng, size, [0])]
    pairs = [(i, c) for i in ids for c in range(1, class_count)]
    true_parts = [(humans == i) & (categories == c) for i, c in pairs]
    classes = list(range(1, class_count))
    parts = [*_noisy(rng, true_parts, [c for _, c in pairs]), *_boxes(rng, size, classes)]
    return Photo(categories, humans, guess.astype(np.uint8), tuple(people), tuple(parts))


def labels_of(photo: Photo) -> Labels:
    if photo.instances is None:
        return Labels(photo.categories, photo.humans)
    ids = np.zeros(photo.humans.shape, np.uint16)
    for number, mask in enumerate(photo.instances, start=1):
        for pixel in mask.pixels:
            ids[pixel] = number
    classes = {n: mask.class_id for n, mask in enumerate(photo.instances, start=1)}
    return Labels(
        photo.categories, photo.humans, PartInstances(ids, classes, dict.fromkeys(classes, 1))
    )


def masks_of(masks: Sequence[Mask], size: tuple[int, ...]) -> StackedMasks:
    return StackedMasks.of_masks(
        (bitmap(mask, size) for mask in masks),
        [mask.class_id for mask in masks],
        [mask.score for mask in masks],
        size=(size[0], size[1]),
    )


def bitmap(mask: Mask, size: tuple[int, ...]) -> np.ndarray:
    pixels = np.zeros(size, np.bool_)
    for pixel in mask.pixels:
        pixels[pixel] = True
    return pixels


def mask_of(pixels: np.ndarray, class_id: int, score: float) -> Mask:
    return Mask(frozenset(map(tuple, np.argwhere(pixels).tolist())), class_id, score)


def _box(rng: np.random.Generator, size: tuple[int, ...]) -> tuple[slice, slice]:
    starts = [int(rng.integers(0, side)) for side in size]
    rows, columns = (slice(start, start + int(rng.integers(1, 6))) for start in starts)
    return rows, columns


def _boxes(rng: np.random.Generator, size: tuple[int, ...], classes: Sequence[int]) -> list[Mask]:
    masks = []
    for _ in range(rng.integers(0, 3)):
        pixels = np.zeros(size, np.bool_)
        pixels[_box(rng, size)] = rng.random() < 0.9  # else empty
        masks.append(mask_of(pixels, int(rng.choice(classes)), float(rng.choice(SCORES))))
    return masks


def _noisy(
    rng: np.random.Generator, truth: Sequence[np.ndarray], classes: Sequence[int]
) -> list[Mask]:
    """Return each mask missed, found, found badly or found twice."""
    masks = []
    for pixels, class_id in zip(truth, classes, strict=True):
        if not pixels.any():
            continue
        for _ in range(rng.choice([0, 1, 1, 2])):
            noisy = pixels ^ (rng.random(pixels.shape) < rng.choice([0, 0.03, 0.15]))
            masks.append(mask_of(noisy, class_id, float(rng.choice(SCORES))))
    return masks
