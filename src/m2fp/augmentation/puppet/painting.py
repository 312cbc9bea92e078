"""The pieces of a puppet, turned and laid over each other, from back to front."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from m2fp.augmentation.edges import nearest_source
from m2fp.augmentation.placement import BORDER_GREY
from m2fp.augmentation.puppet.cutting import Puppet
from m2fp.augmentation.puppet.figure import segments
from m2fp.augmentation.puppet.parts import ARMS, LEGS, Bone
from m2fp.augmentation.puppet.pieces import Piece
from m2fp.augmentation.puppet.poses import Pose
from m2fp.augmentation.puppet.turning import Turn, apply, turns
from m2fp.datasets import LabelledPhoto

# A tenth of a limb's width may be missing about a joint. A part that hangs apart may be this share
# of the person, and goes.
_MIN_JOINT_COVER = 0.9
_MAX_SPECK = 0.004
_PAD = 3


def paint(puppet: Puppet, pose: Pose) -> LabelledPhoto | None:
    """Return the person in a pose on grey, as small as may be; None if it comes apart."""
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
    for bones, leg in zip(LEGS, pose.legs, strict=True):
        if leg is not None and leg.front:
            middle += bones
        else:
            back += bones[::-1]
    for bones, arm in zip(ARMS, pose.arms, strict=True):
        if arm is not None and arm.behind:
            back = [*bones[::-1], *back]
        else:
            front += bones
    return [*back, *middle, *front, Bone.HEAD]


def _paint_piece(
    piece: Piece,
    matrix: Turn,
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
    puppet: Puppet, matrices: dict[Bone, Turn], low: NDArray[np.int_], own: NDArray[np.bool_]
) -> bool:
    """Return whether the person covers its joints."""
    lines = segments(puppet.joints)
    for bone, line in lines.items():
        if bone not in puppet.pieces:
            continue
        x, y = np.rint(apply(matrices[bone], line[0]) - low).astype(int).tolist()
        radius = max(1, round(0.5 * puppet.radius[bone]))
        disc = own[max(0, y - radius) : y + radius + 1, max(0, x - radius) : x + radius + 1]
        if disc.size == 0 or disc.mean() < _MIN_JOINT_COVER:
            return False
    return True


def _corners(piece: Piece, matrix: Turn) -> NDArray[np.float64]:
    height, width = piece.mask.shape
    x, y = piece.origin
    box = np.array([[x, y], [x + width, y], [x, y + height], [x + width, y + height]], np.float64)
    return np.asarray(box @ matrix[:, :2].T + matrix[:, 2])
