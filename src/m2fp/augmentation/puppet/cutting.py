"""Cutting a person into the pieces of a puppet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from m2fp.augmentation.puppet.assignment import assign_bones
from m2fp.augmentation.puppet.figure import measure
from m2fp.augmentation.puppet.freedom import freedom_of
from m2fp.augmentation.puppet.parts import ARMS, Bone, Parts
from m2fp.augmentation.puppet.pieces import Piece, cut_pieces, fill_body
from m2fp.augmentation.puppet.poses import Freedom
from m2fp.datasets import IGNORE, LabelledPhoto
from m2fp.datasets.joints import Joints

# Width of the shoulders as a share of the torso's length, seen from the front.
_SHOULDERS = (0.42, 0.95)
# More of the body than this is not made up.
_MAX_FILLED = 0.14


@dataclass(frozen=True, slots=True, eq=False)
class Puppet:
    """A person in pieces.

    Attributes:
        pieces: by bone; bones that move with the torso have none.
        joints: in the pixels that the pieces' origins count.
        radius: half-width in pixels at the start of each bone, by bone.
        freedom: what can move.
        area: of the whole person, in pixels.
    """

    pieces: dict[Bone, Piece]
    joints: Joints
    radius: dict[Bone, float]
    freedom: Freedom
    area: int


def cut(photo: LabelledPhoto, joints: Joints, parts: Parts) -> Puppet | None:
    """Return the photo's person 1 as a puppet, None where joints or garments do not allow one."""
    if not _upright(photo, joints):
        return None
    figure = measure(photo, joints, parts)
    bone = assign_bones(figure)
    freedom = freedom_of(figure, bone)
    if not any(freedom.arms) and not freedom.legs:
        return None
    for arm, free in zip(ARMS, freedom.arms, strict=True):
        if not free:
            bone[np.isin(bone, arm)] = Bone.TORSO
    # What is held or worn and has no name is left away beside the torso.
    dropped = figure.own & (figure.ids == IGNORE) & ~figure.quad
    bone[dropped] = -1
    body, filled = fill_body(figure, bone, dropped)
    area = int((bone >= 0).sum())
    if filled > _MAX_FILLED * area:
        return None
    return Puppet(cut_pieces(figure, bone, body), joints, figure.radius, freedom, area)


def _upright(photo: LabelledPhoto, joints: Joints) -> bool:
    height, width = photo.humans.shape
    main = np.concatenate([joints.shoulders, joints.hips])
    inside = (main >= 0).all() and (main < (width, height)).all()
    axis = joints.hips.mean(axis=0) - joints.shoulders.mean(axis=0)
    torso = float(np.linalg.norm(axis))
    if not inside or torso < 24 or axis[1] < 0.9 * torso:
        return False
    wide = float(np.linalg.norm(joints.shoulders[0] - joints.shoulders[1])) / torso
    # Shoulders and hips on the same sides; seen from the side an arm hides the torso.
    facing = (joints.shoulders[0] - joints.shoulders[1])[0] * (joints.hips[0] - joints.hips[1])[0]
    return _SHOULDERS[0] <= wide <= _SHOULDERS[1] and facing > 0
