"""Cut-outs take on the light behind them, part of the way, and leave their old background."""

from __future__ import annotations

import numpy as np
from tests.labelled_photos import standing_person

from m2fp.augmentation.compose import GroupLayout, compose_group, in_front_of
from m2fp.augmentation.edges import core_of, nearest_source, without_halo
from m2fp.augmentation.harmony import harmonise
from m2fp.labels import get_scheme


def test_tone_moves_towards_the_background_and_never_all_the_way() -> None:
    rng = np.random.default_rng(0)
    pixels = rng.integers(90, 110, (40, 40, 3)).astype(np.uint8)
    blue = np.full((40, 40, 3), (20, 40, 220), np.uint8)
    own = np.ones((40, 40), bool)
    shifts = []
    for seed in range(20):
        toned = harmonise(pixels, own, blue, np.random.default_rng(seed))
        again = harmonise(pixels, own, blue, np.random.default_rng(seed))
        assert np.array_equal(toned, again)
        shifts.append(float(toned[..., 2].mean()) - 100)
    assert min(shifts) >= -1
    assert 10 < max(shifts) < 0.6 * 120
    assert len({round(shift) for shift in shifts}) > 5
    assert np.abs(harmonise(pixels, own, blue, rng, 0.0).astype(int) - pixels).max() <= 4


def test_nearest_source_and_core() -> None:
    source = np.zeros((4, 6), bool)
    source[1, 1] = source[2, 5] = True
    index = nearest_source(source)
    assert index[0, 0] == 1 * 6 + 1
    assert index[3, 5] == index[1, 5] == 2 * 6 + 5
    own = np.zeros((9, 9), bool)
    own[2:7, 2:7] = True
    assert core_of(own, 1).sum() == 9
    assert np.array_equal(core_of(own, 0), own)


def test_no_halo_of_the_old_background_is_left() -> None:
    person = standing_person(colour=(200, 60, 60))  # on green
    own = person.humans == 1
    clean = without_halo(person.pixels, own)
    assert (clean[..., 0] >= 200).all()
    background = np.full((*own.shape, 3), (0, 0, 255), np.uint8)
    pasted = in_front_of(person, background, np.random.default_rng(0), harmony=0.0)
    assert np.array_equal(pasted.humans, person.humans)
    assert np.array_equal(pasted.categories, person.categories)
    # Red, blue and what lies between; green has at most the 60 to 155 of the person itself.
    assert (pasted.pixels[..., 1] <= pasted.pixels[..., 0]).all()


def test_harmony_changes_pixels_and_not_who_is_where() -> None:
    background = np.random.default_rng(0).integers(0, 80, (128, 160, 3)).astype(np.uint8)
    people = [standing_person()] * 8
    for harmony in (0.0, 1.0):
        group = compose_group(
            people,
            background,
            get_scheme("cihp"),
            np.random.default_rng(3),
            GroupLayout(harmony=harmony),
        )
        somebody = group.humans > 0
        assert np.array_equal(somebody, (group.categories > 0) & (group.categories < 255))
        assert group.humans.max() <= 8
