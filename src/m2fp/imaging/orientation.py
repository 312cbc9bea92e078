"""The EXIF orientation: how a stored picture must be turned to be shown."""

from __future__ import annotations

import struct

from PIL import Image

_ORIENTATION_TAG = 0x0112
UPRIGHT = 1
# What Pillow's EXIF reader has been seen to raise.
_DAMAGED_EXIF = (SyntaxError, ValueError, TypeError, LookupError, OSError, struct.error)

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_UNDONE_BY = {6: 8, 8: 6}  # each of the others undoes itself


def read_orientation(image: Image.Image) -> int | None:
    """Return the orientation 1-8, or None when the EXIF block cannot be read.

    A missing or senseless value counts as 1. A damaged EXIF block is common in edited photos and
    does not make their pixels worse, so it is no reason to refuse them.
    """
    try:
        value = image.getexif().get(_ORIENTATION_TAG, UPRIGHT)
    except _DAMAGED_EXIF:
        return None
    return value if isinstance(value, int) and value in _TURNS else UPRIGHT


def upright(image: Image.Image, orientation: int) -> Image.Image:
    """Return the picture turned as the orientation says; the same object when that is 1."""
    turn = _TURNS.get(orientation)
    return image if turn is None else image.transpose(turn)


def as_stored(image: Image.Image, orientation: int) -> Image.Image:
    """Return the picture that `upright` made this one of; the same object when that is 1."""
    return upright(image, _UNDONE_BY.get(orientation, orientation))
