"""What is worn on hips, legs and feet: trousers, shorts, leggings, skirts, socks, shoes."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from m2fp.synthesis.anatomy import CROTCH_Y, HIP_Y, WAIST_Y, Anatomy
from m2fp.synthesis.closet import Closet
from m2fp.synthesis.cuts import above, below, deep_in, legs, pleats
from m2fp.synthesis.fields import Field, all_of, ramp
from m2fp.synthesis.garment import Garment
from m2fp.synthesis.part_ids import Cihp, Mhp

_SHOES = (Cihp.LEFT_SHOE, Cihp.RIGHT_SHOE)


def _both(part: int) -> tuple[int, int]:
    return part, part


def _waist(rng: Generator, *, high: bool) -> float:
    return float(rng.uniform(WAIST_Y - 0.06, WAIST_Y + 0.02) if high else rng.uniform(HIP_Y, 0.17))


def trousers(rng: Generator, closet: Closet, loose: float, *, high: bool) -> Garment:
    """Return long trousers: narrow, straight or wide."""
    where = closet.where
    waist = _waist(rng, high=high)
    end = float(rng.choice((where.ankle - 0.01, rng.uniform(where.ankle - 0.16, where.ankle))))
    wide = float(rng.choice((0.0, 0.03, 0.07), p=(0.45, 0.4, 0.15))) * (0.4 + loose)
    from_knee = rng.random() < 0.3  # flared

    def flare(at: Anatomy) -> Field:
        start = where.knee if from_knee else 0.1
        return wide * ramp(at.leg, start, where.ankle)

    return Garment(
        "trousers",
        _both(Cihp.PANTS),
        _both(Mhp.PANTS),
        str(rng.choice(("denim", "cloth"), p=(0.45, 0.55))),
        closet.tights,
        layer=3,
        cut=lambda at: all_of(below(at, waist, tilt=-0.12), legs(at, end)),
        thickness=0.006 + 0.006 * loose,
        smoothing=1 + round(4 * loose),
        flare=flare,
    )


def shorts(rng: Generator, closet: Closet, loose: float, *, high: bool) -> Garment:
    """Return shorts that end between groin and calf."""
    where = closet.where
    waist = _waist(rng, high=high)
    end = float(rng.choice((rng.uniform(0.14, 0.30), rng.uniform(0.30, where.knee + 0.16))))
    wide = float(rng.uniform(0.0, 0.05)) * (0.3 + loose)
    return Garment(
        "shorts",
        _both(Cihp.PANTS),
        _both(Mhp.SHORTS),
        str(rng.choice(("denim", "cloth"), p=(0.3, 0.7))),
        closet.tights,
        layer=3,
        cut=lambda at: all_of(below(at, waist, tilt=-0.12), legs(at, end)),
        thickness=0.006 + 0.008 * loose,
        smoothing=1 + round(4 * loose),
        flare=lambda at: wide * ramp(at.leg, 0, end),
    )


def leggings(rng: Generator, closet: Closet, *, high: bool) -> Garment:
    """Return leggings."""
    waist = _waist(rng, high=high)
    end = closet.where.ankle - float(rng.uniform(0.0, 0.2))
    return Garment(
        "leggings",
        _both(Cihp.PANTS),
        _both(Mhp.PANTS),
        "knit",
        closet.tights,
        layer=2,
        cut=lambda at: all_of(below(at, waist), legs(at, end)),
        thickness=0.002,
    )


def briefs(rng: Generator, closet: Closet) -> Garment:
    """Return swimming trunks or the lower half of a bikini."""
    waist = float(rng.uniform(0.05, 0.14))
    rise = float(rng.uniform(0.2, 0.9))
    low = CROTCH_Y - float(rng.uniform(0.0, 0.03))
    return Garment(
        "briefs",
        _both(Cihp.PANTS),
        _both(Mhp.SHORTS),
        "cloth",
        closet.tights,
        layer=2,
        cut=lambda at: all_of(below(at, waist), at.y - low - rise * (np.abs(at.x) - 0.02)),
        thickness=0.003,
        smoothing=1,
    )


def skirt(rng: Generator, closet: Closet, loose: float) -> Garment:
    """Return a skirt: short or long, narrow, flared or pleated."""
    waist = float(rng.uniform(0.12, 0.165))
    hem = float(rng.choice((rng.uniform(-0.34, -0.14), rng.uniform(-0.68, -0.34))))
    wide = float(rng.uniform(-0.01, 0.06) if rng.random() < 0.4 else rng.uniform(0.06, 0.20))
    folds, depth = int(rng.integers(6, 14)), float(rng.uniform(0, 0.12)) * max(wide, 0)

    def flare(at: Anatomy) -> Field:
        down = ramp(at.y, waist, waist - 0.8)
        return (wide + depth * pleats(at, folds)) * down

    def cut(at: Anatomy) -> Field:
        return all_of(above(at, hem), below(at, waist))

    return Garment(
        "skirt",
        _both(Cihp.SKIRT),
        _both(Mhp.SKIRT),
        str(rng.choice(("cloth", "denim", "leather"), p=(0.75, 0.15, 0.1))),
        closet.skirt,
        layer=3,
        cut=cut,
        hides=deep_in(cut, hem, wide),
        thickness=0.010,
        smoothing=1 + round(3 * loose),
        flare=flare,
    )


def socks(rng: Generator, closet: Closet) -> Garment:
    """Return socks or stockings, from the ankle to over the knee."""
    where = closet.where
    spans = ((where.ankle - 0.06, where.ankle), (where.knee + 0.05, where.ankle - 0.08), (0.2, 0.4))
    first, last = spans[int(rng.choice(3, p=(0.45, 0.4, 0.15)))]
    top = float(rng.uniform(first, last))
    return Garment(
        "socks",
        _both(Cihp.SOCKS),
        _both(Mhp.STOCKINGS if top < where.knee else Mhp.SOCKS),
        "knit",
        closet.tights,
        layer=1,
        cut=lambda at: at.leg - top,
        thickness=0.002,
        smoothing=1,
    )


def tights(closet: Closet) -> Garment:
    """Return tights, from the waist to the toes."""
    return Garment(
        "tights",
        _both(Cihp.SOCKS),
        _both(Mhp.STOCKINGS),
        "knit",
        closet.tights,
        layer=1,
        cut=lambda at: below(at, 0.15),
        thickness=0.001,
    )


def shoes(rng: Generator, closet: Closet, *, narrow: bool) -> Garment:
    """Return shoes or boots made from the foot: with a flat sole, closed or low-cut.

    narrow: legs are bare or tightly clad, so that boots go over what is on them.
    """
    where = closet.where
    boot = rng.random() < 0.35
    top = float(
        rng.uniform(where.knee + 0.08, where.ankle - 0.08)
        if boot
        else rng.uniform(where.ankle - 0.03, where.ankle + 0.02)
    )
    # A pump is open over the instep: what is high and near the leg is cut away.
    low = not boot and rng.random() < 0.3
    instep = float(rng.uniform(0.035, 0.055))
    sole = float(rng.uniform(0.008, 0.03))

    def cut(at: Anatomy) -> Field:
        shaft = at.leg - top
        return all_of(shaft, instep - (at.y - _SOLE_Y) + 0.35 * (at.z - 0.12)) if low else shaft

    def flare(at: Anatomy) -> Field:
        under = ramp(at.y, _SOLE_Y + 0.012, _SOLE_Y)
        return sole * under + 0.012 * ramp(at.leg, top + 0.1, top) * boot

    return Garment(
        "boots" if boot else "shoes",
        _SHOES,
        (Mhp.LEFT_BOOT, Mhp.RIGHT_BOOT) if boot else (Mhp.LEFT_SHOE, Mhp.RIGHT_SHOE),
        str(rng.choice(("leather", "cloth"), p=(0.75, 0.25))),
        closet.tights,
        layer=4 if boot and narrow else 2,
        cut=cut,
        thickness=0.012 if boot and narrow else 0.007,
        smoothing=2,
        flare=flare,
    )


_SOLE_Y = -0.817  # of the template
