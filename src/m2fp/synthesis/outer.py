"""What is worn over the rest, or instead of it: dresses, coats and jackets."""

from __future__ import annotations

from numpy.random import Generator

from m2fp.synthesis.anatomy import CHEST_Y, HIP_Y, WAIST_Y, Anatomy
from m2fp.synthesis.closet import Closet
from m2fp.synthesis.cuts import (
    above,
    deep_in,
    high_neck,
    open_front,
    pleats,
    sleeveless,
    sleeves,
    strapless,
)
from m2fp.synthesis.fields import Field, all_of, any_of, ramp
from m2fp.synthesis.garment import Garment
from m2fp.synthesis.part_ids import Cihp, Mhp
from m2fp.synthesis.tops import Fit, both, neckline, sleeve_length


def dress(rng: Generator, closet: Closet, fit: Fit) -> Garment:
    """Return a dress of any length, with any sleeves."""
    where = closet.where
    hem = float(rng.choice((rng.uniform(-0.36, -0.12), rng.uniform(-0.7, -0.36))))
    kind = str(rng.choice(("none", "cap", "short", "half", "long"), p=(0.4, 0.1, 0.25, 0.1, 0.15)))
    neck = neckline(rng, deep=rng.random() < 0.6)
    sleeve = 0.0 if kind == "none" else sleeve_length(rng, where, kind)
    inset = float(rng.uniform(0.0, 0.05))
    bare = rng.random() < 0.12
    top = float(rng.uniform(0.45, 0.49))
    wide = float(rng.uniform(0.0, 0.06) if rng.random() < 0.5 else rng.uniform(0.06, 0.18))
    from_y = float(rng.choice((WAIST_Y - 0.06, CHEST_Y - 0.08)))
    folds, depth = int(rng.integers(6, 14)), float(rng.uniform(0, 0.10)) * wide

    def cut(at: Anatomy) -> Field:
        arms = sleeves(at, sleeve) if kind != "none" else sleeveless(at, inset)
        return all_of(above(at, hem), arms, strapless(at, top) if bare else neck(at))

    def flare(at: Anatomy) -> Field:
        down = ramp(at.y, from_y, from_y - 0.8) * (at.limb < 0.05)
        arm = ramp(at.arm, 0, max(sleeve, 0.1)) * 0.03 * fit.loose
        return wide * down + depth * pleats(at, folds) * down + arm

    return Garment(
        "dress",
        both(Cihp.DRESS),
        both(Mhp.DRESS),
        "cloth",
        closet.robe,
        layer=5,
        cut=cut,
        hides=deep_in(cut, hem, wide),
        thickness=0.009,
        smoothing=2 + round(4 * fit.loose),
        flare=flare,
    )


def coat(rng: Generator, closet: Closet, fit: Fit) -> Garment:
    """Return a coat or a jacket, open or closed, with or without a high collar."""
    where = closet.where
    long_ = rng.random() < 0.4
    hem = float(rng.uniform(-0.62, -0.18) if long_ else rng.uniform(-0.06, HIP_Y + 0.04))
    sleeve = sleeve_length(rng, where, "long" if rng.random() < 0.93 else "half")
    vest = not long_ and rng.random() < 0.08
    open_ = rng.random() < (0.85 if long_ else 0.6)
    gap = float(rng.uniform(0.012, 0.085))
    low_gap = gap + float(rng.uniform(0.0, 0.08))
    collar = float(rng.uniform(0.59, 0.63))
    tall = rng.random() < 0.4
    neck = neckline(rng, deep=False)
    wide = float(rng.uniform(0.0, 0.08))

    def cut(at: Anatomy) -> Field:
        parts = [above(at, hem), sleeveless(at) if vest else sleeves(at, sleeve)]
        parts.append(high_neck(at, collar) if tall else neck(at))
        if open_:
            parts.append(any_of(open_front(at, gap, low_gap=low_gap), 3 * (at.limb - 0.3)))
        return all_of(*parts)

    def flare(at: Anatomy) -> Field:
        down = ramp(at.y, WAIST_Y, WAIST_Y - 0.8) * (at.limb < 0.05)
        return wide * down + 0.02 * ramp(at.arm, 0, sleeve) * (0.3 + fit.loose)

    return Garment(
        "coat" if long_ else "jacket",
        both(Cihp.COAT),
        both(Mhp.COAT if long_ else Mhp.JACKET),
        str(rng.choice(("cloth", "leather", "denim", "felt"), p=(0.5, 0.2, 0.15, 0.15))),
        closet.robe if long_ else closet.tights,
        layer=6,
        cut=cut,
        hides=deep_in(cut, hem, wide if long_ else 0.0),
        thickness=float(rng.uniform(0.020, 0.032)),
        smoothing=5 + round(4 * fit.loose),
        flare=flare,
    )
