"""From what was drawn to what a camera would have taken: layers, dark creases, lens, sensor."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from m2fp.augmentation.colour import degrade, jitter_colour
from m2fp.synthesis.renderer import Drawn

_CREASE_M = 0.09
_STEPS = 10
_GRAIN = 128


def finish(
    drawn: Drawn, far: NDArray[np.uint8], focal_px: float, rng: Generator
) -> NDArray[np.uint8]:
    """Return the picture, uint8 (H, W, 3).

    far: uint8 (H, W, 3), what is seen where nothing was drawn. No step moves anything, so the ids
    stay right to the pixel.
    """
    behind = _over(drawn.backdrop, far.astype(np.float32))
    if rng.random() < 0.35:  # a fast lens
        sigma = float(rng.uniform(0.6, 5.0)) * max(far.shape[:2]) / 512
        behind = np.asarray(cv2.GaussianBlur(behind, (0, 0), sigma), np.float32)
    colour = drawn.colour.astype(np.float32)
    colour[..., :3] *= creases(drawn.depth, focal_px)[..., None]
    alpha = colour[..., 3:] / 255
    picture = np.asarray(colour[..., :3] + (1 - alpha) * behind, np.float32)
    if rng.random() < 0.3:
        picture = _glare(picture, rng)
    if rng.random() < 0.25:
        picture = _vignette(picture, rng)
    taken = np.clip(picture, 0, 255).astype(np.uint8)
    if rng.random() < 0.6:
        taken = jitter_colour(taken, rng, strength=float(rng.uniform(0.15, 0.5)))
    taken = _sensor(taken, rng)
    return degrade(taken, rng)


def creases(depth: NDArray[np.float32], focal_px: float) -> NDArray[np.float32]:
    """Return float32 (H, W), 1 or less: darker where nearer things stand close around a pixel.

    Screen-space ambient occlusion (Mittring 2007) at half resolution; depth in metres, 0 = far.
    """
    height, width = depth.shape
    half = cv2.resize(depth, (width // 2, height // 2), interpolation=cv2.INTER_NEAREST)
    near = half > 0
    if not near.any():
        return np.ones_like(depth)
    known = np.where(near, half, np.float32(1e3))
    typical = float(np.median(half[near]))
    radius = min(0.5 * focal_px * _CREASE_M / typical, 24.0)
    total = np.zeros_like(known)
    for step in range(_STEPS):
        angle, length = 2.39996 * step, radius * np.sqrt((step + 0.5) / _STEPS)
        down, across = round(length * np.sin(angle)), round(length * np.cos(angle))
        gap = known - _shifted(known, down, across)
        # Things much nearer are in front of it, not beside it.
        total += np.clip(gap / 0.05, 0, 1) * np.clip(1.6 - gap / 0.2, 0, 1)
    dark = np.where(near, total / _STEPS, 0).astype(np.float32)
    full = cv2.resize(
        cv2.GaussianBlur(dark, (0, 0), 1.0), (width, height), interpolation=cv2.INTER_LINEAR
    )
    return np.asarray(1 - 0.75 * full, np.float32)


def _shifted(values: NDArray[np.float32], down: int, across: int) -> NDArray[np.float32]:
    matrix = np.array([[1, 0, across], [0, 1, down]], np.float32)
    size = (values.shape[1], values.shape[0])
    moved = cv2.warpAffine(
        values, matrix, size, flags=cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(moved, np.float32)


def _over(layer: NDArray[np.uint8], below: NDArray[np.float32]) -> NDArray[np.float32]:
    front = layer.astype(np.float32)
    return np.asarray(front[..., :3] + (1 - front[..., 3:] / 255) * below, np.float32)


def _glare(picture: NDArray[np.float32], rng: Generator) -> NDArray[np.float32]:
    bright = cv2.GaussianBlur(np.clip(picture - 170, 0, None), (0, 0), max(picture.shape) / 40)
    return np.asarray(picture + float(rng.uniform(0.3, 1.0)) * bright, np.float32)


def _vignette(picture: NDArray[np.float32], rng: Generator) -> NDArray[np.float32]:
    height, width = picture.shape[:2]
    y, x = np.linspace(-1, 1, height)[:, None], np.linspace(-1, 1, width)[None, :]
    fall = 1 - float(rng.uniform(0.1, 0.35)) * (x * x + y * y) / 2
    return np.asarray(picture * fall[..., None], np.float32)


def _sensor(picture: NDArray[np.uint8], rng: Generator) -> NDArray[np.uint8]:
    # Every photo has some noise, grains are a little wider than a pixel, and edges are not sharp.
    strength = float(rng.exponential(2.0))
    height, width = picture.shape[:2]
    grey = rng.standard_normal((height, width), np.float32)
    coloured = rng.standard_normal((_GRAIN, _GRAIN, 3), np.float32)
    tiles = (height // _GRAIN + 1, width // _GRAIN + 1, 1)
    grain = grey[..., None] + 0.5 * np.tile(coloured, tiles)[:height, :width]
    grain = strength * cv2.GaussianBlur(grain, (0, 0), 0.6)
    soft = cv2.GaussianBlur(picture, (0, 0), float(rng.uniform(0.35, 0.7)))
    return np.asarray(np.clip(soft + grain, 0, 255), np.uint8)
