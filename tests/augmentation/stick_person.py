"""A person of straight limbs, whose joints are known because it is drawn from them."""

from __future__ import annotations

import cv2
import numpy as np

from m2fp.datasets import LabelledPhoto
from m2fp.datasets.joints import Joints

SIZE = (400, 260)  # height, width
ARM_WIDTH = 20
FACE, UPPER, PANTS, LEFT_ARM, RIGHT_ARM = 13, 5, 9, 14, 15
LEFT_SHOE, RIGHT_SHOE = 18, 19


def stick_joints() -> Joints:
    """Return the joints: the person looks at us, so its left is at larger x."""

    def pair(left: tuple[float, float]) -> np.ndarray:
        return np.array([left, (SIZE[1] - left[0], left[1])], np.float64)

    return Joints(
        head=np.array([130.0, 50.0]),
        shoulders=pair((165, 90)),
        elbows=pair((170, 145)),
        wrists=pair((175, 195)),
        hands=pair((176, 206)),
        hips=pair((150, 190)),
        knees=pair((155, 270)),
        ankles=pair((157, 340)),
        toes=pair((160, 355)),
    )


def stick_person() -> tuple[LabelledPhoto, Joints]:
    """Return the person and its joints; a pixel's colour is ten times its id."""
    joints = stick_joints()
    ids = np.zeros(SIZE, np.uint8)

    def line(part: int, width: int, *points: np.ndarray) -> None:
        ends = np.rint(np.array(points)).astype(np.int32)[:, None]
        cv2.polylines(ids, [ends], isClosed=False, color=part, thickness=width)

    cv2.ellipse(ids, (130, 55), (20, 28), 0, 0, 360, FACE, -1)
    corners = [joints.shoulders[0], joints.shoulders[1], joints.hips[1], joints.hips[0]]
    cv2.fillPoly(ids, [np.rint(corners).astype(np.int32)], UPPER)
    line(UPPER, 24, *joints.shoulders)
    line(10, 16, np.array([130, 75]), np.array([130, 85]))
    for side, (arm, shoe) in enumerate(((LEFT_ARM, LEFT_SHOE), (RIGHT_ARM, RIGHT_SHOE))):
        line(PANTS, 26, joints.hips[side], joints.knees[side], joints.ankles[side])
        line(shoe, 20, joints.ankles[side] + [0, 12], joints.toes[side])
        line(arm, ARM_WIDTH, joints.shoulders[side], joints.elbows[side], joints.hands[side])
    pixels = np.repeat((ids * 10)[..., None], 3, axis=2)
    return LabelledPhoto(pixels, ids, (ids > 0).astype(np.uint16)), joints
