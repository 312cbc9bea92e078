"""What the photographer takes in."""

from __future__ import annotations

import numpy as np
import pytest

from m2fp.synthesis.view import choose_camera, picture_size

BODY = np.random.default_rng(0).uniform((-0.3, 0.0, -0.2), (0.3, 1.7, 0.2), (200, 3))


@pytest.mark.parametrize("people", [0, 1, 6])
def test_sizes_are_even_and_not_larger_than_asked(people: int) -> None:
    for seed in range(40):
        height, width = picture_size(people, 512, np.random.default_rng(seed))
        assert max(height, width) == 512
        assert height % 2 == width % 2 == 0
        assert min(height, width) >= 288


def seen_share(seed: int, *bodies: np.ndarray) -> float:
    rng = np.random.default_rng(seed)
    camera = choose_camera(bodies, (300, 400), rng, ceiling=2.6)
    assert 0.1 < camera.position[1] < 2.6
    x, y, depth = camera.project(np.concatenate(bodies)).T
    inside = (depth > 0) & (x >= 0) & (x < 400) & (y >= 0) & (y < 300)
    return float(inside.mean())


def test_somebody_is_in_nearly_every_picture() -> None:
    shares = [seen_share(seed, BODY, BODY + np.array([1.2, 0, -0.5])) for seed in range(120)]
    assert np.mean(np.array(shares) > 0.03) > 0.97
    assert np.mean(np.array(shares) > 0.95) > 0.4  # whole groups
    assert np.mean(np.array(shares) < 0.6) > 0.15  # half bodies and close-ups


def test_nobody_needs_to_be_there() -> None:
    camera = choose_camera([], (300, 400), np.random.default_rng(1))
    assert camera.project(np.array([0.0, 0.9, 0.0]))[2] > 0.5
