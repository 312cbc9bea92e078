"""Whole photos from hand-made logits."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.postprocess.scenes import CIHP, FACE, HAIR, PANTS, PERSON, SHIRT, Scene, cells

from m2fp.engine import QueryPredictions
from m2fp.imaging import NetworkInput
from m2fp.postprocess import Maps, PostprocessConfig, assemble


def check_consistent(maps: Maps) -> None:
    """Assert what every answer must fulfil."""
    assert maps.part_map.dtype == np.uint8
    assert maps.person_map.dtype == np.uint16
    assert maps.part_map.shape == maps.person_map.shape
    ids = set(np.unique(maps.person_map).tolist()) - {0}
    assert ids == set(range(1, len(maps.person_scores) + 1))
    pairs = np.unique(np.stack([maps.person_map, maps.part_map]).reshape(2, -1), axis=1).T
    assert set(maps.segment_scores) == {(int(p), int(c)) for p, c in pairs if c}
    scores = [*maps.person_scores, *maps.segment_scores.values()]
    assert all(0 < score <= 1 for score in scores)


def test_nobody() -> None:
    scene = Scene()
    scene.add(0, (0, 16, 0, 24))
    maps = scene.maps()
    assert not maps.part_map.any()
    assert not maps.person_map.any()
    assert maps.person_scores == ()
    assert maps.segment_scores == {}


def test_no_query_at_all_is_background() -> None:
    maps = Scene().maps()
    assert not maps.part_map.any()
    assert not maps.person_map.any()


def test_two_people_side_by_side() -> None:
    scene = Scene()
    scene.add(PERSON, (2, 14, 13, 21), probability=0.95)  # the right one scores higher
    scene.add(PERSON, (2, 14, 2, 10), probability=0.85)
    scene.add(SHIRT, (6, 14, 2, 10), probability=0.9)
    scene.add(FACE, (2, 6, 2, 10), probability=0.8)
    scene.add(SHIRT, (6, 14, 13, 21), probability=0.7)
    scene.add(0, (0, 16, 0, 2), (0, 2, 0, 24))
    maps = scene.maps()
    check_consistent(maps)
    expected_part = np.zeros((16, 24), int)
    expected_part[6:14, 2:10] = expected_part[6:14, 13:21] = SHIRT
    expected_part[2:6, 2:10] = FACE
    expected_person = np.zeros((16, 24), int)
    expected_person[2:14, 2:10] = 1
    expected_person[2:14, 13:21] = 2
    np.testing.assert_array_equal(cells(maps.part_map), expected_part)
    np.testing.assert_array_equal(cells(maps.person_map), expected_person)
    np.testing.assert_allclose(maps.person_scores, [0.85, 0.95], atol=2e-3)
    assert maps.segment_scores == pytest.approx(
        {(1, SHIRT): 0.9, (1, FACE): 0.8, (2, SHIRT): 0.7}, abs=2e-3
    )


def test_a_merged_part_is_split_by_the_people() -> None:
    scene = Scene()
    scene.add(PERSON, (2, 14, 2, 12))
    scene.add(PERSON, (2, 14, 12, 22))
    scene.add(SHIRT, (4, 10, 2, 22))
    maps = scene.maps()
    check_consistent(maps)
    assert (cells(maps.part_map)[4:10, 2:22] == SHIRT).all()
    assert (cells(maps.person_map)[4:10, 2:12] == 1).all()
    assert (cells(maps.person_map)[4:10, 12:22] == 2).all()


def in_front(margin_logit: float) -> Scene:
    """Return one person's arm over another person whose mask wins there by its score.

    Args:
        margin_logit: the mask logit of the arm's owner around the hand.
    """
    scene = Scene()
    scene.add(PERSON, (2, 14, 10, 22), probability=0.95)
    owner = scene.add(PERSON, (2, 14, 0, 10), probability=0.9)
    owner[4:10, 10:14] = margin_logit
    owner[13, 10:16] = 8.0  # so that the owner is looked at here, however low its logit
    scene.add(SHIRT, (6, 8, 0, 12))
    return scene


@pytest.mark.parametrize(("logit", "person"), [(-0.5, 1), (-3.0, 2), (8.0, 1)])
def test_an_exclusive_part_keeps_its_owner_where_the_owner_is_near(
    logit: float, person: int
) -> None:
    maps = in_front(logit).maps()
    check_consistent(maps)
    assert (cells(maps.part_map)[6:8, 0:12] == SHIRT).all()
    assert (cells(maps.person_map)[6:8, 10:12] == person).all()
    assert (cells(maps.person_map)[2:6, 10:22] == 2).all()


def test_a_margin_of_zero_asks_for_the_owners_own_mask() -> None:
    maps = in_front(-0.5).maps(PostprocessConfig(owner_margin=0, min_part_share=0))
    assert (cells(maps.person_map)[6:8, 10:12] == 2).all()


@pytest.mark.parametrize(("adopt_share", "person"), [(0.5, 1), (0.9, 0)])
def test_a_part_outside_every_person_goes_to_its_owner(adopt_share: float, person: int) -> None:
    scene = Scene()
    scene.add(PERSON, (4, 14, 4, 12))
    scene.add(HAIR, (2, 8, 4, 12))  # two thirds inside
    maps = scene.maps(PostprocessConfig(adopt_share=adopt_share))
    check_consistent(maps)
    assert (cells(maps.person_map)[2:4, 4:12] == person).all()
    assert (cells(maps.person_map)[4:8, 4:12] == 1).all()
    assert ((0, HAIR) in maps.segment_scores) == (person == 0)


def test_a_person_ends_where_the_mask_logit_turns_negative() -> None:
    scene = Scene()
    scene.add(PERSON, (4, 12, 4, 12), outside=-0.5)
    # The mask ends a little outside, near the weak cells: look two cells away.
    found = cells(scene.maps().person_map)
    np.testing.assert_array_equal(found[4:12, 4:12], 1)
    assert not found[:3].any()
    assert not found[:, 13:].any()


def test_a_person_is_not_painted_over_parts_and_needs_none() -> None:
    scene = Scene()
    scene.add(PERSON, (2, 14, 2, 10), probability=0.99)
    scene.add(FACE, (2, 6, 2, 10), probability=0.5)
    maps = scene.maps()
    check_consistent(maps)
    assert set(np.unique(maps.part_map)) == {0, FACE}
    assert (cells(maps.person_map)[2:14, 2:10] == 1).all()
    assert list(maps.segment_scores) == [(1, FACE)]


def test_a_person_without_pixels_is_dropped() -> None:
    scene = Scene()
    scene.add(PERSON, (2, 14, 2, 10), probability=0.99, logit=9.0)
    # Overlaps by 8 of 10 columns: no duplicate by the setting, but outscored everywhere inside,
    # and the rest of it belongs to the exclusive part of the first.
    scene.add(PERSON, (2, 14, 3, 9), probability=0.6, logit=1.0)
    maps = scene.maps(PostprocessConfig(person_coverage=1.0, person_iou=1.0, min_part_share=0))
    check_consistent(maps)
    assert len(maps.person_scores) == 1


def test_between_two_parts_the_more_probable_wins_and_ties_go_to_the_first() -> None:
    scene = Scene()
    scene.add(SHIRT, (2, 8, 2, 8), probability=0.8)
    scene.add(PANTS, (2, 8, 2, 8), probability=0.8)
    assert set(np.unique(scene.maps().part_map)) == {0, SHIRT}
    scene.add(FACE, (2, 8, 2, 8), probability=0.9)
    assert set(np.unique(scene.maps().part_map)) == {0, FACE}


def test_background_competes_with_parts() -> None:
    scene = Scene()
    scene.add(SHIRT, (2, 8, 2, 8), probability=0.6)
    scene.add(0, (4, 16, 0, 24), probability=0.9)
    found = cells(scene.maps().part_map)
    assert (found[2:4, 2:8] == SHIRT).all()
    assert not found[4:].any()


def test_nobody_is_left_where_the_background_wins_every_part() -> None:
    scene = Scene()
    scene.add(PERSON, (2, 14, 2, 8), (2, 14, 12, 20))
    scene.add(PANTS, (2, 14, 2, 8), probability=0.4)
    scene.add(0, (0, 16, 0, 24), probability=0.6)
    assert scene.maps(PostprocessConfig()).person_scores == ()
    scene.add(SHIRT, (2, 14, 12, 20), probability=0.9)
    assert len(scene.maps(PostprocessConfig()).person_scores) == 1


def test_weak_evidence_is_background() -> None:
    scene = Scene()
    scene.add(SHIRT, (2, 8, 2, 8), probability=0.6, outside=-3.0)  # 0.6 x 0.047 outside
    assert (cells(scene.maps().part_map) == 0).any()
    everywhere = scene.maps(PostprocessConfig(min_evidence=0.02))
    assert (everywhere.part_map == SHIRT).all()


def test_evidence_just_above_the_least_is_enough_far_from_the_mask() -> None:
    scene = Scene()
    mask = scene.add(SHIRT, (2, 8, 2, 8), probability=0.95)
    mask[10:14, 16:22] = -1.1  # 0.95 x 0.25
    assert (cells(scene.maps().part_map)[10:13, 17:21] == SHIRT).all()
    assert not scene.maps(PostprocessConfig(min_evidence=0.25)).part_map[40:, 64:].any()


def test_people_are_numbered_from_left_to_right_then_down() -> None:
    scene = Scene(rows=24)
    scene.add(PERSON, (14, 20, 2, 6), probability=0.9)
    scene.add(PERSON, (2, 8, 2, 6), probability=0.85)
    scene.add(PERSON, (2, 8, 0, 2), probability=0.8)
    maps = scene.maps()
    np.testing.assert_allclose(maps.person_scores, [0.8, 0.85, 0.9], atol=2e-3)


def test_rows_count_from_the_top_of_the_photo_when_it_is_painted_in_strips() -> None:
    scene = Scene(rows=24)
    scene.add(PERSON, (14, 20, 2, 6), probability=0.9)
    scene.add(PERSON, (2, 8, 2, 6), probability=0.8)
    maps = scene.maps(photo_size=(1200, 480))
    check_consistent(maps)
    np.testing.assert_allclose(maps.person_scores, [0.8, 0.9], atol=2e-3)


def test_three_hundred_people() -> None:
    scene = Scene(rows=64, columns=64)
    places = [(4 * row, 4 * column) for row in range(16) for column in range(16)] + [
        (4 * row + 2, 4 * column + 2) for row in range(11) for column in range(4)
    ]
    for top, left in places:
        scene.add(PERSON, (top, top + 2, left, left + 2))
        scene.add(FACE, (top, top + 1, left, left + 2))
    assert len(places) == 300
    maps = scene.maps()
    check_consistent(maps)
    assert len(maps.person_scores) == 300
    assert len(maps.segment_scores) == 300


@pytest.mark.parametrize("photo_size", [(17, 400), (64, 96), (333, 501), (16, 16)])
def test_the_maps_have_the_photos_size(photo_size: tuple[int, int]) -> None:
    scene = Scene()
    scene.add(PERSON, (2, 14, 2, 10))
    scene.add(SHIRT, (2, 14, 2, 10))
    scene.add(0, (0, 16, 14, 24))
    maps = scene.maps(photo_size=photo_size)
    check_consistent(maps)
    assert maps.part_map.shape == photo_size
    share = float((maps.part_map == SHIRT).mean())
    assert share == pytest.approx(12 * 8 / (16 * 24), abs=0.05)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    queries=st.integers(1, 30),
    photo=st.tuples(st.integers(1, 120), st.integers(1, 120)),
    content=st.tuples(st.integers(1, 64), st.integers(1, 64)),
    noise=st.floats(0, 0.3),
)
def test_any_logits_give_consistent_maps(
    seed: int, queries: int, photo: tuple[int, int], content: tuple[int, int], noise: float
) -> None:
    rng = np.random.default_rng(seed)
    classes = rng.normal(0, 3, (queries, 22)).astype(np.float32)
    classes[: queries // 3, PERSON] += 6
    masks = rng.normal(0, 4, (queries, 16, 16)).astype(np.float32)
    broken = rng.random(queries) < noise
    masks[broken, 0, 0] = rng.choice([np.nan, np.inf, -np.inf])
    given_ = QueryPredictions(classes, masks)
    kept = (classes.copy(), masks.copy())
    input_ = NetworkInput(np.zeros((1, 3, 64, 64), np.float32), content, photo)
    maps = assemble(given_, input_, CIHP, PostprocessConfig())
    check_consistent(maps)
    again = assemble(given_, input_, CIHP, PostprocessConfig())
    np.testing.assert_array_equal(maps.part_map, again.part_map)
    np.testing.assert_array_equal(maps.person_map, again.person_map)
    # The predictions belong to the caller.
    np.testing.assert_array_equal(classes, kept[0])
    np.testing.assert_array_equal(masks, kept[1])


def test_memory_does_not_grow_with_the_number_of_masks() -> None:
    scene = Scene(rows=64, columns=96)
    for left in range(0, 90, 9):
        scene.add(PERSON, (2, 62, left, left + 8))
        for band in range(9):
            scene.add(1 + band, (2 + 6 * band, 8 + 6 * band, left, left + 8))
    predictions, height, width = scene.predictions(), 2000, 3000
    given_ = NetworkInput(np.zeros((1, 3, 256, 384), np.float32), (256, 384), (height, width))
    tracemalloc.start()
    try:
        maps = assemble(predictions, given_, CIHP, PostprocessConfig())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(maps.person_scores) == 10
    assert len(maps.segment_scores) == 90
    # One float32 mask of the photo alone is 24 MB; the maps themselves are 18 MB.
    assert peak < maps.part_map.nbytes + maps.person_map.nbytes + 24e6
