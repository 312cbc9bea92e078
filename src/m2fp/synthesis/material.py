"""How a surface looks: colours, pattern, weave, shine."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Colour = tuple[float, float, float]
"""Linear light, not the bytes of a picture; 0..1 per channel, red, green, blue."""

TEXELS = 9
"""How many RGBA values describe one material to the shader."""


class Kind(IntEnum):
    """What has a shader of its own, in the order of drawing.

    What hides other things comes first: what is hidden need not be computed.
    """

    PATTERNED = 0
    HAIR = 1
    SKIN = 2
    CATCHER = 3  # invisible ground that only shows shadows


@dataclass(frozen=True, slots=True)
class Material:
    """How a surface looks.

    Attributes:
        kind: which of the shader's ways.
        colours: base colour, and those of the pattern's two masks. Skin: skin, lips, brows and
            stubble. Hair: hair, strands that shine, unused.
        design, weave: layers of the pattern library: the pattern, and the fine structure.
        design_repeats, weave_repeats, fold_repeats: how often a tile fits into one unit of the
            texture coordinates.
        angle: the pattern's turn, radians.
        weave_depth: how much the fine structure darkens and dents, 0..1.
        fold_depth: how deep creases are, 0..1.
        shine, gloss: strength and sharpness of the mirrored light, 0..1.
        wear: stains and fading, 0..1.
        glow: light of its own in place of that which falls on it, 0 none.
        print_layer: which print lies on it, -1 none; print_at: its centre (u, v); print_size: its
            width and height in texture coordinates.
        iris: colour of the eyes, skin only.
        blush, stubble, creases, freckles: strength of red cheeks, of a beard's shadow, of an old
            face's lines and of freckles, 0..1; brow_cut: 0 thick brows, 0.8 thin ones; skin only.
    """

    kind: Kind
    colours: tuple[Colour, Colour, Colour]
    design: int = 0
    weave: int = 0
    design_repeats: float = 1.0
    weave_repeats: float = 1.0
    fold_repeats: float = 1.0
    angle: float = 0.0
    weave_depth: float = 0.0
    fold_depth: float = 0.0
    shine: float = 0.0
    gloss: float = 0.2
    wear: float = 0.0
    glow: float = 0.0
    print_layer: int = -1
    print_at: tuple[float, float] = (0.0, 0.0)
    print_size: tuple[float, float] = (1.0, 1.0)
    iris: Colour = (0.1, 0.05, 0.02)
    blush: float = 0.0
    stubble: float = 0.0
    creases: float = 0.0
    freckles: float = 0.0
    brow_cut: float = 0.4

    def texels(self) -> NDArray[np.float32]:
        """Return float32 (TEXELS, 4), as shade.frag reads it."""
        base, second, third = self.colours
        return np.array(
            [
                (*base, 0.0),
                (*second, self.design),
                (*third, self.design_repeats),
                (self.weave, self.weave_repeats, self.weave_depth, self.fold_depth),
                (self.gloss, self.shine, self.glow, self.print_layer),
                (*self.print_at, *self.print_size),
                (np.cos(self.angle), np.sin(self.angle), self.wear, self.fold_repeats),
                (*self.iris, self.blush),
                (self.stubble, self.creases, self.freckles, self.brow_cut),
            ],
            np.float32,
        )


def plain(colour: Colour) -> Material:
    """Return a dull material of one colour."""
    return Material(Kind.PATTERNED, (colour, colour, colour))
