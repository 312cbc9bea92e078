"""HEIC pictures, through the optional pillow-heif."""

from __future__ import annotations

from importlib import import_module
from io import BytesIO
from typing import Protocol, cast

from PIL import Image

from m2fp.errors import MissingExtra


class HeicPicture(Protocol):
    """The part of ``pillow_heif.HeifFile`` that is used; its size is known before decoding."""

    @property
    def size(self) -> tuple[int, int]:
        """Return (width, height) in pixels."""
        ...

    def to_pillow(self) -> Image.Image:
        """Return the decoded primary picture, already turned upright, orientation tag reset."""
        ...


def open_heic(data: bytes) -> HeicPicture:
    """Return the primary picture, header read and nothing decoded.

    pillow-heif's opener is not registered with Pillow: that would change what ``Image.open``
    accepts in the whole process.

    Raises:
        MissingExtra: pillow-heif is not installed.
    """
    try:
        pillow_heif = import_module("pillow_heif")
    except ImportError as error:
        raise MissingExtra(extra="heic", purpose="Reading HEIC pictures") from error
    return cast(HeicPicture, pillow_heif.open_heif(BytesIO(data), convert_hdr_to_8bit=True))
