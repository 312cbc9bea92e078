"""Many surfaces as one set of buffers, so that a picture takes few calls to draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Self

import numpy as np
from numpy.typing import NDArray

from m2fp.synthesis.material import TEXELS, Kind
from m2fp.synthesis.surface import Surface

ROW = 1024
"""Triangles in a row of the table."""
MAX_TRIANGLES = ROW * 1024
MAX_MATERIALS = 512


@dataclass(frozen=True, slots=True)
class Run:
    """Triangles that follow each other and are drawn by one program."""

    kind: Kind
    first: int
    count: int


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """All surfaces of a scene.

    Attributes:
        vertices: float32 (V, 8), position, normal, texture coordinates.
        indices: int32 (T, 3).
        triangles: uint16 (N, 4), part, fine part, person and material of every triangle; N is a
            multiple of ROW.
        materials: float32 (M, TEXELS, 4).
        front, backdrop: what to draw for each layer, in order.
    """

    vertices: NDArray[np.float32]
    indices: NDArray[np.int32]
    triangles: NDArray[np.uint16]
    materials: NDArray[np.float32]
    front: tuple[Run, ...]
    backdrop: tuple[Run, ...]

    @classmethod
    def of(cls, front: Sequence[Surface], backdrop: Sequence[Surface]) -> Self:
        """Return the surfaces, of which there is at least one, as a batch.

        The nearest should come first within `front` and `backdrop`.
        """
        layers = [sorted(layer, key=lambda one: one.kind) for layer in (front, backdrop)]
        surfaces = [*layers[0], *layers[1]]
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
        ahead = _runs(layers[0], 0)
        return cls(
            np.ascontiguousarray(np.concatenate(vertices), np.float32),
            np.ascontiguousarray(np.concatenate(indices), np.int32),
            table,
            np.reshape(materials, (-1, TEXELS, 4)).astype(np.float32),
            ahead,
            _runs(layers[1], sum(run.count for run in ahead)),
        )


def _runs(surfaces: Sequence[Surface], first: int) -> tuple[Run, ...]:
    runs = []
    for kind, group in groupby(surfaces, key=lambda one: one.kind):
        count = sum(len(surface.mesh.triangles) for surface in group)
        runs.append(Run(kind, first, count))
        first += count
    return tuple(runs)
