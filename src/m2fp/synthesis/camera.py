"""The camera: where things of the world land in the picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NEAR_M = 0.05
FAR_M = 400.0


@dataclass(frozen=True, slots=True, eq=False)
class Camera:
    """A pinhole camera.

    Attributes:
        position: float64 (3,), metres, in the world (y up).
        axes: float64 (3, 3), rows are the camera's right, down and forward in the world.
        focal_px: distance of the picture plane.
        size: (height, width) of the picture, pixels.
    """

    position: NDArray[np.float64]
    axes: NDArray[np.float64]
    focal_px: float
    size: tuple[int, int]

    @classmethod
    def looking_at(
        cls,
        target: NDArray[np.float64],
        *,
        position: NDArray[np.float64],
        focal_px: float,
        size: tuple[int, int],
        roll: float = 0.0,
    ) -> Camera:
        """Return the camera that has `target` in its middle; roll: radians, clockwise."""
        forward = _unit(np.asarray(target, np.float64) - position)
        up = np.array([0.0, 1.0, 0.0])
        if abs(forward[1]) > 0.999:  # straight down: any direction will do as "up"
            up = np.array([0.0, 0.0, -1.0])
        right = _unit(np.cross(forward, up))
        down = np.cross(forward, right)
        cos, sin = np.cos(roll), np.sin(roll)
        axes = np.stack([cos * right + sin * down, cos * down - sin * right, forward])
        return cls(np.asarray(position, np.float64), axes, focal_px, size)

    def project(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return float64 (..., 3): x, y in pixels and the distance along the view in metres.

        Pixel j of a row covers x in [j, j + 1). x and y are only of use where the distance is
        positive.
        """
        seen = (np.asarray(points, np.float64) - self.position) @ self.axes.T
        depth = seen[..., 2:]
        height, width = self.size
        safe = np.where(np.abs(depth) < 1e-9, 1e-9, depth)
        plane = self.focal_px * seen[..., :2] / safe + (width / 2, height / 2)
        return np.concatenate([plane, depth], axis=-1)

    def matrix(self) -> NDArray[np.float32]:
        """Return float32 (4, 4) from the world to OpenGL's clip space.

        The picture's first row is at the bottom of OpenGL's, so that what is read back lies right.
        """
        height, width = self.size
        view = np.eye(4)
        view[:3, :3] = self.axes
        view[:3, 3] = -self.axes @ self.position
        lens = np.zeros((4, 4))
        lens[0, 0] = 2 * self.focal_px / width
        lens[1, 1] = 2 * self.focal_px / height
        lens[2, 2] = (FAR_M + NEAR_M) / (FAR_M - NEAR_M)
        lens[2, 3] = -2 * FAR_M * NEAR_M / (FAR_M - NEAR_M)
        lens[3, 2] = 1.0
        return (lens @ view).astype(np.float32)


def _unit(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(vector / np.linalg.norm(vector), np.float64)
