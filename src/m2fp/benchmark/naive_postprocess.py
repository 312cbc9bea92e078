"""Post-processing as plainly as it can be written: every mask at full size, then all the sums.

This is what the reference row of a benchmark does after the network, and what a first
implementation of the published inference does. It needs several float arrays of 100 x H x W at a
time (0.3 GB each at 1024 x 768, 4.8 GB at 12 megapixels); `m2fp.postprocess` exists to avoid that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import interpolate

from m2fp.imaging import NetworkInput
from m2fp.labels import LabelScheme

_BACKGROUND: Final = 0
_CANDIDATES: Final = 100
_LOWEST_SCORE: Final = 0.1
_LOWEST_PRODUCT: Final = 0.5
_EPSILON: Final = 1e-6  # keeps the mean over an empty mask finite


@dataclass(frozen=True, slots=True, eq=False)
class NaiveInstance:
    """One part of somebody, or one person: a label, a score 0..1, and a mask bool (H, W)."""

    label: int
    score: float
    mask: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class NaiveParsing:
    """Everything found in one photo.

    Attributes:
        semantic: uint8 (H, W), label ids, 0 = background.
        parts: best score first; parts are not assigned to people.
        people: best score first; empty for a scheme without person class.
    """

    semantic: NDArray[np.uint8]
    parts: tuple[NaiveInstance, ...]
    people: tuple[NaiveInstance, ...]


def parse_naively(
    class_logits: Tensor, mask_logits: Tensor, network_input: NetworkInput, scheme: LabelScheme
) -> NaiveParsing:
    """Return what the network says about one photo.

    Args:
        class_logits: float (Q, C + 1), the last column is "no object".
        mask_logits: float (Q, h, w) on a grid over the padded input.
        network_input: what the network was given.
        scheme: what the classes mean; it decides between parsing of several people and of one.
    """
    probabilities = class_logits.softmax(dim=1)[:, :-1]
    if scheme.person_class is None:
        semantic = _semantic_of_one(probabilities, mask_logits, network_input)
        return NaiveParsing(semantic, (), ())
    return _parse_several(probabilities, mask_logits, network_input, scheme.person_class)


def _semantic_of_one(
    probabilities: Tensor, mask_logits: Tensor, network_input: NetworkInput
) -> NDArray[np.uint8]:
    """Return the class with the largest sum over the queries of probability x mask, per pixel."""
    masks = _resize(mask_logits, network_input.padded).sigmoid()
    planes = torch.einsum("qc,qhw->chw", probabilities, masks)
    planes = _resize(_crop(planes, network_input), network_input.photo_size)
    return _to_labels(planes)


def _parse_several(
    probabilities: Tensor, mask_logits: Tensor, network_input: NetworkInput, person_class: int
) -> NaiveParsing:
    masks = _crop(_resize(mask_logits, network_input.padded), network_input)
    masks = _resize(masks, network_input.photo_size)

    # A query may be chosen more than once, with different classes.
    count = min(_CANDIDATES, probabilities.numel())
    best, places = probabilities.flatten().topk(count)
    classes = probabilities.shape[1]
    labels, masks = places % classes, masks[places // classes]
    shares = masks.sigmoid()
    inside = (masks > 0).float()
    scores = best * (shares * inside).sum((1, 2)) / (inside.sum((1, 2)) + _EPSILON)

    planes = torch.zeros(person_class, *network_input.photo_size)
    for label in range(person_class):
        chosen = labels == label
        if chosen.any():
            products = shares[chosen] * scores[chosen, None, None]
            counted = (products > _LOWEST_PRODUCT).float()
            planes[label] = (products * counted).sum(0) / counted.sum(0).clamp(min=1)

    found = [
        NaiveInstance(int(labels[place]), float(scores[place]), (masks[place] > 0).numpy())
        for place in scores.argsort(descending=True, stable=True)
        if scores[place] >= _LOWEST_SCORE
    ]
    return NaiveParsing(
        semantic=_to_labels(planes),
        parts=tuple(one for one in found if one.label not in (_BACKGROUND, person_class)),
        people=tuple(one for one in found if one.label == person_class),
    )


def _resize(planes: Tensor, size: tuple[int, int]) -> Tensor:
    """Return float (N, height, width), bilinear."""
    return interpolate(planes[None], size, mode="bilinear", align_corners=False)[0]


def _crop(planes: Tensor, network_input: NetworkInput) -> Tensor:
    """Return the part of planes at the padded size that shows the photo."""
    (top, left), (height, width) = network_input.origin, network_input.content
    return planes[:, top : top + height, left : left + width]


def _to_labels(planes: Tensor) -> NDArray[np.uint8]:
    """Return the largest plane's number per pixel, the lowest one where several are equal."""
    return planes.argmax(dim=0).to(torch.uint8).numpy()
