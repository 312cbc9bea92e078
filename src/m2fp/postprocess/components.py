"""Connected regions of small masks, by runs, in numpy.

At stride 4 a person is some hundred horizontal runs of cells. Joining runs that touch between two
rows finds the regions without an image library.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def large_regions(mask: npt.NDArray[np.bool_], min_cells: int) -> npt.NDArray[np.bool_]:
    """Return the mask without regions smaller than `min_cells`; the largest region always stays.

    Args:
        mask: bool (h, w).
        min_cells: regions of at least this many cells stay. Cells touching at a side or a corner
            belong to one region.
    """
    numbers = number_regions(mask)
    sizes = np.bincount(numbers[mask], minlength=1)
    if len(sizes) <= 2 or min_cells <= 1:
        return mask.copy()
    keeps = sizes >= min_cells
    keeps[int(sizes.argmax())] = True
    keeps[0] = False
    large: npt.NDArray[np.bool_] = keeps[numbers]
    return large


def number_regions(mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.intp]:
    """Return the region of every cell, intp (h, w): 1, 2, .. from the top, 0 outside the mask.

    Args:
        mask: bool (h, w). Cells touching at a side or a corner belong to one region.
    """
    numbers = np.zeros(mask.shape, np.intp)
    starts, ends = _runs(mask)
    if len(starts):
        regions = _join(starts, ends, stride=mask.shape[1] + 2)
        _, ordered = np.unique(regions, return_inverse=True)
        # The true cells in row-major order are exactly the runs one after the other.
        numbers[mask] = np.repeat(ordered + 1, ends - starts)
    return numbers


def _runs(mask: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return the half-open runs of true cells in the flattened mask with two empty columns added.

    Two, so that runs touching at a corner stay apart at the border between two rows.
    """
    flat = np.pad(mask, ((0, 0), (1, 1))).ravel().view(np.int8)
    edges = np.flatnonzero(np.diff(flat)) + 1
    return edges[0::2], edges[1::2]


def _join(
    starts: npt.NDArray[np.intp], ends: npt.NDArray[np.intp], stride: int
) -> npt.NDArray[np.intp]:
    """Return for every run the number of the first run of its region."""
    # Run i, moved down one row, touches the runs first[i] .. last[i] - 1.
    first = np.searchsorted(ends, starts + stride, side="left")
    last = np.searchsorted(starts, ends + stride, side="right")
    counts = np.maximum(last - first, 0)
    above = np.repeat(np.arange(len(starts)), counts)
    offsets = np.arange(len(above)) - np.repeat(np.cumsum(counts) - counts, counts)
    below = np.repeat(first, counts) + offsets

    labels = np.arange(len(starts))
    while True:
        smallest = np.minimum(labels[above], labels[below])
        updated = labels.copy()
        np.minimum.at(updated, above, smallest)
        np.minimum.at(updated, below, smallest)
        updated = updated[updated]
        if np.array_equal(updated, labels):
            return labels
        labels = updated
