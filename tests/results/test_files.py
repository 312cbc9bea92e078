"""What lies in the folder after ``Result.save``."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.results.made import blobs, empty_result, make_result

from m2fp.errors import ConfigError
from m2fp.results import read_document

EVERYTHING = {"overlay", "parts", "persons", "json", "coco", "colours"}


def test_everything(tmp_path: Path) -> None:
    parts, persons = blobs(60, 90, 3)
    persons[persons == 3] = 2
    result = make_result(parts, persons)
    folder = tmp_path / "new" / "folder"
    paths = result.save(folder, what=EVERYTHING)
    assert {kind: path.name for kind, path in paths.items()} == {
        "overlay": "group.overlay.png",
        "parts": "group.parts.png",
        "persons": "group.persons.png",
        "json": "group.json",
        "coco": "group.coco.json",
        "colours": "group.colours.png",
    }
    assert sorted(folder.iterdir()) == sorted(paths.values())
    with Image.open(paths["parts"]) as picture:
        assert picture.mode == "P"
        assert np.array_equal(np.asarray(picture), parts)
        assert np.array_equal(np.asarray(picture.convert("RGB")), np.asarray(result.colour_map()))
    with Image.open(paths["persons"]) as picture:
        assert picture.mode == "I;16"
        assert np.array_equal(np.asarray(picture), persons)
    with Image.open(paths["colours"]) as picture:
        assert np.array_equal(np.asarray(picture), result.scheme.palette()[parts])
    with Image.open(paths["overlay"]) as picture:
        assert picture.info == {}
        assert not picture.getexif()
    assert np.array_equal(read_document(paths["json"].read_bytes()).part_map, parts)
    assert json.loads(paths["coco"].read_text()) == result.to_coco()


def test_parts_keep_eight_bits(tmp_path: Path) -> None:
    path = empty_result().save(tmp_path, what=["parts"])["parts"]
    assert path.read_bytes()[24:26] == bytes([8, 3])  # bit depth, indexed


def test_defaults_and_nobody(tmp_path: Path) -> None:
    assert list(empty_result().save(tmp_path)) == ["overlay", "parts", "persons", "json"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.b.jpg", "a.b"),
        ("../../etc/passwd.png", "passwd"),
        ("C:\\photos\\me.jpg", "me"),
        ("..", "photo"),
        (None, "photo"),
        ("", "photo"),
        ("a\x00b?.jpg", "a_b_"),
        ("组.jpg", "组"),
        (".jpg", "jpg"),
        ("x" * 500, "x" * 180),
        ("组" * 82 + ".jpg", "组" * 60),  # file systems count bytes, three each
    ],
)
def test_the_photos_name_never_leaves_the_folder(
    tmp_path: Path, name: str | None, expected: str
) -> None:
    paths = make_result(name=name).save(tmp_path, what=["json"])
    assert paths["json"] == tmp_path / f"{expected}.json"


def test_own_stem(tmp_path: Path) -> None:
    assert make_result().save(tmp_path, what="json", stem="mine")["json"].name == "mine.json"


@pytest.mark.parametrize("stem", ["", ".", "..", "a/b", "a\\b", "a\x00"])
def test_bad_stems(tmp_path: Path, stem: str) -> None:
    with pytest.raises(ConfigError, match="plain file name") as caught:
        make_result().save(tmp_path, stem=stem)
    assert caught.value.option == "stem"


def test_unknown_kind(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot save 'masks'; choose from: overlay") as caught:
        make_result().save(tmp_path / "no", what=["json", "masks"])
    assert caught.value.option == "what"
    assert not (tmp_path / "no").exists()


def test_a_failed_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "group.json"
    path.write_text("old")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("m2fp.whole_file.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        make_result().save(tmp_path, what=["json"])
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
