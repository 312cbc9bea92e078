"""Where on the human a base vertex is: fields over the base mesh that hold for every body.

All bodies share one mesh, so places are read off the template once: a vertex at the template's
knee is at everybody's knee. Fields are in the template's metres (1.67 m tall, y = 0 at the hips),
and positive inside; their zero levels are where parts and garments end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from m2fp.synthesis.body_data import BodyData
from m2fp.synthesis.fields import Field, all_of, ramp
from m2fp.synthesis.means import Means

CROTCH_Y = -0.042
HIP_Y = 0.09  # where trousers sit low
WAIST_Y = 0.25  # the narrowest level
CHEST_Y = 0.40  # armpits
SHOULDER_Y = 0.55
NECK = (0.0, 0.575, 0.018)  # centre of the neck's base
CHIN = (0.612, 0.138)  # y, z
EAR_LOBE_Y = 0.688
HEAD = (0.0, 0.735, 0.05)  # between the ears

_ABROAD = -0.2  # the arm's coordinate on the trunk


@dataclass(frozen=True, slots=True, eq=False)
class Anatomy:
    """Fields over N base vertices; "left" is the person's own, at x > 0.

    Attributes:
        x, y, z: of the template.
        arm: along the arm from the shoulder joint, both sides alike; negative on the trunk.
        leg: along the leg from the hip joint; negative above it.
        elbow, wrist: the arm's coordinate there.
        knee, ankle: the leg's coordinate there.
        limb: how much a vertex follows the arm, 0..1.
    """

    x: Field
    y: Field
    z: Field
    arm: Field
    leg: Field
    elbow: float
    wrist: float
    knee: float
    ankle: float
    limb: Field

    def arrays(self) -> tuple[Field, ...]:
        """Return the arrays in the order of the attributes."""
        return self.x, self.y, self.z, self.arm, self.leg, self.limb

    def map(self, change: Callable[[Field], Field]) -> Anatomy:
        """Return the fields over other points: every array changed."""
        x, y, z, arm, leg, limb = (change(values) for values in self.arrays())
        return replace(self, x=x, y=y, z=z, arm=arm, leg=leg, limb=limb)

    def of(self, points: Means) -> Anatomy:
        """Return the fields over points that are means of these."""
        return self.map(points.of)

    @classmethod
    def joined(cls, parts: Sequence[Anatomy]) -> Anatomy:
        """Return the fields over the points of all parts, one after the other."""
        fields = iter(
            [np.concatenate(own) for own in zip(*(p.arrays() for p in parts), strict=True)]
        )
        return parts[0].map(lambda _: next(fields))

    def placed(
        self, points: NDArray[np.float32], joints: NDArray[np.float32], data: BodyData
    ) -> Anatomy:
        """Return the fields from where the points really are on one body, in template metres.

        A level that is straight in these fields is straight on the person, whatever the build.
        What is arm still comes from the template.

        Args:
            points: float32 (V, 3), in the rest pose.
            joints: float32 (J, 3), of the body.
            data: of all bodies.
        """
        own = data.joints(data.template)
        x, y, z = _as_on_template(points, joints, own, data)
        arm, _ = _along(points, joints, own, data, _ARM)
        leg, _ = _along(points, joints, own, data, _LEG)
        fields = iter((x, y, z, _on_arms(arm, self.limb), leg, self.limb))
        return self.map(lambda _: np.asarray(next(fields), np.float32))

    @property
    def in_arm(self) -> Field:
        """Return the arms' field: beyond the plane from the shoulder's top to the armpit."""
        plane = 0.977 * (np.abs(self.x) - 0.165) - 0.211 * (self.y - 0.565)
        return all_of(plane, (self.limb - 0.15) * 0.1)

    @property
    def in_hand(self) -> Field:
        """Return the hands' field."""
        return np.asarray(self.arm - self.wrist)

    @property
    def in_leg(self) -> Field:
        """Return the legs' field: below the groin in front, below the buttocks behind."""
        slope = np.interp(self.z, (-0.02, 0.05), (0.15, 0.7))
        return all_of(CROTCH_Y + slope * np.abs(self.x) - self.y, -10 * (self.limb - 0.05))

    @property
    def in_foot(self) -> Field:
        """Return the feet's field."""
        return np.asarray(self.leg - self.ankle)

    @property
    def in_head(self) -> Field:
        """Return the head's field, above a plane from chin to ear lobes, level behind them."""
        chin_y, chin_z = CHIN
        level = np.minimum(chin_y + 0.676 * (chin_z - self.z), EAR_LOBE_Y)
        return np.asarray(self.y - level)

    @property
    def in_scalp(self) -> Field:
        """Return the field of where hair grows."""
        return self.hair_above(0.0)

    def hair_above(self, lift: float) -> Field:
        """Return the scalp's field with the hairline of the forehead moved up by `lift` metres."""
        angle = np.degrees(np.arctan2(np.abs(self.x) - HEAD[0], self.z - HEAD[2]))
        degrees, heights = zip(*_HAIRLINE, strict=True)
        line = np.interp(angle, degrees, heights)
        return np.asarray(self.y - line - lift * ramp(angle, 70, 40), np.float32)


# Height of the hairline by angle from the front, seen from above: forehead, temple, sideburn, over
# the ear, behind it, nape.
_HAIRLINE = (
    (0, 0.802), (40, 0.802), (55, 0.787), (66, 0.757), (72, 0.732), (77, 0.732), (81, 0.752),
    (110, 0.752), (121, 0.735), (129, 0.700), (145, 0.684), (180, 0.678),
)  # fmt: skip


def anatomy(data: BodyData) -> Anatomy:
    """Return the fields of a base mesh, from the template."""
    joints = data.joints(data.template)
    limb = data.weights[:, data.bones("upperarm", "lowerarm", "wrist", "metacarpal", "finger")]
    share = limb.sum(axis=1)
    arm, (elbow, wrist) = _along(data.template, joints, joints, data, _ARM)
    leg, (knee, ankle) = _along(data.template, joints, joints, data, _LEG)
    x, y, z = np.ascontiguousarray(data.template.T)
    return Anatomy(x, y, z, _on_arms(arm, share), leg, elbow, wrist, knee, ankle, share)


def _as_on_template(
    points: NDArray[np.float32],
    joints: NDArray[np.float32],
    own: NDArray[np.float32],
    data: BodyData,
) -> tuple[Field, Field, Field]:
    """Return x, y and z (V,) of a body's points, each stretched to the template's joints."""
    rows = [data.bone(name) for name in _LEVELS]
    y = np.interp(points[:, 1], joints[rows, 1], own[rows, 1])
    # Beyond the last joints lengths go on as between them.
    low, high = rows[0], rows[-1]
    size = (own[high, 1] - own[low, 1]) / (joints[high, 1] - joints[low, 1])
    y += size * np.minimum(points[:, 1] - joints[low, 1], 0)
    y += size * np.maximum(points[:, 1] - joints[high, 1], 0)
    shoulder, neck = data.bone("upperarm01.L"), data.bone("neck01")
    x = points[:, 0] * (own[shoulder, 0] / joints[shoulder, 0])
    z = (points[:, 2] - joints[neck, 2]) * size + own[neck, 2]
    return x, y.astype(np.float32), z


_ARM = ("upperarm01", "lowerarm01", "wrist", "finger3-1")
_LEG = ("upperleg01", "lowerleg01", "foot")
_LEVELS = ("foot.L", "lowerleg01.L", "upperleg01.L", "spine03", "spine01", "neck01", "head")


def _on_arms(along: Field, limb: Field) -> Field:
    return _ABROAD + (along - _ABROAD) * ramp(limb, 0, 0.3)


def _along(
    points: NDArray[np.float32],
    joints: NDArray[np.float32],
    own: NDArray[np.float32],
    data: BodyData,
    chain: tuple[str, ...],
) -> tuple[Field, tuple[float, float]]:
    """Return how far along a limb points are, and where its second and third joint are.

    Left and right are taken for mirrored. Lengths are those of the template's joints, `own`.
    """
    folded = points.copy()
    folded[:, 0] = np.abs(folded[:, 0])
    rows = [data.bone(f"{name}.L") for name in chain]
    total = np.zeros(len(points), np.float32)
    ends: list[float] = []
    for start, end in pairwise(rows):
        axis = joints[end] - joints[start]
        if chain is _LEG:
            axis[2] = 0  # else the toes, far in front, would lie above the ankle
        length = float(np.linalg.norm(own[end] - own[start]))
        step = (folded - joints[start]) @ (axis * (length / float(axis @ axis)))
        total += np.clip(step, 0 if ends else None, None if end == rows[-1] else length)
        ends.append(length)
    return total, (ends[0], ends[0] + ends[1])
