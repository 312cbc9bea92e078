"""Schemes made from somebody's list of names."""

from __future__ import annotations

import pytest

from m2fp.errors import ConfigError
from m2fp.labels import (
    conversion,
    custom_scheme,
    get_scheme,
    ids_in_scheme,
    plain_name,
)


def test_known_names_keep_their_colours_in_any_spelling() -> None:
    scheme = custom_scheme("mine", ["background", "Upper_Clothes", "wings"])
    shirt = get_scheme("cihp").label("upper-clothes")
    assert scheme.names == ("background", "Upper_Clothes", "wings")
    assert (scheme.labels[1].colour, scheme.labels[1].name_zh) == (shirt.colour, shirt.name_zh)
    assert scheme.labels[2].colour == (128, 0, 0)  # PASCAL VOC's first
    assert scheme.labels[2].name_zh == "wings"
    assert (scheme.title, scheme.person_class) == ("mine", None)


def test_the_rule_of_the_other_colours() -> None:
    colours = [label.colour for label in custom_scheme("mine", list("abcdefgh")).labels]
    assert colours == [
        (0, 0, 0),
        (128, 0, 0),
        (0, 128, 0),
        (128, 128, 0),
        (0, 0, 128),
        (128, 0, 128),
        (0, 128, 128),
        (64, 0, 0),  # (128, 128, 128) is for ids without a label
    ]


def test_colours_differ_even_of_names_that_share_theirs() -> None:
    names = ["background", "skin", "torso-skin", "head", "face", *(f"part {n}" for n in range(249))]
    scheme = custom_scheme("mine", names)
    assert len({label.colour for label in scheme.labels}) == 254


@pytest.mark.parametrize(
    ("names", "pairs"),
    [
        (["bg", "left-arm", "right-arm"], ((1, 2),)),
        (["bg", "Right Wing", "tail", "Left_Wing"], ((3, 1),)),
        (["bg", "shoe (left)", "shoe (right)"], ((1, 2),)),
        (["bg", "left arm", "right leg"], ()),
        (["bg", "leftover", "bright"], ()),
        (["bg", "left of the right one", "right"], ()),
        (["left", "right"], ()),  # one of them is the background
    ],
)
def test_left_and_right_are_found_by_their_names(
    names: list[str], pairs: tuple[tuple[int, int], ...]
) -> None:
    assert custom_scheme("mine", names).flip_pairs == pairs


@pytest.mark.parametrize(
    ("name", "names", "message"),
    [
        ("cihp", ["a", "b"], "choose another name"),
        ("mine", ["a"], "2 to 254 classes"),
        ("mine", [str(number) for number in range(255)], "not 255"),
        ("mine", ["a", "B", "b"], "'B' is empty or there twice"),
        ("mine", ["a", "--"], "'--' is empty or there twice"),
        ("mine", ["a", "hat\x1b[2J"], "cannot be printed"),
    ],
)
def test_lists_that_make_no_scheme(name: str, names: list[str], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        custom_scheme(name, names)


def test_a_class_for_people() -> None:
    scheme = custom_scheme("mine", ["a", "b"], person_class=True)
    assert (scheme.person_class, scheme.class_count) == (2, 3)


@pytest.mark.parametrize(
    "spelling", ["upper-clothes", "Upper Clothes", "upper_clothes", "UpperClothes", "UPPERCLOTHES"]
)
def test_spellings(spelling: str) -> None:
    assert plain_name(spelling) == "upperclothes"


@pytest.mark.parametrize(
    ("scheme", "names", "ids"),
    [
        ("cihp", ["Torso-skin", "hat"], [10, 1]),
        ("cihp", ["Gloves", "glove"], None),  # official and own name of one label
        ("cihp", ["Gloves", "Hat"], [3, 1]),
        ("cihp", ["jumpsuits"], None),
        ("lip", ["jumpsuits"], [10]),
        ("lip", [], []),
    ],
)
def test_names_are_looked_up_whatever_the_spelling(
    scheme: str, names: list[str], ids: list[int] | None
) -> None:
    assert ids_in_scheme(get_scheme(scheme), names) == ids


def test_a_custom_scheme_can_be_converted() -> None:
    mine = custom_scheme("mine", ["background", "face", "hat"])
    assert conversion(mine, "cihp").table[:4].tolist() == [0, 13, 1, 255]
    with pytest.raises(ConfigError, match="cihp masks cannot become mine masks"):
        conversion("cihp", mine)


def test_a_scheme_and_its_name_convert_alike() -> None:
    cihp = get_scheme("cihp")
    assert conversion(cihp, "ccp14").table.tolist() == conversion("cihp", "ccp14").table.tolist()
