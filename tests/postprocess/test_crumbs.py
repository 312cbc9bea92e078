"""Parts too small to be believed, on hand-made masks."""

from __future__ import annotations

import numpy as np
import pytest
from tests.postprocess.scenes import FACE, HAIR, PANTS, PERSON, SHIRT, Rectangle, Scene, cells

from m2fp.postprocess.config import PostprocessConfig
from m2fp.postprocess.crumbs import without_crumbs
from m2fp.postprocess.queries import Candidates, select

BODY = (0, 16, 0, 10)  # 160 cells
HAT, SOCKS = 1, 8


def parts_left(scene: Scene, **changes: float) -> list[int]:
    config = PostprocessConfig(min_part_share=0, **changes)  # type: ignore[arg-type]
    found = select(scene.predictions(), scene.network_input(), scene.scheme, config)
    is_person = found.label == PERSON
    left = without_crumbs(found.take(~is_person), found.take(is_person), config)
    return sorted(left.label.tolist())


@pytest.mark.parametrize(
    ("hat", "probability", "config", "stays"),
    [
        ((0, 1, 0, 2), 0.9, {}, True),  # 2 of 160 cells, and sure of it
        ((0, 1, 0, 2), 0.25, {}, False),  # and not sure
        ((0, 2, 0, 2), 0.25, {}, True),  # 4 of 160 cells are more than 2 %
        ((0, 2, 0, 2), 0.25, {"small_share": 0.03}, False),
        ((0, 1, 0, 2), 0.25, {"small_score": 0.2}, True),
        ((0, 1, 0, 2), 0.9, {"crumb_share": 0.02}, False),
        ((0, 1, 0, 2), 0.25, {"small_share": 0.0}, True),
    ],
)
def test_small_parts_need_a_score(
    hat: Rectangle, probability: float, config: dict[str, float], stays: bool
) -> None:
    scene = Scene()
    scene.add(PERSON, BODY)
    scene.add(SHIRT, BODY, probability=0.2)
    scene.add(HAT, hat, probability=probability)
    assert parts_left(scene, **config) == ([HAT, SHIRT] if stays else [SHIRT])


def test_what_wins_no_cell_is_a_crumb() -> None:
    scene = Scene()
    scene.add(PERSON, BODY)
    scene.add(SHIRT, BODY)
    scene.add(PANTS, BODY, probability=0.5)
    assert parts_left(scene) == [SHIRT]


def test_all_may_be_crumbs() -> None:
    scene = Scene()
    scene.add(PERSON, BODY)
    scene.add(HAT, (0, 1, 0, 2), probability=0.25)
    assert parts_left(scene) == []


def test_two_small_ones_of_a_class_count_together() -> None:
    scene = Scene()
    scene.add(PERSON, BODY)
    scene.add(SHIRT, BODY, probability=0.2)
    scene.add(SOCKS, (15, 16, 0, 2), probability=0.25)
    scene.add(SOCKS, (15, 16, 6, 8), probability=0.25)
    assert parts_left(scene) == [SHIRT, SOCKS, SOCKS]


def test_each_is_measured_by_its_own_person() -> None:
    scene = Scene(rows=40, columns=24)
    scene.add(PERSON, (0, 40, 0, 14))
    scene.add(PERSON, (0, 8, 18, 22))  # 32 cells
    scene.add(SHIRT, (0, 40, 0, 14), (0, 8, 18, 22))
    for corner in (0, 18):
        scene.add(FACE, (0, 1, corner, corner + 2), probability=0.96 if corner else 0.95)
    faces = [
        column
        for column in (0, 18)
        if cells(scene.maps(PostprocessConfig(small_score=1.0)).part_map)[0, column] == FACE
    ]
    assert faces == [18]


def test_crumbs_go_to_the_next_best_part() -> None:
    scene = Scene()
    scene.add(PERSON, BODY)
    scene.add(HAIR, (0, 4, 0, 10), probability=0.6)
    scene.add(HAT, (0, 1, 4, 6), probability=0.9, logit=0.0)  # half sure of its cells
    part_map = cells(scene.maps(PostprocessConfig(min_part_share=0, small_score=0.5)).part_map)
    assert (part_map[:4, :10] == HAIR).all()


def test_without_people_all_stays() -> None:
    scene = Scene()
    scene.add(HAT, (0, 1, 0, 1), probability=0.2)
    assert parts_left(scene) == [HAT]


def test_background_is_no_crumb() -> None:
    scene = Scene()
    scene.add(PERSON, BODY)
    scene.add(SHIRT, BODY)
    scene.add(0, (0, 1, 23, 24), probability=0.3)
    assert parts_left(scene) == [0, SHIRT]


def test_nothing_of_nothing() -> None:
    person = Scene()
    person.add(PERSON, BODY)
    assert parts_left(person) == []
    empty = Candidates(
        *(np.zeros(0, kind) for kind in (np.intp, np.intp, np.float32, np.float32)),
        np.zeros((0, 4, 4), np.float32),
    )
    assert len(without_crumbs(empty, empty, PostprocessConfig())) == 0
