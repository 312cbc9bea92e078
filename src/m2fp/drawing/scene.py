"""What is drawn, at the size it is drawn in."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from m2fp.labels import LabelScheme


@dataclass(frozen=True, slots=True)
class Figure:
    """One person: what the name tag says, and the box x, y, w, h in pixels of the maps."""

    id: int
    score: float
    bbox: tuple[int, int, int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A photo with its label maps.

    Attributes:
        pixels: uint8 (H, W, 3), RGB.
        part_map: uint8 (H, W), label ids, 0 = no part.
        person_map: uint16 (H, W), 1..N, 0 = nobody.
        figures: the persons.
        shares: (label id, share of all part pixels 0..1), largest first.
        scheme: names and colours of the parts.
    """

    pixels: NDArray[np.uint8]
    part_map: NDArray[np.uint8]
    person_map: NDArray[np.uint16]
    figures: tuple[Figure, ...]
    shares: tuple[tuple[int, float], ...]
    scheme: LabelScheme

    @property
    def size(self) -> tuple[int, int]:
        """Return (height, width) in pixels."""
        return int(self.part_map.shape[0]), int(self.part_map.shape[1])


def fit_scene(scene: Scene, max_side: int) -> Scene:
    """Return the scene reduced so that no side is longer than ``max_side`` pixels."""
    height, width = scene.size
    scale = max_side / max(height, width)
    if scale >= 1:
        return scene
    size = (max(1, round(width * scale)), max(1, round(height * scale)))  # PIL order
    photo = Image.fromarray(scene.pixels)
    photo = photo.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)
    rows = np.arange(size[1]) * height // size[1]
    columns = np.arange(size[0]) * width // size[0]
    return replace(
        scene,
        pixels=np.asarray(photo),
        part_map=scene.part_map[rows[:, None], columns],
        person_map=scene.person_map[rows[:, None], columns],
        figures=tuple(_scaled(figure, scale) for figure in scene.figures),
    )


def _scaled(figure: Figure, scale: float) -> Figure:
    x, y, w, h = figure.bbox
    left, top = int(x * scale), int(y * scale)
    right, bottom = int(np.ceil((x + w) * scale)), int(np.ceil((y + h) * scale))
    return replace(figure, bbox=(left, top, right - left, bottom - top))
