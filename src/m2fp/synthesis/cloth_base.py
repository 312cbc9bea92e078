"""What garments are cut from: the base mesh's helper surfaces, or its skin, around any body."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array, diags_array, eye_array, vstack
from scipy.spatial import cKDTree

from m2fp.synthesis.anatomy import CHEST_Y, Anatomy, Field
from m2fp.synthesis.body_data import BodyData
from m2fp.synthesis.level_cut import used_vertices

CHEST_UV = (0.379, 0.735)
"""Texture coordinates of the middle of the chest, on the skin and on everything worn over it."""


@dataclass(frozen=True, slots=True, eq=False)
class ClothBase:
    """A surface around every body. P points, V vertices: a point on a texture seam is several.

    Attributes:
        binding: float32 (P, N), each point as a mean of base vertices.
        weights: float32 (P, J), how points follow bones.
        smoother: float32 (P, P), each point as the mean of its neighbours; open edges stay.
        point_triangles: int32 (T, 3), into points.
        triangles: int32 (T, 3), into vertices.
        points: int64 (V,), the point of each vertex.
        uv: float32 (V, 2).
        where: the points' place on the body.
    """

    binding: csr_array
    weights: NDArray[np.float32]
    smoother: csr_array
    point_triangles: NDArray[np.int32]
    triangles: NDArray[np.int32]
    points: NDArray[np.int64]
    uv: NDArray[np.float32]
    where: Anatomy


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
    point_triangles, base = used_vertices(corners)
    keys = point_triangles.astype(np.int64) * len(data.uv) + uv_corners
    unique, index = np.unique(keys, return_inverse=True)
    points, texture = np.divmod(unique, len(data.uv))
    binding = csr_array(
        (np.ones(len(base), np.float32), (np.arange(len(base)), base)),
        shape=(len(base), len(data.template)),
    )
    rest = data.template[base]
    return ClothBase(
        binding,
        data.weights[base],
        _smoother(point_triangles, len(base)),
        point_triangles,
        index.reshape(corners.shape).astype(np.int32),
        points,
        metric_uv(data.uv[texture], rest[points], index.reshape(corners.shape)),
        at_points(where, binding),
    )


def at_points(where: Anatomy, binding: csr_array) -> Anatomy:
    """Return the anatomy of points that are means of base vertices."""
    names = ("x", "y", "z", "arm", "leg", "limb")
    return replace(where, **{name: binding @ getattr(where, name) for name in names})


def metric_uv(
    uv: NDArray[np.float32], rest: NDArray[np.float32], triangles: NDArray[np.int64]
) -> NDArray[np.float32]:
    """Return texture coordinates (V, 2) of about a metre a unit, the chest's middle at CHEST_UV."""
    corners, flat = rest[triangles], uv[triangles]
    surface = np.linalg.norm(
        np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1
    ).sum()
    first, second = flat[:, 1] - flat[:, 0], flat[:, 2] - flat[:, 0]
    texture = np.abs(first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]).sum()
    chest = np.argmin(np.linalg.norm(rest - np.float32([0, CHEST_Y, 0.16]), axis=1))
    return ((uv - uv[chest]) * np.sqrt(surface / texture) + CHEST_UV).astype(np.float32)


def normals(
    vertices: NDArray[np.float32], triangles: NDArray[np.int32]
) -> NDArray[np.float32]:
    """Return float32 (V, 3), outward, of length 1: the triangles' normals by area."""
    a, b, c = (vertices[triangles[:, corner]] for corner in range(3))
    areas = np.cross(b - a, c - a)
    flat = triangles.T.ravel()
    summed = np.stack(
        [np.bincount(flat, np.tile(areas[:, axis], 3), len(vertices)) for axis in range(3)], axis=1
    )
    return (summed / np.maximum(np.linalg.norm(summed, axis=1, keepdims=True), 1e-12)).astype(
        np.float32
    )


def joined_to(upper: ClothBase, lower: ClothBase, data: BodyData, *, fade_m: float) -> ClothBase:
    """Return `lower` with its upper edge drawn to the surface of `upper`.

    The edge lies on the nearest points; `fade_m` below it, in the template, nothing is drawn.
    """
    mine, theirs = lower.binding @ data.template, upper.binding @ data.template
    _, nearest = cKDTree(theirs).query(mine)
    depth = mine[:, 1].max() - mine[:, 1]
    share = np.clip(1 - depth / fade_m, 0, 1).astype(np.float32)
    share = share * share * (3 - 2 * share)
    binding = diags_array(1 - share) @ lower.binding + diags_array(share) @ upper.binding[nearest]
    weights = (1 - share[:, None]) * lower.weights + share[:, None] * upper.weights[nearest]
    return replace(lower, binding=csr_array(binding, dtype=np.float32), weights=weights)


def finer(base: ClothBase) -> ClothBase:
    """Return the surface with every triangle cut in four, new points in the middle of edges."""
    point_triangles, edges, _ = _quartered(base.point_triangles, len(base.weights))
    triangles, vertex_edges, _ = _quartered(base.triangles, len(base.points))
    # A vertex in the middle of an edge is at the point in the middle of the edge's points.
    number = {(a, b): len(base.weights) + i for i, (a, b) in enumerate(edges.tolist())}
    middle = np.sort(base.points[vertex_edges], axis=1)
    points = np.concatenate([base.points, [number[a, b] for a, b in middle.tolist()]])
    half = csr_array((base.binding[edges[:, 0]] + base.binding[edges[:, 1]]) * np.float32(0.5))
    binding = csr_array(vstack([base.binding, half]), dtype=np.float32)
    mean = lambda values, pairs: np.concatenate([values, values[pairs].mean(axis=1)])  # noqa: E731
    fields = {
        name: mean(getattr(base.where, name), edges)
        for name in ("x", "y", "z", "arm", "leg", "limb")
    }
    return ClothBase(
        binding,
        mean(base.weights, edges),
        _smoother(point_triangles, len(base.weights) + len(edges)),
        point_triangles,
        triangles,
        points.astype(np.int64),
        mean(base.uv, vertex_edges),
        replace(base.where, **fields),
    )


def _quartered(
    triangles: NDArray[np.int32], count: int
) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]:
    pairs = np.sort(triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1).astype(np.int64)
    keys, index = np.unique(pairs[:, 0] * count + pairs[:, 1], return_inverse=True)
    edges = np.stack(np.divmod(keys, count), axis=1)
    ab, bc, ca = (count + index.reshape(-1, 3)).T
    a, b, c = triangles.T
    quarters = [(a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca)]
    return np.concatenate([np.stack(q, 1) for q in quarters]).astype(np.int32), edges, index


def _smoother(triangles: NDArray[np.int32], count: int) -> csr_array:
    pairs = triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
    both = np.concatenate([pairs, pairs[:, ::-1]])
    links = csr_array(coo_array((np.ones(len(both)), both.T), shape=(count, count)))
    open_edge = np.zeros(count, bool)
    rows, columns = (links == 1).nonzero()  # an edge of one triangle only
    open_edge[rows] = open_edge[columns] = True
    links = (links > 0).astype(np.float32)
    mean = diags_array(1 / np.maximum(links.sum(axis=1), 1)) @ links
    inside = diags_array((~open_edge).astype(np.float32))
    return csr_array(inside @ mean + (eye_array(count) - inside), dtype=np.float32)
