"""Average precision by hand; see test_ap_oracle.py for random curves."""

from __future__ import annotations

import numpy as np
import pytest

from m2fp.evaluation.metrics.average_precision import (
    PASSED,
    RIGHT,
    WRONG,
    all_point_ap,
    interpolated_ap,
)


def both(outcomes: list[int], truths: int, scores: list[float] | None = None) -> list[float]:
    """Return VOC's and COCO's average precision of predictions in the order of their scores."""
    ranks = np.arange(len(outcomes), 0, -1.0) if scores is None else np.array(scores)
    column = np.array(outcomes, np.int8)[:, None]
    return [float(rule(ranks, column, truths)[0]) for rule in (all_point_ap, interpolated_ap)]


@pytest.mark.parametrize(
    ("outcomes", "truths", "voc", "coco"),
    [
        ([RIGHT, RIGHT], 2, 1, 1),
        ([], 2, 0, 0),
        ([WRONG], 2, 0, 0),
        ([RIGHT], 2, 0.5, 51 / 101),  # recall 0, 0.01 .. 0.5 of 101
        ([WRONG, RIGHT], 1, 0.5, 0.5),
        ([RIGHT, WRONG], 1, 1, 1),
        ([RIGHT, WRONG, RIGHT], 2, 0.5 + 0.5 * 2 / 3, (51 + 50 * 2 / 3) / 101),
        ([PASSED, RIGHT], 1, 1, 1),
        ([PASSED], 1, 0, 0),
    ],
)
def test_by_hand(outcomes: list[int], truths: int, voc: float, coco: float) -> None:
    assert both(outcomes, truths) == pytest.approx([voc, coco], abs=1e-12)


def test_the_envelope_lifts_what_comes_before() -> None:
    # precision 0, 1/2, 2/3: at both recalls the best that follows is 2/3.
    assert both([WRONG, RIGHT, RIGHT], 2) == pytest.approx([2 / 3, 2 / 3])


def test_found_twice_is_more_than_everything() -> None:
    voc, coco = both([RIGHT, RIGHT], 1)
    assert voc == 2  # recall is 2
    assert coco == 1


def test_without_truth_there_is_no_score() -> None:
    assert np.isnan(both([WRONG], 0)).all()
    assert np.isnan(both([], 0)).all()


def test_equal_scores_keep_their_order() -> None:
    assert both([RIGHT, WRONG], 1, scores=[0.5, 0.5]) == [1, 1]
    assert both([WRONG, RIGHT], 1, scores=[0.5, 0.5]) == [0.5, 0.5]


def test_thresholds_are_scored_side_by_side() -> None:
    outcomes = np.array([[RIGHT, WRONG], [RIGHT, RIGHT]], np.int8)
    scores = np.array([0.9, 0.1])
    assert all_point_ap(scores, outcomes, 2).tolist() == [1, 0.25]
    assert interpolated_ap(scores, outcomes, 2) == pytest.approx([1, 51 / 2 / 101])
