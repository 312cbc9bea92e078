"""A person of a scene: a figure that stands somewhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from m2fp.synthesis.camera import Camera
from m2fp.synthesis.mesh import Figure

_POINTS = 800


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a figure stands (x, z in metres) and how far it is turned from the camera, radians."""

    x: float
    z: float
    turn: float

    @property
    def place(self) -> tuple[float, float, float]:
        """Return the spot on the ground, metres."""
        return self.x, 0.0, self.z


@dataclass(frozen=True, slots=True, eq=False)
class Bystander:
    """A person of the scene.

    Attributes:
        figure: as it was made.
        spot: where it stands.
        joints: float64 (J, 3), metres in the world.
        points: float64 (P, 3), metres in the world, spread evenly over skin and clothes.
    """

    figure: Figure
    spot: Spot
    joints: NDArray[np.float64]
    points: NDArray[np.float64]

    @classmethod
    def at(cls, spot: Spot, figure: Figure, points: NDArray[np.floating]) -> Bystander:
        """Return the figure, with its `spread_points`, at a spot."""
        cos, sin = np.cos(spot.turn), np.sin(spot.turn)
        rotation = np.array([[cos, 0, sin], [0, 1, 0], [-sin, 0, cos]])
        joints, moved = (values @ rotation.T + spot.place for values in (figure.joints, points))
        return cls(figure, spot, joints, moved)

    def distance(self, camera: Camera) -> float:
        """Return how far the middle of the body is from the camera, metres."""
        return float(np.median(np.linalg.norm(self.points - camera.position, axis=1)))


def spread_points(figure: Figure) -> NDArray[np.float64]:
    """Return float64 (800, 3): middles of triangles, as many of each mesh as its area gives it."""
    corners = np.concatenate([mesh.vertices[mesh.triangles] for mesh in figure.meshes])
    first, second = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    squares = (first**2).sum(1) * (second**2).sum(1) - (first * second).sum(1) ** 2
    grown = np.cumsum(np.sqrt(np.maximum(squares, 0)))
    steps = (np.arange(_POINTS) + 0.5) / _POINTS * grown[-1]
    chosen = np.minimum(np.searchsorted(grown, steps), len(corners) - 1)
    return np.asarray(corners[chosen].mean(axis=1), np.float64)
