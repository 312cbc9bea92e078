"""Categories are matched with label schemes by their names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from m2fp.datasets.coco_categories import PERSON, Categories, read_categories
from m2fp.datasets.json_file import Fields
from m2fp.errors import DataError
from m2fp.labels import LabelScheme, get_scheme, scheme_names


def document(categories: object) -> Fields:
    return Fields({"categories": categories}, Path("a.json"))


def read(
    *names: str, scheme: LabelScheme | None = None, person_is_class: bool = False
) -> Categories:
    rows = [{"id": 10 * number, "name": name} for number, name in enumerate(names, 1)]
    return read_categories(document(rows), scheme, person_is_class=person_is_class)


@pytest.mark.parametrize("name", [name for name in scheme_names() if name != "ppp-schp"])
def test_all_parts_of_a_scheme_are_that_scheme(name: str) -> None:
    names = get_scheme(name).names
    found = read("Person", *names)
    assert found.scheme == get_scheme(name)
    assert found.meaning[10] == PERSON
    assert list(found.meaning.values())[1:] == list(range(len(names)))
    assert found.person_part == 0


def test_some_parts_are_those_of_the_first_scheme_that_has_them() -> None:
    found = read("UPPER CLOTHES", "Torso_skin")
    assert (found.scheme.name, found.meaning) == ("cihp", {10: 5, 20: 10})
    assert read("belt", "left shoe").scheme.name == "atr"


def test_other_parts_make_a_scheme_in_the_order_of_their_ids() -> None:
    rows: list[dict[str, Any]] = [
        {"id": 7, "name": "right wing"},
        {"id": 3, "name": "human"},
        {"id": 0, "name": "left wing"},
        {"id": 9, "name": "Background"},
    ]
    found = read_categories(document(rows), None, person_is_class=False)
    assert found.scheme.names == ("background", "left wing", "right wing")
    assert found.scheme.flip_pairs == ((1, 2),)
    assert found.meaning == {0: 1, 3: PERSON, 7: 2, 9: 0}


@pytest.mark.parametrize(
    ("names", "person_is_class", "classes", "person_part"),
    [
        (["person", "wing"], False, ("background", "wing"), 0),
        (["person", "wing"], True, ("background", "wing", "person"), 2),
        (["person"], False, ("background", "person"), 1),
        (["person", "people"], True, ("background", "person"), 1),
        (["wing"], True, ("background", "wing"), 0),
    ],
)
def test_what_people_themselves_are(
    names: list[str], person_is_class: bool, classes: tuple[str, ...], person_part: int
) -> None:
    found = read(*names, person_is_class=person_is_class)
    assert (found.scheme.names, found.person_part) == (classes, person_part)


def test_a_person_without_a_told_part_is_unknown_in_a_scheme_without_people() -> None:
    assert read("person", "hat", person_is_class=True).person_part == 255
    assert read("person", scheme=get_scheme("lip")).person_part == 255


def test_the_scheme_that_is_asked_for() -> None:
    found = read("person", "hat", scheme=get_scheme("atr"))
    assert (found.scheme.name, found.meaning) == ("atr", {10: PERSON, 20: 1})
    with pytest.raises(DataError, match="parts of label scheme atr: not in it: wing, tail"):
        read("hat", "wing", "tail", scheme=get_scheme("atr"))
    with pytest.raises(DataError, match="parts of label scheme cihp: one is there twice"):
        read("glove", "Gloves", scheme=get_scheme("cihp"))


def test_stuff() -> None:
    rows = [{"id": 1, "name": "sky", "isthing": 0}, {"id": 2, "name": "wing", "isthing": 1}]
    assert read_categories(document(rows), None, person_is_class=True).stuff == {1}


@pytest.mark.parametrize(
    ("categories", "message"),
    [
        (None, "a.json: categories: expected a list, found nothing"),
        ([], "a.json: categories: the list is empty"),
        ([7], r"categories\[0\]: expected an object"),
        ([{"name": "hat"}], r"categories\[0\]\.id: expected a whole number"),
        ([{"id": -1, "name": "hat"}], r"categories\[0\]\.id: expected a whole number"),
        ([{"id": 1}], r"categories\[0\]\.name: expected a text, found nothing"),
        (
            [{"id": 1, "name": "a"}, {"id": 1, "name": "b"}],
            r"categories\[1\]\.id: 1 is there twice",
        ),
        ([{"id": 1, "name": "wing"}, {"id": 2, "name": "Wing"}], "'wing' is empty or there twice"),
        ([{"id": 1, "name": "wing"}, {"id": 2, "name": "-"}], "'-' is empty or there twice"),
        ([{"id": n, "name": f"part {n}"} for n in range(255)], "2 to 254 classes"),
    ],
)
def test_categories_that_are_none(categories: object, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_categories(document(categories), None, person_is_class=False)
