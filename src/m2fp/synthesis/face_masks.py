"""Masks of a face in MakeHuman's texture coordinates: lips, brows, beard, creases, freckles.

Every head has the same texture coordinates, so one set of masks serves all; colours and strengths
are the person's (see `Material`).
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

# Where the face lies in the texture: u grows down the face, v to its left side.
FACE_BOX = (0.64, 0.17, 0.35, 0.63)  # corner u and v, width, height; surface.frag has it too
_MIDDLE = 0.4832
_WIDTH, _HEIGHT = 512, 1024


def face_masks(rng: Generator) -> NDArray[np.uint8]:
    """Return uint8 (2, 1024, 512, 4), rows along v.

    Layer 0: lips, brows, lid rims, blush; layer 1: stubble, creases, freckles, nothing.
    """
    u0, v0, width, height = FACE_BOX
    u = (u0 + width * (np.arange(_WIDTH) + 0.5) / _WIDTH)[None, :]
    side = np.abs(v0 + height * (np.arange(_HEIGHT) + 0.5) / _HEIGHT - _MIDDLE)[:, None]
    lips = _lips(u, side)
    grain = rng.random((_HEIGHT, _WIDTH))
    first = (lips, _brows(u, side, grain), _lids(u, side), _blush(u, side))
    second = (_stubble(u, side) * (1 - lips), _creases(u, side), _freckles(u, side, rng), 0 * lips)
    layers = [np.stack(channels, axis=-1) for channels in (first, second)]
    return np.rint(np.clip(layers, 0, 1) * 255).astype(np.uint8)


def _step(low: float, high: float, value: NDArray[np.float64]) -> NDArray[np.float64]:
    share = np.clip((value - low) / (high - low), 0, 1)
    return np.asarray(share * share * (3 - 2 * share))


def _spot(
    u: NDArray[np.float64], side: NDArray[np.float64], at: tuple[float, float], radius: float
) -> NDArray[np.float64]:
    return np.asarray(np.exp(-((u - at[0]) ** 2 + (side - at[1]) ** 2) / radius**2))


def _lips(u: NDArray[np.float64], side: NDArray[np.float64]) -> NDArray[np.float64]:
    across = np.clip(side / 0.0225, 0, 1)
    top = 0.9040 + 0.0105 * across**1.6 + 0.0012 * np.exp(-((side / 0.004) ** 2))
    bottom = 0.9285 - 0.0140 * across**2
    inside = np.minimum(u - top, bottom - u)
    return _step(-0.0008, 0.0014, inside) * (side < 0.0225)


def _brows(
    u: NDArray[np.float64], side: NDArray[np.float64], grain: NDArray[np.float64]
) -> NDArray[np.float64]:
    # A soft field; the shader cuts thick or thin brows out of it.
    along = np.clip((side - 0.0125) / 0.043, 0, 1)
    line = 0.8215 - 0.0075 * np.sin(np.pi * along**0.8) + 0.004 * along
    half = 0.0055 * (1 - 0.65 * along)
    field = np.clip(1.2 - np.abs(u - line) / half, 0, 1)
    ends = _step(0.010, 0.016, side) * (1 - _step(0.050, 0.058, side))
    return np.asarray(field * ends * (0.75 + 0.25 * grain))


def _lids(u: NDArray[np.float64], side: NDArray[np.float64]) -> NDArray[np.float64]:
    # The rim of the lids with the lashes, darker above.
    ring = np.hypot((u - 0.8388) / 0.0062, (side - 0.0327) / 0.0122)
    rim = np.exp(-(((ring - 1.0) / 0.17) ** 2))
    return np.asarray(rim * np.where(u < 0.8388, 1.0, 0.45))


def _blush(u: NDArray[np.float64], side: NDArray[np.float64]) -> NDArray[np.float64]:
    cheeks = _spot(u, side, (0.874, 0.052), 0.020)
    nose, ears = _spot(u, side, (0.866, 0.0), 0.012), _spot(u, side, (0.85, 0.135), 0.03)
    return np.asarray(np.clip(cheeks + 0.6 * nose + 0.7 * ears, 0, 1))


def _stubble(u: NDArray[np.float64], side: NDArray[np.float64]) -> NDArray[np.float64]:
    moustache = _step(0.886, 0.893, u) * (1 - _step(0.024, 0.032, side))
    jaw = _step(-0.006, 0.012, u - (0.916 - 0.9 * np.clip(side - 0.02, 0, 0.05)))
    burns = _step(0.068, 0.08, side) * _step(0.845, 0.865, u)
    neck = 1 - _step(0.965, 0.985, u)
    back = 1 - _step(0.088, 0.112, side + 0.25 * np.clip(u - 0.88, 0, 0.1))
    return np.asarray(np.clip(moustache + jaw + burns, 0, 1) * neck * back)


def _creases(u: NDArray[np.float64], side: NDArray[np.float64]) -> NDArray[np.float64]:
    fold = np.exp(-(((side - 0.021 - 0.45 * (u - 0.878)) / 0.0035) ** 2))
    cheek_fold = fold * _step(0.872, 0.882, u) * (1 - _step(0.912, 0.925, u))
    bags = np.exp(-(((np.hypot((u - 0.8388) / 0.0125, (side - 0.0327) / 0.017) - 1) / 0.12) ** 2))
    forehead = np.zeros_like(u * side)
    for at in (0.768, 0.779, 0.790):
        forehead = forehead + np.exp(-(((u - at - 0.4 * side**2) / 0.0011) ** 2)) * (side < 0.045)
    return np.asarray(np.clip(cheek_fold + bags * (u > 0.84) + 0.7 * forehead, 0, 1))


def _freckles(
    u: NDArray[np.float64], side: NDArray[np.float64], rng: Generator
) -> NDArray[np.float64]:
    field = np.zeros((_HEIGHT, _WIDTH))
    dense = _spot(u, side, (0.868, 0.035), 0.04)
    for row, column in rng.integers(2, (_HEIGHT - 2, _WIDTH - 2), (4000, 2)):
        field[row - 1 : row + 2, column - 1 : column + 1] = rng.uniform(0.3, 1.0)
    return np.asarray(field * dense)
