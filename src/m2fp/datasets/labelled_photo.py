"""One photo with its labels: what readers give, augmentations change and scores are taken of."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from m2fp.labels import IGNORE_ID

IGNORE = IGNORE_ID


@dataclass(frozen=True, slots=True, eq=False)
class PartInstances:
    """The parts of a photo one by one, as some data sets number them.

    Attributes:
        ids: uint16 (H, W), 0 = none, k = instance k; ids need not be without gaps.
        classes: label id of every instance, by its id.
        humans: person id of every instance, by its id.
    """

    ids: NDArray[np.uint16]
    classes: dict[int, int]
    humans: dict[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """What every pixel of a photo is, and whose it is.

    Attributes:
        categories: uint8 (H, W), part ids, 0 background, 255 unknown.
        humans: uint16 (H, W), 0 nobody, k = person k; ids need not be without gaps.
        instances: the parts one by one, where the data set says so itself; None = every (person,
            part) pair in the maps is one.
    """

    categories: NDArray[np.uint8]
    humans: NDArray[np.uint16]
    instances: PartInstances | None = None


@dataclass(frozen=True, slots=True, eq=False)
class LabelledPhoto:
    """A photo, what every pixel is, and whose it is.

    Attributes:
        pixels: uint8 (H, W, 3) RGB.
        categories, humans: as in `Labels`.
    """

    pixels: NDArray[np.uint8]
    categories: NDArray[np.uint8]
    humans: NDArray[np.uint16]
