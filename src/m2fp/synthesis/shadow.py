"""Where light does not come: the frame of the shadow map, and the dark under what stands close."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

_CONTACT_HEIGHT_M = 0.35
_REACH_M = 5.0


def light_matrix(
    clouds: Sequence[NDArray[np.float32]], direction: NDArray[np.float64]
) -> tuple[NDArray[np.float32], tuple[float, float, float]]:
    """Return float32 (4, 4) from the world to the shadow map, and its extent in metres.

    The map holds all points of the clouds, (V, 3) metres each.
    """
    points = np.concatenate([cloud[::7] for cloud in clouds]) if clouds else np.zeros((1, 3))
    forward = -direction
    aside = np.cross(forward, (0.0, 1.0, 0.0) if abs(forward[1]) < 0.99 else (0.0, 0.0, 1.0))
    right = aside / np.linalg.norm(aside)
    axes = np.stack([right, np.cross(right, forward), forward])
    seen = points @ axes.T
    low, high = seen.min(axis=0) - 0.15, seen.max(axis=0) + 0.15
    # Depth goes on behind the last point, to where its shadow falls.
    high[2] += _REACH_M
    matrix = np.eye(4)
    matrix[:3, :3] = 2 * axes / (high - low)[:, None]
    matrix[:3, 3] = -(high + low) / (high - low)
    width, height, depth = (high - low).tolist()
    return matrix.astype(np.float32), (width, height, depth)


@dataclass(frozen=True, slots=True, eq=False)
class Contact:
    """How near things are to the ground beneath them.

    Attributes:
        nearness: uint8 (CELLS, CELLS), rows along z and columns along x; 255 = they touch it.
        area: x and z of the map's corner, its width and depth, metres.
    """

    CELLS: ClassVar[int] = 192

    nearness: NDArray[np.uint8]
    area: tuple[float, float, float, float]

    @classmethod
    def of(cls, clouds: Sequence[NDArray[np.float32]]) -> Contact:
        """Return the nearness of the clouds' points, (V, 3) metres each."""
        import cv2

        cells = cls.CELLS
        points = np.concatenate(clouds) if clouds else np.zeros((0, 3), np.float32)
        points = points[points[:, 1] < _CONTACT_HEIGHT_M]
        if len(points) == 0:
            return cls(np.zeros((cells, cells), np.uint8), (0.0, 0.0, 1.0, 1.0))
        flat = points[:, [0, 2]]
        low, high = flat.min(axis=0) - 0.6, flat.max(axis=0) + 0.6
        extent = high - low
        column, row = ((flat - low) / extent * cells).astype(np.int64).T.clip(0, cells - 1)
        nearness = np.zeros(cells * cells, np.float32)
        close = 1.0 - np.clip(points[:, 1], 0.0, None) / _CONTACT_HEIGHT_M
        np.maximum.at(nearness, row * cells + column, close)
        grid = nearness.reshape(cells, cells)
        cell_m = extent / cells
        total = np.zeros_like(grid)
        for radius_m, weight in ((0.035, 0.9), (0.15, 0.8)):
            sigma = np.maximum(radius_m / cell_m, 0.5)
            total += weight * cv2.GaussianBlur(
                grid, (0, 0), sigmaX=float(sigma[0]), sigmaY=float(sigma[1])
            )
        dark = (np.clip(total, 0, 1) * 255).astype(np.uint8)
        area = (float(low[0]), float(low[1]), float(extent[0]), float(extent[1]))
        return cls(dark, area)
