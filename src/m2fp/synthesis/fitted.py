"""MakeHuman's things as surfaces to wear: read and taken apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from m2fp.errors import DataError
from m2fp.synthesis.anatomy import Anatomy
from m2fp.synthesis.body_data import BodyData
from m2fp.synthesis.cloth_base import ClothBase, merged, metric_uv, seam_vertices
from m2fp.synthesis.fields import Field
from m2fp.synthesis.mhclo import Mhclo, read_mhclo
from m2fp.synthesis.surfaces import islands, open_edge, vertex_normals
from m2fp.synthesis.wavefront import Faces, read_obj

_DEEP_M = 0.06  # further from the edge than this is all the same
_NEAR_M = 0.07  # so far from the skin loose cloth may hang
_INSIDE_M = 0.008  # helpers stand off the skin by so much


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """One piece of a file: what hangs together.

    Attributes:
        base: its surface.
        cover: float32 (N,), positive at base vertices that it hides: how far from its edge.
    """

    base: ClothBase
    cover: Field


def read_fitted(
    path: Path, data: BodyData, where: Anatomy, *, by_texture: bool = False
) -> dict[int, Fitted]:
    """Return the connected pieces of a .mhclo file by the smallest number of a vertex of theirs.

    by_texture: take apart what hangs together but lies apart on the texture; the numbers are then
    those of texture coordinates.

    Raises:
        DataError: the file or its mesh cannot be read, or they do not fit together.
    """
    fitted = read_mhclo(path)
    mesh = read_obj(fitted.mesh)
    faces = mesh.faces()
    if len(fitted.bound) != len(mesh.vertices):
        raise DataError(f"{path} and {fitted.mesh} differ in vertices", path=str(path))
    if faces.uv.min() < 0:
        raise DataError(f"{fitted.mesh} lacks texture coordinates", path=str(fitted.mesh))
    whole = _surface(fitted, faces, mesh.uv.astype(np.float32), data, where)
    owner = islands(faces.uv if by_texture else faces.vertices)
    pieces = {
        number: whole.part(whole.triangles[owner == number]) for number in np.unique(owner).tolist()
    }
    covers = _covers(fitted, list(pieces.values()), data)
    return {
        number: Fitted(piece, cover)
        for (number, piece), cover in zip(pieces.items(), covers, strict=True)
    }


def joined(pieces: Sequence[Fitted]) -> Fitted:
    """Return pieces of one file as one."""
    cover = np.maximum.reduce([piece.cover for piece in pieces])
    return Fitted(merged([piece.base for piece in pieces]), cover)


def _surface(
    fitted: Mhclo, faces: Faces, uv: NDArray[np.float32], data: BodyData, where: Anatomy
) -> ClothBase:
    vertex, texture, triangles = seam_vertices(faces.vertices, faces.uv, len(uv))
    bound = fitted.bound.rows(vertex)
    # Shares may be negative, beyond the edge of their triangle; how it moves is never.
    follows = bound.positive()
    return ClothBase.made(
        bound,
        weights=follows.of(data.weights),
        triangles=triangles,
        uv=metric_uv(uv[texture], fitted.fit(data.template)[vertex], triangles),
        weld=vertex,
        where=where.of(follows),
        offsets=replace(fitted.offsets, lengths=fitted.offsets.lengths[vertex]),
    )


def _covers(fitted: Mhclo, pieces: Sequence[ClothBase], data: BodyData) -> list[Field]:
    """Return how far inside its edge each piece covers the base mesh, metres of the template.

    A vertex is covered where the piece's nearest vertex is no edge, and lies outside of the skin or
    the file deletes the body there.
    """
    body = data.template
    outward = vertex_normals(body, data.group("body", "helper-tights", "helper-skirt")[0])
    places = [piece.on(body) for piece in pieces]
    owner = np.repeat(np.arange(len(places)), [len(place) for place in places])
    nearest_piece = owner[cKDTree(np.concatenate(places)).query(body)[1]]
    covers = []
    for row, (piece, place) in enumerate(zip(pieces, places, strict=True)):
        edge = open_edge(piece.triangles, piece.weld)
        distance, nearest = cKDTree(place).query(body)
        outside = ((place[nearest] - body) * outward).sum(axis=1) > -_INSIDE_M
        deleted = fitted.hidden & (nearest_piece == row)
        under = ~edge[nearest] & ((distance < _NEAR_M) & outside | deleted)
        depth = np.full(len(body), _DEEP_M)
        if edge.any():
            depth = np.minimum(cKDTree(place[edge]).query(body)[0], _DEEP_M)
        covers.append(np.where(under, depth, -depth).astype(np.float32))
    return covers
