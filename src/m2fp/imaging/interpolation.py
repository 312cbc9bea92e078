"""Bilinear interpolation along one direction, as small dense matrices.

Interpolation is linear, so one matrix does it, and two steps in a row are the product of theirs.
Every output reads only a few neighbouring inputs: cut into blocks of outputs that lie over the same
inputs, the matrices are small, and the work is left to BLAS.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

# Wide enough for BLAS, narrow enough not to multiply many zeros; see `Interpolation.blocks`.
_BLOCK_INPUTS = 16


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """The weights of neighbouring outputs.

    Attributes:
        start, stop: the outputs, half-open.
        first, last: the inputs that they read, half-open.
        weights: float32 (stop - start, last - first); every row sums up to 1.
    """

    start: int
    stop: int
    first: int
    last: int
    weights: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Interpolation:
    """Which inputs every output reads, and with which weights.

    Attributes:
        index: intp (outputs, taps); the first and the last column never decrease along the outputs
            and enclose the others.
        weight: float64 (outputs, taps); rows sum up to 1.
    """

    index: NDArray[np.intp]
    weight: NDArray[np.float64]

    @classmethod
    def stretch(cls, inputs: int, outputs: int) -> Interpolation:
        """Return bilinear interpolation with half-pixel centres and repeated edges.

        That is PyTorch's ``interpolate(mode="bilinear", align_corners=False)``, which does not
        average when it shrinks.
        """
        centre = np.maximum((np.arange(outputs) + 0.5) * (inputs / outputs) - 0.5, 0.0)
        low = np.minimum(centre.astype(np.intp), inputs - 1)
        share = np.minimum(centre - low, 1.0)
        index = np.stack([low, np.minimum(low + 1, inputs - 1)], axis=1)
        return cls(index, np.stack([1.0 - share, share], axis=1))

    def crop(self, start: int, stop: int) -> Interpolation:
        """Return the interpolation of the outputs start .. stop alone."""
        return Interpolation(self.index[start:stop], self.weight[start:stop])

    def after(self, earlier: Interpolation) -> Interpolation:
        """Return both steps in one: ``earlier`` first, then this one."""
        outputs = len(self.index)
        weight = self.weight[:, :, None] * earlier.weight[self.index]
        index = earlier.index[self.index]
        return Interpolation(index.reshape(outputs, -1), weight.reshape(outputs, -1))

    def reach(self, first: int, last: int) -> tuple[int, int]:
        """Return the outputs, half-open, that read any of the inputs first .. last, half-open."""
        start = np.searchsorted(self.index[:, -1], first, side="left")
        stop = np.searchsorted(self.index[:, 0], last, side="left")
        return int(start), int(max(start, stop))

    def reads(self, start: int, stop: int) -> tuple[int, int]:
        """Return the inputs, half-open, that the outputs start .. stop (not empty) read."""
        return int(self.index[start, 0]), int(self.index[stop - 1, -1]) + 1

    def blocks(self, inputs_each: int = _BLOCK_INPUTS) -> tuple[Block, ...]:
        """Return the weights as blocks of outputs over about so many inputs, in order."""
        group = self.index[:, 0] // inputs_each
        edges = [0, *(np.flatnonzero(np.diff(group)) + 1).tolist(), len(group)]
        return tuple(self._block(start, stop) for start, stop in pairwise(edges))

    def _block(self, start: int, stop: int) -> Block:
        first, last = self.reads(start, stop)
        weights = np.zeros((stop - start, last - first))
        rows = np.arange(stop - start)[:, None]
        # At an edge two taps read the same input.
        np.add.at(weights, (rows, self.index[start:stop] - first), self.weight[start:stop])
        return Block(start, stop, first, last, weights.astype(np.float32))
