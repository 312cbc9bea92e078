"""Label schemes: which id means which part, in which colour, and what left and right swap to."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from m2fp.errors import ConfigError

IGNORE_ID = 255  # in masks: "nobody looked here"; never a class, never swapped or converted

_SCHEMES = ("cihp", "lip", "atr", "mhp-v1", "mhp-v2", "ppp", "ppp-schp", "ccp14")


@dataclass(frozen=True, slots=True)
class Label:
    """One class: id in the masks, names, and RGB colour."""

    id: int
    name: str
    name_zh: str
    colour: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class LabelScheme:
    """The classes of one data set.

    Attributes:
        name: short stable name, for example "cihp".
        title: the name for people.
        labels: index equals id; 0 is the background.
        person_class: the model's extra class for a whole person, one past the parts, or None.
        flip_pairs: ids that change places in a mirrored picture (the person's own left and right).
        official_names: what the official models' own software calls the classes, the person class
            included; index equals id. Empty where no such software prints names.
    """

    name: str
    title: str
    labels: tuple[Label, ...]
    person_class: int | None
    flip_pairs: tuple[tuple[int, int], ...]
    official_names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        count = len(self.labels)
        if [label.id for label in self.labels] != list(range(count)) or not 1 < count < IGNORE_ID:
            raise ConfigError(f"label scheme {self.name}: ids must run from 0 without gaps")
        if len(set(self.names)) != count:
            raise ConfigError(f"label scheme {self.name}: names must differ")
        if self.person_class not in (None, count):
            raise ConfigError(f"label scheme {self.name}: person_class must be {count} or null")
        paired = [side for pair in self.flip_pairs for side in pair]
        if len(set(paired)) != len(paired) or not all(0 < side < count for side in paired):
            raise ConfigError(f"label scheme {self.name}: flip pairs must be disjoint part ids")
        if len(self.official_names) not in (0, self.class_count):
            raise ConfigError(f"label scheme {self.name}: every class needs an official name")

    @property
    def num_parts_and_background(self) -> int:
        """Return the number of ids a part map can hold, background included."""
        return len(self.labels)

    @property
    def class_count(self) -> int:
        """Return the number of classes of the model: parts, background and the whole person."""
        return len(self.labels) + (self.person_class is not None)

    @property
    def names(self) -> tuple[str, ...]:
        """Return the English names; index equals id."""
        return tuple(label.name for label in self.labels)

    @property
    def head_ids(self) -> tuple[int, ...]:
        """Return the ids of what a body has above its neck and only once."""
        return tuple(label.id for label in self.labels if label.name in ("face", "hair", "head"))

    def label(self, id_or_name: int | str) -> Label:
        """Return the label with this id or English name.

        Raises:
            ConfigError: the scheme has no such label; the message lists the names.
        """
        for label in self.labels:
            if id_or_name in (label.id, label.name):
                return label
        raise ConfigError(
            f"label scheme {self.name} has no label {id_or_name!r}; it has: {', '.join(self.names)}"
        )

    def official_name(self, class_id: int) -> str:
        """Return what the official software calls a class, or else our own name.

        Args:
            class_id: of a label, or the person class.
        """
        return self.official_names[class_id] if self.official_names else self.class_name(class_id)

    def class_name(self, class_id: int) -> str:
        """Return the name of a label, or "person" for the person class."""
        return "person" if class_id == self.person_class else self.labels[class_id].name

    def flip_table(self) -> NDArray[np.uint8]:
        """Return uint8 (256,): ``table[mask]`` swaps left and right after a mirror; 255 stays."""
        table = np.arange(256, dtype=np.uint8)
        for left, right in self.flip_pairs:
            table[left], table[right] = right, left
        return table

    def palette(self) -> NDArray[np.uint8]:
        """Return uint8 (256, 3) RGB; ids without a label are mid-grey."""
        table = np.full((256, 3), 128, dtype=np.uint8)
        for label in self.labels:
            table[label.id] = label.colour
        return table


def scheme_names() -> tuple[str, ...]:
    """Return the names that ``get_scheme`` knows."""
    return _SCHEMES


@cache
def get_scheme(name: str) -> LabelScheme:
    """Return the label scheme of this name.

    Raises:
        ConfigError: there is no such scheme; the message lists those there are.
    """
    if name not in _SCHEMES:
        raise ConfigError(
            f"unknown label scheme {name!r}; choose one of: {', '.join(_SCHEMES)}", option="scheme"
        )
    text = files("m2fp.labels").joinpath("schemes", f"{name}.json").read_text(encoding="utf-8")
    return _from_json(json.loads(text))


def _from_json(data: dict[str, Any]) -> LabelScheme:
    labels = tuple(
        Label(
            id=int(entry["id"]),
            name=str(entry["name"]),
            name_zh=str(entry["name_zh"]),
            colour=_colour(str(entry["colour"])),
        )
        for entry in data["labels"]
    )
    pairs = tuple((int(left), int(right)) for left, right in data["flip_pairs"])
    person_class = data["person_class"]
    return LabelScheme(
        name=str(data["name"]),
        title=str(data["title"]),
        labels=labels,
        person_class=None if person_class is None else int(person_class),
        flip_pairs=pairs,
        official_names=tuple(str(name) for name in data.get("official_names", ())),
    )


def _colour(text: str) -> tuple[int, int, int]:
    """Return RGB for "#rrggbb"."""
    red, green, blue = bytes.fromhex(text.removeprefix("#"))
    return red, green, blue
