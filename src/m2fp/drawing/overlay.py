"""The picture that shows a result."""

from __future__ import annotations

from PIL import Image

from m2fp.drawing.legend import add_legend
from m2fp.drawing.outlines import draw_outlines
from m2fp.drawing.parts import draw_parts
from m2fp.drawing.scene import Scene, fit_scene
from m2fp.drawing.style import style_for
from m2fp.drawing.tags import draw_tags
from m2fp.errors import ConfigError

_MIN_SIDE = 64


def draw_overlay(scene: Scene, *, max_side: int, legend: bool, names: bool) -> Image.Image:
    """Return the photo with coloured parts, outlined persons, name tags and a legend, RGB.

    Args:
        scene: what to draw.
        max_side: the longer side of the photo in the picture; larger photos are reduced.
        legend: add the panel that names the colours.
        names: write name tags.

    Raises:
        ConfigError: ``max_side`` is too small for anything to be seen.
    """
    if max_side < _MIN_SIDE:
        raise ConfigError(
            f"max_side must be at least {_MIN_SIDE} pixels, but got {max_side}", option="max_side"
        )
    scene = fit_scene(scene, max_side)
    style = style_for(*scene.size)
    picture = draw_parts(scene, style)
    draw_outlines(picture, scene, style)
    if names:
        draw_tags(picture, scene, style)
    if legend:
        picture = add_legend(picture, scene, style)
    return picture
