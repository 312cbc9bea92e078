"""Which layers lose too much in eight bits: each group alone, then all that are kept together."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from m2fp.engine import QueryPredictions
from m2fp.labels import LabelScheme
from m2fp.postprocess.probabilities import class_probabilities, sigmoid


@dataclass(frozen=True, slots=True)
class GroupLoss:
    """What one group of layers costs in eight bits.

    Attributes:
        group: its name, see `quantise.group_of`.
        loss: share of the cells whose class changes when this group alone is quantised, 0..1.
        kept: whether it is in eight bits in the end.
    """

    group: str
    loss: float
    kept: bool


@dataclass(frozen=True, slots=True)
class Sweep:
    """The outcome of a sensitivity sweep.

    Attributes:
        groups: in the order of the network.
        loss: share of the cells whose class changes with all kept groups together, 0..1.
        budget: the largest loss that was allowed.
    """

    groups: tuple[GroupLoss, ...]
    loss: float
    budget: float

    @property
    def kept(self) -> tuple[str, ...]:
        """Return the names of the groups in eight bits."""
        return tuple(item.group for item in self.groups if item.kept)


def sweep(
    groups: Sequence[str], loss_of: Callable[[Collection[str]], float], budget: float
) -> Sweep:
    """Return which groups to quantise so that together they stay within the budget.

    Groups are given up one by one, the one that loses most alone first.

    Args:
        groups: names, in the order of the network.
        loss_of: returns the loss of a version with these groups in eight bits, 0..1.
        budget: the largest loss of all together, 0..1.
    """
    alone = {group: loss_of([group]) for group in groups}
    kept = sorted(groups, key=lambda group: alone[group])
    together = loss_of(kept)
    while kept and together > budget:
        kept.pop()
        together = loss_of(kept) if kept else 0.0
    return Sweep(
        tuple(GroupLoss(group, alone[group], group in kept) for group in groups), together, budget
    )


def changed_cells(
    reference: Sequence[NDArray[np.uint8]], candidate: Sequence[NDArray[np.uint8]]
) -> float:
    """Return the share of cells that differ between two lists of class maps of the same sizes."""
    differing = sum(int((a != b).sum()) for a, b in zip(reference, candidate, strict=True))
    return differing / sum(a.size for a in reference)


def class_map(predictions: QueryPredictions, scheme: LabelScheme) -> NDArray[np.uint8]:
    """Return the most probable part of every cell, uint8 (h, w), before any rule or threshold.

    The sum over queries of class probability times mask probability (Cheng et al. 2021, section
    3.3), without "no object" and without whole people, who would cover their parts.
    """
    probabilities = class_probabilities(predictions.class_logits)
    parts = probabilities[:, : scheme.num_parts_and_background]
    scores = np.tensordot(parts, sigmoid(predictions.mask_logits), axes=(0, 0))
    classes: NDArray[np.uint8] = scores.argmax(axis=0).astype(np.uint8)
    return classes
