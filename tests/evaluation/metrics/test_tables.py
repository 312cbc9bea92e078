"""The coarser tables for CIHP labels."""

from __future__ import annotations

import numpy as np
import pytest

from m2fp.evaluation import ConfusionMatrix, score_tables
from m2fp.labels import get_scheme

CIHP = get_scheme("cihp")
PREDICTED_AS = {  # true name: predicted name, one pixel each
    "background": "background",
    "face": "left-arm",  # both skin
    "right-leg": "left-leg",  # both skin
    "left-shoe": "right-shoe",  # both shoes
    "coat": "upper-clothes",  # one class in the last table only
    "pants": "skirt",
}


def test_merging() -> None:
    truth = np.array([[CIHP.label(name).id for name in PREDICTED_AS]], np.uint8)
    guess = np.array([[CIHP.label(name).id for name in PREDICTED_AS.values()]], np.uint8)
    fine, coarse, tops = score_tables(ConfusionMatrix.of(truth, guess, 20), CIHP)

    assert [table.table for table in (fine, coarse, tops)] == ["cihp", "ccp14", "ccp14-tops"]
    assert [len(table.classes) for table in (fine, coarse, tops)] == [20, 14, 13]
    assert [table.pixel_accuracy for table in (fine, coarse, tops)] == [
        pytest.approx(right / 6) for right in (1, 4, 5)
    ]
    # Classes with labels: 6, then background, skin, shoes, coat, pants; then the same with tops.
    assert fine.miou_d2 == pytest.approx(1 / 6)
    assert coarse.miou_d2 == pytest.approx(3 / 5)
    assert tops.miou_d2 == pytest.approx(4 / 5)
    assert coarse.miou_m2fp == pytest.approx(3 / 14)
    by_name = {score.name: score for score in tops.classes}
    assert by_name["upper-clothes + coat"].iou == 1.0
    assert by_name["skin"].pixels == 2
    assert by_name["skirt"].iou == 0.0


def test_other_schemes_have_one_table() -> None:
    (table,) = score_tables(ConfusionMatrix.empty(20), get_scheme("lip"))
    assert table.table == "lip"
