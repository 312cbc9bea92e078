"""Run-length masks exactly as COCO and pycocotools write them.

A mask is read column by column. Its runs are counted, starting with the zeros, so the first count
may be 0. From the fourth on, a count is stored as its difference to the count two places earlier,
and each number is written in groups of five bits, lowest first, bit 6 meaning "more follows" and
48 added to stay in ASCII. The format is described by cocodataset/cocoapi, ``common/maskApi.c``.
"""

from __future__ import annotations

from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from m2fp.errors import InvalidRle

_FIRST_CHARACTER = 48
_MORE = 0x20
_SIGN = 0x10
_MAX_GROUPS = 7  # 35 bits: more than any count of a mask below 2**31 pixels
_MAX_PIXELS = 2**31 - 1


class Rle(TypedDict):
    """A mask: ``size`` is [height, width], ``counts`` the ASCII runs."""

    size: list[int]
    counts: str


def encode(mask: NDArray[np.bool_]) -> Rle:
    """Return the run-length form of a mask, bool (H, W)."""
    height, width = mask.shape
    return encode_crop(mask, left=0, top=0, size=(height, width))


def encode_crop(crop: NDArray[np.bool_], *, left: int, top: int, size: tuple[int, int]) -> Rle:
    """Return the run-length form of a mask that is empty outside a crop.

    Args:
        crop: bool (h, w), the part of the mask that may hold ones.
        left: column of the crop's first pixel in the whole mask.
        top: row of the crop's first pixel in the whole mask.
        size: (height, width) of the whole mask.
    """
    height, width = size
    starts, ends = _runs(crop, left=left, top=top, height=height)
    bounds = np.empty(2 * len(starts) + 2, dtype=np.int64)
    bounds[0], bounds[1:-1:2], bounds[2:-1:2], bounds[-1] = 0, starts, ends, height * width
    counts = np.diff(bounds)
    if len(counts) > 1 and counts[-1] == 0:  # a mask that ends in ones has no last count
        counts = counts[:-1]
    return {"size": [height, width], "counts": _to_text(counts)}


def decode(rle: Rle, *, max_pixels: int = 100_000_000) -> NDArray[np.bool_]:
    """Return the mask, bool (H, W).

    Args:
        rle: the run-length form; may come from anywhere.
        max_pixels: refuse larger masks before memory is taken for them.

    Raises:
        InvalidRle: the size or the counts are not those of a COCO mask.
    """
    counts = decode_counts(rle, max_pixels=max_pixels)
    height, width = rle["size"]
    ones = np.arange(len(counts)) % 2 == 1
    return np.repeat(ones, counts).reshape(width, height).T


def decode_counts(rle: Rle, *, max_pixels: int = 100_000_000) -> NDArray[np.int64]:
    """Return the runs of a mask, int64 (n,), zeros first, summing up to height * width.

    Raises:
        InvalidRle: the size or the counts are not those of a COCO mask.
    """
    pixels = _pixel_count(rle, max_pixels=max_pixels)
    text = rle.get("counts")
    if not isinstance(text, str) or not text.isascii():
        raise InvalidRle("counts must be an ASCII string (COCO compressed run-length form)")
    if len(text) > 2 * pixels + 16:  # runs of one pixel, the longest text there is, need pixels + 1
        raise InvalidRle(f"counts has {len(text)} characters, too many for {pixels} pixels")
    counts = _from_text(text, limit=pixels)
    if counts.min(initial=0) < 0 or counts.sum() != pixels:
        raise InvalidRle(f"counts must be runs that sum up to height * width = {pixels}")
    return counts


def _runs(
    crop: NDArray[np.bool_], *, left: int, top: int, height: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return starts and ends (half-open) of the runs of ones, as column-major pixel numbers."""
    crop_height, crop_width = crop.shape
    framed = np.zeros((crop_width, crop_height + 1), dtype=np.bool_)  # a zero closes each column
    framed[:, :-1] = crop.T
    flat = np.concatenate(([False], framed.ravel()))
    edges = np.flatnonzero(flat[1:] != flat[:-1])
    column, row = np.divmod(edges, crop_height + 1)
    position = (column + left) * height + row + top
    starts, ends = position[::2], position[1::2]
    apart = starts[1:] != ends[:-1]  # runs over a whole column go on in the next one
    return starts[np.append(True, apart)[: len(starts)]], ends[np.append(apart, True)[: len(ends)]]


def _to_text(counts: NDArray[np.int64]) -> str:
    values = counts.copy()
    values[3:] -= counts[1:-2]
    groups = np.ones(len(values), dtype=np.int64)
    for used in range(1, _MAX_GROUPS):
        half = 1 << (5 * used - 1)
        groups += (values >= half) | (values < -half)
    place = np.arange(groups.max())
    characters = (values[:, None] >> (5 * place)) & 0x1F
    characters |= np.where(place < groups[:, None] - 1, _MORE, 0)
    characters += _FIRST_CHARACTER
    kept: bytes = characters[place < groups[:, None]].astype(np.uint8).tobytes()
    return kept.decode("ascii")


def _from_text(text: str, *, limit: int) -> NDArray[np.int64]:
    """Return the counts; every stored number must lie within +-``limit``, so sums fit in int64."""
    characters = np.frombuffer(text.encode("ascii"), dtype=np.uint8).astype(np.int64)
    characters -= _FIRST_CHARACTER
    if len(characters) == 0 or characters.min() < 0 or characters.max() > 63:
        raise InvalidRle("counts holds characters that are not run lengths")
    last = np.flatnonzero((characters & _MORE) == 0)
    if len(last) == 0 or last[-1] != len(characters) - 1:
        raise InvalidRle("counts ends in the middle of a number")
    first = np.append(0, last[:-1] + 1)
    groups = last - first + 1
    if groups.max() > _MAX_GROUPS:
        raise InvalidRle("counts holds a number that is too long")
    place = np.arange(len(characters)) - np.repeat(first, groups)
    values = np.add.reduceat((characters & 0x1F) << (5 * place), first)
    values -= np.where(characters[last] & _SIGN, 1 << (5 * groups), 0)
    if np.abs(values).max() > limit:
        raise InvalidRle("counts holds a run longer than the mask")
    values[1::2] = np.cumsum(values[1::2])
    values[2::2] = np.cumsum(values[2::2])
    return values


def _pixel_count(rle: Rle, *, max_pixels: int) -> int:
    size = rle.get("size")
    whole = isinstance(size, list | tuple) and all(type(side) is int for side in size)
    if not whole or len(size) != 2 or min(size) < 0:
        raise InvalidRle("size must be [height, width], two whole numbers")
    pixels = size[0] * size[1]
    if pixels > min(max_pixels, _MAX_PIXELS):
        raise InvalidRle(f"a mask of {size[0]} x {size[1]} pixels is larger than {max_pixels}")
    return pixels
