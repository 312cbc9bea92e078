"""One process of many that write the pictures of a set."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from m2fp.datasets import Sample
from m2fp.synthesis.picture import make_picture
from m2fp.synthesis.renderer import Renderer
from m2fp.synthesis.scene import FigureMaker
from m2fp.synthesis.textures import TextureSet
from m2fp.synthesis.write import PictureFiles, write_picture

VERSION = 2
"""Of what a seed gives; another one makes other pictures."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What decides how picture number n of a set looks; n itself is all else that does.

    Attributes:
        seed: of the set.
        size: longer side of the pictures, pixels.
        figures: makes the people; must be picklable.
        wardrobe: what `figures` draws on, kept with the set; see `assets_stamp`.
        scenes: photos whose empty strips are backgrounds.
        from_behind: share of the scenes seen from the other side, 0..1.
        fine, depth: write these sidecars too.
    """

    seed: int
    size: int
    figures: FigureMaker
    wardrobe: str
    scenes: Sequence[Sample] = ()
    from_behind: float = 0.0
    fine: bool = False
    depth: bool = False

    def stamp(self) -> dict[str, str | int | float | bool]:
        """Return what must be the same when a set is gone on with."""
        return {
            "version": VERSION,
            "seed": self.seed,
            "size": self.size,
            "wardrobe": self.wardrobe,
            "scenes": _digest(scene.name for scene in self.scenes),
            "from_behind": self.from_behind,
            "fine": self.fine,
            "depth": self.depth,
        }


def assets_stamp(folder: Path | None) -> str:
    """Return what tells a folder of assets from others: the names and sizes of its files."""
    if folder is None:
        return "anny"
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return "anny and MakeHuman " + _digest(
        f"{path.relative_to(folder).as_posix()} {path.stat().st_size}" for path in files
    )


def _digest(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


class Worker:
    """What a process keeps between pictures: the context, the textures, the recipe."""

    _job: ClassVar[tuple[Recipe, Path]]
    _own: ClassVar[Worker | None] = None

    def __init__(self, recipe: Recipe, home: Path) -> None:
        self._recipe = recipe
        self._home = home
        self._renderer = Renderer(TextureSet.make(), size=recipe.size)

    @classmethod
    def start(cls, recipe: Recipe, home: Path) -> None:
        """Begin the process. The renderer waits for the first picture, so that errors are told."""
        import cv2

        cv2.setNumThreads(1)
        cls._job = recipe, home

    @classmethod
    def work(cls, number: int) -> None:
        """Make and write picture `number`."""
        if cls._own is None:
            cls._own = cls(*cls._job)
        cls._own.write(number)

    def write(self, number: int) -> None:
        """Make and write picture `number`, which depends on the recipe and the number alone."""
        recipe = self._recipe
        rng = np.random.default_rng([recipe.seed, number])
        picture = make_picture(
            self._renderer, rng, recipe.figures, recipe.scenes, from_behind=recipe.from_behind
        )
        files = PictureFiles(self._home, f"{number:07d}")
        quality = int(rng.integers(80, 96))
        write_picture(picture, files, quality=quality, fine=recipe.fine, depth=recipe.depth)
