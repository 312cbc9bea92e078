"""One person per photo: the class of every pixel from the sum over all queries.

The official inference of single-person models: masks are enlarged to the network input, the sigmoid
is taken there, and probability x sigmoid is summed up per class; the sums are cut to the photo's
content and enlarged to the photo, where the largest wins. Done literally that takes gigabytes for a
large photo. Here the first half runs over a few rows of the input at a time, and the second over
tiles of the photo in which only those classes are enlarged that can win somewhere.

Of several views of the photo, the sums are averaged at the photo's pixels. Enlarging is linear, so
views of one size are added up before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from m2fp.cancellation import Cancellation
from m2fp.engine.protocol import QueryPredictions
from m2fp.imaging.interpolation import Interpolation
from m2fp.postprocess.answer import Answer, place_on_photo
from m2fp.postprocess.maps import Maps
from m2fp.postprocess.probabilities import LOGIT_LIMIT, class_probabilities
from m2fp.postprocess.queries import BACKGROUND
from m2fp.postprocess.semantic_painting import Layer, Measured, largest
from m2fp.results.evidence import ClassScores

_HALF: Final = np.float32(0.5)
_ONE: Final = np.float32(1.0)

_BAND_CELLS: Final = 4  # hundred masks at the input's width: 2.4 MB per band


def semantic_maps(answers: Sequence[Answer], cancellation: Cancellation) -> Maps:
    """Return the maps of one photo; everything that is not background belongs to person 1.

    A segment's score is the mean over its pixels of the class's sum, at most 1; the person's is
    the mean of those, weighted by their pixels. Queries with a NaN or infinite logit are left out.

    Args:
        answers: at least one, of any sizes; their shapes must fit, see `assemble`.
        cancellation: stops the work between two answers, and before the photo's pixels.

    Raises:
        Cancelled: it was cancelled.
    """
    layers = _layers(answers, cancellation)
    cancellation.check()
    part_map, measured = largest(layers)
    return _give_to_one_person(part_map, measured)


def _layers(answers: Sequence[Answer], cancellation: Cancellation) -> list[Layer]:
    """Return the sums per size, each answer with the same share."""
    share = 1.0 / len(answers)
    layers: dict[tuple[int, int], Layer] = {}
    for answer in answers:
        cancellation.check()
        placement = place_on_photo([answer])
        (rows, to_photo_rows), (columns, to_photo_columns) = placement.axes()
        sums = _class_sums(answer.predictions, rows, columns, share)
        if placement.content in layers:
            layers[placement.content].sums[:] += sums
        else:
            layers[placement.content] = Layer(sums, to_photo_rows, to_photo_columns)
    return list(layers.values())


def _class_sums(
    predictions: QueryPredictions, rows: Interpolation, columns: Interpolation, share: float
) -> npt.NDArray[np.float32]:
    """Return the sum over queries of probability x sigmoid, float32 (content h, C, content w).

    Args:
        predictions: of one photo.
        rows: from the mask grid to the photo's content in the network input.
        columns: likewise.
        share: what the sums are multiplied by.
    """
    masks = predictions.mask_logits
    usable = np.isfinite(masks).all(axis=(1, 2))
    # sigmoid(x) = (1 + tanh(x / 2)) / 2: the halves go into the masks and into the weights.
    half = np.clip(masks[usable], -LOGIT_LIMIT, LOGIT_LIMIT) * _HALF
    probabilities = class_probabilities(predictions.class_logits)[usable]
    weights = np.ascontiguousarray(probabilities.T) * np.float32(0.5 * share)
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


def _give_to_one_person(part_map: npt.NDArray[np.uint8], measured: Measured) -> Maps:
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
