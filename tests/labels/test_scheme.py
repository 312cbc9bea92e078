"""The label schemes say what the data sets say."""

from __future__ import annotations

import numpy as np
import pytest

from m2fp.errors import ConfigError
from m2fp.labels import IGNORE_ID, Label, LabelScheme, get_scheme, scheme_names

ALL = pytest.mark.parametrize("name", scheme_names())


@pytest.mark.parametrize(
    ("name", "parts", "classes", "person_class", "pairs"),
    [
        ("cihp", 20, 21, 20, ((14, 15), (16, 17), (18, 19))),
        ("lip", 20, 20, None, ((14, 15), (16, 17), (18, 19))),
        ("atr", 18, 18, None, ((9, 10), (12, 13), (14, 15))),
        ("ppp", 7, 8, 7, ()),
        ("ppp-schp", 7, 7, None, ()),
        ("ccp14", 14, 14, None, ()),
        ("mhp-v1", 19, 19, None, ((9, 10), (12, 13), (14, 15))),
        (
            "mhp-v2",
            59,
            60,
            59,
            ((5, 6), (7, 8), (22, 23), (24, 25), (26, 27), (28, 29), (30, 31), (32, 33)),
        ),
    ],
)
def test_counts_and_pairs(
    name: str,
    parts: int,
    classes: int,
    person_class: int | None,
    pairs: tuple[tuple[int, int], ...],
) -> None:
    scheme = get_scheme(name)
    assert scheme.name == name
    assert scheme.num_parts_and_background == parts
    assert scheme.class_count == classes
    assert scheme.person_class == person_class
    assert scheme.flip_pairs == pairs


@pytest.mark.parametrize(
    ("scheme", "label_id", "name"),
    [
        ("cihp", 3, "glove"),
        ("cihp", 10, "torso-skin"),
        ("cihp", 13, "face"),
        ("cihp", 19, "right-shoe"),
        ("lip", 3, "glove"),
        ("lip", 10, "jumpsuits"),
        ("atr", 8, "belt"),
        ("atr", 9, "left-shoe"),
        ("atr", 11, "face"),
        ("atr", 17, "scarf"),
        ("ppp", 1, "lower-arm"),
        ("ppp", 2, "head"),
        ("ppp", 6, "upper-arm"),
        ("ppp-schp", 1, "head"),
        ("ppp-schp", 3, "upper-arm"),
        ("mhp-v1", 8, "belt"),
        ("mhp-v1", 11, "face"),
        ("mhp-v1", 18, "torso-skin"),
        ("mhp-v2", 16, "torso-skin"),
        ("mhp-v2", 26, "left-highheel"),
        ("mhp-v2", 58, "other-lower-body-clothes"),
        ("ccp14", 10, "skin"),
    ],
)
def test_ids_and_names(scheme: str, label_id: int, name: str) -> None:
    assert get_scheme(scheme).label(label_id).name == name
    assert get_scheme(scheme).label(name).id == label_id


@ALL
def test_names_are_complete(name: str) -> None:
    scheme = get_scheme(name)
    assert scheme.names[0] == "background"
    assert scheme.labels[0].colour == (0, 0, 0)
    chinese = [label.name_zh for label in scheme.labels]
    assert all(any("\u4e00" <= char <= "\u9fff" for char in text) for text in chinese)
    assert len(set(chinese)) == len(chinese)


@pytest.mark.parametrize(
    ("scheme", "class_id", "name"),
    [
        ("cihp", 0, "Background"),
        ("cihp", 3, "Gloves"),
        ("cihp", 5, "UpperClothes"),
        ("cihp", 10, "Torso-skin"),
        ("cihp", 20, "Human"),
        ("lip", 3, "Glove"),
        ("lip", 10, "Jumpsuits"),
        ("lip", 19, "Right-shoe"),
        ("ppp", 6, "upper-arm"),
        ("ppp", 7, "person"),
        ("atr", 16, "bag"),
    ],
)
def test_official_names(scheme: str, class_id: int, name: str) -> None:
    assert get_scheme(scheme).official_name(class_id) == name


@pytest.mark.parametrize("name", ["cihp", "lip"])
def test_official_names_are_ours_in_another_spelling(name: str) -> None:
    scheme = get_scheme(name)
    for label in scheme.labels:
        official = scheme.official_name(label.id)
        plain = official.lower().replace("-", "")
        assert plain.startswith(label.name.replace("-", ""))


@ALL
def test_flip_table_swaps_sides_and_undoes_itself(name: str) -> None:
    scheme, table = get_scheme(name), get_scheme(name).flip_table()
    assert table.dtype == np.uint8
    assert table[IGNORE_ID] == IGNORE_ID
    np.testing.assert_array_equal(table[table], np.arange(256))
    for label in scheme.labels:
        side, _, part = label.name.partition("-")
        other = {"left": f"right-{part}", "right": f"left-{part}"}.get(side, label.name)
        assert scheme.labels[table[label.id]].name == other


@ALL
def test_palette_rows_are_the_colours(name: str) -> None:
    palette = get_scheme(name).palette()
    assert palette.shape == (256, 3)
    assert palette.dtype == np.uint8
    for label in get_scheme(name).labels:
        assert tuple(palette[label.id]) == label.colour


def test_unknown_scheme_and_label_list_the_choices() -> None:
    with pytest.raises(ConfigError, match="cihp, lip, atr"):
        get_scheme("../cihp")
    with pytest.raises(ConfigError, match="background, hat"):
        get_scheme("cihp").label("wings")
    with pytest.raises(ConfigError, match="no label 20"):
        get_scheme("cihp").label(20)


@pytest.mark.parametrize(
    ("ids", "names", "person_class", "pairs"),
    [
        ((0, 2), ("a", "b"), None, ()),
        ((0, 1), ("a", "a"), None, ()),
        ((0, 1), ("a", "b"), 1, ()),
        ((0, 1, 2), ("a", "b", "c"), None, ((1, 2), (2, 1))),
        ((0, 1), ("a", "b"), None, ((0, 1),)),
        ((0,), ("a",), None, ()),
    ],
)
def test_a_senseless_scheme_is_refused(
    ids: tuple[int, ...],
    names: tuple[str, ...],
    person_class: int | None,
    pairs: tuple[tuple[int, int], ...],
) -> None:
    labels = tuple(Label(i, name, name, (0, 0, 0)) for i, name in zip(ids, names, strict=True))
    with pytest.raises(ConfigError):
        LabelScheme("x", "X", labels, person_class, pairs)


def test_official_names_are_given_for_all_classes_or_none() -> None:
    labels = tuple(Label(i, name, name, (0, 0, 0)) for i, name in enumerate("ab"))
    assert LabelScheme("x", "X", labels, 2, (), ("A", "B", "C")).official_name(2) == "C"
    with pytest.raises(ConfigError, match="official name"):
        LabelScheme("x", "X", labels, 2, (), ("A", "B"))
