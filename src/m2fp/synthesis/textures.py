"""The pictures on surfaces that all scenes share. Always the same, whatever the seed of a set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.random import default_rng
from numpy.typing import NDArray

from m2fp.synthesis.cloth_patterns import DESIGNS, WEAVES
from m2fp.synthesis.face_masks import face_masks
from m2fp.synthesis.place_patterns import PLACES

PRINT_SIZE = 128
PRINT_COUNT = 12

_MAKERS = {**WEAVES, **DESIGNS, **PLACES}
_LAYERS = {name: layer for layer, name in enumerate(_MAKERS)}


def layer_of(name: str) -> int:
    """Return the layer of a weave, design or place pattern in `TextureSet.patterns`."""
    return _LAYERS[name]


@dataclass(frozen=True, slots=True, eq=False)
class TextureSet:
    """What the renderer loads once.

    Attributes:
        patterns: uint8 (layers, TILE, TILE, 4), see `cloth_patterns.Tile`.
        face: uint8 (2, H, W, 4), see `face_masks`.
    """

    patterns: NDArray[np.uint8]
    face: NDArray[np.uint8]

    @classmethod
    def make(cls) -> Self:
        """Return the set; takes about a second."""
        tiles = [make(default_rng(layer)) for layer, make in enumerate(_MAKERS.values())]
        patterns = np.rint(np.stack(tiles) * 255).astype(np.uint8)
        return cls(patterns, face_masks(default_rng(0)))
