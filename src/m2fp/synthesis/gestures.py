"""What arms do: hang, on the hips, in pockets, crossed, raised, waving, pointing, at the face."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.random import Generator

from m2fp.synthesis.anatomy import CHEST_Y, HIP_Y
from m2fp.synthesis.rig import Rig, Vector

_SIDES = (("L", 1.0), ("R", -1.0))


def _arm(rig: Rig, side: str) -> float:
    return rig.length(f"upperarm01.{side}", f"lowerarm01.{side}") + rig.length(
        f"lowerarm01.{side}", f"wrist.{side}"
    )


def _of_shoulder(rig: Rig, side: str, sign: float, reach: tuple[float, float, float]) -> Vector:
    """Return a place in arm lengths from the shoulder: outwards, up, ahead."""
    out, up, ahead = reach
    return rig.at(f"upperarm01.{side}") + _arm(rig, side) * np.array([sign * out, up, ahead])


def hang(rig: Rig, rng: Generator, side: str, sign: float) -> None:
    """Let the arm hang, more or less bent, clear of the hips."""
    shoulder = rig.at(f"upperarm01.{side}")
    down, ahead = rng.uniform(0.86, 0.96), rng.uniform(-0.1, 0.25)
    place = _of_shoulder(rig, side, sign, (0, -down, ahead))
    aside = max(rig.girth(HIP_Y)[0], abs(float(shoulder[0])))
    place[0] = sign * (aside + rng.uniform(0.04, 0.14) * rig.scale)
    rig.hand(side, place, np.array([sign * rng.uniform(0.2, 1.0), 0, -1.0]), roll=rng.normal(0, 20))
    rig.fingers(side, rng.uniform(5, 30))


def on_hip(rig: Rig, rng: Generator, side: str, sign: float) -> None:
    """Put the hand on the hip."""
    hip = rig.at(f"upperleg01.{side}")
    place = hip + np.array([0, rng.uniform(0.08, 0.17), rng.uniform(-0.05, 0.06)]) * rig.scale
    place[0] = sign * (rig.girth(HIP_Y)[0] + rng.uniform(0.015, 0.03) * rig.scale)
    rig.hand(side, place, np.array([sign, 0.1, rng.uniform(-0.8, -0.1)]))
    rig.fingers(side, rng.uniform(20, 45))


def pocket(rig: Rig, rng: Generator, side: str, sign: float) -> None:
    """Put the hand to a trouser pocket."""
    hip = rig.at(f"upperleg01.{side}")
    place = hip + np.array([0, rng.uniform(0.02, 0.09), rng.uniform(0.0, 0.06)]) * rig.scale
    place[0] = sign * (rig.girth(0.0)[0] + 0.005 * rig.scale)
    rig.hand(side, place, np.array([sign * 0.8, 0, -1.0]))
    rig.fingers(side, rng.uniform(5, 25))


def raised(rig: Rig, rng: Generator, side: str, sign: float) -> None:
    """Raise the arm over the head, or wave."""
    reach = (rng.uniform(-0.1, 0.6), rng.uniform(0.35, 0.95), rng.uniform(-0.1, 0.35))
    elbow = np.array([sign, rng.uniform(-0.8, 0.3), rng.uniform(-0.4, 0.4)])
    rig.hand(side, _of_shoulder(rig, side, sign, reach), elbow, roll=rng.normal(0, 40))
    rig.fingers(side, rng.uniform(0, 40))


def spread(rig: Rig, rng: Generator, side: str, sign: float) -> None:
    """Hold the arm out to the side or ahead: pointing, reaching, leaning on someone."""
    azimuth, height = np.radians(rng.uniform(-15, 100)), rng.uniform(-0.5, 0.3)
    size = rng.uniform(0.65, 0.98)
    reach = (size * np.cos(azimuth), height * size, size * np.sin(azimuth))
    elbow = np.array([sign * 0.3, -1.0, -0.4])
    rig.hand(side, _of_shoulder(rig, side, sign, reach), elbow, roll=rng.normal(0, 40))
    rig.fingers(side, rng.uniform(0, 50))


def at_face(rig: Rig, rng: Generator, side: str, sign: float) -> None:
    """Hold the hand at cheek, ear, chin or hair."""
    head = rig.at("head")
    offset = np.array(
        [sign * rng.uniform(0.05, 0.13), rng.uniform(-0.08, 0.08), rng.uniform(0.03, 0.16)]
    )
    elbow = np.array([sign * rng.uniform(0.3, 1.0), -1.0, 0.3])
    rig.hand(side, head + offset * rig.scale, elbow, roll=rng.normal(0, 30))
    rig.fingers(side, rng.uniform(10, 55))


def ahead(rig: Rig, rng: Generator, side: str, sign: float) -> None:
    """Hold something before the body: a phone, a cup, a bag, another hand."""
    reach = (rng.uniform(-0.45, 0.05), -rng.uniform(0.25, 0.7), rng.uniform(0.38, 0.7))
    elbow = np.array([sign * rng.uniform(0.4, 1.0), -0.8, -0.6])
    place = _of_shoulder(rig, side, sign, reach)
    place[2] = max(place[2], rig.girth(0.15)[1] + 0.06 * rig.scale)
    rig.hand(side, place, elbow, roll=rng.normal(0, 40))
    rig.fingers(side, rng.uniform(15, 60))


def behind(rig: Rig, rng: Generator, side: str, sign: float) -> None:
    """Hold the hand behind the back."""
    up = rng.uniform(0.05, 0.14)
    place = rig.at("root") + np.array([sign * rng.uniform(0.0, 0.06), up, 0]) * rig.scale
    place[2] = rig.girth(0.0)[2] - 0.03 * rig.scale
    rig.hand(side, place, np.array([sign, 0, -0.5]))
    rig.fingers(side, rng.uniform(10, 40))


def on_knee(rig: Rig, rng: Generator, side: str, sign: float) -> None:
    """Reach down and ahead: to a knee, the lap or the ground."""
    reach = (rng.uniform(-0.1, 0.2), -rng.uniform(0.55, 0.75), rng.uniform(0.45, 0.62))
    elbow = np.array([sign * 0.8, -0.3, -1.0])
    rig.hand(side, _of_shoulder(rig, side, sign, reach), elbow, roll=rng.normal(0, 20))
    rig.fingers(side, rng.uniform(5, 30))


def crossed(rig: Rig, rng: Generator) -> None:
    """Cross both arms before the chest."""
    chest = (rig.at("upperarm01.L") + rig.at("upperarm01.R")) / 2
    upper = rng.choice(("L", "R"))
    front = max(rig.girth(CHEST_Y)[1], rig.girth(CHEST_Y - 0.05)[1])
    for side, sign in _SIDES:
        above = side == upper
        place = chest + np.array([-sign * 0.085, -0.185 + 0.03 * above, 0]) * rig.scale
        place[2] = front + (0.03 + rng.uniform(0.02, 0.05) * above) * rig.scale
        rig.hand(side, place, np.array([sign * 0.9, -1.0, 0.2]))
        rig.fingers(side, 25)


def clasped(rig: Rig, rng: Generator) -> None:
    """Hold the hands together before the belly."""
    middle = (rig.at("upperleg01.L") + rig.at("upperleg01.R")) / 2
    height, depth = rng.uniform(0.0, 0.22), rng.uniform(0.05, 0.12)
    front = max(rig.girth(0.05)[1], rig.girth(0.15)[1])
    for side, sign in _SIDES:
        place = middle + np.array([sign * 0.05, height, 0]) * rig.scale
        place[2] = front + depth * rig.scale
        rig.hand(side, place, np.array([sign, -0.2, -0.7]))
        rig.fingers(side, rng.uniform(20, 45))


Gesture = Callable[[Rig, Generator, str, float], None]

UPRIGHT: tuple[tuple[Gesture, float], ...] = (
    (hang, 0.42), (on_hip, 0.09), (pocket, 0.09), (raised, 0.08), (spread, 0.08),
    (at_face, 0.06), (ahead, 0.12), (behind, 0.06),
)  # fmt: skip
LOW: tuple[tuple[Gesture, float], ...] = (
    (on_knee, 0.45), (ahead, 0.25), (hang, 0.08), (at_face, 0.10), (raised, 0.06), (spread, 0.06),
)  # fmt: skip
_BOTH = ((crossed, 0.07), (clasped, 0.07))


def gesture(rig: Rig, rng: Generator, *, low: bool) -> None:
    """Pose both arms: often alike, at times together; low: for people who sit or bend."""
    chance = rng.random()
    for both, share in _BOTH:
        if chance < share and not low:
            both(rig, rng)
            return
        chance -= share
    gestures, shares = zip(*(LOW if low else UPRIGHT), strict=True)
    weights = np.array(shares) / sum(shares)
    left, right = rng.choice(len(gestures), 2, p=weights)
    if rng.random() < 0.45:
        right = left
    gestures[left](rig, rng, "L", 1.0)
    gestures[right](rig, rng, "R", -1.0)
