"""What a tool says about one photo, as far as it is scored, whatever the tool."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from m2fp.errors import DataError
from m2fp.evaluation.metrics.overlaps import Overlaps

MAX_MASKS = int(np.iinfo(np.uint16).max)


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

    def overlaps(self, regions: NDArray[np.integer], count: int) -> Overlaps:
        """Return the pixels that the masks have in regions.

        Args:
            regions: (H, W), region numbers 0 .. count - 1.
            count: number of regions.

        Raises:
            DataError: the masks are not as large as the regions.
        """
        ...

    def painted(self) -> PaintedMasks:
        """Return masks without overlaps: painted by ascending score, so that higher ones cover.

        Of equal scores the later mask covers. Masks that are covered wholly, or that are empty,
        are gone; the others keep their order.
        """
        ...


@dataclass(frozen=True, slots=True, eq=False)
class PaintedMasks:
    """Masks that do not overlap, as one picture.

    Attributes:
        ids: uint16 (H, W), 0 = none, k = mask k, the k-th of the other two (counted from 1).
        class_ids: intp (N,).
        scores: float64 (N,); NaN becomes 0.

    Raises:
        DataError: an id has no class, or there are not as many scores as classes.
    """

    ids: NDArray[np.uint16]
    class_ids: NDArray[np.intp]
    scores: NDArray[np.float64]

    def __post_init__(self) -> None:
        class_ids, scores = as_classes_and_scores(self.class_ids, self.scores)
        object.__setattr__(self, "class_ids", class_ids)
        object.__setattr__(self, "scores", scores)
        highest = int(self.ids.max(initial=0))
        if highest > len(scores):
            raise DataError(f"mask {highest} has no class and no score: there are {len(scores)}")

    def overlaps(self, regions: NDArray[np.integer], count: int) -> Overlaps:
        """Return the pixels that the masks have in regions; see `Masks`."""
        must_be_as_large(self.ids.shape, regions.shape)
        cells = self.ids.astype(np.intp)
        cells *= count
        cells += regions
        with_none = Overlaps.of_cells(cells, (len(self.scores) + 1, count))
        some = np.searchsorted(with_none.masks, 1)
        return Overlaps(
            with_none.masks[some:] - 1,
            with_none.regions[some:],
            with_none.pixels[some:],
            (len(self.scores), count),
        )

    def painted(self) -> PaintedMasks:
        """Return these masks without empty ones."""
        seen = np.bincount(self.ids.ravel(), minlength=len(self.scores) + 1)[1:] > 0
        if seen.all():
            return self
        new_ids = np.zeros(len(seen) + 1, np.uint16)
        new_ids[1:][seen] = np.arange(1, seen.sum() + 1)
        return PaintedMasks(new_ids[self.ids], self.class_ids[seen], self.scores[seen])


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """One photo.

    Attributes:
        categories: uint8 (H, W), part ids in the data set's scheme, 0 background.
        people: the people, all of class 0; None where the tool does not tell people apart.
        parts: part instances, with their part ids as classes; None where the tool has none.
        seconds: how long the tool took; None where nobody knows.
        owners: the people as the owners of their parts, where the tool ranks them differently as
            such (AP^p) than as masks (AP^h); None = `people`.
    """

    categories: NDArray[np.uint8]
    people: Masks | None = None
    parts: Masks | None = None
    seconds: float | None = None
    owners: Masks | None = None


def as_classes_and_scores(
    class_ids: NDArray[np.integer], scores: NDArray[np.floating]
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Return both as a `Masks` has them, intp and float64 (N,), with 0 for NaN.

    Raises:
        DataError: there are not as many of both, or more than a 16-bit picture can number.
    """
    if class_ids.shape != scores.shape or scores.ndim != 1:
        raise DataError(f"{class_ids.size} masks need a score each, but there are {scores.size}")
    if len(scores) > MAX_MASKS:
        raise DataError(f"{len(scores)} masks in one photo are more than {MAX_MASKS}")
    clean = scores.astype(np.float64)
    clean[np.isnan(clean)] = 0
    return class_ids.astype(np.intp), clean


def must_be_as_large(size: tuple[int, ...], labels: tuple[int, ...]) -> None:
    """Raise DataError if masks do not have the labels' size, (H, W) each."""
    if size != labels:
        raise DataError(
            f"masks of {size} and labels of {labels} pixels cannot be compared; both must have "
            "the photo's size"
        )
