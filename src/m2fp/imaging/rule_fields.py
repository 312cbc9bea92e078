"""What input rules have in common: the normalisation, and the reading of their JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from m2fp.errors import ConfigError

Triple: TypeAlias = tuple[float, float, float]

# ImageNet statistics on the 0-255 scale; what the backbones were pre-trained with.
IMAGENET_MEAN: Final[Triple] = (123.675, 116.28, 103.53)
IMAGENET_STD: Final[Triple] = (58.395, 57.12, 57.375)


def check_normalisation(mean: Triple, std: Triple) -> None:
    """Check the three means and deviations of a rule.

    Raises:
        ConfigError: one is not three finite numbers, or a deviation is not above 0.
    """
    for name, values in (("mean", mean), ("std", std)):
        if len(values) != 3 or not all(math.isfinite(value) for value in values):
            raise ConfigError(
                f"input rule: {name} must be three finite numbers, got {values}", option=name
            )
    if min(std) <= 0:
        raise ConfigError(f"input rule: std must be above 0, got {std}", option="std")


def check_keys(data: Mapping[str, Any], kind: str, expected: tuple[str, ...]) -> None:
    """Check that a rule's JSON has exactly these keys and, where it says so, this kind.

    Raises:
        ConfigError: a key is missing or unknown; the message names it. Or the kind is another one.
    """
    if data.get("kind", kind) != kind:
        raise ConfigError(
            f"input rule: expected kind {kind!r}, got {data['kind']!r}", option="kind"
        )
    missing = [name for name in expected if name not in data]
    unknown = sorted(set(data) - {"kind", *expected})
    if missing or unknown:
        raise ConfigError(
            f"input rule: missing keys {missing}, unknown keys {unknown}", option="input"
        )


def whole_number(value: object, name: str) -> int:
    """Return the value of a key that must be a whole number (a JSON true is none).

    Raises:
        ConfigError: it is something else.
    """
    if isinstance(value, bool) or not isinstance(value, int):
        raise ConfigError(f"input rule: {name} must be a whole number, got {value!r}", option=name)
    return value


def three_numbers(value: object, name: str) -> Triple:
    """Return the value of a key that must be three numbers.

    Raises:
        ConfigError: it is something else.
    """
    if (
        not isinstance(value, list | tuple)
        or len(value) != 3
        or not all(isinstance(v, int | float) and not isinstance(v, bool) for v in value)
    ):
        raise ConfigError(f"input rule: {name} must be three numbers, got {value!r}", option=name)
    first, second, third = (float(v) for v in value)
    return first, second, third
