"""What garments are cut from: surfaces around any body, bound to the base mesh."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array, diags_array, eye_array, vstack
from scipy.spatial import cKDTree

from m2fp.synthesis.anatomy import CHEST_Y, Anatomy, Field
from m2fp.synthesis.body import Body
from m2fp.synthesis.body_data import BodyData
from m2fp.synthesis.level_cut import extend_binding, split, used_vertices

CHEST_UV = (0.379, 0.735)
"""Texture coordinates of the middle of the chest, on the skin and on everything worn over it."""


@dataclass(frozen=True, slots=True, eq=False)
class Offsets:
    """Distances from the base mesh that grow with the body, see mhclo.py.

    Attributes:
        lengths: float32 (V, 3), decimetres.
        scale_vertices: int64 (3, 2), two base vertices for each of x, y and z.
        scale_lengths: float32 (3,), decimetres between them where the lengths were measured.
    """

    lengths: NDArray[np.float32]
    scale_vertices: NDArray[np.int64]
    scale_lengths: NDArray[np.float32]

    def on(self, base: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return float32 (V, 3), the distances on a body (N, 3), in the body's unit."""
        axes = np.arange(3)
        first, second = base[self.scale_vertices].transpose(1, 0, 2)
        return self.lengths * (np.abs(first - second)[axes, axes] / self.scale_lengths)


@dataclass(frozen=True, slots=True, eq=False)
class ClothBase:
    """A surface around every body. V vertices; those on a texture seam stand twice.

    Attributes:
        binding: float32 (V, N), each vertex as a mean of base vertices.
        weights: float32 (V, J), how vertices follow bones.
        triangles: int32 (T, 3).
        uv: float32 (V, 2), metres on the template.
        weld: int64 (V,), the same number for vertices at the same place.
        smoother: float32 (V, V), each vertex as the mean of its neighbours; open edges stay.
        where: the vertices' place on the body.
        offsets: what is added to the bound vertices, if anything.
    """

    binding: csr_array
    weights: NDArray[np.float32]
    triangles: NDArray[np.int32]
    uv: NDArray[np.float32]
    weld: NDArray[np.int64]
    smoother: csr_array
    where: Anatomy
    offsets: Offsets | None = None

    def on(self, body: Body) -> NDArray[np.float32]:
        """Return float32 (V, 3), the vertices on a body in its rest pose."""
        bound = self.binding @ body.vertices
        return bound if self.offsets is None else bound + self.offsets.on(body.vertices)

    def normals(self, vertices: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return float32 (V, 3), outward, of length 1: the triangles' normals by area."""
        count = int(self.weld.max()) + 1
        places = np.empty((count, 3), np.float32)
        places[self.weld] = vertices
        return vertex_normals(places, self.weld[self.triangles], count)[self.weld]


def vertex_normals(
    vertices: NDArray[np.float32], triangles: NDArray[np.integer[Any]], count: int
) -> NDArray[np.float32]:
    """Return float32 (count, 3), outward, of length 1: the triangles' normals by area."""
    a, b, c = (vertices[triangles[:, corner]] for corner in range(3))
    areas = np.cross(b - a, c - a)
    at = triangles.T.ravel()
    summed = np.stack(
        [np.bincount(at, np.tile(areas[:, axis], 3), count) for axis in range(3)], axis=1
    )
    length = np.linalg.norm(summed, axis=1, keepdims=True)
    return (summed / np.maximum(length, 1e-12)).astype(np.float32)


def cloth_base(
    data: BodyData, where: Anatomy, *groups: str, keep: NDArray[np.bool_] | None = None
) -> ClothBase:
    """Return the surface of these groups of triangles, or of those with corners to keep.

    keep: bool (N,), base vertices; a triangle with one of them belongs to the surface.
    """
    corners, uv_corners = data.group(*groups)
    if keep is not None:
        wanted = keep[corners].any(axis=1)
        corners, uv_corners = corners[wanted], uv_corners[wanted]
    keys, index = np.unique(corners.astype(np.int64) * len(data.uv) + uv_corners, return_inverse=True)
    base, texture = np.divmod(keys, len(data.uv))
    triangles = index.reshape(corners.shape).astype(np.int32)
    ones = np.ones(len(base), np.float32)
    binding = csr_array((ones, (np.arange(len(base)), base)), shape=(len(base), len(where.x)))
    weld = np.unique(base, return_inverse=True)[1]
    return ClothBase(
        binding,
        data.weights[base],
        triangles,
        metric_uv(data.uv[texture], data.template[base], triangles),
        weld,
        smoother_of(triangles, weld),
        where.of(binding),
    )


def metric_uv(
    uv: NDArray[np.float32], rest: NDArray[np.float32], triangles: NDArray[np.int32]
) -> NDArray[np.float32]:
    """Return texture coordinates (V, 2) of about a metre a unit, the chest's middle at CHEST_UV."""
    corners, flat = rest[triangles], uv[triangles]
    surface = np.linalg.norm(
        np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1
    ).sum()
    first, second = flat[:, 1] - flat[:, 0], flat[:, 2] - flat[:, 0]
    texture = np.abs(first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]).sum()
    chest = np.argmin(np.linalg.norm(rest - np.float32([0, CHEST_Y, 0.16]), axis=1))
    scale = np.sqrt(surface / max(float(texture), 1e-12))
    return ((uv - uv[chest]) * scale + CHEST_UV).astype(np.float32)


def trimmed(base: ClothBase, field: Field) -> ClothBase:
    """Return the part of the surface where the field (V,) is positive."""
    cut = split(base.triangles, field)
    triangles, rows = used_vertices(cut.triangles[cut.inside])
    pairs = np.sort(base.weld[cut.edges], axis=1)
    new = np.unique(pairs[:, 0] * len(base.weld) + pairs[:, 1], return_inverse=True)[1]
    weld = np.concatenate([base.weld, new + base.weld.max() + 1])[rows]
    weld = np.unique(weld, return_inverse=True)[1]
    binding = extend_binding(base.binding, cut)
    offsets = base.offsets
    if offsets is not None:
        offsets = replace(offsets, lengths=cut.extend(offsets.lengths)[rows])
    return ClothBase(
        csr_array(binding[rows]),
        cut.extend(base.weights)[rows],
        triangles,
        cut.extend(base.uv)[rows],
        weld,
        smoother_of(triangles, weld),
        base.where.map(lambda values: cut.extend(values)[rows]),
        offsets,
    )


def merged(first: ClothBase, second: ClothBase) -> ClothBase:
    """Return both surfaces, without offsets, as one."""
    triangles = np.concatenate([first.triangles, second.triangles + len(first.uv)])
    weld = np.concatenate([first.weld, second.weld + first.weld.max() + 1])
    binding = csr_array(vstack([first.binding, second.binding]))
    merge = zip(first.where.arrays(), second.where.arrays(), strict=True)
    arrays = iter([np.concatenate(pair) for pair in merge])
    return ClothBase(
        binding,
        np.concatenate([first.weights, second.weights]),
        triangles.astype(np.int32),
        np.concatenate([first.uv, second.uv]),
        weld,
        smoother_of(triangles, weld),
        first.where.map(lambda _: next(arrays)),
    )


def joined_to(upper: ClothBase, lower: ClothBase, data: BodyData, *, fade_m: float) -> ClothBase:
    """Return `lower` with its upper edge drawn to the surface of `upper`.

    The edge lies among the nearest vertices; `fade_m` below it, in the template, nothing is drawn.
    """
    mine, theirs = lower.binding @ data.template, upper.binding @ data.template
    distances, nearest = cKDTree(theirs).query(mine, 4)
    near = 1 / (distances + 1e-4) ** 2
    near = (near / near.sum(axis=1, keepdims=True)).astype(np.float32)
    rows = np.repeat(np.arange(len(mine)), 4)
    mean = csr_array((near.ravel(), (rows, nearest.ravel())), shape=(len(mine), len(theirs)))
    share = np.clip(1 - (mine[:, 1].max() - mine[:, 1]) / fade_m, 0, 1).astype(np.float32)
    share = share * share * (3 - 2 * share)
    binding = diags_array(1 - share) @ lower.binding + diags_array(share) @ (mean @ upper.binding)
    weights = (1 - share[:, None]) * lower.weights + share[:, None] * (mean @ upper.weights)
    return replace(lower, binding=csr_array(binding, dtype=np.float32), weights=weights)


def smoother_of(triangles: NDArray[np.int32], weld: NDArray[np.int64]) -> csr_array:
    """Return float32 (V, V), see ClothBase."""
    count = int(weld.max()) + 1
    pairs = weld[triangles[:, [0, 1, 1, 2, 2, 0]]].reshape(-1, 2)
    both = np.concatenate([pairs, pairs[:, ::-1]])
    links = csr_array(coo_array((np.ones(len(both), np.float32), both.T), shape=(count, count)))
    rows, columns = (links == 1).nonzero()  # an edge of one triangle only
    loose = np.ones(count, np.float32)
    loose[rows] = loose[columns] = 0
    links = (links > 0).astype(np.float32)
    mean = diags_array(loose / np.maximum(links.sum(axis=1), 1)) @ links
    spread = csr_array(mean + diags_array(1 - loose))
    # From places to vertices: any vertex of a place stands for it.
    first = np.unique(weld, return_index=True)[1]
    every = csr_array(eye_array(len(weld), dtype=np.float32))[first]
    return csr_array(spread[weld] @ every, dtype=np.float32)
