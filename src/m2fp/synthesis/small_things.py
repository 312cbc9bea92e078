"""Hats, caps, sunglasses, scarves and gloves."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from m2fp.synthesis.anatomy import CHEST_Y, HEAD, Anatomy
from m2fp.synthesis.closet import Closet
from m2fp.synthesis.cuts import above, high_neck
from m2fp.synthesis.fields import Field, all_of, any_of, ramp
from m2fp.synthesis.garment import Garment
from m2fp.synthesis.made_bases import HAT_Y, brim_base, glasses_base, roll_base
from m2fp.synthesis.part_ids import Cihp, Mhp

_HAT = (Cihp.HAT, Cihp.HAT)
_SCARF = (Cihp.SCARF, Cihp.SCARF)


def hat(rng: Generator, closet: Closet) -> list[Garment]:
    """Return a beanie, a cap, a hat with a brim or a helmet, in one or two pieces."""
    kind = str(rng.choice(("beanie", "cap", "brimmed", "helmet"), p=(0.35, 0.35, 0.2, 0.1)))
    front = {"beanie": rng.uniform(0.77, 0.80), "helmet": HAT_Y + 0.01}.get(kind, HAT_Y)
    nape = {"beanie": rng.uniform(0.70, 0.75), "helmet": rng.uniform(0.70, 0.73)}.get(kind, HAT_Y)
    slope = (front - nape) / 0.16
    tall = {"beanie": rng.uniform(0.0, 0.05), "brimmed": rng.uniform(0.02, 0.05)}.get(kind, 0.012)
    thick = {"helmet": 0.03, "beanie": rng.uniform(0.012, 0.02)}.get(kind, 0.012)

    def line(at: Anatomy) -> Field:
        return front - slope * (0.14 - at.z)

    def flare(at: Anatomy) -> Field:
        return tall * ramp(at.y - line(at), 0, 0.07)

    fine = (Mhp.HELMET, Mhp.HELMET) if kind == "helmet" else (Mhp.CAP_HAT, Mhp.CAP_HAT)
    material = {"beanie": "knit", "helmet": "leather", "brimmed": "felt"}.get(kind, "cloth")
    dome = Garment(
        kind,
        _HAT,
        fine,
        material,
        closet.dome,
        layer=9,
        cut=lambda at: at.y - line(at),
        thickness=float(thick),
        smoothing=2 if kind != "helmet" else 6,
        flare=flare,
        presses=False,
    )
    if kind not in ("cap", "brimmed"):
        return [dome]
    if kind == "cap":
        wide = (rng.uniform(0.06, 0.085), 0.0, rng.uniform(0.0, 0.025))
    else:
        side = rng.uniform(0.04, 0.12)
        wide = (side * rng.uniform(0.9, 1.1), side, rng.uniform(-0.02, 0.05))
    brim = Garment(
        f"{kind} brim",
        _HAT,
        fine,
        material,
        brim_base(closet.data, closet.where, *(float(size) for size in wide)),
        layer=9,
        cut=None if kind == "brimmed" else lambda at: at.z - HEAD[2] - 0.045,
        cover=np.full_like(closet.where.x, -1),
        presses=False,
    )
    return [dome, brim]


def sunglasses(rng: Generator, closet: Closet) -> Garment:
    """Return sunglasses."""
    base = glasses_base(
        closet.data,
        closet.where,
        float(rng.uniform(0.046, 0.060)),
        float(rng.uniform(0.032, 0.052)),
        float(rng.uniform(2, 5)),
    )
    return Garment(
        "sunglasses",
        (Cihp.SUNGLASSES, Cihp.SUNGLASSES),
        (Mhp.SUNGLASSES, Mhp.SUNGLASSES),
        "glass",
        base,
        layer=9,
        cover=np.full_like(closet.where.x, -1),
        presses=False,
    )


def scarf(rng: Generator, closet: Closet, *, over_coat: bool) -> list[Garment]:
    """Return a scarf about the neck, at times with hanging ends, or a shawl over the shoulders."""
    nothing = np.full_like(closet.where.x, -1)
    if rng.random() < 0.15:
        low = float(rng.uniform(CHEST_Y, 0.48))
        shawl = Garment(
            "shawl",
            _SCARF,
            (Mhp.SCARF, Mhp.SCARF),
            "knit",
            closet.tights,
            layer=7,
            cut=lambda at: all_of(
                any_of(at.y - low + 0.3 * np.abs(at.z), 0.05 - np.abs(at.arm - 0.0)),
                0.12 - at.arm,
                high_neck(at, 0.60),
            ),
            thickness=0.042 if over_coat else 0.028,
            smoothing=8,
        )
        return [shawl]
    thick, rise = float(rng.uniform(0.016, 0.032)), float(rng.uniform(0.028, 0.05))
    roll = Garment(
        "scarf",
        _SCARF,
        (Mhp.SCARF, Mhp.SCARF),
        "knit",
        roll_base(closet.data, closet.where, thick, rise),
        layer=8,
        cover=nothing,
    )
    if rng.random() < 0.35:
        return [roll]
    half = float(rng.uniform(0.03, 0.055))
    ends = [float(rng.uniform(0.08, 0.46)) for _ in range(2)]
    apart = float(rng.uniform(0.03, 0.06))

    def cut(at: Anatomy) -> Field:
        strips = [
            all_of(half - np.abs(at.x - sign * apart), above(at, end))
            for sign, end in zip((1, -1), ends, strict=True)
        ]
        return all_of(any_of(*strips), 2 * (at.z - 0.055), high_neck(at, 0.60), 0.1 - at.arm)

    tails = Garment(
        "scarf ends",
        _SCARF,
        (Mhp.SCARF, Mhp.SCARF),
        "knit",
        closet.tights,
        layer=7,
        cut=cut,
        thickness=0.044 if over_coat else 0.022,
        smoothing=4,
        cover=nothing,
    )
    return [tails, roll]


def gloves(rng: Generator, closet: Closet) -> Garment:
    """Return gloves."""
    cuff = closet.where.wrist - float(rng.uniform(0.0, 0.06))
    return Garment(
        "gloves",
        (Cihp.GLOVE, Cihp.GLOVE),
        (Mhp.GLOVES, Mhp.GLOVES),
        str(rng.choice(("leather", "knit"))),
        closet.hands,
        layer=7,
        cut=lambda at: at.arm - cuff,
        thickness=float(rng.uniform(0.002, 0.005)),
        presses=False,
        smoothing=1,
    )
