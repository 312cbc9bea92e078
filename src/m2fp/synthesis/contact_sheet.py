"""Many labelled pictures at a glance."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from m2fp.datasets import LabelledPhoto, Sample
from m2fp.labels import get_scheme

_CELL = 256
_PAIRS = 4  # in a row
_OUTLINE = (255, 255, 255)


def contact_sheet(samples: Sequence[Sample]) -> Image.Image:
    """Return every photo beside its coloured parts; people are outlined in white."""
    rows = max(1, math.ceil(len(samples) / _PAIRS))
    sheet = Image.new("RGB", (2 * _PAIRS * _CELL, rows * _CELL), (40, 40, 40))
    for index, sample in enumerate(samples):
        photo = sample.read()
        row, column = divmod(index, _PAIRS)
        for side, picture in enumerate((photo.pixels, coloured_labels(photo))):
            small = Image.fromarray(picture)
            small.thumbnail((_CELL - 4, _CELL - 4))
            sheet.paste(small, ((2 * column + side) * _CELL + 2, row * _CELL + 2))
    return sheet


def coloured_labels(photo: LabelledPhoto) -> NDArray[np.uint8]:
    """Return uint8 (H, W, 3): the parts in the scheme's colours over the dimmed photo."""
    colours = get_scheme("cihp").palette()[photo.categories]
    picture = np.where((photo.categories > 0)[..., None], colours, photo.pixels // 3)
    humans = photo.humans
    edge = np.zeros(humans.shape, bool)
    edge[1:] |= humans[1:] != humans[:-1]
    edge[:, 1:] |= humans[:, 1:] != humans[:, :-1]
    picture[edge] = _OUTLINE
    return picture.astype(np.uint8)
