"""The options by which several commands choose how photos are shown to a model, and its rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from m2fp.errors import ConfigError

if TYPE_CHECKING:
    from m2fp.postprocess import Rules, TestTimeAugmentation

RulesOption: TypeAlias = Annotated[
    str,
    typer.Option(
        "--rules",
        metavar="RULES",
        help="How people are told apart: m2fp (no duplicates, every part has its owner) or "
        "official (as the official models were measured).",
    ),
]
FlipOption: TypeAlias = Annotated[
    bool, typer.Option("--flip", help="Show every photo mirrored as well, and merge the answers.")
]
ScalesOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--scales",
        metavar="S,S,...",
        help="Show every photo in these sizes, and merge the answers: 0.75,1,1.25.",
    ),
]


def rules_called(name: str) -> Rules:
    """Return the rules of this name, with their defaults.

    Raises:
        ConfigError: there are none.
    """
    from m2fp.postprocess import OfficialRules, PostprocessConfig

    rules: dict[str, Rules] = {"m2fp": PostprocessConfig(), "official": OfficialRules()}
    if name not in rules:
        raise ConfigError(
            f"--rules does not know {name!r}; choose one of: {', '.join(rules)}", option="rules"
        )
    return rules[name]


def views_of(*, flip: bool, scales: str | None) -> TestTimeAugmentation | None:
    """Return how every photo is shown; None = once, as it is.

    Raises:
        ConfigError: the scales are not numbers with commas, or cannot be used.
    """
    if not flip and scales is None:
        return None
    from m2fp.postprocess import TestTimeAugmentation

    try:
        sizes = tuple(float(word) for word in (scales or "1").split(","))
    except ValueError:
        raise ConfigError(
            f"--scales is {scales!r}; give numbers with commas, such as 0.75,1,1.25",
            option="scales",
        ) from None
    return TestTimeAugmentation(flip=flip, scales=sizes)
