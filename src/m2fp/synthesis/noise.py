"""Noise that can be tiled."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray


def clouds(
    rng: Generator, size: int, *, slope: float = 2.0, stretch: tuple[float, float] = (1.0, 1.0)
) -> NDArray[np.float32]:
    """Return float32 (size, size) in 0..1, evenly spread, that goes on over its edges.

    slope: how fast finer structure loses amplitude: 0 = white, 3 = large smooth spots. stretch:
    how much longer structures are down and across.
    """
    down = np.fft.fftfreq(size)[:, None] * size * stretch[0]
    across = np.fft.rfftfreq(size)[None, :] * size * stretch[1]
    amplitude = np.hypot(down, across)
    amplitude[0, 0] = np.inf
    spectrum = np.fft.rfft2(rng.standard_normal((size, size))) * amplitude ** (-slope / 2 - 0.5)
    return evened(np.fft.irfft2(spectrum, (size, size)))


def spots(rng: Generator, size: int, cells: float) -> NDArray[np.float32]:
    """Return float32 (size, size) in 0..1, evenly spread: spots of one width, `cells` in a row."""
    down = np.fft.fftfreq(size)[:, None] * size
    across = np.fft.rfftfreq(size)[None, :] * size
    band = np.exp(-(((np.hypot(down, across) - cells) / (0.25 * cells)) ** 2))
    spectrum = np.fft.rfft2(rng.standard_normal((size, size))) * band
    return evened(np.fft.irfft2(spectrum, (size, size)))


def evened(values: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return the values' ranks, 0..1, so that a threshold t leaves a share t below it."""
    order = np.argsort(values, axis=None)
    ranks = np.empty(values.size, np.float32)
    ranks[order] = np.linspace(0, 1, values.size, dtype=np.float32)
    return ranks.reshape(values.shape)
