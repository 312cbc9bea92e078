"""How a model wants its pictures: size, padding and normalisation."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from m2fp.errors import ConfigError

# ImageNet statistics on the 0-255 scale; what the backbones were pre-trained with.
IMAGENET_MEAN = (123.675, 116.28, 103.53)
IMAGENET_STD = (58.395, 57.12, 57.375)

_FIELDS = ("short_side", "long_side", "multiple", "mean", "std")


@dataclass(frozen=True, slots=True)
class InputRule:
    """The recipe from a photo to a network input, stored inside every model file.

    A photo is scaled by ``min(short_side / min(h, w), long_side / max(h, w))``, then padded on the
    right and at the bottom until both sides are multiples of ``multiple``. ``mean`` and ``std`` are
    per RGB channel on the 0-255 scale.
    """

    short_side: int
    long_side: int
    multiple: int = 32
    mean: tuple[float, float, float] = IMAGENET_MEAN
    std: tuple[float, float, float] = IMAGENET_STD

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
        for name, values in (("mean", self.mean), ("std", self.std)):
            if len(values) != 3 or not all(math.isfinite(value) for value in values):
                raise ConfigError(
                    f"input rule: {name} must be three finite numbers, got {values}", option=name
                )
        if min(self.std) <= 0:
            raise ConfigError(f"input rule: std must be above 0, got {self.std}", option="std")

    def content_size(self, height: int, width: int) -> tuple[int, int]:
        """Return the (height, width) a photo of this size is scaled to, at least 1 x 1."""
        scale = min(self.short_side / min(height, width), self.long_side / max(height, width))
        return max(1, round(height * scale)), max(1, round(width * scale))

    def padded_size(self, height: int, width: int) -> tuple[int, int]:
        """Return the (height, width) of the network input for a photo of this size."""
        content_h, content_w = self.content_size(height, width)
        return _round_up(content_h, self.multiple), _round_up(content_w, self.multiple)

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dict; ``from_dict`` reads it back unchanged."""
        return {
            "short_side": self.short_side,
            "long_side": self.long_side,
            "multiple": self.multiple,
            "mean": list(self.mean),
            "std": list(self.std),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> InputRule:
        """Return the rule that ``to_dict`` wrote.

        Raises:
            ConfigError: a key is missing, unknown, or has a value of the wrong kind.
        """
        missing = [name for name in _FIELDS if name not in data]
        unknown = sorted(set(data) - set(_FIELDS))
        if missing or unknown:
            raise ConfigError(
                f"input rule: missing keys {missing}, unknown keys {unknown}", option="input"
            )
        return cls(
            short_side=_whole_number(data["short_side"], "short_side"),
            long_side=_whole_number(data["long_side"], "long_side"),
            multiple=_whole_number(data["multiple"], "multiple"),
            mean=_three_numbers(data["mean"], "mean"),
            std=_three_numbers(data["std"], "std"),
        )


def _round_up(value: int, multiple: int) -> int:
    return -(-value // multiple) * multiple


def _whole_number(value: object, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ConfigError(f"input rule: {name} must be a whole number, got {value!r}", option=name)
    return value


def _three_numbers(value: object, name: str) -> tuple[float, float, float]:
    if (
        not isinstance(value, list | tuple)
        or len(value) != 3
        or not all(isinstance(v, int | float) and not isinstance(v, bool) for v in value)
    ):
        raise ConfigError(f"input rule: {name} must be three numbers, got {value!r}", option=name)
    first, second, third = (float(v) for v in value)
    return first, second, third
