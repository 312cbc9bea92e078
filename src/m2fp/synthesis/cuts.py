"""Where garments end: fields over the anatomy, positive where there is cloth.

Lengths are metres of the template's body, so a cut sits at the same place on everybody.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from m2fp.synthesis.anatomy import CHEST_Y, NECK, SHOULDER_Y, Anatomy
from m2fp.synthesis.fields import Field, all_of, any_of, ramp

Cut = Callable[[Anatomy], Field]
"""Where there is cloth: positive inside, metres of the template."""

_FAR = 2.0
NECK_END_Y = 0.60  # nothing but collars goes further up


def above(at: Anatomy, y: float, *, tilt: float = 0.0) -> Field:
    """Return the trunk above level y, and the arms wholly; tilt: rise per metre to the front."""
    return np.asarray(at.y - (y + tilt * at.z) + _FAR * at.limb)


def below(at: Anatomy, y: float, *, tilt: float = 0.0) -> Field:
    """Return the trunk below level y and the legs, without the arms."""
    return -above(at, y, tilt=tilt)


def sleeves(at: Anatomy, length: float) -> Field:
    """Return everything but the arms beyond `length` from the shoulder."""
    return length - at.arm


def legs(at: Anatomy, length: float) -> Field:
    """Return everything but the legs beyond `length` from the hip joint."""
    return length - at.leg


def sleeveless(at: Anatomy, inset: float = 0.0) -> Field:
    """Return everything but the arms; the armhole is `inset` nearer to the neck."""
    plane = 0.977 * (np.abs(at.x) - 0.165 + inset) - 0.211 * (at.y - 0.565)
    arm = all_of(plane, (at.limb - 0.15) * 0.1)
    strap = all_of(np.abs(at.x) - (0.165 - inset), at.y - CHEST_Y - 0.03)
    return -any_of(arm, strap)


def round_neck(at: Anatomy, radius: float, *, drop: float = 0.0) -> Field:
    """Return everything but the neck: outside a ball about its base, `drop` lower in front."""
    x, y, z = NECK
    front = ramp(at.z, z, z + 0.06)
    distance = np.sqrt((at.x - x) ** 2 + (at.y - y + drop * front) ** 2 + (at.z - z) ** 2)
    return all_of(distance - radius, NECK_END_Y - at.y)


def high_neck(at: Anatomy, y: float) -> Field:
    """Return everything below level y of the neck, which rises to the back."""
    return (y - 0.35 * (at.z - NECK[2])) - at.y


def v_neck(at: Anatomy, depth: float, width: float) -> Field:
    """Return everything but a V in front, `depth` below the neck, `width` to each side on top."""
    low = SHOULDER_Y + 0.02 - depth
    v = any_of(np.abs(at.x) - width * (at.y - low) / depth, np.abs(at.x) - 1.5 * width)
    return any_of(v, NECK[2] - at.z)


def strapless(at: Anatomy, y: float) -> Field:
    """Return what is below level y of the chest."""
    return y - at.y


def open_front(at: Anatomy, gap: float, *, low_gap: float | None = None) -> Field:
    """Return everything but a strip down the front, half-width `gap` above, `low_gap` below."""
    wide = np.interp(at.y, (-0.4, CHEST_Y), (gap if low_gap is None else low_gap, gap))
    front = ramp(at.z, 0.02, 0.05)
    return np.abs(at.x) - wide * front + 0.05 * (1 - front)


def deep_in(cut: Cut, hem: float, wide: float) -> Cut:
    """Return the cut without what a glance under a hem of this width can see."""
    seen = 0.7 * max(wide, 0.0)
    return lambda at: all_of(cut(at), above(at, hem + seen))


def pleats(at: Anatomy, count: int) -> Field:
    """Return folds about the legs, -1..1: `count` of them to half a turn."""
    return np.asarray(np.sin(2 * count * np.arctan2(at.z - 0.02, at.x)), np.float32)
