"""The naked body of one person in the rest pose, as the base mesh."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from m2fp.synthesis.body_data import BodyData
from m2fp.synthesis.shape_factors import level_weights, target_weights
from m2fp.synthesis.traits import Traits


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """One person's base mesh at rest: arms and legs apart, looking along z.

    Attributes:
        vertices: float32 (N, 3), metres, all of the base mesh, helpers included; soles at y = 0.
        joints: float32 (J, 3), heads of the bones.
        scale: the body's height over that of the template: what garments' thickness goes with.
        data: what all bodies share.
    """

    vertices: NDArray[np.float32]
    joints: NDArray[np.float32]
    scale: float
    data: BodyData


def make_body(traits: Traits, data: BodyData) -> Body:
    """Return the body of a person; its height is exactly `traits.height_m`."""
    levels = level_weights(traits.factors())
    shape = target_weights(levels, data.products) @ data.projection
    vertices = data.template + (shape @ data.shapes).reshape(-1, 3)
    skin = vertices[: data.skin_vertices]
    low, high = float(skin[:, 1].min()), float(skin[:, 1].max())
    size = traits.height_m / (high - low)
    standing = np.asarray((vertices - np.array([0, low, 0])) * size, np.float32)
    own = data.template[: len(skin), 1]
    return Body(standing, data.joints(standing), traits.height_m / float(np.ptp(own)), data)
