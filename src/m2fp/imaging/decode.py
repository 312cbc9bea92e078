"""From encoded bytes, or an open Pillow picture, to upright RGB pixels."""

from __future__ import annotations

import re
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from m2fp.errors import ImageTooLarge, M2FPError, UndecodableImage, UnsupportedImageFormat
from m2fp.imaging.formats import ACCEPTED, SNIFF_BYTES, ImageFormat, sniff
from m2fp.imaging.heic import open_heic
from m2fp.imaging.limits import IntakeLimits
from m2fp.imaging.orientation import UPRIGHT, read_orientation, upright
from m2fp.imaging.photo import PhotoWarning
from m2fp.imaging.quiet import quiet_decoder
from m2fp.imaging.to_rgb import to_rgb


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """Pixels uint8 (H, W, 3) RGB in the displayed frame, and how they came to be."""

    pixels: NDArray[np.uint8]
    orientation_applied: bool
    warnings: tuple[PhotoWarning, ...]


def decode_bytes(data: bytes, limits: IntakeLimits, name: str | None) -> Decoded:
    """Return the first frame of the encoded picture.

    The size is checked after the header is read and before a pixel is decoded, so that a small
    file cannot claim much memory.

    Raises:
        ImageError: of whichever kind fits; no other error of a decoder gets out.
        MissingExtra: the picture is HEIC and pillow-heif is not installed.
    """
    limits.check_bytes(len(data), name)
    image_format = sniff(data[:SNIFF_BYTES])
    if image_format is None:
        raise UnsupportedImageFormat(
            f"the bytes are not of an accepted picture format; accepted are {', '.join(ACCEPTED)}",
            name=name,
            accepted=ACCEPTED,
        )
    try:
        return _decode(data, image_format, limits, name)
    except M2FPError:
        raise
    except Image.DecompressionBombError as error:
        raise _refused_by_pillow(error, limits, name) from error
    except Exception as error:  # hostile files raise nearly anything; PRODUCT.md 3.2 lists eight
        raise _undecodable(image_format, error, name) from error


def decode_pil(image: Image.Image, limits: IntakeLimits, name: str | None) -> Decoded:
    """Return the current frame of a Pillow picture; the picture itself is not changed.

    Raises:
        ImageError: as for ``decode_bytes``, since a picture that was only opened decodes here.
    """
    try:
        limits.check_size(image.height, image.width, name)
        return _finish(image, ())
    except M2FPError:
        raise
    except Exception as error:
        raise _undecodable(image.format or "the picture", error, name) from error


def _decode(
    data: bytes, image_format: ImageFormat, limits: IntakeLimits, name: str | None
) -> Decoded:
    if image_format is ImageFormat.HEIC:
        heic = open_heic(data)
        width, height = heic.size
        limits.check_size(height, width, name)
        picture = heic.to_pillow()
        # Already turned by the decoder, which keeps the old tag only as a note.
        return _finish(picture, (), stored=picture.info.get("original_orientation"))
    with quiet_decoder(native=False):
        image = Image.open(BytesIO(data), formats=[str(image_format)])
    with image:
        limits.check_size(image.height, image.width, name)
        return _finish(image, _frame_warnings(image, image_format))


def _frame_warnings(image: Image.Image, image_format: ImageFormat) -> tuple[PhotoWarning, ...]:
    # A JPEG with more pictures inside (MPO) is an ordinary phone photo with a preview, a depth map
    # or a gain map behind it: nothing of what people see is lost.
    if image_format is ImageFormat.JPEG or not getattr(image, "is_animated", False):
        return ()
    message = "the picture has several frames or pages; only the first was used"
    return (PhotoWarning("animated_first_frame", message),)


def _finish(
    image: Image.Image, warnings: tuple[PhotoWarning, ...], *, stored: int | None = None
) -> Decoded:
    """Load, convert and turn. Must not change ``image`` beyond loading it.

    ``stored`` is the orientation that the decoder has already undone.
    """
    if image.format == "TIFF":
        # Pillow turns a TIFF itself while it loads and drops the tag, so the tag is read before.
        stored = _quiet_orientation(image)
        with quiet_decoder(native=True):
            image.load()
    else:
        image.load()
    after = _quiet_orientation(image)
    if after is None:
        message = "the EXIF data is damaged; the picture was taken to be upright"
        warnings = (*warnings, PhotoWarning("exif_unreadable", message))
    rgb, changes = to_rgb(image)
    rgb = upright(rgb, after or UPRIGHT)
    pixels = np.asarray(rgb, dtype=np.uint8)  # (H, W, 3), over bytes of its own
    turned = any(value not in (None, UPRIGHT) for value in (stored, after))
    return Decoded(pixels, turned, (*warnings, *changes))


def _quiet_orientation(image: Image.Image) -> int | None:
    with quiet_decoder(native=False):
        return read_orientation(image)


def _undecodable(image_format: str, error: Exception, name: str | None) -> UndecodableImage:
    # An object's address in the text would make two runs differ.
    reason = re.sub(r"<[^>]* at 0x[0-9a-f]+>", "the data", f"{type(error).__name__}: {error}")
    return UndecodableImage(
        f"the {image_format} data is damaged or cut short ({reason}); "
        "save or copy the picture again",
        reason=reason,
        name=name,
    )


def _refused_by_pillow(
    error: Image.DecompressionBombError, limits: IntakeLimits, name: str | None
) -> ImageTooLarge:
    """Return our own error for a size so large that Pillow refuses even to open it."""
    found = re.search(r"\((\d+) pixels\)", str(error))
    actual = int(found.group(1)) if found else None
    count = f"{actual:,}" if actual is not None else "far too many"
    return ImageTooLarge(
        f"the picture has {count} pixels and the limit is {limits.max_pixels:,}; scale it down",
        actual=actual,
        limit=limits.max_pixels,
        name=name,
    )
