"""The one way in: anything people hold a picture in becomes a Photo or a typed error."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from m2fp.errors import SourceNotFound, UnsupportedImageFormat
from m2fp.imaging.decode import Decoded, decode_bytes, decode_pil
from m2fp.imaging.limits import IntakeLimits
from m2fp.imaging.photo import Photo

__all__ = ["BinaryReader", "IntakeLimits", "PhotoSource", "read_photo"]

_DEFAULT_LIMITS = IntakeLimits()


class BinaryReader(Protocol):
    """A file opened for reading bytes."""

    def read(self, size: int, /) -> bytes:
        """Return up to ``size`` bytes."""
        ...


PhotoSource = str | os.PathLike[str] | bytes | BinaryReader | Image.Image | NDArray[np.uint8]


def read_photo(
    source: PhotoSource, limits: IntakeLimits = _DEFAULT_LIMITS, *, name: str | None = None
) -> Photo:
    """Return the picture as people see it.

    Arrays are uint8 RGB (H, W, 3) or grey (H, W), in the displayed orientation. Files, bytes and
    Pillow pictures are turned by their EXIF orientation; of animations the first frame is used.
    ``name`` is for display and replaces the file name.

    Raises:
        SourceNotFound: the path leads to no readable file.
        ImageError: the picture is not of an accepted kind, too large, too small or damaged.
        MissingExtra: the picture is HEIC and pillow-heif is not installed.

    Example:
        >>> photo = read_photo("group.jpg")
        >>> photo.pixels.shape, [warning.code for warning in photo.warnings]
    """
    if isinstance(source, np.ndarray):
        return _from_array(source, limits, name)
    if isinstance(source, Image.Image):
        file_name = getattr(source, "filename", "")
        label = name or (Path(os.fsdecode(file_name)).name if file_name else None)
        decoded = decode_pil(source, limits, label)
        return _photo(decoded, label, None)
    data: bytes | None = None
    if isinstance(source, str | os.PathLike):
        path = Path(source)
        name = name or path.name
        data = _read_file(path, limits, name)
    elif isinstance(source, bytes | bytearray | memoryview):
        data = bytes(source)
    elif hasattr(source, "read"):
        data = _read_stream(source, limits.max_bytes + 1)
    if data is None:
        kind = type(source).__name__
        raise UnsupportedImageFormat(
            "a picture must be a path, bytes, a file opened in binary mode, a PIL image or a "
            f"uint8 array, got {kind}",
            name=name,
        )
    decoded = decode_bytes(data, limits, name)
    return _photo(decoded, name, hashlib.sha256(data).hexdigest())


def _photo(decoded: Decoded, name: str | None, sha256: str | None) -> Photo:
    decoded.pixels.setflags(write=False)
    return Photo(decoded.pixels, name, sha256, decoded.orientation_applied, decoded.warnings)


def _read_file(path: Path, limits: IntakeLimits, name: str) -> bytes:
    """Return the bytes of a regular file, at most one more than allowed."""
    try:
        if not path.is_file():  # folders, pipes and devices too: some would never end
            raise SourceNotFound(_not_a_file(path), source=str(path))
        limits.check_bytes(path.stat().st_size, name)
        with path.open("rb") as file:
            return file.read(limits.max_bytes + 1)
    except (OSError, ValueError) as error:  # ValueError: a null byte in the path
        raise SourceNotFound(f"cannot read {path}: {error}", source=str(path)) from error


def _read_stream(file: BinaryReader, most: int) -> bytes | None:
    """Return the bytes that the file gives, at most so many; None if it gives something else.

    Pipes and sockets without a buffer give less at a time than they are asked for.
    """
    blocks: list[bytes] = []
    while most > 0:
        block = file.read(most)
        if not isinstance(block, bytes):
            return None
        if not block:
            break
        blocks.append(block)
        most -= len(block)
    return b"".join(blocks)


def _not_a_file(path: Path) -> str:
    text = str(path)
    if text.startswith(("http:", "https:")):
        return f"{text} is a web address; download the picture first"
    if path.is_dir():
        return f"{text} is a folder, not a picture; pass the files in it one by one"
    return f"there is no file {text}; check the path"


def _from_array(array: NDArray[Any], limits: IntakeLimits, name: str | None) -> Photo:
    if array.dtype != np.uint8 or not (
        array.ndim == 2 or (array.ndim == 3 and array.shape[2] == 3)
    ):
        raise UnsupportedImageFormat(
            "an array must be uint8 RGB (H, W, 3) or uint8 grey (H, W), "
            f"got {array.dtype} {array.shape}",
            name=name,
        )
    limits.check_size(array.shape[0], array.shape[1], name)
    colour = array if array.ndim == 3 else np.repeat(array[:, :, None], 3, axis=2)
    # A copy, so that later changes by the caller do not reach results that refer to this photo.
    pixels: NDArray[np.uint8] = np.array(colour, dtype=np.uint8, order="C")
    return _photo(Decoded(pixels, orientation_applied=False, warnings=()), name, None)
