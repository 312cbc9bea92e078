"""The official rules against the published inference written down plainly."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
import torch
from tests.postprocess.oracle import Oracle, multi_person
from tests.postprocess.random_predictions import crowd, placed, smooth
from tests.postprocess.scenes import CIHP, FACE, HAIR, PANTS, PERSON, SHIRT, Scene, cells

from m2fp.engine import QueryPredictions
from m2fp.errors import ConfigError
from m2fp.imaging import AnyRule, CanvasRule, InputRule, NetworkInput
from m2fp.labels import get_scheme
from m2fp.postprocess import Maps, OfficialRules, PostprocessConfig, assemble
from m2fp.results.modelscope import to_modelscope

OFFICIAL = OfficialRules()
SHORT = InputRule(160, 333)
PHOTOS = [(300, 400), (400, 133), (200, 200), (97, 140), (240, 250)]


def official(predictions: QueryPredictions, given: NetworkInput) -> Maps:
    return assemble(predictions, given, CIHP, OFFICIAL)


def check_maps(maps: Maps, oracle: Oracle) -> None:
    """Assert that labels, people and person scores are those of the oracle."""
    found = torch.from_numpy(maps.part_map).long()
    assert (found == oracle.semantic()).float().mean() > 0.9995
    painted = oracle.painted
    numbers = torch.from_numpy(maps.person_map.astype(np.int64))
    assert ((numbers > 0) == (painted >= 0)).float().mean() > 0.9995
    visible = [int(k) for k in painted.unique() if k >= 0]
    assert len(maps.person_scores) == len(visible)
    for k in visible:
        number = int(numbers[painted == k].mode().values)
        same = ((numbers == number) & (painted == k)).sum() / (painted == k).sum()
        assert same > 0.99
        assert maps.person_scores[number - 1] == pytest.approx(oracle.person_score(k), abs=1e-4)


def check_instances(maps: Maps, oracle: Oracle) -> int:
    """Assert that the pipeline's dict is that of the oracle; return how many masks it has."""
    found = to_modelscope(maps.evidence, maps.part_map, CIHP, 0.0)
    wanted = oracle.parts() + oracle.humans()
    assert found["labels"] == [CIHP.official_names[oracle.labels[k]] for k in wanted]
    np.testing.assert_allclose(found["scores"], oracle.scores[wanted], atol=1e-4)
    for mask, k in zip(found["masks"], wanted, strict=True):
        assert mask.dtype == np.float32
        mine, theirs = mask > 0, (oracle.masks[k] > 0).numpy()
        assert (mine & theirs).sum() >= 0.995 * (mine | theirs).sum()
    return len(wanted)


@pytest.mark.parametrize("photo", PHOTOS)
@pytest.mark.parametrize(
    "rule", [SHORT, InputRule(160, 333, 64), CanvasRule(192, 160)], ids=["32", "64", "canvas"]
)
@pytest.mark.parametrize(("queries", "masks"), [(1, 1), (30, 25), (300, 80)])
def test_random_masks(photo: tuple[int, int], rule: AnyRule, queries: int, masks: int) -> None:
    given = placed(photo, rule)
    predictions = smooth(queries + photo[0], given, CIHP, queries)
    oracle = multi_person(predictions, given, PERSON)
    maps = official(predictions, given)
    check_maps(maps, oracle)
    assert check_instances(maps, oracle) >= masks


@pytest.mark.parametrize("photo", [(384, 512), (120, 90), (333, 333)])
@pytest.mark.parametrize(("people", "masks"), [(1, 9), (3, 27), (14, 80)])
def test_people_side_by_side(photo: tuple[int, int], people: int, masks: int) -> None:
    given = placed(photo, InputRule(256, 512))
    predictions = crowd(people, given, CIHP, people)
    oracle = multi_person(predictions, given, PERSON)
    maps = official(predictions, given)
    check_maps(maps, oracle)
    assert check_instances(maps, oracle) >= masks
    assert len(maps.person_scores) >= min(people, 8)


@pytest.mark.parametrize("photo", PHOTOS[:3])
def test_our_own_rules_keep_the_same_instances(photo: tuple[int, int]) -> None:
    given = placed(photo, SHORT)
    predictions = smooth(7, given, CIHP, 60)
    maps = assemble(predictions, given, CIHP, PostprocessConfig())
    assert check_instances(maps, multi_person(predictions, given, PERSON)) > 30


def test_other_schemes_with_people() -> None:
    scheme = get_scheme("mhp-v2")
    given = placed((200, 260), SHORT)
    predictions = smooth(5, given, scheme, 50)
    oracle = multi_person(predictions, given, 59)
    check_maps(assemble(predictions, given, scheme, OFFICIAL), oracle)


def maps_of(scene: Scene, rules: OfficialRules = OFFICIAL) -> Maps:
    return assemble(scene.predictions(), scene.network_input(), scene.scheme, rules)


def test_a_person_gets_the_score_of_mask_and_parts() -> None:
    scene = Scene()
    scene.add(PERSON, (2, 14, 2, 10), probability=0.9)
    scene.add(FACE, (3, 6, 3, 9), probability=0.8)
    scene.add(SHIRT, (7, 13, 3, 9), probability=0.6)
    scene.add(SHIRT, (7, 13, 14, 20), probability=0.95)  # somebody else's
    scene.add(HAIR, (0, 2, 0, 2), probability=0.45)  # too weak for any pixel
    maps = maps_of(scene)
    # A little less: towards their edges masks are less sure, and that lowers their scores.
    assert maps.person_scores == pytest.approx([0.9 * (0.8 + 0.6) / 2], rel=0.05)
    assert set(maps.segment_scores) == {(1, FACE), (1, SHIRT), (0, SHIRT)}
    assert 0.55 < maps.segment_scores[1, SHIRT] < 0.6
    assert set(np.unique(maps.part_map)) == {0, FACE, SHIRT}


def test_a_person_without_parts_scores_nothing() -> None:
    scene = Scene()
    scene.add(PERSON, (2, 14, 2, 10), probability=0.9)
    maps = maps_of(scene)
    assert maps.person_scores == (0.0,)
    assert not maps.part_map.any()
    assert (cells(maps.person_map)[2:14, 2:10] == 1).all()


def test_people_are_painted_by_score_and_numbered_from_the_left() -> None:
    scene = Scene()
    scene.add(PERSON, (2, 14, 10, 20), probability=0.6)
    scene.add(PERSON, (2, 14, 4, 14), probability=0.9)
    scene.add(PERSON, (4, 10, 5, 13), probability=0.8)  # overpainted completely
    scene.add(FACE, (4, 6, 5, 8), probability=0.7)
    maps = maps_of(scene)
    found = cells(maps.person_map)
    assert (found[2:14, 4:14] == 1).all()
    assert (found[2:14, 14:20] == 2).all()
    assert maps.person_scores == pytest.approx([0.9 * 0.7, 0.0], rel=0.1)


def test_of_equal_people_the_first_is_on_top() -> None:
    scene = Scene()
    scene.add(PERSON, (2, 14, 10, 20))
    scene.add(PERSON, (2, 14, 4, 14))
    found = cells(maps_of(scene).person_map)
    assert (found[2:14, 10:20] == 2).all()
    assert (found[2:14, 4:10] == 1).all()


def test_the_mean_over_the_masks_of_a_class_decides() -> None:
    scene = Scene()
    scene.add(SHIRT, (2, 10, 2, 10), probability=0.9)
    scene.add(SHIRT, (2, 10, 2, 10), probability=0.6)  # pulls the mean down to 0.75
    scene.add(PANTS, (2, 10, 2, 10), probability=0.8)
    scene.add(SHIRT, (2, 10, 12, 20), probability=0.9)
    scene.add(SHIRT, (2, 10, 12, 20), probability=0.48)  # below a half: does not count
    scene.add(PANTS, (2, 10, 12, 20), probability=0.8)
    found = cells(maps_of(scene).part_map)
    assert (found[3:9, 3:9] == PANTS).all()
    assert (found[3:9, 13:19] == SHIRT).all()


def test_of_equal_classes_the_lower_wins() -> None:
    scene = Scene()
    scene.add(PANTS, (2, 10, 2, 10), probability=0.8)
    scene.add(SHIRT, (2, 10, 2, 10), probability=0.8)
    assert set(np.unique(maps_of(scene).part_map)) == {0, SHIRT}


def test_a_query_counts_with_every_class() -> None:
    scene = Scene()
    scene.add(SHIRT, (2, 10, 2, 10))
    shares = np.full(CIHP.class_count + 1, 1e-5, np.float32)
    shares[[FACE, HAIR, PERSON]] = 0.45, 0.3, 0.2
    scene.classes[0] = np.log(shares)
    maps = maps_of(scene)
    found = to_modelscope(maps.evidence, maps.part_map, CIHP, 0.0)
    assert found["labels"] == ["Face", "Hair", "Human"]
    np.testing.assert_allclose(found["scores"], [0.473, 0.316, 0.21], rtol=0.03)


def test_thresholds_are_applied() -> None:
    scene = Scene()
    scene.add(PERSON, (2, 14, 2, 10), probability=0.3)
    scene.add(SHIRT, (4, 12, 3, 9), probability=0.8)
    assert len(maps_of(scene).person_scores) == 1
    assert (cells(maps_of(scene).part_map)[5:11, 4:8] == SHIRT).all()
    maps = maps_of(scene, OfficialRules(human_score=0.35, min_evidence=0.9))
    assert maps.person_scores == ()
    assert not maps.part_map.any()
    # What the network said does not depend on the rules.
    assert [item.class_id for item in maps.evidence.items] == [SHIRT, PERSON]


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_numbers_that_are_none_make_a_query_no_object(value: float) -> None:
    scene = Scene()
    scene.add(SHIRT, (2, 8, 2, 8))
    broken = scene.add(FACE, (2, 8, 12, 20))
    scene.add(PANTS, (9, 12, 2, 8))
    broken[0, 0] = value
    scene.classes[2][3] = value
    maps = maps_of(scene)
    assert set(np.unique(maps.part_map)) == {0, SHIRT}
    assert [item.class_id for item in maps.evidence.items] == [SHIRT]


def test_enormous_but_finite_logits_do_not_overflow() -> None:
    scene = Scene()
    scene.add(SHIRT, (2, 8, 2, 8), logit=3e38, outside=-3e38)
    maps = maps_of(scene)
    assert (cells(maps.part_map)[2:8, 2:8] == SHIRT).all()
    assert maps.segment_scores == pytest.approx({(0, SHIRT): 0.95}, abs=2e-3)


def test_an_empty_answer() -> None:
    maps = maps_of(Scene())
    assert not maps.part_map.any()
    assert not maps.person_map.any()
    assert (maps.person_scores, maps.segment_scores) == ((), {})
    assert to_modelscope(maps.evidence, maps.part_map, CIHP, 0.0) == {
        "masks": [],
        "labels": [],
        "scores": [],
    }


def test_memory_does_not_grow_with_the_number_of_masks() -> None:
    given = placed((2000, 3000), InputRule(256, 384))
    predictions = crowd(1, given, CIHP, 11)  # a hundred masks
    tracemalloc.start()
    try:
        maps = official(predictions, given)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(maps.person_scores) == 11
    # One float32 mask of the photo alone is 24 MB; the maps themselves are 18 MB.
    assert peak < maps.part_map.nbytes + maps.person_map.nbytes + 12e6
    assert sum(item.window.logits.nbytes for item in maps.evidence.items) < 1e6


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("human_score", -0.1),
        ("human_score", 1.5),
        ("human_score", float("nan")),
        ("min_evidence", 0.4),
        ("min_evidence", 1.1),
    ],
)
def test_ranges(name: str, value: float) -> None:
    with pytest.raises(ConfigError, match=name):
        OfficialRules(**{name: value})
