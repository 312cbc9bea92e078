"""Tiny photos and label pictures on disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike
from PIL import Image

SIZE = (4, 6)  # height, width


def write_photo(path: Path, size: tuple[int, int] = SIZE, *, orientation: int = 1) -> Path:
    """Write a photo that is darkest in its first pixel, with an EXIF orientation."""
    height, width = size
    grey = np.linspace(0, 255, height * width).reshape(size).astype(np.uint8)
    exif = Image.Exif()
    exif[0x0112] = orientation
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(grey).convert("RGB").save(path, exif=exif)
    return path


def write_ids(path: Path, ids: ArrayLike, *, bits: int = 8) -> Path:
    """Write a label picture; ids that do not fit into its bits are cut off."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.asarray(ids).astype(np.uint8 if bits == 8 else np.uint16)).save(path)
    return path


def ids_with(*values: int, size: tuple[int, int] = SIZE) -> np.ndarray:
    """Return a map of zeros that starts with these values."""
    ids = np.zeros(size, int)
    ids.flat[: len(values)] = values
    return ids
