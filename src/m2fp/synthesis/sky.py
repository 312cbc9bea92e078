"""The sky, and pictures in its stead."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from m2fp.augmentation.backgrounds import empty_strip, invent, stretch
from m2fp.datasets import Sample
from m2fp.synthesis.camera import Camera
from m2fp.synthesis.light import Light

_MAX_SCALE = 3.2  # a strip that is magnified more is all blur


def sky(camera: Camera, light: Light, rng: Generator) -> NDArray[np.uint8]:
    """Return uint8 (H, W, 3): bright at the horizon, blue or grey above, clouds in between."""
    height, width = camera.size
    rows = (np.arange(height) + 0.5 - height / 2) / camera.focal_px
    up = camera.axes[2, 1] + rows * camera.axes[1, 1]
    steep = np.clip(up / np.sqrt(1 + rows**2), 0.0, 1.0)[:, None, None]
    horizon = np.asarray(light.haze) ** 0.6
    grey = float(np.mean(light.strong)) < 0.8  # overcast
    zenith = np.array([0.72, 0.75, 0.80] if grey else [0.24, 0.44, 0.76])
    picture = horizon + (zenith - horizon) * steep**0.55
    cells = (max(2, int(rng.integers(2, 6))), max(2, int(rng.integers(2, 5))))
    cover = np.zeros((height, width), np.float32)
    for octave in range(4):
        grid = rng.random((cells[0] * 2**octave, cells[1] * 2**octave)).astype(np.float32)
        cover += cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC) / 2**octave
    low = float(rng.uniform(0.8, 1.4))
    cloud = np.clip((cover - low) / 0.5, 0, 1)[..., None] * (0.4 + 0.6 * rng.random())
    picture = picture * (1 - cloud) + 0.96 * cloud
    result: NDArray[np.uint8] = np.rint(np.clip(picture, 0, 1) * 255).astype(np.uint8)
    return result


def behind(size: tuple[int, int], scenes: Sequence[Sample], rng: Generator) -> NDArray[np.uint8]:
    """Return uint8 (H, W, 3): a piece of a photo without people, or colour noise without photos."""
    if not scenes:
        return invent(size, rng)
    strip = empty_strip(scenes[int(rng.integers(len(scenes)))].read())
    if strip is None:
        return invent(size, rng)
    height, width = size
    scale = max(height / strip.shape[0], width / strip.shape[1]) * float(rng.uniform(1.0, 1.2))
    if scale > _MAX_SCALE:
        return stretch(strip, size, rng)  # mirrored on instead
    box = (max(width, round(scale * strip.shape[1])), max(height, round(scale * strip.shape[0])))
    large = np.asarray(cv2.resize(strip, box, interpolation=cv2.INTER_CUBIC), np.uint8)
    top = int(rng.integers(0, box[1] - height + 1))
    left = int(rng.integers(0, box[0] - width + 1))
    piece = large[top : top + height, left : left + width]
    return np.ascontiguousarray(piece[:, ::-1] if rng.random() < 0.5 else piece)
