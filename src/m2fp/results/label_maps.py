"""The two maps that hold everything a result knows about pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from m2fp.errors import InvalidMaps
from m2fp.results.measure import Box
from m2fp.results.rle import Rle, encode_crop

_T = TypeVar("_T", bound=np.generic)


@dataclass(frozen=True, slots=True, eq=False)
class LabelMaps:
    """Which part and which person every pixel shows.

    Attributes:
        part: uint8 (H, W), read-only; label ids, 0 where there is no part.
        person: uint16 (H, W), read-only; 1..N, 0 where there is nobody.

    Raises:
        InvalidMaps: a dtype or a shape is wrong.
    """

    part: NDArray[np.uint8]
    person: NDArray[np.uint16]

    def __post_init__(self) -> None:
        _check_array("part_map", self.part, np.dtype(np.uint8))
        _check_array("person_map", self.person, np.dtype(np.uint16))
        if self.part.shape != self.person.shape:
            raise InvalidMaps(
                "part_map and person_map must have the same shape, but got "
                f"{self.part.shape} and {self.person.shape}",
                field="person_map",
            )
        object.__setattr__(self, "part", _read_only(self.part))
        object.__setattr__(self, "person", _read_only(self.person))

    @property
    def size(self) -> tuple[int, int]:
        """Return (height, width) in pixels."""
        return int(self.part.shape[0]), int(self.part.shape[1])

    def mask(self, box: Box, *, person_id: int, label_id: int | None) -> NDArray[np.bool_]:
        """Return a new mask, bool (H, W), of one person or, given a label, one part of one.

        ``box`` must enclose the pixels asked for; only there the maps are read.
        """
        x, y, w, h = box
        mask = np.zeros(self.size, dtype=np.bool_)
        mask[y : y + h, x : x + w] = self._crop(box, person_id, label_id)
        return mask

    def rle(self, box: Box, *, person_id: int, label_id: int | None) -> Rle:
        """Return the same mask as COCO run lengths, without building it in full size."""
        crop = self._crop(box, person_id, label_id)
        return encode_crop(crop, left=box[0], top=box[1], size=self.size)

    def _crop(self, box: Box, person_id: int, label_id: int | None) -> NDArray[np.bool_]:
        x, y, w, h = box
        window = (slice(y, y + h), slice(x, x + w))
        inside: NDArray[np.bool_] = self.person[window] == person_id
        if label_id is not None:
            inside &= self.part[window] == label_id
        return inside


def _check_array(name: str, array: object, dtype: np.dtype[np.generic]) -> None:
    if not isinstance(array, np.ndarray):
        raise InvalidMaps(
            f"{name} must be a numpy array, but got {type(array).__name__}", field=name
        )
    if array.dtype != dtype or array.ndim != 2:
        raise InvalidMaps(
            f"{name} must be a 2D {dtype} array with shape (H, W), but got {array.dtype} with "
            f"shape {array.shape}",
            field=name,
        )


def _read_only(array: NDArray[_T]) -> NDArray[_T]:
    view = array.view()
    view.flags.writeable = False
    return view
