"""From the network's mask grid back to the photo, in windows.

The official models see their masks enlarged twice: from the grid to the network input, then, cut to
the photo's content, to the photo. Both steps are linear, so here they are one, and only those
pixels of the photo are computed that are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from m2fp.imaging.box import Box
from m2fp.imaging.interpolation import Block, Interpolation
from m2fp.imaging.network_input import NetworkInput


@dataclass(frozen=True, slots=True)
class GridPlacement:
    """Where the photo lies on the mask grid. All pairs are (height, width) or (top, left).

    Attributes:
        photo_size: of the photo in pixels.
        content: of the scaled photo inside the network input.
        origin: of the scaled photo inside the network input.
        padded: of the network input.
        grid: of the mask grid in cells; it covers the whole network input.
    """

    photo_size: tuple[int, int]
    content: tuple[int, int]
    origin: tuple[int, int]
    padded: tuple[int, int]
    grid: tuple[int, int]

    @classmethod
    def of(cls, network_input: NetworkInput, grid: tuple[int, int]) -> GridPlacement:
        """Return the placement for masks of this (height, width) in cells."""
        return cls(
            network_input.photo_size,
            network_input.content,
            network_input.origin,
            network_input.padded,
            grid,
        )

    def axes(self) -> Iterator[tuple[Interpolation, Interpolation]]:
        """Yield (grid to content, content to photo) for the rows, then for the columns."""
        for photo, content, start, padded, cells in zip(
            self.photo_size, self.content, self.origin, self.padded, self.grid, strict=True
        ):
            onto_input = Interpolation.stretch(cells, padded)
            yield (
                onto_input.crop(start, start + content),
                Interpolation.stretch(content, photo),
            )


@dataclass(frozen=True, slots=True, eq=False)
class GridWindow:
    """All of a mask that is needed to tell where on the photo it is positive.

    Attributes:
        logits: float32 (h, w), the cells needed.
        top, left: the first of them on the grid.
        reach: the only pixels of the photo at which the mask can be positive.
    """

    logits: NDArray[np.float32]
    top: int
    left: int
    reach: Box

    def halved(self) -> GridWindow:
        """Return the same with half the logits, because sigmoid(x) = (1 + tanh(x / 2)) / 2."""
        return replace(self, logits=self.logits * np.float32(0.5))


class GridToPhoto:
    """Reads mask grids at the photo's pixels.

    Attributes:
        photo_size: (height, width).
    """

    def __init__(self, placement: GridPlacement) -> None:
        """Prepare the weights, a few hundred bytes per row and column of the photo."""
        self.photo_size = placement.photo_size
        self._rows, self._columns = (second.after(first) for first, second in placement.axes())
        self._row_blocks, self._column_blocks = self._rows.blocks(), self._columns.blocks()

    def window(self, mask: NDArray[np.float32]) -> GridWindow | None:
        """Return the window of a mask, logits float32 (grid height, grid width), or None.

        None means that the mask is positive at no pixel. The window has a copy of its cells.
        """
        positive = mask > 0
        rows = np.flatnonzero(positive.any(axis=1))
        if not len(rows):
            return None
        columns = np.flatnonzero(positive.any(axis=0))
        top, bottom = self._rows.reach(int(rows[0]), int(rows[-1]) + 1)
        left, right = self._columns.reach(int(columns[0]), int(columns[-1]) + 1)
        reach = Box(top, bottom, left, right)
        if reach.is_empty:
            return None
        first_row, last_row = self._rows.reads(top, bottom)
        first_column, last_column = self._columns.reads(left, right)
        logits = mask[first_row:last_row, first_column:last_column].copy()
        return GridWindow(logits, first_row, first_column, reach)

    def read(self, window: GridWindow, box: Box) -> NDArray[np.float32]:
        """Return the mask's logits at the pixels of a box inside the window's reach.

        Returns float32 (box rows, box columns).
        """
        height, width = window.logits.shape
        values = np.empty(box.shape, np.float32)
        columns = [
            _cut(block, box.left, box.right, window.left, width)
            for block in _touching(self._column_blocks, box.left, box.right)
        ]
        for block in _touching(self._row_blocks, box.top, box.bottom):
            rows, cells, weights = _cut(block, box.top, box.bottom, window.top, height)
            tall = weights @ window.logits[cells]
            for pixels, inputs, wide in columns:
                np.matmul(tall[:, inputs], wide.T, out=values[rows, pixels])
        return values

    def inside(self, window: GridWindow) -> NDArray[np.bool_]:
        """Return where the mask is positive, bool of the shape of the window's reach."""
        reach = window.reach
        mask = np.empty(reach.shape, np.bool_)
        for strip in reach.strips():
            np.greater(self.read(window, strip), 0, out=mask[strip.seen_from(reach).rows])
        return mask

    def mean_inside(self, window: GridWindow) -> float:
        """Return the mean of the sigmoid over the pixels where the mask is positive, 0 if none."""
        # Where the mask is not positive, tanh(0) adds none.
        half = window.halved()
        pixels, total = 0, 0.0
        for strip in window.reach.strips():
            values = self.read(half, strip)
            pixels += int(np.count_nonzero(values > 0))
            np.maximum(values, 0, out=values)
            total += float(np.tanh(values, out=values).sum())
        return (pixels + total) / (2 * pixels) if pixels else 0.0


def _touching(blocks: tuple[Block, ...], start: int, stop: int) -> tuple[Block, ...]:
    """Return the blocks that hold any of the outputs start .. stop."""
    return tuple(block for block in blocks if block.start < stop and start < block.stop)


def _cut(
    block: Block, start: int, stop: int, first: int, count: int
) -> tuple[slice, slice, NDArray[np.float32]]:
    """Return (outputs counted from `start`, inputs counted from `first`, weights) of a block.

    Only the outputs start .. stop and the `count` inputs from `first` on are kept. The other
    inputs' weights are 0 there, because a window has all the cells that its pixels read.
    """
    low, high = max(block.start, start), min(block.stop, stop)
    near, far = max(block.first, first), min(block.last, first + count)
    weights = block.weights[
        low - block.start : high - block.start, near - block.first : far - block.first
    ]
    return slice(low - start, high - start), slice(near - first, far - first), weights
