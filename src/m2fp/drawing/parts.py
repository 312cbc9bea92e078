"""Colours of the parts, over the photo or alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from m2fp.drawing.scene import Scene
from m2fp.drawing.style import Style
from m2fp.labels import LabelScheme

_PART_OPACITY = 0.62
_SHADE_RANGE = (64, 255)  # black cloth must not turn every colour into black
_SURROUNDING_BRIGHTNESS = 0.62
_SURROUNDING_COLOUR = 0.35
_LINE_OPACITY = 0.75


def draw_colours(part_map: NDArray[np.uint8], scheme: LabelScheme) -> Image.Image:
    """Return the parts in the colours of the scheme, RGB, one pixel per pixel of the map."""
    indexed = Image.fromarray(part_map).convert("L").copy()
    indexed.putpalette(scheme.palette().tobytes())
    return indexed.convert("RGB")


def draw_parts(scene: Scene, style: Style) -> Image.Image:
    """Return the photo with coloured parts, fine lines between them, and a quieter surrounding."""
    photo = Image.fromarray(scene.pixels)
    surrounding = _quiet(photo)
    tinted = Image.blend(_shade(photo), draw_colours(scene.part_map, scene.scheme), _PART_OPACITY)
    picture = Image.composite(tinted, photo, _where(scene.part_map != 0))
    picture = Image.composite(picture, surrounding, _soft(_where(_foreground(scene)), style))
    lines = _part_lines(scene, style)
    picture.paste((255, 255, 255), mask=lines)
    return picture


def _shade(photo: Image.Image) -> Image.Image:
    """Return folds and shadows without the cloth's own colour, so that the legend fits."""
    low, high = _SHADE_RANGE
    lifted = [round(low + (high - low) * value / 255) for value in range(256)]
    return photo.convert("L").point(lifted).convert("RGB")


def _quiet(photo: Image.Image) -> Image.Image:
    grey = photo.convert("L").convert("RGB")
    muted = Image.blend(grey, photo, _SURROUNDING_COLOUR)
    return muted.point([round(value * _SURROUNDING_BRIGHTNESS) for value in range(256)] * 3)


def _foreground(scene: Scene) -> NDArray[np.bool_]:
    foreground: NDArray[np.bool_] = (scene.person_map != 0) | (scene.part_map != 0)
    return foreground


def _where(mask: NDArray[np.bool_]) -> Image.Image:
    return Image.fromarray(mask.view(np.uint8) * np.uint8(255))


def _soft(mask: Image.Image, style: Style) -> Image.Image:
    return mask.filter(ImageFilter.BoxBlur(style.part_line / 2))


def _part_lines(scene: Scene, style: Style) -> Image.Image:
    """Return the opacity of the lines between parts, "L", with softened stairs."""
    parts = scene.part_map
    edge = np.zeros(parts.shape, dtype=np.bool_)
    edge[:, 1:] |= parts[:, 1:] != parts[:, :-1]
    edge[1:] |= parts[1:] != parts[:-1]
    radius = style.part_line * 0.7
    blurred = _where(edge).filter(ImageFilter.BoxBlur(radius))
    gain = _LINE_OPACITY * (2 * radius + 1)  # the blur spreads a line of one pixel over so many
    return blurred.point([min(round(255 * _LINE_OPACITY), round(v * gain)) for v in range(256)])
