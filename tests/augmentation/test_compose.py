"""Composed groups: who stands in front, who is left out, and labels that agree."""

from __future__ import annotations

import numpy as np
import pytest
from tests.labelled_photos import standing_person

from m2fp.augmentation.compose import GroupLayout, compose_group, cut_out, drop_hidden
from m2fp.datasets import LabelledPhoto
from m2fp.labels import get_scheme

CIHP = get_scheme("cihp")
UPRIGHT = GroupLayout(sink=0.0, max_angle=0.0)


def _block(height: int = 60, width: int = 30) -> LabelledPhoto:
    categories = np.full((height, width), 5, np.uint8)
    return LabelledPhoto(
        np.full((height, width, 3), 90, np.uint8), categories, np.ones_like(categories)
    )


def _grey(size: tuple[int, int]) -> np.ndarray:
    return np.full((*size, 3), 128, np.uint8)


@pytest.mark.parametrize("seed", range(12))
def test_labels_agree_with_humans(seed: int) -> None:
    rng = np.random.default_rng(seed)
    group = compose_group([standing_person()] * 5, _grey((128, 160)), CIHP, rng)
    assert group.pixels.shape == (128, 160, 3)
    assert group.categories.shape == group.humans.shape == (128, 160)
    somebody = group.humans > 0
    part = (group.categories > 0) & (group.categories < 255)
    assert np.array_equal(somebody, part)
    numbers = np.unique(group.humans[somebody])
    assert numbers.tolist() == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("seed", range(12))
def test_the_first_person_is_in_front_and_people_are_numbered_by_nearness(seed: int) -> None:
    rng = np.random.default_rng(seed)
    group = compose_group([_block()] * 4, _grey((160, 200)), CIHP, rng, UPRIGHT)
    rows, columns = np.nonzero(group.humans == 1)
    box = group.humans[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    assert (box == 1).all()
    feet = [np.nonzero((group.humans == k).any(1))[0].max() for k in np.unique(group.humans)[1:]]
    # Nobody farther stands lower, up to the random height of a body.
    assert feet[0] >= max(feet) - 0.1 * 160


def test_a_group_with_the_same_seed_is_the_same() -> None:
    one, two = (
        compose_group([standing_person()] * 3, _grey((96, 96)), CIHP, np.random.default_rng(5))
        for _ in range(2)
    )
    assert np.array_equal(one.pixels, two.pixels)
    assert np.array_equal(one.humans, two.humans)


def test_the_background_is_left_as_it_was() -> None:
    background = np.random.default_rng(0).integers(0, 255, (96, 128, 3)).astype(np.uint8)
    before = background.copy()
    group = compose_group([_block()], background, CIHP, np.random.default_rng(1), UPRIGHT)
    assert np.array_equal(background, before)
    far = np.ones((96, 128), bool)
    rows, columns = np.nonzero(group.humans)
    far[max(0, rows.min() - 2) : rows.max() + 3, max(0, columns.min() - 2) : columns.max() + 3] = 0
    assert far.any()
    assert abs(group.pixels[far].astype(int) - before[far]).max() <= 1


def test_photos_without_people_add_nobody() -> None:
    empty = LabelledPhoto(
        _grey((20, 20)), np.zeros((20, 20), np.uint8), np.zeros((20, 20), np.uint8)
    )
    rng = np.random.default_rng(0)
    group = compose_group([empty, _block(), empty], _grey((96, 96)), CIHP, rng)
    assert np.unique(group.humans).tolist() == [0, 1]
    nobody = compose_group([empty], _grey((96, 96)), CIHP, rng)
    assert not nobody.humans.any()
    assert not nobody.categories.any()


def test_hidden_people_are_dropped_and_the_others_renumbered() -> None:
    humans = np.zeros((40, 40), np.uint8)
    humans[:10] = 1  # 400 of 400 pixels visible
    humans[10:13] = 2  # 120 of 4000: under 6 %
    humans[20:21] = 3  # 40 of 40: too few
    humans[30:] = 4  # 400 of 6000: 6.7 %
    categories = np.where(humans > 0, 5, 0).astype(np.uint8)
    pixels = np.zeros((40, 40, 3), np.uint8)
    left = drop_hidden(LabelledPhoto(pixels, categories, humans), {1: 400, 2: 4000, 3: 40, 4: 6000})
    assert left.humans[:, 0].tolist() == [1] * 10 + [0] * 20 + [2] * 10
    assert left.categories[:, 0].tolist() == (
        [5] * 10 + [255] * 3 + [0] * 7 + [255] + [0] * 9 + [5] * 10
    )


def test_cut_out_is_the_smallest_crop_of_person_one() -> None:
    humans = np.zeros((9, 9), np.uint8)
    humans[2:5, 3:7] = 1
    humans[6:, 6:] = 2
    ids = np.arange(81, dtype=np.uint8).reshape(9, 9)
    cut = cut_out(LabelledPhoto(np.repeat(ids[..., None], 3, 2), ids, humans))
    assert cut.categories.tolist() == ids[2:5, 3:7].tolist()
    assert cut.pixels.shape == (3, 4, 3)
    assert (cut.humans == 1).all()
