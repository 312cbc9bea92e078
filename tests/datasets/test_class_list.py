"""Lists of classes beside labels."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from m2fp.datasets.class_list import find_class_list, read_class_list
from m2fp.errors import DataError
from m2fp.labels import get_scheme

WANTED = ("background", "wing", "tail feathers")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("classes.txt", "background\nwing\ntail feathers\n", id="lines"),
        pytest.param(
            "classes.txt", "\ufeff__background__\r\nwing\r\n\r\ntail feathers", id="windows"
        ),
        pytest.param("labels.txt", "0 background\n1 wing\n2 tail feathers", id="ids"),
        pytest.param("labels.txt", "2: tail feathers\n1: wing", id="ids in any order, without 0"),
        pytest.param("labels.txt", "1,wing\n2,tail feathers\n255,ignore", id="unknown is no class"),
        pytest.param("labels.json", '{"0": "bg", "2": "tail feathers", "1": "wing"}', id="object"),
        pytest.param("classes.json", '["null", "wing", "tail feathers"]', id="list"),
    ],
)
def test_forms(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    assert find_class_list(tmp_path) == path
    scheme = read_class_list(path)
    assert scheme.names == WANTED
    assert (scheme.name, scheme.title) == ("custom", f"Classes of {name}")


def test_sides_are_found(tmp_path: Path) -> None:
    path = tmp_path / "classes.txt"
    path.write_text("background\nleft wing\nright wing\n")
    assert read_class_list(path).flip_pairs == ((1, 2),)


def test_the_list_of_a_known_scheme_is_that_scheme(tmp_path: Path) -> None:
    path = tmp_path / "classes.json"
    for name in ("cihp", "lip", "ppp", "ppp-schp", "atr", "mhp-v1", "ccp14"):
        scheme = get_scheme(name)
        spelt = [scheme.official_name(label.id).replace("-", "_") for label in scheme.labels]
        path.write_text(json.dumps(spelt))
        assert read_class_list(path) == scheme
        path.write_text(json.dumps([spelt[0], *reversed(spelt[1:])]))
        assert read_class_list(path).name == "custom"  # the same parts with other ids


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("classes.txt", "", "2 to 254 classes"),
        ("classes.txt", "background\n", "2 to 254 classes"),
        ("classes.txt", "hat\nhair\n", "the first line is id 0.*it says 'hat'"),
        ("classes.txt", "background\nhat\nHat\n", "'hat' is empty or there twice"),
        ("classes.txt", "1 hat\n1 hair\n", "the id 1 is there twice"),
        ("classes.txt", "1 hat\n3 hair\n", "2 has no name"),
        ("classes.txt", "0 hat\n1 hair\n", "id 0 is the background, but it is called 'hat'"),
        ("classes.txt", "999999999 hat\n", "1 has no name"),
        ("classes.txt", "\udcff", "is not a list of classes"),
        ("classes.json", "{", "is not a list of classes"),
        ("classes.json", "7", "must hold an object or a list"),
        ("classes.json", "[" * 100_000, "is not a list of classes"),
        ("classes.json", '["background", 7]', "expected \"id\": \"name\", found '1': '7'"),
        ("classes.json", '{"hat": "1"}', "found 'hat': '1'"),
        ("classes.json", '{"1": "hat", "01": "hair"}', "the id 1 is there twice"),
    ],
)
def test_other_lists(tmp_path: Path, name: str, text: str, message: str) -> None:
    path = tmp_path / name
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(DataError, match=message) as caught:
        read_class_list(path)
    assert caught.value.path == str(path)
    assert str(path) in caught.value.message


def test_no_list(tmp_path: Path) -> None:
    assert find_class_list(tmp_path) is None
    with pytest.raises(DataError, match="is missing"):
        read_class_list(tmp_path / "classes.txt")
