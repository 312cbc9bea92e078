"""Inputs of any size: the short side of every photo is brought to one length."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from m2fp.errors import ConfigError
from m2fp.imaging.rule_fields import (
    IMAGENET_MEAN,
    IMAGENET_STD,
    Triple,
    check_keys,
    check_normalisation,
    three_numbers,
    whole_number,
)

_FIELDS = ("short_side", "long_side", "multiple", "mean", "std")


@dataclass(frozen=True, slots=True)
class InputRule:
    """The recipe from a photo to a network input, stored inside every model file.

    A photo is scaled until its short side is ``short_side``, or less where the long side would
    exceed ``long_side``, then padded with zeros on the right and at the bottom until both sides
    are multiples of ``multiple``. ``mean`` and ``std`` are per RGB channel on the 0-255 scale.

    The official multi-person models use ``InputRule(640, 1333)``.
    """

    KIND: ClassVar[str] = "short-side"

    short_side: int
    long_side: int
    multiple: int = 32
    mean: Triple = IMAGENET_MEAN
    std: Triple = IMAGENET_STD

    def __post_init__(self) -> None:
        if not 1 <= self.short_side <= self.long_side:
            raise ConfigError(
                "input rule: 1 <= short_side <= long_side must hold, "
                f"got {self.short_side} and {self.long_side}",
                option="short_side",
            )
        if self.multiple < 1:
            raise ConfigError(
                f"input rule: multiple must be >= 1, got {self.multiple}", option="multiple"
            )
        check_normalisation(self.mean, self.std)

    def content_size(self, height: int, width: int) -> tuple[int, int]:
        """Return the (height, width) a photo of this size is scaled to, at least 1 x 1.

        Halves are rounded up and the steps are those of detectron2's ``ResizeShortestEdge``, so
        that official checkpoints see the very sizes they were trained on.
        """
        scale = self.short_side / min(height, width)
        exact_h, exact_w = height * scale, width * scale
        if max(exact_h, exact_w) > self.long_side:
            scale = self.long_side / max(exact_h, exact_w)
            exact_h, exact_w = exact_h * scale, exact_w * scale
        return max(1, int(exact_h + 0.5)), max(1, int(exact_w + 0.5))

    def padded_size(self, height: int, width: int) -> tuple[int, int]:
        """Return the (height, width) of the network input for a photo of this size."""
        content_h, content_w = self.content_size(height, width)
        return _round_up(content_h, self.multiple), _round_up(content_w, self.multiple)

    def origin(self, height: int, width: int) -> tuple[int, int]:  # noqa: ARG002
        """Return the (top, left) of the scaled photo in the network input: the corner."""
        return 0, 0

    @property
    def padding(self) -> Triple:
        """Return the normalised value of the padding per channel."""
        return 0.0, 0.0, 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dict; ``rule_from_dict`` reads it back unchanged."""
        return {
            "kind": self.KIND,
            "short_side": self.short_side,
            "long_side": self.long_side,
            "multiple": self.multiple,
            "mean": list(self.mean),
            "std": list(self.std),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> InputRule:
        """Return the rule that ``to_dict`` wrote; "kind" may be missing.

        Raises:
            ConfigError: a key is missing, unknown, or has a value that cannot be.
        """
        check_keys(data, cls.KIND, _FIELDS)
        return cls(
            short_side=whole_number(data["short_side"], "short_side"),
            long_side=whole_number(data["long_side"], "long_side"),
            multiple=whole_number(data["multiple"], "multiple"),
            mean=three_numbers(data["mean"], "mean"),
            std=three_numbers(data["std"], "std"),
        )


def _round_up(value: int, multiple: int) -> int:
    return -(-value // multiple) * multiple
