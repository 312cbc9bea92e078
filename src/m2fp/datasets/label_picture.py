"""Pictures whose pixels are ids."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from m2fp.errors import DataError

# Pillow opens 16-bit grey as "I;16" (or "I", before 11.3 for some files).
_BYTE_MODES = ("L", "P")
_WORD_MODES = ("I;16", "I;16B", "I")


def read_ids(path: Path) -> NDArray[np.uint8]:
    """Return a label picture's ids, uint8 (H, W); indexed and grey PNGs both hold ids.

    Raises:
        DataError: there is no such file, or it is not an 8-bit grey or indexed picture.
    """
    with _open(path) as image:
        if image.mode not in _BYTE_MODES:
            raise DataError(
                f"{path}: a label picture must be 8-bit grey or indexed, not {image.mode}"
            )
        return np.asarray(image)


def read_wide_ids(path: Path) -> NDArray[np.uint16]:
    """Return a label picture's ids, uint16 (H, W), from 8 or 16 bits.

    Raises:
        DataError: there is no such file, or it is of another kind.
    """
    with _open(path) as image:
        if image.mode not in (*_BYTE_MODES, *_WORD_MODES):
            raise DataError(
                f"{path}: a picture of instance ids must be grey, of 8 or 16 bits, or indexed, "
                f"not {image.mode}"
            )
        ids = np.asarray(image)
    if ids.min(initial=0) < 0 or ids.max(initial=0) > np.iinfo(np.uint16).max:
        raise DataError(f"{path}: ids must lie in 0..65535")
    return ids.astype(np.uint16)


def _open(path: Path) -> Image.Image:
    try:
        image = Image.open(path)
        image.load()
    except FileNotFoundError:
        raise DataError(f"{path} is missing", path=str(path)) from None
    except Exception as error:  # Pillow's decoders raise whatever they meet
        raise DataError(
            f"{path} is not a picture that can be read: {error}", path=str(path)
        ) from error
    return image
