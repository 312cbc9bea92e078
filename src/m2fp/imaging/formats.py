"""Which picture formats are accepted, told from the first bytes and from nothing else.

File names and content types lie; a decoder is only ever offered a format that is named here.
"""

from __future__ import annotations

from enum import StrEnum

SNIFF_BYTES = 64  # enough for the brand list of an ISO media file


class ImageFormat(StrEnum):
    """An accepted format; the value is Pillow's name for it."""

    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WEBP"
    BMP = "BMP"
    TIFF = "TIFF"
    GIF = "GIF"
    AVIF = "AVIF"
    HEIC = "HEIC"


ACCEPTED = tuple(str(name) for name in ImageFormat)

_STARTS: tuple[tuple[bytes, ImageFormat], ...] = (
    (b"\xff\xd8\xff", ImageFormat.JPEG),
    (b"\x89PNG\r\n\x1a\n", ImageFormat.PNG),
    (b"GIF87a", ImageFormat.GIF),
    (b"GIF89a", ImageFormat.GIF),
    (b"BM", ImageFormat.BMP),
    (b"II*\x00", ImageFormat.TIFF),
    (b"MM\x00*", ImageFormat.TIFF),
    (b"II+\x00", ImageFormat.TIFF),  # BigTIFF
    (b"MM\x00+", ImageFormat.TIFF),
)
_AVIF_BRANDS = {b"avif", b"avis"}
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}


def sniff(head: bytes) -> ImageFormat | None:
    """Return the format that these first bytes announce, or None.

    ``head`` holds at least ``SNIFF_BYTES`` bytes, or the whole file when that is shorter.
    """
    for start, image_format in _STARTS:
        if head.startswith(start):
            return image_format
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return ImageFormat.WEBP
    if head[4:8] == b"ftyp":
        return _sniff_iso_media(head)
    return None


def _sniff_iso_media(head: bytes) -> ImageFormat | None:
    """Tell AVIF from HEIC by the major and the compatible brands (ISO/IEC 14496-12, ``ftyp``)."""
    end = min(int.from_bytes(head[:4], "big"), len(head))
    # The major brand at 8, a version at 12, then the compatible brands. A generic major brand
    # such as "mif1" says nothing about the codec, so all brands are looked at.
    brands = {head[8:12], *(head[at : at + 4] for at in range(16, end - 3, 4))}
    if brands & _AVIF_BRANDS:
        return ImageFormat.AVIF
    if brands & _HEIC_BRANDS:
        return ImageFormat.HEIC
    return None
