"""From raw predictions to scored candidates, all at stride 4.

Everything that decides which queries matter happens on the small grid; only the few that survive
are ever enlarged.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from m2fp.engine.protocol import QueryPredictions
from m2fp.imaging.network_input import NetworkInput
from m2fp.labels import LabelScheme
from m2fp.postprocess.config import PostprocessConfig
from m2fp.postprocess.probabilities import LOGIT_LIMIT, class_probabilities, sigmoid
from m2fp.postprocess.resample import content_cells

BACKGROUND = 0


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Queries that passed their threshold, best score first (ties: lower query number first).

    Attributes:
        query: intp (K,), number of the query in the predictions.
        label: intp (K,), its most probable class, "no object" excluded.
        probability: float32 (K,), that class's probability.
        score: float32 (K,), probability x mean mask probability inside the mask.
        logits: float32 (K, h, w), mask logits of the un-padded content, clipped to +-50.
    """

    query: npt.NDArray[np.intp]
    label: npt.NDArray[np.intp]
    probability: npt.NDArray[np.float32]
    score: npt.NDArray[np.float32]
    logits: npt.NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.query)

    def take(self, chosen: npt.NDArray[np.intp] | npt.NDArray[np.bool_]) -> Candidates:
        """Return the chosen candidates, in the order chosen."""
        return Candidates(
            self.query[chosen],
            self.label[chosen],
            self.probability[chosen],
            self.score[chosen],
            self.logits[chosen],
        )


def select(
    predictions: QueryPredictions,
    network_input: NetworkInput,
    scheme: LabelScheme,
    config: PostprocessConfig,
) -> Candidates:
    """Return the queries worth painting: parts, background and, where the scheme has it, people.

    A query counts once, with its most probable class. Queries with a NaN or infinite logit count
    as "no object". The shapes must fit; see `assemble`.
    """
    probabilities = class_probabilities(predictions.class_logits)
    label, probability = probabilities.argmax(axis=1), probabilities.max(axis=1)
    least = thresholds(scheme, config)[label]
    # A score never exceeds its probability: most queries leave here, before any mask is read.
    query = np.flatnonzero(probability >= least)
    cells = content_cells(network_input)
    masks = predictions.mask_logits[:, cells.rows, cells.columns]
    query = query[[bool(np.isfinite(masks[number]).all()) for number in query]]

    score = probability[query] * mean_inside(masks[number] for number in query)
    keep = np.flatnonzero((score >= least[query]) & (score > 0))
    order = keep[np.argsort(-score[keep], kind="stable")]
    chosen = query[order]
    # Copied here, when it is known which; all of them do not fit into a processor's cache.
    logits = masks[chosen]
    np.clip(logits, -LOGIT_LIMIT, LOGIT_LIMIT, out=logits)
    return Candidates(chosen, label[chosen], probability[chosen], score[order], logits)


def mean_inside(masks: Iterable[npt.NDArray[np.float32]]) -> npt.NDArray[np.float32]:
    """Return the mean sigmoid over the positive cells of each mask, float32 (K,), 0 where empty.

    Args:
        masks: K masks of finite logits, float32 (h, w) each.
    """
    inside = (mask[mask > 0] for mask in masks)
    means = [sigmoid(logits).mean() if logits.size else 0.0 for logits in inside]
    return np.array(means, np.float32)


def thresholds(scheme: LabelScheme, config: PostprocessConfig) -> npt.NDArray[np.float32]:
    """Return the lowest score per class, float32 (C,)."""
    least = np.full(scheme.class_count, config.part_threshold, np.float32)
    least[BACKGROUND] = config.background_threshold
    if scheme.person_class is not None:
        least[scheme.person_class] = config.person_threshold
    return least
