"""Pixel counts and corners, collected while the maps are painted."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


class Tally:
    """Counts pixels per (person, part) and finds each person's corner.

    Attributes:
        counts: int64 (people + 1, parts + 1); index 0 stands for nobody and for nothing.
        corners: int64 (people + 1, 2), smallest column and smallest row of each person's pixels.
    """

    def __init__(self, people: int, parts: int) -> None:
        self.counts = np.zeros((people + 1, parts + 1), np.int64)
        self.corners = np.full((people + 1, 2), np.iinfo(np.int64).max, np.int64)

    def add(
        self,
        person: npt.NDArray[np.uint16],
        part: npt.NDArray[np.uint8] | npt.NDArray[np.uint16],
        top: int,
    ) -> None:
        """Count one strip that starts at row `top`; both arrays are (rows, width).

        Maps are piecewise constant, so counting runs instead of pixels is several times faster.
        """
        rows, width = person.shape
        columns = self.counts.shape[1]
        code = person.astype(np.int32) * columns + part
        is_start = np.empty(code.shape, np.bool_)
        is_start[:, 0] = True
        np.not_equal(code[:, 1:], code[:, :-1], out=is_start[:, 1:])
        starts = np.flatnonzero(is_start)
        lengths = np.diff(starts, append=rows * width)
        codes = code.ravel()[starts]
        counted = np.bincount(codes, weights=lengths, minlength=self.counts.size)
        self.counts += counted.astype(np.int64).reshape(self.counts.shape)
        owners = codes // columns
        np.minimum.at(self.corners[:, 0], owners, starts % width)
        np.minimum.at(self.corners[:, 1], owners, starts // width + top)
