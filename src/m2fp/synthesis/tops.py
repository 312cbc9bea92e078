"""What is worn on the trunk: shirts, sweaters, singlets, bras; dresses, coats and jackets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from m2fp.synthesis.anatomy import CHEST_Y, HIP_Y, WAIST_Y, Anatomy, Field
from m2fp.synthesis.closet import Closet
from m2fp.synthesis.cuts import (
    above,
    all_of,
    any_of,
    below,
    high_neck,
    open_front,
    round_neck,
    sleeveless,
    sleeves,
    strapless,
    v_neck,
)
from m2fp.synthesis.garment import Cut, Garment
from m2fp.synthesis.part_ids import Cihp, Mhp

_TOP = (Cihp.UPPER_CLOTHES, Cihp.UPPER_CLOTHES)


@dataclass(frozen=True, slots=True)
class Fit:
    """How a garment sits.

    Attributes:
        tuck: worn inside trousers or skirt.
        loose: 0 skin-tight .. 1 wide.
    """

    tuck: bool
    loose: float


def _both(part: int) -> tuple[int, int]:
    return part, part


def _hem(rng: Generator) -> float:
    return float(rng.uniform(-0.01, HIP_Y + 0.04))


def _sleeve(rng: Generator, where: Anatomy, kind: str) -> float:
    """Return how long a sleeve is, metres from the shoulder."""
    elbow, wrist = where.elbow, where.wrist
    span = {
        "cap": (0.03, 0.08),
        "short": (0.10, 0.95 * elbow),
        "half": (elbow, elbow + 0.10),
        "long": (wrist - 0.05, wrist + 0.02),
    }[kind]
    return float(rng.uniform(*span))


def _hang(fit: Fit, hem: float, *, sleeve: float = 0.0) -> Cut:
    """Return how far loose cloth stands off: more towards the hem and along the sleeves."""
    box = 0.045 * fit.loose
    wide = 0.05 * fit.loose

    def flare(at: Anatomy) -> Field:
        trunk = np.clip((CHEST_Y - at.y) / max(CHEST_Y - hem, 0.1), 0, 1.2) * (at.limb < 0.05)
        arm = np.clip(at.arm / max(sleeve, 0.1), 0, 1)
        return box * (0.15 + 0.85 * trunk) * (at.y < CHEST_Y) + wide * arm

    return flare


def _neck(rng: Generator, *, deep: bool) -> Cut:
    """Return a round neck or a V."""
    radius, drop = rng.uniform(0.078, 0.095), rng.uniform(0, 0.02)
    if deep:
        radius, drop = rng.uniform(0.085, 0.115), rng.uniform(0.02, 0.06)
    if rng.random() < (0.45 if deep else 0.2):
        depth, width = rng.uniform(0.06, 0.17), rng.uniform(0.04, 0.075)
        return lambda at: all_of(round_neck(at, 0.08), v_neck(at, depth, width))
    return lambda at: round_neck(at, radius, drop=drop)


def shirt(rng: Generator, closet: Closet, fit: Fit, *, woman: bool) -> Garment:
    """Return a T-shirt, a long-sleeved shirt or a blouse."""
    kind = str(rng.choice(("cap", "short", "half", "long"), p=(0.08, 0.5, 0.12, 0.3)))
    sleeve = _sleeve(rng, closet.where, kind)
    hem = -0.02 if fit.tuck else _hem(rng)
    if woman and not fit.tuck and rng.random() < 0.2:  # cropped
        hem = float(rng.uniform(WAIST_Y - 0.08, WAIST_Y + 0.06))
    neck = _neck(rng, deep=woman and rng.random() < 0.5)
    tilt = float(rng.uniform(-0.15, 0.05))
    fine = Mhp.T_SHIRT if kind in ("cap", "short") else Mhp.OTHER_UPPER
    return Garment(
        "shirt",
        _TOP,
        _both(fine),
        "cloth",
        closet.tights,
        layer=2 if fit.tuck else 4,
        cut=lambda at: all_of(above(at, hem, tilt=tilt), sleeves(at, sleeve), neck(at)),
        thickness=0.003 if fit.tuck else 0.010,
        smoothing=1 + round(5 * fit.loose),
        flare=_hang(fit, hem, sleeve=sleeve),
    )


def sweater(rng: Generator, closet: Closet, fit: Fit) -> Garment:
    """Return a sweater, at times with a polo neck."""
    sleeve = _sleeve(rng, closet.where, "long")
    hem = _hem(rng)
    collar = float(rng.uniform(0.595, 0.625))
    polo = rng.random() < 0.25
    neck = (lambda at: high_neck(at, collar)) if polo else _neck(rng, deep=False)
    ribbed = 0.014 * float(rng.random() < 0.6)

    def flare(at: Anatomy) -> Field:
        # Blouses over a tight waistband.
        blouse = np.clip((at.y - hem) / 0.05, 0, 1) * (at.y < CHEST_Y) * (at.limb < 0.05)
        return hang(at) + ribbed * blouse

    hang = _hang(Fit(fit.tuck, 0.7 * fit.loose), hem, sleeve=sleeve)
    return Garment(
        "sweater",
        _TOP,
        _both(Mhp.SWEATER),
        "knit",
        closet.tights,
        layer=4,
        cut=lambda at: all_of(above(at, hem), sleeves(at, sleeve), neck(at)),
        thickness=0.014,
        smoothing=3 + round(5 * fit.loose),
        flare=flare,
    )


def singlet(rng: Generator, closet: Closet, fit: Fit, *, woman: bool) -> Garment:
    """Return a top without sleeves, at times without straps."""
    hem = -0.02 if fit.tuck else _hem(rng)
    if woman and not fit.tuck and rng.random() < 0.3:
        hem = float(rng.uniform(WAIST_Y - 0.08, WAIST_Y + 0.08))
    inset = float(rng.uniform(0.0, 0.06))
    neck = _neck(rng, deep=True)
    if woman and rng.random() < 0.12:
        top = float(rng.uniform(0.45, 0.49))
        cut: Cut = lambda at: all_of(above(at, hem), sleeveless(at, 0.02), strapless(at, top))  # noqa: E731
    else:
        cut = lambda at: all_of(above(at, hem), sleeveless(at, inset), neck(at))  # noqa: E731
    return Garment(
        "singlet",
        _TOP,
        _both(Mhp.SINGLET),
        "cloth",
        closet.tights,
        layer=2 if fit.tuck else 4,
        cut=cut,
        thickness=0.003 if fit.tuck else 0.010,
        smoothing=1 + round(4 * fit.loose),
        flare=_hang(fit, hem),
    )


def bra(rng: Generator, closet: Closet) -> Garment:
    """Return the upper half of a bikini or a sports bra."""
    low = float(rng.uniform(0.325, 0.36))
    inset = float(rng.uniform(0.05, 0.08))
    drop = float(rng.uniform(0.05, 0.1))
    return Garment(
        "bra",
        _TOP,
        _both(Mhp.BIKINI_BRA),
        "cloth",
        closet.tights,
        layer=2,
        cut=lambda at: all_of(
            above(at, low), sleeveless(at, inset), round_neck(at, 0.1, drop=drop)
        ),
        thickness=0.003,
        smoothing=1,
    )


def dress(rng: Generator, closet: Closet, fit: Fit) -> Garment:
    """Return a dress of any length, with any sleeves."""
    where = closet.where
    hem = float(rng.choice((rng.uniform(-0.36, -0.12), rng.uniform(-0.7, -0.36))))
    kind = str(rng.choice(("none", "cap", "short", "half", "long"), p=(0.4, 0.1, 0.25, 0.1, 0.15)))
    neck = _neck(rng, deep=rng.random() < 0.6)
    sleeve = 0.0 if kind == "none" else _sleeve(rng, where, kind)
    inset = float(rng.uniform(0.0, 0.05))
    bare = rng.random() < 0.12
    top = float(rng.uniform(0.45, 0.49))
    wide = float(rng.uniform(0.0, 0.06) if rng.random() < 0.5 else rng.uniform(0.06, 0.18))
    from_y = float(rng.choice((WAIST_Y - 0.06, CHEST_Y - 0.08)))
    folds, depth = float(rng.integers(6, 14)), float(rng.uniform(0, 0.10)) * wide

    def cut(at: Anatomy) -> Field:
        arms = sleeves(at, sleeve) if kind != "none" else sleeveless(at, inset)
        return all_of(above(at, hem), arms, strapless(at, top) if bare else neck(at))

    def flare(at: Anatomy) -> Field:
        down = np.clip((from_y - at.y) / 0.7, 0, 1.2) * (at.limb < 0.05)
        arm = np.clip(at.arm / max(sleeve, 0.1), 0, 1) * 0.03 * fit.loose
        return wide * down + _pleats(at, folds, depth) * down + arm

    return Garment(
        "dress",
        _both(Cihp.DRESS),
        _both(Mhp.DRESS),
        "cloth",
        closet.robe,
        layer=5,
        cut=cut,
        thickness=0.009,
        smoothing=2 + round(4 * fit.loose),
        flare=flare,
    )


def coat(rng: Generator, closet: Closet, fit: Fit) -> Garment:
    """Return a coat or a jacket, open or closed, with or without a high collar."""
    where = closet.where
    long_ = rng.random() < 0.4
    hem = float(rng.uniform(-0.62, -0.18) if long_ else rng.uniform(-0.06, HIP_Y + 0.04))
    sleeve = _sleeve(rng, where, "long" if rng.random() < 0.93 else "half")
    vest = not long_ and rng.random() < 0.08
    open_ = rng.random() < 0.65
    gap = float(rng.uniform(0.012, 0.085))
    low_gap = gap + float(rng.uniform(0.0, 0.08))
    collar = float(rng.uniform(0.59, 0.63))
    tall = rng.random() < 0.4
    neck = _neck(rng, deep=False)
    wide = float(rng.uniform(0.0, 0.08))

    def cut(at: Anatomy) -> Field:
        parts = [above(at, hem), sleeveless(at) if vest else sleeves(at, sleeve)]
        parts.append(high_neck(at, collar) if tall else neck(at))
        if open_:
            parts.append(any_of(open_front(at, gap, low_gap=low_gap), 3 * (at.limb - 0.3)))
        return all_of(*parts)

    def flare(at: Anatomy) -> Field:
        down = np.clip((WAIST_Y - at.y) / 0.7, 0, 1.2) * (at.limb < 0.05)
        return wide * down + 0.02 * np.clip(at.arm / sleeve, 0, 1) * (0.3 + fit.loose)

    return Garment(
        "coat" if long_ else "jacket",
        _both(Cihp.COAT),
        _both(Mhp.COAT if long_ else Mhp.JACKET),
        str(rng.choice(("cloth", "leather", "denim", "felt"), p=(0.5, 0.2, 0.15, 0.15))),
        closet.robe if long_ else closet.tights,
        layer=6,
        cut=cut,
        thickness=float(rng.uniform(0.020, 0.032)),
        smoothing=5 + round(4 * fit.loose),
        flare=flare,
    )


def belt(rng: Generator, closet: Closet, waist: float) -> Garment:
    """Return a belt at the height of a waistband; CIHP has no such class, so it is trousers."""
    half = float(rng.uniform(0.012, 0.022))
    return Garment(
        "belt",
        _both(Cihp.PANTS),
        _both(Mhp.BELT),
        "leather",
        closet.tights,
        layer=3,
        cut=lambda at: all_of(above(at, waist - half), below(at, waist + half)),
        thickness=0.011,
        smoothing=2,
    )


def _pleats(at: Anatomy, count: float, depth: float) -> Field:
    """Return folds around the legs: `count` of them to half a turn."""
    return depth * np.sin(count * 2 * np.arctan2(at.z - 0.02, at.x))
