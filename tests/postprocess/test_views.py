"""How photos are shown, and that answers come back to where they belong."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.postprocess.scenes import CIHP

from m2fp.engine import QueryPredictions
from m2fp.errors import IncompatibleModel
from m2fp.imaging import AnyRule, CanvasRule, InputRule, Photo, prepare
from m2fp.imaging.scaled_rule import ScaledRule
from m2fp.postprocess import Answer, TestTimeAugmentation, View, views
from m2fp.postprocess.resample import content_cells

SCALE = ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0))  # mean and std that leave values as they are
SHORT = InputRule(64, 128, 32, *SCALE)
CANVAS = CanvasRule(96, 64, 7, *SCALE)
FLIP = TestTimeAugmentation()
RULES = [SHORT, CANVAS]


def noise(height: int, width: int) -> Photo:
    rng = np.random.default_rng(height * 1000 + width)
    return Photo(rng.integers(0, 256, (height, width, 3), np.uint8))


def cell_means(tensor: npt.NDArray[np.float32]) -> QueryPredictions:
    """Return what a network says that finds three masks: the mean of every channel per cell."""
    _, channels, height, width = tensor.shape
    cells = tensor[0].reshape(channels, height // 4, 4, width // 4, 4).mean(axis=(2, 4))
    classes = np.arange(22, dtype=np.float32) + np.arange(3, dtype=np.float32)[:, None]
    return QueryPredictions(classes, cells)


def turned_back(view: View) -> Answer:
    return view.turn_back(cell_means(view.tensor), CIHP)


@pytest.mark.parametrize("rule", RULES)
def test_without_augmentation_a_photo_is_shown_as_it_is(rule: AnyRule) -> None:
    photo = noise(70, 50)
    (view,) = views(photo, rule, None)
    expected = prepare(photo, rule)
    np.testing.assert_array_equal(view.tensor, expected.tensor)
    answer = turned_back(view)
    assert answer.network_input.content == expected.content
    np.testing.assert_array_equal(
        answer.predictions.mask_logits, cell_means(expected.tensor).mask_logits
    )


@pytest.mark.parametrize("rule", RULES)
def test_every_scale_is_shown_both_ways(rule: AnyRule) -> None:
    photo = noise(90, 61)
    found = list(views(photo, rule, TestTimeAugmentation(scales=(0.5, 1.0, 1.5))))
    assert [view.mirrored for view in found] == [False, True] * 3
    for number, scale in enumerate((0.5, 1.0, 1.5)):
        plain = prepare(photo, ScaledRule(rule, scale))
        np.testing.assert_array_equal(found[2 * number].tensor, plain.tensor)
        assert found[2 * number + 1].tensor.shape == plain.tensor.shape


def test_sizes_that_come_out_the_same_are_shown_once() -> None:
    photo = noise(64, 64)
    alike = TestTimeAugmentation(flip=False, scales=(1.0, 1.001, 0.5))
    assert [view.straight.content for view in views(photo, SHORT, alike)] == [(64, 64), (32, 32)]
    largest = TestTimeAugmentation(flip=False, scales=(3.9, 4.0))
    assert len(list(views(photo, InputRule(1000, 1000), largest))) == 1


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("width", [45, 46, 47, 48])
def test_a_mirrored_photo_lies_at_most_three_pixels_further(rule: AnyRule, width: int) -> None:
    plain, mirrored = views(noise(64, width), rule, FLIP)
    (top, left), (rows, columns) = plain.straight.origin, plain.straight.content
    content = plain.tensor[:, :, top : top + rows, left : left + columns]
    rest = mirrored.tensor.copy()
    found = [
        start
        for start in range(left, left + 4)
        if np.array_equal(
            rest[:, :, top : top + rows, start : start + columns], content[:, :, :, ::-1]
        )
    ]
    (start,) = found
    rest[:, :, top : top + rows, start : start + columns] = np.nan
    around = rest[np.isfinite(rest)]
    assert around.size == plain.tensor.size - content.size
    assert set(around.tolist()) <= {rule.padding[0]}


@settings(max_examples=80, deadline=None)
@given(
    height=st.integers(16, 200),
    width=st.integers(16, 200),
    rule=st.sampled_from([*RULES, InputRule(40, 90, 64, *SCALE)]),
    scale=st.sampled_from([0.5, 1.0, 1.3]),
)
def test_masks_come_back_to_the_very_cells(
    height: int, width: int, rule: AnyRule, scale: float
) -> None:
    given_ = views(noise(height, width), rule, TestTimeAugmentation(scales=(scale,)))
    plain, mirrored = (turned_back(view) for view in given_)
    cells = content_cells(plain.network_input)
    wanted = plain.predictions.mask_logits[:, cells.rows, cells.columns]
    found = mirrored.predictions.mask_logits[:, cells.rows, cells.columns]
    assert plain.predictions.mask_logits.shape == mirrored.predictions.mask_logits.shape
    np.testing.assert_allclose(found, wanted, atol=1e-3)
    assert plain.network_input is mirrored.network_input


def test_sides_change_places_and_nothing_else() -> None:
    plain, mirrored = (turned_back(view) for view in views(noise(64, 64), SHORT, FLIP))
    straight, swapped = plain.predictions.class_logits, mirrored.predictions.class_logits
    pairs = {14: 15, 15: 14, 16: 17, 17: 16, 18: 19, 19: 18}
    for column in range(22):  # 20 is the person, 21 no object
        np.testing.assert_array_equal(swapped[:, column], straight[:, pairs.get(column, column)])


def test_a_model_of_another_scheme_is_refused_before_anything_is_swapped() -> None:
    (_, mirrored) = views(noise(64, 64), SHORT, FLIP)
    said = cell_means(mirrored.tensor)
    wrong = QueryPredictions(said.class_logits[:, :8], said.mask_logits)
    with pytest.raises(IncompatibleModel, match="export"):
        mirrored.turn_back(wrong, CIHP)
