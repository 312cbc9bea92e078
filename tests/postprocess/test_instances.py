"""The hundred most probable pairs."""

from __future__ import annotations

import numpy as np
import pytest

from m2fp.engine import QueryPredictions
from m2fp.imaging.grid_to_photo import GridPlacement, GridToPhoto
from m2fp.postprocess.instances import Pair, QueryMasks, Reading, top_pairs

LOGITS = np.log(
    np.array(
        [
            [0.1, 0.6, 0.2, 0.1],
            [0.3, 0.3, 0.3, 0.1],
            [0.2, 0.1, 0.6, 0.1],
        ],
        np.float32,
    )
)
PLACEMENT = GridPlacement((16, 16), (16, 16), (0, 0), (16, 16), (4, 4))


def test_pairs_come_by_probability_then_by_query_then_by_class() -> None:
    pairs = top_pairs(LOGITS, 100)
    assert [(pair.query, pair.class_id) for pair in pairs] == [
        *((0, 1), (2, 2)),
        *((1, 0), (1, 1), (1, 2)),
        *((0, 2), (2, 0)),
        *((0, 0), (2, 1)),
    ]
    np.testing.assert_allclose(
        [pair.probability for pair in pairs], [0.6] * 2 + [0.3] * 3 + [0.2] * 2 + [0.1] * 2
    )


@pytest.mark.parametrize(("count", "found"), [(0, 0), (4, 4), (9, 9), (10, 9), (100, 9)])
def test_there_are_never_more_pairs_than_there_are(count: int, found: int) -> None:
    assert len(top_pairs(LOGITS, count)) == found


def test_rows_that_are_no_numbers_come_last() -> None:
    logits = LOGITS.copy()
    logits[0, 3] = np.nan
    assert {pair.query for pair in top_pairs(logits, 6)} == {1, 2}
    assert [pair.probability for pair in top_pairs(logits, 9)[6:]] == [0.0] * 3


def test_instances_are_what_could_score_enough_and_is_somewhere() -> None:
    masks = np.full((3, 4, 4), 5.0, np.float32)
    masks[2] = -5.0
    logits = LOGITS.copy()
    logits[0] = np.log([0.5, 0.32, 0.08, 0.1])
    reading = Reading.of(QueryPredictions(logits, masks), GridToPhoto(PLACEMENT))
    found = list(reading.instances())
    # Not the background, not 0.08, and not the mask that is nowhere.
    assert [pair.class_id for pair, _ in found] == [1, 1, 2]
    assert found[1][1] is found[2][1]


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_masks_that_are_no_numbers_are_nowhere(value: float) -> None:
    logits = np.full((2, 4, 4), 5.0, np.float32)
    logits[0, 1, 1] = value
    masks = QueryMasks(logits, GridToPhoto(PLACEMENT))
    assert masks.window(0) is None
    assert masks.score(Pair(0, 1, 0.9)) == 0.0
    assert masks.score(Pair(1, 1, 0.9)) == pytest.approx(0.9 / (1 + np.exp(-5.0)))
