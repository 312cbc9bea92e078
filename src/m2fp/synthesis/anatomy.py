"""Where on the human a base vertex is: fields over the base mesh that hold for every body.

All bodies share one mesh, so places are read off the template once: a vertex at the template's
knee is at everybody's knee. Fields are in the template's metres (1.67 m tall, y = 0 at the hips),
and positive inside; their zero levels are where parts and garments end.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from m2fp.synthesis.body_data import BodyData

Field = NDArray[np.float32]

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

    @property
    def in_arm(self) -> Field:
        """Return the arms' field: beyond the plane from the shoulder's top to the armpit."""
        plane = 0.977 * (np.abs(self.x) - 0.165) - 0.211 * (self.y - 0.565)
        return np.minimum(plane, (self.limb - 0.15) * 0.1)

    @property
    def in_hand(self) -> Field:
        """Return the hands' field."""
        return np.asarray(self.arm - self.wrist)

    @property
    def in_leg(self) -> Field:
        """Return the legs' field: below the groin in front, below the buttocks behind."""
        slope = np.interp(self.z, (-0.02, 0.05), (0.15, 0.7))
        return np.minimum(CROTCH_Y + slope * np.abs(self.x) - self.y, -10 * (self.limb - 0.05))

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
        return np.asarray(self.y - line - lift * np.clip((70 - angle) / 30, 0, 1), np.float32)


# Height of the hairline by angle from the front, seen from above: forehead, temple, sideburn, over
# the ear, behind it, nape.
_HAIRLINE = (
    (0, 0.802), (40, 0.802), (55, 0.787), (66, 0.757), (72, 0.732), (77, 0.732), (81, 0.752),
    (110, 0.752), (121, 0.735), (129, 0.700), (145, 0.684), (180, 0.678),
)  # fmt: skip


def anatomy(data: BodyData) -> Anatomy:
    """Return the fields of a base mesh."""
    joints = data.joints(data.template)
    points = data.template.copy()
    points[:, 0] = np.abs(points[:, 0])
    limb = data.weights[:, data.bones("upperarm", "lowerarm", "wrist", "metacarpal", "finger")]
    share = limb.sum(axis=1)
    along, (elbow, wrist) = _along(points, joints, data, "upperarm01 lowerarm01 wrist finger3-1")
    smooth = np.clip(share / 0.3, 0, 1)
    leg, (knee, ankle) = _along(points, joints, data, "upperleg01 lowerleg01 foot")
    return Anatomy(
        x=data.template[:, 0],
        y=data.template[:, 1],
        z=data.template[:, 2],
        arm=(_ABROAD + (along - _ABROAD) * smooth).astype(np.float32),
        leg=leg,
        elbow=elbow,
        wrist=wrist,
        knee=knee,
        ankle=ankle,
        limb=share,
    )


def _along(
    points: NDArray[np.float32], joints: NDArray[np.float32], data: BodyData, chain: str
) -> tuple[Field, tuple[float, float]]:
    """Return how far along a left limb points are, and where its second and third joint are."""
    places = [joints[data.bone(f"{name}.L")] for name in chain.split()]
    total = np.zeros(len(points), np.float32)
    ends: list[float] = []
    for start, end in zip(places[:-1], places[1:], strict=True):
        axis = end - start
        length = float(np.linalg.norm(axis))
        step = (points - start) @ (axis / length)
        last = end is places[-1]
        total += np.clip(step, 0 if ends else None, None if last else length)
        ends.append(length)
    return total, (ends[0], ends[0] + ends[1])
