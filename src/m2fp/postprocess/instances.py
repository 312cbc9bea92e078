"""The hundred most probable (mask, class) pairs, as the official models are read.

A query may appear several times, with different classes. Its mask is cut to the cells that decide
where it is positive on the photo; nothing else of it is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from m2fp.engine.protocol import QueryPredictions
from m2fp.imaging.grid_to_photo import GridToPhoto, GridWindow
from m2fp.postprocess.probabilities import class_probabilities
from m2fp.postprocess.queries import BACKGROUND
from m2fp.results.modelscope import LOWEST_SCORE

PAIRS: Final = 100

# Far beyond what decides a pixel, and far from overflow where cells are multiplied and summed.
_LOGIT_LIMIT: Final = 1e6


class Pair(NamedTuple):
    """A query, a class that it may be, and the class's probability 0..1."""

    query: int
    class_id: int
    probability: float


class QueryMasks:
    """The masks of one answer at the photo's size, each cut and measured when it is asked for.

    Attributes:
        logits: float32 (Q, h, w), as the network gave them.
    """

    def __init__(self, logits: npt.NDArray[np.float32], reader: GridToPhoto) -> None:
        """Start with nothing cut.

        Args:
            logits: float32 (Q, h, w).
            reader: for grids of h x w cells.
        """
        self.logits = logits
        self._reader = reader
        self._windows: dict[int, GridWindow | None] = {}
        self._means: dict[int, float] = {}

    def window(self, query: int) -> GridWindow | None:
        """Return the window of a mask; None where it is positive nowhere on the photo.

        Masks with a NaN or infinite logit are nowhere.
        """
        if query not in self._windows:
            mask = self.logits[query]
            usable = bool(np.isfinite(mask).all())
            self._windows[query] = (
                self._reader.window(np.clip(mask, -_LOGIT_LIMIT, _LOGIT_LIMIT)) if usable else None
            )
        return self._windows[query]

    def score(self, pair: Pair) -> float:
        """Return the pair's probability x its mean mask probability inside the mask, 0..1."""
        window = self.window(pair.query)
        if window is None:
            return 0.0
        if pair.query not in self._means:
            self._means[pair.query] = self._reader.mean_inside(window)
        return pair.probability * self._means[pair.query]


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """One answer as the official software reads it.

    Attributes:
        pairs: the hundred most probable ones, best first.
        masks: of their queries.
    """

    pairs: list[Pair]
    masks: QueryMasks

    @classmethod
    def of(cls, predictions: QueryPredictions, reader: GridToPhoto) -> Reading:
        """Return the reading of predictions whose masks lie on the reader's grid."""
        pairs = top_pairs(predictions.class_logits, PAIRS)
        return cls(pairs, QueryMasks(predictions.mask_logits, reader))

    def instances(self) -> Iterator[tuple[Pair, GridWindow]]:
        """Yield the pairs that can be instances and whose mask is somewhere, with its window."""
        for pair in self.pairs:
            window = self.masks.window(pair.query) if is_instance(pair) else None
            if window is not None:
                yield pair, window


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


def is_instance(pair: Pair) -> bool:
    """Return whether the pair can reach the lowest score; that never exceeds its probability."""
    return pair.class_id != BACKGROUND and pair.probability >= LOWEST_SCORE
