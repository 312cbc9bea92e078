"""Rounded rectangles with smooth corners, and letters."""

from __future__ import annotations

from PIL import Image, ImageDraw, ImageFont

from m2fp.drawing.style import Colour

_FINENESS = 4  # Pillow draws shapes with hard pixels; drawn larger and reduced they are smooth

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def load_font(size: int) -> Font:
    """Return Pillow's own font; ``size`` is that of the letters in pixels."""
    return ImageFont.load_default(size)


def text_width(text: str, font: Font) -> int:
    """Return the width of a line of text in pixels."""
    return round(font.getlength(text))


def paste_rounded(
    picture: Image.Image,
    box: tuple[int, int, int, int],
    *,
    radius: int,
    fill: Colour,
    opacity: float,
) -> None:
    """Draw a filled rounded rectangle; ``box`` is left, top, right, bottom, half-open."""
    left, top, right, bottom = box
    size = (right - left, bottom - top)
    large = Image.new("L", (size[0] * _FINENESS, size[1] * _FINENESS))
    ImageDraw.Draw(large).rounded_rectangle(
        (0, 0, large.width - 1, large.height - 1),
        radius=radius * _FINENESS,
        fill=round(255 * opacity),
    )
    picture.paste(fill, (left, top), large.reduce(_FINENESS))
