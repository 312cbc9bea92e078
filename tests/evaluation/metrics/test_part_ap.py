"""AP^r by hand, on rows of pixels."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

from m2fp.datasets import Labels, PartInstances
from m2fp.errors import DataError
from m2fp.evaluation.metrics.part_ap import PART_THRESHOLDS, PartScores, PartTally
from m2fp.evaluation.metrics.prediction import Masks, PaintedMasks
from m2fp.evaluation.metrics.stacked_masks import StackedMasks

CLASSES = 4
Drawn = tuple[list[int], int, float]


def labels(categories: list[int], humans: list[int] | None = None) -> Labels:
    """Return one row; without `humans`, all parts are person 1's."""
    row = np.array([categories], np.uint8)
    if humans is None:
        return Labels(row, ((row > 0) & (row < 255)).astype(np.uint16))
    return Labels(row, np.array([humans], np.uint16))


def parts(width: int, *drawn: Drawn) -> StackedMasks:
    """Return masks of one row: 0s and 1s, a class and a score each."""
    masks = [np.array([pixels], np.bool_) for pixels, _, _ in drawn]
    classes = [class_id for _, class_id, _ in drawn]
    return StackedMasks.of_masks(masks, classes, [s for _, _, s in drawn], size=(1, width))


def tally(truth: Labels, masks: Masks) -> PartTally:
    return PartTally.of(truth, masks, class_count=CLASSES)


def scores(truth: Labels, masks: Masks) -> PartScores:
    return PartScores.of(tally(truth, masks))


def test_perfect() -> None:
    found = scores(
        labels([0, 1, 1, 2], [0, 1, 1, 1]), parts(4, ([0, 1, 1, 0], 1, 0.9), ([0, 0, 0, 1], 2, 0.3))
    )
    assert found.official.vol == found.strict.vol == 1
    assert list(found.official.at) == list(found.strict.at) == list(PART_THRESHOLDS)
    assert set(found.official.at.values()) == {1}
    assert (found.truths, found.predicted) == (2, 2)


def test_nothing_predicted() -> None:
    found = scores(labels([0, 1, 1, 2]), parts(4))
    assert found.official.vol == found.strict.vol == 0
    assert (found.truths, found.predicted) == (2, 0)


def test_nothing_labelled() -> None:
    found = scores(labels([0, 0]), parts(2, ([1, 1], 1, 0.9)))
    assert found.official.vol is found.strict.vol is None
    assert found.official.at[0.5] is found.strict.at[0.5] is None
    assert (found.truths, found.predicted) == (0, 1)


def test_shifted() -> None:
    found = scores(labels([0, 1, 1, 0]), parts(4, ([0, 0, 1, 1], 1, 0.9)))  # IoU 1/3
    assert list(found.official.at.values()) == [1, 1, 1, 0, 0, 0, 0, 0, 0]
    assert found.official == found.strict
    assert found.strict.vol == pytest.approx(1 / 3)


def test_a_part_found_twice_counts_twice_under_the_published_rule() -> None:
    halves = parts(4, ([1, 1, 0, 0], 1, 0.9), ([0, 0, 1, 1], 1, 0.8))  # IoU 0.5 each
    found = scores(labels([1, 1, 1, 1]), halves)
    assert found.official.at[0.4] == 2  # recall is 2
    assert found.strict.at[0.4] == 1
    assert found.official.vol == pytest.approx(4 * 2 / 9)
    assert found.strict.vol == pytest.approx(5 / 9)


def test_half_is_found_only_by_coco() -> None:
    found = scores(labels([1, 1, 1, 1]), parts(4, ([1, 1, 0, 0], 1, 0.9)))
    assert found.official.at[0.5] == 0
    assert found.strict.at[0.5] == 1


def test_the_published_rule_does_not_see_what_is_painted_over() -> None:
    twice = parts(2, ([1, 1], 1, 0.8), ([1, 1], 1, 0.8), ([1, 1], 2, 0.9))
    found = scores(labels([1, 1]), twice)
    assert found.official.vol == 0  # the other class lies on top
    assert found.strict.vol == 1


def test_two_wrong_parts_before_the_right_one() -> None:
    three = parts(4, ([0, 0, 1, 0], 1, 0.9), ([0, 0, 0, 1], 1, 0.8), ([1, 1, 0, 0], 1, 0.7))
    found = scores(labels([1, 1, 0, 0]), three)
    assert found.official.vol == pytest.approx(1 / 3)
    assert found.strict.vol == pytest.approx(1 / 3)


def test_a_class_that_is_not_labelled_costs_nothing() -> None:
    found = scores(labels([1, 1, 0]), parts(3, ([1, 1, 0], 1, 0.5), ([0, 0, 1], 3, 0.9)))
    assert found.official.vol == found.strict.vol == 1
    assert [(score.official, score.strict) for score in found.classes] == [
        (1, 1),
        (None, None),
        (None, None),
    ]
    assert [(score.class_id, score.truths, score.predicted) for score in found.classes] == [
        (1, 1, 1),
        (2, 0, 0),
        (3, 0, 1),
    ]


def test_a_class_that_is_missed_counts_as_zero() -> None:
    found = scores(labels([1, 1, 2]), parts(3, ([1, 1, 0], 1, 0.5)))
    assert found.official.vol == found.strict.vol == 0.5


def test_the_same_pixels_in_another_class_are_wrong() -> None:
    found = scores(labels([1, 1, 2]), parts(3, ([1, 1, 0], 2, 0.5)))
    assert found.official.vol == found.strict.vol == 0


def test_unknown_pixels_count_only_under_the_published_rule() -> None:
    truth = labels([1, 1, 255, 255])
    found = scores(truth, parts(4, ([1, 1, 1, 1], 1, 0.9)))
    assert found.official.at[0.5] == 0  # IoU 2/4
    assert found.official.at[0.4] == 1
    assert found.strict.at[0.9] == 1  # IoU 2/2


def test_what_lies_mostly_on_unknown_pixels_is_passed_over() -> None:
    truth = labels([1, 1, 0, 255, 255])
    found = scores(truth, parts(5, ([0, 0, 1, 1, 1], 1, 0.9), ([1, 1, 0, 0, 0], 1, 0.5)))
    assert found.official.vol == 0.5
    assert found.strict.vol == 1
    half_known = parts(5, ([0, 1, 1, 1, 1], 1, 0.9), ([1, 1, 0, 0, 0], 1, 0.5))
    assert scores(truth, half_known).strict.at[0.9] == 0.5  # as many known pixels as unknown


def test_a_part_that_is_found_counts_however_unknown_its_surroundings() -> None:
    found = scores(labels([1, 255, 255]), parts(3, ([1, 1, 1], 1, 0.9)))
    assert found.strict.vol == 1


def test_parts_of_two_people_are_two() -> None:
    found = scores(labels([1, 1, 1, 1], [1, 1, 2, 2]), parts(4, ([1, 1, 1, 1], 1, 0.9)))
    assert found.truths == 2
    assert found.official.at[0.4] == 0.5  # IoU 0.5 with either; one of two is found
    assert found.strict.at[0.4] == pytest.approx(51 / 101)


def test_instances_that_the_data_set_numbers() -> None:
    ids = np.array([[300, 300, 0, 65_535]], np.uint16)
    truth = Labels(
        np.array([[1, 1, 0, 1]], np.uint8),
        np.ones((1, 4), np.uint16),
        PartInstances(ids, {300: 1, 65_535: 1}, {300: 1, 65_535: 1}),
    )
    found = scores(truth, parts(4, ([1, 1, 0, 0], 1, 0.9), ([0, 0, 0, 1], 1, 0.9)))
    assert found.truths == 2  # one (person, part) pair, but two instances
    assert found.strict.vol == found.official.vol == 1


def test_an_instance_without_a_class_is_an_error() -> None:
    row = np.ones((1, 2), np.uint8)
    truth = Labels(row, row.astype(np.uint16), PartInstances(row.astype(np.uint16) * 7, {}, {}))
    with pytest.raises(DataError, match="part instance 7"):
        tally(truth, parts(2))


@pytest.mark.parametrize("class_id", [0, CLASSES])
def test_a_class_that_is_no_part_is_an_error(class_id: int) -> None:
    with pytest.raises(DataError, match=f"part of class {class_id}"):
        tally(labels([1]), parts(1, ([1], class_id, 0.9)))


def test_sizes_must_agree() -> None:
    with pytest.raises(DataError, match="photo's size"):
        tally(labels([1, 1]), parts(1, ([1], 1, 0.9)))


def test_equal_scores_keep_the_order_of_the_photos() -> None:
    right = tally(labels([1, 1]), parts(2, ([1, 1], 1, 0.5)))
    wrong = tally(labels([0, 0]), parts(2, ([1, 1], 1, 0.5)))
    assert PartScores.of(PartTally.merged([right, wrong])).official.vol == 1
    assert PartScores.of(PartTally.merged([wrong, right])).official.vol == 0.5


def test_a_score_that_is_no_number_comes_last() -> None:
    nan = float("nan")
    found = scores(labels([1, 1, 0]), parts(3, ([0, 0, 1], 1, nan), ([1, 1, 0], 1, 0.1)))
    assert found.official.vol == found.strict.vol == 1


def test_300_people_with_two_parts_each() -> None:
    humans = np.repeat(np.arange(1, 301), 4).reshape(30, 40).astype(np.uint16) * 200
    categories = np.tile([1, 1, 2, 2], 300).reshape(30, 40).astype(np.uint8)
    ids = np.repeat(np.arange(1, 601), 2).reshape(30, 40).astype(np.uint16)
    masks = PaintedMasks(ids, np.tile([1, 2], 300), np.linspace(0, 1, 600))
    found = scores(Labels(categories, humans), masks)
    assert (found.truths, found.predicted) == (600, 600)
    assert found.official.vol == pytest.approx(1)
    assert found.strict.vol == pytest.approx(1)
    # Every person's parts swapped: all is wrong.
    swapped = scores(Labels(categories[:, ::-1], humans), masks)
    assert swapped.official.vol == swapped.strict.vol == 0


def test_scores_are_plain_values() -> None:
    found = scores(labels([1, 1, 0]), parts(3, ([1, 0, 0], 1, 0.5)))
    values = json.loads(json.dumps(dataclasses.asdict(found), allow_nan=False))
    assert values["official"]["at"]["0.4"] == 1
    assert values["classes"][2]["official"] is None
