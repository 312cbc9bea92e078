"""Whole scenes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.labelled_photos import standing_person, write_cihp
from tests.synthesis.capsule_person import capsule_person

from m2fp.datasets import open_dataset
from m2fp.synthesis.light import Light, indoors, outdoors
from m2fp.synthesis.renderer import Renderer
from m2fp.synthesis.scene import Scene, make_scene


def scene_of(seed: int) -> Scene:
    return make_scene(np.random.default_rng([seed, 5]), capsule_person, long_side=96)


@pytest.mark.parametrize("seed", range(40))
def test_backdrops_stand_behind_the_people(renderer: Renderer, seed: int) -> None:
    scene = scene_of(seed)
    people = [surface for surface in scene.front if surface.person]
    drawn = renderer.draw(people, [], scene.camera, scene.light, scene.prints)
    place = renderer.draw(scene.backdrop, [], scene.camera, scene.light, scene.prints)
    own = (drawn.people > 0) & (place.depth > 0)
    # Feet stand on the ground, which starts a little before them.
    nearer = place.depth[own] < 0.93 * drawn.depth[own] - 0.1
    assert nearer.mean() < 0.02 if own.any() else True


def test_scenes_differ_and_come_again() -> None:
    first, again, other = scene_of(1), scene_of(1), scene_of(2)
    np.testing.assert_array_equal(first.camera.position, again.camera.position)
    np.testing.assert_array_equal(first.far, again.far)
    assert [s.materials for s in first.front] == [s.materials for s in again.front]
    assert not np.array_equal(first.camera.position, other.camera.position)


def test_the_nearest_person_is_the_first() -> None:
    for seed in range(20):
        scene = scene_of(seed)
        away = [
            np.median(np.linalg.norm(one.points - scene.camera.position, axis=1))
            for one in scene.people
        ]
        assert away == sorted(away)
        numbers = {surface.person for surface in scene.front}
        assert numbers - {0} == set(range(1, len(away) + 1))


def test_photos_become_backgrounds_and_move_nobody(tmp_path: Path) -> None:
    photos = open_dataset(write_cihp(tmp_path, [standing_person(size=(96, 200))])).samples("train")
    changed = 0
    for seed in range(16):
        plain = scene_of(seed)
        other = make_scene(
            np.random.default_rng([seed, 5]), capsule_person, long_side=96, scenes=photos
        )
        np.testing.assert_array_equal(plain.camera.position, other.camera.position)
        for one, same in zip(plain.people, other.people, strict=True):
            np.testing.assert_array_equal(one.points, same.points)
        if not np.array_equal(plain.far, other.far):
            changed += 1
            green = other.far.reshape(-1, 3).mean(axis=0)  # as the photo is beside its person
            assert green[1] > 1.5 * max(green[0], green[2])
    assert 0 < changed < 12


@pytest.mark.parametrize("make", [indoors, outdoors])
def test_light_comes_from_above_and_rarely_from_behind(make: object) -> None:
    lights: list[Light] = [make(np.random.default_rng(s), 0.5) for s in range(80)]  # type: ignore[operator]
    assert all(light.direction[1] > 0.02 for light in lights)
    assert all(np.linalg.norm(light.direction) == pytest.approx(1) for light in lights)
    viewer = np.array([np.sin(0.5), 0, np.cos(0.5)])
    assert np.mean([light.direction @ viewer > -0.2 for light in lights]) > 0.75


def test_light_is_matched_to_a_photo() -> None:
    light = outdoors(np.random.default_rng(1), 0.0)
    night, sunset = np.full((4, 4, 3), 30, np.uint8), np.full((4, 4, 3), (200, 120, 60), np.uint8)
    assert light.matched(night).exposure < 0.5 * light.matched(night + 130).exposure
    red, _, blue = light.matched(sunset).sky
    assert red / blue > 1.5 * light.sky[0] / light.sky[2]
