"""People told apart by their heads, on hand-made masks."""

from __future__ import annotations

import numpy as np
import pytest
from tests.postprocess.scenes import FACE, HAIR, PERSON, SHIRT, Rectangle, Scene

from m2fp.postprocess.components import number_regions
from m2fp.postprocess.config import PostprocessConfig
from m2fp.postprocess.heads import split_by_heads
from m2fp.postprocess.queries import Candidates, select

LEFT, RIGHT = (0, 12, 0, 6), (0, 12, 12, 18)
LEFT_FACE, RIGHT_FACE = (0, 3, 1, 5), (0, 3, 13, 17)


def people_of(scene: Scene, config: PostprocessConfig | None = None) -> Candidates:
    config = config or PostprocessConfig()
    found = select(scene.predictions(), scene.network_input(), scene.scheme, config)
    is_person = found.label == PERSON
    heads = scene.scheme.head_ids
    return split_by_heads(found.take(is_person), found.take(~is_person), heads, config)


@pytest.mark.parametrize(
    ("bodies", "heads", "config", "count"),
    [
        ([LEFT, RIGHT], [LEFT_FACE, RIGHT_FACE], {}, 2),
        ([LEFT, RIGHT], [LEFT_FACE], {}, 1),  # one person in pieces
        ([LEFT, RIGHT], [], {}, 1),  # two backs without hair: nothing to go by
        ([(0, 12, 0, 18)], [LEFT_FACE, RIGHT_FACE], {}, 1),  # not detached
        ([LEFT, (0, 2, 12, 15)], [LEFT_FACE, (0, 2, 12, 15)], {}, 1),  # too small for a body
        ([LEFT, (0, 2, 12, 15)], [LEFT_FACE, (0, 2, 12, 15)], {"min_body_share": 0.05}, 2),
        ([LEFT, RIGHT], [LEFT_FACE, RIGHT_FACE], {"min_head_cells": 13}, 1),
    ],
)
def test_detached_bodies_with_a_head_each_are_people(
    bodies: list[Rectangle], heads: list[Rectangle], config: dict[str, float], count: int
) -> None:
    scene = Scene()
    scene.add(PERSON, *bodies)
    if heads:
        scene.add(FACE, *heads)
    people = people_of(scene, PostprocessConfig(**config))  # type: ignore[arg-type]
    assert len(people) == count


def test_the_pieces_together_are_the_mask_and_keep_its_score() -> None:
    scene = Scene()
    logits = scene.add(PERSON, LEFT, RIGHT, (14, 16, 13, 16)).copy()  # shoes below the right one
    scene.add(HAIR, LEFT_FACE, RIGHT_FACE)
    scene.add(SHIRT, (4, 8, 0, 6))
    left, right = people_of(scene).logits > 0
    assert not (left & right).any()
    assert ((left | right) == (logits > 0)).all()
    assert right[14:16, 13:16].all()
    assert np.ptp(people_of(scene).score) == 0


def test_a_split_person_comes_out_as_two() -> None:
    scene = Scene()
    scene.add(PERSON, LEFT, RIGHT)
    scene.add(FACE, LEFT_FACE, RIGHT_FACE)
    maps = scene.maps()
    assert len(maps.person_scores) == 2
    assert set(maps.segment_scores) == {(1, FACE), (2, FACE)}


def test_regions_are_numbered_from_the_top() -> None:
    mask = np.array([[1, 0, 0, 1], [0, 1, 0, 1], [0, 0, 0, 0], [1, 1, 0, 1]], bool)
    assert number_regions(mask).tolist() == [
        [1, 0, 0, 2],
        [0, 1, 0, 2],
        [0, 0, 0, 0],
        [3, 3, 0, 4],
    ]
    assert not number_regions(np.zeros((3, 3), bool)).any()
