"""Cutting triangle meshes along a level of a field: hems and borders without zigzag.

A field has one value per vertex and is linear inside a triangle, so its zero level is a straight
line through every triangle that it meets (marching triangles).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_NEAR = 0.02  # of an edge: a cut nearer to a vertex would leave slivers


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """A mesh whose triangles lie wholly on one side of the level.

    Attributes:
        triangles: int32 (T, 3), into the old vertices followed by the new ones.
        inside: bool (T,), the field is positive there.
        origin: int64 (T,), the old triangle that each comes from.
        edges: int32 (K, 2), the old vertices between which each new one lies.
        shares: float32 (K,), how much of the second of them it has.
    """

    triangles: NDArray[np.int32]
    inside: NDArray[np.bool_]
    origin: NDArray[np.int64]
    edges: NDArray[np.int32]
    shares: NDArray[np.float32]

    def extend(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return values of old vertices (V, ...) with those of the new ones behind (V + K, ...)."""
        shares = self.shares.reshape(-1, *[1] * (values.ndim - 1))
        first, second = values[self.edges[:, 0]], values[self.edges[:, 1]]
        return np.concatenate([values, first + (second - first) * shares]).astype(values.dtype)


def split(triangles: NDArray[np.int32], field: NDArray[np.float32]) -> Split:
    """Return the mesh split along the zero level.

    Args:
        triangles: int32 (T, 3).
        field: float32 (V,), positive inside.
    """
    sign = field > 0
    positive = sign[triangles]
    count = positive.sum(axis=1)
    whole = np.flatnonzero((count == 0) | (count == 3))
    mixed = np.flatnonzero((count == 1) | (count == 2))
    if len(mixed) == 0:
        return Split(
            triangles, count == 3, np.arange(len(triangles)), np.empty((0, 2), np.int32),
            np.empty(0, np.float32),
        )  # fmt: skip
    # Turn each so that its lone corner, the one of its sign, comes first.
    lone = np.where(count[mixed] == 1, positive[mixed].argmax(1), (~positive[mixed]).argmax(1))
    a, b, c = (triangles[mixed, (lone + turn) % 3] for turn in range(3))
    pairs = np.concatenate([np.stack([a, b], 1), np.stack([a, c], 1)])
    pairs.sort(axis=1)
    keys, index = np.unique(
        pairs[:, 0].astype(np.int64) * len(field) + pairs[:, 1], return_inverse=True
    )
    edges = np.stack(np.divmod(keys, len(field)), axis=1).astype(np.int32)
    low, high = field[edges[:, 0]], field[edges[:, 1]]
    shares = np.clip(low / (low - high), _NEAR, 1 - _NEAR).astype(np.float32)
    new = (len(field) + index).astype(np.int32)
    ab, ac = new[: len(mixed)], new[len(mixed) :]
    return Split(
        np.concatenate(
            [
                triangles[whole],
                np.stack([a, ab, ac], 1),
                np.stack([ab, b, c], 1),
                np.stack([ab, c, ac], 1),
            ]
        ).astype(np.int32),
        np.concatenate([count[whole] == 3, sign[a], ~sign[a], ~sign[a]]),
        np.concatenate([whole, mixed, mixed, mixed]),
        edges,
        shares,
    )


def quartered(triangles: NDArray[np.int32], count: int) -> Split:
    """Return a mesh of `count` vertices with every triangle cut in four at its edges' middles."""
    pairs = np.sort(triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1).astype(np.int64)
    keys, index = np.unique(pairs[:, 0] * count + pairs[:, 1], return_inverse=True)
    edges = np.stack(np.divmod(keys, count), axis=1).astype(np.int32)
    (a, b, c), (ab, bc, ca) = triangles.T, count + index.reshape(-1, 3).T
    quarters = [(a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca)]
    four = np.concatenate([np.stack(quarter, axis=1) for quarter in quarters]).astype(np.int32)
    return Split(
        four,
        np.ones(len(four), bool),
        np.tile(np.arange(len(triangles)), 4),
        edges,
        np.full(len(edges), 0.5, np.float32),
    )


def used_vertices(triangles: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Return triangles renumbered to the vertices they use, and which those were."""
    mark = np.zeros(int(triangles.max(initial=-1)) + 1, bool)
    mark[triangles] = True
    used = np.flatnonzero(mark)
    number = np.cumsum(mark, dtype=np.int32) - 1
    return number[triangles].astype(np.int32), used
