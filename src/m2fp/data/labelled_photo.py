"""One photo with its labels, the value that readers give and augmentations change."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

IGNORE = 255


@dataclass(frozen=True, slots=True, eq=False)
class LabelledPhoto:
    """A photo, what every pixel is, and whose it is.

    pixels: uint8 (H, W, 3) RGB; categories: uint8 (H, W), part ids, 0 background, 255 unknown;
    humans: uint8 (H, W), 0 nobody, k = person k.
    """

    pixels: NDArray[np.uint8]
    categories: NDArray[np.uint8]
    humans: NDArray[np.uint8]
