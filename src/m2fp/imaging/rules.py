"""The kinds of input rules, and how a model file says which one it means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from m2fp.errors import ConfigError
from m2fp.imaging.canvas_rule import CanvasRule
from m2fp.imaging.input_rule import InputRule

AnyRule: TypeAlias = InputRule | CanvasRule


def rule_from_dict(data: Mapping[str, Any]) -> AnyRule:
    """Return the rule that a ``to_dict`` wrote.

    Without a "kind" it is an ``InputRule``: model files of the first format have none.

    Raises:
        ConfigError: the kind is unknown; a key is missing, unknown, or has a value that cannot be.
    """
    kind = data.get("kind", InputRule.KIND)
    if kind == InputRule.KIND:
        return InputRule.from_dict(data)
    if kind == CanvasRule.KIND:
        return CanvasRule.from_dict(data)
    raise ConfigError(
        f"input rule: unknown kind {kind!r}; this version of m2fp knows "
        f"{InputRule.KIND!r} and {CanvasRule.KIND!r}",
        option="kind",
    )
