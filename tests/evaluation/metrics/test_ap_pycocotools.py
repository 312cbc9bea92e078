"""Strict scores and strict matching against pycocotools."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from tests.evaluation.metrics.oracle import Mask, Photo
from tests.evaluation.metrics.random_photos import bitmap, labels_of, masks_of, random_photo

from m2fp.evaluation.metrics.matching import NOTHING, one_to_one
from m2fp.evaluation.metrics.part_ap import PART_THRESHOLDS, PartScores, PartTally
from m2fp.evaluation.metrics.person_ap import PERSON_THRESHOLDS, PersonScores, PersonTally
from m2fp.results import rle

CLASSES = 4
SEEDS = range(25)


def known_photos(seed: int) -> list[Photo]:
    """Return photos without unknown pixels, for which COCO has no such thing."""
    rng = np.random.default_rng(seed)
    photos = [random_photo(rng, CLASSES) for _ in range(5)]
    return [
        Photo(np.where(p.categories == 255, 0, p.categories), p.humans, p.guess, p.people, p.parts)
        for p in photos
    ]


def coco_eval(
    truth: Sequence[Sequence[Mask]],
    masks: Sequence[Sequence[Mask]],
    sizes: Sequence[tuple[int, ...]],
    thresholds: Sequence[float],
    areas: tuple[float, float] = (0, 1e10),
) -> COCOeval:
    """Return pycocotools' evaluation of some photos."""
    data = COCO()
    data.dataset = {
        "images": [{"id": i, "height": size[0], "width": size[1]} for i, size in enumerate(sizes)],
        "categories": [{"id": c} for c in range(CLASSES)],
        "annotations": [
            {"id": n, "iscrowd": 0, **annotation}
            for n, annotation in enumerate(annotations(truth, sizes), start=1)
        ],
    }
    data.createIndex()
    found = COCO()
    found.dataset = {
        "images": data.dataset["images"],
        "categories": data.dataset["categories"],
        "annotations": [
            {"id": n, **annotation}
            for n, annotation in enumerate(annotations(masks, sizes), start=1)
        ],
    }
    found.createIndex()
    evaluation = COCOeval(data, found, "segm")
    evaluation.params.iouThrs = np.array(thresholds)
    evaluation.params.maxDets = [10_000]
    evaluation.params.areaRng = [list(areas)]
    evaluation.params.areaRngLbl = ["these"]
    evaluation.evaluate()
    evaluation.accumulate()
    return evaluation


def annotations(
    photos: Sequence[Sequence[Mask]], sizes: Sequence[tuple[int, ...]]
) -> list[dict[str, object]]:
    return [
        {
            "image_id": i,
            "category_id": mask.class_id,
            "segmentation": rle.encode(bitmap(mask, size)),
            "area": len(mask.pixels),
            "score": mask.score,
        }
        for i, (masks, size) in enumerate(zip(photos, sizes, strict=True))
        for mask in masks
    ]


def coco_aps(evaluation: COCOeval) -> np.ndarray:
    """Return AP by threshold, the mean over the classes that occur, (T,)."""
    precision = evaluation.eval["precision"][:, :, :, 0, 0]
    occurring = precision[0, 0] > -1
    return precision[:, :, occurring].mean(axis=(1, 2))


@pytest.mark.parametrize("seed", SEEDS)
def test_parts(seed: int) -> None:
    photos = known_photos(seed)
    sizes = [photo.guess.shape for photo in photos]
    evaluation = coco_eval(
        [photo.labelled_parts(CLASSES) for photo in photos],
        [photo.parts for photo in photos],
        sizes,
        PART_THRESHOLDS,
    )
    tally = PartTally.merged(
        PartTally.of(labels_of(photo), masks_of(photo.parts, size), class_count=CLASSES)
        for photo, size in zip(photos, sizes, strict=True)
    )
    scores = PartScores.of(tally).strict
    assert list(scores.at.values()) == pytest.approx(coco_aps(evaluation).tolist(), abs=1e-9)
    assert scores.vol == pytest.approx(coco_aps(evaluation).mean(), abs=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_people(seed: int) -> None:
    photos = known_photos(seed)
    sizes = [photo.guess.shape for photo in photos]
    evaluation = coco_eval(
        [photo.labelled_people() for photo in photos],
        [photo.people for photo in photos],
        sizes,
        PERSON_THRESHOLDS,
    )
    tally = PersonTally.merged(
        PersonTally.of(labels_of(photo), masks_of(photo.people, size))
        for photo, size in zip(photos, sizes, strict=True)
    )
    scores = PersonScores.of(tally).strict
    assert list(scores.at.values()) == pytest.approx(coco_aps(evaluation).tolist(), abs=1e-9)


@pytest.mark.parametrize("seed", range(60))
def test_what_need_not_be_found(seed: int) -> None:
    """Things outside COCO's area range are taken last, and then count for nothing."""
    rng = np.random.default_rng(seed)
    size = (6, 6)
    truth, masks = (random_masks(rng, size, number) for number in rng.integers(1, 9, 2))
    smallest = 8
    evaluation = coco_eval([truth], [masks], [size], PART_THRESHOLDS, (smallest, 1e10))
    expected = evaluation.evalImgs[0]
    order = [number - 1 for number in expected["dtIds"]]
    ious = np.array(
        [[len(m.pixels & g.pixels) / len(m.pixels | g.pixels) for g in truth] for m in masks]
    )
    claims = one_to_one(
        ious,
        np.array([mask.score for mask in masks]),
        PART_THRESHOLDS,
        passed=np.array([len(thing.pixels) < smallest for thing in truth]),
    )
    assert (claims[order].T + 1).tolist() == expected["dtMatches"].astype(int).tolist()
    assert NOTHING == -1  # so that + 1 makes it pycocotools' 0


def random_masks(rng: np.random.Generator, size: tuple[int, int], number: int) -> list[Mask]:
    """Return boxes of class 0 that overlap often and agree exactly at times."""
    masks = []
    for _ in range(number):
        top, left = rng.integers(0, 4, 2).tolist()
        height, width = rng.choice([2, 3, 4], 2).tolist()
        pixels = frozenset(
            (y, x)
            for y in range(top, min(top + height, size[0]))
            for x in range(left, min(left + width, size[1]))
        )
        masks.append(Mask(pixels, 0, float(rng.choice([0.2, 0.5, 0.8]))))
    return masks
