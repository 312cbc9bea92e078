"""Where a layer is drawn with several samples a pixel, and how it is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from m2fp.synthesis.camera import FAR_M, NEAR_M

if TYPE_CHECKING:
    import moderngl

_SAMPLES = 4
_IDS_UNIT, _DEPTHS_UNIT = 8, 9


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """What was drawn.

    Attributes:
        colour: uint8 (H, W, 4), the mean of the samples; RGB is weighted with alpha.
        ids: uint32 (H, W), of the sample that most of a pixel's samples agree with.
        depth: float32 (H, W), metres along the view, of a sample with that id; 0 = nothing.
    """

    colour: NDArray[np.uint8]
    ids: NDArray[np.uint32]
    depth: NDArray[np.float32]


class Target:
    """Four samples a pixel of colour, id and depth."""

    def __init__(
        self, context: moderngl.Context, size: int, vertex_shader: str, fragment_shader: str
    ) -> None:
        """Make room for `size` x `size` pixels; the shaders are full.vert and resolve.frag."""
        self._context = context
        square = (size, size)
        self._ids = context.texture(square, 1, samples=_SAMPLES, dtype="u4")
        self._depths = context.depth_texture(square, samples=_SAMPLES)
        colour = context.renderbuffer(square, 4, samples=_SAMPLES)
        self._drawing = context.framebuffer([colour, self._ids], self._depths)
        self._colour_only = context.framebuffer([colour])
        self._plain = context.framebuffer([context.renderbuffer(square, 4)])
        id_ = context.texture(square, 1, dtype="u4")
        depth = context.texture(square, 1, dtype="f4")
        self._resolved = context.framebuffer([id_, depth])
        resolving = context.program(vertex_shader=vertex_shader, fragment_shader=fragment_shader)
        resolving["ids"], resolving["depths"] = _IDS_UNIT, _DEPTHS_UNIT
        resolving["samples"] = _SAMPLES
        resolving["range"] = NEAR_M, FAR_M
        self._whole = context.vertex_array(resolving, [])

    def begin(self, size: tuple[int, int]) -> None:
        """Clear the target; what is drawn next goes to its first (height, width) pixels."""
        self._drawing.use()
        self._context.viewport = (0, 0, size[1], size[0])
        self._drawing.clear()

    def read(self, size: tuple[int, int]) -> Layer:
        """Return what was drawn on the first (height, width) pixels."""
        height, width = size
        box = (0, 0, width, height)
        self._context.copy_framebuffer(self._plain, self._colour_only)
        self._ids.use(_IDS_UNIT)
        self._depths.use(_DEPTHS_UNIT)
        self._resolved.use()
        self._context.viewport = box
        self._context.enable_only(self._context.NOTHING)
        self._whole.render(vertices=3)
        colour = np.frombuffer(self._plain.read(box, 4), np.uint8)
        ids = np.frombuffer(self._resolved.read(box, 1, dtype="u4"), np.uint32)
        depth = np.frombuffer(self._resolved.read(box, 1, attachment=1, dtype="f4"), np.float32)
        return Layer(
            colour.reshape(height, width, 4),
            ids.reshape(height, width),
            depth.reshape(height, width),
        )
