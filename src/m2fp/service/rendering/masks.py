"""Masks as pictures inside JSON."""

from __future__ import annotations

import base64
import io
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_COMPRESSION: Final = 1  # flat masks: hardly larger than at 6, and written three times as fast


def base64_mask(mask: NDArray[np.bool_]) -> str:
    """Return a mask as base64 of a PNG, 8-bit greyscale, 255 inside and 0 outside."""
    buffer = io.BytesIO()
    picture = Image.fromarray(mask.view(np.uint8) * np.uint8(255))
    picture.save(buffer, format="PNG", compress_level=_COMPRESSION)
    return base64.b64encode(buffer.getbuffer()).decode("ascii")
