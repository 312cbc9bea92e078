"""Points of the body that have names: joints, and marks of the face."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from m2fp.synthesis.body import Body
from m2fp.synthesis.body_data import BodyData
from m2fp.synthesis.skinning import posed

# Bones whose head is the joint, in the left half.
_BONES = {
    "shoulder": "upperarm01",
    "elbow": "lowerarm01",
    "wrist": "wrist",
    "hip": "upperleg01",
    "knee": "lowerleg01",
    "ankle": "foot",
}
# Marks of the template's skin: the vertex nearest to these places, metres.
_MARKS = {
    "nose": (0.0, 0.694, 0.167),
    "left-eye": (0.031, 0.728, 0.139),
    "right-eye": (-0.031, 0.728, 0.139),
    "left-ear": (0.087, 0.726, 0.040),
    "right-ear": (-0.087, 0.726, 0.040),
    "crown": (0.0, 0.849, 0.050),
    "left-hand": (0.475, 0.149, 0.286),
    "right-hand": (-0.475, 0.149, 0.286),
    "left-toes": (0.240, -0.800, 0.165),
    "right-toes": (-0.240, -0.800, 0.165),
}

JOINT_NAMES: tuple[str, ...] = (
    *(f"{side}-{joint}" for joint in _BONES for side in ("left", "right")),
    "pelvis",
    "neck",
    *_MARKS,
)


def joint_places(body: Body, motions: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return float32 (len(JOINT_NAMES), 3), metres, after the bones' motions (J, 3, 4)."""
    data = body.data
    bones, marks = _rows(data)
    heads = np.einsum("jab,jb->ja", motions[bones, :, :3], body.joints[bones])
    return np.concatenate(
        [
            heads + motions[bones, :, 3],
            posed(body.vertices[marks], data.weights[marks], motions),
        ]
    ).astype(np.float32)


@cache
def _rows(data: BodyData) -> tuple[list[int], NDArray[np.int64]]:
    """Return the bones of the joints and the base vertices of the marks."""
    bones = [data.bone(f"{bone}.{side}") for bone in _BONES.values() for side in "LR"]
    bones += [data.bone("spine05"), data.bone("neck01")]
    skin = data.template[: data.skin_vertices]
    return bones, np.asarray(cKDTree(skin).query(np.array([*_MARKS.values()]))[1])
