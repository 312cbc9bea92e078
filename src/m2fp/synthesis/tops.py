"""What is worn on the trunk: shirts, sweaters, singlets, bras."""

from __future__ import annotations

from dataclasses import dataclass

from numpy.random import Generator

from m2fp.synthesis.anatomy import CHEST_Y, HIP_Y, WAIST_Y, Anatomy
from m2fp.synthesis.closet import Closet
from m2fp.synthesis.cuts import (
    Cut,
    above,
    high_neck,
    round_neck,
    sleeveless,
    sleeves,
    strapless,
    v_neck,
)
from m2fp.synthesis.fields import Field, all_of, ramp
from m2fp.synthesis.garment import Garment
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


def both(part: int) -> tuple[int, int]:
    """Return the ids of a garment whose halves are of one class."""
    return part, part


def _hem(rng: Generator) -> float:
    return float(rng.uniform(-0.01, HIP_Y + 0.04))


def sleeve_length(rng: Generator, where: Anatomy, kind: str) -> float:
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
        trunk = ramp(at.y, CHEST_Y, min(hem, CHEST_Y - 0.1)) * (at.limb < 0.05)
        arm = ramp(at.arm, 0, max(sleeve, 0.1))
        return box * (0.15 + 0.85 * trunk) * (at.y < CHEST_Y) + wide * arm

    return flare


def neckline(rng: Generator, *, deep: bool) -> Cut:
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
    sleeve = sleeve_length(rng, closet.where, kind)
    hem = -0.02 if fit.tuck else _hem(rng)
    if woman and not fit.tuck and rng.random() < 0.2:  # cropped
        hem = float(rng.uniform(WAIST_Y - 0.08, WAIST_Y + 0.06))
    neck = neckline(rng, deep=woman and rng.random() < 0.5)
    tilt = float(rng.uniform(-0.15, 0.05))
    fine = Mhp.T_SHIRT if kind in ("cap", "short") else Mhp.OTHER_UPPER
    return Garment(
        "shirt",
        _TOP,
        both(fine),
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
    sleeve = sleeve_length(rng, closet.where, "long")
    hem = _hem(rng)
    collar = float(rng.uniform(0.595, 0.625))
    polo = rng.random() < 0.25
    neck = (lambda at: high_neck(at, collar)) if polo else neckline(rng, deep=False)
    ribbed = 0.014 * float(rng.random() < 0.6)

    def flare(at: Anatomy) -> Field:
        # Blouses over a tight waistband.
        blouse = ramp(at.y, hem, hem + 0.05) * (at.y < CHEST_Y) * (at.limb < 0.05)
        return hang(at) + ribbed * blouse

    hang = _hang(Fit(fit.tuck, 0.7 * fit.loose), hem, sleeve=sleeve)
    return Garment(
        "sweater",
        _TOP,
        both(Mhp.SWEATER),
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
    neck = neckline(rng, deep=True)
    if woman and rng.random() < 0.12:
        top = float(rng.uniform(0.45, 0.49))
        cut: Cut = lambda at: all_of(above(at, hem), sleeveless(at, 0.02), strapless(at, top))  # noqa: E731
    else:
        cut = lambda at: all_of(above(at, hem), sleeveless(at, inset), neck(at))  # noqa: E731
    return Garment(
        "singlet",
        _TOP,
        both(Mhp.SINGLET),
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
        both(Mhp.BIKINI_BRA),
        "cloth",
        closet.tights,
        layer=2,
        cut=lambda at: all_of(
            above(at, low), sleeveless(at, inset), round_neck(at, 0.1, drop=drop)
        ),
        thickness=0.003,
        smoothing=1,
    )
