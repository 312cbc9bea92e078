"""Where a pose brings every bone: a matrix from the photo's pixels to the posed person's."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from m2fp.augmentation.puppet.figure import neck_of, segments
from m2fp.augmentation.puppet.parts import ARMS, LEGS, Bone
from m2fp.augmentation.puppet.poses import Pose
from m2fp.datasets.joints import Joints

Turn = NDArray[np.float64]
"""2 x 3: [a b | shift], for points (x, y)."""


def turns(joints: Joints, pose: Pose) -> dict[Bone, Turn]:
    """Return for every bone the 2 x 3 matrix from the photo's (x, y) to the posed person's."""
    hip, shoulder = joints.hips.mean(axis=0), joints.shoulders.mean(axis=0)
    down = _unit(hip - shoulder)
    lean = _rotation(pose.lean)
    torso_turn = lean @ _along(down, down, pose.torso_scale)
    torso = _about(torso_turn, hip, hip)
    neck = neck_of(joints)
    head = _about(_rotation(pose.lean + pose.nod), neck, apply(torso, neck))
    found = {Bone.TORSO: torso, Bone.HEAD: head}
    lines = segments(joints)
    for side in (0, 1):
        arm, leg = pose.arms[side], pose.legs[side]
        (upper, fore), (thigh, shin) = ARMS[side], LEGS[side]
        sign = 1 if side == 0 else -1
        if arm is None:
            found[upper] = found[fore] = torso
        else:
            axis, out = lean @ down, sign * (joints.shoulders[0] - joints.shoulders[1])
            found[upper], found[fore] = _limb(
                lines[upper][0],
                lines[fore][:2],
                apply(torso, lines[upper][0]),
                [_direction(axis, lean @ out, angle) for angle in (arm.upper, arm.fore)],
                (arm.upper_scale, arm.fore_scale),
            )
        if leg is None:
            found[thigh] = found[shin] = np.eye(2, 3)
        else:
            axis, out = np.array([0.0, 1.0]), sign * (joints.hips[0] - joints.hips[1])
            found[thigh], found[shin] = _limb(
                lines[thigh][0],
                lines[shin][:2],
                apply(torso, lines[thigh][0]),
                [_direction(axis, out, angle) for angle in (leg.thigh, leg.shin)],
                (leg.thigh_scale, leg.shin_scale),
            )
    return found


def apply(matrix: Turn, point: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return where a matrix brings a point, (x, y)."""
    return np.asarray(matrix[:, :2] @ point + matrix[:, 2])


def _limb(
    root: NDArray[np.float64],
    lower: list[NDArray[np.float64]],
    goal: NDArray[np.float64],
    directions: list[NDArray[np.float64]],
    scales: tuple[float, float],
) -> tuple[Turn, Turn]:
    """Return the matrices of the two bones of a limb whose root comes to `goal`."""
    bend, end = lower
    first = _about(_along(_unit(bend - root), directions[0], scales[0]), root, goal)
    second = _along(_unit(end - bend), directions[1], scales[1])
    return first, _about(second, bend, apply(first, bend))


def _unit(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9))


def _rotation(degrees: float) -> NDArray[np.float64]:
    """Return the 2 x 2 rotation, clockwise as seen (y counts down)."""
    angle = np.deg2rad(degrees)
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def _along(
    source: NDArray[np.float64], goal: NDArray[np.float64], scale: float
) -> NDArray[np.float64]:
    """Return the 2 x 2 turn of one unit vector to another, scaled along it and not across."""
    across, goal_across = np.array([-source[1], source[0]]), np.array([-goal[1], goal[0]])
    return np.asarray(scale * np.outer(goal, source) + np.outer(goal_across, across))


def _direction(
    down: NDArray[np.float64], out: NDArray[np.float64], degrees: float
) -> NDArray[np.float64]:
    """Return the unit vector at an angle from `down`, towards the side where `out` points."""
    across = np.array([-down[1], down[0]])
    side = 1.0 if across @ out > 0 else -1.0
    angle = np.deg2rad(degrees)
    return np.asarray(np.cos(angle) * down + side * np.sin(angle) * across)


def _about(
    turn: NDArray[np.float64], source: NDArray[np.float64], goal: NDArray[np.float64]
) -> Turn:
    """Return the 2 x 3 matrix that turns and brings `source` to `goal`."""
    return np.column_stack([turn, goal - turn @ source])
