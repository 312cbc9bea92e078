"""Sizes of lines and letters, from the size of the picture."""

from __future__ import annotations

from dataclasses import dataclass

Colour = tuple[int, int, int]

WHITE: Colour = (255, 255, 255)
PANEL: Colour = (250, 250, 249)
INK: Colour = (28, 30, 34)
FAINT_INK: Colour = (110, 114, 122)
OUTLINE_EDGE: Colour = (18, 20, 24)


@dataclass(frozen=True, slots=True)
class Style:
    """Sizes in pixels.

    Attributes:
        part_line: width of the lines between parts.
        outline: width of the white line around a person.
        outline_edge: width of the dark line on either side of it.
        tag_font: letters of the name tags.
        legend_font: letters of the legend.
    """

    part_line: float
    outline: float
    outline_edge: float
    tag_font: int
    legend_font: int


def style_for(height: int, width: int) -> Style:
    """Return sizes that look alike at every picture size, but stay legible in small ones."""
    unit = (height * width) ** 0.5 / 1000  # 1 for a megapixel
    return Style(
        part_line=max(1.0, 1.5 * unit),
        outline=max(1.2, 3.0 * unit),
        outline_edge=max(0.6, 1.3 * unit),
        tag_font=max(10, round(19 * unit)),
        legend_font=max(11, round(19 * unit)),
    )
