"""The skin: the base mesh's body and eyes, every triangle labelled, borders cut smoothly.

In CIHP the neck is torso-skin, hands belong to the arms, bare feet to the legs, ears to the face.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from m2fp.synthesis.anatomy import Anatomy
from m2fp.synthesis.body_data import BodyData
from m2fp.synthesis.cloth_base import seam_vertices
from m2fp.synthesis.level_cut import split, used_vertices
from m2fp.synthesis.means import Means
from m2fp.synthesis.part_ids import Cihp, Mhp


@dataclass(frozen=True, slots=True, eq=False)
class Skin:
    """The skin of every body. V vertices, T triangles.

    Attributes:
        bound: the vertices as means of the base vertices.
        triangles: int32 (T, 3).
        parts, fine_parts: uint8 (T,), CIHP and MHP-v2 ids.
        uv: float32 (V, 2), MakeHuman's.
        weights: float32 (V, J), how vertices follow bones.
    """

    bound: Means
    triangles: NDArray[np.int32]
    parts: NDArray[np.uint8]
    fine_parts: NDArray[np.uint8]
    uv: NDArray[np.float32]
    weights: NDArray[np.float32]


def make_skin(data: BodyData, where: Anatomy) -> Skin:
    """Return the skin, labelled."""
    corners, uv_corners = data.group("body", "helper-l-eye", "helper-r-eye")
    base, texture, triangles = seam_vertices(corners, uv_corners, len(data.uv))
    bound, uv = Means.copies(base, len(data.template)), data.uv[texture]
    fields = np.stack(
        [
            where.in_head, where.in_scalp, where.in_arm, where.in_hand, where.in_leg,
            where.in_foot, where.x,
        ], axis=1,
    )[base]  # fmt: skip
    for column in range(fields.shape[1] - 1):  # left and right never share a limb
        cut = split(triangles, fields[:, column])
        triangles, bound = cut.triangles, bound.with_new(cut.edges, cut.shares)
        uv, fields = cut.extend(uv), cut.extend(fields)
    inside = fields[triangles].mean(axis=1) > 0
    parts, fine_parts = _labels(inside)
    used, rows = used_vertices(triangles)
    bound = bound.rows(rows)
    return Skin(bound, used, parts, fine_parts, uv[rows], bound.of(data.weights))


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
