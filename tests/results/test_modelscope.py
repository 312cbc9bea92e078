"""Results in ModelScope's shape, from evidence made by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.results.made import make_result

from m2fp.imaging.box import Box
from m2fp.imaging.grid_to_photo import GridPlacement, GridWindow
from m2fp.results import ClassScores, Instance, Instances, NoEvidence, Result
from m2fp.results.modelscope import to_modelscope

# As many pixels as cells: a mask is what its cells are.
PLACEMENT = GridPlacement((4, 6), (4, 6), (0, 0), (4, 6), (4, 6))
HUMAN = 20


def instance(class_id: int, probability: float, box: Box, logit: float = 2.0) -> Instance:
    logits = np.full((box.bottom - box.top, box.right - box.left), logit, np.float32)
    return Instance(class_id, probability, GridWindow(logits, box.top, box.left, box))


def result_of(*items: Instance) -> Result:
    return replace(make_result(), evidence=Instances(items, PLACEMENT))


def test_parts_come_first_each_kind_in_its_own_order() -> None:
    found = result_of(
        instance(HUMAN, 0.9, Box(0, 4, 3, 6)),
        instance(13, 0.8, Box(1, 3, 3, 5)),
        instance(HUMAN, 0.7, Box(0, 4, 0, 3)),
        instance(3, 0.6, Box(0, 1, 0, 1)),
    ).to_modelscope()
    assert found["labels"] == ["Face", "Gloves", "Human", "Human"]
    inside = 1 / (1 + np.exp(-2.0))
    assert found["scores"] == pytest.approx([p * inside for p in (0.8, 0.6, 0.9, 0.7)])
    assert all(mask.dtype == np.float32 for mask in found["masks"])
    assert [np.argwhere(mask).tolist() for mask in found["masks"][:2]] == [
        [[1, 3], [1, 4], [2, 3], [2, 4]],
        [[0, 0]],
    ]
    assert [mask.sum() for mask in found["masks"]] == [4, 1, 12, 12]


def test_thresholds() -> None:
    weak = 0.1 / (1 / (1 + np.exp(-2.0)))  # scores 0.1
    result = result_of(
        instance(13, weak + 1e-6, Box(1, 3, 3, 5)),
        instance(2, weak - 1e-6, Box(1, 3, 3, 5)),
        instance(HUMAN, weak - 1e-6, Box(0, 4, 3, 6)),
        instance(HUMAN, 0.5, Box(0, 4, 3, 6)),
    )
    assert result.to_modelscope()["labels"] == ["Face", "Human"]
    assert result.to_modelscope(score_thr=0.2)["labels"] == ["Human"]
    assert result.to_modelscope(score_thr=0.9) == {"masks": [], "labels": [], "scores": []}


def test_every_call_makes_new_masks() -> None:
    result = result_of(instance(13, 0.8, Box(1, 3, 3, 5)))
    result.to_modelscope()["masks"][0][:] = 7
    assert result.to_modelscope()["masks"][0].max() == 1


def test_one_person_gives_the_classes_present_with_the_background() -> None:
    made = make_result(scheme="lip")
    evidence = ClassScores({13: 0.6, 0: 0.7, 10: 0.55})
    part_map = np.array([[0, 13, 13], [10, 0, 13]], np.uint8)
    found = to_modelscope(evidence, part_map, made.scheme, 0.0)
    assert found["labels"] == ["Background", "Jumpsuits", "Face"]
    assert found["scores"] == [0.7, 0.55, 0.6]
    assert all(mask.dtype == np.float64 for mask in found["masks"])
    np.testing.assert_array_equal(sum(found["masks"]), 1)
    np.testing.assert_array_equal(found["masks"][2], part_map == 13)
    assert to_modelscope(evidence, part_map, made.scheme, 0.58)["labels"] == ["Background", "Face"]


def test_a_scheme_without_official_names_uses_ours() -> None:
    scheme = make_result(np.zeros((4, 6)), np.zeros((4, 6)), scheme="ppp").scheme
    evidence = Instances(
        (instance(1, 0.8, Box(0, 1, 0, 1)), instance(7, 0.8, Box(0, 1, 0, 1))), PLACEMENT
    )
    found = to_modelscope(evidence, np.zeros((4, 6), np.uint8), scheme, 0.0)
    assert found["labels"] == ["lower-arm", "person"]


def test_a_result_made_from_maps_cannot_tell() -> None:
    with pytest.raises(NoEvidence, match="parse the photo again"):
        make_result().to_modelscope()
