"""The hundred most probable (mask, class) pairs, as the official models are read.

A query may appear several times, with different classes. Its mask is cut to the cells that decide
where it is positive on the photo; nothing else of it is kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from m2fp.engine.protocol import QueryPredictions
from m2fp.imaging.grid_to_photo import GridPlacement, GridToPhoto, GridWindow
from m2fp.imaging.network_input import NetworkInput
from m2fp.postprocess.probabilities import class_probabilities
from m2fp.postprocess.queries import BACKGROUND
from m2fp.results.evidence import Instance, Instances
from m2fp.results.modelscope import LOWEST_SCORE

PAIRS: Final = 100

# Far beyond what decides a pixel, and far from overflow where cells are multiplied and summed.
_LOGIT_LIMIT: Final = 1e6


class Pair(NamedTuple):
    """A query, a class that it may be, and the class's probability 0..1."""

    query: int
    class_id: int
    probability: float


def read_instances(predictions: QueryPredictions, network_input: NetworkInput) -> Instances:
    """Return the instances of one photo, most probable first; the shapes must fit."""
    placement = GridPlacement.of(network_input, predictions.mask_logits.shape[1:])
    pairs = list(filter(is_instance, top_pairs(predictions.class_logits, PAIRS)))
    queries = (pair.query for pair in pairs)
    windows = cut_windows(predictions.mask_logits, queries, GridToPhoto(placement))
    return find_instances(pairs, windows, placement)


def top_pairs(class_logits: npt.NDArray[np.float32], count: int) -> list[Pair]:
    """Return the most probable pairs, best first, fewer than `count` where there are fewer.

    Equal probabilities come by query, then by class; the official software leaves their order
    open. Queries with a NaN or infinite logit come last, with probability 0.

    Args:
        class_logits: float32 (Q, C + 1), the last column is "no object".
        count: how many pairs at most.
    """
    probabilities = class_probabilities(class_logits)
    best = np.argsort(-probabilities, axis=None, kind="stable")[:count]
    queries, classes = np.unravel_index(best, probabilities.shape)
    return [
        Pair(int(query), int(class_id), float(probabilities[query, class_id]))
        for query, class_id in zip(queries, classes, strict=True)
    ]


def cut_windows(
    mask_logits: npt.NDArray[np.float32], queries: Iterable[int], reader: GridToPhoto
) -> dict[int, GridWindow]:
    """Return the windows of the queries whose masks are positive somewhere on the photo.

    Masks with a NaN or infinite logit are left out.

    Args:
        mask_logits: float32 (Q, h, w).
        queries: which of them; repetitions are fine.
        reader: for grids of h x w cells.
    """
    windows = {}
    for query in set(queries):
        mask = mask_logits[query]
        if np.isfinite(mask).all():
            window = reader.window(np.clip(mask, -_LOGIT_LIMIT, _LOGIT_LIMIT))
            if window is not None:
                windows[query] = window
    return windows


def is_instance(pair: Pair) -> bool:
    """Return whether the pair can reach the lowest score; that never exceeds its probability."""
    return pair.class_id != BACKGROUND and pair.probability >= LOWEST_SCORE


def find_instances(
    pairs: Iterable[Pair], windows: dict[int, GridWindow], placement: GridPlacement
) -> Instances:
    """Return the instances among the pairs, in the same order.

    Args:
        pairs: most probable first.
        windows: of all their queries whose masks are positive somewhere.
        placement: where the photo lies under the masks.
    """
    return Instances(
        items=tuple(
            Instance(pair.class_id, pair.probability, windows[pair.query])
            for pair in pairs
            if is_instance(pair) and pair.query in windows
        ),
        placement=placement,
    )
