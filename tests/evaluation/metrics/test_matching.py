"""The three matching rules on tables of similarities."""

from __future__ import annotations

import numpy as np
import pytest

from m2fp.evaluation.metrics.matching import first_come, one_to_one, reaches_any


def table(*rows: list[float]) -> np.ndarray:
    return np.array(rows, np.float64)


SECOND_BEST = table([0.9, 0.1], [0.8, 0.7])
SCORES = np.array([0.9, 0.5])


def test_several_may_be_right_about_the_same() -> None:
    assert reaches_any(SECOND_BEST, [0.5]).tolist() == [[True], [True]]


def test_the_published_rule_never_falls_back_on_the_second_best() -> None:
    assert first_come(SECOND_BEST, SCORES, [0.5]).tolist() == [[0], [-1]]


def test_cocos_rule_does() -> None:
    assert one_to_one(SECOND_BEST, SCORES, [0.5]).tolist() == [[0], [1]]


def test_who_scores_higher_comes_first() -> None:
    assert first_come(SECOND_BEST, SCORES[::-1], [0.5]).tolist() == [[-1], [0]]
    assert one_to_one(SECOND_BEST, SCORES[::-1], [0.5]).tolist() == [[-1], [0]]


def test_every_threshold_is_matched_by_itself() -> None:
    # At 0.85 the first is too poor, and the second takes what the first has at 0.5.
    similar = table([0.8], [0.9])
    assert first_come(similar, SCORES, [0.5, 0.85]).tolist() == [[0, -1], [-1, 0]]
    assert one_to_one(similar, SCORES, [0.5, 0.85]).tolist() == [[0, -1], [-1, 0]]


def test_published_rules_ask_for_more_than_the_threshold_and_coco_for_it() -> None:
    similar, score = table([0.5]), np.array([1.0])
    assert not reaches_any(similar, [0.5]).any()
    assert first_come(similar, score, [0.5]).tolist() == [[-1]]
    assert one_to_one(similar, score, [0.5]).tolist() == [[0]]


def test_coco_lets_a_perfect_match_pass_at_one() -> None:
    assert one_to_one(table([1 - 1e-11]), np.array([1.0]), [1.0]).tolist() == [[0]]


def test_equal_similarities() -> None:
    similar, score = table([0.6, 0.6]), np.array([1.0])
    assert first_come(similar, score, [0.5]).tolist() == [[0]]
    assert one_to_one(similar, score, [0.5]).tolist() == [[1]]  # as in pycocotools


def test_equal_scores_keep_their_order() -> None:
    similar, scores = table([0.6], [0.9]), np.array([0.5, 0.5])
    assert first_come(similar, scores, [0.5]).tolist() == [[0], [-1]]
    assert one_to_one(similar, scores, [0.5]).tolist() == [[0], [-1]]


def test_who_does_not_take_part_takes_nothing_away() -> None:
    entered = np.array([False, True])
    assert first_come(table([0.9], [0.8]), SCORES, [0.5], entered=entered).tolist() == [[-1], [0]]


def test_what_need_not_be_found_is_taken_last() -> None:
    passed = np.array([True, False])
    assert one_to_one(table([0.9, 0.6]), np.ones(1), [0.5], passed=passed).tolist() == [[1]]
    assert one_to_one(table([0.9, 0.4]), np.ones(1), [0.5], passed=passed).tolist() == [[0]]


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (2, 0)])
def test_nobody_there_or_nobody_found(shape: tuple[int, int]) -> None:
    similar, scores = np.zeros(shape), np.ones(shape[0])
    nothing = [[-1, -1]] * shape[0]
    assert reaches_any(similar, [0.1, 0.5]).tolist() == [[False, False]] * shape[0]
    assert first_come(similar, scores, [0.1, 0.5]).tolist() == nothing
    assert one_to_one(similar, scores, [0.1, 0.5]).tolist() == nothing
