"""A labelled person in another pose: pieces of a puppet turned about the joints and painted."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from m2fp.augmentation.edges import nearest_source
from m2fp.augmentation.placement import BORDER_GREY
from m2fp.augmentation.puppet.cutting import Puppet, cut
from m2fp.augmentation.puppet.figure import neck_of, segments
from m2fp.augmentation.puppet.parts import Bone, parts_of
from m2fp.augmentation.puppet.pieces import Piece
from m2fp.augmentation.puppet.poses import Pose, random_pose
from m2fp.datasets import LabelledPhoto
from m2fp.datasets.joints import Joints
from m2fp.labels import LabelScheme

# Taller people are scaled down first: training pictures show them no larger.
MAX_HEIGHT = 560

_TURN = NDArray[np.float64]  # 2 x 3, from the photo to the picture

# A tenth of a limb's width may be missing about a joint. A part that hangs apart may be this share
# of the person, and goes.
_MIN_JOINT_COVER = 0.9
_MAX_SPECK = 0.004
_PAD = 3


def random_puppet(
    photo: LabelledPhoto, joints: Joints, scheme: LabelScheme, rng: Generator
) -> LabelledPhoto | None:
    """Return the photo's person 1 in a random pose on grey, None where no good one is possible.

    joints: in pixels of the photo. The result may be smaller than the photo: people taller than
    560 pixels are scaled down.
    """
    puppet = _puppet(photo, joints, scheme)
    if puppet is None:
        return None
    pose = random_pose(puppet.freedom, rng)
    return None if pose is None else _paint(puppet, pose)


def repose(
    photo: LabelledPhoto, joints: Joints, pose: Pose, scheme: LabelScheme
) -> LabelledPhoto | None:
    """Return the photo's person 1 in a pose; see `random_puppet`.

    None too where the pose moves what cannot move in this photo.
    """
    puppet = _puppet(photo, joints, scheme)
    if puppet is None:
        return None
    for limb, free in zip(pose.arms, puppet.freedom.arms, strict=True):
        if limb is not None and not free:
            return None
    if any(leg is not None for leg in pose.legs) and not puppet.freedom.legs:
        return None
    return _paint(puppet, pose)


def _puppet(photo: LabelledPhoto, joints: Joints, scheme: LabelScheme) -> Puppet | None:
    parts = parts_of(scheme)
    rows = np.flatnonzero((photo.humans == 1).any(axis=1))
    columns = np.flatnonzero((photo.humans == 1).any(axis=0))
    if parts is None or rows.size == 0:
        return None
    top, left = max(0, int(rows[0]) - _PAD), max(0, int(columns[0]) - _PAD)
    box = np.s_[top : rows[-1] + _PAD + 1, left : columns[-1] + _PAD + 1]
    photo = LabelledPhoto(photo.pixels[box], photo.categories[box], photo.humans[box])
    joints = Joints(*(getattr(joints, name) - (left, top) for name in joints.__slots__))
    factor = min(1.0, MAX_HEIGHT / photo.humans.shape[0])
    if factor < 1:
        height, width = photo.humans.shape
        size = max(1, round(width * factor)), max(1, round(height * factor))
        photo = LabelledPhoto(
            _as_uint8(cv2.resize(photo.pixels, size, interpolation=cv2.INTER_AREA)),
            _as_uint8(cv2.resize(photo.categories, size, interpolation=cv2.INTER_NEAREST)),
            np.asarray(
                cv2.resize(photo.humans.astype(np.uint16), size, interpolation=cv2.INTER_NEAREST),
                dtype=np.uint16,
            ),
        )
        joints = joints.scaled(factor)
    return cut(photo, joints, parts)


def turns(joints: Joints, pose: Pose) -> dict[Bone, _TURN]:
    """Return for every bone the 2 x 3 matrix from the photo's (x, y) to the posed person's."""
    hip, shoulder = joints.hips.mean(axis=0), joints.shoulders.mean(axis=0)
    down = _unit(hip - shoulder)
    lean = _rotation(pose.lean)
    torso_turn = lean @ _along(down, down, pose.torso_scale)
    torso = _about(torso_turn, hip, hip)
    neck = neck_of(joints)
    head = _about(_rotation(pose.lean + pose.nod), neck, _apply(torso, neck))
    found = {Bone.TORSO: torso, Bone.HEAD: head}
    lines = segments(joints)
    for side in (0, 1):
        arm, leg = pose.arms[side], pose.legs[side]
        upper, fore = Bone(Bone.UPPER_LEFT + side), Bone(Bone.FORE_LEFT + side)
        thigh, shin = Bone(Bone.THIGH_LEFT + side), Bone(Bone.SHIN_LEFT + side)
        sign = 1 if side == 0 else -1
        if arm is None:
            found[upper] = found[fore] = torso
        else:
            axis, out = lean @ down, sign * (joints.shoulders[0] - joints.shoulders[1])
            found[upper], found[fore] = _limb(
                lines[upper][0],
                lines[fore][:2],
                _apply(torso, lines[upper][0]),
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
                _apply(torso, lines[thigh][0]),
                [_direction(axis, out, angle) for angle in (leg.thigh, leg.shin)],
                (leg.thigh_scale, leg.shin_scale),
            )
    return found


def _limb(
    root: NDArray[np.float64],
    lower: list[NDArray[np.float64]],
    goal: NDArray[np.float64],
    directions: list[NDArray[np.float64]],
    scales: tuple[float, float],
) -> tuple[_TURN, _TURN]:
    """Return the matrices of the two bones of a limb whose root comes to `goal`."""
    bend, end = lower
    first = _about(_along(_unit(bend - root), directions[0], scales[0]), root, goal)
    second = _along(_unit(end - bend), directions[1], scales[1])
    return first, _about(second, bend, _apply(first, bend))


def _paint(puppet: Puppet, pose: Pose) -> LabelledPhoto | None:
    matrices = turns(puppet.joints, pose)
    order = [bone for bone in _order(pose) if bone in puppet.pieces]
    corners = np.concatenate([_corners(puppet.pieces[b], matrices[b]) for b in order])
    low = np.floor(corners.min(axis=0)).astype(int) - _PAD
    high = np.ceil(corners.max(axis=0)).astype(int) + _PAD
    width, height = (high - low).tolist()
    canvas = np.full((height, width, 3), BORDER_GREY, np.uint8)
    ids = np.zeros((height, width), np.uint8)
    own = np.zeros((height, width), bool)
    for bone in order:
        matrix = matrices[bone].copy()
        matrix[:, 2] -= low
        _paint_piece(puppet.pieces[bone], matrix, canvas, ids, own)
    _close(canvas, ids, own)
    if not _connected(ids, own) or not _joined(puppet, matrices, low, own):
        return None
    canvas[~own] = BORDER_GREY
    return LabelledPhoto(canvas, ids, own.astype(np.uint16))


def _order(pose: Pose) -> list[Bone]:
    """Return the bones from back to front."""
    back: list[Bone] = []
    middle = [Bone.TORSO]
    front: list[Bone] = []
    for side, leg in enumerate(pose.legs):
        bones = [Bone(Bone.THIGH_LEFT + side), Bone(Bone.SHIN_LEFT + side)]
        if leg is not None and leg.front:
            middle += bones
        else:
            back += bones[::-1]
    for side, arm in enumerate(pose.arms):
        bones = [Bone(Bone.UPPER_LEFT + side), Bone(Bone.FORE_LEFT + side)]
        if arm is not None and arm.behind:
            back = bones[::-1] + back
        else:
            front += bones
    return [*back, *middle, *front, Bone.HEAD]


def _paint_piece(
    piece: Piece,
    matrix: _TURN,
    canvas: NDArray[np.uint8],
    ids: NDArray[np.uint8],
    own: NDArray[np.bool_],
) -> None:
    corners = _corners(piece, matrix)
    height, width = own.shape
    left, top = np.floor(corners.min(axis=0)).astype(int).clip(0)
    right, bottom = np.minimum(np.ceil(corners.max(axis=0)).astype(int) + 1, (width, height))
    size = (int(right - left), int(bottom - top))
    # From the piece's own corner to that of the box it lands in.
    local = matrix.copy()
    local[:, 2] += matrix[:, :2] @ np.array(piece.origin) - (left, top)
    pixels = cv2.warpAffine(
        piece.pixels, local, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    cover = cv2.warpAffine(piece.mask.astype(np.uint8) * 255, local, size, flags=cv2.INTER_LINEAR)
    named = np.where(piece.mask, piece.categories, 0)
    labels = cv2.warpAffine(named, local, size, flags=cv2.INTER_NEAREST)
    box = np.s_[top:bottom, left:right]
    hit = (cover > 127) & (labels > 0)
    # Soft over the person, hard beside it: grey must not mix into the outline.
    alpha = np.where(own[box], cover, np.where(hit, 255, 0)).astype(np.uint16)[..., None]
    mixed = (pixels * alpha + canvas[box] * (255 - alpha) + 127) // 255
    canvas[box] = mixed.astype(np.uint8)
    ids[box][hit] = labels[hit]
    own[box][hit] = True


def _close(canvas: NDArray[np.uint8], ids: NDArray[np.uint8], own: NDArray[np.bool_]) -> None:
    """Fill seams of a pixel or two with what is beside them."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
    closed = cv2.morphologyEx(own.astype(np.uint8), cv2.MORPH_CLOSE, kernel).astype(bool)
    seams = closed & ~own
    if not seams.any():
        return
    index = nearest_source(own)[seams]
    canvas[seams] = canvas.reshape(-1, 3)[index]
    ids[seams] = ids.ravel()[index]
    own |= seams


def _connected(ids: NDArray[np.uint8], own: NDArray[np.bool_]) -> bool:
    """Return whether the person is in one piece, specks left away."""
    _, zones, stats, _ = cv2.connectedComponentsWithStats(own.astype(np.uint8), connectivity=4)
    areas = stats[1:, cv2.CC_STAT_AREA]
    largest = int(areas.argmax())
    if np.delete(areas, largest).max(initial=0) > _MAX_SPECK * areas.sum():
        return False
    apart = own & (zones != largest + 1)
    own[apart], ids[apart] = False, 0
    return True


def _joined(
    puppet: Puppet, matrices: dict[Bone, _TURN], low: NDArray[np.int_], own: NDArray[np.bool_]
) -> bool:
    """Return whether the person covers its joints."""
    lines = segments(puppet.joints)
    for bone, line in lines.items():
        if bone not in puppet.pieces:
            continue
        x, y = np.rint(_apply(matrices[bone], line[0]) - low).astype(int).tolist()
        radius = max(1, round(0.5 * puppet.radius[bone]))
        disc = own[max(0, y - radius) : y + radius + 1, max(0, x - radius) : x + radius + 1]
        if disc.size == 0 or disc.mean() < _MIN_JOINT_COVER:
            return False
    return True


def _corners(piece: Piece, matrix: _TURN) -> NDArray[np.float64]:
    height, width = piece.mask.shape
    x, y = piece.origin
    box = np.array([[x, y], [x + width, y], [x, y + height], [x + width, y + height]], np.float64)
    return np.asarray(box @ matrix[:, :2].T + matrix[:, 2])


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
) -> _TURN:
    """Return the 2 x 3 matrix that turns and brings `source` to `goal`."""
    return np.column_stack([turn, goal - turn @ source])


def _apply(matrix: _TURN, point: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(matrix[:, :2] @ point + matrix[:, 2])


def _as_uint8(array: object) -> NDArray[np.uint8]:
    return np.asarray(array, dtype=np.uint8)
