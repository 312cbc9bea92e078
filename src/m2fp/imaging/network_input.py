"""From a photo to the tensor a network takes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from m2fp.imaging.photo import Photo
from m2fp.imaging.rules import AnyRule
from m2fp.imaging.scaled_rule import ScaledRule

# Large photos are first averaged over whole blocks down to three times the wanted size: twice as
# fast at 24 million pixels, and on average half a grey level from the exact filter.
_REDUCING_GAP = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class NetworkInput:
    """A network input and the way back to the photo.

    Attributes:
        tensor: float32 (1, 3, Hp, Wp), C-contiguous, normalised RGB; around the photo the rule's
            padding.
        content: (height, width) of the scaled photo in the tensor.
        photo_size: (height, width) of the photo.
        origin: (top, left) of the scaled photo in the tensor.
    """

    tensor: NDArray[np.float32]
    content: tuple[int, int]
    photo_size: tuple[int, int]
    origin: tuple[int, int] = (0, 0)

    @property
    def padded(self) -> tuple[int, int]:
        """Return the (height, width) of the tensor."""
        return self.tensor.shape[2], self.tensor.shape[3]


def prepare(photo: Photo, rule: AnyRule | ScaledRule) -> NetworkInput:
    """Return the photo scaled with antialiasing, normalised, and padded as the rule says."""
    height, width = photo.size
    content = rule.content_size(height, width)
    top, left = rule.origin(height, width)
    scaled = resize(photo.pixels, content)
    tensor = np.empty((1, 3, *rule.padded_size(height, width)), dtype=np.float32)
    tensor[:] = np.array(rule.padding, dtype=np.float32)[:, None, None]
    normalise_into(tensor[0, :, top : top + content[0], left : left + content[1]], scaled, rule)
    return NetworkInput(tensor, content, (height, width), (top, left))


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


def normalise_into(
    target: NDArray[np.float32], pixels: NDArray[np.uint8], rule: AnyRule | ScaledRule
) -> None:
    """Write ``(pixels - mean) / std`` of uint8 (h, w, 3) into float32 (3, h, w).

    One multiplication and one addition per value, each in place, so that no float copy of the
    interleaved picture is made.
    """
    for channel in range(3):
        plane = target[channel]
        gain = np.float32(1.0 / rule.std[channel])
        np.multiply(pixels[:, :, channel], gain, out=plane)
        plane -= np.float32(rule.mean[channel] / rule.std[channel])
