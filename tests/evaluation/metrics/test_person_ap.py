"""AP^h by hand, on rows of pixels."""

from __future__ import annotations

import numpy as np
import pytest

from m2fp.datasets import Labels
from m2fp.evaluation.metrics.person_ap import PERSON_THRESHOLDS, PersonScores, PersonTally
from m2fp.evaluation.metrics.prediction import PaintedMasks
from m2fp.evaluation.metrics.stacked_masks import StackedMasks


def scores(
    humans: list[int], *drawn: tuple[list[int], float], unknown: list[int] | None = None
) -> PersonScores:
    truth = np.array([humans], np.uint16)
    categories = np.minimum(truth, 1).astype(np.uint8)
    if unknown is not None:
        categories[np.array([unknown], np.bool_)] = 255
    masks = [np.array([pixels], np.bool_) for pixels, _ in drawn]
    people = StackedMasks.of_masks(
        masks, [0] * len(masks), [score for _, score in drawn], size=(1, len(humans))
    )
    return PersonScores.of(PersonTally.of(Labels(categories, truth), people))


def test_perfect_whatever_the_numbers() -> None:
    found = scores([0, 7, 7, 60_000], ([0, 0, 0, 1], 0.2), ([0, 1, 1, 0], 0.9))
    assert found.official.vol == found.strict.vol == 1
    assert list(found.strict.at) == list(PERSON_THRESHOLDS)
    assert PERSON_THRESHOLDS == (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)


def test_nobody() -> None:
    assert scores([0, 1]).official.vol == scores([0, 1]).strict.vol == 0
    assert scores([0, 0], ([1, 0], 0.9)).official.vol is None
    assert scores([0, 0], ([1, 0], 0.9)).strict.at[0.5] is None


def test_shifted() -> None:
    found = scores([0, 1, 1, 1, 1, 0], ([0, 0, 1, 1, 1, 1], 0.9))  # IoU 3/5
    assert list(found.official.at.values()) == [1, 1, 0, 0, 0, 0, 0, 0, 0, 0]
    assert list(found.strict.at.values()) == [1, 1, 1, 0, 0, 0, 0, 0, 0, 0]  # 0.6 is enough


def test_two_people_merged_into_one() -> None:
    found = scores([1, 1, 1, 2, 2], ([1, 1, 1, 1, 1], 0.9))  # IoU 3/5 with the larger
    assert found.official.at[0.5] == 0.5
    assert found.strict.at[0.5] == pytest.approx(51 / 101)


def test_one_person_in_two() -> None:
    found = scores([1, 1, 1, 1, 1], ([1, 1, 1, 0, 0], 0.3), ([0, 0, 0, 1, 1], 0.9))
    assert found.official.at[0.5] == found.strict.at[0.5] == 0.5  # one wrong one comes first


def test_somebody_found_twice() -> None:
    # The one below keeps 2 of 5 pixels when the other is painted over it.
    twice = ([1, 1, 1, 1, 1], 0.8), ([0, 0, 1, 1, 1], 0.9)
    found = scores([1, 1, 1, 1, 1], *twice)
    assert found.official.at[0.5] == 1  # the best comes first; the wrong one costs nothing
    assert found.official.at[0.95] == 0
    assert found.strict.at[0.95] == 0.5  # as given the second is perfect


def test_unknown_people() -> None:
    crowd = ([0, 0, 1, 1], 0.9), ([1, 1, 0, 0], 0.5)
    assert scores([1, 1, 0, 0], *crowd, unknown=[0, 0, 1, 1]).official.vol == 0.5
    assert scores([1, 1, 0, 0], *crowd, unknown=[0, 0, 1, 1]).strict.vol == 1


def test_a_person_of_unknown_parts_is_known_as_a_person() -> None:
    found = scores([1, 1, 0, 0], ([1, 1, 0, 0], 0.9), unknown=[1, 1, 0, 0])
    assert found.strict.vol == found.official.vol == 1


@pytest.mark.parametrize("missed", [0, 60])
def test_300_people(missed: int) -> None:
    humans = np.arange(1, 301).repeat(4).reshape(30, 40).astype(np.uint16)
    ids = np.where(humans > 300 - missed, 0, humans).astype(np.uint16)
    number = 300 - missed
    people = PaintedMasks(ids, np.zeros(number, np.intp), np.linspace(0, 1, number))
    found = PersonScores.of(PersonTally.of(Labels(np.ones_like(humans, np.uint8), humans), people))
    assert (found.truths, found.predicted) == (300, number)
    assert found.official.vol == pytest.approx(number / 300)
    assert found.strict.vol == pytest.approx((number // 3 + 1) / 101)
