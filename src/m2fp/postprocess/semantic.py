"""One person per photo: the class of every pixel from the sum over all queries.

The official inference of single-person models: masks are enlarged to the network input, the sigmoid
is taken there, and probability x sigmoid is summed up per class; the sums are cut to the photo's
content and enlarged to the photo, where the largest wins. Done literally that takes gigabytes for a
large photo. Here the first half runs over a few rows of the input at a time, and the second over
tiles of the photo in which only those classes are enlarged that can win somewhere.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from m2fp.engine.protocol import QueryPredictions
from m2fp.imaging.grid_to_photo import GridPlacement
from m2fp.imaging.interpolation import Block, Interpolation
from m2fp.imaging.network_input import NetworkInput
from m2fp.postprocess.maps import Maps
from m2fp.postprocess.probabilities import LOGIT_LIMIT, class_probabilities, sigmoid
from m2fp.postprocess.queries import BACKGROUND
from m2fp.results.evidence import ClassScores

_HALF: Final = np.float32(0.5)
_ONE: Final = np.float32(1.0)

_BAND_CELLS: Final = 4  # hundred masks at the input's width: 2.4 MB per band
_TILE_INPUTS: Final = 32  # content pixels per side of a tile; small ones see fewer classes


def semantic_maps(predictions: QueryPredictions, network_input: NetworkInput) -> Maps:
    """Return the maps of one photo; everything that is not background belongs to person 1.

    A segment's score is the mean over its pixels of the class's sum, at most 1; the person's is
    the mean of those, weighted by their pixels. Queries with a NaN or infinite logit are left out.

    The shapes must fit; see `assemble`.
    """
    placement = GridPlacement.of(network_input, predictions.mask_logits.shape[1:])
    (rows, to_photo_rows), (columns, to_photo_columns) = placement.axes()
    sums = _class_sums(predictions, rows, columns)
    part_map, measured = _largest(sums, to_photo_rows, to_photo_columns)
    return _give_to_one_person(part_map, measured)


def _class_sums(
    predictions: QueryPredictions, rows: Interpolation, columns: Interpolation
) -> npt.NDArray[np.float32]:
    """Return the sum over queries of probability x sigmoid, float32 (content h, C, content w).

    Args:
        predictions: of one photo.
        rows: from the mask grid to the photo's content in the network input.
        columns: likewise.
    """
    masks = predictions.mask_logits
    usable = np.isfinite(masks).all(axis=(1, 2))
    # sigmoid(x) = (1 + tanh(x / 2)) / 2: the halves go into the masks and into the weights.
    half = np.clip(masks[usable], -LOGIT_LIMIT, LOGIT_LIMIT) * _HALF
    probabilities = class_probabilities(predictions.class_logits)[usable]
    weights = np.ascontiguousarray(probabilities.T) * _HALF
    count, _, grid_width = half.shape
    width = len(columns.index)
    sums = np.empty((len(rows.index), len(weights), width), np.float32)
    column_blocks = columns.blocks()
    for band in rows.blocks(_BAND_CELLS):
        cells = half[:, band.first : band.last].transpose(1, 0, 2)
        tall = band.weights @ cells.reshape(len(cells), count * grid_width)
        tall = tall.reshape(len(tall) * count, grid_width)
        wide = np.empty((len(tall), width), np.float32)
        for block in column_blocks:
            inputs = tall[:, block.first : block.last]
            np.matmul(inputs, block.weights.T, out=wide[:, block.start : block.stop])
        np.tanh(wide, out=wide)
        wide += _ONE  # here and not in the sums, where small values would be lost
        target = sums[band.start : band.stop]
        np.matmul(weights, wide.reshape(len(target), count, width), out=target)
    return sums


class _Measured:
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


def _largest(
    sums: npt.NDArray[np.float32], rows: Interpolation, columns: Interpolation
) -> tuple[npt.NDArray[np.uint8], _Measured]:
    """Return the class with the largest sum per pixel of the photo, uint8 (H, W), and its measures.

    Args:
        sums: float32 (content h, C, content w).
        rows: from the content to the photo.
        columns: likewise.
    """
    part_map = np.empty((len(rows.index), len(columns.index)), np.uint8)
    measured = _Measured(sums.shape[1])
    column_blocks = columns.blocks(_TILE_INPUTS)
    for row in rows.blocks(_TILE_INPUTS):
        band = sums[row.first : row.last]
        highest, lowest = band.max(axis=0), band.min(axis=0)
        for column in column_blocks:
            inputs = slice(column.first, column.last)
            # Interpolation stays between its inputs: a class that is everywhere below what another
            # one is at least cannot win. Mostly one to three classes are left.
            bound = lowest[:, inputs].min(axis=1).max()
            possible = np.flatnonzero(highest[:, inputs].max(axis=1) >= bound)
            label, value = _largest_in_tile(band[:, :, inputs], possible, row, column)
            part_map[row.start : row.stop, column.start : column.stop] = label
            measured.add(label, value)
    return part_map, measured


def _largest_in_tile(
    tile: npt.NDArray[np.float32], classes: npt.NDArray[np.intp], row: Block, column: Block
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.float32]]:
    """Return (class, its sum) per pixel of a tile; of equal sums the lower class wins."""
    label = np.zeros((row.stop - row.start, column.stop - column.start), np.uint8)
    best = np.full(label.shape, -_ONE)
    for class_id in classes:
        value = row.weights @ tile[:, class_id] @ column.weights.T
        better = value > best
        np.copyto(best, value, where=better)
        np.copyto(label, np.uint8(class_id), where=better)
    return label, best


def _give_to_one_person(part_map: npt.NDArray[np.uint8], measured: _Measured) -> Maps:
    present = np.flatnonzero(measured.pixels)
    parts = present[present != BACKGROUND]
    pixels = int(measured.pixels[parts].sum())
    person_scores = (float(measured.total[parts].sum() / pixels),) if pixels else ()
    means = measured.total[present] / measured.pixels[present]
    sigmoids = measured.total_sigmoid[present] / measured.pixels[present]
    scores = dict(zip(present.tolist(), means.tolist(), strict=True))
    return Maps(
        part_map=part_map,
        person_map=(part_map != BACKGROUND).astype(np.uint16),
        person_scores=person_scores,
        segment_scores={(1, label): scores[label] for label in parts.tolist()},
        evidence=ClassScores(dict(zip(present.tolist(), sigmoids.tolist(), strict=True))),
    )
