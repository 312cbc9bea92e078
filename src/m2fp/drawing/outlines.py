"""Smooth outlines around persons."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageFilter

from m2fp.drawing.scene import Figure, Scene
from m2fp.drawing.style import OUTLINE_EDGE, WHITE, Style


def draw_outlines(picture: Image.Image, scene: Scene, style: Style) -> None:
    """Draw a white line with dark edges around every person into the picture.

    A mask blurred over a few pixels rises steadily from 0 to 1 across the contour, so a band of
    its values is a line of even width with soft edges. It costs one blur per person, in the
    person's box only.
    """
    radius = style.outline / 2 + style.outline_edge + 1
    white = _band(style.outline / 2, radius)
    dark = _band(style.outline / 2 + style.outline_edge, radius)
    ramps = [_ramp(scene, figure, radius) for figure in scene.figures]
    # All dark edges first: where persons touch, no edge may cover a neighbour's white line.
    for colour, opacity in ((OUTLINE_EDGE, dark), (WHITE, white)):
        for corner, ramp in ramps:
            picture.paste(colour, corner, ramp.point(opacity))


def _ramp(scene: Scene, figure: Figure, radius: float) -> tuple[tuple[int, int], Image.Image]:
    """Return left and top of a window around a person, and the blurred mask in it, "L"."""
    x, y, w, h = figure.bbox
    height, width = scene.size
    margin = int(np.ceil(2 * radius)) + 1
    left, top = max(0, x - margin), max(0, y - margin)
    right, bottom = min(width, x + w + margin), min(height, y + h + margin)
    inside = scene.person_map[top:bottom, left:right] == figure.id
    mask = Image.fromarray(inside.view(np.uint8) * np.uint8(255))
    # The first blur makes the ramp, the second, small one takes the stairs out of it.
    ramp = mask.filter(ImageFilter.BoxBlur(radius)).filter(ImageFilter.BoxBlur(radius / 2))
    return (left, top), ramp


def _band(half_width: float, radius: float) -> list[int]:
    """Return the opacity for each value of the ramp: 255 near 127.5, soft over one pixel."""
    slope = 255 / (2 * radius + 1)  # of the ramp, per pixel
    distance = np.abs(np.arange(256) - 127.5) / slope
    opacity = np.clip(half_width - distance + 0.5, 0, 1)
    return [round(255 * float(value)) for value in opacity]
