"""One person per photo, against the published inference written down plainly."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
import torch
from tests.postprocess.oracle import single_person
from tests.postprocess.random_predictions import crowd, placed, smooth
from tests.postprocess.scenes import FACE, HAIR, LIP, SHIRT, Scene

from m2fp.engine import QueryPredictions
from m2fp.imaging import AnyRule, CanvasRule, InputRule, NetworkInput
from m2fp.imaging.scaled_rule import ScaledRule
from m2fp.labels import get_scheme
from m2fp.postprocess import (
    Answer,
    Maps,
    OfficialRules,
    PostprocessConfig,
    assemble,
    merge,
)

CANVAS = CanvasRule(192, 160)
OURS = PostprocessConfig()


def check(predictions: QueryPredictions, given: NetworkInput) -> Maps:
    """Assert that labels and class scores are those of the oracle; return the maps."""
    maps = assemble(predictions, given, LIP, OURS)
    check_values(maps, single_person(predictions, given))
    return maps


def check_values(maps: Maps, values: torch.Tensor) -> None:
    """Assert that labels and class scores are those of semantic values, float32 (C, H, W)."""
    labels = values.argmax(dim=0)
    found = torch.from_numpy(maps.part_map).long()
    # Where another class won, the two are equal but for the rounding of floats.
    gap = values.amax(dim=0) - values.gather(0, found[None])[0]
    assert float(gap.max()) < 1e-5
    assert (found == labels).float().mean() > 0.9995
    scores = {int(c): float(values[c][labels == c].sigmoid().mean()) for c in labels.unique()}
    assert maps.evidence.scores == pytest.approx(scores, abs=1e-4)
    np.testing.assert_array_equal(maps.person_map, maps.part_map > 0)
    assert maps.person_map.dtype == np.uint16


@pytest.mark.parametrize("photo", [(768, 512), (200, 200), (97, 140), (192, 159), (60, 50)])
@pytest.mark.parametrize("rule", [CANVAS, InputRule(128, 256)], ids=["canvas", "short"])
@pytest.mark.parametrize("queries", [1, 40, 300])
def test_random_masks(photo: tuple[int, int], rule: AnyRule, queries: int) -> None:
    given = placed(photo, rule)
    check(smooth(queries + photo[1], given, LIP, queries), given)


@pytest.mark.parametrize("photo", [(768, 512), (300, 300), (150, 100)])
def test_one_person(photo: tuple[int, int]) -> None:
    given = placed(photo, CANVAS)
    maps = check(crowd(1, given, LIP, 1), given)
    assert len(maps.person_scores) == 1
    assert {label for _, label in maps.segment_scores} == {2, 5, 9, 13, 14, 15, 18, 19}
    assert all(0.3 < score < 1 for score in maps.segment_scores.values())


@pytest.mark.parametrize("photo", [(768, 512), (97, 140), (60, 50)])
@pytest.mark.parametrize("rule", [CANVAS, InputRule(128, 256)], ids=["canvas", "short"])
@pytest.mark.parametrize("scales", [(1.0, 1.0), (1.0, 0.7), (0.8, 1.0, 1.0, 1.4)])
def test_views_are_averaged_at_the_photos_pixels(
    photo: tuple[int, int], rule: AnyRule, scales: tuple[float, ...]
) -> None:
    answers, values = [], []
    for seed, scale in enumerate(scales):
        given = placed(photo, ScaledRule(rule, scale))
        answers.append(Answer(smooth(seed, given, LIP, 30), given))
        values.append(single_person(answers[-1].predictions, given))
    maps = merge(answers, LIP, OURS)
    check_values(maps, torch.stack(values).mean(dim=0))


def test_one_view_says_what_it_says_alone() -> None:
    given = placed((150, 100), CANVAS)
    predictions = crowd(1, given, LIP, 1)
    alone, one = assemble(predictions, given, LIP, OURS), [Answer(predictions, given)]
    np.testing.assert_array_equal(merge(one, LIP, OURS).part_map, alone.part_map)
    assert merge(one, LIP, OURS).segment_scores == alone.segment_scores


def maps_of(scene: Scene) -> Maps:
    return assemble(scene.predictions(), scene.network_input(), LIP, OURS)


def test_everything_is_one_person_and_scores_are_means() -> None:
    scene = Scene(scheme=LIP)
    scene.add(SHIRT, (2, 8, 2, 8), probability=0.9, logit=20, outside=-20)
    scene.add(HAIR, (10, 12, 12, 24), probability=0.6, logit=20, outside=-20)
    elsewhere = scene.add(0, (0, 16, 0, 24), logit=20)
    elsewhere[2:8, 2:8] = elsewhere[10:12, 12:24] = -20
    maps = maps_of(scene)
    assert set(maps.segment_scores) == {(1, SHIRT), (1, HAIR)}
    assert maps.segment_scores[1, SHIRT] == pytest.approx(0.9, abs=0.03)
    assert maps.segment_scores[1, HAIR] == pytest.approx(0.6, abs=0.03)
    pixels = [int((maps.part_map == label).sum()) for label in (SHIRT, HAIR)]
    scores = [maps.segment_scores[1, label] for label in (SHIRT, HAIR)]
    assert maps.person_scores == pytest.approx((np.average(scores, weights=pixels),))


def test_queries_of_one_class_add_up() -> None:
    scene = Scene(scheme=LIP)
    for _ in range(2):
        scene.add(SHIRT, (0, 16, 0, 24), probability=0.6, logit=20)
    scene.add(FACE, (0, 16, 0, 24), probability=0.9, logit=20)
    maps = maps_of(scene)
    assert (maps.part_map == SHIRT).all()
    assert maps.segment_scores == {(1, SHIRT): 1.0}  # 1.2, at most 1
    assert maps.evidence.scores == pytest.approx({SHIRT: 1 / (1 + np.exp(-1.2))}, abs=1e-3)


def test_of_equal_classes_the_lower_wins() -> None:
    scene = Scene(scheme=LIP)
    for label in (FACE, HAIR):
        scene.add(label, (0, 16, 0, 24), probability=0.8)
    assert (maps_of(scene).part_map == HAIR).all()


def test_without_parts_there_is_nobody() -> None:
    scene = Scene(scheme=LIP)
    scene.add(0, (0, 16, 0, 24))
    maps = maps_of(scene)
    assert (maps.person_scores, maps.segment_scores) == ((), {})
    assert not maps.person_map.any()
    assert list(maps.evidence.scores) == [0]


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_numbers_that_are_none_make_a_query_no_object(value: float) -> None:
    scene = Scene(scheme=LIP)
    scene.add(SHIRT, (0, 16, 0, 24), probability=0.5)
    broken = scene.add(FACE, (0, 16, 0, 24))
    broken[0, 0] = value
    scene.add(HAIR, (0, 16, 0, 24))
    scene.classes[2][3] = value
    assert (maps_of(scene).part_map == SHIRT).all()


def test_without_a_usable_query_all_is_background() -> None:
    shapes = QueryPredictions(
        np.full((3, 21), np.nan, np.float32), np.full((3, 16, 24), np.nan, np.float32)
    )
    maps = assemble(shapes, Scene().network_input(), LIP, OURS)
    assert not maps.part_map.any()
    assert maps.evidence.scores == {0: 0.5}


def test_the_rules_for_people_do_not_matter() -> None:
    given = placed((120, 100), CANVAS)
    predictions = smooth(4, given, LIP, 30)
    ours = assemble(predictions, given, LIP, OURS)
    official = assemble(predictions, given, LIP, OfficialRules())
    np.testing.assert_array_equal(ours.part_map, official.part_map)
    assert ours.segment_scores == official.segment_scores


def test_atr_is_read_the_same_way() -> None:
    atr = get_scheme("atr")
    given = placed((120, 100), CANVAS)
    predictions = smooth(4, given, atr, 30)
    maps = assemble(predictions, given, atr, OURS)
    want = single_person(predictions, given).argmax(dim=0).numpy()
    assert (maps.part_map == want).mean() > 0.999


def test_memory_is_that_of_the_maps() -> None:
    given = placed((3000, 2000), CANVAS)
    predictions = smooth(2, given, LIP, 100)
    kept = predictions.mask_logits.copy()
    tracemalloc.start()
    try:
        maps = assemble(predictions, given, LIP, OURS)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < maps.part_map.nbytes + maps.person_map.nbytes + 24e6
    np.testing.assert_array_equal(predictions.mask_logits, kept)  # they belong to the caller
