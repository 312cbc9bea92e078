"""What a tool says about one photo, as far as it is scored, whatever the tool."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Masks(Protocol):
    """N scored masks of one photo, each with a class."""

    @property
    def class_ids(self) -> NDArray[np.intp]:
        """Return the class of every mask, (N,); 0 for people."""
        ...

    @property
    def scores(self) -> NDArray[np.float64]:
        """Return the score of every mask, (N,), as the tool gave it; NaN is 0."""
        ...

    def overlaps(self, regions: NDArray[np.integer], count: int) -> NDArray[np.int64]:
        """Return the pixels of every mask in every region, int64 (N, count).

        Args:
            regions: (H, W), region numbers 0 .. count - 1.
            count: number of regions.
        """
        ...

    def painted(self) -> PaintedMasks:
        """Return masks without overlaps: painted by ascending score, so that higher ones cover.

        Of equal scores the later mask covers. Masks that are covered wholly are gone.
        """
        ...


@dataclass(frozen=True, slots=True, eq=False)
class PaintedMasks:
    """Masks that do not overlap, as one picture.

    Attributes:
        ids: uint16 (H, W), 0 = none, k = mask k, the k-th of the other two (counted from 1).
        class_ids: intp (N,).
        scores: float64 (N,).
    """

    ids: NDArray[np.uint16]
    class_ids: NDArray[np.intp]
    scores: NDArray[np.float64]

    def overlaps(self, regions: NDArray[np.integer], count: int) -> NDArray[np.int64]:
        """Return the pixels of every mask in every region; see `Masks`."""
        number = len(self.scores)
        cells = self.ids.astype(np.intp) * count + regions
        counts = np.bincount(cells.ravel(), minlength=(number + 1) * count)
        return counts.reshape(number + 1, count)[1:]

    def painted(self) -> PaintedMasks:
        """Return these masks."""
        return self


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """One photo.

    Attributes:
        categories: uint8 (H, W), part ids in the data set's scheme, 0 background.
        people: the people, all of class 0; None where the tool does not tell people apart.
        parts: part instances, with their part ids as classes; None where the tool has none.
        seconds: how long the tool took; None where nobody knows.
    """

    categories: NDArray[np.uint8]
    people: Masks | None = None
    parts: Masks | None = None
    seconds: float | None = None
