"""Inputs of one size: every photo is fitted into the same canvas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

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

_FIELDS = ("height", "width", "fill", "mean", "std")
_STRIDE: Final = 32  # of the networks' coarsest maps


@dataclass(frozen=True, slots=True)
class CanvasRule:
    """The recipe from a photo to a network input of one size, stored inside the model file.

    A photo larger than the canvas is shrunk until it fits, its proportions kept; a smaller one
    keeps its size. It lies in the middle (where a margin is odd, the left and the upper side get
    the smaller half) on a canvas of the grey value ``fill``, 0-255, which is normalised like the
    photo. ``mean`` and ``std`` are per RGB channel on the 0-255 scale.

    The defaults are those of the official single-person (LIP) models.
    """

    KIND: ClassVar[str] = "canvas"

    height: int = 512
    width: int = 384
    fill: int = 128
    mean: Triple = IMAGENET_MEAN
    std: Triple = IMAGENET_STD

    def __post_init__(self) -> None:
        for name in ("height", "width"):
            side = getattr(self, name)
            if side < _STRIDE or side % _STRIDE:
                raise ConfigError(
                    f"input rule: {name} must be a multiple of {_STRIDE}, got {side}", option=name
                )
        if not 0 <= self.fill <= 255:
            raise ConfigError(
                f"input rule: fill must lie in 0..255, got {self.fill}", option="fill"
            )
        check_normalisation(self.mean, self.std)

    def content_size(self, height: int, width: int) -> tuple[int, int]:
        """Return the (height, width) a photo of this size is scaled to, at least 1 x 1."""
        scale = min(1.0, self.height / height, self.width / width)
        return max(1, int(height * scale + 0.5)), max(1, int(width * scale + 0.5))

    def padded_size(self, height: int, width: int) -> tuple[int, int]:  # noqa: ARG002
        """Return the (height, width) of the network input: the canvas, whatever the photo."""
        return self.height, self.width

    def origin(self, height: int, width: int) -> tuple[int, int]:
        """Return the (top, left) of the scaled photo on the canvas."""
        content_h, content_w = self.content_size(height, width)
        return (self.height - content_h) // 2, (self.width - content_w) // 2

    @property
    def padding(self) -> Triple:
        """Return the normalised value of the padding per channel."""
        red, green, blue = (
            (self.fill - mean) / std for mean, std in zip(self.mean, self.std, strict=True)
        )
        return red, green, blue

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dict; ``rule_from_dict`` reads it back unchanged."""
        return {
            "kind": self.KIND,
            "height": self.height,
            "width": self.width,
            "fill": self.fill,
            "mean": list(self.mean),
            "std": list(self.std),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> CanvasRule:
        """Return the rule that ``to_dict`` wrote; "kind" may be missing.

        Raises:
            ConfigError: a key is missing, unknown, or has a value that cannot be.
        """
        check_keys(data, cls.KIND, _FIELDS)
        return cls(
            height=whole_number(data["height"], "height"),
            width=whole_number(data["width"], "width"),
            fill=whole_number(data["fill"], "fill"),
            mean=three_numbers(data["mean"], "mean"),
            std=three_numbers(data["std"], "std"),
        )
