"""Bilinear reading of the stride-4 mask grid at the photo's pixels, in windows.

One step from the grid to the photo, as our own rules read masks. What has to agree with the
official software takes its two steps instead; see `m2fp.imaging.grid_to_photo`.

The grid covers the un-padded content, whose size is rarely a multiple of 4, so the step from pixel
to pixel is a fraction such as 213.25 / 1024 cells. Library resizers derive the step from whole
sizes and cannot express it; a warp can, but measured slower than the two separable passes below
(float32, 1024 x 768 and 6000 x 4000: numpy 1.1 and 0.7 ns per pixel, cv2.warpAffine 1.4 and 4.6,
cv2.remap 1.3 and 1.8, Pillow with a fractional box 1.9 and 1.8).

Every window reads the same coordinates, so any window equals that part of the full-size result.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from m2fp.engine.protocol import MASK_STRIDE
from m2fp.imaging.box import Box
from m2fp.imaging.network_input import NetworkInput


@dataclass(frozen=True, slots=True, eq=False)
class Axis:
    """Where the photo's pixels of one direction lie between the grid's cells.

    Attributes:
        position: float64 (pixels,), non-decreasing, in 0 .. cells - 1; cell centres are whole.
        cell: intp (pixels,), the cell at or before the position.
        weight: float32 (pixels,), the share of the next cell, 0 <= weight < 1.
    """

    position: npt.NDArray[np.float64]
    cell: npt.NDArray[np.intp]
    weight: npt.NDArray[np.float32]

    @classmethod
    def build(cls, pixels: int, content: int, start: int) -> Axis:
        """Return the axis of `pixels` photo pixels over `content` network pixels from `start` on.

        Cell 0 is the first that the content touches.
        """
        first, last = covered(start, content)
        cells = last - first
        step = content / (MASK_STRIDE * pixels)
        centres = (np.arange(pixels) + 0.5) * step + (start / MASK_STRIDE - first - 0.5)
        position = np.clip(centres, 0.0, cells - 1.0)
        cell = position.astype(np.intp)
        return cls(position, cell, (position - cell).astype(np.float32))

    def reach(self, first: int, last: int) -> tuple[int, int]:
        """Return the half-open pixel range that the cells first .. last (inclusive) influence."""
        low = np.searchsorted(self.position, first - 1, side="right")
        high = np.searchsorted(self.position, last + 1, side="left")
        return int(low), int(high)


@dataclass(frozen=True, slots=True, eq=False)
class Resampler:
    """Reads grids (cells) at photo pixels. Half-pixel centres, edges repeated."""

    rows: Axis
    columns: Axis

    @classmethod
    def build(cls, network_input: NetworkInput) -> Resampler:
        """Return the resampler for grids cut to the cells that the photo touches."""
        rows, columns = (
            Axis.build(pixels, content, start)
            for pixels, content, start in zip(
                network_input.photo_size, network_input.content, network_input.origin, strict=True
            )
        )
        return cls(rows, columns)

    @property
    def photo_size(self) -> tuple[int, int]:
        """Return (height, width) of the photo in pixels."""
        return len(self.rows.cell), len(self.columns.cell)

    def reach(self, inside: npt.NDArray[np.bool_]) -> Box:
        """Return the photo window outside of which no pixel touches a true cell of the grid."""
        rows = np.flatnonzero(inside.any(axis=1))
        columns = np.flatnonzero(inside.any(axis=0))
        if not len(rows):
            return Box(0, 0, 0, 0)
        top, bottom = self.rows.reach(int(rows[0]), int(rows[-1]))
        left, right = self.columns.reach(int(columns[0]), int(columns[-1]))
        return Box(top, bottom, left, right)

    def read(self, grid: npt.NDArray[np.float32], window: Box) -> npt.NDArray[np.float32]:
        """Return the grid's values at the window's pixels: float32 (window rows, columns)."""
        row_cell = self.rows.cell[window.rows]
        column_cell = self.columns.cell[window.columns]
        top, left = int(row_cell[0]), int(column_cell[0])
        cells = grid[top : row_cell[-1] + 2, left : column_cell[-1] + 2]
        wide = _along_columns(cells, column_cell - left, self.columns.weight[window.columns])
        return _along_rows(wide, row_cell - top, self.rows.weight[window.rows])


def content_cells(network_input: NetworkInput) -> Box:
    """Return the cells of the mask grid that the photo touches."""
    (top, bottom), (left, right) = (
        covered(start, content)
        for start, content in zip(network_input.origin, network_input.content, strict=True)
    )
    return Box(top, bottom, left, right)


def covered(start: int, content: int) -> tuple[int, int]:
    """Return the cells, half-open, that `content` network pixels from `start` on touch."""
    return start // MASK_STRIDE, -(-(start + content) // MASK_STRIDE)


def _along_columns(
    cells: npt.NDArray[np.float32], index: npt.NDArray[np.intp], weight: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    # The last column's step is 0: nothing lies beyond it, and its weight is 0 at the true edge.
    steps = np.diff(cells, axis=1, append=cells[:, -1:])
    wide = steps.take(index, axis=1)
    wide *= weight
    wide += cells.take(index, axis=1)
    return wide


def _along_rows(
    cells: npt.NDArray[np.float32], index: npt.NDArray[np.intp], weight: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    steps = np.diff(cells, axis=0, append=cells[-1:])
    tall = steps.take(index, axis=0)
    tall *= weight[:, None]
    tall += cells.take(index, axis=0)
    return tall
