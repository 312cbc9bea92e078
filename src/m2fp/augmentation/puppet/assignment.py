"""Every pixel of a person goes to a bone."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from m2fp.augmentation.puppet.figure import Figure, Mask, disc, polygon
from m2fp.augmentation.puppet.parts import ARMS, LEGS, Bone

BoneMap = NDArray[np.int8]


def assign_bones(figure: Figure) -> BoneMap:
    """Return the bone of every pixel, int8 (H, W), -1 outside the person."""
    bone = np.where(figure.own, np.int8(Bone.TORSO), np.int8(-1))
    bone[figure.has(figure.parts.head)] = Bone.HEAD
    _legs(figure, bone)
    _arms(figure, bone)
    return bone


def _nearest(figure: Figure, bone: BoneMap, where: Mask, bones: tuple[Bone, ...]) -> None:
    distances = np.stack([figure.far[each][where] for each in bones])
    bone[where] = np.array(bones, np.int8)[distances.argmin(axis=0)]


def _legs(figure: Figure, bone: BoneMap) -> None:
    for leg, ids in zip(LEGS, figure.parts.legs, strict=True):
        _nearest(figure, bone, figure.has(ids), leg)
    thighs, shins = zip(*LEGS, strict=True)
    _nearest(figure, bone, figure.has(figure.parts.socks), shins)
    _nearest(figure, bone, figure.has(figure.parts.trousers), thighs + shins)
    # Above the hips, and in the wedge down to the crotch, trousers are the torso's.
    above, middle = ~figure.below, figure.joints.hips.mean(axis=0)
    knee = figure.joints.knees.mean(axis=0)
    wedge = polygon(
        figure.own.shape, np.array([*figure.joints.hips, middle + 0.22 * (knee - middle)])
    )
    bone[np.isin(bone, LEGS) & (above | wedge)] = Bone.TORSO


def _arms(figure: Figure, bone: BoneMap) -> None:
    uppers, fores = zip(*ARMS, strict=True)
    _nearest(figure, bone, figure.has(figure.parts.gloves), fores)
    for arm, part in zip(ARMS, figure.parts.arms, strict=True):
        _nearest(figure, bone, figure.has((part,)), arm)
    # A sleeve is what is within an arm's width of its bones, or nearer to them than the body.
    # Below the hips it is a hand that hangs beside a dress, and a cuff beside a coat.
    cloth = figure.has(figure.parts.sleeved) & ~(figure.below & figure.has(figure.parts.dresses))
    for fore in fores:
        cloth &= ~_beyond_wrist(figure, fore)
    bodily = np.minimum(
        figure.quad_far, np.minimum(figure.far[Bone.THIGH_LEFT], figure.far[Bone.THIGH_RIGHT])
    )
    best = np.full(figure.own.shape, 1.0, np.float32)
    for each in uppers + fores:
        far = figure.far[each]
        share = far / figure.radius[each]
        near = cloth & (share < best) & ((share <= 1) | (far < bodily))
        loose = cloth & (share >= 1) & (share < 1.7) & (far < bodily) & (best >= 1.0)
        bone[near | loose] = each
        best = np.where(near, share, best)

    _remnants(figure, bone, cloth, uppers + fores)


def _beyond_wrist(figure: Figure, fore: Bone) -> Mask:
    elbow, wrist = figure.lines[fore][:2]
    along = (wrist - elbow) / max(float(np.linalg.norm(wrist - elbow)), 1e-6)
    # A cuff reaches over the hand's root, as far as joints are found exactly.
    wrist = wrist + 0.12 * figure.torso * along
    height, width = figure.own.shape
    rows = (np.arange(height) - wrist[1])[:, None] * along[1]
    past = rows + (np.arange(width) - wrist[0])[None] * along[0] > 0
    return np.asarray(past & disc(figure.own.shape, wrist, 0.5 * figure.torso))


def _remnants(figure: Figure, bone: BoneMap, cloth: Mask, arms: tuple[Bone, ...]) -> None:
    # Cloth cut off from the torso by an arm's straight edge is the sleeve's outer fold.
    torso = (bone == Bone.TORSO).astype(np.uint8)
    _, zones, stats, _ = cv2.connectedComponentsWithStats(torso, connectivity=4)
    small = stats[:, cv2.CC_STAT_AREA] < 0.04 * stats[1:, cv2.CC_STAT_AREA].sum()
    small[0] = False
    near = np.minimum.reduce([figure.far[each] for each in arms]) < 0.25 * figure.torso
    _nearest(figure, bone, cloth & small[zones] & near, arms)
