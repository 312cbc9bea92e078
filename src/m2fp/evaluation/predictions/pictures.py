"""Pictures that other tools wrote: ids at every pixel, checked where they are read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from m2fp.datasets.label_picture import read_ids, read_wide_ids
from m2fp.errors import DataError
from m2fp.evaluation.predictions.source import Size
from m2fp.labels import LabelScheme


def read_categories(path: Path, size: Size, scheme: LabelScheme) -> NDArray[np.uint8]:
    """Return the part ids of a picture, uint8 (H, W).

    Raises:
        DataError: it is missing, is no label picture, has another size, or an id that is no class.
    """
    ids = read_ids(path)
    _must_fit(path, ids.shape, size)
    highest = int(ids.max(initial=0))
    if highest >= scheme.num_parts_and_background:
        raise DataError(
            f"{path} has class {highest}; the classes of {scheme.title} run from 0 to "
            f"{scheme.num_parts_and_background - 1}",
            path=str(path),
        )
    return ids


def read_numbers(path: Path, size: Size) -> NDArray[np.uint16]:
    """Return the instance numbers of a picture of 8 or 16 bits, uint16 (H, W).

    Raises:
        DataError: it is missing, is no such picture, or has another size.
    """
    ids = read_wide_ids(path)
    _must_fit(path, ids.shape, size)
    return ids


def names_below(folder: Path, ending: str) -> list[str]:
    """Return the names of all files with this ending, in folders of folders too, without it."""
    found = sorted(folder.rglob(f"*{ending}"))
    return [path.relative_to(folder).as_posix().removesuffix(ending) for path in found]


def _must_fit(path: Path, shape: tuple[int, ...], size: Size) -> None:
    if shape != size:
        raise DataError(
            f"{path} has {shape[1]} x {shape[0]} pixels, but the labels {size[1]} x {size[0]}; "
            "predictions must have the photo's size",
            path=str(path),
        )
