"""Photometric augmentation: light, colour, blur and noise; labels stay as they are."""

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray


def jitter_colour(
    pixels: NDArray[np.uint8], rng: Generator, strength: float = 1.0
) -> NDArray[np.uint8]:
    """Return pixels (uint8 (H, W, 3) RGB) under another light.

    Brightness up to +-32, contrast, saturation and gamma within a factor of 1.5, hue up to 18
    degrees, at strength 1 (SSD's ranges: Liu et al. 2016).
    """
    contrast = 1 + strength * rng.uniform(-0.33, 0.5)
    brightness = strength * rng.uniform(-32, 32)
    gamma = (1 + 0.5 * strength) ** rng.uniform(-0.6, 0.6)
    ramp = np.linspace(0, 1, 256) ** gamma * 255
    table = np.clip((ramp - 128) * contrast + 128 + brightness, 0, 255)
    result = cv2.LUT(pixels, table.astype(np.uint8))
    if rng.random() < 0.7:
        hsv = cv2.cvtColor(result, cv2.COLOR_RGB2HSV)
        turn = round(strength * rng.uniform(-9, 9))  # cv2's hue counts two degrees
        hsv[..., 0] = (hsv[..., 0].astype(np.int16) + turn) % 180
        factor = 1 + strength * rng.uniform(-0.5, 0.5)
        hsv[..., 1] = cv2.convertScaleAbs(hsv[..., 1], alpha=factor)
        result = cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)
    return np.asarray(result, dtype=np.uint8)


def degrade(pixels: NDArray[np.uint8], rng: Generator) -> NDArray[np.uint8]:
    """Return pixels as a worse camera gives them: sometimes blurred, noisy, compressed or grey."""
    result = pixels
    if rng.random() < 0.2:
        result = _as_uint8(cv2.GaussianBlur(result, (0, 0), rng.uniform(0.5, 1.5)))
    if rng.random() < 0.15:
        noise = rng.normal(0, rng.uniform(3, 12), result.shape).astype(np.float32)
        result = np.clip(result + noise, 0, 255).astype(np.uint8)
    if rng.random() < 0.15:
        quality = int(rng.integers(30, 80))
        _, encoded = cv2.imencode(".jpg", result, [cv2.IMWRITE_JPEG_QUALITY, quality])
        result = _as_uint8(cv2.imdecode(encoded, cv2.IMREAD_COLOR))
    if rng.random() < 0.05:
        grey = cv2.cvtColor(result, cv2.COLOR_RGB2GRAY)
        result = _as_uint8(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB))
    return result


def _as_uint8(array: object) -> NDArray[np.uint8]:
    return np.asarray(array, dtype=np.uint8)
