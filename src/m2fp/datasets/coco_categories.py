"""What the categories of a COCO file are: parts of a label scheme, whole people, background."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from m2fp.datasets.json_file import Fields
from m2fp.errors import ConfigError
from m2fp.labels import (
    IGNORE_ID,
    LabelScheme,
    custom_scheme,
    get_scheme,
    ids_in_scheme,
    plain_name,
    scheme_names,
)

PERSON: Final = -1  # in `Categories.meaning`: whole people, no part
_PEOPLE = ("person", "human", "people")
_BACKGROUND = ("background", "bg")
HIGHEST_PERSON: Final = 2**16 - 1
_HIGHEST_ID = 2**31 - 1


@dataclass(frozen=True, slots=True, eq=False)
class Categories:
    """The categories of one file.

    Attributes:
        scheme: what the part ids mean.
        meaning: by category id, the part id, 0 for background, or PERSON.
        person_part: the part id of a person's pixels of which no part is told.
        stuff: category ids of what cannot be counted ("isthing" 0).
    """

    scheme: LabelScheme
    meaning: dict[int, int]
    person_part: int
    stuff: frozenset[int]


def read_categories(
    document: Fields, scheme: LabelScheme | None, *, person_is_class: bool
) -> Categories:
    """Return what a file's categories are.

    A category named person, human or people is for whole people. The others are parts, by their
    names and whatever the spelling, of the scheme asked for; or of the known scheme that has
    exactly these parts; or of the first known scheme that has all of them; or else of a scheme
    made from them, in the order of their ids. Where people are all there is, they are a class, so
    that there is something to tell from the background.

    Args:
        document: the file.
        scheme: what the names must be in; None = whichever fits.
        person_is_class: whether a scheme made here has a class for the people's own pixels, as
            masks that never overlap need one, or has only parts on them.

    Raises:
        DataError: the categories are not COCO's, or one is not in the scheme asked for.
    """
    names = _names(document)
    stuff = frozenset(
        row.whole("id", 0, _HIGHEST_ID)
        for row in document.rows("categories")
        if "isthing" in row and not row.flag("isthing")
    )
    people = [key for key, name in names.items() if plain_name(name) in _PEOPLE]
    parts = [
        key
        for key, name in sorted(names.items())
        if key not in people and plain_name(name) not in _BACKGROUND
    ]
    part_names = [names[key] for key in parts]
    known = _fitting(part_names) if scheme is None else scheme
    meaning = dict.fromkeys(names, 0) | dict.fromkeys(people, PERSON)
    if known is not None and (parts or scheme is not None):
        return Categories(
            known,
            meaning | dict(zip(parts, _ids(document, known, part_names), strict=True)),
            IGNORE_ID if person_is_class or not parts else 0,
            stuff,
        )
    with_person = bool(people) and (person_is_class or not parts)
    made = _made(document, [*part_names, *(["person"] if with_person else [])])
    meaning |= {key: label_id for label_id, key in enumerate(parts, start=1)}
    return Categories(made, meaning, len(made.labels) - 1 if with_person else 0, stuff)


def _ids(document: Fields, scheme: LabelScheme, names: Sequence[str]) -> list[int]:
    ids = ids_in_scheme(scheme, names)
    if ids is None:
        strangers = [name for name in names if ids_in_scheme(scheme, [name]) is None]
        problem = f"not in it: {', '.join(strangers)}" if strangers else "one is there twice"
        document.fail(
            "categories", f"they are not the parts of label scheme {scheme.name}: {problem}"
        )
    return ids


def _names(document: Fields) -> dict[int, str]:
    names: dict[int, str] = {}
    for row in document.rows("categories"):
        category = row.whole("id", 0, _HIGHEST_ID)
        if category in names:
            row.fail("id", f"{category} is there twice")
        names[category] = row.get("name", str)
    if not names:
        document.fail("categories", "the list is empty")
    return names


def _fitting(names: Sequence[str]) -> LabelScheme | None:
    """Return the known scheme with exactly these parts, else the first that has them all."""
    known = [get_scheme(name) for name in scheme_names()]
    fitting = [scheme for scheme in known if ids_in_scheme(scheme, names) is not None]
    exact = [scheme for scheme in fitting if len(scheme.labels) == len(names) + 1]
    return next(iter([*exact, *fitting]), None)


def _made(document: Fields, names: Sequence[str]) -> LabelScheme:
    try:
        return custom_scheme(
            "custom", ["background", *names], title=f"Classes of {document.file.name}"
        )
    except ConfigError as error:
        document.fail("categories", error.message)


def meaning_of(row: Fields, categories: Categories) -> int:
    """Return what an annotation or segment is by its "category_id": see `Categories.meaning`.

    Raises:
        DataError: there is no such category.
    """
    category = row.whole("category_id", 0, _HIGHEST_ID)
    if category not in categories.meaning:
        row.fail("category_id", f"no category has the id {category}")
    return categories.meaning[category]


def person_of(row: Fields) -> int | None:
    """Return the "person_id" of an annotation or segment, 0 = nobody; None where it has none.

    Raises:
        DataError: it is not a whole number that fits into 16 bits.
    """
    return row.whole("person_id", 0, HIGHEST_PERSON) if "person_id" in row else None
