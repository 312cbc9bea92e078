"""Pictures whose pixels are ids."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from m2fp.errors import DataError
from m2fp.imaging.quiet import quiet_decoder

MOST_PIXELS = 100_000_000  # of labels; bounds the memory that a hostile file takes

_BYTE_MODES = ("L", "P")
_WORD_MODE = "I;16"
_COLOUR_MODES = ("RGB", "RGBA")


def read_ids(path: Path) -> NDArray[np.uint8]:
    """Return a label picture's ids, uint8 (H, W); indexed and grey PNGs both hold ids.

    Raises:
        DataError: there is no such file, or it is not an 8-bit grey or indexed picture.
    """
    image = _open(path)
    if image.mode not in _BYTE_MODES:
        raise _unreadable(path, f"a label picture must be 8-bit grey or indexed, not {image.mode}")
    return np.asarray(image)


def read_wide_ids(path: Path) -> NDArray[np.uint16]:
    """Return a label picture's ids, uint16 (H, W), from 8 or 16 bits.

    Raises:
        DataError: there is no such file, or it is of another kind.
    """
    image = _open(path)
    if image.mode not in (*_BYTE_MODES, _WORD_MODE):
        raise _unreadable(
            path,
            "a picture of person or instance ids must be grey, of 8 or 16 bits, or indexed, "
            f"not {image.mode}",
        )
    return np.asarray(image).astype(np.uint16)


def read_first_channel(path: Path) -> NDArray[np.uint8]:
    """Return the ids in the red channel of a colour picture, or of a grey or indexed one its own.

    MHP's annotation tool saved grey ids with three channels.

    Raises:
        DataError: there is no such file, or it is of another kind.
    """
    image = _open(path)
    if image.mode not in (*_BYTE_MODES, *_COLOUR_MODES):
        raise _unreadable(path, f"a label picture must have 8 bits in a channel, not {image.mode}")
    return np.asarray(image.getchannel(0))


def read_colours(path: Path) -> NDArray[np.uint8]:
    """Return the channels of a label picture whose colours are ids, uint8 (H, W, 3) RGB.

    Raises:
        DataError: there is no such file, or it is not a picture in RGB.
    """
    image = _open(path)
    if image.mode not in _COLOUR_MODES:
        raise _unreadable(path, f"a picture of segment ids must be RGB, not {image.mode}")
    return np.asarray(image)[..., :3]


def _open(path: Path) -> Image.Image:
    try:
        with quiet_decoder(native=False):
            image = Image.open(path, formats=("PNG",))
        with image:
            if image.width * image.height > MOST_PIXELS:
                raise _unreadable(path, f"has more than {MOST_PIXELS:,} pixels")
            image.load()
    except FileNotFoundError:
        raise DataError(f"{path} is missing", path=str(path), code="missing_file") from None
    except UnidentifiedImageError:
        raise _unreadable(path, "not a PNG, which a label picture must be") from None
    except DataError:
        raise
    except Exception as error:  # Pillow's decoders raise whatever they meet
        raise _unreadable(path, f"not a picture that can be read: {error}") from error
    return image


def _unreadable(path: Path, reason: str) -> DataError:
    return DataError(f"{path}: {reason}", path=str(path), code="unreadable_file")
