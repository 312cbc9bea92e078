"""The names of splits that people give to files and folders, and the three that they mean."""

from __future__ import annotations

import re
from collections.abc import Iterable

ALL = "all"  # the split of data that nobody has split

_WORDS = "(training|train|validation|valid|val|testing|test)"
_WORD = re.compile(rf"(?<![a-z]){_WORDS}(?![a-z])")
_WHOLE = re.compile(rf"{_WORDS}[0-9]*")
_SHORT = {"training": "train", "validation": "val", "valid": "val", "testing": "test"}


def split_in(name: str) -> str | None:
    """Return "train", "val" or "test" where a name has a word for it, None where it has not.

    Example:
        >>> split_in("instances_val2017"), split_in("Training"), split_in("images")
        ('val', 'train', None)
    """
    found = _WORD.search(name.lower())
    return None if found is None else _SHORT.get(found[1], found[1])


def split_called(name: str) -> str | None:
    """Return the split that a name is the word for, with a year perhaps; None for others.

    Example:
        >>> split_called("valid"), split_called("train2017"), split_called("test_run")
        ('val', 'train', None)
    """
    found = _WHOLE.fullmatch(name.lower())
    return None if found is None else _SHORT.get(found[1], found[1])


def in_order(splits: Iterable[str]) -> list[str]:
    """Return splits as they are usually told: train, val, test, then others by name."""
    usual = ("train", "val", "test")
    return sorted(splits, key=lambda name: (usual.index(name) if name in usual else 3, name))
