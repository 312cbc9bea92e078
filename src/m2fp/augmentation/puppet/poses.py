"""Poses of a puppet: directions of its limbs, sampled within what people can do."""

from __future__ import annotations

from dataclasses import dataclass

from numpy.random import Generator

# Legs under a skirt or a long coat swing this far at most, in degrees.
SKIRT_SWING = 7.0


@dataclass(frozen=True, slots=True)
class ArmPose:
    """Where an arm points.

    upper, fore: degrees from straight down, outwards positive (90 level, 180 up), in the torso's
    frame; the forearm's is not relative to the upper arm's. A negative one points inwards.
    upper_scale, fore_scale: lengths as shares of the photo's, below 1 for an arm that points
    towards the camera. behind: passes behind the body.
    """

    upper: float
    fore: float
    upper_scale: float = 1.0
    fore_scale: float = 1.0
    behind: bool = False


@dataclass(frozen=True, slots=True)
class LegPose:
    """Where a leg points, as `ArmPose`, but in the picture's frame. front: before the torso."""

    thigh: float
    shin: float
    thigh_scale: float = 1.0
    shin_scale: float = 1.0
    front: bool = False


@dataclass(frozen=True, slots=True)
class Pose:
    """A whole pose; limbs that are None keep their place on the torso (arms) or ground (legs).

    lean: of the torso about the hips, degrees clockwise in the picture. torso_scale: of its length,
    below 1 for somebody who bends towards the camera. nod: of the head on the torso, degrees
    clockwise. arms, legs: the person's left one first.
    """

    name: str = "still"
    lean: float = 0.0
    torso_scale: float = 1.0
    nod: float = 0.0
    arms: tuple[ArmPose | None, ArmPose | None] = (None, None)
    legs: tuple[LegPose | None, LegPose | None] = (None, None)


@dataclass(frozen=True, slots=True)
class Freedom:
    """What can move. arms: left and right; legs: both or none; skirt: legs only swing a little."""

    arms: tuple[bool, bool]
    legs: bool
    skirt: bool


def random_pose(freedom: Freedom, rng: Generator) -> Pose | None:
    """Return a pose that moves only what can move, None where that is too little."""
    names = []
    if all(freedom.arms):
        names += ["arms up", "hands on hips", "arms crossed", "arms out"]
    if any(freedom.arms):
        names += ["one arm raised", "bending"]
    if freedom.legs and not freedom.skirt:
        names += ["sitting", "sitting", "striding", "striding", "random"]
    if not names:
        return None
    name = names[int(rng.integers(len(names)))]
    left, right = _arms(name, rng)
    lean, scale = float(rng.normal(0, 4)), 1.0
    if name == "bending":
        lean, scale = float(rng.uniform(8, 20) * rng.choice((-1, 1))), float(rng.uniform(0.72, 1.0))
    if freedom.skirt or not freedom.legs:
        # The skirt leans with the torso, and legs that stay must not come out beside it.
        lean, scale = min(max(lean, -SKIRT_SWING), SKIRT_SWING), 1.0
    return Pose(
        name=name,
        lean=lean,
        torso_scale=scale,
        nod=float(rng.uniform(-9, 9)),
        arms=(left if freedom.arms[0] else None, right if freedom.arms[1] else None),
        legs=_legs(name, freedom, rng),
    )


def _arms(name: str, rng: Generator) -> tuple[ArmPose | None, ArmPose | None]:
    if name == "one arm raised":
        pair: tuple[ArmPose | None, ArmPose | None] = (_raised(rng), _relaxed(rng))
        return pair if rng.random() < 0.5 else (_relaxed(rng), _raised(rng))
    if name == "striding":
        swung = ArmPose(
            rng.uniform(12, 30),
            rng.uniform(-150, -70),
            rng.uniform(0.75, 0.95),
            rng.uniform(0.7, 0.9),
        )
        back = ArmPose(rng.uniform(18, 40), rng.uniform(0, 40), fore_scale=rng.uniform(0.7, 1.0))
        return (swung, back) if rng.random() < 0.5 else (back, swung)
    makers = {
        "arms up": _raised,
        "hands on hips": _on_hip,
        "arms crossed": _crossed,
        "arms out": _out,
        "sitting": _in_lap,
        "bending": _relaxed,
    }
    make = makers.get(name, _any_arm)
    return make(rng), make(rng)


def _raised(rng: Generator) -> ArmPose:
    upper = rng.uniform(95, 165)
    return ArmPose(upper, upper + rng.uniform(-15, 70))


def _relaxed(rng: Generator) -> ArmPose:
    upper = rng.uniform(6, 30)
    return ArmPose(upper, upper - rng.uniform(0, 35))


def _on_hip(rng: Generator) -> ArmPose:
    return ArmPose(rng.uniform(36, 52), rng.uniform(-58, -42), fore_scale=rng.uniform(0.8, 0.95))


def _crossed(rng: Generator) -> ArmPose:
    return ArmPose(rng.uniform(6, 16), rng.uniform(-105, -78), fore_scale=rng.uniform(0.8, 1.0))


def _out(rng: Generator) -> ArmPose:
    upper = rng.uniform(50, 100)
    return ArmPose(upper, upper + rng.uniform(-25, 25))


def _in_lap(rng: Generator) -> ArmPose:
    return ArmPose(rng.uniform(6, 20), rng.uniform(-50, -15), 1.0, rng.uniform(0.65, 0.95))


def _any_arm(rng: Generator) -> ArmPose:
    upper = rng.uniform(5, 160)
    # An elbow bends one way: hanging arms fold inwards, raised ones outwards and up.
    fold = rng.uniform(0, 110)
    return ArmPose(upper, upper + fold if upper > 60 else upper - fold)


def _legs(name: str, freedom: Freedom, rng: Generator) -> tuple[LegPose | None, LegPose | None]:
    if not freedom.legs:
        return None, None
    if freedom.skirt:
        swing = rng.uniform(-0.3, 1, 2) * SKIRT_SWING
        left, right = (LegPose(float(angle), float(angle * 0.5)) for angle in swing)
        return left, right
    if name == "sitting":
        scale, shin = rng.uniform(0.3, 0.5), rng.uniform(0.85, 1.0)
        return _seated(scale, shin, rng), _seated(scale, shin, rng)
    if name in ("striding", "random"):
        lifted = LegPose(
            rng.uniform(2, 22),
            rng.uniform(-12, 10),
            rng.uniform(0.55, 0.85),
            rng.uniform(0.75, 1.0),
            front=True,
        )
        pushing = LegPose(rng.uniform(2, 28), rng.uniform(-5, 28), 1.0, rng.uniform(0.65, 1.0))
        return (lifted, pushing) if rng.random() < 0.5 else (pushing, lifted)
    return _standing(rng), _standing(rng)


def _seated(scale: float, shin: float, rng: Generator) -> LegPose:
    return LegPose(
        rng.uniform(5, 35), rng.uniform(-8, 12), scale * rng.uniform(0.9, 1.1), shin, front=True
    )


def _standing(rng: Generator) -> LegPose:
    thigh = rng.uniform(0, 16)
    return LegPose(thigh, thigh + rng.uniform(-8, 4))
