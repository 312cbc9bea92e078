"""A data set's photos, in the frame that their labels are in.

Labels are drawn either on the picture as it is stored or on the picture as people see it, turned
by its EXIF orientation. Which of the two is told by the size. Where both have the same size, as in
a picture that lies on its head, labels are taken to be those of the stored one: the tools of this
field read photos without EXIF.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from m2fp.errors import DataError
from m2fp.imaging.orientation import UPRIGHT, as_stored, read_orientation, upright
from m2fp.imaging.quiet import quiet_decoder
from m2fp.imaging.to_rgb import to_rgb

Size = tuple[int, int]  # height, width

_FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF", "AVIF")  # no decoder else is run
_FIRST_ON_ITS_SIDE = 5  # EXIF orientations from here on swap height and width


@dataclass(frozen=True, slots=True)
class PhotoHeader:
    """What a photo's file says before a pixel is decoded."""

    size: Size
    orientation: int

    @property
    def turned_size(self) -> Size:
        """Return (height, width) after the turn that the EXIF orientation asks for."""
        return self.size[::-1] if self.orientation >= _FIRST_ON_ITS_SIDE else self.size

    def must_turn(self, label_size: Size) -> bool:
        """Return whether the labels are of the turned picture and not of the stored one."""
        return self.size != label_size == self.turned_size


def read_header(path: Path) -> PhotoHeader:
    """Return size and orientation of a photo; only the head of the file is read.

    Raises:
        DataError: the photo is missing or not a picture.
    """
    with _opened(path) as image:
        return _header(image)


def read_pixels(path: Path, label_size: Size) -> NDArray[np.uint8]:
    """Return the photo that labels of this size are of, uint8 (H, W, 3) RGB.

    Raises:
        DataError: the photo is missing, cannot be read, or has another size, turned or not.
    """
    with _opened(path) as image:
        header = _header(image)
        if label_size not in (header.size, header.turned_size):
            raise DataError(
                f"{path} is {in_words(header.size)}, its labels are {in_words(label_size)}",
                path=str(path),
                code="size_mismatch",
            )
        image.load()
        rgb, _ = to_rgb(image)
        if _turns_itself(image):
            rgb = as_stored(rgb, header.orientation)
    if header.must_turn(label_size):
        rgb = upright(rgb, header.orientation)
    return np.asarray(rgb, dtype=np.uint8)


def in_words(size: tuple[int, ...]) -> str:
    """Return a size for people: "640 x 480", width first."""
    return f"{size[1]} x {size[0]}"


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    """Open a photo; whatever a decoder raises inside becomes a DataError."""
    try:
        with quiet_decoder(native=False):
            image = Image.open(path, formats=_FORMATS)
        with image:
            yield image
    except FileNotFoundError:
        raise DataError(f"{path} is missing", path=str(path), code="missing_file") from None
    except DataError:
        raise
    except Exception as error:  # Pillow's decoders raise whatever they meet
        raise DataError(
            f"{path}: not a photo that can be read: {error}",
            path=str(path),
            code="unreadable_file",
        ) from error


def _header(image: Image.Image) -> PhotoHeader:
    with quiet_decoder(native=False):
        orientation = read_orientation(image) or UPRIGHT
    shown = PhotoHeader((image.height, image.width), orientation)
    return PhotoHeader(shown.turned_size, orientation) if _turns_itself(image) else shown


def _turns_itself(image: Image.Image) -> bool:
    """Return whether size and pixels that Pillow gives are those of the picture as shown."""
    return image.format == "TIFF"
