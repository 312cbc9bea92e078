"""What the network should say about a picture: a class and a mask per background, part, person."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from m2fp.datasets import LabelledPhoto
from m2fp.labels import LabelScheme

# A target smaller than this many input pixels cannot be seen at stride 4.
MIN_AREA = 16


@dataclass(frozen=True, slots=True)
class Targets:
    """classes: int64 (T,); masks: bool (T, H, W)."""

    classes: Tensor
    masks: Tensor

    def to(self, device: torch.device) -> "Targets":
        """Return the same targets on a device."""
        return Targets(self.classes.to(device), self.masks.to(device))


def make_targets(photo: LabelledPhoto, scheme: LabelScheme) -> Targets:
    """Return the picture's targets: background, then for every person its whole and its parts.

    The person's class is `scheme.person_class`; schemes without one (single-person data) get one
    target per class present. Pixels of unknown part count for the person, not for any part.
    """
    classes: list[int] = []
    masks: list[NDArray[np.bool_]] = []

    def add(class_id: int, mask: NDArray[np.bool_]) -> None:
        if int(mask.sum()) >= MIN_AREA:
            classes.append(class_id)
            masks.append(mask)

    add(0, photo.categories == 0 if scheme.person_class is None else _background(photo))
    if scheme.person_class is None:
        for part in _present(photo.categories):
            add(part, photo.categories == part)
    else:
        for number in np.unique(photo.humans[photo.humans > 0]):
            own = photo.humans == number
            add(scheme.person_class, own)
            for part in _present(photo.categories[own]):
                add(part, own & (photo.categories == part))
    height, width = photo.categories.shape
    stacked = np.stack(masks) if masks else np.zeros((0, height, width), bool)
    return Targets(torch.tensor(classes, dtype=torch.int64), torch.from_numpy(stacked))


def _background(photo: LabelledPhoto) -> NDArray[np.bool_]:
    # Nobody's pixels, unless some of those carry a part: then all pixels of category 0.
    no_part: NDArray[np.bool_] = photo.categories == 0
    nobody: NDArray[np.bool_] = photo.humans == 0
    known = photo.categories[nobody]
    if ((known > 0) & (known < 255)).any():
        return no_part
    return nobody & no_part


def _present(categories: NDArray[np.uint8]) -> list[int]:
    return [int(part) for part in np.unique(categories) if 0 < part < 255]
