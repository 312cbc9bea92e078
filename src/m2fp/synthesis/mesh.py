"""A triangle mesh that knows what it is: the value that bodies, clothes and the renderer share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Mesh:
    """One surface of a person: the skin, a garment, hair, shoes.

    Attributes:
        name: what it is, for people.
        vertices: float32 (V, 3), metres; x to the person's left, y up, z to the front.
        triangles: int32 (T, 3), counter-clockwise from outside.
        parts: uint8 (T,), what every triangle is, CIHP ids; left and right by anatomy.
        fine_parts: uint8 (T,), the same in MHP-v2 ids, 0 where there is no such class.
        uv: float32 (V, 2), texture coordinates; anything continuous, procedural cloth uses them.
        material: name of the kind of surface: "skin", "hair", "cloth", "leather", "eyes", ...
    """

    name: str
    vertices: NDArray[np.float32]
    triangles: NDArray[np.int32]
    parts: NDArray[np.uint8]
    fine_parts: NDArray[np.uint8]
    uv: NDArray[np.float32]
    material: str


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """A posed and dressed person.

    Attributes:
        meshes: the skin first, then what is worn over it, from the inside out.
        joints: float32 (J, 3), metres, in the order of `joint_names`.
        joint_names: left and right by anatomy.
        traits: what the person was made from: age, sex, build, skin tone group, outfit; for the
            scores by group.
    """

    meshes: tuple[Mesh, ...]
    joints: NDArray[np.float32]
    joint_names: tuple[str, ...]
    traits: dict[str, str | float]
