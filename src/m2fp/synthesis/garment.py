"""A garment: which part of which surface, how far from the body, and what it is called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from m2fp.synthesis.anatomy import Anatomy
from m2fp.synthesis.body import Body
from m2fp.synthesis.cloth_base import ClothBase
from m2fp.synthesis.cuts import Cut
from m2fp.synthesis.fields import Field
from m2fp.synthesis.level_cut import split, used_vertices
from m2fp.synthesis.surfaces import vertex_normals

Ids = tuple[int, int]
"""The same id twice, or those of the left and the right one."""

HIDE_M = 0.025  # so far under the edge of what is worn over it, nothing can be seen
_HIDE_HAIR_M = 0.005  # hats press hair flat
_NEAR_M = 0.06  # how near something inside must be to matter
_BESIDE_M = 0.025  # further aside than this it is not under it
_GAP_M = 0.004  # between what is worn and what is worn over it
_PUSH_M = 0.004  # what may still be seen is pressed in so that it does not poke through


@dataclass(frozen=True, slots=True, eq=False)
class Garment:
    """Something to wear.

    Attributes:
        name: what it is, for people.
        parts, fine_parts: CIHP and MHP-v2 ids of the left and the right half.
        material: "cloth", "denim", "knit", "leather", ...
        base: what it is cut from.
        layer: what is worn over what; the skin is 0.
        cut: where there is cloth; None: everywhere.
        thickness: metres from the base surface.
        smoothing: how often the surface is smoothed; loose cloth bridges what is hollow.
        flare: metres that it stands off further, by place.
        cover: float32 (N,), positive at base vertices under it; None: where `hides` says.
        hides: where what is under it cannot be seen; None: where the cut is.
        presses: it gives way to what is worn under it; not so hats, gloves and glasses.
    """

    name: str
    parts: Ids
    fine_parts: Ids
    material: str
    base: ClothBase
    layer: int
    cut: Cut | None = None
    thickness: float = 0.0
    smoothing: int = 0
    flare: Cut | None = None
    cover: Field | None = None
    hides: Cut | None = None
    presses: bool = True

    def covers(self, where: Anatomy) -> Field:
        """Return float32 (N,), positive at base vertices under the garment."""
        if self.cover is not None:
            return self.cover
        cut = self.hides or self.cut
        return np.ones_like(where.x) if cut is None else cut(where)


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A surface on one person, in the rest pose; see Mesh for what is not said here.

    Attributes:
        rest: float32 (V, 3), metres.
        weights: float32 (V, J), how vertices follow bones.
    """

    name: str
    rest: NDArray[np.float32]
    weights: NDArray[np.float32]
    triangles: NDArray[np.int32]
    parts: NDArray[np.uint8]
    fine_parts: NDArray[np.uint8]
    uv: NDArray[np.float32]
    material: str

    def normals(self) -> NDArray[np.float32]:
        """Return float32 (V, 3), outward, of length 1."""
        return vertex_normals(self.rest, self.triangles)


def tailored(
    garment: Garment, body: Body, over: Sequence[Field], inner: Sequence[Piece] = ()
) -> Piece | None:
    """Return the garment on a body, or None where nothing of it is left.

    Args:
        garment: what to wear.
        body: who wears it.
        over: float32 (N,) each, where the body is under something that is worn over this.
        inner: what is worn under it, and must not look through.
    """
    base = garment.base
    rest = base.on(body.vertices)
    if garment.thickness or garment.smoothing or garment.flare is not None:
        rest = _loosened(garment, rest, body.scale)
    if inner:
        rest = _outside(base, rest, inner, body.scale)
    where = base.placed(rest, body)
    hidden = under(base, over)
    if hidden is not None:
        push = np.clip(hidden / HIDE_M, 0, 1) * np.float32(_PUSH_M * body.scale)
        rest = rest - base.normals(rest) * push[:, None]
    triangles, weights, uv, x = base.triangles, base.weights, base.uv, base.where.x
    kept = None if garment.cut is None else garment.cut(where)
    if hidden is not None:
        margin = _HIDE_HAIR_M if garment.material == "hair" else HIDE_M
        kept = margin - hidden if kept is None else np.minimum(kept, margin - hidden)
    if kept is not None:
        cut = split(triangles, kept.astype(np.float32))
        triangles = cut.triangles[cut.inside]
        rest, weights, uv, x = (cut.extend(values) for values in (rest, weights, uv, x))
    if len(triangles) == 0:
        return None
    triangles, rows = used_vertices(triangles)
    left = x[rows][triangles].mean(axis=1) > 0
    parts, fine = (
        np.where(left, *ids).astype(np.uint8) for ids in (garment.parts, garment.fine_parts)
    )
    return Piece(
        garment.name, rest[rows], weights[rows], triangles, parts, fine, uv[rows], garment.material
    )


def under(base: ClothBase, over: Sequence[Field]) -> Field | None:
    """Return float32 (V,), how far vertices are inside what is worn over them."""
    if not over:
        return None
    return base.bound.of(np.maximum.reduce(over))


def _loosened(garment: Garment, rest: NDArray[np.float32], scale: float) -> NDArray[np.float32]:
    base = garment.base
    normals = base.normals(rest)
    smooth = rest
    for _ in range(garment.smoothing):
        smooth = base.smoother.of(smooth)
    # Smoothing shrinks: what it pulled inside comes back to the surface.
    inward = np.maximum(-((smooth - rest) * normals).sum(axis=1), 0)
    if garment.smoothing:
        inward = np.maximum(inward, base.smoother.of(inward))
        normals = base.normals(smooth)
    distance = np.float32(garment.thickness * scale) + inward
    if garment.flare is not None:
        distance = distance + garment.flare(base.where) * np.float32(scale)
    return np.asarray(smooth + normals * distance[:, None], np.float32)


def _outside(
    base: ClothBase, rest: NDArray[np.float32], inner: Sequence[Piece], scale: float
) -> NDArray[np.float32]:
    """Return the vertices moved to where they lie outside of what is worn under them."""
    points = np.concatenate([piece.rest for piece in inner])
    outward = np.concatenate([piece.normals() for piece in inner])
    distance, nearest = cKDTree(points).query(rest, distance_upper_bound=_NEAR_M * scale)
    found = np.flatnonzero(distance < np.inf)
    below = np.asarray(nearest)[found]
    way = outward[below]
    off = rest[found] - points[below]
    height = (off * way).sum(axis=1)
    beside = np.linalg.norm(off - way * height[:, None], axis=1)
    lift = np.maximum(_GAP_M * scale - height, 0) * (beside < _BESIDE_M * scale)
    push = np.zeros_like(rest)
    push[found] = way * lift[:, None]
    for _ in range(2):  # neighbours come along
        mean = base.smoother.of(push)
        stronger = (mean**2).sum(axis=1) > (push**2).sum(axis=1)
        push[stronger] = mean[stronger]
    return np.asarray(rest + push, np.float32)
