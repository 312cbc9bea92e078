"""MakeHuman's things as surfaces to wear: read, taken apart, named."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array, diags_array, vstack
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from m2fp.errors import DataError
from m2fp.synthesis.anatomy import Anatomy, Field
from m2fp.synthesis.body_data import BodyData
from m2fp.synthesis.cloth_base import ClothBase, metric_uv, smoother_of
from m2fp.synthesis.level_cut import used_vertices
from m2fp.synthesis.mhclo import Mhclo, read_mhclo
from m2fp.synthesis.wavefront import read_obj

_DEEP = 0.06  # further from the edge than this is all the same


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """One piece of a file: what hangs together.

    Attributes:
        base: its surface.
        cover: float32 (N,), positive at base vertices that it hides.
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
    if fitted.binding.shape[0] != len(mesh.vertices):
        raise DataError(f"{path} and {fitted.mesh} differ in vertices", path=str(path))
    if faces.uv.min() < 0:
        raise DataError(f"{fitted.mesh} lacks texture coordinates", path=str(fitted.mesh))
    whole = _surface(fitted, faces.vertices, faces.uv, mesh.uv.astype(np.float32), data, where)
    owner = _islands(faces.uv if by_texture else faces.vertices)
    pieces = {number: _taken(whole, owner == number) for number in np.unique(owner).tolist()}
    covers = _covers(fitted, pieces, data)
    return {number: Fitted(piece, covers[number]) for number, piece in pieces.items()}


def joined(pieces: list[Fitted]) -> Fitted:
    """Return pieces of one file as one."""
    first = pieces[0]
    if len(pieces) == 1:
        return first
    bases = [piece.base for piece in pieces]
    shifts = np.cumsum([0] + [len(base.uv) for base in bases[:-1]])
    welds = np.cumsum([0] + [int(base.weld.max()) + 1 for base in bases[:-1]])
    triangles = np.concatenate(
        [base.triangles + shift for base, shift in zip(bases, shifts, strict=True)]
    ).astype(np.int32)
    weld = np.concatenate([base.weld + shift for base, shift in zip(bases, welds, strict=True)])
    offsets = [base.offsets for base in bases]
    fields = iter(
        np.concatenate(parts) for parts in zip(*(base.where.arrays() for base in bases), strict=True)
    )
    base = ClothBase(
        csr_array(vstack([base.binding for base in bases])),
        np.concatenate([base.weights for base in bases]),
        triangles,
        np.concatenate([base.uv for base in bases]),
        weld,
        smoother_of(triangles, weld),
        first.base.where.map(lambda _: next(fields)),
        replace(offsets[0], lengths=np.concatenate([own.lengths for own in offsets if own]))
        if offsets[0]
        else None,
    )
    return Fitted(base, np.maximum.reduce([piece.cover for piece in pieces]))


def _surface(
    fitted: Mhclo,
    corners: NDArray[np.int32],
    uv_corners: NDArray[np.int32],
    uv: NDArray[np.float32],
    data: BodyData,
    where: Anatomy,
) -> ClothBase:
    keys, index = np.unique(corners.astype(np.int64) * len(uv) + uv_corners, return_inverse=True)
    vertex, texture = np.divmod(keys, len(uv))
    triangles = index.reshape(corners.shape).astype(np.int32)
    binding = csr_array(fitted.binding[vertex])
    # Shares may be negative, beyond the edge of their triangle; how it moves is never.
    shares = abs(binding)
    shares = diags_array(1 / np.maximum(shares.sum(axis=1), 1e-9)) @ shares
    weld = np.unique(vertex, return_inverse=True)[1]
    rest = fitted.fit(data.template)[vertex]
    return ClothBase(
        binding,
        (shares @ data.weights).astype(np.float32),
        triangles,
        metric_uv(uv[texture], rest, triangles),
        weld,
        smoother_of(triangles, weld),
        where.of(shares),
        replace(fitted.offsets, lengths=fitted.offsets.lengths[vertex]),
    )


def _islands(corners: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return int64 (T,), the smallest index that hangs together with each triangle's."""
    count = int(corners.max()) + 1
    pairs = corners[:, [0, 1, 1, 2]].reshape(-1, 2)
    links = coo_array((np.ones(len(pairs)), pairs.T), shape=(count, count))
    _, island = connected_components(links, directed=False)
    smallest = np.full(int(island.max()) + 1, count)
    np.minimum.at(smallest, island, np.arange(count))
    return np.asarray(smallest[island[corners[:, 0]]], np.int64)


def _taken(whole: ClothBase, mine: NDArray[np.bool_]) -> ClothBase:
    triangles, rows = used_vertices(whole.triangles[mine])
    weld = np.unique(whole.weld[rows], return_inverse=True)[1]
    offsets = whole.offsets
    return ClothBase(
        csr_array(whole.binding[rows]),
        whole.weights[rows],
        triangles,
        whole.uv[rows],
        weld,
        smoother_of(triangles, weld),
        whole.where.map(lambda values: values[rows]),
        None if offsets is None else replace(offsets, lengths=offsets.lengths[rows]),
    )


def _covers(fitted: Mhclo, pieces: dict[int, ClothBase], data: BodyData) -> dict[int, Field]:
    """Return how far inside its edge each piece covers the base mesh, metres of the template.

    A vertex is covered where the piece's nearest vertex is no edge, and lies outside of the skin or
    the file deletes the body there.
    """
    body = data.template
    triangles, _ = data.group("body", "helper-tights", "helper-skirt")
    outward = _base_normals(body, triangles)
    places = {}
    for number, base in pieces.items():
        offsets = base.offsets.on(body) if base.offsets else np.float32(0)
        places[number] = np.asarray(base.binding @ body + offsets)
    owner = np.repeat(list(places), [len(place) for place in places.values()])
    _, nearest_of_all = cKDTree(np.concatenate(list(places.values()))).query(body)
    covers = {}
    for number, base in pieces.items():
        place, edge = places[number], open_edge(base.triangles, base.weld)
        distance, nearest = cKDTree(place).query(body, distance_upper_bound=0.3)
        found = nearest < len(place)
        nearest = np.where(found, nearest, 0)
        out = ((place[nearest] - body) * outward).sum(axis=1) > -0.008
        deleted = fitted.hidden & (owner[nearest_of_all] == number)
        under = found & ~edge[nearest] & ((distance < 0.07) & out | deleted)
        depth = np.full(len(body), _DEEP)
        if edge.any():
            depth = np.minimum(cKDTree(place[edge]).query(body)[0], _DEEP)
        covers[number] = np.where(under, depth, -depth).astype(np.float32)
    return covers


def open_edge(triangles: NDArray[np.int32], weld: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return bool (V,), which vertices lie on an edge that only one triangle has."""
    corners = weld[triangles]
    pairs = np.sort(corners[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    keys, uses = np.unique(pairs[:, 0] * (weld.max() + 1) + pairs[:, 1], return_counts=True)
    lone = np.stack(np.divmod(keys[uses == 1], weld.max() + 1))
    return np.isin(weld, lone)


def _base_normals(
    body: NDArray[np.float32], triangles: NDArray[np.int32]
) -> NDArray[np.float32]:
    a, b, c = (body[triangles[:, corner]] for corner in range(3))
    areas = np.cross(b - a, c - a)
    summed = np.zeros_like(body)
    for corner in range(3):
        np.add.at(summed, triangles[:, corner], areas)
    return np.asarray(summed / np.maximum(np.linalg.norm(summed, axis=1, keepdims=True), 1e-12))
