"""Many surfaces as one set of buffers, so that a picture takes few calls to draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from m2fp.synthesis.material import TEXELS
from m2fp.synthesis.surface import Surface

ROW = 1024
"""Triangles in a row of the table."""
MAX_TRIANGLES = ROW * 1024
MAX_MATERIALS = 512


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """All surfaces of a scene, the front ones first.

    Attributes:
        vertices: float32 (V, 8), position, normal, texture coordinates.
        indices: int32 (T, 3).
        triangles: uint16 (N, 4), part, fine part, person and material of every triangle; N is a
            multiple of ROW.
        materials: float32 (M, TEXELS, 4).
        front_count, back_count: how many triangles are people and things among them, and how many
            stand behind.
    """

    vertices: NDArray[np.float32]
    indices: NDArray[np.int32]
    triangles: NDArray[np.uint16]
    materials: NDArray[np.float32]
    front_count: int
    back_count: int

    @classmethod
    def of(cls, front: Sequence[Surface], backdrop: Sequence[Surface]) -> Self:
        """Return the surfaces, of which there is at least one, as a batch."""
        surfaces = [*front, *backdrop]
        counts = [len(surface.mesh.triangles) for surface in surfaces]
        total = sum(counts)
        if total > MAX_TRIANGLES:
            raise ValueError(f"{total} triangles are too many, {MAX_TRIANGLES} are drawn")
        table = np.zeros((-(-max(total, 1) // ROW) * ROW, 4), np.uint16)
        vertices, indices = [], []
        materials: list[NDArray[np.float32]] = []
        start = at = 0
        for surface, count in zip(surfaces, counts, strict=True):
            mesh = surface.mesh
            vertices.append(np.concatenate([mesh.vertices, surface.normals, mesh.uv], axis=1))
            indices.append(mesh.triangles + start)
            own = table[at : at + count]
            own[:, 0], own[:, 1], own[:, 2] = mesh.parts, mesh.fine_parts, surface.person
            own[:, 3] = surface.looks + np.uint16(len(materials))
            materials.extend(material.texels() for material in surface.materials)
            start += len(mesh.vertices)
            at += count
        if len(materials) > MAX_MATERIALS:
            raise ValueError(f"{len(materials)} materials are too many, {MAX_MATERIALS} are drawn")
        return cls(
            np.ascontiguousarray(np.concatenate(vertices), np.float32),
            np.ascontiguousarray(np.concatenate(indices), np.int32),
            table,
            np.reshape(materials, (-1, TEXELS, 4)).astype(np.float32),
            sum(counts[: len(front)]),
            sum(counts[len(front) :]),
        )
