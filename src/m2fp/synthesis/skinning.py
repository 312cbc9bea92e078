"""Posing: turns of the joints to places of the bones, and vertices that follow the bones.

Turns are rotation matrices about axes parallel to the world's in the rest pose, each on top of its
parent's (what a BVH file holds). Vertices blend the bones' motions linearly (Magnenat-Thalmann et
al. 1988), as MakeHuman and anny do.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def bone_motions(
    rest: NDArray[np.float32], parents: NDArray[np.int32], turns: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return float32 (J, 3, 4), what takes a point that follows bone j from rest to pose.

    Args:
        rest: float32 (J, 3), heads of the bones in the rest pose.
        parents: int32 (J,), smaller than the bone's own index; -1 for the root.
        turns: float32 (J, 3, 3), of every joint.
    """
    count = len(rest)
    rotations = np.empty((count, 3, 3), np.float32)
    heads = np.empty((count, 3), np.float32)
    for bone, parent in enumerate(parents.tolist()):
        if parent < 0:
            rotations[bone], heads[bone] = turns[bone], rest[bone]
        else:
            rotations[bone] = rotations[parent] @ turns[bone]
            heads[bone] = heads[parent] + rotations[parent] @ (rest[bone] - rest[parent])
    shift = heads - np.einsum("jab,jb->ja", rotations, rest)
    return np.concatenate([rotations, shift[:, :, None]], axis=2)


def posed(
    vertices: NDArray[np.float32], weights: NDArray[np.float32], motions: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return the vertices (V, 3) after the motions (J, 3, 4) that they follow by weights (V, J)."""
    blended = (weights @ motions.reshape(len(motions), 12)).reshape(-1, 3, 4)
    moved = np.einsum("vab,vb->va", blended[:, :, :3], vertices)
    return np.asarray(moved + blended[:, :, 3], np.float32)


def rotation(axis: NDArray[np.float64], angle: float) -> NDArray[np.float64]:
    """Return the matrix (3, 3) that turns by `angle` (radians) about `axis` (Rodrigues)."""
    x, y, z = axis / np.linalg.norm(axis)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.asarray(np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross)


def rotation_between(start: NDArray[np.float64], end: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the smallest rotation (3, 3) that takes direction `start` to direction `end`."""
    start, end = start / np.linalg.norm(start), end / np.linalg.norm(end)
    axis = np.cross(start, end)
    sine, cosine = float(np.linalg.norm(axis)), float(start @ end)
    if sine < 1e-9:
        if cosine > 0:
            return np.eye(3)
        # Opposite: half a turn about anything across.
        axis = np.cross(start, np.eye(3)[np.argmin(np.abs(start))])
    return rotation(axis, np.arctan2(sine, cosine))
