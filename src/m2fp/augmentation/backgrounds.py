"""Backgrounds without people: empty strips of labelled photos, and made-up ones."""

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from m2fp.datasets import LabelledPhoto

MARGIN_PX = 6
MIN_SHARE = 0.15


def empty_strip(photo: LabelledPhoto) -> NDArray[np.uint8] | None:
    """Return the wider of the two strips beside the people, uint8 (H, w, 3), or None if slim.

    A strip must be at least 15 % of the photo's width.
    """
    columns = np.flatnonzero(photo.humans.any(axis=0))
    if columns.size == 0:
        return photo.pixels
    left, right = columns[0] - MARGIN_PX, columns[-1] + MARGIN_PX
    width = photo.humans.shape[1]
    if max(left, width - right) < MIN_SHARE * width:
        return None
    return photo.pixels[:, :left] if left > width - right else photo.pixels[:, right:]


def background_from(
    photo: LabelledPhoto | None, size: tuple[int, int], rng: Generator
) -> NDArray[np.uint8]:
    """Return a background of `size` (height, width) from the photo's empty strip.

    A made-up one without a photo, or where its strip is too slim.
    """
    strip = None if photo is None else empty_strip(photo)
    return invent(size, rng) if strip is None else stretch(strip, size, rng)


def stretch(strip: NDArray[np.uint8], size: tuple[int, int], rng: Generator) -> NDArray[np.uint8]:
    """Return a background of `size` (height, width) from a strip, mirrored on until it covers."""
    height, width = size
    scale = height / strip.shape[0] * rng.uniform(1.0, 1.5)
    piece_width = max(8, round(strip.shape[1] * scale))
    piece = cv2.resize(strip, (piece_width, round(strip.shape[0] * scale)))
    pieces = [piece if i % 2 == 0 else piece[:, ::-1] for i in range(width // piece_width + 2)]
    wide = np.concatenate(pieces, axis=1)
    top = int(rng.integers(0, wide.shape[0] - height + 1))
    left = int(rng.integers(0, wide.shape[1] - width + 1))
    return np.ascontiguousarray(wide[top : top + height, left : left + width])


def invent(size: tuple[int, int], rng: Generator) -> NDArray[np.uint8]:
    """Return a made-up background of `size` (height, width): smooth colour noise at two scales."""
    height, width = size
    total = np.zeros((height, width, 3), np.float32)
    for cells, weight in ((int(rng.integers(2, 5)), 1.0), (int(rng.integers(8, 40)), 0.4)):
        coarse = rng.uniform(0, 255, (cells, cells, 3)).astype(np.float32)
        total += weight * cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    noise: NDArray[np.uint8] = np.clip(total / 1.4, 0, 255).astype(np.uint8)
    return noise
