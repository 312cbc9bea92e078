"""A person measured for a puppet: lines of the bones, widths of the limbs, the torso's outline."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from m2fp.augmentation.puppet.parts import ARMS, LEGS, Bone, Parts
from m2fp.datasets import LabelledPhoto
from m2fp.datasets.joints import Joints

Mask = NDArray[np.bool_]
Points = NDArray[np.float64]
Lines = dict[Bone, list[Points]]

# Half-widths of limbs as shares of the torso's length (shoulders to hips), seen from the front; in
# the photo they are measured within these.
_WIDTHS = {"upper": (0.09, 0.15), "fore": (0.07, 0.13), "thigh": (0.13, 0.24), "shin": (0.09, 0.2)}


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """Person 1 of a photo, with what cutting asks of them again and again.

    Attributes:
        photo, joints, parts: what was measured.
        own: bool (H, W), the person's pixels.
        lines: of the limbs, see `segments`.
        torso: its length in pixels.
        far: float32 (H, W), distance to each limb's line in pixels, by bone.
        radius: half-width in pixels at the start of each bone, by bone.
        quad: bool (H, W), the torso between shoulders and hips.
        quad_far: float32 (H, W), distance to it in pixels.
        below: bool (H, W), what is below the line of the hips.
    """

    photo: LabelledPhoto
    joints: Joints
    parts: Parts
    own: Mask
    lines: Lines
    torso: float
    far: dict[Bone, NDArray[np.float32]]
    radius: dict[Bone, float]
    quad: Mask
    quad_far: NDArray[np.float32]
    below: Mask

    @property
    def ids(self) -> NDArray[np.uint8]:
        """Return the part ids of the photo, uint8 (H, W)."""
        return self.photo.categories

    def has(self, ids: tuple[int, ...]) -> Mask:
        """Return the person's pixels with one of these part ids, bool (H, W)."""
        table = np.zeros(256, bool)
        table[list(ids)] = True
        return self.own & table[self.ids]

    def length(self, bone: Bone) -> float:
        """Return a bone's length as a share of the torso's."""
        first, last = self.lines[bone][:2]
        return float(np.linalg.norm(last - first)) / self.torso

    def points(self, bone: Bone, start: float, end: float) -> tuple[NDArray[np.intp], ...]:
        """Return x and y of 12 points on a bone, from and to these shares of it, in the photo."""
        return _points(self.lines[bone], start, end, self.own.shape)


def measure(photo: LabelledPhoto, joints: Joints, parts: Parts) -> Figure:
    """Return the photo's person 1, measured."""
    own: Mask = photo.humans == 1
    lines = segments(joints)
    torso = float(np.linalg.norm(joints.hips.mean(axis=0) - joints.shoulders.mean(axis=0)))
    radius = _radii(own, lines, torso)
    quad = polygon(own.shape, _quad(joints, radius[Bone.UPPER_LEFT], torso))
    return Figure(
        photo,
        joints,
        parts,
        own=own,
        lines=lines,
        torso=torso,
        far={bone: _distance(line, own.shape) for bone, line in lines.items()},
        radius=radius,
        quad=quad,
        quad_far=np.asarray(
            cv2.distanceTransform((~quad).astype(np.uint8), cv2.DIST_L2, 3), dtype=np.float32
        ),
        below=_below_hips(joints, own.shape),
    )


def neck_of(joints: Joints) -> Points:
    """Return where the head turns, (x, y)."""
    shoulders, hips = joints.shoulders.mean(axis=0), joints.hips.mean(axis=0)
    return np.asarray(shoulders + 0.12 * (shoulders - hips))


def segments(joints: Joints) -> Lines:
    """Return the lines of the limbs, bones with hands and feet, each [(x, y), ...]."""
    lines: Lines = {}
    for side in (0, 1):
        at = {name: getattr(joints, name)[side] for name in Joints.__slots__ if name != "head"}
        (upper, fore), (thigh, shin) = ARMS[side], LEGS[side]
        lines[upper] = [at["shoulders"], at["elbows"]]
        lines[fore] = [at["elbows"], at["wrists"], at["hands"]]
        lines[thigh] = [at["hips"], at["knees"]]
        lines[shin] = [at["knees"], at["ankles"], at["toes"]]
    return lines


def polygon(shape: tuple[int, ...], corners: Points) -> Mask:
    """Return the inside of a polygon, bool of this shape; corners: (N, 2), x and y in pixels."""
    canvas = np.zeros(shape, np.uint8)
    cv2.fillPoly(canvas, [np.rint(corners).astype(np.int32)[:, None]], 1)
    return canvas.astype(bool)


def disc(shape: tuple[int, ...], centre: Points, radius: float) -> Mask:
    """Return a disc, bool of this shape; centre: (x, y), radius: in pixels, at least one."""
    canvas = np.zeros(shape, np.uint8)
    x, y = np.rint(centre).astype(int).tolist()
    cv2.circle(canvas, (x, y), max(1, round(radius)), 1, -1)
    return canvas.astype(bool)


def _distance(line: list[Points], shape: tuple[int, ...]) -> NDArray[np.float32]:
    canvas = np.full(shape, 255, np.uint8)
    ends = np.rint(np.array(line)).astype(np.int32)
    cv2.polylines(canvas, [ends[:, None]], isClosed=False, color=0, thickness=1)
    return np.asarray(cv2.distanceTransform(canvas, cv2.DIST_L2, 3), dtype=np.float32)


def _radii(own: Mask, lines: Lines, torso: float) -> dict[Bone, float]:
    # A limb is as wide as its bone is far from the nearest edge.
    edge = cv2.distanceTransform(own.astype(np.uint8), cv2.DIST_L2, 3)
    radius = {Bone.TORSO: 0.2 * torso, Bone.HEAD: 0.15 * torso}
    for bone, line in lines.items():
        low, high = _WIDTHS[bone.name.split("_")[0].lower()]
        x, y = _points(line, 0.2, 0.9, own.shape)
        median = float(np.median(edge[y, x]))
        radius[bone] = min(max(1.1 * median, low * torso), high * torso)
    return radius


def _points(
    line: list[Points], start: float, end: float, shape: tuple[int, ...]
) -> tuple[NDArray[np.intp], ...]:
    first, last = line[:2]
    points = first + np.linspace(start, end, 12)[:, None] * (last - first)
    height, width = shape
    rounded = np.rint(points).astype(np.intp)
    return rounded[:, 0].clip(0, width - 1), rounded[:, 1].clip(0, height - 1)


def _quad(joints: Joints, arm: float, torso: float) -> Points:
    left, right = joints.shoulders
    across = (right - left) / max(float(np.linalg.norm(right - left)), 1e-6)
    hip_left, hip_right = joints.hips
    inset = 0.8 * min(arm, 0.3 * float(np.linalg.norm(right - left)))
    out = 0.1 * torso
    return np.array(
        [
            left + inset * across,
            right - inset * across,
            hip_right + out * across,
            hip_left - out * across,
        ]
    )


def _below_hips(joints: Joints, shape: tuple[int, ...]) -> Mask:
    middle = joints.hips.mean(axis=0)
    down = middle - joints.shoulders.mean(axis=0)
    height, width = shape
    rows = (np.arange(height) - middle[1])[:, None] * down[1]
    return np.asarray(rows + (np.arange(width) - middle[0])[None] * down[0] > 0)
