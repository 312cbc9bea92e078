"""Masks prepared for painting: halved logits, weight, and the window they can influence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from m2fp.imaging.box import Box
from m2fp.postprocess.queries import Candidates
from m2fp.postprocess.resample import Resampler

_HALF = np.float32(0.5)
_ONE = np.float32(1.0)


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """One mask ready for painting.

    Attributes:
        number: 1-based position in its list of candidates.
        half_logits: float32 (h, w), halved because sigmoid(x) = (tanh(x / 2) + 1) / 2.
        half_weight: half of the probability or score that multiplies the sigmoid.
        window: the only pixels of the photo that the mask can influence.
    """

    number: int
    half_logits: npt.NDArray[np.float32]
    half_weight: np.float32
    window: Box

    def to_evidence(self, half_logits: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Return weight x sigmoid for enlarged half logits, which are overwritten."""
        np.tanh(half_logits, out=half_logits)
        half_logits += _ONE
        half_logits *= self.half_weight
        return half_logits


def part_layers(parts: Candidates, resampler: Resampler, min_evidence: float) -> list[Layer]:
    """Return the layers of parts and background, weighted by their probability."""
    layers = []
    for index in range(len(parts)):
        half, weight = parts.logits[index] * _HALF, parts.probability[index] * _HALF
        # Interpolation stays between its cells: where no cell nearby has the evidence, no pixel
        # does. Half the evidence leaves room for rounding.
        reachable = (np.tanh(half) + _ONE) * weight >= np.float32(min_evidence * 0.5)
        layers.append(Layer(index + 1, half, weight, resampler.reach(reachable)))
    return layers


def person_layers(people: Candidates, resampler: Resampler, owner_margin: float) -> list[Layer]:
    """Return the layers of people, weighted by their score."""
    layers = []
    for index in range(len(people)):
        window = resampler.reach(people.logits[index] > -owner_margin)
        half, weight = people.logits[index] * _HALF, people.score[index] * _HALF
        layers.append(Layer(index + 1, half, weight, window))
    return layers
