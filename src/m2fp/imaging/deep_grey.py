"""Grey pictures with more than eight bits, which Pillow's own conversion would clip."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from m2fp.imaging.photo import PhotoWarning

_DEEP_MODES = ("I", "F", "I;16", "I;16L", "I;16B", "I;16N")
_FULL_16_BIT = 65535
_BITS_PER_SAMPLE_TAG = 258
# A picture that uses less than this part of its depth would come out all but black; scanners and
# microscopes write 12 bits into 16 (a sixteenth) without saying so.
_TINY_PART = 1 / 16
_BLOCK_ROWS = 256  # bounds the memory of the float copies


@dataclass(frozen=True, slots=True)
class GreyRange:
    """The values that become 0 and 255; ``guessed`` when they are the picture's own extremes."""

    low: float
    high: float
    guessed: bool = False


def is_deep_grey(image: Image.Image) -> bool:
    """Return True for the one-channel modes that hold more than eight bits."""
    return image.mode in _DEEP_MODES


def deep_grey_to_8_bit(image: Image.Image) -> tuple[Image.Image, tuple[PhotoWarning, ...]]:
    """Return the picture in mode RGB, scaled and not clipped, and a warning when guessed."""
    values = np.asarray(image)  # (H, W) uint16, int32 or float32
    grey_range = choose_range(values, declared_high=_declared_high(image))
    grey = Image.fromarray(scale_to_8_bit(values, grey_range)).convert("RGB")
    if not grey_range.guessed:
        return grey, ()
    message = (
        f"grey values were stretched from {grey_range.low:g}-{grey_range.high:g} to 0-255, "
        "because they do not fill a usual range"
    )
    return grey, (PhotoWarning("range_stretched", message),)


def choose_range(values: NDArray[Any], *, declared_high: int) -> GreyRange:
    """Return the range to scale from: the declared depth, or the extremes when that misleads.

    ``values`` (H, W) of any real dtype; NaN and infinities are ignored. Floats are read as 0-1,
    0-255 or 0-65535, whichever is the first to hold them all.
    """
    finite = values[np.isfinite(values)] if values.dtype.kind == "f" else values
    if finite.size == 0:
        return GreyRange(0.0, 1.0)
    low, high = float(finite.min()), float(finite.max())
    if values.dtype.kind == "f":
        for full in (1.0, 255.0, float(_FULL_16_BIT)):
            if low >= 0 and high <= full:
                return GreyRange(0.0, full)
        return GreyRange(low, high, guessed=True)
    outside = low < 0 or high > declared_high
    tiny = 0 < high <= declared_high * _TINY_PART
    if (outside or tiny) and low < high:
        return GreyRange(low, high, guessed=True)
    return GreyRange(0.0, float(declared_high))


def scale_to_8_bit(values: NDArray[Any], grey_range: GreyRange) -> NDArray[np.uint8]:
    """Return uint8 of the same shape: low becomes 0, high 255; what lies outside is clipped."""
    low, high = grey_range.low, grey_range.high
    gain = 255.0 / (high - low) if high > low else 0.0
    grey = np.empty(values.shape, dtype=np.uint8)
    for start in range(0, values.shape[0], _BLOCK_ROWS):
        rows = slice(start, start + _BLOCK_ROWS)
        block = values[rows].astype(np.float64)
        block = np.nan_to_num(block, copy=False, nan=low, posinf=high, neginf=low)
        grey[rows] = np.rint(np.clip((block - low) * gain, 0.0, 255.0))
    return grey


def _declared_high(image: Image.Image) -> int:
    """Return the largest value of the declared depth; TIFF may say 10, 12 or 14 bits."""
    tags = getattr(image, "tag_v2", None)
    bits = tags.get(_BITS_PER_SAMPLE_TAG) if tags is not None else None
    first = bits[0] if isinstance(bits, tuple) and bits else bits
    if isinstance(first, int) and 8 < first < 16:
        return int(2**first - 1)
    return _FULL_16_BIT
