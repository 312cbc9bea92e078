"""Targets of hand-made label maps."""

from __future__ import annotations

import numpy as np
import torch

from m2fp.datasets import LabelledPhoto
from m2fp.labels import get_scheme
from m2fp.train.targets import Targets, make_targets

CIHP, LIP = get_scheme("cihp"), get_scheme("lip")
HUMAN = 20


def _photo(categories: np.ndarray, humans: np.ndarray) -> LabelledPhoto:
    return LabelledPhoto(np.zeros((*humans.shape, 3), np.uint8), categories, humans)


def _stripes(rows: list[tuple[int, int, int]]) -> LabelledPhoto:
    """Return a picture of 20 columns from (height, category, human) stripes."""
    categories = np.concatenate([np.full((h, 20), c, np.uint8) for h, c, _ in rows])
    humans = np.concatenate([np.full((h, 20), k, np.uint8) for h, _, k in rows])
    return _photo(categories, humans)


def _rows(targets: Targets) -> list[tuple[int, list[int]]]:
    """Return (class, rows whose every pixel is in the mask) of each target."""
    return [
        (int(class_id), torch.nonzero(mask.all(1)).flatten().tolist())
        for class_id, mask in zip(targets.classes, targets.masks, strict=True)
    ]


def test_two_people_and_their_parts() -> None:
    photo = _stripes([(2, 0, 0), (1, 2, 1), (2, 5, 1), (1, 2, 2), (1, 0, 0)])
    targets = make_targets(photo, CIHP)
    assert targets.classes.dtype == torch.int64
    assert targets.masks.dtype == torch.bool
    assert targets.masks.shape == (6, 7, 20)
    assert _rows(targets) == [
        (0, [0, 1, 6]),
        (HUMAN, [2, 3, 4]),
        (2, [2]),
        (5, [3, 4]),
        (HUMAN, [5]),
        (2, [5]),
    ]


def test_background_is_what_belongs_to_nobody() -> None:
    # A person's pixel without a part (a bag, say) is no background while nobody's pixels are clean.
    photo = _stripes([(2, 0, 0), (1, 0, 1), (2, 5, 1)])
    assert _rows(make_targets(photo, CIHP)) == [(0, [0, 1]), (HUMAN, [2, 3, 4]), (5, [3, 4])]


def test_background_is_category_zero_when_nobodys_pixels_carry_parts() -> None:
    photo = _stripes([(2, 0, 0), (1, 7, 0), (1, 0, 1), (2, 5, 1)])
    assert _rows(make_targets(photo, CIHP)) == [(0, [0, 1, 3]), (HUMAN, [3, 4, 5]), (5, [4, 5])]


def test_unknown_pixels_are_no_part_and_no_background() -> None:
    photo = _stripes([(2, 0, 0), (1, 255, 0), (1, 255, 1), (2, 5, 1)])
    assert _rows(make_targets(photo, CIHP)) == [(0, [0, 1]), (HUMAN, [3, 4, 5]), (5, [4, 5])]


def test_one_target_per_class_without_a_person_class() -> None:
    photo = _stripes([(2, 0, 0), (1, 5, 1), (1, 255, 1), (1, 9, 1), (1, 5, 2)])
    assert _rows(make_targets(photo, LIP)) == [(0, [0, 1]), (5, [2, 5]), (9, [4])]


def test_specks_are_left_out() -> None:
    humans = np.zeros((20, 20), np.uint8)
    humans[:8, :8] = 1
    categories = humans * 5
    categories[0, :8] = categories[1, :7] = 2  # 15 pixels
    assert make_targets(_photo(categories, humans), CIHP).classes.tolist() == [0, HUMAN, 5]
    categories[1, 7] = 2
    assert make_targets(_photo(categories, humans), CIHP).classes.tolist() == [0, HUMAN, 2, 5]


def test_nothing_to_see() -> None:
    unknown = np.full((8, 8), 255, np.uint8)
    targets = make_targets(_photo(unknown, np.zeros((8, 8), np.uint8)), CIHP)
    assert targets.classes.shape == (0,)
    assert targets.masks.shape == (0, 8, 8)
