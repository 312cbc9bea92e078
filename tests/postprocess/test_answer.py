"""Answers of several sizes on one grid."""

from __future__ import annotations

import numpy as np
import pytest
from tests.postprocess.random_predictions import crowd, placed, smooth
from tests.postprocess.scenes import CIHP

from m2fp.imaging import AnyRule, CanvasRule, InputRule, NetworkInput
from m2fp.imaging.box import Box
from m2fp.postprocess.answer import Answer, on_one_grid
from m2fp.postprocess.resample import Resampler, content_cells

PHOTO = (300, 220)
RULES = {
    "short": (InputRule(96, 200), InputRule(128, 260)),
    "canvas": (CanvasRule(128, 96), CanvasRule(192, 160)),
}


def answer(rule: AnyRule, seed: int = 0) -> Answer:
    given = placed(PHOTO, rule)
    return Answer(crowd(seed, given, CIHP, 2), given)


def on_photo(answer: Answer) -> np.ndarray:
    """Return all masks at the photo's size, logits float32 (Q, H, W)."""
    given = answer.network_input
    resampler, cells = Resampler.build(given), content_cells(given)
    masks = answer.predictions.mask_logits[:, cells.rows, cells.columns]
    whole = Box(0, PHOTO[0], 0, PHOTO[1])
    return np.stack([resampler.read(np.ascontiguousarray(mask), whole) for mask in masks])


@pytest.mark.parametrize("rules", RULES.values(), ids=RULES)
def test_masks_stay_where_they_are_on_the_photo(rules: tuple[AnyRule, AnyRule]) -> None:
    small, large = (answer(rule) for rule in rules)
    moved, same = on_one_grid([small, large])
    assert same is large
    assert moved.network_input is large.network_input
    assert moved.predictions.mask_logits.shape == large.predictions.mask_logits.shape
    assert moved.predictions.mask_logits.dtype == np.float32
    np.testing.assert_array_equal(moved.predictions.class_logits, small.predictions.class_logits)
    before, after = on_photo(small) > 0, on_photo(moved) > 0
    shared = (before & after).sum(axis=(1, 2)) / (before | after).sum(axis=(1, 2))
    assert shared.min() > 0.97


def test_a_slope_is_read_exactly() -> None:
    small, large = placed(PHOTO, InputRule(96, 200)), placed(PHOTO, InputRule(128, 260))

    def slope(given: NetworkInput) -> Answer:
        # Columns of the photo, at the centres of the cells.
        cells = np.arange(given.padded[1] // 4)
        column = ((cells + 0.5) * 4 - given.origin[1]) / given.content[1] * PHOTO[1]
        predictions = smooth(0, given, CIHP, 1)
        predictions.mask_logits[:] = column / 10
        return Answer(predictions, given)

    moved, wanted = on_one_grid([slope(small), slope(large)])
    inner = np.s_[0, 2:-2, 2:-4]  # at the edges the last centre goes on
    np.testing.assert_allclose(
        moved.predictions.mask_logits[inner], wanted.predictions.mask_logits[inner], atol=1e-3
    )


def test_answers_of_one_size_are_left_alone() -> None:
    answers = [answer(InputRule(96, 200), seed) for seed in range(2)]
    answers[0].predictions.mask_logits[0, 0, 0] = np.nan
    assert [a is b for a, b in zip(on_one_grid(answers), answers, strict=True)] == [True, True]


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_masks_that_are_no_numbers_are_gone_and_huge_ones_are_not(value: float) -> None:
    small, large = (answer(rule) for rule in RULES["short"])
    masks = small.predictions.mask_logits
    masks[1, 3, 3] = value
    masks[2] = np.where(masks[2] > 0, 3e38, -3e38)
    moved, _ = on_one_grid([small, large])
    assert len(moved.predictions.class_logits) == len(masks) - 1
    np.testing.assert_array_equal(
        moved.predictions.class_logits, np.delete(small.predictions.class_logits, 1, axis=0)
    )
    assert np.abs(moved.predictions.mask_logits).max() == pytest.approx(50.0)
