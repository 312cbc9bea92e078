"""What garments are cut from: surfaces around any body, bound to the base mesh."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from m2fp.synthesis.anatomy import CHEST_Y, Anatomy
from m2fp.synthesis.body import Body
from m2fp.synthesis.body_data import BodyData
from m2fp.synthesis.fields import Field
from m2fp.synthesis.level_cut import Split, quartered, split, used_vertices
from m2fp.synthesis.means import Means
from m2fp.synthesis.surfaces import neighbour_means, vertex_normals

CHEST_UV = (0.379, 0.735)
"""Texture coordinates of the middle of the chest, on the skin and on everything worn over it."""


@dataclass(frozen=True, slots=True, eq=False)
class Offsets:
    """Distances from the base mesh that grow with the body, see mhclo.py.

    Attributes:
        lengths: float32 (V, 3), in any unit.
        scale_vertices: int64 (3, 2), two base vertices for each of x, y and z.
        scale_lengths: float32 (3,), the distance between them where the lengths were measured, in
            the unit of the lengths.
    """

    lengths: NDArray[np.float32]
    scale_vertices: NDArray[np.int64]
    scale_lengths: NDArray[np.float32]

    def on(self, base: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return float32 (V, 3), the distances on a body (N, 3), in the body's unit."""
        axes = np.arange(3)
        first, second = base[self.scale_vertices].transpose(1, 0, 2)
        scale = np.abs(first - second)[axes, axes] / self.scale_lengths
        return np.asarray(self.lengths * scale, np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class ClothBase:
    """A surface around every body. V vertices; those on a texture seam stand twice.

    Attributes:
        bound: the vertices as means of the N base vertices.
        weights: float32 (V, J), how vertices follow bones.
        triangles: int32 (T, 3).
        uv: float32 (V, 2), metres on the template.
        weld: int64 (V,), the same number for vertices at the same place.
        where: the vertices' place on the body.
        smoother: each vertex as the mean of its neighbours; open edges stay.
        offsets: what is added to the bound vertices, if anything.
    """

    bound: Means
    weights: NDArray[np.float32]
    triangles: NDArray[np.int32]
    uv: NDArray[np.float32]
    weld: NDArray[np.int64]
    where: Anatomy
    smoother: Means
    offsets: Offsets | None = None

    @classmethod
    def made(
        cls,
        bound: Means,
        *,
        weights: NDArray[np.float32],
        triangles: NDArray[np.int32],
        uv: NDArray[np.float32],
        weld: NDArray[np.int64],
        where: Anatomy,
        offsets: Offsets | None = None,
    ) -> ClothBase:
        """Return the surface; numbers of places may have gaps."""
        weld = np.unique(weld, return_inverse=True)[1]
        smoother = neighbour_means(triangles, weld)
        return cls(bound, weights, triangles, uv, weld, where, smoother, offsets)

    def on(self, body: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return float32 (V, 3), the vertices on a body's base mesh (N, 3)."""
        bound = self.bound.of(body)
        return bound if self.offsets is None else bound + self.offsets.on(body)

    def normals(self, vertices: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return float32 (V, 3), outward, of length 1, without seams."""
        places = np.empty((int(self.weld.max()) + 1, 3), np.float32)
        places[self.weld] = vertices
        return vertex_normals(places, self.weld[self.triangles])[self.weld]

    def placed(self, vertices: NDArray[np.float32], body: Body) -> Anatomy:
        """Return the fields of the vertices from where they are on one body."""
        return self.where.placed(vertices, body.joints, body.data)

    def part(self, triangles: NDArray[np.int32]) -> ClothBase:
        """Return the surface of some triangles (T, 3) over these vertices."""
        triangles, rows = used_vertices(triangles)
        offsets = self.offsets
        if offsets is not None:
            offsets = replace(offsets, lengths=offsets.lengths[rows])
        return ClothBase.made(
            self.bound.rows(rows),
            weights=self.weights[rows],
            triangles=triangles,
            uv=self.uv[rows],
            weld=self.weld[rows],
            where=self.where.map(lambda values: values[rows]),
            offsets=offsets,
        )

    def after(self, cut: Split, kept: NDArray[np.int32]) -> ClothBase:
        """Return the surface of some triangles (T, 3) over the vertices of a cut."""
        pairs = np.sort(self.weld[cut.edges], axis=1)
        new = np.unique(pairs[:, 0] * len(self.weld) + pairs[:, 1], return_inverse=True)[1]
        offsets = self.offsets
        if offsets is not None:
            offsets = replace(offsets, lengths=cut.extend(offsets.lengths))
        whole = replace(
            self,
            bound=self.bound.with_new(cut.edges, cut.shares),
            weights=cut.extend(self.weights),
            uv=cut.extend(self.uv),
            weld=np.concatenate([self.weld, new + self.weld.max() + 1]),
            where=self.where.map(cut.extend),
            offsets=offsets,
        )
        return whole.part(kept)

    def trimmed(self, field: Field) -> ClothBase:
        """Return the part of the surface where the field (V,) is positive."""
        cut = split(self.triangles, field)
        return self.after(cut, cut.triangles[cut.inside])

    def finer(self) -> ClothBase:
        """Return the surface with every triangle cut in four."""
        cut = quartered(self.triangles, len(self.uv))
        return self.after(cut, cut.triangles)


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
    base, texture, triangles = seam_vertices(corners, uv_corners, len(data.uv))
    bound = Means.copies(base, len(data.template))
    uv = metric_uv(data.uv[texture], data.template[base], triangles)
    return ClothBase.made(
        bound,
        weights=data.weights[base],
        triangles=triangles,
        uv=uv,
        weld=base,
        where=where.of(bound),
    )


def seam_vertices(
    corners: NDArray[np.int32], uv_corners: NDArray[np.int32], uv_count: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32]]:
    """Return one vertex for every pair of place and texture coordinate that triangles use.

    They are the place (V,) and the texture coordinate (V,) of each, and the triangles (T, 3).
    """
    keys, index = np.unique(corners.astype(np.int64) * uv_count + uv_corners, return_inverse=True)
    place, texture = np.divmod(keys, uv_count)
    return place, texture, index.reshape(corners.shape).astype(np.int32)


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
    chest = np.argmin(np.linalg.norm(rest - np.array([0, CHEST_Y, 0.16]), axis=1))
    scale = np.sqrt(surface / max(float(texture), 1e-12))
    return np.asarray((uv - uv[chest]) * scale + CHEST_UV, np.float32)


def merged(parts: Sequence[ClothBase]) -> ClothBase:
    """Return surfaces as one; either all of them have offsets of the same scale or none."""
    shift = np.cumsum([0, *(len(part.uv) for part in parts)])
    apart = np.cumsum([0, *(int(part.weld.max()) + 1 for part in parts)])
    offsets = parts[0].offsets
    if offsets is not None:
        lengths = [part.offsets.lengths for part in parts if part.offsets is not None]
        offsets = replace(offsets, lengths=np.concatenate(lengths))
    triangles = [part.triangles + shift[row] for row, part in enumerate(parts)]
    return ClothBase.made(
        Means.stacked([part.bound for part in parts]),
        weights=np.concatenate([part.weights for part in parts]),
        triangles=np.concatenate(triangles).astype(np.int32),
        uv=np.concatenate([part.uv for part in parts]),
        weld=np.concatenate([part.weld + apart[row] for row, part in enumerate(parts)]),
        where=Anatomy.joined([part.where for part in parts]),
        offsets=offsets,
    )


def joined_to(upper: ClothBase, lower: ClothBase, data: BodyData, *, fade_m: float) -> ClothBase:
    """Return `lower` with its upper edge drawn to the surface of `upper`.

    The edge lies among the nearest vertices; `fade_m` below it, in the template, nothing is drawn.
    """
    mine, theirs = lower.on(data.template), upper.on(data.template)
    distances, nearest = cKDTree(theirs).query(mine, 4)
    near = 1 / (np.asarray(distances) + 1e-4) ** 2
    near /= near.sum(axis=1, keepdims=True)
    rows = np.repeat(np.arange(len(mine)), 4)
    drawn = Means.listed(rows, np.ravel(nearest), near.ravel(), (len(mine), len(theirs)))
    share = np.clip(1 - (mine[:, 1].max() - mine[:, 1]) / fade_m, 0, 1).astype(np.float32)
    share = share * share * (3 - 2 * share)
    weights = lower.weights + share[:, None] * (drawn.of(upper.weights) - lower.weights)
    bound = lower.bound.blended(drawn.after(upper.bound), share)
    return replace(lower, bound=bound, weights=weights)
