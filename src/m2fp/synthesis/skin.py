"""The skin: the base mesh's body and eyes, every triangle labelled, borders cut smoothly.

In CIHP the neck is torso-skin, hands belong to the arms, bare feet to the legs, ears to the face.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from m2fp.synthesis.anatomy import Anatomy
from m2fp.synthesis.body_data import BodyData
from m2fp.synthesis.level_cut import extend_binding, split, used_vertices
from m2fp.synthesis.part_ids import Cihp, Mhp


@dataclass(frozen=True, slots=True, eq=False)
class Skin:
    """The skin of every body. V vertices, T triangles.

    Attributes:
        binding: float32 (V, N), each vertex as a mean of base vertices.
        triangles: int32 (T, 3).
        parts, fine_parts: uint8 (T,), CIHP and MHP-v2 ids.
        uv: float32 (V, 2), MakeHuman's.
        weights: float32 (V, J), how vertices follow bones.
    """

    binding: csr_array
    triangles: NDArray[np.int32]
    parts: NDArray[np.uint8]
    fine_parts: NDArray[np.uint8]
    uv: NDArray[np.float32]
    weights: NDArray[np.float32]


def make_skin(data: BodyData, where: Anatomy) -> Skin:
    """Return the skin, labelled."""
    corners, uv_corners = data.group("body", "helper-l-eye", "helper-r-eye")
    # Where the texture has a seam, a base vertex becomes several.
    keys = corners.astype(np.int64) * len(data.uv) + uv_corners
    unique, index = np.unique(keys, return_inverse=True)
    base, texture = np.divmod(unique, len(data.uv))
    triangles = index.reshape(corners.shape).astype(np.int32)
    binding = _rows(base, len(data.template))
    uv = data.uv[texture]
    fields = np.stack(
        [
            where.in_head, where.in_scalp, where.in_arm, where.in_hand, where.in_leg,
            where.in_foot, where.x,
        ], axis=1,
    )[base]  # fmt: skip
    for column in range(fields.shape[1] - 1):  # left and right never share a limb
        cut = split(triangles, fields[:, column])
        triangles, binding = cut.triangles, extend_binding(binding, cut)
        uv, fields = cut.extend(uv), cut.extend(fields)
    inside = fields[triangles].mean(axis=1) > 0
    parts, fine_parts = _labels(inside)
    used, rows = used_vertices(triangles)
    binding = csr_array(binding[rows])
    return Skin(binding, used, parts, fine_parts, uv[rows], binding @ data.weights)


def _rows(base: NDArray[np.int64], count: int) -> csr_array:
    ones = np.ones(len(base), np.float32)
    return csr_array((ones, (np.arange(len(base)), base)), shape=(len(base), count))


def _labels(inside: NDArray[np.bool_]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return CIHP and MHP-v2 ids of triangles (T,) from the fields (T, 7) they are in."""
    head, scalp, arm, hand, leg, foot, left = inside.T
    parts = np.full(len(inside), Cihp.TORSO_SKIN, np.uint8)
    fine = np.full(len(inside), Mhp.TORSO_SKIN, np.uint8)

    def paint(where: NDArray[np.bool_], part: int, fine_part: int) -> None:
        parts[where], fine[where] = part, fine_part

    paint(head, Cihp.FACE, Mhp.FACE)
    paint(scalp & head, Cihp.HAIR, Mhp.HAIR)
    paint(arm & left, Cihp.LEFT_ARM, Mhp.LEFT_ARM)
    paint(arm & ~left, Cihp.RIGHT_ARM, Mhp.RIGHT_ARM)
    paint(arm & hand & left, Cihp.LEFT_ARM, Mhp.LEFT_HAND)
    paint(arm & hand & ~left, Cihp.RIGHT_ARM, Mhp.RIGHT_HAND)
    paint(leg & left, Cihp.LEFT_LEG, Mhp.LEFT_LEG)
    paint(leg & ~left, Cihp.RIGHT_LEG, Mhp.RIGHT_LEG)
    paint(leg & foot & left, Cihp.LEFT_LEG, Mhp.LEFT_FOOT)
    paint(leg & foot & ~left, Cihp.RIGHT_LEG, Mhp.RIGHT_FOOT)
    return parts, fine
