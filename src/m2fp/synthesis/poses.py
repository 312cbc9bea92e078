"""A random pose for a body."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from m2fp.synthesis.body import Body
from m2fp.synthesis.gestures import gesture
from m2fp.synthesis.rig import Rig, euler
from m2fp.synthesis.stances import STANCES

_LOW = ("sitting", "sitting on the ground", "squatting", "kneeling", "bending")

Turns = dict[str, NDArray[np.float64]]
"""The turn (3, 3) of joints by name, see bvh.py."""


@dataclass(frozen=True, slots=True, eq=False)
class Pose:
    """How a body is held.

    Attributes:
        name: the stance, for the scores by group.
        motions: float32 (J, 3, 4), of the bones, see skinning.bone_motions.
        seated: whether it needs something to sit on.
    """

    name: str
    motions: NDArray[np.float32]
    seated: bool


def random_pose(
    body: Body,
    rng: Generator,
    files: Sequence[tuple[str, Turns]] = (),
    *,
    bulk: float = 0.0,
    skirted: bool = False,
) -> Pose:
    """Return a pose: mostly made up, a seventh after one of `files`, loosened and mirrored.

    Args:
        body: whose.
        rng: decides.
        files: turns of joints by name.
        bulk: how far clothes stand off the trunk, metres; hands keep clear of it.
        skirted: the legs are in one tube and go no more apart than it lets them.
    """
    rig = Rig(body, bulk)
    files = [file for file in files if not skirted or file[0].startswith("standing")]
    if files and rng.random() < 0.14:
        name, turns = files[int(rng.integers(len(files)))]
        _take(rig, turns, rng, mirror=bool(rng.random() < 0.5))
        return Pose(name, rig.motions(), seated=name.startswith("sit"))
    stances = [stance for stance in STANCES if not (skirted and stance.legs_apart)]
    shares = np.array([stance.share for stance in stances])
    stance = stances[int(rng.choice(len(stances), p=shares / shares.sum()))]
    stance.set_up(rig, rng)
    if not stance.busy or rng.random() < 0.25:
        gesture(rig, rng, low=stance.name in _LOW)
    return Pose(stance.name, rig.motions(), stance.seated)


def _take(rig: Rig, turns: Turns, rng: Generator, *, mirror: bool) -> None:
    flip = np.diag([-1.0, 1.0, 1.0])
    names = rig.bone_names()
    for name, turn in turns.items():
        own = name
        if mirror:
            own = name[:-1] + {"L": "R", "R": "L"}.get(name[-1], name[-1])
            turn = flip @ turn @ flip  # noqa: PLW2901
        if own in names:
            rig.turn(own, euler(*rng.normal(0, 2.5, 3)) @ turn)
