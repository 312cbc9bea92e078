"""Photometric changes keep shape and type, and strength tells how far they go."""

from __future__ import annotations

import numpy as np
import pytest

from m2fp.augmentation.colour import degrade, jitter_colour


def _picture(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (24, 32, 3)).astype(np.uint8)


@pytest.mark.parametrize("change", [jitter_colour, degrade])
def test_shape_type_and_determinism(change: object) -> None:
    for seed in range(30):
        picture = _picture()
        one, two = (change(picture, np.random.default_rng(seed)) for _ in range(2))  # type: ignore[operator]
        assert one.shape == picture.shape
        assert one.dtype == np.uint8
        assert np.array_equal(one, two)
        assert np.array_equal(picture, _picture()), "the input was changed"


def test_no_strength_changes_almost_nothing() -> None:
    grey = np.full((8, 8, 3), 100, np.uint8)
    for seed in range(10):
        result = jitter_colour(grey, np.random.default_rng(seed), strength=0.0)
        assert abs(result.astype(int) - 100).max() <= 1


def test_full_strength_changes_the_light() -> None:
    grey = np.full((8, 8, 3), 100, np.uint8)
    means = [jitter_colour(grey, np.random.default_rng(seed)).mean() for seed in range(40)]
    assert min(means) < 80
    assert max(means) > 120


def test_degrading_is_mostly_gentle() -> None:
    picture = np.full((24, 32, 3), 100, np.uint8)
    same = sum(
        np.array_equal(degrade(picture, np.random.default_rng(seed)), picture)
        for seed in range(100)
    )
    assert 50 < same <= 100
