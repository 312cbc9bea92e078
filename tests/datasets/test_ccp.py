"""Clothing Co-Parsing: tags become classes."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.datasets.more_layouts import write_ccp, write_json
from tests.datasets.pictures import ids_with, write_ids

from m2fp.datasets import open_dataset
from m2fp.datasets.ccp_tags import tag_classes
from m2fp.errors import ConfigError, DataError
from m2fp.labels import custom_scheme, get_scheme


@pytest.mark.parametrize(
    ("tag", "class_name"),
    [
        ("null", "background"),
        ("glasses", "sunglasses"),
        ("t-shirt", "upper-clothes"),
        ("romper", "dress"),
        ("suit", "coat"),
        ("tie", "scarf"),
        ("tights", "pants"),
        ("stockings", "socks"),
        ("wedges", "shoes"),
        ("skin", "skin"),
    ],
)
def test_what_tags_are(tag: str, class_name: str) -> None:
    assert tag_classes()[tag] == get_scheme("ccp14").label(class_name).id


def test_every_class_has_tags_and_ten_tags_have_none() -> None:
    classes = tag_classes()
    assert len(classes) == 59
    assert set(classes.values()) == {*range(14), 255}
    assert [tag for tag, class_id in classes.items() if class_id == 255] == [
        *("accessories", "bag", "belt", "bracelet", "earrings"),
        *("necklace", "purse", "ring", "wallet", "watch"),
    ]


def test_what_has_no_class_is_unknown_but_belongs_to_the_person(tmp_path: Path) -> None:
    root = write_ccp(tmp_path)
    write_ids(root / "labels" / "a.png", ids_with(20, 2, 0, 19))
    labels = open_dataset(root).samples("all")[0].read_labels()
    assert labels.categories.ravel()[:5].tolist() == [1, 255, 0, 2, 0]
    assert labels.humans.ravel()[:5].tolist() == [1, 1, 0, 1, 0]


def test_photos_without_labels_are_left_out(tmp_path: Path) -> None:
    dataset = open_dataset(write_ccp(tmp_path))
    assert (tmp_path / "photos" / "b.jpg").is_file()
    assert [sample.name for sample in dataset.samples("all")] == ["a"]
    with pytest.raises(DataError, match="no labelled split 'val'; it has: all"):
        dataset.samples("val")


def test_another_scheme_gets_the_classes_by_name(tmp_path: Path) -> None:
    names = get_scheme("ccp14").names
    turned = custom_scheme("turned", [names[0], *reversed(names[1:])])
    labels = open_dataset(write_ccp(tmp_path), scheme=turned).samples("all")[0].read_labels()
    assert labels.categories.ravel()[:3].tolist() == [13, 12, 0]
    with pytest.raises(ConfigError, match="no place for skin"):
        open_dataset(tmp_path, scheme="cihp")


def test_a_tag_that_is_not_in_the_list(tmp_path: Path) -> None:
    root = write_ccp(tmp_path)
    write_ids(root / "labels" / "a.png", ids_with(20, 58))
    with pytest.raises(DataError, match=r"a\.png has the tag 58, which tags\.json lacks") as caught:
        open_dataset(root).samples("all")[0].read_labels()
    assert caught.value.code == "unknown_id"


@pytest.mark.parametrize(
    ("tags", "message"),
    [
        ({"1": "wings"}, "'wings' is not a tag of Clothing Co-Parsing"),
        ({"1": 7}, "'7' is not a tag"),
        ({"1": ["hat"]}, "is not a tag"),
        ({"256": "hat"}, "'256': is not the id of a tag"),
        ({"0000000000999": "hat"}, "'0000000000999': is not the id of a tag"),
        ({"-1": "hat"}, "'-1': is not the id of a tag"),
        ({"²": "hat"}, "is not the id of a tag"),
        ({"": "hat"}, "'': is not the id of a tag"),
        ({"9" * 5000: "hat"}, "is not the id of a tag"),
        (["hat"], "must hold one JSON object, not a list"),
    ],
)
def test_other_lists_of_tags(tmp_path: Path, tags: object, message: str) -> None:
    root = write_ccp(tmp_path)
    write_json(root / "tags.json", tags)
    with pytest.raises(DataError, match=message):
        open_dataset(root)


def test_matlab_files_are_known_and_the_way_out_is_told(tmp_path: Path) -> None:
    root = write_ccp(tmp_path)
    (root / "tags.json").unlink()
    (root / "labels").rename(root / "annotations")
    (root / "annotations" / "pixel-level").mkdir()
    with pytest.raises(DataError, match="as released, with Matlab files") as caught:
        open_dataset(root)
    _, _, script = caught.value.message.partition("\n\n")
    compile(script.replace("\n    ", "\n").strip(), "script", "exec")
    assert root.as_posix() in script
