"""Labels of what was drawn."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.synthesis.capsule_person import capsule_person

from m2fp.synthesis.bystander import Bystander, Spot
from m2fp.synthesis.camera import Camera
from m2fp.synthesis.light import Light
from m2fp.synthesis.picture import labelled, make_picture, visible_share
from m2fp.synthesis.renderer import Drawn, Renderer
from m2fp.synthesis.scene import Scene
from m2fp.synthesis.textures import PRINT_SIZE

SIZE = (20, 30)
CAMERA = Camera.looking_at(np.zeros(3), position=np.array([0.0, 0, 4]), focal_px=20, size=SIZE)


def flat_points(x: float, y: float, count: int = 100) -> NDArray[np.float32]:
    """Return points of a square of one metre whose middle projects to the pixel (x, y)."""
    square = np.random.default_rng(1).uniform(-0.5, 0.5, (count, 2))
    middle = np.array([(x - 15) / 5, (10 - y) / 5])
    return np.c_[square + middle, np.zeros(count)].astype(np.float32)


def scene_of(*points: NDArray[np.float32]) -> Scene:
    figure = capsule_person(np.random.default_rng(1))
    joints = np.zeros((len(figure.joint_names), 3))
    people = tuple(Bystander(figure, Spot(0, 0, 0), joints, cloud) for cloud in points)
    light = Light(np.array([0.0, 1, 0]), *[(1.0, 1.0, 1.0)] * 3, 0.1, (1.0, 1.0, 1.0), 0.0, 1.0)
    prints = np.zeros((0, PRINT_SIZE, PRINT_SIZE, 4), np.uint8)
    return Scene(people, [], [], np.zeros((*SIZE, 3), np.uint8), CAMERA, light, prints)


def drawn_of(people: NDArray[np.uint8]) -> Drawn:
    parts = np.where(people > 0, 5, 0).astype(np.uint8)
    colour = np.zeros((*SIZE, 4), np.uint8)
    return Drawn(colour, colour, parts, parts + 10, people, np.where(people > 0, 4.0, 0.0))


def test_visible_share_counts_points_in_the_picture_only() -> None:
    own = np.zeros(SIZE, bool)
    own[:, :15] = True
    points = np.array([[-0.5, 0, 0], [-1, 0, 0], [0.5, 0, 0], [-50, 0, 0], [0, 0, 9]], float)
    assert visible_share(own, points, CAMERA) == pytest.approx(2 / 3)
    assert visible_share(own, points[3:], CAMERA) == 0.0


def test_people_who_are_nearly_hidden_are_unknown() -> None:
    people = np.zeros(SIZE, np.uint8)
    people[6:16, 2:10], people[0:2, 20:30], people[6:14, 14:22] = 1, 2, 3
    scene = scene_of(flat_points(6, 10), flat_points(25, 10), flat_points(18, 10))
    picture = labelled(np.zeros((*SIZE, 3), np.uint8), drawn_of(people), scene)
    assert [person.number for person in picture.people] == [1, 2]
    assert np.unique(picture.photo.humans[people == 3]).tolist() == [2]
    assert np.unique(picture.photo.humans[people == 2]).tolist() == [0]
    assert np.unique(picture.photo.categories[people == 2]).tolist() == [255]
    assert np.unique(picture.fine[people == 2]).tolist() == [255]
    assert np.unique(picture.photo.categories[people == 1]).tolist() == [5]


@pytest.mark.parametrize(
    ("joint", "flag"),
    [
        ((0.0, 0.0, 0.1), 2),
        ((0.0, 0.0, -0.2), 2),  # under the skin
        ((0.0, 0.0, -0.5), 1),  # behind the own body
        ((2.5, 0.0, 0.0), 1),  # behind nobody known: something hides it
        ((9.0, 0.0, 0.0), 0),
        ((0.0, 0.0, 5.0), 0),
    ],
)
def test_joint_flags(joint: tuple[float, float, float], flag: int) -> None:
    scene = scene_of(flat_points(15, 10))
    scene.people[0].joints[0] = joint
    people = np.zeros(SIZE, np.uint8)
    people[4:16, 9:21] = 1
    picture = labelled(np.zeros((*SIZE, 3), np.uint8), drawn_of(people), scene)
    name = scene.people[0].figure.joint_names[0]
    assert picture.people[0].joints[name][2] == flag


def test_pictures_are_labelled_where_people_are(renderer: Renderer) -> None:
    seen = 0
    for number in range(12):
        rng = np.random.default_rng([7, number])
        picture = make_picture(renderer, rng, capsule_person)
        photo = picture.photo
        assert photo.pixels.shape[:2] == photo.categories.shape == photo.humans.shape
        assert max(photo.humans.shape) == 96
        known = photo.categories != 255
        np.testing.assert_array_equal((photo.categories > 0) & known, photo.humans > 0)
        ids = np.unique(photo.humans[photo.humans > 0]).tolist()
        assert ids == [person.number for person in picture.people] == list(range(1, len(ids) + 1))
        middles = [np.median(picture.depth[photo.humans == k]) for k in ids]
        assert all(np.diff(middles) > -0.6)  # the nearest first; bodies are half a metre deep
        seen += len(ids)
    assert seen > 12
