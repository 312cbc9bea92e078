"""Which bone a label belongs to, told by the names of a scheme's labels."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cache

from m2fp.labels import LabelScheme


class Bone(IntEnum):
    """The rigid pieces of a puppet; of a pair the person's left one comes first."""

    TORSO = 0
    HEAD = 1
    UPPER_LEFT = 2
    UPPER_RIGHT = 3
    FORE_LEFT = 4
    FORE_RIGHT = 5
    THIGH_LEFT = 6
    THIGH_RIGHT = 7
    SHIN_LEFT = 8
    SHIN_RIGHT = 9


# The limbs' (upper, lower) bones, the person's left one first.
ARMS = ((Bone.UPPER_LEFT, Bone.FORE_LEFT), (Bone.UPPER_RIGHT, Bone.FORE_RIGHT))
LEGS = ((Bone.THIGH_LEFT, Bone.SHIN_LEFT), (Bone.THIGH_RIGHT, Bone.SHIN_RIGHT))


@dataclass(frozen=True, slots=True)
class Parts:
    """Ids of a scheme by what they move with.

    Attributes:
        head, trousers, socks, gloves: what goes with these bones on either side.
        sleeved: garments that may have sleeves, and hang over the legs.
        dresses: those of them that are skirts below the hips.
        skirts: garments that stay with the torso.
        neck: skin between head and torso, or torso.
        arms, legs: (left, right) ids of limbs; legs with shoes.
    """

    head: tuple[int, ...]
    trousers: tuple[int, ...]
    socks: tuple[int, ...]
    gloves: tuple[int, ...]
    sleeved: tuple[int, ...]
    dresses: tuple[int, ...]
    skirts: tuple[int, ...]
    neck: tuple[int, ...]
    arms: tuple[int, int]
    legs: tuple[tuple[int, ...], tuple[int, ...]]


@cache
def _parts(names: tuple[str, ...]) -> Parts | None:
    def ids(*wanted: str) -> tuple[int, ...]:
        return tuple(names.index(name) for name in wanted if name in names)

    arms, legs = ids("left-arm", "right-arm"), ids("left-leg", "right-leg")
    if len(arms) != 2 or len(legs) != 2 or not ids("upper-clothes") or not ids("face"):
        return None
    return Parts(
        head=ids("hat", "hair", "face", "sunglasses"),
        trousers=ids("pants"),
        socks=ids("socks"),
        gloves=ids("glove"),
        sleeved=ids("upper-clothes", "dress", "coat", "jumpsuits"),
        dresses=ids("dress"),
        skirts=ids("skirt"),
        neck=ids("torso-skin"),
        arms=(arms[0], arms[1]),
        legs=(ids("left-leg", "left-shoe"), ids("right-leg", "right-shoe")),
    )


def parts_of(scheme: LabelScheme) -> Parts | None:
    """Return the parts of a scheme; None where it has no left and right arms and legs."""
    return _parts(scheme.names)
