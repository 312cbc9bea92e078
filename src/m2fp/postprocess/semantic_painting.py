"""The class with the largest sum at every pixel of the photo, tile by tile.

Only those classes are enlarged that can win somewhere in the tile.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from m2fp.imaging.interpolation import Block, Interpolation
from m2fp.postprocess.probabilities import sigmoid

_ONE: Final = np.float32(1.0)

_TILE_INPUTS: Final = 32  # content pixels per side of a tile; small ones see fewer classes
_ALL: Final = 1 << 30  # more inputs than there are: a single block


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """The share of the answers of one size in the sums.

    Attributes:
        sums: float32 (content h, C, content w).
        rows: from the content to the photo.
        columns: likewise.
    """

    sums: npt.NDArray[np.float32]
    rows: Interpolation
    columns: Interpolation


class Measured:
    """What is known about the winning pixels, per class.

    Attributes:
        pixels: int64 (C,).
        total: float64 (C,), the sum of the winning sums, each at most 1.
        total_sigmoid: float64 (C,), the sum of their sigmoids.
    """

    def __init__(self, classes: int) -> None:
        self.pixels = np.zeros(classes, np.int64)
        self.total = np.zeros(classes, np.float64)
        self.total_sigmoid = np.zeros(classes, np.float64)

    def add(self, label: npt.NDArray[np.uint8], value: npt.NDArray[np.float32]) -> None:
        """Count a tile: the winning class and its sum per pixel, (rows, columns) both."""
        capped, probable = np.minimum(value, _ONE), sigmoid(value)
        only = int(label.min())
        if only == label.max():  # so are most tiles, and counting them this way is much faster
            self.pixels[only] += label.size
            self.total[only] += float(capped.sum())
            self.total_sigmoid[only] += float(probable.sum())
            return
        classes, flat = len(self.pixels), label.ravel()
        self.pixels += np.bincount(flat, minlength=classes)
        self.total += np.bincount(flat, capped.ravel(), minlength=classes)
        self.total_sigmoid += np.bincount(flat, probable.ravel(), minlength=classes)


class _Piece(NamedTuple):
    """What one layer has for a tile of the photo.

    Attributes:
        sums: float32 (content rows, C, content columns), what the tile reads.
        row, column: from there to the tile's pixels.
    """

    sums: npt.NDArray[np.float32]
    row: Block
    column: Block

    def value(self, class_id: int) -> npt.NDArray[np.float32]:
        """Return the class's values at the tile's pixels, float32 (rows, columns)."""
        tall = np.matmul(self.row.weights, self.sums[:, class_id])
        value: npt.NDArray[np.float32] = np.matmul(tall, self.column.weights.T)
        return value


def largest(layers: Sequence[Layer]) -> tuple[npt.NDArray[np.uint8], Measured]:
    """Return the class with the largest sum per pixel of the photo, uint8 (H, W), and its measures.

    Args:
        layers: at least one; their values at a pixel are added up.
    """
    first = layers[0]
    part_map = np.empty((len(first.rows.index), len(first.columns.index)), np.uint8)
    measured = Measured(first.sums.shape[1])
    column_tiles = _tiles([layer.columns for layer in layers])
    for rows in _tiles([layer.rows for layer in layers]):
        bands = [layer.sums[row.first : row.last] for layer, row in zip(layers, rows, strict=True)]
        highest = [band.max(axis=0) for band in bands]
        lowest = [band.min(axis=0) for band in bands]
        for columns in column_tiles:
            reads = [slice(column.first, column.last) for column in columns]
            # Interpolation stays between its inputs: a class that is everywhere below what another
            # one is at least cannot win. Mostly one to three classes are left.
            most = _added(
                high[:, read].max(axis=1) for high, read in zip(highest, reads, strict=True)
            )
            least = _added(
                low[:, read].min(axis=1) for low, read in zip(lowest, reads, strict=True)
            )
            possible = np.flatnonzero(most >= least.max())
            pieces = [
                _Piece(band[:, :, read], row, column)
                for band, read, row, column in zip(bands, reads, rows, columns, strict=True)
            ]
            label, value = _largest_in_tile(pieces, possible)
            row, column = rows[0], columns[0]
            part_map[row.start : row.stop, column.start : column.stop] = label
            measured.add(label, value)
    return part_map, measured


def _tiles(steps: Sequence[Interpolation]) -> list[tuple[Block, ...]]:
    """Return the tiles of the photo in one direction, each as a block of every layer.

    The first layer decides where tiles end; the others' blocks count outputs from the tile's first.
    """
    first, *others = steps
    return [
        (block, *(other.crop(block.start, block.stop).blocks(_ALL)[0] for other in others))
        for block in first.blocks(_TILE_INPUTS)
    ]


def _largest_in_tile(
    pieces: Sequence[_Piece], classes: npt.NDArray[np.intp]
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.float32]]:
    """Return (class, its sum) per pixel of a tile; of equal sums the lower class wins."""
    row, column = pieces[0].row, pieces[0].column
    label = np.zeros((row.stop - row.start, column.stop - column.start), np.uint8)
    best = np.full(label.shape, -_ONE)
    for class_id in classes:
        value = _added(piece.value(class_id) for piece in pieces)
        better = value > best
        np.copyto(best, value, where=better)
        np.copyto(label, np.uint8(class_id), where=better)
    return label, best


def _added(values: Iterable[npt.NDArray[np.float32]]) -> npt.NDArray[np.float32]:
    """Return the sum of at least one array; one alone as it is."""
    return reduce(np.add, values)
