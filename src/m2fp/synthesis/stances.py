"""What legs and trunk do: stand, walk, run, sit, squat, kneel, bend, lie."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from m2fp.synthesis.anatomy import HIP_Y
from m2fp.synthesis.rig import Rig, Vector

_SIDES = (("L", 1.0), ("R", -1.0))
_ASIDE = np.array([1.0, 0.0, 0.0])
_AHEAD = np.array([0.0, 0.0, 1.0])


@dataclass(frozen=True, slots=True)
class Stance:
    """One way to hold legs and trunk.

    Attributes:
        name: what people call it.
        share: how often it is taken, relative to the others.
        set_up: poses legs and trunk.
        seated: whether it needs something to sit on.
        busy: whether the arms have their own part in it (walking, running).
        legs_apart: whether no skirt would let it be.
    """

    name: str
    share: float
    set_up: Callable[[Rig, Generator], None]
    seated: bool = False
    busy: bool = False
    legs_apart: bool = False


def _leg(rig: Rig) -> tuple[float, float, float]:
    """Return the lengths of thigh, shank and both."""
    thigh = rig.length("upperleg01.L", "lowerleg01.L")
    shank = rig.length("lowerleg01.L", "foot.L")
    return thigh, shank, thigh + shank


def _from_hip(rig: Rig, side: str, sign: float, step: Vector) -> Vector:
    """Return the place `step` from the hip joint; its x counts outwards."""
    place: Vector = rig.at(f"upperleg01.{side}") + step * np.array([sign, 1.0, 1.0])
    return place


def _sway(rig: Rig, rng: Generator, amount: float = 1.0) -> None:
    """Bend the trunk a little and look somewhere."""
    rig.trunk(
        forward=amount * rng.normal(2, 4), left=amount * rng.normal(0, 4), turn=rng.normal(0, 7)
    )
    rig.head(forward=rng.normal(3, 9), left=rng.normal(0, 5), turn=rng.normal(0, 22))


def stand(rig: Rig, rng: Generator) -> None:
    """Stand on both feet, at times the weight on one leg or the feet crossed."""
    *_, leg = _leg(rig)
    rest = rng.random() < 0.45  # one leg rests: bent, and its hip lower
    loose = rng.choice(("L", "R"))
    width = rng.uniform(0.0, 0.12) * leg
    for side, sign in _SIDES:
        bend = rng.uniform(0.93, 0.975) if rest and side == loose else rng.uniform(0.985, 0.998)
        forward = rng.uniform(-0.03, 0.12) * leg if rest and side == loose else 0.02 * rng.normal()
        out = width * rng.uniform(0.2, 1.2) - rng.uniform(0.0, 0.05) * leg
        knee = _AHEAD + sign * rng.uniform(0, 0.5) * _ASIDE
        rig.foot(side, _from_hip(rig, side, sign, np.array([out, -bend * leg, forward])), knee)
    _sway(rig, rng)


def walk(rig: Rig, rng: Generator) -> None:
    """Put one foot before the other."""
    *_, leg = _leg(rig)
    stride = rng.uniform(0.12, 0.38) * leg
    rig.whole(forward=rng.uniform(0, 6))
    ahead = rng.choice(("L", "R"))
    for side, sign in _SIDES:
        front = side == ahead
        step = np.array([-0.04 * leg, -0.965 * leg, stride if front else -stride * 0.9])
        if not front:
            step[1] += rng.uniform(0.02, 0.12) * leg
        toes = rng.uniform(0, 20) if front else rng.uniform(-45, -10)
        rig.foot(side, _from_hip(rig, side, sign, step), _AHEAD + sign * 0.1 * _ASIDE, toes_up=toes)
    swing = rng.uniform(0.3, 1.0) * stride
    turn = 6 if ahead == "R" else -6
    rig.trunk(forward=rng.normal(2, 2), turn=turn)
    rig.head(forward=rng.normal(3, 8), turn=rng.normal(0, 18))
    for side, sign in _SIDES:
        along = -swing if side == ahead else swing
        down = rig.length(f"upperarm01.{side}", f"wrist.{side}") * rng.uniform(0.86, 0.95)
        place = rig.at(f"upperarm01.{side}") + np.array([0, -down, along + 0.05 * rig.scale])
        aside = max(rig.girth(HIP_Y)[0], float(abs(place[0])))
        place[0] = sign * (aside + rng.uniform(0.04, 0.09) * rig.scale)
        rig.hand(side, place, np.array([sign * 0.5, 0, -1.0]))
        rig.fingers(side, rng.uniform(5, 35))


def run(rig: Rig, rng: Generator) -> None:
    """Take a long stride with bent arms, one foot off the ground."""
    *_, leg = _leg(rig)
    lean = rng.uniform(6, 22)
    rig.whole(forward=lean)
    ahead = rng.choice(("L", "R"))
    for side, sign in _SIDES:
        if side == ahead:
            step = np.array(
                [-0.02 * leg, -rng.uniform(0.6, 0.9) * leg, rng.uniform(0.2, 0.5) * leg]
            )
            toes = rng.uniform(-5, 15)
        else:
            step = np.array(
                [-0.02 * leg, -rng.uniform(0.45, 0.85) * leg, -rng.uniform(0.3, 0.6) * leg]
            )
            toes = rng.uniform(-70, -35)
        rig.foot(
            side, _from_hip(rig, side, sign, step), _AHEAD + sign * 0.05 * _ASIDE, toes_up=toes
        )
    rig.trunk(turn=12 if ahead == "R" else -12)
    rig.head(forward=-lean * 0.5 + rng.normal(0, 5), turn=rng.normal(0, 12))
    upper = rig.length("upperarm01.L", "lowerarm01.L")
    for side, sign in _SIDES:
        if side == ahead:  # the arm of the leading leg goes back
            place = np.array([sign * 0.10, -0.9, -rng.uniform(0.0, 0.5)])
        else:
            place = np.array([-sign * 0.10, -rng.uniform(0.2, 0.6), rng.uniform(0.8, 1.2)])
        elbow = np.array([sign * 0.4, -0.2, -1.0])
        rig.hand(side, rig.at(f"upperarm01.{side}") + upper * place, elbow)
        rig.fingers(side, rng.uniform(30, 60))


def sit(rig: Rig, rng: Generator) -> None:
    """Sit on a chair, at times with one leg over the other."""
    thigh, shank, _ = _leg(rig)
    rig.whole(forward=rng.uniform(-14, 14))
    crossed = rng.choice(("L", "R")) if rng.random() < 0.3 else ""
    apart = rng.uniform(-0.1, 0.5)
    for side, sign in _SIDES:
        out = thigh * apart * rng.uniform(0.4, 1)
        reach = thigh * rng.uniform(0.75, 1.15)
        step = np.array([out, -shank * rng.uniform(0.93, 1.05), reach])
        knee = np.array([sign * apart, 0.8, 1.0])
        toes = 0.0
        if side == crossed:  # the ankle beyond the other knee
            step = np.array([-0.30 * thigh, -shank * rng.uniform(0.45, 0.62), thigh * 1.15])
            knee, toes = np.array([-sign * 0.1, 1.0, 0.6]), rng.uniform(-30, 0)
        rig.foot(side, _from_hip(rig, side, sign, step), knee, toes_up=toes)
    rig.trunk(forward=rng.normal(4, 8), left=rng.normal(0, 4), turn=rng.normal(0, 8))
    rig.head(forward=rng.normal(5, 10), left=rng.normal(0, 5), turn=rng.normal(0, 22))


def sit_on_ground(rig: Rig, rng: Generator) -> None:
    """Sit with crossed, stretched or drawn-up legs."""
    thigh, _, leg = _leg(rig)
    rig.whole(forward=rng.uniform(-20, 5))
    kind = rng.choice(("crossed", "stretched", "drawn up"))
    for side, sign in _SIDES:
        if kind == "crossed":
            step = np.array(
                [-0.35 * thigh, -0.12 * leg, 0.62 * thigh + (0.12 * thigh) * (sign > 0)]
            )
            knee = np.array([sign * 1.6, 0.15, 0.5])
        elif kind == "stretched":
            step = np.array([rng.uniform(0, 0.2) * leg, -0.10 * leg, rng.uniform(0.9, 0.985) * leg])
            knee = np.array([0.0, 1.0, 0.1])
        else:
            step = np.array([0.0, -0.10 * leg, rng.uniform(0.5, 0.8) * thigh])
            knee = np.array([sign * 0.15, 1.0, 0.5])
        rig.foot(
            side, _from_hip(rig, side, sign, step), knee, toes_up=25 if kind == "stretched" else 0
        )
    rig.trunk(forward=rng.uniform(0, 30), left=rng.normal(0, 4), turn=rng.normal(0, 8))
    rig.head(forward=rng.normal(0, 10), turn=rng.normal(0, 20))


def squat(rig: Rig, rng: Generator) -> None:
    """Squat, deep or half, the feet apart."""
    *_, leg = _leg(rig)
    depth = rng.uniform(0.35, 0.8)
    rig.whole(forward=(1 - depth) * rng.uniform(30, 55))
    for side, sign in _SIDES:
        step = np.array([rng.uniform(0, 0.25) * leg, -depth * leg, rng.uniform(0.0, 0.12) * leg])
        rig.foot(
            side, _from_hip(rig, side, sign, step), np.array([sign * rng.uniform(0.1, 0.8), 0, 1])
        )
    rig.trunk(forward=rng.uniform(5, 30), turn=rng.normal(0, 6))
    rig.head(forward=rng.uniform(-25, 10), turn=rng.normal(0, 15))


def kneel(rig: Rig, rng: Generator) -> None:
    """Kneel on one knee or both."""
    thigh, shank, leg = _leg(rig)
    rig.whole(forward=rng.uniform(-3, 12))
    upright = rng.uniform(0.75, 0.98)
    one = rng.choice(("L", "R", ""))
    for side, sign in _SIDES:
        if side == one:
            step, toes = np.array([0.02 * leg, -thigh * upright, thigh * 0.9]), 0.0
        else:
            step, toes = np.array([0.0, -thigh * upright, -shank * 0.93]), -75.0
        knee = np.array([sign * rng.uniform(0.05, 0.3), 0.3 if side == one else -0.6, 1.0])
        rig.foot(side, _from_hip(rig, side, sign, step), knee, toes_up=toes)
    _sway(rig, rng)


def bend(rig: Rig, rng: Generator) -> None:
    """Bend forward from the hips, the legs nearly straight."""
    *_, leg = _leg(rig)
    forward = rng.uniform(25, 85)
    rig.whole(forward=0.6 * forward)
    for side, sign in _SIDES:
        step = np.array([rng.uniform(-0.02, 0.12) * leg, -rng.uniform(0.9, 0.99) * leg, 0.06 * leg])
        rig.foot(side, _from_hip(rig, side, sign, step), _AHEAD + sign * 0.2 * _ASIDE)
    rig.trunk(forward=0.5 * forward, turn=rng.normal(0, 10), left=rng.normal(0, 5))
    rig.head(forward=rng.uniform(-30, 20), turn=rng.normal(0, 15))


def lie(rig: Rig, rng: Generator) -> None:
    """Lie on the back, the belly or a side."""
    *_, leg = _leg(rig)
    for side, sign in _SIDES:
        bent = rng.uniform(0.6, 0.98)
        step = np.array([rng.uniform(0, 0.15) * leg, -bent * leg, 0.0])
        rig.foot(side, _from_hip(rig, side, sign, step), _AHEAD, toes_up=rng.uniform(-50, 0))
    _sway(rig, rng, 0.5)
    down = rng.choice((-90.0, 90.0))
    if rng.random() < 0.3:
        rig.whole(left=down)
    else:
        rig.whole(forward=down)
    rig.whole(turn=rng.uniform(-180, 180))


def lunge(rig: Rig, rng: Generator) -> None:
    """Take a long step, the front knee bent, the trunk free: sport and dance."""
    *_, leg = _leg(rig)
    ahead = rng.choice(("L", "R"))
    low = rng.uniform(0.55, 0.85) * leg
    for side, sign in _SIDES:
        if side == ahead:
            step = np.array([rng.uniform(0, 0.3) * leg, -low, rng.uniform(0.1, 0.45) * leg])
        else:
            step = np.array([rng.uniform(0, 0.4) * leg, -low, -rng.uniform(0.2, 0.6) * leg])
        toes = 0.0 if side == ahead else rng.uniform(-40, 0)
        knee = np.array([sign * rng.uniform(0, 0.5), 0, 1.0])
        rig.foot(side, _from_hip(rig, side, sign, step), knee, toes_up=toes)
    rig.trunk(forward=rng.normal(0, 12), left=rng.normal(0, 10), turn=rng.normal(0, 18))
    rig.head(forward=rng.normal(0, 12), left=rng.normal(0, 6), turn=rng.normal(0, 25))


def jump(rig: Rig, rng: Generator) -> None:
    """Jump, both feet off the ground, legs anyhow."""
    *_, leg = _leg(rig)
    for side, sign in _SIDES:
        step = np.array(
            [
                rng.uniform(0, 0.35) * leg,
                -rng.uniform(0.5, 0.95) * leg,
                rng.uniform(-0.4, 0.3) * leg,
            ]
        )
        knee = np.array([sign * rng.uniform(0, 0.8), 0, 1.0])
        rig.foot(side, _from_hip(rig, side, sign, step), knee, toes_up=rng.uniform(-60, -10))
    _sway(rig, rng, 1.5)


STANCES = (
    Stance("standing", 0.46, stand),
    Stance("walking", 0.14, walk, busy=True),
    Stance("running", 0.05, run, busy=True, legs_apart=True),
    Stance("sitting", 0.12, sit, seated=True),
    Stance("sitting on the ground", 0.03, sit_on_ground, legs_apart=True),
    Stance("squatting", 0.03, squat, legs_apart=True),
    Stance("kneeling", 0.03, kneel, legs_apart=True),
    Stance("bending", 0.05, bend),
    Stance("lying", 0.015, lie),
    Stance("lunging", 0.05, lunge, legs_apart=True),
    Stance("jumping", 0.025, jump, legs_apart=True),
)
