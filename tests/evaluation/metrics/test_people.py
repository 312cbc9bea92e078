"""People found, counted and matched, on rows of pixels."""

from __future__ import annotations

import numpy as np
import pytest

from m2fp.errors import DataError
from m2fp.evaluation import CountScore, PeopleScores, PeopleTally


def tally(truth: list[int], guess: list[int], unknown: list[int] | None = None) -> PeopleTally:
    return PeopleTally.of(
        np.array([truth], np.uint8),
        np.array([guess], np.uint16),
        None if unknown is None else np.array([unknown], np.bool_),
    )


def test_perfect_whatever_the_numbers() -> None:
    scores = PeopleScores.of(tally([0, 1, 1, 2, 0], [0, 2, 2, 1, 0]))
    assert (scores.person_iou, scores.right_count, scores.count_error) == (1.0, 1.0, 0.0)
    assert (scores.recall, scores.precision, scores.matched_iou) == (1.0, 1.0, 1.0)


def test_nobody_anywhere() -> None:
    scores = PeopleScores.of(tally([0, 0], [0, 0]))
    assert scores.person_iou is scores.recall is scores.precision is scores.matched_iou is None
    assert (scores.right_count, scores.people, scores.predicted) == (1.0, 0, 0)


def test_everybody_missed() -> None:
    scores = PeopleScores.of(tally([1, 1, 2, 0], [0, 0, 0, 0]))
    assert (scores.person_iou, scores.recall, scores.matched_iou) == (0.0, 0.0, 0.0)
    assert (scores.right_count, scores.count_error, scores.precision) == (0.0, 2.0, None)


def test_two_people_merged_into_one() -> None:
    scores = PeopleScores.of(tally([1, 1, 1, 2, 2, 0], [1, 1, 1, 1, 1, 0]))
    assert scores.person_iou == 1.0  # somebody is everywhere where somebody is
    assert (scores.right_count, scores.count_error) == (0.0, 1.0)
    assert scores.recall == 0.5  # 3 / 5 of the larger one
    assert scores.matched_iou == pytest.approx((3 / 5 + 0) / 2)


def test_shifted() -> None:
    scores = PeopleScores.of(tally([0, 1, 1, 0], [0, 0, 1, 1]))
    assert scores.person_iou == pytest.approx(1 / 3)
    assert scores.matched_iou == pytest.approx(1 / 3)
    assert (scores.recall, scores.right_count) == (0.0, 1.0)


def test_half_is_not_found() -> None:
    assert tally([1, 1], [1, 0]).found == 0  # IoU must be above 0.5


def test_matches_are_one_to_one_best_first() -> None:
    # Prediction 1 overlaps both; it goes to person 2 (3 / 5), and person 1 gets nothing.
    assert tally([1, 1, 2, 2, 2], [1, 1, 1, 1, 1]).matched_iou == pytest.approx(3 / 5)


def test_unknown_pixels_do_not_count() -> None:
    scores = PeopleScores.of(tally([1, 1, 0, 0], [1, 1, 2, 2], unknown=[0, 0, 1, 1]))
    assert (scores.person_iou, scores.right_count, scores.precision) == (1.0, 1.0, 1.0)


def test_a_person_who_is_mostly_unknown_is_not_counted_for_a_few_stray_pixels() -> None:
    scores = PeopleScores.of(tally([1, 1, 0, 0, 0], [1, 1, 2, 2, 2], unknown=[0, 0, 0, 1, 1]))
    assert (scores.right_count, scores.precision) == (1.0, 1.0)
    assert scores.person_iou == pytest.approx(2 / 3)


def test_ids_with_gaps_count_as_people_with_pixels() -> None:
    assert tally([0, 7, 7], [0, 3, 3]).photos == {(1, 1): 1}


def test_ids_of_16_bits() -> None:
    # A table of all ids up to these would have four thousand million cells.
    scores = PeopleScores.of(
        PeopleTally.of(
            np.array([[0, 65_535, 65_535, 7]], np.uint16),
            np.array([[0, 65_000, 65_535, 1]], np.uint16),
        )
    )
    assert (scores.people, scores.predicted, scores.recall) == (2, 3, 0.5)


def test_sums_do_not_depend_on_the_order() -> None:
    thirds = [tally([1, 1, 1], [1, 0, 0]), tally([1, 1, 1, 1, 1, 1, 1], [1, 0, 0, 0, 0, 0, 0])]
    tallies = [thirds[n % 2] for n in range(50)] + [tally([1], [1])] * 3
    one, other = (sum(order, PeopleTally()) for order in (tallies, tallies[::2] + tallies[1::2]))
    assert one.matched_iou == other.matched_iou == pytest.approx(25 / 3 + 25 / 7 + 3, abs=1e-6)


def test_storing() -> None:
    total = tally([1, 1, 2, 0], [1, 1, 0, 0]) + tally([0], [0]) + tally([1, 1, 1], [1, 2, 0])
    assert PeopleTally.from_arrays(total.to_arrays()) == total
    assert PeopleTally.from_arrays(PeopleTally().to_arrays()) == PeopleTally()
    with pytest.raises(DataError, match="photos"):
        PeopleTally.from_arrays(
            {
                "intersection": np.array(1),
                "union": np.array(1),
                "found": np.array(0),
                "matched_iou": np.array(0.0),
            }
        )


def test_photos_add_up() -> None:
    total = tally([1, 1, 2], [1, 1, 2]) + tally([1, 2, 2], [1, 1, 1]) + tally([1, 1, 0], [1, 1, 0])
    scores = PeopleScores.of(total)
    assert scores.right_count == pytest.approx(2 / 3)
    assert scores.count_error == pytest.approx(1 / 3)
    assert (scores.people, scores.predicted) == (5, 4)
    assert scores.by_count == (CountScore(1, 1, 1), CountScore(2, 2, 1))
    assert scores.matched_iou == pytest.approx((2 + 2 / 3 + 1) / 5)


def test_sizes_must_agree() -> None:
    with pytest.raises(DataError, match="photo's size"):
        tally([1], [1, 1])
