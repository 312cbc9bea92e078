"""Masks that overlap: their pixels in regions, and what is seen of them when they are painted."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from pycocotools import mask as coco_mask

from m2fp.errors import DataError, InvalidRle
from m2fp.evaluation.metrics import stacked_masks
from m2fp.evaluation.metrics.prediction import MAX_MASKS, Masks, PaintedMasks
from m2fp.evaluation.metrics.stacked_masks import StackedMasks
from m2fp.results.rle import encode

SIZE = (7, 9)


def random_bitmaps(seed: int, number: int = 6) -> np.ndarray:
    rng = np.random.default_rng(seed)
    bitmaps = rng.random((number, *SIZE)) < rng.choice([0, 0.1, 0.5, 0.9, 1.0], (number, 1, 1))
    return np.asarray(bitmaps)


def stack(bitmaps: np.ndarray, scores: list[float] | None = None) -> StackedMasks:
    scores = [0.5] * len(bitmaps) if scores is None else scores
    return StackedMasks.of_masks(bitmaps, range(len(bitmaps)), scores, size=SIZE)


def row(*masks: str, scores: list[float]) -> StackedMasks:
    """Return masks one pixel high, drawn with # and a full stop."""
    bitmaps = [np.array([[mark == "#" for mark in mask]]) for mask in masks]
    return StackedMasks.of_masks(bitmaps, range(len(masks)), scores, size=bitmaps[0].shape)


def of_rles(bitmaps: np.ndarray) -> StackedMasks:
    return StackedMasks.of_rles([encode(m) for m in bitmaps], [0] * 6, [1] * 6, size=SIZE)


def of_pycocotools(bitmaps: np.ndarray) -> StackedMasks:
    rles = [coco_mask.encode(np.asfortranarray(m.astype(np.uint8))) for m in bitmaps]
    rles = [{"size": rle["size"], "counts": rle["counts"].decode()} for rle in rles]
    return StackedMasks.of_rles(rles, [0] * 6, [1] * 6, size=SIZE)


def of_crops(bitmaps: np.ndarray) -> StackedMasks:
    padded = np.zeros_like(bitmaps)
    padded[:, 2:6, 3:8] = bitmaps[:, 2:6, 3:8]
    bitmaps[:] = padded
    crops = ((mask[2:6, 3:8], 3, 2) for mask in bitmaps)
    return StackedMasks.of_crops(crops, [0] * 6, [1] * 6, size=SIZE)


@pytest.mark.parametrize("make", [stack, of_rles, of_pycocotools, of_crops])
@pytest.mark.parametrize("batch", [1, 20, 1 << 20])
@pytest.mark.parametrize("seed", range(5))
def test_pixels_in_regions(
    make: Callable[[np.ndarray], StackedMasks],
    batch: int,
    seed: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stacked_masks, "_BATCH_PIXELS", batch)
    bitmaps = random_bitmaps(seed)
    masks = make(bitmaps)
    regions = np.random.default_rng(seed).integers(0, 4, SIZE)
    expected = [[(regions[m] == r).sum() for r in range(5)] for m in bitmaps]
    overlaps = masks.overlaps(regions, 5)
    assert overlaps.table().tolist() == expected
    assert overlaps.areas().tolist() == bitmaps.sum(axis=(1, 2)).tolist()
    assert overlaps.within(2).tolist() == [row[2] for row in expected]


def test_many_regions_need_no_table_of_all_pairs() -> None:
    regions = np.arange(63).reshape(SIZE) * 10**9
    bitmaps = random_bitmaps(1)
    overlaps = stack(bitmaps).overlaps(regions, 63 * 10**9)
    assert len(overlaps.pixels) == bitmaps.sum()
    assert (overlaps.regions == np.concatenate([regions[m] for m in bitmaps])).all()
    painted = stack(bitmaps).painted().overlaps(regions, 63 * 10**9)
    assert painted.pixels.sum() == bitmaps.any(axis=0).sum()


def test_higher_scores_cover() -> None:
    masks = row("####..", "..####", ".##...", scores=[0.5, 0.2, 0.9]).painted()
    assert masks.ids.tolist() == [[1, 3, 3, 1, 2, 2]]
    assert masks.ids.dtype == np.uint16
    assert masks.painted() is masks


def test_of_equal_scores_the_later_covers() -> None:
    assert row("###.", ".###", scores=[0.5, 0.5]).painted().ids.tolist() == [[1, 2, 2, 2]]


def test_masks_without_pixels_left_are_gone() -> None:
    masks = row("##..", "###.", "....", "...#", scores=[0.1, 0.9, 0.9, 0.2]).painted()
    assert masks.ids.tolist() == [[1, 1, 1, 2]]
    assert masks.class_ids.tolist() == [1, 3]
    assert masks.scores.tolist() == [0.9, 0.2]


@pytest.mark.parametrize("batch", [1, 25, 1 << 20])
@pytest.mark.parametrize("seed", range(5))
def test_painting_one_by_one(seed: int, batch: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stacked_masks, "_BATCH_PIXELS", batch)
    bitmaps = random_bitmaps(seed)
    scores = np.random.default_rng(seed).choice([0.1, 0.5, 0.9], 6).tolist()
    canvas = np.full(SIZE, -1)
    for index in np.argsort(scores, kind="stable"):
        canvas[bitmaps[index]] = index
    masks = stack(bitmaps, scores).painted()
    kept = sorted(set(canvas.ravel().tolist()) - {-1})
    assert masks.class_ids.tolist() == kept
    assert np.append(masks.class_ids, -1)[masks.ids.astype(int) - 1].tolist() == canvas.tolist()


@pytest.mark.parametrize("painted", [False, True])
def test_no_masks(painted: bool) -> None:
    masks: Masks = StackedMasks.of_masks([], [], [], size=SIZE)
    masks = masks.painted() if painted else masks
    assert masks.overlaps(np.zeros(SIZE, np.int64), 3).table().shape == (0, 3)
    assert masks.painted().ids.max() == 0


@pytest.mark.parametrize("seed", range(5))
def test_painted_masks_have_the_same_overlaps(seed: int) -> None:
    painted = stack(random_bitmaps(seed)).painted()
    stacked = StackedMasks.of_masks(
        [painted.ids == k + 1 for k in range(len(painted.scores))],
        painted.class_ids,
        painted.scores,
        size=SIZE,
    )
    regions = np.random.default_rng(seed).integers(0, 4, SIZE)
    one, other = painted.overlaps(regions, 4), stacked.overlaps(regions, 4)
    assert one.table().tolist() == other.table().tolist()
    assert one.shape == other.shape


def test_a_score_that_is_no_number_is_zero() -> None:
    masks = row("##", ".#", scores=[float("nan"), 0.1])
    assert masks.scores.tolist() == [0, 0.1]
    ids = np.zeros((1, 1), np.uint16)
    assert PaintedMasks(ids, np.array([0]), np.array([np.nan])).scores.tolist() == [0]


def test_what_does_not_fit_together_is_an_error() -> None:
    one = np.ones((1, *SIZE), np.bool_)
    with pytest.raises(DataError, match="1 masks need a score each, but there are 2"):
        StackedMasks.of_masks(one, [0, 0], [1, 1], size=SIZE)
    with pytest.raises(DataError, match="2 masks need a score each, but there are 1"):
        StackedMasks.of_masks(one, [0, 0], [1], size=SIZE)
    with pytest.raises(DataError, match="photo's size"):
        StackedMasks.of_rles([encode(one[0])], [0], [1], size=(9, 7))
    with pytest.raises(DataError, match="photo's size"):
        stack(one).overlaps(np.zeros((9, 7), np.int64), 1)
    with pytest.raises(DataError, match="photo's size"):
        stack(one).painted().overlaps(np.zeros((9, 7), np.int64), 1)
    with pytest.raises(DataError, match="reaches out of a photo of 9 x 7"):
        StackedMasks.of_crops([(one[0], 1, 0)], [0], [1], size=SIZE)
    with pytest.raises(DataError, match="mask 3 has no class"):
        PaintedMasks(np.full((1, 1), 3, np.uint16), np.zeros(2, np.intp), np.zeros(2))
    with pytest.raises(InvalidRle):
        StackedMasks.of_rles([{"size": [7, 9], "counts": "0"}], [0], [1], size=SIZE)


def test_more_masks_than_a_picture_can_number() -> None:
    number = MAX_MASKS + 1
    with pytest.raises(DataError, match="65536 masks"):
        PaintedMasks(np.zeros((1, 1), np.uint16), np.zeros(number, np.intp), np.zeros(number))
