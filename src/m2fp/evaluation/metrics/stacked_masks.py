"""Masks that may overlap, as most tools give them, kept as runs of pixels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from m2fp.errors import DataError
from m2fp.evaluation.metrics.overlaps import Overlaps
from m2fp.evaluation.metrics.prediction import PaintedMasks, as_classes_and_scores, must_be_as_large
from m2fp.results.rle import Rle, decode_counts

# Pixels that are listed one by one at a time: 8 MiB for each list.
_BATCH_PIXELS = 1 << 20


@dataclass(frozen=True, slots=True, eq=False)
class StackedMasks:
    """N scored masks of one photo that may lie on each other. Build one with `of_...`.

    Pixels are numbered column by column, as COCO does. A mask takes 24 bytes for each of its runs,
    so 300 people in a photo of 12 megapixels stay below 10 MB.

    Attributes:
        size: (height, width) of the photo.
        starts, ends: first pixel of every run and the one after its last, int64 (R,).
        owners: mask of every run, intp (R,), 0 .. N - 1, ascending.
        class_ids: class of every mask, intp (N,).
        scores: score of every mask, float64 (N,), not NaN.
    """

    size: tuple[int, int]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    owners: NDArray[np.intp]
    class_ids: NDArray[np.intp]
    scores: NDArray[np.float64]

    @classmethod
    def of_rles(
        cls, rles: Sequence[Rle], class_ids: ArrayLike, scores: ArrayLike, *, size: tuple[int, int]
    ) -> Self:
        """Return the masks that COCO run lengths describe.

        Args:
            rles: one for each mask.
            class_ids: one for each mask; 0 for people.
            scores: one for each mask; NaN becomes 0.
            size: (height, width) of the photo.

        Raises:
            InvalidRle: a mask is not what COCO writes.
            DataError: a mask is of another size, or the numbers of masks, classes and scores
                differ.
        """
        bounds = []
        for rle in rles:
            counts = decode_counts(rle)
            must_be_as_large(tuple(rle["size"]), size)
            ends = np.cumsum(counts)
            bounds.append((ends[:-1:2], ends[1::2]))
        return cls._of_bounds(bounds, class_ids, scores, size)

    @classmethod
    def of_masks(
        cls,
        masks: Iterable[NDArray[np.bool_]],
        class_ids: ArrayLike,
        scores: ArrayLike,
        *,
        size: tuple[int, int],
    ) -> Self:
        """Return the masks given one by one as bool (H, W); they may be made as they are asked for.

        Args:
            masks: the masks, or one array (N, H, W).
            class_ids: one for each mask; 0 for people.
            scores: one for each mask; NaN becomes 0.
            size: (height, width) of the photo.

        Raises:
            DataError: see `of_rles`.
        """
        return cls.of_crops(((mask, 0, 0) for mask in masks), class_ids, scores, size=size)

    @classmethod
    def of_crops(
        cls,
        crops: Iterable[tuple[NDArray[np.bool_], int, int]],
        class_ids: ArrayLike,
        scores: ArrayLike,
        *,
        size: tuple[int, int],
    ) -> Self:
        """Return the masks that are empty outside a box.

        Args:
            crops: for each mask the box's pixels, bool (h, w), the photo's column and the photo's
                row of its first pixel.
            class_ids: one for each mask; 0 for people.
            scores: one for each mask; NaN becomes 0.
            size: (height, width) of the photo.

        Raises:
            DataError: a box reaches out of the photo; see `of_rles`.
        """
        bounds = [_runs(crop, left, top, size) for crop, left, top in crops]
        return cls._of_bounds(bounds, class_ids, scores, size)

    @classmethod
    def _of_bounds(
        cls,
        bounds: list[tuple[NDArray[np.int64], NDArray[np.int64]]],
        class_ids: ArrayLike,
        scores: ArrayLike,
        size: tuple[int, int],
    ) -> Self:
        classes, clean = as_classes_and_scores(
            np.asarray(class_ids, np.intp), np.asarray(scores, np.float64)
        )
        if len(bounds) != len(clean):
            raise DataError(f"{len(bounds)} masks need a score each, but there are {len(clean)}")
        none = np.empty(0, np.int64)
        return cls(
            size,
            np.concatenate([none, *(starts for starts, _ in bounds)]),
            np.concatenate([none, *(ends for _, ends in bounds)]),
            np.repeat(np.arange(len(bounds)), [len(starts) for starts, _ in bounds]),
            classes,
            clean,
        )

    def overlaps(self, regions: NDArray[np.integer], count: int) -> Overlaps:
        """Return the pixels that the masks have in regions; see `Masks`."""
        must_be_as_large(self.size, regions.shape)
        columns = np.ravel(regions, order="F")
        parts = []
        for first, last, masks, pixels in self._batches(np.arange(len(self.scores))):
            cells = (masks - first) * count
            cells += columns[pixels]
            parts.append(Overlaps.of_cells(cells, (last - first, count)))
        return Overlaps.stacked(parts, count)

    def painted(self) -> PaintedMasks:
        """Return masks without overlaps; see `Masks`."""
        height, width = self.size
        columns = np.zeros(height * width, np.uint16)
        order = np.argsort(self.scores, kind="stable")
        for _, _, places, pixels in self._batches(order):
            columns[pixels] = order[places] + 1  # of several writes to one pixel the last stays
        ids = np.ascontiguousarray(columns.reshape(width, height).T)
        return PaintedMasks(ids, self.class_ids, self.scores).painted()

    def _batches(
        self, order: NDArray[np.intp]
    ) -> Iterator[tuple[int, int, NDArray[np.intp], NDArray[np.int64]]]:
        """Yield all masks in this order, as many at a time as have a bounded number of pixels.

        Each batch is the places from `first` up to `last` in the order, and for every pixel its
        mask's place and its number.
        """
        place = np.empty(len(order), np.intp)
        place[order] = np.arange(len(order))
        runs = np.argsort(place[self.owners], kind="stable")
        starts, places = self.starts[runs], place[self.owners[runs]]
        lengths = self.ends[runs] - starts
        for first, last in _groups(lengths, places, len(order)):
            chosen = slice(*np.searchsorted(places, (first, last)))
            length = lengths[chosen]
            before = np.cumsum(length) - length
            pixels = np.repeat(starts[chosen] - before, length)
            pixels += np.arange(len(pixels))
            yield first, last, np.repeat(places[chosen], length), pixels


def _groups(
    lengths: NDArray[np.int64], places: NDArray[np.intp], number: int
) -> Iterator[tuple[int, int]]:
    """Yield the first and one after the last of neighbouring masks, all masks in turn."""
    areas = np.zeros(number, np.int64)
    np.add.at(areas, places, lengths)
    ends = np.cumsum(areas)
    first = 0
    while first < number:
        done = ends[first - 1] if first else 0
        last = max(int(np.searchsorted(ends, done + _BATCH_PIXELS, side="right")), first + 1)
        yield first, last
        first = last


def _runs(
    crop: NDArray[np.bool_], left: int, top: int, size: tuple[int, int]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the starts and ends of a box's runs; each ends with its column at the latest."""
    height, width = crop.shape
    if min(left, top) < 0 or top + height > size[0] or left + width > size[1]:
        raise DataError(
            f"a mask of {width} x {height} pixels at column {left}, row {top} reaches out of a "
            f"photo of {size[1]} x {size[0]}"
        )
    framed = np.zeros((width, height + 2), np.bool_)  # zeros before and after every column
    framed[:, 1:-1] = crop.T
    column, row = np.nonzero(framed[:, 1:] != framed[:, :-1])
    bounds = (column + left) * size[0] + row + top
    return bounds[::2], bounds[1::2]
