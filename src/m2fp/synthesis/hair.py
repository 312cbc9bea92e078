"""Hair made from the body itself, for when there are no hair assets, and for variety."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from m2fp.synthesis.anatomy import HEAD, Anatomy
from m2fp.synthesis.closet import Closet
from m2fp.synthesis.cuts import Cut
from m2fp.synthesis.fields import Field, all_of, any_of, ramp
from m2fp.synthesis.garment import Garment
from m2fp.synthesis.part_ids import Cihp, Mhp

_HAIR = (Cihp.HAIR, Cihp.HAIR)
_FINE = (Mhp.HAIR, Mhp.HAIR)


def _cap(closet: Closet, name: str, cut: Cut, thickness: float, flare: Cut | None) -> Garment:
    return Garment(
        name,
        _HAIR,
        _FINE,
        "hair",
        closet.dome,
        layer=8,
        cut=cut,
        thickness=thickness,
        smoothing=2,
        flare=flare,
        cover=np.full_like(closet.where.x, -1),
    )


def short_hair(rng: Generator, closet: Closet, *, lift: float, flat: bool) -> list[Garment]:
    """Return hair of some millimetres or centimetres, fuller on top.

    Args:
        rng: draws it.
        closet: what it is made from.
        lift: how much higher the hairline of the forehead is; a fringe hangs below it.
        flat: it fits under a hat.
    """
    full = 0.0 if flat else float(rng.uniform(0.0, 0.035))
    waves, size = float(rng.integers(1, 4)), 0.0 if flat else float(rng.uniform(0, 0.004))

    def flare(at: Anatomy) -> Field:
        top = ramp(at.y, 0.73, 0.83)
        curls = np.sin(waves * 30 * at.x) * np.sin(waves * 30 * at.z + at.y)
        return full * top + np.asarray(size * curls, np.float32)

    thick = float(rng.uniform(0.003, 0.006 if flat else 0.011))
    return [_cap(closet, "short hair", lambda at: at.hair_above(lift), thick, flare)]


def round_hair(rng: Generator, closet: Closet) -> list[Garment]:
    """Return an afro or big curls."""
    full = float(rng.uniform(0.03, 0.09))
    size = float(rng.uniform(0.002, 0.008))

    def flare(at: Anatomy) -> Field:
        bumps = np.sin(120 * at.x + 1) * np.sin(110 * at.z) * np.sin(100 * at.y)
        return full * (0.15 + 0.85 * ramp(at.hair_above(0.0), 0, 0.05)) + size * bumps

    return [_cap(closet, "round hair", lambda at: at.hair_above(0.0), 0.008, flare)]


def long_hair(rng: Generator, closet: Closet, *, flat: bool) -> list[Garment]:
    """Return hair that falls down the sides and the back to chin, shoulders or waist.

    flat: it fits under a hat.
    """
    end = float(rng.choice((rng.uniform(0.58, 0.66), rng.uniform(0.28, 0.56))))
    # Of the helper's strips, those before the face are left out, down to a parting.
    open_ = float(rng.uniform(0.055, 0.085))

    def strips(at: Anatomy) -> Field:
        face = any_front(at, open_)
        return all_of(at.y - end, face)

    cover = np.full_like(closet.where.x, -1)
    thick = float(rng.uniform(0.0, 0.012))
    falling = Garment(
        "long hair",
        _HAIR,
        _FINE,
        "hair",
        closet.strands,
        layer=8,
        cut=strips,
        thickness=0.0 if flat else thick,
        flare=_pressed if flat else None,
        cover=cover,
    )
    full = 0.005 if flat else float(rng.uniform(0.014, 0.026))
    return [_cap(closet, "hair", lambda at: at.hair_above(0.0), full, None), falling]


def _pressed(at: Anatomy) -> Field:
    """Return how far strips of hair move (inwards) to lie under the edge of a hat."""
    return np.asarray(-0.011 * ramp(at.y, 0.68, 0.76), np.float32)


def bun(rng: Generator, closet: Closet) -> list[Garment]:
    """Return hair drawn back into a knot."""
    high, size = float(rng.uniform(-0.3, 0.9)), float(rng.uniform(0.02, 0.045))
    way = np.array([0.0, np.sin(high), -np.cos(high)])

    def flare(at: Anatomy) -> Field:
        seen = np.stack([at.x - HEAD[0], at.y - HEAD[1], at.z - HEAD[2]])
        seen = seen / np.maximum(np.linalg.norm(seen, axis=0), 1e-6)
        return 1.6 * size * ramp(way @ seen, 0.85, 0.97) ** 0.6

    return [_cap(closet, "bun", lambda at: at.hair_above(0.0), 0.006, flare)]


def any_front(at: Anatomy, half: float) -> Field:
    """Return everything but a strip of this half-width before the face."""
    return any_of(np.abs(at.x) - half, 0.09 - at.z)
