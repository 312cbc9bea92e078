"""A decoded picture, the only form in which the rest of the package sees photographs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class PhotoWarning:
    """Something about the picture was changed or guessed; ``code`` is stable."""

    code: str
    message: str


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """A picture as people see it.

    Attributes:
        pixels: uint8 (H, W, 3), RGB, read-only, turned as the EXIF orientation says.
        name: display text only (a file name); never used as a path.
        sha256: of the encoded bytes; None for arrays and PIL images.
        orientation_applied: True when the stored picture was turned or mirrored.
        warnings: what was changed or guessed while decoding, in order.
    """

    pixels: NDArray[np.uint8]
    name: str | None = None
    sha256: str | None = None
    orientation_applied: bool = False
    warnings: tuple[PhotoWarning, ...] = ()

    def __post_init__(self) -> None:
        pixels = self.pixels
        if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3:
            raise ValueError(
                f"Photo.pixels must be uint8 (H, W, 3), got {pixels.dtype} {pixels.shape}"
            )

    @property
    def height(self) -> int:
        """Return the height in pixels."""
        return int(self.pixels.shape[0])

    @property
    def width(self) -> int:
        """Return the width in pixels."""
        return int(self.pixels.shape[1])

    @property
    def size(self) -> tuple[int, int]:
        """Return (height, width) in pixels."""
        return self.height, self.width
