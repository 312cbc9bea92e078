"""From a photo to the tensor a network takes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from m2fp.imaging.input_rule import InputRule
from m2fp.imaging.photo import Photo

# Large photos are first averaged over whole blocks down to three times the wanted size: twice as
# fast at 24 million pixels, and on average half a grey level from the exact filter.
_REDUCING_GAP = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class NetworkInput:
    """A network input and the way back to the photo.

    Attributes:
        tensor: float32 (1, 3, Hp, Wp), C-contiguous, normalised RGB, 0 in the padding.
        content: (height, width) of the scaled photo in the top left corner of the tensor.
        photo_size: (height, width) of the photo.
    """

    tensor: NDArray[np.float32]
    content: tuple[int, int]
    photo_size: tuple[int, int]


def prepare(photo: Photo, rule: InputRule) -> NetworkInput:
    """Return the photo scaled with antialiasing, normalised, and padded right and below."""
    height, width = photo.size
    content = rule.content_size(height, width)
    scaled = resize(photo.pixels, content)
    padded_h, padded_w = rule.padded_size(height, width)
    tensor = np.zeros((1, 3, padded_h, padded_w), dtype=np.float32)
    normalise_into(tensor[0, :, : content[0], : content[1]], scaled, rule)
    return NetworkInput(tensor, content, (height, width))


def resize(pixels: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Return uint8 (h, w, 3) of this (height, width): bilinear, antialiased when shrinking.

    Pillow centres pixels as ``align_corners=False`` does, so masks scale back without a shift.
    """
    if pixels.shape[:2] == size:
        return pixels
    height, width = size
    resized = Image.fromarray(pixels).resize(
        (width, height), Image.Resampling.BILINEAR, reducing_gap=_REDUCING_GAP
    )
    return np.asarray(resized)


def normalise_into(target: NDArray[np.float32], pixels: NDArray[np.uint8], rule: InputRule) -> None:
    """Write ``(pixels - mean) / std`` of uint8 (h, w, 3) into float32 (3, h, w).

    One multiplication and one addition per value, each in place, so that no float copy of the
    interleaved picture is made.
    """
    for channel in range(3):
        plane = target[channel]
        gain = np.float32(1.0 / rule.std[channel])
        np.multiply(pixels[:, :, channel], gain, out=plane)
        plane -= np.float32(rule.mean[channel] / rule.std[channel])
