"""Name tags of persons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from m2fp.drawing.scene import Figure, Scene
from m2fp.drawing.shapes import Font, load_font, paste_rounded, text_width
from m2fp.drawing.style import INK, WHITE, Style

_HEAD_SHARE = 0.12  # of the person's height


def _shift_cost(shift: tuple[float, float]) -> float:
    """Return how much a moved tag disturbs: aside least, down most, because that hides the face."""
    across, down = shift
    return abs(across) * 2 + (-down if down < 0 else 2 * down)


# In tag widths and tag heights, the best first.
_SHIFTS = sorted(
    ((across / 4, float(down)) for across in range(-3, 4) for down in range(-6, 7)), key=_shift_cost
)


@dataclass(frozen=True, slots=True)
class _Tag:
    text: str
    left: int
    top: int
    width: int
    height: int

    def covers(self, other: _Tag) -> bool:
        return (
            self.left < other.left + other.width
            and other.left < self.left + self.width
            and self.top < other.top + other.height
            and other.top < self.top + self.height
        )


def draw_tags(picture: Image.Image, scene: Scene, style: Style) -> None:
    """Write "person 1 · 0.97" over every head, moved aside where tags would cover each other."""
    font = load_font(style.tag_font)
    placed: list[_Tag] = []
    for figure in sorted(scene.figures, key=lambda figure: figure.bbox[1]):
        tag = _place(figure, scene, style, font, placed)
        placed.append(tag)
        _draw(picture, tag, font)


def _place(figure: Figure, scene: Scene, style: Style, font: Font, placed: list[_Tag]) -> _Tag:
    scene_height, scene_width = scene.size
    height = round(style.tag_font * 1.6)
    text = f"person {figure.id} · {figure.score:.2f}"
    if text_width(text, font) + style.tag_font > min(scene_width, 1.6 * figure.bbox[2] + height):
        text = f"{figure.id} · {figure.score:.2f}"
    width = text_width(text, font) + style.tag_font
    gap = round(style.outline + style.outline_edge) + 2
    room = max(0, scene_width - width), max(0, scene_height - height)
    left = min(max(0, _head_centre(figure, scene) - width // 2), room[0])
    top = min(max(0, figure.bbox[1] - gap - height), room[1])
    for across, down in _SHIFTS:
        moved = left + round(across * width), top + round(down * (height + 2))
        tag = _Tag(text, *moved, width, height)
        inside = 0 <= moved[0] <= room[0] and 0 <= moved[1] <= room[1]
        if inside and not any(map(tag.covers, placed)):
            return tag
    return _Tag(text, left, top, width, height)  # a dense crowd: tags overlap


def _head_centre(figure: Figure, scene: Scene) -> int:
    x, y, w, h = figure.bbox
    rows = max(1, round(h * _HEAD_SHARE))
    columns = np.nonzero(scene.person_map[y : y + rows, x : x + w] == figure.id)[1]
    return x + (int(np.median(columns)) if len(columns) else w // 2)


def _draw(picture: Image.Image, tag: _Tag, font: Font) -> None:
    box = (tag.left, tag.top, tag.left + tag.width, tag.top + tag.height)
    paste_rounded(picture, box, radius=tag.height // 2, fill=WHITE, opacity=0.94)
    middle = (tag.left + tag.width / 2, tag.top + tag.height / 2)
    ImageDraw.Draw(picture).text(middle, tag.text, fill=INK, font=font, anchor="mm")
