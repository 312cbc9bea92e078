"""An input rule whose photos come out larger or smaller, for another look at them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from m2fp.imaging.canvas_rule import CanvasRule
from m2fp.imaging.rule_fields import Triple
from m2fp.imaging.rules import AnyRule

# Four times what the official rule makes of a square photo, and more than most machines can run.
MOST_PIXELS: Final = 1 << 23

_STRIDE: Final = 32  # of the networks' coarsest maps


@dataclass(frozen=True, slots=True)
class ScaledRule:
    """The recipe from a photo to a network input in which it is `scale` times as large.

    Everything else is as the rule says. A canvas grows or shrinks with the photo; a photo that the
    canvas leaves as small as it is becomes larger all the same. No input becomes larger than
    about `MOST_PIXELS`, whatever the scale, unless the rule itself makes it so.

    Attributes:
        rule: of the model.
        scale: above 0; 1 gives what the rule gives.
    """

    rule: AnyRule
    scale: float

    @property
    def mean(self) -> Triple:
        """Return the mean per RGB channel on the 0-255 scale."""
        return self.rule.mean

    @property
    def std(self) -> Triple:
        """Return the deviation per RGB channel on the 0-255 scale."""
        return self.rule.std

    @property
    def padding(self) -> Triple:
        """Return the normalised value of the padding per channel."""
        return self.rule.padding

    def content_size(self, height: int, width: int) -> tuple[int, int]:
        """Return the (height, width) a photo of this size is scaled to, at least 1 x 1."""
        factor = self._factor(height, width)
        content_h, content_w = self.rule.content_size(height, width)
        return _scaled(content_h, factor), _scaled(content_w, factor)

    def padded_size(self, height: int, width: int) -> tuple[int, int]:
        """Return the (height, width) of the network input for a photo of this size."""
        if isinstance(self.rule, CanvasRule):
            factor, multiple = self._factor(height, width), _STRIDE
            sides = _scaled(self.rule.height, factor), _scaled(self.rule.width, factor)
        else:
            sides, multiple = self.content_size(height, width), self.rule.multiple
        return _round_up(sides[0], multiple), _round_up(sides[1], multiple)

    def origin(self, height: int, width: int) -> tuple[int, int]:
        """Return the (top, left) of the scaled photo in the network input."""
        if not isinstance(self.rule, CanvasRule):
            return self.rule.origin(height, width)
        content_h, content_w = self.content_size(height, width)
        padded_h, padded_w = self.padded_size(height, width)
        return (padded_h - content_h) // 2, (padded_w - content_w) // 2

    def _factor(self, height: int, width: int) -> float:
        """Return by how much this photo is scaled more than the rule scales it."""
        padded_h, padded_w = self.rule.padded_size(height, width)
        most = math.sqrt(MOST_PIXELS / (padded_h * padded_w))
        return min(self.scale, max(1.0, most))


def _scaled(side: int, factor: float) -> int:
    return max(1, int(side * factor + 0.5))


def _round_up(value: int, multiple: int) -> int:
    return -(-value // multiple) * multiple
