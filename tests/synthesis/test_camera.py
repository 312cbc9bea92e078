"""Where points land."""

from __future__ import annotations

import numpy as np
import pytest

from m2fp.synthesis.camera import Camera

FRONT = Camera.looking_at(
    np.array([0.0, 1.0, 0.0]), position=np.array([0.0, 1.0, 4.0]), focal_px=80, size=(48, 64)
)


@pytest.mark.parametrize(
    ("point", "seen"),
    [
        ((0, 1, 0), (32, 24, 4)),
        ((1, 1, 0), (52, 24, 4)),  # to the right of who looks along -z
        ((0, 2, 0), (32, 4, 4)),  # up in the world is up in the picture
        ((0.5, 0.5, 2), (52, 44, 2)),
        ((0, 1, 5), (32, 24, -1)),  # behind the camera
    ],
)
def test_project(point: tuple[float, ...], seen: tuple[float, ...]) -> None:
    np.testing.assert_allclose(FRONT.project(np.array(point, float)), seen, atol=1e-9)


def test_roll_turns_the_picture_clockwise() -> None:
    rolled = Camera.looking_at(
        np.zeros(3), position=np.array([0.0, 0, 4]), focal_px=80, size=(48, 64), roll=np.pi / 2
    )
    # The camera turned clockwise, so what was above is now on the left.
    np.testing.assert_allclose(rolled.project(np.array([0.0, 1, 0]))[:2], (12, 24), atol=1e-9)


def test_straight_down() -> None:
    down = Camera.looking_at(
        np.zeros(3), position=np.array([0.0, 5, 0]), focal_px=50, size=(40, 40)
    )
    np.testing.assert_allclose(down.project(np.array([1.0, 0, -1])), (30, 10, 5), atol=1e-9)


def test_opengl_agrees_with_project() -> None:
    camera = Camera.looking_at(
        np.array([0.2, 1.1, 0.3]),
        position=np.array([2.0, 1.7, 3.0]),
        focal_px=70,
        size=(48, 64),
        roll=0.2,
    )
    points = np.random.default_rng(1).uniform(-1, 1, (20, 3))
    clip = np.c_[points, np.ones(20)] @ camera.matrix().T
    x = (clip[:, 0] / clip[:, 3] + 1) * 32
    y = (clip[:, 1] / clip[:, 3] + 1) * 24
    seen = camera.project(points)
    np.testing.assert_allclose(np.c_[x, y, clip[:, 3]], seen, rtol=1e-4)
