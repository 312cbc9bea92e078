"""Which layers stay float, and what a class map is."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pytest

from m2fp.engine import QueryPredictions
from m2fp.export.sensitivity import changed_cells, class_map, sweep
from m2fp.labels import get_scheme

ALONE = {"stem": 0.02, "encoder": 0.001, "decoder": 0.004, "head": 0.03}


def additive(groups: Collection[str]) -> float:
    return sum(ALONE[group] for group in groups)


@pytest.mark.parametrize(
    ("budget", "kept", "loss"),
    [
        (1.0, ("stem", "encoder", "decoder", "head"), 0.055),
        (0.03, ("stem", "encoder", "decoder"), 0.025),
        (0.01, ("encoder", "decoder"), 0.005),
        (0.001, ("encoder",), 0.001),
        (0.0, (), 0.0),
    ],
)
def test_the_worst_groups_stay_float(budget: float, kept: tuple[str, ...], loss: float) -> None:
    found = sweep(list(ALONE), additive, budget)
    assert found.kept == kept
    assert found.loss == pytest.approx(loss)
    assert {item.group: item.loss for item in found.groups} == ALONE
    assert [item.group for item in found.groups] == list(ALONE)


def test_changed_cells_are_counted_over_all_maps() -> None:
    a = [np.zeros((2, 2), np.uint8), np.ones((1, 4), np.uint8)]
    b = [np.array([[0, 1], [0, 0]], np.uint8), np.array([[1, 1, 2, 2]], np.uint8)]
    assert changed_cells(a, a) == 0.0
    assert changed_cells(a, b) == 3 / 8


def test_class_map_takes_the_most_probable_part_and_no_whole_person() -> None:
    scheme = get_scheme("cihp")
    hair, person = 2, scheme.person_class
    assert person is not None
    classes = np.full((3, scheme.class_count + 1), -20.0, np.float32)
    classes[0, 0] = classes[1, hair] = classes[2, person] = 20.0
    masks = np.array([[[9, -9]], [[-9, 5]], [[9, 9]]], np.float32)
    found = class_map(QueryPredictions(classes, masks), scheme)
    assert found.dtype == np.uint8
    assert found.tolist() == [[0, hair]]
