"""Pixels that masks and regions have in common: all that instance metrics need to know of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Overlaps:
    """How many pixels each of N masks has in each of R regions.

    Only pairs that meet are kept. In a photo of 300 people that is one pair in a hundred.

    Attributes:
        masks: mask of every pair, intp (K,), 0 .. N - 1, ascending.
        regions: region of every pair, intp (K,), 0 .. R - 1, ascending within a mask.
        pixels: what they share, int64 (K,), 1 or more.
        shape: (N, R).
    """

    masks: NDArray[np.intp]
    regions: NDArray[np.intp]
    pixels: NDArray[np.int64]
    shape: tuple[int, int]

    @classmethod
    def of_cells(cls, cells: NDArray[np.intp], shape: tuple[int, int]) -> Overlaps:
        """Return the overlaps of pixels.

        Args:
            cells: mask * R + region of every pixel that a mask has, intp, any shape.
            shape: (N, R).
        """
        number = shape[0] * shape[1]
        if number <= 4 * cells.size + 65_536:
            counts = np.bincount(cells.ravel(), minlength=number)
            met = np.flatnonzero(counts)
            pixels = counts[met]
        else:  # a table of all pairs would be larger than the photo
            met, pixels = np.unique(cells, return_counts=True)
        masks, regions = np.divmod(met, max(shape[1], 1))
        return cls(masks, regions, pixels, shape)

    @classmethod
    def stacked(cls, parts: Sequence[Overlaps], region_count: int) -> Overlaps:
        """Return the overlaps of all these masks, one group after the other."""
        if not parts:
            return cls.of_cells(np.empty(0, np.intp), (0, region_count))
        numbers = [part.shape[0] for part in parts]
        firsts = np.cumsum([0, *numbers[:-1]])
        return cls(
            np.concatenate([part.masks + first for part, first in zip(parts, firsts, strict=True)]),
            np.concatenate([part.regions for part in parts]),
            np.concatenate([part.pixels for part in parts]),
            (sum(numbers), region_count),
        )

    def table(self) -> NDArray[np.int64]:
        """Return the pixels of all pairs, int64 (N, R)."""
        table = np.zeros(self.shape, np.int64)
        table[self.masks, self.regions] = self.pixels
        return table

    def areas(self) -> NDArray[np.int64]:
        """Return the pixels of every mask, int64 (N,)."""
        areas = np.zeros(self.shape[0], np.int64)
        np.add.at(areas, self.masks, self.pixels)
        return areas

    def within(self, region: int) -> NDArray[np.int64]:
        """Return the pixels of every mask in one region, int64 (N,)."""
        inside = self.regions == region
        pixels = np.zeros(self.shape[0], np.int64)
        pixels[self.masks[inside]] = self.pixels[inside]
        return pixels
