"""Showing a photo to the network in several ways, and turning the answers back.

A mirrored photo is shifted inside its input by up to three pixels, so that the cells of its masks,
turned back, lie exactly on those of the photo as it is: answers of one scale need no resampling.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from m2fp.engine.protocol import MASK_STRIDE, QueryPredictions
from m2fp.imaging import AnyRule, Photo, prepare
from m2fp.imaging.network_input import NetworkInput
from m2fp.imaging.rule_fields import Triple
from m2fp.imaging.scaled_rule import ScaledRule
from m2fp.labels import LabelScheme
from m2fp.postprocess.answer import Answer
from m2fp.postprocess.augmentation import TestTimeAugmentation
from m2fp.postprocess.shapes import check_shapes


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """One way to show a photo.

    Attributes:
        tensor: what the network gets, float32 (1, 3, H, W).
        straight: the photo at the same scale, not mirrored.
        mirrored: whether left and right change places in the tensor.
    """

    tensor: npt.NDArray[np.float32]
    straight: NetworkInput
    mirrored: bool

    def turn_back(self, predictions: QueryPredictions, scheme: LabelScheme) -> Answer:
        """Return the predictions about this view as an answer about the photo as it is.

        Args:
            predictions: of the tensor.
            scheme: says which sides change places.

        Raises:
            IncompatibleModel: the predictions' shapes do not fit the scheme or the input.
        """
        check_shapes(predictions, self.straight, scheme)
        if self.mirrored:
            predictions = _turned_back(predictions, self.straight, scheme)
        return Answer(predictions, self.straight)


def views(photo: Photo, rule: AnyRule, augment: TestTimeAugmentation | None) -> Iterator[View]:
    """Yield the ways to show a photo, at least one, each prepared when it is asked for.

    Scales that come out as the same size (very small photos, or the upper bound of `ScaledRule`)
    are shown once: a second time would say nothing new.

    Args:
        photo: the photo.
        rule: of the model.
        augment: which views; None = one, as the rule makes it.
    """
    if augment is None:
        plain = prepare(photo, rule)
        yield View(plain.tensor, plain, mirrored=False)
        return
    sizes = set()
    for scale in augment.scales:
        scaled = ScaledRule(rule, scale)
        size = scaled.content_size(*photo.size)
        if size not in sizes:
            sizes.add(size)
            straight = prepare(photo, scaled)
            yield View(straight.tensor, straight, mirrored=False)
            if augment.flip:
                yield View(_mirror(straight, rule.padding), straight, mirrored=True)


def _mirror(straight: NetworkInput, padding: Triple) -> npt.NDArray[np.float32]:
    """Return the tensor with the photo mirrored; the padding stays on its sides."""
    height, width = straight.content
    top, left = straight.origin
    rows = slice(top, top + height)
    content = straight.tensor[:, :, rows, left : left + width]
    tensor = np.empty_like(straight.tensor)
    tensor[:] = np.array(padding, np.float32)[:, None, None]
    start = _mirrored_left(straight)
    tensor[:, :, rows, start : start + width] = content[:, :, :, ::-1]
    return tensor


def _turned_back(
    predictions: QueryPredictions, straight: NetworkInput, scheme: LabelScheme
) -> QueryPredictions:
    """Return the predictions about a mirrored photo with masks and sides turned back."""
    masks = predictions.mask_logits
    last = masks.shape[2] - 1
    shift = (_right_margin(straight) - _mirrored_left(straight)) // MASK_STRIDE
    # Right of the photo the edge goes on: nothing is known of what lies there.
    columns = np.maximum(last - shift - np.arange(last + 1), 0)
    classes = scheme.flip_table()[: predictions.class_logits.shape[1]]
    return QueryPredictions(predictions.class_logits[:, classes], masks[:, :, columns])


def _right_margin(straight: NetworkInput) -> int:
    return straight.padded[1] - straight.origin[1] - straight.content[1]


def _mirrored_left(straight: NetworkInput) -> int:
    """Return the first column of the mirrored photo: the old one, or up to three further right.

    It is a whole number of cells before the right margin, where the photo would start if the whole
    tensor were turned round.
    """
    left, right = straight.origin[1], _right_margin(straight)
    return left + (right - left) % MASK_STRIDE
