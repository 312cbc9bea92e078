"""A labelled person in another pose: pieces of a puppet turned about the joints and painted."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from m2fp.augmentation.puppet.cutting import Puppet, cut
from m2fp.augmentation.puppet.painting import paint
from m2fp.augmentation.puppet.parts import parts_of
from m2fp.augmentation.puppet.poses import Pose, random_pose
from m2fp.datasets import LabelledPhoto
from m2fp.datasets.joints import Joints
from m2fp.labels import LabelScheme

# Taller people are scaled down first: training pictures show them no larger.
MAX_HEIGHT = 560

# As INTER_AREA, from the middles of pixels; INTER_NEAREST would move labels half a pixel.
_NEAREST = cv2.INTER_NEAREST_EXACT
# Left about the person, so that limbs and joints near its edge are inside.
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
    return None if pose is None else paint(puppet, pose)


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
    return paint(puppet, pose)


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
            _as_uint8(cv2.resize(photo.categories, size, interpolation=_NEAREST)),
            np.asarray(
                cv2.resize(photo.humans.astype(np.uint16), size, interpolation=_NEAREST),
                dtype=np.uint16,
            ),
        )
        joints = joints.scaled(factor)
    return cut(photo, joints, parts)


def _as_uint8(array: object) -> NDArray[np.uint8]:
    return np.asarray(array, dtype=np.uint8)
