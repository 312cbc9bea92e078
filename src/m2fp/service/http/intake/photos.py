"""The first look at what may be a picture: how long it is, and how it begins."""

from __future__ import annotations

from m2fp.errors import UnsupportedImageFormat
from m2fp.imaging.formats import ACCEPTED, SNIFF_BYTES, sniff
from m2fp.imaging.limits import IntakeLimits
from m2fp.service.http.intake.upload import Upload


def read_photo(upload: Upload, limits: IntakeLimits) -> bytes:
    """Return the bytes of an upload that may be a picture; it blocks.

    Raises:
        UnsupportedImageFormat: the first bytes are of no format that is accepted.
        EmptyImage, ImageTooLarge: there are too few or too many.
    """
    limits.check_bytes(upload.size, None)
    check_format(upload.head(SNIFF_BYTES))
    return upload.read()


def check_format(data: bytes) -> None:
    """Return when bytes begin as a picture does.

    Raises:
        UnsupportedImageFormat: they do not.
    """
    if sniff(data[:SNIFF_BYTES]) is None:
        raise UnsupportedImageFormat(
            f"the bytes are not of an accepted picture format; accepted are {', '.join(ACCEPTED)}",
            accepted=ACCEPTED,
        )
