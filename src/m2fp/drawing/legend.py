"""The panel that says which colour is which part."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image, ImageDraw

from m2fp.drawing.scene import Scene
from m2fp.drawing.shapes import Font, load_font, paste_rounded, text_width
from m2fp.drawing.style import FAINT_INK, INK, PANEL, Colour, Style


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    share: str
    colour: Colour


def add_legend(picture: Image.Image, scene: Scene, style: Style) -> Image.Image:
    """Return the picture with a panel beside it, if it is taller than wide, or below it.

    Parts are listed by size, with their share of all part pixels, so that the order and the number
    help where colours are hard to tell apart. A picture without parts says "nobody found".
    """
    font = load_font(style.legend_font)
    entries = _entries(scene)
    title = _title(scene)
    if picture.height > picture.width:
        return _beside(picture, entries, title, style.legend_font, font)
    return _below(picture, entries, title, style.legend_font, font)


def _entries(scene: Scene) -> list[_Entry]:
    return [
        _Entry(
            scene.scheme.labels[label_id].name,
            f"{100 * share:.0f} %" if share >= 0.01 else "< 1 %",
            scene.scheme.labels[label_id].colour,
        )
        for label_id, share in scene.shares
    ]


def _title(scene: Scene) -> str:
    persons, parts = len(scene.figures), len(scene.shares)
    if persons == 0 and parts == 0:
        return "nobody found"
    return f"{persons} person{'' if persons == 1 else 's'}, {parts} part{'' if parts == 1 else 's'}"


def _column_width(entries: list[_Entry], unit: int, font: Font) -> int:
    longest = max((text_width(f"{entry.name} {entry.share}", font) for entry in entries), default=0)
    return longest + 3 * unit


def _beside(
    picture: Image.Image, entries: list[_Entry], title: str, unit: int, font: Font
) -> Image.Image:
    line = round(1.75 * unit)
    rows = max(1, (picture.height - 2 * unit) // line - 1)
    columns = max(1, -(-len(entries) // rows))
    column = _column_width(entries, unit, font) + unit
    width = max(columns * column, text_width(title, font) + unit)
    panel = Image.new("RGB", (width + unit, picture.height), PANEL)
    _write(panel, entries, title, rows=rows, columns=columns, unit=unit, font=font)
    return _joined(picture, panel, offset=(picture.width, 0))


def _below(
    picture: Image.Image, entries: list[_Entry], title: str, unit: int, font: Font
) -> Image.Image:
    line = round(1.75 * unit)
    column = _column_width(entries, unit, font) + unit
    columns = max(1, min(len(entries), (picture.width - unit) // column))
    rows = -(-len(entries) // columns)
    panel = Image.new("RGB", (picture.width, 2 * unit + (rows + 1) * line), PANEL)
    _write(panel, entries, title, rows=rows, columns=columns, unit=unit, font=font)
    return _joined(picture, panel, offset=(0, picture.height))


def _write(
    panel: Image.Image,
    entries: list[_Entry],
    title: str,
    *,
    rows: int,
    columns: int,
    unit: int,
    font: Font,
) -> None:
    draw = ImageDraw.Draw(panel)
    line = round(1.75 * unit)
    draw.text((unit, unit + line / 2), title, fill=FAINT_INK, font=font, anchor="lm")
    # Far from its name a share is hard to read, so wide panels keep their columns together.
    pitch = min((panel.width - unit) // columns, round(1.3 * _column_width(entries, unit, font)))
    for number, entry in enumerate(entries):
        left = unit + (number // rows) * pitch
        middle = round(unit + (number % rows + 1.5) * line)
        half = round(0.55 * unit)
        box = (left, middle - half, left + 2 * half, middle + half)
        paste_rounded(panel, box, radius=max(2, unit // 4), fill=entry.colour, opacity=1.0)
        draw.text((left + round(1.7 * unit), middle), entry.name, fill=INK, font=font, anchor="lm")
        right = left + pitch - unit
        draw.text((right, middle), entry.share, fill=FAINT_INK, font=font, anchor="rm")


def _joined(picture: Image.Image, panel: Image.Image, *, offset: tuple[int, int]) -> Image.Image:
    joined = Image.new("RGB", (offset[0] + panel.width, offset[1] + panel.height), PANEL)
    joined.paste(picture, (0, 0))
    joined.paste(panel, offset)
    return joined
