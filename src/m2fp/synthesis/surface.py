"""A mesh that has been put into the world and given a look: what the renderer draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from m2fp.synthesis.material import Kind, Material
from m2fp.synthesis.mesh import Mesh

_GRID_M = 2e-5  # vertices nearer than this are one point of the surface


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """One surface in the world.

    Attributes:
        mesh: vertices in metres of the world; y is up and the ground is y = 0.
        normals: float32 (V, 3), pointing out, of length 1.
        materials: how it looks, and `looks`, uint8 (T,): which of them every triangle has.
        person: who wears it, counted from 1; 0 for things.
    """

    mesh: Mesh
    normals: NDArray[np.float32]
    materials: tuple[Material, ...]
    looks: NDArray[np.uint8]
    person: int = 0

    @property
    def kind(self) -> Kind:
        """Return which shader draws it; its materials are of one kind."""
        return self.materials[0].kind


def put(
    mesh: Mesh,
    material: Material | Mapping[int, Material],
    *,
    person: int = 0,
    turn: float = 0.0,
    place: tuple[float, float, float] = (0.0, 0.0, 0.0),
    smooth: bool = True,
) -> Surface:
    """Return the mesh turned about the vertical (radians, counter-clockwise from above) and moved.

    material: of the whole, or of every part that the mesh has, by its CIHP id. smooth: one normal
    per point of the surface, else those of the mesh's own vertices, which is right for boxes with
    corners of their own.
    """
    cos, sin = np.cos(turn), np.sin(turn)
    rotation = np.array([[cos, 0, sin], [0, 1, 0], [-sin, 0, cos]], np.float32)
    vertices = mesh.vertices @ rotation.T + np.asarray(place, np.float32)
    moved = Mesh(
        mesh.name,
        np.ascontiguousarray(vertices, np.float32),
        mesh.triangles,
        mesh.parts,
        mesh.fine_parts,
        mesh.uv,
        mesh.material,
    )
    if isinstance(material, Material):
        materials: tuple[Material, ...] = (material,)
        looks = np.zeros(len(mesh.triangles), np.uint8)
    else:
        order = sorted(material)
        materials = tuple(material[part] for part in order)
        looks = np.searchsorted(order, mesh.parts).astype(np.uint8)
    return Surface(moved, vertex_normals(moved, welded=smooth), materials, looks, person)


def vertex_normals(mesh: Mesh, *, welded: bool = True) -> NDArray[np.float32]:
    """Return float32 (V, 3): the mean of the triangles' normals, by area.

    welded: vertices at one place share their normal, so that texture seams do not show.
    """
    first, second, third = (mesh.vertices[mesh.triangles[:, k]] for k in range(3))
    areas = _cross(second - first, third - first)
    count = len(mesh.vertices)
    group = _points(mesh.vertices) if welded else np.arange(count)
    flat = group[mesh.triangles].T.ravel()
    columns = [np.bincount(flat, np.tile(areas[axis], 3), minlength=count) for axis in range(3)]
    summed = np.stack(columns, axis=1)[group]
    length = np.linalg.norm(summed, axis=1, keepdims=True)
    return np.asarray(summed / np.maximum(length, 1e-20), np.float32)


def metres_per_uv(mesh: Mesh) -> float:
    """Return how long one unit of the texture coordinates is on the surface, on average."""
    some = mesh.triangles[:: max(1, len(mesh.triangles) // 2000)]
    corners, flat = mesh.vertices[some], mesh.uv[some]
    areas = _cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    surface = np.sqrt(sum(area * area for area in areas)).sum()
    first, second = flat[:, 1] - flat[:, 0], flat[:, 2] - flat[:, 0]
    texture = np.abs(first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]).sum()
    return float(np.sqrt(surface / texture)) if texture > 1e-12 else 1.0


def _cross(
    first: NDArray[np.float32], second: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    # Columns of the cross product; np.cross takes four times as long.
    (a, b, c), (d, e, f) = first.T, second.T
    return b * f - c * e, c * d - a * f, a * e - b * d


def _points(vertices: NDArray[np.float32]) -> NDArray[np.int64]:
    # One number per place; np.unique over rows would sort triples, which is much slower.
    cells = np.rint(vertices / _GRID_M).astype(np.int64) & 0x1FFFFF
    keys = (cells[:, 0] << 42) | (cells[:, 1] << 21) | cells[:, 2]
    _, group = np.unique(keys, return_inverse=True)
    return np.asarray(group, np.int64)
