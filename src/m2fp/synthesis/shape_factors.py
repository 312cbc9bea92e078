"""How age, sex, build and descent weigh MakeHuman's shape targets.

Every target belongs to one level of several factors ("female", "old", "averagemuscle", ...). A
person lies between neighbouring levels, and a target's weight is the product of the person's
weights of its levels (MakeHuman's macro modifiers; the same formula in anny, Bregier et al. 2025).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

FACTORS: dict[str, tuple[str, ...]] = {
    "sex": ("male", "female"),
    "age": ("baby", "child", "young", "old"),
    "muscle": ("minmuscle", "averagemuscle", "maxmuscle"),
    "weight": ("minweight", "averageweight", "maxweight"),
    "height": ("minheight", "maxheight"),
    "proportions": ("idealproportions", "uncommonproportions"),
    "cup": ("mincup", "averagecup", "maxcup"),
    "firmness": ("minfirmness", "averagefirmness", "maxfirmness"),
}
"""Levels of each factor, evenly spaced over 0..1."""

DESCENTS = ("african", "asian", "caucasian")
"""The three groups whose features MakeHuman mixes; shares that sum to 1."""

LEVELS = tuple(level for levels in FACTORS.values() for level in levels) + DESCENTS


def level_weights(values: Mapping[str, float]) -> NDArray[np.float32]:
    """Return float32 (len(LEVELS),), how much of each level a person has.

    values: 0..1 by name of the factor, and a share of each of DESCENTS; what lies beyond 0..1 goes
    on as the last two levels do.
    """
    weights = []
    for factor, levels in FACTORS.items():
        place = values[factor] * (len(levels) - 1)
        lower = min(max(int(place), 0), len(levels) - 2)
        own = np.zeros(len(levels))
        own[lower], own[lower + 1] = lower + 1 - place, place - lower
        weights.append(own)
    weights.append(np.array([values[descent] for descent in DESCENTS]))
    return np.concatenate(weights).astype(np.float32)


def target_weights(levels: NDArray[np.float32], products: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return float32 (..., B), the product of the levels that each target needs.

    Args:
        levels: float32 (..., len(LEVELS)), of one person or several.
        products: bool (B, len(LEVELS)), True where a target needs a level.
    """
    factors = np.where(products, levels[..., None, :], np.float32(1))
    return np.asarray(factors.prod(axis=-1), np.float32)
