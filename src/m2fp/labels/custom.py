"""Label schemes for data sets that bring their own list of classes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from m2fp.errors import ConfigError
from m2fp.labels.scheme import IGNORE_ID, Label, LabelScheme, get_scheme, scheme_names

Colour = tuple[int, int, int]

_SIDE = re.compile(r"(?<![^\W_])(left|right)(?![^\W_])", re.IGNORECASE)
_NO_LABEL: Colour = (128, 128, 128)  # what `LabelScheme.palette` gives ids without a label
_OTHER_COLOURS = ("mhp-v2",)  # its 58 parts have a palette of their own


def custom_scheme(
    name: str, names: Sequence[str], *, title: str | None = None, person_class: bool = False
) -> LabelScheme:
    """Return a label scheme made from a list of class names.

    Names that the schemes of this package know, whatever their spelling, keep their colours and
    their Chinese names; the others get the next free colours of PASCAL VOC's rule. Two names that
    differ only in the words "left" and "right" are a pair that a mirrored picture swaps.

    Args:
        name: short name, not one that `get_scheme` knows.
        names: name of every id; the first is the background.
        title: the name for people; ``name`` when None.
        person_class: whether the scheme has a class for whole people, one past the parts.

    Raises:
        ConfigError: the name is taken, or the names are too few, too many, empty or not different.
    """
    if name in scheme_names():
        raise ConfigError(f"{name!r} is a label scheme of m2fp; choose another name")
    plain = [plain_name(each) for each in names]
    if not 2 <= len(names) < IGNORE_ID:
        raise ConfigError(
            f"label scheme {name}: there must be 2 to {IGNORE_ID - 1} classes, background "
            f"included, not {len(names)}"
        )
    for each, key in zip(names, plain, strict=True):
        if not key or plain.count(key) > 1:
            raise ConfigError(
                f"label scheme {name}: the class name {each[:40]!r} is empty or there twice"
            )
        if not each.isprintable():  # a terminal would obey it
            raise ConfigError(
                f"label scheme {name}: the class name {each[:40]!r} cannot be printed"
            )
    labels = _labels(names)
    return LabelScheme(
        name=name,
        title=title or name,
        labels=labels,
        person_class=len(labels) if person_class else None,
        flip_pairs=_flip_pairs(names),
    )


def plain_name(name: str) -> str:
    """Return a class name without what spellings differ in: case, spaces, signs.

    Example:
        >>> plain_name("Upper_Clothes") == plain_name("UpperClothes") == plain_name("upper-clothes")
        True
    """
    return "".join(character for character in name.casefold() if character.isalnum())


def ids_in_scheme(scheme: LabelScheme, names: Sequence[str]) -> list[int] | None:
    """Return the id of every name in a scheme, whatever the spelling; None when one is not in it.

    The names that the official software prints count too, such as "UpperClothes".
    """
    ids = {plain_name(label.name): label.id for label in scheme.labels}
    for label in scheme.labels:
        ids.setdefault(plain_name(scheme.official_name(label.id)), label.id)
    found = [ids.get(plain_name(name)) for name in names]
    known = [label_id for label_id in found if label_id is not None]
    return known if len(known) == len(found) == len(set(known)) else None


def _labels(names: Sequence[str]) -> tuple[Label, ...]:
    known = _known_labels()
    familiar = {name: known[plain_name(name)] for name in names if plain_name(name) in known}
    used: set[Colour] = {(0, 0, 0), _NO_LABEL}
    colours: dict[str, Colour] = {names[0]: (0, 0, 0)}
    for name, like in familiar.items():
        if name != names[0] and like.colour not in used:  # skin and torso-skin share theirs
            colours[name] = like.colour
            used.add(like.colour)
    free = (colour for colour in _voc_colours() if colour not in used)
    return tuple(
        Label(
            label_id,
            name,
            familiar[name].name_zh if name in familiar else name,
            colours[name] if name in colours else next(free),
        )
        for label_id, name in enumerate(names)
    )


@cache
def _known_labels() -> dict[str, Label]:
    """Return labels by plain name; of a name in several schemes the first one's."""
    known: dict[str, Label] = {}
    for name in scheme_names():
        if name not in _OTHER_COLOURS:
            for label in get_scheme(name).labels:
                known.setdefault(plain_name(label.name), label)
    return known


def _flip_pairs(names: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """Return the ids of the names that differ only in their one "left" or "right"."""
    lefts: dict[str, int] = {}
    rights: dict[str, int] = {}
    for label_id, name in enumerate(names):
        sides = _SIDE.findall(name)
        if label_id and len(sides) == 1:
            part = plain_name(_SIDE.sub("", name))
            (lefts if sides[0].lower() == "left" else rights)[part] = label_id
    return tuple((left, rights[part]) for part, left in lefts.items() if part in rights)


def _voc_colours() -> Iterator[Colour]:
    """Yield the colours of PASCAL VOC's development kit, from class 1 on.

    The rule: of the class number, bits 0, 1, 2 are the highest bits of red, green and blue, bits
    3, 4, 5 the next ones, and so on.
    """
    for number in range(1, 2**12):
        red, green, blue = (
            sum((number >> (3 * place + channel) & 1) << (7 - place) for place in range(4))
            for channel in range(3)
        )
        yield red, green, blue
