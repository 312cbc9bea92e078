"""Moving a labelled photo onto a canvas: scale, rotation, flip and shift in one resampling."""

from dataclasses import dataclass
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from m2fp.datasets import LabelledPhoto
from m2fp.labels import LabelScheme

BORDER_GREY = 128

_Ids = TypeVar("_Ids", np.uint8, np.uint16)


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a photo goes: its centre lands on `centre` (x, y in canvas pixels).

    scale: canvas pixels per photo pixel; angle: degrees, counter-clockwise; flip: mirrored first.
    """

    centre: tuple[float, float]
    scale: float
    angle: float = 0.0
    flip: bool = False


def place(
    photo: LabelledPhoto, placement: Placement, size: tuple[int, int], scheme: LabelScheme
) -> LabelledPhoto:
    """Return the photo on a canvas of `size` (height, width).

    Outside the photo pixels are grey and labels are background, also after a rotation: a border
    of 255 would put "unknown" or, in a binary mask, a part there. A flip swaps left and right ids.
    """
    if placement.flip:
        photo = flip(photo, scheme)
    matrix = _matrix(photo, placement)
    source, source_matrix = photo.pixels, matrix
    if placement.scale < 0.6:
        # Bilinear sampling skips pixels below half size; shrink by area first.
        source, source_matrix = _shrink(source, matrix, max(2, round(1 / placement.scale)))
    pixels = cv2.warpAffine(
        source,
        source_matrix,
        (size[1], size[0]),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=(BORDER_GREY,) * 3,
    )
    return LabelledPhoto(
        _as_uint8(pixels),
        _warp_ids(photo.categories, matrix, size),
        _warp_ids(photo.humans, matrix, size),
    )


def flip(photo: LabelledPhoto, scheme: LabelScheme) -> LabelledPhoto:
    """Return the mirrored photo; a mirrored left arm is a right arm, so ids swap sides."""
    return LabelledPhoto(
        np.ascontiguousarray(photo.pixels[:, ::-1]),
        np.ascontiguousarray(scheme.flip_table()[photo.categories[:, ::-1]]),
        np.ascontiguousarray(photo.humans[:, ::-1]),
    )


def _matrix(photo: LabelledPhoto, placement: Placement) -> NDArray[np.float64]:
    height, width = photo.categories.shape
    # cv2 counts from the centre of the first pixel, half a pixel inside the photo's corner.
    middle = ((width - 1) / 2, (height - 1) / 2)
    matrix = cv2.getRotationMatrix2D(middle, placement.angle, placement.scale)
    matrix[:, 2] += np.array(placement.centre) - (width / 2, height / 2)
    return np.asarray(matrix, dtype=np.float64)


def _shrink(
    pixels: NDArray[np.uint8], matrix: NDArray[np.float64], factor: int
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    height, width = pixels.shape[:2]
    size = max(1, width // factor), max(1, height // factor)
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    ratio = np.array([width, height]) / size
    grown = matrix.copy()
    # Pixel j of the small picture lies at ratio (j + 1/2) - 1/2 of the photo.
    grown[:, 2] += matrix[:, :2] @ ((ratio - 1) / 2)
    grown[:, :2] *= ratio
    return _as_uint8(small), grown


def _warp_ids(
    ids: NDArray[_Ids], matrix: NDArray[np.float64], size: tuple[int, int]
) -> NDArray[_Ids]:
    warped = cv2.warpAffine(ids, matrix, (size[1], size[0]), flags=cv2.INTER_NEAREST, borderValue=0)
    return np.asarray(warped, dtype=ids.dtype)


def _as_uint8(array: object) -> NDArray[np.uint8]:
    return np.asarray(array, dtype=np.uint8)
