"""The published inference, written down plainly: all masks at full size, then the sums.

Straight from the description of the official models' inference, in PyTorch, without a thought for
memory or speed. What the library computes in windows and strips is compared with this.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from m2fp.engine import QueryPredictions
from m2fp.imaging import NetworkInput


@dataclass
class Oracle:
    """All candidates of a photo, most probable first.

    labels: int64 (K,); scores: float32 (K,), NaN never; masks: float32 (K, H, W), logits.
    """

    labels: Tensor
    scores: Tensor
    masks: Tensor
    person_class: int

    @cached_property
    def semantic_values(self) -> Tensor:
        """Return float32 (classes without the person, H, W)."""
        values = torch.zeros(self.person_class, *self.masks.shape[1:])
        for label in range(self.person_class):
            chosen = self.labels == label
            product = self.masks[chosen].sigmoid() * self.scores[chosen][:, None, None]
            counts = product > 0.5
            number = counts.sum(dim=0)
            values[label] = (product * counts).sum(dim=0) / number.clamp(min=1)
        return values

    def semantic(self) -> Tensor:
        """Return labels, int64 (H, W)."""
        return self.semantic_values.argmax(dim=0)

    def parts(self) -> list[int]:
        """Return the candidates that are part instances."""
        return [
            k
            for k, (label, score) in enumerate(zip(self.labels, self.scores, strict=True))
            if label not in (0, self.person_class) and score >= 0.1
        ]

    def humans(self) -> list[int]:
        """Return the candidates that are people."""
        return [
            k
            for k, (label, score) in enumerate(zip(self.labels, self.scores, strict=True))
            if label == self.person_class and score > 0.1
        ]

    @cached_property
    def painted(self) -> Tensor:
        """Return per pixel the candidate whose person it is, int64 (H, W), -1 = nobody."""
        person = torch.full(self.masks.shape[1:], -1)
        for k in sorted(self.humans(), key=lambda k: (float(self.scores[k]), -k)):
            person[self.masks[k] > 0] = k
        return person

    def person_score(self, k: int) -> float:
        """Return the score of a painted person, 0 without parts."""
        inside = self.painted == k
        highest = self.semantic_values[1:, inside].amax(dim=1)
        found = highest[highest > 0]
        return float(self.scores[k] * found.mean()) if len(found) else 0.0


def multi_person(
    predictions: QueryPredictions, network_input: NetworkInput, person_class: int
) -> Oracle:
    """Return the candidates of a photo with several people."""
    probabilities = torch.from_numpy(predictions.class_logits).softmax(dim=1)[:, :-1]
    masks = _to_photo(_to_input(predictions, network_input), network_input)
    flat = probabilities.flatten()
    order = flat.argsort(descending=True, stable=True)[:100]
    masks = masks[order // probabilities.shape[1]]
    inside = masks > 0
    area = inside.flatten(1).sum(dim=1)
    mean = (masks.sigmoid() * inside).flatten(1).sum(dim=1) / area.clamp(min=1)
    return Oracle(order % probabilities.shape[1], flat[order] * mean, masks, person_class)


def merged(views: list[Oracle]) -> Oracle:
    """Return the candidates of several views of a photo merged, best score first.

    The views' sides are turned back. Semantic values are averaged. Instances are merged per class,
    greedily: the best one multiplies the scores of all later ones by exp(-IoU^2 / 0.5) and fuses
    with those whose IoU is 0.5 or more (mean of the mask logits, the best score); the others stay.
    """
    found: list[tuple[float, int, Tensor]] = []
    for label in range(1, views[0].person_class + 1):
        left = [
            (float(view.scores[k]), view.masks[k])
            for view in views
            for k in view.parts() + view.humans()
            if view.labels[k] == label
        ]
        while left:
            left.sort(key=lambda instance: -instance[0])
            (score, mask), *others = left
            fused, left = [mask], []
            for other_score, other in others:
                overlap = _iou(mask > 0, other > 0)
                if overlap >= 0.5:
                    fused.append(other)
                else:
                    left.append((other_score * math.exp(-(overlap**2) / 0.5), other))
            found.append((score, label, torch.stack(fused).mean(dim=0)))
    found.sort(key=lambda instance: -instance[0])
    result = Oracle(
        torch.tensor([label for _, label, _ in found]),
        torch.tensor([score for score, _, _ in found]),
        torch.stack([mask for _, _, mask in found]),
        views[0].person_class,
    )
    result.semantic_values = torch.stack([view.semantic_values for view in views]).mean(dim=0)
    return result


def _iou(one: Tensor, other: Tensor) -> float:
    return float((one & other).sum() / (one | other).sum())


def single_person(predictions: QueryPredictions, network_input: NetworkInput) -> Tensor:
    """Return the semantic scores of a photo with one person, float32 (C, H, W)."""
    probabilities = torch.from_numpy(predictions.class_logits).softmax(dim=1)[:, :-1]
    masks = _to_input(predictions, network_input).sigmoid()
    return _to_photo(torch.einsum("qc,qhw->chw", probabilities, masks), network_input)


def _to_input(predictions: QueryPredictions, network_input: NetworkInput) -> Tensor:
    masks = torch.from_numpy(predictions.mask_logits)[None]
    size = network_input.tensor.shape[2:]
    return interpolate(masks, size, mode="bilinear", align_corners=False)[0]


def _to_photo(planes: Tensor, network_input: NetworkInput) -> Tensor:
    (top, left), (height, width) = network_input.origin, network_input.content
    content = planes[:, top : top + height, left : left + width]
    size = network_input.photo_size
    return interpolate(content[None], size, mode="bilinear", align_corners=False)[0]
