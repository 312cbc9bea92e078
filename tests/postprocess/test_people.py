"""Duplicates, crumbs and owners, on hand-made masks."""

from __future__ import annotations

import numpy as np
import pytest
from tests.postprocess.scenes import FACE, PERSON, SHIRT, Rectangle, Scene

from m2fp.postprocess.config import PostprocessConfig
from m2fp.postprocess.people import choose_people, find_owners, with_parts
from m2fp.postprocess.queries import Candidates, select

CONFIG = PostprocessConfig()


def split(scene: Scene, config: PostprocessConfig = CONFIG) -> tuple[Candidates, Candidates]:
    """Return (people, parts)."""
    found = select(scene.predictions(), scene.network_input(), scene.scheme, config)
    is_person = found.label == PERSON
    return choose_people(found.take(is_person), config), found.take(~is_person)


@pytest.mark.parametrize(
    ("better", "worse", "config", "kept"),
    [
        ((0, 10, 0, 10), (0, 10, 0, 10), {}, [0]),  # the same
        ((0, 10, 0, 10), (0, 10, 2, 12), {}, [0]),  # IoU 8 / 12
        ((0, 10, 0, 10), (0, 10, 5, 15), {}, [0, 1]),  # IoU 5 / 15
        ((0, 10, 0, 10), (0, 10, 2, 12), {"person_iou": 0.7}, [0, 1]),
        ((0, 10, 0, 10), (2, 6, 2, 6), {}, [0]),  # inside the better one
        ((2, 6, 2, 6), (0, 10, 0, 10), {}, [0, 1]),  # around the better one
        ((0, 10, 0, 10), (2, 6, 8, 12), {}, [0, 1]),  # half inside
        ((0, 10, 0, 10), (2, 6, 8, 12), {"person_coverage": 0.5}, [0]),
        ((0, 10, 0, 10), (2, 3, 12, 15), {}, [0]),  # three cells are noise
        ((0, 10, 0, 10), (2, 3, 12, 15), {"min_person_cells": 3}, [0, 1]),
    ],
)
def test_duplicates(
    better: Rectangle, worse: Rectangle, config: dict[str, float], kept: list[int]
) -> None:
    scene = Scene()
    scene.add(PERSON, better, probability=0.9)
    scene.add(PERSON, worse, probability=0.8)
    people, _ = split(scene, PostprocessConfig(**config))  # type: ignore[arg-type]
    assert people.query.tolist() == kept


def test_a_mask_smeared_over_two_people_is_dropped() -> None:
    scene = Scene()
    scene.add(PERSON, (0, 10, 0, 10), probability=0.9)
    scene.add(PERSON, (0, 10, 12, 22), probability=0.9)
    scene.add(PERSON, (0, 10, 0, 10), (0, 10, 12, 22), probability=0.8)
    people, _ = split(scene)
    assert people.query.tolist() == [0, 1]


def test_crumbs_are_cut_off_and_large_detached_pieces_stay() -> None:
    scene = Scene()
    scene.add(PERSON, (0, 6, 0, 6), (0, 6, 10, 12), (14, 15, 20, 23))
    people, _ = split(scene)
    inside = people.logits[0] > 0
    assert inside.sum() == 6 * 6 + 6 * 2
    assert not inside[14].any()


@pytest.mark.parametrize(
    ("shirt", "config", "count"),
    [
        (None, {}, 0),  # the whole picture called a person
        ((0, 10, 0, 1), {}, 0),  # a tenth
        ((0, 10, 0, 2), {}, 1),  # a fifth
        ((0, 10, 12, 22), {}, 0),  # somebody else's
        (None, {"min_part_share": 0.0}, 1),
    ],
)
def test_a_person_has_parts(shirt: Rectangle | None, config: dict[str, float], count: int) -> None:
    scene = Scene()
    scene.add(PERSON, (0, 10, 0, 10))
    if shirt:
        scene.add(SHIRT, shirt)
    settings = PostprocessConfig(**config)  # type: ignore[arg-type]
    found = select(scene.predictions(), scene.network_input(), scene.scheme, settings)
    is_person = found.label == PERSON
    assert len(with_parts(found.take(is_person), found.take(~is_person), settings)) == count


def test_no_candidates() -> None:
    people, parts = split(Scene())
    assert len(people) == len(parts) == 0
    owners = find_owners(parts, people, CONFIG)
    assert len(owners.adopting) == len(owners.exclusive) == 0


@pytest.mark.parametrize(
    ("part", "adopting", "exclusive"),
    [
        ((2, 4, 1, 9), 1, 1),
        ((2, 4, 13, 21), 2, 2),
        ((2, 4, 8, 14), 0, 0),  # a third each
        ((2, 4, 5, 15), 1, 0),  # 5 of 10 and 3 of 10
        ((2, 4, 6, 13), 1, 0),  # 4 of 7
        ((12, 14, 0, 9), 0, 0),  # below both
    ],
)
def test_owners(part: Rectangle, adopting: int, exclusive: int) -> None:
    scene = Scene()
    scene.add(PERSON, (0, 10, 0, 10), probability=0.95, logit=20)
    scene.add(PERSON, (0, 10, 12, 22), probability=0.9, logit=20)
    scene.add(SHIRT, part, logit=20)
    people, parts = split(scene)
    owners = find_owners(parts, people, PostprocessConfig(adopt_share=0.49))
    assert owners.adopting.tolist() == [adopting]
    assert owners.exclusive.tolist() == [exclusive]


def test_only_the_inside_of_a_part_counts() -> None:
    scene = Scene()
    scene.add(PERSON, (0, 10, 0, 10))
    scene.add(SHIRT, (2, 6, 2, 6), outside=-1.0)
    people, parts = split(scene)
    assert find_owners(parts, people, CONFIG).exclusive.tolist() == [1]


def test_background_has_no_owner() -> None:
    scene = Scene()
    scene.add(PERSON, (0, 10, 0, 10))
    scene.add(0, (0, 10, 0, 10))
    people, parts = split(scene)
    assert find_owners(parts, people, CONFIG).adopting.tolist() == [0]


def test_equal_shares_go_to_the_better_person() -> None:
    scene = Scene()
    scene.add(PERSON, (0, 10, 0, 10), probability=0.8)
    scene.add(PERSON, (0, 10, 5, 15), probability=0.9)
    scene.add(FACE, (2, 5, 6, 9))
    people, parts = split(scene)
    assert people.query.tolist() == [1, 0]
    assert find_owners(parts, people, CONFIG).exclusive.tolist() == [1]
    assert np.all(people.score[0] > people.score[1])
