"""What several views saw, as one list of candidates."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.postprocess.scenes import FACE, HAIR, PANTS, PERSON, SHIRT, Rectangle, Scene, cells

from m2fp.postprocess import Answer, Maps, PostprocessConfig, merge
from m2fp.postprocess.fusion import fuse
from m2fp.postprocess.queries import Candidates, select

CONFIG = PostprocessConfig(min_part_share=0.0)
BODY: Rectangle = (2, 14, 2, 10)


def scene(*things: tuple[int, Rectangle, float]) -> Scene:
    """Return a view in which these (class, place, probability) are seen."""
    made = Scene()
    for label, place, probability in things:
        made.add(label, place, probability=probability)
    return made


def fused(*views: Scene, config: PostprocessConfig = CONFIG) -> Candidates:
    found = [select(v.predictions(), v.network_input(), v.scheme, config) for v in views]
    return fuse(found, views[0].scheme, config)


def merged(*views: Scene) -> Maps:
    answers = [Answer(view.predictions(), view.network_input()) for view in views]
    return merge(answers, views[0].scheme, CONFIG)


def test_what_all_views_see_is_there_once_and_its_masks_are_averaged() -> None:
    first, second = scene((SHIRT, BODY, 0.9)), scene((SHIRT, BODY, 0.7))
    first.masks[0][5, 5], second.masks[0][5, 5] = 3.0, -1.0
    first.masks[0][0, 0], second.masks[0][0, 0] = 2.0, -4.0
    found = fused(first, second)
    assert found.label.tolist() == [SHIRT]
    np.testing.assert_allclose(found.probability, [0.8], atol=2e-3)
    np.testing.assert_allclose(found.logits[0, [5, 0], [5, 0]], [1.0, -1.0])
    inside = found.logits[0][found.logits[0] > 0]
    assert found.score[0] == pytest.approx(0.8 * (1 / (1 + np.exp(-inside))).mean(), abs=2e-3)


@pytest.mark.parametrize(
    ("views", "probability"), [(1, 0.8), (2, 0.4), (4, 0.2), (8, 0.1), (9, None)]
)
def test_a_part_is_as_sure_as_all_views_on_average(views: int, probability: float | None) -> None:
    found = fused(scene((SHIRT, BODY, 0.81)), *[Scene()] * (views - 1))
    if probability is None:  # below the threshold
        assert len(found) == 0
    else:
        np.testing.assert_allclose(found.probability, [probability], rtol=0.02)


@pytest.mark.parametrize(
    ("seen", "views", "stays"), [(1, 2, True), (1, 3, False), (2, 4, True), (2, 5, False)]
)
def test_a_person_is_there_if_half_of_the_views_say_so(seen: int, views: int, stays: bool) -> None:
    shown = [scene((PERSON, BODY, 0.8))] * seen + [Scene()] * (views - seen)
    found = fused(*shown)
    assert len(found) == stays
    # And is no less sure for the views that say nothing.
    np.testing.assert_allclose(found.probability, [0.8] * stays, atol=2e-3)


def test_a_view_that_is_not_sure_of_a_person_does_not_count() -> None:
    sure, unsure = scene((PERSON, BODY, 0.8)), scene((PERSON, BODY, 0.4))
    np.testing.assert_allclose(fused(sure, unsure).probability, [0.8], atol=2e-3)
    assert len(fused(sure, unsure, unsure)) == 0
    assert len(fused(sure, sure, unsure)) == 1


@pytest.mark.parametrize(
    ("place", "things"),
    [((2, 14, 2, 10), 1), ((2, 14, 4, 12), 1), ((2, 14, 5, 13), 2), ((2, 14, 14, 22), 2)],
)
def test_masks_that_overlap_by_half_are_one_thing(place: Rectangle, things: int) -> None:
    assert len(fused(scene((SHIRT, BODY, 0.9)), scene((SHIRT, place, 0.8)))) == things


def test_another_class_is_another_thing() -> None:
    found = fused(scene((SHIRT, BODY, 0.9)), scene((PANTS, BODY, 0.8)))
    assert found.label.tolist() == [SHIRT, PANTS]
    np.testing.assert_allclose(found.probability, [0.45, 0.4], atol=2e-3)


def test_every_view_gives_one_sighting_the_best_match() -> None:
    near, same = (2, 14, 3, 11), BODY
    found = fused(scene((SHIRT, BODY, 0.9)), scene((SHIRT, near, 0.8), (SHIRT, same, 0.6)))
    np.testing.assert_allclose(found.probability, [0.75, 0.4], atol=2e-3)
    np.testing.assert_array_equal(found.logits[0] > 0, scene((0, BODY, 0.9)).masks[0] > 0)
    np.testing.assert_array_equal(found.logits[1] > 0, scene((0, near, 0.9)).masks[0] > 0)


def test_best_score_first_whichever_view_it_comes_from() -> None:
    first = scene((SHIRT, (0, 4, 0, 4), 0.5), (PERSON, (5, 9, 0, 4), 0.8))
    second = scene((FACE, (0, 4, 10, 14), 0.9), (HAIR, (5, 9, 10, 14), 0.3))
    found = fused(first, second)
    assert found.label.tolist() == [PERSON, FACE, SHIRT, HAIR]
    assert found.query.tolist() == [1, 0, 0, 1]
    assert (np.diff(found.score) <= 0).all()


def test_nothing_seen_is_nothing_found() -> None:
    found = fused(Scene(), Scene())
    assert len(found) == 0
    assert found.logits.shape == (0, 16, 24)
    assert merged(Scene(), Scene()).person_scores == ()


def test_people_seen_by_every_view_are_not_repeated() -> None:
    people = ((PERSON, BODY, 0.9), (PERSON, (2, 14, 13, 21), 0.8), (FACE, (2, 5, 3, 9), 0.7))
    shifted = ((PERSON, (2, 14, 3, 11), 0.7), (PERSON, (2, 14, 12, 20), 0.9))
    maps = merged(scene(*people), scene(*shifted), scene(*people), scene(*people))
    assert len(maps.person_scores) == 2
    found = cells(maps.person_map)
    assert (found[4:12, 4:9] == 1).all()
    assert (found[4:12, 14:19] == 2).all()


def test_a_mask_that_is_no_number_costs_its_view_that_sighting() -> None:
    broken = scene((SHIRT, BODY, 0.8))
    broken.masks[0][3, 3] = np.nan
    np.testing.assert_allclose(
        fused(scene((SHIRT, BODY, 0.8)), broken).probability, [0.4], atol=2e-3
    )


things = st.lists(
    st.tuples(
        st.sampled_from([PERSON, SHIRT, FACE, 0]),
        st.sampled_from([BODY, (2, 14, 4, 12), (2, 8, 12, 20), (0, 16, 0, 24)]),
        st.sampled_from([0.3, 0.6, 0.95]),
    ),
    max_size=5,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(things, min_size=1, max_size=4))
def test_any_views_give_candidates_in_order_and_above_their_thresholds(
    views: list[list[tuple[int, Rectangle, float]]],
) -> None:
    scenes = [scene(*view) for view in views]
    found = fused(*scenes)
    assert len(found) <= sum(len(view) for view in views)
    assert (np.diff(found.score) <= 0).all()
    assert (found.score >= np.where(found.label == PERSON, 0.5, 0.1)).all()
    assert (found.score <= found.probability).all()
    assert (found.probability <= 1).all()
    # The same view again adds nothing: it only confirms.
    twice = fused(*scenes, *scenes)
    np.testing.assert_array_equal(twice.label, found.label)
    np.testing.assert_allclose(twice.probability, found.probability, rtol=1e-5)
