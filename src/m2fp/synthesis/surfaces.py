"""Triangle meshes: normals, neighbours, open edges, what hangs together."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from m2fp.synthesis.means import Means

Corners = NDArray[np.integer[Any]]
"""Triangles (T, 3) as indices of their corners."""


def vertex_normals(vertices: NDArray[np.float32], triangles: Corners) -> NDArray[np.float32]:
    """Return float32 (V, 3), outward, of length 1: the triangles' normals by area."""
    a, b, c = (vertices[triangles[:, corner]] for corner in range(3))
    areas = np.cross(b - a, c - a)
    at = triangles.T.ravel()
    summed = np.stack(
        [np.bincount(at, np.tile(areas[:, axis], 3), len(vertices)) for axis in range(3)], axis=1
    )
    length = np.linalg.norm(summed, axis=1, keepdims=True)
    return np.asarray(summed / np.maximum(length, 1e-12), np.float32)


def open_edge(triangles: Corners, weld: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return bool (V,), which vertices lie on an edge that only one triangle has.

    weld: int64 (V,), the same number for vertices at the same place.
    """
    edges, uses = _edges(weld[triangles], int(weld.max()) + 1)
    return np.isin(weld, edges[uses == 1])


def neighbour_means(triangles: Corners, weld: NDArray[np.int64]) -> Means:
    """Return every vertex as the mean of its neighbours; those on open edges stay.

    weld: int64 (V,), the same number for vertices at the same place, without gaps.
    """
    count = int(weld.max()) + 1
    edges, uses = _edges(weld[triangles], count)
    stays = np.zeros(count, bool)
    stays[edges[uses == 1]] = True
    both = np.concatenate([edges, edges[:, ::-1]])
    both = both[~stays[both[:, 0]]]
    degree = np.bincount(both[:, 0], minlength=count)
    alone = np.flatnonzero(degree == 0)
    rows = np.concatenate([both[:, 0], alone])
    columns = np.concatenate([both[:, 1], alone])
    shares = 1 / np.maximum(degree, 1)[rows]
    places = Means.listed(rows, columns, shares, (count, count))
    # From vertices to places, where any vertex stands for its place, and back.
    first = np.unique(weld, return_index=True)[1]
    return places.rows(weld).after(Means.copies(first, len(weld)))


def islands(triangles: Corners) -> NDArray[np.int64]:
    """Return int64 (T,), the smallest index of a corner that hangs together with each triangle."""
    count = int(triangles.max()) + 1
    pairs = triangles[:, [0, 1, 1, 2]].reshape(-1, 2)
    links: Any = sparse.coo_array
    graph = links((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    _, island = csgraph.connected_components(graph, directed=False)
    smallest = np.full(int(island.max()) + 1, count)
    np.minimum.at(smallest, island, np.arange(count))
    return np.asarray(smallest[island[triangles[:, 0]]], np.int64)


def _edges(corners: Corners, count: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the edges (E, 2), each once, and how many triangles have it (E,)."""
    pairs = np.sort(corners[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2).astype(np.int64), axis=1)
    keys, uses = np.unique(pairs[:, 0] * count + pairs[:, 1], return_counts=True)
    return np.stack(np.divmod(keys, count), axis=1), uses
