"""Selection and scores."""

from __future__ import annotations

import numpy as np
import pytest
from tests.postprocess.scenes import CIHP, FACE, HAIR, PERSON, SHIRT, Scene

from m2fp.engine import QueryPredictions
from m2fp.errors import ConfigError, IncompatibleModel
from m2fp.postprocess import assemble
from m2fp.postprocess.config import PostprocessConfig
from m2fp.postprocess.probabilities import class_probabilities, sigmoid
from m2fp.postprocess.queries import Candidates, mean_inside, select

CONFIG = PostprocessConfig()


def chosen(scene: Scene, config: PostprocessConfig = CONFIG) -> Candidates:
    return select(scene.predictions(), scene.network_input(), scene.scheme, config)


def test_sigmoid_never_overflows() -> None:
    found = sigmoid(np.array([-1e30, -2.0, 0.0, 2.0, 1e30], np.float32))
    np.testing.assert_allclose(found, [0, 0.119203, 0.5, 0.880797, 1], atol=1e-6)


def test_class_probabilities_leave_out_no_object_and_rows_that_are_no_numbers() -> None:
    logits = np.log(np.array([[1, 2, 5], [3, 3, 2], [1, 1, 0], [1, 1, 1]], np.float32).clip(1e-9))
    logits[2, 2], logits[3, 0] = np.nan, np.inf
    found = class_probabilities(logits)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, [[1 / 8, 2 / 8], [3 / 8, 3 / 8], [0, 0], [0, 0]], atol=1e-6)


def test_mean_inside_counts_only_positive_cells() -> None:
    logits = np.array([[[2.0, -9.0], [0.0, 2.0]], [[-1.0, -1.0], [0.0, 0.0]]], np.float32)
    np.testing.assert_allclose(mean_inside(logits), [0.880797, 0.0], atol=1e-6)


def test_score_is_probability_times_mean_mask_probability() -> None:
    scene = Scene()
    scene.add(SHIRT, (2, 6, 2, 6), probability=0.8, logit=2.0)
    found = chosen(scene)
    np.testing.assert_allclose(found.probability, [0.8], atol=1e-3)
    np.testing.assert_allclose(found.score, [0.8 * 0.880797], atol=1e-3)


def test_best_score_first_and_ties_by_query_number() -> None:
    scene = Scene()
    scene.add(SHIRT, (2, 6, 2, 6), probability=0.7)
    scene.add(FACE, (2, 6, 2, 6), probability=0.9)
    scene.add(HAIR, (2, 6, 2, 6), probability=0.7)
    found = chosen(scene)
    assert found.query.tolist() == [1, 0, 2]
    assert found.label.tolist() == [FACE, SHIRT, HAIR]


def test_many_ties_stay_in_order() -> None:
    scene = Scene()
    for number in range(80):
        scene.add(SHIRT, (2, 6, 2, 6), probability=0.9 if number % 2 else 0.7)
    assert chosen(scene).query.tolist() == [*range(1, 80, 2), *range(0, 80, 2)]


@pytest.mark.parametrize(
    ("label", "probability", "kept"),
    [
        (SHIRT, 0.12, True),
        (SHIRT, 0.08, False),
        (PERSON, 0.8, True),
        (PERSON, 0.7, False),
        (0, 0.15, True),
        (0, 0.05, False),
    ],
)
def test_thresholds_by_kind(label: int, probability: float, kept: bool) -> None:
    scene = Scene()
    scene.add(label, (2, 6, 2, 6), probability=probability)
    assert len(chosen(scene)) == kept


def test_a_weak_mask_lowers_the_score_below_the_threshold() -> None:
    scene = Scene()
    scene.add(SHIRT, (2, 6, 2, 6), probability=0.19, logit=0.1)
    assert len(chosen(scene)) == 0


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("where", ["class", "mask"])
def test_numbers_that_are_none_make_a_query_no_object(value: float, where: str) -> None:
    scene = Scene()
    scene.add(SHIRT, (2, 6, 2, 6))
    broken = scene.add(FACE, (2, 6, 2, 6))
    if where == "mask":
        broken[3, 3] = value
    else:
        scene.classes[1][4] = value
    assert chosen(scene).query.tolist() == [0]


def test_enormous_but_finite_logits_are_clipped() -> None:
    scene = Scene()
    scene.add(SHIRT, (2, 6, 2, 6), logit=3e38, outside=-3e38)
    scene.classes[0] = (scene.classes[0] + 20) * np.float32(1e36)
    found = chosen(scene)
    assert found.label.tolist() == [SHIRT]
    assert np.abs(found.logits).max() == 50.0
    assert scene.maps().part_map.max() == SHIRT


def test_masks_are_cropped_to_the_content() -> None:
    scene = Scene(rows=16, columns=24)
    scene.add(SHIRT, (0, 16, 20, 24))
    given = scene.network_input()
    given = type(given)(given.tensor, (30, 61), (60, 122))
    assert len(select(scene.predictions(), given, CIHP, CONFIG)) == 0
    given = type(given)(given.tensor, (30, 81), (60, 122))
    assert select(scene.predictions(), given, CIHP, CONFIG).logits.shape == (1, 8, 21)


@pytest.mark.parametrize(
    ("classes", "masks"),
    [((3, 21), (3, 16, 24)), ((3, 22), (2, 16, 24)), ((3, 22), (3, 15, 24)), ((22,), (3, 16, 24))],
)
def test_shapes_that_do_not_fit(classes: tuple[int, ...], masks: tuple[int, ...]) -> None:
    given = QueryPredictions(np.zeros(classes, np.float32), np.zeros(masks, np.float32))
    with pytest.raises(IncompatibleModel, match="export"):
        assemble(given, Scene().network_input(), CIHP, CONFIG)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("part_threshold", 1.1),
        ("part_threshold", -0.1),
        ("min_person_cells", 0),
        ("owner_margin", float("nan")),
        ("person_iou", 2),
    ],
)
def test_config_ranges(option: str, value: float) -> None:
    with pytest.raises(ConfigError, match=option):
        PostprocessConfig(**{option: value})  # type: ignore[arg-type]
