"""Areas and boxes of all (person, part) groups in one pass over the maps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

_STRIP_PIXELS = 1 << 20  # bounds the extra memory, also for maps in which every pixel differs

Box: TypeAlias = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True, eq=False)
class GroupTable:
    """Area and edges of every (person, part) group; all arrays are int64 (persons + 1, labels).

    Row 0 holds the pixels of nobody, column 0 those without a part. Edges are half-open pixels and
    mean nothing where the area is 0.
    """

    area: NDArray[np.int64]
    left: NDArray[np.int64]
    top: NDArray[np.int64]
    right: NDArray[np.int64]
    bottom: NDArray[np.int64]

    def group_box(self, person_id: int, label_id: int) -> Box:
        """Return [x, y, w, h] of the pixels of one part of one person."""
        return self._box((person_id, slice(label_id, label_id + 1)))

    def person_box(self, person_id: int) -> Box:
        """Return [x, y, w, h] of all pixels of one person, parts or not."""
        return self._box((person_id, self.area[person_id] > 0))

    def person_area(self, person_id: int) -> int:
        """Return the number of pixels of one person, parts or not."""
        return int(self.area[person_id].sum())

    def _box(self, where: tuple[int, slice | NDArray[np.bool_]]) -> Box:
        left, top = int(self.left[where].min()), int(self.top[where].min())
        return left, top, int(self.right[where].max()) - left, int(self.bottom[where].max()) - top


def measure_groups(
    part_map: NDArray[np.uint8],
    person_map: NDArray[np.uint16],
    *,
    person_count: int,
    label_count: int,
) -> GroupTable:
    """Return area and edges of every (person, part) group.

    The maps are cut into horizontal runs of one group, and only the runs are looked at: a photo of
    1024 x 768 takes about 1 ms, 24 megapixels about 20 ms, noise of that size 0.3 s. Person ids
    must be at most ``person_count`` and part ids below ``label_count``.
    """
    height, width = part_map.shape
    groups = (person_count + 1) * label_count
    area = np.zeros(groups, dtype=np.int64)
    left, top = np.full(groups, width), np.full(groups, height)
    right, bottom = np.zeros(groups, dtype=np.int64), np.zeros(groups, dtype=np.int64)
    strip_rows = max(1, _STRIP_PIXELS // max(1, width))
    for first_row in range(0, height, strip_rows):
        rows = slice(first_row, first_row + strip_rows)
        key, start, length = _horizontal_runs(part_map[rows], person_map[rows], label_count)
        row, column = np.divmod(start, width)
        area += np.bincount(key, weights=length, minlength=groups).astype(np.int64)
        np.minimum.at(left, key, column)
        np.maximum.at(right, key, column + length)
        np.minimum.at(top, key, row + first_row)
        np.maximum.at(bottom, key, row + first_row + 1)
    shape = (person_count + 1, label_count)
    return GroupTable(*(values.reshape(shape) for values in (area, left, top, right, bottom)))


def _horizontal_runs(
    parts: NDArray[np.uint8], persons: NDArray[np.uint16], label_count: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return group key, start (row-major pixel number) and length of each run in a strip."""
    keys = persons.astype(np.uint32)
    keys *= np.uint32(label_count)
    keys += parts
    flat = keys.ravel()
    is_start = np.empty(flat.shape, dtype=np.bool_)
    np.not_equal(flat[1:], flat[:-1], out=is_start[1:])
    is_start[:: parts.shape[1]] = True
    start = np.flatnonzero(is_start)
    length = np.diff(start, append=flat.size)
    return flat[start].astype(np.int64), start, length
