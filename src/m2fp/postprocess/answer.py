"""What a network said about a photo, wherever the photo lay in its input."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from m2fp.engine.protocol import MASK_STRIDE, QueryPredictions
from m2fp.imaging.grid_to_photo import GridPlacement
from m2fp.imaging.network_input import NetworkInput
from m2fp.postprocess.probabilities import LOGIT_LIMIT


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """Predictions about a photo as it is, however it was shown.

    Attributes:
        predictions: of the network; sides and masks turned back where the photo was mirrored.
        network_input: where the photo lies under the masks.
    """

    predictions: QueryPredictions
    network_input: NetworkInput


def place_on_photo(answers: Sequence[Answer]) -> GridPlacement:
    """Return where the photo lies under the masks of answers that share one grid."""
    first = answers[0]
    return GridPlacement.of(first.network_input, first.predictions.mask_logits.shape[1:])


def on_one_grid(answers: Sequence[Answer]) -> list[Answer]:
    """Return the answers with their masks on the grid of the largest; the same order.

    Between sizes, logits are interpolated from cell to cell, and queries with a NaN or infinite
    mask logit are gone. Masks that lie on that grid already stay as they are.

    Args:
        answers: at least one.
    """
    largest = max(answers, key=lambda answer: np.prod(answer.network_input.content))
    return [_moved(answer, largest) for answer in answers]


def _moved(answer: Answer, target: Answer) -> Answer:
    source, place = answer.network_input, target.network_input
    if source.content == place.content:
        return answer
    masks = answer.predictions.mask_logits
    usable = np.isfinite(masks).all(axis=(1, 2))
    # Summed up as they are, huge logits would overflow, and they mean no more than the limit.
    clipped = np.clip(masks[usable], -LOGIT_LIMIT, LOGIT_LIMIT)
    rows, columns = (
        _weights(source, place, axis, masks.shape[axis + 1], cells)
        for axis, cells in enumerate(target.predictions.mask_logits.shape[1:])
    )
    moved = np.matmul(np.matmul(rows, clipped), columns.T)
    classes = answer.predictions.class_logits[usable]
    return Answer(QueryPredictions(classes, moved), place)


def _weights(
    source: NetworkInput, target: NetworkInput, axis: int, inputs: int, outputs: int
) -> npt.NDArray[np.float32]:
    """Return the matrix from the source's cells to the target's, float32 (outputs, inputs).

    Both network inputs show the whole photo: equal shares of it are the same place. Rows sum up
    to 1; beyond the outermost centres the edge goes on.
    """
    pixels = (np.arange(outputs) + 0.5) * MASK_STRIDE - target.origin[axis]
    share = pixels / target.content[axis]
    centre = (share * source.content[axis] + source.origin[axis]) / MASK_STRIDE - 0.5
    centre = np.clip(centre, 0.0, inputs - 1.0)
    low = np.minimum(centre.astype(np.intp), max(inputs - 2, 0))
    step = (centre - low).astype(np.float32)
    matrix = np.zeros((outputs, inputs), np.float32)
    row = np.arange(outputs)
    matrix[row, low] = 1.0 - step
    matrix[row, np.minimum(low + 1, inputs - 1)] += step
    return matrix
