"""Official rules for several views, against their description written down plainly."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from tests.postprocess.oracle import merged, multi_person
from tests.postprocess.random_predictions import crowd, placed, smooth
from tests.postprocess.scenes import CIHP, FACE, PERSON, SHIRT, Rectangle, Scene, cells
from tests.postprocess.test_official import check_instances, check_maps

from m2fp.engine import QueryPredictions
from m2fp.imaging import AnyRule, CanvasRule, InputRule, NetworkInput
from m2fp.postprocess import Answer, Maps, OfficialRules, PostprocessConfig, Rules, merge
from m2fp.results.modelscope import reported

OFFICIAL = OfficialRules()
BODY: Rectangle = (2, 14, 2, 10)


def disturbed(predictions: QueryPredictions, seed: int, shift: int) -> QueryPredictions:
    """Return what another view might say: other classes here and there, masks moved by cells."""
    rng = np.random.default_rng(seed)
    classes = predictions.class_logits
    noise = rng.normal(0, 1.5, classes.shape).astype(np.float32)
    return QueryPredictions(classes + noise, np.roll(predictions.mask_logits, shift, axis=2))


def views_of(given: NetworkInput, first: QueryPredictions, count: int) -> list[Answer]:
    others = [disturbed(first, seed, seed) for seed in range(1, count)]
    return [Answer(predictions, given) for predictions in (first, *others)]


def official(answers: list[Answer]) -> Maps:
    return merge(answers, CIHP, OFFICIAL)


@pytest.mark.parametrize("photo", [(300, 400), (97, 140)])
@pytest.mark.parametrize("rule", [InputRule(160, 333), CanvasRule(192, 160)], ids=["s", "canvas"])
@pytest.mark.parametrize("views", [2, 4])
@pytest.mark.parametrize("kind", ["smooth", "crowd"])
def test_against_the_description(
    photo: tuple[int, int], rule: AnyRule, views: int, kind: str
) -> None:
    given = placed(photo, rule)
    first = smooth(views, given, CIHP, 12) if kind == "smooth" else crowd(views, given, CIHP, 4)
    answers = views_of(given, first, views)
    oracle = merged([multi_person(answer.predictions, given, PERSON) for answer in answers])
    maps = official(answers)
    check_maps(maps, oracle)
    assert check_instances(maps, oracle) > 10


def seen(*things: tuple[int, Rectangle, float]) -> Answer:
    scene = Scene()
    for label, place, probability in things:
        scene.add(label, place, probability=probability)
    return Answer(scene.predictions(), scene.network_input())


@pytest.mark.parametrize("rules", [OFFICIAL, PostprocessConfig()])
def test_what_the_network_said_does_not_depend_on_the_rules(rules: Rules) -> None:
    answers = [seen((PERSON, BODY, 0.9)), seen((PERSON, BODY, 0.8), (FACE, BODY, 0.3))]
    maps = merge(answers, CIHP, rules)
    found = [(item.class_id, score) for item, score in reported(maps.evidence, PERSON)]
    assert [label for label, _ in found] == [PERSON, FACE]
    assert [score for _, score in found] == pytest.approx([0.9, 0.3], rel=0.03)


def test_a_person_is_one_person_with_the_best_score() -> None:
    maps = official(
        [
            seen((PERSON, BODY, 0.7), (FACE, BODY, 0.9)),
            seen((PERSON, (2, 14, 3, 11), 0.9), (FACE, BODY, 0.9)),
            seen((PERSON, BODY, 0.8), (FACE, BODY, 0.9)),
        ]
    )
    assert maps.person_scores == pytest.approx((0.9 * 0.9,), rel=0.05)
    # The mean of the masks: two of three say that column 2 is inside, one that column 10 is.
    found = cells(maps.person_map)[4:12]
    assert found[:, 2:10].all()
    assert not found[:, 11:].any()
    assert not found[:, 10].any()


def test_who_is_seen_by_one_view_alone_stays() -> None:
    elsewhere = (2, 14, 14, 22)
    maps = official([seen((PERSON, BODY, 0.9)), seen((PERSON, elsewhere, 0.2)), seen()])
    assert len(maps.person_scores) == 2
    assert [score for _, score in reported(maps.evidence, PERSON)] == pytest.approx(
        [0.9, 0.2], rel=0.03
    )


def test_what_overlaps_less_than_half_stays_and_scores_less() -> None:
    other = (2, 14, 6, 14)  # IoU 1/3
    maps = official([seen((PERSON, BODY, 0.9)), seen((PERSON, other, 0.8))])
    scores = [score for _, score in reported(maps.evidence, PERSON)]
    assert scores == pytest.approx([0.9, 0.8 * np.exp(-2 / 9)], rel=0.03)


def test_a_part_that_half_of_the_views_see_has_half_the_value() -> None:
    maps = official([seen((SHIRT, BODY, 0.9)), seen((FACE, BODY, 0.8))])
    assert set(np.unique(maps.part_map)) == {0, SHIRT}
    assert maps.segment_scores == pytest.approx({(0, SHIRT): 0.45}, rel=0.05)


def test_masks_that_cancel_each_other_out_leave_the_best_one() -> None:
    best = Scene()
    best.add(SHIRT, (2, 14, 2, 11), logit=1.0)
    answers = [Answer(best.predictions(), best.network_input())]
    thirds = ((2, 14, 2, 5), (2, 14, 5, 8), (2, 14, 8, 11))
    for missing in thirds:
        view = Scene()
        view.add(SHIRT, *(set(thirds) - {missing}), probability=0.8, logit=1.0, outside=-40.0)
        answers.append(Answer(view.predictions(), view.network_input()))
    (item,) = official(answers).evidence.items
    assert item.window.reach.shape[1] >= 9 * 4


def test_thresholds_are_applied_to_merged_people() -> None:
    answers = [seen((PERSON, BODY, 0.5)), seen((PERSON, BODY, 0.4))]
    assert len(merge(answers, CIHP, OfficialRules(human_score=0.45)).person_scores) == 1
    assert len(merge(answers, CIHP, OfficialRules(human_score=0.55)).person_scores) == 0


def test_nothing_at_all() -> None:
    maps = official([seen(), seen()])
    assert (maps.person_scores, maps.segment_scores, maps.evidence.items) == ((), {}, ())
    assert not maps.part_map.any()


@pytest.mark.parametrize("rules", [OFFICIAL, PostprocessConfig()])
def test_memory_does_not_grow_with_the_photo(rules: Rules) -> None:
    given = placed((1500, 2000), InputRule(256, 384))
    answers = views_of(given, crowd(1, given, CIHP, 11), 3)
    tracemalloc.start()
    try:
        maps = merge(answers, CIHP, rules)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(maps.person_scores) >= 8
    # One float32 mask of the photo alone is 12 MB; 300 masks at stride 4 are 7 MB.
    assert peak < maps.part_map.nbytes + maps.person_map.nbytes + 24e6
