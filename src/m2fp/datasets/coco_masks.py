"""The masks of COCO annotations in all three of their forms, equal to what pycocotools makes.

Polygons: a list of outlines [x1, y1, x2, y2, ...]; what lies in any of them is in the mask. A hole
needs run lengths, or an outline that runs around it too. Run lengths: {"size": [height, width],
"counts": ...}, where counts are the runs themselves or COCO's compressed text.
"""

from __future__ import annotations

from array import array
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from m2fp.datasets.json_file import Fields
from m2fp.datasets.polygon import OutlineTooLong, fill_polygon
from m2fp.errors import DataError, InvalidRle
from m2fp.results.rle import Rle, decode

# Kept small, as thousands of photos' annotations are held at once: outlines, runs or text.
CompactMask: TypeAlias = "tuple[array[float], ...] | array[int] | str"

_FARTHEST = 1e6  # px; a corner so far outside every photo is a mistake
_LEAST_NUMBERS = 6  # three corners


def compact_mask(annotation: Fields, size: tuple[int, int]) -> CompactMask:
    """Return an annotation's "segmentation", as far as it can be checked without decoding.

    Raises:
        DataError: it is in none of the three forms or is that of a photo of another size.
    """
    value = annotation.values.get("segmentation")
    if isinstance(value, list) and value:
        return tuple(_outline(annotation, index, item) for index, item in enumerate(value))
    if not isinstance(value, dict):
        annotation.fail("segmentation", "expected polygons or run lengths")
    if value.get("size") != list(size):
        annotation.fail("segmentation.size", f"expected {list(size)}, the photo's height and width")
    counts = value.get("counts")
    if isinstance(counts, str):
        return counts
    return _runs(annotation, counts, size)


def decode_mask(mask: CompactMask, size: tuple[int, int], *, owner: str) -> NDArray[np.bool_]:
    """Return a mask, bool (H, W).

    Args:
        mask: from `compact_mask`.
        size: (H, W) of the photo.
        owner: what the mask belongs to, for messages.

    Raises:
        DataError: the text is not COCO's, or an outline is longer than any real one.
    """
    if isinstance(mask, str):
        try:
            return decode(Rle(size=list(size), counts=mask))
        except InvalidRle as error:
            raise DataError(f"{owner}: segmentation: {error.message}") from error
    if isinstance(mask, array):
        counts = np.frombuffer(mask, dtype=np.int64)
        inside = np.repeat(np.arange(len(counts)) % 2 == 1, counts)
        return inside.reshape(size[1], size[0]).T
    inside = np.zeros(size, dtype=np.bool_, order="F")
    for outline in mask:
        try:
            inside |= fill_polygon(np.frombuffer(outline, dtype=np.float64).reshape(-1, 2), size)
        except OutlineTooLong:
            raise DataError(f"{owner}: segmentation: an outline is too long to be one") from None
    return inside


def _outline(annotation: Fields, index: int, numbers: object) -> array[float]:
    where = f"segmentation[{index}]"
    if not isinstance(numbers, list) or len(numbers) < _LEAST_NUMBERS or len(numbers) % 2:
        annotation.fail(where, "expected x1, y1, x2, y2, ... of at least three corners")
    try:
        outline = array("d", numbers)
    except (TypeError, OverflowError):
        annotation.fail(where, "expected numbers only")
    if not -_FARTHEST < min(outline) <= max(outline) < _FARTHEST:
        annotation.fail(where, "has a corner far outside every photo")
    return outline


def _runs(annotation: Fields, counts: object, size: tuple[int, int]) -> array[int]:
    pixels = size[0] * size[1]
    whole = isinstance(counts, list) and all(type(run) is int for run in counts)
    if not isinstance(counts, list) or not whole or sum(counts) != pixels or min(counts) < 0:
        annotation.fail(
            "segmentation.counts",
            f"expected text, or runs that sum up to height * width = {pixels}",
        )
    return array("q", counts)
